// Package pipeline executes recipes: it decides which stages may start, does them
// and records what comes of them.
package pipeline

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/durable"
	"github.com/cineforge/cineforge/llm/chain"
	"github.com/cineforge/cineforge/llm/spend"
	"github.com/cineforge/cineforge/recipe"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
	"github.com/cineforge/cineforge/stage"
)

// Store is what a pipeline needs of storage.
type Store struct {
	run.Log
	run.Index
	run.Memo
	artifact.Archive
	Blobs artifact.Blobs
}

// Pipeline makes runs and does their stages. It is safe for concurrent use.
type Pipeline struct {
	store   Store
	catalog stage.Catalog
	desks   ModelSources
	recipes recipes
	states  *states
	trouble trouble
	end     context.Context //nolint:containedctx // it is the process's end, not a caller's
}

var _ durable.Worker = (*Pipeline)(nil)

// New returns a pipeline of the given modules, whose questions go to desks.
func New(store Store, catalog stage.Catalog, desks ModelSources) *Pipeline {
	return &Pipeline{store: store, catalog: catalog, desks: desks, states: newStates(store), end: context.Background()}
}

// Modules describes the catalog to recipes.
func Modules(catalog stage.Catalog) recipe.Modules {
	all := recipe.Modules{}
	for id, m := range catalog {
		info := m.Info()
		spec := recipe.ModuleSpec{
			Params: map[string]recipe.ParamSpec{}, Consumes: info.Consumes, Produces: info.Produces, StageID: info.StageID,
		}
		for _, name := range info.DefaultChain {
			provider, model, _ := strings.Cut(name, ":")
			spec.DefaultChain = append(spec.DefaultChain, recipe.ModelName{Provider: provider, Model: model})
		}
		for name, p := range info.Params {
			spec.Params[name] = recipe.ParamSpec{Kind: string(p.Kind), Required: p.Required}
		}
		all[id] = spec
	}
	return all
}

// finish is the step that ends a run. No stage can have this name.
const finish durable.Step = "$finish"

// opened is a run that the pipeline works on.
type opened struct {
	*Pipeline
	claim durable.Claim
	terms durable.Terms
	desk  ModelSource
	plan  *recipe.Plan
	purse *spend.Budget // of the whole line of runs

	before spending // of the other runs of the line
	drill  bool

	current *run.Projection // of this run

	mu      sync.Mutex              // guards what follows
	hurried bool                    // an operator wants no waiting
	asking  map[string]*chain.Stage // by stage
}

// Open takes up a run; see durable.Worker.
func (p *Pipeline) Open(ctx context.Context, claim durable.Claim, terms durable.Terms) (durable.Run, []durable.Result, error) {
	current := p.states.of(claim.Run)
	state, err := current.Current(ctx)
	if err != nil {
		return nil, nil, err
	}
	plan, err := p.plan(ctx, state)
	if err != nil {
		return nil, nil, err
	}
	desk, err := p.desks(state.Drill)
	if err != nil {
		return nil, nil, err
	}
	if needs := desk.Candidates.Needs(&state); len(needs) > 0 {
		return nil, nil, run.Uncarried(claim.Run, needs)
	}
	before, err := p.spentBefore(ctx, state)
	if err != nil {
		return nil, nil, err
	}
	if cause := resumedBecause(state); cause != "" {
		if err := p.append(ctx, claim, event.RunResumed{Cause: cause}); err != nil {
			return nil, nil, err
		}
		if state, err = current.Current(ctx); err != nil {
			return nil, nil, err
		}
	}
	return &opened{
		Pipeline: p, claim: claim, terms: terms, desk: desk, plan: plan, current: current,
		purse: spend.NewBudget(plan.MaxCostUSD, before.total+state.SpentUSD()), before: before, drill: state.Drill != "",
		asking: map[string]*chain.Stage{},
	}, endedSteps(state, plan), nil
}

// Cancel records that an operator ended a run; see durable.Worker.
func (p *Pipeline) Cancel(ctx context.Context, claim durable.Claim) error {
	state, err := run.Load(ctx, p.store, claim.Run)
	if err != nil || state.Status.Ended() {
		return err
	}
	p.states.forget(claim.Run)
	return p.append(ctx, claim, event.RunCancelled{Reason: "an operator ended it"},
		event.PipelineFinished{Outcome: event.Cancelled, TotalCostUSD: state.TotalCostUSD, Error: "cancelled by an operator"})
}

// TryNow ends the waiting of the stages under way; see durable.Run.
func (o *opened) TryNow() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.hurried = true
	for _, s := range o.asking {
		s.TryNow()
	}
}

// asks notes that a stage asks, until the returned function is called.
func (o *opened) asks(id string, s *chain.Stage) (done func()) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.asking[id] = s
	if o.hurried {
		s.TryNow()
		o.hurried = false
	}
	return func() {
		o.mu.Lock()
		defer o.mu.Unlock()
		delete(o.asking, id)
	}
}

// Next says what may start; see durable.Run. A stage may start when all that it
// builds on is done; once a stage has failed nothing new starts, and the run ends
// when those under way have ended.
func (o *opened) Next(done []durable.Result, running []durable.Step) []durable.Step {
	outcome := map[durable.Step]durable.Outcome{}
	failed := false
	for _, r := range done {
		outcome[r.Step] = r.Outcome
		failed = failed || r.Outcome == durable.Failed
	}
	through := func(id string) bool { return outcome[durable.Step(id)] == durable.Done }
	switch {
	case through(string(finish)):
		return nil
	case failed || allThrough(o.plan, through):
		if len(running) == 0 {
			return []durable.Step{finish}
		}
		return nil
	}
	var start []durable.Step
	for _, id := range o.plan.Ready(through) {
		step := durable.Step(id)
		if _, ended := outcome[step]; !ended && !slices.Contains(running, step) {
			start = append(start, step)
		}
	}
	return start
}

func allThrough(plan *recipe.Plan, through func(string) bool) bool {
	for _, s := range plan.Stages {
		if s.Selected && !through(s.ID) {
			return false
		}
	}
	return true
}

// Confirm lets a run go on that waits for a person to accept what stages made, with today,
// if asked to, with whoever can be asked today in place of those that it pinned. The caller
// executes the run after that.
func (p *Pipeline) Confirm(ctx context.Context, claim durable.Claim, today bool) error {
	state, err := run.Load(ctx, p.store, claim.Run)
	if err != nil {
		return err
	}
	var confirmed []string
	for _, id := range state.StageOrder {
		if st, _ := state.Stage(id); st.Status == run.StagePaused && st.PauseReason == event.AwaitingConfirmation {
			confirmed = append(confirmed, id)
		}
	}
	resumed := event.RunResumed{Cause: event.ResumedByOperator, Confirmed: confirmed}
	if today && state.Drill == "" {
		if resumed.Candidates, err = p.today(ctx, state); err != nil {
			return err
		}
	}
	if len(confirmed) == 0 && resumed.Candidates == nil {
		return nil
	}
	return p.append(ctx, claim, resumed)
}

// resumedBecause says why a run that is opened was left under way, or "" if it was
// not. A stage that waits goes on waiting: nothing of it was lost.
func resumedBecause(state run.State) string {
	cause := ""
	for _, st := range state.Stages {
		switch {
		case st.Status == run.StageRunning || st.Status == run.StageWaiting && overdue(st):
			return event.ResumedAfterCrash
		case st.Status == run.StagePaused && st.PauseReason != event.AwaitingConfirmation:
			cause = event.ResumedByOperator
		}
	}
	return cause
}

// overdue reports whether nobody was there when a stage's wait was over. It does not
// count against the stage's patience then.
func overdue(st *run.StageState) bool {
	const late = 10 * time.Minute
	return len(st.Waits) > 0 && time.Since(st.Waits[0].Until.Time) > late
}

// endedSteps lists the steps of a run that have ended.
func endedSteps(state run.State, plan *recipe.Plan) []durable.Result {
	var done []durable.Result
	for _, s := range plan.Stages {
		if st, known := state.Stage(s.ID); known {
			if o := outcomeOf(st); o != "" {
				done = append(done, durable.Result{Step: durable.Step(s.ID), Outcome: o})
			}
		}
	}
	if state.Status.Ended() {
		done = append(done, durable.Result{Step: finish, Outcome: durable.Done})
	}
	return done
}

// outcomeOf returns how a stage ended, or "" if it has not.
func outcomeOf(st run.StageState) durable.Outcome {
	switch {
	case st.Status.Completed():
		return durable.Done
	case st.Status == run.StageFailed:
		return durable.Failed
	case st.Status == run.StagePaused:
		return durable.Parked
	}
	return ""
}

// plan rebuilds the plan of a run from the recipe and the parameters that the run pinned.
func (p *Pipeline) plan(ctx context.Context, state run.State) (*recipe.Plan, error) {
	r, err := p.pinnedRecipe(ctx, state)
	if err != nil {
		return nil, err
	}
	return p.planOf(r, state)
}
