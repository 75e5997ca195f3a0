package chain

import (
	"fmt"
	"slices"
	"time"

	"github.com/cineforge/cineforge/failure"
)

// standing is what is known of how a key has done: at a provider, or at one of its
// models, where it is called a route. The provider's mu guards it.
type standing struct {
	answered time.Time // the last answer
	noted    time.Time // the one that was saved last
	doubted  time.Time // when a refusal was last taken for a stray one and asked about once more

	// The bare refusals since the last answer: of a route, or of a key where they are about it.
	bareSince time.Time
	bareOf    uint64 // the question that got the first one
	bareMore  bool   // whether another question got one too
}

// The times of doubt: whoever has just answered may refuse by mistake.
const (
	// doubtFor is how long after an answer a refusal is asked about once more.
	doubtFor = 10 * time.Minute
	// doubtPause is the pause before that, and doubtEvery how often it is done for a key.
	doubtPause = 2 * time.Second
	doubtEvery = time.Hour

	// trustFor is how long after an answer a bare refusal is taken for that of a proxy, and
	// passingFor how long it may last until it is taken at its word.
	trustFor   = 24 * time.Hour
	passingFor = 10 * time.Minute

	// bareTries is how often a question meets a bare refusal, while others are answered,
	// until it is taken for one of this question: bareTriesAlone if there is nobody else to
	// ask, since an edge that refuses every third call would end most runs of many questions.
	bareTries      = 3
	bareTriesAlone = 8
)

// notedEvery is how often it is saved that a route answers.
const notedEvery = time.Minute

// standingOf returns the standing of a key at a model, or at the provider for "".
func (p *provider) standingOf(model, credential string) *standing {
	all := p.standings
	if model != "" {
		all = p.modelLocked(model).standings
	}
	st, ok := all[credential]
	if !ok {
		st = &standing{}
		all[credential] = st
	}
	return st
}

// answered notes that a key was answered at a model.
func (p *provider) answered(m *model, credential string, now time.Time) {
	route := p.standingOf(m.name, credential)
	route.answered, route.bareSince, route.bareMore = now, time.Time{}, false
	if now.Sub(route.noted) >= notedEvery {
		route.noted = now
		p.stale[routeName(m.name, credential)] = true
	}
	key := p.standingOf("", credential)
	key.answered, key.bareSince, key.bareMore = later(key.answered, now), time.Time{}, false
}

// personal reports whether it takes a person to end what a failure tells of.
func personal(f *failure.Error) bool {
	switch f.Class {
	case failure.QuotaExhausted, failure.Auth, failure.Permission, failure.NotFound:
		return true
	}
	return false
}

// appraise says what a failure means in the light of what is known of the route. A bare
// refusal, of which an HTTP status is all there is, can come from any proxy on the way: by
// a route that has answered lately it is a fault that passes, by one that never has it
// means what it says, for this stage only. So it is with a connection that can't be made for a
// reason that does not pass by itself.
func (q *question) appraise(s *seat, f *failure.Error) *failure.Error {
	final := f.Class == failure.Connection && !f.Effect.Retryable
	if !stray(f) && !final {
		return f
	}
	a := &q.seats[s.at]
	now := time.Now()
	if a.bare++; a.bare == 1 {
		a.bareSince = now
	}
	meant, last := s.provider.meant(q, s, f, now)
	switch {
	case final && meant == passing: // the way was open a while ago, and may be again
		f = new(*f)
		f.Effect.Retryable = true
		return f
	case final:
		return f
	case meant == passing:
		return strayRefusal(f, last)
	}
	q.retell(s)
	switch {
	case meant == byRoute:
		f = new(*f)
		f.Bare = false
	case meant == byFirst && (personal(f) || f.Status < 400):
		q.bar(s, f)
	default:
		a.refused = f.Message
	}
	return f
}

// stray reports whether a failure may be a proxy's word about what it passes on. None speaks
// of used-up credit, or of what is gone for good.
func stray(f *failure.Error) bool {
	switch f.Class {
	case failure.Auth, failure.Permission, failure.NotFound:
		return f.Bare && (f.Status == 401 || f.Status == 403 || f.Status == 404)
	}
	return f.Bare && f.Class == failure.InvalidRequest
}

// retell forgets what was taken for a fault of a candidate that passes, since it did not.
func (q *question) retell(s *seat) {
	if q.telling != nil && q.telling.Provider == s.Provider && q.telling.Model == s.Name {
		q.telling, q.curable = nil, false
	}
}

// meaning is what a bare refusal means.
type meaning int

const (
	passing    meaning = iota // it is a proxy's, and passes
	byFirst                   // it is the first answer ever, or for long, and means what it says
	byRoute                   // it lasts, and means what it says
	ofQuestion                // others are answered meanwhile: it is this question's
)

// meant says what a question's bare refusal means, and when the route answered last.
func (p *provider) meant(q *question, s *seat, f *failure.Error, now time.Time) (meaning, time.Time) {
	a, tries := &q.seats[s.at], bareTriesAlone
	if q.others(s) {
		tries = bareTries
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	last := p.standingOf(s.model.name, s.Credential).answered
	if last.IsZero() || now.Sub(last) > trustFor {
		return byFirst, time.Time{}
	}
	st := p.standingOf("", s.Credential)
	if f.Effect.OtherModel || !personal(f) {
		st = p.standingOf(s.model.name, s.Credential)
	}
	if st.bareSince.IsZero() {
		st.bareSince, st.bareOf = now, q.number
	}
	st.bareMore = st.bareMore || q.number != st.bareOf
	switch {
	case a.bare >= tries && last.After(a.bareSince):
		return ofQuestion, last
	case now.Sub(st.bareSince) >= passingFor && (st.bareMore || a.bare >= bareTries):
		return byRoute, last
	}
	return passing, last
}

// others reports whether a question has other candidates than one to go to.
func (q *question) others(s *seat) bool {
	return slices.ContainsFunc(q.order, func(o *seat) bool {
		f, _ := q.barred(o, time.Now())
		return o != s && q.seats[o.at].refused == "" && f == nil
	})
}

// strayRefusal is a bare refusal that is taken for a fault that passes.
func strayRefusal(f *failure.Error, last time.Time) *failure.Error {
	stray := *f
	stray.Class, stray.Effect = failure.ServerError, failure.EffectOf(failure.ServerError)
	stray.Effect.Scope = failure.ScopeModel
	stray.Message = fmt.Sprintf("%s; it answered at %s, so that this is taken for a proxy's word, which passes", f.Message, clockTime(last))
	stray.Hint = failure.ServerError.Action()
	stray.RetryAfter = nil
	return &stray
}

// clockTime writes a time for people who look at it soon.
func clockTime(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") }

// doubts reports whether a refusal is to be asked about once more before it is believed:
// by who got it, and who has just been answered.
func (st *standing) doubts(now time.Time) bool {
	return !st.answered.IsZero() && now.Sub(st.answered) <= doubtFor && (st.doubted.IsZero() || now.Sub(st.doubted) >= doubtEvery)
}
