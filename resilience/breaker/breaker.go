// Package breaker is a circuit breaker for calls that take long: it stops calls to
// a service that fails, lets a few through now and then to see whether that has
// passed, and counts only what says something about the service.
//
// A call asks for a [Permit] and reports through it how it ended. A permit belongs
// to the state in which it was given: what a call that began before a transition
// comes to after it changes nothing. A probe's permit is a lease: it runs out, so
// that a probe that never ends keeps no call out for ever.
package breaker

import (
	"cmp"
	"sync"
	"time"
)

// State is a breaker's state.
type State string

// The states.
const (
	Closed   State = "closed"    // calls go through
	Open     State = "open"      // none do, until a time
	HalfOpen State = "half_open" // a few do, to see how they end
)

// Options are settings of a breaker; what is 0 means what its comment says.
type Options struct {
	// InARow is how many failures in a row open the breaker, where a request counts once
	// in each of its rounds; 5.
	InARow float64

	// Window, MinVolume and Ratio open it when, of at least MinVolume (20) outcomes in
	// the last Window (30 s), Ratio (0.5) are failures.
	Window    time.Duration
	MinVolume float64
	Ratio     float64

	// FirstOpen is how long it stays open at first (10 s). The time doubles each time
	// that it opens again, up to MaxOpen (15 s), and up to an eighth of it is taken off
	// at random, so that several processes don't come back together: MaxOpen bounds how
	// long the other side is left alone after it is well. A failure may state a longer
	// time, which counts up to MaxStated (5 min).
	FirstOpen, MaxOpen, MaxStated time.Duration

	// FirstLeases is how many probes go through at a time until one has shown a sign of life
	// (1), and Leases how many after that (1). LeaseFor is how long one lives without a sign of life
	// (40 s).
	FirstLeases, Leases int
	LeaseFor            time.Duration

	// CloseAfter is how many probes have to succeed, of different requests, until it
	// closes; 2.
	CloseAfter int

	// CalmAfter is how long it has to be closed until it forgets how often it was open; 60 s.
	CalmAfter time.Duration

	// SlowStart is how long after closing it takes until all that was usual goes through again; 30 s.
	SlowStart time.Duration

	// Random returns numbers in [0, 1); nil means nothing is taken off the open time.
	Random func() float64

	// Changed is called with each transition, in order, while the breaker
	// is locked: it has to return soon, and must not call it.
	Changed func(Transition)
}

func (o Options) withDefaults() Options {
	o.InARow = cmp.Or(o.InARow, 5)
	o.Window = cmp.Or(o.Window, 30*time.Second)
	o.MinVolume = cmp.Or(o.MinVolume, 20)
	o.Ratio = cmp.Or(o.Ratio, 0.5)
	o.FirstOpen = cmp.Or(o.FirstOpen, 10*time.Second)
	o.MaxOpen = cmp.Or(o.MaxOpen, 15*time.Second)
	o.MaxStated = cmp.Or(o.MaxStated, 5*time.Minute)
	o.FirstLeases = cmp.Or(o.FirstLeases, 1)
	o.Leases = cmp.Or(o.Leases, 1)
	o.LeaseFor = cmp.Or(o.LeaseFor, 40*time.Second)
	o.CloseAfter = cmp.Or(o.CloseAfter, 2)
	o.CalmAfter = cmp.Or(o.CalmAfter, time.Minute)
	o.SlowStart = cmp.Or(o.SlowStart, 30*time.Second)
	if o.Random == nil {
		o.Random = func() float64 { return 0 }
	}
	if o.Changed == nil {
		o.Changed = func(Transition) {}
	}
	return o
}

// Transition is a change of state.
type Transition struct {
	From, To   State
	At         time.Time
	Until      time.Time // when an open breaker lets a probe through; zero otherwise
	Evidence   string    // what led to it, for people
	Generation uint64    // of the state that it leads to
}

// Breaker is a circuit breaker. It is safe for concurrent use.
type Breaker struct {
	o Options

	mu         sync.Mutex // guards what follows
	state      State
	generation uint64
	since      time.Time
	until      time.Time // of Open
	evidence   string    // of the last transition
	opened     int       // how often it opened without having calmed down
	row        row
	window     window
	leases     map[uint64]time.Time // the probes under way, by number, and when their leases run out
	lastLease  uint64
	probed     map[string]bool // the requests whose probes succeeded
	stirs      bool            // whether a probe has shown a sign of life
}

// New returns a closed breaker.
func New(o Options) *Breaker {
	o = o.withDefaults()
	return &Breaker{
		o:      o,
		state:  Closed,
		since:  time.Now(),
		window: window{span: o.Window},
		leases: map[uint64]time.Time{},
		probed: map[string]bool{},
	}
}

// Permit is the right to make one call. Exactly one of its ends counts, the first;
// a call that reports none is to end it by Neutral, deferred, also when it panics.
type Permit struct {
	b          *Breaker
	request    string // with its round
	name       string // the request itself
	generation uint64
	lease      uint64 // 0 if it is no probe's
	ended      bool   // guarded by b.mu
}

// Probe reports whether the call is a probe.
func (p *Permit) Probe() bool { return p.lease != 0 }

// Acquire asks for a permit for a call of a request. Without one it says when to
// ask again: at the time it returns, or when a probe has ended if that is zero.
func (b *Breaker) Acquire(request string) (*Permit, time.Time) {
	return b.AcquireRound(request, request)
}

// AcquireRound is [Breaker.Acquire] for a request that is repeated after a wait. Failures
// count once for each round, which is unique among all requests; the evidence names how many
// requests they were of.
func (b *Breaker) AcquireRound(request, round string) (*Permit, time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := time.Now()
	b.advance(now)
	p := &Permit{b: b, request: round, name: request, generation: b.generation}
	switch b.state {
	case Open:
		return nil, b.until
	case HalfOpen:
		if len(b.leases) >= b.allowed() {
			return nil, b.nextLease()
		}
		b.lastLease++
		p.lease = b.lastLease
		b.leases[p.lease] = now.Add(b.o.LeaseFor)
	}
	return p, time.Time{}
}

// allowed returns how many probes may be under way at a time.
func (b *Breaker) allowed() int {
	if b.stirs {
		return b.o.Leases
	}
	return b.o.FirstLeases
}

// nextLease returns when the first of the leases runs out.
func (b *Breaker) nextLease() time.Time {
	var first time.Time
	for _, at := range b.leases {
		if first.IsZero() || at.Before(first) {
			first = at
		}
	}
	return first
}

// Success reports that the call went well.
func (p *Permit) Success() {
	p.end(func(b *Breaker, now time.Time) {
		b.row.clear()
		b.window.add(now, 1, 0)
		if b.state != HalfOpen {
			return
		}
		b.stirs = true
		if b.probed[p.request] = true; len(b.probed) >= b.o.CloseAfter {
			b.transit(Transition{To: Closed, At: now, Evidence: "the probes went well"})
		}
	})
}

// Failure reports that the call failed in a way that counts: by weight, 1 for
// what is sure to be the other side's fault and less for what may not be. The
// stated time, if it is longer than 0, is how long the other side said to stay away.
func (p *Permit) Failure(weight float64, stated time.Duration, evidence string) {
	p.end(func(b *Breaker, now time.Time) {
		b.window.add(now, 1, weight)
		b.row.add(now, p, weight)
		switch {
		case b.state == HalfOpen && weight >= 1:
			b.open(now, stated, "a probe failed: "+evidence)
		case b.state == HalfOpen:
		case b.row.weight >= b.o.InARow:
			b.open(now, stated, evidence+b.row.String())
		case b.window.tripped(now, b.o.MinVolume, b.o.Ratio):
			b.open(now, stated, evidence+", as did most of the last calls")
		}
	})
}

// Neutral gives the permit back; the call said nothing about the service.
func (p *Permit) Neutral() { p.end(func(*Breaker, time.Time) {}) }

// Alive renews the lease of a probe that shows signs of life. It reports whether that lets
// further probes go: whether this is the first sign of any.
func (p *Permit) Alive() (first bool) {
	p.b.mu.Lock()
	defer p.b.mu.Unlock()
	if _, ok := p.b.leases[p.lease]; ok && !p.ended {
		p.b.leases[p.lease] = time.Now().Add(p.b.o.LeaseFor)
		first = !p.b.stirs
		p.b.stirs = true
	}
	return first
}

// end ends the permit once. What happened counts only in the state it was given in.
func (p *Permit) end(count func(b *Breaker, now time.Time)) {
	b := p.b
	b.mu.Lock()
	defer b.mu.Unlock()
	if p.ended {
		return
	}
	p.ended = true
	now := time.Now()
	b.advance(now) // a lease that has run out has failed by then
	if p.generation != b.generation {
		return
	}
	delete(b.leases, p.lease)
	count(b, now)
}

// advance makes the transitions that time alone brings. The last look may be long ago: a
// probe's lease that ran out yesterday opened the breaker yesterday.
func (b *Breaker) advance(now time.Time) {
	switch b.state {
	case Open:
		if !now.Before(b.until) {
			b.transit(Transition{To: HalfOpen, At: now, Evidence: "it is due for a probe"})
		}
	case HalfOpen:
		if at := b.nextLease(); !at.IsZero() && !now.Before(at) {
			b.open(at, 0, "a probe gave no sign of life")
			b.advance(now)
		}
	case Closed:
		if b.opened > 0 && now.Sub(b.since) >= b.o.CalmAfter {
			b.opened = 0
		}
	}
}

// open opens the breaker, for longer each time.
func (b *Breaker) open(now time.Time, stated time.Duration, evidence string) {
	grown := min(b.o.FirstOpen<<min(b.opened, 16), b.o.MaxOpen)
	grown -= time.Duration(b.o.Random() * float64(grown) / 8)
	wait := max(grown, min(stated, b.o.MaxStated))
	b.opened++
	b.transit(Transition{To: Open, At: now, Until: now.Add(wait), Evidence: evidence})
}

// transit makes a transition.
func (b *Breaker) transit(t Transition) {
	b.generation++
	t.From = b.state
	t.Generation = b.generation
	b.state = t.To
	b.since = t.At
	b.until = t.Until
	b.evidence = t.Evidence
	b.row.clear()
	b.window.clear()
	clear(b.leases)
	clear(b.probed)
	b.stirs = false
	b.o.Changed(t)
}
