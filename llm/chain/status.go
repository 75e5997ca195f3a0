package chain

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/cineforge/cineforge/resilience/breaker"
)

// Status is how a provider is doing.
type Status struct {
	Endpoint string
	Breaker  breaker.Status
	Hold     *Hold // nil if it is not held
	Bucket   float64
	Gates    []GateStatus // those that are closed for all of the provider's models
	Last     *Fault       // its last failure; nil if it had none
	Models   []ModelStatus
}

// ModelStatus is how a model is doing.
type ModelStatus struct {
	Model   string
	Breaker breaker.Status
	Gates   []GateStatus
}

// GateStatus is a key that is kept from a model or a provider.
type GateStatus struct {
	Credential   string
	Since, Until time.Time
	Person       bool // it takes a person, and not time alone
	Cause        Fault
}

// Status returns how the providers are doing that were ever asked, or are remembered.
func (r *Router) Status() []Status {
	r.mu.Lock()
	providers := slices.Collect(maps.Values(r.providers))
	r.mu.Unlock()
	var all []Status
	for _, p := range providers {
		all = append(all, p.status(time.Now()))
	}
	slices.SortFunc(all, func(a, b Status) int {
		if a.Endpoint < b.Endpoint {
			return -1
		}
		return 1
	})
	return all
}

func (p *provider) status(now time.Time) Status {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := Status{Endpoint: p.endpoint, Breaker: p.breaker.Status(), Bucket: p.bucket.Level(), Gates: closed(p.keys, now), Last: p.last}
	if p.held.active(now) {
		s.Hold = new(p.held)
	}
	for _, name := range slices.Sorted(maps.Keys(p.models)) {
		m := p.models[name]
		s.Models = append(s.Models, ModelStatus{name, m.breaker.Status(), closed(m.gates, now)})
	}
	return s
}

func closed(gates map[string]*gate, now time.Time) (all []GateStatus) {
	for _, credential := range slices.Sorted(maps.Keys(gates)) {
		if g := gates[credential]; g.closed(now) {
			all = append(all, GateStatus{credential, g.since, g.until, g.person, *g.cause})
		}
	}
	return all
}

// Hold keeps all questions from a provider until a time.
func (r *Router) Hold(ctx context.Context, endpoint string, h Hold) error {
	return r.operate(ctx, endpoint, func(p *provider) {
		p.held = h
		p.stale[holdName] = true
		p.done(DidHold, "", h.Reason, h.Until)
	})
}

// Released is what a release has ended: a hold, or what kept a key from a model.
type Released struct {
	Model      string // "" for all of the provider's
	Credential string // "" for a hold
	Hold       *Hold
	Gate       *GateStatus
}

// Release ends all that keeps keys from a provider, its hold included, for a reason: from
// one model only if that is not "", and of one key only if that is not "". The hold ends
// only if neither is named. It returns what it has ended.
func (r *Router) Release(ctx context.Context, endpoint, model string, key func(credential string) bool, reason string) (ended []Released, err error) {
	err = r.operate(ctx, endpoint, func(p *provider) {
		if now := time.Now(); model == "" && key == nil && p.held.active(now) {
			ended = append(ended, Released{Hold: new(p.held)})
			p.held, p.better = Hold{}, true
			p.stale[holdName] = true
		}
		if model == "" {
			ended = append(ended, p.release("", p.keys, key)...)
		}
		for _, name := range slices.Sorted(maps.Keys(p.models)) {
			if model == "" || model == name {
				ended = append(ended, p.release(name, p.models[name].gates, key)...)
			}
		}
		p.released, p.better = time.Now(), true
		p.stale[releaseName] = true
		p.done(DidRelease, model, reason, time.Time{})
	})
	return ended, err
}

// release opens the gates of a model, or of all models for "", and returns those that were closed.
func (p *provider) release(model string, gates map[string]*gate, key func(credential string) bool) (ended []Released) {
	for _, credential := range slices.Sorted(maps.Keys(gates)) {
		if key != nil && !key(credential) {
			continue
		}
		if g := p.lift(model, credential, queue{}); g != nil {
			ended = append(ended, Released{Model: model, Credential: credential, Gate: &GateStatus{credential, g.since, g.until, g.person, *g.cause}})
		}
	}
	return ended
}

// Probe lets the next question through to a provider, whatever is known of it, for a
// reason.
func (r *Router) Probe(ctx context.Context, endpoint, reason string) error {
	return r.operate(ctx, endpoint, func(p *provider) {
		p.done(DidProbe, "", reason, time.Time{})
		p.better = true
		p.breaker.Probe(wanted)
		for credential := range p.keys {
			p.lift("", credential, queue{})
		}
		for name, m := range p.models {
			m.breaker.Probe(wanted)
			for credential := range m.gates {
				p.lift(name, credential, queue{})
			}
		}
	})
}

// wanted is the evidence for a probe that was not due.
const wanted = "an operator wants it tried"

// operate changes what is known of a provider in an operator's name, and keeps it.
func (r *Router) operate(ctx context.Context, endpoint string, change func(*provider)) error {
	if err := r.Recall(ctx); err != nil {
		return err
	}
	p := r.provider(endpoint)
	_, err := r.save(ctx, p, change)
	return err
}

// done logs what an operator did to a provider, or to one of its models.
func (p *provider) done(what breaker.State, model, reason string, until time.Time) {
	from := p.breaker.Status().State // which may turn it
	p.turned = append(p.turned, Transition{Endpoint: p.endpoint, Model: model, Transition: breaker.Transition{
		From: from, To: what, At: time.Now(), Until: until, Evidence: reason}})
}

// What operators do, in the log of transitions.
const (
	DidHold    breaker.State = "held"
	DidRelease breaker.State = "released"
	DidProbe   breaker.State = "probe_wanted"
)
