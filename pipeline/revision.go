package pipeline

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/artifact/content"
	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/recipe"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

// revision is what a retry runs, beside what the run before ran.
type revision struct {
	parent  run.State
	plan    *recipe.Plan
	recipe  *recipe.Recipe
	name    string // that the recipe was asked for by; event.PinnedRecipe if it is the parent's
	limits  event.Limits
	routing event.Routing
	pins    map[string][]event.Candidate // that can be asked today; nil for a drill
	newest  bool                         // it builds on what is current

	results results // of the parent
	current results // the same by what is current in the project
	changes []recipe.Change
	redone  map[string]recipe.Change // stages whose results do not serve the plan, and why
}

// revise makes the plan of a retry. A retry by the pinned recipe, whatever it is asked
// for by, keeps the limits and the chains of the run before; another recipe brings its own. The
// providers that a run leaves out, and their order, stay in any case.
func (p *Pipeline) revise(ctx context.Context, parent run.State, r Retry) (revision, error) {
	v := revision{parent: parent, recipe: r.Recipe, name: r.RecipeName, limits: r.Limits, newest: r.Newest}
	before := parent.Routing
	pinned, err := p.plans.pinnedRecipe(ctx, parent)
	if err != nil {
		return v, err
	}
	planned, err := p.plans.of(pinned, parent)
	if err != nil {
		return v, err
	}
	if v.recipe == nil || bytes.Equal(v.recipe.Source, pinned.Source) {
		v.recipe = pinned
		v.name = event.PinnedRecipe
		v.limits = r.Limits.Or(parent.Limits)
	} else {
		before.Chains = nil
	}
	v.routing = r.Routing.Or(before)
	next := parent
	next.Limits = v.limits
	next.Routing = v.routing
	if v.plan, err = p.plans.of(v.recipe, next); err != nil {
		return v, err
	}
	if parent.Drill == "" {
		today, err := p.today("")
		if err != nil {
			return v, err
		}
		v.pins = today.pins(v.plan)
	}
	if v.results, err = p.artifacts().resultsOf(ctx, parent, asMade); err != nil {
		return v, err
	}
	if v.current, err = p.artifacts().resultsOf(ctx, parent, asCurrent); err != nil {
		return v, err
	}
	if v.newest {
		v.results = v.current
	}
	v.changes = recipe.Changes(planned, v.plan)
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
func (v revision) differences(redo map[string]bool) []event.RecipeChange {
	var list []event.RecipeChange
	for _, c := range v.changes {
		if c.StageID == "" || c.Redo || c.Key == recipe.KeyStage || redo[c.StageID] {
			list = append(list, recipeChange(c))
		}
	}
	return list
}

// edits lists what a stage made of which another version is current in the project.
func (v revision) edits(id string) (list []run.EditedArtifact) {
	st, _ := v.parent.Stage(id)
	for i, current := range v.current.refs(st.ArtifactRefs) {
		if made := st.ArtifactRefs[i]; made != current {
			list = append(list, run.EditedArtifact{StageID: id, Made: made, Current: current})
		}
	}
	return list
}

// otherwiseAsked lists the stages that are done again and whose requests go to other
// models than those that the run before had pinned, although its recipe names the same.
func (v revision) otherwiseAsked(redo map[string]bool) []event.RecipeChange {
	var list []event.RecipeChange
	for _, id := range v.order() {
		before, known := v.parent.Candidates[id]
		same := func(a, b event.Candidate) bool { return a.Identity() == b.Identity() }
		otherModels := func(c recipe.Change) bool { return c.StageID == id && (c.Redo || c.Key == recipe.KeyModels) }
		if redo[id] && known && !slices.ContainsFunc(v.changes, otherModels) && v.pins != nil &&
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

// redo is the set of stages that a retry does again.
type redo struct {
	stages      map[string]bool
	steppedBack []string // those that were to be kept, and can't be used
	reasons     []string // why it stepped back
}

// stagesToRedo finds the stages that a retry does again: those that are not done or are
// asked for, those whose results don't serve or can't be used, and all that builds on
// any of them.
func (p *Pipeline) stagesToRedo(ctx context.Context, v revision, r Retry) (redo, error) {
	d := redo{stages: map[string]bool{}}
	for _, s := range v.plan.Stages {
		st, _ := v.parent.Stage(s.ID)
		asked := r.Mode == event.RetryFull || r.Mode == event.RetryFrom && s.ID == r.Stage
		if s.Selected && (asked || !st.Status.Completed()) {
			d.stages[s.ID] = true
		}
	}
	if r.Mode == event.RetryFrom {
		d.addBefore(v, r.Stage)
	}
	d.addRedefined(v)
	checked := map[string]bool{}
	for {
		d.spread(v.plan)
		step, why, err := p.unusable(ctx, v, d.stages, checked)
		if err != nil || step == "" {
			return d, err
		}
		if s, _ := v.plan.StageByID(step); !s.Selected {
			return d, failure.New(failure.Input, fmt.Sprintf("what run %s builds on can't be used: %s", v.parent.RunID, why),
				"run the file from the start")
		}
		d.stepBack(step, why)
	}
}

// stepBack adds a stage that was to be kept and can't be.
func (d *redo) stepBack(id, why string) {
	d.stages[id] = true
	d.steppedBack = append(d.steppedBack, id)
	d.reasons = append(d.reasons, why)
}

// addBefore adds the stages that a named one builds on and that are not done: the retry
// begins at them.
func (d *redo) addBefore(v revision, named string) {
	builds := map[string]bool{named: true}
	for _, s := range slices.Backward(v.plan.Stages) {
		if !builds[s.ID] {
			continue
		}
		for _, in := range s.Inputs() {
			builds[in] = true
		}
		if s.ID != named && d.stages[s.ID] {
			d.stepBack(s.ID, v.unfit(s.ID))
		}
	}
}

// addRedefined adds the stages that are done, but that the recipe has otherwise now.
func (d *redo) addRedefined(v revision) {
	for _, s := range v.plan.Stages {
		d.spread(v.plan)
		if _, other := v.redone[s.ID]; other && s.Selected && !d.stages[s.ID] {
			d.stepBack(s.ID, v.unfit(s.ID))
		}
	}
}

// spread adds what builds on a stage that is done again; the plan is in order.
func (d *redo) spread(plan *recipe.Plan) {
	for _, s := range plan.Stages {
		if s.Selected && slices.ContainsFunc(s.Inputs(), func(in string) bool { return d.stages[in] }) {
			d.stages[s.ID] = true
		}
	}
}

// unusable finds a stage that is to be kept although what it made can't be built on.
func (p *Pipeline) unusable(ctx context.Context, v revision, redone, checked map[string]bool) (id, why string, err error) {
	for _, s := range v.plan.Stages {
		if !redone[s.ID] {
			continue
		}
		for _, in := range s.Inputs() {
			if redone[in] || checked[in] {
				continue
			}
			if why, err = p.flaw(ctx, v, in); why != "" || err != nil {
				return in, why, err
			}
			checked[in] = true
		}
	}
	for _, s := range v.plan.Stages { // also what nothing that is done again builds on
		if st, _ := v.parent.Stage(s.ID); s.Selected && !redone[s.ID] && v.results.stale(st.ArtifactRefs) {
			return s.ID, v.results.unusable(s.ID, st.ArtifactRefs), nil
		}
	}
	return "", "", nil
}

// flaw says why what a stage made can't be built on, "" if it can.
func (p *Pipeline) flaw(ctx context.Context, v revision, id string) (string, error) {
	if why := v.unfit(id); why != "" {
		return why, nil
	}
	st, _ := v.parent.Stage(id)
	if why := v.results.unusable(id, st.ArtifactRefs); why != "" {
		return why, nil
	}
	for _, ref := range v.results.refs(st.ArtifactRefs) {
		a, err := p.store.Artifact(ctx, v.parent.ProjectID, ref)
		switch {
		case errors.Is(err, run.ErrNotFound) || errors.Is(err, run.ErrDamaged):
			return fmt.Sprintf("%s of stage %s can't be read any more", ref, id), nil
		case err != nil:
			return "", err
		case content.Blank(a.Data):
			return fmt.Sprintf("%s of stage %s is blank", ref, id), nil
		}
	}
	return "", nil
}
