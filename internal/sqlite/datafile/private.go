// Package datafile handles the files of a database beside what SQLite does with them: whose
// they are, whether they can be written to, and copies of them.
package datafile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// What a database holds is its owner's business, no matter which user made the folder that it is in, and
// whatever mode new files have by default.
const (
	// PrivateFile is the mode of files, and PrivateFolder that of folders.
	PrivateFile   fs.FileMode = 0o600
	PrivateFolder fs.FileMode = 0o700
)

// Private makes the file of a database, empty, if it is not there. SQLite gives the files that
// it makes beside it the same mode. What others may read of one that is there is taken from
// them, as far as the system lets this process do that. Where no file can be made, opening the
// database says so.
func Private(file string) {
	if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
		makePrivate(file) //nolint:errcheck // see above
	}
	for _, suffix := range []string{"", "-wal", "-shm", "-journal"} {
		Tighten(file+suffix, PrivateFile)
	}
}

// makePrivate makes an empty file of mode 0600 under its name at once. The file is never open
// under that name: closing it would end the locks that other connections of this process hold.
func makePrivate(file string) error {
	f, err := os.CreateTemp(filepath.Dir(file), ".new-*.db")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) //nolint:errcheck // it has its own name by then, or is of no use
	if err := errors.Join(f.Chmod(PrivateFile), f.Close()); err != nil {
		return err
	}
	err = os.Link(f.Name(), file)
	if err == nil || errors.Is(err, fs.ErrExist) {
		return nil
	}
	// A file system without links: only if no other process was faster.
	if f, err = os.OpenFile(file, os.O_CREATE|os.O_EXCL|os.O_WRONLY, PrivateFile); errors.Is(err, fs.ErrExist) {
		return nil
	} else if err != nil {
		return err
	}
	return f.Close()
}

// Tighten takes from a file or folder of this user what goes beyond a mode. One that is not
// there, or is not this user's to change, is left as it is.
func Tighten(name string, mode fs.FileMode) {
	if info, err := os.Stat(name); err == nil && info.Mode().Perm()&^mode != 0 {
		os.Chmod(name, info.Mode().Perm()&mode) //nolint:errcheck // it is another user's, or can't be written
	}
}
