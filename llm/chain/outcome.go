package chain

import (
	"cmp"
	"time"

	"cineforge/failure"
	"cineforge/llm"
)

// failed notes what the failure of a try means: for the health of whoever failed, for
// the question at this candidate, and for the round.
func (q *question) failed(s *seat, its permits, f *failure.Error, began time.Time, resp llm.Response) {
	if f.Class == failure.Canceled {
		return
	}
	a := &q.seats[s.at]
	a.round++
	a.failed, a.changed = f, false
	q.left--
	q.vendors[s.vendor].failed = f
	q.again = true
	q.remember(s, f)
	s.provider.note(s, its, f, began)
	if f.Class == failure.RateLimited || f.Class == failure.Overloaded {
		s.limiter.TooMany()
	}
	switch f.Class {
	case failure.Timeout:
		q.vendors[s.vendor].out = "it stayed silent"
	case failure.Connection:
		q.disconnected(s, f, resp)
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
	if !f.Effect.OtherModel && counts(f) && a.round > 1 {
		q.vendors[s.vendor].out = string(f.Class)
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

// disconnected notes a broken connection. One that broke in the middle of an answer
// has cost something; the same way is not tried again in the round if there is another.
func (q *question) disconnected(s *seat, f *failure.Error, resp llm.Response) {
	if !f.Effect.Retryable {
		q.seats[s.at].refused = f.Message
		return
	}
	if resp.FirstEvent > 0 && len(q.vendors) > 1 {
		q.vendors[s.vendor].out = "the answer broke off"
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

// misshaped changes the request if it is known what was wrong with it; otherwise the
// provider does not take it, from any of its models.
func (q *question) misshaped(s *seat, f *failure.Error) {
	if a := &q.seats[s.at]; a.change.adapt(f) {
		a.changed = true
		return
	}
	for _, o := range q.order {
		if o.vendor == s.vendor {
			q.seats[o.at].refused = cmp.Or(f.Parameter, "the form of the request") + " was refused"
		}
	}
}

// note tells the provider's health what a failure means for it.
func (p *provider) note(s *seat, its permits, f *failure.Error, began time.Time) {
	if counts(f) {
		p.failure(s.model, its, f)
	} else {
		its.neutral()
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.last = &Fault{s.Provider, s.Name, f}
	p.stale[lastName] = true
	if f.Class == failure.RateLimited {
		p.refused = time.Now()
	}
	if gates(f) || counts(f) && f.RetryAfter != nil && *f.RetryAfter > shortHint {
		p.gate(s, f).shut(p.last, began, p.o.Random)
	}
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
func (p *provider) opened(m *model, credential string, began time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if g := p.keys[credential]; g.older(began) {
		p.lift("", credential, g.queue)
	}
	if g := m.gates[credential]; g.older(began) {
		p.lift(m.name, credential, g.queue)
	}
}

// lift opens the gate between a key and a model, or all models for "". The queue is
// those who go on through it one after the other.
func (p *provider) lift(model, credential string, q queue) {
	gates := p.keys
	if model != "" {
		gates = p.modelLocked(model).gates
	}
	g := gates[credential]
	if g == nil {
		return
	}
	if g.cause != nil {
		p.better = true
		p.stale[gateName(model, credential)] = true
	}
	*g = gate{queue: q}
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

// tryNow lets the next question of a key through to a model.
func (p *provider) tryNow(m *model, credential string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.breaker.Probe(wanted)
	m.breaker.Probe(wanted)
	p.lift("", credential, queue{})
	p.lift(m.name, credential, queue{})
}
