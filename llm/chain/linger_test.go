package chain_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/llm"
	"github.com/cineforge/cineforge/llm/chain"
)

// lasts is a model whose calls take a time, unless their context ends before, and then end
// as they are told to.
func (w *world) lasts(name string, d time.Duration, do does) {
	w.model(name, fine)
	last := &w.plan.Candidates[len(w.plan.Candidates)-1]
	inner := last.Model
	n := 0
	last.Model = llm.ModelFunc(func(ctx context.Context, req llm.Request) (llm.Response, error) {
		resp, _ := inner.Generate(ctx, req)
		w.mu.Lock()
		n++
		nth := n
		w.mu.Unlock()
		select {
		case <-time.After(d):
			return resp, do(nth, time.Since(w.start))
		case <-ctx.Done():
			return llm.Response{}, ctx.Err()
		}
	})
}

// askAbout asks a question of a key, until a time.
func (w *world) askAbout(ctx context.Context, s *chain.Stage, key string) (llm.Response, error) {
	return s.Generate(ctx, llm.Request{Role: llm.Work, Unit: "scene_001", Prompt: "what happens?", Key: key})
}

// A call goes on when its caller has left: its answer is recorded, or its failure, and no
// other call begins.
func TestRouter_ACallOutlivesItsCaller(t *testing.T) {
	for name, tt := range map[string]struct {
		lasts, grace time.Duration
		do           does
		hard         time.Duration // when everything is to end; 0 for never
		told         []string
		took         time.Duration
	}{
		"it answers in time": {10 * time.Second, 30 * time.Second, fine, 0, []string{"AttemptStarted", "AttemptFinished"}, 10 * time.Second},
		"it fails in time": {10 * time.Second, 30 * time.Second, always(fault(failure.ServerError)), 0,
			[]string{"AttemptStarted", "AttemptFailed"}, 10 * time.Second},
		"its answer is of no use": {10 * time.Second, 30 * time.Second, always(fault(failure.BadOutput)), 0,
			[]string{"AttemptStarted", "AttemptFailed"}, 10 * time.Second},
		"it takes too long": {time.Hour, 30 * time.Second, fine, 0, []string{"AttemptStarted", "AttemptFailed"}, 32 * time.Second},
		"there is no grace": {10 * time.Second, 0, fine, 0, []string{"AttemptStarted", "AttemptFailed"}, 2 * time.Second},
		"everything ends": {10 * time.Second, 30 * time.Second, fine, 5 * time.Second,
			[]string{"AttemptStarted", "AttemptFailed"}, 5 * time.Second},
		"everything ends at once": {10 * time.Second, 30 * time.Second, fine, time.Second,
			[]string{"AttemptStarted", "AttemptFailed"}, time.Second},
		"the caller leaves at the end": {2 * time.Second, 30 * time.Second, fine, 0, []string{"AttemptStarted",
			"AttemptFinished"}, 2 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				w := newWorld(t, chain.Options{})
				w.lasts("a:one", tt.lasts, tt.do)
				w.model("b:two", fine)
				w.plan.Grace = tt.grace
				if tt.hard > 0 {
					hard, stop := context.WithTimeout(t.Context(), tt.hard)
					defer stop()
					w.plan.Hard = hard
				}
				ctx, leave := context.WithTimeout(t.Context(), 2*time.Second)
				defer leave()
				resp, err := w.askAbout(ctx, w.stage(), "k")
				if took := time.Since(w.start); took != tt.took {
					t.Errorf("it took %v, want %v", took, tt.took)
				}
				answered := slices.Contains(tt.told, "AttemptFinished")
				if got := w.eventNames(); !slices.Equal(got, tt.told) || answered != (err == nil) || answered &&
					resp.Model != "one" || len(w.called()) != 1 {
					t.Errorf("told %v, calls %v: %v", got, w.called(), err)
				}
				if failed := last[chain.AttemptFailed](w); !answered && (failed.Err.Class == failure.Canceled) != (tt.took < tt.lasts) {
					t.Errorf("it failed by %s", failed.Err.Class)
				}
				if n := w.router.Calls(); n != 0 {
					t.Errorf("%d calls are under way", n)
				}
			})
		})
	}
}

// A caller that has left while it waited, for a pause, a place or a provider, begins no call.
func TestRouter_ACallerThatLeftBeginsNothing(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, chain.Options{})
		w.lasts("a:one", time.Minute, always(hinted(failure.RateLimited, 4*time.Second)))
		w.plan.Grace = time.Hour
		ctx, leave := context.WithTimeout(t.Context(), time.Minute+2*time.Second)
		defer leave()
		if _, err := w.askAbout(ctx, w.stage(), "k"); failure.ClassOf(err) != failure.Canceled {
			t.Error(err)
		}
		w.wantCalls("one@0s")
		if took := time.Since(w.start); took != time.Minute+2*time.Second {
			t.Errorf("it took %v", took)
		}
	})
}

// common is a store of answers for questions that several ask.
type common struct {
	*world
	mu      sync.Mutex
	answers map[string]llm.Response
}

func (m *common) Observe(ctx context.Context, events ...chain.Event) error {
	for _, e := range events {
		if a, ok := e.(chain.AttemptFinished); ok {
			time.Sleep(100 * time.Millisecond) // a disk takes time
			m.mu.Lock()
			m.answers[a.Key] = a.Response
			m.mu.Unlock()
		}
	}
	return m.world.Observe(ctx, events...)
}

func (m *common) find(_ context.Context, req llm.Request) (llm.Response, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	resp, ok := m.answers[req.Key]
	return resp, ok, nil
}

func newCommon(t *testing.T) *common {
	m := &common{world: newWorld(t, chain.Options{}), answers: map[string]llm.Response{}}
	m.plan.Shared, m.plan.Answered = "chain", m.find
	return m
}

// A question that several stages of a process ask at once is paid for once.
func TestRouter_OneRequestIsUnderWayOnce(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m := newCommon(t)
		m.lasts("a:one", 10*time.Second, fine)
		var asking sync.WaitGroup
		for i := range 12 {
			s := m.router.NewStage(m.plan, m)
			asking.Go(func() {
				if resp, err := m.askAbout(t.Context(), s, fmt.Sprint("k", i%3)); err != nil || string(resp.JSON) != `{}` {
					t.Error(err)
				}
			})
		}
		asking.Wait()
		m.wantCalls("one@0s", "one@0s", "one@0s")
		if took := time.Since(m.start); took > 11*time.Second {
			t.Errorf("it took %v", took)
		}
	})
}

// What is not the same is not shared: another chain, none, and a question without a key.
func TestRouter_UnsharedRequestsAreAskedByAll(t *testing.T) {
	for name, change := range map[string]func(p *chain.Plan, i int) (key string){
		"another chain": func(p *chain.Plan, i int) string { p.Shared = fmt.Sprint(i); return "k" },
		"no chain":      func(p *chain.Plan, _ int) string { p.Shared = ""; return "k" },
		"no key":        func(*chain.Plan, int) string { return "" },
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				m := newCommon(t)
				m.lasts("a:one", 10*time.Second, fine)
				var asking sync.WaitGroup
				for i := range 3 {
					plan := m.plan
					key := change(&plan, i)
					s := m.router.NewStage(plan, m)
					asking.Go(func() {
						if _, err := m.askAbout(t.Context(), s, key); err != nil {
							t.Error(err)
						}
					})
				}
				asking.Wait()
				m.wantCalls("one@0s", "one@0s", "one@0s")
			})
		})
	}
}

// A request that waits for the call of another one is sent itself when that ends without an answer, one after
// the other, and holds up no other one meanwhile.
func TestRouter_WithoutASharedAnswerEachAsks(t *testing.T) {
	for name, tt := range map[string]struct {
		do    does
		first time.Duration // when the first one leaves; 0 for never
		calls []string
	}{
		"the first one fails":  {first(1, fault(failure.ContentPolicy)), 0, []string{"one@0s", "one@10s"}},
		"the first one leaves": {fine, 5 * time.Second, []string{"one@0s", "one@5s"}},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				m := newCommon(t)
				m.lasts("a:one", 10*time.Second, tt.do)
				ctx := t.Context()
				if tt.first > 0 {
					left, leave := context.WithTimeout(ctx, tt.first)
					defer leave()
					ctx = left
				}
				var asking sync.WaitGroup
				asking.Go(func() { m.askAbout(ctx, m.router.NewStage(m.plan, m), "k") }) //nolint:errcheck // it gets none
				time.Sleep(time.Millisecond)
				for range 3 {
					asking.Go(func() {
						if _, err := m.askAbout(t.Context(), m.router.NewStage(m.plan, m), "k"); err != nil {
							t.Error(err)
						}
					})
				}
				asking.Wait()
				m.wantCalls(tt.calls...)
			})
		})
	}
}

// A caller that waits for the call of another one can leave.
func TestRouter_ASharingCallerCanLeave(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m := newCommon(t)
		m.lasts("a:one", time.Minute, fine)
		m.plan.Grace = time.Hour
		var asking sync.WaitGroup
		asking.Go(func() { m.askAbout(t.Context(), m.router.NewStage(m.plan, m), "k") }) //nolint:errcheck // it is answered
		time.Sleep(time.Second)
		ctx, leave := context.WithTimeout(t.Context(), time.Second)
		defer leave()
		if _, err := m.askAbout(ctx, m.router.NewStage(m.plan, m), "k"); failure.ClassOf(err) != failure.Canceled ||
			time.Since(m.start) != 2*time.Second {
			t.Errorf("after %v: %v", time.Since(m.start), err)
		}
		asking.Wait()
		m.wantCalls("one@0s")
	})
}

// An answer that another process has stored meanwhile is used, directly before the call.
func TestRouter_AStoredAnswerIsLookedUpBeforeTheCall(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m := newCommon(t)
		m.model("a:one", first(1, fault(failure.ServerError)))
		go func() {
			time.Sleep(200 * time.Millisecond)
			m.mu.Lock()
			defer m.mu.Unlock()
			m.answers["k"] = llm.Response{Model: "elsewhere", JSON: json.RawMessage(`{"x":1}`)}
		}()
		if resp, err := m.askAbout(t.Context(), m.stage(), "k"); err != nil || resp.Model != "elsewhere" {
			t.Errorf("%+v %v", resp, err)
		}
		m.wantCalls("one@0s")
	})
}
