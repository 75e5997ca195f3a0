package health

import (
	"context"
	"strings"
	"time"

	"github.com/cineforge/cineforge/resilience/breaker"
)

// Memory keeps what is known of the providers over a restart, and shares it between
// processes. It is used concurrently. What it fails to keep is lost, which costs a
// few calls and nothing else.
type Memory interface {
	// Recall returns the records that changed after a position, and the position
	// to go on from; 0 is the beginning.
	Recall(ctx context.Context, after int64) ([]Record, int64, error)

	// Save stores records, each unless there is one of at least its version, and
	// adds transitions to the log of all of them.
	Save(ctx context.Context, records []Record, transitions []Transition) error
}

// Transition is a change of a breaker's state: a provider's, or with a Model a model's.
type Transition struct {
	Endpoint, Model string
	Key             string // the variable of the key that an operator's act is about; "" for all
	breaker.Transition
}

// Provider returns the provider's name: what stands before the "@" of its endpoint.
func (t Transition) Provider() string {
	name, _, _ := strings.Cut(t.Endpoint, "@")
	return name
}

// syncEvery is how often the memory is read at most.
const syncEvery = time.Second

// Sync takes over what other processes have found out, at most once a second. Where that
// fails, what is known here has to do. The first call of a process returns when the memory
// was read, and others wait for that: no provider is asked before what is known of it is.
func (r *Registry) Sync(ctx context.Context) {
	if r.o.Memory == nil {
		return
	}
	r.mu.Lock()
	first := r.synced.IsZero()
	due := first || time.Since(r.synced) >= syncEvery
	if due {
		r.synced = time.Now()
	}
	r.mu.Unlock()
	if due {
		r.Recall(ctx) //nolint:errcheck // see above
	}
	if first {
		close(r.remembered)
	}
	select {
	case <-r.remembered:
	case <-ctx.Done():
	}
}

// Recall takes over what other processes have found out, now.
func (r *Registry) Recall(ctx context.Context) error {
	r.clock.Check()
	if r.o.Memory == nil {
		return nil
	}
	r.mu.Lock()
	after := r.position
	r.mu.Unlock()
	records, position, err := r.o.Memory.Recall(ctx, after)
	if err != nil {
		return err
	}
	changed, better := false, false
	for _, rec := range records {
		p := r.providerAt(rec.Endpoint)
		changed = p.recall(rec) || changed
		better = p.takeRelief() || better
	}
	r.mu.Lock()
	r.position = max(r.position, position)
	r.mu.Unlock()
	if changed {
		r.wake(better)
	}
	return nil
}

// Save keeps what has changed at a route's provider, wakes the requests that wait for it, and
// returns the transitions of its breakers that were not reported yet. What can't be kept is
// lost, and is kept when it changes again.
func (r *Registry) Save(ctx context.Context, route *Route) []Transition {
	transitions, _ := r.save(ctx, route.provider, func(*provider) {})
	return transitions
}

// save is Save after one more change, with the memory's error.
func (r *Registry) save(ctx context.Context, p *provider, change func(*provider)) (transitions []Transition, err error) {
	p.mu.Lock()
	change(p)
	transitions = p.unreported
	p.unreported = nil
	records := p.records()
	p.mu.Unlock()
	if len(transitions) == 0 && len(records) == 0 {
		return nil, nil
	}
	if r.o.Memory != nil {
		err = r.o.Memory.Save(context.WithoutCancel(ctx), records, transitions)
	}
	r.wake(p.takeRelief())
	return transitions, err
}
