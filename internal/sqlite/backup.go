package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	driver "modernc.org/sqlite"
	codes "modernc.org/sqlite/lib"

	"github.com/cineforge/cineforge/internal/sqlite/datafile"
	"github.com/cineforge/cineforge/internal/storage"
	"github.com/cineforge/cineforge/run"
)

// Backup writes the database, as it is at the moment, to a file, which appears whole
// and examined or not at all. Others may write to the database meanwhile. A file that
// is there already is replaced, or is os.ErrExist. If anything in the database is damaged, the
// copy is written only if damaged is set, byte by byte if SQLite can't write it otherwise; what is
// damaged is returned in any case. An error of the target is a *fs.PathError that names it.
func (m *Maintenance) Backup(ctx context.Context, file string, replace, damaged bool) (size int64, found *storage.Examination, err error) {
	if info, err := os.Stat(file); err == nil {
		own, ownErr := os.Stat(m.db.file)
		if !replace || ownErr == nil && os.SameFile(info, own) {
			return 0, nil, fmt.Errorf("back up to %s: %w", file, os.ErrExist)
		}
	}
	part, err := os.CreateTemp(filepath.Dir(file), ".backup-*.part")
	if err != nil {
		return 0, nil, fmt.Errorf("back up to %s: %w", file, err)
	}
	defer func() {
		for _, suffix := range []string{"", "-wal", "-shm", "-journal"} {
			os.Remove(part.Name() + suffix) //nolint:errcheck // it has its own name by then, or is of no use
		}
	}()
	defer part.Close()                                       //nolint:errcheck // it is on the disk by then
	if err := part.Chmod(datafile.PrivateFile); err != nil { // SQLite keeps the mode of an empty file
		return 0, nil, fmt.Errorf("back up to %s: %w", file, err)
	}
	found, err = m.copyTo(ctx, part.Name(), damaged)
	if err != nil {
		return 0, nil, fmt.Errorf("back up to %s: %w", file, err)
	}
	if !found.OK() && !damaged {
		return 0, found, nil
	}
	if err := part.Sync(); err != nil {
		return 0, nil, fmt.Errorf("back up to %s: %w", file, err)
	}
	info, err := part.Stat()
	if err == nil {
		err = os.Rename(part.Name(), file)
	}
	if err != nil {
		return 0, nil, fmt.Errorf("back up to %s: %w", file, err)
	}
	datafile.Sync(filepath.Dir(file))
	return info.Size(), found, nil
}

// copyTo copies the database into an empty file, and says what is damaged in it.
func (m *Maintenance) copyTo(ctx context.Context, part string, damaged bool) (found *storage.Examination, err error) {
	_, vacuum := m.db.read.db.ExecContext(ctx, `VACUUM INTO ?`, dsn(part))
	if vacuum != nil && troubleOf(vacuum) != run.Damaged {
		return nil, m.blame(part, vacuum)
	}
	// What is damaged may not show in the copy, such as an index, which is made anew.
	if found, err = m.Examine(ctx); err != nil {
		return nil, fmt.Errorf("check the database: %w", err)
	}
	if vacuum != nil {
		if found.OK() { // whatever it is that can't be copied
			found.Add("structure", "", vacuum)
		}
		if damaged {
			found.Bytewise = true
			err = m.copyBytes(ctx, part)
		}
		return found, err
	}
	if found.OK() {
		err = checkCopy(ctx, part)
	}
	return found, err
}

// errCopy means that a copy is damaged of a database that is not.
var errCopy = errors.New("what was written reads back damaged")

// checkCopy returns an error that names a copy if it is damaged.
func checkCopy(ctx context.Context, file string) error {
	found, err := examineCopy(ctx, file)
	if err == nil && !found.OK() {
		err = fmt.Errorf("%w: %s", errCopy, found.Damages[0])
	}
	if err == nil || ctx.Err() != nil {
		return err
	}
	return &fs.PathError{Op: "check", Path: file, Err: err}
}

// copyBytes copies the files of a database that SQLite can't copy, as they are at one moment,
// into one file. A transaction that reads keeps the log from being begun anew meanwhile, so that
// the log holds whatever the other file misses.
func (m *Maintenance) copyBytes(ctx context.Context, part string) error {
	from := m.db.file
	if m.db.copied != "" {
		from = filepath.Join(m.db.copied, FileName)
	}
	tx, err := m.db.read.db.BeginTx(ctx, nil)
	if err == nil {
		defer tx.Rollback() //nolint:errcheck // it only reads
		err = tx.QueryRowContext(ctx, `SELECT count(*) FROM sqlite_schema`).Scan(new(int))
	}
	if err != nil && troubleOf(err) != run.Damaged {
		return why(m.db.file, err)
	}
	for _, suffix := range []string{"", "-wal"} {
		if err := datafile.CopyFile(from+suffix, part+suffix); err != nil && (suffix == "" || !errors.Is(err, fs.ErrNotExist)) {
			return err
		}
	}
	// The log goes into the copy, as far as the damage lets it.
	db, err := sql.Open("sqlite", dsn(part))
	if err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`)
	if troubleOf(err) == run.Damaged {
		err = nil
	}
	if err = errors.Join(err, db.Close()); err != nil {
		err = m.blame(part, err)
	}
	return err
}

// blame says of an error of a backup whose it is: of the database, which is only read, or of
// the file that is written.
func (m *Maintenance) blame(file string, err error) error {
	reported, ok := errors.AsType[*driver.Error](err)
	if !ok {
		return err
	}
	switch reported.Code() {
	case codes.SQLITE_IOERR_READ, codes.SQLITE_IOERR_SHORT_READ, codes.SQLITE_IOERR_CORRUPTFS:
		return why(m.db.file, err)
	}
	reason := map[run.Trouble]error{run.DiskFull: syscall.ENOSPC, run.ReadOnly: syscall.EACCES, run.Unreachable: syscall.ENOENT,
		run.DiskFault: syscall.EIO}[troubleOf(err)]
	if reason == nil {
		return why(m.db.file, err)
	}
	return &fs.PathError{Op: "write", Path: file, Err: reason}
}

// examineCopy examines a database in a file, without a trace.
func examineCopy(ctx context.Context, file string) (*storage.Examination, error) {
	db, err := sql.Open("sqlite", dsn(file)+"?mode=ro")
	if err != nil {
		return nil, err
	}
	defer db.Close() //nolint:errcheck // it was only read
	return newStore(&database{file: file, read: newReader(db, file)}).Maintenance.Examine(ctx)
}
