package chain_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/llm"
	"github.com/cineforge/cineforge/llm/chain"
	"github.com/cineforge/cineforge/llm/health"
	"github.com/cineforge/cineforge/llm/spend"
	"github.com/cineforge/cineforge/resilience/breaker"
)

func TestPlan_BudgetsBoundTheCost(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, chain.Options{})
		budget := spend.NewBudget(0.025, 0)
		w.plan.Budgets = spend.Budgets{budget}
		w.model("a:one", fine)
		s := w.stage()
		for range 2 { // a third one would cost more than is left, if it costs what they did
			w.must(s, "one")
		}
		w.givenUp(s, chain.MoneySpent, failure.Budget)
		if spent, _ := budget.Spent(); spent < 0.0199 || spent > 0.0201 {
			t.Errorf("spent %v", spent)
		}
		if o := last[chain.BudgetExceeded](w); o.Limit != 0.025 || o.Unit != "scene_001" {
			t.Errorf("%+v", o)
		}
	})
	bubble(t, func(t *testing.T) { // a model that is too dear is left out
		w := newWorld(t, chain.Options{})
		w.plan.Budgets = spend.Budgets{spend.NewBudget(0.000001, 0)}
		w.model("a:one", fine).Spec.Price = &llm.Price{Input: 1000}
		w.model("b:two", fine).Spec.Price = &llm.Price{Input: 0.01}
		w.must(w.stage(), "two")
		if d := last[chain.AttemptStarted](w).Decision; d.Others[0].Reason != chain.OverBudget {
			t.Errorf("%+v", d.Others)
		}
	})
}

func TestStage_SmallWindowIsPassedOver(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, chain.Options{})
		w.model("a:one", always(fault(failure.ContextLength))).Spec.Window = 1000
		w.model("a:sister", fine).Spec.Window = 900
		w.model("b:two", fine).Spec.Window = 2
		w.model("c:three", fine).Spec.Window = 2000
		s := w.stage()
		w.must(s, "three")
		w.wantCalls("one@0s", "three@0s")
		d := last[chain.AttemptStarted](w).Decision
		if d.Others[1].Reason != chain.Refused || d.Others[2].Reason != chain.SmallWindow {
			t.Errorf("%+v", d.Others)
		}
		w.must(s, "three") // no provider's health has suffered, so that another request begins at the first again
		w.wantCalls("one@0s", "three@0s", "one@0s", "three@0s")
	})
	bubble(t, func(t *testing.T) {
		w := newWorld(t, chain.Options{})
		w.model("a:one", fine).Spec.Window = 2
		g := w.givenUp(w.stage(), chain.Hopeless, failure.ContextLength)
		if !strings.Contains(g.Error(), "scene_001") || !strings.Contains(g.Error(), "window in the chain is 2") {
			t.Errorf("%v", g)
		}
	})
}

func TestStage_RefusedRequestsGoElsewhere(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, chain.Options{})
		w.model("a:one", always(fault(failure.ContentPolicy)))
		w.model("b:two", fine)
		w.must(w.stage(), "two")
		w.wantCalls("one@0s", "two@0s")
	})
	bubble(t, func(t *testing.T) { // the form is refused: no model of the provider takes it
		w := newWorld(t, chain.Options{})
		w.model("a:one", always(fault(failure.InvalidRequest)))
		w.model("a:sister", fine)
		w.model("b:two", fine)
		w.must(w.stage(), "two")
		w.wantCalls("one@0s", "two@0s")
	})
	bubble(t, func(t *testing.T) { // it does not end the question while another can recover
		w := newWorld(t, chain.Options{})
		w.model("a:one", always(fault(failure.InvalidRequest)))
		w.model("b:two", until(time.Minute, fault(failure.Overloaded)))
		w.must(w.stage(), "two")
	})
	bubble(t, func(t *testing.T) { // what is known to be refused is left out, then and later
		w := newWorld(t, chain.Options{})
		refused := fault(failure.InvalidRequest)
		refused.Parameter = "response_format"
		w.model("a:one", first(1, refused))
		s := w.stage()
		w.must(s, "one")
		w.must(s, "one")
		for i, want := range []bool{false, true, true} {
			if w.calls[i].req.SchemaInWords != want {
				t.Errorf("call %d: in words %v", i+1, !want)
			}
		}
	})
}

func TestStage_UnusableAnswersAreAskedForAgain(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, chain.Options{})
		bad := fault(failure.BadOutput)
		bad.Message = "a: the answer does not fit its schema: at '/tone': want string"
		w.model("a:one", always(bad))
		w.model("b:two", fine)
		w.must(w.stage(), "two")
		w.wantCalls("one@0s", "one@0s", "two@0s")
		if p := w.calls[1].req.Prompt; !strings.Contains(p, "what happens?") || !strings.Contains(p, "at '/tone': want string") {
			t.Errorf("the second prompt is %q", p)
		}
		if p := w.calls[2].req.Prompt; p != "what happens?" {
			t.Errorf("the third prompt is %q", p)
		}
	})
	bubble(t, func(t *testing.T) { // it was cut short: more room
		w := newWorld(t, chain.Options{})
		short := fault(failure.BadOutput)
		short.Code = "max_tokens"
		w.model("a:one", first(1, short)).Spec.MaxOutput = 1500
		_, err := w.stage().Generate(t.Context(), llm.Request{Unit: "u", MaxOutputTokens: 1000})
		if err != nil || w.calls[1].req.MaxOutputTokens != 1500 || w.calls[1].req.Prompt != "" {
			t.Errorf("%v: %+v", err, w.calls)
		}
	})
	bubble(t, func(t *testing.T) { // when no answers can be used it is not waited for
		w := newWorld(t, chain.Options{})
		w.model("a:one", always(fault(failure.BadOutput)))
		w.model("b:two", always(fault(failure.BadOutput)))
		w.givenUp(w.stage(), chain.TriesSpent, failure.BadOutput)
		if len(w.calls) != 3 && len(w.calls) != 4 {
			t.Errorf("calls %v", w.called())
		}
	})
}

func TestStage_SecondOpinionBeginsAtTheSecond(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, chain.Options{})
		w.model("a:one", fine)
		w.model("b:two", always(fault(failure.Auth)))
		resp, err := w.stage().Generate(t.Context(), llm.Request{Role: llm.Escalate, Unit: "u"})
		if err != nil || resp.Model != "one" {
			t.Fatalf("%s, %v", resp.Model, err)
		}
		w.wantCalls("two@0s", "one@0s")
	})
}

func TestGivenUp_NamesTheFailureThatSaysMost(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, chain.Options{})
		w.plan.MaxWait = time.Minute
		w.model("a:one", always(fault(failure.Overloaded)))
		w.model("b:two", always(fault(failure.Auth)))
		w.model("c:three", always(fault(failure.NotFound)))
		w.givenUp(w.stage(), chain.WaitSpent, failure.Overloaded)
	})
	bubble(t, func(t *testing.T) {
		w := newWorld(t, chain.Options{})
		w.model("a:one", always(fault(failure.Permission)))
		w.model("b:two", always(fault(failure.Auth)))
		w.givenUp(w.stage(), chain.Hopeless, failure.Permission) // the first that was tried
	})
	bubble(t, func(t *testing.T) {
		w := newWorld(t, chain.Options{})
		w.model("a:one", func(nth int, _ time.Duration) error {
			if nth == 1 {
				return fault(failure.Overloaded)
			}
			return fault(failure.Auth) // which only a person can mend
		})
		g := w.givenUp(w.stage(), chain.Hopeless, failure.Overloaded) // what could have passed is told,
		if want := fault(failure.Auth).Error(); g.Need != want {
			t.Errorf("needed is %q, want %q", g.Need, want) // and what has to be mended
		}
	})
	bubble(t, func(t *testing.T) {
		w := newWorld(t, chain.Options{})
		w.model("a:one", always(hinted(failure.Overloaded, 30*time.Second)))
		s := w.stage()
		w.plan.Candidates = nil
		w.model("a:two", always(fault(failure.Auth)))
		other := w.stage()
		time.AfterFunc(10*time.Second, func() { w.givenUp(other, chain.Hopeless, failure.Auth) })
		g := w.givenUp(s, chain.Hopeless, failure.Overloaded)
		if v := g.Decision.Others[0]; v.Reason != health.CoolingDown || !strings.HasPrefix(v.Detail,
			string(failure.Auth)) || g.Decision.At.Before(w.start.Add(10*time.Second)) {
			t.Errorf("the decision is of how it was before: %+v", g.Decision)
		}
	})
}

func TestStage_StopsWithItsContext(t *testing.T) {
	for name, do := range map[string]does{
		"in a call":      always(hang(time.Hour)),
		"in a backoff":   always(hinted(failure.ServerError, 5*time.Second)),
		"in a wait":      always(fault(failure.Overloaded)),
		"behind a limit": always(hang(time.Hour)),
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				w := newWorld(t, chain.Options{})
				w.model("a:one", do)
				w.model("a:sister", do)
				s := w.stage()
				n := 1
				if name == "behind a limit" {
					n = 100
				}
				ctx, cancel := context.WithCancel(t.Context())
				ends := make(chan error, n)
				for range n {
					go func() {
						_, err := s.Generate(ctx, llm.Request{Unit: "u"})
						ends <- err
					}()
				}
				time.Sleep(3 * time.Second)
				cancel()
				at := time.Now()
				for range n {
					if err := <-ends; failure.ClassOf(err) != failure.Canceled || !errors.Is(err, context.Canceled) {
						t.Fatalf("%v", err)
					}
				}
				if took := time.Since(at); took > 0 {
					t.Errorf("stopped after %v", took)
				}
				for _, st := range w.router.Health().Status() {
					if st.Breaker.State != breaker.Closed && name == "in a call" {
						t.Errorf("stopping counts as a failure: %+v", st)
					}
				}
			})
		})
	}
}

func TestStage_TryNowEndsTheWait(t *testing.T) {
	for name, f := range map[string]*failure.Error{"breaker": fault(failure.Overloaded), "gate": hinted(failure.RateLimited, time.Hour)} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				w := newWorld(t, chain.Options{})
				w.model("a:one", until(3*time.Second, f))
				w.model("a:sister", until(3*time.Second, f))
				s := w.stage()
				go func() { time.Sleep(4 * time.Second); s.TryNow() }()
				w.must(s, "one")
				if took := time.Since(w.start); took != 4*time.Second {
					t.Errorf("answered after %v", took)
				}
			})
		})
	}
}

func TestRouter_HeldProvidersAreLeftAlone(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, chain.Options{})
		w.model("a:one", fine)
		w.model("b:two", fine)
		s := w.stage()
		if err := w.router.Health().SetHold(t.Context(), "a", health.Hold{Reason: "they asked us to",
			Until: time.Now().Add(time.Hour)}); err != nil {
			t.Fatal(err)
		}
		w.must(s, "two")
		if d := last[chain.AttemptStarted](w).Decision; d.Others[0].Reason != health.Held ||
			!strings.Contains(d.Others[0].Detail, "they asked us to") {
			t.Errorf("%+v", d.Others)
		}
		if _, err := w.router.Health().Release(t.Context(), health.Target{Endpoint: "a"}, "they are through"); err != nil {
			t.Fatal(err)
		}
		w.must(s, "one")
	})
	bubble(t, func(t *testing.T) { // alone: it waits until the hold ends
		w := newWorld(t, chain.Options{})
		w.model("a:one", fine)
		if err := w.router.Health().SetHold(t.Context(), "a", health.Hold{Reason: "a test", Until: time.Now().Add(time.Hour)}); err != nil {
			t.Fatal(err)
		}
		w.must(w.stage(), "one")
		w.wantCalls("one@1h0m0s")
	})
}

// S15: an outage of a minute, one request every four seconds.
func TestRouter_OutageIsSpared(t *testing.T) {
	for _, class := range []failure.Class{failure.Overloaded, failure.ServerError, failure.Connection, failure.Timeout} {
		t.Run(string(class), func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				w := newWorld(t, chain.Options{Health: health.Options{Random: func() float64 { return 0.5 }}})
				w.model("a:one", until(time.Minute, fault(class)))
				w.model("a:sister", until(time.Minute, fault(class)))
				w.model("b:two", fine)
				s := w.stage()
				back := time.Duration(0)
				for range 25 {
					resp, err := w.ask(s)
					if err != nil {
						t.Fatal(err)
					}
					if resp.Model == "one" && back == 0 {
						back = time.Since(w.start)
					}
					time.Sleep(4 * time.Second)
				}
				into := 0
				for _, c := range w.calls {
					if c.model != "two" && c.at < time.Minute {
						into++
					}
				}
				if into > 6 || back > 75*time.Second {
					t.Errorf("%d calls into the outage, back after %v; %v", into, back, w.called())
				}
			})
		})
	}
}

func TestObserver_ErrorEndsTheRequest(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, chain.Options{})
		w.model("a:one", fine)
		broken := errors.New("the store failed")
		s := w.router.NewStage(w.plan, observerFunc(func() error { return broken }))
		if _, err := w.ask(s); !errors.Is(err, broken) || len(w.calls) != 0 {
			t.Errorf("%v, calls %v", err, w.called())
		}
	})
}

type observerFunc func() error

func (f observerFunc) Observe(context.Context, ...chain.Event) error { return f() }
