package storage

import (
	"cmp"
	"context"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/llm/health"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

// Attempts reads how attempts at models ended, from the events of runs, and what breakers
// did. Whether a run is a drill follows from its first event, not from its id.
type Attempts interface {
	// Ended yields the attempts of a window, in the order in which they ended.
	Ended(ctx context.Context, w Window) iter.Seq2[EndedAttempt, error]
	// CountAttempts counts the attempts of a window by provider and model. What the caller gave
	// up counts as neither answered nor failed.
	CountAttempts(ctx context.Context, w Window) ([]AttemptCount, error)
	// LastFailed returns the event of the last attempt of a real run at a provider that failed,
	// was not given up, and ended before a time; the zero event if there is none.
	LastFailed(ctx context.Context, provider string, before time.Time) (event.Event, error)
	// Fallbacks counts the requests that went to another provider in a window, by run and
	// providers.
	Fallbacks(ctx context.Context, w Window) ([]FallbackCount, error)
	// StageFailures returns the stages that failed for good in a window, newest first, limit of
	// them at the most; those of cancelled runs are left out.
	StageFailures(ctx context.Context, w Window, limit int) ([]run.LogEntry, error)

	// Transitions returns the last transitions of breakers, newest first.
	Transitions(ctx context.Context, limit int) ([]health.Transition, error)
	// ProviderEvents returns the standalone events about providers that a filter selects, newest
	// first.
	ProviderEvents(ctx context.Context, f ProviderEvents) ([]run.LogEntry, error)
}

// ProviderEvents selects standalone events about providers. A zero member selects all.
type ProviderEvents struct {
	Provider      string
	After, Before int64     // positions in the log, not included
	From, Until   time.Time // From is included, Until is not
	Kinds         []string  // names of events
	Limit         int
}

// Match reports whether an event is selected.
func (f ProviderEvents) Match(e run.LogEntry) bool {
	name := e.Body.EventName()
	of, ok := e.Body.(interface{ OfWhichProvider() event.OfProvider })
	return ok && (f.Provider == "" || of.OfWhichProvider().Provider == f.Provider) &&
		e.Position > f.After && (f.Before == 0 || e.Position < f.Before) &&
		(f.From.IsZero() || e.Time.UnixMilli() >= f.From.UnixMilli()) && (f.Until.IsZero() || e.Time.UnixMilli() < f.Until.UnixMilli()) &&
		(len(f.Kinds) == 0 || slices.Contains(f.Kinds, name))
}

// Window says which events are meant: those of real runs, or of drills, in a time.
type Window struct {
	From, Until time.Time // From is within it, Until is not; to the millisecond
	Drills      bool      // those of drills in place of those of real runs
	Provider    string    // only attempts at this provider; "" for all
}

// Contains reports whether a time is within the window.
func (w Window) Contains(t time.Time) bool {
	return t.UnixMilli() >= w.From.UnixMilli() && t.UnixMilli() < w.Until.UnixMilli()
}

// EndedAttempt is how an attempt ended. An amount that is not known is nil.
type EndedAttempt struct {
	At              time.Time
	RunID           string
	Provider, Model string
	Answered        bool
	Class           failure.Class // "" if it was answered
	InputTokens     int64
	OutputTokens    int64
	CostUSD         *float64
	WastedUSD       *float64 // of the cost, what was paid for nothing
	SimulatedUSD    *float64 // in a drill, which costs nothing
	LatencyMS       int64
	FirstByteMS     *int64
}

// NewEndedAttempt returns how an attempt ended, by its last event; false for another event.
func NewEndedAttempt(e event.Event) (a EndedAttempt, ok bool) {
	a.At = e.Time
	a.RunID = e.RunID
	switch b := e.Body.(type) {
	case event.AttemptFinished:
		a.Provider = b.Provider
		a.Model = b.Model
		a.Answered = true
		a.InputTokens = int64(b.InputTokens)
		a.OutputTokens = int64(b.OutputTokens)
		a.CostUSD = b.CostUSD
		a.SimulatedUSD = b.SimulatedCostUSD
		a.LatencyMS = b.LatencyMS
		a.FirstByteMS = b.FirstEventMS
	case event.AttemptFailed:
		a.Provider = b.Provider
		a.Model = b.Model
		a.Class = b.ErrorClass
		a.InputTokens = int64(b.InputTokens)
		a.OutputTokens = int64(b.OutputTokens)
		a.CostUSD = b.CostUSD
		a.WastedUSD = b.WastedCostUSD
		a.SimulatedUSD = b.SimulatedCostUSD
		a.LatencyMS = b.LatencyMS
		a.FirstByteMS = b.FirstEventMS
	default:
		return a, false
	}
	return a, true
}

// AttemptCount is how the attempts at a model ended.
type AttemptCount struct {
	Provider string
	Model    string
	Answered int
	Failed   int
}

// AttemptCounts are counts under way, by provider and model.
type AttemptCounts map[[2]string]*AttemptCount

// Add counts an attempt.
func (c AttemptCounts) Add(provider, model string, answered bool) {
	of := c[[2]string{provider, model}]
	if of == nil {
		of = &AttemptCount{Provider: provider, Model: model}
		c[[2]string{provider, model}] = of
	}
	if answered {
		of.Answered++
	} else {
		of.Failed++
	}
}

// List returns the counts, by provider and model.
func (c AttemptCounts) List() (all []AttemptCount) {
	for _, of := range c {
		all = append(all, *of)
	}
	slices.SortFunc(all, func(a, b AttemptCount) int {
		return cmp.Or(strings.Compare(a.Provider, b.Provider), strings.Compare(a.Model, b.Model))
	})
	return all
}

// FallbackCount is how many requests of a run went from one provider to another.
type FallbackCount struct {
	RunID       string
	ProjectID   string
	From, To    string // providers
	Requests    int
	First, Last time.Time
}
