package cineforge_test

import (
	"bytes"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// registries are hosts that packages come from, with a space for each dot, so that this file names none.
var registries = []string{
	"registry npmjs org", "registry yarnpkg com", "npm pkg github com", "registry npmmirror com", "npm jsr io",
	"proxy golang org", "sum golang org", "goproxy io", "goproxy cn", "pypi org", "files pythonhosted org", "crates io",
	"cdn jsdelivr net", "unpkg com", "esm sh", "deb debian org",
}

// Where packages come from is set where the project is built: no file of it names a registry, and a lock
// file says what a package is, not where it was found.
func TestTree_NamesNoRegistry(t *testing.T) {
	list, err := exec.CommandContext(t.Context(), "git", "ls-files", "-z").Output()
	if err != nil {
		t.Skip("this is no checkout: ", err)
	}
	pattern := regexp.MustCompile(`(?i)\b(` + strings.ReplaceAll(strings.Join(registries, "|"), " ", `\.`) + `)\b`)
	resolved := regexp.MustCompile(`"resolved":|(?m)^\s*(?:@[\w-]+:)?registry\s*=`)
	for _, name := range strings.Split(strings.TrimSuffix(string(list), "\x00"), "\x00") {
		content, err := os.ReadFile(name)
		if os.IsNotExist(err) { // deleted, and not yet committed
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if bytes.IndexByte(content[:min(len(content), 8000)], 0) >= 0 {
			continue // no text
		}
		if found := pattern.Find(content); found != nil {
			t.Errorf("%s names %s", name, found)
		}
		if strings.HasSuffix(name, "package-lock.json") || strings.HasSuffix(name, ".npmrc") {
			if found := resolved.Find(content); found != nil {
				t.Errorf("%s says %s: npm install --omit-lockfile-registry-resolved leaves it out", name, found)
			}
		}
	}
}
