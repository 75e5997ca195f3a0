package chain

import (
	"cmp"
	"time"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/llm"
	"github.com/cineforge/cineforge/resilience/breaker"
)

// failed notes what the failure of a try means: for the health of whoever failed, for
// the question at this candidate, and for the round.
func (q *question) failed(s *seat, its permits, f *failure.Error, began time.Time, resp llm.Response) {
	a := &q.seats[s.at]
	a.round++
	a.lap = true
	a.failed, a.ended, a.changed, a.doubtful = f, time.Now(), false, false
	q.left--
	q.vendors[s.vendor].failed = f
	q.silent = q.silent || f.Class == failure.Timeout && resp.FirstEvent == 0
	q.again = true
	q.remember(s, f)
	a.doubtful = s.provider.note(s, its, f, began)
	if f.Class == failure.RateLimited || f.Class == failure.Overloaded {
		s.limiter.TooMany()
	}
	switch f.Class {
	case failure.Timeout:
		a.silent = true
	case failure.Connection:
		q.disconnected(s, f)
	case failure.ContextLength:
		a.refused = "the question is too long for it"
		q.tooLong(s)
	case failure.InvalidRequest:
		q.misshaped(s, f)
	case failure.BadOutput:
		if a.bad++; a.bad > 1 || !a.change.ask(f, q.req, s) {
			a.refused = "its answers could not be used"
		}
	case failure.ContentPolicy:
		if a.bad++; a.bad > 1 || !f.Effect.Retryable {
			a.refused = "it does not answer this for its content"
		}
	case failure.NoProvider, failure.Input, failure.Internal, failure.Budget:
		a.refused = f.Message
	}
}

// remember keeps the failure that says most about why there is no answer: the last
// one that could have passed, else the first.
func (q *question) remember(s *seat, f *failure.Error) {
	q.last = &Fault{s.Provider, s.Name, f}
	if may := transient(f) || f.Class == failure.BadOutput; may || q.telling == nil {
		if q.curable && !may {
			return
		}
		q.telling, q.curable = q.last, q.curable || may
	}
}

// disconnected notes a broken connection. Where none can be made, now or at a second try,
// no model of the provider can be reached.
func (q *question) disconnected(s *seat, f *failure.Error) {
	a := &q.seats[s.at]
	if !f.Effect.Retryable { // it is the same for all of its models, and does not pass
		for _, o := range q.order {
			if o.vendor == s.vendor {
				q.seats[o.at].refused = f.Message
			}
		}
		return
	}
	if unreached(f) && a.round > 1 {
		q.vendors[s.vendor].out = "no connection can be made"
	}
}

// tooLong rules out the provider's models whose window is known to be no larger. What
// others take is theirs to say: catalogues and tokenizers differ, and asking is free.
func (q *question) tooLong(s *seat) {
	for _, o := range q.order {
		if o.vendor == s.vendor && s.Spec.Window > 0 && o.Spec.Window > 0 && o.Spec.Window <= s.Spec.Window {
			q.seats[o.at].refused = "the question is too long for " + s.Name + ", whose window is as large"
		}
	}
}

// misshaped changes the request if it is known what was wrong with it; otherwise the model
// does not take it. Its sisters are not likely to, so that they are asked last.
func (q *question) misshaped(s *seat, f *failure.Error) {
	a := &q.seats[s.at]
	if a.change.adapt(f) {
		a.changed = true
		return
	}
	a.refused = cmp.Or(f.Parameter, "the form of the request") + " was refused"
}

// note tells the provider's health what a failure means for it, and gives the permits
// back. It reports whether the candidate is to be asked once more after a pause, since it
// may not have meant it.
func (p *provider) note(s *seat, its permits, f *failure.Error, began time.Time) (again bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.leave(s, its.question)
	if counts(f) {
		p.failure(s, its, f)
	} else {
		its.provider.Neutral()
		its.model.Neutral()
	}
	p.last = &Fault{s.Provider, s.Name, f}
	p.stale[lastName] = true
	if f.Class == failure.RateLimited {
		p.refused = time.Now()
	}
	switch {
	case stray(f) && personal(f): // the stage keeps away from it; see appraise
	case personal(f):
		return p.refuse(s, its.question, f, began)
	case gates(f) || counts(f) && f.RetryAfter != nil && *f.RetryAfter > shortHint:
		p.gate(s, f).shut(p.last, began, p.o.Random)
	}
	return false
}

// refuse notes a refusal that takes a person. Who has answered lately is asked once more
// before that is believed, by the question that was refused.
func (p *provider) refuse(s *seat, question uint64, f *failure.Error, began time.Time) (again bool) {
	g, now := p.gate(s, f), time.Now()
	st := p.standingOf("", s.Credential)
	if f.Effect.OtherModel {
		st = p.standingOf(s.Name, s.Credential)
	}
	switch {
	case g.trial != 0 && g.trial != question: // another question is finding out
	case !g.closed(now) && !g.guarded() && st.doubts(now):
		st.doubted = now
		g.doubt(question, p.last, now)
		return true
	default:
		g.shut(p.last, began, p.o.Random)
	}
	return false
}

// gate returns the gate that a failure closes: a model's, where another model may
// do better, else the key's.
func (p *provider) gate(s *seat, f *failure.Error) *gate {
	model := ""
	if f.Effect.OtherModel {
		model = s.Name
	}
	p.stale[gateName(model, s.Credential)] = true
	return p.gateOf(model, s.Credential)
}

// gateOf returns the gate between a key and a model, or all models for "".
func (p *provider) gateOf(model, credential string) *gate {
	gates := p.keys
	if model != "" {
		gates = p.modelLocked(model).gates
	}
	g, ok := gates[credential]
	if !ok {
		g = &gate{}
		gates[credential] = g
	}
	return g
}

// opened opens the gates that the answer to a call shows to be open: those that were
// closed before the call began. A later refusal is the newer word.
func (p *provider) opened(m *model, credential string, began, now time.Time) {
	if g := p.keys[credential]; g.older(began) {
		p.lift("", credential, g.followers(now))
	}
	if g := m.gates[credential]; g.older(began) {
		p.lift(m.name, credential, g.followers(now))
	}
}

// followers returns the queue of those who go on through a gate that turned out to be open.
// Who waited for one question goes after it in turn, if that was for long.
func (g *gate) followers(now time.Time) queue {
	if g.guarded() && !g.doubts {
		return queue{from: now, through: 1, spread: 1}
	}
	return g.queue
}

// lift opens the gate between a key and a model, or all models for "". The queue is
// those who go on through it one after the other. It reports what kept the gate closed,
// nil if nothing did.
func (p *provider) lift(model, credential string, q queue) (was *gate) {
	gates := p.keys
	if model != "" {
		gates = p.modelLocked(model).gates
	}
	g := gates[credential]
	if g == nil {
		return nil
	}
	if g.cause != nil {
		was = new(*g)
		p.better = true
		p.stale[gateName(model, credential)] = true
	}
	*g = gate{queue: q, was: cmp.Or(g.cause, g.was)}
	return was
}

// lastFault returns how the provider failed last, nil if it has not.
func (p *provider) lastFault() *Fault {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.last
}

// slot gives a turn at a gate.
func (p *provider) slot(g *gate) time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	return g.slot(time.Now(), p.o.Random)
}

// share returns how much of what is usual a model may be asked at the moment.
func (p *provider) share(m *model) float64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return min(p.breaker.Status().Share, m.breaker.Status().Share)
}

// probeFor lets the next question through to a model that is left alone for its failures, or
// for its provider's, in the name of a person who has a run go on.
func (p *provider) probeFor(m *model) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	if now.Sub(p.probedAt) < operatorEvery {
		return
	}
	if p.breaker.Status().State == breaker.Open || m.breaker.Status().State == breaker.Open {
		p.probedAt = now
	}
	p.breaker.Probe(wanted)
	m.breaker.Probe(wanted)
}

// tryNow lets the next question of a key through to a model. Where a person has to mend
// something, the operator's word does that; see gate.heeds.
func (p *provider) tryNow(m *model, credential string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.breaker.Probe(wanted)
	m.breaker.Probe(wanted)
	if !p.keys[credential].guarded() {
		p.lift("", credential, queue{})
	}
	if !m.gates[credential].guarded() {
		p.lift(m.name, credential, queue{})
	}
}
