package event

import (
	"maps"
	"slices"
)

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
func (TryNowRequested) EventName() string    { return "try_now_requested" }
func (UnitDone) EventName() string           { return "unit_done" }
func (UnitsPlanned) EventName() string       { return "units_planned" }
func (ArtifactSaved) EventName() string      { return "artifact_saved" }
func (StagePaused) EventName() string        { return "stage_paused" }
func (StageFinished) EventName() string      { return "stage_finished" }
func (StageFailed) EventName() string        { return "stage_failed" }
func (RunResumed) EventName() string         { return "run_resumed" }
func (PipelineFinished) EventName() string   { return "pipeline_finished" }
func (DryRunValidated) EventName() string    { return "dry_run_validated" }

func (ProjectCreated) EventName() string   { return "project_created" }
func (ProjectChanged) EventName() string   { return "project_changed" }
func (ProjectDeleted) EventName() string   { return "project_deleted" }
func (InputAdded) EventName() string       { return "input_added" }
func (InputDeleted) EventName() string     { return "input_deleted" }
func (ArtifactEdited) EventName() string   { return "artifact_edited" }
func (ChatPosted) EventName() string       { return "chat_posted" }
func (RunAcknowledged) EventName() string  { return "run_acknowledged" }
func (ProviderHeld) EventName() string     { return "provider_held" }
func (ProviderReleased) EventName() string { return "provider_released" }
func (ProviderProbed) EventName() string   { return "provider_probed" }
func (BreakerChanged) EventName() string   { return "breaker_changed" }
func (CooldownStarted) EventName() string  { return "cooldown_started" }
func (CooldownEnded) EventName() string    { return "cooldown_ended" }

// EventName returns the stored name.
func (u Unknown) EventName() string { return u.Name }

// Kinds returns an empty body of each event, by name.
func Kinds() map[string]Body {
	all := map[string]Body{}
	for name, decode := range decoders {
		if b, err := decode([]byte("{}")); err == nil { // which no body refuses
			all[name] = b
		}
	}
	return all
}

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
	"try_now_requested":    decode[TryNowRequested],
	"unit_done":            decode[UnitDone],
	"units_planned":        decode[UnitsPlanned],
	"artifact_saved":       decode[ArtifactSaved],
	"stage_paused":         decode[StagePaused],
	"stage_finished":       decode[StageFinished],
	"stage_failed":         decode[StageFailed],
	"run_resumed":          decode[RunResumed],
	"pipeline_finished":    decode[PipelineFinished],
	"dry_run_validated":    decode[DryRunValidated],

	"project_created":   decode[ProjectCreated],
	"project_changed":   decode[ProjectChanged],
	"project_deleted":   decode[ProjectDeleted],
	"input_added":       decode[InputAdded],
	"input_deleted":     decode[InputDeleted],
	"artifact_edited":   decode[ArtifactEdited],
	"chat_posted":       decode[ChatPosted],
	"run_acknowledged":  decode[RunAcknowledged],
	"provider_held":     decode[ProviderHeld],
	"provider_released": decode[ProviderReleased],
	"provider_probed":   decode[ProviderProbed],
	"breaker_changed":   decode[BreakerChanged],
	"cooldown_started":  decode[CooldownStarted],
	"cooldown_ended":    decode[CooldownEnded],
}

// Names lists the names of the events that this version knows, in alphabetical order.
func Names() []string { return slices.Sorted(maps.Keys(decoders)) }
