package durabletest

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"github.com/cineforge/cineforge/durable"
	"github.com/cineforge/cineforge/durable/local"
)

// Journal is runs and claims in memory. It is safe for concurrent use; a dead process
// loses its claims when they end.
type Journal struct {
	mu      sync.Mutex // guards what follows
	runs    map[string]*entry
	order   int
	changed chan struct{}
}

// entry is a run.
type entry struct {
	group   string
	order   int
	epoch   int64
	until   time.Time // of the claim
	wake    time.Time
	over    bool
	notes   []string
	signals []durable.Signal
}

// NewJournal returns an empty journal.
func NewJournal() *Journal {
	return &Journal{runs: map[string]*entry{}, changed: make(chan struct{})}
}

var _ Store = (*Journal)(nil)

// wake closes the channel of Changed.
func (j *Journal) wake() {
	close(j.changed)
	j.changed = make(chan struct{})
}

// run returns a run, which is made if it is not there.
func (j *Journal) run(id string) *entry {
	r, ok := j.runs[id]
	if !ok {
		j.order++
		r = &entry{order: j.order}
		j.runs[id] = r
	}
	return r
}

// Make makes a run that is due at a time.
func (j *Journal) Make(_ context.Context, group, run string, wake time.Time) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	r := j.run(run)
	r.group = group
	r.wake = wake
	j.wake()
	return nil
}

// Signal sends a signal to a run.
func (j *Journal) Signal(_ context.Context, run string, s durable.Signal) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	r := j.run(run)
	if r.over {
		return durable.ErrLost
	}
	if !slices.ContainsFunc(r.signals, func(o durable.Signal) bool { return o.Kind == s.Kind }) {
		r.signals = append(r.signals, s)
	}
	if r.wake.Before(local.Never) {
		r.wake = time.Time{}
	}
	j.wake()
	return nil
}

// Record records something under a claim.
func (j *Journal) Record(_ context.Context, claim durable.Claim, note string, last bool) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	r := j.run(claim.Run)
	if r.epoch != claim.Epoch || r.over {
		return durable.ErrLost
	}
	r.notes = append(r.notes, note)
	r.over = last
	if last {
		r.signals = nil
	}
	return nil
}

// Recorded returns what is recorded of a run.
func (j *Journal) Recorded(_ context.Context, run string) ([]string, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.Clone(j.run(run).notes), nil
}

// Claim takes a run.
func (j *Journal) Claim(_ context.Context, run string, ttl time.Duration) (durable.Claim, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	r := j.run(run)
	if time.Now().Before(r.until) {
		return durable.Claim{}, durable.ErrHeld
	}
	r.epoch++
	r.until = time.Now().Add(ttl)
	r.wake = time.Time{}
	return durable.Claim{Run: run, Epoch: r.epoch}, nil
}

// Renew keeps a claim alive.
func (j *Journal) Renew(_ context.Context, c durable.Claim, ttl time.Duration) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	r := j.run(c.Run)
	if r.epoch != c.Epoch {
		return durable.ErrLost
	}
	r.until = time.Now().Add(ttl)
	return nil
}

// Release gives a claim back.
func (j *Journal) Release(_ context.Context, c durable.Claim, wake time.Time) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	r := j.run(c.Run)
	if r.epoch != c.Epoch {
		return nil
	}
	r.until = time.Time{}
	r.wake = wake
	if len(r.signals) > 0 && wake.Before(local.Never) {
		r.wake = time.Time{}
	}
	j.wake()
	return nil
}

// Due returns runs that are to go on. The groups take turns.
func (j *Journal) Due(_ context.Context, n int) (due []local.DueRun, next time.Time, err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	type turn struct {
		local.DueRun
		*entry
		nth int
	}
	var turns []turn
	next = local.Never
	now := time.Now()
	for id, r := range j.runs {
		at := r.wake
		if r.until.After(at) {
			at = r.until
		}
		switch {
		case r.over:
		case !at.After(now):
			turns = append(turns, turn{local.DueRun{Run: id, Group: r.group}, r, 0})
		case at.Before(next):
			next = at
		}
	}
	slices.SortFunc(turns, func(a, b turn) int { return cmp.Or(a.wake.Compare(b.wake), a.order-b.order) })
	count := map[string]int{}
	for i := range turns {
		turns[i].nth = count[turns[i].group]
		count[turns[i].group]++
	}
	slices.SortStableFunc(turns, func(a, b turn) int { return a.nth - b.nth })
	for _, t := range turns[:min(n, len(turns))] {
		due = append(due, t.DueRun)
	}
	return due, next, nil
}

// Signals returns the signals of a run.
func (j *Journal) Signals(_ context.Context, run string) ([]durable.Signal, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.Clone(j.run(run).signals), nil
}

// WakeAll makes all runs due that wait for a time.
func (j *Journal) WakeAll(context.Context) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, r := range j.runs {
		if !r.over && r.wake.After(time.Now()) && r.wake.Before(local.Never) {
			r.wake = time.Now()
		}
	}
	j.wake()
	return nil
}

// Serve does nothing: no process sees another one.
func (j *Journal) Serve() error { return nil }

// Served reports false: no process sees another one.
func (j *Journal) Served() bool { return false }

// Worked reports whether a claim of a run is alive.
func (j *Journal) Worked(_ context.Context, run string) (bool, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return time.Now().Before(j.run(run).until), nil
}

// Ack takes a signal away.
func (j *Journal) Ack(_ context.Context, c durable.Claim, kind durable.SignalKind) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	r := j.run(c.Run)
	if r.epoch == c.Epoch {
		r.signals = slices.DeleteFunc(r.signals, func(s durable.Signal) bool { return s.Kind == kind })
	}
	return nil
}

// Changed returns a channel that is closed when a run has a signal, or was made or given back.
func (j *Journal) Changed() <-chan struct{} {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.changed
}

// Die does nothing: a journal in memory does not see which process is gone.
func (j *Journal) Die() {}
