package chain_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/llm"
	"github.com/cineforge/cineforge/llm/chain"
	"github.com/cineforge/cineforge/llm/health"
	"github.com/cineforge/cineforge/llm/spend"
	"github.com/cineforge/cineforge/resilience/backoff"
	"github.com/cineforge/cineforge/resilience/breaker"
)

// world is models that do what a test says, and what was seen of them.
type world struct {
	t      *testing.T
	router *chain.Router
	plan   chain.Plan

	mu     sync.Mutex
	calls  []call
	events []chain.Event
	start  time.Time
}

type call struct {
	model string
	at    time.Duration
	req   llm.Request
}

// does says how a model's n-th call ends, n from 1, after the time it takes.
type does func(n int, at time.Duration) error

func newWorld(t *testing.T, o chain.Options) *world {
	t.Helper()
	if o.Health.Random == nil {
		o.Health.Random = func() float64 { return 0 }
	}
	return &world{t: t, router: chain.New(o), start: time.Now(), plan: chain.Plan{
		Owner: "run", MaxAttempts: 4, MaxWait: 6 * time.Hour, Backoff: backoff.Policy{Base: 500 * time.Millisecond, Ratio: 0.25},
	}}
}

// model adds a candidate, named provider:model, to the chain.
func (w *world) model(name string, do does) *llm.Candidate {
	provider, model, _ := strings.Cut(name, ":")
	n := 0
	answer := func(ctx context.Context, req llm.Request) (llm.Response, error) {
		w.mu.Lock()
		n++
		at := time.Since(w.start)
		w.calls = append(w.calls, call{model, at, req})
		nth := n
		w.mu.Unlock()
		resp := llm.Response{Provider: provider, Model: model, Source: llm.AI, JSON: json.RawMessage(`{}`), FirstEvent: time.Millisecond,
			Usage: llm.Usage{InputTokens: 100, OutputTokens: 10, CostUSD: new(0.01)}}
		err := do(nth, at)
		if h, ok := errors.AsType[hang](err); ok {
			select {
			case <-time.After(time.Duration(h)):
				err = fault(failure.Timeout)
			case <-ctx.Done():
				err = ctx.Err()
			}
		}
		if err != nil {
			return llm.Response{}, err
		}
		return resp, nil
	}
	w.plan.Candidates = append(w.plan.Candidates, llm.Candidate{Provider: provider, Name: model, Model: llm.ModelFunc(answer), Credential: "KEY"})
	return &w.plan.Candidates[len(w.plan.Candidates)-1]
}

// hang is a call that ends by the time limit on silence.
type hang time.Duration

func (hang) Error() string { return "hang" }

// Observe implements chain.Observer.
func (w *world) Observe(_ context.Context, events ...chain.Event) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, e := range events {
		if _, under := e.(chain.AttemptProgress); !under { // which tests of their own look at
			w.events = append(w.events, e)
		}
	}
	return nil
}

func (w *world) stage() *chain.Stage { return w.router.NewStage(w.plan, w) }

func (w *world) ask(s *chain.Stage) (llm.Response, error) {
	return s.Generate(w.t.Context(), llm.Request{Role: llm.Work, Unit: "scene_001", Prompt: "what happens?"})
}

// must asks and wants an answer of a model.
func (w *world) must(s *chain.Stage, model string) {
	w.t.Helper()
	resp, err := w.ask(s)
	if err != nil || resp.Model != model {
		w.t.Fatalf("answered by %q: %v; want %s; calls %v", resp.Model, err, model, w.called())
	}
}

// givenUp asks and wants no answer, for a reason.
func (w *world) givenUp(s *chain.Stage, end chain.End, class failure.Class) *chain.GivenUp {
	w.t.Helper()
	_, err := w.ask(s)
	g, ok := errors.AsType[*chain.GivenUp](err)
	if !ok || g.End != end || g.Last.Err.Class != class {
		w.t.Fatalf("%T %v (%+v), want %s by %s; calls %v", err, err, g, end, class, w.called())
	}
	return g
}

// called lists the calls as "model@seconds".
func (w *world) called() (names []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range w.calls {
		names = append(names, fmt.Sprintf("%s@%v", c.model, c.at.Round(100*time.Millisecond)))
	}
	return names
}

func (w *world) wantCalls(want ...string) {
	w.t.Helper()
	if got := w.called(); !slices.Equal(got, want) {
		w.t.Fatalf("calls %v\n want %v", got, want)
	}
}

// eventNames lists the events by the names of their types; a transition by its new state.
func (w *world) eventNames() (names []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, e := range w.events {
		name := strings.TrimPrefix(fmt.Sprintf("%T", e), "chain.")
		if t, ok := e.(chain.BreakerTransition); ok {
			name = string(t.To)
		}
		names = append(names, name)
	}
	return names
}

// last returns the last event of a kind.
func last[E chain.Event](w *world) (found E) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, e := range w.events {
		if e, ok := e.(E); ok {
			found = e
		}
	}
	return found
}

func fault(c failure.Class) *failure.Error {
	return &failure.Error{Class: c, Message: "it is " + string(c), Code: "code_of_" + string(c), RequestID: "req_1", Effect: failure.EffectOf(c)}
}

func hinted(c failure.Class, wait time.Duration) *failure.Error {
	f := fault(c)
	f.RetryAfter = &wait
	return f
}

func fine(int, time.Duration) error { return nil }

func always(err error) does { return func(int, time.Duration) error { return err } }

// first fails the first calls.
func first(n int, err error) does {
	return func(nth int, _ time.Duration) error {
		if nth <= n {
			return err
		}
		return nil
	}
}

// until fails until a time.
func until(d time.Duration, err error) does {
	return func(_ int, at time.Duration) error {
		if at < d {
			return err
		}
		return nil
	}
}

func bubble(t *testing.T, f func(t *testing.T)) { t.Helper(); synctest.Test(t, f) }

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
		if d.Why != "the first choice" || d.Round != 1 || d.Attempts != 4 || len(d.Others) != 1 || d.Others[0].Reason != chain.Behind || d.Others[0].Breaker != breaker.Closed {
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
			if got := w.eventNames(); !slices.Equal(got, []string{"AttemptStarted", "AttemptFailed", "StageRetrying", "AttemptStarted", "AttemptFinished"}) {
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
		if got, want := w.eventNames(), []string{"AttemptStarted", "AttemptFailed", "StageRetrying", "StageFallback", "AttemptStarted", "AttemptFailed", "open", "StageRetrying", "StageFallback", "AttemptStarted", "AttemptFinished"}; !slices.Equal(got, want) {
			t.Errorf("told %v", got)
		}
		w.must(s, "two")
		w.wantCalls("one@0s", "sister@0s", "two@0s", "two@0s")
		d := last[chain.AttemptStarted](w).Decision
		if len(d.Others) != 3 || d.Others[0].Reason != health.BreakerOpen || d.Others[0].ProviderBreaker != breaker.Open || d.Others[0].Until.IsZero() ||
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
		if got := w.eventNames(); !slices.Equal(got[:5], []string{"AttemptStarted", "AttemptFailed", "StageRetrying", "StageFallback", "AttemptStarted"}) {
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
	bubble(t, func(t *testing.T) { // only who was told waits it out, as long as others can be asked
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
	bubble(t, func(t *testing.T) { // and all do who have nobody else
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

// What takes a person is not retried, and nobody with the same key tries it again.
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
			if d := last[chain.AttemptStarted](w).Decision; d.Others[0].Reason != health.CoolingDown || !strings.Contains(d.Others[0].Detail, string(class)) {
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
	bubble(t, func(t *testing.T) { // who is too dear is left out
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
		w.must(s, "three") // nobody's health has suffered, so that another question begins at the first again
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
	bubble(t, func(t *testing.T) { // when nobody's answers can be used it is not waited for
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
		if v := g.Decision.Others[0]; v.Reason != health.CoolingDown || !strings.HasPrefix(v.Detail, string(failure.Auth)) || g.Decision.At.Before(w.start.Add(10*time.Second)) {
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
		if err := w.router.Health().SetHold(t.Context(), "a", health.Hold{Reason: "they asked us to", Until: time.Now().Add(time.Hour)}); err != nil {
			t.Fatal(err)
		}
		w.must(s, "two")
		if d := last[chain.AttemptStarted](w).Decision; d.Others[0].Reason != health.Held || !strings.Contains(d.Others[0].Detail, "they asked us to") {
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
