package pipeline

import (
	"context"
	"fmt"
	"slices"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/llm"
	"github.com/cineforge/cineforge/llm/chain"
	"github.com/cineforge/cineforge/recipe"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

// CandidateSource knows which models can be asked. It is safe for concurrent use.
type CandidateSource interface {
	// Candidates returns the models that a stage of a new run may ask.
	ForNewRun(stageID string, policy recipe.Policy) Candidates

	// Carry returns the models that a stage of a run may ask in this process: those of the
	// candidates which the run pinned that can be asked here, in their order. The others,
	// and those of the policy's chain that the run did not pin, are skipped.
	ForRun(state *run.State, stageID string, policy recipe.Policy) Candidates

	// Needs returns what would let this process go on with a run, any of it; nil if it can.
	Needs(state *run.State) []run.Need
}

// ModelSource is whom the questions of a run can go to, and who sees to it that they do.
type ModelSource struct {
	Candidates CandidateSource
	Router     *chain.Router
}

// ModelSources returns the desk of a run: that of a drill, or for "" the real one. The same
// name gives the same desk each time only if it is "".
type ModelSources func(drill string) (ModelSource, error)

// Candidates is the models of a stage, first choice first, and those that can't be asked.
type Candidates struct {
	Candidates []llm.Candidate
	Skipped    []chain.Skipped

	// Pins are the candidates in the form in which runs pin them.
	Pins []event.Candidate
}

// pins are the candidates that a run pins: those that can be asked now, of each stage of
// its plan that asks any.
func (p *Pipeline) pins(plan *recipe.Plan, roster CandidateSource) map[string][]event.Candidate {
	pins := map[string][]event.Candidate{}
	for _, s := range plan.Stages {
		if s.Selected && !p.catalog[s.Module].Info().AsksNoModel {
			if list := roster.ForNewRun(s.ID, s.Policy).Pins; len(list) > 0 {
				pins[s.ID] = list
			}
		}
	}
	return pins
}

// today returns the candidates of today for the stages that a run has still to do. Where a
// run was begun with others, the offline model is none of them unless its recipe says so:
// a recipe that never degrades does not do so by a move to a machine without keys.
func (p *Pipeline) today(ctx context.Context, state run.State) (map[string][]event.Candidate, error) {
	plan, err := p.plan(ctx, state)
	if err != nil {
		return nil, err
	}
	desk, err := p.desks("")
	if err != nil {
		return nil, err
	}
	if err := p.priced(plan, desk.Candidates, func(id string) bool { return slices.Contains(state.ToDo(), id) }); err != nil {
		return nil, err
	}
	pins := p.pins(plan, desk.Candidates)
	for _, s := range plan.Stages {
		began := judged(state.Candidates[s.ID]) || state.Candidates == nil && state.Notice == ""
		if s.Policy.Degrade != recipe.DegradeNever || !began || judged(pins[s.ID]) || len(pins[s.ID]) == 0 ||
			!slices.Contains(state.ToDo(), s.ID) {
			continue
		}
		return nil, &failure.Error{Class: failure.NoProvider,
			Message: fmt.Sprintf("run %s can't go on here: no provider can be asked but the offline model, which its recipe does not take in place of others (degrade: never)", state.RunID),
			Hint:    "set the key of a provider, then resume the run again", Err: run.ErrNoCarrier}
	}
	return pins, nil
}

// judged reports whether any candidate but the offline model is in a list.
func judged(list []event.Candidate) bool {
	return slices.ContainsFunc(list, func(c event.Candidate) bool { return c.Dialect != event.Offline })
}
