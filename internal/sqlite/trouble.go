package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"
	"syscall"
	"time"

	driver "modernc.org/sqlite"
	codes "modernc.org/sqlite/lib"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/internal/sqlite/datafile"
	"github.com/cineforge/cineforge/run"
)

// troubles are the meanings of SQLite's result codes that are no mistake of the caller.
var troubles = map[int]run.Trouble{
	codes.SQLITE_FULL:     run.DiskFull,
	codes.SQLITE_BUSY:     run.Locked,
	codes.SQLITE_LOCKED:   run.Locked,
	codes.SQLITE_PROTOCOL: run.Locked,
	codes.SQLITE_READONLY: run.ReadOnly,
	codes.SQLITE_PERM:     run.ReadOnly,
	codes.SQLITE_CANTOPEN: run.Unreachable,
	codes.SQLITE_IOERR:    run.DiskFault,
	codes.SQLITE_CORRUPT:  run.Damaged,
	codes.SQLITE_NOTADB:   run.Damaged,
}

// saying is how a trouble is reported: what is wrong with a file, and what to do.
var saying = map[run.Trouble][2]string{
	run.DiskFull: {"the disk that holds %s is full",
		"make room on it, then try again"},
	run.Locked: {"another process keeps %s locked",
		"end that process, or wait for it, then try again"},
	run.ReadOnly: {"%s is read-only",
		"change the permissions of the file and its folder, or use another data directory with --data"},
	run.Unreachable: {"%s can't be opened",
		"check that its folder exists and is writable, or use another data directory with --data"},
	run.Removed: {"%s was removed or replaced",
		"put the data directory back; until then nothing can be stored"},
	run.NewerSchema: {"%s was upgraded by a newer version of this program",
		"end this process and use the newer version"},
	run.DiskFault: {"the disk that holds %s reported a fault",
		"check the system log; if the disk is good, try again"},
	run.Damaged: {"%s is damaged",
		"list the damage: " + failure.CheckData().String() + "; then restore a backup"},
}

// troubleOf returns what an error means for the store, or "" if it is no trouble of the store.
func troubleOf(err error) run.Trouble {
	if refused, ok := errors.AsType[*driver.Error](err); ok {
		return troubles[refused.Code()&0xff]
	}
	if errno, ok := errors.AsType[syscall.Errno](err); ok {
		return run.TroubleOf(errno)
	}
	switch {
	case errors.Is(err, run.ErrDamaged):
		return run.Damaged
	case errors.Is(err, errRemoved):
		return run.Removed
	case errors.Is(err, errNewer):
		return run.NewerSchema
	}
	return ""
}

// why makes the trouble of a database of an error that is one, for people and for
// callers that may try again. Other errors stay as they are. A database in memory has no file.
func why(file string, err error) error {
	kind := troubleOf(err)
	if _, done := errors.AsType[*run.TroubleError](err); done || kind == "" {
		return err
	}
	name := "the database " + file
	if file == "" {
		name = "the database in memory"
	}
	return &run.TroubleError{Kind: kind, Err: &failure.Error{
		Class: failure.Internal, Message: fmt.Sprintf(saying[kind][0], name), Hint: saying[kind][1], Err: err,
		Remedies: []failure.Remedy{failure.CheckData()},
	}}
}

// Probe tries whether the store takes anything: its folder a file, and its database a
// transaction. The error is a *run.TroubleError; a database in memory has no trouble.
func (m *Maintenance) Probe(ctx context.Context) error {
	if m.db.dir() == "" {
		return nil
	}
	if err := m.db.writable(); err != nil {
		return err
	}
	if err := m.db.there(); err != nil {
		return why(m.db.file, err)
	}
	if err := datafile.Probe(m.db.dir()); err != nil {
		return why(m.db.file, err)
	}
	// A connection of its own: the one that writes may be waiting for the same.
	db, err := sql.Open("sqlite", dsn(m.db.file)+"?_pragma=busy_timeout(2000)"+immediate)
	if err != nil {
		return fmt.Errorf("try the database: %w", err)
	}
	defer db.Close() //nolint:errcheck // nothing was written
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return why(m.db.file, fmt.Errorf("try the database: %w", err))
	}
	return tx.Rollback()
}

// errRemoved means that the database's file is not the one any more that was opened: what is
// written into it is lost with the process.
var errRemoved = errors.New("the file of the database was removed or replaced")

// lookEvery is how often it is looked at the most whether the file is there.
const lookEvery = time.Second

// openedFile is the database's file as it was when it was opened.
type openedFile struct {
	mu     sync.Mutex
	info   os.FileInfo // nil until it is known
	looked time.Time
	gone   bool
}

// there returns an error if the database's file is gone, or is another one.
func (d *database) there() error {
	if d.file == "" {
		return nil
	}
	d.opened.mu.Lock()
	defer d.opened.mu.Unlock()
	if !d.opened.gone && time.Since(d.opened.looked) < lookEvery {
		return nil
	}
	d.opened.looked = time.Now()
	info, err := os.Stat(d.file)
	if d.opened.info == nil {
		d.opened.info = info
		return err
	}
	d.opened.gone = errors.Is(err, fs.ErrNotExist) || err == nil && !os.SameFile(info, d.opened.info)
	if d.opened.gone {
		return errRemoved
	}
	return nil
}
