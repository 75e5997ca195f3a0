package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/internal/sqlite/deletion"
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
	err := m.db.read.QueryRowContext(ctx, `SELECT (SELECT count(*) FROM runs),
		(SELECT count(*) FROM events) + (SELECT count(*) FROM standalone_events), (SELECT count(*) FROM answers),
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

// OldLines lists the first runs of the lines that are not wanted any more, oldest first.
func (m *Maintenance) OldLines(ctx context.Context, o storage.PruneFilter) (roots []string, err error) {
	before := int64(math.MaxInt64)
	if !o.Before.IsZero() {
		before = o.Before.UnixMilli()
	}
	found, err := m.db.read.QueryContext(ctx, `
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
func (m *Maintenance) Size(ctx context.Context, roots []string) (p storage.Pruned, err error) {
	list, err := json.Marshal(roots)
	if err != nil {
		return p, err
	}
	err = m.db.read.QueryRowContext(ctx, `WITH gone AS (SELECT id, root FROM runs WHERE root IN (SELECT value FROM json_each(?1)))
		SELECT (SELECT count(*) FROM gone), (SELECT count(*) FROM events WHERE run_id IN (SELECT id FROM gone)),
			(SELECT count(*) FROM answers WHERE root IN (SELECT root FROM gone))`,
		string(list)).Scan(&p.Runs, &p.Events, &p.Answers)
	if err != nil {
		return p, fmt.Errorf("count what old runs hold: %w", err)
	}
	garbage, err := m.garbage(ctx, string(list))
	if err != nil {
		return p, fmt.Errorf("count what old runs hold: %w", err)
	}
	for _, b := range garbage {
		p.Blobs++
		p.Bytes += b.Size
	}
	return p, nil
}

// garbage lists the content that nothing refers to, but for the lines of runs in a JSON list.
func (m *Maintenance) garbage(ctx context.Context, gone string) (garbage []artifact.Blob, err error) {
	var all []artifact.Blob
	for b, err := range m.blobs.List(ctx) {
		if err != nil {
			return nil, err
		}
		all = append(all, b)
	}
	found, err := m.db.read.QueryContext(ctx, deletion.References, gone)
	if err != nil {
		return nil, err
	}
	digests, err := collect(found, func(row scanner) (d artifact.Digest, err error) { return d, row.Scan(&d) })
	needed := make(map[artifact.Digest]bool, len(digests))
	for _, d := range digests {
		needed[d] = true
	}
	for _, b := range all {
		if !needed[b.Digest] {
			garbage = append(garbage, b)
		}
	}
	return garbage, err
}

// Prune removes a line of runs, unless one of them can go on, in one transaction; what
// the runs made stays.
func (m *Maintenance) Prune(ctx context.Context, root string) (p storage.Pruned, err error) {
	err = m.db.update(ctx, func(tx *sql.Tx) error {
		p = storage.Pruned{} // it may be applied again
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
			{`DELETE FROM standalone_events WHERE run_id IN (SELECT id FROM runs WHERE root = ?)`, new(int)},
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

// Sweep removes the content that nothing refers to, some at a time. What something has come
// to refer to meanwhile stays.
func (m *Maintenance) Sweep(ctx context.Context) (p storage.Pruned, err error) {
	garbage, err := m.garbage(ctx, "[]")
	if err != nil {
		return p, fmt.Errorf("look for content that nothing refers to: %w", err)
	}
	for group := range slices.Chunk(garbage, sweepGroup) {
		var removed []artifact.Blob
		err := m.db.update(ctx, func(tx *sql.Tx) (err error) {
			if removed, err = deletion.Unreferenced(tx, group); err == nil {
				err = removeBlobs(tx, digestsOf(removed))
			}
			if err != nil {
				return fmt.Errorf("remove content that nothing refers to: %w", err)
			}
			return nil
		})
		if err != nil {
			return p, err
		}
		for _, b := range removed {
			p.Blobs++
			p.Bytes += b.Size
		}
	}
	return p, nil
}

func digestsOf(blobs []artifact.Blob) (digests []artifact.Digest) {
	for _, b := range blobs {
		digests = append(digests, b.Digest)
	}
	return digests
}

// Deletion deletes what people want gone.
type Deletion struct{ db *database }

var _ storage.Deletion = (*Deletion)(nil)

// DeleteProject deletes a project and the scratch project of its drills.
func (d *Deletion) DeleteProject(ctx context.Context, id, scratch string) (storage.Deleted, error) {
	return d.delete(ctx, func(tx *sql.Tx) (done storage.Deleted, err error) {
		if done, err = deletion.Project(tx, id, scratch); err != nil {
			return done, fmt.Errorf("delete project %s: %w", id, err)
		}
		return done, appendStandalone(tx, storage.ProjectDeleted(ctx, id, done))
	})
}

// DeleteInput deletes a file of a project, with what was made of it.
func (d *Deletion) DeleteInput(ctx context.Context, id, scratch, name string) (storage.Deleted, error) {
	return d.delete(ctx, func(tx *sql.Tx) (done storage.Deleted, err error) {
		if done, err = deletion.Input(tx, id, scratch, name); err != nil {
			return done, fmt.Errorf("delete input %s of project %s: %w", name, id, err)
		}
		return done, appendStandalone(tx, storage.InputDeleted(ctx, id, name, done))
	})
}

// delete removes something in one transaction, and then what is left of it in the files.
func (d *Deletion) delete(ctx context.Context, remove func(tx *sql.Tx) (storage.Deleted, error)) (done storage.Deleted, err error) {
	err = d.db.update(ctx, func(tx *sql.Tx) error {
		done, err = d.remove(tx, remove)
		return err
	})
	if err != nil {
		return storage.Deleted{}, err
	}
	return done, d.db.erase(context.WithoutCancel(ctx))
}

// remove removes something, and notes that the files are to be cleaned of it.
func (d *Deletion) remove(tx *sql.Tx, what func(tx *sql.Tx) (storage.Deleted, error)) (done storage.Deleted, err error) {
	if done, err = what(tx); err != nil {
		return done, err
	}
	_, err = tx.Exec(`INSERT INTO erasures (due) VALUES (1) ON CONFLICT DO NOTHING`)
	return done, err
}
