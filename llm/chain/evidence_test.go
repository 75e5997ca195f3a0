package chain_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/llm"
	"github.com/cineforge/cineforge/llm/chain"
	"github.com/cineforge/cineforge/resilience/breaker"
)

// reached is a failure at a point of a call.
func reached(c failure.Class, r failure.Reach) *failure.Error {
	f := fault(c)
	f.Reach = r
	return f
}

// counted counts the calls of a model, up to a time.
func (w *world) counted(model string, to time.Duration) (n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range w.calls {
		if c.model == model && c.at <= to {
			n++
		}
	}
	return n
}

// otherModel is a failure that another model of the provider may not have.
func otherModel(c failure.Class) *failure.Error {
	f := fault(c)
	f.Effect.OtherModel = true
	return f
}

// units asks about units at a time, each by its name, and returns when each was answered
// and by which model.
func (w *world) units(s *chain.Stage, n int) map[string]llm.Response {
	w.t.Helper()
	var mu sync.Mutex
	answers := map[string]llm.Response{}
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			unit := fmt.Sprint("scene_", i)
			resp, err := s.Generate(w.t.Context(), llm.Request{Role: llm.Work, Unit: unit, Prompt: "what happens?"})
			if err != nil {
				w.t.Errorf("%s: %v", unit, err)
			}
			mu.Lock()
			defer mu.Unlock()
			answers[unit] = resp
		})
	}
	wg.Wait()
	return answers
}

// failures are the ways in which one model of a provider can fail while its sister is well,
// with how long such a call takes.
var failures = map[string]struct {
	err   error
	long  time.Duration
	again bool // it is often gone at the next try, and each question tries again
	each  bool // it says nothing of the next question
}{
	"overloaded":     {err: fault(failure.Overloaded), long: 300 * time.Millisecond},
	"told to wait":   {err: hinted(failure.Overloaded, 10*time.Minute), long: 300 * time.Millisecond},
	"limited":        {err: hinted(failure.RateLimited, time.Hour), long: 300 * time.Millisecond},
	"server error":   {err: reached(failure.ServerError, failure.Answering), long: 300 * time.Millisecond, again: true},
	"silent":         {err: reached(failure.Timeout, failure.Sent), long: 12 * time.Second},
	"stalls":         {err: reached(failure.Timeout, failure.Answering), long: 40 * time.Second},
	"cuts":           {err: reached(failure.Connection, failure.Answering), long: 5 * time.Second},
	"resets":         {err: reached(failure.Connection, failure.Sent), long: 300 * time.Millisecond, again: true},
	"nobody knows":   {err: fault(failure.Unknown), long: 300 * time.Millisecond, again: true},
	"no such model":  {err: fault(failure.NotFound), long: 300 * time.Millisecond},
	"garbage":        {err: reached(failure.BadOutput, failure.Answering), long: time.Second, each: true},
	"too long":       {err: fault(failure.ContextLength), long: 300 * time.Millisecond, each: true},
	"not about that": {err: fault(failure.ContentPolicy), long: 300 * time.Millisecond, each: true},
	"invalid":        {err: fault(failure.InvalidRequest), long: 300 * time.Millisecond, each: true},
	"not its model":  {err: otherModel(failure.Permission), long: 300 * time.Millisecond},
}

// A model that is well is asked though another model of its provider fails, in whatever way
// and however many ask at a time: soon, and with few calls to the one that fails.
func TestRouter_AHealthyModelIsAsked(t *testing.T) {
	for name, f := range failures {
		for _, units := range []int{1, 4, 8} {
			for _, others := range []int{0, 1} {
				t.Run(fmt.Sprint(name, " ", units, " ", others), func(t *testing.T) {
					bubble(t, func(t *testing.T) {
						w := newWorld(t, chain.Options{})
						w.model("a:one", takes(f.long, always(f.err)))
						w.model("a:sister", takes(time.Second, fine))
						if others == 1 {
							w.model("b:two", takes(time.Second, fine))
						}
						for range 5 { // waves of units
							w.units(w.stage(), units)
						}
						took := time.Since(w.start)
						if n := w.counted("sister", took); n == 0 && !(name == "invalid" && others == 1) { // a form is refused by all of a provider's
							t.Errorf("the sister was never asked; calls %v", w.called())
						}
						first, allowed := w.counted("one", 75*time.Second), 2+units
						if f.again {
							allowed = 5 + 2*units
						}
						if first > allowed && !f.each {
							t.Errorf("the first one was asked %d times in 75 s, want at most %d; calls %v", first, allowed, w.called())
						}
						if most := 2*f.long + 20*time.Second; took > most {
							t.Errorf("five waves took %v, want at most %v; calls %v", took, most, w.called())
						}
					})
				})
			}
		}
	}
}

// One question finds out whether the next model is well; the others go to the next
// provider meanwhile, or wait for the outcome, and then ask that model too.
func TestRouter_OneRequestTriesTheNextModel(t *testing.T) {
	for _, others := range []bool{false, true} {
		bubble(t, func(t *testing.T) {
			w := newWorld(t, chain.Options{})
			w.plan.MaxWait = 0 // that is no waiting for another round
			w.model("a:one", takes(time.Second, always(fault(failure.Overloaded))))
			w.model("a:sister", takes(3*time.Second, fine))
			if others {
				w.model("b:two", takes(time.Second, fine))
			}
			w.units(w.stage(), 4)
			if n := w.counted("sister", 3*time.Second); n != 1 {
				t.Errorf("%d asked the sister at once; calls %v", n, w.called())
			}
			elsewhere := w.counted("two", time.Minute)
			if all := w.counted("sister", time.Minute) + elsewhere; all != 4 || others && elsewhere != 3 {
				t.Errorf("calls %v", w.called())
			}
			if !others && w.counted("one", time.Minute) != 4 {
				t.Errorf("who waits for an outcome asks nobody else meanwhile; calls %v", w.called())
			}
		})
	}
}

// What two models did with an answer of a third one in between speaks against no provider.
func TestRouter_AnAnswerInBetweenClearsTheEvidence(t *testing.T) {
	for between, want := range map[bool]breaker.State{true: breaker.Closed, false: breaker.Open} {
		bubble(t, func(t *testing.T) {
			w := newWorld(t, chain.Options{})
			w.plan.MaxAttempts, w.plan.MaxWait = 1, 0
			w.model("a:one", always(fault(failure.Timeout)))
			w.model("a:two", always(reached(failure.Connection, failure.Sent)))
			w.model("a:three", fine)
			all := w.plan.Candidates
			ask := func(i int) {
				w.plan.Candidates = append(all[i:i+1:i+1], llm.Candidate{Provider: "a", Name: "never", Credential: "OTHER",
					Model: llm.ModelFunc(func(context.Context, llm.Request) (llm.Response, error) { return llm.Response{}, fault(failure.Input) })})
				w.ask(w.stage()) //nolint:errcheck // it may fail
			}
			ask(0)
			if between {
				ask(2)
			}
			ask(1)
			if got := w.router.Health().Status()[0].Breaker.State; got != want {
				t.Errorf("with an answer in between (%v) the provider's breaker is %s, calls %v", between, got, w.called())
			}
		})
	}
}

// Only a connection that can't be made speaks against the provider at once.
func TestRouter_EvidenceCountsWhereItWasSeen(t *testing.T) {
	for name, test := range map[string]struct {
		err  error
		want breaker.State
	}{
		"no connection":     {reached(failure.Connection, failure.Unreached), breaker.Open},
		"no connection: 2":  {reached(failure.Timeout, failure.Unreached), breaker.Open},
		"a reset":           {reached(failure.Connection, failure.Sent), breaker.Closed},
		"silence":           {reached(failure.Timeout, failure.Sent), breaker.Closed},
		"a broken answer":   {reached(failure.Connection, failure.Answering), breaker.Closed},
		"an overload":       {reached(failure.Overloaded, failure.Answering), breaker.Closed},
		"an error of its":   {reached(failure.ServerError, failure.Answering), breaker.Closed},
		"an error of none":  {reached(failure.Unknown, failure.Answering), breaker.Closed},
		"a refused request": {reached(failure.InvalidRequest, failure.Answering), breaker.Closed},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				w := newWorld(t, chain.Options{})
				w.plan.MaxAttempts, w.plan.MaxWait = 1, 0
				w.model("a:one", always(test.err))
				w.model("a:sister", fine)
				for range 4 {
					w.ask(w.stage()) //nolint:errcheck // it may fail
				}
				if got := w.router.Health().Status()[0]; got.Breaker.State != test.want {
					t.Errorf("the provider's breaker is %s (%s), calls %v", got.Breaker.State, got.Breaker.Evidence, w.called())
				}
			})
		})
	}
}

// Where two models of a provider fail and it is left alone, a third one is still asked if
// there is no other one: nothing waits while a model that has not failed is unasked.
func TestRouter_TheThirdModelIsAskedOfAProviderLeftAlone(t *testing.T) {
	for _, err := range []error{fault(failure.Overloaded), reached(failure.Timeout, failure.Sent),
		reached(failure.ServerError, failure.Answering)} {
		bubble(t, func(t *testing.T) {
			w := newWorld(t, chain.Options{})
			w.model("a:one", always(err))
			w.model("a:two", always(err))
			w.model("a:three", fine)
			s := w.stage()
			w.units(s, 4)
			time.Sleep(5 * time.Second)
			w.units(s, 4)
			if took := time.Since(w.start); took > 15*time.Second || w.counted("three", took) < 4 {
				t.Errorf("%v: took %v, calls %v", err, took, w.called())
			}
		})
	}
}

// Each candidate that may be asked is, before one is asked again, however short the rounds
// are; and the next ones begin behind the last one that was asked.
func TestRouter_EachIsAskedBeforeOneIsAskedAgain(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, numb())
		w.plan.MaxAttempts = 2
		for _, name := range []string{"a:one", "b:two", "c:three", "d:four", "e:five"} {
			w.model(name, until(20*time.Second, reached(failure.Timeout, failure.Sent)))
		}
		w.ask(w.stage()) //nolint:errcheck // it is answered after a while
		w.wantCalls("one@0s", "two@0s", "three@0s", "four@0s", "five@0s", "one@8s", "two@8s", "three@8s", "four@8s", "five@8s", "one@20s")
	})
}

// Each model of a provider that is left alone takes its turn at showing whether it is well.
func TestRouter_ProbesTakeTurns(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, chain.Options{})
		down := always(reached(failure.ServerError, failure.Answering))
		w.model("a:one", down)
		w.model("a:two", down)
		w.model("b:other", takes(time.Second, fine))
		s := w.stage()
		for range 60 {
			w.must(s, "other")
			time.Sleep(3 * time.Second)
		}
		one, two := w.counted("one", time.Hour), w.counted("two", time.Hour)
		if min(one, two) < max(one, two)/2 {
			t.Errorf("one was asked %d times, the other %d: %v", one, two, w.called())
		}
	})
}

// A provider is in use again at most 15 s after it is well.
func TestRouter_HealthyProviderIsAskedWithin15Seconds(t *testing.T) {
	for _, down := range []time.Duration{20 * time.Second, 47 * time.Second, 5 * time.Minute, 29 * time.Minute} {
		for _, others := range []bool{false, true} {
			bubble(t, func(t *testing.T) {
				w := newWorld(t, chain.Options{})
				w.model("a:one", until(down, reached(failure.ServerError, failure.Answering)))
				if others {
					w.model("b:two", takes(time.Second, fine))
				}
				s := w.stage()
				for time.Since(w.start) < down+time.Minute {
					if resp, err := w.ask(s); err != nil {
						t.Fatal(err)
					} else if at := time.Since(w.start); resp.Model == "one" {
						if at > down+15*time.Second {
							t.Errorf("well after %v, used after %v", down, at)
						}
						return
					}
					time.Sleep(500 * time.Millisecond)
				}
				t.Errorf("well after %v, and not used; calls %v", down, w.called())
			})
		}
	}
}

// A question that is given up while it finds out whether a model is well leaves that to
// the next one.
func TestRouter_ATrialThatIsGivenUpIsPassedOn(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, chain.Options{})
		w.plan.MaxWait = 0
		w.model("a:one", always(fault(failure.Overloaded)))
		w.model("a:sister", func(n int, _ time.Duration) error {
			if n == 1 {
				return hang(time.Hour)
			}
			return nil
		})
		s := w.stage()
		first, giveUp := context.WithTimeout(t.Context(), 2*time.Second)
		defer giveUp()
		second, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		go s.Generate(first, llm.Request{Unit: "first", Prompt: "?"}) //nolint:errcheck // it is given up
		time.Sleep(time.Second)
		if _, err := s.Generate(second, llm.Request{Unit: "second", Prompt: "?"}); err != nil {
			t.Error(err)
		}
		w.wantCalls("one@0s", "sister@0s", "one@1s", "sister@2s")
	})
}

// Two failures with ten minutes in between are two models', and not the provider's.
func TestRouter_OldEvidenceIsForgotten(t *testing.T) {
	for pause, want := range map[time.Duration]breaker.State{9 * time.Minute: breaker.Open, 11 * time.Minute: breaker.Closed} {
		bubble(t, func(t *testing.T) {
			w := newWorld(t, chain.Options{})
			w.plan.MaxAttempts, w.plan.MaxWait = 1, 0
			w.model("a:one", always(fault(failure.Overloaded)))
			w.model("a:two", always(fault(failure.Overloaded)))
			one, two := w.plan.Candidates[:1], w.plan.Candidates[1:]
			never := llm.Candidate{Provider: "a", Name: "never", Credential: "OTHER", Model: llm.ModelFunc(
				func(context.Context, llm.Request) (llm.Response, error) { return llm.Response{}, fault(failure.Input) })}
			w.plan.Candidates = []llm.Candidate{one[0], never}
			w.ask(w.stage()) //nolint:errcheck // it fails
			time.Sleep(pause)
			w.plan.Candidates = []llm.Candidate{two[0], never}
			w.ask(w.stage()) //nolint:errcheck // it fails
			if got := w.router.Health().Status()[0].Breaker.State; got != want {
				t.Errorf("with %v in between the provider's breaker is %s", pause, got)
			}
		})
	}
}

// One question that fails in several rounds opens a breaker, so that it waits for what may
// be out; what is shown says that it was one.
func TestRouter_EvidenceCountsRequests(t *testing.T) {
	for asked, want := range map[int]string{
		1: "m: overloaded (code_of_overloaded), 2 failures in a row of one request within ",
		2: "m: overloaded (code_of_overloaded), 2 failures in a row of different requests within ",
	} {
		bubble(t, func(t *testing.T) {
			w := newWorld(t, chain.Options{})
			w.model("a:m", until(20*time.Second, fault(failure.Overloaded)))
			w.units(w.stage(), asked)
			for _, e := range w.events {
				if turn, ok := e.(chain.BreakerTransition); ok && turn.To == breaker.Open {
					if !strings.HasPrefix(turn.Evidence, want) {
						t.Errorf("%d questions: %q, want %q", asked, turn.Evidence, want)
					}
					return
				}
			}
			t.Errorf("%d questions: no breaker opened; calls %v", asked, w.called())
		})
	}
}
