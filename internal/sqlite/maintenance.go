package sqlite

import (
	"context"
	"fmt"
	"os"

	"github.com/cineforge/cineforge/internal/storage"
	"github.com/cineforge/cineforge/run"
)

// Maintenance is what the keeper of a database does with it.
type Maintenance struct {
	db        *database
	log       *Log
	artifacts *Artifacts
	blobs     *Blobs
}

var _ storage.Maintenance = (*Maintenance)(nil)

// Facts counts what the database holds.
func (m *Maintenance) Facts(ctx context.Context) (storage.Facts, error) {
	f := storage.Facts{File: m.db.file}
	err := m.db.read.QueryRowContext(ctx, `SELECT (SELECT count(*) FROM runs), (SELECT count(*) FROM events), (SELECT count(*) FROM answers),
		(SELECT count(*) FROM artifacts), (SELECT count(*) FROM blobs)`).Scan(&f.Runs, &f.Events, &f.Answers, &f.Artifacts, &f.Blobs)
	if err != nil {
		return f, fmt.Errorf("count what the database holds: %w", err)
	}
	for _, name := range []string{m.db.file, m.db.file + "-wal"} {
		if info, err := os.Stat(name); err == nil {
			f.Bytes += info.Size()
		}
	}
	return f, nil
}

// Check looks at the structure of the whole database and returns an error if it is damaged.
// Examine does that and more.
func (m *Maintenance) Check(ctx context.Context) error {
	var result string
	if err := m.db.read.QueryRowContext(ctx, `PRAGMA quick_check(1)`).Scan(&result); err != nil {
		return fmt.Errorf("check the database: %w", err)
	}
	if result != "ok" {
		return why(m.db.file, fmt.Errorf("%w: %s", run.ErrDamaged, result))
	}
	return nil
}

// Compact gives unused room back to the disk: it makes the file smaller.
func (m *Maintenance) Compact(ctx context.Context) error {
	if err := m.Exec(ctx, "VACUUM"); err != nil {
		return err
	}
	return m.Exec(ctx, "PRAGMA wal_checkpoint(TRUNCATE)")
}

// Exec runs a statement outside of any transaction on the connection that writes, such as a
// pragma or VACUUM.
func (m *Maintenance) Exec(ctx context.Context, statement string) error {
	if _, err := m.db.write.ExecContext(ctx, statement); err != nil {
		return fmt.Errorf("%s: %w", statement, why(m.db.file, err))
	}
	return nil
}
