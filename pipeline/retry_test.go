package pipeline_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/artifact/inventory"
	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/internal/storage"
	"github.com/cineforge/cineforge/llm"
	"github.com/cineforge/cineforge/pipeline"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
	"github.com/cineforge/cineforge/stage"
)

// chainRecipe is three stages in a row.
const chainRecipe = `
recipe_id: row
description: three stages in a row
stages:
  - {id: a, module: note}
  - {id: b, module: note, needs: [a]}
  - {id: c, module: note, needs: [b]}
`

// retried retries the last run of a world, executes the retry as r2, and returns its
// state and the plan.
func (w *world) retried(parent, id string, r pipeline.Retry) (run.State, pipeline.RetryPlan) {
	w.t.Helper()
	plan, err := w.pipeline().PlanRetry(w.t.Context(), parent, r)
	if err != nil {
		w.t.Fatal(err)
	}
	if err := w.pipeline().CreateRetry(w.t.Context(), pipeline.RetrySpec{RunID: id, Plan: plan}); err != nil {
		w.t.Fatal(err)
	}
	state, err := w.execute(w.t.Context(), id)
	if err != nil {
		w.t.Fatal(err)
	}
	return state, plan
}

// failsAt fails at a stage until it is told not to.
func failsAt(id string, well *bool) noteModule {
	return noteModule{"note", func(_ context.Context, t stage.Task) (stage.Result, error) {
		if t.StageID == id && !*well {
			return stage.Result{}, failure.New(failure.Input, "not yet", "wait")
		}
		return note(t)
	}}
}

func TestPlanRetry_WhereItBegins(t *testing.T) {
	for _, test := range []struct {
		fails string
		retry pipeline.Retry
		from  string
		kept  string
	}{
		{"a", pipeline.Retry{Mode: event.RetryFailed}, "a", ""},
		{"b", pipeline.Retry{Mode: event.RetryFailed}, "b", "a"},
		{"c", pipeline.Retry{Mode: event.RetryFailed}, "c", "a b"},
		{"c", pipeline.Retry{Mode: event.RetryFrom, Stage: "b"}, "b", "a"},
		{"b", pipeline.Retry{Mode: event.RetryFrom, Stage: "c"}, "b", "a"}, // c can't begin before b is through
		{"c", pipeline.Retry{Mode: event.RetryFull}, "a", ""},
		{"", pipeline.Retry{Mode: event.RetryFrom, Stage: "c"}, "c", "a b"},
	} {
		t.Run(fmt.Sprintf("%s/%s%s", test.fails, test.retry.Mode, test.retry.Stage), func(t *testing.T) {
			well := test.fails == ""
			w := newWorld(t, failsAt(test.fails, &well))
			w.create(w.spec(chainRecipe))
			if _, err := w.execute(t.Context(), "r1"); err != nil {
				t.Fatal(err)
			}
			well = true
			s, plan := w.retried("r1", "r2", test.retry)
			if got := strings.Join(plan.From, " "); got != test.from {
				t.Errorf("it begins at %s, want %s", got, test.from)
			}
			if got := strings.Join(plan.Kept, " "); got != test.kept {
				t.Errorf("it keeps %q, want %q", got, test.kept)
			}
			if s.Status != run.RunDone || *s.ParentRunID != "r1" || s.RootRunID != "r1" || s.InputDigest == "" || s.Retry.Mode != test.retry.Mode {
				t.Errorf("%s, parent %s, root %s, %+v", s.Status, *s.ParentRunID, s.RootRunID, s.Retry)
			}
			for _, id := range s.StageOrder {
				want := run.StageDone
				if slices.Contains(plan.Kept, id) {
					want = run.StageReused
				}
				if s.Stages[id].Status != want {
					t.Errorf("%s is %s, want %s", id, s.Stages[id].Status, want)
				}
			}
			if n := w.names("r2"); n[0] != "pipeline_started" || n[1] != "retry_requested" {
				t.Errorf("it tells %v", n)
			}
		})
	}
}

func TestPlanRetry_RefusesWhatMakesNoSense(t *testing.T) {
	well := true
	w := newWorld(t, failsAt("", &well))
	w.create(w.spec(chainRecipe))
	for _, want := range []string{"is not over", "no stage of it failed"} {
		if _, err := w.pipeline().PlanRetry(t.Context(), "r1",
			pipeline.Retry{Mode: event.RetryFailed}); failure.ClassOf(err) != failure.Input || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
		if _, err := w.execute(t.Context(), "r1"); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.pipeline().PlanRetry(t.Context(), "r1", pipeline.Retry{Mode: event.RetryFrom,
		Stage: "z"}); failure.ClassOf(err) != failure.Input {
		t.Errorf("from a stage that is not there: %v", err)
	}
	if _, err := w.pipeline().PlanRetry(t.Context(), "none", pipeline.Retry{Mode: event.RetryFull}); !errors.Is(err, run.ErrNotFound) {
		t.Errorf("a run that is not there: %v", err)
	}
}

// A stage whose result can't be built on is done again, though it did not fail.
func TestPlanRetry_StepsBack(t *testing.T) {
	for name, flawed := range map[string]artifact.Draft{
		"blank":   {Type: "note", EntityID: "a", Source: artifact.Code, Health: artifact.Valid, Data: []byte(`{"content": " \n"}`)},
		"spoiled": {Type: "note", EntityID: "a", Source: artifact.Code, Health: artifact.NeedsRevision, Data: []byte(`{"content": "x"}`)},
	} {
		t.Run(name, func(t *testing.T) {
			well := false
			w := newWorld(t, noteModule{"note", func(_ context.Context, task stage.Task) (stage.Result, error) {
				switch {
				case task.StageID == "a" && !well:
					return stage.Result{Artifacts: []artifact.Draft{flawed}}, nil
				case task.StageID == "b" && !well:
					return stage.Result{}, failure.New(failure.Input, "nothing to work with", "look at a")
				}
				return note(task)
			}})
			w.create(w.spec(chainRecipe))
			if _, err := w.execute(t.Context(), "r1"); err != nil {
				t.Fatal(err)
			}
			well = true
			s, plan := w.retried("r1", "r2", pipeline.Retry{Mode: event.RetryFailed})
			if s.Status != run.RunDone || strings.Join(plan.SteppedBack, " ") != "a" || plan.Reason == "" || s.Retry.Reason != plan.Reason ||
				s.Stages["a"].Status != run.StageDone {
				t.Errorf("%s, stepped back to %v: %q, %+v", s.Status, plan.SteppedBack, plan.Reason, s.Retry)
			}
		})
	}
}

func TestCreateRetry_OneAtATime(t *testing.T) {
	well := false
	w := newWorld(t, failsAt("b", &well))
	w.create(w.spec(chainRecipe))
	if _, err := w.execute(t.Context(), "r1"); err != nil {
		t.Fatal(err)
	}
	plan, err := w.pipeline().PlanRetry(t.Context(), "r1", pipeline.Retry{Mode: event.RetryFailed})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.pipeline().CreateRetry(t.Context(), pipeline.RetrySpec{RunID: "r2", Plan: plan}); err != nil {
		t.Fatal(err)
	}
	var retried *run.RetriedError
	if err := w.pipeline().CreateRetry(t.Context(), pipeline.RetrySpec{RunID: "r3", Plan: plan}); !errors.As(err, &retried) ||
		retried.By != "r2" {
		t.Errorf("a second retry: %v", err)
	}
	if _, err := w.execute(t.Context(), "r2"); err != nil {
		t.Fatal(err)
	}
	if err := w.pipeline().CreateRetry(t.Context(), pipeline.RetrySpec{RunID: "r3", Plan: plan}); err != nil {
		t.Errorf("a retry after the first: %v", err)
	}
	line, err := w.store.Log.Line(t.Context(), "r1")
	if err != nil || len(line) != 3 || line[2].RunID != "r3" || line[2].Parent != "r1" {
		t.Errorf("the line is %v %v", line, err)
	}
}

// askingOnce asks three questions, and then fails until it is told not to.
func askingOnce(well *bool, err error) noteModule {
	return noteModule{"note", func(ctx context.Context, task stage.Task) (stage.Result, error) {
		result, asked := asking(ctx, task)
		if asked == nil && !*well {
			return stage.Result{}, err
		}
		return result, asked
	}}
}

// Answers that a module could make nothing of are not served again; others are.
func TestRetry_WhichAnswersServe(t *testing.T) {
	for name, test := range map[string]struct {
		err   error
		calls int
	}{
		"the module failed":        {failure.New(failure.BadOutput, "makes no sense", ""), 6},
		"the module panicked":      {errors.New("a bug"), 6},
		"the file was not to have": {failure.New(failure.Input, "no file", ""), 3},
	} {
		t.Run(name, func(t *testing.T) {
			well, calls := false, 0
			w := newWorld(t, askingOnce(&well, test.err))
			w.model = llm.Candidate{Provider: "p", Name: "m", Model: llm.ModelFunc(func(context.Context, llm.Request) (llm.Response, error) {
				calls++
				return llm.Response{JSON: json.RawMessage(`{"mood": null}`), Source: llm.AI, Provider: "p", Model: "m",
					Usage: llm.Usage{CostUSD: new(0.5)}}, nil
			})}
			w.create(w.spec(oneStage))
			if s, err := w.execute(t.Context(), "r1"); err != nil || s.Status != run.RunFailed {
				t.Fatal(s.Status, err)
			}
			well = true
			s, _ := w.retried("r1", "r2", pipeline.Retry{Mode: event.RetryFailed})
			if calls != test.calls || s.Stages["a"].CallCount != 3 {
				t.Errorf("%d calls, want %d; %d answers used", calls, test.calls, s.Stages["a"].CallCount)
			}
		})
	}
}

// What a retry will cost is told from what its questions have cost.
func TestPlanRetry_EstimatesTheCost(t *testing.T) {
	calls := 0
	w := newWorld(t, noteModule{"note", asking})
	w.model = llm.Candidate{Provider: "p", Name: "m", Model: llm.ModelFunc(func(context.Context, llm.Request) (llm.Response, error) {
		if calls++; calls > 2 {
			return llm.Response{}, failure.New(failure.Auth, "no", "")
		}
		return llm.Response{JSON: json.RawMessage(`{"mood": null}`), Source: llm.AI, Provider: "p", Model: "m",
			Usage: llm.Usage{CostUSD: new(0.5)}}, nil
	})}
	w.create(w.spec(oneStage))
	if s, err := w.execute(t.Context(), "r1"); err != nil || s.Status != run.RunFailed {
		t.Fatal(s.Status, err)
	}
	plan, err := w.pipeline().PlanRetry(t.Context(), "r1", pipeline.Retry{Mode: event.RetryFailed})
	if err != nil || plan.EstimatedCostUSD == nil || *plan.EstimatedCostUSD != 0.5 || plan.Redone[0].AnswersHad != 2 {
		t.Errorf("%+v %v", plan, err)
	}
}

// Two runs of a line at once would pay for the same: while the retry of a retry is under
// way, the first run is not retried either.
func TestCreateRetry_OneRunOfALineAtATime(t *testing.T) {
	well := false
	w := newWorld(t, failsAt("b", &well))
	w.create(w.spec(chainRecipe))
	if _, err := w.execute(t.Context(), "r1"); err != nil {
		t.Fatal(err)
	}
	w.retried("r1", "r2", pipeline.Retry{Mode: event.RetryFailed})
	create := func(parent, id string) error {
		plan, err := w.pipeline().PlanRetry(t.Context(), parent, pipeline.Retry{Mode: event.RetryFull})
		if err != nil {
			t.Fatal(err)
		}
		return w.pipeline().CreateRetry(t.Context(), pipeline.RetrySpec{RunID: id, Plan: plan})
	}
	if err := create("r2", "r3"); err != nil {
		t.Fatal(err)
	}
	var retried *run.RetriedError
	if err := create("r1", "r4"); !errors.As(err, &retried) || retried.By != "r3" {
		t.Errorf("a retry of the first run beside one of its retry: %v", err)
	}
	if _, err := w.execute(t.Context(), "r3"); err != nil {
		t.Fatal(err)
	}
	if err := create("r1", "r4"); err != nil {
		t.Errorf("a retry of the first run after that: %v", err)
	}
}

// edit makes a version of a stage's note that a person wrote.
func (w *world) edit(stageID string, data string) artifact.Ref {
	w.t.Helper()
	of := artifact.NewRef("note", stageID, 1)
	current, err := w.store.Artifacts.Change(w.t.Context(), "p", storage.ArtifactChange{Action: event.Edited, Of: of,
		Edited: artifact.Artifact{Data: []byte(data), Metadata: artifact.Metadata{
			Ref: of, Source: artifact.Human, Health: artifact.ConfirmedValid,
		}}})
	if err != nil {
		w.t.Fatal(err)
	}
	return current
}

// What was built on a version that a person has edited since is done again, on the edit.
func TestPlanRetry_DoesAgainWhatIsStale(t *testing.T) {
	for name, test := range map[string]struct {
		fails         string
		edited        string
		retry         pipeline.Retry
		kept, stepped string
	}{
		"the failed stage builds on it":    {"b", "a", pipeline.Retry{Mode: event.RetryFailed}, "a", ""},
		"through a stage that is done":     {"c", "a", pipeline.Retry{Mode: event.RetryFailed}, "a", "b"},
		"from a named stage":               {"", "a", pipeline.Retry{Mode: event.RetryFrom, Stage: "c"}, "a", "b"},
		"the edit itself is nothing stale": {"", "b", pipeline.Retry{Mode: event.RetryFrom, Stage: "c"}, "a b", ""},
	} {
		t.Run(name, func(t *testing.T) {
			well := test.fails == ""
			w := newWorld(t, failsAt(test.fails, &well))
			w.create(w.spec(chainRecipe))
			if _, err := w.execute(t.Context(), "r1"); err != nil {
				t.Fatal(err)
			}
			ref := w.edit(test.edited, `{"stage":"by hand"}`)
			well = true
			test.retry.Newest = true
			s, plan := w.retried("r1", "r2", test.retry)
			if kept, stepped := strings.Join(plan.Kept, " "), strings.Join(plan.SteppedBack, " "); kept != test.kept || stepped != test.stepped {
				t.Errorf("it keeps %q and steps back to %q, want %q and %q: %s", kept, stepped, test.kept, test.stepped, plan.Reason)
			}
			if got := s.Stages[test.edited].ArtifactRefs; s.Status != run.RunDone || len(got) != 1 || got[0] != ref {
				t.Errorf("%s; it builds on %v, want %v", s.Status, got, ref)
			}
			held, err := inventory.Load(t.Context(), w.store.Artifacts, "p")
			if err != nil {
				t.Fatal(err)
			}
			for _, v := range held.All() {
				if health := held.HealthOf(v.Metadata); health == artifact.Stale {
					t.Errorf("%s is %s after the retry", v.Ref, health)
				}
			}
		})
	}
}

// A retry builds on what its run made, whatever a person has made of it since, unless it is to
// build on what is current.
func TestPlanRetry_EditsCountOnlyIfAskedFor(t *testing.T) {
	for name, test := range map[string]struct {
		newest        bool
		kept, builtOn string
	}{
		"as the run made it":  {false, "a b", "note:b:v1"},
		"as it is in the end": {true, "a", "note:b:v2"},
	} {
		t.Run(name, func(t *testing.T) {
			well := false
			w := newWorld(t, failsAt("c", &well))
			w.create(w.spec(chainRecipe))
			if _, err := w.execute(t.Context(), "r1"); err != nil {
				t.Fatal(err)
			}
			edited := w.edit("a", `{"stage":"by hand"}`)
			well = true
			s, plan := w.retried("r1", "r2", pipeline.Retry{Mode: event.RetryFailed, Newest: test.newest})
			if kept := strings.Join(plan.Kept, " "); s.Status != run.RunDone || kept != test.kept || plan.Newest != test.newest {
				t.Errorf("%s; it keeps %q: %s", s.Status, kept, plan.Reason)
			}
			if len(plan.Edits) != 1 || plan.Edits[0].Current != edited || plan.Edits[0].StageID != "a" {
				t.Errorf("edits %+v", plan.Edits)
			}
			made, err := w.store.Artifacts.Artifact(t.Context(), "p", s.Stages["c"].ArtifactRefs[0])
			if err != nil || made.Metadata.Lineage[0].String() != test.builtOn {
				t.Errorf("built on %v (%v)", made.Metadata.Lineage, err)
			}
		})
	}
}

// A run that is done and stale by an edit is brought up to date from where it is stale.
func TestPlanRetry_NewestOfADoneRun(t *testing.T) {
	well := true
	w := newWorld(t, failsAt("", &well))
	w.create(w.spec(chainRecipe))
	if _, err := w.execute(t.Context(), "r1"); err != nil {
		t.Fatal(err)
	}
	if _, err := w.pipeline().PlanRetry(t.Context(), "r1", pipeline.Retry{Mode: event.RetryFailed, Newest: true}); !errors.Is(err,
		pipeline.ErrNothingFailed) {
		t.Errorf("of what is up to date: %v", err)
	}
	w.edit("b", `{"stage":"by hand"}`)
	if s, plan := w.retried("r1", "r2", pipeline.Retry{Mode: event.RetryFailed, Newest: true}); s.Status != run.RunDone ||
		strings.Join(plan.Kept, " ") != "a b" {
		t.Errorf("%s; it keeps %v: %s", s.Status, plan.Kept, plan.Reason)
	}
}

// A run that begins in the middle builds on what a person made, also after a run has made it again.
func TestCreate_StartsOnWhatIsCurrent(t *testing.T) {
	made := 0
	w := newWorld(t, noteModule{"note", func(_ context.Context, task stage.Task) (stage.Result, error) {
		made++
		data := fmt.Appendf(nil, `{"made":%d}`, made)
		return stage.Result{Artifacts: []artifact.Draft{
			{Type: "note", EntityID: task.StageID, Source: artifact.Code, Health: artifact.Valid, Data: data},
		}}, nil
	}})
	w.create(w.spec(chainRecipe))
	if _, err := w.execute(t.Context(), "r1"); err != nil {
		t.Fatal(err)
	}
	edited := w.edit("a", `{"by":"hand"}`)
	again := w.spec(chainRecipe)
	again.RunID = "r2"
	w.create(again)
	if _, err := w.execute(t.Context(), "r2"); err != nil {
		t.Fatal(err)
	}
	from := w.spec(chainRecipe)
	from.RunID = "r3"
	from.StartFrom = "c"
	if err := w.pipeline().Create(t.Context(), from); err == nil || !strings.Contains(err.Error(), "note:b:v2 of stage b is marked stale") {
		t.Errorf("on what is stale: %v", err)
	}
	from.StartFrom = "b"
	w.create(from)
	s, err := w.execute(t.Context(), "r3")
	if err != nil || s.Status != run.RunDone || s.Stages["a"].ArtifactRefs[0] != edited {
		t.Fatalf("%s on %v (%v)", s.Status, s.Stages["a"].ArtifactRefs, err)
	}
	if b, err := w.store.Artifacts.Artifact(t.Context(), "p", s.Stages["b"].ArtifactRefs[0]); err != nil || b.Metadata.Lineage[0] != edited {
		t.Errorf("built on %v (%v)", b.Metadata.Lineage, err)
	}
}

// What nothing that is done again builds on is not kept either, if it is stale.
func TestPlanRetry_KeepsNothingStaleBesideIt(t *testing.T) {
	well := false
	w := newWorld(t, failsAt("c", &well))
	w.create(w.spec(diamondRecipe))
	if _, err := w.execute(t.Context(), "r1"); err != nil {
		t.Fatal(err)
	}
	w.edit("a", `{"stage":"by hand"}`)
	well = true
	s, plan := w.retried("r1", "r2", pipeline.Retry{Mode: event.RetryFailed, Newest: true})
	if kept, stepped := strings.Join(plan.Kept, " "), strings.Join(plan.SteppedBack, " "); kept != "a" || stepped != "b" ||
		s.Status != run.RunDone {
		t.Errorf("%s; it keeps %q and steps back to %q: %s", s.Status, kept, stepped, plan.Reason)
	}
}

// Another run of the project, with a file of its own, spoils nothing that a retry keeps.
func TestPlanRetry_KeepsWhatAnotherRunMadeAgain(t *testing.T) {
	well, made := false, 0
	w := newWorld(t, noteModule{"note", func(_ context.Context, task stage.Task) (stage.Result, error) {
		if task.StageID == "c" && !well {
			return stage.Result{}, failure.New(failure.Input, "not yet", "wait")
		}
		made++
		data := fmt.Appendf(nil, `{"made":%d}`, made)
		return stage.Result{Artifacts: []artifact.Draft{
			{Type: "note", EntityID: task.StageID, Source: artifact.Code, Health: artifact.Valid, Data: data},
		}}, nil
	}})
	w.create(w.spec(chainRecipe))
	if _, err := w.execute(t.Context(), "r1"); err != nil {
		t.Fatal(err)
	}
	other := w.spec(chainRecipe)
	other.RunID = "other"
	other.Input.Data = []byte("another file")
	w.create(other)
	if _, err := w.execute(t.Context(), "other"); err != nil {
		t.Fatal(err)
	}
	well = true
	if s, plan := w.retried("r1", "r2", pipeline.Retry{Mode: event.RetryFailed}); s.Status != run.RunDone ||
		strings.Join(plan.Kept, " ") != "a b" {
		t.Errorf("%s; it keeps %v: %s", s.Status, plan.Kept, plan.Reason)
	}
}

// A run may make several versions of an entity: what was made of the first is not stale by the
// second.
func TestPlanRetry_SeveralVersionsOfAnEntityAreNotStale(t *testing.T) {
	well := false
	w := newWorld(t, noteModule{"note", func(_ context.Context, task stage.Task) (stage.Result, error) {
		if task.StageID == "d" && !well {
			return stage.Result{}, failure.New(failure.Input, "not yet", "wait")
		}
		entity := map[string]string{"a": "shared", "b": "b", "c": "shared", "d": "d"}[task.StageID]
		data := fmt.Appendf(nil, `{"stage":%q}`, task.StageID)
		return stage.Result{Artifacts: []artifact.Draft{
			{Type: "note", EntityID: entity, Source: artifact.Code, Health: artifact.Valid, Data: data},
		}}, nil
	}})
	w.create(w.spec(chainRecipe + "  - {id: d, module: note, needs: [c]}\n"))
	if _, err := w.execute(t.Context(), "r1"); err != nil {
		t.Fatal(err)
	}
	well = true
	s, plan := w.retried("r1", "r2", pipeline.Retry{Mode: event.RetryFailed})
	if kept := strings.Join(plan.Kept, " "); s.Status != run.RunDone || kept != "a b c" {
		t.Errorf("%s; it keeps %q: %s", s.Status, kept, plan.Reason)
	}
}
