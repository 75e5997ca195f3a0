package pipeline

import (
	"errors"
	"fmt"

	"github.com/cineforge/cineforge/llm"
	"github.com/cineforge/cineforge/recipe"
)

// ErrUnknownPrice means that a limit on the cost can't be kept, since a model has no price.
var ErrUnknownPrice = errors.New("a model has no price")

// priced returns why a plan can't start with the models that can be asked now, or nil: a
// limit on the cost that somebody set says nothing where a model has no price. Only the
// stages count that todo names.
func (p *Pipeline) priced(plan *recipe.Plan, roster CandidateSource, todo func(stageID string) bool) error {
	for _, s := range plan.Stages {
		if !s.Policy.CostIsLimited || s.Policy.OnUnknownPrice == recipe.AllowUnknownPrice ||
			!s.Selected || !todo(s.ID) || p.catalog[s.Module].Info().AsksNoModel {
			continue
		}
		for _, c := range roster.ForNewRun(s.ID, s.Policy).Candidates {
			if c.Spec.Price == nil {
				return unpriced(s, c)
			}
		}
	}
	return nil
}

func unpriced(s recipe.PlannedStage, c llm.Candidate) error {
	f := refused(ErrUnknownPrice, fmt.Sprintf("stage %s may spend %s, but the price of %s:%s is not known", s.ID,
		usd(s.Policy.MaxCostUSD), c.Provider, c.Name))
	return f.Advised("set input_usd and output_usd of " + c.Name +
		" in cineforge.yaml (0 if it costs nothing), or on_unknown_price: allow in the recipe's resilience block")
}
