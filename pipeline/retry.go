package pipeline

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/cineforge/cineforge/artifact"
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
func (plan *RetryPlan) Refusal() error { return plan.refusal }

// PinnedID returns the id of the recipe that the run before was made with.
func (plan *RetryPlan) PinnedID() string { return plan.revision.parent.RecipeID }

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
	discarded := map[string]int{}
	for id := range v.redone {
		discarded[id] = had[id].CallCount
		delete(had, id) // whether its answers still fit shows when it asks
	}
	for _, id := range v.order() {
		if !d.stages[id] {
			out.Kept = append(out.Kept, id)
			out.Edits = append(out.Edits, v.edits(id)...)
			continue
		}
		st, _ := v.parent.Stage(id)
		out.Redone = append(out.Redone, run.Redone{
			StageID: id, AnswersHad: had[id].CallCount, Artifacts: append([]artifact.Ref{}, st.ArtifactRefs...), Discarded: discarded[id],
		})
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
	return f.Advised("repeat it from the start: %s; or from a stage, such as the last: %s", failure.RetryFully(s.RunID),
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
	parent := plan.revision.parent
	return p.store.Create(ctx, run.NewRun{
		ID:        spec.RunID,
		ProjectID: parent.ProjectID,
		Parent:    parent.RunID,
		Root:      parent.RootRunID,
		Wake:      spec.Wake,
		Once:      spec.Once,
		First:     firstOfRetry(ctx, spec),
		Blobs:     [][]byte{plan.revision.recipe.Source},
		Refusal:   plan.refusal,
	})
}

// firstOfRetry returns the events that the run of a retry begins with.
func firstOfRetry(ctx context.Context, spec RetrySpec) []event.Body {
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
	return events
}

// Look adds to a plan what the retry is likely to take and to meet, by rehearsing it: an estimate of
// the cost, where the runs of the line allow none, of the time, and where it may stop again. It asks
// no model and stores nothing.
func (plan *RetryPlan) Look(ctx context.Context, p *Pipeline) error {
	v := plan.revision
	input, err := p.store.Blobs.Get(ctx, v.parent.InputDigest)
	if err != nil {
		return err
	}
	f, err := p.Forecast(ctx, v.plan, input, firstOfRetry(ctx, RetrySpec{Plan: *plan}))
	if err != nil {
		return err
	}
	plan.Forecast = &f
	plan.EstimatedSeconds = middle(f.Seconds)
	if plan.EstimatedCostUSD == nil {
		plan.EstimatedCostUSD = middle(f.CostUSD)
		if v.parent.Drill != "" && f.CostUSD != nil {
			plan.EstimatedCostUSD = new(0.0)
		}
	}
	plan.StopsAgain = stopsAgain(*plan)
	return nil
}

// middle returns the middle of a range; nil if it is not known.
func middle(r *run.Range) *float64 {
	if r == nil {
		return nil
	}
	return new((r.Low + r.High) / 2)
}

// stopsAgain returns where a retry may stop for what the run before stopped for, or for what can be
// seen before; nil if nothing says so.
func stopsAgain(plan RetryPlan) *run.StopRisk {
	for _, s := range plan.Forecast.Stages {
		if s.Action == run.ActionReuse {
			continue
		}
		st, _ := plan.revision.parent.Stage(s.StageID)
		risk := run.StopRisk{StageID: s.StageID}
		if st.FinalErrorClass != nil {
			risk.ErrorClass = *st.FinalErrorClass
		}
		if risk.Why, risk.Detail = riskOf(plan, s, st, risk.ErrorClass); risk.Why != "" {
			return &risk
		}
	}
	return nil
}

// riskOf says why a stage may stop; "" if nothing says so.
func riskOf(plan RetryPlan, s run.StageForecast, st run.StageState, class failure.Class) (why run.StopReason, detail string) {
	first := ""
	if s.First != nil {
		first = *s.First
	}
	f := plan.Forecast
	switch {
	case class == failure.Input && plan.Recipe.Name == event.PinnedRecipe:
		return run.SameInput, st.Error
	case s.Problem != "":
		return run.SeenBefore, s.Problem
	case len(s.Chain) > 0 && first == "":
		return run.NoCandidate, s.Chain[0].Detail
	case st.TerminalReason == event.MoneySpent && f.CostUSD != nil && plan.SpentUSD+f.CostUSD.High > plan.MaxCostUSD:
		return run.CostLimit, ""
	case asksTheSame(class) && first == st.FailedProvider+":"+st.FailedModel:
		return run.SameRequest, st.Error
	case takesAPerson(class) && strings.HasPrefix(first, st.FailedProvider+":"):
		return run.NeedsPerson, st.Error
	}
	return "", ""
}

// takesAPerson reports whether what failed with a class fails again until a person has mended it.
func takesAPerson(c failure.Class) bool {
	return c == failure.Auth || c == failure.Permission || c == failure.QuotaExhausted || c == failure.NotFound
}

// asksTheSame reports whether what failed with a class fails again when the same model is asked the
// same, whenever that is.
func asksTheSame(c failure.Class) bool {
	switch c {
	case failure.InvalidRequest, failure.ContextLength, failure.ContentPolicy, failure.BadOutput:
		return true
	}
	return false
}
