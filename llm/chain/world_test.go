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
	"github.com/cineforge/cineforge/resilience/backoff"
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
	w.plan.Candidates = append(w.plan.Candidates, llm.Candidate{Provider: provider, Name: model,
		Model: llm.ModelFunc(answer), Credential: "KEY"})
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
	return &failure.Error{Class: c, Message: "it is " + string(c), Code: "code_of_" + string(c), RequestID: "req_1",
		Effect: failure.EffectOf(c)}
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

// bubble plays a test in virtual time. What still works at the instant at which the test is over
// comes to its end: the test's context would stop it otherwise.
func bubble(t *testing.T, f func(t *testing.T)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		f(t)
		synctest.Wait()
	})
}
