package chain_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/llm"
	"github.com/cineforge/cineforge/llm/chain"
	"github.com/cineforge/cineforge/llm/spend"
)

// slowly is told of events, which takes a moment.
type slowly struct{ *world }

func (s slowly) Observe(ctx context.Context, events ...chain.Event) error {
	time.Sleep(10 * time.Millisecond)
	return s.world.Observe(ctx, events...)
}

// Of questions that fail together, and of which the money that is left pays for one, only that
// one's further try is announced.
func TestRequest_AnnouncesWhatIsMade(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, chain.Options{})
		dear := func(context.Context, llm.Request) (llm.Response, error) {
			time.Sleep(time.Second)
			return llm.Response{Usage: llm.Usage{InputTokens: 1000, CostUSD: new(0.01)}}, fault(failure.ContentPolicy)
		}
		for _, name := range []string{"one", "two"} {
			w.plan.Candidates = append(w.plan.Candidates, llm.Candidate{Provider: name, Name: name, Model: llm.ModelFunc(dear),
				Spec: llm.Spec{Window: 1e6, Price: &llm.Price{Input: 10, Output: 10}}})
		}
		w.plan.Budgets = spend.Budgets{spend.NewBudget(0.05, 0)}
		s := w.router.NewStage(w.plan, slowly{w})
		var asking sync.WaitGroup
		for _, unit := range []string{"a", "b", "c", "d"} {
			asking.Go(func() {
				s.Generate(t.Context(), llm.Request{Role: llm.Work, Unit: unit, Prompt: "?"}) //nolint:errcheck // it fails
			})
		}
		asking.Wait()
		announced, made := 0, 0
		for _, name := range w.eventNames() {
			switch name {
			case "StageRetrying":
				announced++
			case "AttemptStarted":
				made++
			}
		}
		if begun := min(made, 4); announced != made-begun || announced == 0 {
			t.Errorf("%d further tries are announced, %d are made: %v", announced, made-begun, w.eventNames())
		}
	})
}
