package chain

import (
	"context"
	"time"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/llm"
	"github.com/cineforge/cineforge/llm/health"
)

// Observer records what happens to the requests of a stage, before they go on from
// there: what is recorded is true even if the process dies then. Events of one call
// happened at once. An error ends the request. It is used concurrently.
type Observer interface {
	Observe(ctx context.Context, events ...Event) error
}

// Event is one of [AttemptStarted], [AttemptProgress], [AttemptFinished], [AttemptFailed],
// [StageRetrying], [StageFallback], [StageWaiting], [BreakerTransition] and [BudgetExceeded].
type Event interface{ event() }

// RequestID names a request within its stage.
type RequestID struct {
	Unit string
	Role llm.Role
	Key  string // of the request
}

// Try is one attempt at a request.
type Try struct {
	RequestID
	ID              uint64 // that no other try of the process has
	Provider, Model string
	Decision        Decision
}

// AttemptStarted says that a model is being asked.
type AttemptStarted struct {
	Try
	Least llm.Usage // what the call takes if nothing comes of it: the question, estimated
}

// AttemptProgress says that a call is still under way, and what has come of its answer.
type AttemptProgress struct {
	Try
	Bytes int // of visible text
	Took  time.Duration
}

// AttemptFinished says that a model answered, and that the answer is used.
type AttemptFinished struct {
	Try
	Response llm.Response
	Took     time.Duration
}

// AttemptFailed says that an attempt gave no usable answer.
type AttemptFailed struct {
	Try
	Response llm.Response // what is known of the call
	Err      *failure.Error
	Took     time.Duration
}

// StageRetrying says that a request is tried again, when and by which candidate.
type StageRetrying struct {
	RequestID
	Last     *health.Fault // the attempt before; nil if there was none in this process
	Decision Decision
}

// StageFallback says that a request goes to another candidate than the one before it, or
// than the first choice.
type StageFallback struct {
	RequestID
	From     llm.Candidate
	Last     *health.Fault // why, if it was tried
	Decision Decision
}

// StageWaiting says that a request waits, until when and for what.
type StageWaiting struct {
	RequestID
	Until    time.Time
	Last     *health.Fault
	Decision Decision
	GivesUp  bool // its patience ends then
}

// BreakerTransition says that what happened to this stage has changed a breaker.
type BreakerTransition struct{ health.Transition }

// BudgetExceeded says that a request is not sent because of what it would cost.
type BudgetExceeded struct {
	RequestID
	Spent, Limit float64 // USD
}

func (AttemptStarted) event()    {}
func (AttemptProgress) event()   {}
func (AttemptFinished) event()   {}
func (AttemptFailed) event()     {}
func (StageRetrying) event()     {}
func (StageFallback) event()     {}
func (StageWaiting) event()      {}
func (BreakerTransition) event() {}
func (BudgetExceeded) event()    {}

// End says why a request is given up.
type End string

// The ends.
const (
	Hopeless   End = "hopeless"    // no candidate can answer it, however long it waits
	TriesSpent End = "tries_spent" // one could, but not in the time that there is
	WaitSpent  End = "wait_spent"  // it has waited for as long as it may
	MoneySpent End = "money_spent" // it would cost more than there is
)

// GivenUp is the error of a request that is given up. It wraps the failure that
// says most about why.
type GivenUp struct {
	End End
	RequestID
	Last     health.Fault // what failed, and how
	Need     string       // what others lacked that did not fail; "" if nothing
	Decision Decision

	// Limit names what ended the waiting of a request that could be answered later, and
	// Earliest is when a candidate could be asked again, zero if that is not known.
	Limit    string
	Earliest time.Time
}

// The limits on waiting, by their keys in a recipe.
const (
	LimitOfWait  = "max_wait_seconds"
	LimitOfStage = "max_stage_seconds"
)

// Error returns what the failure says.
func (g *GivenUp) Error() string { return g.Last.Err.Error() }

// Unwrap returns the failure.
func (g *GivenUp) Unwrap() error { return g.Last.Err }
