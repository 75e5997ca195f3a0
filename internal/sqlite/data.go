package sqlite

import (
	"context"
	"fmt"
	"os"

	"github.com/cineforge/cineforge/run"
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
