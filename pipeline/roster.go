package pipeline

import (
	"context"
	"fmt"
	"strings"

	"cineforge/failure"
	"cineforge/llm"
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
	Skipped    []Skipped
}

// Skipped is a model that can't be asked, and why.
type Skipped struct {
	Model  recipe.ModelName
	Reason string
}

// first returns the model that is asked. If there is none, that is what its answer says.
func (l Lineup) first(stageID string) llm.Candidate {
	if len(l.Candidates) > 0 {
		return l.Candidates[0]
	}
	var why []string
	for _, s := range l.Skipped {
		why = append(why, s.Model.Model+" ("+s.Reason+")")
	}
	err := failure.New(failure.NoProvider, fmt.Sprintf("no model of stage %s can be asked: %s", stageID, strings.Join(why, ", ")),
		"set one of the keys, or name another model in the recipe's stage_fallback_models")
	none := func(context.Context, llm.Request) (llm.Response, error) { return llm.Response{Usage: llm.Usage{CostUSD: new(0.0)}}, err }
	return llm.Candidate{Provider: "none", Name: "none", Model: llm.ModelFunc(none)}
}
