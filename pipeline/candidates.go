package pipeline

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/internal/spelling"
	"github.com/cineforge/cineforge/llm"
	"github.com/cineforge/cineforge/llm/chain"
	"github.com/cineforge/cineforge/recipe"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
	"github.com/cineforge/cineforge/stage"
)

// ErrUnknownPrice means that a limit on the cost can't be kept, since a model has no price.
var ErrUnknownPrice = errors.New("a model has no price")

// CandidateSource knows which models can be asked. It is safe for concurrent use.
type CandidateSource interface {
	// ForNewRun returns the models that a stage of a new run may ask.
	ForNewRun(stageID string, policy recipe.Policy) Candidates

	// ForRun returns the models that a stage of a run may ask in this process: those of the
	// candidates which the run pinned that can be asked here, in their order. The others,
	// and those of the policy's chain that the run did not pin, are skipped.
	ForRun(state *run.State, stageID string, policy recipe.Policy) Candidates

	// Names lists the providers that there are, whether or not they can be asked.
	Names() []string

	// Needs returns what would let this process go on with a run, any of it; nil if it can.
	Needs(state *run.State) []run.Need
}

// ModelSource is the models that the requests of a run can go to, and the router that sends
// them.
type ModelSource struct {
	Candidates CandidateSource
	Router     *chain.Router
}

// ModelSources returns the models of a run: those of a drill, or for "" the real ones. Only for
// "" the result is the same each time.
type ModelSources func(drill string) (ModelSource, error)

// Candidates is the models of a stage, first choice first, and those that can't be asked.
type Candidates struct {
	Candidates []llm.Candidate
	Skipped    []chain.Skipped

	// Pins are the candidates in the form in which runs pin them.
	Pins []event.Candidate
}

// lineup is the models that can be asked today by the stages of a plan.
type lineup struct {
	catalog    stage.Catalog
	candidates CandidateSource
	drill      bool // nothing is paid
}

// today returns the models that can be asked in a drill, or for "" the real ones.
func (p *Pipeline) today(drill string) (lineup, error) {
	models, err := p.models(drill)
	return lineup{catalog: p.catalog, candidates: models.Candidates, drill: drill != ""}, err
}

// asks reports whether a stage is to ask a model.
func (l lineup) asks(s recipe.PlannedStage) bool {
	return s.Selected && !l.catalog[s.Module].Info().AsksNoModel
}

// checkRouting returns why a plan can't start with the models that the run names, or nil: there
// is no such provider, or a stage is left without a model. Only the stages count that todo names.
func (l lineup) checkRouting(plan *recipe.Plan, r event.Routing, todo func(stageID string) bool) error {
	if r.Equal(event.Routing{}) {
		return nil
	}
	names := l.candidates.Names()
	if err := knownProviders(names, slices.Concat(r.ProviderOrder, r.WithoutProviders)); err != nil {
		return err
	}
	for _, s := range plan.Stages {
		if _, chained := r.Chains[s.ID]; chained && l.catalog[s.Module].Info().AsksNoModel {
			return refused(ErrNoCandidate, fmt.Sprintf("a chain is given for stage %s, which asks no model", s.ID)).Advised("leave the stage out")
		}
		if s.Policy.Named {
			for _, m := range s.Policy.Chain {
				if err := knownProviders(names, []string{m.Provider}); err != nil {
					return err
				}
			}
		}
		if !l.asks(s) || !todo(s.ID) {
			continue
		}
		if c := l.candidates.ForNewRun(s.ID, s.Policy); len(c.Candidates) == 0 {
			return noCandidate(s.ID, c.Skipped)
		}
	}
	return nil
}

// ErrNoCandidate means that a run names models of which none can be asked.
var ErrNoCandidate = errors.New("no model is left to ask")

// knownProviders returns an error for the first name that no provider has.
func knownProviders(known, names []string) error {
	for _, name := range names {
		if slices.Contains(known, name) {
			continue
		}
		f := refused(ErrNoCandidate, fmt.Sprintf("there is no provider %q", name))
		if near := spelling.Nearest(name, known); near != "" {
			return f.Advised(fmt.Sprintf("did you mean %q?", near))
		}
		return f.Advised("the providers are " + strings.Join(known, ", "))
	}
	return nil
}

// noCandidate says of which models a stage is left with none, and why.
func noCandidate(stageID string, skipped []chain.Skipped) error {
	var why []string
	for _, c := range skipped {
		why = append(why, fmt.Sprintf("%s:%s (%s)", c.Provider, c.Model, c.Detail))
	}
	return refused(ErrNoCandidate, fmt.Sprintf("stage %s is left without a model: %s", stageID, strings.Join(why, ", "))).
		Advised("set a missing key, leave fewer providers out, or name other models for the stage")
}

// pins are the candidates that a run pins: those that can be asked now, of each stage of
// its plan that asks any.
func (l lineup) pins(plan *recipe.Plan) map[string][]event.Candidate {
	pins := map[string][]event.Candidate{}
	for _, s := range plan.Stages {
		if l.asks(s) {
			if list := l.candidates.ForNewRun(s.ID, s.Policy).Pins; len(list) > 0 {
				pins[s.ID] = list
			}
		}
	}
	return pins
}

// check returns why a plan can't start with the models that can be asked now, or nil.
func (l lineup) check(plan *recipe.Plan, r event.Routing, todo func(stageID string) bool) error {
	if err := l.checkRouting(plan, r, todo); err != nil || l.drill {
		return err
	}
	return l.checkPrices(plan, todo)
}

// checkPrices returns why a plan can't start with the models that can be asked now, or nil: a
// limit on the cost that a person set can't be kept where a model has no price. Only the
// stages count that todo names.
func (l lineup) checkPrices(plan *recipe.Plan, todo func(stageID string) bool) error {
	for _, s := range plan.Stages {
		if !s.Policy.CostIsLimited || s.Policy.OnUnknownPrice == recipe.AllowUnknownPrice ||
			!l.asks(s) || !todo(s.ID) {
			continue
		}
		for _, c := range l.candidates.ForNewRun(s.ID, s.Policy).Candidates {
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

// pinsOfToday returns the candidates of today for the stages that a run has still to do. Where a
// run was begun with others, the offline model is none of them unless its recipe says so:
// a recipe that never degrades does not do so by a move to a machine without keys.
func (p *Pipeline) pinsOfToday(ctx context.Context, state run.State) (map[string][]event.Candidate, error) {
	plan, err := p.plans.ofRun(ctx, state)
	if err != nil {
		return nil, err
	}
	today, err := p.today("")
	if err != nil {
		return nil, err
	}
	todo := func(id string) bool { return slices.Contains(state.ToDo(), id) }
	if err := today.check(plan, state.Routing, todo); err != nil {
		return nil, err
	}
	pins := today.pins(plan)
	for _, s := range plan.Stages {
		began := judged(state.Candidates[s.ID]) || state.Candidates == nil && state.Notice == ""
		if s.Policy.Degrade != recipe.DegradeNever || !began || judged(pins[s.ID]) || len(pins[s.ID]) == 0 ||
			!slices.Contains(state.ToDo(), s.ID) {
			continue
		}
		return nil, &failure.Error{
			Class: failure.NoProvider,
			Message: fmt.Sprintf("run %s can't go on here: no provider can be asked but the offline model, "+
				"which its recipe does not take in place of others (degrade: never)", state.RunID),
			Hint: "set the key of a provider, then resume the run again",
			Err:  run.ErrNoCarrier,
		}
	}
	return pins, nil
}

// judged reports whether any candidate but the offline model is in a list.
func judged(list []event.Candidate) bool {
	return slices.ContainsFunc(list, func(c event.Candidate) bool { return c.Dialect != event.Offline })
}
