package run

import (
	"time"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/resilience/breaker"
	"github.com/cineforge/cineforge/run/event"
)

// Range is from what is likely at least to what is likely at most: p10 to p90 of what
// single answers take.
type Range struct {
	Low  float64 `json:"low"`
	High float64 `json:"high"`
}

// Forecast is what a run that is about to begin does, and what that is likely to take. What
// can't be estimated is nil, which is not 0. Attempts that fail come on top.
type Forecast struct {
	Stages []StageForecast `json:"stages" nullable:"false" doc:"In the order in which they run."`

	CostUSD   *Range `json:"cost_usd" doc:"If the first candidates answer everything; of a drill, what would be paid."`
	IfLastUSD *Range `json:"if_last_usd" doc:"If the last candidate of each chain answers everything."`
	IfAnyUSD  *Range `json:"if_any_usd" doc:"From all answers by the cheapest candidates to all by the dearest."`
	Seconds   *Range `json:"seconds" doc:"If no attempt fails and nothing waits."`
	Tokens    *Range `json:"tokens" doc:"Read and written, by the first candidates."`

	MaxCost NumberSetting `json:"max_cost_usd" doc:"What the whole run may spend; its retries included."`
}

// LimitSource says where a setting is from.
type LimitSource string

// The sources of settings, the first that applies first.
const (
	FromRun     LimitSource = "run"     // given for the run
	FromStage   LimitSource = "stage"   // the recipe says it of the stage
	FromRecipe  LimitSource = "recipe"  // the recipe says it of all stages
	FromDefault LimitSource = "default" // nothing says it
)

// NumberSetting is a setting, and where it is from.
type NumberSetting struct {
	Value  float64     `json:"value"`
	Source LimitSource `json:"source"`
}

// WordSetting is the same of a word.
type WordSetting struct {
	Value  string      `json:"value"`
	Source LimitSource `json:"source"`
}

// StageLimits are what bounds a stage.
type StageLimits struct {
	MaxCostUSD      NumberSetting `json:"max_cost_usd"`
	MaxWaitSeconds  NumberSetting `json:"max_wait_seconds"`
	MaxStageSeconds NumberSetting `json:"max_stage_seconds"`
	MaxAttempts     NumberSetting `json:"max_attempts" doc:"Of one unit in one round."`
	Concurrency     NumberSetting `json:"concurrency"`
	OnExhausted     WordSetting   `json:"on_exhausted" doc:"What becomes of the stage when its waiting time is spent: fail or pause."`
	Chain           LimitSource   `json:"chain" doc:"Where the chain is from."`
}

// StartPlan is what a start would do. Nothing of it is stored.
type StartPlan struct {
	RecipeID     string          `json:"recipe_id"`
	RecipeDigest artifact.Digest `json:"recipe_digest"`
	ProjectID    string          `json:"project_id"`
	InputName    string          `json:"input_name"`
	InputDigest  artifact.Digest `json:"input_digest"`
	Drill        string          `json:"drill,omitempty" doc:"The scenario by which the simulator answers."`
	Notice       string          `json:"notice,omitempty" doc:"What is to be known first, such as that no key is set."`
	event.Routing
	Forecast

	Warnings []PlanWarning `json:"warnings" nullable:"false"`
	UnderWay *string       `json:"under_way" doc:"A run of the same, which a start gives unless it asks for a new one."`
	Earlier  []Overview    `json:"earlier_runs" nullable:"false" doc:"On the same input in the project, newest first."`
}

// WarningSubject is what a warning is about.
type WarningSubject string

// The subjects of warnings.
const (
	AboutRecipe WarningSubject = "recipe"
	AboutInput  WarningSubject = "input"
	AboutModels WarningSubject = "models"
	AboutCost   WarningSubject = "cost"
)

// PlanWarning is something that a person may want to know before a start, and that keeps nothing from
// it.
type PlanWarning struct {
	About   WarningSubject `json:"about"`
	StageID string         `json:"stage_id,omitempty"`
	Line    int            `json:"line,omitempty" doc:"Of the recipe or of the input; missing if it is nowhere in particular."`
	Message string         `json:"message"`
}

// StageAction is what a run does with a stage.
type StageAction string

// What a run does with a stage.
const (
	ActionRun   StageAction = "run"   // its module works
	ActionReuse StageAction = "reuse" // what an earlier run made is taken over
)

// EstimateBasis says what an estimate is from.
type EstimateBasis string

// The bases of estimates.
const (
	BasisNone        EstimateBasis = "none"         // nothing is asked, or it is not known what
	BasisShipped     EstimateBasis = "shipped"      // from the text and the form of the answers
	BasisFewAnswers  EstimateBasis = "few_answers"  // from both
	BasisEarlierRuns EstimateBasis = "earlier_runs" // from what answers of the same stage and model took
)

// StageForecast is what a run does with one stage.
type StageForecast struct {
	StageID   string      `json:"stage_id"`
	Title     string      `json:"title"`
	Module    string      `json:"module"`
	Action    StageAction `json:"action"`
	FromRunID string      `json:"from_run_id,omitempty" doc:"Of reuse: the run whose results are taken over."`

	Units    *int   `json:"units" doc:"Such as scenes; null if they depend on answers that are not there yet."`
	UnitKind string `json:"unit_kind,omitempty" example:"scene" doc:"What the units are."`
	Stored   int    `json:"stored_answers" doc:"Answers that are there already and serve again: they cost nothing."`
	Requests *int   `json:"requests" doc:"What models are asked and paid for; null if it is not known."`

	Chain    []CandidateForecast `json:"chain" nullable:"false" doc:"In the order in which they are asked, then those that can't be asked."`
	First    *string             `json:"first" doc:"As provider:model; null if none can be asked at the moment."`
	Estimate *Estimate           `json:"estimate" doc:"If the first one answers everything."`
	IfLast   *Estimate           `json:"if_last" doc:"If the last one answers everything."`

	Limits *StageLimits `json:"limits" doc:"What bounds the stage, and where that is from; null for a stage that is reused."`

	Unknown string `json:"unknown,omitempty" doc:"Why there is no estimate."`
	Problem string `json:"problem,omitempty" doc:"Why the stage would fail, as far as that can be seen before."`
}

// CandidateForecast is a model of a chain as it is at the moment.
type CandidateForecast struct {
	Provider string `json:"provider"`
	Model    string `json:"model"`

	Usable bool                `json:"usable"`
	Reason event.VerdictReason `json:"reason,omitempty" example:"breaker_open" doc:"Why it is not usable, in a word."`
	Detail string              `json:"detail,omitempty" doc:"The same for people; of a usable one what it is worth knowing."`
	Since  *time.Time          `json:"since" doc:"Since when; null if that is not known."`
	Until  *time.Time          `json:"until" doc:"When that may have changed; null if no time ends it."`

	Breaker         breaker.State `json:"breaker,omitempty"`
	ProviderBreaker breaker.State `json:"provider_breaker,omitempty"`

	Window *int   `json:"window" doc:"Tokens that a request and its answer may have; null if it is not known."`
	Price  *Price `json:"price" doc:"Null if it is not known."`

	Estimate *Estimate `json:"estimate" doc:"If this model answers everything that the stage asks."`
}

// Price is the list price of a model, in USD per million tokens.
type Price struct {
	InputUSD  float64 `json:"input_usd"`
	OutputUSD float64 `json:"output_usd"`
}

// Estimate is what the requests of a stage take of one model.
type Estimate struct {
	Candidate    string        `json:"candidate" example:"anthropic:claude-sonnet-4-6"`
	Basis        EstimateBasis `json:"basis"`
	Samples      int           `json:"samples" doc:"How many earlier answers it is from."`
	InputTokens  Range         `json:"input_tokens"`
	OutputTokens Range         `json:"output_tokens"`
	Seconds      Range         `json:"seconds"`
	CostUSD      *Range        `json:"cost_usd" doc:"Null if the price is not known."`
}
