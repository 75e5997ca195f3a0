package chain_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/llm"
	"github.com/cineforge/cineforge/llm/chain"
	"github.com/cineforge/cineforge/llm/health"
	"github.com/cineforge/cineforge/llm/spend"
)

// waitObserver is an observer that does something when it records that a request waits.
type waitObserver struct {
	*world
	once sync.Once
	do   func()
}

func (o *waitObserver) Observe(ctx context.Context, events ...chain.Event) error {
	for _, e := range events {
		if _, waits := e.(chain.StageWaiting); waits {
			o.once.Do(o.do)
		}
	}
	return o.world.Observe(ctx, events...)
}

// What is said while a question tells that it waits is not lost.
func TestStage_NewsBetweenLookingAndWaitingIsNotMissed(t *testing.T) {
	for name, do := range map[string]func(w *world, s **chain.Stage){
		"release": func(w *world, _ **chain.Stage) {
			if _, err := w.router.Health().Release(w.t.Context(), health.Target{Endpoint: "a"}, "well again"); err != nil {
				w.t.Error(err)
			}
		},
		"try now": func(_ *world, s **chain.Stage) { (*s).TryNow() },
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				w := newWorld(t, chain.Options{})
				w.model("a:one", until(time.Second, fault(failure.Overloaded)))
				if name == "release" {
					if err := w.router.Health().SetHold(t.Context(), "a", health.Hold{Reason: "maintenance",
						Until: time.Now().Add(5 * time.Hour)}); err != nil {
						t.Fatal(err)
					}
				} else {
					w.model("a:two", until(time.Second, hinted(failure.RateLimited, 3*time.Hour)))
					w.plan.Candidates = w.plan.Candidates[1:]
				}
				var s *chain.Stage
				s = w.router.NewStage(w.plan, &waitObserver{world: w, do: func() {
					time.Sleep(2 * time.Second)
					do(w, &s)
				}})
				began := time.Now()
				if _, err := w.ask(s); err != nil {
					t.Fatal(err)
				}
				if took := time.Since(began); took > time.Minute {
					t.Errorf("it was heard after %v", took)
				}
			})
		})
	}
}

// Many questions at a time spend little more than there is.
func TestPlan_RequestsAtATimeShareTheBudget(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, chain.Options{})
		w.model("a:one", func(int, time.Duration) error { time.Sleep(time.Second); return nil }) // $0.01 each
		w.plan.Budgets = spend.Budgets{spend.NewBudget(0.10, 0)}
		s := w.stage()
		var wg sync.WaitGroup
		for i := range 60 {
			wg.Go(func() {
				s.Generate(t.Context(), llm.Request{Unit: string(rune('a' + i)), Role: llm.Work}) //nolint:errcheck // most are refused
			})
		}
		wg.Wait()
		// Eight at a time go before it is known what an answer costs.
		if n := len(w.calls); n > 10+8 {
			t.Errorf("%d calls of $0.01, of $0.10", n)
		}
	})
}
