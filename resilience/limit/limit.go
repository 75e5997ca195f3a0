// Package limit finds out how many calls at a time somebody takes, from nothing
// but being told "too many": it adds one while all is well and cuts down when not.
//
// It looks at no latency. A longer answer takes longer, which says nothing about
// how many could be asked for at a time.
package limit

import (
	"context"
	"sync"
	"time"
)

// Options are settings of a limiter; what is 0 means what its comment says.
type Options struct {
	Start float64 // the limit at first; 8
	Min   float64 // 1
	Max   float64 // 64
	Cut   float64 // what is left of the limit when it was too many; 0.7, CUBIC's factor

	CutEvery time.Duration // one cut at most in this time, as many calls hear of the same; 5 s
	Grow     time.Duration // one is added after this time without a cut in which the limit was used; 10 s
}

func (o Options) withDefaults() Options {
	for _, d := range []struct {
		of *float64
		to float64
	}{{&o.Start, 8}, {&o.Min, 1}, {&o.Max, 64}, {&o.Cut, 0.7}} {
		if *d.of == 0 {
			*d.of = d.to
		}
	}
	if o.CutEvery == 0 {
		o.CutEvery = 5 * time.Second
	}
	if o.Grow == 0 {
		o.Grow = 10 * time.Second
	}
	o.Start = min(max(o.Start, o.Min), o.Max)
	return o
}

// used is the share of the limit that has to be in use for it to grow: a limit that
// nobody needs says nothing.
const used = 0.8

// Limiter limits calls. Those who wait are served in turn, one owner after the
// other, so that one with many calls keeps nobody else waiting. It is safe for
// concurrent use.
type Limiter struct {
	o Options

	mu      sync.Mutex // guards what follows
	limit   float64
	share   float64   // how much of the limit counts, after a break
	busy    int       // calls under way
	peak    int       // the most that there were since grown
	cutAt   time.Time // of the last cut
	grown   time.Time // when it grew last, or began to count
	waiting []*queue  // of owners, the next one first
}

// queue is the waiting calls of one owner.
type queue struct {
	owner string
	calls []chan struct{}
}

// New returns a limiter.
func New(o Options) *Limiter {
	o = o.withDefaults()
	return &Limiter{o: o, limit: o.Start, share: 1, grown: time.Now()}
}

// Acquire waits for its turn to make a call. Whoever got it calls release once,
// when the call has ended.
func (l *Limiter) Acquire(ctx context.Context, owner string) (release func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, context.Cause(ctx)
	}
	l.mu.Lock()
	if l.enter() {
		l.mu.Unlock()
		return l.end(), nil
	}
	turn := make(chan struct{})
	l.enqueue(owner, turn)
	l.mu.Unlock()
	select {
	case <-turn:
		return l.end(), nil
	case <-ctx.Done():
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.dequeue(owner, turn) { // its turn came meanwhile
		l.busy--
		l.serve()
	}
	return nil, context.Cause(ctx)
}

// TryAcquire is Acquire for who does not wait: ok is false if it is not its turn at once.
func (l *Limiter) TryAcquire() (release func(), ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.enter() {
		return nil, false
	}
	return l.end(), true
}

// enter begins a call if there is room for it, and nobody waits for that.
func (l *Limiter) enter() bool {
	if len(l.waiting) > 0 || !l.free() {
		return false
	}
	l.begin()
	return true
}

// free reports whether another call may begin.
func (l *Limiter) free() bool { return l.busy < l.allowed() }

func (l *Limiter) allowed() int { return max(int(l.limit*l.share), 1) }

func (l *Limiter) begin() {
	l.busy++
	l.peak = max(l.peak, l.busy)
}

// end returns the function that ends a call, once.
func (l *Limiter) end() func() {
	var once sync.Once
	return func() {
		once.Do(func() {
			l.mu.Lock()
			defer l.mu.Unlock()
			l.busy--
			l.adapt()
			l.serve()
		})
	}
}

// adapt lets the limit grow if it was used and nobody complained.
func (l *Limiter) adapt() {
	now := time.Now()
	if now.Sub(l.grown) < l.o.Grow {
		return
	}
	if float64(l.peak) >= used*float64(l.allowed()) {
		l.limit = min(l.limit+1, l.o.Max)
	}
	l.grown, l.peak = now, l.busy
}

// serve lets those begin whose turn it is.
func (l *Limiter) serve() {
	for len(l.waiting) > 0 && l.free() {
		q := l.waiting[0]
		turn := q.calls[0]
		q.calls = q.calls[1:]
		l.waiting = l.waiting[1:]
		if len(q.calls) > 0 {
			l.waiting = append(l.waiting, q) // behind the others
		}
		l.begin()
		close(turn)
	}
}

func (l *Limiter) enqueue(owner string, turn chan struct{}) {
	for _, q := range l.waiting {
		if q.owner == owner {
			q.calls = append(q.calls, turn)
			return
		}
	}
	l.waiting = append(l.waiting, &queue{owner, []chan struct{}{turn}})
}

// dequeue takes a call out of the queue. It is false if it is not in it any more.
func (l *Limiter) dequeue(owner string, turn chan struct{}) bool {
	for i, q := range l.waiting {
		if q.owner != owner {
			continue
		}
		for j, c := range q.calls {
			if c == turn {
				q.calls = append(q.calls[:j], q.calls[j+1:]...)
				if len(q.calls) == 0 {
					l.waiting = append(l.waiting[:i], l.waiting[i+1:]...)
				}
				return true
			}
		}
	}
	return false
}

// TooMany notes that the other side said that there were too many calls.
func (l *Limiter) TooMany() {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	if !l.cutAt.IsZero() && now.Sub(l.cutAt) < l.o.CutEvery {
		return
	}
	l.limit = max(l.limit*l.o.Cut, l.o.Min)
	l.cutAt, l.grown, l.peak = now, now, l.busy
}

// Share sets how much of the limit counts, from above 0 to 1, such as after a break.
func (l *Limiter) Share(share float64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.share = min(max(share, 0), 1); len(l.waiting) > 0 {
		l.serve()
	}
}

// Status is what a limiter says of itself.
type Status struct {
	Limit   float64
	Busy    int
	Waiting int
}

// Status returns the limiter's status.
func (l *Limiter) Status() Status {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := Status{Limit: l.limit, Busy: l.busy}
	for _, q := range l.waiting {
		s.Waiting += len(q.calls)
	}
	return s
}
