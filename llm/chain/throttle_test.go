package chain_test

import (
	"context"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/llm"
	"github.com/cineforge/cineforge/llm/chain"
)

// anyClass is each class that there is, and some that there are not.
var anyClass = []failure.Class{
	failure.Overloaded, failure.RateLimited, failure.QuotaExhausted, failure.Timeout, failure.Connection, failure.ServerError, failure.Auth,
	failure.Permission, failure.NotFound, failure.InvalidRequest, failure.ContextLength, failure.ContentPolicy,
	failure.BadOutput, failure.Unknown,
	failure.NoProvider, failure.Input, failure.Budget, failure.Canceled, failure.Internal, "", "some_new_class", "cancelled",
}

// failing is a stage attempt of a run whose candidates fail in turn in given ways.
type failing struct {
	faults []*failure.Error
	took   time.Duration // of a call

	mu     sync.Mutex // guards what follows
	n      int
	failed map[string][]time.Time // by unit
	all    []time.Time
	asked  map[string]int
}

func (f *failing) model(name string) llm.Model {
	return llm.ModelFunc(func(_ context.Context, req llm.Request) (llm.Response, error) {
		time.Sleep(f.took)
		f.mu.Lock()
		defer f.mu.Unlock()
		fault := *f.faults[f.n%len(f.faults)]
		f.n++
		now := time.Now()
		f.failed[req.Unit], f.all = append(f.failed[req.Unit], now), append(f.all, now)
		f.asked[name]++
		return llm.Response{}, &fault
	})
}

// most is the most times within a span.
func most(at []time.Time, span time.Duration) (n int) {
	first := 0
	for i := range at {
		for at[i].Sub(at[first]) >= span {
			first++
		}
		n = max(n, i-first+1)
	}
	return n
}

// lasts asks units at a time for a while, and wants what fails to stay within the bounds.
func (f *failing) lasts(t *testing.T, units int, attempts int, long time.Duration) {
	t.Helper()
	f.failed, f.asked = map[string][]time.Time{}, map[string]int{}
	plan := chain.Plan{Owner: "run", MaxAttempts: attempts, MaxWait: 6 * time.Hour, Operator: time.Now()}
	for _, name := range []string{"a:one", "a:two", "b:three"} {
		plan.Candidates = append(plan.Candidates, llm.Candidate{Provider: name[:1], Name: name[2:], Credential: "KEY", Model: f.model(name)})
	}
	events := &counter{}
	s := chain.New(chain.Options{}).NewStage(plan, events)
	ctx, cancel := context.WithTimeout(t.Context(), long)
	defer cancel()
	var wg sync.WaitGroup
	var asked atomic.Int64
	for i := range units {
		wg.Go(func() { // when a request is over, it is asked again soon
			for ctx.Err() == nil {
				asked.Add(1)
				if _, err := s.Generate(ctx, llm.Request{Unit: fmt.Sprint("unit ", i), Prompt: "?"}); err == nil {
					t.Error("there is an answer")
				}
				time.Sleep(100 * time.Millisecond)
			}
		})
	}
	wg.Wait()
	for unit, at := range f.failed {
		if n := most(at, time.Minute); n > 20 {
			t.Errorf("%s failed %d times within a minute", unit, n)
		}
	}
	if n := most(f.all, 10*time.Second); n > units+40 {
		t.Errorf("%d attempts of %d at a time failed within 10 s", n, units)
	}
	if n := events.n; n > 12*len(f.all)+12*int(asked.Load()) {
		t.Errorf("%d events of %d attempts at %d questions", n, len(f.all), asked.Load())
	}
}

type counter struct {
	mu sync.Mutex
	n  int
}

func (c *counter) Observe(_ context.Context, events ...chain.Event) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n += len(events)
	return nil
}

// faultsOf are failures of classes, as they come from a model, without or with a hint.
func faultsOf(hint *time.Duration, classes ...failure.Class) (all []*failure.Error) {
	for _, c := range classes {
		all = append(all, &failure.Error{Class: c, Message: "it is " + string(c), Effect: failure.EffectOf(c), RetryAfter: hint})
	}
	return all
}

// No step of a loop is free: whatever fails in whatever order, a unit fails at most 20
// times a minute, and a run as often as it has calls under way, and 40 times, in 10 s.
func TestRouter_NoFailureIsFree(t *testing.T) {
	step := 41
	if testing.Short() || raceOn {
		step = 401
	}
	if os.Getenv("CINEFORGE_ALL_SEQUENCES") != "" {
		step = 1
	}
	n := len(anyClass)
	for i := 0; i < n*n*n; i += step {
		classes := []failure.Class{anyClass[i%n], anyClass[i/n%n], anyClass[i/n/n]}
		hints := []*time.Duration{nil, new(time.Duration(0)), new(-time.Second), new(300 * time.Millisecond)}
		bubble(t, func(t *testing.T) {
			(&failing{faults: faultsOf(hints[i%4], classes...)}).lasts(t, 1+i%2*3, 1+i%5, 90*time.Second)
		})
		if t.Failed() {
			t.Fatalf("sequence %q", classes)
		}
	}
}

// The same for each class alone, for longer, with calls that take a time, and with as many
// attempts in a round as anybody may set.
func TestRouter_NoClassIsFree(t *testing.T) {
	long := 3 * time.Minute
	if raceOn {
		long = time.Minute
	}
	for _, class := range anyClass {
		for _, took := range []time.Duration{0, 2 * time.Second} {
			for _, attempts := range []int{4, 1000} {
				bubble(t, func(t *testing.T) {
					(&failing{faults: faultsOf(nil, class), took: took}).lasts(t, 8, attempts, long)
				})
				if t.Failed() {
					t.Fatalf("class %q, calls of %v, %d attempts", class, took, attempts)
				}
			}
		}
	}
}

// A failure that calls itself a cancellation counts, and lets others be tried.
func TestRouter_OnlyTheCallerCancels(t *testing.T) {
	for _, class := range []failure.Class{failure.Canceled, "", "some_new_class"} {
		bubble(t, func(t *testing.T) {
			w := newWorld(t, chain.Options{})
			w.model("a:one", always(&failure.Error{Class: class, Message: "given up", Effect: failure.EffectOf(class), Status: 499}))
			w.model("b:two", fine)
			ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
			defer cancel()
			if resp, err := w.stage().Generate(ctx, llm.Request{Prompt: "?"}); err != nil || resp.Model != "two" {
				t.Errorf("%q: answered by %q: %v", class, resp.Model, err)
			}
			if n := len(w.calls); n > 3 {
				t.Errorf("%q: %d calls: %v", class, n, w.called())
			}
			if f := last[chain.AttemptFailed](w); f.Err.Class != failure.Unknown || f.Err.Hint == "" {
				t.Errorf("%q is told as %+v", class, f.Err)
			}
		})
	}
}

// Good answers are not bounded, and neither is another run.
func TestRouter_TheThrottleBoundsFailuresOnly(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, chain.Options{})
		w.model("a:one", fine)
		s := w.stage()
		for range 500 {
			w.must(s, "one")
		}
		if took := time.Since(w.start); took != 0 {
			t.Errorf("500 answers took %v", took)
		}
	})
	bubble(t, func(t *testing.T) {
		o := numb()
		w := newWorld(t, o)
		w.plan.MaxAttempts, w.plan.MaxWait = 4, 0
		w.model("a:one", always(fault(failure.BadOutput)))
		for range 30 {
			w.ask(w.stage()) //nolint:errcheck // it fails
		}
		slow := time.Since(w.start)
		w.plan.Owner = "another run"
		at := time.Now()
		w.ask(w.stage()) //nolint:errcheck // it fails
		if took := time.Since(at); slow < time.Minute || took != 0 {
			t.Errorf("30 failing runs of a unit took %v, the first of another run %v", slow, took)
		}
	})
}
