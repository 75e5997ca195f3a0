package memory

import (
	"bytes"
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/cineforge/cineforge/internal/storage"
	"github.com/cineforge/cineforge/llm/health"
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
