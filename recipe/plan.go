package recipe

import (
	"fmt"
	"maps"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/internal/spelling"
)

// Plan is a recipe with values for its placeholders, checked against the modules
// there are. It is not changed and may be used concurrently.
type Plan struct {
	RecipeID    string
	Name        string
	Description string
	Stages      []PlannedStage // each behind all that it waits for, otherwise as declared
	Resilience  Resilience
	MaxCostUSD  float64 // what the whole run may spend

	MaxCostOrigin Origin // where that is from
}

// PlannedStage is a stage of a plan. Its Params are what its module takes: a
// string, bool or int each, as the module declares it.
type PlannedStage struct {
	Stage
	Selected bool // whether it is in the slice that the plan is to run
	Policy   Policy

	// Origins says where the settings of the policy are from, by their keys in recipes.
	Origins map[string]Origin
}

// PlanOptions are what a recipe is compiled with.
type PlanOptions struct {
	Params  map[string]any // the run's parameters; those that no placeholder names are ignored, see CheckParams
	Modules Modules

	// StartFrom selects that stage and all that wait for it, EndAt that stage and
	// all it waits for, both what lies between the two. After counts like needs,
	// since it is how a stage waits for what others put into the project's store.
	StartFrom string
	EndAt     string

	// Limits and Routing replace what the recipe says of the same.
	Limits  Limits
	Routing Routing

	// Open leaves placeholders without a value open: the plan is as if what they stand for was not
	// written. It shows what a recipe does; it can't be run.
	Open bool

	// ParamsPinned means that the parameters are those of an earlier run, so that
	// one that is missing can't be given.
	ParamsPinned bool
}

// Compile checks the recipe against the modules and puts values in the place of
// placeholders. The error is of type [Errors] if it is about the recipe or lacks
// parameters, or a failure of class input if it is about the slice or a limit.
func (r *Recipe) Compile(opts PlanOptions) (*Plan, error) {
	values := maps.Clone(opts.Params)
	if values == nil {
		values = map[string]any{}
	}
	if err := opts.Limits.check(); err != nil {
		return nil, err
	}
	if err := opts.Routing.check(r); err != nil {
		return nil, err
	}
	p := &problems{file: r.File, pinned: opts.ParamsPinned, open: opts.Open}
	params := r.checkModules(p, opts.Modules, values)
	var resilience Resilience
	if r.resilience != nil {
		filled := filler{p, values, "resilience"}.fill(r.resilience, "")
		resilience = decodeResilience(p, filled, r.stageIDs())
	}
	if err := p.err(); err != nil {
		return nil, err
	}
	g := graphOf(r.Stages)
	selected, err := r.slice(g, opts.StartFrom, opts.EndAt)
	if err != nil {
		return nil, err
	}
	written := resilience
	resilience = opts.Limits.replace(resilience)
	plan := &Plan{
		RecipeID: r.ID, Name: r.Name, Description: r.Description, Resilience: resilience,
		MaxCostUSD:    first(DefaultMaxCostUSD, resilience.MaxCostUSD),
		MaxCostOrigin: origins(written, "", opts.Limits, false)[KeyMaxCost],
	}
	for _, i := range g.order() {
		s := r.Stages[i]
		s.Params = params[i].own
		policy := resilience.For(s.ID, opts.Modules.DefaultChain(s.ID))
		params[i].kept.apply(&policy, opts.Limits.MaxCostUSD != nil)
		opts.Routing.apply(s.ID, &policy)
		planned := PlannedStage{Stage: s, Selected: selected[i], Policy: policy, Origins: origins(written, s.ID, opts.Limits, policy.Named)}
		params[i].kept.noteOrigins(&planned)
		plan.Stages = append(plan.Stages, planned)
	}
	return plan, nil
}

// slice returns which stages lie between two, by the graph and not by the order.
func (r *Recipe) slice(g graph, startFrom, endAt string) ([]bool, error) {
	selected := make([]bool, len(r.Stages))
	for i := range selected {
		selected[i] = true
	}
	narrow := func(id string, edges [][]int) error {
		if id == "" {
			return nil
		}
		for i, s := range r.Stages {
			if s.ID == id {
				kept := g.reach(i, edges)
				for j := range selected {
					selected[j] = selected[j] && kept[j]
				}
				return nil
			}
		}
		hint := stagesHint(r.stageIDs())
		if near := spelling.Nearest(id, r.stageIDs()); near != "" {
			hint = fmt.Sprintf("did you mean %q?", near)
		}
		return failure.New(failure.Input, fmt.Sprintf("recipe %s has no stage %s", r.ID, quote(id)), hint)
	}
	if err := narrow(startFrom, g.followers()); err != nil {
		return nil, err
	}
	if err := narrow(endAt, g.waits); err != nil {
		return nil, err
	}
	for _, s := range selected {
		if s {
			return selected, nil
		}
	}
	return nil, failure.New(failure.Input, fmt.Sprintf("nothing is left to run: stage %q does not come behind stage %q", endAt, startFrom),
		"start from a stage that the last one builds on")
}

// StageByID returns the stage with an id.
func (p *Plan) StageByID(id string) (PlannedStage, bool) {
	for _, s := range p.Stages {
		if s.ID == id {
			return s, true
		}
	}
	return PlannedStage{}, false
}

// Ready returns the selected stages that may start now and aren't done, in the
// plan's order, given which stages are. A stage outside the slice counts as done:
// what it makes has to be there before anything starts.
func (p *Plan) Ready(done func(id string) bool) []string {
	open := map[string]bool{}
	for _, s := range p.Stages {
		open[s.ID] = s.Selected && !done(s.ID)
	}
	var ready []string
	for _, s := range p.Stages {
		if open[s.ID] && !anyOpen(s.waitsFor(), open) {
			ready = append(ready, s.ID)
		}
	}
	return ready
}

func anyOpen(ids []string, open map[string]bool) bool {
	for _, id := range ids {
		if open[id] {
			return true
		}
	}
	return false
}

// Origin says where the value of a setting is from.
type Origin string

// The origins, the first that applies first.
const (
	OriginRun     Origin = "run"     // given for the run
	OriginStage   Origin = "stage"   // the recipe says it of the stage
	OriginRecipe  Origin = "recipe"  // the recipe says it of all stages
	OriginDefault Origin = "default" // nothing says it
)

// The keys of settings that others ask the origin of. KeyModels is one more.
const (
	KeyMaxCost     = "max_cost_usd"
	KeyMaxWait     = "max_wait_seconds"
	KeyMaxStage    = "max_stage_seconds"
	KeyMaxAttempts = "max_attempts_per_stage"
	KeyConcurrency = "concurrency"
	KeyOnExhausted = "on_exhausted"
)

// said lists the settings that are set.
func (s Settings) said() map[string]bool {
	return map[string]bool{
		KeyMaxCost:                 s.MaxCostUSD != nil,
		KeyMaxWait:                 s.MaxWait != nil,
		KeyMaxStage:                s.MaxStage != nil,
		KeyMaxAttempts:             s.MaxAttempts != nil,
		KeyConcurrency:             s.Concurrency != nil,
		KeyOnExhausted:             s.OnExhausted != "",
		"degrade":                  s.Degrade != "",
		"on_unknown_price":         s.OnUnknownPrice != "",
		"retry_base_delay_seconds": s.RetryBaseDelay != nil,
		"retry_jitter_ratio":       s.JitterRatio != nil,
	}
}

// said lists the limits that are set, by the keys that recipes have for them.
func (l Limits) said() map[string]bool {
	return map[string]bool{KeyMaxCost: l.MaxCostUSD != nil, KeyMaxWait: l.MaxWait != nil, KeyOnExhausted: l.OnExhausted != ""}
}

// origins returns where the settings of a stage are from, by their keys. The empty stage is the
// run as a whole.
func origins(r Resilience, stageID string, given Limits, named bool) map[string]Origin {
	out := map[string]Origin{}
	for key := range r.said() {
		switch {
		case given.said()[key]:
			out[key] = OriginRun
		case r.Stages[stageID].said()[key]:
			out[key] = OriginStage
		case r.said()[key]:
			out[key] = OriginRecipe
		default:
			out[key] = OriginDefault
		}
	}
	if _, ok := r.StageMaxAttempts[stageID]; ok && !r.Stages[stageID].said()[KeyMaxAttempts] {
		out[KeyMaxAttempts] = OriginStage
	}
	switch {
	case named:
		out[KeyModels] = OriginRun
	case len(r.StageFallbackModels[stageID]) > 0:
		out[KeyModels] = OriginStage
	default:
		out[KeyModels] = OriginDefault
	}
	return out
}
