//go:build unix

package sqlite_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"testing"

	"github.com/cineforge/cineforge/internal/sqlite"
)

// modes wants all files below a folder to be their owner's only.
func modes(t *testing.T, dir string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || name == dir {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		want := fs.FileMode(0o600)
		if d.IsDir() {
			want = 0o700
		}
		if info.Mode().Perm() != want {
			t.Errorf("%s has mode %o, want %o", name, info.Mode().Perm(), want)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// What a database writes is its owner's only, whatever the process's mask, in a folder of
// another's making. The mask is the whole process's, so this test is no parallel one.
func TestOpen_FilesAreTheOwnersOnly(t *testing.T) {
	for _, mask := range []int{0, 0o022, 0o777} {
		old := syscall.Umask(mask)
		t.Cleanup(func() { syscall.Umask(old) })
		dir := t.TempDir()
		if err := os.Chmod(dir, 0o755); err != nil { //nolint:gosec // that is the subject
			t.Fatal(err)
		}
		s, err := sqlite.Open(t.Context(), dir)
		if err != nil {
			t.Fatalf("mask %o: %v", mask, err)
		}
		if mask != 0o777 { // in which no folder can be made use of
			if err := s.Journal.Serve(); err != nil {
				t.Fatal(err)
			}
		}
		if _, _, err := s.Maintenance.Backup(t.Context(), filepath.Join(dir, "backup.db"), false, false); err != nil {
			t.Fatal(err)
		}
		modes(t, dir)
		if _, err := os.Stat(filepath.Join(dir, sqlite.FileName+"-wal")); err != nil {
			t.Error(err)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		syscall.Umask(old)
	}
}

// What an older version, or a copy, left open to others is closed, while another store of the
// process works on it.
func TestOpen_TightensWhatIsThere(t *testing.T) {
	dir := t.TempDir()
	first, err := sqlite.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer first.Close() //nolint:errcheck // it was only there
	if err := first.Journal.Serve(); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"", "-wal", "-shm"} {
		if err := os.Chmod(filepath.Join(dir, sqlite.FileName+name), 0o664); err != nil { //nolint:gosec // that is the subject
			t.Fatal(err)
		}
	}
	if err := os.Chmod(filepath.Join(dir, "processes"), 0o755); err != nil { //nolint:gosec // the same
		t.Fatal(err)
	}
	second, err := sqlite.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer second.Close() //nolint:errcheck // it was only there
	if err := second.Journal.Serve(); err != nil {
		t.Fatal(err)
	}
	modes(t, dir)
}

// Many that open a new database at once make one.
func TestOpen_AtOnce(t *testing.T) {
	dir := t.TempDir()
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			s, err := sqlite.Open(t.Context(), dir)
			if err != nil {
				t.Error(err)
				return
			}
			if err := s.Maintenance.Check(t.Context()); err != nil {
				t.Error(err)
			}
			s.Close() //nolint:errcheck // it was only looked at
		})
	}
	all.Wait()
	if left, err := filepath.Glob(filepath.Join(dir, ".new-*")); err != nil || len(left) > 0 {
		t.Errorf("%q is left (%v)", left, err)
	}
}
