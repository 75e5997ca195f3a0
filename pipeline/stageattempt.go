package pipeline

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"runtime/debug"
	"slices"
	"time"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/durable"
	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/llm"
	"github.com/cineforge/cineforge/llm/chain"
	"github.com/cineforge/cineforge/llm/spend"
	"github.com/cineforge/cineforge/recipe"
	"github.com/cineforge/cineforge/resilience/backoff"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
	"github.com/cineforge/cineforge/stage"
)

// stageAttempt is one attempt at a stage.
type stageAttempt struct {
	run          *activeRun
	state        run.State // of the run when the attempt began
	stage        recipe.PlannedStage
	file         stage.File
	inputs       stage.Inputs
	recorder     *recorder
	memo         *memo
	model        *chain.Stage
	resumed      bool // it was suspended
	concurrency  int  // units that are done at a time
	bestProgress int  // the most units that were done before it
}

// newAttempt prepares an attempt at a stage, whose module is stopped with ctx.
func (r *activeRun) newAttempt(ctx context.Context, state run.State, id string) (*stageAttempt, error) {
	planned, ok := r.plan.StageByID(id)
	if !ok {
		return nil, fmt.Errorf("there is no stage %s", id)
	}
	data, err := r.pipeline.store.Blobs.Get(context.WithoutCancel(ctx), state.InputDigest)
	if err != nil {
		return nil, fmt.Errorf("read the input: %w", err)
	}
	st, _ := state.Stage(id)
	candidates := r.models.Candidates.ForRun(&state, planned.ID, planned.Policy)
	memo := newMemo(r.pipeline.store, state, planned, candidates)
	a := &stageAttempt{
		run:          r,
		state:        state,
		stage:        planned,
		file:         stage.File{Name: state.InputName, Data: data},
		recorder:     newRecorder(ctx, r, id, st, memo),
		memo:         memo,
		resumed:      st.Status == run.StageWaiting,
		concurrency:  concurrency(planned, st),
		bestProgress: st.BestProgress,
	}
	ask := r.chainPlan(candidates, planned, state, st)
	ask.Shared = memo.serves()
	ask.Answered = a.stored
	a.model = r.models.Router.NewStage(ask, a.recorder)
	return a, nil
}

// concurrency is how many units of a stage are done at a time.
func concurrency(s recipe.PlannedStage, st run.StageState) int {
	if st.Crashes >= mostCrashes {
		return 1
	}
	return s.Policy.Concurrency
}

// chainPlan says which models a stage may ask, and how hard it may try.
func (r *activeRun) chainPlan(c Candidates, s recipe.PlannedStage, state run.State, st run.StageState) chain.Plan {
	spent := time.Duration((st.DurationSeconds - st.DurationBefore) * float64(time.Second))
	p := chain.Plan{
		Candidates:  c.Candidates,
		Skipped:     c.Skipped,
		Owner:       r.log.claim.Run,
		Backoff:     backoff.Policy{Base: s.Policy.RetryBaseDelay, Full: s.Policy.FullJitter, Ratio: s.Policy.JitterRatio},
		MaxAttempts: s.Policy.MaxAttempts,
		MaxWait:     s.Policy.MaxWait,
		Deadline:    time.Now().Add(s.Policy.MaxStage - spent),
		Budgets:     spend.Budgets{r.budget, spend.NewBudget(s.Policy.MaxCostUSD, r.before.stages[s.ID]+st.SpentUSD())},
		LongestWait: r.log.terms.LongestWait,
		Waits:       suspendedWaits(st),
		Grace:       r.log.terms.Grace,
		Hard:        r.log.terms.Hard,
	}
	if state.OperatorAt != nil {
		p.Operator = state.OperatorAt.Time
		resumed := state.ParentRunID != nil || state.OperatorAt.After(state.StartedAt.Time)
		p.Probe = resumed && !slices.ContainsFunc(st.Attempts, func(a run.AttemptState) bool {
			return a.StartedAt != nil && a.StartedAt.After(p.Operator)
		})
	}
	if st.ProgressAt != nil {
		p.Progress = st.ProgressAt.Add(r.models.Router.Slept(st.ProgressAt.Time)) // sleep of the machine is no waiting
		if now := time.Now(); p.Progress.After(now) {                             // the clock went back
			p.Progress = now
		}
	}
	return p
}

// do runs the module and records what came of it. The error is the store's; a
// failure of the module is an outcome.
func (a *stageAttempt) do(ctx context.Context) (durable.Outcome, error) {
	record := context.WithoutCancel(ctx)
	if !a.resumed {
		if err := a.run.log.append(record, event.StageStarted{StageID: a.stage.ID, Module: a.stage.Module}); err != nil {
			return "", err
		}
	}
	result, err := a.runModule(ctx)
	_, waits := a.model.SuspendedUntil()
	switch {
	case errors.Is(err, errStore):
		return "", err
	case a.recorder.broken() != nil:
		return "", a.recorder.broken()
	case err != nil && ctx.Err() != nil:
		return durable.Parked, a.run.park(ctx, a.stage.ID)
	case waits:
		return durable.Waiting, nil
	case err != nil:
		return a.fail(record, err)
	}
	return a.save(record, result)
}

// errStore marks a failure of the store, after which the attempt is as if it had not been.
var errStore = errors.New("the store failed")

// runModule gathers the inputs and calls the module; a panic in it is a failure of the
// stage, not of the process.
func (a *stageAttempt) runModule(ctx context.Context) (result stage.Result, err error) {
	if a.inputs, err = a.run.pipeline.artifacts().gather(context.WithoutCancel(ctx), a.state, a.stage); err != nil {
		if failure.ClassOf(err) != failure.Input {
			err = errors.Join(errStore, err)
		}
		return stage.Result{}, err
	}
	defer func() {
		if v := recover(); v != nil {
			err = &failure.Error{
				Class:   failure.Internal,
				Message: fmt.Sprintf("module %s panicked: %v", a.stage.Module, v),
				Hint:    "this is a bug of the module; please report it",
				Err:     fmt.Errorf("%s", debug.Stack()),
			}
		}
	}()
	return a.run.pipeline.catalog[a.stage.Module].Run(ctx, stage.Task{
		StageID:     a.stage.ID,
		Params:      a.stage.Params,
		File:        a.file,
		Inputs:      a.inputs,
		Model:       a,
		Concurrency: a.concurrency,
		Settings:    settingsOf(a.state.Settings),
		Progress: func(done, total int, unit string) {
			if done > a.bestProgress { // what is only done again is no progress
				a.model.Progress()
			}
			if done > a.bestProgress || !a.resumed {
				a.recorder.progress(ctx, done, total, unit)
			}
		},
	})
}

// settingsOf are the settings of a run in the form in which modules get them.
func settingsOf(s *event.Settings) stage.Settings {
	if s == nil {
		return stage.Settings{}
	}
	return stage.Settings{File: s.File, FromFile: s.FromFile, Overrides: s.Overrides}
}

var _ llm.Model = (*stageAttempt)(nil)

// Generate answers a module's request: by a stored answer if there is one, else by the model
// that the router finds.
func (a *stageAttempt) Generate(ctx context.Context, req llm.Request) (llm.Response, error) {
	req.Key = a.memo.key(req)
	resp, found, err := a.stored(ctx, req)
	if err == nil && !found {
		resp, err = a.model.Generate(ctx, req)
	}
	if err == nil {
		a.memo.use(req.Key)
	}
	return resp, err
}

// stored returns the stored answer to a request, and records that it is used; false if there
// is none.
func (a *stageAttempt) stored(ctx context.Context, req llm.Request) (resp llm.Response, found bool, err error) {
	answer, ok, err := a.memo.find(ctx, req)
	if err == nil && ok {
		err = a.recorder.reuse(ctx, req, answer)
	}
	if err != nil || !ok {
		a.recorder.fail(ctx, err)
		return resp, false, err
	}
	return llm.Response{
		JSON:      answer.JSON,
		Source:    llm.Source(answer.Source),
		Provider:  answer.Provider,
		Model:     answer.ServedModel,
		RequestID: answer.RequestID,
	}, true, nil
}

// fail records that a stage failed, or that it pauses because no model could answer in time
// and the recipe wants it to pause then.
func (a *stageAttempt) fail(ctx context.Context, err error) (durable.Outcome, error) {
	failed := stageFailed(a.stage.ID, a.recorder.count(), err)
	exhausted := failed.TerminalReason == event.RetriesSpent || failed.TerminalReason == event.WaitSpent
	if exhausted && a.stage.Policy.OnExhausted == recipe.PauseOnExhausted {
		return durable.Parked, a.run.log.append(ctx, event.StagePaused{
			StageID:    a.stage.ID,
			Reason:     event.Exhausted,
			Artifacts:  []artifact.Ref{},
			Error:      failed.Error,
			ErrorClass: failed.ErrorClass,
			Hint:       "resume the run when the provider is well again",
		})
	}
	change := run.Change{Events: func([]artifact.Artifact) []event.Body { return []event.Body{failed} }}
	if _, gaveUp := errors.AsType[*chain.GivenUp](err); !gaveUp && failed.ErrorClass != failure.Input {
		// The module could not use the answers: the next attempt needs others.
		change.Forget = a.memo.used()
	}
	return durable.Failed, a.run.log.commit(ctx, change)
}

// save stores what the module made, with the events that record it.
func (a *stageAttempt) save(ctx context.Context, result stage.Result) (durable.Outcome, error) {
	now := time.Now().UTC().Truncate(time.Millisecond)
	drafts := make([]artifact.Artifact, len(result.Artifacts))
	for i, d := range result.Artifacts {
		drafts[i] = a.envelope(d, now)
	}
	outcome := durable.Done
	if result.Pause != "" {
		outcome = durable.Parked
	}
	return outcome, a.run.log.commit(ctx, run.Change{Save: drafts, Events: func(saved []artifact.Artifact) []event.Body {
		var events []event.Body
		refs := []artifact.Ref{}
		for _, s := range saved {
			ref := s.Metadata.Ref
			refs = append(refs, ref)
			events = append(events, event.ArtifactSaved{
				StageID:      a.stage.ID,
				ArtifactType: ref.ArtifactType,
				EntityID:     ref.EntityID,
				Version:      ref.Version,
				Health:       s.Metadata.Health,
			})
		}
		if result.Pause != "" {
			return append(events, event.StagePaused{StageID: a.stage.ID, Reason: event.PauseReason(result.Pause), Artifacts: refs})
		}
		return append(events, event.StageFinished{StageID: a.stage.ID, CostUSD: a.recorder.cost(), Artifacts: refs})
	}})
}

// envelope makes a draft into an artifact that lacks only its version.
func (a *stageAttempt) envelope(d artifact.Draft, now time.Time) artifact.Artifact {
	annotations := map[string]any{}
	maps.Copy(annotations, d.Annotations)
	annotations["final_stage_provider_used"], annotations["final_stage_model_used"] = a.recorder.last()
	lineage := []artifact.Ref{}
	for _, in := range a.inputs {
		lineage = append(lineage, in.Metadata.Ref)
	}
	return artifact.Artifact{Data: d.Data, Metadata: artifact.Metadata{
		Ref:             artifact.Ref{ArtifactType: d.Type, EntityID: d.EntityID},
		Lineage:         lineage,
		Intent:          d.Intent,
		Rationale:       d.Rationale,
		Confidence:      d.Confidence,
		Source:          d.Source,
		ProducingModule: a.stage.Module,
		Annotations:     annotations,
		Health:          d.Health,
		SchemaVersion:   artifact.SchemaVersion,
		CreatedAt:       now,
	}}
}
