package memory

import (
	"cmp"
	"context"
	"iter"
	"slices"
	"time"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/internal/storage"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

// events returns the events of a window, in the order in which they were stored.
func (h *Health) events(w storage.Window) (all []run.LogEntry) {
	h.data.mu.Lock()
	defer h.data.mu.Unlock()
	for _, e := range h.data.log {
		if r := h.data.runs[e.RunID]; r != nil && r.drill == w.Drills && w.Contains(e.Time) {
			all = append(all, e)
		}
	}
	return all
}

// Ended yields the attempts of a window, in the order in which they ended.
func (h *Health) Ended(_ context.Context, w storage.Window) iter.Seq2[storage.EndedAttempt, error] {
	return func(yield func(storage.EndedAttempt, error) bool) {
		for _, e := range h.events(w) {
			a, ok := storage.NewEndedAttempt(e.Event)
			if ok && (w.Provider == "" || a.Provider == w.Provider) && !yield(a, nil) {
				return
			}
		}
	}
}

// CountAttempts counts the attempts of a window by provider and model.
func (h *Health) CountAttempts(ctx context.Context, w storage.Window) ([]storage.AttemptCount, error) {
	counts := storage.AttemptCounts{}
	for a, err := range h.Ended(ctx, w) {
		if err != nil {
			return nil, err
		}
		if a.Class != failure.Canceled {
			counts.Add(a.Provider, a.Model, a.Answered)
		}
	}
	return counts.List(), nil
}

// LastFailed returns the event of the last attempt at a provider that failed before a time.
func (h *Health) LastFailed(_ context.Context, provider string, before time.Time) (event.Event, error) {
	for _, e := range slices.Backward(h.events(storage.Window{Until: before})) {
		if b, ok := e.Body.(event.AttemptFailed); ok && b.Provider == provider && b.ErrorClass != failure.Canceled {
			return e.Event, nil
		}
	}
	return event.Event{}, nil
}

// Fallbacks counts the requests that went to another provider in a window.
func (h *Health) Fallbacks(_ context.Context, w storage.Window) (all []storage.FallbackCount, err error) {
	for _, e := range h.events(w) {
		b, ok := e.Body.(event.StageFallback)
		if !ok || b.FromProvider == b.ToProvider {
			continue
		}
		at := slices.IndexFunc(all, func(c storage.FallbackCount) bool {
			return c.RunID == e.RunID && c.From == b.FromProvider && c.To == b.ToProvider
		})
		if at < 0 {
			at = len(all)
			all = append(all, storage.FallbackCount{
				RunID: e.RunID, ProjectID: e.ProjectID, From: b.FromProvider, To: b.ToProvider, First: e.Time,
			})
		}
		all[at].Requests++
		all[at].Last = e.Time
	}
	slices.SortStableFunc(all, func(a, b storage.FallbackCount) int {
		return cmp.Or(a.First.Compare(b.First), cmp.Compare(a.RunID, b.RunID), cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To))
	})
	return all, nil
}

// StageFailures returns the stages that failed for good in a window, newest first.
func (h *Health) StageFailures(_ context.Context, w storage.Window, limit int) (all []run.LogEntry, err error) {
	for _, e := range slices.Backward(h.events(w)) {
		if b, ok := e.Body.(event.StageFailed); ok && b.ErrorClass != failure.Canceled && len(all) < limit {
			all = append(all, e)
		}
	}
	return all, nil
}

// ProviderEvents returns the standalone events about providers that a filter selects, newest first.
func (h *Health) ProviderEvents(_ context.Context, f storage.ProviderEvents) (all []run.LogEntry, err error) {
	h.data.mu.Lock()
	defer h.data.mu.Unlock()
	for _, e := range slices.Backward(h.data.log) {
		if len(all) == f.Limit {
			break
		}
		if f.Match(e) {
			all = append(all, e)
		}
	}
	return all, nil
}
