// Package chain is the one authority on trying again. A stage asks it a question; it
// puts the question to the models of the stage's chain, one after the other or the
// same one again, waits where waiting helps, and gives up only when nothing can.
//
// A [Router] knows how the providers are doing: breakers, gates, budgets and limits
// are shared by all that a process does. A [Stage] is the asking of one stage attempt
// and is an [llm.Model]. What it does and why is told to the stage's [Observer] before
// it is done.
//
// # Rounds
//
// A question is tried in rounds. A round has a number of attempts, and is planned so
// that each provider that can be reached gets one of them. What is left over goes to
// another try of the same model after a fault that is likely to be gone, or to the
// provider's next model after an overload. When a round is spent, or nobody can be
// asked, the question waits for the earliest moment that may help, and a new round
// begins. Waiting takes no attempts.
//
// # Reasons
//
// Each choice comes with a [Decision]: who is asked and why, why nobody else is, and
// what happens if it fails.
package chain

import (
	"sync"
	"time"

	"github.com/cineforge/cineforge/llm/inflight"
	"github.com/cineforge/cineforge/llm/sleep"
	"github.com/cineforge/cineforge/llm/spend"
	"github.com/cineforge/cineforge/llm/throttle"
	"github.com/cineforge/cineforge/resilience/breaker"
	"github.com/cineforge/cineforge/resilience/budget"
	"github.com/cineforge/cineforge/resilience/limit"
)

// Options are settings of a Router. The zero value is a good choice.
type Options struct {
	// Provider and Model are settings of the breakers; what is 0 there means the
	// defaults of this package. See [Router].
	Provider, Model breaker.Options

	Bucket budget.Options // of each provider
	Limit  limit.Options  // of each model under each key

	// Memory keeps what is known of the providers over a restart, and shares it with
	// other processes; nil means that it is forgotten.
	Memory Memory

	// Random returns numbers in [0, 1); nil means a good source.
	Random func() float64

	// Wall is a clock that goes on while the machine sleeps; nil means the one on the wall.
	// The clock that calls are timed by stands still then. One that nobody sets is better,
	// since a clock that is set looks like a sleep.
	Wall func() time.Time

	// Hedge lets a second model be asked when the first one is slow to begin.
	Hedge Hedge
}

// Router knows how the providers are doing. It is safe for concurrent use, and all
// that a process asks should go through one.
type Router struct {
	o Options

	mu        sync.Mutex // guards what follows
	providers map[string]*provider
	changed   chan struct{} // closed and replaced when something was found out of a provider
	relieved  chan struct{} // the same when it was something good
	synced    time.Time     // when the memory was looked into
	position  int64         // up to where
	questions uint64        // that were ever asked

	remembered chan struct{} // closed when the memory was looked into for the first time

	spent    spend.Share // on hedges
	throttle throttle.Throttle
	inflight inflight.Group
	clock    *sleep.Clock
}

// New returns a router.
func New(o Options) *Router {
	o.Provider = providerBreaker(o.Provider)
	o.Model = modelBreaker(o.Model)
	o.Hedge = o.Hedge.withDefaults()
	if o.Random == nil {
		o.Random = random
	}
	r := &Router{o: o, providers: map[string]*provider{}, changed: make(chan struct{}), relieved: make(chan struct{}), remembered: make(chan struct{})}
	r.clock = sleep.NewClock(o.Wall, r.elapse)
	return r
}

// A provider's breaker is quick, since there are other providers: two failures in a
// row open it, of different questions or in different rounds of one. Its probes are real questions, and once one has
// succeeded three of them at a time heal it faster than one does, because they take seconds.
func providerBreaker(o breaker.Options) breaker.Options {
	if o.InARow == 0 {
		o.InARow = 2
	}
	if o.Leases == 0 {
		o.Leases = 3
	}
	return o
}

// A model's breaker is as quick, and opens at 60 % of 10 outcomes, since its sister is at hand.
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

// provider returns what is known of a provider.
func (r *Router) provider(endpoint string) *provider {
	r.mu.Lock()
	defer r.mu.Unlock()
	p, ok := r.providers[endpoint]
	if !ok {
		p = newProvider(endpoint, r.o)
		r.providers[endpoint] = p
	}
	return p
}

// wake lets all that wait look again; better says that what was found out is good news.
func (r *Router) wake(better bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	close(r.changed)
	r.changed = make(chan struct{})
	if better {
		close(r.relieved)
		r.relieved = make(chan struct{})
	}
}

// Relieved returns a channel that is closed when somebody who could not be asked may
// be asked again, before the time that was known for it.
func (r *Router) Relieved() <-chan struct{} {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.relieved
}

// change returns a channel that is closed when somebody may be available again.
func (r *Router) change() <-chan struct{} {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.changed
}

// number returns a number that no other question of the process has.
func (r *Router) number() uint64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.questions++
	return r.questions
}
