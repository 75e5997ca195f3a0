package sqlite

import (
	"context"
	"database/sql"
)

// reader is the connections for reading. What fails on them for the store's trouble
// says so.
type reader struct {
	db   *sql.DB
	file string
}

// rows are rows whose errors are told like the reader's.
type rows struct {
	*sql.Rows
	file string
}

// row is one of them.
type row struct {
	*sql.Row
	file string
}

// QueryContext asks for rows.
func (r reader) QueryContext(ctx context.Context, query string, args ...any) (rows, error) {
	found, err := r.db.QueryContext(ctx, query, args...)
	return rows{found, r.file}, why(r.file, err)
}

// QueryRowContext asks for a row.
func (r reader) QueryRowContext(ctx context.Context, query string, args ...any) row {
	return row{r.db.QueryRowContext(ctx, query, args...), r.file}
}

func (r rows) Scan(dest ...any) error { return why(r.file, r.Rows.Scan(dest...)) }

func (r rows) Err() error { return why(r.file, r.Rows.Err()) }

func (r row) Scan(dest ...any) error { return why(r.file, r.Row.Scan(dest...)) }
