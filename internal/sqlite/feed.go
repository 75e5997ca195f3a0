package sqlite

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/cineforge/cineforge/run"
)

// Head returns the position of the newest event of all runs.
func (l *Log) Head(ctx context.Context) (position int64, err error) {
	err = l.db.read.QueryRowContext(ctx, `SELECT coalesce(max(position), 0) FROM events`).Scan(&position)
	if err != nil {
		return 0, fmt.Errorf("find the end of the log: %w", err)
	}
	return position, nil
}

// Entries returns what happened behind a position, in the order in which it was
// stored: writers take turns, so that nothing appears before what was read already.
func (l *Log) Entries(ctx context.Context, of run.EventFilter, after int64, limit int) ([]run.LogEntry, error) {
	where := `position > ?`
	args := []any{after}
	if len(of.Runs) > 0 {
		list, err := json.Marshal(of.Runs)
		if err != nil {
			return nil, err
		}
		where += ` AND run_id IN (SELECT value FROM json_each(?))`
		args = append(args, string(list))
	}
	if of.ProjectID != "" {
		where += ` AND project_id = ?`
		args = append(args, of.ProjectID)
	}
	found, err := l.db.read.QueryContext(ctx, `SELECT e.position, project_id, `+eventColumns+`
		FROM events e JOIN runs ON runs.id = run_id WHERE e.`+where+` ORDER BY e.position LIMIT ?`, append(args, limit)...)
	if err != nil {
		return nil, fmt.Errorf("read the log: %w", err)
	}
	defer found.Close()
	var all []run.LogEntry
	for found.Next() {
		var e run.LogEntry
		if e.Event, err = scanEvent(found, &e.Position, &e.ProjectID); err != nil {
			return nil, fmt.Errorf("read the log: %w", err)
		}
		all = append(all, e)
	}
	return all, found.Err()
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
