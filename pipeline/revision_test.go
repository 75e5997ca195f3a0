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
	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/llm"
	"github.com/cineforge/cineforge/pipeline"
	"github.com/cineforge/cineforge/recipe"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
	"github.com/cineforge/cineforge/stage"
)

// by is a retry from the failed stage by another recipe.
func (w *world) by(source string) pipeline.Retry {
	w.t.Helper()
	r, err := recipe.Parse("other.yaml", []byte(source))
	if err != nil {
		w.t.Fatal(err)
	}
	return pipeline.Retry{Mode: event.RetryFailed, Recipe: r, RecipeName: "current"}
}

// instead returns the recipe of three stages in a row with something else in it.
func instead(old, now string) string { return strings.Replace(chainRecipe, old, now, 1) }

func TestPlanRetry_ByAnotherRecipe(t *testing.T) {
	for name, test := range map[string]struct {
		fails         string
		recipe        string
		kept, redone  string
		stepped       string
		reason        string
		changes, from string
	}{
		"the same": {"c", chainRecipe, "a b", "c", "", "", "", "c"},
		"resilience of a stage that is done": {"c",
			chainRecipe + "resilience: {stage_fallback_models: {a: [gpt-5.2]}, max_wait_seconds: 5, stages: {b: {concurrency: 9}}}\n",
			"a b", "c", "", "", "c: max_wait_seconds 21600 → 5", "c"},
		"models of the stage that failed": {"c", chainRecipe + "resilience: {stage_fallback_models: {c: [gpt-5.2]}}\n",
			"a b", "c", "", "", "c: stage_fallback_models nothing → openai:gpt-5.2", "c"},
		"a module": {"c", instead("{id: b, module: note,", "{id: b, module: other,"), "a", "b c", "b",
			"stage b is defined otherwise in recipe row (module note → other)", "b: module note → other", "b"},
		"parameters of the first": {"c", instead("{id: a, module: note", "{id: a, module: note, params: {say: x}"), "", "a b c", "a",
			`stage a is defined otherwise in recipe row (params nothing → {"say":"x"})`, `a: params nothing → {"say":"x"}`, "a"},
		"inputs": {"c", instead("needs: [a]", "needs_all: [a]"), "a", "b c", "b", "stage b is defined otherwise",
			"b: needs a → nothing; b: needs_all nothing → a", "b"},
		"the stage that failed": {"c", instead("needs: [b]", "needs: [a]"), "a b", "c", "", "", "c: needs b → a", "c"},
		"a new stage at the end": {"c", chainRecipe + "  - {id: d, module: other, needs: [c]}\n", "a b", "c d", "", "",
			"d: a new stage", "c"},
		"a new stage in between": {"c", instead("needs: [b]}", "needs: [b, x]}\n  - {id: x, module: note, needs: [a]}"), "a b", "x c",
			"", "", "x: a new stage; c: needs b → b, x", "x"},
		"without the one that fails": {"c", instead("  - {id: c, module: note, needs: [b]}\n", ""), "a b", "", "", "", "c: left out", ""},
		"without one that is done": {"c", strings.Replace(instead("needs: [b]", "needs: [a]"),
			"  - {id: b, module: note, needs: [a]}\n", "", 1), "a", "c", "", "", "c: needs b → a; b: left out", "c"},
		"a new stage of a done run": {"", chainRecipe + "  - {id: d, module: note, needs: [c]}\n", "a b c", "d", "", "", "d: a new stage", "d"},
		"a module of a done run": {"", instead("{id: c, module: note,", "{id: c, module: other,"), "a b", "c", "c",
			"stage c is defined", "c: module note → other", "c"},
	} {
		t.Run(name, func(t *testing.T) {
			well := test.fails == ""
			w := newWorld(t, failsAt(test.fails, &well), noteModule{"other", func(_ context.Context, task stage.Task) (stage.Result,
				error) {
				return note(task)
			}})
			w.create(w.spec(chainRecipe))
			if _, err := w.execute(t.Context(), "r1"); err != nil {
				t.Fatal(err)
			}
			well = true
			s, plan := w.retried("r1", "r2", w.by(test.recipe))
			var redone, changes []string
			for _, r := range plan.Redone {
				redone = append(redone, r.StageID)
			}
			slices.Sort(redone)
			want := strings.Fields(test.redone)
			slices.Sort(want)
			for _, c := range plan.Changes {
				changes = append(changes, c.String())
			}
			if !slices.Equal(redone, want) || strings.Join(plan.Kept, " ") != test.kept || strings.Join(plan.From, " ") != test.from {
				t.Errorf("it keeps %v and does again %v from %v", plan.Kept, redone, plan.From)
			}
			if strings.Join(plan.SteppedBack, " ") != test.stepped || !strings.HasPrefix(plan.Reason, test.reason) ||
				(plan.Reason == "") != (test.reason == "") {
				t.Errorf("it steps back to %v: %s", plan.SteppedBack, plan.Reason)
			}
			if got := strings.Join(changes, "; "); got != test.changes {
				t.Errorf("it says that %s, want %s", got, test.changes)
			}
			digest := artifact.DigestOf([]byte(test.recipe))
			if s.Status != run.RunDone || s.RecipeDigest != digest || len(s.StageOrder) != len(plan.Kept)+len(plan.Redone) {
				t.Errorf("the retry is %s, with recipe %s and stages %v", s.Status, s.RecipeDigest, s.StageOrder)
			}
			if test.recipe == chainRecipe {
				if plan.Recipe.Name != event.PinnedRecipe || s.Retry.Recipe != nil {
					t.Errorf("the same recipe is %+v, %+v", plan.Recipe, s.Retry.Recipe)
				}
			} else if got := s.Retry.Recipe; got == nil || *got != plan.Recipe || got.Name != "current" || got.RecipeID != "row" ||
				got.Digest != digest || len(s.Retry.Changes) != len(plan.Changes) {
				t.Errorf("its log names the recipe %+v", got)
			}
			// A retry of the retry runs what that one ran.
			again, err := w.pipeline().PlanRetry(t.Context(), "r2", pipeline.Retry{Mode: event.RetryFull})
			if err != nil || again.Recipe != (event.RetryRecipe{Name: event.PinnedRecipe, RecipeID: "row", Digest: digest}) ||
				len(again.Changes) > 0 {
				t.Errorf("its own retry: %+v %v", again.Recipe, err)
			}
		})
	}
}

func TestPlanRetry_ByTheSameRecipeHasNothingToDoInADoneRun(t *testing.T) {
	well := true
	w := newWorld(t, failsAt("", &well))
	w.create(w.spec(chainRecipe))
	if _, err := w.execute(t.Context(), "r1"); err != nil {
		t.Fatal(err)
	}
	if _, err := w.pipeline().PlanRetry(t.Context(), "r1", w.by(chainRecipe+"name: other\n")); !errors.Is(err, pipeline.ErrNothingFailed) {
		t.Errorf("got %v", err)
	}
	r := w.by(chainRecipe + "name: other\n")
	r.Mode, r.Stage = event.RetryFrom, "z"
	if _, err := w.pipeline().PlanRetry(t.Context(), "r1", r); !errors.Is(err, pipeline.ErrNoStage) ||
		!strings.Contains(err.Error(), "recipe row has no stage") {
		t.Errorf("from a stage that the recipe lacks: %v", err)
	}
	if _, err := w.pipeline().PlanRetry(t.Context(), "r1", w.by(instead("module: note}", "module: none}"))); err == nil ||
		failure.ClassOf(err) == failure.Internal {
		t.Errorf("by a recipe with a module that is not there: %v", err)
	}
}

// A run that began in the middle builds on what an earlier one made: only if that is
// what the recipe still means.
func TestPlanRetry_ByAnotherRecipeOfARunFromTheMiddle(t *testing.T) {
	well := true
	w := newWorld(t, failsAt("c", &well), noteModule{"other", func(_ context.Context, task stage.Task) (stage.Result,
		error) {
		return note(task)
	}})
	w.create(w.spec(chainRecipe))
	if _, err := w.execute(t.Context(), "r1"); err != nil {
		t.Fatal(err)
	}
	well = false
	spec := w.spec(chainRecipe)
	spec.RunID, spec.StartFrom = "m1", "c"
	w.create(spec)
	if s, err := w.execute(t.Context(), "m1"); err != nil || s.Status != run.RunFailed {
		t.Fatal(s.Status, err)
	}
	well = true
	for _, source := range []string{
		instead("{id: b, module: note,", "{id: b, module: other,"),
		instead("{id: a, module: note", "{id: a, module: other"),
		instead("needs: [b]}", "needs: [b, x]}\n  - {id: x, module: note, needs: [a]}"),
	} {
		if _, err := w.pipeline().PlanRetry(t.Context(), "m1", w.by(source)); failure.ClassOf(err) != failure.Input ||
			!strings.Contains(err.Error(), "run the file from the start") {
			t.Errorf("%s\ngives %v", source, err)
		}
	}
	s, plan := w.retried("m1", "m2", w.by(chainRecipe+"resilience: {stage_fallback_models: {c: [gpt-5.2]}}\n"))
	if s.Status != run.RunDone || strings.Join(plan.Kept, " ") != "a b" || s.Stages["b"].Status != run.StageReused {
		t.Errorf("%s, it keeps %v", s.Status, plan.Kept)
	}
}

// asksIts is a stage of twelve questions.
func asksIts(ctx context.Context, task stage.Task) (stage.Result, error) {
	const n = 12
	for i := range n {
		q := question
		q.Unit = fmt.Sprint("scene", i)
		q.Prompt = "What is the mood of " + q.Unit + " for " + task.StageID + "?"
		if _, err := task.Model.Generate(ctx, q); err != nil {
			return stage.Result{}, err
		}
		task.Progress(i+1, n, q.Unit)
	}
	return note(task)
}

// The first model is retired in the middle of a run. By a recipe that names another one
// the run goes on, and no question that was answered is asked again.
func TestCreateRetry_KeepsAnswersUnderAnotherRecipe(t *testing.T) {
	w := newWorld(t, noteModule{"note", asksIts})
	asked := map[string][]string{}
	model := func(name string, until int) llm.Candidate {
		return llm.Candidate{Provider: "p", Name: name, Model: llm.ModelFunc(func(_ context.Context, req llm.Request) (llm.Response, error) {
			if len(asked[name]) >= until {
				return llm.Response{}, failure.New(failure.NotFound, "the model is retired", "")
			}
			asked[name] = append(asked[name], req.Unit)
			return llm.Response{JSON: json.RawMessage(`{"mood": null}`), Source: llm.AI, Provider: "p", Model: name,
				Usage: llm.Usage{CostUSD: new(0.25)}}, nil
		})}
	}
	w.model = model("old", 7)
	w.create(w.spec(oneStage + "resilience: {stage_fallback_models: {a: [\"p:old\"]}}\n"))
	if s, err := w.execute(t.Context(), "r1"); err != nil || s.Status != run.RunFailed || *s.Stages["a"].FinalErrorClass != failure.NotFound {
		t.Fatal(s.Status, s.Error, err)
	}
	w.model = model("new", 100)
	s, plan := w.retried("r1", "r2", w.by(oneStage+"resilience: {stage_fallback_models: {a: [\"p:new\"]}}\n"))
	if plan.Redone[0].AnswersHad != 7 || plan.EstimatedCostUSD == nil || *plan.EstimatedCostUSD != 5*0.25 {
		t.Errorf("the plan says %+v", plan.RetryPlan)
	}
	if s.Status != run.RunDone || s.TotalCostUSD != 5*0.25 || len(s.Stages["a"].Reused) != 7 {
		t.Errorf("%s for $%v, with %v reused", s.Status, s.TotalCostUSD, s.Stages["a"].Reused)
	}
	for _, unit := range asked["new"] {
		if slices.Contains(asked["old"], unit) {
			t.Errorf("%s is asked again", unit)
		}
	}
	if len(asked["new"]) != 5 {
		t.Errorf("the new model is asked about %v", asked["new"])
	}
}
