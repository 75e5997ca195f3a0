package chain

import (
	"time"

	"github.com/cineforge/cineforge/failure"
)

// evidence is what speaks against a provider as a whole: failures of its models with no
// answer of any of them in between. A failure counts against what it was seen at: one
// model's is the model's, two models' are the provider's. Of a connection that can't be
// made any model's is, and the provider's breaker counts it. The provider's mu guards it.
type evidence struct {
	suspects  map[string]time.Time // the models that failed since any of them answered, and when
	unreached bool                 // the last failure was that no connection could be made
	trial     uint64               // the question that asks another model meanwhile; 0 if none does
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

// free reports whether a question may ask a model of which it is not known whether it is well.
func (e *evidence) free(question uint64) bool { return e.trial == 0 || e.trial == question }

// leave ends a question's trial, if it has one; it reports whether it had.
func (e *evidence) leave(question uint64) bool {
	if e.trial == 0 || e.trial != question {
		return false
	}
	e.trial = 0
	return true
}

// provenFor is how long after its last answer a model is known to be well, if it has not
// failed since.
const provenFor = time.Minute

// unproven reports whether a candidate is asked in place of another model of its provider
// that has failed, and it is not known whether it is well itself. One question at a time
// finds out. The provider's mu is held.
func (q *question) unproven(s *seat, now time.Time) bool {
	p := s.provider
	if len(p.evidence.suspects) == 0 || !s.model.answered.IsZero() && now.Sub(s.model.answered) <= provenFor {
		return false
	}
	if _, failed := p.evidence.suspects[s.Name]; failed {
		return false // its breaker knows
	}
	for _, before := range q.order {
		if before == s {
			return false
		}
		if at, failed := p.evidence.suspects[before.Name]; failed && before.vendor == s.vendor && now.Sub(at) <= evidenceLasts {
			return true
		}
	}
	return false
}

// unreached reports whether a failure says that no connection could be made. Where that
// was not seen, any failure of the connection before an answer is taken for one.
func unreached(f *failure.Error) bool {
	switch f.Reach {
	case failure.Unreached:
		return true
	case "":
		return f.Class == failure.Connection
	}
	return false
}
