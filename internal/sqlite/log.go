package sqlite

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/durable"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

// otherProcessPoll is how often a waiter looks for what another process wrote.
const otherProcessPoll = 200 * time.Millisecond

// Log is the events of runs, and what else a run's changes store. It is a [run.Log], a
// [run.Index], a [run.Memo] and a [run.Feed].
type Log struct{ db *database }

var (
	_ run.Log   = (*Log)(nil)
	_ run.Index = (*Log)(nil)
	_ run.Memo  = (*Log)(nil)
	_ run.Feed  = (*Log)(nil)
)

// Create makes a run with its first events.
func (l *Log) Create(ctx context.Context, c run.NewRun) error {
	err := l.db.update(ctx, func(tx *sql.Tx) error {
		if err := l.db.known(tx); err != nil {
			return err
		}
		if err := notRepeated(tx, c.Once); err != nil {
			return err
		}
		if err := notRetried(tx, c.Parent); err != nil {
			return err
		}
		if !c.New {
			if err := notUnderWay(tx, c.Asked); err != nil {
				return err
			}
		}
		if c.Refusal != nil {
			return c.Refusal
		}
		if err := touchProject(ctx, tx, c.ProjectID); err != nil {
			return err
		}
		res, err := tx.Exec(`INSERT INTO runs (id, position, project_id, parent, root, wake_at, wake_set, asked)
			SELECT ?, coalesce(max(position), 0) + 1, ?, ?, ?, ?, ?, ? FROM runs WHERE true
			ON CONFLICT (id) DO NOTHING`, c.ID, c.ProjectID, c.Parent, cmp.Or(c.Root, c.ID), wakeMilli(c.Wake), time.Now().UnixMilli(), c.Asked)
		if err != nil {
			return fmt.Errorf("create run %s: %w", c.ID, err)
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return errors.Join(err, fmt.Errorf("create run %s: %w", c.ID, run.ErrExists))
		}
		if err := putBlobs(tx, c.Blobs); err != nil {
			return err
		}
		if c.Once.Key != "" {
			if _, err := tx.Exec(`INSERT INTO requests (key, asked, run_id) VALUES (?, ?, ?)`, c.Once.Key, c.Once.Asked, c.ID); err != nil {
				return fmt.Errorf("create run %s: %w", c.ID, err)
			}
		}
		return l.appendEvents(tx, durable.Claim{Run: c.ID}, c.First)
	})
	l.db.tell(err)
	return err
}

// notRepeated returns an error if a request has made a run already.
func notRepeated(tx *sql.Tx, o run.IdempotencyKey) error {
	if o.Key == "" {
		return nil
	}
	var by string
	var asked artifact.Digest
	err := tx.QueryRow(`SELECT run_id, asked FROM requests WHERE key = ?`, o.Key).Scan(&by, &asked)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err == nil {
		err = &run.RepeatedError{RunID: by, Same: asked == o.Asked}
	}
	return fmt.Errorf("create a run: %w", err)
}

// notRetried returns an error if another run of a run's line is not over, since both
// would pay for the same, or if the run is gone.
func notRetried(tx *sql.Tx, parent string) error {
	if parent == "" {
		return nil
	}
	var there bool
	if err := tx.QueryRow(`SELECT EXISTS (SELECT 1 FROM runs WHERE id = ?)`, parent).Scan(&there); err != nil || !there {
		return fmt.Errorf("retry run %s: %w", parent, cmp.Or(err, run.ErrNotFound))
	}
	var by string
	err := tx.QueryRow(`SELECT r.id FROM runs r JOIN runs p ON r.root = p.root
		WHERE p.id = ? AND r.id <> p.id AND r.ended = 0 LIMIT 1`, parent).Scan(&by)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err == nil {
		err = &run.RetriedError{By: by}
	}
	return fmt.Errorf("retry run %s: %w", parent, err)
}

// Commit stores a change in one transaction.
func (l *Log) Commit(ctx context.Context, claim durable.Claim, c run.Change) error {
	return l.db.update(ctx, func(tx *sql.Tx) error {
		saved, err := saveArtifacts(tx, claim.Run, c.Save)
		if err != nil {
			return err
		}
		if err := l.keepAnswers(tx, claim.Run, c); err != nil {
			return err
		}
		return l.appendEvents(tx, claim, c.Events(saved))
	})
}

// appendEvents gives events their place in the run and in the log. Nothing is
// written if the claim is void or the run has ended.
func (l *Log) appendEvents(tx *sql.Tx, claim durable.Claim, bodies []event.Body) error {
	ended := false
	for _, b := range bodies {
		ended = ended || event.Terminal(b)
	}
	var last int64
	err := tx.Stmt(l.db.advance).QueryRow(len(bodies), ended, claim.Run, claim.Epoch).Scan(&last)
	if errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("append to run %s: %w", claim.Run, durable.ErrLost)
	}
	if err != nil {
		return fmt.Errorf("append to run %s: %w", claim.Run, err)
	}
	if ended {
		if _, err := tx.Exec(`DELETE FROM signals WHERE run_id = ?`, claim.Run); err != nil {
			return fmt.Errorf("append to run %s: %w", claim.Run, err)
		}
	}
	now := time.Now().UnixMilli()
	insert := tx.Stmt(l.db.insert)
	for i, b := range bodies {
		body, err := event.EncodeBody(b)
		if err != nil {
			return fmt.Errorf("encode event %s: %w", b.EventName(), err)
		}
		seq := last - int64(len(bodies)-1-i)
		if _, err := insert.Exec(claim.Run, seq, now, b.EventName(), string(body)); err != nil {
			return fmt.Errorf("append to run %s: %w", claim.Run, err)
		}
		if err := errors.Join(followRoutes(tx, claim.Run, b), followArtifacts(tx, claim.Run, b)); err != nil {
			return err
		}
	}
	return nil
}

// page is how many events are read at a time, so that no reader holds the
// database while its events are used.
const page = 1000

// Events returns the events of a run after a seq.
func (l *Log) Events(ctx context.Context, id string, after int64) iter.Seq2[event.Event, error] {
	return func(yield func(event.Event, error) bool) {
		for {
			events, err := l.eventPage(ctx, id, after)
			if err != nil {
				yield(event.Event{}, fmt.Errorf("read the events of run %s: %w", id, err))
				return
			}
			for _, e := range events {
				if !yield(e, nil) {
					return
				}
				after = e.Seq
			}
			if len(events) < page {
				return
			}
		}
	}
}

func (l *Log) eventPage(ctx context.Context, id string, after int64) ([]event.Event, error) {
	rows, err := l.db.read.QueryContext(ctx,
		`SELECT `+eventColumns+` FROM events WHERE run_id = ? AND seq > ? ORDER BY seq LIMIT ?`, id, after, page)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var events []event.Event
	for rows.Next() {
		e, err := scanEvent(rows)
		if err != nil {
			return nil, err
		}
		events = append(events, e)
	}
	return events, rows.Err()
}

const eventColumns = `run_id, seq, ts, name, body`

// scanEvent reads an event behind other columns of a row.
func scanEvent(row scanner, before ...any) (e event.Event, err error) {
	var (
		ts   int64
		name string
		data []byte
	)
	if err := row.Scan(append(before, &e.RunID, &e.Seq, &ts, &name, &data)...); err != nil {
		return e, err
	}
	e.Time = time.UnixMilli(ts).UTC()
	e.Body, err = event.DecodeBody(name, data)
	return e, err
}

// Wait returns when the run may have events after a seq.
func (l *Log) Wait(ctx context.Context, id string, after int64) error {
	poll := time.NewTicker(otherProcessPoll)
	defer poll.Stop()
	for {
		l.db.mu.Lock()
		changed := l.db.changed
		l.db.mu.Unlock()
		var last int64
		err := l.db.read.QueryRowContext(ctx, `SELECT last_seq FROM runs WHERE id = ?`, id).Scan(&last)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			return fmt.Errorf("wait for run %s: %w", id, run.ErrNotFound)
		case err != nil:
			return fmt.Errorf("wait for run %s: %w", id, err)
		case last > after:
			return nil
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-changed:
		case <-poll.C:
		}
	}
}

// keepAnswers stores the answers of a change, and drops those that it forgets.
func (l *Log) keepAnswers(tx *sql.Tx, runID string, c run.Change) error {
	for _, a := range c.Answers {
		body, err := json.Marshal(a)
		if err != nil {
			return fmt.Errorf("keep an answer of run %s: %w", runID, err)
		}
		if _, err := tx.Exec(`INSERT INTO answers (key, root, chain, source, run_id, body)
			SELECT ?, root, ?, ?, id, ? FROM runs WHERE id = ?
			ON CONFLICT (key, root) DO UPDATE SET chain = excluded.chain, source = excluded.source, run_id = excluded.run_id, body = excluded.body`,
			a.Key, a.Chain, a.Source, string(body), runID); err != nil {
			return fmt.Errorf("keep an answer of run %s: %w", runID, err)
		}
	}
	for _, key := range c.Forget {
		if _, err := tx.Exec(`DELETE FROM answers WHERE key = ? AND root = (SELECT root FROM runs WHERE id = ?)`, key, runID); err != nil {
			return fmt.Errorf("forget an answer of run %s: %w", runID, err)
		}
	}
	return nil
}

// Answer returns an answer to a question.
func (l *Log) Answer(ctx context.Context, q run.AnswerKey) (run.Answer, error) {
	a := run.Answer{Key: q.Key}
	var body []byte
	err := l.db.read.QueryRowContext(ctx, `SELECT chain, run_id, root, body FROM answers
		WHERE key = ? AND (root = ? OR chain IN (?, ?) AND chain <> '') ORDER BY root <> ? LIMIT 1`,
		q.Key, q.Root, q.Chain, q.Former, q.Root).Scan(&a.Chain, &a.RunID, &a.Root, &body)
	if errors.Is(err, sql.ErrNoRows) {
		return a, run.ErrNotFound
	}
	if err == nil {
		err = json.Unmarshal(body, &a)
	}
	if err != nil {
		return a, fmt.Errorf("read an answer: %w", err)
	}
	return a, nil
}
