package pipeline

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
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
	plan, first, err := p.start(spec)
	if err != nil {
		return err
	}
	asked, err := digestOf(first)
	if err != nil {
		return err
	}
	first.Asked = event.AskedBy(ctx, spec.Reason)
	reused, err := p.reuse(ctx, plan, first)
	if err != nil {
		return err
	}
	events := []event.Body{nil}
	for _, s := range plan.Stages {
		r, isReused := reused[s.ID]
		if isReused {
			events = append(events, r)
		}
		if isReused || s.Selected {
			first.StageIDs = append(first.StageIDs, s.ID)
		}
	}
	events[0] = first
	if spec.DryRun {
		events = append(events, event.DryRunValidated{})
	}
	return p.store.Create(ctx, run.NewRun{
		ID:        spec.RunID,
		ProjectID: spec.ProjectID,
		Wake:      spec.Wake,
		Once:      spec.Once,
		First:     events,
		Blobs:     [][]byte{spec.Recipe.Source, spec.Input.Data},
		Asked:     asked,
		New:       spec.New,
	})
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
	})
	if err == nil {
		err = spec.Recipe.CheckParams(params, p.plans.modules)
	}
	if err != nil {
		return nil, first, err
	}
	first.RecipeID = plan.RecipeID
	if spec.Drill != "" {
		return plan, first, nil
	}
	today, err := p.today()
	if err != nil {
		return nil, first, err
	}
	if err := today.checkPrices(plan, func(string) bool { return true }); err != nil {
		return nil, first, err
	}
	first.Candidates = today.pins(plan)
	return plan, first, nil
}

// digestOf names all that a run is asked for, so that two that are asked for in the same
// way have the same digest. A run that uses no stored answers is like no other.
func digestOf(first event.PipelineStarted) (artifact.Digest, error) {
	if first.Force {
		return "", nil
	}
	first.RootRunID = ""
	first.Notice = ""
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

// reuse finds, for a run that begins in the middle, an earlier run of the same
// recipe on the same input in the same project whose stages serve as the ones
// that are left out.
func (p *Pipeline) reuse(ctx context.Context, plan *recipe.Plan, first event.PipelineStarted) (map[string]event.StageSkippedReused, error) {
	needed := upstream(plan)
	if len(needed) == 0 {
		return nil, nil
	}
	for r, err := range p.store.Runs(ctx, run.RunFilter{ProjectID: first.ProjectID}) {
		if err != nil {
			return nil, err
		}
		earlier, err := run.Load(ctx, p.store, r.RunID)
		if err != nil {
			return nil, err
		}
		if earlier.InputDigest != first.InputDigest || earlier.RecipeDigest != first.RecipeDigest {
			continue
		}
		if found := stagesOf(earlier, needed); found != nil {
			return found, nil
		}
	}
	return nil, failure.New(failure.Input,
		fmt.Sprintf("the run can't start from %s: no earlier run of this file in project %s has finished %s",
			first.StartFrom, first.ProjectID, needed[len(needed)-1]),
		"run it from the start once")
}

// stagesOf returns the results of an earlier run for all the stages, or nil if one is missing.
func stagesOf(earlier run.State, stages []string) map[string]event.StageSkippedReused {
	found := map[string]event.StageSkippedReused{}
	for _, id := range stages {
		st, known := earlier.Stage(id)
		if !known || !st.Status.Completed() {
			return nil
		}
		found[id] = event.StageSkippedReused{StageID: id, FromRunID: earlier.RunID, Artifacts: st.ArtifactRefs}
	}
	return found
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
