package sqlite

import (
	"context"
	"database/sql"
	"sync"
)

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
