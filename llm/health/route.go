package health

import (
	"time"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/resilience/breaker"
	"github.com/cineforge/cineforge/resilience/budget"
	"github.com/cineforge/cineforge/resilience/limit"
)

// Request is what is to be known of a request that asks.
type Request struct {
	ID       uint64    // of the request, that no other one of the process has; not 0
	Subject  string    // names what is asked for the breakers, also after a restart
	Round    string    // names its round for them
	Operator time.Time // when an operator last said that what needs a person may be mended
	OneRound bool      // it may not wait for another round
	Order    []*Route  // its candidates, first choice first
}

// Route is the way to one model of a provider with one key, for requests with one list of
// candidates. It is safe for concurrent use.
type Route struct {
	Provider, Model, Credential string

	Limiter *limit.Limiter // of calls at a time
	Bucket  *budget.Bucket // of the provider's retries
	Latency *Latency       // of the model

	only     bool // whether it is the only model of its provider in the list
	provider *provider
	model    *model
}

// Way names a route.
type Way struct {
	Endpoint   string // the address at which the provider is known
	Provider   string // its name
	Model      string
	Credential string
	Only       bool // it is the only model of its provider among the candidates
}

// NewRoute returns a route.
func (r *Registry) NewRoute(w Way) Route {
	p := r.providerAt(w.Endpoint)
	p.mu.Lock()
	defer p.mu.Unlock()
	m := p.modelLocked(w.Model)
	return Route{
		Provider:   w.Provider,
		Model:      w.Model,
		Credential: w.Credential,
		Limiter:    m.limiter(w.Credential, p.o.Limit),
		Bucket:     p.bucket,
		Latency:    &m.latency,
		only:       w.Only,
		provider:   p,
		model:      m,
	}
}

// NoSchemas reports whether the model has refused schemas.
func (r *Route) NoSchemas() bool { return r.model.noSchemas.Load() }

// RefusesSchemas notes that the model answers when the form is asked for in words.
func (r *Route) RefusesSchemas() { r.model.noSchemas.Store(true) }

// Proven reports whether the model is known to be well: it was answered a short while ago.
func (r *Route) Proven(now time.Time) bool {
	r.provider.mu.Lock()
	defer r.provider.mu.Unlock()
	return r.model.proven(now)
}

// AnsweredAfter reports whether the model has answered after a time, and not failed since.
func (r *Route) AnsweredAfter(at time.Time) bool {
	r.provider.mu.Lock()
	defer r.provider.mu.Unlock()
	return r.model.answered.After(at)
}

// SuspectSince returns when the model last failed, if no model of its provider has answered
// since; else the zero time.
func (r *Route) SuspectSince() time.Time {
	r.provider.mu.Lock()
	defer r.provider.mu.Unlock()
	return r.provider.evidence.suspects[r.Model]
}

// ReleasedAt returns when an operator last released the provider, or a part of it.
func (r *Route) ReleasedAt() time.Time {
	r.provider.mu.Lock()
	defer r.provider.mu.Unlock()
	return r.provider.released
}

// LastFault returns how the provider failed last, nil if it has not.
func (r *Route) LastFault() *Fault {
	r.provider.mu.Lock()
	defer r.provider.mu.Unlock()
	return r.provider.last
}

// Share returns how much of what is usual the model may be asked at the moment, up to 1.
func (r *Route) Share() float64 {
	r.provider.mu.Lock()
	defer r.provider.mu.Unlock()
	return min(r.provider.breaker.Status().Share, r.model.breaker.Status().Share)
}

// quietFor is how long after a key was refused for asking too often nothing is asked twice.
const quietFor = time.Minute

// Calm reports whether the provider has no trouble that a second call beside one could add to.
func (r *Route) Calm(now time.Time) bool {
	p := r.provider
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range [...]*cooldown{p.cooldowns[r.Credential], r.model.cooldowns[r.Credential]} {
		if c != nil && c.cause != nil {
			return false
		}
	}
	closed := p.breaker.Status().Calm && r.model.breaker.Status().Calm
	return closed && (p.refused.IsZero() || now.Sub(p.refused) > quietFor)
}

// Leave ends the trials that a request has left. It reports whether there were any, so that
// others may go.
func (r *Route) Leave(request uint64) bool {
	r.provider.mu.Lock()
	defer r.provider.mu.Unlock()
	return r.provider.leave(r, request)
}

// TrialAt returns when a request that was refused may ask once more.
func (r *Route) TrialAt(request uint64) (at time.Time) {
	p := r.provider
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range [...]*cooldown{p.cooldowns[r.Credential], r.model.cooldowns[r.Credential]} {
		if c != nil && c.trial == request {
			at = later(at, c.until)
		}
	}
	return at
}

// TakeSlot takes a slot in the queue that an availability has reported, and returns its time.
func (r *Route) TakeSlot(a *Availability) time.Time {
	p := r.provider
	p.mu.Lock()
	defer p.mu.Unlock()
	return a.queue.takeSlot(time.Now(), p.o.Random)
}

// Confirm opens the breaker of a model that failed a request twice which another one then
// answered: so it was not the request's fault.
func (r *Route) Confirm(f *failure.Error) {
	p := r.provider
	p.mu.Lock()
	defer p.mu.Unlock()
	b := r.model.breaker
	if r.only || Unreached(f) {
		b = p.breaker
	}
	if b.Status().State == breaker.Closed {
		b.Trip(0, evidenceOf(r.Model, f)+", twice, and another model answered the same")
	}
}

// ProbeProvider lets one call through to a provider whose breaker is open, for a reason. It
// is false if the breaker is not open any more.
func (r *Route) ProbeProvider(reason string) bool {
	p := r.provider
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.breaker.Status().State != breaker.Open {
		return false
	}
	p.breaker.Probe(reason)
	return true
}

// ProbeForOperator lets the next request through to a model that is left alone for its failures, or
// for its provider's, in the name of a person that resumes a run.
func (r *Route) ProbeForOperator() {
	p := r.provider
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	if now.Sub(p.probedAt) < operatorEvery {
		return
	}
	if p.breaker.Status().State == breaker.Open || r.model.breaker.Status().State == breaker.Open {
		p.probedAt = now
	}
	p.breaker.Probe(wanted)
	r.model.breaker.Probe(wanted)
}

// TryNow lets the next request of the key through to the model. Where a person has to mend
// something, [Request.Operator] does that.
func (r *Route) TryNow() {
	p := r.provider
	p.mu.Lock()
	defer p.mu.Unlock()
	p.breaker.Probe(wanted)
	r.model.breaker.Probe(wanted)
	if !p.cooldowns[r.Credential].exclusive() {
		p.clear("", r.Credential, queue{})
	}
	if !r.model.cooldowns[r.Credential].exclusive() {
		p.clear(r.Model, r.Credential, queue{})
	}
}
