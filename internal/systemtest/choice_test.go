package systemtest_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/internal/app"
	"github.com/cineforge/cineforge/internal/runs"
	"github.com/cineforge/cineforge/pipeline"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
	"github.com/cineforge/cineforge/simulator/scenario"
)

// choosing is a request with a choice of models.
func choosing(r event.Routing, l event.Limits) event.Request {
	ask := accepting(true)
	ask.Routing = r
	ask.Limits = l
	return ask
}

// failsAlways is a scenario in which a provider always fails in the same way.
func failsAlways(provider, with string) scenario.Scenario {
	return scenario.Scenario{ID: "down", Name: "down", Rules: []scenario.Rule{{
		When: scenario.When{Provider: scenario.Globs{provider}}, Fault: scenario.Fault{Error: with},
	}}}
}

// asked counts the calls by provider.
func (w *world) asked() map[string]int {
	synctest.Wait()
	n := map[string]int{}
	for _, c := range w.sim.Calls() {
		n[c.Provider]++
	}
	return n
}

// A provider that a run leaves out is never asked: not in its fallback, not by a process that goes on with the
// run, not in a retry, and not with the models of another day.
func TestRouting_ALeftOutProviderIsNeverAsked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, play{target: "openai", file: scenes(6), settings: map[string]string{"max_wait_seconds": "0"},
			scenario: failsAlways("openai", "auth")})
		without := event.Routing{WithoutProviders: []string{"anthropic"}}
		first, _ := w.boot(9, true)
		id := w.start(first, runs.Request{Request: choosing(without, event.Limits{})})
		if err := first.Runs.Execute(t.Context(), id, func() {}); !errors.Is(err, errDead) {
			t.Fatalf("it did not die: %v", err)
		}
		second, _ := w.boot(-1, false)
		state := w.execute(second, id)
		if n := w.asked(); n["anthropic"] != 0 || n["openai"] == 0 || n["google"] == 0 {
			t.Errorf("asked %v", n)
		}
		if state.Status != run.RunDone || !slices.Equal(state.WithoutProviders, without.WithoutProviders) {
			t.Fatalf("%s: %+v", state.Status, state.Routing)
		}
		for stageID, pins := range state.Candidates {
			if slices.ContainsFunc(pins, func(c event.Candidate) bool { return c.Provider == "anthropic" }) {
				t.Errorf("%s pins %v", stageID, pins)
			}
		}
		if err := second.Runs.Resume(t.Context(), id, runs.Continuation{Today: true}); err == nil {
			t.Error("a run that is done goes on")
		}
		next, _, err := second.Runs.Retry(t.Context(), id, runs.RetryRequest{Retry: pipeline.Retry{Mode: event.RetryFull}})
		if err != nil {
			t.Fatal(err)
		}
		retried := w.execute(second, next)
		if n := w.asked(); n["anthropic"] != 0 || !retried.Routing.Equal(without) {
			t.Errorf("the retry asked %v, %+v", n, retried.Routing)
		}
		// What a retry chooses takes the place of that.
		next, _, err = second.Runs.Retry(t.Context(), next, runs.RetryRequest{Retry: pipeline.Retry{Mode: event.RetryFull,
			Routing: event.Routing{WithoutProviders: []string{}}}})
		if err != nil {
			t.Fatal(err)
		}
		if s := w.execute(second, next); len(s.WithoutProviders) != 0 || !pinned(s, "anthropic") {
			t.Errorf("%+v", s.Candidates)
		}
	})
}

// pinned reports whether a run pins a model of a provider.
func pinned(s run.State, provider string) bool {
	for _, pins := range s.Candidates {
		if slices.ContainsFunc(pins, func(c event.Candidate) bool { return c.Provider == provider }) {
			return true
		}
	}
	return false
}

// A run that waits for a carrier does not go on with a provider that it leaves out, also if a person lets it
// go on with the models of today.
func TestRouting_HoldsWithTheModelsOfToday(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := onFile(t, play{scenario: scenario.Scenario{ID: "ok", Name: "ok"}})
		begun := w.process(withKeys("OPENAI")...)
		id := w.start(begun, runs.Request{Request: choosing(event.Routing{WithoutProviders: []string{"anthropic"}}, event.Limits{})})
		begun.Close()
		other := w.process(withKeys("ANTHROPIC")...)
		err := other.Runs.Confirm(t.Context(), id, runs.Continuation{Today: true})
		if !errors.Is(err, pipeline.ErrNoCandidate) || !strings.Contains(err.Error(), "this run leaves its provider out") {
			t.Errorf("%v", err)
		}
		able := w.process(withKeys("ANTHROPIC", "GEMINI")...)
		if err := able.Runs.Confirm(t.Context(), id, runs.Continuation{Today: true}); err != nil {
			t.Fatal(err)
		}
		if s := w.execute(able, id); s.Status != run.RunDone || pinned(s, "anthropic") || !pinned(s, "google") {
			t.Errorf("%s: %+v", s.Status, s.Candidates)
		}
		if n := w.asked(); n["anthropic"] != 0 || n["google"] == 0 {
			t.Errorf("asked %v", n)
		}
	})
}

// The chain of a stage, the order of providers and the limits are the run's, and are part of what makes two
// starts the same.
func TestRouting_ChainsOrderAndLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, play{scenario: scenario.Scenario{ID: "ok", Name: "ok"}})
		a, _ := w.boot(-1, false)
		chosen := event.Routing{
			Chains:        map[string][]string{"extract_scenes": {"gpt-4.1", "claude-opus-4-6"}},
			ProviderOrder: []string{"google"},
		}
		limits := event.Limits{MaxCostUSD: new(3.0), MaxWaitSeconds: new(60.0), OnExhausted: "pause"}
		id := w.start(a, runs.Request{Request: choosing(chosen, limits)})
		again := runs.Request{Request: choosing(chosen, limits), File: w.play.file, RecipeID: "mvp_ingest"}
		same, existing, err := a.Runs.Start(t.Context(), again)
		if err != nil || !existing || same != id {
			t.Errorf("the same again: %s %t %v", same, existing, err)
		}
		for _, other := range []event.Request{
			choosing(event.Routing{ProviderOrder: []string{"google"}}, limits), choosing(chosen, event.Limits{}),
			choosing(event.Routing{WithoutProviders: []string{"google"}}, limits),
		} {
			if got, existing, err := a.Runs.Start(t.Context(), runs.Request{Request: other, File: w.play.file, RecipeID: "mvp_ingest",
				ProjectID: "two-scenes"}); err != nil || existing {
				t.Errorf("%+v is taken for the same as %s: %v", other.Options, got, err)
			}
		}
		s := w.execute(a, id)
		order := func(stageID string) (names []string) {
			for _, c := range s.Candidates[stageID] {
				names = append(names, c.Provider+":"+c.Model)
			}
			return names
		}
		if got := order("extract_scenes"); !slices.Equal(got, []string{"openai:gpt-4.1", "anthropic:claude-opus-4-6"}) {
			t.Errorf("chain %v", got)
		}
		if got := order("normalize"); got[0] != "google:gemini-3-flash-preview" || len(got) != 4 {
			t.Errorf("order %v", got)
		}
		if !s.Routing.Equal(chosen) || !s.Limits.Equal(limits) {
			t.Errorf("%+v %+v", s.Routing, s.Limits)
		}
		for _, at := range s.Stages["extract_scenes"].Attempts {
			if at.Model != "gpt-4.1" {
				t.Errorf("%s was asked", at.Model)
			}
		}
	})
}

// on_exhausted of a run takes the place of the recipe's.
func TestLimits_OnExhaustedPausesTheRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, play{scenario: failsAlways("anthropic", "overloaded"), alone: true})
		a, _ := w.boot(-1, false)
		limits := event.Limits{MaxWaitSeconds: new(30.0), OnExhausted: "pause"}
		s := w.execute(a, w.start(a, runs.Request{Request: choosing(event.Routing{}, limits)}))
		if s.Status != run.Paused || s.Stages["extract_scenes"].PauseReason != event.Exhausted {
			t.Errorf("%s: %+v", s.Status, s.Stages["extract_scenes"])
		}
	})
}

// A start and its plan refuse the same, in the same words, and neither makes a run.
func TestPlan_RefusesWhatAStartRefuses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, play{scenario: scenario.Scenario{ID: "ok", Name: "ok"}})
		a := app.New(w.store, w.dir, app.Config{Providers: withKeys("ANTHROPIC"), Catalog: known(t), Transport: w.line})
		with := func(r event.Routing, l event.Limits) runs.Request { return runs.Request{Request: choosing(r, l)} }
		for _, tt := range []struct {
			ask  runs.Request
			want string
		}{
			{with(event.Routing{WithoutProviders: []string{"antropic"}}, event.Limits{}), `"antropic"; did you mean "anthropic"?`},
			{with(event.Routing{ProviderOrder: []string{"x"}}, event.Limits{}), `the providers are anthropic, openai, google, offline`},
			{with(event.Routing{WithoutProviders: []string{"anthropic"}}, event.Limits{}), "stage normalize is left without a model"},
			{with(event.Routing{Chains: map[string][]string{"extract_scene": {"gpt-4.1"}}}, event.Limits{}), `did you mean "extract_scenes"?`},
			{with(event.Routing{Chains: map[string][]string{"ingest": {"claude-opus-4-6"}}}, event.Limits{}), "which asks no model"},
			{with(event.Routing{Chains: map[string][]string{"normalize": {}}}, event.Limits{}), "it takes 1 to 32"},
			{with(event.Routing{Chains: map[string][]string{"normalize": {"sonnet"}}}, event.Limits{}), "does not tell its provider"},
			{with(event.Routing{Chains: map[string][]string{"normalize": {"gpt-4.1"}}}, event.Limits{}), "OPENAI_API_KEY is not set"},
			{with(event.Routing{Chains: map[string][]string{"normalize": {"mars:rover"}}}, event.Limits{}), `there is no provider "mars"`},
			{with(event.Routing{}, event.Limits{OnExhausted: "wait"}), "on_exhausted is fail or pause"},
			{with(event.Routing{}, event.Limits{MaxCostUSD: new(-1.0)}), "a limit of the cost"},
			{with(event.Routing{}, event.Limits{MaxWaitSeconds: new(-1.0)}), "a limit of the waiting time"},
			{with(event.Routing{Chains: map[string][]string{"normalize": {"anthropic:unheard-of"}}}, event.Limits{MaxCostUSD: new(1.0)}),
				"the price of anthropic:unheard-of is not known"},
			{runs.Request{Request: event.Request{Selection: event.Selection{
				RuntimeParams: map[string]any{"accept_config": true, "accept_confg": true}}}}, "did you mean accept_config?"},
			{runs.Request{Request: event.Request{Selection: event.Selection{
				RuntimeParams: map[string]any{"accept_config": true}, StartFrom: "project_config"}}}, "the run can't start from"},
			{runs.Request{Request: drilled("S99")}, "S99"},
			{runs.Request{ProjectID: "drill-x"}, "is for drills"},
		} {
			ask := tt.ask
			ask.File = w.play.file
			ask.RecipeID = "mvp_ingest"
			_, planned := a.Runs.Plan(t.Context(), ask)
			_, _, started := a.Runs.Start(t.Context(), ask)
			if planned == nil || started == nil || planned.Error() != started.Error() || !strings.Contains(started.Error(), tt.want) {
				t.Errorf("plan: %v\nstart: %v\nwant %s", planned, started, tt.want)
			}
			if started != nil && failure.ClassOf(started) != failure.Input {
				t.Errorf("%v is no fault of the request", started)
			}
		}
		if list, _, err := a.Reader.List(t.Context(), runs.Filter{}); err != nil || len(list) != 0 {
			t.Errorf("%v, %v", list, err)
		}
	})
}

// A plan shows the chain with who can't be asked and why, what is stored already, and what was run before.
func TestPlan_ShowsWhatIsKnown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, play{scenario: scenario.Scenario{ID: "ok", Name: "ok"}})
		a := app.New(w.store, w.dir, app.Config{Providers: withKeys("ANTHROPIC", "OPENAI"), Catalog: known(t), Transport: w.line})
		ask := runs.Request{Request: choosing(event.Routing{WithoutProviders: []string{"openai"}}, event.Limits{MaxCostUSD: new(0.0001)}),
			File: w.play.file, RecipeID: "mvp_ingest"}
		plan, err := a.Runs.Plan(t.Context(), ask)
		if err != nil {
			t.Fatal(err)
		}
		reasons := map[string]string{}
		extract := plan.Stages[2]
		for _, c := range extract.Chain {
			reasons[c.Provider+":"+c.Model] = string(c.Reason)
			if c.Usable == (c.Reason != "") || c.Provider == "google" && !strings.Contains(c.Detail, "GEMINI_API_KEY") {
				t.Errorf("%+v", c)
			}
		}
		want := map[string]string{"anthropic:claude-sonnet-4-6": "", "anthropic:claude-opus-4-6": "", "openai:gpt-5.2": "left_out",
			"google:gemini-3-flash-preview": "not_configured"}
		if fmt.Sprint(reasons) != fmt.Sprint(want) {
			t.Errorf("%v, want %v", reasons, want)
		}
		if extract.StageID != "extract_scenes" || *extract.Units != 2 || *extract.Requests != 2 || extract.UnitKind != "scene" ||
			*extract.First != "anthropic:claude-sonnet-4-6" || extract.IfLast.Candidate != "anthropic:claude-opus-4-6" {
			t.Errorf("%+v", extract)
		}
		if plan.MaxCost != (run.NumberSetting{Value: 0.0001, Source: "run"}) || extract.Limits.Concurrency.Source != "default" ||
			extract.Limits.MaxWaitSeconds.Source != "recipe" || extract.Limits.MaxCostUSD.Source != "run" {
			t.Errorf("%+v %+v", plan.MaxCost, extract.Limits)
		}
		if len(plan.Earlier) != 0 || plan.UnderWay != nil || !warns(plan, run.AboutCost) {
			t.Errorf("%+v", plan)
		}

		ask.Limits = event.Limits{}
		id := w.start(a, runs.Request{Request: ask.Request})
		if plan, err = a.Runs.Plan(t.Context(), ask); err != nil || plan.UnderWay == nil || *plan.UnderWay != id || len(plan.Earlier) != 1 {
			t.Errorf("while it is under way: %+v %v", plan.UnderWay, err)
		}
		done := w.execute(a, id)
		if plan, err = a.Runs.Plan(t.Context(), ask); err != nil {
			t.Fatal(err)
		}
		if plan.UnderWay != nil || len(plan.Earlier) != 1 || plan.Earlier[0].TotalCostUSD != done.TotalCostUSD ||
			plan.Earlier[0].Status != run.RunDone {
			t.Errorf("%+v", plan.Earlier)
		}
		if extract := plan.Stages[2]; *extract.Requests != 0 || extract.Stored != 2 || *plan.CostUSD != (run.Range{}) {
			t.Errorf("all answers are there: %+v, %+v", extract, plan.CostUSD)
		}
		ask.Force = true
		if plan, err = a.Runs.Plan(t.Context(), ask); err != nil || *plan.Stages[2].Requests != 2 || plan.CostUSD.Low <= 0 {
			t.Errorf("%+v %v", plan.Stages[2], err)
		}
		ask.Force = false
		ask.StartFrom = "project_config"
		if plan, err = a.Runs.Plan(t.Context(), ask); err != nil || plan.Stages[0].Action != run.ActionReuse || plan.Stages[0].FromRunID != id ||
			plan.Stages[3].Stored != 1 {
			t.Errorf("%+v %v", plan.Stages, err)
		}
		before := len(w.sim.Calls())
		if synctest.Wait(); len(w.sim.Calls()) != before {
			t.Error("a plan asks")
		}
	})
}

// warns reports whether a plan warns of something.
func warns(plan run.StartPlan, about run.WarningSubject) bool {
	return slices.ContainsFunc(plan.Warnings, func(w run.PlanWarning) bool { return w.About == about })
}

// A price that is not known makes the cost unknown, and not lower.
func TestPlan_AnUnknownPriceIsUnknown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, play{scenario: scenario.Scenario{ID: "ok", Name: "ok"}})
		a, _ := w.boot(-1, false)
		ask := runs.Request{Request: choosing(event.Routing{Chains: map[string][]string{"extract_scenes": {"openai:new", "claude-opus-4-6"}}},
			event.Limits{}), File: w.play.file, RecipeID: "mvp_ingest"}
		plan, err := a.Runs.Plan(t.Context(), ask)
		if err != nil {
			t.Fatal(err)
		}
		if st := plan.Stages[2]; plan.CostUSD != nil || st.Estimate.CostUSD != nil || st.Chain[0].Price != nil || st.IfLast.CostUSD == nil ||
			plan.IfLastUSD == nil || !warns(plan, run.AboutCost) {
			t.Errorf("%+v %+v", plan.CostUSD, st)
		}
	})
}

// A provider that is out, or that an operator holds, is not the first, and the plan says since when.
func TestPlan_ShowsWhoIsOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, play{file: scenes(6), scenario: failsAlways("anthropic", "overloaded")})
		a, _ := w.boot(-1, false)
		w.execute(a, w.start(a, runs.Request{}))
		ask := runs.Request{Request: accepting(true), File: scenes(7), RecipeID: "mvp_ingest"}
		plan, err := a.Runs.Plan(t.Context(), ask)
		if err != nil {
			t.Fatal(err)
		}
		st := plan.Stages[2]
		if c := st.Chain[0]; c.Usable || c.Reason != "breaker_open" || c.Since == nil || c.Until == nil || *st.First != "openai:gpt-5.2" {
			t.Errorf("%+v, first %s", c, *st.First)
		}
		if err := a.Providers.Hold(t.Context(), "openai", "quota talks", time.Hour); err != nil {
			t.Fatal(err)
		}
		if plan, err = a.Runs.Plan(t.Context(), ask); err != nil || *plan.Stages[2].First != "google:gemini-3-flash-preview" {
			t.Errorf("%+v %v", plan.Stages[2], err)
		}
	})
}
