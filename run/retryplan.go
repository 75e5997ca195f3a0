package run

import (
	"math"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/run/event"
)

// RetryPlan is what a retry keeps, and what it does again. Of what it does again, only
// answers that are not there yet are paid for.
type RetryPlan struct {
	ParentRunID string          `json:"parent_run_id"`
	Mode        event.RetryMode `json:"mode"`
	From        []string        `json:"from"`
	Kept        []string        `json:"kept"`
	Redone      []Redone        `json:"redone"`
	SteppedBack []string        `json:"stepped_back,omitempty"`
	Reason      string          `json:"reason,omitempty"`

	Recipe        event.RetryRecipe    `json:"recipe"`
	Changes       []event.RecipeChange `json:"changes,omitempty"` // what is otherwise than in the run before, as far as it matters
	Limits        event.Limits         `json:"limits,omitzero"`   // that are set in place of the recipe's
	event.Routing                      // the same of the models that are asked

	Newest bool             `json:"newest,omitempty"` // what is kept is what is current in the project
	Edits  []EditedArtifact `json:"edits,omitempty"`  // of what is kept, what is current in another version; used if newest is set

	SpentUSD   float64 `json:"spent_usd"`    // by all runs of the line so far
	MaxCostUSD float64 `json:"max_cost_usd"` // what they may spend, this retry included

	// EstimatedCostUSD is what the answers that are missing cost if they cost what
	// others did; nil if there is nothing to judge by.
	EstimatedCostUSD *float64 `json:"estimated_cost_usd"`

	// RetryOutlook is what the retry is likely to meet; only a plan that was asked for has it.
	RetryOutlook
}

// RetryOutlook is what a retry is likely to take and to meet, as far as that can be said.
type RetryOutlook struct {
	// EstimatedSeconds is how long the retry is likely to take if no attempt fails; nil if there is
	// nothing to judge by.
	EstimatedSeconds *float64       `json:"estimated_seconds"`
	Forecast         *Forecast      `json:"forecast"`       // by stage: which models can be asked now, and what they take
	CurrentRecipe    *CurrentRecipe `json:"current_recipe"` // of the run's recipe id; nil if there is none any more
	StopsAgain       *StopRisk      `json:"may_stop_again"` // nil if nothing says that it may
}

// CurrentRecipe is the recipe that a new run would use.
type CurrentRecipe struct {
	Digest  artifact.Digest `json:"recipe_digest"`
	Differs bool            `json:"differs"` // from what the retry runs
}

// StopReason is why a retry may stop where the run before did, or before that.
type StopReason string

// The reasons.
const (
	NoCandidate StopReason = "no_candidate" // no model of the stage can be asked now
	SameRequest StopReason = "same_request" // the same model is asked the same, which it could not answer
	NeedsPerson StopReason = "needs_person" // the same provider is asked, and nothing shows that it was mended
	SameInput   StopReason = "same_input"   // the file or a parameter can't be used
	CostLimit   StopReason = "cost_limit"   // it may cost more than is left
	SeenBefore  StopReason = "problem"      // what the stage works with can be seen not to do
)

// StopRisk is where a retry may stop again, and why.
type StopRisk struct {
	StageID    string        `json:"stage_id"`
	Why        StopReason    `json:"why"`
	ErrorClass failure.Class `json:"error_class,omitempty"` // of what the run before stopped for
	Detail     string        `json:"detail,omitempty"`
}

// Redone is a stage that is done again.
type Redone struct {
	StageID    string `json:"stage_id"`
	AnswersHad int    `json:"answers_had"` // that are there, and serve again

	Artifacts []artifact.Ref `json:"artifacts" nullable:"false"` // that the run made of it, and that the retry makes again
	Discarded int            `json:"answers_discarded"`          // that are there, and do not serve by this recipe
}

// SpentUSD is what counts towards the limits on the run's cost: in a drill what it would
// have cost.
func (s *State) SpentUSD() float64 { return s.TotalCostUSD + s.SimulatedCostUSD }

// RaisedLimit returns a limit on the cost, in USD, that leaves room where one is spent or would be:
// three times as much, since later stages cost something too, rounded up to two digits.
func RaisedLimit(spent, limit float64) float64 {
	const usual = 10 // the limit where a recipe has none
	more := 3 * max(spent, limit)
	if more <= 0 {
		return usual
	}
	unit := math.Pow(10, math.Floor(math.Log10(more))-1)
	return math.Round(math.Ceil(more/unit-1e-9)*unit*1e6) / 1e6
}

// EditedArtifact is what a stage made, of which another version is current in the project.
type EditedArtifact struct {
	StageID string       `json:"stage_id"`
	Made    artifact.Ref `json:"made"`
	Current artifact.Ref `json:"current"`
}
