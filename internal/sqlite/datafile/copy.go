package datafile

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"
)

// copyTries is how often a database is copied that changes meanwhile.
const copyTries = 5

// Copy copies a database with its log, as they are at one moment.
func Copy(from, to string) (info os.FileInfo, err error) {
	for range copyTries {
		before := states(from)
		if err := CopyFile(from, to); err != nil {
			return nil, err
		}
		if err := CopyFile(from+"-wal", to+"-wal"); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		if states(from) == before {
			return os.Stat(from)
		}
	}
	return nil, fmt.Errorf("copy %s: it changes all the time", from)
}

// states tells whether a database has changed.
func states(file string) (text string) {
	for _, name := range []string{file, file + "-wal"} {
		if info, err := os.Stat(name); err == nil {
			text += fmt.Sprint(info.Size(), info.ModTime(), " ")
		}
	}
	return text
}

// CopyFile copies a file into one that it makes or empties.
func CopyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close() //nolint:errcheck // it was read
	out, err := os.OpenFile(to, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}

// ReadOnly reports whether a folder with a database in it, or the database file, may not be
// written to.
func ReadOnly(dir, file string) bool {
	if _, err := os.Stat(file); err != nil {
		return false
	}
	err := errors.Join(refused(file), refused(dir))
	return errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS)
}

// Sync brings a folder's names to the disk, where there is such a thing.
func Sync(dir string) {
	if f, err := os.Open(dir); err == nil {
		defer f.Close()
		f.Sync() //nolint:errcheck // the system does it in its own time otherwise
	}
}

// probeSize is how much a probe writes: more than what a disk that is full still takes.
const probeSize = 16 << 10

// Probe tries whether a folder takes a file of some size, and brings it to the disk. The
// file is gone when it returns.
func Probe(dir string) (err error) {
	f, err := os.CreateTemp(dir, ".probe-*")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close(), os.Remove(f.Name())) }()
	if _, err = f.Write(make([]byte, probeSize)); err == nil {
		err = f.Sync()
	}
	return err
}
