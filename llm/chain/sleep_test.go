package chain_test

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/llm"
	"github.com/cineforge/cineforge/llm/chain"
	"github.com/cineforge/cineforge/llm/health"
	"github.com/cineforge/cineforge/resilience/breaker"
)

// A machine that sleeps breaks the calls under way. They don't count, are no
// attempts, and are made again at once, while what fails by itself counts as ever.
func TestRouter_WhatASleepBreaksDoesNotCount(t *testing.T) {
	for name, test := range map[string]struct {
		slept time.Duration
		class failure.Class
		want  []string // the calls
	}{
		"no sleep":               {0, failure.Timeout, []string{"sonnet@0s", "gpt@0s"}},
		"a clock that is set":    {4 * time.Second, failure.Timeout, []string{"sonnet@0s", "gpt@0s"}},
		"a timeout after it":     {8 * time.Hour, failure.Timeout, []string{"sonnet@0s", "sonnet@0s"}},
		"a reset after it":       {8 * time.Hour, failure.Connection, []string{"sonnet@0s", "sonnet@0s"}},
		"a refusal is a refusal": {8 * time.Hour, failure.Auth, []string{"sonnet@0s", "gpt@0s"}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var ahead atomic.Int64 // of the clock on the wall
				w := newWorld(t, chain.Options{Health: health.Options{Wall: func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }}})
				w.plan.MaxAttempts = 2
				w.model("anthropic:sonnet", func(n int, _ time.Duration) error {
					if n > 1 {
						return nil
					}
					ahead.Add(int64(test.slept))
					return fault(test.class)
				})
				w.model("openai:gpt", func(int, time.Duration) error { return nil })
				if _, err := w.ask(w.stage()); err != nil {
					t.Fatal(err)
				}
				w.wantCalls(test.want...)
				if told := slices.Contains(w.eventNames(), "StageRetrying"); told != (test.want[1] != "sonnet@0s") {
					t.Errorf("told %v", w.eventNames())
				}
			})
		})
	}
}

// sleepy returns a world whose machine can be made to sleep, and whose breakers open for long.
func sleepy(t *testing.T) (w *world, sleep func(time.Duration)) {
	t.Helper()
	var ahead atomic.Int64 // of the clock on the wall
	w = newWorld(t, chain.Options{Health: health.Options{
		Provider: breaker.Options{InARow: 1, FirstOpen: 5 * time.Minute, MaxOpen: 5 * time.Minute},
		Wall:     func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) },
	}})
	return w, func(d time.Duration) { ahead.Add(int64(d)) }
}

// What a gate, a hold and a breaker are waited for is over sooner by as long as the machine slept.
func TestRouter_ASleepShortensWhatIsWaitedFor(t *testing.T) {
	for name, keep := range map[string]func(w *world){
		"a gate": func(w *world) { w.model("a:one", first(1, hinted(failure.RateLimited, time.Hour))) },
		"a hold": func(w *world) {
			w.model("a:one", fine)
			if err := w.router.Health().SetHold(w.t.Context(), "a", health.Hold{Reason: "why not", Until: time.Now().Add(time.Hour)}); err != nil {
				w.t.Fatal(err)
			}
		},
		"a breaker": func(w *world) { w.model("a:one", first(1, fault(failure.Overloaded))) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w, sleep := sleepy(t)
				keep(w)
				time.AfterFunc(time.Minute, func() { sleep(2 * time.Hour) })
				w.must(w.stage(), "one")
				if took := time.Since(w.start); took < time.Minute || took > 70*time.Second {
					t.Errorf("answered after %v, want soon after the sleep; calls %v", took, w.called())
				}
			})
		})
	}
}

// A call that died in a sleep of the machine is ended soon after it and made again; one
// that shows a sign of life goes on.
func TestRouter_ACallThatDiedInASleepIsEnded(t *testing.T) {
	for alive, want := range map[bool][]string{false: {"one@0s", "one@13s"}, true: {"one@0s"}} {
		synctest.Test(t, func(t *testing.T) {
			w, sleep := sleepy(t)
			c := w.model("a:one", func(n int, _ time.Duration) error {
				if n > 1 {
					return nil
				}
				return hang(time.Hour)
			})
			if silent := c.Model; alive {
				c.Model = llm.ModelFunc(func(ctx context.Context, req llm.Request) (llm.Response, error) {
					ctx, cancel := context.WithTimeout(ctx, time.Minute)
					defer cancel()
					time.AfterFunc(11*time.Second, func() { llm.Heartbeat(ctx)(0) })
					if _, err := silent.Generate(ctx, req); ctx.Err() == nil || !errors.Is(context.Cause(ctx), context.DeadlineExceeded) {
						t.Errorf("it ended before its time by %v", err)
					}
					return llm.Response{Model: "one"}, nil
				})
			}
			time.AfterFunc(9*time.Second, func() { sleep(8 * time.Hour) })
			w.must(w.stage(), "one")
			w.wantCalls(want...)
		})
	}
}

// A call that a sleep breaks each time counts as a failure in the end.
func TestRouter_NotEachSleepIsForgiven(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, sleep := sleepy(t)
		w.plan.MaxAttempts, w.plan.MaxWait = 1, 0
		w.model("a:one", func(n int, _ time.Duration) error {
			if n > 100 {
				return nil
			}
			sleep(time.Hour)
			return fault(failure.Timeout)
		})
		w.givenUp(w.stage(), chain.TriesSpent, failure.Timeout)
		if n := len(w.calls); n != 4 {
			t.Errorf("%d calls", n)
		}
	})
}
