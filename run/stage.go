package run

import (
	"slices"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/run/event"
)

// StageStatus is where a stage stands.
type StageStatus string

// The statuses of a stage.
const (
	StagePending   StageStatus = "pending"
	StageRunning   StageStatus = "running"
	StageDone      StageStatus = "done"
	StageFailed    StageStatus = "failed"
	StageReused    StageStatus = "skipped_reused"
	StagePaused    StageStatus = "paused"
	StageWaiting   StageStatus = "waiting" // until a model can answer
	StageCancelled StageStatus = "cancelled"
)

// Completed reports whether what comes after a stage of this status may build on it.
func (s StageStatus) Completed() bool { return s == StageDone || s == StageReused }

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
	PauseReason      event.PauseReason    `json:"pause_reason,omitempty"`
	ErrorCode        *string              `json:"error_code,omitempty"`
	ProviderCode     *string              `json:"provider_code,omitempty"`
	HTTPStatus       *int                 `json:"http_status,omitempty"`
	FailedProvider   string               `json:"failed_provider,omitempty"` // that failed last, where that ended it
	FailedModel      string               `json:"failed_model,omitempty"`
	Limit            string               `json:"limit,omitempty"`           // of the recipe, that ended its waiting
	Earliest         *UnixTime            `json:"earliest,omitempty"`        // when a candidate could have been asked again
	DurationBefore   float64              `json:"duration_before,omitempty"` // of the duration: until it was resumed, its time spent
	Exceeded         *Exceeded            `json:"budget_exceeded,omitempty"` // the limit that kept a request from being sent
	RequestID        *string              `json:"request_id,omitempty"`
	ArtifactRefs     []artifact.Ref       `json:"artifact_refs"`
	UnitsDone        int                  `json:"units_done"`
	UnitsTotal       int                  `json:"units_total"`
	DurationSeconds  float64              `json:"duration_seconds"`
	CostUSD          float64              `json:"cost_usd"`                     // of the attempts whose price is known
	Unpriced         int                  `json:"unpriced_attempts,omitempty"`  // those whose price is not
	Estimated        int                  `json:"estimated_attempts,omitempty"` // whose tokens and cost the provider did not report in full
	StartedAt        *UnixTime            `json:"started_at"`
	ProgressAt       *UnixTime            `json:"progress_at,omitempty"`   // when it last made progress
	Waits            []Wait               `json:"waits,omitempty"`         // by the time they end
	WaitingSince     *UnixTime            `json:"waiting_since,omitempty"` // when its waiting for a model began, without an answer since
	Fallback         *Fallback            `json:"fallback,omitempty"`      // the last one
	Fallbacks        int                  `json:"fallback_count,omitempty"`
	Reused           []string             `json:"reused,omitempty"`             // requests whose answers were stored, by unit and role
	SimulatedCostUSD float64              `json:"simulated_cost_usd,omitempty"` // in a drill, which costs nothing
	Crashes          int                  `json:"crashes,omitempty"`            // how often its process died since it last made progress
	BestProgress     int                  `json:"furthest,omitempty"`           // the most units that were ever done
	StageWords
}

// StageWords are what a stage is called, and what can be done about it. They are no part of what
// events say: what shows a state adds them.
type StageWords struct {
	Title   string           `json:"title,omitempty" doc:"What it does."`
	Doing   string           `json:"doing,omitempty" doc:"The same while it goes on."`
	Actions []failure.Remedy `json:"actions,omitempty" doc:"What can be done about a stage that failed or is paused."`

	// Verdicts are why no model of the chain was asked when a request of the stage last began to
	// wait.
	Verdicts []event.Verdict `json:"-"`
}

// SpentUSD is what counts towards the limits on the stage's cost.
func (st *StageState) SpentUSD() float64 { return st.CostUSD + st.SimulatedCostUSD }

// RemainingCostUSD returns what the units of a stage that are not done are likely to cost, in
// USD, by what the others cost.
func (st *StageState) RemainingCostUSD() float64 {
	if st.Status.Completed() || st.UnitsTotal == 0 {
		return 0
	}
	asked := max(st.UnitsDone, min(st.CallCount, st.UnitsTotal), 1)
	return st.SpentUSD() / float64(asked) * float64(st.UnitsTotal-st.UnitsDone)
}

// close settles the time and the model of a stage attempt that has ended.
func (st *StageState) close(at UnixTime) {
	st.Waits = nil
	st.WaitingSince = nil
	if st.StartedAt != nil {
		st.DurationSeconds += max(at.Sub(st.StartedAt.Time).Seconds(), 0) // a clock can go back
	}
	if st.ModelUsed == nil && st.AttemptCount == 0 {
		model := code
		st.ModelUsed = &model
	}
}

// reset begins the stage anew.
func (st *StageState) reset() {
	st.Status = StagePending
	st.UnitsDone = 0
	st.UnitsTotal = 0
}

// wait notes that a request is sent again later.
func (st *StageState) wait(w Wait, at UnixTime) {
	st.waitsNoMore(w.Unit, w.Role)
	if !w.Until.After(at.Time) {
		return
	}
	i, _ := slices.BinarySearchFunc(st.Waits, w, func(a, b Wait) int { return a.Until.Compare(b.Until.Time) })
	st.Waits = slices.Insert(st.Waits, i, w)
	st.deriveStatus()
}

// waitsNoMore notes that a request waits no longer.
func (st *StageState) waitsNoMore(unit string, role event.Role) {
	st.Waits = slices.DeleteFunc(st.Waits, func(w Wait) bool { return w.Unit == unit && w.Role == role })
	st.deriveStatus()
}

// deriveStatus derives whether a stage under way works or waits: it works while any of its
// requests does.
func (st *StageState) deriveStatus() {
	if st.Status != StageRunning && st.Status != StageWaiting {
		return
	}
	st.Status = StageRunning
	waits := slices.ContainsFunc(st.Waits, func(w Wait) bool { return !w.Retry })
	asks := slices.ContainsFunc(st.Attempts, func(a AttemptState) bool { return a.Status == AttemptRunning })
	if waits && !asks {
		st.Status = StageWaiting
	}
}

// open returns the attempt under way that a names, or one that is added for a
// result whose start was not recorded.
func (st *StageState) open(a event.Attempt) *AttemptState {
	for i := range slices.Backward(st.Attempts) {
		at := &st.Attempts[i]
		if at.Status == AttemptRunning && at.Unit == a.Unit && at.Role == a.Role && at.Attempt == a.Attempt {
			return at
		}
	}
	st.Attempts = append(st.Attempts, AttemptState{
		ID: attemptID(a), Attempt: a.Attempt, Unit: a.Unit, Role: a.Role, Model: a.Model, Provider: a.Provider,
	})
	st.AttemptCount = len(st.Attempts)
	return &st.Attempts[len(st.Attempts)-1]
}

// answered counts an answer that is used. The model that gave most is the one used; of
// several with as many, the last that answered.
func (st *StageState) answered(provider, model string, usd *float64, paid bool) {
	use, ok := st.ModelsUsed[model]
	if !ok {
		use.Providers = map[string]int{}
	}
	use.Answers++
	if paid && usd == nil {
		use.Unpriced++
	}
	use.Providers[provider]++
	if usd != nil {
		use.CostUSD += *usd
	}
	if st.ModelsUsed == nil {
		st.ModelsUsed = map[string]ModelUse{}
	}
	st.ModelsUsed[model] = use
	if st.ModelUsed == nil || use.Answers >= st.ModelsUsed[*st.ModelUsed].Answers {
		st.ModelUsed = &model
	}
}

// code stands for the model of a stage that asked none.
const code = "code"

// Exceeded is a limit on the cost that is reached, in USD.
type Exceeded struct {
	SpentUSD float64 `json:"spent_usd"`
	LimitUSD float64 `json:"limit_usd"`
}

// ModelUse is a model's share of a stage's answers.
type ModelUse struct {
	Answers   int            `json:"answers"`
	CostUSD   float64        `json:"cost_usd"`           // of those that this run paid for, as far as their price is known
	Unpriced  int            `json:"unpriced,omitempty"` // answers that this run paid for, whose price is not known
	Providers map[string]int `json:"providers"`          // its answers by the provider that gave them
}

// Fallback is a request that went to another model than it was meant for.
type Fallback struct {
	At     UnixTime `json:"at"`
	Unit   string   `json:"unit"`
	From   string   `json:"from_model"`
	To     string   `json:"to_model"`
	Reason string   `json:"reason"`
}

// Wait is a request that is sent again later.
type Wait struct {
	Unit   string     `json:"unit"`
	Role   event.Role `json:"role"`
	Since  UnixTime   `json:"since"`
	Until  UnixTime   `json:"until"`
	Reason string     `json:"reason"`
	Retry  bool       `json:"retry,omitempty"` // a pause before the next attempt, and no waiting for a model
	Round  int        `json:"round,omitempty"` // the one that ended

	Provider   string        `json:"provider,omitempty"` // that failed last; where nothing failed, that is waited for
	Model      string        `json:"model,omitempty"`
	ErrorClass failure.Class `json:"error_class,omitempty"`
	Providers  []string      `json:"providers,omitempty"` // any of which lets it go on
	Held       []string      `json:"held,omitempty"`      // providers that an operator holds, if nothing else is waited for
	GivesUp    bool          `json:"gives_up,omitempty"`  // the stage fails at the end of it, unless a candidate can be asked before
}
