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
	"sync"
	"sync/atomic"
	"time"

	"github.com/pressly/goose/v3"
	_ "modernc.org/sqlite" // SQLite without cgo

	"github.com/cineforge/cineforge/durable/local"
	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/project"
	"github.com/cineforge/cineforge/run"
)

//go:embed migrations/*.sql
var migrations embed.FS

// FileName is the name of the database within a data directory.
const FileName = "cineforge.db"

// Store is a database. It is safe for concurrent use, also by several processes
// with a Store of the same file each.
type Store struct {
	file  string  // "" if it is in memory
	write *sql.DB // one connection, which takes the write lock at the start of a transaction
	read  *reader
	group group

	// The statements of the hot path, prepared on the writing connection.
	advance, insert *sql.Stmt

	mu      sync.Mutex
	changed chan struct{} // closed and replaced after each commit of this process; guarded by mu
	told    chan struct{} // the same for what Changed tells of

	opened   openedFile
	schema   int64  // that this program knows
	noCopy   bool   // none is made before the schema is brought up to date
	copied   string // the folder of the copy that is read; "" for the database itself
	presence *presence
	carries  atomic.Value // string: the routes that this process can reach, as JSON; "" for all
}

var (
	_ run.Log       = (*Store)(nil)
	_ run.Archive   = (*Store)(nil)
	_ run.Runs      = (*Store)(nil)
	_ run.Memo      = (*Store)(nil)
	_ run.Feed      = (*Store)(nil)
	_ local.Journal = (*Store)(nil)

	_ project.Store  = (*Store)(nil)
	_ project.Inputs = (*Store)(nil)
	_ project.Chat   = (*Store)(nil)
)

// Every commit is on the disk before it is told of (synchronous FULL), readers
// never wait for the writer (WAL), and a second process waits its turn.
const (
	pragmas   = "_pragma=journal_mode(wal)&_pragma=synchronous(full)&_pragma=busy_timeout(10000)&_pragma=foreign_keys(on)"
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
	if forbidden(dir) {
		return openReadOnly(ctx, dir)
	}
	return openDir(ctx, dir, len(noCopy) > 0 && noCopy[0])
}

func openDir(ctx context.Context, dir string, noCopy bool) (*Store, error) {
	file := filepath.Join(dir, FileName)
	private(file)
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
	return migrated(ctx, &Store{file: file, write: write, read: newReader(read, file), presence: newPresence(dir), noCopy: noCopy})
}

// dir is the data directory; "" if the database is in memory.
func (s *Store) dir() string {
	if s.file == "" {
		return ""
	}
	return filepath.Dir(s.file)
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
	return migrated(ctx, &Store{write: db, read: newReader(db, ""), presence: newPresence("")})
}

func migrated(ctx context.Context, s *Store) (*Store, error) {
	s.changed, s.told = make(chan struct{}), make(chan struct{})
	err := s.migrate(ctx)
	if err == nil {
		err = s.there()
	}
	if err == nil {
		err = s.prepare(ctx)
	}
	if err != nil {
		return nil, errors.Join(why(s.file, err), s.Close())
	}
	s.RemoveCopies(copyAge)
	return s, nil
}

func (s *Store) prepare(ctx context.Context) (err error) {
	s.advance, err = s.write.PrepareContext(ctx, `UPDATE runs SET last_seq = last_seq + ?, ended = ?
		WHERE id = ? AND epoch = ? AND ended = 0 RETURNING last_seq`)
	if err != nil {
		return fmt.Errorf("prepare the database: %w", err)
	}
	s.insert, err = s.write.PrepareContext(ctx, `INSERT INTO events (run_id, seq, ts, name, body) VALUES (?, ?, ?, ?, ?)`)
	if err != nil {
		return fmt.Errorf("prepare the database: %w", err)
	}
	return nil
}

func (s *Store) migrate(ctx context.Context) error {
	dir, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	p, err := goose.NewProvider(goose.DialectSQLite3, s.write, dir, goose.WithSlog(slog.New(slog.DiscardHandler)))
	if err != nil {
		return fmt.Errorf("read the schema: %w", err)
	}
	sources := p.ListSources()
	own := sources[len(sources)-1].Version
	more, _ := strconv.ParseInt(raised, 10, 64) // "" is 0
	latest := own + more
	s.schema = latest
	// Another process may be doing the same: then one of the two fails, and finds
	// the schema up to date when it looks again.
	for try := 0; ; try++ {
		switch version := s.schemaVersion(ctx); {
		case version == latest:
			return nil
		case version > latest:
			return failure.New(failure.Input, fmt.Sprintf("the database %s was made by a newer version of this program (schema %d, and this one knows up to %d)", s.file, version, latest),
				"use that version, or name another data directory with --data")
		}
		if err := s.copyBefore(ctx, s.schemaVersion(ctx)); err != nil {
			return err
		}
		_, err := p.Up(ctx)
		if err == nil {
			err = s.raise(ctx, own)
		}
		if err == nil {
			return nil
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
func (s *Store) schemaVersion(ctx context.Context) (version int64) {
	err := s.read.QueryRowContext(ctx, `SELECT max(version_id) FROM goose_db_version WHERE is_applied`).Scan(&version)
	if err != nil {
		return 0 // no table, or none that can be read: updating it will tell
	}
	return version
}

// Close closes the database. Commits under way end first.
func (s *Store) Close() error {
	s.presence.hide()
	err := s.write.Close()
	if s.read.db != s.write {
		err = errors.Join(err, s.read.db.Close())
	}
	if s.copied != "" {
		err = errors.Join(err, os.RemoveAll(s.copied))
	}
	return err
}
