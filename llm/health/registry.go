// Package health is what is known of how model providers are doing.
//
// A [Registry] knows all providers that a process asks, each by its address: breakers of
// the provider and of its models, cooldowns of keys, retry buckets and limits. Processes
// that share a [Memory] share that knowledge. A [Route] is one model that is asked with one
// key; its [Availability] says whether it can be asked, and a [Permit] is the right to ask
// it once.
//
// # Cooldowns
//
// A cooldown keeps a key from a model, or from all models of a provider, until a time.
// Requests that wait for one that was set for asking too often go on one after the other;
// where a person has to act, one request at a time goes through: its trial. A bare refusal,
// which any proxy may have sent, is taken by what is known of the route.
//
// # Evidence
//
// A failure counts against what it was seen at: one model's against the model, two models'
// with no answer in between against the provider.
package health

import (
	"math/rand/v2"
	"sync"
	"time"

	"github.com/cineforge/cineforge/llm/sleep"
	"github.com/cineforge/cineforge/resilience/breaker"
	"github.com/cineforge/cineforge/resilience/budget"
	"github.com/cineforge/cineforge/resilience/limit"
)

// Options are settings of a Registry. The zero value is a good choice.
type Options struct {
	// Provider and Model are settings of the breakers; what is 0 there means the
	// defaults of this package.
	Provider, Model breaker.Options

	Bucket budget.Options // of each provider
	Limit  limit.Options  // of each model under each key

	// Memory keeps what is known of the providers over a restart, and shares it with
	// other processes; nil means that it is forgotten.
	Memory Memory

	// Random returns numbers in [0, 1); nil means a good source.
	Random func() float64

	// Wall is a clock that goes on while the machine sleeps; nil means the one on the wall.
	// The clock that calls are timed by stands still then. One that is never set is better,
	// since a clock that is set looks like a sleep.
	Wall func() time.Time
}

// Registry knows how the providers are doing. It is safe for concurrent use, and all
// that a process asks should go through one.
type Registry struct {
	o     Options
	clock *sleep.Clock

	mu        sync.Mutex // guards what follows
	providers map[string]*provider
	changed   chan struct{} // closed and replaced when something was found out about a provider
	relieved  chan struct{} // the same when it was something good
	synced    time.Time     // when the memory was last read
	position  int64         // up to where

	remembered chan struct{} // closed when the memory was read for the first time
}

// New returns a registry that knows of no provider yet.
func New(o Options) *Registry {
	o.Provider = providerBreaker(o.Provider)
	o.Model = modelBreaker(o.Model)
	if o.Random == nil {
		o.Random = rand.Float64
	}
	r := &Registry{
		o:          o,
		providers:  map[string]*provider{},
		changed:    make(chan struct{}),
		relieved:   make(chan struct{}),
		remembered: make(chan struct{}),
	}
	r.clock = sleep.NewClock(o.Wall, r.elapse)
	return r
}

// providerBreaker returns the settings of a provider's breaker. It is quick, since there are
// other providers: two failures in a row open it, of different requests or in different
// rounds of one. Its probes are real requests, and once one has succeeded three of them at a
// time heal it faster than one does, because they take seconds.
func providerBreaker(o breaker.Options) breaker.Options {
	if o.InARow == 0 {
		o.InARow = 2
	}
	if o.Leases == 0 {
		o.Leases = 3
	}
	return o
}

// modelBreaker returns the settings of a model's breaker. It is as quick, and opens at 60 %
// of 10 outcomes, since the provider's next model is at hand.
func modelBreaker(o breaker.Options) breaker.Options {
	if o.InARow == 0 {
		o.InARow = 2
	}
	if o.MinVolume == 0 {
		o.MinVolume = 10
	}
	if o.Ratio == 0 {
		o.Ratio = 0.6
	}
	return o
}

// providerAt returns what is known of a provider.
func (r *Registry) providerAt(endpoint string) *provider {
	r.mu.Lock()
	defer r.mu.Unlock()
	p, ok := r.providers[endpoint]
	if !ok {
		p = newProvider(endpoint, r.o)
		r.providers[endpoint] = p
	}
	return p
}

// all returns all providers.
func (r *Registry) all() []*provider {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := make([]*provider, 0, len(r.providers))
	for _, p := range r.providers {
		all = append(all, p)
	}
	return all
}

// Clock returns the clock that notices sleep of the machine.
func (r *Registry) Clock() *sleep.Clock { return r.clock }

// elapse takes a time that has passed while the machine slept from all waits.
func (r *Registry) elapse(d time.Duration) {
	for _, p := range r.all() {
		p.elapse(d)
	}
	r.wake(true)
}

// Wake has all that wait look again.
func (r *Registry) Wake() { r.wake(false) }

// wake has all that wait look again; better says that what was found out is good news.
func (r *Registry) wake(better bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	close(r.changed)
	r.changed = make(chan struct{})
	if better {
		close(r.relieved)
		r.relieved = make(chan struct{})
	}
}

// Relieved returns a channel that is closed when a provider that could not be asked may
// be asked again, before the time that was known for it.
func (r *Registry) Relieved() <-chan struct{} {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.relieved
}

// Changed returns a channel that is closed when a provider may have become available.
func (r *Registry) Changed() <-chan struct{} {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.changed
}
