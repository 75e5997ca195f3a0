package breaker

import "time"

// Snapshot is the status of a breaker at a moment.
type Snapshot struct {
	State      State
	Since      time.Time
	Until      time.Time // when a breaker that lets no call through may do so again; zero if it does now
	Evidence   string    // what led to the state, for people
	Opened     int       // how often it opened without having calmed down
	Generation uint64
	Calm       bool    // whether it is closed and has been for a while
	Free       bool    // whether a call would get a permit now
	Share      float64 // how much of what is usual may go through after closing, up to 1
}

// Status returns the breaker's status. Looking takes nothing.
func (b *Breaker) Status() Snapshot {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := time.Now()
	b.advance(now)
	s := Snapshot{State: b.state, Since: b.since, Until: b.until, Evidence: b.evidence, Opened: b.opened, Generation: b.generation, Share: 1}
	switch b.state {
	case Closed:
		s.Free = true
		s.Calm = b.opened == 0
		s.Share = b.share(now)
	case HalfOpen:
		if s.Free = len(b.leases) < b.allowed(); !s.Free {
			s.Until = b.nextLease()
		}
	}
	return s
}

// startShare is how much goes through right after closing.
const startShare = 0.25

// share grows from startShare to 1 in the time after a closing that followed an opening.
func (b *Breaker) share(now time.Time) float64 {
	passed := now.Sub(b.since)
	if b.opened == 0 || passed >= b.o.SlowStart {
		return 1
	}
	return startShare + (1-startShare)*float64(max(passed, 0))/float64(b.o.SlowStart)
}

// Trip opens the breaker for a reason that is not one call's, unless it is open.
func (b *Breaker) Trip(stated time.Duration, evidence string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := time.Now()
	if b.advance(now); b.state != Open {
		b.open(now, stated, evidence)
	}
}

// Probe lets an open breaker try at once.
func (b *Breaker) Probe(reason string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := time.Now()
	if b.advance(now); b.state == Open {
		b.transit(Transition{To: HalfOpen, At: now, Evidence: reason})
	}
}

// Recover closes the breaker with all that is usual, since what opened it was others' fault.
func (b *Breaker) Recover(evidence string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := time.Now()
	if b.advance(now); b.state != Closed {
		b.opened = 0
		b.transit(Transition{To: Closed, At: now, Evidence: evidence})
	}
}

// Elapse accounts for time that has passed without the breaker's clock, such as while the
// machine slept: an open breaker is open for that much less.
func (b *Breaker) Elapse(d time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.since = b.since.Add(-d)
	b.until = b.until.Add(-d)
}

// Restore puts a new breaker into a state that an earlier one was in. A half-open
// state is restored as one whose time has come. The time that an open breaker waits
// is bounded, since clocks may have been set in between.
func (b *Breaker) Restore(s Snapshot) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := time.Now()
	b.opened = max(s.Opened, 0)
	b.generation = s.Generation
	b.since = s.Since
	b.evidence = s.Evidence
	b.row.clear()
	b.window.clear()
	if b.since.IsZero() || b.since.After(now) {
		b.since = now
	}
	switch s.State {
	case Open:
		b.state = Open
		b.until = s.Until
		if most := now.Add(b.o.MaxStated + b.o.MaxOpen); b.until.After(most) {
			b.until = now.Add(b.o.MaxOpen)
		}
	case HalfOpen:
		b.state = Open
		b.until = now
	default:
		b.state = Closed
	}
}
