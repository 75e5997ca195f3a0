package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

// appendStandalone appends standalone events to the log, in the transaction of the change that they
// record.
func appendStandalone(tx *sql.Tx, bodies ...event.Standalone) error {
	now := time.Now().UnixMilli()
	for _, b := range bodies {
		body, err := event.EncodeBody(b)
		if err != nil {
			return fmt.Errorf("encode event %s: %w", b.EventName(), err)
		}
		var position int64
		err = tx.QueryRow(`UPDATE sqlite_sequence SET seq = seq + 1 WHERE name = 'events' RETURNING seq`).Scan(&position)
		if err == nil {
			of := b.About()
			_, err = tx.Exec(`INSERT INTO standalone_events (position, project_id, run_id, ts, name, body) VALUES (?, ?, ?, ?, ?, ?)`,
				position, of.ProjectID, of.RunID, now, b.EventName(), string(body))
		}
		if err != nil {
			return fmt.Errorf("append %s to the log: %w", b.EventName(), err)
		}
	}
	return nil
}

// Head returns the position of the newest event.
func (l *Log) Head(ctx context.Context) (position int64, err error) {
	err = l.db.read.QueryRowContext(ctx, `SELECT max((SELECT coalesce(max(position), 0) FROM events),
		(SELECT coalesce(max(position), 0) FROM standalone_events))`).Scan(&position)
	if err != nil {
		return 0, fmt.Errorf("find the end of the log: %w", err)
	}
	return position, nil
}

// The events of runs, and the standalone ones, in the columns of an entry.
const (
	eventsOfRuns = `SELECT e.position, project_id, '' AS about, ` + eventColumns + ` FROM events e JOIN runs ON runs.id = run_id
		WHERE e.position > ?`
	eventsOfNone = `SELECT position, project_id, run_id AS about, '' AS run_id, 0 AS seq, ts, name, body FROM standalone_events
		WHERE position > ?`
)

// Entries returns what happened behind a position, in the order in which it was
// stored: writers take turns, so that nothing appears before what was read already.
func (l *Log) Entries(ctx context.Context, of run.EventFilter, after int64, limit int) ([]run.LogEntry, error) {
	var topics []string
	if len(of.Topics) > 0 {
		topics = event.TopicNames(of.Topics)
	}
	ofRuns := topics
	if slices.Contains(of.Topics, event.TopicRuns) {
		ofRuns = nil
	}
	query, args := narrow(eventsOfRuns, of, after, ofRuns)
	if !of.OfRuns {
		alone, more := narrow(eventsOfNone, of, after, topics)
		query += ` UNION ALL ` + alone
		args = append(args, more...)
	}
	found, err := l.db.read.QueryContext(ctx, query+` ORDER BY 1 LIMIT ?`, append(args, limit)...)
	if err != nil {
		return nil, fmt.Errorf("read the log: %w", err)
	}
	all, err := collect(found, func(row scanner) (e run.LogEntry, err error) {
		e.Event, err = scanEvent(row, &e.Position, &e.ProjectID, &e.About)
		return e, err
	})
	if err != nil {
		return nil, fmt.Errorf("read the log: %w", err)
	}
	return all, nil
}

// narrow adds to a query the conditions of a filter, with its topics as the names of their
// events; nil for all. It returns the arguments of the query too.
func narrow(query string, of run.EventFilter, after int64, topics []string) (narrowed string, args []any) {
	args = []any{after}
	if of.ProjectID != "" {
		query += ` AND project_id = ?`
		args = append(args, of.ProjectID)
	}
	for _, list := range []struct {
		column string
		values []string
	}{{"run_id", of.Runs}, {"name", of.Kinds}, {"name", topics}} {
		if len(list.values) > 0 {
			values, _ := json.Marshal(list.values) //nolint:errcheck // texts can be encoded
			query += ` AND ` + list.column + ` IN (SELECT value FROM json_each(?))`
			args = append(args, string(values))
		}
	}
	return query, args
}

// Await returns when something may have happened behind a position, or when ctx is done.
func (l *Log) Await(ctx context.Context, after int64) error {
	poll := time.NewTicker(otherProcessPoll)
	defer poll.Stop()
	for {
		l.db.mu.Lock()
		changed := l.db.changed
		l.db.mu.Unlock()
		head, err := l.Head(ctx)
		if err != nil || head > after {
			return err
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-changed:
		case <-poll.C:
		}
	}
}
