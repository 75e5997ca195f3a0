package app_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cineforge/cineforge/internal/app"
)

// A file that is there is replaced only by the same version of the same artifact, or if that is
// asked for.
func TestWriteFiles_LeavesOtherContent(t *testing.T) {
	const name, old = "artifacts/scene/a/v1.json",
		`{"metadata": {"health": "valid", "intent": "x", "created_at": "2026-01-01T00:00:00Z"}, "data": {"n": 1}}`
	export := func(dir, content string, overwrite bool) app.Exported {
		t.Helper()
		x, err := app.WriteFiles("r", func(yield func(string, func() ([]byte, error)) bool) {
			yield(name, func() ([]byte, error) { return []byte(content), nil })
		}, app.Destination{Dir: dir, Overwrite: overwrite})
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	change := func(pairs ...string) string { return strings.NewReplacer(pairs...).Replace(old) }
	for what, test := range map[string]struct {
		content  string
		overlaid bool // the new content is there
		left     int
	}{
		"the same":                  {old, true, 0},
		"made at another time":      {change("2026-01-01", "2026-01-02"), false, 0},
		"written in another form":   {change(" ", ""), false, 0},
		"judged at another time":    {change("valid", "stale"), true, 0},
		"another version, judged":   {change("valid", "stale", "2026-01-01", "2026-01-02"), false, 1},
		"other data":                {change("1}", "2}"), false, 1},
		"other facts":               {change(`"x"`, `"y"`), false, 1},
		"a file that is no package": {"{}", false, 1},
	} {
		dir := t.TempDir()
		export(dir, old, false)
		x := export(dir, test.content, false)
		there, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil || (string(there) == test.content) != test.overlaid || len(x.Left) != test.left || x.Artifacts != 1-test.left {
			t.Errorf("%s: %s, left %v, %d artifacts, %v", what, there, x.Left, x.Artifacts, err)
		}
		x = export(dir, test.content, true)
		if there, err = os.ReadFile(filepath.Join(dir, name)); err != nil || string(there) != test.content || len(x.Left) > 0 {
			t.Errorf("%s, replaced: %s, left %v, %v", what, there, x.Left, err)
		}
	}
}

// What a link leads to is never written to: the link is left, or replaced.
func TestWriteFiles_FollowsNoLink(t *testing.T) {
	dir, outside := t.TempDir(), filepath.Join(t.TempDir(), "outside")
	const name = "artifacts/scene/a/v1.json"
	if err := os.WriteFile(outside, []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, filepath.Join(dir, name)); err != nil {
		t.Skipf("no link can be made here: %v", err)
	}
	for _, overwrite := range []bool{false, true} {
		x, err := app.WriteFiles("r", func(yield func(string, func() ([]byte, error)) bool) {
			yield(name, func() ([]byte, error) { return []byte("{}"), nil })
		}, app.Destination{Dir: dir, Overwrite: overwrite})
		if err != nil || (len(x.Left) == 1) == overwrite {
			t.Errorf("overwrite %v: %+v %v", overwrite, x, err)
		}
		info, err := os.Lstat(filepath.Join(dir, name))
		if err != nil || info.Mode().IsRegular() != overwrite {
			t.Errorf("overwrite %v: it is %v, %v", overwrite, info.Mode(), err)
		}
		if there, err := os.ReadFile(outside); err != nil || string(there) != "{}" {
			t.Errorf("the other file is %s, %v", there, err)
		}
	}
}
