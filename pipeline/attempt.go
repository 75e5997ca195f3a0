package pipeline

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"time"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/durable"
	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/llm/chain"
	"github.com/cineforge/cineforge/llm/spend"
	"github.com/cineforge/cineforge/recipe"
	"github.com/cineforge/cineforge/resilience/backoff"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
	"github.com/cineforge/cineforge/stage"
)

// Do does one stage attempt, or ends the run; see durable.Run.
func (o *opened) Do(ctx context.Context, step durable.Step) (durable.Result, error) {
	// Only the module is told to stop; what has happened is recorded in any case.
	record := context.WithoutCancel(ctx)
	state, err := o.current.Current(record)
	if err != nil {
		return durable.Result{}, err
	}
	if step == finish {
		return durable.Result{Step: finish, Outcome: durable.Done}, o.end(record, state)
	}
	st, _ := state.Stage(string(step))
	if outcome := outcomeOf(st); outcome != "" {
		return durable.Result{Step: step, Outcome: outcome}, nil
	}
	if ctx.Err() != nil {
		return durable.Result{Step: step, Outcome: durable.Parked}, o.park(ctx, string(step))
	}
	if st.Crashes > mostCrashes {
		return durable.Result{Step: step, Outcome: durable.Parked}, o.setAside(record, planned(o.plan, step), st)
	}
	a, err := o.attempt(record, state, string(step))
	if err != nil {
		return durable.Result{}, err
	}
	a.asked.soft = ctx
	defer o.asks(string(step), a.model)()
	outcome, err := a.do(ctx)
	until, _ := a.model.Suspended()
	return durable.Result{Step: step, Outcome: outcome, Until: until}, err
}

// park records that a stage stops before its end because the process has to. It
// records nothing if the run ends by that, or goes on elsewhere.
func (o *opened) park(ctx context.Context, stageID string) error {
	ends := []error{context.Cause(ctx)}
	if o.terms.Hard != nil {
		ends = append(ends, context.Cause(o.terms.Hard))
	}
	if cause := errors.Join(ends...); errors.Is(cause, durable.ErrCancelled) ||
		errors.Is(cause, durable.ErrHandedOn) || errors.Is(cause, durable.ErrLost) {
		return nil
	}
	return o.append(context.WithoutCancel(ctx), o.claim, event.StagePaused{StageID: stageID, Reason: event.Interrupted, Artifacts: []artifact.Ref{}})
}

// mostCrashes is how often a stage may be under way when its process dies, without coming
// forward, until it may be the reason. Then it is tried once more with one unit at a time,
// which takes the least memory.
const mostCrashes = 5

// setAside pauses a run whose stage seems to kill the process that does it. A person may
// know better, and nothing of the run is lost.
func (o *opened) setAside(ctx context.Context, s recipe.PlannedStage, st run.StageState) error {
	return o.append(ctx, o.claim, event.StageStarted{StageID: s.ID, Module: s.Module},
		event.StagePaused{StageID: s.ID, Reason: event.ProcessDeaths, Artifacts: []artifact.Ref{},
			Error: fmt.Sprintf("the process died %d times in a row while it was at this stage, the last time with one unit at a time", st.Crashes), ErrorClass: failure.Internal,
			Hint: "look at what the process printed and at the system's log, such as for a lack of memory, then resume the run"})
}

// concurrency is how many units of a stage are done at a time.
func concurrency(s recipe.PlannedStage, st run.StageState) int {
	if st.Crashes >= mostCrashes {
		return 1
	}
	return s.Policy.Concurrency
}

// planned returns the stage of a step.
func planned(plan *recipe.Plan, step durable.Step) recipe.PlannedStage {
	s, _ := plan.Stage(string(step))
	return s
}

// end writes the terminal event, once.
func (o *opened) end(ctx context.Context, state run.State) error {
	if state.Status.Ended() {
		return nil
	}
	end := event.PipelineFinished{Success: true, Outcome: event.Succeeded, TotalCostUSD: state.TotalCostUSD}
	for _, id := range state.StageOrder {
		if st, _ := state.Stage(id); st.Status == run.StageFailed {
			end.Success, end.Outcome, end.Error = false, event.Failed, id+": "+st.Error
			break
		}
	}
	o.states.forget(o.claim.Run)
	return o.append(ctx, o.claim, end)
}

// attempt is one stage attempt.
type attempt struct {
	*opened
	state  run.State // of the run when the attempt began
	stage  recipe.PlannedStage
	file   stage.File
	inputs stage.Inputs
	asked  *recorder
	memo   *memo
	model  *chain.Stage
	goesOn bool // it was suspended
	units  int  // that are done at a time

	furthest int // how many units were done at the most before it
}

// attempt prepares a stage attempt.
func (o *opened) attempt(ctx context.Context, state run.State, id string) (*attempt, error) {
	planned, ok := o.plan.Stage(id)
	if !ok {
		return nil, fmt.Errorf("there is no stage %s", id)
	}
	data, err := o.store.Blobs.Get(ctx, state.InputDigest)
	if err != nil {
		return nil, fmt.Errorf("read the input: %w", err)
	}
	st, _ := state.Stage(id)
	lineup := o.desk.Candidates.ForRun(&state, planned.ID, planned.Policy)
	memo := newMemo(o.store, state, planned, lineup)
	asked := newRecorder(o, id, st, memo)
	a := &attempt{
		opened: o, state: state, stage: planned, file: stage.File{Name: state.InputName, Data: data}, goesOn: st.Status == run.StageWaiting, furthest: st.Furthest,
		units: concurrency(planned, st), asked: asked, memo: memo,
	}
	ask := o.chain(lineup, planned, state, st)
	ask.Shared, ask.Answered = memo.serves(), a.stored
	a.model = o.desk.Router.Stage(ask, asked)
	return a, nil
}

// chain says whom a stage may ask, and how hard it may try.
func (o *opened) chain(l Candidates, s recipe.PlannedStage, state run.State, st run.StageState) chain.Plan {
	p := chain.Plan{
		Candidates: l.Candidates, Skipped: l.Skipped, Owner: o.claim.Run,
		Backoff:     backoff.Policy{Base: s.Policy.RetryBaseDelay, Full: s.Policy.FullJitter, Ratio: s.Policy.JitterRatio},
		MaxAttempts: s.Policy.MaxAttempts, MaxWait: s.Policy.MaxWait,
		Deadline:    time.Now().Add(s.Policy.MaxStage - time.Duration((st.DurationSeconds-st.DurationBefore)*float64(time.Second))),
		Budgets:     spend.Budgets{o.purse, spend.NewBudget(s.Policy.MaxCostUSD, o.before.stages[s.ID]+st.SpentUSD())},
		LongestWait: o.terms.LongestWait, Waits: waits(st), Grace: o.terms.Grace, Hard: o.terms.Hard,
	}
	if state.OperatorAt != nil {
		p.Operator = state.OperatorAt.Time
		goesOn := state.ParentRunID != nil || state.OperatorAt.After(state.StartedAt.Time)
		p.Probe = goesOn && !slices.ContainsFunc(st.Attempts, func(a run.AttemptState) bool {
			return a.StartedAt != nil &&
				a.StartedAt.After(p.Operator)
		})
	}
	if st.ProgressAt != nil {
		p.Progress = st.ProgressAt.Add(o.desk.Router.Slept(st.ProgressAt.Time)) // nobody waits while the machine sleeps
		if now := time.Now(); p.Progress.After(now) {                           // the clock went back
			p.Progress = now
		}
	}
	return p
}

// do runs the module and records what came of it. The error is the store's; a
// failure of the module is an outcome.
func (a *attempt) do(ctx context.Context) (durable.Outcome, error) {
	record := context.WithoutCancel(ctx)
	if !a.goesOn {
		if err := a.append(record, a.claim, event.StageStarted{StageID: a.stage.ID, Module: a.stage.Module}); err != nil {
			return "", err
		}
	}
	result, err := a.run(ctx)
	_, waits := a.model.Suspended()
	switch {
	case errors.Is(err, errStore):
		return "", err
	case a.asked.broken() != nil:
		return "", a.asked.broken()
	case err != nil && ctx.Err() != nil:
		return durable.Parked, a.park(ctx, a.stage.ID)
	case waits:
		return durable.Waiting, nil
	case err != nil:
		return a.lost(record, err)
	}
	return a.save(record, result)
}

// lost records that a stage failed, or that it pauses because nobody could answer in
// time and the recipe wants it to pause then.
func (a *attempt) lost(ctx context.Context, err error) (durable.Outcome, error) {
	failed := a.failed(err)
	exhausted := failed.TerminalReason == event.RetriesSpent || failed.TerminalReason == event.WaitSpent
	if exhausted && a.stage.Policy.OnExhausted == recipe.PauseOnExhausted {
		failed.Hint = "resume the run when the provider is well again"
		return durable.Parked, a.append(ctx, a.claim, event.StagePaused{StageID: a.stage.ID, Reason: event.Exhausted, Artifacts: []artifact.Ref{},
			Error: failed.Error, ErrorClass: failed.ErrorClass, Hint: failed.Hint})
	}
	change := run.Change{Events: func([]artifact.Artifact) []event.Body { return []event.Body{failed} }}
	if _, asked := errors.AsType[*chain.GivenUp](err); !asked && failed.ErrorClass != failure.Input {
		// The module could make nothing of the answers: the next one needs others.
		change.Forget = a.memo.used()
	}
	return durable.Failed, a.commit(ctx, a.claim, change)
}

// errStore marks a failure of the store, after which the attempt is as if it had not been.
var errStore = errors.New("the store failed")

// run gathers the inputs and calls the module; a panic in it is a failure of the
// stage, not of the process.
func (a *attempt) run(ctx context.Context) (result stage.Result, err error) {
	if a.inputs, err = a.gather(context.WithoutCancel(ctx), a.state, a.stage); err != nil {
		if failure.ClassOf(err) != failure.Input {
			err = errors.Join(errStore, err)
		}
		return stage.Result{}, err
	}
	defer func() {
		if v := recover(); v != nil {
			err = &failure.Error{Class: failure.Internal, Message: fmt.Sprintf("module %s panicked: %v", a.stage.Module, v),
				Hint: "this is a bug of the module; please report it", Err: fmt.Errorf("%s", debug.Stack())}
		}
	}()
	return a.catalog[a.stage.Module].Run(ctx, stage.Task{
		StageID: a.stage.ID, Params: a.stage.Params, File: a.file, Inputs: a.inputs,
		Model: a, Concurrency: a.units, Settings: settingsOf(a.state.Settings),
		Progress: func(done, total int, unit string) {
			if done > a.furthest { // what is only done again is no progress
				a.model.Progress()
			}
			if done > a.furthest || !a.goesOn {
				a.asked.progress(ctx, done, total, unit)
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

// save stores what the module made, with the events that tell of it.
func (a *attempt) save(ctx context.Context, result stage.Result) (durable.Outcome, error) {
	now := time.Now().UTC().Truncate(time.Millisecond)
	drafts := make([]artifact.Artifact, len(result.Artifacts))
	for i, d := range result.Artifacts {
		drafts[i] = a.envelope(d, now)
	}
	outcome := durable.Done
	if result.Pause != "" {
		outcome = durable.Parked
	}
	return outcome, a.commit(ctx, a.claim, run.Change{Save: drafts, Events: func(saved []artifact.Artifact) []event.Body {
		var events []event.Body
		refs := []artifact.Ref{}
		for _, s := range saved {
			ref := s.Metadata.Ref
			refs = append(refs, ref)
			events = append(events, event.ArtifactSaved{StageID: a.stage.ID, ArtifactType: ref.ArtifactType,
				EntityID: ref.EntityID, Version: ref.Version, Health: s.Metadata.Health})
		}
		if result.Pause != "" {
			return append(events, event.StagePaused{StageID: a.stage.ID, Reason: result.Pause, Artifacts: refs})
		}
		return append(events, event.StageFinished{StageID: a.stage.ID, CostUSD: a.asked.cost(), Artifacts: refs})
	}})
}

// envelope makes a draft into an artifact that lacks only its version.
func (a *attempt) envelope(d artifact.Draft, now time.Time) artifact.Artifact {
	annotations := map[string]any{}
	for name, v := range d.Annotations {
		annotations[name] = v
	}
	annotations["final_stage_provider_used"], annotations["final_stage_model_used"] = a.asked.last()
	lineage := []artifact.Ref{}
	for _, in := range a.inputs {
		lineage = append(lineage, in.Metadata.Ref)
	}
	return artifact.Artifact{Data: d.Data, Metadata: artifact.Metadata{
		Ref:     artifact.Ref{ArtifactType: d.Type, EntityID: d.EntityID},
		Lineage: lineage, Intent: d.Intent, Rationale: d.Rationale, Confidence: d.Confidence, Source: d.Source,
		ProducingModule: a.stage.Module, Annotations: annotations, Health: d.Health,
		SchemaVersion: artifact.SchemaVersion, CreatedAt: now,
	}}
}

// failed tells of a stage that failed for good.
func (a *attempt) failed(err error) event.StageFailed {
	class := failure.ClassOf(err)
	f := event.StageFailed{StageID: a.stage.ID, Error: err.Error(), ErrorClass: class,
		AttemptCount: a.asked.count(), TerminalReason: terminalReason(class), ProviderCode: event.Add[string](nil), HTTPStatus: event.Add[int](nil)}
	if typed, ok := errors.AsType[*failure.Error](err); ok {
		f.Error, f.Hint = typed.Message, typed.Hint
		codes := event.CodesOf(typed)
		f.ErrorCode, f.ProviderCode, f.HTTPStatus = codes.Error, event.Add(codes.Provider), event.Add(codes.Status)
		f.RequestID = optional(typed.RequestID)
	}
	if g, ok := errors.AsType[*chain.GivenUp](err); ok {
		f.TerminalReason = ends[g.End]
		f.Provider, f.Model = optional(g.Last.Provider), optional(g.Last.Model)
		f.Unit, f.Decision = g.Unit, new(decisionOf(g.Decision))
		patience := f.TerminalReason == event.RetriesSpent || f.TerminalReason == event.WaitSpent
		switch {
		case patience && class != failure.BadOutput:
			f.Limit, f.Earliest = g.Limit, moment(g.Earliest)
			f.Hint = join(patienceHints[g.Limit], g.Need)
		case g.End == chain.Hopeless && g.Need != "" && g.Last.Err.Effect.Retryable:
			f.Hint = g.Need // what failed last may pass, but nobody can be asked again until that is mended
		}
	}
	return f
}

// patienceHints are what a person can do about a question that could be answered later, by
// the limit that ended its waiting.
var patienceHints = map[string]string{
	chain.LimitOfWait: "retry when the provider is well again, or have the retry wait longer for that",
	chain.LimitOfStage: "retry when the provider is well again: the stage's time begins anew; " +
		"a recipe with a larger max_stage_seconds gives it more",
}

func join(a, b string) string {
	if b == "" {
		return a
	}
	return a + "; " + b
}

// ends tells the terminal reason of a question that was given up.
var ends = map[chain.End]event.TerminalReason{
	chain.Hopeless: event.NonRetryableError, chain.TriesSpent: event.RetriesSpent, chain.WaitSpent: event.WaitSpent, chain.MoneySpent: event.MoneySpent,
}

func terminalReason(class failure.Class) event.TerminalReason {
	switch class {
	case failure.Input:
		return event.InvalidInput
	case failure.Internal:
		return event.ModuleError
	}
	return event.NonRetryableError
}
