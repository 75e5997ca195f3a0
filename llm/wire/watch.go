package wire

import (
	"context"
	"slices"
	"sync"
	"time"

	"cineforge/failure/diagnosis"
)

// watch ends a call whose answer does not come in time.
type watch struct {
	limits Limits
	pulse  func() // is told of each sign of life
	stop   context.CancelCauseFunc
	total  *time.Timer
	next   *time.Timer
}

func newWatch(l Limits, pulse func(), stop context.CancelCauseFunc) *watch {
	return &watch{
		limits: l, pulse: pulse, stop: stop,
		total: time.AfterFunc(l.Total, func() { stop(diagnosis.ErrLong) }),
		next:  time.AfterFunc(l.First, func() { stop(diagnosis.ErrSilent) }),
	}
}

// life notes that something came. From the first piece of the answer on, the time
// from piece to piece is limited.
func (w *watch) life(first bool) {
	w.pulse()
	if first {
		w.next.Stop()
		w.next = time.AfterFunc(w.limits.Idle, func() { w.stop(diagnosis.ErrStalled) })
		return
	}
	w.next.Reset(w.limits.Idle)
}

func (w *watch) end() {
	w.total.Stop()
	w.next.Stop()
	w.stop(nil)
}

// Pace remembers how long a model's answers took to begin. The zero value is
// ready; it is safe for concurrent use.
type Pace struct {
	mu   sync.Mutex // guards what follows
	seen [paceSize]time.Duration
	n    int
}

// paceSize is how many answers are remembered: as many as a 99th percentile needs.
const paceSize = 100

// fewest is how many answers have to be known before they say anything.
const fewest = 20

func (p *Pace) note(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.seen[p.n%paceSize] = d
	p.n++
}

// p99 returns the time within which 99 of 100 answers have begun, or 0 if too few are known.
func (p *Pace) p99() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.n < fewest {
		return 0
	}
	return slices.Max(p.seen[:min(p.n, paceSize)])
}
