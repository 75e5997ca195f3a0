package app

import (
	"github.com/cineforge/cineforge/pipeline"
	"github.com/cineforge/cineforge/recipe"
)

// Lineup returns the models that a stage of a recipe may ask.
func Lineup(m Models, stageID string, policy recipe.Policy) pipeline.Lineup {
	return newRoster(m).Lineup(stageID, policy)
}
