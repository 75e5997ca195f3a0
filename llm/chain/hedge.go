package chain

import (
	"context"
	"sync"
	"time"

	"github.com/cineforge/cineforge/llm"
	"github.com/cineforge/cineforge/llm/health"
)

// Hedge lets a second model be asked when the first one is slow to begin: Dean and
// Barroso, "The Tail at Scale", CACM 2013. The one that begins first is used, and the
// other one given up. The zero value never does.
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

// hedgePlan is when and why a hedge is made beside a call.
type hedgePlan struct {
	after  time.Duration // that the first one has not begun to answer; 0 for never
	silent bool          // for silence, which is no saving of time but a fault
	late   time.Duration // that the first one is usually given; 0 if it is given no more now
}

// Silence is waited out once. A request that has lost that time, and one that is sent to a
// model which is given more time than usual since it stayed silent, is not kept by it again.
const (
	silenceAfter = 2 * time.Second
	silenceAgain = 3 * time.Second // until it is looked again whether another one can be asked
)

// hedging says when a second candidate is asked beside the call.
func (f *call) hedging() hedgePlan {
	q, c := f.q, f.candidate
	if q.round.left < 2 {
		return hedgePlan{} // it would be one attempt too many
	}
	if q.silent {
		return hedgePlan{after: silenceAfter, silent: true}
	}
	if timed, ok := c.Model.(llm.Timed); ok {
		if usual, now := timed.FirstByte(); now > usual {
			return hedgePlan{after: usual, silent: true, late: usual}
		}
	}
	h := q.stage.router.hedge
	p95 := time.Duration(0)
	if h.On {
		p95 = c.route.Latency.P95()
	}
	if p95 == 0 || q.input > h.MostInput || !c.route.Calm(time.Now()) {
		return hedgePlan{}
	}
	return hedgePlan{after: max(h.Least, p95)}
}

// race is a call of a request and the hedge beside it.
type race struct {
	q      *request
	plan   hedgePlan
	first  *call
	signs  chan sign // each call begins once and ends once
	under  map[*call]context.CancelFunc
	ended  []*call
	winner *call // the one that began first
}

// sign is the beginning or the end of an answer.
type sign struct {
	of    *call
	ended bool
}

// doHedged makes the call, and after a time without a beginning a hedge beside it. Of both,
// the last one that it returns decides.
func (f *call) doHedged(ctx context.Context, plan hedgePlan) []*call {
	r := &race{q: f.q, plan: plan, first: f, signs: make(chan sign, 4), under: map[*call]context.CancelFunc{}}
	f.late = plan.late
	r.start(ctx, f)
	timer := time.NewTimer(plan.after)
	defer timer.Stop()
	for len(r.under) > 0 {
		select {
		case s := <-r.signs:
			r.note(s)
		case <-timer.C:
			if r.winner != nil || len(r.ended) > 0 {
				continue
			}
			if other := r.hedge(ctx); other != nil {
				r.start(ctx, other)
			} else if plan.silent {
				timer.Reset(silenceAgain)
			}
		}
	}
	return r.results()
}

// start makes a call in a goroutine of its own.
func (r *race) start(ctx context.Context, f *call) {
	hard, cancel := context.WithCancel(r.q.stage.plan.hard())
	r.under[f] = cancel
	var first sync.Once
	go func() {
		defer cancel()
		defer func() { r.signs <- sign{of: f, ended: true} }()
		if f.release != nil {
			defer f.release()
		}
		f.do(ctx, hard, func() {
			first.Do(func() { r.signs <- sign{of: f} })
		})
	}()
}

// note notes a sign. The call that begins first, or is through first, wins.
func (r *race) note(s sign) {
	if s.ended {
		delete(r.under, s.of)
		r.ended = append(r.ended, s.of)
	}
	if r.winner != nil || s.ended && s.of.err != nil {
		return
	}
	r.winner = s.of
	for other, cancel := range r.under {
		if other != r.winner {
			other.lost = true
			cancel()
		}
	}
}

// hedge begins a second call beside the first one, which has not begun to answer; nil if
// there is no candidate for it.
func (r *race) hedge(ctx context.Context) *call {
	if ctx.Err() != nil {
		return nil // the caller has left
	}
	c, permit, release := r.hedgeCandidate()
	if c == nil {
		return nil
	}
	d := r.q.choice.decision
	d.Provider = c.Provider
	d.Model = c.Name
	d.Why = r.first.Model + " has not begun to answer after " + time.Since(r.first.began).Round(time.Second/10).String() +
		"; who begins first is listened to"
	f, err := r.q.start(ctx, c, permit, d, true)
	if err != nil {
		permit.Neutral() // the first one goes on; what is wrong shows at its end
		release()
		return nil
	}
	f.release = release
	return f
}

// hedgeCandidate returns which candidate to ask beside the first one, nil if none: the next
// in the chain that can be asked at once. A hedge queues for nothing.
func (r *race) hedgeCandidate() (c *candidate, permit health.Permit, release func()) {
	q := r.q
	now := time.Now()
	for _, c := range q.round.ahead {
		if !r.suits(c, now) {
			continue
		}
		release, ok := c.route.Limiter.TryAcquire()
		if !ok {
			continue
		}
		if !r.plan.silent && !r.first.candidate.route.Bucket.Take(1) {
			release()
			break
		}
		if permit, ok := c.route.Acquire(q.known()); ok {
			return c, permit, release
		}
		release()
	}
	return nil, health.Permit{}, nil
}

// suits reports whether a candidate can be asked beside the first one.
func (r *race) suits(c *candidate, now time.Time) bool {
	q, first := r.q, r.first.candidate
	if c == first || !q.round.fresh(c) || c.providerIndex == first.providerIndex && !(r.plan.silent && c.route.Proven(now)) {
		return false
	}
	if a := q.available(c, now); !a.Free() || a.Queued() {
		return false
	}
	return r.plan.silent || c.route.Calm(now) && q.stage.router.spent.Allows(c.price(q.input), q.stage.router.hedge.Share)
}

// results returns the calls, the winner last.
func (r *race) results() []*call {
	var all []*call
	for _, f := range r.ended {
		if f != r.winner {
			all = append(all, f)
		}
	}
	if r.winner != nil {
		all = append(all, r.winner)
	}
	return all
}
