package runs

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/internal/library"
	"github.com/cineforge/cineforge/internal/providers"
	"github.com/cineforge/cineforge/pipeline"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

// CurrentRecipe is how a retry asks for the recipe of the run's id as it is today.
const CurrentRecipe = "current"

// RetryRequest is what is asked of a retry. A recipe that is asked for by name is looked up; one
// that is given as such is saved as a version before the run is made.
type RetryRequest struct {
	pipeline.Retry
	Queue  bool // leave the run to the process that works on what is due
	Once   run.IdempotencyKey
	Reason string // why it is asked for; "" for none

	// Agreed, if given, is asked about the plan before anything is done.
	Agreed func(plan pipeline.RetryPlan) error
}

// PlanRetry says what a retry would keep and do again; see pipeline.Pipeline.PlanRetry.
// A retry that nothing would come of is an error.
func (s *Service) PlanRetry(ctx context.Context, runID string, r pipeline.Retry) (pipeline.RetryPlan, error) {
	plan, err := s.planRetry(ctx, runID, r)
	if err == nil {
		err = plan.Refusal()
	}
	if err != nil {
		return plan, err
	}
	if current, err := s.recipes.Find(plan.PinnedID()); err == nil {
		digest := artifact.DigestOf(current.Source)
		plan.CurrentRecipe = &run.CurrentRecipe{Digest: digest, Differs: digest != plan.Recipe.Digest}
	}
	return plan, plan.Look(ctx, s.pipeline)
}

// planRetry is PlanRetry, with the plan of a retry that is refused.
func (s *Service) planRetry(ctx context.Context, runID string, r pipeline.Retry) (pipeline.RetryPlan, error) {
	r, err := s.withRecipe(ctx, runID, r)
	if err != nil {
		return pipeline.RetryPlan{}, err
	}
	plan, err := s.pipeline.PlanRetry(ctx, runID, r)
	if errors.Is(err, pipeline.ErrNotOver) {
		return plan, s.explainNotOver(ctx, runID, err)
	}
	return plan, err
}

// explainNotOver says of a run that is not over what lets it go on if no process works on it.
func (s *Service) explainNotOver(ctx context.Context, runID string, refused error) error {
	state, err := run.Load(ctx, s.store, runID)
	if err != nil {
		return err
	}
	if needs := s.providers.Needs(&state); s.reader.NeedsCarrier(ctx, runID, needs) {
		return run.Uncarried(runID, needs)
	}
	if f, ok := errors.AsType[*failure.Error](refused); ok && s.Abandoned(ctx, state) {
		return f.Advised("no process is working on it; continue it: %s; or cancel it: %s", failure.Watch(runID), failure.Cancel(runID))
	}
	return refused
}

// withRecipe finds the recipe that a retry asks for by name.
func (s *Service) withRecipe(ctx context.Context, runID string, r pipeline.Retry) (pipeline.Retry, error) {
	if r.Recipe != nil {
		r.RecipeName = library.VersionName(r.Recipe)
		return r, nil
	}
	name := r.RecipeName
	switch name {
	case "", event.PinnedRecipe:
		return r, nil
	case CurrentRecipe:
		state, err := run.Load(ctx, s.store, runID)
		if err != nil {
			return r, err
		}
		name = state.RecipeID
	}
	found, err := s.recipes.Find(name)
	r.Recipe = found.Recipe
	return r, err
}

// Retry makes the run that retries another one, which [Service.Execute] then does. While
// another run of its line is under way, asking for the same returns that one, with
// existing; asking for another is a failure of class input.
func (s *Service) Retry(ctx context.Context, runID string, r RetryRequest) (id string, existing bool, err error) {
	parent, err := run.Load(ctx, s.store, runID)
	if err != nil {
		return "", false, err
	}
	if err := errors.Join(s.providers.Refusal(parent.Drill), providers.CheckScratch(parent)); err != nil {
		return "", false, err
	}
	plan, err := s.planRetry(ctx, runID, r.Retry)
	if err != nil {
		return "", false, err
	}
	if r.Agreed != nil {
		if err := r.Agreed(plan); err != nil {
			return "", false, err
		}
	}
	if r.Recipe != nil && plan.Refusal() == nil {
		if _, err := s.recipes.Save(r.Recipe); err != nil {
			return "", false, err
		}
	}
	spec := pipeline.RetrySpec{Plan: plan, Once: r.Once, Reason: r.Reason}
	if spec.Notice = parent.Notice; parent.Drill == "" {
		if spec.Notice, err = s.providers.Notice(""); err != nil {
			return "", false, err
		}
	}
	if !r.Queue {
		spec.Wake = time.Now().Add(s.engine.Lease()) // the caller is about to execute it
	}
	for {
		spec.RunID = retryID(parent.RootRunID)
		err = s.pipeline.CreateRetry(ctx, spec)
		if !errors.Is(err, run.ErrExists) {
			break
		}
	}
	id = spec.RunID
	if retried, ok := errors.AsType[*run.RetriedError](err); ok {
		return retried.By, true, sameRetry(ctx, s.store, retried.By, plan)
	}
	return id, false, err
}

// sameRetry returns an error if a retry under way is not the one that is asked for.
func sameRetry(ctx context.Context, log run.Log, id string, plan pipeline.RetryPlan) error {
	state, err := run.Load(ctx, log, id)
	if err != nil {
		return err
	}
	same := state.Retry != nil && state.Retry.Mode == plan.Mode && state.Retry.Newest == plan.Newest &&
		slices.Equal(state.Retry.From, plan.From)
	if !same || state.RecipeDigest != plan.Recipe.Digest || !state.Limits.Equal(plan.Limits) || !state.Routing.Equal(plan.Routing) {
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
