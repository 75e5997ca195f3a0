// Package limit finds out how many calls at a time a service takes, from nothing
// but its answer "too many": it adds one while all is well and cuts down when not.
//
// It looks at no latency. A longer answer takes longer, which says nothing about
// how many could be asked for at a time.
package limit

import (
	"cmp"
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

	CutEvery time.Duration // one cut at most in this time, as many calls get the same answer; 5 s
	Grow     time.Duration // one is added after this time without a cut in which the limit was used; 10 s
}

func (o Options) withDefaults() Options {
	o.Start = cmp.Or(o.Start, 8)
	o.Min = cmp.Or(o.Min, 1)
	o.Max = cmp.Or(o.Max, 64)
	o.Cut = cmp.Or(o.Cut, 0.7)
	o.CutEvery = cmp.Or(o.CutEvery, 5*time.Second)
	o.Grow = cmp.Or(o.Grow, 10*time.Second)
	o.Start = min(max(o.Start, o.Min), o.Max)
	return o
}

// used is the share of the limit that has to be in use for it to grow: a limit that
// is not reached says nothing.
const used = 0.8

// Limiter limits calls. Those that wait are served in turn, one owner after the
// other, so that one with many calls does not keep the others waiting. It is safe for
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

// Acquire waits for its turn to make a call. The caller calls release once the call has
// ended; further calls of release do nothing.
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

// TryAcquire is Acquire without waiting: ok is false if there is no room at once.
func (l *Limiter) TryAcquire() (release func(), ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.enter() {
		return nil, false
	}
	return l.end(), true
}

// enter begins a call if there is room for it, and no other one waits for that.
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

// adapt lets the limit grow if it was used without complaints.
func (l *Limiter) adapt() {
	now := time.Now()
	if now.Sub(l.grown) < l.o.Grow {
		return
	}
	if float64(l.peak) >= used*float64(l.allowed()) {
		l.limit = min(l.limit+1, l.o.Max)
	}
	l.grown = now
	l.peak = l.busy
}

// serve begins the calls whose turn it is.
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
	l.waiting = append(l.waiting, &queue{owner: owner, calls: []chan struct{}{turn}})
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

// TooMany notes that the service said that there were too many calls.
func (l *Limiter) TooMany() {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	if !l.cutAt.IsZero() && now.Sub(l.cutAt) < l.o.CutEvery {
		return
	}
	l.limit = max(l.limit*l.o.Cut, l.o.Min)
	l.cutAt = now
	l.grown = now
	l.peak = l.busy
}

// Share sets how much of the limit counts, from above 0 to 1, such as after a break.
func (l *Limiter) Share(share float64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.share = min(max(share, 0), 1); len(l.waiting) > 0 {
		l.serve()
	}
}

// Snapshot is the status of a limiter at a moment.
type Snapshot struct {
	Limit   float64
	Start   float64   // the limit at first
	CutAt   time.Time // when it was last cut down; the zero time if it never was
	Busy    int
	Waiting int
}

// Status returns the limiter's status.
func (l *Limiter) Status() Snapshot {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := Snapshot{Limit: l.limit, Start: l.o.Start, CutAt: l.cutAt, Busy: l.busy}
	for _, q := range l.waiting {
		s.Waiting += len(q.calls)
	}
	return s
}
