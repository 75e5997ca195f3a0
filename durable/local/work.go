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

// crew is the runs that Work has under way.
type crew struct {
	e    *Engine
	hard context.Context //nolint:containedctx // it ends what runs let come to an end

	mu      sync.Mutex        // guards what follows
	running map[string]string // the group of each run
	turns   map[string]int    // the number of the last turn of each group, from 1
	turn    int
	tired   map[string]trouble
	ended   chan struct{} // has a value when a run has ended
}

// trouble is a run that could not go on.
type trouble struct {
	times int
	until time.Time
}

// rest is how long a run is left alone that could not go on for the n-th time in a row.
func rest(n int) time.Duration { return min(time.Second<<min(n, 6), time.Minute) }

// Work executes whatever is due; see durable.Engine.
func (e *Engine) Work(ctx context.Context) error {
	// Runs are handed on, whatever the caller's cause is.
	steps, hard, drop, end := e.stoppable(context.WithoutCancel(ctx), durable.ErrHandedOn)
	defer end()
	c := &crew{e: e, hard: hard, running: map[string]string{}, turns: map[string]int{}, tired: map[string]trouble{},
		ended: make(chan struct{}, 1)}
	var runs sync.WaitGroup
	defer runs.Wait()
	defer drop()
	for {
		changed := e.journal.Changed()
		next := c.start(steps, &runs)
		if !c.wait(ctx, changed, next) {
			return context.Cause(ctx)
		}
	}
}

// wait returns when there may be something to start; false if ctx is done.
func (c *crew) wait(ctx context.Context, changed <-chan struct{}, next time.Time) bool {
	var wake <-chan time.Time
	if d := time.Until(next); next.Before(Never) {
		timer := time.NewTimer(max(d, time.Millisecond))
		defer timer.Stop()
		wake = timer.C
	}
	poll := ticking(c.e.o.Poll)
	defer poll.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-changed:
	case <-c.ended:
	case <-wake:
	case <-poll.C:
	}
	return true
}

// start starts what is due, as far as there is room, and returns when to look again.
func (c *crew) start(ctx context.Context, runs *sync.WaitGroup) (next time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.running) >= c.e.o.Limit {
		return Never // until one has ended
	}
	due, next, err := c.e.journal.Due(ctx, len(c.running)+len(c.tired)+64*c.e.o.Limit)
	if err != nil {
		return time.Now().Add(time.Second) // the store's trouble of the moment
	}
	now := time.Now()
	for len(c.running) < c.e.o.Limit {
		i := c.pick(due, now)
		if i < 0 {
			break
		}
		c.running[due[i].Run] = due[i].Group
		c.turn++
		c.turns[due[i].Group] = c.turn
		runs.Go(func() { c.do(ctx, due[i].Run) })
	}
	for _, t := range c.tired {
		if t.until.After(now) && t.until.Before(next) {
			next = t.until
		}
	}
	return next
}

// pick returns the run that has been due the longest, of the group that has the
// fewest under way, and of such groups of that whose last turn is the longest ago; -1
// if there is none.
func (c *crew) pick(due []Due, now time.Time) int {
	busy := map[string]int{}
	for group := range maps.Values(c.running) {
		busy[group]++
	}
	best := -1
	for i, d := range due {
		if _, running := c.running[d.Run]; running || c.tired[d.Run].until.After(now) {
			continue
		}
		if best < 0 || cmp.Or(busy[d.Group]-busy[due[best].Group], c.turns[d.Group]-c.turns[due[best].Group]) < 0 {
			best = i
		}
	}
	return best
}

// do executes a run.
func (c *crew) do(ctx context.Context, run string) {
	err := c.e.once(ctx, c.hard, run, durable.Terms{LongestWait: c.e.o.LongestWait})
	c.mu.Lock()
	delete(c.running, run)
	if expected(err) {
		delete(c.tired, run)
	} else {
		t := c.tired[run]
		c.tired[run] = trouble{t.times + 1, time.Now().Add(rest(t.times))}
	}
	c.mu.Unlock()
	if !expected(err) {
		c.e.o.Troubled(run, err)
	}
	select {
	case c.ended <- struct{}{}:
	default:
	}
}

// expected reports whether an execution ended as executions do.
func expected(err error) bool {
	return err == nil || slices.ContainsFunc([]error{durable.ErrHeld, durable.ErrLost, durable.ErrCancelled, durable.ErrHandedOn},
		func(e error) bool { return errors.Is(err, e) })
}
