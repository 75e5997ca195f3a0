package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"
	"time"
)

// probeSize is how much a probe writes: more than what a disk that is full still takes.
const probeSize = 16 << 10

// ProbeDir tries whether a folder takes a file of some size, and brings it to the disk. The
// file is gone when it returns.
func ProbeDir(dir string) (err error) {
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
	if err := ProbeDir(m.db.dir()); err != nil {
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
