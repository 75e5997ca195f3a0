package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	driver "modernc.org/sqlite"
	codes "modernc.org/sqlite/lib"

	"github.com/cineforge/cineforge/internal/sqlite/presence"
)

// database is the connections to a database, and what all parts of a store share.
type database struct {
	file  string  // "" if it is in memory
	write *sql.DB // one connection, which takes the write lock at the start of a transaction
	read  *reader
	group group

	// The statements of the hot path, prepared on the writing connection.
	advance, insert *sql.Stmt

	mu      sync.Mutex
	changed chan struct{} // closed and replaced after each commit of this process; guarded by mu
	woken   chan struct{} // the same for what Journal.Changed reports; guarded by mu

	opened   openedFile
	schema   int64  // that this program knows
	noCopy   bool   // none is made before the schema is brought up to date
	copied   string // the folder of the copy that is read; "" for the database itself
	presence *presence.Process
	carries  atomic.Value // string: the routes that this process can reach, as JSON; "" for all
}

// maxGroup bounds the changes of one transaction, so that the last of them does
// not make the first wait long.
const maxGroup = 64

// change is something to write, and what became of it. It may be applied more
// than once until it is committed.
type change struct {
	apply func(*sql.Tx) error
	err   error
	turn  chan bool // true: lead the next group; false: committed or failed
}

// group lets concurrent writers share a transaction, and so the wait for the
// disk: the first writer commits what has queued up, and hands the lead to the
// first of those that came meanwhile. It needs no goroutine of its own.
type group struct {
	mu    sync.Mutex
	queue []*change // guarded by mu
	led   bool      // guarded by mu
}

// update applies a change in a transaction, which it may share with others, and
// returns when it is on the disk, or failed and left no trace.
func (d *database) update(ctx context.Context, apply func(*sql.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := d.writable(); err != nil {
		return err
	}
	c := &change{apply: apply, turn: make(chan bool, 1)}
	g := &d.group
	g.mu.Lock()
	g.queue = append(g.queue, c)
	lead := !g.led
	g.led = true
	g.mu.Unlock()
	if !lead {
		// The leader is at the disk, which answers soon; a change can't be taken back once it has it.
		lead = <-c.turn
	}
	if lead {
		d.lead()
	}
	return why(d.file, c.err)
}

// lead commits the changes that have queued up, of which the caller's is the first.
func (d *database) lead() {
	g := &d.group
	g.mu.Lock()
	n := min(len(g.queue), maxGroup)
	batch := g.queue[:n:n]
	g.queue = g.queue[n:]
	g.mu.Unlock()

	// The lead is handed on also if a change panics.
	defer func() {
		d.announce()
		g.mu.Lock()
		if len(g.queue) > 0 {
			g.queue[0].turn <- true
		} else {
			g.led = false
		}
		g.mu.Unlock()
		for _, c := range batch[1:] {
			c.turn <- false
		}
	}()
	d.commit(batch)
}

// commit writes a batch in one transaction. If a change of it fails, each is
// written by itself, so that one writer's fault is not the others'.
func (d *database) commit(batch []*change) {
	err := d.transact(func(tx *sql.Tx) error {
		for _, c := range batch {
			if err := c.apply(tx); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil || len(batch) == 1 {
		for _, c := range batch {
			c.err = err
		}
		return
	}
	for _, c := range batch {
		c.err = d.transact(c.apply)
	}
}

// busyTries is how often a transaction is tried that another process keeps from
// the database. Each try waits for the busy_timeout.
const busyTries = 6

// transact runs a transaction, and again if another process kept it from the
// database for too long, such as one that was suspended in the middle of a write.
func (d *database) transact(apply func(*sql.Tx) error) error {
	for try := 1; ; try++ {
		err := d.once(apply)
		if busy, ok := errors.AsType[*driver.Error](err); !ok || busy.Code()&0xff != codes.SQLITE_BUSY || try == busyTries {
			return err
		}
	}
}

// once runs a transaction. Its context is not a caller's: what others wait for is
// not undone because one caller has left.
func (d *database) once(apply func(*sql.Tx) error) (err error) {
	if err := d.there(); err != nil {
		return fmt.Errorf("write to the database: %w", err)
	}
	tx, err := d.write.BeginTx(context.Background(), nil)
	if err != nil {
		return fmt.Errorf("write to the database: %w", err)
	}
	if err := apply(tx); err != nil {
		tx.Rollback() //nolint:errcheck // the first error is the one to tell
		return err
	}
	if err := tx.Commit(); err != nil {
		// A commit that fails can leave the transaction open on the only connection.
		d.write.Exec("ROLLBACK") //nolint:errcheck // there may be none to end
		return fmt.Errorf("write to the database: %w", err)
	}
	return nil
}

// announce wakes what waits for events.
func (d *database) announce() {
	d.mu.Lock()
	defer d.mu.Unlock()
	close(d.changed)
	d.changed = make(chan struct{})
}

// reader is the connections for reading. A query is prepared once for each of them, and
// what fails on them for the store's trouble says so. It is safe for concurrent use.
type reader struct {
	db   *sql.DB
	file string

	mu       sync.Mutex
	prepared map[string]*sql.Stmt // by query; there are no more of them than in the source
}

func newReader(db *sql.DB, file string) *reader {
	return &reader{db: db, file: file, prepared: map[string]*sql.Stmt{}}
}

// rows are rows whose errors are reported like the reader's.
type rows struct {
	*sql.Rows
	file string
}

// row is one of them.
type row struct {
	*sql.Row
	file string
	err  error // there is none, for this reason
}

// statement prepares a query, or finds it prepared.
func (r *reader) statement(ctx context.Context, query string) (*sql.Stmt, error) {
	r.mu.Lock()
	known := r.prepared[query]
	r.mu.Unlock()
	if known != nil {
		return known, nil
	}
	s, err := r.db.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if known = r.prepared[query]; known != nil { // another goroutine was faster
		return known, s.Close()
	}
	r.prepared[query] = s
	return s, nil
}

// QueryContext asks for rows.
func (r *reader) QueryContext(ctx context.Context, query string, args ...any) (rows, error) {
	s, err := r.statement(ctx, query)
	if err != nil {
		return rows{}, why(r.file, err)
	}
	found, err := s.QueryContext(ctx, args...)
	return rows{found, r.file}, why(r.file, err)
}

// QueryRowContext asks for a row.
func (r *reader) QueryRowContext(ctx context.Context, query string, args ...any) row {
	s, err := r.statement(ctx, query)
	if err != nil {
		return row{file: r.file, err: err}
	}
	return row{s.QueryRowContext(ctx, args...), r.file, nil}
}

func (r rows) Scan(dest ...any) error { return why(r.file, r.Rows.Scan(dest...)) }

func (r rows) Err() error { return why(r.file, r.Rows.Err()) }

func (r row) Scan(dest ...any) error {
	if r.err != nil {
		return why(r.file, r.err)
	}
	return why(r.file, r.Row.Scan(dest...))
}

// scanner is a row that can be read.
type scanner interface{ Scan(dest ...any) error }

// collect reads all rows.
func collect[T any](found rows, scan func(scanner) (T, error)) ([]T, error) {
	defer found.Close()
	var all []T
	for found.Next() {
		one, err := scan(found)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, found.Err()
}
