package health

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

	mu         sync.Mutex // guards what follows, and is held while the breakers change
	breaker    *breaker.Breaker
	models     map[string]*model
	cooldowns  map[string]*cooldown // by credential: what keeps it from all models
	standings  map[string]*standing // by credential
	held       Hold
	released   time.Time // when an operator last said that nothing is to keep it from being asked
	evidence   evidence
	last       *Fault           // how it failed last
	probedAt   time.Time        // when a breaker was last tried for a person that resumed a run
	refused    time.Time        // when a key was last refused for asking too often
	unreported []Transition     // of its breakers
	better     bool             // something good was found out, and not reported yet
	stale      map[string]bool  // the records that are not saved yet
	version    map[string]int64 // of each record
}

// model is what is known of how one model of a provider is doing.
type model struct {
	name      string
	breaker   *breaker.Breaker
	cooldowns map[string]*cooldown      // by credential
	standings map[string]*standing      // by credential
	limits    map[string]*limit.Limiter // by credential
	noSchemas atomic.Bool               // it has refused them
	latency   Latency
	answered  time.Time // its last answer, if it has not failed since; guarded by the provider's mu
}

func newProvider(endpoint string, o Options) *provider {
	p := &provider{
		endpoint:  endpoint,
		o:         o,
		bucket:    budget.New(o.Bucket),
		models:    map[string]*model{},
		cooldowns: map[string]*cooldown{},
		standings: map[string]*standing{},
		evidence:  evidence{suspects: map[string]time.Time{}},
		stale:     map[string]bool{},
		version:   map[string]int64{},
	}
	p.breaker = breaker.New(p.options(o.Provider, ""))
	return p
}

// options returns a breaker's settings, with its transitions reported to the provider.
func (p *provider) options(o breaker.Options, model string) breaker.Options {
	o.Random = p.o.Random
	o.Changed = func(t breaker.Transition) {
		p.better = p.better || t.To == breaker.Closed
		p.unreported = append(p.unreported, Transition{Endpoint: p.endpoint, Model: model, Transition: t})
		p.stale[breakerName(model)] = true
	}
	return o
}

// modelLocked returns what is known of a model. The mutex is held.
func (p *provider) modelLocked(name string) *model {
	m, ok := p.models[name]
	if !ok {
		m = newModel(p, name)
		p.models[name] = m
	}
	return m
}

// newModel returns a model of a provider of which nothing is known.
func newModel(p *provider, name string) *model {
	return &model{
		name:      name,
		breaker:   breaker.New(p.options(p.o.Model, name)),
		cooldowns: map[string]*cooldown{},
		standings: map[string]*standing{},
		limits:    map[string]*limit.Limiter{},
	}
}

// limiter returns what limits the calls of the model under a key. The provider's mutex is
// held.
func (m *model) limiter(credential string, o limit.Options) *limit.Limiter {
	l, ok := m.limits[credential]
	if !ok {
		l = limit.New(o)
		m.limits[credential] = l
	}
	return l
}

// leave ends the trials of a request at a route. It reports whether there were any.
func (p *provider) leave(r *Route, request uint64) bool {
	left := p.cooldowns[r.Credential].leave(request)
	left = r.model.cooldowns[r.Credential].leave(request) || left
	return p.evidence.leave(request) || left
}

// suspectFor is how long a model that failed is left alone if it turns out that its provider is well.
const suspectFor = 10 * time.Second

// acquit takes what opened the provider's breaker for what it was, now that a model has
// answered: failures of the other models, which are left alone for it.
func (p *provider) acquit(r *Route) {
	if p.breaker.Status().State == breaker.Closed || p.evidence.unreached {
		return
	}
	for name, at := range p.evidence.suspects {
		b := p.modelLocked(name).breaker
		if name == r.Model || b.Status().State != breaker.Closed {
			continue
		}
		b.Trip(0, name+" failed, and "+r.Model+" answered")
		if time.Since(at) >= suspectFor {
			b.Probe("it is due for a probe")
		}
	}
	if _, failed := p.evidence.suspects[r.Model]; !failed && len(p.evidence.suspects) > 0 {
		p.breaker.Recover(r.Model + " answered, which had not failed")
	}
}

// count counts a failure against the model or the provider.
func (p *provider) count(permit Permit, f *failure.Error) {
	r := permit.route
	stated := time.Duration(0)
	if f.RetryAfter != nil {
		stated = *f.RetryAfter
	}
	weight := 1.0
	if f.Class == failure.Unknown {
		weight = 0.5
	}
	why := evidenceOf(r.Model, f)
	r.model.answered = time.Time{}
	p.evidence.unreached = Unreached(f)
	if Unreached(f) || r.only { // with one model there is no difference
		permit.provider.Failure(weight, stated, why)
		permit.model.Neutral()
	} else {
		permit.model.Failure(weight, stated, why)
		permit.provider.Neutral()
		if permit.provider.Probe() && weight == 1 { // another one is to show whether the provider is well
			r.model.breaker.Trip(stated, "a probe failed: "+why)
		}
	}
	if weight < 1 || Unreached(f) {
		return
	}
	if other := p.evidence.add(r.Model, time.Now()); other != "" && !r.only {
		p.breaker.Trip(stated, why+", as did "+other+", and none of its models answered in between")
	}
}

// refuse notes a refusal that takes a person. A key that was answered lately is asked with
// once more before that is believed, by the request that was refused: then it returns true.
func (p *provider) refuse(r *Route, request uint64, f *failure.Error, began time.Time) (again bool) {
	c := p.cooldownFor(r, f)
	now := time.Now()
	st := p.standingOf("", r.Credential)
	if f.Effect.OtherModel {
		st = p.standingOf(r.Model, r.Credential)
	}
	switch {
	case c.trial != 0 && c.trial != request: // another request is finding out
	case !c.active(now) && !c.exclusive() && st.doubts(now):
		st.doubted = now
		c.doubt(request, p.last, now)
		return true
	default:
		c.start(p.last, began, p.o.Random)
	}
	return false
}

// cooldownFor returns the cooldown that a failure sets: a model's, where another model may
// do better, else the key's.
func (p *provider) cooldownFor(r *Route, f *failure.Error) *cooldown {
	model := ""
	if f.Effect.OtherModel {
		model = r.Model
	}
	p.stale[cooldownName(model, r.Credential)] = true
	return p.cooldownOf(model, r.Credential)
}

// cooldownsOf returns the cooldowns of a model, or of all models for "", by credential.
func (p *provider) cooldownsOf(model string) map[string]*cooldown {
	if model == "" {
		return p.cooldowns
	}
	return p.modelLocked(model).cooldowns
}

// cooldownOf returns the cooldown between a key and a model, or all models for "".
func (p *provider) cooldownOf(model, credential string) *cooldown {
	all := p.cooldownsOf(model)
	c, ok := all[credential]
	if !ok {
		c = &cooldown{}
		all[credential] = c
	}
	return c
}

// clear ends the cooldown between a key and a model, or all models for "". The queue is the
// requests that go on one after the other. It returns the cooldown as it was, nil if there
// was none.
func (p *provider) clear(model, credential string, q queue) (was *cooldown) {
	c := p.cooldownsOf(model)[credential]
	if c == nil {
		return nil
	}
	cause := c.was
	if c.cause != nil {
		was = new(*c)
		cause = c.cause
		p.better = true
		p.stale[cooldownName(model, credential)] = true
	}
	*c = cooldown{queue: q, was: cause}
	return was
}

// opened ends the cooldowns that the answer to a call shows to be over: those that were set
// before the call began. A later refusal counts more.
func (p *provider) opened(r *Route, began, now time.Time) {
	if c := p.cooldowns[r.Credential]; c.setBefore(began) {
		p.clear("", r.Credential, c.followers(now))
	}
	if c := r.model.cooldowns[r.Credential]; c.setBefore(began) {
		p.clear(r.Model, r.Credential, c.followers(now))
	}
}

// takeRelief reports whether something good was found out since the last call.
func (p *provider) takeRelief() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	better := p.better
	p.better = false
	return better
}

// elapse takes a time that has passed while the machine slept from all that is waited for.
func (p *provider) elapse(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.breaker.Elapse(d)
	p.held.Until = p.held.Until.Add(-d)
	cooldowns := []map[string]*cooldown{p.cooldowns}
	for _, m := range p.models {
		m.breaker.Elapse(d)
		cooldowns = append(cooldowns, m.cooldowns)
	}
	for _, of := range cooldowns {
		for _, c := range of {
			c.elapse(d)
		}
	}
}
