package chain_test

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/llm/chain"
	"github.com/cineforge/cineforge/llm/health"
	"github.com/cineforge/cineforge/resilience/breaker"
)

func TestStage_FirstChoiceAnswers(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, chain.Options{})
		w.model("a:one", fine)
		w.model("b:two", fine)
		w.must(w.stage(), "one")
		if got := w.eventNames(); !slices.Equal(got, []string{"AttemptStarted", "AttemptFinished"}) {
			t.Errorf("told %v", got)
		}
		d := last[chain.AttemptStarted](w).Decision
		if d.Why != "the first choice" || d.Round != 1 || d.Attempts != 4 || len(d.Others) != 1 ||
			d.Others[0].Reason != chain.Behind || d.Others[0].Breaker != breaker.Closed {
			t.Errorf("decision %+v", d)
		}
	})
}

func TestStage_OneOffFaultIsTriedAgain(t *testing.T) {
	for _, class := range []failure.Class{failure.ServerError, failure.Connection, failure.Unknown, failure.BadOutput} {
		bubble(t, func(t *testing.T) {
			w := newWorld(t, chain.Options{})
			w.model("a:one", first(1, fault(class)))
			w.model("b:two", fine)
			w.must(w.stage(), "one")
			if got := w.eventNames(); !slices.Equal(got, []string{"AttemptStarted", "AttemptFailed", "StageRetrying",
				"AttemptStarted", "AttemptFinished"}) {
				t.Errorf("%s: told %v", class, got)
			}
		})
	}
}

func TestStage_LastingFaultIsTriedOnceAgain(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, chain.Options{})
		w.model("a:one", always(fault(failure.Connection)))
		w.model("a:other", fine)
		w.model("b:two", fine)
		w.must(w.stage(), "two")
		w.wantCalls("one@0s", "one@500ms", "two@500ms")
		f := last[chain.StageFallback](w)
		if f.From.Name != "one" || f.Decision.Model != "two" || f.Last.Err.Code != "code_of_connection" {
			t.Errorf("%+v", f)
		}
	})
}

// The incident: an overload goes to the provider's next model, and then the provider is left alone.
func TestStage_OverloadGoesToTheNextModelThenElsewhere(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, chain.Options{})
		w.model("a:one", always(fault(failure.Overloaded)))
		w.model("a:sister", always(fault(failure.Overloaded)))
		w.model("b:two", fine)
		w.model("c:three", fine)
		s := w.stage()
		w.must(s, "two")
		w.wantCalls("one@0s", "sister@0s", "two@0s")
		if got, want := w.eventNames(), []string{"AttemptStarted", "AttemptFailed", "StageRetrying", "StageFallback",
			"AttemptStarted", "AttemptFailed", "open", "StageRetrying", "StageFallback", "AttemptStarted",
			"AttemptFinished"}; !slices.Equal(got, want) {
			t.Errorf("told %v", got)
		}
		w.must(s, "two")
		w.wantCalls("one@0s", "sister@0s", "two@0s", "two@0s")
		d := last[chain.AttemptStarted](w).Decision
		if len(d.Others) != 3 || d.Others[0].Reason != health.BreakerOpen ||
			d.Others[0].ProviderBreaker != breaker.Open || d.Others[0].Until.IsZero() ||
			d.Others[1].Reason != health.BreakerOpen || d.Others[2].Reason != chain.Behind {
			t.Errorf("others %+v", d.Others)
		}
	})
}

func TestStage_SilentRouteIsNotTriedAgainInTheRound(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, chain.Options{})
		w.model("a:one", always(hang(12*time.Second)))
		w.model("a:sister", fine)
		w.model("b:two", fine)
		w.must(w.stage(), "sister")
		w.wantCalls("one@0s", "sister@12s")
	})
}

func TestStage_EachProviderGetsATry(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, chain.Options{})
		w.plan.MaxAttempts = 3
		w.model("a:one", always(fault(failure.ServerError)))
		w.model("a:sister", always(fault(failure.ServerError)))
		w.model("b:two", always(fault(failure.Overloaded)))
		w.model("c:three", fine)
		w.must(w.stage(), "three")
		w.wantCalls("one@0s", "two@0s", "three@0s")
	})
}

func TestStage_ShortRoundsGoOnAfterTheLast(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, chain.Options{})
		w.plan.MaxAttempts = 1
		w.model("a:one", always(fault(failure.Overloaded)))
		w.model("b:two", always(fault(failure.Overloaded)))
		w.model("c:three", fine)
		w.must(w.stage(), "three")
		w.wantCalls("one@0s", "two@0s", "three@0s")
		if got := w.eventNames(); !slices.Equal(got[:5], []string{"AttemptStarted", "AttemptFailed", "StageRetrying",
			"StageFallback", "AttemptStarted"}) {
			t.Errorf("told %v, want no wait where there is none", got)
		}
	})
}

func TestStage_StatedTimesAreWaitedOut(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, chain.Options{})
		w.model("a:one", first(1, hinted(failure.RateLimited, 2*time.Second)))
		w.model("b:two", fine)
		w.must(w.stage(), "one")
		w.wantCalls("one@0s", "one@2s")
	})
	bubble(t, func(t *testing.T) { // too long to wait out: elsewhere at once, and others don't come before either
		w := newWorld(t, chain.Options{})
		w.model("a:one", first(1, hinted(failure.RateLimited, 20*time.Second)))
		w.model("b:two", fine)
		s := w.stage()
		w.must(s, "two")
		time.Sleep(10 * time.Second)
		w.must(s, "two")
		time.Sleep(10 * time.Second)
		w.must(s, "one")
		w.wantCalls("one@0s", "two@0s", "two@10s", "one@20s")
	})
	bubble(t, func(t *testing.T) { // only the request that got the hint waits it out, as long as others can be asked
		w := newWorld(t, chain.Options{})
		w.model("a:one", first(1, hinted(failure.RateLimited, 4*time.Second)))
		w.model("b:two", fine)
		s := w.stage()
		var wg sync.WaitGroup
		wg.Go(func() { w.must(s, "one") })
		time.Sleep(time.Second)
		w.must(s, "two")
		wg.Wait()
		w.wantCalls("one@0s", "two@1s", "one@4s")
	})
	bubble(t, func(t *testing.T) { // and all do that have no other candidate
		w := newWorld(t, chain.Options{})
		w.model("a:one", first(1, hinted(failure.RateLimited, 4*time.Second)))
		s := w.stage()
		var wg sync.WaitGroup
		wg.Go(func() { w.must(s, "one") })
		time.Sleep(time.Second)
		w.must(s, "one")
		wg.Wait()
		for _, c := range w.calls[1:] {
			if c.at < 4*time.Second {
				t.Errorf("calls %v", w.called())
			}
		}
	})
	bubble(t, func(t *testing.T) { // refused again and again: the gate stays closed for longer than was said
		w := newWorld(t, chain.Options{})
		w.model("a:one", always(hinted(failure.RateLimited, time.Second)))
		w.model("b:two", fine)
		s := w.stage()
		for range 120 {
			w.must(s, "two")
			time.Sleep(time.Second)
		}
		asked := 0
		for _, c := range w.called() {
			if strings.HasPrefix(c, "one") {
				asked++
			}
		}
		if asked > 10 {
			t.Errorf("asked %d times in two minutes", asked)
		}
	})
}

func TestStage_ADayIsNotWaitedOut(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, chain.Options{})
		w.model("a:one", always(hinted(failure.RateLimited, 24*time.Hour)))
		w.givenUp(w.stage(), chain.TriesSpent, failure.RateLimited)
		if time.Since(w.start) > time.Minute {
			t.Errorf("took %v", time.Since(w.start))
		}
	})
}

// What takes a person is not retried, and no request with the same key tries it again.
func TestStage_RefusalsSetCooldowns(t *testing.T) {
	for _, class := range []failure.Class{failure.Auth, failure.Permission, failure.QuotaExhausted, failure.NotFound} {
		bubble(t, func(t *testing.T) {
			w := newWorld(t, chain.Options{})
			w.model("a:one", always(fault(class)))
			w.model("b:two", fine)
			s := w.stage()
			w.must(s, "two")
			w.must(s, "two")
			w.wantCalls("one@0s", "two@0s", "two@0s")
			if d := last[chain.AttemptStarted](w).Decision; d.Others[0].Reason != health.CoolingDown ||
				!strings.Contains(d.Others[0].Detail, string(class)) {
				t.Errorf("%s: %+v", class, d.Others[0])
			}
			w.plan.Candidates = w.plan.Candidates[:1]
			w.givenUp(w.stage(), chain.Hopeless, class) // also without a try of its own
			if len(w.calls) != 3 {
				t.Errorf("%s: calls %v", class, w.called())
			}
		})
	}
}

func TestStage_KeyWithoutCreditGoesOnAtTheStatedTime(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, chain.Options{})
		w.model("a:one", until(10*time.Minute, hinted(failure.QuotaExhausted, 10*time.Minute)))
		w.must(w.stage(), "one")
		w.wantCalls("one@0s", "one@10m0s")
	})
}

func TestStage_WaitsForItsOnlyProvider(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, chain.Options{})
		w.model("a:one", until(20*time.Minute, fault(failure.Overloaded)))
		w.model("a:sister", until(20*time.Minute, fault(failure.Overloaded)))
		w.must(w.stage(), "one")
		if took := time.Since(w.start); took < 20*time.Minute || took > 20*time.Minute+15*time.Second {
			t.Errorf("answered after %v", took)
		}
		if n := len(w.calls); n > 2+20*4+2 { // one each 15 s
			t.Errorf("%d calls in 20 minutes: %v", n, w.called())
		}
		wait := last[chain.StageWaiting](w)
		if wait.Last.Err.Class != failure.Overloaded || wait.Until.IsZero() || wait.Decision.Others[0].Reason != health.BreakerOpen {
			t.Errorf("%+v", wait)
		}
	})
}

func TestStage_PatienceEnds(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, chain.Options{})
		w.plan.MaxWait = 10 * time.Minute
		w.model("a:one", always(fault(failure.Overloaded)))
		w.model("a:sister", always(fault(failure.Overloaded)))
		g := w.givenUp(w.stage(), chain.WaitSpent, failure.Overloaded)
		if took := time.Since(w.start); took != 10*time.Minute {
			t.Errorf("given up after %v", took)
		}
		if g.Last.Provider != "a" || g.Last.Err.RequestID != "req_1" {
			t.Errorf("%+v", g.Last)
		}
	})
	bubble(t, func(t *testing.T) { // an answer to another question is progress
		w := newWorld(t, chain.Options{})
		w.plan.MaxWait = 10 * time.Minute
		w.model("a:one", until(15*time.Minute, fault(failure.Overloaded)))
		s := w.stage()
		go func() { time.Sleep(8 * time.Minute); s.Progress() }()
		w.must(s, "one")
	})
}

func TestStage_WithoutPatienceTheFirstRoundDecides(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, chain.Options{})
		w.plan.MaxWait = 0
		w.model("a:one", always(fault(failure.Overloaded)))
		w.model("b:two", always(fault(failure.Auth)))
		g := w.givenUp(w.stage(), chain.TriesSpent, failure.Overloaded)
		if g.Last.Model != "one" {
			t.Errorf("%+v", g.Last)
		}
		if slices.Contains(w.eventNames(), "StageWaiting") {
			t.Errorf("told %v", w.eventNames())
		}
	})
}

func TestStage_TimeEnds(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, chain.Options{})
		w.plan.Deadline = time.Now().Add(5 * time.Second)
		w.model("a:one", always(hang(12*time.Second)))
		w.givenUp(w.stage(), chain.TriesSpent, failure.Budget)
		if took := time.Since(w.start); took != 5*time.Second {
			t.Errorf("ended after %v", took)
		}
	})
}
