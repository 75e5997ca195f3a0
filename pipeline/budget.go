package pipeline

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"cineforge/recipe"
	"cineforge/run"
)

// ErrNoBudget means that a retry could pay for nothing.
var ErrNoBudget = errors.New("nothing is left to spend")

// spending is what runs of a line have cost, in USD. A limit on the cost holds for the
// whole line: a retry is no way round it.
type spending struct {
	total  float64
	stages map[string]float64
}

func spendingOf(line []run.State) spending {
	s := spending{stages: map[string]float64{}}
	for _, state := range line {
		s.total += state.TotalCostUSD
		for id, st := range state.Stages {
			s.stages[id] += st.CostUSD
		}
	}
	return s
}

// line returns the states of the runs of a line, oldest first.
func (p *Pipeline) line(ctx context.Context, root string) ([]run.State, error) {
	list, err := p.store.Line(ctx, root)
	if err != nil {
		return nil, err
	}
	line := make([]run.State, len(list))
	for i, r := range list {
		if line[i], err = p.states.of(r.RunID).State(ctx); err != nil {
			return nil, err
		}
	}
	return line, nil
}

// spentBefore returns what the other runs of a run's line have cost. All of them have
// ended, since one run of a line is under way at a time.
func (p *Pipeline) spentBefore(ctx context.Context, state run.State) (spending, error) {
	if state.ParentRunID == nil {
		return spending{}, nil
	}
	line, err := p.line(ctx, state.RootRunID)
	others := slices.DeleteFunc(line, func(s run.State) bool { return s.RunID == state.RunID })
	return spendingOf(others), err
}

// refusal returns an error if the retry has to pay for something and can't pay for
// anything.
func (v revision) refusal(plan run.RetryPlan, spent spending) error {
	if free := plan.EstimatedCostUSD != nil && *plan.EstimatedCostUSD == 0; free {
		return nil
	}
	line := fmt.Sprintf("run %s and its retries", v.parent.RootRunID)
	if spentUp(spent.total, plan.MaxCostUSD) {
		return noBudget(line, spent.total, plan.MaxCostUSD, "")
	}
	for _, r := range plan.Redone {
		s, _ := v.plan.Stage(r.StageID)
		own := s.Policy.MaxCostUSD
		switch {
		case spentUp(spent.stages[s.ID], own):
			return noBudget("stage "+s.ID, spent.stages[s.ID], own, "")
		case v.stuck(s):
			return noBudget(line, spent.total, plan.MaxCostUSD, fmt.Sprintf(", and the next question of stage %s costs more than what is left", s.ID))
		}
	}
	return nil
}

// spentUp reports whether a limit is reached. A limit of 0 of which nothing was spent
// still lets models answer that cost nothing.
func spentUp(spent, limit float64) bool { return spent > 0 && spent >= limit }

// stuck reports whether a stage failed for want of money, and has neither more of it now
// nor other models to ask: the price of its next question is what it was.
func (v revision) stuck(s recipe.PlannedStage) bool {
	st, _ := v.parent.Stage(s.ID)
	before, _ := v.pinned.Stage(s.ID)
	raised := v.plan.MaxCostUSD > v.pinned.MaxCostUSD || s.Policy.MaxCostUSD > before.Policy.MaxCostUSD
	asksOthers := slices.ContainsFunc(v.changes, func(c recipe.Change) bool {
		return c.StageID == s.ID && (c.Redo || c.Key == recipe.KeyModels)
	})
	return st.TerminalReason == run.MoneySpent && !raised && !asksOthers
}

func noBudget(whose string, spent, limit float64, more string) error {
	return refused(ErrNoBudget, fmt.Sprintf("of the %s that %s may spend, %s are spent%s", usd(limit), whose, usd(spent), more), "allow more with --max-cost USD")
}

// usd writes an amount to the cent, or finer if it is small.
func usd(v float64) string {
	if v < 1 {
		return fmt.Sprintf("$%.4f", v)
	}
	return fmt.Sprintf("$%.2f", v)
}
