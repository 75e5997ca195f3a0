package event

// The names under which the events are stored.

func (PipelineStarted) EventName() string    { return "pipeline_started" }
func (StageStarted) EventName() string       { return "stage_started" }
func (StageSkippedReused) EventName() string { return "stage_skipped_reused" }
func (AttemptStarted) EventName() string     { return "attempt_started" }
func (AttemptProgress) EventName() string    { return "attempt_progress" }
func (AttemptFinished) EventName() string    { return "attempt_finished" }
func (AttemptFailed) EventName() string      { return "attempt_failed" }
func (StageRetrying) EventName() string      { return "stage_retrying" }
func (StageFallback) EventName() string      { return "stage_fallback" }
func (StageWaiting) EventName() string       { return "stage_waiting" }
func (BreakerOpened) EventName() string      { return "breaker_opened" }
func (BreakerProbing) EventName() string     { return "breaker_probing" }
func (BreakerClosed) EventName() string      { return "breaker_closed" }
func (BudgetExceeded) EventName() string     { return "budget_exceeded" }
func (UnitReused) EventName() string         { return "unit_reused" }
func (RetryRequested) EventName() string     { return "retry_requested" }
func (RunCancelled) EventName() string       { return "run_cancelled" }
func (UnitDone) EventName() string           { return "unit_done" }
func (UnitsPlanned) EventName() string       { return "units_planned" }
func (ArtifactSaved) EventName() string      { return "artifact_saved" }
func (StagePaused) EventName() string        { return "stage_paused" }
func (StageFinished) EventName() string      { return "stage_finished" }
func (StageFailed) EventName() string        { return "stage_failed" }
func (RunResumed) EventName() string         { return "run_resumed" }
func (PipelineFinished) EventName() string   { return "pipeline_finished" }
func (DryRunValidated) EventName() string    { return "dry_run_validated" }

// EventName returns the stored name.
func (u Unknown) EventName() string { return u.Name }

// decoders makes a body from its JSON, by event name.
var decoders = map[string]func([]byte) (Body, error){
	"pipeline_started":     decode[PipelineStarted],
	"stage_started":        decode[StageStarted],
	"stage_skipped_reused": decode[StageSkippedReused],
	"attempt_started":      decode[AttemptStarted],
	"attempt_progress":     decode[AttemptProgress],
	"attempt_finished":     decode[AttemptFinished],
	"attempt_failed":       decode[AttemptFailed],
	"stage_retrying":       decode[StageRetrying],
	"stage_fallback":       decode[StageFallback],
	"stage_waiting":        decode[StageWaiting],
	"breaker_opened":       decode[BreakerOpened],
	"breaker_probing":      decode[BreakerProbing],
	"breaker_closed":       decode[BreakerClosed],
	"budget_exceeded":      decode[BudgetExceeded],
	"unit_reused":          decode[UnitReused],
	"retry_requested":      decode[RetryRequested],
	"run_cancelled":        decode[RunCancelled],
	"unit_done":            decode[UnitDone],
	"units_planned":        decode[UnitsPlanned],
	"artifact_saved":       decode[ArtifactSaved],
	"stage_paused":         decode[StagePaused],
	"stage_finished":       decode[StageFinished],
	"stage_failed":         decode[StageFailed],
	"run_resumed":          decode[RunResumed],
	"pipeline_finished":    decode[PipelineFinished],
	"dry_run_validated":    decode[DryRunValidated],
}
