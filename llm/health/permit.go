package health

import (
	"time"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/resilience/breaker"
)

// Permit is the right to make one call: the provider's and the model's. It is to be given
// back by one of Success, Failure and Neutral; what comes after that changes nothing.
type Permit struct {
	route           *Route
	request         uint64
	trial           bool
	provider, model *breaker.Permit
}

// Acquire asks for a call of a request. It is false if the route is not available any more:
// much may have changed since that was looked at.
func (r *Route) Acquire(q *Request) (Permit, bool) {
	p := r.provider
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	cooldowns := [...]*cooldown{p.cooldowns[r.Credential], r.model.cooldowns[r.Credential]}
	for _, c := range cooldowns {
		if yes, _ := c.admits(q.ID, q.Operator, now); !yes {
			return Permit{}, false
		}
	}
	unproven := r.unproven(q, now)
	if p.held.active(now) || unproven && !p.evidence.free(q.ID) {
		return Permit{}, false
	}
	ofProvider, _ := p.breaker.AcquireRound(q.Subject, q.Round)
	if ofProvider == nil {
		return Permit{}, false
	}
	ofModel, _ := r.model.breaker.AcquireRound(q.Subject, q.Round)
	if ofModel == nil {
		ofProvider.Neutral()
		return Permit{}, false
	}
	trial := unproven
	for _, c := range cooldowns {
		trial = c.enter(q.ID, now) || trial
	}
	if unproven {
		p.evidence.trial = q.ID
	}
	return Permit{route: r, request: q.ID, trial: trial, provider: ofProvider, model: ofModel}, true
}

// Probe reports whether the call is to show whether the provider or the model is well again.
func (p Permit) Probe() bool { return p.provider.Probe() || p.model.Probe() }

// Awaited reports whether other requests wait for the outcome of the call.
func (p Permit) Awaited() bool { return p.trial || p.Probe() }

// Alive notes a sign of life. It reports whether that lets other requests go.
func (p Permit) Alive() bool {
	ofProvider := p.provider.Alive()
	return p.model.Alive() || ofProvider
}

// Neutral gives the permit back after a call that said nothing about the provider's health.
func (p Permit) Neutral() {
	of := p.route.provider
	of.mu.Lock()
	defer of.mu.Unlock()
	p.provider.Neutral()
	p.model.Neutral()
	of.leave(p.route, p.request)
}

// Success gives the permit back after an answer to a call that began at a time.
func (p Permit) Success(began time.Time) {
	r := p.route
	of := r.provider
	of.mu.Lock()
	defer of.mu.Unlock()
	now := time.Now()
	p.provider.Success()
	p.model.Success()
	r.model.answered = now
	of.acquit(r)
	of.better = of.evidence.clear() || of.better
	of.noteAnswer(r.model, r.Credential, now)
	mended := of.cooldowns[r.Credential].operatorTrial(p.request) || r.model.cooldowns[r.Credential].operatorTrial(p.request)
	of.leave(r, p.request)
	of.opened(r, began, now)
	if mended { // what an operator has mended of a key is mended for all of its models
		for _, m := range of.models {
			if c := m.cooldowns[r.Credential]; c.exclusive() && c.setBefore(began) {
				of.clear(m.name, r.Credential, c.followers(now))
			}
		}
	}
}

// Failure gives the permit back after a failed call that began at a time, and notes what
// that means for the provider's health. It reports whether the candidate is to be asked once
// more after a pause, since it may not have meant it.
func (p Permit) Failure(f *failure.Error, began time.Time) (again bool) {
	r := p.route
	of := r.provider
	of.mu.Lock()
	defer of.mu.Unlock()
	of.leave(r, p.request)
	if Counts(f) {
		of.count(p, f)
	} else {
		p.provider.Neutral()
		p.model.Neutral()
	}
	of.last = &Fault{Provider: r.Provider, Model: r.Model, Err: f}
	of.stale[lastName] = true
	if f.Class == failure.RateLimited {
		of.refused = time.Now()
	}
	switch {
	case Stray(f) && NeedsPerson(f): // its stage alone keeps away from it
	case NeedsPerson(f):
		return of.refuse(r, p.request, f, began)
	case CoolsDown(f) || Counts(f) && f.RetryAfter != nil && *f.RetryAfter > ShortHint:
		of.cooldownFor(r, f).start(of.last, began, of.o.Random)
	}
	return false
}
