package run

import (
	"cmp"
	"fmt"

	"github.com/cineforge/cineforge/artifact"
)

// RetryPlan is what a retry keeps, and what it does again. Of what it does again, only
// answers that are not there yet are paid for.
type RetryPlan struct {
	ParentRunID string    `json:"parent_run_id"`
	Mode        RetryMode `json:"mode"`
	From        []string  `json:"from"`
	Kept        []string  `json:"kept"`
	Redone      []Redone  `json:"redone"`
	SteppedBack []string  `json:"stepped_back,omitempty"`
	Reason      string    `json:"reason,omitempty"`

	Recipe  RetryRecipe    `json:"recipe"`
	Changes []RecipeChange `json:"changes,omitempty"` // what is otherwise than in the run before, as far as it matters
	Limits  Limits         `json:"limits,omitzero"`   // that are set in place of the recipe's

	SpentUSD   float64 `json:"spent_usd"`    // by all runs of the line so far
	MaxCostUSD float64 `json:"max_cost_usd"` // what they may spend, this retry included

	// EstimatedCostUSD is what the answers that are missing cost if they cost what
	// others did; nil if there is nothing to judge by.
	EstimatedCostUSD *float64 `json:"estimated_cost_usd"`
}

// Redone is a stage that is done again.
type Redone struct {
	StageID    string `json:"stage_id"`
	AnswersHad int    `json:"answers_had"` // that are there, and serve again
}

// PinnedRecipe is how a retry asks for the recipe that the run before was made with.
const PinnedRecipe = "pinned"

// RetryRecipe is the recipe that a retry runs.
type RetryRecipe struct {
	Name     string          `json:"name"` // that it was asked for by; PinnedRecipe if it is the one of the run before
	RecipeID string          `json:"recipe_id"`
	Digest   artifact.Digest `json:"recipe_digest"`
}

// RecipeChange is a difference between what a run and its retry do: in a stage, or,
// without one, in the run as a whole.
type RecipeChange struct {
	StageID string `json:"stage_id,omitempty"`
	Key     string `json:"key"` // of the recipe; "stage" where only one of the two runs has the stage
	From    string `json:"from"`
	To      string `json:"to"`
	Redo    bool   `json:"redo,omitempty"` // what the stage made does not serve any more
}

// String returns the change on one line.
func (c RecipeChange) String() string {
	text := fmt.Sprintf("%s %s → %s", c.Key, cmp.Or(c.From, "nothing"), cmp.Or(c.To, "nothing"))
	switch {
	case c.Key == "stage" && c.From == "":
		text = "a new stage"
	case c.Key == "stage":
		text = "left out"
	}
	if c.StageID != "" {
		text = c.StageID + ": " + text
	}
	return text
}

// Limits are set for a run by a person, in place of what the recipe says for the run and
// for its stages. A limit that is nil is not set.
type Limits struct {
	MaxCostUSD     *float64 `json:"max_cost_usd,omitempty"`
	MaxWaitSeconds *float64 `json:"max_wait_seconds,omitempty"`
}

// Or returns the limits, with those of other where they are not set.
func (l Limits) Or(other Limits) Limits {
	return Limits{MaxCostUSD: cmp.Or(l.MaxCostUSD, other.MaxCostUSD), MaxWaitSeconds: cmp.Or(l.MaxWaitSeconds, other.MaxWaitSeconds)}
}

// Equal reports whether the same limits are set.
func (l Limits) Equal(other Limits) bool {
	same := func(a, b *float64) bool { return a == b || a != nil && b != nil && *a == *b }
	return same(l.MaxCostUSD, other.MaxCostUSD) && same(l.MaxWaitSeconds, other.MaxWaitSeconds)
}
