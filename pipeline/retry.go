package pipeline

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

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
	Mode          event.RetryMode
	Stage         string         // of RetryFrom: where to begin
	Recipe        *recipe.Recipe // to run in place of the one that the run pinned; nil for that
	Limits        event.Limits   // in place of those of the recipe
	event.Routing                // in place of that of the run before
	Newest        bool           // build on what is current in the project, in place of what the run made

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
	d, err := p.stagesToRedo(ctx, v, r)
	if err != nil {
		return RetryPlan{}, err
	}
	if r.Mode == event.RetryFailed && parent.Status == run.RunDone && len(d.stages) == 0 {
		return RetryPlan{}, nothingFailed(parent)
	}
	return p.retryPlan(ctx, v, r.Mode, d)
}

// retryPlan writes down what a retry does, and what that costs.
func (p *Pipeline) retryPlan(ctx context.Context, v revision, mode event.RetryMode, d redo) (RetryPlan, error) {
	line, err := p.projections.line(ctx, v.parent.RootRunID)
	if err != nil {
		return RetryPlan{}, err
	}
	out := run.RetryPlan{
		ParentRunID: v.parent.RunID,
		Mode:        mode,
		From:        []string{},
		Kept:        []string{},
		Redone:      []run.Redone{},
		SteppedBack: d.steppedBack,
		Reason:      strings.Join(d.reasons, "; "),
		Recipe:      v.named(),
		Changes:     append(v.differences(d.stages), v.otherwiseAsked(d.stages)...),
		Limits:      v.limits,
		Routing:     v.routing,
		Newest:      v.newest,
		SpentUSD:    spendingOf(line).total,
		MaxCostUSD:  v.plan.MaxCostUSD,
	}
	had := bestProgress(line)
	for id := range v.redone {
		delete(had, id) // whether its answers still fit shows when it asks
	}
	for _, id := range v.order() {
		if !d.stages[id] {
			out.Kept = append(out.Kept, id)
			out.Edits = append(out.Edits, v.edits(id)...)
			continue
		}
		out.Redone = append(out.Redone, run.Redone{StageID: id, AnswersHad: had[id].CallCount})
		if s, _ := v.plan.StageByID(id); !slices.ContainsFunc(s.Inputs(), func(in string) bool { return d.stages[in] }) {
			out.From = append(out.From, id)
		}
	}
	if len(v.redone) == 0 {
		if out.EstimatedCostUSD, err = costOf(ctx, p.store, v.parent, out.Redone, had); err != nil {
			return RetryPlan{}, err
		}
	}
	refusal, err := p.refusal(ctx, v, out, line)
	if v.parent.Drill != "" && out.EstimatedCostUSD != nil {
		out.EstimatedCostUSD = new(0.0) // the refusal looks at the simulated cost, which is not paid
	}
	return RetryPlan{RetryPlan: out, revision: v, refusal: refusal}, err
}

// bestProgress returns the state of each stage in the run of the line that made the most
// progress with it: all answers of the line are there for a retry.
func bestProgress(line []run.State) map[string]run.StageState {
	best := map[string]run.StageState{}
	for _, s := range line {
		for id, st := range s.Stages {
			known, ok := best[id]
			if !ok || !known.Status.Completed() && (st.Status.Completed() || st.CallCount > known.CallCount) {
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
	case r.Mode == event.RetryFailed && s.Status == run.RunDone && r.Recipe == nil && !r.Newest:
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

// RetrySpec is what the run of a retry is made of.
type RetrySpec struct {
	RunID  string
	Plan   RetryPlan
	Notice string    // what the user should know first
	Wake   time.Time // as in [Spec]
	Once   run.IdempotencyKey
	Reason string // why it is asked for; "" for none
}

// CreateRetry makes the run that does what a plan says. The error is a
// *run.RetriedError if the run is being retried already.
func (p *Pipeline) CreateRetry(ctx context.Context, spec RetrySpec) error {
	plan := spec.Plan
	v := plan.revision
	parent := v.parent
	requested := event.RetryRequested{
		ParentRunID: parent.RunID,
		Mode:        plan.Mode,
		From:        plan.From,
		Kept:        plan.Kept,
		SteppedBack: plan.SteppedBack,
		Reason:      plan.Reason,
		Changes:     plan.Changes,
		Actor:       event.ActorOf(ctx),
		ActorReason: spec.Reason,
		Newest:      plan.Newest,
	}
	if v.name != event.PinnedRecipe {
		requested.Recipe = &plan.Recipe
	}
	asked := parent.Request()
	asked.Limits = v.limits
	asked.Routing = v.routing
	events := []event.Body{
		event.PipelineStarted{
			RecipeID:     plan.Recipe.RecipeID,
			RecipeDigest: plan.Recipe.Digest,
			ProjectID:    parent.ProjectID,
			InputName:    parent.InputName,
			InputDigest:  parent.InputDigest,
			StageIDs:     v.order(),
			Selection:    asked.Selection,
			Options:      asked.Options,
			Notice:       spec.Notice,
			ParentRunID:  parent.RunID,
			RootRunID:    parent.RootRunID,
			Candidates:   v.pins,
			Asked:        event.AskedBy(ctx, spec.Reason),
		},
		requested,
	}
	for _, stageID := range plan.Kept {
		st, _ := parent.Stage(stageID)
		events = append(events, event.StageSkippedReused{StageID: stageID, FromRunID: parent.RunID, Artifacts: v.results.refs(st.ArtifactRefs)})
	}
	return p.store.Create(ctx, run.NewRun{
		ID:        spec.RunID,
		ProjectID: parent.ProjectID,
		Parent:    parent.RunID,
		Root:      parent.RootRunID,
		Wake:      spec.Wake,
		Once:      spec.Once,
		First:     events,
		Blobs:     [][]byte{v.recipe.Source},
		Refusal:   plan.refusal,
	})
}
