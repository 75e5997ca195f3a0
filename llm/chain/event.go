package chain

import (
	"context"
	"strings"
	"time"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/llm"
	"github.com/cineforge/cineforge/resilience/breaker"
)

// Observer is told what happens to the questions of a stage, before it goes on from
// there: what is told is true even if the process dies then. Events that are told
// together happened at once. An error ends the question. It is used concurrently.
type Observer interface {
	Observe(ctx context.Context, events ...Event) error
}

// Event is one of Began, Progressing, Answered, Failure, Retrying, Falling, Waiting, Turned and Overspent.
type Event interface{ event() }

// RequestID names what is asked.
type RequestID struct {
	Unit string
	Role llm.Role
	Key  string // of the request
}

// Try is one try at a question.
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

// AttemptFailed says that a try gave no usable answer.
type AttemptFailed struct {
	Try
	Response llm.Response // what is known of the call
	Err      *failure.Error
	Took     time.Duration
}

// StageRetrying says that a question is tried again, when and by whom.
type StageRetrying struct {
	RequestID
	Last     *Fault // the try before; nil if there was none in this process
	Decision Decision
}

// StageFallback says that a question goes to another candidate than the one before it, or
// than the first choice.
type StageFallback struct {
	RequestID
	From     llm.Candidate
	Last     *Fault // why, if it was tried
	Decision Decision
}

// StageWaiting says that a question waits, until when and for what.
type StageWaiting struct {
	RequestID
	Until    time.Time
	Last     *Fault
	Decision Decision
	GivesUp  bool // its patience ends then
}

// BreakerTransition says that what happened to this stage has turned a breaker.
type BreakerTransition struct{ Transition }

// BudgetExceeded says that a question is not asked because of what it would cost.
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

// Fault is a try that failed, or a failure that keeps others from trying.
type Fault struct {
	Provider, Model string
	Err             *failure.Error
}

// Transition is a turn of a breaker: a provider's, or with a Model a model's.
type Transition struct {
	Endpoint, Model string
	breaker.Transition
}

// End says why a question is given up.
type End string

// The ends.
const (
	Hopeless   End = "hopeless"    // nobody can answer it, however long it waits
	TriesSpent End = "tries_spent" // somebody could, but not in the time that there is
	WaitSpent  End = "wait_spent"  // it has waited for as long as it may
	MoneySpent End = "money_spent" // it would cost more than there is
)

// GivenUp is the error of a question that is given up. It wraps the failure that
// says most about why.
type GivenUp struct {
	End End
	RequestID
	Last     Fault  // who failed, and how
	Need     string // what others lacked that did not fail; "" if nothing
	Decision Decision

	// Limit names what ended the waiting of a question that could be answered later, and
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

// Provider returns the provider's name: what stands before the "@" of its endpoint.
func (t Transition) Provider() string {
	name, _, _ := strings.Cut(t.Endpoint, "@")
	return name
}
