package chain

import (
	"cmp"
	"sync"
	"sync/atomic"
	"time"

	"cineforge/failure"
	"cineforge/resilience/breaker"
	"cineforge/resilience/budget"
	"cineforge/resilience/limit"
)

// provider is what is known of how one provider is doing, at one address.
type provider struct {
	endpoint string
	o        Options
	bucket   *budget.Bucket

	mu      sync.Mutex // guards what follows, and is held while the breakers turn
	breaker *breaker.Breaker
	models  map[string]*model
	keys    map[string]*gate // by credential: what keeps it from all models
	held    Hold
	failed  map[string]time.Time // when each model failed last in a way that counts
	last    *Fault               // how it failed last
	refused time.Time            // when a key was last refused for asking too often
	turned  []Transition         // not told of yet
	better  bool                 // something good was found out, and not told of yet
	stale   map[string]bool      // the records that are not saved yet
	version map[string]int64     // of each record
}

// model is what is known of how one model of a provider is doing.
type model struct {
	name    string
	breaker *breaker.Breaker
	gates   map[string]*gate          // by credential
	limits  map[string]*limit.Limiter // by credential
	inWords atomic.Bool               // it has refused schemas
	begins  quantile                  // how long its answers took to begin
}

func newProvider(endpoint string, o Options) *provider {
	p := &provider{endpoint: endpoint, o: o, bucket: budget.New(o.Bucket), models: map[string]*model{}, keys: map[string]*gate{},
		failed: map[string]time.Time{}, stale: map[string]bool{}, version: map[string]int64{}}
	p.breaker = breaker.New(p.options(o.Provider, ""))
	return p
}

// options returns a breaker's settings, with the provider hearing of its transitions.
func (p *provider) options(o breaker.Options, model string) breaker.Options {
	o.Random = p.o.Random
	o.Changed = func(t breaker.Transition) {
		p.better = p.better || t.To == breaker.Closed
		p.turned = append(p.turned, Transition{Endpoint: p.endpoint, Model: model, Transition: t})
		p.stale[breakerName(model)] = true
	}
	return o
}

// model returns what is known of a model.
func (p *provider) model(name string) *model {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.modelLocked(name)
}

func (p *provider) modelLocked(name string) *model {
	m, ok := p.models[name]
	if !ok {
		m = &model{name: name, breaker: breaker.New(p.options(p.o.Model, name)), gates: map[string]*gate{}, limits: map[string]*limit.Limiter{}}
		p.models[name] = m
	}
	return m
}

// limiter returns what limits the calls of a model under a key.
func (p *provider) limiter(m *model, credential string) *limit.Limiter {
	p.mu.Lock()
	defer p.mu.Unlock()
	l, ok := m.limits[credential]
	if !ok {
		l = limit.New(p.o.Limit)
		m.limits[credential] = l
	}
	return l
}

// Hold is an operator's word that a provider is not to be asked.
type Hold struct {
	Reason string    `json:"reason"`
	Until  time.Time `json:"until"`
}

func (h Hold) active(now time.Time) bool { return now.Before(h.Until) }

// permits are the right to make one call: the provider's and the model's.
type permits struct {
	of              *provider
	provider, model *breaker.Permit
}

// acquire asks for a call of a question. Much may have changed since it was decided.
func (p *provider) acquire(s *seat, question string) (permits, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	if p.held.active(now) || p.keys[s.Credential].closed(now) || s.model.gates[s.Credential].closed(now) {
		return permits{}, false
	}
	whole, _ := p.breaker.Acquire(question)
	if whole == nil {
		return permits{}, false
	}
	its, _ := s.model.breaker.Acquire(question)
	if its == nil {
		whole.Neutral()
		return permits{}, false
	}
	return permits{p, whole, its}, true
}

// neutral gives permits back after a call that said nothing about anybody's health,
// unless they were given back before.
func (p permits) neutral() {
	p.of.mu.Lock()
	defer p.of.mu.Unlock()
	p.provider.Neutral()
	p.model.Neutral()
}

// probe reports whether the call is to show whether somebody is well again.
func (p permits) probe() bool { return p.provider.Probe() || p.model.Probe() }

func (p permits) alive() {
	p.provider.Alive()
	p.model.Alive()
}

// success notes an answer.
func (p *provider) success(m *model, its permits) {
	p.mu.Lock()
	defer p.mu.Unlock()
	its.provider.Success()
	its.model.Success()
	delete(p.failed, m.name)
}

// together is the time within which failures of two models are the provider's.
const together = 30 * time.Second

// failure notes a failure that counts against the model or the provider.
func (p *provider) failure(m *model, its permits, f *failure.Error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	evidence := evidenceOf(m.name, f)
	stated := time.Duration(0)
	if f.RetryAfter != nil {
		stated = *f.RetryAfter
	}
	weight := 1.0
	if f.Class == failure.Unknown {
		weight = 0.5
	}
	if f.Effect.Scope == failure.ScopeModel {
		its.model.Failure(weight, stated, evidence)
		if its.provider.Probe() {
			its.provider.Failure(weight, stated, evidence) // it is not well as long as this goes on
		} else {
			its.provider.Neutral() // a model that has its own trouble shows that the provider is there, but no more
		}
	} else {
		its.provider.Failure(weight, stated, evidence)
		its.model.Neutral()
	}
	if weight < 1 {
		return
	}
	now := time.Now()
	p.failed[m.name] = now
	for name, at := range p.failed {
		if name != m.name && now.Sub(at) <= together {
			p.breaker.Trip(stated, evidence+", as did "+name)
			return
		}
	}
}

// confirm opens the breaker of a provider that failed a question twice which
// somebody else then answered: so it was not the question's fault.
func (p *provider) confirm(f *failure.Error, model string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.breaker.Status().State == breaker.Closed {
		p.breaker.Trip(0, evidenceOf(model, f)+", twice, and another provider answered the same")
	}
}

// evidenceOf says in a few words what happened.
func evidenceOf(model string, f *failure.Error) string {
	return model + ": " + string(f.Class) + " (" + cmp.Or(f.Code, "no code") + ")"
}

// relieved reports whether something good was found out since it was asked last.
func (p *provider) relieved() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	better := p.better
	p.better = false
	return better
}
