package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"cineforge/artifact"
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
func (s *Store) Check(ctx context.Context) error { return check(ctx, s.read) }

func check(ctx context.Context, db *reader) error {
	var result string
	if err := db.QueryRowContext(ctx, `PRAGMA quick_check(1)`).Scan(&result); err != nil {
		return fmt.Errorf("check the database: %w", err)
	}
	if result != "ok" {
		return why(db.file, fmt.Errorf("%w: %s", run.ErrDamaged, result))
	}
	return nil
}

// CheckContent looks at what the structure can't tell: whether all content is what was
// stored, whether all that is referred to is there, and whether no event is missing.
func (s *Store) CheckContent(ctx context.Context) error {
	for _, q := range []struct{ what, query string }{
		{"a row of %s refers to one that is not there", `SELECT "table" FROM pragma_foreign_key_check LIMIT 1`},
		{"events of run %s are missing", `SELECT id FROM runs LEFT JOIN (SELECT run_id, count(*) AS n, max(seq) AS last FROM events GROUP BY run_id) ON run_id = id
			WHERE n IS NOT last_seq OR last IS NOT last_seq LIMIT 1`},
	} {
		var found string
		err := s.read.QueryRowContext(ctx, q.query).Scan(&found)
		if err == nil {
			return why(s.file, fmt.Errorf("%w: "+q.what, run.ErrDamaged, found))
		}
		if !errors.Is(err, sql.ErrNoRows) {
			return fmt.Errorf("check the database: %w", err)
		}
	}
	return s.checkBlobs(ctx)
}

func (s *Store) checkBlobs(ctx context.Context) error {
	for after := ""; ; {
		var digest artifact.Digest
		err := s.read.QueryRowContext(ctx, `SELECT digest FROM blobs WHERE digest > ? ORDER BY digest LIMIT 1`, after).Scan(&digest)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err == nil {
			_, err = s.Blob(ctx, digest)
		}
		// Who prunes meanwhile may have taken it away.
		if err != nil && !errors.Is(err, run.ErrNotFound) {
			return fmt.Errorf("check the content: %w", err)
		}
		after = string(digest)
	}
}

// Backup writes the database, as it is at the moment, to a file, which appears whole
// and checked or not at all. Others may write to the database meanwhile. A file that
// is there already is replaced, or is os.ErrExist.
func (s *Store) Backup(ctx context.Context, file string, replace bool) (size int64, err error) {
	if info, err := os.Stat(file); err == nil {
		own, ownErr := os.Stat(s.file)
		if !replace || ownErr == nil && os.SameFile(info, own) {
			return 0, fmt.Errorf("back up to %s: %w", file, os.ErrExist)
		}
	}
	part, err := os.CreateTemp(filepath.Dir(file), ".backup-*.part")
	if err != nil {
		return 0, fmt.Errorf("back up to %s: %w", file, err)
	}
	defer os.Remove(part.Name())                    //nolint:errcheck // it has its own name by then, or is of no use
	defer part.Close()                              //nolint:errcheck // it is on the disk by then
	if err := part.Chmod(privateFile); err != nil { // SQLite keeps the mode of an empty file
		return 0, fmt.Errorf("back up to %s: %w", file, err)
	}
	if _, err := s.read.db.ExecContext(ctx, `VACUUM INTO ?`, dsn(part.Name())); err != nil {
		return 0, fmt.Errorf("back up to %s: %w", file, why(file, err))
	}
	if err := checkCopy(ctx, part.Name()); err != nil {
		return 0, fmt.Errorf("check the backup: %w", err)
	}
	if err := part.Sync(); err != nil {
		return 0, fmt.Errorf("back up to %s: %w", file, why(file, err))
	}
	info, err := part.Stat()
	if err == nil {
		err = os.Rename(part.Name(), file)
	}
	if err != nil {
		return 0, fmt.Errorf("back up to %s: %w", file, err)
	}
	syncFolder(filepath.Dir(file))
	return info.Size(), nil
}

// checkCopy looks at the structure of a database in a file, without a trace.
func checkCopy(ctx context.Context, file string) error {
	db, err := sql.Open("sqlite", dsn(file)+"?mode=ro")
	if err != nil {
		return err
	}
	defer db.Close() //nolint:errcheck // it was only read
	return check(ctx, newReader(db, file))
}

// syncFolder brings a folder's names to the disk, where there is such a thing.
func syncFolder(dir string) {
	if f, err := os.Open(dir); err == nil {
		defer f.Close()
		f.Sync() //nolint:errcheck // the system does it in its own time otherwise
	}
}
