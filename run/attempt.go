package run

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/run/event"
)

// AttemptState is one attempt at a unit's request, as the state shows it.
type AttemptState struct {
	Attempt         int           `json:"attempt"`
	Unit            string        `json:"unit"`
	Role            event.Role    `json:"role"`
	Round           int           `json:"round"` // from 1; 0 where no event says it
	Model           string        `json:"model"`
	Provider        string        `json:"provider"`
	ServedModel     string        `json:"served_model,omitempty"`
	Status          AttemptStatus `json:"status"`
	StartedAt       *UnixTime     `json:"started_at"`
	TokensSoFar     int           `json:"tokens_so_far,omitempty"` // of an answer under way, roughly
	TokensPerSecond float64       `json:"tokens_per_second,omitempty"`
	DurationSeconds float64       `json:"duration_seconds"`
	InputTokens     int           `json:"input_tokens"`
	OutputTokens    int           `json:"output_tokens"`
	Estimated       bool          `json:"estimated,omitempty"` // the provider did not report all of the tokens and the cost
	CostUSD         *float64      `json:"cost_usd"`            // nil if the model's price is not known
	RequestID       *string       `json:"request_id"`
	FirstEventMS    *int64        `json:"first_event_ms,omitempty"`
	Error           string        `json:"error,omitempty"`
	ErrorClass      failure.Class `json:"error_class,omitempty"`
	ErrorCode       *string       `json:"error_code"`          // the HTTP status as text, else the provider's code
	ProviderCode    *string       `json:"provider_code"`       // such as "overloaded_error"
	HTTPStatus      *int          `json:"http_status"`         // nil if no response came
	Transient       *bool         `json:"transient,omitempty"` // whether the same could do better later
	Hint            string        `json:"hint,omitempty"`
	Asked           int           `json:"counted_input_tokens,omitempty"` // of the request, by the program's own count; 0: not recorded
	Least           *event.Least  `json:"-"`                              // while it runs: what it counts for if its process dies

	SimulatedCostUSD *float64 `json:"simulated_cost_usd,omitempty"` // in a drill, which costs nothing

	// ID names the attempt within its run: STAGE/UNIT/ROLE/N, each part as in the path of a URL.
	ID string `json:"id,omitempty"`

	// Failure is how it failed, with the effect that was diagnosed; nil if it did not.
	Failure *failure.Error `json:"-"`
}

// AttemptStatus is where an attempt stands.
type AttemptStatus string

// The statuses of an attempt.
const (
	AttemptRunning   AttemptStatus = "running"
	AttemptSucceeded AttemptStatus = "success"
	AttemptFailed    AttemptStatus = "failed"
)

// settle ends an attempt.
func (a *AttemptState) settle(status AttemptStatus, latencyMS int64, firstEventMS *int64) {
	a.Status = status
	a.TokensSoFar = 0
	a.TokensPerSecond = 0
	a.Least = nil
	a.DurationSeconds = float64(latencyMS) / 1000
	a.FirstEventMS = firstEventMS
}

// attemptID names an attempt within its run.
func attemptID(a event.Attempt) string {
	return strings.Join([]string{
		url.PathEscape(a.StageID), url.PathEscape(a.Unit), url.PathEscape(string(a.Role)), strconv.Itoa(a.Attempt),
	}, "/")
}

// SpentUSD is what counts towards the limits on the cost; nil if it is not known.
func (a *AttemptState) SpentUSD() *float64 {
	if a.SimulatedCostUSD != nil {
		return a.SimulatedCostUSD
	}
	return a.CostUSD
}

// Answered reports whether the attempt gave an answer that is used.
func (a *AttemptState) Answered() bool { return a.Status == AttemptSucceeded }
