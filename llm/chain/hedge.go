package chain

import (
	"context"
	"sync"
	"time"

	"github.com/cineforge/cineforge/llm"
)

// Hedge lets a second model be asked when the first one is slow to begin: Dean and
// Barroso, "The Tail at Scale", CACM 2013. The one that begins first is listened to,
// and the other one given up. The zero value never does.
type Hedge struct {
	On bool

	// Least is the shortest time that the first one is given (3 s). It is given as long
	// as 95 of 100 of its answers took to begin, if that is longer and known.
	Least time.Duration

	// MostInput is the longest question, in tokens, that is worth it (8000).
	MostInput int

	// Share is how much of all that is spent may be spent on it (0.03).
	Share float64
}

func (h Hedge) withDefaults() Hedge {
	if h.Least == 0 {
		h.Least = 3 * time.Second
	}
	if h.MostInput == 0 {
		h.MostInput = 8000
	}
	if h.Share == 0 {
		h.Share = 0.03
	}
	return h
}

// quietFor is how long after a key was refused for asking too often nothing is asked twice.
const quietFor = time.Minute

// hedging is when and why a second candidate is asked beside one.
type hedging struct {
	after  time.Duration // that the first one has not begun to answer; 0 for never
	silent bool          // for silence, which is no saving of time but a fault
	late   time.Duration // that the first one is usually given; 0 if it is given no more now
}

// Silence is waited out once. A question that has lost that time, and one that is asked of
// a model which is given more time than usual since it stayed silent, is not kept by it again.
const (
	silenceAfter = 2 * time.Second
	silenceAgain = 3 * time.Second // until it is looked again whether somebody else can be asked
)

// hedging says when a second candidate is asked beside one.
func (q *question) hedging(s *seat) hedging {
	if q.left < 2 {
		return hedging{} // it would be one attempt too many
	}
	if q.silent {
		return hedging{after: silenceAfter, silent: true}
	}
	if timed, ok := s.Model.(llm.Timed); ok {
		if usual, now := timed.FirstByte(); now > usual {
			return hedging{after: usual, silent: true, late: usual}
		}
	}
	h := q.router.o.Hedge
	p95 := time.Duration(0)
	if h.On {
		p95 = s.model.begins.p95()
	}
	if p95 == 0 || q.input > h.MostInput || !s.provider.calm(s, time.Now()) {
		return hedging{}
	}
	return hedging{after: max(h.Least, p95)}
}

// calm reports whether a provider has no trouble that a second call could add to.
func (p *provider) calm(s *seat, now time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, g := range []*gate{p.keys[s.Credential], s.model.gates[s.Credential]} {
		if g != nil && g.cause != nil {
			return false
		}
	}
	closed := p.breaker.Status().Calm && s.model.breaker.Status().Calm
	return closed && (p.refused.IsZero() || now.Sub(p.refused) > quietFor)
}

// second returns whom to ask beside a candidate, nil if nobody: the next in the chain
// that can be asked at once. A second call queues for nothing.
func (q *question) second(f *flight, h hedging) (s *seat, its permits, leave func()) {
	now := time.Now()
	for _, s := range q.ahead {
		if s == f.seat || !q.fresh(s) || s.vendor == f.seat.vendor && !(h.silent && q.proven(s, now)) {
			continue
		}
		if l := q.look(s, now); !l.free() || l.gate != nil || !h.silent && !q.saves(s, now) {
			continue
		}
		leave, ok := s.limiter.TryAcquire()
		if !ok {
			continue
		}
		if !h.silent && !f.seat.provider.bucket.Take(1) {
			leave()
			break
		}
		if its, ok := s.provider.acquire(q, s); ok {
			return s, its, leave
		}
		leave()
	}
	return nil, permits{}, nil
}

// saves reports whether a second call that only saves time may be made to a candidate.
func (q *question) saves(s *seat, now time.Time) bool {
	return s.provider.calm(s, now) && q.router.spent.Allows(q.least(s), q.router.o.Hedge.Share)
}

// race is two calls of one question.
type race struct {
	q      *question
	signs  chan sign // each call begins once and ends once
	flying map[*flight]context.CancelFunc
	ended  []*flight
	winner *flight // who began first
}

// sign is the beginning or the end of an answer.
type sign struct {
	of    *flight
	ended bool
}

// start makes a call.
func (r *race) start(ctx context.Context, f *flight) {
	hard, cancel := context.WithCancel(r.q.plan.hard())
	r.flying[f] = cancel
	var first sync.Once
	go func() {
		defer cancel()
		defer func() { r.signs <- sign{f, true} }()
		if f.leave != nil {
			defer f.leave()
		}
		r.q.call(ctx, hard, f, func() {
			first.Do(func() { r.signs <- sign{f, false} })
		})
	}()
}

// take takes in a sign. Who begins first, or is through first, is listened to.
func (r *race) take(s sign) {
	if s.ended {
		delete(r.flying, s.of)
		r.ended = append(r.ended, s.of)
	}
	if r.winner != nil || s.ended && s.of.err != nil {
		return
	}
	r.winner = s.of
	for other, cancel := range r.flying {
		if other != r.winner {
			other.lost = true
			cancel()
		}
	}
}

// race makes a call, and after a time without a beginning a second one. Of both, the
// last one that it returns decides.
func (q *question) race(ctx context.Context, c choice, f *flight, h hedging) []*flight {
	r := &race{q: q, signs: make(chan sign, 4), flying: map[*flight]context.CancelFunc{}}
	f.late = h.late
	r.start(ctx, f)
	timer := time.NewTimer(h.after)
	defer timer.Stop()
	for len(r.flying) > 0 {
		select {
		case s := <-r.signs:
			r.take(s)
		case <-timer.C:
			if r.winner != nil || len(r.ended) > 0 {
				continue
			}
			if other := q.beside(ctx, c, f, h); other != nil {
				r.start(ctx, other)
			} else if h.silent {
				timer.Reset(silenceAgain)
			}
		}
	}
	return last(r.ended, r.winner)
}

// beside begins a second call beside one that has not begun to answer, if there is
// anybody for it.
func (q *question) beside(ctx context.Context, c choice, f *flight, h hedging) *flight {
	if ctx.Err() != nil {
		return nil // who asked has left
	}
	s, its, leave := q.second(f, h)
	if s == nil {
		return nil
	}
	d := c.decision
	d.Provider, d.Model = s.Provider, s.Name
	d.Why = f.Model + " has not begun to answer after " + time.Since(f.began).Round(time.Second/10).String() + "; who begins first is listened to"
	other, err := q.begun(ctx, s, its, d, true)
	if err != nil {
		its.neutral() // the first one goes on; what is wrong shows at its end
		leave()
		return nil
	}
	other.leave = leave
	q.hedged = other
	return other
}

// last returns flights with one of them at the end.
func last(flights []*flight, one *flight) []*flight {
	var all []*flight
	for _, f := range flights {
		if f != one {
			all = append(all, f)
		}
	}
	if one != nil {
		all = append(all, one)
	}
	return all
}
