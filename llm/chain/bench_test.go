package chain_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/failsafe-go/failsafe-go"
	"github.com/failsafe-go/failsafe-go/bulkhead"
	"github.com/failsafe-go/failsafe-go/circuitbreaker"
	"github.com/failsafe-go/failsafe-go/fallback"
	"github.com/failsafe-go/failsafe-go/retrypolicy"
	"github.com/failsafe-go/failsafe-go/timeout"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/llm"
	"github.com/cineforge/cineforge/llm/chain"
	"github.com/cineforge/cineforge/llm/health"
	"github.com/cineforge/cineforge/llm/spend"
	"github.com/cineforge/cineforge/resilience/backoff"
	"github.com/cineforge/cineforge/resilience/breaker"
	"github.com/cineforge/cineforge/resilience/budget"
)

// silent hears nothing.
type silent struct{}

func (silent) Observe(context.Context, ...chain.Event) error { return nil }

// instant answers at once.
var instant = llm.ModelFunc(func(context.Context, llm.Request) (llm.Response, error) { return llm.Response{Model: "m"}, nil })

// question is a request of a kilobyte.
var kilobyte = llm.Request{Role: llm.Work, Unit: "scene_001", Prompt: strings.Repeat("x", 1024)}

func defaultPlan(m llm.Model) chain.Plan {
	p := chain.Plan{Owner: "run", MaxAttempts: 4, MaxWait: time.Hour,
		Backoff: backoff.Policy{Base: 500 * time.Millisecond}, Budgets: spend.Budgets{spend.NewBudget(10, 0)}}
	for _, c := range []string{"anthropic:claude-sonnet-4-6", "anthropic:claude-opus-4-6", "openai:gpt-5.2", "google:gemini-3-flash-preview"} {
		provider, name, _ := strings.Cut(c, ":")
		p.Candidates = append(p.Candidates, llm.Candidate{Provider: provider, Name: name, Model: m,
			Credential: "KEY", Spec: llm.Spec{Window: 200_000, Price: &llm.Price{Input: 3, Output: 15}}})
	}
	return p
}

// BenchmarkDecision measures what a question that is answered at once costs: by the
// model alone, by the router with the default chain, and by the policies of failsafe-go
// that come nearest: retries, a breaker, a bulkhead and a time limit, with a fallback
// to a second set of them.
func BenchmarkDecision(b *testing.B) {
	b.Run("bare", func(b *testing.B) { ask(b, instant) })
	b.Run("router", func(b *testing.B) { ask(b, chain.New(chain.Options{}).NewStage(defaultPlan(instant), silent{})) })
	b.Run("failsafe-go", func(b *testing.B) { ask(b, stack(instant, stack(instant, nil))) })
}

func ask(b *testing.B, m llm.Model) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := m.Generate(b.Context(), kilobyte); err != nil {
			b.Fatal(err)
		}
	}
}

// execution is a call through failsafe-go's policies.
type execution = failsafe.Execution[llm.Response]

// stack puts failsafe-go's policies around a model.
func stack(m, otherwise llm.Model) llm.Model {
	policies := []failsafe.Policy[llm.Response]{
		retrypolicy.NewBuilder[llm.Response]().WithMaxAttempts(4).WithBackoff(500*time.Millisecond, 20*time.Second).WithJitterFactor(.25).Build(),
		circuitbreaker.NewBuilder[llm.Response]().WithFailureRateThreshold(0.5, 20, 30*time.Second).WithDelay(10 * time.Second).Build(),
		bulkhead.New[llm.Response](8),
		timeout.New[llm.Response](180 * time.Second),
	}
	if otherwise != nil {
		policies = append([]failsafe.Policy[llm.Response]{fallback.NewWithFunc(func(e execution) (llm.Response, error) {
			return otherwise.Generate(e.Context(), kilobyte)
		})}, policies...)
	}
	executor := failsafe.With(policies...)
	return llm.ModelFunc(func(ctx context.Context, req llm.Request) (llm.Response, error) {
		return executor.WithContext(ctx).GetWithExecution(func(e execution) (llm.Response, error) {
			return m.Generate(e.Context(), req)
		})
	})
}

// BenchmarkDecisionInAnOutage measures a question while the first provider is left alone.
func BenchmarkDecisionInAnOutage(b *testing.B) {
	down := errors.New("down")
	sick := llm.ModelFunc(func(context.Context, llm.Request) (llm.Response, error) { return llm.Response{}, down })
	b.Run("router", func(b *testing.B) {
		p := defaultPlan(instant)
		overloaded := llm.ModelFunc(func(context.Context, llm.Request) (llm.Response, error) {
			return llm.Response{}, &failure.Error{Class: failure.Overloaded, Effect: failure.EffectOf(failure.Overloaded)}
		})
		p.Candidates[0].Model, p.Candidates[1].Model = overloaded, overloaded
		ask(b, chain.New(chain.Options{}).NewStage(p, silent{}))
	})
	b.Run("failsafe-go", func(b *testing.B) {
		open := circuitbreaker.NewBuilder[llm.Response]().WithDelay(time.Hour).Build()
		open.Open()
		executor := failsafe.With(fallback.NewWithFunc(func(e execution) (llm.Response, error) {
			return instant.Generate(e.Context(), kilobyte)
		}),
			retrypolicy.NewBuilder[llm.Response]().AbortOnErrors(circuitbreaker.ErrOpen).Build(), open)
		ask(b, llm.ModelFunc(func(ctx context.Context, req llm.Request) (llm.Response, error) {
			return executor.WithContext(ctx).GetWithExecution(func(e execution) (llm.Response, error) {
				return sick.Generate(e.Context(), req)
			})
		}))
	})
}

// BenchmarkBreaker measures asking a breaker and telling it how a call ended.
func BenchmarkBreaker(b *testing.B) {
	one := breaker.New(breaker.Options{})
	b.ReportAllocs()
	for b.Loop() {
		p, _ := one.Acquire("q")
		p.Success()
	}
}

// BenchmarkWaits measures what questions take that wait for a provider: bytes for each.
func BenchmarkWaits(b *testing.B) {
	const waits = 10_000
	for b.Loop() {
		router := chain.New(chain.Options{})
		p := defaultPlan(instant)
		for i := range p.Candidates {
			p.Candidates[i].Model = instant
		}
		for _, who := range []string{"anthropic", "openai", "google"} {
			if err := router.Health().SetHold(b.Context(), who, health.Hold{Until: time.Now().Add(time.Hour)}); err != nil {
				b.Fatal(err)
			}
		}
		before := memory()
		ctx, stop := context.WithCancel(b.Context())
		var started, ended sync.WaitGroup
		for i := range waits {
			started.Add(1)
			p.Owner = fmt.Sprint("run", i)
			s := router.NewStage(p, eachObserved(started.Done))
			ended.Go(func() { s.Generate(ctx, kilobyte) }) //nolint:errcheck // it is stopped
		}
		started.Wait()
		b.ReportMetric(float64(memory()-before)/waits, "B/wait")
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		b.ReportMetric(float64(m.StackInuse)/waits, "stackB/wait")
		stop()
		ended.Wait()
	}
}

// eachObserved calls a function at the first event of each stage.
type eachObserved func()

func (f eachObserved) Observe(context.Context, ...chain.Event) error { f(); return nil }

// memory returns what is in use, stacks included.
func memory() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapInuse + m.StackInuse
}

// BenchmarkHerd measures how many repetitions 200 callers make that fail together, in
// an outage of five minutes: by the bucket, and by four tries each.
func BenchmarkHerd(b *testing.B) {
	for b.Loop() {
		bucket := budget.New(budget.Options{})
		taken := 0
		for range 200 {
			bucket.Call()
			for range 3 {
				if bucket.Take(1) {
					taken++
				}
			}
		}
		b.ReportMetric(float64(taken), "repetitions")
		b.ReportMetric(600, "without")
	}
}
