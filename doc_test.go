package cineforge_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The tests that the map names for its invariants are there.
func TestArchitecture_NamesTestsThatExist(t *testing.T) {
	page, err := os.ReadFile("ARCHITECTURE.md")
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	err = filepath.WalkDir(".", func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		source, err := os.ReadFile(path)
		all.Write(source)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range regexp.MustCompile(`\bTest[A-Z]\w*`).FindAllString(string(page), -1) {
		if !strings.Contains(all.String(), "\nfunc "+name+"(") {
			t.Errorf("ARCHITECTURE.md names %s, which is no test", name)
		}
	}
}

// The files that the map names are there.
func TestArchitecture_NamesFilesThatExist(t *testing.T) {
	page, err := os.ReadFile("ARCHITECTURE.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range regexp.MustCompile("`([a-z][\\w/]*/[\\w.-]+\\.(?:go|tsx?))`").FindAllStringSubmatch(string(page), -1) {
		if _, err := os.Stat(name[1]); err != nil {
			t.Errorf("ARCHITECTURE.md names %s: %v", name[1], err)
		}
	}
}
