package chain_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
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

// Two models of a provider are out, and one of them is well again: it answers all that comes,
// however long the other one stays out.
func TestRouter_AModelThatStaysOutKeepsNoRequest(t *testing.T) {
	for _, units := range []int{1, 4, 16} {
		bubble(t, func(t *testing.T) {
			w := newWorld(t, chain.Options{})
			w.model("a:one", always(fault(failure.Overloaded)))
			w.model("a:two", takes(time.Second, until(20*time.Second, fault(failure.Overloaded))))
			s := w.stage()
			var wg sync.WaitGroup
			for i := range units {
				wg.Go(func() {
					for n := range 600 {
						if _, err := s.Generate(t.Context(), llm.Request{Role: llm.Work, Unit: fmt.Sprint(i, "/", n), Prompt: "?"}); err != nil {
							t.Error(err)
							return
						}
					}
				})
			}
			wg.Wait()
			if took := time.Since(w.start); took > 12*time.Minute {
				t.Errorf("600 answers of a second each took %v, %d at a time", took, units)
			}
			if n := w.counted("one", time.Hour); n > 4*15 {
				t.Errorf("%d calls to the model that stays out", n)
			}
			for _, e := range w.events {
				if turn, ok := e.(chain.BreakerTransition); ok && turn.Model == "" && turn.To == breaker.Open && turn.At.Sub(w.start) > time.Minute {
					t.Errorf("the provider is left alone: %+v", turn)
					break
				}
			}
		})
	}
}

// Two models out of three are out from the beginning: the third one answers all, as fast as
// its slow start lets it.
func TestRouter_AModelThatWasNeverOutAnswersAll(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, chain.Options{})
		for _, name := range []string{"a:one", "a:two"} {
			w.model(name, takes(300*time.Millisecond, always(reached(failure.Overloaded, failure.Answering))))
		}
		w.model("a:well", takes(time.Second, fine))
		s := w.stage()
		for range 3 {
			w.units(s, 50)
		}
		if took := time.Since(w.start); took > 30*time.Second {
			t.Errorf("150 answers took %v", took)
		}
	})
}

// ailments are what a model may have, and how long its calls take.
var ailments = []struct {
	err  *failure.Error
	took time.Duration
}{
	{reached(failure.Overloaded, failure.Answering), 300 * time.Millisecond}, {hinted(failure.Overloaded, time.Hour), 300 * time.Millisecond},
	{reached(failure.ServerError, failure.Answering), 300 * time.Millisecond}, {reached(failure.Timeout, failure.Sent), 12 * time.Second},
	{reached(failure.Timeout, failure.Answering), 40 * time.Second}, {reached(failure.Connection, failure.Answering), 5 * time.Second},
	{reached(failure.Connection, failure.Sent), 300 * time.Millisecond}, {fault(failure.RateLimited), 300 * time.Millisecond},
	{hinted(failure.RateLimited, time.Minute), 300 * time.Millisecond}, {fault(failure.Unknown), 300 * time.Millisecond},
	{fault(failure.NotFound), 300 * time.Millisecond}, {bare(failure.NotFound, 404), 300 * time.Millisecond},
	{otherModel(failure.Permission), 300 * time.Millisecond}, {reached(failure.BadOutput, failure.Answering), time.Second},
	{fault(failure.ContextLength), 300 * time.Millisecond}, {fault(failure.ContentPolicy), 300 * time.Millisecond},
	{bare(failure.InvalidRequest, 400), 300 * time.Millisecond},
}

// One model that is well, anywhere in a chain whose other models have whatever they may
// have, answers all questions, and soon.
func TestRouter_OneHealthyModelIsEnough(t *testing.T) {
	chains := 400
	if raceOn || testing.Short() {
		chains = 60
	}
	if n, err := strconv.Atoi(os.Getenv("CINEFORGE_CHAINS")); err == nil {
		chains = n
	}
	for seed := range chains {
		bubble(t, func(t *testing.T) {
			random := rand.New(rand.NewPCG(uint64(seed), 0))
			w := newWorld(t, chain.Options{})
			w.plan.MaxAttempts = 1 + random.IntN(6)
			models, providers, units := 2+random.IntN(5), 1+random.IntN(3), []int{1, 4, 12, 50}[random.IntN(4)]
			healthy, alternates := random.IntN(models), random.IntN(4) == 0
			sum := time.Duration(0)
			for i := range models {
				name := fmt.Sprintf("p%d:m%d", random.IntN(providers), i)
				if i == healthy {
					w.model(name, takes(time.Second, fine))
					continue
				}
				has := ailments[random.IntN(len(ailments))]
				then := has
				if alternates {
					then = ailments[random.IntN(len(ailments))]
				}
				sum += max(has.took, then.took)
				w.model(name, func(n int, _ time.Duration) error {
					now := has
					if n%2 == 0 {
						now = then
					}
					time.Sleep(now.took)
					return now.err
				})
			}
			s := w.stage()
			for range 3 {
				start := time.Now()
				w.units(s, units)
				if took := time.Since(start); took > 3*sum+time.Duration(90+units)*time.Second {
					t.Errorf("chain %d: %d answers took %v; %v", seed, units, took, w.called())
				}
			}
		})
		if t.Failed() {
			return
		}
	}
}

// Whose first answer ever was a bare refusal is asked again as behind a gate: when its time
// has come, and at once when an operator says so.
func TestRouter_AFirstBareRefusalIsAskedAboutAgain(t *testing.T) {
	for name, test := range map[string]struct {
		at   time.Duration
		says func(w *world, s *chain.Stage)
	}{
		"its time": {time.Minute, nil},
		"a release": {20 * time.Second, func(w *world, _ *chain.Stage) {
			w.router.Health().Release(w.t.Context(), health.Target{Endpoint: "a"}, "mended") //nolint:errcheck // there is no memory to fail
		}},
		"try now": {20 * time.Second, func(_ *world, s *chain.Stage) { s.TryNow() }},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				w := newWorld(t, chain.Options{})
				w.model("a:one", until(10*time.Second, bare(failure.Permission, 403)))
				w.model("b:two", always(fault(failure.Overloaded)))
				s := w.stage()
				if test.says != nil {
					time.AfterFunc(test.at, func() { test.says(w, s) })
				}
				w.must(s, "one")
				if took := time.Since(w.start); took < test.at || took > test.at+time.Second || w.counted("one", time.Hour) != 2 {
					t.Errorf("answered after %v; calls %v", took, w.called())
				}
			})
		})
	}
}

// A person alone is not waited for. Where others are, the end of a gate that takes a person
// counts too: also before a long wait that is stated elsewhere.
func TestRouter_ShortCooldownBesideALongHint(t *testing.T) {
	for _, longest := range []time.Duration{0, 5 * time.Second} {
		bubble(t, func(t *testing.T) {
			w := newWorld(t, chain.Options{})
			w.plan.MaxWait, w.plan.LongestWait = 6*time.Hour, longest
			w.model("a:one", until(20*time.Second, fault(failure.Permission)))
			w.model("b:two", always(hinted(failure.RateLimited, time.Hour)))
			w.ask(w.stage()) //nolint:errcheck // it may be suspended
			waits := last[chain.StageWaiting](w)
			if at := waits.Until.Sub(w.start); at < time.Minute || at > time.Minute+time.Second {
				t.Errorf("with waits of %v it waits until %v; calls %v", longest, at, w.called())
			}
		})
	}
}

// How long a gate is closed, and whether a refusal is doubted, does not depend on what closed
// it before for another reason.
func TestRouter_CooldownsLengthIsOfItsClass(t *testing.T) {
	for _, before := range []error{fault(failure.RateLimited), hinted(failure.Overloaded, 8*time.Second)} {
		for times := range 4 {
			bubble(t, func(t *testing.T) {
				w := newWorld(t, chain.Options{})
				w.model("a:one", func(n int, _ time.Duration) error {
					if n <= times {
						return before
					}
					return fault(failure.NotFound)
				})
				w.plan.MaxWait = time.Hour
				w.ask(w.stage()) //nolint:errcheck // it fails
				if g, closed := w.gateOf(); !closed || g.Until.Sub(g.Since) != time.Minute {
					t.Errorf("after %d of %v: %+v", times, before, g)
				}
			})
		}
	}
}

// What an operator has mended of a key is mended for all of its models.
func TestRouter_AnOperatorsAnswerEndsTheWaitsOfTheKey(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, chain.Options{})
		for _, name := range []string{"a:one", "a:two"} {
			w.model(name, until(10*time.Second, otherModel(failure.QuotaExhausted)))
		}
		w.givenUp(w.stage(), chain.Hopeless, failure.QuotaExhausted)
		time.Sleep(20 * time.Second)
		w.plan.Operator = time.Now()
		w.must(w.stage(), "one")
		w.plan.Operator, w.plan.Candidates = time.Time{}, w.plan.Candidates[1:]
		w.must(w.stage(), "two")
	})
}

// Where a question may not wait, no repetition takes the turn of a model that was not asked.
func TestRouter_WithoutWaitingEachModelHasItsTurn(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, chain.Options{})
		w.plan.MaxWait, w.plan.MaxAttempts = 0, 4
		for i := range 3 {
			w.model(fmt.Sprintf("a:m%d", i), always(fault(failure.ServerError)))
		}
		w.model("a:well", fine)
		w.must(w.stage(), "well")
	})
}

// A model that can be asked at once is asked before one with a queue, also where it is
// another model of a provider that has failed, and few attempts are left.
func TestRouter_FreeModelGoesBeforeAQueue(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, chain.Options{})
		w.model("b:waits", first(1, hinted(failure.RateLimited, 4*time.Second)))
		w.plan.MaxAttempts = 1
		first := make(chan struct{})
		s := w.stage()
		go func() {
			defer close(first)
			w.ask(s) //nolint:errcheck // it waits for its turn
		}()
		time.Sleep(time.Second)
		w.plan.MaxAttempts = 2
		w.model("a:one", always(fault(failure.Overloaded)))
		w.model("a:two", fine)
		start := time.Now()
		w.must(w.stage(), "two")
		if took := time.Since(start); took > 0 {
			t.Errorf("it took %v; calls %v", took, w.called())
		}
		<-first
	})
}

// An answer that can't be used is asked for again when the bucket has filled, and is not the
// question's end before.
func TestRouter_AUselessAnswerWaitsForTheBucket(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, chain.Options{Health: health.Options{Bucket: budget.Options{Cap: 2, Start: 1, PerCall: 0.01}}})
		w.plan.MaxAttempts = 4
		w.model("a:one", takes(time.Second, func(n int, _ time.Duration) error {
			if n%2 == 1 {
				return fault(failure.BadOutput)
			}
			return nil
		}))
		s := w.stage()
		for range 20 {
			w.must(s, "one")
		}
	})
}

// What keeps all of a provider's models from being reached, and does not pass, is no outage:
// none of them is asked in vain, and nothing waits.
func TestRouter_WhatDoesNotPassIsNotWaitedFor(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, chain.Options{})
		proxy := reached(failure.Connection, failure.Unreached)
		proxy.Effect.Retryable = false
		w.model("a:one", always(proxy))
		w.model("a:two", always(proxy))
		s := w.stage()
		w.givenUp(s, chain.Hopeless, failure.Connection)
		w.givenUp(s, chain.Hopeless, failure.Connection)
		if w.wantCalls("one@0s", "one@0s"); time.Since(w.start) > 0 {
			t.Errorf("it took %v", time.Since(w.start))
		}
	})
}

// Of a route that has answered lately it is taken for a fault that passes, for ten minutes.
func TestRouter_WhatDoesNotPassMayPassForARouteThatAnswered(t *testing.T) {
	proxy := reached(failure.Connection, failure.Unreached)
	proxy.Effect.Retryable = false
	for name, test := range map[string]struct {
		long  time.Duration
		fails bool
	}{"for a moment": {5 * time.Second, false}, "for good": {24 * time.Hour, true}} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				w := newWorld(t, chain.Options{})
				w.model("a:one", func(_ int, at time.Duration) error {
					if at > time.Minute && at < time.Minute+test.long {
						return proxy
					}
					return nil
				})
				s := w.stage()
				w.must(s, "one")
				time.Sleep(time.Minute + time.Second)
				_, err := w.ask(s)
				if took := time.Since(w.start); test.fails != (err != nil) || took > 13*time.Minute || test.fails && took < 11*time.Minute {
					t.Errorf("ended after %v by %v; calls %v", took, err, w.called())
				}
			})
		})
	}
}

// Nor does it keep anybody from the provider when it is over.
func TestRouter_WhatDoesNotPassOpensNoBreaker(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, chain.Options{})
		proxy := reached(failure.Connection, failure.Unreached)
		proxy.Effect.Retryable = false
		w.model("a:one", first(3, proxy))
		for range 3 {
			w.givenUp(w.stage(), chain.Hopeless, failure.Connection)
		}
		if w.must(w.stage(), "one"); time.Since(w.start) > 0 {
			t.Errorf("it took %v", time.Since(w.start))
		}
	})
}

// How long a probe may take says nothing of when it ends: whoever finds a candidate being probed
// waits for the outcome, however little time its stage has.
func TestStage_AProbeIsWaitedForInAShortTime(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, chain.Options{})
		w.plan.MaxWait = 0
		w.model("a:one", func(_ int, at time.Duration) error {
			if at < 10*time.Second {
				return fault(failure.Overloaded)
			}
			time.Sleep(5 * time.Second)
			return nil
		})
		w.ask(w.stage()) //nolint:errcheck // it fails, as does the next one
		w.ask(w.stage()) //nolint:errcheck // which opens the breaker
		time.Sleep(time.Minute)
		w.plan.MaxWait = 25 * time.Second
		s := w.stage()
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				if _, err := w.ask(s); err != nil {
					t.Errorf("%v after %v", err, time.Since(w.start))
				}
			})
		}
		all.Wait()
	})
}
