package chain

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/resilience/breaker"
	"github.com/cineforge/cineforge/resilience/budget"
	"github.com/cineforge/cineforge/resilience/limit"
)

// provider is what is known of how one provider is doing, at one address.
type provider struct {
	endpoint string
	o        Options
	bucket   *budget.Bucket

	mu        sync.Mutex // guards what follows, and is held while the breakers turn
	breaker   *breaker.Breaker
	models    map[string]*model
	keys      map[string]*gate     // by credential: what keeps it from all models
	standings map[string]*standing // by credential
	held      Hold
	released  time.Time // when an operator last said that nothing is to keep it from being asked
	evidence  evidence
	last      *Fault           // how it failed last
	probedAt  time.Time        // when a breaker was last tried for a person who had a run go on
	refused   time.Time        // when a key was last refused for asking too often
	turned    []Transition     // not told of yet
	better    bool             // something good was found out, and not told of yet
	stale     map[string]bool  // the records that are not saved yet
	version   map[string]int64 // of each record
}

// model is what is known of how one model of a provider is doing.
type model struct {
	name      string
	breaker   *breaker.Breaker
	gates     map[string]*gate          // by credential
	standings map[string]*standing      // by credential
	limits    map[string]*limit.Limiter // by credential
	inWords   atomic.Bool               // it has refused schemas
	begins    quantile                  // how long its answers took to begin
	answered  time.Time                 // its last answer, if it has not failed since; guarded by the provider's mu
}

func newProvider(endpoint string, o Options) *provider {
	p := &provider{endpoint: endpoint, o: o, bucket: budget.New(o.Bucket), models: map[string]*model{}, keys: map[string]*gate{},
		standings: map[string]*standing{}, stale: map[string]bool{}, version: map[string]int64{}}
	p.evidence.suspects = map[string]time.Time{}
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
		m = &model{name: name, breaker: breaker.New(p.options(p.o.Model, name)), gates: map[string]*gate{}, standings: map[string]*standing{}, limits: map[string]*limit.Limiter{}}
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
	seat            *seat
	question        uint64
	trial           bool // others wait for what becomes of it
	provider, model *breaker.Permit
}

// releasedAt returns when an operator last released the provider, or a part of it.
func (p *provider) releasedAt() time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.released
}

// acquire asks for a call of a question. Much may have changed since it was decided.
func (p *provider) acquire(q *question, s *seat) (permits, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	gates := []*gate{p.keys[s.Credential], s.model.gates[s.Credential]}
	for _, g := range gates {
		if yes, _ := g.admits(q.number, q.word(), now); !yes {
			return permits{}, false
		}
	}
	unproven := q.unproven(s, now)
	if p.held.active(now) || unproven && !p.evidence.free(q.number) {
		return permits{}, false
	}
	whole, _ := p.breaker.AcquireRound(q.subject, q.key)
	if whole == nil {
		return permits{}, false
	}
	its, _ := s.model.breaker.AcquireRound(q.subject, q.key)
	if its == nil {
		whole.Neutral()
		return permits{}, false
	}
	trial := unproven
	for _, g := range gates {
		trial = g.enter(q.number, now) || trial
	}
	if unproven {
		p.evidence.trial = q.number
	}
	return permits{p, s, q.number, trial, whole, its}, true
}

// neutral gives permits back after a call that said nothing about anybody's health,
// unless they were given back before.
func (p permits) neutral() {
	p.of.mu.Lock()
	defer p.of.mu.Unlock()
	p.provider.Neutral()
	p.model.Neutral()
	p.of.leave(p.seat, p.question)
}

// leave ends the trials of a question at a candidate. It reports whether there were any.
func (p *provider) leave(s *seat, question uint64) bool {
	key, its, lease := p.keys[s.Credential].leave(question), s.model.gates[s.Credential].leave(question), p.evidence.leave(question)
	return key || its || lease
}

// end is leave for a question that is over.
func (p *provider) end(s *seat, question uint64) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.leave(s, question)
}

// probe reports whether the call is to show whether somebody is well again.
func (p permits) probe() bool { return p.provider.Probe() || p.model.Probe() }

// alive notes a sign of life. It reports whether that lets others go.
func (p permits) alive() bool {
	whole, its := p.provider.Alive(), p.model.Alive()
	return whole || its
}

// success notes an answer to a call that began at a time.
func (p *provider) success(s *seat, its permits, began time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	its.provider.Success()
	its.model.Success()
	s.model.answered = now
	p.acquit(s)
	p.better = p.evidence.clear() || p.better
	p.answered(s.model, s.Credential, now)
	word := p.keys[s.Credential].asks(its.question) || s.model.gates[s.Credential].asks(its.question)
	p.leave(s, its.question)
	p.opened(s.model, s.Credential, began, now)
	if word { // what an operator has mended of a key is mended for all of its models
		for _, m := range p.models {
			if g := m.gates[s.Credential]; g.guarded() && g.older(began) {
				p.lift(m.name, s.Credential, g.followers(now))
			}
		}
	}
}

// suspectFor is how long a model that failed is left alone if it turns out that its provider is well.
const suspectFor = 10 * time.Second

// acquit takes what opened the provider's breaker for what it was, now that a model has
// answered: failures of the other models, which are left alone for it.
func (p *provider) acquit(s *seat) {
	if p.breaker.Status().State == breaker.Closed || p.evidence.unreached {
		return
	}
	for name, at := range p.evidence.suspects {
		b := p.modelLocked(name).breaker
		if name == s.Name || b.Status().State != breaker.Closed {
			continue
		}
		b.Trip(0, name+" failed, and "+s.Name+" answered")
		if time.Since(at) >= suspectFor {
			b.Probe("the time for it has come")
		}
	}
	if _, failed := p.evidence.suspects[s.Name]; !failed && len(p.evidence.suspects) > 0 {
		p.breaker.Recover(s.Name + " answered, which had not failed")
	}
}

// failure notes a failure that counts against the model or the provider.
func (p *provider) failure(s *seat, its permits, f *failure.Error) {
	stated := time.Duration(0)
	if f.RetryAfter != nil {
		stated = *f.RetryAfter
	}
	weight := 1.0
	if f.Class == failure.Unknown {
		weight = 0.5
	}
	why := evidenceOf(s.Name, f)
	s.model.answered = time.Time{}
	p.evidence.unreached = unreached(f)
	if unreached(f) || s.only { // whoever has only one model to ask there knows no difference
		its.provider.Failure(weight, stated, why)
		its.model.Neutral()
	} else {
		its.model.Failure(weight, stated, why)
		its.provider.Neutral()
		if its.provider.Probe() && weight == 1 { // another one is to show whether the provider is well
			s.model.breaker.Trip(stated, "a probe failed: "+why)
		}
	}
	if weight < 1 || unreached(f) {
		return
	}
	if other := p.evidence.add(s.Name, time.Now()); other != "" && !s.only {
		p.breaker.Trip(stated, why+", as did "+other+", and none of its models answered in between")
	}
}

// confirm opens the breaker of whoever failed a question twice which somebody else then
// answered: so it was not the question's fault.
func (p *provider) confirm(f *failure.Error, s *seat) {
	p.mu.Lock()
	defer p.mu.Unlock()
	b := s.model.breaker
	if s.only || unreached(f) {
		b = p.breaker
	}
	if b.Status().State == breaker.Closed {
		b.Trip(0, evidenceOf(s.Name, f)+", twice, and another model answered the same")
	}
}

// evidenceOf says in a few words what happened.
func evidenceOf(model string, f *failure.Error) string {
	what := model + ": " + string(f.Class)
	if f.Code == "" || f.Code == string(f.Class) {
		return what
	}
	return what + " (" + f.Code + ")"
}

// relieved reports whether something good was found out since it was asked last.
func (p *provider) relieved() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	better := p.better
	p.better = false
	return better
}
