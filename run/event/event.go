// Package run is what happened in a run, and what that means: an append-only log
// of events, and the state as a pure fold over it.
package event

import (
	"encoding/json"
	"time"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/failure"
)

// Event is something that happened in a run. Events are never edited.
type Event struct {
	Seq   int64     // 1, 2, ... n within the run, without a gap
	Time  time.Time // when it was recorded; UTC, to the millisecond
	RunID string
	Body  Body
}

// Body is what an event tells beyond its head. Its members stand beside seq, ts,
// run_id and event in the JSON of the event.
type Body interface {
	// EventName returns the name under which the event is stored. Names are never reused.
	EventName() string
}

// Outcome is how a run ended.
type Outcome string

// The outcomes.
const (
	Succeeded Outcome = "done"
	Failed    Outcome = "failed"
	Cancelled Outcome = "cancelled"
)

// TerminalReason says why a stage failed for good.
type TerminalReason string

// The terminal reasons of a stage.
const (
	NonRetryableError TerminalReason = "non_retryable_error"
	RetriesSpent      TerminalReason = "retry_budget_exhausted_or_no_fallback"
	WaitSpent         TerminalReason = "wait_budget_exhausted"
	MoneySpent        TerminalReason = "cost_budget_exceeded"
	ModuleError       TerminalReason = "module_error" // the stage's own code failed
	InvalidInput      TerminalReason = "invalid_input"

	CancelledByOperator TerminalReason = "cancelled"
)

// The reasons for which a stage pauses.
const (
	AwaitingConfirmation = "awaiting_confirmation" // a person has to accept what it made
	Interrupted          = "interrupted"           // the process was asked to stop
	Exhausted            = "exhausted"             // nobody could answer in the time that there was
	ProcessDeaths        = "process_deaths"        // the process died again and again while it was at it
)

// PipelineStarted opens every run. It pins what the run works with.
type PipelineStarted struct {
	RecipeID     string          `json:"recipe_id"`
	RecipeDigest artifact.Digest `json:"recipe_digest"`
	ProjectID    string          `json:"project_id"`
	InputName    string          `json:"input_name"`
	InputDigest  artifact.Digest `json:"input_digest"`
	StageIDs     []string        `json:"stage_ids"` // in the order of the plan; the selected ones
	Selection
	Notice      string `json:"notice,omitempty"`        // what the user should know first, such as that no key is set
	ParentRunID string `json:"parent_run_id,omitempty"` // the run that this one retries
	RootRunID   string `json:"root_run_id,omitempty"`   // the first run of the line
	Options

	// Candidates are the models that may answer, by stage, first choice first, whichever
	// process goes on with the run. A stage that asks none is left out. It is nil in runs of
	// versions that pinned none.
	Candidates map[string][]Candidate `json:"candidates,omitzero"`
}

// StageStarted says that an attempt at a stage began.
type StageStarted struct {
	StageID string `json:"stage_id"`
	Module  string `json:"module"`
}

// StageSkippedReused says that a stage was not run because an earlier run's artifacts serve.
type StageSkippedReused struct {
	StageID   string         `json:"stage_id"`
	FromRunID string         `json:"from_run_id"`
	Artifacts []artifact.Ref `json:"artifacts"`
}

// Attempt identifies one try at one unit's question.
type Attempt struct {
	StageID  string `json:"stage_id"`
	Unit     string `json:"unit"`
	Role     string `json:"role"`
	Attempt  int    `json:"attempt"` // from 1 within unit and role
	Provider string `json:"provider"`
	Model    string `json:"model"`
}

// AttemptStarted says that a model is being asked, and why that one.
type AttemptStarted struct {
	Attempt
	Decision *Decision `json:"decision,omitempty"`
	Least    *Least    `json:"least,omitempty"` // nil in events of versions that did not estimate it
}

// Least is what an attempt takes of whose end nothing is known, since its process died: the
// question, estimated.
type Least struct {
	InputTokens int      `json:"input_tokens"`
	CostUSD     *float64 `json:"cost_usd"` // nil if the model's price is not known
}

// AttemptProgress says that a model's answer is still under way, and how far it is.
type AttemptProgress struct {
	Attempt
	OutputTokens    int     `json:"output_tokens"` // that have come, roughly
	ElapsedMS       int64   `json:"elapsed_ms"`
	TokensPerSecond float64 `json:"tokens_per_second"` // since the call began
}

// AttemptFinished says that a model answered, and that the answer is used.
type AttemptFinished struct {
	Attempt
	ServedModel  string   `json:"served_model"`
	RequestID    *string  `json:"request_id"`
	InputTokens  int      `json:"input_tokens"`
	OutputTokens int      `json:"output_tokens"`
	Estimated    bool     `json:"estimated,omitempty"` // not all of the tokens, and of the cost, are as the provider told
	CostUSD      *float64 `json:"cost_usd"`            // nil if the model's price is not known
	LatencyMS    int64    `json:"latency_ms"`
	FirstEventMS *int64   `json:"first_event_ms,omitempty"` // until the answer began

	SimulatedCostUSD *float64 `json:"simulated_cost_usd,omitempty"` // in a drill, which costs nothing
}

// AttemptFailed says that a try gave no usable answer.
type AttemptFailed struct {
	Attempt
	ErrorClass        failure.Class `json:"error_class"`
	ErrorCode         *string       `json:"error_code"`
	Error             string        `json:"error"`
	RequestID         *string       `json:"request_id"`
	InputTokens       int           `json:"input_tokens"`
	OutputTokens      int           `json:"output_tokens"`
	Estimated         bool          `json:"estimated,omitempty"` // not all of the tokens, and of the cost, are as the provider told
	CostUSD           *float64      `json:"cost_usd"`            // nil if the model's price is not known
	LatencyMS         int64         `json:"latency_ms"`
	FirstEventMS      *int64        `json:"first_event_ms,omitempty"`
	WastedCostUSD     *float64      `json:"wasted_cost_usd,omitempty"` // what was paid for nothing
	ServedModel       string        `json:"served_model,omitempty"`
	ProviderCode      Added[string] `json:"provider_code,omitzero"`
	HTTPStatus        Added[int]    `json:"http_status,omitzero"`
	Retryable         bool          `json:"retryable,omitempty"`           // the same model may be asked again
	Scope             failure.Scope `json:"scope,omitempty"`               // whose health it counts against
	OtherModel        *bool         `json:"other_model,omitempty"`         // another model may do better; nil: as usual for the class
	OtherProvider     *bool         `json:"other_provider,omitempty"`      // another provider may do better; nil: as usual for the class
	RetryAfterSeconds *float64      `json:"retry_after_seconds,omitempty"` // what the provider said to wait
	Hint              string        `json:"hint,omitempty"`                // what a person can do

	SimulatedCostUSD *float64 `json:"simulated_cost_usd,omitempty"` // in a drill, which costs nothing
}

// UnitDone says that a stage is through with one of its units.
type UnitDone struct {
	StageID string `json:"stage_id"`
	Unit    string `json:"unit"`
	Done    int    `json:"done"` // units that are through, this one included
	Total   int    `json:"total"`
}

// UnitsPlanned says how many units a stage has, before any of them is through.
type UnitsPlanned struct {
	StageID string `json:"stage_id"`
	Total   int    `json:"total"`
}

// ArtifactSaved says that a stage made an artifact, now stored for good.
type ArtifactSaved struct {
	StageID      string          `json:"stage_id"`
	ArtifactType string          `json:"artifact_type"`
	EntityID     string          `json:"entity_id"`
	Version      int             `json:"version"`
	Health       artifact.Health `json:"health"`
}

// StagePaused says that a stage waits for a person, or for the process to be started again.
type StagePaused struct {
	StageID    string         `json:"stage_id"`
	Reason     string         `json:"reason"`
	Artifacts  []artifact.Ref `json:"artifacts"`
	Error      string         `json:"error,omitempty"` // why nobody could answer, where that is the reason
	ErrorClass failure.Class  `json:"error_class,omitempty"`
	Hint       string         `json:"hint,omitempty"`
}

// StageFinished says that a stage is done.
type StageFinished struct {
	StageID   string         `json:"stage_id"`
	CostUSD   float64        `json:"cost_usd"`
	Artifacts []artifact.Ref `json:"artifacts"`
}

// StageFailed says that a stage failed for good, and with what.
type StageFailed struct {
	StageID        string         `json:"stage_id"`
	Error          string         `json:"error"`
	ErrorClass     failure.Class  `json:"error_class"`
	ErrorCode      *string        `json:"error_code"`
	RequestID      *string        `json:"request_id"`
	Provider       *string        `json:"provider"`
	Model          *string        `json:"model"`
	AttemptCount   int            `json:"attempt_count"`
	TerminalReason TerminalReason `json:"terminal_reason"`
	Hint           string         `json:"hint,omitempty"`
	ProviderCode   Added[string]  `json:"provider_code,omitzero"`
	HTTPStatus     Added[int]     `json:"http_status,omitzero"`
	Unit           string         `json:"unit,omitempty"`     // what it failed at
	Decision       *Decision      `json:"decision,omitempty"` // why nobody was asked any more
	Limit          string         `json:"limit,omitempty"`    // the recipe's key of what ended its waiting
	Earliest       Timestamp      `json:"earliest,omitzero"`  // when a candidate could be asked again, where its waiting ended
}

// RunResumed says that an unfinished run goes on.
type RunResumed struct {
	Cause string `json:"cause"` // ResumedAfterCrash or ResumedByOperator
	// Confirmed are the stages whose results a person accepted by letting the run go on.
	Confirmed []string `json:"confirmed,omitempty"`
	// Candidates, if there are any, are pinned in place of those that the run pinned before:
	// a person let it go on with whoever could be asked that day.
	Candidates map[string][]Candidate `json:"candidates,omitzero"`
}

// The causes of RunResumed.
const (
	ResumedAfterCrash = "crash"
	ResumedByOperator = "operator"
)

// PipelineFinished ends every run but a dry one.
type PipelineFinished struct {
	Success      bool    `json:"success"`
	Outcome      Outcome `json:"outcome"`
	TotalCostUSD float64 `json:"total_cost_usd"`
	Error        string  `json:"error,omitempty"`
}

// DryRunValidated ends a dry run.
type DryRunValidated struct{}

// Unknown is an event of a name that this version does not know: it is kept and
// shown as it is, and changes no state.
type Unknown struct {
	Name   string
	Fields json.RawMessage // the whole event
}

func decode[B Body](data []byte) (Body, error) {
	var b B
	err := json.Unmarshal(data, &b)
	return b, err
}

// RetryRequested says what a retry takes over from the run before, and why it begins
// where it does.
type RetryRequested struct {
	ParentRunID string    `json:"parent_run_id"`
	Mode        RetryMode `json:"mode"`
	From        []string  `json:"from"`                   // the stages that it begins at
	Kept        []string  `json:"kept"`                   // the stages whose results are taken over
	SteppedBack []string  `json:"stepped_back,omitempty"` // kept by the request, and done again since their results can't be used
	Reason      string    `json:"reason,omitempty"`       // why it stepped back

	Recipe  *RetryRecipe   `json:"recipe,omitempty"`  // that is run in place of the one before; nil if it is the same
	Changes []RecipeChange `json:"changes,omitempty"` // what is otherwise than in the run before, as far as it matters
}

// RetryMode says what a retry was asked to do again.
type RetryMode string

// The modes of a retry.
const (
	RetryFailed RetryMode = "failed_stage" // what did not end well
	RetryFrom   RetryMode = "from"         // a named stage, and all that builds on it
	RetryFull   RetryMode = "full"         // everything
)

// UnitReused says that a question was not asked, since its answer is there already.
type UnitReused struct {
	StageID     string `json:"stage_id"`
	Unit        string `json:"unit"`
	Role        string `json:"role"`
	Provider    string `json:"provider"` // who gave the answer
	Model       string `json:"model"`
	ServedModel string `json:"served_model"`
	FromRunID   string `json:"from_run_id"`
}

// RunCancelled says that an operator ended the run. The end follows.
type RunCancelled struct {
	Reason string `json:"reason,omitempty"`
}

// Terminal reports whether b ends its run.
func Terminal(b Body) bool {
	switch b.(type) {
	case PipelineFinished, DryRunValidated:
		return true
	}
	return false
}
