package chain

import (
	"cmp"
	"fmt"
	"time"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/resilience/backoff"
	"github.com/cineforge/cineforge/resilience/breaker"
)

// choice is who is asked next, and when; or, without a seat, that nobody can be.
type choice struct {
	seat     *seat
	at       time.Time // when, zero for now
	keeps    *Fault    // what it is waited for
	decision Decision
	looks    []look // in the question's order
	last     bool   // no wait follows: the question's patience ends with it
}

// choose decides who is asked next: the same one again if that is likely to help, else
// the next in the chain that was not asked in this round, and only when there is none of
// those one that was.
func (q *question) choose(now time.Time) choice {
	c := choice{looks: make([]look, len(q.order)), decision: Decision{Round: q.round, At: now, Attempts: max(q.left, 0)}}
	for i, s := range q.order {
		c.looks[i] = q.look(s, now)
	}
	if q.left <= 0 {
		c.decision.Why = "the attempts of this round are spent"
		return q.explained(c)
	}
	spare := q.left - q.untried(c.looks)
	if q.plan.MaxWait == 0 { // there is no other round: a repetition takes nobody's turn
		spare = q.left - q.turns(c.looks)
	}
	for _, pick := range []func(choice, int) (*seat, string){q.same, q.next, q.sister, q.queued, q.unproved, q.anew} {
		s, why := pick(c, spare)
		if s == nil {
			continue
		}
		chosen, kept := q.chosen(c, s, why)
		if !kept {
			return q.choose(now) // a gate that was open a moment ago is closed for long
		}
		return chosen
	}
	c.decision.Why = "nobody can be asked at the moment"
	return q.explained(c)
}

// untried counts the providers that can be asked and were not in this round.
func (q *question) untried(looks []look) int {
	var seen uint64
	n := 0
	for i, s := range q.order {
		if bit := uint64(1) << (s.vendor & 63); looks[i].free() && q.vendors[s.vendor].failed == nil && seen&bit == 0 {
			seen |= bit
			n++
		}
	}
	return n
}

// turns counts the candidates that can be asked and were not.
func (q *question) turns(looks []look) (n int) {
	for i, s := range q.order {
		if (looks[i].free() || looks[i].spared) && q.fresh(s) {
			n++
		}
	}
	return n
}

// place returns a seat's place in the question's order.
func (q *question) place(s *seat) int {
	if len(q.order) > 0 && q.order[0] == s {
		return 0
	}
	for i, o := range q.order {
		if o == s {
			return i
		}
	}
	return -1
}

// same picks the one that was just asked, if its fault is likely to be gone.
func (q *question) same(c choice, spare int) (*seat, string) {
	s := q.current
	if s == nil || q.vendors[s.vendor].out != "" || !c.looks[q.place(s)].free() {
		return nil, ""
	}
	switch a := q.seats[s.at]; {
	case a.doubtful:
		return s, "the same once more: it answered a short while ago, so that it may not have meant it"
	case a.changed:
		return s, "the same again, with the request changed: it does not take " + a.failed.Parameter
	case a.round != 1 || spare <= 0:
		return nil, ""
	case !oneOff(a.failed) || !s.provider.bucket.Take(1):
		return nil, ""
	}
	return s, "the same again: a fault like this is often gone at the next try"
}

// oneOff reports whether a failure is likely to be gone when the same is asked again soon.
func oneOff(f *failure.Error) bool {
	if !f.Effect.Retryable {
		return false
	}
	if f.RetryAfter != nil && *f.RetryAfter > 0 {
		return *f.RetryAfter <= shortHint
	}
	switch f.Class {
	case failure.Connection:
		return f.Reach != failure.Answering // an answer that broke off has cost something
	case failure.ServerError, failure.BadOutput, failure.RateLimited, failure.Unknown, failure.ContentPolicy:
		return true
	}
	return false
}

// ahead yields the places in the order, from where the round began.
func (q *question) ahead(yield func(int, *seat) bool) {
	for n := range q.order {
		i := (q.first + n) % len(q.order)
		if !yield(i, q.order[i]) {
			return
		}
	}
}

// fresh reports whether a candidate was not asked in this lap, and may be in this round.
func (q *question) fresh(s *seat) bool {
	return !q.seats[s.at].lap && q.vendors[s.vendor].out == ""
}

// next picks the next in the chain that was not asked in this round. A model whose
// provider failed by another one comes in its turn too, if such a failure says little
// about it, and as long as the attempts that are left are enough for other providers.
func (q *question) next(c choice, spare int) (*seat, string) {
	for i, s := range q.ahead {
		if !q.fresh(s) || !c.looks[i].now(c.decision.At) {
			continue
		}
		failed := q.vendors[s.vendor].failed
		switch {
		case failed == nil:
			s = q.probed(c, s)
			s.provider.bucket.Call()
			return s, q.whyNext(c, q.place(s))
		case spare > 0 && sisterly(failed) && (failed.Class != failure.RateLimited && q.proven(s, c.decision.At) || s.provider.bucket.Take(1)):
			return s, "another model of the provider may do better"
		}
	}
	return nil, ""
}

// sisterly reports whether another model of a provider is as likely to do well as another
// provider.
func sisterly(f *failure.Error) bool {
	return f.Effect.OtherModel || f.Class == failure.Connection && f.Reach == failure.Answering
}

// proven reports whether a candidate is known to be well.
func (q *question) proven(s *seat, now time.Time) bool {
	s.provider.mu.Lock()
	defer s.provider.mu.Unlock()
	return !s.model.answered.IsZero() && now.Sub(s.model.answered) <= provenFor
}

// probed returns which of a provider's models shows whether the provider is well again:
// the one whose last failure is the longest ago, so that each has its turn.
func (q *question) probed(c choice, s *seat) *seat {
	if c.looks[q.place(s)].verdict.ProviderBreaker != breaker.HalfOpen {
		return s
	}
	s.provider.mu.Lock()
	defer s.provider.mu.Unlock()
	best := s
	for i, o := range q.order {
		if o.vendor == s.vendor && q.fresh(o) && c.looks[i].now(c.decision.At) && s.provider.evidence.suspects[o.Name].Before(s.provider.evidence.suspects[best.Name]) {
			best = o
		}
	}
	return best
}

// whyNext says why the next in the chain is the next.
func (q *question) whyNext(c choice, i int) string {
	switch {
	case i == 0:
		return "the first choice"
	case q.current != nil:
		return "the next in the chain that can be asked"
	}
	first := c.looks[0]
	switch {
	case !first.free():
		return fmt.Sprintf("the first in the chain that can be asked; %s can't be: %s", first.verdict.Model, first.verdict.Reason)
	case !first.now(c.decision.At):
		return "the first in the chain that can be asked at once; others go first to " + first.verdict.Model
	case q.fresh(q.order[0]) && q.order[i].vendor == q.order[0].vendor:
		return "its last failure is the longest ago of its provider's models, so that it shows whether that is well again"
	}
	return "the next in the chain; the round before ended ahead of it"
}

// sister picks a model that was passed over for other providers, which can't be asked:
// nobody waits while somebody was not asked.
func (q *question) sister(c choice, _ int) (*seat, string) {
	for i, s := range q.ahead {
		if q.fresh(s) && c.looks[i].now(c.decision.At) {
			return s, "no other provider can be asked"
		}
	}
	return nil, ""
}

// queued picks one that can be asked in a moment, when others have gone.
func (q *question) queued(c choice, _ int) (*seat, string) {
	for i, s := range q.ahead {
		if q.fresh(s) && c.looks[i].free() {
			if q.vendors[s.vendor].failed == nil {
				s.provider.bucket.Call()
			}
			return s, q.whyNext(c, i)
		}
	}
	return nil, ""
}

// unproved picks a model that has not failed, at a provider that is left alone for what
// other models did, if there is nobody else: by a probe.
func (q *question) unproved(c choice, _ int) (*seat, string) {
	for i, s := range q.ahead {
		if q.fresh(s) && c.looks[i].spared && s.provider.probe("nobody else can be asked, and "+s.Name+" has not failed") {
			c.looks[i].verdict.Reason = ""
			return s, "nobody else can be asked, and it was other models that failed"
		}
	}
	return nil, ""
}

// anew picks one that failed in this round and may do better after a pause.
func (q *question) anew(c choice, _ int) (*seat, string) {
	for i, s := range q.order {
		a := &q.seats[s.at]
		if !c.looks[i].free() || a.round == 0 || a.round >= tries || a.silent || q.vendors[s.vendor].out != "" {
			continue
		}
		passed := a.failed.Effect.Retryable && transient(a.failed) || personal(a.failed) && q.since(s, a.ended)
		if passed && s.provider.bucket.Take(1) {
			return s, "there is nobody else, and attempts are left"
		}
	}
	return nil, ""
}

// chosen completes a choice. It is not kept if it has turned out that it is for much later.
func (q *question) chosen(c choice, s *seat, why string) (_ choice, kept bool) {
	l := &c.looks[q.place(s)]
	c.seat = s
	d := &c.decision
	d.Provider, d.Model, d.Why = s.Provider, s.Name, why
	d.Breaker, d.ProviderBreaker = l.verdict.Breaker, l.verdict.ProviderBreaker
	if c.at = q.due(s); l.gate != nil {
		c.keeps = l.keeps
		slot := s.provider.slot(l.gate)
		if slot.Sub(later(l.turn, d.At)) > shortHint {
			return c, false
		}
		c.at = later(c.at, slot)
	}
	if at := q.router.throttle.Next(q.plan.Owner, q.name.Unit, d.At); at.After(later(c.at, d.At)) {
		c.at, c.keeps = at, cmp.Or(q.last, s.provider.lastFault())
		d.Why += "; so much has failed lately that it goes on slowly"
	}
	if !c.at.IsZero() {
		d.At = c.at
	}
	return q.explained(c), true
}

// due returns when a candidate that failed in this round may be asked again; zero if
// it did not fail.
func (q *question) due(s *seat) time.Time {
	a := &q.seats[s.at]
	if a.doubtful {
		return s.provider.doubtEnds(s, q.number)
	}
	if a.round == 0 || a.failed == nil {
		return time.Time{}
	}
	if h := a.failed.RetryAfter; h != nil && *h > 0 {
		if a.failed.Class == failure.RateLimited {
			return time.Time{} // its gate knows
		}
		return time.Now().Add(backoff.Hinted(*h, q.router.o.Random))
	}
	p := q.plan.Backoff
	p.Cap, p.Floor = retryCap, 100*time.Millisecond
	switch a.failed.Class {
	case failure.BadOutput, failure.InvalidRequest, failure.ContentPolicy:
		return time.Time{} // nothing is gained by waiting
	case failure.ServerError, failure.Unknown:
		p.Base *= 2
	case failure.Overloaded:
		p.Base *= 4
	}
	return time.Now().Add(p.Delay(a.round, q.router.o.Random))
}

// doubtEnds returns when a question that was refused may ask once more.
func (p *provider) doubtEnds(s *seat, question uint64) (at time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, g := range []*gate{p.keys[s.Credential], s.model.gates[s.Credential]} {
		if g != nil && g.trial == question {
			at = later(at, g.until)
		}
	}
	return at
}

// probe lets one call through to a provider whose breaker is open, for a reason. It is
// false if the breaker is not open any more.
func (p *provider) probe(reason string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.breaker.Status().State != breaker.Open {
		return false
	}
	p.breaker.Probe(reason)
	return true
}

// explained adds to a choice why nobody else was chosen, and what happens next.
func (q *question) explained(c choice) choice {
	d := &c.decision
	d.Others = make([]Verdict, 0, len(q.order)+len(q.plan.Skipped))
	passed := c.seat == nil
	for i, s := range q.order {
		if s == c.seat {
			passed = true
			continue
		}
		d.Others = append(d.Others, q.why(c.looks[i].verdict, s, passed && c.seat != nil))
	}
	for _, s := range q.plan.Skipped {
		d.Others = append(d.Others, Verdict{Provider: s.Provider, Model: s.Model, Reason: s.Reason, Detail: s.Detail})
	}
	if c.seat != nil {
		d.Next = q.otherwise(c)
	}
	return c
}

// why completes a verdict by what the round says.
func (q *question) why(v Verdict, s *seat, behind bool) Verdict {
	a := &q.seats[s.at]
	switch {
	case v.Reason != "":
	case a.round > 0:
		v.Reason = Failed
		if a.failed != nil {
			v.Detail = string(a.failed.Class) + ": " + a.failed.Message
		}
	case q.vendors[s.vendor].out != "":
		v.Reason, v.Detail = ProviderOut, q.vendors[s.vendor].out
	case behind:
		v.Reason = Behind
	default:
		v.Reason, v.Detail = Reserved, "the attempts and the retry budget that are left are for other providers"
	}
	return v
}

// otherwise says what happens if the chosen one fails.
func (q *question) otherwise(c choice) string {
	for i, s := range q.order {
		if q.left > 1 && s != c.seat && c.looks[i].free() && q.fresh(s) {
			return s.orElse
		}
	}
	switch {
	case q.left > 1:
		return "if it fails: the same again after a pause, and then waiting"
	case q.plan.MaxWait == 0:
		return "if it fails: the stage fails, since it may not wait"
	}
	return "if it fails: waiting for whoever can be asked first"
}
