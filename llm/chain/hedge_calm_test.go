package chain_test

import (
	"sync"
	"testing"
	"time"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/llm/chain"
	"github.com/cineforge/cineforge/llm/health"
	"github.com/cineforge/cineforge/resilience/breaker"
	"github.com/cineforge/cineforge/resilience/budget"
	"github.com/cineforge/cineforge/resilience/limit"
)

// A second call is made only to a provider that is well and has room at once, and only
// as long as the first one may be burdened with it.
func TestHedge_BurdensNoProvider(t *testing.T) {
	for name, tt := range map[string]struct {
		o      chain.Options
		two    does                                              // what the second model does
		before func(t *testing.T, w *world, second *chain.Stage) // which asks the second model only
		asked  bool
	}{
		"all is well": {asked: true},
		"it was refused for asking too often": {two: first(1, hinted(failure.RateLimited, time.Second)),
			before: func(_ *testing.T, w *world, second *chain.Stage) {
				w.must(second, "two")
				time.Sleep(55 * time.Second)
			}},
		"it was refused long ago": {two: first(1, hinted(failure.RateLimited, time.Second)),
			before: func(_ *testing.T, w *world, second *chain.Stage) {
				w.must(second, "two")
				time.Sleep(65 * time.Second)
			}, asked: true},
		"its breaker has just closed": {o: chain.Options{Health: health.Options{Provider: breaker.Options{InARow: 1}}},
			two: first(1, fault(failure.Overloaded)), before: func(t *testing.T, w *world, second *chain.Stage) {
				w.must(second, "two")
				w.must(second, "two")
				if s := w.router.Health().Status()[1].Breaker; s.State != breaker.Closed || s.Opened == 0 {
					t.Fatalf("%+v", s)
				}
			}},
		"its cooldown is over, which is not known": {two: first(2, fault(failure.Auth)),
			before: func(_ *testing.T, w *world, second *chain.Stage) {
				second.Generate(w.t.Context(), kilobyte) //nolint:errcheck // it is given up
				time.Sleep(20 * time.Minute)
			}},
		"it has no room": {o: chain.Options{Health: health.Options{Limit: limit.Options{Start: 1, Max: 1}}},
			two: takes(time.Minute, fine), before: func(t *testing.T, w *world, second *chain.Stage) {
				var busy sync.WaitGroup
				busy.Go(func() { w.must(second, "two") })
				t.Cleanup(busy.Wait)
				time.Sleep(time.Second)
			}},
		"the retry budget of the first is spent": {
			o: chain.Options{Health: health.Options{Bucket: budget.Options{Cap: 0.9, Start: 0.9, PerCall: 0.1}}}},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				tt.o.Hedge = chain.Hedge{On: true, Share: 1}
				w := newWorld(t, tt.o)
				slow(w, "a:one", 61, 10*time.Second)
				if tt.two == nil {
					tt.two = fine
				}
				w.model("b:two", tt.two)
				s := w.stage()
				warm(w, s)
				plan := w.plan
				w.plan.Candidates = plan.Candidates[1:]
				if tt.before != nil {
					tt.before(t, w, w.stage())
				}
				w.plan = plan
				w.mu.Lock()
				w.calls, w.start = nil, time.Now()
				w.mu.Unlock()
				if tt.asked {
					w.must(s, "two")
					w.wantCalls("one@0s", "two@3s")
				} else {
					w.must(s, "one")
					w.wantCalls("one@0s")
				}
			})
		})
	}
}

// A second call holds its place at the limit while it is under way, and no longer.
func TestHedge_CountsAtTheLimit(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, chain.Options{Hedge: chain.Hedge{On: true, Share: 1}, Health: health.Options{Limit: limit.Options{Start: 1, Max: 1}}})
		slow(w, "a:one", 61, 10*time.Second)
		slow(w, "b:two", 1, 2*time.Second)
		s := w.stage()
		warm(w, s)
		second := w.plan
		second.Candidates = second.Candidates[1:]
		var other sync.WaitGroup
		other.Go(func() {
			time.Sleep(4 * time.Second)
			w.must(w.router.NewStage(second, w), "two")
		})
		w.must(s, "two")
		other.Wait()
		w.wantCalls("one@0s", "two@3s", "two@6s")
		w.must(w.router.NewStage(second, w), "two")
	})
}
