package providers

import (
	"context"
	"slices"
	"time"

	"github.com/cineforge/cineforge/health"
	"github.com/cineforge/cineforge/internal/storage"
	"github.com/cineforge/cineforge/resilience/breaker"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

const (
	// followed is for how long before a window the changes are read that may reach into it: no
	// hold lasts longer.
	followed = longestHold
	// maxFollowed is how many changes are read at the most.
	maxFollowed = 5000
	// maxIntervals is how many intervals of a provider are returned at the most.
	maxIntervals = 500
)

// Intervals returns when providers were not asked in a window, by provider, and whether there were too
// many changes to know all. It uses the events of their breakers, holds and cooldowns.
func (s *Service) Intervals(ctx context.Context, w storage.Window) (map[string][]health.Interval, bool, error) {
	changes, err := s.attempts.ProviderEvents(ctx, storage.ProviderEvents{
		Provider: w.Provider, From: w.From.Add(-followed), Until: w.Until, Limit: maxFollowed,
	})
	if err != nil {
		return nil, false, err
	}
	t := timeline{open: map[intervalKey]*health.Interval{}, all: map[string][]*health.Interval{}}
	for _, e := range slices.Backward(changes) {
		t.apply(e)
	}
	cut := len(changes) == maxFollowed
	out := map[string][]health.Interval{}
	for provider, list := range t.all {
		for _, i := range list {
			if settle(i, time.Now()); i.Since.Before(w.Until) && (i.Until == nil || i.Until.After(w.From)) {
				out[provider] = append(out[provider], *i)
			}
		}
		if n := len(out[provider]); n > maxIntervals {
			out[provider] = out[provider][n-maxIntervals:]
			cut = true
		}
	}
	return out, cut, nil
}

// settle ends an interval whose time has passed.
func settle(i *health.Interval, now time.Time) {
	switch {
	case i.Until != nil:
		i.EndsAt = nil
	case i.EndsAt == nil || i.EndsAt.After(now):
	case i.Kind == health.WasHeld || i.Kind == health.WasCooling:
		i.Until, i.EndsAt = i.EndsAt, nil
	default: // an open breaker stays so until a request comes
		i.EndsAt = nil
	}
}

// intervalKey is what at most one interval at a time is about.
type intervalKey struct {
	provider, model, key string
	of                   string // "breaker", "hold" or "cooldown"
}

// timeline follows the changes of what keeps providers from being asked.
type timeline struct {
	open map[intervalKey]*health.Interval
	all  map[string][]*health.Interval // by provider
}

func (t timeline) apply(e run.LogEntry) {
	switch b := e.Body.(type) {
	case event.BreakerChanged:
		key := intervalKey{provider: b.Provider, model: b.Model, of: "breaker"}
		t.end(key, e.Time)
		switch breaker.State(b.To) {
		case breaker.Open:
			t.begin(key, health.Interval{Kind: health.WasOut, Model: b.Model, Since: e.Time, EndsAt: stated(b.Until), Reason: b.Evidence})
		case breaker.HalfOpen:
			t.begin(key, health.Interval{Kind: health.WasProbed, Model: b.Model, Since: e.Time, Reason: b.Evidence})
		}
	case event.ProviderHeld:
		key := intervalKey{provider: b.Provider, of: "hold"}
		t.end(key, e.Time)
		t.begin(key, health.Interval{Kind: health.WasHeld, Since: e.Time, EndsAt: stated(b.Until), Reason: b.Reason})
	case event.ProviderReleased:
		if b.Model == "" && b.Key == "" {
			t.end(intervalKey{provider: b.Provider, of: "hold"}, e.Time)
		}
	case event.CooldownStarted:
		t.cool(e, b)
	case event.CooldownEnded:
		t.end(intervalKey{provider: b.Provider, model: b.Model, key: b.Key, of: "cooldown"}, e.Time)
	}
}

// cool begins a cooldown, or gives one that goes on another end.
func (t timeline) cool(e run.LogEntry, b event.CooldownStarted) {
	key := intervalKey{provider: b.Provider, model: b.Model, key: b.Key, of: "cooldown"}
	if i := t.open[key]; i != nil && i.EndsAt != nil && !e.Time.After(*i.EndsAt) {
		i.EndsAt = stated(b.Until)
		i.Class = b.ErrorClass
		return
	}
	t.end(key, e.Time)
	t.begin(key, health.Interval{
		Kind: health.WasCooling, Model: b.Model, Key: b.Key, Since: e.Time, EndsAt: stated(b.Until), Class: b.ErrorClass,
	})
}

func (t timeline) begin(key intervalKey, i health.Interval) {
	t.open[key] = &i
	t.all[key.provider] = append(t.all[key.provider], &i)
}

// end ends an interval, if there is one: at a time, or when it ended by itself before.
func (t timeline) end(key intervalKey, at time.Time) {
	i := t.open[key]
	if i == nil {
		return
	}
	delete(t.open, key)
	if settle(i, at); i.Until == nil {
		i.Until, i.EndsAt = &at, nil
	}
}

// stated returns a time that an event states, nil if it states none.
func stated(t event.Timestamp) *time.Time {
	if t.IsZero() {
		return nil
	}
	return new(t.UTC())
}
