package api_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/cineforge/cineforge/internal/api"
	"github.com/cineforge/cineforge/internal/app"
)

// Each code that a problem can have is explained on the page that its type points at.
func TestAPI_EachCodeIsExplained(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		page := string(open(t, api.Options{}, app.Config{}).get("/docs").is(200).body)
		files, err := filepath.Glob("*.go")
		if err != nil {
			t.Fatal(err)
		}
		parts, err := filepath.Glob("*/*.go")
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, parts...)
		used := regexp.MustCompile(`(?:http\.Status\w+, (?:code: )?|code = |code, hint = |code, message, hint := )"([a-z_]+)"`)
		n := 0
		for _, name := range files {
			source, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			for _, m := range used.FindAllStringSubmatch(string(source), -1) {
				n++
				if !strings.Contains(page, `<tr id="`+m[1]+`">`) {
					t.Errorf("%s: nothing explains the code %s", name, m[1])
				}
			}
		}
		if n < 30 {
			t.Errorf("only %d codes were found", n)
		}
	})
}
