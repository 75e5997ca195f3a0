package pipeline_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/durable"
	"github.com/cineforge/cineforge/durable/local"
	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/internal/memory"
	"github.com/cineforge/cineforge/llm"
	"github.com/cineforge/cineforge/llm/chain"
	"github.com/cineforge/cineforge/llm/offline"
	"github.com/cineforge/cineforge/pipeline"
	"github.com/cineforge/cineforge/recipe"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
	"github.com/cineforge/cineforge/stage"
)

// noteModule is a module that makes one note, by whatever do does.
type noteModule struct {
	id string
	do func(ctx context.Context, t stage.Task) (stage.Result, error)
}

func (m noteModule) Info() stage.Info {
	return stage.Info{ID: m.id, Params: map[string]stage.Param{"say": {Kind: stage.String}}, Produces: []string{"note"}}
}

func (m noteModule) Run(ctx context.Context, t stage.Task) (stage.Result, error) { return m.do(ctx, t) }

func note(t stage.Task) (stage.Result, error) {
	var from []string
	for _, in := range t.Inputs {
		from = append(from, in.Metadata.Ref.String())
	}
	data, err := json.Marshal(map[string]any{"stage": t.StageID, "from": from})
	return stage.Result{Artifacts: []artifact.Draft{{Type: "note", EntityID: t.StageID, Source: artifact.Code, Health: artifact.Valid,
		Data: data}}}, err
}

// world is a pipeline over a store in memory.
type world struct {
	t       *testing.T
	store   *memory.Store
	catalog stage.Catalog
	model   llm.Candidate
}

func newWorld(t *testing.T, modules ...stage.Module) *world {
	t.Helper()
	return &world{t: t, store: memory.New(), catalog: stage.NewCatalog(modules...),
		model: llm.Candidate{Provider: offline.Name, Name: offline.Name, Spec: llm.Spec{Price: &llm.Price{}}, Model: offline.Model{}}}
}

func (w *world) pipeline() *pipeline.Pipeline {
	return pipeline.New(w.store.Seams().Pipeline(), w.catalog, only{w.model}.source)
}

// only is a roster of one model.
type only struct{ model llm.Candidate }

func (o only) source(string) (pipeline.ModelSource, error) {
	return pipeline.ModelSource{Candidates: o, Router: chain.New(chain.Options{})}, nil
}

func (o only) Names() []string { return []string{o.model.Provider} }

func (o only) ForNewRun(string, recipe.Policy) pipeline.Candidates {
	return pipeline.Candidates{Candidates: []llm.Candidate{o.model}}
}

func (o only) ForRun(*run.State, string, recipe.Policy) pipeline.Candidates {
	return o.ForNewRun("", recipe.Policy{})
}

func (o only) Needs(*run.State) []run.Need { return nil }

// diamondRecipe has two stages that don't depend on each other.
const diamondRecipe = `
recipe_id: diamond
description: two stages side by side
stages:
  - {id: a, module: note}
  - {id: b, module: note, needs: [a]}
  - {id: c, module: note, needs: [a]}
  - {id: d, module: note, needs: [b, c]}
`

func (w *world) spec(source string) pipeline.Spec {
	w.t.Helper()
	r, err := recipe.Parse("test.yaml", []byte(source))
	if err != nil {
		w.t.Fatal(err)
	}
	return pipeline.Spec{RunID: "r1", ProjectID: "p", Recipe: r, Input: stage.File{Name: "in.txt", Data: []byte("in")}}
}

func (w *world) create(spec pipeline.Spec) {
	w.t.Helper()
	if err := w.pipeline().Create(w.t.Context(), spec); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) execute(ctx context.Context, id string) (run.State, error) {
	w.t.Helper()
	err := local.New(w.store.Journal, w.pipeline(), local.Options{Grace: -1}).Execute(ctx, id)
	state, loadErr := run.Load(context.Background(), w.store.Log, id)
	if loadErr != nil {
		w.t.Fatal(loadErr)
	}
	return state, err
}

func (w *world) names(id string) (names []string) {
	w.t.Helper()
	for e, err := range w.store.Log.Events(context.Background(), id, 0) {
		if err != nil {
			w.t.Fatal(err)
		}
		names = append(names, e.Body.EventName())
	}
	return names
}

func count(names []string, name string) (n int) {
	for _, have := range names {
		if have == name {
			n++
		}
	}
	return n
}

func TestPipeline_IndependentStagesRunInParallel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, noteModule{"note", func(ctx context.Context, task stage.Task) (stage.Result, error) {
			time.Sleep(time.Second)
			return note(task)
		}})
		w.create(w.spec(diamondRecipe))
		start := time.Now()
		state, err := w.execute(t.Context(), "r1")
		if err != nil || state.Status != run.RunDone {
			t.Fatalf("%s: %v", state.Status, err)
		}
		if took := time.Since(start); took != 3*time.Second {
			t.Errorf("took %v, want 3s: a, then b beside c, then d", took)
		}
		d, err := w.store.Artifacts.Artifact(t.Context(), "p", artifact.NewRef("note", "d", 1))
		if err != nil {
			t.Fatal(err)
		}
		if string(d.Data) != `{"from":["note:b:v1","note:c:v1"],"stage":"d"}` {
			t.Errorf("the last stage got %s", d.Data)
		}
		if diff := cmp.Diff([]artifact.Ref{artifact.NewRef("note", "b", 1), artifact.NewRef("note", "c", 1)}, d.Metadata.Lineage); diff != "" {
			t.Errorf("lineage:\n%s", diff)
		}
		if d.Metadata.ProducingModule != "note" || d.Metadata.Annotations["final_stage_model_used"] != "code" || d.Metadata.CreatedAt.IsZero() {
			t.Errorf("metadata %+v", d.Metadata)
		}
	})
}

func TestPipeline_AFailureEndsTheRunAfterTheStagesUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, noteModule{"note", func(ctx context.Context, task stage.Task) (stage.Result, error) {
			switch task.StageID {
			case "b":
				return stage.Result{}, failure.New(failure.Input, "page 3 is blank", "fill it")
			case "c":
				time.Sleep(time.Minute)
			}
			return note(task)
		}})
		w.create(w.spec(diamondRecipe))
		state, err := w.execute(t.Context(), "r1")
		if err != nil {
			t.Fatal(err)
		}
		b, c, d := state.Stages["b"], state.Stages["c"], state.Stages["d"]
		if state.Status != run.RunFailed || *state.Success || state.Error != "b: page 3 is blank" {
			t.Errorf("run %s, error %q", state.Status, state.Error)
		}
		if b.Status != run.StageFailed || *b.FinalErrorClass != failure.Input || b.TerminalReason != event.InvalidInput || b.Hint != "fill it" {
			t.Errorf("b %+v", b)
		}
		if c.Status != run.StageDone || d.Status != run.StagePending {
			t.Errorf("c %s, d %s: what was under way is kept, and nothing new starts", c.Status, d.Status)
		}
		names := w.names("r1")
		if count(names, "pipeline_finished") != 1 || names[len(names)-1] != "pipeline_finished" {
			t.Errorf("events %v", names)
		}
	})
}

func TestPipeline_APanicIsAFailureOfItsStage(t *testing.T) {
	w := newWorld(t, noteModule{"note", func(context.Context, stage.Task) (stage.Result, error) { panic("oh") }})
	w.create(w.spec(diamondRecipe))
	state, err := w.execute(t.Context(), "r1")
	if err != nil {
		t.Fatal(err)
	}
	if a := state.Stages["a"]; state.Status != run.RunFailed || *a.FinalErrorClass != failure.Internal ||
		a.TerminalReason != event.ModuleError || !strings.Contains(a.Error, "oh") {
		t.Errorf("run %s, stage %+v", state.Status, a)
	}
}

func TestPipeline_AnInterruptedRunGoesOnWhereItWas(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var ran []string
		w := newWorld(t, noteModule{"note", func(ctx context.Context, task stage.Task) (stage.Result, error) {
			mu.Lock()
			ran = append(ran, task.StageID)
			mu.Unlock()
			select {
			case <-ctx.Done():
				return stage.Result{}, ctx.Err()
			case <-time.After(time.Second):
				return note(task)
			}
		}})
		w.create(w.spec(diamondRecipe))
		ctx, cancel := context.WithTimeout(t.Context(), 1500*time.Millisecond)
		defer cancel()
		state, err := w.execute(ctx, "r1")
		if !errors.Is(err, context.DeadlineExceeded) || state.Status != run.Paused || state.Stages["b"].PauseReason != event.Interrupted {
			t.Fatalf("interrupted: %v, run %s, stage b %+v", err, state.Status, state.Stages["b"])
		}
		state, err = w.execute(t.Context(), "r1")
		if err != nil || state.Status != run.RunDone {
			t.Fatalf("resumed: %v, run %s", err, state.Status)
		}
		slices.Sort(ran)
		if strings.Join(ran, "") != "abbccd" {
			t.Errorf("the stages ran %v: a must not run twice", ran)
		}
		if names := w.names("r1"); count(names, "run_resumed") != 1 || count(names, "pipeline_finished") != 1 {
			t.Errorf("events %v", names)
		}
	})
}

func TestPipeline_AnInterruptBetweenStagesParksTheRun(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	w := newWorld(t, noteModule{"note", func(_ context.Context, task stage.Task) (stage.Result, error) {
		cancel() // the module does not look at its context, and is done in spite of it
		return note(task)
	}})
	w.create(w.spec(diamondRecipe))
	for i, want := range []struct{ a, b run.StageStatus }{{run.StageDone, run.StagePaused}, {run.StageDone, run.StagePaused}} {
		state, err := w.execute(ctx, "r1") // the second time it is cancelled from the start
		if !errors.Is(err, context.Canceled) || state.Status != run.Paused {
			t.Fatalf("execution %d: %v, run %s", i+1, err, state.Status)
		}
		if a, b := state.Stages["a"], state.Stages["b"]; a.Status != want.a || b.Status != want.b || b.PauseReason != event.Interrupted {
			t.Errorf("execution %d: a %s, b %s (%s)", i+1, a.Status, b.Status, b.PauseReason)
		}
	}
	if state, err := w.execute(t.Context(), "r1"); err != nil || state.Status != run.RunDone {
		t.Errorf("%v, run %s", err, state.Status)
	}
	if names := w.names("r1"); count(names, "stage_started") != 4 {
		t.Errorf("a stage was started twice: %v", names)
	}
}

func TestOpen_ResumesARunWhoseProcessDied(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, noteModule{"note", func(ctx context.Context, task stage.Task) (stage.Result, error) { return note(task) }})
		w.create(w.spec(diamondRecipe))
		// A process claims the run, starts a stage and is never heard of again.
		dead, err := w.store.Journal.Claim(t.Context(), "r1", local.DefaultClaimTTL)
		if err != nil {
			t.Fatal(err)
		}
		err = w.store.Log.Commit(t.Context(), dead, run.Change{Events: func([]artifact.Artifact) []event.Body {
			return []event.Body{event.StageStarted{StageID: "a", Module: "note"}}
		}})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.execute(t.Context(), "r1"); !errors.Is(err, durable.ErrHeld) {
			t.Errorf("the run of a process that may be alive was taken: %v", err)
		}
		time.Sleep(local.DefaultClaimTTL)
		state, err := w.execute(t.Context(), "r1")
		if err != nil || state.Status != run.RunDone {
			t.Fatalf("%v, run %s", err, state.Status)
		}
		if names := w.names("r1"); names[2] != "run_resumed" {
			t.Errorf("events %v", names)
		}
	})
}

func TestConfirm_EndsAPause(t *testing.T) {
	w := newWorld(t, noteModule{"note", func(ctx context.Context, task stage.Task) (stage.Result, error) {
		r, err := note(task)
		if task.StageID == "d" {
			r.Pause = string(event.AwaitingConfirmation)
		}
		return r, err
	}})
	w.create(w.spec(diamondRecipe))
	for range 2 { // executing it again changes nothing
		state, err := w.execute(t.Context(), "r1")
		if err != nil || state.Status != run.Paused || state.Stages["d"].PauseReason != event.AwaitingConfirmation || state.FinishedAt != nil {
			t.Fatalf("%v, run %s, stage %+v", err, state.Status, state.Stages["d"])
		}
	}
	claim, err := w.store.Journal.Claim(t.Context(), "r1", time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.pipeline().Confirm(t.Context(), claim, false, ""); err != nil {
		t.Fatal(err)
	}
	if err := w.store.Journal.Release(t.Context(), claim, time.Time{}); err != nil {
		t.Fatal(err)
	}
	state, err := w.execute(t.Context(), "r1")
	if err != nil || state.Status != run.RunDone || len(state.Stages["d"].ArtifactRefs) != 1 {
		t.Errorf("%v, run %s, stage %+v", err, state.Status, state.Stages["d"])
	}
}

func TestCreate_FromTheMiddleReusesAnEarlierRun(t *testing.T) {
	var mu sync.Mutex
	ran := map[string]int{}
	w := newWorld(t, noteModule{"note", func(ctx context.Context, task stage.Task) (stage.Result, error) {
		mu.Lock()
		defer mu.Unlock()
		ran[task.StageID]++
		return note(task)
	}})
	from := w.spec(diamondRecipe)
	from.RunID, from.StartFrom = "r2", "b"
	if err := w.pipeline().Create(t.Context(), from); failure.ClassOf(err) != failure.Input {
		t.Errorf("a run from the middle without an earlier one: %v", err)
	}
	w.create(w.spec(diamondRecipe))
	if _, err := w.execute(t.Context(), "r1"); err != nil {
		t.Fatal(err)
	}
	other := from
	other.Input.Data = []byte("another text")
	if err := w.pipeline().Create(t.Context(), other); failure.ClassOf(err) != failure.Input {
		t.Errorf("a run from the middle on another input than the earlier one's: %v", err)
	}
	w.create(from)
	state, err := w.execute(t.Context(), "r2")
	if err != nil || state.Status != run.RunDone {
		t.Fatalf("%v, run %s", err, state.Status)
	}
	// b and what builds on it ran again; a, and c that b does not lead to, come from the earlier run.
	if diff := cmp.Diff(map[string]int{"a": 1, "b": 2, "c": 1, "d": 2}, ran); diff != "" {
		t.Error(diff)
	}
	if a := state.Stages["a"]; a.Status != run.StageReused || a.ArtifactRefs[0] != artifact.NewRef("note", "a", 1) {
		t.Errorf("a %+v", a)
	}
}

func TestCreate_ADryRunRunsNothing(t *testing.T) {
	w := newWorld(t, noteModule{"note", func(context.Context, stage.Task) (stage.Result, error) {
		t.Error("a module ran")
		return stage.Result{}, nil
	}})
	spec := w.spec(diamondRecipe)
	spec.DryRun = true
	w.create(spec)
	state, err := w.execute(t.Context(), "r1")
	if err != nil || state.Status != run.RunDone || !state.DryRun {
		t.Errorf("%v, run %s", err, state.Status)
	}
	if diff := cmp.Diff([]string{"pipeline_started", "dry_run_validated"}, w.names("r1")); diff != "" {
		t.Error(diff)
	}
}

func TestCreate_EndAtStopsThere(t *testing.T) {
	w := newWorld(t, noteModule{"note", func(ctx context.Context, task stage.Task) (stage.Result, error) { return note(task) }})
	spec := w.spec(diamondRecipe)
	spec.EndAt = "b"
	w.create(spec)
	state, err := w.execute(t.Context(), "r1")
	if err != nil || state.Status != run.RunDone {
		t.Fatalf("%v, run %s", err, state.Status)
	}
	if diff := cmp.Diff([]string{"a", "b"}, state.StageOrder); diff != "" {
		t.Error(diff)
	}
}

var question = llm.Request{Role: llm.Work, Schema: llm.NewSchema("answer",
	`{"type": "object", "properties": {"mood": {"type": ["string", "null"]}}, "required": ["mood"], "additionalProperties": false}`)}

func asking(ctx context.Context, task stage.Task) (stage.Result, error) {
	task.Progress(0, 3, "")
	for i := range 3 {
		q := question
		q.Unit = fmt.Sprint("unit", i)
		q.Prompt = "What is the mood of " + q.Unit + "?"
		if _, err := task.Model.Generate(ctx, q); err != nil {
			return stage.Result{}, err
		}
		task.Progress(i+1, 3, q.Unit)
	}
	return note(task)
}

const oneStage = `
recipe_id: one
description: one stage
stages:
  - {id: a, module: note}
`

func TestPipeline_RecordsEachAttempt(t *testing.T) {
	w := newWorld(t, noteModule{"note", asking})
	w.create(w.spec(oneStage))
	state, err := w.execute(t.Context(), "r1")
	if err != nil || state.Status != run.RunDone {
		t.Fatalf("%v, run %s", err, state.Status)
	}
	a := state.Stages["a"]
	if a.CallCount != 3 || a.AttemptCount != 3 || *a.ModelUsed != "offline" || a.UnitsDone != 3 || a.UnitsTotal != 3 {
		t.Errorf("stage %+v", a)
	}
	for i, at := range a.Attempts {
		if at.Unit != fmt.Sprint("unit", i) || at.Attempt != 1 || at.Role != "work" || at.Provider != "offline" || at.Status != "success" {
			t.Errorf("attempt %+v", at)
		}
	}
}

func TestPipeline_TheCostOfEveryAttemptCounts(t *testing.T) {
	w := newWorld(t, noteModule{"note", asking})
	w.model = llm.Candidate{Provider: "p", Name: "m", Model: llm.ModelFunc(func(_ context.Context, req llm.Request) (llm.Response, error) {
		resp := llm.Response{JSON: json.RawMessage(`{"mood": null}`), Source: llm.AI, Provider: "p", Model: "m-2026",
			RequestID: "req_" + req.Unit,
			Usage:     llm.Usage{InputTokens: 10, OutputTokens: 1, CostUSD: new(0.25)}}
		if req.Unit == "unit2" {
			return resp, failure.New(failure.BadOutput, "not JSON", "")
		}
		return resp, nil
	})}
	w.create(w.spec(oneStage))
	state, err := w.execute(t.Context(), "r1")
	if err != nil {
		t.Fatal(err)
	}
	if state.Status != run.RunFailed || state.TotalCostUSD != 0.75 || state.Tokens != (run.Tokens{Input: 30, Output: 3}) {
		t.Errorf("run %s, cost %v, tokens %v", state.Status, state.TotalCostUSD, state.Tokens)
	}
	a := state.Stages["a"]
	if *a.FinalErrorClass != failure.BadOutput || a.TerminalReason != event.RetriesSpent || a.CallCount != 2 ||
		*a.Attempts[2].RequestID != "req_unit2" {
		t.Errorf("stage %+v", a)
	}
	for e := range w.store.Log.Events(t.Context(), "r1", 0) {
		if end, ok := e.Body.(event.PipelineFinished); ok && (end.TotalCostUSD != 0.75 || end.Success) {
			t.Errorf("the end says %+v", end)
		}
	}
}

func TestPipeline_RecordsTheCostOfAStage(t *testing.T) {
	w := newWorld(t, noteModule{"note", asking})
	w.model = llm.Candidate{Provider: "p", Name: "m", Model: llm.ModelFunc(func(context.Context, llm.Request) (llm.Response, error) {
		return llm.Response{JSON: json.RawMessage(`{"mood": null}`), Provider: "p", Model: "m", Usage: llm.Usage{CostUSD: new(0.25)}}, nil
	})}
	w.create(w.spec(oneStage))
	if _, err := w.execute(t.Context(), "r1"); err != nil {
		t.Fatal(err)
	}
	for e := range w.store.Log.Events(t.Context(), "r1", 0) {
		switch b := e.Body.(type) {
		case event.StageFinished:
			if b.CostUSD != 0.75 {
				t.Errorf("the stage says %v", b.CostUSD)
			}
		case event.PipelineFinished:
			if b.TotalCostUSD != 0.75 {
				t.Errorf("the run says %v", b.TotalCostUSD)
			}
		}
	}
}

func TestPipeline_AModuleIsGivenWhatItConsumes(t *testing.T) {
	first := noteModule{"first", func(_ context.Context, task stage.Task) (stage.Result, error) {
		r, err := note(task)
		other := r.Artifacts[0]
		other.Type = "scrap"
		r.Artifacts = append(r.Artifacts, other)
		return r, err
	}}
	second := consumer{noteModule{"second", func(_ context.Context, task stage.Task) (stage.Result, error) { return note(task) }}}
	w := newWorld(t, first, second)
	w.create(w.spec(`
recipe_id: two
description: two stages
stages:
  - {id: a, module: first}
  - {id: b, module: second, needs: [a]}
`))
	if state, err := w.execute(t.Context(), "r1"); err != nil || state.Status != run.RunDone {
		t.Fatalf("%v, run %s: %s", err, state.Status, state.Error)
	}
	b, err := w.store.Artifacts.Artifact(t.Context(), "p", artifact.NewRef("note", "b", 1))
	if err != nil || string(b.Data) != `{"from":["note:a:v1"],"stage":"b"}` || len(b.Metadata.Lineage) != 1 {
		t.Errorf("%v: %s, lineage %v", err, b.Data, b.Metadata.Lineage)
	}
}

// consumer is a module that wants notes and nothing else.
type consumer struct{ noteModule }

func (c consumer) Info() stage.Info {
	info := c.noteModule.Info()
	info.Consumes = []string{"note"}
	return info
}

// What a run works with is pinned when it is made: a later change of the recipe does not reach it.
func TestPipeline_TheRecipeIsPinned(t *testing.T) {
	w := newWorld(t, noteModule{"note", func(ctx context.Context, task stage.Task) (stage.Result, error) {
		if task.Params["say"] != "first" || string(task.File.Data) != "in" {
			t.Errorf("params %v, file %q", task.Params, task.File.Data)
		}
		return note(task)
	}})
	source := []byte(strings.Replace(oneStage, "module: note", "module: note, params: {say: first}", 1))
	spec := w.spec(string(source))
	w.create(spec)
	copy(spec.Input.Data, "xx")
	copy(spec.Recipe.Source, slices.Repeat([]byte("x"), len(source)))
	if state, err := w.execute(t.Context(), "r1"); err != nil || state.Status != run.RunDone {
		t.Errorf("%v, run %s", err, state.Status)
	}
}

func TestPipeline_StoreInputs(t *testing.T) {
	w := newWorld(t, noteModule{"note", func(ctx context.Context, task stage.Task) (stage.Result, error) {
		r, err := note(task)
		r.Artifacts[0].EntityID = artifact.ProjectEntity
		return r, err
	}})
	wants := strings.Replace(oneStage, "module: note", "module: note, store_inputs: {old: note}", 1)
	spec := w.spec(wants)
	w.create(spec)
	state, err := w.execute(t.Context(), "r1")
	if err != nil || state.Status != run.RunFailed || *state.Stages["a"].FinalErrorClass != failure.Input {
		t.Fatalf("a stage without its store input: %v, run %s", err, state.Status)
	}
	first := w.spec(oneStage)
	first.RunID = "r2"
	w.create(first)
	if _, err := w.execute(t.Context(), "r2"); err != nil {
		t.Fatal(err)
	}
	spec.RunID = "r3"
	w.create(spec)
	if state, err := w.execute(t.Context(), "r3"); err != nil || state.Status != run.RunDone {
		t.Fatalf("%v, run %s: %s", err, state.Status, state.Error)
	}
	current, err := w.store.Artifacts.Current(t.Context(), "p")
	if err != nil || current[0].Digest != artifact.DigestOf([]byte(`{"from":["note:project:v1"],"stage":"a"}`)) {
		t.Errorf("%v %+v", err, current)
	}
}
