package pipeline

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"cineforge/artifact"
	"cineforge/failure"
	"cineforge/recipe"
	"cineforge/run"
)

// Why a run can't be retried as asked; in the chain of the failure that says it in words.
var (
	ErrNotOver       = errors.New("the run is not over")
	ErrNothingFailed = errors.New("no stage of the run failed")
	ErrNoStage       = errors.New("the run has no such stage")
)

// Retry is what is asked of a retry.
type Retry struct {
	Mode  run.RetryMode
	Stage string // of RetryFrom: where to begin
}

// RetryPlan is a plan of a retry, with what it is made of.
type RetryPlan struct {
	run.RetryPlan
	parent run.State
	plan   *recipe.Plan
}

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
	plan, err := p.plan(ctx, parent)
	if err != nil {
		return RetryPlan{}, err
	}
	if _, err := p.store.Blob(ctx, parent.InputDigest); err != nil {
		return RetryPlan{}, fmt.Errorf("the input of run %s: %w", runID, err)
	}
	again, err := p.again(ctx, plan, parent, r)
	if err != nil {
		return RetryPlan{}, err
	}
	out := run.RetryPlan{ParentRunID: runID, Mode: r.Mode, From: []string{}, Kept: []string{}, Redone: []run.Redone{},
		SteppedBack: again.stepped, Reason: strings.Join(again.why, "; ")}
	had, err := p.furthest(ctx, parent)
	if err != nil {
		return RetryPlan{}, err
	}
	for _, id := range parent.StageOrder {
		if !again.stages[id] {
			out.Kept = append(out.Kept, id)
			continue
		}
		out.Redone = append(out.Redone, run.Redone{StageID: id, AnswersHad: had[id].CallCount})
		if s, _ := plan.Stage(id); !slices.ContainsFunc(s.Inputs(), func(in string) bool { return again.stages[in] }) {
			out.From = append(out.From, id)
		}
	}
	out.EstimatedCostUSD, err = p.estimate(ctx, parent, out.Redone, had)
	return RetryPlan{out, parent, plan}, err
}

// furthest returns the state of each stage in the run of the line that came furthest
// with it: all answers of the line are there for a retry.
func (p *Pipeline) furthest(ctx context.Context, parent run.State) (map[string]run.StageState, error) {
	line, err := p.store.Line(ctx, parent.RootRunID)
	if err != nil {
		return nil, err
	}
	best := map[string]run.StageState{}
	for _, r := range line {
		s, err := run.Load(ctx, p.store, r.RunID)
		if err != nil {
			return nil, err
		}
		for id, st := range s.Stages {
			if known, ok := best[id]; !ok || !known.Status.Through() && (st.Status.Through() || st.CallCount > known.CallCount) {
				best[id] = *st
			}
		}
	}
	return best, nil
}

// retryable says why a run can't be retried like that, or nil.
func retryable(s run.State, r Retry) error {
	switch {
	case !s.Status.Ended():
		return refused(ErrNotOver, fmt.Sprintf("run %s is not over (%s)", s.RunID, s.Status), "let it go on with cineforge runs resume, or end it with cineforge runs cancel")
	case s.DryRun:
		return refused(ErrNothingFailed, fmt.Sprintf("run %s was a dry run, in which nothing was done", s.RunID), "run the file")
	case r.Mode == run.RetryFailed && s.Status == run.RunDone:
		return refused(ErrNothingFailed, fmt.Sprintf("run %s is done: no stage of it failed", s.RunID), "use --full or --from STAGE to do it again")
	case r.Mode == run.RetryFrom && !slices.Contains(s.StageOrder, r.Stage):
		return refused(ErrNoStage, fmt.Sprintf("run %s has no stage %q", s.RunID, r.Stage), "its stages are "+strings.Join(s.StageOrder, ", "))
	}
	return nil
}

// refused says in words why a request can't be done.
func refused(why error, message, hint string) error {
	return &failure.Error{Class: failure.Input, Message: message, Hint: hint, Err: why}
}

// again is the stages that are done again.
type again struct {
	stages  map[string]bool
	stepped []string // those that were to be kept, and can't be used
	why     []string
}

// again finds the stages that a retry does again: those that are not through or are
// asked for, those whose results can't be used, and all that builds on any of them.
func (p *Pipeline) again(ctx context.Context, plan *recipe.Plan, parent run.State, r Retry) (again, error) {
	a := again{stages: map[string]bool{}}
	for _, s := range plan.Stages {
		st, _ := parent.Stage(s.ID)
		if s.Selected && (!st.Status.Through() || r.Mode == run.RetryFull || r.Mode == run.RetryFrom && s.ID == r.Stage) {
			a.stages[s.ID] = true
		}
	}
	if r.Mode == run.RetryFrom {
		a.before(plan, parent, r.Stage)
	}
	checked := map[string]bool{}
	for {
		a.spread(plan)
		step, why, err := p.unusable(ctx, plan, parent, a.stages, checked)
		if err != nil || step == "" {
			return a, err
		}
		if s, _ := plan.Stage(step); !s.Selected {
			return a, failure.New(failure.Input, fmt.Sprintf("what run %s builds on can't be used: %s", parent.RunID, why), "run the file from the start")
		}
		a.stages[step] = true
		a.stepped, a.why = append(a.stepped, step), append(a.why, why)
	}
}

// before notes the stages that a named one builds on and that are not done: the retry
// begins at them.
func (a *again) before(plan *recipe.Plan, parent run.State, named string) {
	builds := map[string]bool{named: true}
	for _, s := range slices.Backward(plan.Stages) {
		if !builds[s.ID] {
			continue
		}
		for _, in := range s.Inputs() {
			builds[in] = true
		}
		if st, _ := parent.Stage(s.ID); s.ID != named && a.stages[s.ID] {
			a.stepped = append(a.stepped, s.ID)
			a.why = append(a.why, fmt.Sprintf("stage %s is not done (%s)", s.ID, st.Status))
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
func (p *Pipeline) unusable(ctx context.Context, plan *recipe.Plan, parent run.State, redone, checked map[string]bool) (id, why string, err error) {
	for _, s := range plan.Stages {
		if !redone[s.ID] {
			continue
		}
		for _, in := range s.Inputs() {
			if redone[in] || checked[in] {
				continue
			}
			if why, err = p.flaw(ctx, parent, in); why != "" || err != nil {
				return in, why, err
			}
			checked[in] = true
		}
	}
	return "", "", nil
}

// flaw says why what a stage made can't be built on, "" if it can.
func (p *Pipeline) flaw(ctx context.Context, parent run.State, id string) (string, error) {
	st, _ := parent.Stage(id)
	for _, ref := range st.ArtifactRefs {
		a, err := p.store.Artifact(ctx, parent.ProjectID, ref)
		switch {
		case errors.Is(err, run.ErrNotFound) || errors.Is(err, run.ErrDamaged):
			return fmt.Sprintf("%s of stage %s can't be read any more", ref, id), nil
		case err != nil:
			return "", err
		case a.Metadata.Health == artifact.Stale || a.Metadata.Health == artifact.NeedsRevision:
			return fmt.Sprintf("%s of stage %s is marked %s", ref, id, a.Metadata.Health), nil
		case blank(a.Data):
			return fmt.Sprintf("%s of stage %s is blank", ref, id), nil
		}
	}
	return "", nil
}

// blank reports whether an artifact that is there for its text has none.
func blank(data []byte) bool {
	var text struct {
		Content    *string `json:"content"`
		ScriptText *string `json:"script_text"`
	}
	if json.Unmarshal(data, &text) != nil {
		return true
	}
	empty := func(s *string) bool { return s != nil && strings.TrimSpace(*s) == "" }
	return empty(text.Content) || empty(text.ScriptText)
}

// estimate returns what is to be paid for the stages that are done again.
func (p *Pipeline) estimate(ctx context.Context, parent run.State, redone []run.Redone, had map[string]run.StageState) (*float64, error) {
	total := 0.0
	for _, r := range redone {
		st := had[r.StageID]
		answers, usd, priced := paid(st)
		missing := 0
		switch {
		case st.Status.Through():
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
			usd += amount(a.CostUSD)
			priced = priced && a.CostUSD != nil
		}
	}
	return answers, usd, priced
}

// lookedBack is how many runs are looked at for what a stage costs.
const lookedBack = 20

// typical returns what a stage has cost in a run of the same recipe, nil if there is none.
func (p *Pipeline) typical(ctx context.Context, parent run.State, stageID string) (*float64, error) {
	n := 0
	for r, err := range p.store.Runs(ctx, run.Part{}) {
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
	Once   run.Once
}

// CreateRetry makes the run that does what a plan says. The error is a
// *run.RetriedError if the run is being retried already.
func (p *Pipeline) CreateRetry(ctx context.Context, spec RetrySpec) error {
	plan, parent := spec.Plan, spec.Plan.parent
	events := []run.Body{
		run.PipelineStarted{
			RecipeID: parent.RecipeID, RecipeDigest: parent.RecipeDigest, ProjectID: parent.ProjectID,
			InputName: parent.InputName, InputDigest: parent.InputDigest, StageIDs: parent.StageOrder, RuntimeParams: parent.RuntimeParams,
			StartFrom: parent.StartFrom, EndAt: parent.EndAt, Notice: spec.Notice, Drill: parent.Drill, Force: parent.Force,
			ParentRunID: parent.RunID, RootRunID: parent.RootRunID,
		},
		run.RetryRequested{ParentRunID: parent.RunID, Mode: plan.Mode, From: plan.From, Kept: plan.Kept, SteppedBack: plan.SteppedBack, Reason: plan.Reason},
	}
	for _, stageID := range plan.Kept {
		st, _ := parent.Stage(stageID)
		events = append(events, run.StageSkippedReused{StageID: stageID, FromRunID: parent.RunID, Artifacts: st.ArtifactRefs})
	}
	return p.store.Create(ctx, run.Creation{ID: spec.RunID, ProjectID: parent.ProjectID, Parent: parent.RunID, Root: parent.RootRunID, Wake: spec.Wake, Once: spec.Once, First: events})
}
