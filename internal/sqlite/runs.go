package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"math"
	"time"

	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

// Runs returns runs, newest first.
func (l *Log) Runs(ctx context.Context, p run.RunFilter) iter.Seq2[run.Summary, error] {
	return func(yield func(run.Summary, error) bool) {
		before, err := l.positionOf(ctx, p.Before)
		if err != nil {
			yield(run.Summary{}, fmt.Errorf("list runs: %w", err))
			return
		}
		for {
			batch, err := l.runPage(ctx, p, before)
			if err != nil {
				yield(run.Summary{}, fmt.Errorf("list runs: %w", err))
				return
			}
			for _, r := range batch {
				if !yield(r, nil) {
					return
				}
			}
			if len(batch) < page {
				return
			}
			before = batch[len(batch)-1].Position
		}
	}
}

// positionOf returns the place of a run among all, or one behind all for "".
func (l *Log) positionOf(ctx context.Context, id string) (position int64, err error) {
	if id == "" {
		return math.MaxInt64, nil
	}
	err = l.db.read.QueryRowContext(ctx, `SELECT position FROM runs WHERE id = ?`, id).Scan(&position)
	if errors.Is(err, sql.ErrNoRows) {
		err = run.ErrNotFound
	}
	return position, err
}

// A run as it is listed: runs r, with what is kept of it elsewhere.
const summaries = `SELECT r.id, r.project_id, coalesce(p.name, r.project_id), r.parent, r.root, r.last_seq, r.position,
		coalesce((SELECT c.id FROM runs c WHERE c.parent = r.id AND c.parent <> '' ORDER BY c.position DESC LIMIT 1), ''),
		coalesce(a.seq, 0), coalesce(a.ts, 0), coalesce(a.asked, '')
	FROM runs r LEFT JOIN projects p ON p.id = r.project_id LEFT JOIN acknowledgements a ON a.run_id = r.id `

// What selects runs that may need a person, of summaries: the indexes are of what is here.
const unattended = ` AND (r.id IN (SELECT id FROM runs WHERE ended = 0) OR r.id IN (SELECT run_id FROM events INDEXED BY events_ends
		WHERE name = 'pipeline_finished' AND iif(json_valid(body), json_extract(body, '$.outcome'), NULL) = 'failed'))
	AND NOT EXISTS (SELECT 1 FROM runs c WHERE c.parent = r.id AND c.parent <> '') AND coalesce(a.seq, 0) < r.last_seq`

func scanSummary(row scanner) (r run.Summary, err error) {
	var seq, at int64
	var asked string
	err = row.Scan(&r.RunID, &r.ProjectID, &r.ProjectName, &r.Parent, &r.Root, &r.LastSeq, &r.Position, &r.RetriedBy, &seq, &at, &asked)
	if err == nil && seq > 0 {
		r.Acknowledged = &run.Acknowledgement{
			Seq: seq, At: run.UnixTime{Time: time.UnixMilli(at).UTC()}, Asked: event.ReadNote(asked),
		}
	}
	return r, err
}

// runPage returns the runs before a position, as many as one page has.
func (l *Log) runPage(ctx context.Context, p run.RunFilter, before int64) ([]run.Summary, error) {
	query := summaries + `WHERE r.position < ?`
	args := []any{before}
	if p.ProjectID != "" {
		query += ` AND r.project_id = ?`
		args = append(args, p.ProjectID)
	}
	if p.UnderWay {
		query += ` AND r.ended = 0`
	}
	if p.Unattended {
		query += unattended
	}
	found, err := l.db.read.QueryContext(ctx, query+` ORDER BY r.position DESC LIMIT ?`, append(args, page)...)
	if err != nil {
		return nil, err
	}
	return collect(found, scanSummary)
}

// Run returns a run.
func (l *Log) Run(ctx context.Context, id string) (run.Summary, error) {
	r, err := scanSummary(l.db.read.QueryRowContext(ctx, summaries+`WHERE r.id = ?`, id))
	if errors.Is(err, sql.ErrNoRows) {
		err = run.ErrNotFound
	}
	if err != nil {
		return r, fmt.Errorf("find run %s: %w", id, err)
	}
	return r, nil
}

// Line returns the runs of a line, oldest first.
func (l *Log) Line(ctx context.Context, root string) ([]run.Summary, error) {
	found, err := l.db.read.QueryContext(ctx, summaries+`WHERE r.root = ? ORDER BY r.position`, root)
	if err != nil {
		return nil, fmt.Errorf("list the retries of run %s: %w", root, err)
	}
	return collect(found, scanSummary)
}

// Done returns the position of the newest run that is done with each of some files.
func (l *Log) Done(ctx context.Context, files []run.FileKey) (map[run.FileKey]int64, error) {
	wanted := map[run.FileKey]bool{}
	var digests []string
	for _, f := range files {
		if !wanted[f] {
			wanted[f] = true
			digests = append(digests, string(f.Input))
		}
	}
	list, err := json.Marshal(digests)
	if err != nil {
		return nil, err
	}
	found, err := l.db.read.QueryContext(ctx, `SELECT r.project_id, k.value,
			coalesce(iif(json_valid(s.body), json_extract(s.body, '$.end_at'), NULL), ''), max(r.position)
		FROM (SELECT DISTINCT value FROM json_each(?)) k
		CROSS JOIN events s INDEXED BY events_inputs ON s.name = 'pipeline_started'
			AND iif(json_valid(s.body), json_extract(s.body, '$.input_digest'), NULL) = k.value
		CROSS JOIN events e INDEXED BY events_ends ON e.run_id = s.run_id AND e.name = 'pipeline_finished'
			AND iif(json_valid(e.body), json_extract(e.body, '$.outcome'), NULL) = 'done'
		CROSS JOIN runs r ON r.id = s.run_id GROUP BY 1, 2, 3`, string(list))
	if err != nil {
		return nil, fmt.Errorf("look which files are done: %w", err)
	}
	done := map[run.FileKey]int64{}
	_, err = collect(found, func(row scanner) (at struct{}, err error) {
		var key run.FileKey
		var position int64
		if err = row.Scan(&key.ProjectID, &key.Input, &key.EndAt, &position); err == nil && wanted[key] {
			done[key] = position
		}
		return at, err
	})
	if err != nil {
		return nil, fmt.Errorf("look which files are done: %w", err)
	}
	return done, nil
}

// Acknowledge notes that a person has taken note of a run.
func (l *Log) Acknowledge(ctx context.Context, id string, seq int64, asked event.Asked) error {
	return l.db.update(ctx, func(tx *sql.Tx) error {
		var projectID string
		err := tx.QueryRow(`SELECT project_id FROM runs WHERE id = ?`, id).Scan(&projectID)
		if errors.Is(err, sql.ErrNoRows) {
			err = run.ErrNotFound
		}
		if err != nil {
			return fmt.Errorf("acknowledge run %s: %w", id, err)
		}
		res, err := tx.Exec(`INSERT INTO acknowledgements (run_id, seq, ts, asked) VALUES (?, ?, ?, ?)
			ON CONFLICT (run_id) DO UPDATE SET seq = excluded.seq, ts = excluded.ts, asked = excluded.asked WHERE seq < excluded.seq`,
			id, seq, time.Now().UnixMilli(), asked.Note())
		if err != nil {
			return fmt.Errorf("acknowledge run %s: %w", id, err)
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return err
		}
		return appendStandalone(tx, event.RunAcknowledged{
			Act: event.Act{Actor: asked.Actor, Reason: asked.Reason}, OfProject: event.OfProject{ProjectID: projectID}, AboutRunID: id,
		})
	})
}
