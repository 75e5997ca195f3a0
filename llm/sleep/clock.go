// Package sleep notices that the machine has slept.
//
// A machine that sleeps stops the clock that timers go by, and not the world: waits are
// over sooner than timers say, and calls under way are dead without a sign of it. A
// [Clock] compares that clock with one that goes on. A [Watch] ends a call that a sleep
// has broken.
package sleep

import (
	"sync"
	"sync/atomic"
	"time"
)

// Least is how far the two clocks are apart if the machine slept. Less is a busy machine,
// or a clock that was set.
const Least = 5 * time.Second

// Clock knows how long the machine has slept. It is safe for concurrent use.
type Clock struct {
	wall    func() time.Time
	noticed func(slept time.Duration)
	start   time.Time    // by the clock of timers
	began   time.Time    // by the one that goes on
	slept   atomic.Int64 // in all, in ns

	mu   sync.Mutex // guards what follows
	naps []nap      // the last one last
}

// nap is one sleep of the machine.
type nap struct {
	woke time.Time
	long time.Duration
}

// mostNaps is how many sleeps are remembered.
const mostNaps = 100

// NewClock returns a clock. Wall is a clock that goes on while the machine sleeps; nil
// means the one on the wall. Each sleep is reported to noticed once.
func NewClock(wall func() time.Time, noticed func(slept time.Duration)) *Clock {
	if wall == nil {
		wall = func() time.Time { return time.Now().Round(0) }
	}
	return &Clock{wall: wall, noticed: noticed, start: time.Now(), began: wall()}
}

// Behind returns by how much the clock of timers is behind the one that goes on.
func (c *Clock) Behind() time.Duration { return c.wall().Sub(c.began) - time.Since(c.start) }

// Check looks whether the machine has slept since the last check.
func (c *Clock) Check() {
	slept := c.advance()
	if slept <= 0 {
		return
	}
	c.mu.Lock()
	c.naps = append(c.naps[max(len(c.naps)-mostNaps, 0):], nap{woke: time.Now().Round(0), long: slept})
	c.mu.Unlock()
	c.noticed(slept)
}

// advance returns for how long the machine has slept since the last call; 0 for a moment,
// or for a clock that was set back.
func (c *Clock) advance() time.Duration {
	for {
		known := c.slept.Load()
		gone := c.Behind() - time.Duration(known)
		if gone > -Least && gone < Least {
			return 0
		}
		if c.slept.CompareAndSwap(known, known+int64(gone)) {
			return max(gone, 0)
		}
	}
}

// Total returns for how long the machine has slept in all, as far as it was noticed.
func (c *Clock) Total() time.Duration { return time.Duration(c.slept.Load()) }

// Since returns for how long the machine has slept since a time, as far as it was noticed.
func (c *Clock) Since(at time.Time) (slept time.Duration) {
	c.Check()
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, n := range c.naps {
		if n.woke.After(at) {
			slept += n.long
		}
	}
	return slept
}
