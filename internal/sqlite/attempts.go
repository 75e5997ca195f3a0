package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"strings"
	"time"

	"github.com/cineforge/cineforge/internal/storage"
	"github.com/cineforge/cineforge/run/event"
)

// member returns the expression for a member of an event's body, in the form that the indexes
// of migration 00010 have, so that it is read from them.
func member(name string) string {
	return "iif(json_valid(body), json_extract(body, '$." + name + "'), NULL)"
}

// The events that the indexes have, as these say it: SQLite draws no conclusions.
const (
	attemptNames = `name IN ('attempt_finished', 'attempt_failed')`
	effectNames  = `name IN ('stage_fallback', 'stage_failed')`
)

// within returns the condition for the events of a window, and its arguments. It does not
// look at the provider.
func within(w storage.Window) (where string, args []any) {
	in := "NOT IN"
	if w.Drills {
		in = "IN"
	}
	return `ts >= ? AND ts < ? AND run_id ` + in + ` ` + drillRuns, []any{w.From.UnixMilli(), w.Until.UnixMilli()}
}

// drillRuns selects the runs that are drills, from their first events.
var drillRuns = `(SELECT run_id FROM events WHERE name = 'pipeline_started' AND ` + member("drill") + ` <> '')`

// ofProvider adds to a condition that an attempt was at the window's provider.
func ofProvider(w storage.Window, where string, args []any) (string, []any) {
	if w.Provider == "" {
		return where, args
	}
	return where + ` AND ` + member("provider") + ` = ?`, append(args, w.Provider)
}

// endedColumns are what is read of an attempt that ended.
var endedColumns = strings.Join([]string{
	"ts", "name = 'attempt_finished'", "run_id", "coalesce(" + member("provider") + ", '')", "coalesce(" + member("model") + ", '')",
	"coalesce(" + member("error_class") + ", '')", "coalesce(" + member("input_tokens") + ", 0)", "coalesce(" + member("output_tokens") + ", 0)",
	member("cost_usd"), member("wasted_cost_usd"), member("simulated_cost_usd"), "coalesce(" + member("latency_ms") + ", 0)",
	member("first_event_ms"),
}, ", ")

// Ended yields the attempts of a window, in the order in which they ended. The store must not
// be used by who takes them until it has ended.
func (h *Health) Ended(ctx context.Context, w storage.Window) iter.Seq2[storage.EndedAttempt, error] {
	where, args := within(w)
	where, args = ofProvider(w, where, args)
	return func(yield func(storage.EndedAttempt, error) bool) {
		found, err := h.db.read.QueryContext(ctx, `SELECT `+endedColumns+` FROM events INDEXED BY events_attempts
			WHERE `+attemptNames+` AND `+where+` ORDER BY ts`, args...)
		if err != nil {
			yield(storage.EndedAttempt{}, fmt.Errorf("read attempts: %w", err))
			return
		}
		defer found.Close()
		for found.Next() {
			a, err := scanEnded(found)
			if err != nil {
				err = fmt.Errorf("read attempts: %w", err)
			}
			if !yield(a, err) || err != nil {
				return
			}
		}
		if err := found.Err(); err != nil {
			yield(storage.EndedAttempt{}, fmt.Errorf("read attempts: %w", err))
		}
	}
}

func scanEnded(row scanner) (a storage.EndedAttempt, err error) {
	var ts int64
	err = row.Scan(&ts, &a.Answered, &a.RunID, &a.Provider, &a.Model, &a.Class, &a.InputTokens, &a.OutputTokens, &a.CostUSD, &a.WastedUSD,
		&a.SimulatedUSD, &a.LatencyMS, &a.FirstByteMS)
	a.At = time.UnixMilli(ts).UTC()
	return a, err
}

// CountAttempts counts the attempts of a window by provider and model. It adds up here what
// SQLite would have to sort first.
func (h *Health) CountAttempts(ctx context.Context, w storage.Window) ([]storage.AttemptCount, error) {
	where, args := within(w)
	where, args = ofProvider(w, where, args)
	found, err := h.db.read.QueryContext(ctx, `SELECT name = 'attempt_finished', `+member("provider")+`, `+member("model")+`
		FROM events INDEXED BY events_attempts
		WHERE `+attemptNames+` AND `+where+` AND `+member("error_class")+` IS NOT 'canceled'`, args...)
	if err != nil {
		return nil, fmt.Errorf("count attempts: %w", err)
	}
	defer found.Close()
	counts := storage.AttemptCounts{}
	var provider, model sql.NullString
	for found.Next() {
		var answered bool
		if err := found.Scan(&answered, &provider, &model); err != nil {
			return nil, fmt.Errorf("count attempts: %w", err)
		}
		counts.Add(provider.String, model.String, answered)
	}
	return counts.List(), found.Err()
}

// LastFailed returns the event of the last attempt at a provider that failed before a time.
func (h *Health) LastFailed(ctx context.Context, provider string, before time.Time) (event.Event, error) {
	row := h.db.read.QueryRowContext(ctx, `SELECT `+eventColumns+` FROM events INDEXED BY events_failures
		WHERE name = 'attempt_failed' AND `+member("provider")+` = ? AND ts < ? AND coalesce(`+member("error_class")+`, '') <> 'canceled'
			AND run_id NOT IN `+drillRuns+` ORDER BY ts DESC, position DESC LIMIT 1`, provider, before.UnixMilli())
	e, err := scanEvent(row)
	if errors.Is(err, sql.ErrNoRows) {
		return event.Event{}, nil
	}
	if err != nil {
		err = fmt.Errorf("find the last failure of %s: %w", provider, err)
	}
	return e, err
}

// Fallbacks counts the requests that went to another provider in a window.
func (h *Health) Fallbacks(ctx context.Context, w storage.Window) ([]storage.FallbackCount, error) {
	where, args := within(w)
	found, err := h.db.read.QueryContext(ctx, `SELECT run_id, `+member("from_provider")+` AS f, `+member("to_provider")+` AS t,
			count(*), min(ts), max(ts)
		FROM events INDEXED BY events_effects WHERE `+effectNames+` AND name = 'stage_fallback' AND `+where+` AND f <> t
		GROUP BY run_id, f, t ORDER BY min(ts), run_id, f, t`, args...)
	if err != nil {
		return nil, fmt.Errorf("count fallbacks: %w", err)
	}
	return collect(found, func(row scanner) (c storage.FallbackCount, err error) {
		var first, last int64
		err = row.Scan(&c.RunID, &c.From, &c.To, &c.Requests, &first, &last)
		c.First = time.UnixMilli(first).UTC()
		c.Last = time.UnixMilli(last).UTC()
		return c, err
	})
}

// StageFailures returns the stages that failed for good in a window, newest first.
func (h *Health) StageFailures(ctx context.Context, w storage.Window, limit int) ([]event.Event, error) {
	where, args := within(w)
	found, err := h.db.read.QueryContext(ctx, `SELECT `+eventColumns+` FROM events INDEXED BY events_effects
		WHERE `+effectNames+` AND name = 'stage_failed' AND `+where+` AND coalesce(`+member("error_class")+`, '') <> 'canceled'
		ORDER BY ts DESC, position DESC LIMIT ?`, append(args, limit)...)
	if err != nil {
		return nil, fmt.Errorf("read failures of stages: %w", err)
	}
	return collect(found, func(row scanner) (event.Event, error) { return scanEvent(row) })
}
