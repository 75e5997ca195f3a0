package app

import (
	"github.com/cineforge/cineforge/pipeline"
	"github.com/cineforge/cineforge/recipe"
)

// Candidates returns the models that a stage of a recipe may ask.
func Candidates(m Models, stageID string, policy recipe.Policy) pipeline.Candidates {
	return newRoster(m).ForNewRun(stageID, policy)
}
