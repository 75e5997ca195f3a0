package chain

import (
	"cmp"
	"fmt"
	"time"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/llm/health"
	"github.com/cineforge/cineforge/resilience/backoff"
	"github.com/cineforge/cineforge/resilience/breaker"
)

// choice is which candidate is asked next, and when; or, without a candidate, that none can
// be.
type choice struct {
	q         *request
	candidate *candidate
	at        time.Time     // when, zero for now
	cause     *health.Fault // what is waited for
	decision  Decision
	available []health.Availability // of the candidates, in the request's order
	spare     int                   // attempts that other providers don't need
	last      bool                  // no wait follows: the request's patience ends with it
}

// clear makes it one that has no candidate.
func (c *choice) clear(d Decision) {
	c.candidate = nil
	c.at = time.Time{}
	c.cause = nil
	c.decision = d
	c.available = c.available[:0]
	c.last = false
}

// choose decides which candidate is asked next: the same one again if that is likely to help,
// else the next in the chain that was not asked in this round, and only when there is none of
// those one that was.
func (c *choice) choose(now time.Time) *choice {
	q := c.q
	c.clear(Decision{Round: q.round.number, At: now, Attempts: max(q.round.left, 0)})
	for _, o := range q.round.order {
		c.available = append(c.available, q.available(o, now))
	}
	if q.round.left <= 0 {
		c.decision.Why = "the tries of this round are used up"
		c.explain()
		return c
	}
	c.spare = q.round.left - c.untriedProviders()
	if q.stage.plan.MaxWait == 0 { // there is no other round: a repetition takes no turn of another one
		c.spare = q.round.left - c.untried()
	}
	for _, pick := range [...]func(*choice) (*candidate, string){
		(*choice).same, (*choice).next, (*choice).nextModel, (*choice).queued, (*choice).unfailed, (*choice).afterPause,
	} {
		o, why := pick(c)
		if o == nil {
			continue
		}
		if !c.complete(o, why) {
			return c.choose(now) // a cooldown that was over a moment ago has begun
		}
		return c
	}
	c.decision.Why = "no candidate can be asked now"
	c.explain()
	return c
}

// untriedProviders counts the providers that can be asked and were not in this round.
func (c *choice) untriedProviders() (n int) {
	var seen uint64
	for i, o := range c.q.round.order {
		if bit := uint64(1) << (o.providerIndex & 63); c.available[i].Free() && c.q.round.provider(o).failed == nil && seen&bit == 0 {
			seen |= bit
			n++
		}
	}
	return n
}

// untried counts the candidates that can be asked and were not.
func (c *choice) untried() (n int) {
	for i, o := range c.q.round.order {
		if (c.available[i].Free() || c.available[i].OthersFault) && c.q.round.fresh(o) {
			n++
		}
	}
	return n
}

// of returns whether a candidate can be asked.
func (c *choice) of(o *candidate) *health.Availability { return &c.available[c.q.round.place(o)] }

// same picks the candidate that was just asked, if its fault is likely to be gone.
func (c *choice) same() (*candidate, string) {
	r := &c.q.round
	o := r.current
	if o == nil || r.provider(o).out != "" || !c.of(o).Free() {
		return nil, ""
	}
	switch a := r.of(o); {
	case a.doubtful:
		return o, "same model once more: it answered a short while ago"
	case a.revised:
		return o, "same model again, without what it rejects: " + a.failed.Parameter
	case a.tries != 1 || c.spare <= 0:
		return nil, ""
	case !oneOff(a.failed) || !o.route.Bucket.Take(1):
		return nil, ""
	}
	return o, "same model again: such a failure is often gone at the next try"
}

// oneOff reports whether a failure is likely to be gone when the same is asked again soon.
func oneOff(f *failure.Error) bool {
	if !f.Effect.Retryable {
		return false
	}
	if f.RetryAfter != nil && *f.RetryAfter > 0 {
		return *f.RetryAfter <= health.ShortHint
	}
	switch f.Class {
	case failure.Connection:
		return f.Reach != failure.Answering // an answer that broke off has cost something
	case failure.ServerError, failure.BadOutput, failure.RateLimited, failure.Unknown, failure.ContentPolicy:
		return true
	}
	return false
}

// next picks the next in the chain that was not asked in this round. A model whose
// provider failed by another one comes in its turn too, if such a failure says little
// about it, and as long as the attempts that are left are enough for other providers.
func (c *choice) next() (*candidate, string) {
	q := c.q
	for i, o := range q.round.ahead {
		if !q.round.fresh(o) || !c.available[i].FreeNow(c.decision.At) {
			continue
		}
		failed := q.round.provider(o).failed
		switch {
		case failed == nil:
			o = c.prober(o)
			o.route.Bucket.Call()
			return o, c.whyNext(q.round.place(o))
		case c.spare > 0 && otherModelMayDo(failed) &&
			(failed.Class != failure.RateLimited && o.route.Proven(c.decision.At) || o.route.Bucket.Take(1)):
			return o, "another model of the provider may answer"
		}
	}
	return nil, ""
}

// otherModelMayDo reports whether another model of a provider is as likely to do well as
// another provider.
func otherModelMayDo(f *failure.Error) bool {
	return f.Effect.OtherModel || f.Class == failure.Connection && f.Reach == failure.Answering
}

// prober returns which of a provider's models shows whether the provider is well again:
// the one whose last failure is the longest ago, so that each has its turn.
func (c *choice) prober(o *candidate) *candidate {
	if c.of(o).ProviderBreaker != breaker.HalfOpen {
		return o
	}
	best := o
	for i, other := range c.q.round.order {
		if other.providerIndex == o.providerIndex && c.q.round.fresh(other) && c.available[i].FreeNow(c.decision.At) &&
			other.route.SuspectSince().Before(best.route.SuspectSince()) {
			best = other
		}
	}
	return best
}

// whyNext says why the candidate at a place in the order is the next.
func (c *choice) whyNext(place int) string {
	q := c.q
	switch {
	case place == 0:
		return "the first choice"
	case q.round.current != nil:
		return "the next in the chain that can be asked"
	}
	first := q.round.order[0]
	switch a := &c.available[0]; {
	case !a.Free():
		return fmt.Sprintf("the first in the chain that can be asked; %s can't be: %s", first.Name, a.Reason)
	case !a.FreeNow(c.decision.At):
		return "the first in the chain that can be asked at once; others go first to " + first.Name
	case q.round.fresh(first) && q.round.order[place].providerIndex == first.providerIndex:
		return "its failure is the oldest of its provider's models, so it shows whether the provider answers again"
	}
	return "the next in the chain, where the last round ended"
}

// nextModel picks a model that was passed over for other providers, which can't be asked:
// nothing waits while a candidate was not asked.
func (c *choice) nextModel() (*candidate, string) {
	for i, o := range c.q.round.ahead {
		if c.q.round.fresh(o) && c.available[i].FreeNow(c.decision.At) {
			return o, "no other provider can be asked"
		}
	}
	return nil, ""
}

// queued picks one that can be asked in a moment, when others have gone.
func (c *choice) queued() (*candidate, string) {
	for i, o := range c.q.round.ahead {
		if c.q.round.fresh(o) && c.available[i].Free() {
			if c.q.round.provider(o).failed == nil {
				o.route.Bucket.Call()
			}
			return o, c.whyNext(i)
		}
	}
	return nil, ""
}

// unfailed picks a model that has not failed, at a provider that is left alone for what
// other models did, if there is no other one: by a probe.
func (c *choice) unfailed() (*candidate, string) {
	for i, o := range c.q.round.ahead {
		a := &c.available[i]
		if c.q.round.fresh(o) && a.OthersFault && o.route.ProbeProvider("nobody else can be asked, and "+o.Name+" has not failed") {
			a.Reason = ""
			return o, "no other candidate can be asked, and other models failed"
		}
	}
	return nil, ""
}

// afterPause picks one that failed in this round and may do better after a pause.
func (c *choice) afterPause() (*candidate, string) {
	for i, o := range c.q.round.order {
		a := c.q.round.of(o)
		if !c.available[i].Free() || a.tries == 0 || a.tries >= maxTries || a.silent || c.q.round.provider(o).out != "" {
			continue
		}
		passed := a.failed.Effect.Retryable && health.Transient(a.failed) || health.NeedsPerson(a.failed) && o.route.AnsweredAfter(a.ended)
		if passed && o.route.Bucket.Take(1) {
			return o, "no other candidate is left, and tries remain"
		}
	}
	return nil, ""
}

// complete completes a choice. It is false if the choice has turned out to be for much later.
func (c *choice) complete(o *candidate, why string) bool {
	q := c.q
	a := c.of(o)
	c.candidate = o
	d := &c.decision
	d.Provider = o.Provider
	d.Model = o.Name
	d.Why = why
	d.Breaker = a.Breaker
	d.ProviderBreaker = a.ProviderBreaker
	if c.at = c.due(o); a.Queued() {
		c.cause = a.Cause
		slot := o.route.TakeSlot(a)
		if slot.Sub(later(a.NextSlot, d.At)) > health.ShortHint {
			return false
		}
		c.at = later(c.at, slot)
	}
	if at := q.stage.router.throttle.Next(q.stage.plan.Owner, q.asked.Unit, d.At); at.After(later(c.at, d.At)) {
		c.at = at
		c.cause = cmp.Or(q.faults.last, o.route.LastFault())
		d.Why += "; slowed down, because many tries failed lately"
	}
	if !c.at.IsZero() {
		d.At = c.at
	}
	c.explain()
	return true
}

// due returns when a candidate that failed in this round may be asked again; zero if
// it did not fail.
func (c *choice) due(o *candidate) time.Time {
	q := c.q
	a := q.round.of(o)
	if a.doubtful {
		return o.route.TrialAt(q.health.ID)
	}
	if a.tries == 0 || a.failed == nil {
		return time.Time{}
	}
	random := q.stage.router.random
	if h := a.failed.RetryAfter; h != nil && *h > 0 {
		if a.failed.Class == failure.RateLimited {
			return time.Time{} // its cooldown says when
		}
		return time.Now().Add(backoff.Hinted(*h, random))
	}
	p := q.stage.plan.Backoff
	p.Cap = retryCap
	p.Floor = 100 * time.Millisecond
	switch a.failed.Class {
	case failure.BadOutput, failure.InvalidRequest, failure.ContentPolicy:
		return time.Time{} // nothing is gained by waiting
	case failure.ServerError, failure.Unknown:
		p.Base *= 2
	case failure.Overloaded:
		p.Base *= 4
	}
	return time.Now().Add(p.Delay(a.tries, random))
}

// announcement returns what the try of the choice is, if it is not simply the first choice.
func (c *choice) announcement() (events []Event) {
	q := c.q
	before := cmp.Or(q.faults.last, c.firstCause(), q.wait.cause)
	switch {
	case q.again && before != nil:
		events = append(events, StageRetrying{RequestID: q.id(), Last: before, Decision: c.decision})
	case time.Until(c.at) > time.Second:
		events = append(events, StageWaiting{RequestID: q.id(), Until: c.at, Last: cmp.Or(q.faults.last, c.cause), Decision: c.decision})
	}
	from := q.round.current
	if from == nil {
		from = q.round.order[0]
	}
	if from != c.candidate {
		last := cmp.Or(q.faults.last, c.available[0].Cause)
		events = append(events, StageFallback{RequestID: q.id(), From: from.Candidate, Last: last, Decision: c.decision})
	}
	return events
}

// firstCause returns the first failure that keeps a candidate from being asked, nil if none does.
func (c *choice) firstCause() *health.Fault {
	for i := range c.available {
		if f := c.available[i].Cause; f != nil {
			return f
		}
	}
	return nil
}

// awaitsTrial reports whether nothing but another request's trial keeps a candidate from
// being asked. Its outcome is waited for within the round: that is soon, and takes no
// patience.
func (c *choice) awaitsTrial() bool {
	for i := range c.available {
		if c.available[i].Trial {
			return true
		}
	}
	return false
}

// later returns the later of two times.
func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
