package pipeline_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/llm"
	"github.com/cineforge/cineforge/pipeline"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

// unpriced is a world whose one model has no price.
func unpriced(t *testing.T) *world {
	w := newWorld(t, noteModule{"note", asksIts})
	w.model = llm.Candidate{Provider: "p", Name: "m", Model: llm.ModelFunc(func(context.Context, llm.Request) (llm.Response, error) {
		return llm.Response{JSON: json.RawMessage(`{"mood": null}`), Source: llm.AI, Provider: "p", Model: "m",
			Usage: llm.Usage{InputTokens: 3, OutputTokens: 1}}, nil
	})}
	return w
}

// A limit on the cost that a person set can't be kept where a model has no price: such a run
// does not start. The default limit is no reason for that.
func TestCreate_ACostLimitWantsPrices(t *testing.T) {
	for block, starts := range map[string]bool{
		"":                                true,
		"resilience: {max_cost_usd: 10}":  false,
		"resilience: {max_cost_usd: 0.5}": false,
		"resilience: {max_cost_usd: 0.5, on_unknown_price: allow}":                                true,
		"resilience: {stages: {a: {max_cost_usd: 1}}}":                                            false,
		"resilience: {stages: {a: {max_cost_usd: 1, on_unknown_price: allow}}}":                   true,
		"resilience: {on_unknown_price: allow, stages: {a: {on_unknown_price: refuse}}}":          true,
		"resilience: {max_cost_usd: 1, on_unknown_price: allow, stages: {a: {concurrency: 1}}}":   true,
		"resilience: {max_cost_usd: 1, stages: {a: {on_unknown_price: allow}}}":                   true,
		"resilience: {max_cost_usd: 1, on_unknown_price: allow, stages: {a: {degrade: offline}}}": true,
	} {
		w := unpriced(t)
		err := w.pipeline().Create(t.Context(), w.spec(oneStage+block+"\n"))
		if starts {
			if err != nil {
				t.Errorf("%s: %v", block, err)
			}
			continue
		}
		if !errors.Is(err, pipeline.ErrUnknownPrice) || failure.ClassOf(err) != failure.Input ||
			!strings.Contains(err.Error(), "p:m") || !strings.Contains(err.Error(), "on_unknown_price: allow") ||
			!strings.Contains(err.Error(), "input_usd") {
			t.Errorf("%s: %v", block, err)
		}
		if _, err := run.Load(t.Context(), w.store.Log, "r1"); !errors.Is(err, run.ErrNotFound) {
			t.Errorf("%s: a run was made: %v", block, err)
		}
		w.model.Spec.Price = &llm.Price{} // it is declared free
		w.create(w.spec(oneStage + block + "\n"))
	}
}

// A drill costs nothing.
func TestCreate_ADrillWantsNoPrices(t *testing.T) {
	w := unpriced(t)
	spec := w.spec(oneStage + "resilience: {max_cost_usd: 1}\n")
	spec.Drill = "S01"
	if err := w.pipeline().Create(t.Context(), spec); err != nil {
		t.Error(err)
	}
}

// A limit that a retry sets wants prices too; one that sets none goes on.
func TestCreateRetry_ACostLimitWantsPrices(t *testing.T) {
	w := unpriced(t)
	answer, calls := w.model.Model, 0
	w.model.Model = llm.ModelFunc(func(ctx context.Context, req llm.Request) (llm.Response, error) {
		if calls++; calls > 1 {
			return llm.Response{}, failure.New(failure.Input, "no", "")
		}
		return answer.Generate(ctx, req)
	})
	w.create(w.spec(oneStage))
	if s, err := w.execute(t.Context(), "r1"); err != nil || s.Status != run.RunFailed || s.Unpriced == 0 || s.TotalCostUSD != 0 ||
		s.Tokens.Input == 0 {
		t.Fatalf("%s, %d unpriced, %+v tokens, cost %v: %v", s.Status, s.Unpriced, s.Tokens, s.TotalCostUSD, err)
	}
	for name, tt := range map[string]struct {
		limit  *float64
		starts bool
	}{"none": {nil, true}, "5": {new(5.0), false}} {
		plan, err := w.pipeline().PlanRetry(t.Context(), "r1", pipeline.Retry{Mode: event.RetryFailed,
			Limits: event.Limits{MaxCostUSD: tt.limit}})
		if err != nil || tt.starts != (plan.Refusal() == nil) || !tt.starts && !errors.Is(plan.Refusal(), pipeline.ErrUnknownPrice) {
			t.Errorf("with a limit of %s: %v (%v)", name, plan.Refusal(), err)
		}
	}
}

// What a question takes is recorded before it is asked, so that it counts if the process dies.
func TestPipeline_RecordsWhatAQuestionTakes(t *testing.T) {
	w := dear(t, never)
	w.model.Spec.Price = &llm.Price{Input: 1e6, Output: 1e6}
	w.create(w.spec(oneStage + "resilience: {max_cost_usd: 1000}\n"))
	if _, err := w.execute(t.Context(), "r1"); err != nil {
		t.Fatal(err)
	}
	n := 0
	for e, err := range w.store.Log.Events(t.Context(), "r1", 0) {
		if err != nil {
			t.Fatal(err)
		}
		if b, ok := e.Body.(event.AttemptStarted); ok {
			n++
			if b.Least == nil || b.Least.InputTokens == 0 || b.Least.CostUSD == nil || *b.Least.CostUSD != float64(b.Least.InputTokens) {
				t.Errorf("%+v", b.Least)
			}
		}
	}
	if n == 0 {
		t.Error("nothing was asked")
	}
}
