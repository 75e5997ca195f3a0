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

// Desk is whom the questions of a run can go to, and who sees to it that they do.
type Desk struct {
	Roster Roster
	Router *chain.Router
}

// Desks returns the desk of a run: that of a drill, or for "" the real one. The same
// name gives the same desk each time only if it is "".
type Desks func(drill string) (Desk, error)

// Lineup is the models of a stage, first choice first, and those that can't be asked.
type Lineup struct {
	Candidates []llm.Candidate
	Skipped    []chain.Skipped
}
