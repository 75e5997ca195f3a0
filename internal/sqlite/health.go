package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"strings"
	"time"

	"github.com/cineforge/cineforge/internal/storage"
	"github.com/cineforge/cineforge/llm/health"
	"github.com/cineforge/cineforge/resilience/breaker"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

// Health is what is known of providers, and how attempts at them ended.
type Health struct{ db *database }

var (
	_ health.Memory    = (*Health)(nil)
	_ storage.Attempts = (*Health)(nil)
)

// Recall returns what changed of the providers' health after a position.
func (h *Health) Recall(ctx context.Context, after int64) (records []health.Record, position int64, err error) {
	rows, err := h.db.read.QueryContext(ctx, `SELECT endpoint, name, version, position, data FROM health WHERE position > ? ORDER BY position`,
		after)
	if err != nil {
		return nil, 0, fmt.Errorf("read the providers' health: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var r health.Record
		if err := rows.Scan(&r.Endpoint, &r.Name, &r.Version, &position, &r.Data); err != nil {
			return nil, 0, fmt.Errorf("read the providers' health: %w", err)
		}
		records = append(records, r)
	}
	return records, position, rows.Err()
}

// Save stores what changed of the providers' health, and logs the turns of breakers.
func (h *Health) Save(ctx context.Context, records []health.Record, turns []health.Transition) error {
	return h.db.update(ctx, func(tx *sql.Tx) error {
		for _, r := range records {
			if err := recordCooldown(tx, r); err != nil {
				return err
			}
			_, err := tx.Exec(`INSERT INTO health (endpoint, name, version, position, data)
				VALUES (?, ?, ?, (SELECT coalesce(max(position), 0) + 1 FROM health), ?)
				ON CONFLICT (endpoint, name) DO UPDATE SET version = excluded.version, position = excluded.position, data = excluded.data
				WHERE excluded.version > health.version`, r.Endpoint, r.Name, r.Version, string(r.Data))
			if err != nil {
				return fmt.Errorf("keep the providers' health: %w", err)
			}
		}
		for _, t := range turns {
			data, err := json.Marshal(storedTransition{From: t.From, To: t.To, Until: t.Until, Evidence: t.Evidence})
			if err != nil {
				return err
			}
			if _, err := tx.Exec(`INSERT INTO health_log (ts, endpoint, model, data) VALUES (?, ?, ?, ?)`, t.At.UnixMilli(), t.Endpoint, t.Model,
				string(data)); err != nil {
				return fmt.Errorf("log the turn of a breaker: %w", err)
			}
			if err := appendStandalone(tx, storage.TransitionEvent(ctx, t)); err != nil {
				return err
			}
		}
		return nil
	})
}

// recordCooldown records what a record that is about to be stored changes of a cooldown.
func recordCooldown(tx *sql.Tx, now health.Record) error {
	if _, ok := now.Cooldown(); !ok {
		return nil
	}
	var before health.Record
	err := tx.QueryRow(`SELECT endpoint, name, version, data FROM health WHERE endpoint = ? AND name = ?`, now.Endpoint, now.Name).
		Scan(&before.Endpoint, &before.Name, &before.Version, &before.Data)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("keep the providers' health: %w", err)
	}
	return appendStandalone(tx, storage.CooldownEvents(before, now)...)
}

// storedTransition is the stored form of what a breaker's transition tells beyond its place and time.
type storedTransition struct {
	From     breaker.State `json:"from"`
	To       breaker.State `json:"to"`
	Until    time.Time     `json:"until,omitzero"`
	Evidence string        `json:"evidence"`
}

// Transitions returns the transitions of breakers, newest first.
func (h *Health) Transitions(ctx context.Context, limit int) ([]health.Transition, error) {
	rows, err := h.db.read.QueryContext(ctx, `SELECT ts, endpoint, model, data FROM health_log ORDER BY position DESC LIMIT ?`, limit)
	if err != nil {
		return nil, fmt.Errorf("read the turns of breakers: %w", err)
	}
	defer rows.Close()
	var all []health.Transition
	for rows.Next() {
		var (
			t    health.Transition
			ts   int64
			data []byte
			in   storedTransition
		)
		if err := rows.Scan(&ts, &t.Endpoint, &t.Model, &data); err != nil {
			return nil, err
		}
		if err := json.Unmarshal(data, &in); err != nil {
			return nil, fmt.Errorf("read the turn of a breaker: %w", err)
		}
		t.At = time.UnixMilli(ts).UTC()
		t.From = in.From
		t.To = in.To
		t.Until = in.Until
		t.Evidence = in.Evidence
		all = append(all, t)
	}
	return all, rows.Err()
}

// member returns the expression for a member of an event's body, in the form that the indexes
// of migration 00010 have, so that it is read from them.
func member(name string) string {
	return "iif(json_valid(body), json_extract(body, '$." + name + "'), NULL)"
}

// or returns an expression with another value in place of NULL.
func or(expression, other string) string { return "coalesce(" + expression + ", " + other + ")" }

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
	"ts", "name = 'attempt_finished'", "run_id", or(member("provider"), "''"), or(member("model"), "''"), or(member("error_class"), "''"),
	or(member("input_tokens"), "0"), or(member("output_tokens"), "0"), member("cost_usd"), member("wasted_cost_usd"),
	member("simulated_cost_usd"), or(member("latency_ms"), "0"), member("first_event_ms"),
}, ", ")

// Ended yields the attempts of a window, in the order in which they ended. The caller does
// not use the store until then.
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
	found, err := h.db.read.QueryContext(ctx, `SELECT run_id, (SELECT project_id FROM runs WHERE id = run_id),
			`+member("from_provider")+` AS f, `+member("to_provider")+` AS t, count(*), min(ts), max(ts)
		FROM events INDEXED BY events_effects WHERE `+effectNames+` AND name = 'stage_fallback' AND `+where+` AND f <> t
		GROUP BY run_id, f, t ORDER BY min(ts), run_id, f, t`, args...)
	if err != nil {
		return nil, fmt.Errorf("count fallbacks: %w", err)
	}
	return collect(found, func(row scanner) (c storage.FallbackCount, err error) {
		var first, last int64
		err = row.Scan(&c.RunID, &c.ProjectID, &c.From, &c.To, &c.Requests, &first, &last)
		c.First = time.UnixMilli(first).UTC()
		c.Last = time.UnixMilli(last).UTC()
		return c, err
	})
}

// StageFailures returns the stages that failed for good in a window, newest first.
func (h *Health) StageFailures(ctx context.Context, w storage.Window, limit int) ([]run.LogEntry, error) {
	where, args := within(w)
	found, err := h.db.read.QueryContext(ctx, `SELECT position, (SELECT project_id FROM runs WHERE id = run_id), `+eventColumns+`
		FROM events INDEXED BY events_effects
		WHERE `+effectNames+` AND name = 'stage_failed' AND `+where+` AND coalesce(`+member("error_class")+`, '') <> 'canceled'
		ORDER BY ts DESC, position DESC LIMIT ?`, append(args, limit)...)
	if err != nil {
		return nil, fmt.Errorf("read failures of stages: %w", err)
	}
	return collect(found, func(row scanner) (e run.LogEntry, err error) {
		e.Event, err = scanEvent(row, &e.Position, &e.ProjectID)
		return e, err
	})
}

// ProviderEvents returns the standalone events about providers that a filter selects.
func (h *Health) ProviderEvents(ctx context.Context, f storage.ProviderEvents) ([]run.LogEntry, error) {
	query := `SELECT position, project_id, run_id AS about, '' AS run_id, 0 AS seq, ts, name, body FROM standalone_events
		WHERE name IN ('` + strings.Join(event.TopicNames([]event.Topic{event.TopicProviders}), "', '") + `') AND position > ?`
	args := []any{f.After}
	and := func(condition string, arg any) {
		query += ` AND ` + condition
		args = append(args, arg)
	}
	if f.Before != 0 {
		and(`position < ?`, f.Before)
	}
	if f.Provider != "" {
		and(member("provider")+` = ?`, f.Provider)
	}
	if !f.From.IsZero() {
		and(`ts >= ?`, f.From.UnixMilli())
	}
	if !f.Until.IsZero() {
		and(`ts < ?`, f.Until.UnixMilli())
	}
	if len(f.Kinds) > 0 {
		kinds, _ := json.Marshal(f.Kinds) //nolint:errcheck // texts can be encoded
		and(`name IN (SELECT value FROM json_each(?))`, string(kinds))
	}
	found, err := h.db.read.QueryContext(ctx, query+` ORDER BY position DESC LIMIT ?`, append(args, f.Limit)...)
	if err != nil {
		return nil, fmt.Errorf("read what happened to providers: %w", err)
	}
	return collect(found, func(row scanner) (e run.LogEntry, err error) {
		e.Event, err = scanEvent(row, &e.Position, &e.ProjectID, &e.About)
		return e, err
	})
}
