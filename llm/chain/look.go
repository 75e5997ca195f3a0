package chain

import (
	"cmp"
	"fmt"
	"time"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/resilience/breaker"
)

// look is what is seen of a candidate at a moment.
type look struct {
	verdict Verdict   // its Reason is "" if the candidate can be asked
	gate    *gate     // that a turn is to be taken at, soon; nil otherwise
	turn    time.Time // when that turn is, if nobody takes it before
	again   time.Time // when it may be asked again, zero if that is not for time to say
	stated  bool      // the provider has said when
	person  bool      // it takes a person
	ends    time.Time // when it is asked again even so, while others are waited for
	trial   bool      // another question is finding out whether it can be asked, and that is all that keeps it
	spared  bool      // its provider's breaker is all that keeps it, for failures of other models
	keeps   *Fault    // the failure that keeps it from being asked
	closed  *closedGate
}

// closedGate is a gate that takes a person to open, for whoever has to be told.
type closedGate struct {
	since, until time.Time
	name         string // what an operator calls it
}

// explain adds to a failure for how long it keeps all from being asked, and what ends that.
func (c *closedGate) explain(f Fault) Fault {
	if c == nil {
		return f
	}
	told := *f.Err
	told.Message += fmt.Sprintf("; not asked since %s, until %s", clockTime(c.since), clockTime(c.until))
	opens := "a retry asks once more at once, and releasing " + c.name + " ends the wait of all runs"
	if told.Hint != "" {
		opens = told.Hint + "; " + opens
	}
	told.Hint = opens
	f.Err = &told
	return f
}

func (l look) free() bool { return l.verdict.Reason == "" }

// now reports whether a candidate can be asked without a pause.
func (l look) now(now time.Time) bool {
	return l.free() && (l.gate == nil || !l.turn.After(now))
}

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
	if f, until := q.barred(s, now); f != nil && l.free() {
		l.verdict.Reason, l.verdict.Detail, l.verdict.Until = Refused, string(f.Err.Class)+": "+f.Err.Message, until
		l.keeps, l.person, l.ends = f, true, until
	}
	if l.free() {
		if empty := q.plan.Budgets.Exceeded(q.price(s)); empty != nil {
			spent, limit := empty.Spent()
			l.verdict.Reason, l.verdict.Detail = OverBudget, fmt.Sprintf("$%.4f of $%.2f are spent", spent, limit)
		}
	}
	s.provider.look(q, s, now, &l)
	return l
}

// look adds what the provider's health says. Of several things that keep a
// candidate from being asked it tells the one that lasts longest, but a question's own reasons win.
func (p *provider) look(q *question, s *seat, now time.Time, l *look) {
	p.mu.Lock()
	defer p.mu.Unlock()
	whole, its := p.breaker.Status(), s.model.breaker.Status()
	l.verdict.ProviderBreaker, l.verdict.Breaker = whole.State, its.State
	if !l.free() {
		return
	}
	l.keep(whole, "its provider's")
	_, failed := p.evidence.suspects[s.Name]
	l.spared = whole.State == breaker.Open && its.Free && !failed && !p.evidence.unreached
	l.keep(its, "its")
	if l.verdict.Reason == Probing && q.plan.MaxWait == 0 { // the probe's outcome is soon, and the question has no other round
		l.trial, l.again = true, now.Add(lookEvery)
	}
	if !l.free() {
		l.keeps = p.last
	}
	l.pass(q, s, p.keys[s.Credential], "", now)
	l.pass(q, s, s.model.gates[s.Credential], s.Name, now)
	if q.unproven(s, now) && !p.evidence.free(q.number) {
		l.spared = false
		l.await("another question finds out whether it is well, after another model of the provider failed", p.last, now)
	}
	if p.held.active(now) {
		l.verdict.Reason, l.verdict.Detail, l.verdict.Until = Held, "held by an operator: "+p.held.Reason, p.held.Until
		l.again, l.stated, l.gate, l.trial, l.spared = p.held.Until, true, nil, false, false
	}
}

// pass notes what a gate says.
func (l *look) pass(q *question, s *seat, g *gate, model string, now time.Time) {
	yes, trial := g.admits(q.number, q.word(), now)
	switch {
	case trial:
		l.await("another question finds out whether that has been mended: "+g.cause.Err.Message, g.cause, now)
	case yes && g.busy(now):
		l.queue(g, now)
	case yes:
	case g.trial == q.number && g.trial != 0: // its own pause is over soon
		l.gate, l.turn, l.keeps = g, g.turn(now), g.cause
	case g.heeds(q.word()): // an operator's question went through a moment ago
		l.verdict.Reason, l.verdict.Detail, l.verdict.Until = Gated, string(g.cause.Err.Class)+": "+g.cause.Err.Message, g.asked.Add(operatorEvery)
		l.keeps, l.again, l.gate = g.cause, g.asked.Add(operatorEvery), nil
	default:
		l.spared = false
		l.shut(g, now)
		l.closed = &closedGate{since: g.since, until: g.until, name: gateTitle(s, model)}
	}
}

// gateTitle is what an operator calls a gate: the provider, or one of its models.
func gateTitle(s *seat, model string) string {
	if model == "" {
		return s.Provider
	}
	return s.Provider + ":" + model
}

// await notes that another question's trial is waited for.
func (l *look) await(why string, cause *Fault, now time.Time) {
	if !l.free() {
		return
	}
	l.verdict.Reason, l.verdict.Detail = Probing, why
	l.trial, l.keeps, l.gate = true, cause, nil
	l.again = now.Add(lookEvery)
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
	l.person, l.trial = g.person, false
	l.keeps = g.cause
	if turn := g.turn(now); l.free() && !g.guarded() && g.times <= 1 && turn.Sub(now) <= shortHint {
		l.gate, l.turn = g, turn
		return
	}
	l.gate = nil
	l.verdict.Reason, l.verdict.Detail = Gated, string(g.cause.Err.Class)+": "+g.cause.Err.Message
	l.verdict.Until = g.until
	switch {
	case g.person: // whatever else ends before
		l.again, l.stated, l.ends = time.Time{}, false, g.until
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
		l.again, l.keeps, l.gate = turn, cmp.Or(g.cause, g.was), nil
	case l.gate == nil || turn.After(l.turn):
		l.gate, l.turn, l.keeps = g, turn, cmp.Or(g.cause, g.was)
	}
}

// transient reports whether a failure may have passed when some time has. What is not
// known not to is taken for that: a class that nobody knows is not the end of a run.
func transient(f *failure.Error) bool {
	switch f.Class {
	case failure.QuotaExhausted, failure.Auth, failure.Permission, failure.NotFound, failure.InvalidRequest, failure.ContextLength,
		failure.ContentPolicy, failure.BadOutput, failure.NoProvider, failure.Input, failure.Budget, failure.Internal:
		return false
	case failure.Connection:
		return f.Effect.Retryable // a certificate does not get better
	}
	return true
}

// gates reports whether a failure closes a gate by its kind.
func gates(f *failure.Error) bool { return f.Class == failure.RateLimited || personal(f) }

// counts reports whether a failure says something about the health of whoever failed.
func counts(f *failure.Error) bool {
	if f == nil {
		return false
	}
	switch f.Class {
	case failure.Overloaded, failure.Timeout, failure.ServerError, failure.Unknown:
		return true
	case failure.Connection:
		return f.Effect.Retryable // else it is no outage
	}
	return false
}
