package health

import (
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/cineforge/cineforge/resilience/breaker"
	"github.com/cineforge/cineforge/resilience/limit"
)

// ProviderStatus is how a provider is doing.
type ProviderStatus struct {
	Endpoint  string
	Breaker   breaker.Snapshot
	Hold      *Hold            // nil if it is not held
	Bucket    float64          // how many retries it is still to get
	Cooldowns []CooldownStatus // those that are active for all of the provider's models
	Last      *Fault           // its last failure; nil if it had none
	Models    []ModelStatus
}

// ModelStatus is how a model is doing.
type ModelStatus struct {
	Model     string
	Breaker   breaker.Snapshot
	Cooldowns []CooldownStatus
	Limit     *limit.Snapshot // of calls at a time, of the key that was cut down most lately; nil if none was
}

// CooldownStatus is a key that is kept from a model or a provider.
type CooldownStatus struct {
	Credential   string
	Since, Until time.Time
	Person       bool // it takes a person, and not time alone
	Cause        Fault
}

// Status returns how the providers are doing that were ever asked, or are remembered.
func (r *Registry) Status() []ProviderStatus {
	var all []ProviderStatus
	for _, p := range r.all() {
		all = append(all, p.status(time.Now()))
	}
	slices.SortFunc(all, func(a, b ProviderStatus) int { return strings.Compare(a.Endpoint, b.Endpoint) })
	return all
}

// Check returns whether a request that began now could be sent to a model, as far as that depends
// on health. Unlike [Registry.NewRoute] it adds nothing to what is known.
func (r *Registry) Check(w Way, now time.Time) Availability {
	r.mu.Lock()
	p, known := r.providers[w.Endpoint]
	r.mu.Unlock()
	if !known {
		p = newProvider(w.Endpoint, r.o)
	}
	p.mu.Lock()
	m, known := p.models[w.Model]
	if !known {
		m = newModel(p, w.Model)
	}
	p.mu.Unlock()
	route := Route{Provider: w.Provider, Model: w.Model, Credential: w.Credential, only: w.Only, provider: p, model: m}
	return route.Check(&Request{ID: math.MaxUint64}, now) // the id is no request's
}

func (p *provider) status(now time.Time) ProviderStatus {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := ProviderStatus{
		Endpoint:  p.endpoint,
		Breaker:   p.breaker.Status(),
		Bucket:    p.bucket.Level(),
		Cooldowns: activeOf(p.cooldowns, now),
		Last:      p.last,
	}
	if p.held.active(now) {
		s.Hold = new(p.held)
	}
	for _, name := range slices.Sorted(maps.Keys(p.models)) {
		m := p.models[name]
		s.Models = append(s.Models, ModelStatus{
			Model: name, Breaker: m.breaker.Status(), Cooldowns: activeOf(m.cooldowns, now), Limit: m.cutLimit(),
		})
	}
	return s
}

// cutLimit returns the limit that was cut down most lately and has not recovered, nil if there is none.
func (m *model) cutLimit() (cut *limit.Snapshot) {
	for _, l := range m.limits {
		s := l.Status()
		if !s.CutAt.IsZero() && s.Limit < s.Start && (cut == nil || s.CutAt.After(cut.CutAt)) {
			cut = &s
		}
	}
	return cut
}

// activeOf returns the cooldowns that are active, by credential.
func activeOf(cooldowns map[string]*cooldown, now time.Time) (all []CooldownStatus) {
	for _, credential := range slices.Sorted(maps.Keys(cooldowns)) {
		if c := cooldowns[credential]; c.active(now) {
			all = append(all, c.status(credential))
		}
	}
	return all
}

func (c *cooldown) status(credential string) CooldownStatus {
	return CooldownStatus{Credential: credential, Since: c.since, Until: c.until, Person: c.person, Cause: *c.cause}
}
