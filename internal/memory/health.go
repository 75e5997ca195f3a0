package memory

import (
	"bytes"
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/internal/storage"
	"github.com/cineforge/cineforge/llm/health"
	"github.com/cineforge/cineforge/run/event"
)

type healthKey struct{ endpoint, name string }

type healthRecord struct {
	health.Record
	position int64
}

// Health is what is known of providers, and how attempts at them ended.
type Health struct{ data *data }

var (
	_ health.Memory    = (*Health)(nil)
	_ storage.Attempts = (*Health)(nil)
)

// Recall returns what changed of the providers' health after a position.
func (h *Health) Recall(_ context.Context, after int64) (records []health.Record, position int64, err error) {
	h.data.mu.Lock()
	defer h.data.mu.Unlock()
	var found []*healthRecord
	for _, r := range h.data.health {
		if r.position > after {
			found = append(found, r)
		}
	}
	slices.SortFunc(found, func(a, b *healthRecord) int { return cmp.Compare(a.position, b.position) })
	for _, r := range found {
		records = append(records, r.Record)
		position = r.position
	}
	return records, position, nil
}

// Save stores what changed of the providers' health, and logs the transitions of breakers.
func (h *Health) Save(ctx context.Context, records []health.Record, transitions []health.Transition) error {
	h.data.mu.Lock()
	defer h.data.mu.Unlock()
	for _, r := range records {
		key := healthKey{r.Endpoint, r.Name}
		if known := h.data.health[key]; known != nil && known.Version >= r.Version {
			continue
		}
		var before health.Record
		if known := h.data.health[key]; known != nil {
			before = known.Record
		}
		h.data.appendStandalone(storage.CooldownEvents(before, r)...)
		h.data.healthPosition++
		r.Data = bytes.Clone(r.Data)
		h.data.health[key] = &healthRecord{Record: r, position: h.data.healthPosition}
	}
	for _, t := range transitions {
		t.At = t.At.UTC().Truncate(time.Millisecond)
		h.data.transitions = append(h.data.transitions, t)
		h.data.appendStandalone(storage.TransitionEvent(ctx, t))
	}
	return nil
}

// Transitions returns the transitions of breakers, newest first.
func (h *Health) Transitions(_ context.Context, limit int) (all []health.Transition, err error) {
	h.data.mu.Lock()
	defer h.data.mu.Unlock()
	for _, t := range slices.Backward(h.data.transitions) {
		if len(all) == limit {
			break
		}
		all = append(all, t)
	}
	return all, nil
}

// CountAttempts counts the attempts since a time, of runs whose id does not begin with a prefix.
func (h *Health) CountAttempts(_ context.Context, since time.Time, except string) (all []storage.AttemptCount, err error) {
	h.data.mu.Lock()
	defer h.data.mu.Unlock()
	count := func(provider, model string) *storage.AttemptCount {
		for i := range all {
			if all[i].Provider == provider && all[i].Model == model {
				return &all[i]
			}
		}
		all = append(all, storage.AttemptCount{Provider: provider, Model: model})
		return &all[len(all)-1]
	}
	for _, e := range h.data.log {
		if e.Time.Before(since.Truncate(time.Millisecond)) || except != "" && strings.HasPrefix(e.RunID, except) {
			continue
		}
		switch b := e.Body.(type) {
		case event.AttemptFinished:
			count(b.Provider, b.Model).Answered++
		case event.AttemptFailed:
			if b.ErrorClass != failure.Canceled {
				count(b.Provider, b.Model).Failed++
			}
		}
	}
	slices.SortFunc(all, func(a, b storage.AttemptCount) int {
		return cmp.Or(cmp.Compare(a.Provider, b.Provider), cmp.Compare(a.Model, b.Model))
	})
	return all, nil
}
