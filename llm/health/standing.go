package health

import (
	"time"

	"github.com/cineforge/cineforge/failure"
)

// standing is what is known of how a key has done: at a provider, or at one of its models.
// The provider's mu guards it.
type standing struct {
	answered time.Time // the last answer
	noted    time.Time // the one that was saved last
	doubted  time.Time // when a refusal was last taken for a stray one and asked about once more

	// The bare refusals since the last answer: of a route, or of a key where they are about it.
	bareSince time.Time
	bareOf    uint64 // the request that got the first one
	bareMore  bool   // whether another request got one too
}

// The times of doubt: a provider that has just answered may refuse by mistake.
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

	// bareTries is how often a request meets a bare refusal, while others are answered,
	// until it is taken for one of this request: bareTriesAlone if there is no other candidate,
	// since an edge that refuses every third call would end most runs of many requests.
	bareTries      = 3
	bareTriesAlone = 8
)

// notedEvery is how often it is saved that a route answers.
const notedEvery = time.Minute

// answer notes an answer.
func (st *standing) answer(at time.Time) {
	st.answered = later(st.answered, at)
	st.bareSince = time.Time{}
	st.bareMore = false
}

// doubts reports whether a refusal is to be asked about once more before it is believed:
// the key was answered a short while ago, and was not doubted lately.
func (st *standing) doubts(now time.Time) bool {
	return !st.answered.IsZero() && now.Sub(st.answered) <= doubtFor && (st.doubted.IsZero() || now.Sub(st.doubted) >= doubtEvery)
}

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

// noteAnswer notes that a key was answered at a model.
func (p *provider) noteAnswer(m *model, credential string, now time.Time) {
	route := p.standingOf(m.name, credential)
	route.answer(now)
	if now.Sub(route.noted) >= notedEvery {
		route.noted = now
		p.stale[routeName(m.name, credential)] = true
	}
	p.standingOf("", credential).answer(now)
}

// Meaning is what a bare refusal means.
type Meaning int

// The meanings.
const (
	Passing   Meaning = iota // it is a proxy's, and passes
	First                    // it is the first answer ever, or for long, and means what it says
	Lasting                  // it lasts, and means what it says
	OfRequest                // others are answered meanwhile: it is about this request
)

// Bare is the bare refusals that a request has met at a candidate.
type Bare struct {
	Request uint64    // its number
	Count   int       // how many it has met
	Since   time.Time // when it met the first one
	Alone   bool      // it has no other candidate to go to
}

// Interpret returns what a request's bare refusal means, and when the route answered last.
func (r *Route) Interpret(b Bare, f *failure.Error, now time.Time) (m Meaning, answered time.Time) {
	tries := bareTries
	if b.Alone {
		tries = bareTriesAlone
	}
	p := r.provider
	p.mu.Lock()
	defer p.mu.Unlock()
	last := p.standingOf(r.Model, r.Credential).answered
	if last.IsZero() || now.Sub(last) > trustFor {
		return First, time.Time{}
	}
	st := p.standingOf("", r.Credential)
	if f.Effect.OtherModel || !NeedsPerson(f) {
		st = p.standingOf(r.Model, r.Credential)
	}
	if st.bareSince.IsZero() {
		st.bareSince = now
		st.bareOf = b.Request
	}
	st.bareMore = st.bareMore || b.Request != st.bareOf
	switch {
	case b.Count >= tries && last.After(b.Since):
		return OfRequest, last
	case now.Sub(st.bareSince) >= passingFor && (st.bareMore || b.Count >= bareTries):
		return Lasting, last
	}
	return Passing, last
}
