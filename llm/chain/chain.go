// Package chain is the one authority on trying again. A stage asks it a question; it
// puts the request to the models of the stage's chain, one after the other or the
// same one again, waits where waiting helps, and gives up only when nothing can.
//
// A [Router] is what all that a process asks goes through: it knows how the providers are
// doing, and bounds what fails. A [Stage] is the asking of one stage attempt and is an
// [llm.Model]. What it does and why is reported to the stage's [Observer] before it is done.
//
// # Rounds
//
// A request is tried in rounds. A round has a number of attempts, and is planned so
// that each provider that can be reached gets one of them. What is left over goes to
// another try of the same model after a fault that is likely to be gone, or to the
// provider's next model after an overload. When a round is spent, or no candidate can be
// asked, the request waits for the earliest moment that may help, and a new round
// begins. Waiting takes no attempts.
//
// # Reasons
//
// Each choice comes with a [Decision]: which candidate is asked and why, why no other one is,
// and what happens if it fails.
//
// # Reading order
//
// stage.go (the entry), request.go (one request's way), choice.go (which candidate is next),
// call.go (one call in flight), outcome.go (what a failure means), wait.go (when none can be
// asked).
package chain

import (
	"math/rand/v2"
	"sync/atomic"
	"time"

	"github.com/cineforge/cineforge/llm/health"
	"github.com/cineforge/cineforge/llm/inflight"
	"github.com/cineforge/cineforge/llm/spend"
	"github.com/cineforge/cineforge/llm/throttle"
)

// Options are settings of a Router. The zero value is a good choice.
type Options struct {
	// Health are settings of what is known of the providers. Its source of chance is the
	// router's too.
	Health health.Options

	// Hedge lets a second model be asked when the first one is slow to begin.
	Hedge Hedge
}

// Router is what all that a process asks should go through. It is safe for concurrent use.
type Router struct {
	hedge  Hedge
	random func() float64
	health *health.Registry

	requests atomic.Uint64 // that there ever were
	spent    spend.Share   // on hedges
	throttle throttle.Throttle
	inflight inflight.Group
}

// New returns a router.
func New(o Options) *Router {
	if o.Health.Random == nil {
		o.Health.Random = rand.Float64
	}
	return &Router{hedge: o.Hedge.withDefaults(), random: o.Health.Random, health: health.New(o.Health)}
}

// Health returns what is known of the providers.
func (r *Router) Health() *health.Registry { return r.health }

// Calls returns how many requests have a call under way.
func (r *Router) Calls() int { return r.inflight.Len() }

// Slept returns for how long the machine has slept since a time, as far as that was
// noticed: nothing has waited then.
func (r *Router) Slept(since time.Time) time.Duration { return r.health.Clock().Since(since) }
