package systemtest_test

import (
	"cmp"
	"errors"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/internal/runs"
	"github.com/cineforge/cineforge/pipeline"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
	"github.com/cineforge/cineforge/simulator"
	"github.com/cineforge/cineforge/simulator/scenario"
)

func TestStart_ADrillLivesInAScratchProjectAndCostsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, play{scenario: scenario.Scenario{ID: "ok", Name: "ok"}})
		a, _ := w.boot(-1, false)
		real := w.execute(a, w.start(a, runs.Request{ProjectID: "mine"}))
		if real.TotalCostUSD == 0 || real.SimulatedCostUSD != 0 {
			t.Fatalf("a real run cost %v, simulated %v", real.TotalCostUSD, real.SimulatedCostUSD)
		}
		s := w.execute(a, w.start(a, runs.Request{ProjectID: "mine", Request: drilled("S17")}))
		if s.ProjectID != "drill-mine" || s.Status != run.RunDone || s.TotalCostUSD != 0 || s.SimulatedCostUSD == 0 {
			t.Errorf("%s in %s: cost %v, simulated %v", s.Status, s.ProjectID, s.TotalCostUSD, s.SimulatedCostUSD)
		}
		sum := 0.0
		for id, st := range s.Stages {
			sum += st.SimulatedCostUSD
			if asked := st.AttemptCount > 0; st.CostUSD != 0 || (st.SimulatedCostUSD != 0) != asked {
				t.Errorf("%s: cost %v, simulated %v, %d attempts", id, st.CostUSD, st.SimulatedCostUSD, st.AttemptCount)
			}
			for _, at := range st.Attempts {
				if at.CostUSD == nil || *at.CostUSD != 0 || at.SimulatedCostUSD == nil {
					t.Fatalf("%+v", at)
				}
			}
		}
		if d := sum - s.SimulatedCostUSD; d > 1e-9 || d < -1e-9 {
			t.Errorf("the stages sum up to %v, the run to %v", sum, s.SimulatedCostUSD)
		}
		for e, err := range a.Reader.Store.Events(t.Context(), s.RunID, 0) {
			if b, ok := e.Body.(event.StageFinished); err != nil || ok && b.CostUSD != 0 {
				t.Errorf("%+v, %v", b, err)
			}
			if b, ok := e.Body.(event.AttemptFinished); ok && (*b.CostUSD != 0 || *b.SimulatedCostUSD <= 0) {
				t.Errorf("%+v", b)
			}
			if b, ok := e.Body.(event.PipelineFinished); ok && b.TotalCostUSD != 0 {
				t.Errorf("%+v", b)
			}
		}
		current, err := a.Reader.Store.Current(t.Context(), "mine")
		if err != nil {
			t.Fatal(err)
		}
		for _, kept := range current {
			if kept.Latest != 1 {
				t.Errorf("the drill made %s", kept.Ref)
			}
		}
		if list, _, err := a.Reader.List(t.Context(), runs.Filter{}); err != nil || len(list) != 2 || list[0].RunID != s.RunID ||
			list[0].TotalCostUSD != 0 {
			t.Errorf("%+v, %v", list, err)
		}
		if _, _, err := a.Runs.Start(t.Context(), runs.Request{File: w.play.file, RecipeID: "mvp_ingest",
			ProjectID: "drill-mine"}); failure.ClassOf(err) != failure.Input ||
			!strings.Contains(err.Error(), "project drill-mine is for drills") {
			t.Errorf("a real run in a scratch project: %v", err)
		}
	})
}

func TestStart_ALimitOnTheCostHoldsInDrills(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, play{scenario: scenario.Scenario{ID: "ok", Name: "ok"}, target: "anthropic",
			settings: map[string]string{"max_cost_usd": "0.002"}})
		a, _ := w.boot(-1, false)
		s := w.execute(a, w.start(a, runs.Request{Request: drilled("healthy")}))
		var reason event.TerminalReason
		for _, st := range s.Stages {
			reason = cmp.Or(st.TerminalReason, reason)
		}
		if reason != event.MoneySpent || s.TotalCostUSD != 0 || s.SimulatedCostUSD <= 0 || s.SimulatedCostUSD > 0.003 {
			t.Errorf("%s (%s), cost %v, simulated %v", s.Status, reason, s.TotalCostUSD, s.SimulatedCostUSD)
		}
		if _, err := a.Runs.PlanRetry(t.Context(), s.RunID, pipeline.Retry{Mode: event.RetryFailed}); !errors.Is(err, pipeline.ErrNoBudget) {
			t.Errorf("a retry with nothing left: %v", err)
		}
		plan, err := a.Runs.PlanRetry(t.Context(), s.RunID, pipeline.Retry{Mode: event.RetryFailed, Limits: event.Limits{MaxCostUSD: new(5.0)}})
		if err != nil || plan.SpentUSD != s.SimulatedCostUSD || plan.EstimatedCostUSD != nil && *plan.EstimatedCostUSD != 0 {
			t.Errorf("%+v, %v", plan.RetryPlan, err)
		}
	})
}

// Whatever simulate --list shows is a drill.
func TestStart_EveryScenarioIsADrill(t *testing.T) {
	w := newWorld(t, play{})
	a, _ := w.boot(-1, false)
	for _, s := range simulator.Builtin() {
		for _, name := range []string{s.ID, s.Name} {
			start := runs.Request{File: w.play.file, RecipeID: "mvp_ingest", Request: accepting(true)}
			start.DryRun = true
			start.Drill = name
			if _, _, err := a.Runs.Start(t.Context(), start); err != nil {
				t.Errorf("--drill %s: %v", name, err)
			}
		}
	}
}
