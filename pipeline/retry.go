package pipeline

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/cineforge/cineforge/artifact/content"
	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/recipe"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

// Why a run can't be retried as asked; in the chain of the failure that says it in words.
var (
	ErrNotOver       = errors.New("the run is not over")
	ErrNothingFailed = errors.New("no stage of the run failed")
	ErrNoStage       = errors.New("the run has no such stage")
)

// Retry is what is asked of a retry.
type Retry struct {
	Mode   event.RetryMode
	Stage  string         // of RetryFrom: where to begin
	Recipe *recipe.Recipe // to run in place of the one that the run pinned; nil for that
	Limits event.Limits   // in place of those of the recipe

	// RecipeName is what Recipe is asked for by.
	RecipeName string
}

// RetryPlan is a plan of a retry, with what it is made of.
type RetryPlan struct {
	run.RetryPlan
	revision revision
	refusal  error
}

// Refusal returns why nothing would come of the retry: a failure of class input that
// wraps ErrNoBudget or ErrUnknownPrice, or nil. [Pipeline.CreateRetry] returns it if the run is not there
// already.
func (p RetryPlan) Refusal() error { return p.refusal }

// PlanRetry says what a retry of a run would do. A request that makes no sense is a
// failure of class input.
func (p *Pipeline) PlanRetry(ctx context.Context, runID string, r Retry) (RetryPlan, error) {
	parent, err := run.Load(ctx, p.store, runID)
	if err != nil {
		return RetryPlan{}, err
	}
	if err := retryable(parent, r); err != nil {
		return RetryPlan{}, err
	}
	v, err := p.revise(ctx, parent, r)
	if err != nil {
		return RetryPlan{}, err
	}
	if r.Mode == event.RetryFrom && !slices.Contains(v.order(), r.Stage) {
		return RetryPlan{}, refused(ErrNoStage, fmt.Sprintf("%s has no stage %q", v.subject(), r.Stage)).Advised("its stages are " +
			strings.Join(v.order(), ", "))
	}
	if _, err := p.store.Blobs.Get(ctx, parent.InputDigest); err != nil {
		return RetryPlan{}, fmt.Errorf("the input of run %s: %w", runID, err)
	}
	again, err := p.again(ctx, v, r)
	if err != nil {
		return RetryPlan{}, err
	}
	if r.Mode == event.RetryFailed && parent.Status == run.RunDone && len(again.stages) == 0 {
		return RetryPlan{}, nothingFailed(parent)
	}
	return p.retryPlan(ctx, v, r, again)
}

// retryPlan writes down what a retry does, and what that costs.
func (p *Pipeline) retryPlan(ctx context.Context, v revision, r Retry, again again) (RetryPlan, error) {
	line, err := p.line(ctx, v.parent.RootRunID)
	if err != nil {
		return RetryPlan{}, err
	}
	out := run.RetryPlan{ParentRunID: v.parent.RunID, Mode: r.Mode, From: []string{}, Kept: []string{}, Redone: []run.Redone{},
		SteppedBack: again.stepped, Reason: strings.Join(again.why, "; "),
		Recipe: v.named(), Changes: append(v.differences(again.stages),
			v.otherwiseAsked(again.stages)...), Limits: v.limits, SpentUSD: spendingOf(line).total, MaxCostUSD: v.plan.MaxCostUSD}
	had := furthest(line)
	for id := range v.redone {
		delete(had, id) // whether its answers still fit shows when it asks
	}
	for _, id := range v.order() {
		if !again.stages[id] {
			out.Kept = append(out.Kept, id)
			continue
		}
		out.Redone = append(out.Redone, run.Redone{StageID: id, AnswersHad: had[id].CallCount})
		if s, _ := v.plan.Stage(id); !slices.ContainsFunc(s.Inputs(), func(in string) bool { return again.stages[in] }) {
			out.From = append(out.From, id)
		}
	}
	if len(v.redone) == 0 {
		if out.EstimatedCostUSD, err = p.estimate(ctx, v.parent, out.Redone, had); err != nil {
			return RetryPlan{}, err
		}
	}
	refusal, err := p.refusal(ctx, v, out, line)
	if v.parent.Drill != "" && out.EstimatedCostUSD != nil {
		out.EstimatedCostUSD = new(0.0) // the refusal looks at the simulated cost, which is not paid
	}
	return RetryPlan{out, v, refusal}, err
}

// furthest returns the state of each stage in the run of the line that came furthest
// with it: all answers of the line are there for a retry.
func furthest(line []run.State) map[string]run.StageState {
	best := map[string]run.StageState{}
	for _, s := range line {
		for id, st := range s.Stages {
			if known, ok := best[id]; !ok || !known.Status.Completed() && (st.Status.Completed() || st.CallCount > known.CallCount) {
				best[id] = *st
			}
		}
	}
	return best
}

// retryable says why a run can't be retried like that, or nil.
func retryable(s run.State, r Retry) error {
	switch {
	case !s.Status.Ended():
		return notOver(s)
	case s.DryRun:
		return refused(ErrNothingFailed, fmt.Sprintf("run %s was a dry run, in which nothing was done", s.RunID)).Advised("run the file")
	case r.Mode == event.RetryFailed && s.Status == run.RunDone && r.Recipe == nil:
		return nothingFailed(s)
	}
	return nil
}

// notOver says how a run goes on that is not over.
func notOver(s run.State) error {
	f := refused(ErrNotOver, fmt.Sprintf("run %s is not over (%s)", s.RunID, s.Status))
	how := "follow it"
	if s.Status == run.Paused || s.Status == run.Waiting {
		how = "let it go on"
	}
	return f.Advised(how+": %s; or end it: %s", s.Continuation(), failure.Cancel(s.RunID))
}

func nothingFailed(s run.State) error {
	f := refused(ErrNothingFailed, fmt.Sprintf("run %s is done: no stage of it failed", s.RunID))
	if len(s.StageOrder) == 0 {
		return f
	}
	last := s.StageOrder[len(s.StageOrder)-1]
	return f.Advised("do it again from the start: %s; or from a stage, such as the last: %s", failure.RetryFully(s.RunID),
		failure.RetryFrom(s.RunID, last))
}

// refused says in words why a request can't be done.
func refused(why error, message string) *failure.Error {
	return &failure.Error{Class: failure.Input, Message: message, Err: why}
}

// again is the stages that are done again.
type again struct {
	stages  map[string]bool
	stepped []string // those that were to be kept, and can't be used
	why     []string
}

// again finds the stages that a retry does again: those that are not through or are
// asked for, those whose results don't serve or can't be used, and all that builds on
// any of them.
func (p *Pipeline) again(ctx context.Context, v revision, r Retry) (again, error) {
	a := again{stages: map[string]bool{}}
	for _, s := range v.plan.Stages {
		st, _ := v.parent.Stage(s.ID)
		if s.Selected && (!st.Status.Completed() || r.Mode == event.RetryFull || r.Mode == event.RetryFrom && s.ID == r.Stage) {
			a.stages[s.ID] = true
		}
	}
	if r.Mode == event.RetryFrom {
		a.before(v, r.Stage)
	}
	a.redefined(v)
	checked := map[string]bool{}
	for {
		a.spread(v.plan)
		step, why, err := p.unusable(ctx, v, a.stages, checked)
		if err != nil || step == "" {
			return a, err
		}
		if s, _ := v.plan.Stage(step); !s.Selected {
			return a, failure.New(failure.Input, fmt.Sprintf("what run %s builds on can't be used: %s", v.parent.RunID, why), "run the file from the start")
		}
		a.step(step, why)
	}
}

// step notes a stage that was to be kept and can't be.
func (a *again) step(id, why string) {
	a.stages[id] = true
	a.stepped, a.why = append(a.stepped, id), append(a.why, why)
}

// before notes the stages that a named one builds on and that are not done: the retry
// begins at them.
func (a *again) before(v revision, named string) {
	builds := map[string]bool{named: true}
	for _, s := range slices.Backward(v.plan.Stages) {
		if !builds[s.ID] {
			continue
		}
		for _, in := range s.Inputs() {
			builds[in] = true
		}
		if s.ID != named && a.stages[s.ID] {
			a.step(s.ID, v.unfit(s.ID))
		}
	}
}

// redefined adds the stages that are done, but that the recipe has otherwise now.
func (a *again) redefined(v revision) {
	for _, s := range v.plan.Stages {
		a.spread(v.plan)
		if _, other := v.redone[s.ID]; other && s.Selected && !a.stages[s.ID] {
			a.step(s.ID, v.unfit(s.ID))
		}
	}
}

// spread adds what builds on a stage that is done again; the plan is in order.
func (a *again) spread(plan *recipe.Plan) {
	for _, s := range plan.Stages {
		if s.Selected && slices.ContainsFunc(s.Inputs(), func(in string) bool { return a.stages[in] }) {
			a.stages[s.ID] = true
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

// estimate returns what is to be paid for the stages that are done again.
func (p *Pipeline) estimate(ctx context.Context, parent run.State, redone []run.Redone, had map[string]run.StageState) (*float64, error) {
	total := 0.0
	for _, r := range redone {
		st := had[r.StageID]
		answers, usd, priced := paid(st)
		missing := 0
		switch {
		case st.Status.Completed():
			continue // all its answers are there
		case answers > 0 && priced && st.UnitsDone > 0:
			missing = max(st.UnitsTotal*st.CallCount/st.UnitsDone-st.CallCount, 0)
		default:
			like, err := p.typical(ctx, parent, r.StageID)
			if err != nil || like == nil {
				return nil, err
			}
			total += *like
			continue
		}
		total += usd / float64(answers) * float64(missing)
	}
	return &total, nil
}

// paid counts the answers that a stage paid for, and what they cost.
func paid(st run.StageState) (answers int, usd float64, priced bool) {
	priced = true
	for _, a := range st.Attempts {
		if a.Status == "success" {
			answers++
			usd += amount(a.SpentUSD())
			priced = priced && a.SpentUSD() != nil
		}
	}
	return answers, usd, priced
}

// lookedBack is how many runs are looked at for what a stage costs.
const lookedBack = 20

// typical returns what a stage has cost in a run of the same recipe, nil if there is none.
func (p *Pipeline) typical(ctx context.Context, parent run.State, stageID string) (*float64, error) {
	n := 0
	for r, err := range p.store.Runs(ctx, run.RunFilter{}) {
		if err != nil {
			return nil, err
		}
		if n++; n > lookedBack {
			break
		}
		s, err := run.Load(ctx, p.store, r.RunID)
		if err != nil {
			return nil, err
		}
		st, ok := s.Stage(stageID)
		if _, usd, priced := paid(st); ok && s.RecipeID == parent.RecipeID && s.Drill == parent.Drill && st.Status == run.StageDone && len(st.Reused) == 0 && priced {
			return &usd, nil
		}
	}
	return nil, nil
}

// RetrySpec is what the run of a retry is made of.
type RetrySpec struct {
	RunID  string
	Plan   RetryPlan
	Notice string    // what the user should know first
	Wake   time.Time // as in [Spec]
	Once   run.IdempotencyKey
}

// CreateRetry makes the run that does what a plan says. The error is a
// *run.RetriedError if the run is being retried already.
func (p *Pipeline) CreateRetry(ctx context.Context, spec RetrySpec) error {
	plan, v, parent := spec.Plan, spec.Plan.revision, spec.Plan.revision.parent
	requested := event.RetryRequested{ParentRunID: parent.RunID, Mode: plan.Mode, From: plan.From, Kept: plan.Kept,
		SteppedBack: plan.SteppedBack, Reason: plan.Reason, Changes: plan.Changes}
	if v.name != event.PinnedRecipe {
		requested.Recipe = &plan.Recipe
	}
	asked := parent.Request()
	asked.Limits = v.limits
	events := []event.Body{
		event.PipelineStarted{
			RecipeID: plan.Recipe.RecipeID, RecipeDigest: plan.Recipe.Digest, ProjectID: parent.ProjectID,
			InputName: parent.InputName, InputDigest: parent.InputDigest, StageIDs: v.order(),
			Selection: asked.Selection, Options: asked.Options, Notice: spec.Notice,
			ParentRunID: parent.RunID, RootRunID: parent.RootRunID, Candidates: v.pins,
		},
		requested,
	}
	for _, stageID := range plan.Kept {
		st, _ := parent.Stage(stageID)
		events = append(events, event.StageSkippedReused{StageID: stageID, FromRunID: parent.RunID, Artifacts: v.results.refs(st.ArtifactRefs)})
	}
	return p.store.Create(ctx, run.NewRun{ID: spec.RunID, ProjectID: parent.ProjectID, Parent: parent.RunID, Root: parent.RootRunID,
		Wake: spec.Wake, Once: spec.Once, First: events, Blobs: [][]byte{v.recipe.Source}, Refusal: plan.refusal})
}
