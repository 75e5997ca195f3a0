package pipeline

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/internal/bounded"
	"github.com/cineforge/cineforge/recipe"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

// mostRecipes is how many parsed recipes are kept.
const mostRecipes = 32

// plans makes the plans of runs from the recipes that they pinned. It keeps parsed recipes by
// the digests of their sources: most runs have the same one, and a run that waits is taken up
// again and again. It is safe for concurrent use.
type plans struct {
	blobs   artifact.Blobs
	modules recipe.Modules
	parsed  *bounded.Cache[artifact.Digest, *recipe.Recipe]
}

func newPlans(blobs artifact.Blobs, modules recipe.Modules) *plans {
	return &plans{blobs: blobs, modules: modules, parsed: bounded.NewCache[artifact.Digest, *recipe.Recipe](mostRecipes)}
}

// ofRun rebuilds the plan of a run from the recipe and the parameters that the run pinned.
func (p *plans) ofRun(ctx context.Context, state run.State) (*recipe.Plan, error) {
	r, err := p.pinnedRecipe(ctx, state)
	if err != nil {
		return nil, err
	}
	return p.of(r, state)
}

// of plans a recipe with the parameters, the range of stages and the limits that a run pinned.
func (p *plans) of(r *recipe.Recipe, state run.State) (*recipe.Plan, error) {
	return r.Compile(PlanOptions(state, p.modules))
}

// PlanOptions are what the recipe of a run is compiled with: what the run pinned.
func PlanOptions(state run.State, modules recipe.Modules) recipe.PlanOptions {
	return recipe.PlanOptions{
		Params:       state.RuntimeParams,
		ParamsPinned: true,
		Modules:      modules,
		StartFrom:    state.StartFrom,
		EndAt:        state.EndAt,
		Limits:       limitsOf(state.Limits),
		Routing:      routingOf(state.Routing),
	}
}

// pinnedRecipe returns the recipe that a run pinned.
func (p *plans) pinnedRecipe(ctx context.Context, state run.State) (*recipe.Recipe, error) {
	source, err := p.blobs.Get(ctx, state.RecipeDigest)
	if err != nil {
		return nil, fmt.Errorf("the recipe of run %s: %w", state.RunID, err)
	}
	r, err := p.parse(state, source)
	if err != nil {
		return nil, fmt.Errorf("the recipe of run %s: %w", state.RunID, err)
	}
	return r, nil
}

// parse returns the recipe of a source, which is parsed if it is not kept.
func (p *plans) parse(state run.State, source []byte) (*recipe.Recipe, error) {
	return p.parsed.Make(state.RecipeDigest, func() (*recipe.Recipe, error) { return recipe.Parse(state.RecipeID, source) })
}

// limitsOf are the limits of a run in the form in which recipes take them.
func limitsOf(l event.Limits) recipe.Limits {
	return recipe.Limits{MaxCostUSD: l.MaxCostUSD, MaxWait: duration(l.MaxWaitSeconds), OnExhausted: recipe.OnExhausted(l.OnExhausted)}
}

// routingOf is the routing of a run in the form in which recipes take it.
func routingOf(r event.Routing) recipe.Routing {
	return recipe.Routing{Chains: r.Chains, Order: r.ProviderOrder, Without: r.WithoutProviders}
}

// duration returns seconds as a time; nil stays nil.
func duration(seconds *float64) *time.Duration {
	if seconds == nil {
		return nil
	}
	ns := *seconds * float64(time.Second)
	return new(time.Duration(math.Round(min(max(ns, -1), math.MaxInt64/2)))) // what is out of range stays so
}

// mostProjections is how many runs' projections are kept.
const mostProjections = 64

// projections keeps the states of runs that were worked on lately: one that waits for long is
// taken up again and again, and its log grows. It is safe for concurrent use.
type projections struct {
	store Store
	kept  *bounded.Cache[string, *run.Projection] // by the runs' ids
}

func newProjections(store Store) *projections {
	return &projections{store: store, kept: bounded.NewCache[string, *run.Projection](mostProjections)}
}

// of returns the projection of a run.
func (p *projections) of(id string) *run.Projection {
	projection, _ := p.kept.Make(id, func() (*run.Projection, error) { return run.NewProjection(p.store, id), nil })
	return projection
}

// forget drops the projection of a run that has ended.
func (p *projections) forget(id string) { p.kept.Forget(id) }

// line returns the states of the runs of a line, oldest first.
func (p *projections) line(ctx context.Context, root string) ([]run.State, error) {
	list, err := p.store.Line(ctx, root)
	if err != nil {
		return nil, err
	}
	line := make([]run.State, len(list))
	for i, r := range list {
		if line[i], err = p.of(r.RunID).Current(ctx); err != nil {
			return nil, err
		}
	}
	return line, nil
}
