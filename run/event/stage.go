package event

import (
	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/failure"
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

// PauseReason says why a stage pauses.
type PauseReason string

// The reasons for which a stage pauses.
const (
	AwaitingConfirmation PauseReason = "awaiting_confirmation" // a person has to accept what it made
	Interrupted          PauseReason = "interrupted"           // the process was asked to stop
	Exhausted            PauseReason = "exhausted"             // no model could answer in the time that there was
	ProcessDeaths        PauseReason = "process_deaths"        // the process died again and again while it was at it
)

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
	Reason     PauseReason    `json:"reason"`
	Artifacts  []artifact.Ref `json:"artifacts"`
	Error      string         `json:"error,omitempty"` // why no model could answer, where that is the reason
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
	Decision       *Decision      `json:"decision,omitempty"` // why no model was asked any more
	Limit          string         `json:"limit,omitempty"`    // the recipe's key of what ended its waiting
	Earliest       Timestamp      `json:"earliest,omitzero"`  // when a candidate could be asked again, where its waiting ended
}

// SetFailure fills in the members that describe the failure which ended the stage.
func (b *StageFailed) SetFailure(f *failure.Error) {
	codes := CodesOf(f)
	b.Error = f.Message
	b.ErrorClass = f.Class
	b.Hint = f.Hint
	b.ErrorCode = codes.Error
	b.ProviderCode = Add(codes.Provider)
	b.HTTPStatus = Add(codes.Status)
	b.RequestID = optional(f.RequestID)
}

// UnitsPlanned says how many units a stage has, before any of them is done.
type UnitsPlanned struct {
	StageID string `json:"stage_id"`
	Total   int    `json:"total"`
}

// UnitDone says that one of a stage's units is done.
type UnitDone struct {
	StageID string `json:"stage_id"`
	Unit    string `json:"unit"`
	Done    int    `json:"done"` // units that are done, this one included
	Total   int    `json:"total"`
}

// UnitReused says that a request was not sent, since its answer is stored already.
type UnitReused struct {
	StageID     string `json:"stage_id"`
	Unit        string `json:"unit"`
	Role        Role   `json:"role"`
	Provider    string `json:"provider"` // that gave the answer
	Model       string `json:"model"`
	ServedModel string `json:"served_model"`
	FromRunID   string `json:"from_run_id"`
}
