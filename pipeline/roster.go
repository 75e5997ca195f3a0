package pipeline

import (
	"cineforge/llm"
	"cineforge/llm/chain"
	"cineforge/recipe"
)

// Roster knows which models can be asked. It is safe for concurrent use.
type Roster interface {
	// Lineup returns the models that a stage may ask.
	Lineup(stageID string, policy recipe.Policy) Lineup
}

// Lineup is the models of a stage, first choice first, and those that can't be asked.
type Lineup struct {
	Candidates []llm.Candidate
	Skipped    []chain.Skipped
}
