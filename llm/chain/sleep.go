package chain

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"
)

// A machine that sleeps stops the clock that timers go by, and not the world: what was to
// wait for is over, and calls under way are dead without a sign of it. The router compares
// its clock with one that goes on.

// asleep is how much longer the one clock has gone than the other if the machine slept.
const asleep = 5 * time.Second

// sleepPoll is how often that is looked at by whoever waits for an answer, and wakeGrace
// how long a call that was under way may take to show that it is still alive.
const (
	sleepPoll = 2 * time.Second
	wakeGrace = 3 * time.Second
)

// errSlept ends a call that was under way when the machine slept, and did not go on.
var errSlept = errors.New("the machine slept while the answer was to come")

// clock knows how long the machine has slept. It is safe for concurrent use.
type clock struct {
	wall  func() time.Time
	start time.Time
	began time.Time
	slept atomic.Int64 // in all, in ns
}

func newClock(wall func() time.Time) *clock {
	return &clock{wall: wall, start: time.Now(), began: wall()}
}

// behind returns by how much the clock of timers is behind the one that goes on.
func (c *clock) behind() time.Duration { return c.wall().Sub(c.began) - time.Since(c.start) }

// woke returns for how long the machine has slept since that was asked last; 0 for a
// moment, or for a clock that was set back.
func (c *clock) woke() time.Duration {
	for {
		known := c.slept.Load()
		gone := c.behind() - time.Duration(known)
		if gone > -asleep && gone < asleep {
			return 0
		}
		if c.slept.CompareAndSwap(known, known+int64(gone)) {
			return max(gone, 0)
		}
	}
}

// awake looks whether the machine has slept, and lets all that waits know.
func (r *Router) awake() {
	if slept := r.clock.woke(); slept > 0 {
		r.elapse(slept)
	}
}

// elapse takes a time that has passed while the machine slept from all that is waited for.
func (r *Router) elapse(d time.Duration) {
	r.mu.Lock()
	r.naps = append(r.naps[max(len(r.naps)-mostNaps, 0):], nap{time.Now().Round(0), d})
	providers := make([]*provider, 0, len(r.providers))
	for _, p := range r.providers {
		providers = append(providers, p)
	}
	r.mu.Unlock()
	for _, p := range providers {
		p.elapse(d)
	}
	r.wake(true)
}

func (p *provider) elapse(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.breaker.Elapse(d)
	p.held.Until = p.held.Until.Add(-d)
	gates := []map[string]*gate{p.keys}
	for _, m := range p.models {
		m.breaker.Elapse(d)
		gates = append(gates, m.gates)
	}
	for _, of := range gates {
		for _, g := range of {
			g.elapse(d)
		}
	}
}

// nap is a time that the machine slept.
type nap struct {
	woke time.Time
	long time.Duration
}

// mostNaps is how many are remembered.
const mostNaps = 100

// Slept returns for how long the machine has slept since a time, as far as that was
// noticed: nobody has waited then.
func (r *Router) Slept(since time.Time) (d time.Duration) {
	r.awake()
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, n := range r.naps {
		if n.woke.After(since) {
			d += n.long
		}
	}
	return d
}

// vigil ends a call by errSlept when the machine has slept and the call shows no sign of
// life after that.
type vigil struct {
	router *Router
	cancel context.CancelCauseFunc
	signs  atomic.Int64
	mu     sync.Mutex    // guards what follows
	behind time.Duration // at the last look
	last   time.Time     // when that was
	gone   time.Duration // for how long it was not run when it should have been
	timer  *time.Timer
}

// begin begins the vigil over a call. It is to be ended.
func (v *vigil) begin(r *Router, cancel context.CancelCauseFunc) {
	v.router, v.cancel = r, cancel
	v.mu.Lock()
	defer v.mu.Unlock()
	v.behind, v.last = r.clock.behind(), time.Now()
	v.timer = time.AfterFunc(sleepPoll, v.look)
}

// alive notes a sign of life.
func (v *vigil) alive() { v.signs.Add(1) }

// end ends the vigil.
func (v *vigil) end() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.timer.Stop()
	v.timer = nil
}

// missed returns for how long the vigil, and so the whole process, did not run though the
// clock did: it was stopped, or its machine had no time for it. 0 for a moment.
func (v *vigil) missed() time.Duration {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.lookedLocked()
	return v.gone
}

// lookedLocked notes that the vigil looks now, and if it should have done so long before.
func (v *vigil) lookedLocked() {
	now := time.Now()
	if gone := now.Sub(v.last) - sleepPoll; gone >= asleep {
		v.gone += gone
	}
	v.last = now
}

// look looks whether the machine has slept.
func (v *vigil) look() {
	now := v.router.clock.behind()
	v.mu.Lock()
	slept := now-v.behind >= asleep
	v.behind = now
	v.mu.Unlock()
	if !slept {
		v.again(sleepPoll, v.look)
		return
	}
	v.router.awake()
	v.doubt(v.signs.Load())
}

// doubt ends the call unless it shows a sign of life within wakeGrace. A process that was
// stopped meanwhile has not read what came, and is given that time again.
func (v *vigil) doubt(seen int64) {
	due := time.Now().Add(wakeGrace)
	v.again(wakeGrace, func() { v.decide(seen, due) })
}

// decide ends the call if it has shown no sign of life until a time.
func (v *vigil) decide(seen int64, due time.Time) {
	switch {
	case v.signs.Load() != seen:
		v.look()
	case time.Since(due) >= asleep:
		v.doubt(seen)
	default:
		v.cancel(errSlept)
	}
}

// again has something done after a time, unless the vigil has ended.
func (v *vigil) again(after time.Duration, do func()) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.timer != nil {
		v.lookedLocked()
		v.last = v.last.Add(after - sleepPoll)
		v.timer = time.AfterFunc(after, do)
	}
}
