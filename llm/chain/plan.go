package chain

import (
	"context"
	"errors"
	"time"

	"github.com/cineforge/cineforge/llm"
	"github.com/cineforge/cineforge/llm/health"
	"github.com/cineforge/cineforge/llm/inflight"
	"github.com/cineforge/cineforge/llm/spend"
	"github.com/cineforge/cineforge/resilience/backoff"
)

// Plan is which models a stage may ask, and how hard it may try.
type Plan struct {
	Candidates []llm.Candidate // first choice first
	Skipped    []Skipped       // those that can't be asked at all

	// Owner is what the stage belongs to, such as its run. Owners take turns where
	// the number of calls at a time is limited.
	Owner string

	// Backoff is how waits between tries of the same model grow; its base is that of
	// a broken connection, and an overload is given more time.
	Backoff backoff.Policy

	MaxAttempts int           // of one request in one round, at least 1
	MaxWait     time.Duration // without progress; at 0 nothing waits for a second round

	// Progress is when the stage last came forward, and Deadline when it has to be
	// through; the zero time means now, and never.
	Progress, Deadline time.Time

	// Operator is when a person last had the run begun or go on: what kept a key from a
	// model before, until a person mends it, may have been mended. Zero means never.
	Operator time.Time

	// Probe says that a person has had the run go on, and that the stage has asked no model
	// since: candidates that are left alone for their failures are tried at once.
	Probe bool

	// LongestWait is the longest that a request waits within the asking, if nothing
	// else is asked meanwhile. What would wait longer ends as [Suspended], to be asked
	// again when its time has come; 0 means that requests wait as long as they like.
	LongestWait time.Duration

	// Waits are the requests that waited when the stage was suspended, without their keys.
	Waits map[RequestID]Wait

	// Budgets bound what may be spent; each pays for every call.
	Budgets spend.Budgets

	// Grace is how long a call goes on whose caller has left, so that its answer can be
	// stored; no other begins then. Hard ends all calls at once; nil means never.
	Grace time.Duration
	Hard  context.Context //nolint:containedctx // it is a second end of the callers' own contexts

	// Shared names the candidates whose answers serve the stage: of requests with the same
	// key and the same name one is under way at a time in a process. "" means that none is shared.
	Shared string

	// Answered, if given, returns the stored answer to a request, and false if there is
	// none. It is called directly before a call, unless the request has only just come.
	Answered func(ctx context.Context, req llm.Request) (llm.Response, bool, error)
}

// Wait is a request that was suspended.
type Wait struct {
	Round int           // that ended before it
	Until time.Time     // when the next one begins
	Last  *health.Fault // what failed last; nil if nothing did
}

// Skipped is a model that can't be asked, and why.
type Skipped struct {
	Provider, Model string
	Reason          Reason
	Detail          string // for people
}

// The times and shares of the policy.
const (
	// maxTries is how often one model is tried in a round, if attempts are left for it.
	maxTries = 3
	// retryCap is the longest wait between two tries of a round.
	retryCap = 20 * time.Second
)

// roundPause is how long a request waits between rounds, if nothing else says: 15 s at the
// most, so that a provider that is well again is asked again no later than that.
func roundPause(round int, random func() float64) time.Duration {
	return backoff.Policy{Base: 2 * time.Second, Cap: 12 * time.Second, Floor: 100 * time.Millisecond, Ratio: 0.25}.Delay(round, random)
}

// hard returns the context whose end ends calls at once.
func (p *Plan) hard() context.Context {
	if p.Hard == nil {
		return context.Background()
	}
	return p.Hard
}

// left reports whether a call was ended because its caller has left.
func (p *Plan) left(call context.Context) bool {
	return errors.Is(context.Cause(call), inflight.ErrLeft) || p.hard().Err() != nil
}
