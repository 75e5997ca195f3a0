package schema

import (
	"maps"
	"reflect"
	"slices"
	"sync"

	"github.com/danielgtaylor/huma/v2"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/artifact/content"
	"github.com/cineforge/cineforge/client"
	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/health"
	"github.com/cineforge/cineforge/internal/api/problem"
	"github.com/cineforge/cineforge/resilience/breaker"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

// enum is a set of values.
type enum struct {
	name      string
	doc       string
	values    []any
	of, stand reflect.Type // the type of the values, and what stands for it; nil if no Go type has them
}

// valueOf stands for a type whose values are enumerated.
type valueOf[T ~string] struct{}

// Schema returns a reference to the enumeration.
func (valueOf[T]) Schema(huma.Registry) *huma.Schema {
	for _, e := range enums() {
		if e.of == reflect.TypeFor[T]() {
			return refTo(e.name)
		}
	}
	return &huma.Schema{Type: huma.TypeString}
}

// enumerate lists the values of a type.
func enumerate[T ~string](name, doc string, values ...T) enum {
	e := enum{name: name, doc: doc, of: reflect.TypeFor[T](), stand: reflect.TypeFor[valueOf[T]]()}
	for _, v := range values {
		e.values = append(e.values, string(v))
	}
	return e
}

// named lists values that no Go type has.
func named(name, doc string, values []string) enum {
	e := enum{name: name, doc: doc}
	for _, v := range values {
		e.values = append(e.values, v)
	}
	return e
}

// schema returns the schema of a value. Values may be added in versions to come.
func (e enum) schema() *huma.Schema {
	s := &huma.Schema{
		Type: huma.TypeString, Description: e.doc, Enum: e.values, Extensions: map[string]any{extensible: true},
	}
	s.PrecomputeMessages()
	return s
}

// enums lists all enumerations. A test compares them with the constants that there are.
var enums = sync.OnceValue(func() []enum { return slices.Concat(ofRuns(), ofFailures(), ofArtifacts(), ofSetup()) })

func ofRuns() []enum {
	return []enum{
		enumerate("RunStatus", "Where a run stands. Only lists have damaged: the events of the run can't be read.",
			run.Queued, run.Running, run.Waiting, run.Paused, run.RunDone, run.RunFailed, run.RunCancelled, run.RunDamaged),
		enumerate("StageStatus", "Where a stage stands.", run.StagePending, run.StageRunning, run.StageDone, run.StageFailed,
			run.StageReused, run.StagePaused, run.StageWaiting, run.StageCancelled),
		enumerate("AttemptStatus", "Where an attempt stands.", run.AttemptRunning, run.AttemptSucceeded, run.AttemptFailed),
		enumerate("NeedKind", "What kind of thing a run needs to go on: a key in a variable, or a provider.",
			run.NeedKey, run.NeedProvider),
		enumerate("NextKind", "What comes next in a run.", run.NextAttempt, run.NextLook, run.NextProbe, run.NextLimit, run.NextHold,
			run.NextFails, run.NextPauses),
		enumerate("NextCondition", "What has to be so for something to come next.", run.IfUnanswered, run.IfStillOut),
		enumerate("StopReason", "Why a retry may stop again.", run.NoCandidate, run.SameRequest, run.NeedsPerson, run.SameInput, run.CostLimit,
			run.SeenBefore),
		enumerate("PersonNeed", "What a run needs a person for.", run.NeedPaused, run.NeedNoCarrier, run.NeedFailed),
		enumerate("Outcome", "How a run ended.", event.Succeeded, event.Failed, event.Cancelled),
		enumerate("PauseReason", "Why a stage is paused.",
			event.AwaitingConfirmation, event.Interrupted, event.Exhausted, event.ProcessDeaths),
		enumerate("ResumeCause", "Why a run goes on: its process is gone, or a person let it.",
			event.ResumedAfterCrash, event.ResumedByOperator),
		enumerate("RetryMode", "What a retry does again.", event.RetryFailed, event.RetryFrom, event.RetryFull),
		enumerate("Role", "The part that a request has in its stage.", event.Work, event.QA, event.Escalate),
		enumerate("Channel", "The channel through which a request came.", event.ByCommand, event.ByAPI, event.ByPage),
		enumerate("StageAction", "What a run does with a stage.", run.ActionRun, run.ActionReuse),
		enumerate("EstimateBasis", "What an estimate is from.",
			run.BasisNone, run.BasisShipped, run.BasisFewAnswers, run.BasisEarlierRuns),
		enumerate("LimitSource", "Where a limit is from: given for the run, said by the recipe of the stage or of all stages, or neither.",
			run.FromRun, run.FromStage, run.FromRecipe, run.FromDefault),
		enumerate("WarningSubject", "What a warning is about.", run.AboutRecipe, run.AboutInput, run.AboutModels, run.AboutCost),
		enumerate("Topic", "A group of events that a stream can be about.", event.Topics()...),
		named("EventName", "What happened.", slices.Sorted(maps.Keys(event.Kinds()))),
	}
}

func ofFailures() []enum {
	return []enum{
		enumerate("ErrorClass", "What kind of thing went wrong.",
			failure.Overloaded, failure.RateLimited, failure.QuotaExhausted, failure.Timeout, failure.Connection, failure.ServerError,
			failure.Auth, failure.Permission, failure.NotFound, failure.InvalidRequest, failure.ContextLength, failure.ContentPolicy,
			failure.BadOutput, failure.Unknown, failure.NoProvider, failure.Input, failure.Budget, failure.Canceled, failure.Internal),
		enumerate("Side", "Whose fault it is: the provider's, this program's, the user's, or no one's.",
			failure.Theirs, failure.Ours, failure.Yours, failure.NoSide),
		enumerate("FailureScope", "Whose health a failure counts against.", failure.ScopeModel, failure.ScopeProvider,
			failure.ScopeCredential, failure.ScopeRequest, failure.ScopeNetwork, failure.ScopeNone),
		enumerate("TerminalReason", "Why a stage failed for good.",
			event.NonRetryableError, event.RetriesSpent, event.WaitSpent, event.MoneySpent, event.ModuleError, event.InvalidInput,
			event.CancelledByOperator),
		enumerate("VerdictReason", "Why a candidate is not the one that is asked.",
			event.Held, event.CoolingDown, event.BreakerIsOpen, event.Probing, event.NotConfigured, event.LeftOut,
			event.SmallWindow, event.OverBudget,
			event.Refused, event.FailedInRound, event.ProviderOut, event.Reserved, event.Behind),
		enumerate("BreakerState", "The state of a circuit breaker.", breaker.Closed, breaker.Open, breaker.HalfOpen),
		enumerate("ProviderState", "How a provider is doing, in a word.",
			health.StateWell, health.StatePart, health.StateOut, health.StateProbing, health.StateLimited, health.StateKeyRejected,
			health.StateNoQuota, health.StateNoModel, health.StateHeld, health.StateNoKey),
		enumerate("ProviderEventKind", "What kind of thing happened to a provider.",
			health.EventTransition, health.EventHeld, health.EventReleased, health.EventProbed),
		enumerate("UpcomingKind", "What comes next.",
			health.NextProbe, health.NextLimit, health.NextHold, health.NextPerson, health.NextRunLooks),
		enumerate("IntervalKind", "Why something was not asked.", health.WasOut, health.WasProbed, health.WasHeld, health.WasCooling),
		named("ProblemCode", "Why a request was not done; /docs#CODE explains each.", problemCodes()),
	}
}

func ofArtifacts() []enum {
	return []enum{
		enumerate("ArtifactHealth", "How far an artifact can be relied on.", artifact.Valid, artifact.Stale, artifact.NeedsRevision,
			artifact.NeedsReview, artifact.ConfirmedValid),
		enumerate("ArtifactSource", "How an artifact was made: by a model, a person, rules and a model, or rules alone.",
			artifact.AI, artifact.Human, artifact.Hybrid, artifact.Code),
		enumerate("EditAction", "What a person did to an artifact.", event.Edited, event.Restored, event.Confirmed),
		enumerate("ScriptStrategy", "How a canonical script was made.", content.Passthrough, content.Repair, content.Conversion),
		enumerate("ProvenanceMethod", "How a value was found.", content.MethodParser, content.MethodRule, content.MethodModel),
		enumerate("SettingSource", "How a setting came about.", content.AutoDetected, content.Preset, content.UserSpecified),
		enumerate("SettingOrigin", "What found a setting.", content.OriginTitlePage, content.OriginRule, content.OriginModel,
			content.OriginDefault, content.OriginPerson, content.OriginUnknown),
	}
}

func ofSetup() []enum {
	return []enum{
		enumerate("ValueOrigin", "Where a value of a recipe is from.", client.ValueDefault, client.ValueRecipe, client.ValueStage,
			client.ValuePlaceholder, client.ValueRun),
		enumerate("ParamType", "The type of a parameter's value.", client.ParamString, client.ParamBool, client.ParamInt, client.ParamNumber,
			client.ParamModel, client.ParamObject, client.ParamList),
		enumerate("ChoiceOrigin", "Why a model is in a chain.", client.ChoiceOwn, client.ChoiceDefault, client.ChoiceFallback),
		enumerate("SaveAs", "As what a recipe is saved.", client.AsVersion, client.AsRecipe),
		enumerate("ModelSource", "Where what is known of a model is from.", client.ModelOfCatalog, client.ModelOfConfig, client.ModelUnlisted),
		enumerate("CheckStatus", "How a check of the doctor went. A note takes nothing away from what the program can do now.",
			client.CheckOK, client.CheckNote, client.CheckProblem),
		enumerate("CheckGroup", "What a check of the doctor is about.", client.CheckedStorage, client.CheckedRecipes, client.CheckedProviders,
			client.CheckedRuns, client.CheckedTools),
	}
}

// problemCodes lists the codes of problems.
func problemCodes() (codes []string) {
	for _, c := range problem.Codes {
		codes = append(codes, c.Code)
	}
	slices.Sort(codes)
	return codes
}

// members are members whose type in Go says less than is known: their schemas by name, and whether
// they can be null.
var members = []struct {
	schema, member, name string
	null                 bool
}{
	{schema: "Problem", member: "code", name: "ProblemCode"},
	{schema: "ExportedScene", member: "data", name: "JSONObject"},
	{schema: "ExportedDocument", member: "config", name: "JSONObject", null: true},
}
