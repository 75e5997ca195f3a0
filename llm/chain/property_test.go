package chain_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/llm"
	"github.com/cineforge/cineforge/llm/chain"
	"github.com/cineforge/cineforge/llm/health"
	"github.com/cineforge/cineforge/llm/spend"
	"github.com/cineforge/cineforge/resilience/breaker"
)

// drawn is a world in which models fail by chance, with outages that begin and end.
type drawn struct {
	seed      uint64
	providers int
	models    int // of each provider
	attempts  int
	wait      time.Duration
	budget    float64
	questions int
	cancelAt  time.Duration // 0 for never
	faults    []failure.Class
	share     float64 // of calls that fail
	outages   []outage
	hedge     bool
}

type outage struct {
	provider   int
	from, for_ time.Duration
	class      failure.Class
}

var classes = []failure.Class{failure.Overloaded, failure.RateLimited, failure.QuotaExhausted, failure.Timeout,
	failure.Connection, failure.ServerError,
	failure.Auth, failure.Permission, failure.NotFound, failure.InvalidRequest, failure.ContextLength,
	failure.ContentPolicy, failure.BadOutput, failure.Unknown, failure.Internal}

func draw(t *rapid.T) drawn {
	d := drawn{
		seed: rapid.Uint64().Draw(t, "seed"), providers: rapid.IntRange(1, 4).Draw(t, "providers"),
		models:   rapid.IntRange(1, 3).Draw(t, "models"),
		attempts: rapid.IntRange(1, 8).Draw(t, "attempts"), wait: time.Duration(rapid.IntRange(0, 3600).Draw(t, "wait")) * time.Second,
		budget: rapid.Float64Range(0, 2).Draw(t, "budget"), questions: rapid.IntRange(1, 12).Draw(t, "questions"),
		cancelAt: time.Duration(rapid.SampledFrom([]int{0, 0, 1, 40, 600}).Draw(t, "cancel")) * time.Second,
		faults:   rapid.SliceOfN(rapid.SampledFrom(classes), 1, 4).Draw(t, "faults"), share: rapid.Float64Range(0, 1).Draw(t, "share"),
		hedge: rapid.Bool().Draw(t, "hedge"),
	}
	for range rapid.IntRange(0, 3).Draw(t, "outages") {
		d.outages = append(d.outages, outage{rapid.IntRange(0, d.providers-1).Draw(t, "who"),
			time.Duration(rapid.IntRange(0, 600).Draw(t, "from")) * time.Second,
			time.Duration(rapid.IntRange(1, 7200).Draw(t, "for")) * time.Second, rapid.SampledFrom(classes[:6]).Draw(t, "class")})
	}
	return d
}

// watcher checks what is told while it is told.
type watcher struct {
	mu     sync.Mutex
	under  map[uint64]chain.Try
	rounds map[string]int // tries by question and round
	ends   map[string]int // answers by question
	broken map[string]bool
	cost   float64
	wrong  []string
	most   int
}

func (w *watcher) fail(format string, args ...any) {
	w.wrong = append(w.wrong, fmt.Sprintf(format, args...))
}

// Observe implements chain.Observer.
func (w *watcher) Observe(_ context.Context, events ...chain.Event) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, e := range events {
		switch e := e.(type) {
		case chain.AttemptStarted:
			w.under[e.ID] = e.Try
			key := fmt.Sprint(e.Unit, "/", e.Decision.Round)
			if w.rounds[key]++; w.rounds[key] > w.most {
				w.fail("%s has more than %d tries in a round", key, w.most)
			}
			if w.broken[e.Provider] && !e.Decision.Probe {
				w.fail("%s is asked although its breaker is open", e.Provider)
			}
			if e.Decision.Why == "" || len(e.Decision.Others) == 0 && w.most > 1 && e.Decision.Next == "" {
				w.fail("a decision without a reason: %+v", e.Decision)
			}
		case chain.AttemptFinished:
			w.ended(e.Try)
			w.ends[e.Unit]++
			w.cost += *e.Response.Usage.CostUSD
		case chain.AttemptFailed:
			w.ended(e.Try)
			if e.Response.Usage.CostUSD != nil {
				w.cost += *e.Response.Usage.CostUSD
			}
		case chain.StageWaiting:
			if e.Until.IsZero() {
				w.fail("%s waits for ever", e.Unit)
			}
		case chain.BreakerTransition:
			if e.Model == "" {
				w.broken[e.Endpoint] = e.To != breaker.Closed
			}
		}
	}
	return nil
}

func (w *watcher) ended(t chain.Try) {
	if _, ok := w.under[t.ID]; !ok {
		w.fail("try %d ends that did not begin, or twice", t.ID)
	}
	delete(w.under, t.ID)
}

// Whatever fails, each question ends: with one answer, or for a reason; each try that
// begins ends; no round has more tries than it may; no provider is asked whose breaker is
// open; and the budget has paid for everything.
func TestStage_InvariantsWhateverFails(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		d := draw(rt)
		var wrong []string
		synctest.Test(t, func(t *testing.T) { wrong = d.run(t) })
		for _, w := range wrong {
			rt.Error(w)
		}
	})
}

func (d drawn) run(t *testing.T) []string {
	random := rand.New(rand.NewPCG(d.seed, 1))
	var mu sync.Mutex
	chance := func() float64 {
		mu.Lock()
		defer mu.Unlock()
		return random.Float64()
	}
	start := time.Now()
	budget := spend.NewBudget(d.budget, 0)
	plan := chain.Plan{Owner: "o", MaxAttempts: d.attempts, MaxWait: d.wait, Budgets: spend.Budgets{budget}}
	for p := range d.providers {
		for m := range d.models {
			plan.Candidates = append(plan.Candidates, llm.Candidate{Provider: fmt.Sprint("p", p),
				Name: fmt.Sprint("m", p, m), Credential: "K", Model: d.model(p, start, chance)})
		}
	}
	w := &watcher{under: map[uint64]chain.Try{}, rounds: map[string]int{}, ends: map[string]int{}, broken: map[string]bool{}, most: d.attempts}
	if d.hedge {
		w.most++ // the second of two calls at a time
	}
	router := chain.New(chain.Options{Hedge: chain.Hedge{On: d.hedge, Share: 1}, Health: health.Options{Random: chance}})
	stage := router.NewStage(plan, w)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	if d.cancelAt > 0 {
		time.AfterFunc(d.cancelAt, cancel)
	}
	var wg sync.WaitGroup
	for i := range d.questions {
		wg.Go(func() {
			unit := fmt.Sprint("u", i)
			resp, err := stage.Generate(ctx, llm.Request{Role: llm.Work, Unit: unit, Prompt: "?"})
			w.mu.Lock()
			defer w.mu.Unlock()
			answered := 0
			if err == nil {
				answered = 1
			} else if g, ok := errors.AsType[*chain.GivenUp](err); ok && (g.End == "" || g.Last.Err == nil) {
				w.fail("%s is given up without a reason: %+v", unit, g)
			} else if !ok && failure.ClassOf(err) != failure.Canceled {
				w.fail("%s ends with %T %v", unit, err, err)
			}
			if w.ends[unit] != answered || answered == 1 && resp.Model == "" {
				w.fail("%s: %d answers are told, error %v", unit, w.ends[unit], err)
			}
		})
	}
	wg.Wait()
	if len(w.under) > 0 {
		w.fail("%d tries never ended", len(w.under))
	}
	if spent, _ := budget.Spent(); math.Abs(spent-w.cost) > 1e-9 {
		w.fail("the budget paid %v of %v", spent, w.cost)
	}
	// Patience is counted from the last answer, and a call takes a minute at most.
	if took := time.Since(start); took > time.Duration(d.questions+1)*(d.wait+30*time.Minute)+24*time.Hour {
		w.fail("it took %v", took)
	}
	return w.wrong
}

func (d drawn) model(provider int, start time.Time, chance func() float64) llm.Model {
	return llm.ModelFunc(func(ctx context.Context, _ llm.Request) (llm.Response, error) {
		resp := llm.Response{Model: "m", Usage: llm.Usage{CostUSD: new(0.01)}}
		select {
		case <-time.After(time.Duration(chance() * float64(20*time.Second))):
		case <-ctx.Done():
			return resp, ctx.Err()
		}
		at := time.Since(start)
		for _, o := range d.outages {
			if o.provider == provider && at >= o.from && at < o.from+o.for_ {
				return resp, fault(o.class)
			}
		}
		if chance() < d.share {
			f := fault(d.faults[int(chance()*float64(len(d.faults)))])
			if chance() < 0.3 {
				f.RetryAfter = new(time.Duration(chance() * float64(time.Minute)))
			}
			return resp, f
		}
		llm.Heartbeat(ctx)(0)
		resp.FirstEvent = time.Millisecond
		return resp, nil
	})
}

// Requests that each hold a trial, and wait for one of another, all end: credentials fail at
// all providers, so that each is found out about by one request at a time.
func TestStage_RequestsDontWaitForEachOther(t *testing.T) {
	d := drawn{
		providers: 4, models: 1, attempts: 5, wait: 1274 * time.Second, budget: 1.078125, questions: 10, share: 0.7355856588092085, hedge: true,
		faults:  []failure.Class{failure.Auth, failure.Permission, failure.NotFound, failure.ContextLength},
		outages: []outage{{provider: 3, from: 6 * time.Second, for_: 6361 * time.Second, class: failure.Overloaded}},
	}
	for seed := range uint64(20) {
		d.seed = seed
		synctest.Test(t, func(t *testing.T) {
			for _, w := range d.run(t) {
				t.Errorf("seed %d: %s", seed, w)
			}
		})
	}
}
