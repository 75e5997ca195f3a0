package memory

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/cineforge/cineforge/durable"
	"github.com/cineforge/cineforge/durable/local"
	"github.com/cineforge/cineforge/internal/storage"
	"github.com/cineforge/cineforge/run"
)

// Journal is which process works on which run, and what is signalled to runs. The store has
// one process, which is never seen to be gone.
type Journal struct{ data *data }

var _ storage.Journal = (*Journal)(nil)

// held reports whether a claim of the run is alive.
func (r *record) held() bool { return r.claimed.After(time.Now()) }

// Claim takes a run, unless a claim of it is alive.
func (j *Journal) Claim(ctx context.Context, id string, ttl time.Duration) (durable.Claim, error) {
	if err := ctx.Err(); err != nil {
		return durable.Claim{}, err
	}
	j.data.mu.Lock()
	defer j.data.mu.Unlock()
	switch r := j.data.runs[id]; {
	case r == nil:
		return durable.Claim{Run: id}, run.ErrNotFound
	case r.held():
		return durable.Claim{Run: id}, durable.ErrHeld
	default:
		r.epoch++
		r.claimed = time.Now().Add(ttl)
		r.wakeAt = time.Time{}
		return durable.Claim{Run: id, Epoch: r.epoch}, nil
	}
}

// Renew keeps a claim alive.
func (j *Journal) Renew(ctx context.Context, claim durable.Claim, ttl time.Duration) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	j.data.mu.Lock()
	defer j.data.mu.Unlock()
	r := j.data.runs[claim.Run]
	if r == nil || r.epoch != claim.Epoch {
		return durable.ErrLost
	}
	r.claimed = time.Now().Add(ttl)
	return nil
}

// Release gives a claim back. A run with signals goes on at once, unless it waits for a person.
func (j *Journal) Release(ctx context.Context, claim durable.Claim, wake time.Time) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	j.data.mu.Lock()
	defer j.data.mu.Unlock()
	if r := j.data.runs[claim.Run]; r != nil && r.epoch == claim.Epoch {
		r.claimed = time.Time{}
		r.wakeAt = wake
		if len(r.signals) > 0 && !r.waitsForever() {
			r.wakeAt = time.Time{}
		}
	}
	j.data.wake()
	return nil
}

// Due returns runs that are to go on.
func (j *Journal) Due(_ context.Context, n int) (due []local.DueRun, next time.Time, err error) {
	d := j.data
	d.mu.Lock()
	defer d.mu.Unlock()
	now := time.Now()
	groups := map[string][]*record{}
	next = local.Never
	for _, id := range d.order {
		r := d.runs[id]
		at := r.wakeAt
		if r.claimed.After(at) {
			at = r.claimed
		}
		switch {
		case r.ended || r.waitsForever() || !d.carries(r):
		case at.After(now):
			if at.Before(next) {
				next = at
			}
		default:
			groups[r.ProjectID] = append(groups[r.ProjectID], r)
		}
	}
	return inTurns(groups, n), next, nil
}

// inTurns returns the first n runs, of each group the one that has been due the longest
// first, and the firsts of all groups before the seconds.
func inTurns(groups map[string][]*record, n int) (due []local.DueRun) {
	type place struct {
		turn int
		run  *record
	}
	longest := func(a, b *record) int { return cmp.Or(a.wakeAt.Compare(b.wakeAt), cmp.Compare(a.position, b.position)) }
	var all []place
	for _, group := range groups {
		slices.SortFunc(group, longest)
		for i, r := range group {
			all = append(all, place{i, r})
		}
	}
	slices.SortFunc(all, func(a, b place) int { return cmp.Or(cmp.Compare(a.turn, b.turn), longest(a.run, b.run)) })
	for _, p := range all[:min(n, len(all))] {
		due = append(due, local.DueRun{Run: p.run.RunID, Group: p.run.ProjectID})
	}
	return due
}

// Signal sends a signal to a run.
func (j *Journal) Signal(_ context.Context, id string, signal durable.Signal) error {
	j.data.mu.Lock()
	defer j.data.mu.Unlock()
	r := j.data.runs[id]
	switch {
	case r == nil:
		return fmt.Errorf("signal %s to run %s: %w", signal.Kind, id, run.ErrNotFound)
	case r.ended:
		return fmt.Errorf("signal %s to run %s: %w", signal.Kind, id, durable.ErrLost)
	}
	if !r.waitsForever() {
		r.wakeAt = time.Time{}
	}
	if !slices.ContainsFunc(r.signals, func(s durable.Signal) bool { return s.Kind == signal.Kind }) {
		r.signals = append(r.signals, signal)
	}
	j.data.wake()
	return nil
}

// WakeAll makes all runs due that wait for a time.
func (j *Journal) WakeAll(context.Context) error {
	j.data.mu.Lock()
	defer j.data.mu.Unlock()
	for _, r := range j.data.runs {
		if !r.ended && r.wakeAt.After(time.Now()) && !r.waitsForever() && r.epoch > 0 {
			r.wakeAt = time.Now()
		}
	}
	j.data.wake()
	return nil
}

// Signals returns the signals of a run that were not acknowledged yet.
func (j *Journal) Signals(_ context.Context, id string) ([]durable.Signal, error) {
	j.data.mu.Lock()
	defer j.data.mu.Unlock()
	if r := j.data.runs[id]; r != nil {
		return slices.Clone(r.signals), nil
	}
	return nil, nil
}

// Ack takes a signal away.
func (j *Journal) Ack(_ context.Context, claim durable.Claim, kind durable.SignalKind) error {
	j.data.mu.Lock()
	defer j.data.mu.Unlock()
	if r := j.data.runs[claim.Run]; r != nil && r.epoch == claim.Epoch {
		r.signals = slices.DeleteFunc(r.signals, func(s durable.Signal) bool { return s.Kind == kind })
	}
	return nil
}

// Changed returns a channel that is closed when a run was made or given back, or has a signal.
func (j *Journal) Changed() <-chan struct{} {
	j.data.mu.Lock()
	defer j.data.mu.Unlock()
	return j.data.woken
}

// Serve does nothing: no other process can see it.
func (j *Journal) Serve() error { return nil }

// Served reports false: there is no other process.
func (j *Journal) Served() bool { return false }

// Worked reports whether a run is worked on.
func (j *Journal) Worked(_ context.Context, id string) (bool, error) {
	j.data.mu.Lock()
	defer j.data.mu.Unlock()
	r := j.data.runs[id]
	if r == nil {
		return false, fmt.Errorf("look who works on run %s: %w", id, run.ErrNotFound)
	}
	return r.held(), nil
}

// Carry sets the routes that this process can reach.
func (j *Journal) Carry(routes []string) {
	j.data.mu.Lock()
	defer j.data.mu.Unlock()
	j.data.routes = slices.Clone(routes)
	j.data.limited = true
}

// carries reports whether this process can go on with a run: for each stage that is to be
// done it reaches one of the routes. The caller holds mu.
func (d *data) carries(r *record) bool {
	if !d.limited {
		return true
	}
	for _, any := range r.routes {
		if !slices.ContainsFunc(any, func(route string) bool { return slices.Contains(d.routes, route) }) {
			return false
		}
	}
	return true
}

// Uncarried returns at most n runs that this process can't go on with, newest first.
func (j *Journal) Uncarried(_ context.Context, n int) (found []run.Summary, err error) {
	d := j.data
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, id := range slices.Backward(d.order) {
		r := d.runs[id]
		if len(found) < n && !r.ended && !r.waitsForever() && !r.held() && !d.carries(r) {
			found = append(found, d.summary(r))
		}
	}
	return found, nil
}
