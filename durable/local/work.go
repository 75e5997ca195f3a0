package local

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/cineforge/cineforge/durable"
)

// pool is the runs that Work has under way.
type pool struct {
	e    *Engine
	hard context.Context //nolint:containedctx // it ends what runs let come to an end

	mu       sync.Mutex        // guards what follows
	running  map[string]string // the group of each run
	turns    map[string]int    // the number of the last turn of each group, from 1
	turn     int
	backoffs map[string]backoff
	ended    chan struct{} // has a value when a run has ended
}

// backoff is how long a run is left alone that could not go on.
type backoff struct {
	times int
	until time.Time
}

// pause is how long a run is left alone that could not go on for the n-th time in a row.
func pause(n int) time.Duration { return min(time.Second<<min(n, 6), time.Minute) }

// Work executes whatever is due; see durable.Engine.
func (e *Engine) Work(ctx context.Context) error {
	// Runs are handed on, whatever the caller's cause is.
	steps, hard, stop, end := e.stoppable(context.WithoutCancel(ctx), durable.ErrHandedOn)
	defer end()
	p := &pool{e: e, hard: hard, running: map[string]string{}, turns: map[string]int{}, backoffs: map[string]backoff{},
		ended: make(chan struct{}, 1)}
	var runs sync.WaitGroup
	defer runs.Wait()
	defer stop()
	for {
		changed := e.journal.Changed()
		next := p.start(steps, &runs)
		if !p.wait(ctx, changed, next) {
			return context.Cause(ctx)
		}
	}
}

// wait returns when there may be something to start; false if ctx is done.
func (p *pool) wait(ctx context.Context, changed <-chan struct{}, next time.Time) bool {
	var wake <-chan time.Time
	if d := time.Until(next); next.Before(Never) {
		timer := time.NewTimer(max(d, time.Millisecond))
		defer timer.Stop()
		wake = timer.C
	}
	poll := ticking(p.e.o.Poll)
	defer poll.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-changed:
	case <-p.ended:
	case <-wake:
	case <-poll.C:
	}
	return true
}

// start starts what is due, as far as there is room, and returns when to look again.
func (p *pool) start(ctx context.Context, runs *sync.WaitGroup) (next time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.running) >= p.e.o.Limit {
		return Never // until one has ended
	}
	due, next, err := p.e.journal.Due(ctx, len(p.running)+len(p.backoffs)+64*p.e.o.Limit)
	if err != nil {
		return time.Now().Add(time.Second) // the store's trouble of the moment
	}
	now := time.Now()
	for len(p.running) < p.e.o.Limit {
		i := p.pick(due, now)
		if i < 0 {
			break
		}
		p.running[due[i].Run] = due[i].Group
		p.turn++
		p.turns[due[i].Group] = p.turn
		runs.Go(func() { p.do(ctx, due[i].Run) })
	}
	for _, t := range p.backoffs {
		if t.until.After(now) && t.until.Before(next) {
			next = t.until
		}
	}
	return next
}

// pick returns the run that has been due the longest, of the group that has the
// fewest under way, and of such groups of that whose last turn is the longest ago; -1
// if there is none.
func (p *pool) pick(due []DueRun, now time.Time) int {
	busy := map[string]int{}
	for group := range maps.Values(p.running) {
		busy[group]++
	}
	best := -1
	for i, d := range due {
		if _, running := p.running[d.Run]; running || p.backoffs[d.Run].until.After(now) {
			continue
		}
		if best < 0 || cmp.Or(busy[d.Group]-busy[due[best].Group], p.turns[d.Group]-p.turns[due[best].Group]) < 0 {
			best = i
		}
	}
	return best
}

// do executes a run.
func (p *pool) do(ctx context.Context, run string) {
	err := p.e.once(ctx, p.hard, run, durable.Terms{LongestWait: p.e.o.LongestWait})
	p.mu.Lock()
	delete(p.running, run)
	if expected(err) {
		delete(p.backoffs, run)
	} else {
		t := p.backoffs[run]
		p.backoffs[run] = backoff{t.times + 1, time.Now().Add(pause(t.times))}
	}
	p.mu.Unlock()
	if !expected(err) {
		p.e.o.Troubled(run, err)
	}
	select {
	case p.ended <- struct{}{}:
	default:
	}
}

// expected reports whether an execution ended as executions do.
func expected(err error) bool {
	return err == nil || slices.ContainsFunc([]error{durable.ErrHeld, durable.ErrLost, durable.ErrCancelled, durable.ErrHandedOn},
		func(e error) bool { return errors.Is(err, e) })
}
