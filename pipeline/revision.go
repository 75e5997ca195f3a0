package pipeline

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/recipe"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

// revision is what a retry runs, beside what the run before ran.
type revision struct {
	parent run.State
	plan   *recipe.Plan
	recipe *recipe.Recipe
	name   string // that the recipe was asked for by; run.PinnedRecipe if it is the parent's
	limits event.Limits
	pins   map[string][]event.Candidate // who can be asked today; nil for a drill

	results results // of the parent
	changes []recipe.Change
	redone  map[string]recipe.Change // stages whose results do not serve the plan, and why
}

// revise makes the plan of a retry. A retry by the pinned recipe, whatever it is asked
// for by, keeps the limits of the run before; another recipe brings its own.
func (p *Pipeline) revise(ctx context.Context, parent run.State, r Retry) (revision, error) {
	v := revision{parent: parent, recipe: r.Recipe, name: r.RecipeName, limits: r.Limits}
	pinned, err := p.pinnedRecipe(ctx, parent)
	if err != nil {
		return v, err
	}
	before, err := p.planOf(pinned, parent)
	if err != nil {
		return v, err
	}
	if v.recipe == nil || bytes.Equal(v.recipe.Source, pinned.Source) {
		v.recipe, v.name, v.limits = pinned, event.PinnedRecipe, r.Limits.Or(parent.Limits)
	}
	next := parent
	next.Limits = v.limits
	if v.plan, err = p.planOf(v.recipe, next); err != nil {
		return v, err
	}
	if parent.Drill == "" {
		desk, err := p.desks("")
		if err != nil {
			return v, err
		}
		v.pins = p.pins(v.plan, desk.Candidates)
	}
	if v.results, err = p.resultsOf(ctx, parent); err != nil {
		return v, err
	}
	v.changes = recipe.Changes(before, v.plan)
	v.redone = v.plan.Redone(v.changes)
	return v, nil
}

// subject names what has the stages of the retry, for messages.
func (v revision) subject() string {
	if v.name == event.PinnedRecipe {
		return "run " + v.parent.RunID
	}
	return "recipe " + v.plan.RecipeID
}

// order lists the stages of the retry: those that the plan selects, and those before
// them that they build on.
func (v revision) order() []string {
	order := []string{}
	needed := upstream(v.plan)
	for _, s := range v.plan.Stages {
		if s.Selected || slices.Contains(needed, s.ID) {
			order = append(order, s.ID)
		}
	}
	return order
}

// named says which recipe the retry runs.
func (v revision) named() event.RetryRecipe {
	return event.RetryRecipe{Name: v.name, RecipeID: v.plan.RecipeID, Digest: artifact.DigestOf(v.recipe.Source)}
}

// differences lists the changes that matter: how hard a stage tries matters only if it
// is done again.
func (v revision) differences(again map[string]bool) []event.RecipeChange {
	var list []event.RecipeChange
	for _, c := range v.changes {
		if c.StageID == "" || c.Redo || c.Key == recipe.KeyStage || again[c.StageID] {
			list = append(list, recipeChange(c))
		}
	}
	return list
}

// otherwiseAsked lists the stages that are done again and whose questions go to other
// models than those that the run before had pinned, although its recipe names the same.
func (v revision) otherwiseAsked(again map[string]bool) []event.RecipeChange {
	var list []event.RecipeChange
	for _, id := range v.order() {
		before, known := v.parent.Candidates[id]
		same := func(a, b event.Candidate) bool { return a.Identity() == b.Identity() }
		otherModels := func(c recipe.Change) bool { return c.StageID == id && (c.Redo || c.Key == recipe.KeyModels) }
		if again[id] && known && !slices.ContainsFunc(v.changes, otherModels) && v.pins != nil &&
			!slices.EqualFunc(before, v.pins[id], same) {
			list = append(list, event.RecipeChange{StageID: id, Key: "candidates", From: namesOf(before), To: namesOf(v.pins[id])})
		}
	}
	return list
}

// namesOf lists candidates as recipes name them.
func namesOf(list []event.Candidate) string {
	var names []string
	for _, c := range list {
		names = append(names, c.Provider+":"+c.Model)
	}
	return strings.Join(names, ", ")
}

// recipeChange is a change in the form of the log.
func recipeChange(c recipe.Change) event.RecipeChange {
	return event.RecipeChange{StageID: c.StageID, Key: c.Key, From: c.From, To: c.To, Redo: c.Redo}
}

// unfit says why what a stage made can't be kept, whatever it is; "" if it can.
func (v revision) unfit(id string) string {
	if c, ok := v.redone[id]; ok {
		change := recipeChange(c)
		change.StageID = ""
		return fmt.Sprintf("stage %s is defined otherwise in recipe %s (%s)", c.StageID, v.plan.RecipeID, change)
	}
	switch st, known := v.parent.Stage(id); {
	case !known:
		return fmt.Sprintf("stage %s is new", id)
	case !st.Status.Completed():
		return fmt.Sprintf("stage %s is not done (%s)", id, st.Status)
	}
	return ""
}

// pinnedRecipe returns the recipe that a run pinned.
func (p *Pipeline) pinnedRecipe(ctx context.Context, state run.State) (*recipe.Recipe, error) {
	source, err := p.store.Blobs.Get(ctx, state.RecipeDigest)
	if err != nil {
		return nil, fmt.Errorf("the recipe of run %s: %w", state.RunID, err)
	}
	r, err := p.recipes.parse(state, source)
	if err != nil {
		return nil, fmt.Errorf("the recipe of run %s: %w", state.RunID, err)
	}
	return r, nil
}

// planOf plans a recipe with the parameters, the range of stages and the limits that a
// run pinned.
func (p *Pipeline) planOf(r *recipe.Recipe, state run.State) (*recipe.Plan, error) {
	return r.Plan(recipe.PlanOptions{
		Params: state.RuntimeParams, ParamsPinned: true, Modules: Modules(p.catalog), StartFrom: state.StartFrom, EndAt: state.EndAt,
		Limits: limitsOf(state.Limits),
	})
}

// limitsOf are the limits of a run in the form in which recipes take them.
func limitsOf(l event.Limits) recipe.Limits {
	return recipe.Limits{MaxCostUSD: l.MaxCostUSD, MaxWait: duration(l.MaxWaitSeconds)}
}

// duration returns seconds as a time; nil stays nil.
func duration(seconds *float64) *time.Duration {
	if seconds == nil {
		return nil
	}
	ns := *seconds * float64(time.Second)
	return new(time.Duration(math.Round(min(max(ns, -1), math.MaxInt64/2)))) // what is out of range stays so
}
