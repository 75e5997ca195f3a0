package pipeline

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/durable"
	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/llm/chain"
	"github.com/cineforge/cineforge/llm/spend"
	"github.com/cineforge/cineforge/recipe"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

// finish is the step that ends a run. No stage can have this name.
const finish durable.Step = "$finish"

// activeRun is a run that the pipeline works on; see durable.Run.
type activeRun struct {
	pipeline   *Pipeline
	log        runLog
	models     ModelSource
	plan       *recipe.Plan
	projection *run.Projection
	budget     *spend.Budget // of the whole line of runs
	before     spending      // of the other runs of the line
	drill      bool

	mu       sync.Mutex              // guards what follows
	expedite bool                    // an operator wants no waiting, and no stage was asking
	asking   map[string]*chain.Stage // by stage
}

var _ durable.Run = (*activeRun)(nil)

// Open takes up a run; see durable.Worker.
func (p *Pipeline) Open(ctx context.Context, claim durable.Claim, terms durable.Terms) (durable.Run, []durable.Result, error) {
	projection := p.projections.of(claim.Run)
	state, err := projection.Current(ctx)
	if err != nil {
		return nil, nil, err
	}
	plan, err := p.plans.ofRun(ctx, state)
	if err != nil {
		return nil, nil, err
	}
	models, err := p.models(state.Drill)
	if err != nil {
		return nil, nil, err
	}
	if needs := models.Candidates.Needs(&state); len(needs) > 0 {
		return nil, nil, run.Uncarried(claim.Run, needs)
	}
	before, err := p.spentBefore(ctx, state)
	if err != nil {
		return nil, nil, err
	}
	log := p.log(claim)
	log.terms = terms
	if cause := resumedBecause(state); cause != "" {
		resumed := event.RunResumed{Cause: cause}
		if cause == event.ResumedByOperator {
			resumed.Asked = event.AskedBy(ctx, "")
		}
		if err := log.append(ctx, resumed); err != nil {
			return nil, nil, err
		}
		if state, err = projection.Current(ctx); err != nil {
			return nil, nil, err
		}
	}
	return &activeRun{
		pipeline:   p,
		log:        log,
		models:     models,
		plan:       plan,
		projection: projection,
		budget:     spend.NewBudget(plan.MaxCostUSD, before.total+state.SpentUSD()),
		before:     before,
		drill:      state.Drill != "",
		asking:     map[string]*chain.Stage{},
	}, endedSteps(state, plan), nil
}

// resumedBecause says why a run that is opened was left under way, or "" if it was
// not. A stage that waits goes on waiting: nothing of it was lost.
func resumedBecause(state run.State) event.ResumeCause {
	var cause event.ResumeCause
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

// overdue reports whether no process worked on the run when a stage's wait was over. The time
// since then does not count against the stage's patience.
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

// TryNow records that an operator wants no waiting, and ends the waiting of the stages under way;
// see durable.Run. It does not wait for a store that refuses: its caller gives the signs of life.
func (r *activeRun) TryNow(ctx context.Context, note string) error {
	asked := event.TryNowRequested{Asked: event.ReadNote(note)}
	change := run.Change{Events: func([]artifact.Artifact) []event.Body { return []event.Body{asked} }}
	if err := r.pipeline.store.Commit(ctx, r.log.claim, change); err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.expedite = true
	for _, s := range r.asking {
		s.TryNow()
	}
	return nil
}

// register has TryNow reach a stage that asks models, until the returned function is called.
func (r *activeRun) register(stageID string, s *chain.Stage) (done func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.asking[stageID] = s
	if r.expedite {
		s.TryNow()
		r.expedite = false
	}
	return func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		delete(r.asking, stageID)
	}
}

// Next says what may start; see durable.Run. A stage may start when all that it
// builds on is done; once a stage has failed nothing new starts, and the run ends
// when those under way have ended.
func (r *activeRun) Next(done []durable.Result, running []durable.Step) []durable.Step {
	outcome := map[durable.Step]durable.Outcome{}
	failed := false
	for _, d := range done {
		outcome[d.Step] = d.Outcome
		failed = failed || d.Outcome == durable.Failed
	}
	completed := func(id string) bool { return outcome[durable.Step(id)] == durable.Done }
	switch {
	case completed(string(finish)):
		return nil
	case failed || allCompleted(r.plan, completed):
		if len(running) == 0 {
			return []durable.Step{finish}
		}
		return nil
	}
	var start []durable.Step
	for _, id := range r.plan.Ready(completed) {
		step := durable.Step(id)
		if _, ended := outcome[step]; !ended && !slices.Contains(running, step) {
			start = append(start, step)
		}
	}
	return start
}

func allCompleted(plan *recipe.Plan, completed func(string) bool) bool {
	for _, s := range plan.Stages {
		if s.Selected && !completed(s.ID) {
			return false
		}
	}
	return true
}

// Do does one stage attempt, or ends the run; see durable.Run.
func (r *activeRun) Do(ctx context.Context, step durable.Step) (durable.Result, error) {
	// Only the module is stopped with ctx; what has happened is recorded in any case.
	record := context.WithoutCancel(ctx)
	state, err := r.projection.Current(record)
	if err != nil {
		return durable.Result{}, err
	}
	if step == finish {
		return durable.Result{Step: finish, Outcome: durable.Done}, r.end(record, state)
	}
	st, _ := state.Stage(string(step))
	if outcome := outcomeOf(st); outcome != "" {
		return durable.Result{Step: step, Outcome: outcome}, nil
	}
	if ctx.Err() != nil {
		return durable.Result{Step: step, Outcome: durable.Parked}, r.park(ctx, string(step))
	}
	if st.Crashes > mostCrashes {
		planned, _ := r.plan.StageByID(string(step))
		return durable.Result{Step: step, Outcome: durable.Parked}, r.setAside(record, planned, st)
	}
	a, err := r.newAttempt(ctx, state, string(step))
	if err != nil {
		return durable.Result{}, err
	}
	defer r.register(string(step), a.model)()
	outcome, err := a.do(ctx)
	until, _ := a.model.SuspendedUntil()
	return durable.Result{Step: step, Outcome: outcome, Until: until}, err
}

// park records that a stage stops before its end because the process has to. It
// records nothing if the run ends by that, or goes on elsewhere.
func (r *activeRun) park(ctx context.Context, stageID string) error {
	ends := []error{context.Cause(ctx)}
	if hard := r.log.terms.Hard; hard != nil {
		ends = append(ends, context.Cause(hard))
	}
	if cause := errors.Join(ends...); errors.Is(cause, durable.ErrCancelled) ||
		errors.Is(cause, durable.ErrHandedOn) || errors.Is(cause, durable.ErrLost) {
		return nil
	}
	paused := event.StagePaused{StageID: stageID, Reason: event.Interrupted, Artifacts: []artifact.Ref{}}
	return r.log.append(context.WithoutCancel(ctx), paused)
}

// mostCrashes is how often the process may die while a stage is under way, without progress of
// the stage in between, before the stage may be the reason. Then it is tried once more with
// one unit at a time, which takes the least memory.
const mostCrashes = 5

// setAside pauses a run whose stage seems to kill the process that does it. A person may
// know better, and nothing of the run is lost.
func (r *activeRun) setAside(ctx context.Context, s recipe.PlannedStage, st run.StageState) error {
	return r.log.append(ctx, event.StageStarted{StageID: s.ID, Module: s.Module}, event.StagePaused{
		StageID:   s.ID,
		Reason:    event.ProcessDeaths,
		Artifacts: []artifact.Ref{},
		Error: fmt.Sprintf("the process died %d times in a row while it was at this stage, the last time with one unit at a time",
			st.Crashes),
		ErrorClass: failure.Internal,
		Hint: "look at what the process printed and at the system's log, such as for a lack of memory, " +
			"then resume the run",
	})
}

// end writes the terminal event, once.
func (r *activeRun) end(ctx context.Context, state run.State) error {
	if state.Status.Ended() {
		return nil
	}
	end := event.PipelineFinished{Success: true, Outcome: event.Succeeded, TotalCostUSD: state.TotalCostUSD}
	for _, id := range state.StageOrder {
		if st, _ := state.Stage(id); st.Status == run.StageFailed {
			end.Success = false
			end.Outcome = event.Failed
			end.Error = id + ": " + st.Error
			break
		}
	}
	r.pipeline.projections.forget(r.log.claim.Run)
	return r.log.append(ctx, end)
}
