package chain_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/llm"
	"github.com/cineforge/cineforge/llm/chain"
	"github.com/cineforge/cineforge/llm/health"
	"github.com/cineforge/cineforge/llm/spend"
	"github.com/cineforge/cineforge/resilience/breaker"
	"github.com/cineforge/cineforge/resilience/limit"
)

// pausing is an observer that takes a second to record that a request goes elsewhere, so
// that all requests at once are decided before any is asked.
type pausing struct{ *world }

func (o pausing) Observe(ctx context.Context, events ...chain.Event) error {
	for _, e := range events {
		if _, falls := e.(chain.StageFallback); falls {
			time.Sleep(time.Second)
		}
	}
	return o.world.Observe(ctx, events...)
}

// dear is a world whose questions go to the second model, for $0.01 each.
func dear(t *testing.T) *world {
	t.Helper()
	w := newWorld(t, chain.Options{})
	w.model("a:one", fine)
	w.model("b:two", takes(time.Second, fine)).Spec.Price = &llm.Price{Input: 2500} // "what happens?" is 4 tokens
	if err := w.router.Health().SetHold(t.Context(), "a", health.Hold{Until: time.Now().Add(time.Hour)}); err != nil {
		t.Fatal(err)
	}
	return w
}

// Money is put aside before a call is made, so that calls at a time can't spend it twice.
func TestPlan_BudgetsAreReservedFrom(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := dear(t)
		w.plan.Budgets, w.plan.MaxWait = spend.Budgets{spend.NewBudget(0.035, 0)}, 0
		s := w.router.NewStage(w.plan, pausing{w})
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() { w.ask(s) }) //nolint:errcheck // most are refused
		}
		wg.Wait()
		if at := w.begun(); len(at) != 3 || at[2] != time.Second {
			t.Errorf("calls %v of $0.01, of $0.035", w.called())
		}
	})
	bubble(t, func(t *testing.T) { // of two budgets one is empty: the other one gets back what was put aside
		w := dear(t)
		w.plan.MaxWait = 0
		large, small := spend.NewBudget(0.045, 0), spend.NewBudget(0.015, 0)
		w.plan.Budgets = spend.Budgets{large, small}
		s := w.router.NewStage(w.plan, pausing{w})
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() { w.ask(s) }) //nolint:errcheck // two are refused
		}
		wg.Wait()
		w.plan.Budgets = spend.Budgets{large}
		rest := w.stage()
		for range 3 {
			w.must(rest, "two")
		}
	})
}

// A call whose beginning can't be recorded is not made, and what it took is given back.
func TestObserver_ErrorCostsNothing(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, chain.Options{})
		w.model("a:one", until(time.Second, fault(failure.ServerError))).Spec.Price = &llm.Price{Input: 2500}
		w.plan.MaxWait, w.plan.MaxAttempts = 0, 1
		s := w.stage()
		for range 2 {
			w.givenUp(s, chain.TriesSpent, failure.ServerError)
		}
		time.Sleep(20 * time.Second) // its breaker is half open
		if st := w.router.Health().Status()[0].Breaker; st.State != breaker.HalfOpen {
			t.Fatalf("%+v", st)
		}
		w.plan.MaxWait = time.Hour
		w.plan.Budgets = spend.Budgets{spend.NewBudget(0.025, 0)}
		broken := errors.New("the store failed")
		for range 5 {
			if _, err := w.ask(w.router.NewStage(w.plan, observerFunc(func() error { return broken }))); !errors.Is(err, broken) {
				t.Fatal(err)
			}
		}
		at := time.Now()
		for range 2 {
			w.must(w.stage(), "one")
		}
		if took := time.Since(at); took != 0 {
			t.Errorf("answered after %v", took)
		}
	})
}

// leaving is an observer whose caller leaves while an answer comes in.
type leaving struct{ heard []string }

func (o *leaving) Observe(ctx context.Context, events ...chain.Event) error {
	for _, e := range events {
		o.heard = append(o.heard, strings.TrimPrefix(fmt.Sprintf("%T", e), "chain."))
	}
	return ctx.Err()
}

// What was paid for is told also when the caller has left.
func TestObserver_RecordsAPaidAnswer(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, chain.Options{})
		ctx, leave := context.WithCancel(t.Context())
		w.model("a:one", func(int, time.Duration) error { leave(); return nil })
		o := &leaving{}
		resp, err := w.router.NewStage(w.plan, o).Generate(ctx, llm.Request{Unit: "u"})
		if err != nil || resp.Model != "one" || !slices.Equal(o.heard, []string{"AttemptStarted", "AttemptFinished"}) {
			t.Errorf("%+v, %v, told %v", resp, err, o.heard)
		}
	})
}

// A request that is stopped gives its permits back: the probe's too.
func TestStage_StopGivesPermitsBack(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, chain.Options{})
		w.model("a:one", func(_ int, at time.Duration) error {
			switch {
			case at < time.Second:
				return fault(failure.ServerError)
			case at < 30*time.Second:
				return hang(time.Hour)
			}
			return nil
		})
		w.plan.MaxWait, w.plan.MaxAttempts = 0, 1
		s := w.stage()
		for range 2 {
			w.givenUp(s, chain.TriesSpent, failure.ServerError)
		}
		time.Sleep(20 * time.Second)
		for range 5 { // probes, of which there are three
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			if _, err := s.Generate(ctx, llm.Request{Unit: "u"}); failure.ClassOf(err) != failure.Canceled {
				t.Fatal(err)
			}
			cancel()
		}
		time.Sleep(10 * time.Second)
		w.must(s, "one")
		if st := w.router.Health().Status()[0].Breaker; st.State != breaker.HalfOpen {
			t.Errorf("%+v", st)
		}
	})
}

// A request that gets the provider's permit and not the model's gives it back.
func TestRouter_HalfAPermitIsGivenBack(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, chain.Options{Health: health.Options{Provider: breaker.Options{InARow: 1, CloseAfter: 100},
			Model: breaker.Options{InARow: 1}}})
		w.plan.MaxAttempts, w.plan.MaxWait = 1, 0
		its := fault(failure.Overloaded)
		its.Effect.Scope = failure.ScopeModel
		w.model("a:one", takes(time.Second, first(1, its)))
		w.givenUp(w.stage(), chain.TriesSpent, failure.Overloaded)
		one := w.plan.Candidates
		w.plan.Candidates = nil
		w.model("a:sister", always(fault(failure.ServerError)))
		w.givenUp(w.stage(), chain.TriesSpent, failure.ServerError)
		time.Sleep(20 * time.Second) // both breakers are half open
		w.plan.Candidates, w.plan.MaxWait = nil, time.Hour
		w.model("c:held", fine)
		if err := w.router.Health().SetHold(t.Context(), "c", health.Hold{Until: time.Now().Add(time.Hour)}); err != nil {
			t.Fatal(err)
		}
		w.plan.Candidates = append(w.plan.Candidates, one...)
		s := w.router.NewStage(w.plan, pausing{w})
		var wg sync.WaitGroup
		for range 3 { // the provider lets three probes through, the model one
			wg.Go(func() { w.must(s, "one") })
		}
		wg.Wait()
		time.Sleep(45 * time.Second)
		if st := w.router.Health().Status()[0].Breaker; st.State != breaker.HalfOpen {
			t.Errorf("%+v", st)
		}
	})
}

// A model's own breaker keeps its provider's other models available.
func TestRouter_ModelsBreakerIsItsOwn(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, chain.Options{Health: health.Options{Model: breaker.Options{InARow: 2}}})
		its := fault(failure.Overloaded)
		its.Effect.Scope = failure.ScopeModel
		w.model("a:one", always(its))
		w.model("a:sister", fine)
		s := w.stage()
		for range 3 {
			w.must(s, "sister")
		}
		w.wantCalls("one@0s", "sister@0s", "one@0s", "sister@0s", "sister@0s")
		if o := last[chain.AttemptStarted](w).Decision.Others[0]; o.Reason != health.BreakerOpen ||
			o.Breaker != breaker.Open || o.ProviderBreaker != breaker.Closed {
			t.Errorf("%+v", o)
		}
	})
}

// A panic in asking is a failure of that try, and takes no permit along.
func TestStage_PanicIsAFailure(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, chain.Options{})
		w.model("a:one", func(int, time.Duration) error { panic("a bug") })
		w.model("b:two", fine)
		w.must(w.stage(), "two")
		if f := last[chain.AttemptFailed](w); f.Err.Class != failure.Internal || !strings.Contains(f.Err.Message, "a bug") {
			t.Errorf("%+v", f.Err)
		}
		if s := w.router.Health().Status()[0]; s.Breaker.State != breaker.Closed {
			t.Errorf("%+v", s)
		}
	})
}

// Of several that can be waited for it is the one that is back first.
func TestStage_WaitsForTheFirstThatIsBack(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, chain.Options{})
		for name, wait := range map[string]time.Duration{"a:one": 2 * time.Hour, "b:two": 10 * time.Minute, "c:three": time.Hour} {
			w.model(name, first(1, hinted(failure.RateLimited, wait)))
		}
		slices.SortFunc(w.plan.Candidates, func(a, b llm.Candidate) int { return strings.Compare(a.Provider, b.Provider) })
		w.must(w.stage(), "two")
		if took := time.Since(w.start); took != 10*time.Minute {
			t.Errorf("answered after %v", took)
		}
	})
}

// Runs take turns at a provider: one with many questions keeps no other waiting.
func TestRouter_OwnersTakeTurns(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, chain.Options{Health: health.Options{Limit: limit.Options{Start: 1, Max: 1}}})
		w.model("a:one", takes(time.Second, fine))
		large := w.stage()
		w.plan.Owner = "another run"
		small := w.stage()
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() { w.must(large, "one") })
		}
		time.Sleep(500 * time.Millisecond)
		w.must(small, "one")
		if took := time.Since(w.start); took > 3*time.Second {
			t.Errorf("the other run was served after %v", took)
		}
		all.Wait()
	})
}
