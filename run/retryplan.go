package run

import "github.com/cineforge/cineforge/run/event"

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

	Recipe  event.RetryRecipe    `json:"recipe"`
	Changes []event.RecipeChange `json:"changes,omitempty"` // what is otherwise than in the run before, as far as it matters
	Limits  event.Limits         `json:"limits,omitzero"`   // that are set in place of the recipe's

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
