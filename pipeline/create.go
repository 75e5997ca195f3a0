package pipeline

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/recipe"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
	"github.com/cineforge/cineforge/stage"
)

// Spec is what a run is made of.
type Spec struct {
	RunID         string
	ProjectID     string
	Recipe        *recipe.Recipe
	Input         stage.File
	event.Request           // RuntimeParams without input_file, which Create sets
	Notice        string    // what the user should know first
	Wake          time.Time // when the run is due; the zero time means at once
	New           bool      // make a run also if one of the same is under way
	Once          run.IdempotencyKey
	Reason        string // why it is asked for; "" for none
}

// Create checks a spec and makes the run of it, with all that the run works with
// pinned. An unusable spec makes no run; the error is a failure of class input. While a run
// of the same is under way it is a *run.UnderWayError, unless the spec asks for a new one or
// for one without the answers of others.
func (p *Pipeline) Create(ctx context.Context, spec Spec) error {
	d, err := p.prepare(ctx, spec)
	if err != nil {
		return err
	}
	return p.store.Create(ctx, run.NewRun{
		ID:        spec.RunID,
		ProjectID: spec.ProjectID,
		Wake:      spec.Wake,
		Once:      spec.Once,
		First:     d.events,
		Blobs:     [][]byte{spec.Recipe.Source, spec.Input.Data},
		Asked:     d.asked,
		New:       spec.New,
	})
}

// draft is a run that is about to be made.
type draft struct {
	plan   *recipe.Plan
	events []event.Body    // the first ones
	asked  artifact.Digest // of all that is asked for
}

// prepare checks a spec, and returns what the run of it begins with.
func (p *Pipeline) prepare(ctx context.Context, spec Spec) (draft, error) {
	plan, first, err := p.start(spec)
	if err != nil {
		return draft{}, err
	}
	d := draft{plan: plan, events: []event.Body{nil}}
	if d.asked, err = digestOf(first); err != nil {
		return d, err
	}
	first.Asked = event.AskedBy(ctx, spec.Reason)
	reused, err := reusable(ctx, p.store, plan, first)
	if err != nil {
		return d, err
	}
	for _, s := range plan.Stages {
		r, isReused := reused[s.ID]
		if isReused {
			d.events = append(d.events, r)
		}
		if isReused || s.Selected {
			first.StageIDs = append(first.StageIDs, s.ID)
		}
	}
	d.events[0] = first
	if spec.DryRun {
		d.events = append(d.events, event.DryRunValidated{})
	}
	return d, nil
}

// PlannedRun is what a run of a spec would do, and the digest of all that it is asked for.
type PlannedRun struct {
	run.StartPlan
	Asked artifact.Digest // "" if no other run is the same
}

// PlanRun says what a run of a spec would do. It refuses what Create refuses, for the same reason,
// and stores nothing. The plan lacks what other runs there are.
func (p *Pipeline) PlanRun(ctx context.Context, spec Spec) (PlannedRun, error) {
	d, err := p.prepare(ctx, spec)
	if err != nil {
		return PlannedRun{}, err
	}
	first, _ := d.events[0].(event.PipelineStarted)
	out := PlannedRun{Asked: d.asked, StartPlan: run.StartPlan{
		RecipeID:     first.RecipeID,
		RecipeDigest: first.RecipeDigest,
		ProjectID:    first.ProjectID,
		InputName:    first.InputName,
		InputDigest:  first.InputDigest,
		Drill:        first.Drill,
		Notice:       first.Notice,
		Routing:      first.Routing,
		Warnings:     []run.PlanWarning{},
		Earlier:      []run.Overview{},
	}}
	out.Forecast, err = p.Forecast(ctx, d.plan, spec.Input.Data, d.events[:len(d.events):len(d.events)])
	return out, err
}

// start plans a run and returns its first event, without the stages of it.
func (p *Pipeline) start(spec Spec) (*recipe.Plan, event.PipelineStarted, error) {
	params := map[string]any{}
	maps.Copy(params, spec.RuntimeParams)
	params["input_file"] = spec.Input.Name // whatever was asked for: the run has its own copy
	first := event.PipelineStarted{
		RecipeDigest: artifact.DigestOf(spec.Recipe.Source),
		ProjectID:    spec.ProjectID,
		InputName:    spec.Input.Name,
		InputDigest:  artifact.DigestOf(spec.Input.Data),
		Selection:    spec.Selection,
		Options:      spec.Options,
		Notice:       spec.Notice,
		RootRunID:    spec.RunID,
	}
	first.RuntimeParams = params
	plan, err := spec.Recipe.Compile(recipe.PlanOptions{
		Params:    params,
		Modules:   p.plans.modules,
		StartFrom: spec.StartFrom,
		EndAt:     spec.EndAt,
		Limits:    limitsOf(spec.Limits),
		Routing:   routingOf(spec.Routing),
	})
	if err == nil {
		err = spec.Recipe.CheckParams(params, p.plans.modules)
	}
	if err != nil {
		return nil, first, err
	}
	first.RecipeID = plan.RecipeID
	can, err := p.today(spec.Drill)
	if err != nil {
		return nil, first, err
	}
	if err := can.check(plan, spec.Routing, func(string) bool { return true }); err != nil {
		return nil, first, err
	}
	if spec.Drill == "" {
		first.Candidates = can.pins(plan)
	}
	return plan, first, nil
}

// Asked returns the digest of all that a run was asked for, by its first event; "" if no other run is
// the same.
func Asked(first event.PipelineStarted) (artifact.Digest, error) {
	return digestOf(first)
}

// digestOf names all that a run is asked for, so that two that are asked for in the same
// way have the same digest. A run that uses no stored answers is like no other.
func digestOf(first event.PipelineStarted) (artifact.Digest, error) {
	if first.Force {
		return "", nil
	}
	first.RootRunID = ""
	first.Notice = ""
	first.StageIDs = nil // they follow from the recipe and the range
	first.Asked = event.Asked{}
	pinned := map[string][]string{}
	for id, list := range first.Candidates {
		for _, c := range list {
			pinned[id] = append(pinned[id], c.Identity())
		}
	}
	first.Candidates = nil
	data, err := json.Marshal(struct {
		event.PipelineStarted
		Pinned map[string][]string
	}{first, pinned})
	return artifact.DigestOf(data), err
}

// reusable finds, for a run that begins in the middle, an earlier run of the same
// recipe on the same input in the same project whose stages serve as the ones
// that are left out.
func reusable(
	ctx context.Context, store Store, plan *recipe.Plan, first event.PipelineStarted,
) (map[string]event.StageSkippedReused, error) {
	needed := upstream(plan)
	if len(needed) == 0 {
		return nil, nil
	}
	for r, err := range store.Runs(ctx, run.RunFilter{ProjectID: first.ProjectID}) {
		if err != nil {
			return nil, err
		}
		earlier, err := run.Load(ctx, store, r.RunID)
		if err != nil {
			return nil, err
		}
		if earlier.InputDigest != first.InputDigest || earlier.RecipeDigest != first.RecipeDigest {
			continue
		}
		if completed(earlier, needed) {
			return takeOver(ctx, store, earlier, needed)
		}
	}
	return nil, failure.New(failure.Input,
		fmt.Sprintf("the run can't start from %s: no earlier run of this file in project %s has finished %s",
			first.StartFrom, first.ProjectID, needed[len(needed)-1]),
		"run it from the start once")
}

// completed reports whether an earlier run has completed all the stages.
func completed(earlier run.State, stages []string) bool {
	return !slices.ContainsFunc(stages, func(id string) bool {
		st, known := earlier.Stage(id)
		return !known || !st.Status.Completed()
	})
}

// takeOver takes over what an earlier run made in some stages, with what a person has made of it
// since in its place.
func takeOver(
	ctx context.Context, store Store, earlier run.State, stages []string,
) (map[string]event.StageSkippedReused, error) {
	made, err := artifactReader{archive: store}.resultsOf(ctx, earlier, asChosen)
	if err != nil {
		return nil, err
	}
	found := map[string]event.StageSkippedReused{}
	for _, id := range stages {
		st, _ := earlier.Stage(id)
		if why := made.unusable(id, st.ArtifactRefs); why != "" {
			return nil, failure.New(failure.Input, "the run can't start on what is there: "+why, "start from stage "+id)
		}
		found[id] = event.StageSkippedReused{StageID: id, FromRunID: earlier.RunID, Artifacts: made.refs(st.ArtifactRefs)}
	}
	return found, nil
}

// upstream returns the stages outside the plan's slice that stages inside it
// build on, directly or not, in the plan's order.
func upstream(plan *recipe.Plan) []string {
	needed := map[string]bool{}
	for i := len(plan.Stages) - 1; i >= 0; i-- {
		s := plan.Stages[i]
		if s.Selected || needed[s.ID] {
			for _, n := range s.Inputs() {
				needed[n] = true
			}
		}
	}
	var ids []string
	for _, s := range plan.Stages {
		if needed[s.ID] && !s.Selected {
			ids = append(ids, s.ID)
		}
	}
	return ids
}
