package run

import (
	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/run/event"
)

// AttemptState is one try at a unit's question, as the state shows it.
type AttemptState struct {
	Attempt         int           `json:"attempt"`
	Unit            string        `json:"unit"`
	Role            string        `json:"role"`
	Round           int           `json:"round"` // from 1; 0 where that was not told
	Model           string        `json:"model"`
	Provider        string        `json:"provider"`
	ServedModel     string        `json:"served_model,omitempty"`
	Status          string        `json:"status"` // running, success, failed
	StartedAt       *UnixTime     `json:"started_at"`
	TokensSoFar     int           `json:"tokens_so_far,omitempty"` // of an answer under way, roughly
	TokensPerSecond float64       `json:"tokens_per_second,omitempty"`
	DurationSeconds float64       `json:"duration_seconds"`
	InputTokens     int           `json:"input_tokens"`
	OutputTokens    int           `json:"output_tokens"`
	Estimated       bool          `json:"estimated,omitempty"` // not all of the tokens, and of the cost, are as the provider told
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
	Least           *event.Least  `json:"-"` // while it runs: what it counts for if its process dies

	SimulatedCostUSD *float64 `json:"simulated_cost_usd,omitempty"` // in a drill, which costs nothing

	// Failure is how it failed, with the effect that was diagnosed; nil if it did not.
	Failure *failure.Error `json:"-"`
}

// StageState is where one stage stands.
type StageState struct {
	Status    StageStatus `json:"status"`
	ModelUsed *string     `json:"model_used"` // that gave most answers; "code" where no model was asked

	// ModelsUsed are the models whose answers are used, by name.
	ModelsUsed       map[string]ModelUse  `json:"models_used,omitempty"`
	CallCount        int                  `json:"call_count"` // answers used
	AttemptCount     int                  `json:"attempt_count"`
	Attempts         []AttemptState       `json:"attempts"`
	FinalErrorClass  *failure.Class       `json:"final_error_class"`
	TerminalReason   event.TerminalReason `json:"terminal_reason,omitempty"`
	Error            string               `json:"error,omitempty"`
	Hint             string               `json:"hint,omitempty"`
	PauseReason      string               `json:"pause_reason,omitempty"`
	ErrorCode        *string              `json:"error_code,omitempty"`
	ProviderCode     *string              `json:"provider_code,omitempty"`
	HTTPStatus       *int                 `json:"http_status,omitempty"`
	FailedProvider   string               `json:"failed_provider,omitempty"` // whose failure ended it
	FailedModel      string               `json:"failed_model,omitempty"`
	Limit            string               `json:"limit,omitempty"`           // of the recipe, that ended its waiting
	Earliest         *UnixTime            `json:"earliest,omitempty"`        // when a candidate could have been asked again
	DurationBefore   float64              `json:"duration_before,omitempty"` // of the duration: until it was resumed, its time spent
	Exceeded         *Exceeded            `json:"budget_exceeded,omitempty"` // the limit that kept a question from being asked
	RequestID        *string              `json:"request_id,omitempty"`
	ArtifactRefs     []artifact.Ref       `json:"artifact_refs"`
	UnitsDone        int                  `json:"units_done"`
	UnitsTotal       int                  `json:"units_total"`
	DurationSeconds  float64              `json:"duration_seconds"`
	CostUSD          float64              `json:"cost_usd"`                     // of the attempts whose price is known
	Unpriced         int                  `json:"unpriced_attempts,omitempty"`  // those whose price is not
	Estimated        int                  `json:"estimated_attempts,omitempty"` // whose tokens and cost are not all as the provider told
	StartedAt        *UnixTime            `json:"started_at"`
	ProgressAt       *UnixTime            `json:"progress_at,omitempty"` // when it last came forward
	Waits            []Wait               `json:"waits,omitempty"`       // by the time they end
	Fallback         *Fallback            `json:"fallback,omitempty"`    // the last one
	Fallbacks        int                  `json:"fallback_count,omitempty"`
	Reused           []string             `json:"reused,omitempty"`             // questions whose answers were there, by unit and role
	SimulatedCostUSD float64              `json:"simulated_cost_usd,omitempty"` // in a drill, which costs nothing
	Crashes          int                  `json:"crashes,omitempty"`            // how often its process died since it last came forward
	Furthest         int                  `json:"furthest,omitempty"`           // the most units that were ever done
}

// Exceeded is a limit on the cost that is reached, in USD.
type Exceeded struct {
	SpentUSD float64 `json:"spent_usd"`
	LimitUSD float64 `json:"limit_usd"`
}

// ModelUse is what of a stage's answers are a model's.
type ModelUse struct {
	Answers   int            `json:"answers"`
	CostUSD   float64        `json:"cost_usd"`           // of those that this run paid for, as far as their price is known
	Unpriced  int            `json:"unpriced,omitempty"` // answers that this run paid for, whose price is not known
	Providers map[string]int `json:"providers"`          // its answers by the provider that gave them
}

// Fallback is a question that went to another model than it was meant for.
type Fallback struct {
	At     UnixTime `json:"at"`
	Unit   string   `json:"unit"`
	From   string   `json:"from_model"`
	To     string   `json:"to_model"`
	Reason string   `json:"reason"`
}

// Wait is a question that is asked again later.
type Wait struct {
	Unit   string   `json:"unit"`
	Role   string   `json:"role"`
	Since  UnixTime `json:"since"`
	Until  UnixTime `json:"until"`
	Reason string   `json:"reason"`
	Retry  bool     `json:"retry,omitempty"` // a pause before the next try, and not waiting for somebody
	Round  int      `json:"round,omitempty"` // the one that ended

	Provider   string        `json:"provider,omitempty"` // that failed last; where nothing failed, that is waited for
	Model      string        `json:"model,omitempty"`
	ErrorClass failure.Class `json:"error_class,omitempty"`
	Providers  []string      `json:"providers,omitempty"` // any of which lets it go on
	Held       []string      `json:"held,omitempty"`      // providers that an operator keeps from being asked, if nothing else is waited for
	GivesUp    bool          `json:"gives_up,omitempty"`  // the stage fails at the end of it, unless a candidate can be asked before
}
