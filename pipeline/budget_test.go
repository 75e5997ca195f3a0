package pipeline_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cineforge/cineforge/durable"
	"github.com/cineforge/cineforge/durable/local"
	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/llm"
	"github.com/cineforge/cineforge/pipeline"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

// dear is a world of twelve questions, each of which costs half a dollar until fails says
// otherwise.
func dear(t *testing.T, fails func(calls int) error) *world {
	w := newWorld(t, noteModule{"note", asksIts})
	calls := 0
	w.model = llm.Candidate{Provider: "p", Name: "m", Spec: llm.Spec{Price: &llm.Price{}},
		Model: llm.ModelFunc(func(context.Context, llm.Request) (llm.Response, error) {
			if err := fails(calls); err != nil {
				return llm.Response{}, err
			}
			calls++
			return llm.Response{JSON: json.RawMessage(`{"mood": null}`), Source: llm.AI, Provider: "p", Model: "m",
				Usage: llm.Usage{CostUSD: new(0.5)}}, nil
		})}
	return w
}

func never(int) error { return nil }

var fromFailed = pipeline.Retry{Mode: event.RetryFailed}

// allowing is a retry from the failed stage with another limit on the cost.
func allowing(usd float64) pipeline.Retry {
	return pipeline.Retry{Mode: event.RetryFailed, Limits: event.Limits{MaxCostUSD: &usd}}
}

func (w *world) refuses(r pipeline.Retry, says string) {
	w.t.Helper()
	plan, err := w.pipeline().PlanRetry(w.t.Context(), "r1", r)
	if err != nil {
		w.t.Fatal(err)
	}
	err = w.pipeline().CreateRetry(w.t.Context(), pipeline.RetrySpec{RunID: "refused", Plan: plan})
	if !errors.Is(err, pipeline.ErrNoBudget) || !errors.Is(plan.Refusal(), pipeline.ErrNoBudget) || failure.ClassOf(err) != failure.Input ||
		!strings.Contains(err.Error(), says) || !strings.Contains(err.Error(), "--max-cost") {
		w.t.Errorf("got %v, want %q", err, says)
	}
	if _, err := run.Load(w.t.Context(), w.store.Log, "refused"); !errors.Is(err, run.ErrNotFound) {
		w.t.Errorf("a run was made: %v", err)
	}
}

func TestRetry_CostCountsOverTheLine(t *testing.T) {
	w := dear(t, never)
	w.create(w.spec(oneStage + "resilience: {max_cost_usd: 1.2}\n"))
	if s, err := w.execute(t.Context(), "r1"); err != nil || s.Stages["a"].TerminalReason != event.MoneySpent || s.TotalCostUSD != 1 {
		t.Fatalf("%s: %s, for $%v: %v", s.Status, s.Error, s.TotalCostUSD, err)
	}
	w.refuses(fromFailed, "of the $1.20 that run r1 and its retries may spend, $1.00 are spent, and the next question of stage a costs more")
	w.refuses(allowing(0.5), "of the $0.5000 that run r1 and its retries may spend, $1.00 are spent;")
	w.refuses(allowing(1.2), "costs more than what is left")

	s, plan := w.retried("r1", "r2", allowing(3.1))
	if s.Stages["a"].TerminalReason != event.MoneySpent || s.TotalCostUSD != 2 || s.Stages["a"].CallCount != 6 || plan.SpentUSD != 1 ||
		plan.MaxCostUSD != 3.1 {
		t.Errorf("the second run spent $%v for %d answers: %s; the plan said %+v", s.TotalCostUSD, s.Stages["a"].CallCount, s.Error,
			plan.RetryPlan)
	}
	for e := range w.store.Log.Events(t.Context(), "r2", 0) {
		if b, ok := e.Body.(event.BudgetExceeded); ok && (b.SpentUSD != 3 || b.LimitUSD != 3.1) {
			t.Errorf("it says that $%v of $%v are spent", b.SpentUSD, b.LimitUSD)
		}
	}
	// A retry of the first run is of the same line: the second run has spent that money.
	w.refuses(allowing(3.1), "$3.00 are spent, and the next question of stage a costs more")
	w.refuses(allowing(3), "of the $3.00 that run r1 and its retries may spend, $3.00 are spent;")
	s, _ = w.retried("r1", "r3", allowing(10))
	if s.Status != run.RunDone || s.TotalCostUSD != 3 {
		t.Errorf("the third run is %s for $%v", s.Status, s.TotalCostUSD)
	}
	// Where all answers are there, nothing has to be left.
	w.retried("r1", "r4", fromFailed)
}

// What a stage has cost that is kept counts against what the other stages may spend.
func TestRetry_CostOfAllStagesCountsOverTheLine(t *testing.T) {
	w := dear(t, never)
	w.create(w.spec(oneStage + "  - {id: b, module: note, needs: [a]}\nresilience: {max_cost_usd: 7.2}\n"))
	if s, err := w.execute(t.Context(), "r1"); err != nil || s.Stages["b"].TerminalReason != event.MoneySpent || s.TotalCostUSD != 7 {
		t.Fatalf("%s: %s, for $%v: %v", s.Status, s.Error, s.TotalCostUSD, err)
	}
	w.refuses(fromFailed, "$7.00 are spent, and the next question of stage b costs more")
	if s, _ := w.retried("r1", "r2", allowing(8.2)); s.Stages["b"].TerminalReason != event.MoneySpent || s.TotalCostUSD != 1 {
		t.Errorf("with $1.20 more, it spent $%v: %s", s.TotalCostUSD, s.Error)
	}
}

func TestRetry_CostOfAStageCountsOverTheLine(t *testing.T) {
	w := dear(t, never)
	w.create(w.spec(oneStage + "resilience: {stages: {a: {max_cost_usd: 1}}}\n"))
	if s, err := w.execute(t.Context(), "r1"); err != nil || s.Stages["a"].TerminalReason != event.MoneySpent || s.TotalCostUSD != 1 {
		t.Fatalf("%s: %s, for $%v: %v", s.Status, s.Error, s.TotalCostUSD, err)
	}
	w.refuses(fromFailed, "of the $1.00 that stage a may spend, $1.00 are spent;")
	s, _ := w.retried("r1", "r2", w.by(oneStage+"resilience: {stages: {a: {max_cost_usd: 2}}}\n"))
	if s.Stages["a"].TerminalReason != event.MoneySpent || s.TotalCostUSD != 1 {
		t.Errorf("by a recipe that allows the stage $2 in all, it spent $%v more: %s", s.TotalCostUSD, s.Error)
	}
	if s, _ := w.retried("r2", "r3", allowing(6)); s.Status != run.RunDone || s.TotalCostUSD != 4 {
		t.Errorf("a limit for the run is one for the stage: %s for $%v: %s", s.Status, s.TotalCostUSD, s.Error)
	}
}

// Other models may ask for less, so that a retry with a recipe that names some goes ahead.
func TestRetry_OtherModelsMayBeCheaper(t *testing.T) {
	w := dear(t, never)
	w.create(w.spec(oneStage + "resilience: {max_cost_usd: 1.2}\n"))
	if _, err := w.execute(t.Context(), "r1"); err != nil {
		t.Fatal(err)
	}
	other := oneStage + "resilience: {max_cost_usd: 1.2, stage_fallback_models: {a: [\"p:cheap\"]}}\n"
	if plan, err := w.pipeline().PlanRetry(t.Context(), "r1", w.by(other)); err != nil || plan.Refusal() != nil {
		t.Errorf("got %v, %v", plan.Refusal(), err)
	}
	w.refuses(w.by(strings.Replace(other, "1.2", "1", 1)), "$1.00 are spent")
	w.refuses(w.by(oneStage+"name: other\nresilience: {max_cost_usd: 1.2}\n"), "costs more than what is left")
}

// A limit of nothing is no reason to refuse what costs nothing.
func TestPipeline_ALimitOfZeroLetsFreeModelsAnswer(t *testing.T) {
	well := false
	w := newWorld(t, askingOnce(&well, failure.New(failure.Input, "not yet", "wait")))
	w.create(w.spec(oneStage + "resilience: {max_cost_usd: 0}\n"))
	if _, err := w.execute(t.Context(), "r1"); err != nil {
		t.Fatal(err)
	}
	well = true
	if s, _ := w.retried("r1", "r2", fromFailed); s.Status != run.RunDone {
		t.Errorf("%s: %s", s.Status, s.Error)
	}
}

// The limits that a person sets are kept when another process goes on with the run, and
// by its retries; another recipe brings its own.
func TestRetry_KeepsLimits(t *testing.T) {
	w := dear(t, func(calls int) error {
		if calls == 1 || calls == 4 {
			return failure.New(failure.Auth, "no", "")
		}
		return nil
	})
	w.create(w.spec(oneStage))
	if _, err := w.execute(t.Context(), "r1"); err != nil {
		t.Fatal(err)
	}
	limits := event.Limits{MaxCostUSD: new(2.6), MaxWaitSeconds: new(0.0)}
	plan, err := w.pipeline().PlanRetry(t.Context(), "r1", pipeline.Retry{Mode: event.RetryFailed, Limits: limits})
	if err != nil || fmt.Sprint(plan.Changes) != "[max_cost_usd 10 → 2.6 a: max_wait_seconds 21600 → 0]" || !plan.Limits.Equal(limits) {
		t.Fatalf("%v %v", plan.Changes, err)
	}
	calls := 0
	w.model.Model = llm.ModelFunc(func(context.Context, llm.Request) (llm.Response, error) {
		calls++
		return llm.Response{JSON: json.RawMessage(`{"mood": null}`), Source: llm.AI, Provider: "p", Model: "m",
			Usage: llm.Usage{CostUSD: new(0.5)}}, nil
	})
	if err := w.pipeline().CreateRetry(t.Context(), pipeline.RetrySpec{RunID: "r2", Plan: plan}); err != nil {
		t.Fatal(err)
	}
	s := w.crashed("r2", 2)
	if !s.Limits.Equal(limits) {
		t.Errorf("the state has the limits %+v", s.Limits)
	}
	if s, err = w.execute(t.Context(), "r2"); err != nil || s.Stages["a"].TerminalReason != event.MoneySpent || s.TotalCostUSD != 2 {
		t.Errorf("%s for $%v: %s %v", s.Status, s.TotalCostUSD, s.Error, err)
	}
	next, err := w.pipeline().PlanRetry(t.Context(), "r2", pipeline.Retry{Mode: event.RetryFull, Limits: event.Limits{MaxCostUSD: new(5.0)}})
	if err != nil || next.MaxCostUSD != 5 || !next.Limits.Equal(event.Limits{MaxCostUSD: new(5.0), MaxWaitSeconds: new(0.0)}) {
		t.Errorf("a retry with one other limit: %+v %v", next.RetryPlan, err)
	}
	next, err = w.pipeline().PlanRetry(t.Context(), "r2", w.by(oneStage+"resilience: {max_cost_usd: 4}\n"))
	if err != nil || next.MaxCostUSD != 4 || !next.Limits.Equal(event.Limits{}) {
		t.Errorf("a retry by another recipe: %+v %v", next.RetryPlan, err)
	}
}

// crashed does a run in a process that dies after some answers, and returns its state.
func (w *world) crashed(id string, answers int) run.State {
	w.t.Helper()
	ctx, die := context.WithCancelCause(w.t.Context())
	model := w.model.Model
	n := 0
	w.model.Model = llm.ModelFunc(func(ctx context.Context, r llm.Request) (llm.Response, error) {
		if n++; n > answers {
			die(durable.ErrHandedOn)
			<-ctx.Done()
			return llm.Response{}, ctx.Err()
		}
		return model.Generate(ctx, r)
	})
	local.New(w.store.Journal, w.pipeline(), local.Options{Grace: -1}).Execute(ctx, id) //nolint:errcheck // its process ends
	w.model.Model = model
	state, err := run.Load(w.t.Context(), w.store.Log, id)
	if err != nil || state.Status.Ended() {
		w.t.Fatal(state.Status, err)
	}
	return state
}

// A stage's time counts over the processes that worked on it.
func TestPipeline_AStagesTimeCountsOverACrash(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, noteModule{"note", asking})
		w.model = llm.Candidate{Provider: "p", Name: "m", Model: llm.ModelFunc(func(ctx context.Context, _ llm.Request) (llm.Response, error) {
			select {
			case <-time.After(25 * time.Second):
				return llm.Response{JSON: json.RawMessage(`{"mood": null}`), Source: llm.AI, Provider: "p", Model: "m"}, nil
			case <-ctx.Done():
				return llm.Response{}, ctx.Err()
			}
		})}
		w.create(w.spec(oneStage + "resilience: {max_stage_seconds: 60}\n"))
		w.crashed("r1", 2)
		start := time.Now()
		s, err := w.execute(t.Context(), "r1")
		if took := time.Since(start); err != nil || s.Status != run.RunFailed || took > 11*time.Second {
			t.Errorf("%s after %v: %v", s.Status, took, err)
		}
	})
}
