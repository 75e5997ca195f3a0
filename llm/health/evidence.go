package health

import "time"

// evidence is what speaks against a provider as a whole: failures of its models with no
// answer of any of them in between. A failure counts against what it was seen at: one
// model's is the model's, two models' are the provider's. Where no connection can be made
// the failure of any model is the provider's, and its breaker counts it. The provider's mu
// guards it.
type evidence struct {
	suspects  map[string]time.Time // the models that failed since any of them answered, and when
	unreached bool                 // the last failure was that no connection could be made
	trial     uint64               // the request that tries another model meanwhile; 0 if none does
}

// evidenceLasts is how long a failure counts, if nothing answers: silence can take minutes.
const evidenceLasts = 10 * time.Minute

// add notes a model's failure. It returns another model that failed too, "" if none did.
func (e *evidence) add(model string, now time.Time) (other string) {
	e.suspects[model] = now
	for name, at := range e.suspects {
		switch {
		case now.Sub(at) > evidenceLasts:
			delete(e.suspects, name)
		case name != model && (other == "" || name < other):
			other = name
		}
	}
	return other
}

// clear forgets all of it, since a model answered; it reports whether there was any.
func (e *evidence) clear() bool {
	was := len(e.suspects) > 0
	clear(e.suspects)
	e.unreached = false
	return was
}

// free reports whether a request may ask a model that is not known to be well.
func (e *evidence) free(request uint64) bool { return e.trial == 0 || e.trial == request }

// leave ends a request's trial, if it has one; it reports whether it had.
func (e *evidence) leave(request uint64) bool {
	if e.trial == 0 || e.trial != request {
		return false
	}
	e.trial = 0
	return true
}

// provenFor is how long after its last answer a model is known to be well, if it has not
// failed since.
const provenFor = time.Minute

// proven reports whether a model is known to be well.
func (m *model) proven(now time.Time) bool {
	return !m.answered.IsZero() && now.Sub(m.answered) <= provenFor
}

// unproven reports whether a route is tried in place of another model of its provider that
// has failed, and is not known to be well itself. One request at a time finds out. The
// provider's mu is held.
func (r *Route) unproven(q *Request, now time.Time) bool {
	p := r.provider
	if len(p.evidence.suspects) == 0 || r.model.proven(now) {
		return false
	}
	if _, failed := p.evidence.suspects[r.Model]; failed {
		return false // its breaker knows
	}
	for _, before := range q.Order {
		if before == r {
			return false
		}
		at, failed := p.evidence.suspects[before.Model]
		if failed && before.provider == p && now.Sub(at) <= evidenceLasts {
			return true
		}
	}
	return false
}
