package chain_test

import (
	"context"
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
	"github.com/cineforge/cineforge/resilience/limit"
)

// herd is a world in which many ask at once and all are to come back after a stated time.
func herd(t *testing.T, n int, hint *failure.Error, o chain.Options) *world {
	t.Helper()
	o.Health.Limit = limit.Options{Start: 256, Max: 256}
	w := newWorld(t, o)
	w.model("a:one", func(nth int, _ time.Duration) error {
		time.Sleep(100 * time.Millisecond) // so that all are asked before the first one fails
		if nth <= n {
			return hint
		}
		return nil
	})
	return w
}

// back returns when the calls behind the first n ones were made.
func (w *world) back(n int) (at []time.Duration) {
	for _, c := range w.calls[n:] {
		at = append(at, c.at)
	}
	slices.Sort(at)
	return at
}

func (w *world) asks(n int, s *chain.Stage) {
	w.t.Helper()
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			if resp, err := s.Generate(w.t.Context(), llm.Request{Role: llm.Work, Unit: fmt.Sprint("scene_", i),
				Prompt: "what happens?"}); err != nil || resp.Model != "one" {
				w.t.Errorf("answered by %q: %v", resp.Model, err)
			}
		})
	}
	wg.Wait()
}

// spread wants calls to come no earlier than after a time, and not many within a second.
func (w *world) spread(back []time.Duration, hint time.Duration) {
	w.t.Helper()
	n := len(back)
	if n < 100 || back[0] < hint || back[n-1]-back[0] < 3*time.Second || back[n-1] > hint+15*time.Second {
		w.t.Fatalf("%d calls from %v to %v", len(back), back[0], back[len(back)-1])
	}
	for i := range back[:n-40] {
		if back[i+40]-back[i] <= time.Second {
			w.t.Fatalf("41 calls within %v", back[i+40]-back[i])
		}
	}
}

func TestRouter_HerdAfterACooldownIsSpread(t *testing.T) {
	// a model's gate, a key's, one in trouble
	for _, class := range []failure.Class{failure.RateLimited, failure.QuotaExhausted, failure.Overloaded} {
		for _, hint := range []time.Duration{time.Second, 10 * time.Second, time.Hour} {
			if class == failure.Overloaded && hint != 10*time.Second {
				continue // it is the breaker's, or cut short
			}
			for _, random := range []float64{0, 0.5, 0.999} {
				t.Run(fmt.Sprint(class, hint, random), func(t *testing.T) {
					bubble(t, func(t *testing.T) {
						o := chain.Options{Health: health.Options{Random: func() float64 { return random }}}
						o.Health.Provider.InARow, o.Health.Provider.Ratio = 1e9, 1e9 // the gate alone
						w := herd(t, 200, hinted(class, hint), o)
						w.asks(200, w.stage())
						w.spread(w.back(200), hint+100*time.Millisecond)
					})
				})
			}
		}
	}
}

// What another process finds out opens the gate, but does not let all go at once.
func TestRouter_HerdIsSpreadWhateverEndsTheCooldown(t *testing.T) {
	bubble(t, func(t *testing.T) {
		o := chain.Options{Health: health.Options{Memory: &memoryInMemory{}}}
		w := herd(t, 200, hinted(failure.RateLimited, 30*time.Second), o)
		answer := w.plan.Candidates[0].Model
		w.plan.Candidates[0].Model = llm.ModelFunc(func(ctx context.Context, req llm.Request) (llm.Response, error) {
			resp, err := answer.Generate(ctx, req)
			if err == nil {
				time.Sleep(7 * time.Second)
			}
			return resp, err
		})
		other := newWorld(t, o)
		other.model("a:one", fine)
		time.AfterFunc(31*time.Second, func() { other.must(other.stage(), "one") })
		w.asks(200, w.stage())
		w.spread(w.back(200), 30100*time.Millisecond)
	})
}

// Requests that come long after a cooldown, all at once, are spread too; one that
// comes alone does not wait.
func TestRouter_HerdLongAfterACooldownIsSpread(t *testing.T) {
	for _, n := range []int{1, 100} {
		bubble(t, func(t *testing.T) {
			w := herd(t, 1, hinted(failure.RateLimited, 30*time.Second),
				chain.Options{Health: health.Options{Random: func() float64 { return 0.5 }}})
			w.model("b:two", fine)
			s := w.stage()
			w.must(s, "two")
			w.plan.Candidates = w.plan.Candidates[:1]
			time.Sleep(10 * time.Minute)
			at := time.Since(w.start)
			w.asks(n, w.stage())
			back := w.back(2)
			if len(back) != n || back[0] != at || n > 1 && back[n-1]-back[0] < 3*time.Second {
				t.Errorf("%d calls from %v to %v, asked at %v", len(back), back[0], back[len(back)-1], at)
			}
			at = time.Since(w.start)
			time.Sleep(time.Minute)
			w.asks(100, w.stage()) // it is known to be open
			if back := w.back(2 + n); back[99] != at+time.Minute {
				t.Errorf("asked at %v, calls to %v", at+time.Minute, back[99])
			}
		})
	}
}

// A queue that went through without finding out anything says nothing of the next one.
func TestRouter_HerdAfterAQueueIsSpread(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := herd(t, 1, hinted(failure.RateLimited, 30*time.Second), chain.Options{})
		answer := w.plan.Candidates[0].Model
		w.plan.Candidates[0].Model = llm.ModelFunc(func(ctx context.Context, req llm.Request) (llm.Response, error) {
			if at := time.Since(w.start); at > time.Second && at < 5*time.Minute {
				return llm.Response{}, fault(failure.ContextLength)
			}
			return answer.Generate(ctx, req)
		})
		w.model("b:two", fine)
		s := w.stage()
		w.must(s, "two")
		time.Sleep(time.Minute)
		w.must(s, "two")
		time.Sleep(9 * time.Minute)
		w.plan.Candidates = w.plan.Candidates[:1]
		at := time.Since(w.start)
		w.asks(150, w.stage())
		w.spread(w.back(3), at)
	})
}

// An operator's order to wait no more ends queues too.
func TestStage_TryNowBreaksUpAQueue(t *testing.T) {
	for _, hint := range []time.Duration{4 * time.Second, 30 * time.Second} {
		for _, after := range []time.Duration{time.Second, hint + 1500*time.Millisecond} {
			bubble(t, func(t *testing.T) {
				w := herd(t, 200, hinted(failure.RateLimited, hint), chain.Options{})
				s := w.stage()
				time.AfterFunc(after, s.TryNow)
				w.asks(200, s)
				// All have failed, so that those that go on together are a few until others have been answered.
				if back := w.back(200); back[199] > after+1200*time.Millisecond {
					t.Errorf("hint %v, word after %v: the last call is after %v", hint, after, back[199])
				}
			})
		}
	}
}

// A request that can go elsewhere does not wait in a long queue.
func TestStage_LongQueueIsLeftForAnotherProvider(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := herd(t, 1, hinted(failure.RateLimited, 30*time.Second), chain.Options{})
		w.model("b:two", fine)
		s := w.stage()
		w.must(s, "two")
		time.Sleep(40 * time.Second)
		var wg sync.WaitGroup
		for range 100 {
			wg.Go(func() {
				if _, err := w.ask(s); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		there := 0
		for _, c := range w.calls[2:] {
			if c.model == "two" {
				there++
			}
			if c.at > 46*time.Second {
				t.Errorf("%s is asked after %v", c.model, c.at)
			}
		}
		if there < 50 {
			t.Errorf("%d of 100 went elsewhere", there)
		}
	})
}

// A request that has to queue after a cooldown, or goes elsewhere for that, says
// what had closed it: a wait without a cause explains nothing.
func TestRouter_QueueNamesTheCauseOfTheCooldown(t *testing.T) {
	for _, sister := range []bool{false, true} {
		bubble(t, func(t *testing.T) {
			w := herd(t, 50, hinted(failure.RateLimited, 3*time.Second), chain.Options{})
			var late []chain.Event
			var wg sync.WaitGroup
			wg.Go(func() { w.asks(50, w.stage()) })
			time.Sleep(3500 * time.Millisecond)
			other := newWorld(t, chain.Options{})
			other.router = w.router
			other.plan.Candidates = w.plan.Candidates
			if sister {
				other.model("b:two", fine)
			}
			s := other.stage()
			for i := range 5 {
				wg.Go(func() {
					if _, err := s.Generate(t.Context(), llm.Request{Role: llm.Work, Unit: fmt.Sprint("late_", i), Prompt: "and then?"}); err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			for _, e := range other.events {
				var cause *health.Fault
				var why string
				switch e := e.(type) {
				case chain.StageWaiting:
					cause, why = e.Last, e.Decision.Why
				case chain.StageFallback:
					cause, why = e.Last, e.Decision.Why
				default:
					continue
				}
				late = append(late, e)
				if cause == nil || cause.Err.Class != failure.RateLimited || strings.HasSuffix(why, ": ") {
					t.Errorf("%T: caused by %v, because %q", e, cause, why)
				}
			}
			if len(late) == 0 {
				t.Errorf("nobody waited: %v", other.eventNames())
			}
		})
	}
}
