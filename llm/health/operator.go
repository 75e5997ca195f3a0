package health

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/cineforge/cineforge/resilience/breaker"
)

// Hold is an operator's order that a provider is not to be asked.
type Hold struct {
	Reason string    `json:"reason"`
	Until  time.Time `json:"until"`
}

func (h Hold) active(now time.Time) bool { return now.Before(h.Until) }

// What operators do, in the log of transitions.
const (
	DidHold    breaker.State = "held"
	DidRelease breaker.State = "released"
	DidProbe   breaker.State = "probe_wanted"
)

// wanted is the evidence for a probe that was not due.
const wanted = "an operator wants it tried"

// SetHold keeps all requests from a provider until a time.
func (r *Registry) SetHold(ctx context.Context, endpoint string, h Hold) error {
	return r.operate(ctx, endpoint, func(p *provider) {
		p.held = h
		p.stale[holdName] = true
		p.log(DidHold, Target{}, h.Reason, h.Until)
	})
}

// Released is what a release has ended: a hold, or a cooldown.
type Released struct {
	Model      string // "" for all of the provider's
	Credential string // "" for a hold
	Hold       *Hold
	Cooldown   *CooldownStatus
}

// Target is what is released of a provider.
type Target struct {
	Endpoint string
	Model    string                       // "" for all of its models
	Key      func(credential string) bool // nil for all keys
	KeyName  string                       // how the key is called where the release is recorded
}

// Release ends all that keeps keys from a target, for a reason. The provider's hold ends
// only if neither a model nor a key is named. It returns what it has ended.
func (r *Registry) Release(ctx context.Context, t Target, reason string) (ended []Released, err error) {
	err = r.operate(ctx, t.Endpoint, func(p *provider) {
		if now := time.Now(); t.Model == "" && t.Key == nil && p.held.active(now) {
			ended = append(ended, Released{Hold: new(p.held)})
			p.held = Hold{}
			p.better = true
			p.stale[holdName] = true
		}
		if t.Model == "" {
			ended = append(ended, p.release("", t.Key)...)
		}
		for _, name := range slices.Sorted(maps.Keys(p.models)) {
			if t.Model == "" || t.Model == name {
				ended = append(ended, p.release(name, t.Key)...)
			}
		}
		p.released = time.Now()
		p.better = true
		p.stale[releaseName] = true
		p.log(DidRelease, t, reason, time.Time{})
	})
	return ended, err
}

// release ends the cooldowns of a model, or of all models for "", and returns those that
// were set.
func (p *provider) release(model string, key func(credential string) bool) (ended []Released) {
	for _, credential := range slices.Sorted(maps.Keys(p.cooldownsOf(model))) {
		if key != nil && !key(credential) {
			continue
		}
		if was := p.clear(model, credential, queue{}); was != nil {
			ended = append(ended, Released{Model: model, Credential: credential, Cooldown: new(was.status(credential))})
		}
	}
	return ended
}

// Probe lets the next request through to a provider, whatever is known of it, for a
// reason.
func (r *Registry) Probe(ctx context.Context, endpoint, reason string) error {
	return r.operate(ctx, endpoint, func(p *provider) {
		p.log(DidProbe, Target{}, reason, time.Time{})
		p.better = true
		p.breaker.Probe(wanted)
		for credential := range p.cooldowns {
			p.clear("", credential, queue{})
		}
		for name, m := range p.models {
			m.breaker.Probe(wanted)
			for credential := range m.cooldowns {
				p.clear(name, credential, queue{})
			}
		}
	})
}

// operate changes what is known of a provider in an operator's name, and keeps it.
func (r *Registry) operate(ctx context.Context, endpoint string, change func(*provider)) error {
	if err := r.Recall(ctx); err != nil {
		return err
	}
	_, err := r.save(ctx, r.providerAt(endpoint), change)
	return err
}

// log adds what an operator did to a provider, or to one of its models or keys, to the log of
// transitions.
func (p *provider) log(did breaker.State, of Target, reason string, until time.Time) {
	from := p.breaker.Status().State // which may change it
	p.unreported = append(p.unreported, Transition{
		Endpoint:   p.endpoint,
		Model:      of.Model,
		Key:        of.KeyName,
		Transition: breaker.Transition{From: from, To: did, At: time.Now(), Until: until, Evidence: reason},
	})
}
