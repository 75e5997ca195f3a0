package runs_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cineforge/cineforge/internal/export"
	"github.com/cineforge/cineforge/internal/runs"
	"github.com/cineforge/cineforge/run"
)

// A file that is there is replaced only by the same version of the same artifact, or if that is
// asked for.
func TestWriteFiles_LeavesOtherContent(t *testing.T) {
	const name, old = "artifacts/scene/a/v1.json",
		`{"metadata": {"health": "valid", "intent": "x", "created_at": "2026-01-01T00:00:00Z"}, "data": {"n": 1}}`
	export := func(dir, content string, overwrite bool) runs.Exported {
		t.Helper()
		x, err := runs.WriteFiles("r", func(yield func(string, func() ([]byte, error)) bool) {
			yield(name, func() ([]byte, error) { return []byte(content), nil })
		}, runs.Destination{Dir: dir, Overwrite: overwrite})
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
		x, err := runs.WriteFiles("r", func(yield func(string, func() ([]byte, error)) bool) {
			yield(name, func() ([]byte, error) { return []byte("{}"), nil })
		}, runs.Destination{Dir: dir, Overwrite: overwrite})
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

// An export that breaks off leaves nothing, whatever was written by then; what is damaged is
// left out and named.
func TestWriteFiles_AllOrNothing(t *testing.T) {
	fine := func() ([]byte, error) { return []byte("{}"), nil }
	broken := func() ([]byte, error) { return nil, errors.New("the disk is gone") }
	damaged := func() ([]byte, error) { return nil, run.ErrNotFound }
	files := func(last string, content func() ([]byte, error)) export.Contents {
		return func(yield func(string, func() ([]byte, error)) bool) {
			if yield("runs/r/run_state.json", fine) && yield("artifacts/scene/a/v1.json", fine) {
				yield(last, content)
			}
		}
	}
	dir := t.TempDir()
	if _, err := runs.WriteFiles("r", files("artifacts/scene/b/v1.json", broken), runs.Destination{Dir: dir}); err == nil {
		t.Error("it did not fail")
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left: %v %v", left, err)
	}
	if _, err := runs.WriteFiles("r", files("../out.json", fine), runs.Destination{Dir: dir}); err == nil {
		t.Error("it left its folder")
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left: %v %v", left, err)
	}
	x, err := runs.WriteFiles("r", files("artifacts/scene/b/v1.json", damaged), runs.Destination{Dir: dir})
	if err != nil || x.Artifacts != 1 || len(x.Missing) != 1 || x.Missing[0] != "artifacts/scene/b/v1.json" {
		t.Errorf("%+v %v", x, err)
	}
	for _, name := range []string{"runs/r/run_state.json", "artifacts/scene/a/v1.json"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			t.Error(err)
		}
	}
}
