package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/cineforge/cineforge/internal/storage"
	"github.com/cineforge/cineforge/llm/health"
	"github.com/cineforge/cineforge/resilience/breaker"
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
