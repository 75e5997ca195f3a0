package app

import (
	"github.com/cineforge/cineforge/internal/library"

	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/cineforge/cineforge/durable"
	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/internal/providers"
	"github.com/cineforge/cineforge/pipeline"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

// Why an operator's word can't be followed; in the chain of the failure that says it.
var (
	ErrOver             = errors.New("the run is over")
	ErrPaused           = errors.New("the run is paused")
	ErrNotPaused        = errors.New("the run is not paused")
	ErrRetriedOtherwise = errors.New("the run is being retried in another way")
)

// Work executes whatever runs nobody works on, until ctx is done: those that are
// queued, those whose wait is over, and those whose process died. What is under way
// is handed on then.
func (a *App) Work(ctx context.Context) error {
	if err := a.Providers.Refusal(""); err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	relief := make(chan struct{})
	go func() {
		defer close(relief)
		a.relieve(ctx)
	}()
	err := a.engine.Work(ctx)
	stop()
	<-relief
	return err
}

// healthPoll is how often it is looked for what other processes found out of providers.
const healthPoll = 5 * time.Second

// relieve lets waiting runs go on when somebody can be asked again before the time
// that they wait for.
func (a *App) relieve(ctx context.Context) {
	tick := time.NewTicker(healthPoll)
	defer tick.Stop()
	pending := false // the store could not take it, and is asked to again
	for {
		relieved := a.Providers.Relieved()
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			a.Providers.Recall(ctx) //nolint:errcheck // the next tick tries again
			a.Upkeep.Poll(ctx)
		case <-relieved:
		}
		select {
		case <-relieved: // maybe by what was recalled
			pending = true
		default:
		}
		if pending {
			pending = a.engine.WakeAll(ctx) != nil
		}
	}
}

// Cancel ends a run, whichever process works on it, and returns when it has ended. A run that
// has ended is a failure of class input.
func (a *App) Cancel(ctx context.Context, runID string) error {
	return over(runID, a.engine.Cancel(ctx, runID))
}

// TryNow ends the waiting of a run. The run goes on wherever it is executed.
func (a *App) TryNow(ctx context.Context, runID string) error {
	state, err := run.Load(ctx, a.Store, runID)
	if err != nil {
		return err
	}
	if needs := a.Providers.Needs(&state); a.uncarried(ctx, runID, needs) {
		return run.Uncarried(runID, needs)
	}
	if state.Status == run.Paused {
		f := &failure.Error{Class: failure.Input, Message: fmt.Sprintf("run %s is paused until someone resumes it", runID), Err: ErrPaused}
		return f.Advised("let it go on: %s", failure.Resume(runID))
	}
	return over(runID, a.engine.Send(ctx, runID, durable.TryNow))
}

// over says that a run has ended, if that is why an operator's signal can't be sent.
func over(runID string, err error) error {
	if errors.Is(err, durable.ErrLost) {
		f := &failure.Error{Class: failure.Input, Message: fmt.Sprintf("run %s is over", runID), Err: ErrOver}
		return f.Advised("see how it ended: %s", failure.Show(runID))
	}
	return err
}

// CurrentRecipe is how a retry asks for the recipe of the run's id as it is today.
const CurrentRecipe = "current"

// Retry is what is asked of a retry. A recipe that is asked for by name is looked up; one
// that is given as such is saved as a version before the run is made.
type Retry struct {
	pipeline.Retry
	Queue bool // leave the run to whoever works on what is due
	Once  run.IdempotencyKey

	// Agreed, if given, is asked about the plan before anything is done.
	Agreed func(plan pipeline.RetryPlan) error
}

// PlanRetry says what a retry would keep and do again; see pipeline.Pipeline.PlanRetry.
// A retry that nothing would come of is an error.
func (a *App) PlanRetry(ctx context.Context, runID string, r pipeline.Retry) (pipeline.RetryPlan, error) {
	plan, err := a.planRetry(ctx, runID, r)
	if err == nil {
		err = plan.Refusal()
	}
	return plan, err
}

func (a *App) planRetry(ctx context.Context, runID string, r pipeline.Retry) (pipeline.RetryPlan, error) {
	r, err := a.withRecipe(ctx, runID, r)
	if err != nil {
		return pipeline.RetryPlan{}, err
	}
	plan, err := a.pipeline.PlanRetry(ctx, runID, r)
	if errors.Is(err, pipeline.ErrNotOver) {
		return plan, a.left(ctx, runID, err)
	}
	return plan, err
}

// left says of a run that is not over what lets it go on if nobody works on it.
func (a *App) left(ctx context.Context, runID string, refused error) error {
	state, err := run.Load(ctx, a.Store, runID)
	if err != nil {
		return err
	}
	if needs := a.Providers.Needs(&state); a.uncarried(ctx, runID, needs) {
		return run.Uncarried(runID, needs)
	}
	if f, ok := errors.AsType[*failure.Error](refused); ok && a.Abandoned(ctx, state) {
		return f.Advised("nobody works on it; take it up: %s; or end it: %s", failure.Watch(runID), failure.Cancel(runID))
	}
	return refused
}

// withRecipe finds the recipe that a retry asks for by name.
func (a *App) withRecipe(ctx context.Context, runID string, r pipeline.Retry) (pipeline.Retry, error) {
	if r.Recipe != nil {
		r.RecipeName = library.VersionName(r.Recipe)
		return r, nil
	}
	name := r.RecipeName
	switch name {
	case "", event.PinnedRecipe:
		return r, nil
	case CurrentRecipe:
		state, err := run.Load(ctx, a.Store, runID)
		if err != nil {
			return r, err
		}
		name = state.RecipeID
	}
	found, err := a.Recipes.Find(name)
	r.Recipe = found.Recipe
	return r, err
}

// Retry makes the run that retries another one, which [App.Execute] then does. While
// another run of its line is under way, asking for the same returns that one, with
// existing; asking for another is a failure of class input.
func (a *App) Retry(ctx context.Context, runID string, r Retry) (id string, existing bool, err error) {
	parent, err := run.Load(ctx, a.Store, runID)
	if err != nil {
		return "", false, err
	}
	if err := errors.Join(a.Providers.Refusal(parent.Drill), providers.CheckScratch(parent)); err != nil {
		return "", false, err
	}
	plan, err := a.planRetry(ctx, runID, r.Retry)
	if err != nil {
		return "", false, err
	}
	if r.Agreed != nil {
		if err := r.Agreed(plan); err != nil {
			return "", false, err
		}
	}
	if r.Recipe != nil && plan.Refusal() == nil {
		if _, err := a.Recipes.Save(r.Recipe); err != nil {
			return "", false, err
		}
	}
	spec := pipeline.RetrySpec{Plan: plan, Once: r.Once}
	if spec.Notice = parent.Notice; parent.Drill == "" {
		if spec.Notice, err = a.Providers.Notice(""); err != nil {
			return "", false, err
		}
	}
	if !r.Queue {
		spec.Wake = time.Now().Add(a.engine.Lease()) // the caller is about to execute it
	}
	for {
		spec.RunID = retryID(parent.RootRunID)
		err = a.pipeline.CreateRetry(ctx, spec)
		if !errors.Is(err, run.ErrExists) {
			break
		}
	}
	id = spec.RunID
	if retried, ok := errors.AsType[*run.RetriedError](err); ok {
		return retried.By, true, a.sameRetry(ctx, retried.By, plan)
	}
	return id, false, err
}

// sameRetry returns an error if a retry under way is not the one that is asked for.
func (a *App) sameRetry(ctx context.Context, id string, plan pipeline.RetryPlan) error {
	state, err := run.Load(ctx, a.Store, id)
	if err != nil {
		return err
	}
	same := state.Retry != nil && state.Retry.Mode == plan.Mode && slices.Equal(state.Retry.From, plan.From)
	if !same || state.RecipeDigest != plan.Recipe.Digest || !state.Limits.Equal(plan.Limits) {
		f := &failure.Error{Class: failure.Input, Message: fmt.Sprintf("run %s is being retried in another way, by run %s",
			plan.ParentRunID, id), Err: ErrRetriedOtherwise}
		return f.Advised("wait for its end, or end it: %s", failure.Cancel(id))
	}
	return nil
}

// rootLength is how much of the first run's id its retries bear.
const rootLength = 48

// retryID returns an id for a retry.
func retryID(root string) string {
	return root[:min(len(root), rootLength)] + "-retry-" + randomHex(2)
}

// Served reports whether another process, a server, works on this data directory.
func (a *App) Served() bool { return a.engine.Served() }

// Abandoned reports whether no process works on a run that is not at rest, and none is there
// to take it up. It is false if that can't be found out.
func (a *App) Abandoned(ctx context.Context, s run.State) bool {
	if s.Status.Ended() || s.Status == run.Paused {
		return false
	}
	abandoned, err := a.engine.Abandoned(ctx, s.RunID)
	return err == nil && abandoned
}

// Serve shows other processes that this one works on whatever is due; [App.Work] does it.
func (a *App) Serve() error {
	a.Library.SweepScratch()
	return a.engine.Serve()
}

// Unfinished lists the runs that are due because a process left them, but one. It
// lists none if that can't be found out, or if Work would refuse.
func (a *App) Unfinished(ctx context.Context, but string) (ids []string) {
	if a.Providers.Refusal("") != nil {
		return nil
	}
	const most = 20
	due, err := a.engine.Due(ctx, most)
	if err != nil {
		return nil
	}
	return slices.DeleteFunc(due, func(id string) bool { return id == but })
}
