package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"math"
	"time"
)

// Old says which lines of runs, a run with all its retries, are not wanted any more.
// Only those count of which no run can go on.
type Old struct {
	Project string    // "" for all
	Before  time.Time // nothing has happened in them since; the zero time for any
	Keep    int       // this many lines of each project stay, the newest ones
}

// Pruned counts what was removed.
type Pruned struct {
	Runs    int   `json:"runs"`
	Events  int   `json:"events"`
	Answers int   `json:"answers"`
	Blobs   int   `json:"blobs"`
	Bytes   int64 `json:"blob_bytes"`
}

// OldLines lists the first runs of the lines that are not wanted any more, oldest first.
func (s *Store) OldLines(ctx context.Context, o Old) (roots []string, err error) {
	before := int64(math.MaxInt64)
	if !o.Before.IsZero() {
		before = o.Before.UnixMilli()
	}
	found, err := s.read.QueryContext(ctx, `
		WITH lines AS (
			SELECT root, min(project_id) AS project, min(ended) AS over, max(position) AS newest,
				max((SELECT ts FROM events WHERE run_id = id AND seq = last_seq)) AS last
			FROM runs WHERE ?1 = '' OR project_id = ?1 GROUP BY root),
		ranked AS (SELECT *, row_number() OVER (PARTITION BY project ORDER BY newest DESC) AS rank FROM lines)
		SELECT root FROM ranked WHERE over AND last < ?2 AND rank > ?3 ORDER BY newest`, o.Project, before, o.Keep)
	if err != nil {
		return nil, fmt.Errorf("look for old runs: %w", err)
	}
	defer found.Close()
	for found.Next() {
		var root string
		if err := found.Scan(&root); err != nil {
			return nil, fmt.Errorf("look for old runs: %w", err)
		}
		roots = append(roots, root)
	}
	return roots, found.Err()
}

// Size counts what lines of runs hold, and what no other run needs then.
func (s *Store) Size(ctx context.Context, roots []string) (p Pruned, err error) {
	list, err := json.Marshal(roots)
	if err != nil {
		return p, err
	}
	err = s.read.QueryRowContext(ctx, `WITH gone AS (SELECT id, root FROM runs WHERE root IN (SELECT value FROM json_each(?1)))
		SELECT (SELECT count(*) FROM gone), (SELECT count(*) FROM events WHERE run_id IN (SELECT id FROM gone)),
			(SELECT count(*) FROM answers WHERE root IN (SELECT root FROM gone)),
			(SELECT count(*) FROM blobs WHERE `+unneeded+`), (SELECT coalesce(sum(length(data)), 0) FROM blobs WHERE `+unneeded+`)`,
		string(list)).Scan(&p.Runs, &p.Events, &p.Answers, &p.Blobs, &p.Bytes)
	if err != nil {
		return p, fmt.Errorf("count what old runs hold: %w", err)
	}
	return p, nil
}

// unneeded is true of a blob that no artifact is made of, that no project has as an
// input, and that no run outside the lines of ?1 works with. Whatever else comes to refer to blobs has to be named here.
const unneeded = `digest NOT IN (SELECT digest FROM artifacts) AND digest NOT IN (SELECT digest FROM inputs) AND digest NOT IN (
	SELECT coalesce(json_extract(body, part.value), '') FROM runs JOIN events ON run_id = runs.id AND seq = 1,
		json_each('["$.recipe_digest", "$.input_digest"]') AS part
	WHERE runs.root NOT IN (SELECT value FROM json_each(?1)))`

// Prune removes a line of runs, unless one of them can go on, in one transaction; what
// the runs made stays.
func (s *Store) Prune(ctx context.Context, root string) (p Pruned, err error) {
	err = s.update(ctx, func(tx *sql.Tx) error {
		p = Pruned{} // it may be applied again
		var over bool
		if err := tx.QueryRow(`SELECT coalesce(min(ended), 0) FROM runs WHERE root = ?`, root).Scan(&over); err != nil || !over {
			return err
		}
		for _, d := range []struct {
			statement string
			count     *int
		}{
			{`DELETE FROM signals WHERE run_id IN (SELECT id FROM runs WHERE root = ?)`, new(int)},
			{`DELETE FROM requests WHERE run_id IN (SELECT id FROM runs WHERE root = ?)`, new(int)},
			{`DELETE FROM events WHERE run_id IN (SELECT id FROM runs WHERE root = ?)`, &p.Events},
			{`DELETE FROM answers WHERE root = ?`, &p.Answers},
			{`DELETE FROM runs WHERE root = ?`, &p.Runs},
		} {
			res, err := tx.Exec(d.statement, root)
			if err != nil {
				return fmt.Errorf("remove run %s: %w", root, err)
			}
			n, err := res.RowsAffected()
			if err != nil {
				return err
			}
			*d.count = int(n)
		}
		return nil
	})
	return p, err
}

// sweepGroup is how many blobs are removed in one transaction.
const sweepGroup = 100

// Sweep removes the blobs that nothing refers to, some at a time.
func (s *Store) Sweep(ctx context.Context) (p Pruned, err error) {
	for {
		var group Pruned
		err := s.update(ctx, func(tx *sql.Tx) error {
			group = Pruned{}
			gone, err := tx.Query(`DELETE FROM blobs WHERE digest IN (SELECT digest FROM blobs WHERE `+unneeded+` LIMIT ?2) RETURNING length(data)`, "[]", sweepGroup)
			if err != nil {
				return fmt.Errorf("remove content that nothing refers to: %w", err)
			}
			defer gone.Close()
			for gone.Next() {
				var size int64
				if err := gone.Scan(&size); err != nil {
					return err
				}
				group.Blobs++
				group.Bytes += size
			}
			return gone.Err()
		})
		p.Blobs, p.Bytes = p.Blobs+group.Blobs, p.Bytes+group.Bytes
		if err != nil || group.Blobs < sweepGroup {
			return p, err
		}
	}
}
