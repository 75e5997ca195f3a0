package chain_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/llm"
	"github.com/cineforge/cineforge/llm/chain"
	"github.com/cineforge/cineforge/llm/health"
	"github.com/cineforge/cineforge/llm/spend"
)

// slow is a model whose answer begins late from a call on, and ends a second after that.
func slow(w *world, name string, from int, begins time.Duration) *int {
	canceled := new(int)
	provider, model, _ := strings.Cut(name, ":")
	n := 0
	w.plan.Candidates = append(w.plan.Candidates, llm.Candidate{Provider: provider, Name: model, Credential: "KEY",
		Model: llm.ModelFunc(func(ctx context.Context, req llm.Request) (llm.Response, error) {
			n++
			at := time.Millisecond
			if n >= from {
				at = begins
			}
			w.mu.Lock()
			w.calls = append(w.calls, call{model, time.Since(w.start), req})
			w.mu.Unlock()
			for i, d := range []time.Duration{at, time.Second} {
				select {
				case <-time.After(d):
					if i == 0 {
						llm.Heartbeat(ctx)(0)
					}
				case <-ctx.Done():
					*canceled++
					return llm.Response{Usage: llm.Usage{CostUSD: new(0.002)}}, ctx.Err()
				}
			}
			return llm.Response{Model: model, FirstEvent: at, Usage: llm.Usage{CostUSD: new(0.01)}}, nil
		})})
	return canceled
}

// warm lets a world find out how long answers take to begin.
func warm(w *world, s *chain.Stage) {
	for range 60 {
		w.must(s, "one")
	}
	w.calls, w.events, w.start = nil, nil, time.Now()
}

func TestHedge_IsMadeWhenTheFirstIsSlowToBegin(t *testing.T) {
	bubble(t, func(t *testing.T) {
		budget := spend.NewBudget(10, 0)
		w := newWorld(t, chain.Options{Hedge: chain.Hedge{On: true}})
		w.plan.Budgets = spend.Budgets{budget}
		given := slow(w, "a:one", 61, 30*time.Second)
		slow(w, "a:sister", 1, time.Millisecond)
		slow(w, "b:two", 1, time.Millisecond)
		s := w.stage()
		warm(w, s)
		w.must(s, "two")
		w.wantCalls("one@0s", "two@3s")
		if took := time.Since(w.start); took > 4100*time.Millisecond || *given != 1 {
			t.Errorf("took %v, %d given up", took, *given)
		}
		if got := w.eventNames(); !slices.Equal(got, []string{"AttemptStarted", "AttemptStarted", "AttemptFailed", "AttemptFinished"}) {
			t.Errorf("told %v", got)
		}
		if f := last[chain.AttemptFailed](w); f.Err.Class != failure.Canceled || f.Model != "one" || *f.Response.Usage.CostUSD != 0.002 {
			t.Errorf("%+v", f)
		}
		if spent, _ := budget.Spent(); spent < 0.6119 || spent > 0.6121 { // both are paid for
			t.Errorf("spent %v", spent)
		}
		w.must(s, "two") // the first one's health has not suffered: it is asked first again
		if w.calls[2].model != "one" {
			t.Errorf("calls %v", w.called())
		}
	})
}

func TestHedge_IsNotMade(t *testing.T) {
	for name, tt := range map[string]struct {
		hedge chain.Hedge
		setup func(w *world, s *chain.Stage)
	}{
		"off by default":  {chain.Hedge{}, nil},
		"a long question": {chain.Hedge{On: true, MostInput: 2}, nil},
		"too dear":        {chain.Hedge{On: true, Share: 1e-9}, nil},
		"the other one is held": {chain.Hedge{On: true}, func(w *world, _ *chain.Stage) {
			if err := w.router.Health().SetHold(w.t.Context(), "b", health.Hold{Until: time.Now().Add(time.Hour)}); err != nil {
				w.t.Fatal(err)
			}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				w := newWorld(t, chain.Options{Hedge: tt.hedge})
				slow(w, "a:one", 61, 10*time.Second)
				slow(w, "b:two", 1, time.Millisecond)
				w.plan.Candidates[1].Spec.Price = &llm.Price{Input: 1}
				s := w.stage()
				warm(w, s)
				if tt.setup != nil {
					tt.setup(w, s)
				}
				w.must(s, "one")
				w.wantCalls("one@0s")
			})
		})
	}
}

// Silence is waited out once: after that the next one is asked beside the one that stays silent,
// for nothing but attempts, and what is too late to be of use counts as a failure.
func TestRouter_SilenceIsWaitedOutOnce(t *testing.T) {
	silent := func(int, time.Duration) error { return hang(12 * time.Second) }
	for attempts, want := range map[int][]string{
		4: {"one@0s", "two@12s", "three@14s"},
		2: {"one@0s", "two@12s", "three@24s"}, // the last attempt is not hedged
	} {
		bubble(t, func(t *testing.T) {
			w := newWorld(t, chain.Options{})
			w.plan.MaxAttempts = attempts
			w.model("a:one", silent)
			w.model("b:two", silent)
			w.model("c:three", takes(time.Second, fine))
			w.must(w.stage(), "three")
			w.wantCalls(want...)
		})
	}
	bubble(t, func(t *testing.T) { // one that is given more time than usual
		w := newWorld(t, chain.Options{})
		c := w.model("a:one", func(int, time.Duration) error { return hang(24 * time.Second) })
		c.Model = stretched{c.Model}
		w.model("b:two", takes(time.Second, fine))
		w.must(w.stage(), "two")
		w.wantCalls("one@0s", "two@12s")
		if f := last[chain.AttemptFailed](w); f.Model != "one" || f.Err.Class != failure.Timeout {
			t.Errorf("%+v", f.Err)
		}
	})
}

// stretched is a model that is given 24 s now, and 12 s usually.
type stretched struct{ llm.Model }

func (stretched) FirstByte() (usual, now time.Duration) { return 12 * time.Second, 24 * time.Second }

func TestHedge_MayFail(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, chain.Options{Hedge: chain.Hedge{On: true}})
		slow(w, "a:one", 61, 10*time.Second)
		w.model("b:two", always(fault(failure.ServerError)))
		s := w.stage()
		warm(w, s)
		w.must(s, "one")
		w.wantCalls("one@0s", "two@3s")
	})
}

// An answer that stalls is no silence: the next model is given its time to begin.
func TestRouter_AStalledAnswerIsNoSilence(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, chain.Options{})
		c := w.model("a:one", fine)
		c.Model = llm.ModelFunc(func(context.Context, llm.Request) (llm.Response, error) {
			return llm.Response{FirstEvent: time.Second}, reached(failure.Timeout, failure.Answering)
		})
		w.model("b:two", func(int, time.Duration) error { return hang(10 * time.Second) })
		w.model("c:three", fine)
		w.must(w.stage(), "three")
		w.wantCalls("two@0s", "three@10s")
	})
}
