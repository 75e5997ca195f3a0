package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"

	"cineforge/run"
)

// Facts are what a database holds.
type Facts struct {
	File      string `json:"file"`
	Bytes     int64  `json:"bytes"` // with the log of what was written last
	Runs      int    `json:"runs"`
	Events    int    `json:"events"`
	Answers   int    `json:"answers"`
	Artifacts int    `json:"artifacts"`
	Blobs     int    `json:"blobs"`
}

// Facts counts what the database holds.
func (s *Store) Facts(ctx context.Context) (Facts, error) {
	f := Facts{File: s.file}
	err := s.read.QueryRowContext(ctx, `SELECT (SELECT count(*) FROM runs), (SELECT count(*) FROM events), (SELECT count(*) FROM answers),
		(SELECT count(*) FROM artifacts), (SELECT count(*) FROM blobs)`).Scan(&f.Runs, &f.Events, &f.Answers, &f.Artifacts, &f.Blobs)
	if err != nil {
		return f, fmt.Errorf("count what the database holds: %w", err)
	}
	for _, name := range []string{s.file, s.file + "-wal"} {
		if info, err := os.Stat(name); err == nil {
			f.Bytes += info.Size()
		}
	}
	return f, nil
}

// Check looks at the structure of the whole database and returns an error if it is damaged.
// Examine does that and more.
func (s *Store) Check(ctx context.Context) error {
	var result string
	if err := s.read.QueryRowContext(ctx, `PRAGMA quick_check(1)`).Scan(&result); err != nil {
		return fmt.Errorf("check the database: %w", err)
	}
	if result != "ok" {
		return why(s.file, fmt.Errorf("%w: %s", run.ErrDamaged, result))
	}
	return nil
}

// Backup writes the database, as it is at the moment, to a file, which appears whole
// and examined or not at all. Others may write to the database meanwhile. A file that
// is there already is replaced, or is os.ErrExist. If anything in the copy is damaged, it is
// written only if damaged is set, and told in any case.
func (s *Store) Backup(ctx context.Context, file string, replace, damaged bool) (size int64, found *Examination, err error) {
	if info, err := os.Stat(file); err == nil {
		own, ownErr := os.Stat(s.file)
		if !replace || ownErr == nil && os.SameFile(info, own) {
			return 0, nil, fmt.Errorf("back up to %s: %w", file, os.ErrExist)
		}
	}
	part, err := os.CreateTemp(filepath.Dir(file), ".backup-*.part")
	if err != nil {
		return 0, nil, fmt.Errorf("back up to %s: %w", file, err)
	}
	defer os.Remove(part.Name())                    //nolint:errcheck // it has its own name by then, or is of no use
	defer part.Close()                              //nolint:errcheck // it is on the disk by then
	if err := part.Chmod(privateFile); err != nil { // SQLite keeps the mode of an empty file
		return 0, nil, fmt.Errorf("back up to %s: %w", file, err)
	}
	if _, err := s.read.db.ExecContext(ctx, `VACUUM INTO ?`, dsn(part.Name())); err != nil {
		return 0, nil, fmt.Errorf("back up to %s: %w", file, why(file, err))
	}
	// What is damaged may not show in the copy, such as an index, which is made anew.
	if found, err = s.Examine(ctx); err == nil && found.OK() {
		found, err = examineCopy(ctx, part.Name())
	}
	if err != nil {
		return 0, nil, fmt.Errorf("check the backup: %w", err)
	}
	if !found.OK() && !damaged {
		return 0, found, nil
	}
	if err := part.Sync(); err != nil {
		return 0, nil, fmt.Errorf("back up to %s: %w", file, why(file, err))
	}
	info, err := part.Stat()
	if err == nil {
		err = os.Rename(part.Name(), file)
	}
	if err != nil {
		return 0, nil, fmt.Errorf("back up to %s: %w", file, err)
	}
	syncFolder(filepath.Dir(file))
	return info.Size(), found, nil
}

// examineCopy examines a database in a file, without a trace.
func examineCopy(ctx context.Context, file string) (*Examination, error) {
	db, err := sql.Open("sqlite", dsn(file)+"?mode=ro")
	if err != nil {
		return nil, err
	}
	defer db.Close() //nolint:errcheck // it was only read
	return (&Store{file: file, read: newReader(db, file)}).Examine(ctx)
}

// syncFolder brings a folder's names to the disk, where there is such a thing.
func syncFolder(dir string) {
	if f, err := os.Open(dir); err == nil {
		defer f.Close()
		f.Sync() //nolint:errcheck // the system does it in its own time otherwise
	}
}
