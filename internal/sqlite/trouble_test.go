package sqlite_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cineforge/cineforge/internal/sqlite"
	"github.com/cineforge/cineforge/run"
)

// A data directory that is removed, or replaced, under a process is noticed: nothing is
// written into a file that is not found any more.
func TestStore_ARemovedFileIsNoticed(t *testing.T) {
	for name, remove := range map[string]func(dir string) error{
		"removed":      os.RemoveAll,
		"moved":        func(dir string) error { return os.Rename(dir, dir+"-away") },
		"file removed": func(dir string) error { return os.Remove(filepath.Join(dir, sqlite.FileName)) },
		"another in its place": func(dir string) error {
			file := filepath.Join(dir, sqlite.FileName)
			return errors.Join(os.Rename(file, file+".old"), os.WriteFile(file, nil, 0o600))
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				dir := filepath.Join(t.TempDir(), "data")
				if err := os.MkdirAll(dir, 0o700); err != nil {
					t.Fatal(err)
				}
				s := open(t, dir)
				if err := s.Blobs.Put(t.Context(), []byte("before")); err != nil {
					t.Fatal(err)
				}
				if err := remove(dir); err != nil {
					t.Fatal(err)
				}
				time.Sleep(2 * time.Second)
				for range 2 {
					for what, err := range map[string]error{"write": s.Blobs.Put(t.Context(), []byte("after")),
						"probe": s.Maintenance.Probe(t.Context())} {
						if run.TroubleOf(err) != run.Removed {
							t.Errorf("%s: %v", what, err)
						}
					}
				}
			})
		})
	}
}
