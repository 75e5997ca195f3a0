package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/cineforge/cineforge/failure"
)

// openReadOnly opens the database of a folder that may not be written to: SQLite itself
// writes beside a database to read it. It is copied, with what was written last, and read
// there; what would write is a trouble.
func openReadOnly(ctx context.Context, dir string) (*Store, error) {
	file := filepath.Join(dir, FileName)
	scratch, err := os.MkdirTemp("", "cineforge-read-*")
	if err != nil {
		return nil, fmt.Errorf("read %s, which may not be written to: %w", file, err)
	}
	copied, err := copyDatabase(file, filepath.Join(scratch, FileName))
	if err == nil {
		var s *Store
		if s, err = openDir(ctx, scratch, true); err == nil {
			s.db.file = file
			s.db.read.file = file
			s.db.copied = scratch
			s.db.opened.info = copied
			s.db.presence = newPresence(dir)
			return s, nil
		}
	}
	if p, ok := errors.AsType[*fs.PathError](err); ok && filepath.Dir(p.Path) == scratch {
		err = fmt.Errorf("read %s, which may not be written to, by a copy in %s: %w", file, filepath.Dir(scratch), p.Err)
		return nil, errors.Join(&failure.Error{Class: failure.Internal, Hint: "make room there, or name another folder with TMPDIR",
			Message: err.Error(), Err: err}, os.RemoveAll(scratch))
	}
	return nil, errors.Join(why(file, err), os.RemoveAll(scratch))
}

// copyTries is how often a database is copied that changes meanwhile.
const copyTries = 5

// copyDatabase copies a database with its log, as they are at one moment.
func copyDatabase(from, to string) (info os.FileInfo, err error) {
	for range copyTries {
		before := states(from)
		if err := copyFile(from, to); err != nil {
			return nil, err
		}
		if err := copyFile(from+"-wal", to+"-wal"); err != nil && !errors.Is(err, fs.ErrNotExist) {
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

func copyFile(from, to string) error {
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

// forbidden reports whether a folder with a database in it, or the database, may not be
// written to.
func forbidden(dir string) bool {
	file := filepath.Join(dir, FileName)
	if _, err := os.Stat(file); err != nil {
		return false
	}
	err := errors.Join(refused(file), refused(dir))
	return errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS)
}

// errReadOnly is why nothing is written into a copy.
var errReadOnly error = &os.PathError{Op: "write", Path: FileName, Err: syscall.EROFS}

// writable returns an error if the store is only read.
func (d *database) writable() error {
	if d.copied == "" {
		return nil
	}
	return why(d.file, errReadOnly)
}

// readOnly reports whether the store may not be written to.
func (d *database) readOnly() bool { return d.copied != "" }
