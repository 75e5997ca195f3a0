package app_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/cineforge/cineforge/internal/app"
	"github.com/cineforge/cineforge/run"
)

// An export that breaks off leaves nothing, whatever was written by then; what is damaged is
// left out and named.
func TestWriteFiles_AllOrNothing(t *testing.T) {
	fine := func() ([]byte, error) { return []byte("{}"), nil }
	broken := func() ([]byte, error) { return nil, errors.New("the disk is gone") }
	damaged := func() ([]byte, error) { return nil, run.ErrNotFound }
	files := func(last string, content func() ([]byte, error)) app.Files {
		return func(yield func(string, func() ([]byte, error)) bool) {
			if yield("runs/r/run_state.json", fine) && yield("artifacts/scene/a/v1.json", fine) {
				yield(last, content)
			}
		}
	}
	dir := t.TempDir()
	if _, err := app.WriteFiles("r", files("artifacts/scene/b/v1.json", broken), app.Destination{Dir: dir}); err == nil {
		t.Error("it did not fail")
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left: %v %v", left, err)
	}
	if _, err := app.WriteFiles("r", files("../out.json", fine), app.Destination{Dir: dir}); err == nil {
		t.Error("it left its folder")
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left: %v %v", left, err)
	}
	x, err := app.WriteFiles("r", files("artifacts/scene/b/v1.json", damaged), app.Destination{Dir: dir})
	if err != nil || x.Artifacts != 1 || len(x.Missing) != 1 || x.Missing[0] != "artifacts/scene/b/v1.json" {
		t.Errorf("%+v %v", x, err)
	}
	for _, name := range []string{"runs/r/run_state.json", "artifacts/scene/a/v1.json"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			t.Error(err)
		}
	}
}
