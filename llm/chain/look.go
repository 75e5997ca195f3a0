package chain

import (
	"fmt"
	"time"

	"cineforge/failure"
	"cineforge/resilience/breaker"
)

// look is what is seen of a candidate at a moment.
type look struct {
	verdict Verdict   // its Reason is "" if the candidate can be asked
	gate    *gate     // that a turn is to be taken at, soon; nil otherwise
	again   time.Time // when it may be asked again, zero if that is not for time to say
	stated  bool      // the provider has said when
	person  bool      // it takes a person
	keeps   *Fault    // the failure that keeps it from being asked
}

func (l look) free() bool { return l.verdict.Reason == "" }

// look says whether a candidate can be asked now, for all that does not depend on
// the round.
func (q *question) look(s *seat, now time.Time) look {
	l := look{verdict: Verdict{Provider: s.Provider, Model: s.Name}}
	a := &q.seats[s.at]
	switch {
	case a.refused != "":
		l.verdict.Reason, l.verdict.Detail = Refused, a.refused
	case s.Spec.Window > 0 && q.need > s.Spec.Window:
		l.verdict.Reason = SmallWindow
		l.verdict.Detail = fmt.Sprintf("the question has about %d tokens, the model takes %d", q.need, s.Spec.Window)
	}
	if l.free() {
		if empty := affordable(q.plan.Purses, q.price(s)); empty != nil {
			spent, limit := empty.Spent()
			l.verdict.Reason, l.verdict.Detail = OverBudget, fmt.Sprintf("$%.4f of $%.2f are spent", spent, limit)
		}
	}
	s.provider.look(s, now, &l)
	return l
}

// look adds what the provider's health says. Of several things that keep a
// candidate from being asked it tells the one that lasts longest, but a question's own reasons win.
func (p *provider) look(s *seat, now time.Time, l *look) {
	p.mu.Lock()
	defer p.mu.Unlock()
	whole, its := p.breaker.Status(), s.model.breaker.Status()
	l.verdict.ProviderBreaker, l.verdict.Breaker = whole.State, its.State
	if !l.free() {
		return
	}
	l.keep(whole, "its provider's")
	l.keep(its, "its")
	if !l.free() {
		l.keeps = p.last
	}
	for _, g := range []*gate{p.keys[s.Credential], s.model.gates[s.Credential]} {
		switch {
		case g.closed(now):
			l.shut(g, now)
		case g.busy(now):
			l.queue(g, now)
		}
	}
	if p.held.active(now) {
		l.verdict.Reason, l.verdict.Detail, l.verdict.Until = Held, "held by an operator: "+p.held.Reason, p.held.Until
		l.again, l.stated, l.gate = p.held.Until, true, nil
	}
}

// keep notes that a breaker lets nobody through.
func (l *look) keep(s breaker.Status, whose string) {
	switch {
	case s.Free:
		return
	case s.State == breaker.Open:
		l.verdict.Reason, l.verdict.Detail = BreakerOpen, whose+" breaker is open: "+s.Evidence
	default:
		l.verdict.Reason, l.verdict.Detail = Probing, whose+" breaker waits for the probes that are under way"
	}
	if s.Until.After(l.again) {
		l.verdict.Until, l.again = s.Until, s.Until
	}
}

// shut notes that a gate is closed.
func (l *look) shut(g *gate, now time.Time) {
	if l.person {
		return // no time ends that one
	}
	l.person = g.person
	l.keeps = g.cause
	if l.free() && !g.person && g.times <= 1 && g.turn(now).Sub(now) <= shortHint {
		l.gate = g
		return
	}
	l.gate = nil
	l.verdict.Reason, l.verdict.Detail = Gated, string(g.cause.Err.Class)+": "+g.cause.Err.Message
	l.verdict.Until = g.until
	switch {
	case g.person: // whatever else ends before
		l.again, l.stated = time.Time{}, false
	case g.until.After(l.again):
		l.again, l.stated = g.until, g.cause.Err.RetryAfter != nil
	}
}

// queue notes that others go through a gate that has opened.
func (l *look) queue(g *gate, now time.Time) {
	turn := g.turn(now)
	switch soon := turn.Sub(now) <= shortHint; {
	case !l.free():
	case !soon:
		l.verdict.Reason, l.verdict.Detail, l.verdict.Until = Gated, "others go first that waited for it too", turn
		l.again, l.keeps, l.gate = turn, g.cause, nil
	case l.gate == nil || turn.After(l.gate.turn(now)):
		l.gate, l.keeps = g, g.cause
	}
}

// transient reports whether a failure may have passed when some time has.
func transient(f *failure.Error) bool {
	switch f.Class {
	case failure.Overloaded, failure.RateLimited, failure.Timeout, failure.ServerError, failure.Unknown:
		return true
	case failure.Connection:
		return f.Effect.Retryable // a certificate does not get better
	}
	return false
}

// gates reports whether a failure closes a gate by its kind.
func gates(f *failure.Error) bool {
	switch f.Class {
	case failure.RateLimited, failure.QuotaExhausted, failure.Auth, failure.Permission, failure.NotFound:
		return true
	}
	return false
}

// counts reports whether a failure says something about the health of whoever failed.
func counts(f *failure.Error) bool {
	if f == nil {
		return false
	}
	switch f.Class {
	case failure.Overloaded, failure.Timeout, failure.ServerError, failure.Connection, failure.Unknown:
		return true
	}
	return false
}
