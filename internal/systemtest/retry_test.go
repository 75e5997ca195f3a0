package systemtest_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/internal/app"
	"github.com/cineforge/cineforge/internal/library"
	"github.com/cineforge/cineforge/internal/runs"
	"github.com/cineforge/cineforge/pipeline"
	"github.com/cineforge/cineforge/recipe"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
	"github.com/cineforge/cineforge/simulator/scenario"
	"github.com/cineforge/cineforge/stage"
)

// scenes is a script of many scenes.
func scenes(n int) stage.File {
	var text strings.Builder
	for i := range n {
		fmt.Fprintf(&text, "INT. ROOM %d - DAY\n\nA lamp, and %d chairs.\n\nANNA\nIt is late.\n\n", i+1, i+1)
	}
	return stage.File{Name: "scenes.fountain", Data: []byte(text.String())}
}

// retired is a scenario in which a model exists for a few calls only.
func retired(model string, from int) scenario.Scenario {
	return scenario.Scenario{ID: "retired", Name: "retired", Rules: []scenario.Rule{{Name: "retired",
		When: scenario.When{Model: scenario.Globs{model}, Calls: scenario.Counts{{First: from}}}, Fault: scenario.Fault{Error: "not_found"}}}}
}

const (
	sonnet = `extract_scenes: ["anthropic:claude-sonnet-4-6"]`
	opus   = `extract_scenes: ["anthropic:claude-opus-4-6"]`
)

// asks returns the shipped recipe with a chain for the scenes, and settings as lines.
func asks(t *testing.T, chain string, lines ...string) string {
	t.Helper()
	p := play{target: "anthropic"}
	text := strings.Replace(string(p.recipe(t)), "stage_fallback_models: {}", "stage_fallback_models: {"+chain+"}", 1)
	for _, line := range lines {
		key, _, _ := strings.Cut(line, ":")
		var kept []string
		for l := range strings.Lines(text) {
			if !strings.HasPrefix(strings.TrimSpace(l), key+":") {
				kept = append(kept, l)
			}
		}
		text = strings.Join(kept, "") + "  " + line + "\n"
	}
	return text
}

// keeps puts a recipe into the data directory.
func (w *world) keeps(file, source string) {
	w.t.Helper()
	if err := os.WriteFile(filepath.Join(w.dir, "recipes", file), []byte(source), 0o600); err != nil {
		w.t.Fatal(err)
	}
}

// given is a recipe that is given as a file.
func given(t *testing.T, source string) pipeline.Retry {
	t.Helper()
	r, err := library.ParseRecipe("fixed.yaml", []byte(source))
	if err != nil {
		t.Fatal(err)
	}
	return pipeline.Retry{Mode: event.RetryFailed, Recipe: r}
}

func named(name string) pipeline.Retry {
	return pipeline.Retry{Mode: event.RetryFailed, RecipeName: name}
}

// versions lists the recipes that were saved for retries.
func (w *world) versions() []string {
	w.t.Helper()
	files, err := filepath.Glob(filepath.Join(w.dir, "recipes", "versions", "*"))
	if err != nil {
		w.t.Fatal(err)
	}
	for i, f := range files {
		files[i] = strings.TrimSuffix(filepath.Base(f), ".yaml")
	}
	return files
}

// The only model is retired in the middle of a run of twelve scenes. A retry with a recipe
// that names another one goes on, and asks nothing again that was answered.
func TestRetry_ByARecipeThatNamesAnotherModel(t *testing.T) {
	for _, how := range []string{"current", "id", "file"} {
		t.Run(how, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, play{file: scenes(12), alone: true, scenario: retired("claude-sonnet-4-6", 8)})
				w.keeps("mvp_ingest.yaml", asks(t, sonnet))
				a, _ := w.boot(-1, false)
				id := w.start(a, runs.Request{Request: event.Request{Selection: event.Selection{EndAt: "extract_scenes"}}})
				first := w.execute(a, id)
				st := first.Stages["extract_scenes"]
				if first.Status != run.RunFailed || *st.FinalErrorClass != failure.NotFound || st.CallCount < 3 || st.CallCount > 10 {
					t.Fatalf("%s by %v after %d answers: %s", first.Status, st.FinalErrorClass, st.CallCount, first.Error)
				}
				// By the pinned recipe nothing can come of it.
				next, _, err := a.Runs.Retry(t.Context(), id, again)
				if err != nil {
					t.Fatal(err)
				}
				if s := w.execute(a, next); s.Status != run.RunFailed {
					t.Fatal("the pinned recipe asks another model")
				}
				var r pipeline.Retry
				switch how {
				case "current":
					w.keeps("mvp_ingest.yaml", asks(t, opus))
					r = named(runs.CurrentRecipe)
				case "id":
					w.keeps("fixed.yaml", strings.Replace(asks(t, opus), "recipe_id: mvp_ingest", "recipe_id: fixed", 1))
					r = named("fixed")
				case "file":
					r = given(t, asks(t, opus))
				}
				plan, err := a.Runs.PlanRetry(t.Context(), id, r)
				if err != nil || strings.Join(plan.Kept, " ") != "ingest normalize" || plan.Redone[0].AnswersHad != st.CallCount ||
					fmt.Sprint(plan.Changes) != "[extract_scenes: stage_fallback_models anthropic:claude-sonnet-4-6 → anthropic:claude-opus-4-6]" {
					t.Fatalf("%+v %v", plan.RetryPlan, err)
				}
				if left := w.versions(); len(left) > 0 {
					t.Errorf("the plan saved %v", left)
				}
				next, existing, err := a.Runs.Retry(t.Context(), id, runs.RetryRequest{Retry: r})
				if err != nil || existing {
					t.Fatal(existing, err)
				}
				if same, existing, err := a.Runs.Retry(t.Context(), id, runs.RetryRequest{Retry: r}); err != nil || !existing || same != next {
					t.Errorf("asking again: %s %v %v, want %s", same, existing, err, next)
				}
				if _, _, err := a.Runs.Retry(t.Context(), id, again); !errors.Is(err, runs.ErrRetriedOtherwise) {
					t.Errorf("asking for the pinned recipe meanwhile: %v", err)
				}
				s := w.execute(a, next)
				if s.Status != run.RunDone || len(s.Stages["extract_scenes"].Reused) != st.CallCount || s.RecipeDigest != plan.Recipe.Digest ||
					s.RecipeID != plan.Recipe.RecipeID || s.RecipeDigest == first.RecipeDigest {
					t.Errorf("%s: %s, %d reused, recipe %s %s", s.Status, s.Error, len(s.Stages["extract_scenes"].Reused), s.RecipeID, s.RecipeDigest)
				}
				for _, at := range s.Stages["extract_scenes"].Attempts {
					if at.Model != "claude-opus-4-6" {
						t.Errorf("%s is asked", at.Model)
					}
				}
				o := w.outcome(id, next)
				var p problems
				o.paidOnce(&p)
				p.check(s.Retry.Recipe != nil && *s.Retry.Recipe == plan.Recipe, "the log names the recipe %+v", s.Retry.Recipe)
				p.check(how != "file" || len(w.versions()) == 1 && w.versions()[0] == plan.Recipe.Name, "the versions are %v, asked for was %s",
					w.versions(), plan.Recipe.Name)
				failures(t, p)
			})
		})
	}
}

func TestRetry_WhichRecipe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, play{alone: true, scenario: failing(1)})
		a, _ := w.boot(-1, false)
		id := w.start(a, runs.Request{})
		pinned := w.execute(a, id).RecipeDigest
		w.keeps("mvp_ingest.yaml", asks(t, opus))
		w.keeps("broken.yaml", "recipe_id: broken\n")
		for _, name := range []string{"", event.PinnedRecipe} {
			if plan, err := a.Runs.PlanRetry(t.Context(), id, named(name)); err != nil || plan.Recipe.Name != event.PinnedRecipe ||
				plan.Recipe.Digest != pinned {
				t.Errorf("%q: %+v %v", name, plan.Recipe, err)
			}
		}
		if plan, err := a.Runs.PlanRetry(t.Context(), id, named(runs.CurrentRecipe)); err != nil || plan.Recipe.Name != "current" ||
			plan.Recipe.Digest == pinned {
			t.Errorf("current: %+v %v", plan.Recipe, err)
		}
		for name, says := range map[string]string{
			"none": "there is no recipe", "../mvp_ingest": "not a valid recipe id", "broken": "broken.yaml:1:1",
			"mvp_ingest@0123456789ab": "there is no version", "../../x@0123456789ab": "not a valid recipe id",
		} {
			if _, _, err := a.Runs.Retry(t.Context(), id, runs.RetryRequest{Retry: named(name)}); failure.ClassOf(err) != failure.Input ||
				!strings.Contains(err.Error(), says) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, err := a.Runs.PlanRetry(t.Context(), "none", named(runs.CurrentRecipe)); !errors.Is(err, run.ErrNotFound) {
			t.Errorf("of a run that is not there: %v", err)
		}
		if _, err := library.ParseRecipe("x.yaml", []byte(strings.Replace(asks(t, opus), "module: story_ingest_v1", "module: nothing",
			1))); err == nil || !strings.Contains(err.Error(), "x.yaml:") {
			t.Errorf("a module that is not there: %v", err)
		}
		// What can't be planned with what the run was given is not saved either.
		for _, source := range []string{
			strings.Replace(asks(t, opus), "accept_config: ${accept_config}", "accept_config: ${other}", 1),
			asks(t, opus, "max_cost_usd: ${limit}"),
		} {
			if _, _, err := a.Runs.Retry(t.Context(), id, runs.RetryRequest{Retry: given(t, source)}); err == nil ||
				!strings.Contains(err.Error(), "write its value into the recipe") {
				t.Errorf("a parameter that the run was not given: %v", err)
			}
		}
		if left := w.versions(); len(left) > 0 {
			t.Errorf("saved are %v", left)
		}
		line, err := w.store.Index.Line(t.Context(), id)
		if err != nil || len(line) != 1 {
			t.Errorf("%d runs were made: %v", len(line), err)
		}
	})
}

func TestRecipeStore_KeepsVersions(t *testing.T) {
	dir := t.TempDir()
	l := library.NewRecipeStore(dir)
	found, err := l.Find("mvp_ingest")
	if err != nil || found.Origin != library.RecipeOfProgram || found.Path != "mvp_ingest.yaml" {
		t.Fatal(found.Origin, found.Path, err)
	}
	if _, err := os.Stat(filepath.Join(dir, "recipes")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("looking made something: %v", err)
	}
	fixed, err := library.ParseRecipe("fixed.yaml", []byte(asks(t, opus)))
	if err != nil {
		t.Fatal(err)
	}
	name, err := l.Save(fixed)
	again, err2 := l.Save(fixed)
	if err = errors.Join(err, err2); err != nil || name != again || !strings.HasPrefix(name, "mvp_ingest@") {
		t.Fatal(name, again, err)
	}
	version, err := l.Find(name)
	if err != nil || version.Origin != library.RecipeVersion || string(version.Source) != string(fixed.Source) ||
		version.Path != filepath.Join(dir, "recipes", "versions", name+".yaml") {
		t.Errorf("%s at %s: %v", version.Origin, version.Path, err)
	}
	if files, err := os.ReadDir(filepath.Dir(version.Path)); err != nil || len(files) != 1 {
		t.Errorf("%d files: %v", len(files), err)
	}
	// A version hides no recipe.
	if found, err := l.Find("mvp_ingest"); err != nil || found.Origin != library.RecipeOfProgram {
		t.Errorf("runs are started with the one of %s: %v", found.Origin, err)
	}
	// A version that was edited is another recipe, and an error; saving the first one again restores it.
	if err := os.WriteFile(version.Path, []byte(asks(t, sonnet)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Find(name); failure.ClassOf(err) != failure.Input || !strings.Contains(err.Error(), "was changed") {
		t.Errorf("a version that was changed: %v", err)
	}
	if _, err := l.Save(fixed); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Find(name); err != nil {
		t.Error(err)
	}
	if _, err := l.Find("mvp_ingest@0123456789ab"); !errors.Is(err, recipe.ErrNotFound) {
		t.Errorf("a version that is not there: %v", err)
	}
}

// spends is a world of a cheap limit, in which a run of many scenes has spent it.
func spends(t *testing.T, limit string) (w *world, a *app.App, id string) {
	t.Helper()
	w = newWorld(t, play{file: sample(t, "the_tide_clock.fountain"), alone: true, single: true,
		scenario: scenario.Scenario{ID: "ok", Name: "ok"},
		settings: map[string]string{"max_cost_usd": limit}})
	a, _ = w.boot(-1, false)
	id = w.start(a, runs.Request{Request: event.Request{Selection: event.Selection{EndAt: "extract_scenes"}}})
	if s := w.execute(a, id); s.Status != run.RunFailed || s.Stages["extract_scenes"].TerminalReason != event.MoneySpent {
		t.Fatal(s.Status, s.Error)
	}
	return w, a, id
}

func TestRetry_WithoutBudgetIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, a, id := spends(t, "0.02")
		spent := w.state(id).TotalCostUSD
		if _, _, err := a.Runs.Retry(t.Context(), id, again); !errors.Is(err, pipeline.ErrNoBudget) || failure.ClassOf(err) != failure.Input ||
			!strings.Contains(err.Error(), "--max-cost") {
			t.Errorf("got %v", err)
		}
		if _, err := a.Runs.PlanRetry(t.Context(), id, again.Retry); !errors.Is(err, pipeline.ErrNoBudget) {
			t.Errorf("its plan: %v", err)
		}
		if _, _, err := a.Runs.Retry(t.Context(), id, runs.RetryRequest{Retry: given(t,
			asks(t, `extract_scenes: [claude-sonnet-4-6]`, "max_cost_usd: 0.01"))}); !errors.Is(err, pipeline.ErrNoBudget) || len(w.versions()) > 0 {
			t.Errorf("by a file that allows no more: %v, saved are %v", err, w.versions())
		}
		if line, err := w.store.Index.Line(t.Context(), id); err != nil || len(line) != 1 {
			t.Errorf("%d runs were made: %v", len(line), err)
		}
		// The limit is kept over a crash, and what the line has spent counts against it.
		limited := runs.RetryRequest{Retry: pipeline.Retry{Mode: event.RetryFailed, Limits: event.Limits{MaxCostUSD: new(0.04)}},
			Once: run.IdempotencyKey{Key: "k", Asked: "sha256:1"}}
		next, _, err := a.Runs.Retry(t.Context(), id, limited)
		if err != nil {
			t.Fatal(err)
		}
		dying, _ := w.boot(6, true)
		if err := dying.Runs.Execute(t.Context(), next, func() {}); !errors.Is(err, errDead) {
			t.Fatal(err)
		}
		other, _ := w.boot(-1, false)
		s := w.execute(other, next)
		// Calls reserve what they are expected to cost: those that are under way together may cost a bit more.
		const limit, answer = 0.04, 0.002
		if total := spent + s.TotalCostUSD; s.Stages["extract_scenes"].TerminalReason != event.MoneySpent || total > limit+answer ||
			total < 0.03 {
			t.Errorf("%s: of $0.04 the line spent $%v: %s", s.Status, total, s.Error)
		}
		// The same request gives the same run, though nothing would be left for another.
		var repeated *run.RepeatedError
		if _, _, err := a.Runs.Retry(t.Context(), id, limited); !errors.As(err, &repeated) || !repeated.Same || repeated.RunID != next {
			t.Errorf("asking with the same key: %v", err)
		}
		limited.Once = run.IdempotencyKey{}
		if _, _, err := a.Runs.Retry(t.Context(), id, limited); !errors.Is(err, pipeline.ErrNoBudget) {
			t.Errorf("asking again without: %v", err)
		}
		last, _, err := a.Runs.Retry(t.Context(), next, runs.RetryRequest{Retry: pipeline.Retry{Mode: event.RetryFailed,
			Limits: event.Limits{MaxCostUSD: new(5.0)}}})
		if err != nil {
			t.Fatal(err)
		}
		if s := w.execute(a, last); s.Status != run.RunDone || len(s.Stages["extract_scenes"].Reused) == 0 {
			t.Errorf("%s: %s", s.Status, s.Error)
		}
		o := w.outcome(id, next, last)
		var p problems
		o.paidOnce(&p)
		failures(t, p)
	})
}

// The same request gives the retry that is under way, whatever it has spent.
func TestRetry_UnderWayComesBeforeTheBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, a, id := spends(t, "0.02")
		r := runs.RetryRequest{Retry: pipeline.Retry{Mode: event.RetryFailed, Limits: event.Limits{MaxCostUSD: new(0.04)}}}
		next, _, err := a.Runs.Retry(t.Context(), id, r)
		if err != nil {
			t.Fatal(err)
		}
		dying, _ := w.boot(24, true)
		dying.Runs.Execute(t.Context(), next, func() {}) //nolint:errcheck // its process dies
		if s := w.state(next); s.Status.Ended() || s.TotalCostUSD == 0 {
			t.Fatalf("%s, it spent $%v", s.Status, s.TotalCostUSD)
		}
		if same, existing, err := a.Runs.Retry(t.Context(), id, r); err != nil || !existing || same != next {
			t.Errorf("asking again: %s %v %v", same, existing, err)
		}
		r.Limits.MaxCostUSD = new(0.05)
		if _, _, err := a.Runs.Retry(t.Context(), id, r); !errors.Is(err, runs.ErrRetriedOtherwise) {
			t.Errorf("asking for more meanwhile: %v", err)
		}
	})
}

// Only the cost counts over the line: a retry has its own time to wait, and as much of it
// as a person gives it.
func TestRetry_WaitsAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, play{scenario: down(100 * time.Hour), settings: map[string]string{"max_wait_seconds": "600",
			"max_stage_seconds": "700"}})
		a, _ := w.boot(-1, false)
		id := w.start(a, runs.Request{Queue: true})
		defer w.works(a)()
		w.over(id, time.Hour)
		for _, test := range []struct {
			limits event.Limits
			waits  time.Duration
		}{
			{event.Limits{}, 10 * time.Minute},
			{event.Limits{MaxWaitSeconds: new(120.0)}, 2 * time.Minute},
			{event.Limits{MaxWaitSeconds: new(0.0)}, 0},
		} {
			next, _, err := a.Runs.Retry(t.Context(), id, runs.RetryRequest{Retry: pipeline.Retry{Mode: event.RetryFailed, Limits: test.limits},
				Queue: true})
			if err != nil {
				t.Fatal(err)
			}
			s := w.over(next, time.Hour)
			if took := s.FinishedAt.Sub(s.StartedAt.Time); s.Status != run.RunFailed || took < test.waits || took > test.waits+time.Minute {
				t.Errorf("with %+v it is %s after %v, want %v", s.Limits, s.Status, took, test.waits)
			}
		}
	})
}
