package chain_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/llm"
	"github.com/cineforge/cineforge/llm/chain"
	"github.com/cineforge/cineforge/llm/health"
	"github.com/cineforge/cineforge/resilience/breaker"
	"github.com/cineforge/cineforge/resilience/budget"
)

// numb are options with which no breaker opens.
func numb() chain.Options {
	never := breaker.Options{InARow: 1e9, MinVolume: 1e9}
	return chain.Options{Health: health.Options{Provider: never, Model: never}}
}

// nth fails each call as a list says, and those behind it not.
func nth(list ...error) does {
	return func(n int, _ time.Duration) error {
		if n > len(list) {
			return nil
		}
		return list[n-1]
	}
}

// takes is a model's doing that takes a time.
func takes(d time.Duration, do does) does {
	return func(n int, at time.Duration) error {
		time.Sleep(d)
		return do(n, at)
	}
}

// begun lists when calls began.
func (w *world) begun() (at []time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range w.calls {
		at = append(at, c.at)
	}
	slices.Sort(at)
	return at
}

// What takes a person is not waited for, whatever else has a time.
func TestStage_APersonIsNotWaitedFor(t *testing.T) {
	for name, faults := range map[string][]error{
		"the key":   {hinted(failure.RateLimited, time.Hour), fault(failure.Auth)},
		"the model": {hinted(failure.QuotaExhausted, time.Hour), fault(failure.NotFound)},
		"alone":     {fault(failure.Auth), fault(failure.Auth)},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				w := newWorld(t, numb())
				w.plan.MaxWait = 0
				w.model("a:one", takes(time.Second, nth(faults...)))
				s := w.stage()
				var wg sync.WaitGroup
				for range faults { // both are under way before either has failed
					wg.Go(func() { w.ask(s) }) //nolint:errcheck // it is given up
				}
				wg.Wait()
				w.plan.MaxWait = 6 * time.Hour
				time.Sleep(time.Minute - 3*time.Second) // a key's gate is about to open
				at := time.Now()
				g := w.givenUp(w.stage(), chain.Hopeless, failure.ClassOf(faults[1]))
				if took := time.Since(at); took != 0 {
					t.Errorf("given up after %v", took)
				}
				if d := g.Decision.Others[0]; d.Reason != health.CoolingDown || !strings.Contains(d.Detail, string(failure.ClassOf(faults[1]))) {
					t.Errorf("%+v", d)
				}
			})
		})
	}
}

// A cooldown that was set again by the requests that it let through is not waited for as if it
// were the first time.
func TestStage_CooldownSetAgainIsNotWaitedOut(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, numb())
		limited := hinted(failure.RateLimited, time.Second)
		w.model("a:one", nth(limited, limited))
		w.model("b:two", fine)
		s := w.stage()
		w.must(s, "two")
		w.must(s, "two")
		w.wantCalls("one@0s", "one@1s", "two@1s", "two@1s")
	})
}

// Being told that it is too much cuts the limit, and how many go at once after that.
func TestRouter_RateLimitCutsTheLimiter(t *testing.T) {
	for class, want := range map[failure.Class]int{failure.RateLimited: 5, failure.Overloaded: 5, failure.ServerError: 8} {
		t.Run(string(class), func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				w := newWorld(t, numb())
				w.model("a:one", takes(time.Second, first(1, fault(class))))
				s := w.stage()
				w.must(s, "one")
				time.Sleep(3 * time.Second)
				from := time.Since(w.start)
				w.asks(10, s)
				at := slices.DeleteFunc(w.begun(), func(d time.Duration) bool { return d != from })
				if len(at) != want {
					t.Errorf("%d calls at a time, want %d", len(at), want)
				}
			})
		})
	}
}

// An answer that broke off in the middle has cost something: the same way is tried
// again at once only where there is no other.
func TestStage_BrokenAnswerIsAskedForElsewhere(t *testing.T) {
	for _, others := range []bool{false, true} {
		bubble(t, func(t *testing.T) {
			w := newWorld(t, numb())
			calls := 0
			w.plan.Candidates = []llm.Candidate{{Provider: "a", Name: "one", Credential: "KEY",
				Model: llm.ModelFunc(func(context.Context, llm.Request) (llm.Response, error) {
					if calls++; calls == 1 {
						return llm.Response{FirstEvent: time.Second}, fault(failure.Connection)
					}
					return llm.Response{Model: "one"}, nil
				})}}
			want := "one"
			if others {
				want = "two"
				w.model("b:two", fine)
			}
			w.must(w.stage(), want)
			if took := time.Since(w.start); took > 500*time.Millisecond {
				t.Errorf("answered after %v", took)
			}
		})
	}
}

// A broken way that breaks again is no better for the provider's other model.
func TestStage_ConnectionThatBreaksTwiceIsLeftAlone(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, numb())
		w.model("a:one", until(time.Second, fault(failure.Connection)))
		w.model("a:sister", fine)
		w.must(w.stage(), "sister") // the next round goes on behind the last one that was asked
		w.wantCalls("one@0s", "one@500ms", "sister@2.5s")
	})
}

// A provider that failed a question twice which another one then answers was not the
// question's victim; one failure says nothing of the kind.
func TestRouter_FailedTwiceAndAnsweredElsewhere(t *testing.T) {
	// which is not tried twice
	for class, want := range map[failure.Class]breaker.State{failure.ServerError: breaker.Open, failure.Timeout: breaker.Closed} {
		bubble(t, func(t *testing.T) {
			w := newWorld(t, chain.Options{})
			w.model("a:one", always(fault(class)))
			w.model("b:two", fine)
			w.must(w.stage(), "two")
			if s := w.router.Health().Status()[0]; s.Breaker.State != want {
				t.Errorf("%s: the breaker is %s (%s), calls %v", class, s.Breaker.State, s.Breaker.Evidence, w.called())
			}
		})
	}
}

// A model is tried three times in a round, however many attempts there are.
func TestStage_TriesOfAModelInARound(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, numb())
		w.plan.MaxAttempts, w.plan.MaxWait = 20, 0
		w.model("a:one", always(fault(failure.ServerError)))
		w.givenUp(w.stage(), chain.TriesSpent, failure.ServerError)
		if len(w.calls) != 3 {
			t.Errorf("calls %v", w.called())
		}
	})
}

// A candidate that can't be asked at all is named in each decision, and in the error if there
// is no other one.
func TestPlan_SkippedAreNamed(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, chain.Options{})
		w.plan.Skipped = []chain.Skipped{{Provider: "b", Model: "two", Reason: chain.NotConfigured, Detail: "B_KEY is not set"}}
		w.model("a:one", fine)
		w.must(w.stage(), "one")
		if o := last[chain.AttemptStarted](w).Decision.Others; len(o) != 1 || o[0].Model != "two" ||
			o[0].Reason != chain.NotConfigured || o[0].Detail != "B_KEY is not set" {
			t.Errorf("%+v", o)
		}
		w.plan.Candidates = nil
		if g := w.givenUp(w.stage(), chain.Hopeless, failure.NoProvider); !strings.Contains(g.Error(), "two (B_KEY is not set)") {
			t.Errorf("%v", g)
		}
	})
}

// Repetitions are paid from the provider's bucket, which all questions of the process
// share, and which each first try pays into. Without a token it is the next one's turn.
func TestStage_RepetitionsArePaidFromTheBucket(t *testing.T) {
	count := func(w *world, model string) (n int) {
		for _, c := range w.calls {
			if c.model == model {
				n++
			}
		}
		return n
	}
	bubble(t, func(t *testing.T) {
		o := numb()
		o.Health.Bucket = budget.Options{Cap: 10, Start: 2, PerCall: 0.5}
		w := newWorld(t, o)
		w.model("a:one", always(fault(failure.BadOutput)))
		w.model("b:two", fine)
		for range 8 {
			w.must(w.stage(), "two") // each a stage of its own
		}
		if n := count(w, "one"); n != 8+6 { // two from the start, and four that were paid in
			t.Errorf("%d tries of 8 questions: %v", n, w.called())
		}
	})
	bubble(t, func(t *testing.T) { // the provider's other model is a repetition too
		o := numb()
		o.Health.Bucket = budget.Options{Cap: 10, Start: 1}
		w := newWorld(t, o)
		w.model("a:one", always(fault(failure.Overloaded)))
		w.model("a:sister", fine)
		w.model("b:two", fine)
		w.must(w.stage(), "sister")
		w.must(w.stage(), "sister") // which has just answered
		time.Sleep(2 * time.Minute)
		w.must(w.stage(), "two")
		w.wantCalls("one@0s", "sister@0s", "one@0s", "sister@0s", "one@2m0s", "two@2m0s")
	})
	for start, want := range map[float64]int{0.5: 1, 1: 2, 2: 3} { // and what is tried because there is no other one
		bubble(t, func(t *testing.T) {
			o := numb()
			o.Health.Bucket = budget.Options{Cap: 10, Start: start}
			w := newWorld(t, o)
			w.plan.MaxWait = 0
			w.model("a:one", always(fault(failure.ServerError)))
			w.givenUp(w.stage(), chain.TriesSpent, failure.ServerError)
			if n := count(w, "one"); n != want {
				t.Errorf("%v tokens: %d tries, want %d", start, n, want)
			}
		})
	}
}

// An operator's order to wait no more ends the pause between rounds too.
func TestStage_TryNowEndsThePauseBetweenRounds(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, numb())
		w.plan.MaxAttempts = 1
		w.model("a:one", until(40*time.Second, fault(failure.ServerError))) // asked at 0, 2, 6, 14, 30 and 62 s
		s := w.stage()
		time.AfterFunc(45*time.Second, s.TryNow)
		w.must(s, "one")
		if took := time.Since(w.start); took != 45*time.Second {
			t.Errorf("answered after %v; calls %v", took, w.called())
		}
	})
}

// Only a request that has waited has spent its patience.
func TestStage_PatienceIsSpentByWaitingOnly(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, numb())
		w.plan.MaxWait, w.plan.Progress = 10*time.Minute, time.Now().Add(-time.Hour)
		w.model("a:one", always(fault(failure.ServerError)))
		w.givenUp(w.stage(), chain.TriesSpent, failure.ServerError)
	})
	for after, end := range map[time.Duration]chain.End{0: chain.TriesSpent, time.Minute: chain.WaitSpent} {
		bubble(t, func(t *testing.T) { // the stage's time is up in a call
			w := newWorld(t, numb())
			w.plan.Deadline = time.Now().Add(10 * time.Minute)
			w.model("a:one", func(_ int, at time.Duration) error {
				if at < after {
					return hinted(failure.RateLimited, after)
				}
				return hang(time.Hour)
			})
			class := failure.Budget
			if after > 0 {
				class = failure.RateLimited
			}
			w.givenUp(w.stage(), end, class)
			if took := time.Since(w.start); took != 10*time.Minute {
				t.Errorf("ended after %v", took)
			}
		})
	}
}

// What is known to take longer than the stage has is not waited for.
func TestStage_TimeBoundsItsPatience(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, numb())
		w.plan.Deadline = time.Now().Add(time.Minute)
		w.model("a:one", always(hinted(failure.RateLimited, time.Hour)))
		w.givenUp(w.stage(), chain.TriesSpent, failure.RateLimited)
		if took := time.Since(w.start); took != 0 {
			t.Errorf("ended after %v", took)
		}
	})
}

// A wait for a turn at a gate is told, if it is not over in a moment.
func TestStageWaiting_NamesTheCooldown(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, numb())
		w.model("a:one", first(1, hinted(failure.RateLimited, 4*time.Second)))
		s := w.stage()
		var wg sync.WaitGroup
		wg.Go(func() { w.must(s, "one") })
		time.Sleep(time.Second)
		w.mu.Lock()
		w.events = nil
		w.mu.Unlock()
		w.must(s, "one")
		wg.Wait()
		waits := last[chain.StageWaiting](w)
		if at := waits.Until.Sub(w.start); at < 4*time.Second || at > 7*time.Second || waits.Last == nil ||
			waits.Last.Err.Class != failure.RateLimited {
			t.Errorf("told %v; it waits until %v for %+v", w.eventNames(), at, waits.Last)
		}
	})
}

// After a breaker has closed, not all go at once that did before.
func TestRouter_SlowStartAfterAnOutage(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, chain.Options{})
		w.model("a:one", takes(time.Second, until(2*time.Second, fault(failure.ServerError))))
		w.asks(2, w.stage()) // which open it, and close it
		if st := w.router.Health().Status()[0].Breaker; st.State != breaker.Closed || st.Opened == 0 {
			t.Fatalf("%+v", st)
		}
		for i, want := range []int{2, 8} {
			time.Sleep(time.Duration(i) * time.Minute)
			w.calls, w.start = nil, time.Now()
			w.asks(8, w.stage())
			if at := slices.DeleteFunc(w.begun(), func(d time.Duration) bool { return d > 0 }); len(at) != want {
				t.Errorf("%d minutes later %d at a time, want %d", i, len(at), want)
			}
		}
	})
}

// What is not known to be the provider's fault counts half.
func TestRouter_UnknownFailuresCountHalf(t *testing.T) {
	for class, want := range map[failure.Class]int{failure.ServerError: 2, failure.Unknown: 4} {
		bubble(t, func(t *testing.T) {
			w := newWorld(t, chain.Options{})
			w.plan.MaxAttempts, w.plan.MaxWait = 1, 0
			w.model("a:one", always(fault(class)))
			s := w.stage()
			n := 0
			for ; w.router.Health().Status()[0].Breaker.State == breaker.Closed; n++ {
				w.givenUp(s, chain.TriesSpent, class)
			}
			if n != want {
				t.Errorf("%d of class %s open the breaker, want %d", n, class, want)
			}
		})
	}
}

// A pause within a round is no longer than 20 s, whatever base a recipe gives.
func TestRouter_PausesOfARoundAreCapped(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, numb())
		w.plan.Backoff.Base = time.Minute
		w.model("a:one", first(2, fault(failure.ServerError)))
		w.must(w.stage(), "one")
		w.wantCalls("one@0s", "one@20s", "one@40s")
	})
}

// A hold that comes between a choice and its call keeps the call from being made.
func TestRouter_HoldBeforeACallCounts(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, chain.Options{})
		w.model("a:one", always(fault(failure.ServerError)))
		w.model("b:two", fine)
		time.AfterFunc(500*time.Millisecond, func() {
			if err := w.router.Health().SetHold(t.Context(), "a", health.Hold{Reason: "why not", Until: time.Now().Add(time.Hour)}); err != nil {
				t.Error(err)
			}
		})
		w.must(w.stage(), "two")
		w.wantCalls("one@0s", "two@1s")
	})
}

// Before a call it is told what it takes if nothing is known of its end: the question. That
// is also what a call counts for that panicked.
func TestRouter_RecordsWhatTheRequestTakes(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, chain.Options{})
		w.model("a:one", func(int, time.Duration) error { panic("a bug") }).Spec.Price = &llm.Price{Input: 3, Output: 15}
		s := w.stage()
		s.Generate(t.Context(), llm.Request{Role: llm.Work, Unit: "u", Prompt: strings.Repeat("word", 999)}) //nolint:errcheck // it fails
		least, took := last[chain.AttemptStarted](w).Least, last[chain.AttemptFailed](w).Response.Usage
		if least.InputTokens != 1000 || !least.Estimated || least.CostUSD == nil || *least.CostUSD != 0.003 {
			t.Errorf("the question takes %+v", least)
		}
		if took.InputTokens != 1000 || took.CostUSD == nil || *took.CostUSD != 0.003 {
			t.Errorf("the call took %+v", took)
		}
	})
}
