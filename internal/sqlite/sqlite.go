// Package sqlite keeps runs, events, artifacts and blobs in one SQLite database.
package sqlite

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"github.com/pressly/goose/v3"
	_ "modernc.org/sqlite" // SQLite without cgo

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/internal/sqlite/datafile"
	"github.com/cineforge/cineforge/internal/sqlite/presence"
	"github.com/cineforge/cineforge/internal/storage"
	"github.com/cineforge/cineforge/run"
)

//go:embed migrations/*.sql
var migrations embed.FS

// FileName is the name of the database within a data directory.
const FileName = "cineforge.db"

// Store is a database, as the parts that each serve one seam. It is safe for concurrent
// use, also by several processes with a Store of the same file each.
type Store struct {
	Log         *Log
	Artifacts   *Artifacts
	Blobs       *Blobs
	Journal     *Journal
	Projects    *ProjectStore
	Health      *Health
	Maintenance *Maintenance
	Deletion    *Deletion

	db *database
}

func newStore(d *database) *Store {
	log := &Log{d}
	artifacts := &Artifacts{d}
	blobs := &Blobs{d}
	return &Store{
		Log: log, Artifacts: artifacts, Blobs: blobs, Journal: &Journal{d}, Projects: &ProjectStore{d}, Health: &Health{d},
		Maintenance: &Maintenance{db: d, log: log, artifacts: artifacts, blobs: blobs}, Deletion: &Deletion{d}, db: d,
	}
}

// Seams returns the store as the seams that a system is built on.
func (s *Store) Seams() storage.Store {
	return storage.Store{
		Log: s.Log, Index: s.Log, Memo: s.Log, Feed: s.Log, Artifacts: s.Artifacts, Blobs: s.Blobs, Journal: s.Journal,
		Projects: s.Projects, Inputs: s.Projects, Chat: s.Projects, Scans: s.Projects, Health: s.Health, Attempts: s.Health,
		Maintenance: s.Maintenance, Deletion: s.Deletion, Close: s.Close,
	}
}

// ReadOnly reports whether the store may not be written to.
func (s *Store) ReadOnly() bool { return s.db.readOnly() }

// Close closes the database. Commits under way end first.
func (s *Store) Close() error { return s.db.close() }

// Every commit is on the disk before it is reported (synchronous FULL), readers
// never wait for the writer (WAL), a second process waits its turn, and what is deleted is
// overwritten.
const (
	pragmas = "_pragma=journal_mode(wal)&_pragma=synchronous(full)&_pragma=busy_timeout(10000)&_pragma=foreign_keys(on)" +
		"&_pragma=secure_delete(on)"
	memory    = "_pragma=foreign_keys(on)"
	immediate = "&_txlock=immediate"
)

// mostReaders bounds the connections for reading, each of which has two files open: more
// reading at once is not faster, and however many clients ask, descriptors are left for others.
const mostReaders = 16

// Open opens the database of a data directory, which must exist, and brings its
// schema up to date. One that may not be written to is read as a copy; what would write
// then is a *run.TroubleError of kind run.ReadOnly.
//
// Before the schema is brought up to date a copy is made beside the database, unless noCopy
// is set; see Copies.
func Open(ctx context.Context, dir string, noCopy ...bool) (*Store, error) {
	if datafile.ReadOnly(dir, filepath.Join(dir, FileName)) {
		return openReadOnly(ctx, dir)
	}
	return openDir(ctx, dir, len(noCopy) > 0 && noCopy[0])
}

func openDir(ctx context.Context, dir string, noCopy bool) (*Store, error) {
	d, err := connect(dir, noCopy)
	if err != nil {
		return nil, err
	}
	return migrated(ctx, d)
}

// connect opens the file of a data directory as it is.
func connect(dir string, noCopy bool) (*database, error) {
	file := filepath.Join(dir, FileName)
	datafile.Private(file)
	path := dsn(file)
	write, err := sql.Open("sqlite", path+"?"+pragmas+immediate)
	if err != nil {
		return nil, fmt.Errorf("open the database: %w", err)
	}
	write.SetMaxOpenConns(1)
	read, err := sql.Open("sqlite", path+"?"+pragmas)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open the database: %w", err), write.Close())
	}
	read.SetMaxOpenConns(mostReaders)
	return &database{file: file, write: write, read: newReader(read, file), presence: presence.New(dir), noCopy: noCopy}, nil
}

// dir is the data directory; "" if the database is in memory.
func (d *database) dir() string {
	if d.file == "" {
		return ""
	}
	return filepath.Dir(d.file)
}

// dsn names a file to the driver.
func dsn(file string) string {
	return (&url.URL{Scheme: "file", OmitHost: true, Path: filepath.ToSlash(file)}).String()
}

// OpenMemory opens a database that lives in memory until it is closed.
func OpenMemory(ctx context.Context) (*Store, error) {
	db, err := sql.Open("sqlite", "file::memory:?"+memory+immediate)
	if err != nil {
		return nil, fmt.Errorf("open a database in memory: %w", err)
	}
	db.SetMaxOpenConns(1) // each connection would be a database of its own
	return migrated(ctx, &database{write: db, read: newReader(db, ""), presence: presence.New("")})
}

func migrated(ctx context.Context, d *database) (*Store, error) {
	d.changed = make(chan struct{})
	d.woken = make(chan struct{})
	err := d.migrate(ctx)
	if err == nil {
		err = d.there()
	}
	if err == nil {
		err = d.prepare(ctx)
	}
	if err != nil {
		return nil, errors.Join(why(d.file, err), d.close())
	}
	d.removeCopies(copyAge)
	d.finishErasure(ctx)
	return newStore(d), nil
}

func (d *database) prepare(ctx context.Context) (err error) {
	d.advance, err = d.write.PrepareContext(ctx, `UPDATE runs SET last_seq = last_seq + ?, ended = ?
		WHERE id = ? AND epoch = ? AND ended = 0 RETURNING last_seq`)
	if err != nil {
		return fmt.Errorf("prepare the database: %w", err)
	}
	d.insert, err = d.write.PrepareContext(ctx, `INSERT INTO events (run_id, seq, ts, name, body) VALUES (?, ?, ?, ?, ?)`)
	if err != nil {
		return fmt.Errorf("prepare the database: %w", err)
	}
	return nil
}

func (d *database) migrate(ctx context.Context) error {
	dir, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	p, err := goose.NewProvider(goose.DialectSQLite3, d.write, dir, goose.WithSlog(slog.New(slog.DiscardHandler)))
	if err != nil {
		return fmt.Errorf("read the schema: %w", err)
	}
	sources := p.ListSources()
	own := sources[len(sources)-1].Version
	more, _ := strconv.ParseInt(raised, 10, 64) // "" is 0
	latest := own + more
	d.schema = latest
	// Another process may be doing the same: then one of the two fails, and finds
	// the schema up to date when it looks again.
	for try := 0; ; try++ {
		switch version := d.schemaVersion(ctx); {
		case version == latest:
			return d.updated(ctx)
		case version > latest:
			return failure.New(failure.Input,
				fmt.Sprintf("the database %s was made by a newer version of this program (schema %d, and this one knows up to %d)", d.file, version,
					latest),
				"use that version, or name another data directory with --data")
		}
		err := d.copyBefore(ctx)
		if full, ok := errors.AsType[*run.TroubleError](err); ok {
			return full
		}
		if err == nil {
			_, err = p.Up(ctx)
		}
		if err == nil {
			err = d.raise(ctx, own)
		}
		if err == nil {
			continue
		}
		if kind := troubleOf(err); try == migrationTries || kind != "" && kind != run.Locked {
			return fmt.Errorf("bring the database's schema up to date: %w", err)
		}
		time.Sleep(migrationPause)
	}
}

// How often, and how far apart, an update of the schema is tried.
const (
	migrationTries = 20
	migrationPause = 50 * time.Millisecond
)

// schemaVersion returns the version of the schema, or 0 if there is none yet.
func (d *database) schemaVersion(ctx context.Context) (version int64) {
	err := d.read.QueryRowContext(ctx, `SELECT max(version_id) FROM goose_db_version WHERE is_applied`).Scan(&version)
	if err != nil {
		return 0 // no table, or none that can be read: updating it will tell
	}
	return version
}

// close closes the database. Commits under way end first.
func (d *database) close() error {
	d.presence.Hide()
	err := d.write.Close()
	if d.read.db != d.write {
		err = errors.Join(err, d.read.db.Close())
	}
	if d.copied != "" {
		err = errors.Join(err, os.RemoveAll(d.copied))
	}
	return err
}

// openReadOnly opens the database of a folder that may not be written to: SQLite itself
// writes beside a database to read it. It is copied, with what was written last, and read
// there; what would write is a trouble.
func openReadOnly(ctx context.Context, dir string) (*Store, error) {
	file := filepath.Join(dir, FileName)
	scratch, err := os.MkdirTemp("", "cineforge-read-*")
	if err != nil {
		return nil, fmt.Errorf("read %s, which may not be written to: %w", file, err)
	}
	copied, err := datafile.Copy(file, filepath.Join(scratch, FileName))
	if err == nil {
		var s *Store
		if s, err = openDir(ctx, scratch, true); err == nil {
			s.db.file = file
			s.db.read.file = file
			s.db.copied = scratch
			s.db.opened.info = copied
			s.db.presence = presence.New(dir)
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
