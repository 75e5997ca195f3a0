// Package health says how providers and models are doing: plain data, as the program
// prints it and the API answers it.
package health

import (
	"time"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/resilience/breaker"
)

// Health is how something is doing that can be asked.
type Health struct {
	Breaker     breaker.State `json:"breaker"`
	Since       *time.Time    `json:"since,omitempty"`         // it is in that state
	OutSince    *time.Time    `json:"out_since,omitempty"`     // its breaker has not been closed
	NextProbeAt *time.Time    `json:"next_probe_at,omitempty"` // when an open breaker lets a question through
	Evidence    string        `json:"evidence,omitempty"`      // what led to the breaker's state
	Gates       []Gate        `json:"gates,omitempty"`
	Attempts    int           `json:"attempts"`          // of the last 24 hours
	Success     *float64      `json:"success,omitempty"` // the share of them that were answered; nil without attempts
}

// CountedWindow is the time that attempts are counted in.
const CountedWindow = "24h"

// Count adds attempts, answered or not.
func (h *Health) Count(answered, failed int) {
	before := 0.0
	if h.Success != nil {
		before = *h.Success * float64(h.Attempts)
	}
	if h.Attempts += answered + failed; h.Attempts > 0 {
		h.Success = new((before + float64(answered)) / float64(h.Attempts))
	}
}

// Codes name a failure for programs, as in a run's events.
type Codes struct {
	Code         *string `json:"error_code"` // the HTTP status as text, else the provider's code
	ProviderCode *string `json:"provider_code"`
	HTTPStatus   *int    `json:"http_status"`
}

// Gate is a key that is kept from a provider or a model.
type Gate struct {
	Since time.Time     `json:"since"`
	Until time.Time     `json:"until"`
	Class failure.Class `json:"error_class"`
	Codes
	Message string `json:"message"`
	Hint    string `json:"hint,omitempty"`
	Person  bool   `json:"needs_person"` // time alone does not help

	Actions []failure.Remedy `json:"actions,omitempty"` // what ends it before its time
}

// Provider is how a provider is doing.
type Provider struct {
	Name       string     `json:"name"`
	BaseURL    string     `json:"base_url,omitempty"`
	Configured bool       `json:"configured"`
	Missing    string     `json:"missing,omitempty"` // what it lacks to be asked, or what is wrong with its key or address
	Held       *Held      `json:"held,omitempty"`
	Last       *LastFault `json:"last_failure,omitempty"`
	Waiting    int        `json:"waiting_runs"` // runs that wait, and that it could let go on
	Health
	Models []Model `json:"models"`

	Window      string       `json:"attempts_window" example:"24h" doc:"What attempts and success are of, its models' too."`
	KeyVariable string       `json:"key_variable,omitempty" doc:"The environment variable that holds its key; missing if it takes none."`
	WaitingList []WaitingRun `json:"waiting" nullable:"false" doc:"Those that waiting_runs counts, longest first, 20 at the most."`
}

// WaitingRun is a run that waits until a model can answer.
type WaitingRun struct {
	RunID     string     `json:"run_id"`
	ProjectID string     `json:"project_id"`
	Since     *time.Time `json:"since" doc:"When it began to wait without progress; null if that is not known."`
	Until     *time.Time `json:"until" doc:"When it looks again by itself; null if no time is set."`
}

// Room is how many calls at a time a model takes, as far as a process has learned it from
// answers that there were too many.
type Room struct {
	Calls   int       `json:"calls" doc:"How many calls are made at a time now."`
	Of      int       `json:"of" doc:"How many before it was cut down."`
	Because string    `json:"because" example:"it answered that there were too many calls"`
	CutAt   time.Time `json:"cut_at"`
}

// Held says that an operator keeps all questions from a provider.
type Held struct {
	Reason string    `json:"reason"`
	Until  time.Time `json:"until"`
}

// LastFault is how a provider failed last. Where and when are missing if the run's events are
// not there any more.
type LastFault struct {
	At      *time.Time `json:"at,omitempty"`
	RunID   string     `json:"run_id,omitempty"`
	StageID string     `json:"stage_id,omitempty"`
	Unit    string     `json:"unit,omitempty"`

	Model string        `json:"model"`
	Class failure.Class `json:"error_class"`
	Codes
	Message   string `json:"message"`
	RequestID string `json:"request_id,omitempty"`
}

// Released is how a provider is doing after a release.
type Released struct {
	Provider
	Ended []Ended `json:"ended" nullable:"false" doc:"What was released."`
}

// Ended is a gate or a hold that a release has ended.
type Ended struct {
	Provider string `json:"provider"`
	Model    string `json:"model,omitempty" doc:"Missing for all models of the provider."`
	Key      string `json:"key,omitempty" doc:"The variable that holds the key which was not used."`
	Gate     *Gate  `json:"gate,omitempty"`
	Hold     *Held  `json:"hold,omitempty"`
}

// Model is how a model is doing.
type Model struct {
	Model string `json:"model"`
	Health
	Limits *TimeLimits `json:"limits,omitempty"` // nil for a model that has none
	Room   *Room       `json:"room,omitempty" doc:"Missing while nothing was learned of it."`
}

// TimeLimits are how long an answer of a model may take now.
type TimeLimits struct {
	FirstByte TimeLimit `json:"first_byte" doc:"Until it begins."`
	Idle      TimeLimit `json:"idle" doc:"From one piece of it to the next."`
	Total     TimeLimit `json:"total" doc:"As a whole; where none is set, from the first text on."`
}

// TimeLimit is a limit on time.
type TimeLimit struct {
	Seconds float64 `json:"seconds"`
	Source  string  `json:"source" doc:"Where it is from; \"configured\" if cineforge.yaml sets it."`
}
