package document_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/screenplay/document"
)

func write(t *testing.T, name, text string, mode fs.FileMode) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestLoad(t *testing.T) {
	path := write(t, "a.txt", "Rain.\n", 0o600)
	for _, limit := range []int64{0, -1, 6} {
		data, err := document.Reader{Options: document.Options{MaxBytes: limit}}.Load(path)
		if err != nil || string(data) != "Rain.\n" {
			t.Errorf("limit %d: got %q and %v", limit, data, err)
		}
	}
}

func TestReader_LoadRefuses(t *testing.T) {
	dir := t.TempDir()
	pipe := filepath.Join(dir, "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	file := write(t, "a.txt", strings.Repeat("x", 2049), 0o600)
	for _, test := range []struct {
		path  string
		limit int64
		want  string
		is    error
	}{
		{filepath.Join(dir, "none.txt"), 0, "there is no file " + dir + "/none.txt; check the name and the folder", fs.ErrNotExist},
		{filepath.Join(file, "b.txt"), 0, "there is no file " + file + "/b.txt: part of its path is no folder", syscall.ENOTDIR},
		{filepath.Join(dir, strings.Repeat("n", 300)), 0, "there is no file of that name: it is too long", syscall.ENAMETOOLONG},
		{dir, 0, dir + " is a folder, not a file; name a file in it", nil},
		{pipe, 0, pipe + " is not a regular file but a pipe; copy what it gives into a file", nil},
		{os.DevNull, 0, os.DevNull + " is not a regular file but a device", nil},
		{file, 2048, file + " is larger than 2 kB", nil},
		{file, 2000, file + " is larger than 2000 bytes", nil},
		{write(t, "empty.txt", "", 0o600), 0, "empty.txt is empty; give a file with a script in it", nil},
	} {
		_, err := document.Reader{Options: document.Options{MaxBytes: test.limit}}.Load(test.path)
		if failure.ClassOf(err) != failure.Input || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: got %v, want %q", test.path, err, test.want)
		}
		if test.is != nil && !errors.Is(err, test.is) {
			t.Errorf("%s: %v hides its cause %v", test.path, err, test.is)
		}
	}
}

func TestReader_LoadWithoutPermission(t *testing.T) {
	path := write(t, "a.txt", "Rain.\n", 0)
	if _, err := os.ReadFile(path); err == nil {
		t.Skip("NOT TESTED: a file that may not be read, as this user may read any")
	}
	_, err := document.Reader{}.Load(path)
	if failure.ClassOf(err) != failure.Input || !errors.Is(err, fs.ErrPermission) ||
		!strings.Contains(err.Error(), "a.txt may not be read by you") {
		t.Errorf("got %v", err)
	}
}

// TestReader_LoadMoreThanAnnounced has a file that says it is empty.
func TestReader_LoadMoreThanAnnounced(t *testing.T) {
	const path = "/proc/self/status"
	if _, err := os.Stat(path); err != nil {
		t.Skip("NOT TESTED: a file that holds more than its size says, as there is no " + path)
	}
	if _, err := (document.Reader{Options: document.Options{MaxBytes: 10}}).Load(path); err == nil ||
		!strings.Contains(err.Error(), "is larger than 10 bytes") {
		t.Errorf("got %v", err)
	}
	if data, err := (document.Reader{}).Load(path); err != nil || len(data) == 0 {
		t.Errorf("got %d bytes and %v", len(data), err)
	}
}

// TestDefaultLimit has a file of holes, which takes no room on the disk.
func TestDefaultLimit(t *testing.T) {
	path := write(t, "a.txt", "Rain.\n", 0o600)
	if err := os.Truncate(path, document.DefaultLimit+1); err != nil {
		t.Fatal(err)
	}
	if _, err := (document.Reader{}).Load(path); err == nil || !strings.Contains(err.Error(), "is larger than 64 MB") {
		t.Errorf("got %v", err)
	}
}

// A pipe can be read by the name of standard input, and the advice can be typed.
func TestLoad_APipe(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "a pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := (document.Reader{}).Load(pipe); err == nil || !strings.HasSuffix(err.Error(), " - < '"+pipe+"'") {
		t.Error(err)
	}
}
