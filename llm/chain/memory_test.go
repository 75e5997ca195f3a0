package chain_test

import (
	"context"
	"errors"
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

// memoryInMemory is a memory in memory.
type memoryInMemory struct {
	mu       sync.Mutex
	records  map[string]health.Record
	order    []string // the last change last
	turns    []health.Transition
	broken   error
	recalled int
}

func (s *memoryInMemory) Recall(_ context.Context, after int64) ([]health.Record, int64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.recalled++
	var all []health.Record
	for _, key := range s.order[min(int(after), len(s.order)):] {
		all = append(all, s.records[key])
	}
	return all, int64(len(s.order)), s.broken
}

func (s *memoryInMemory) Save(_ context.Context, records []health.Record, turns []health.Transition) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.records == nil {
		s.records = map[string]health.Record{}
	}
	for _, r := range records {
		if key := r.Endpoint + " " + r.Name; s.records[key].Version < r.Version {
			s.records[key] = r
			s.order = append(s.order, key)
		}
	}
	s.turns = append(s.turns, turns...)
	return s.broken
}

// another returns a world of another process with the same memory.
func (w *world) another(o chain.Options) *world {
	n := newWorld(w.t, o)
	n.start, n.plan = w.start, w.plan
	return n
}

func TestRouter_RestartForgetsNothing(t *testing.T) {
	bubble(t, func(t *testing.T) {
		o := chain.Options{Health: health.Options{Memory: &memoryInMemory{}}}
		w := newWorld(t, o)
		w.model("a:one", until(time.Minute, fault(failure.Overloaded)))
		w.model("a:sister", until(time.Minute, fault(failure.Overloaded)))
		w.model("b:two", always(fault(failure.Auth)))
		w.model("c:three", always(hinted(failure.RateLimited, time.Hour)))
		w.model("d:four", fine)
		w.plan.MaxAttempts = 5
		w.must(w.stage(), "four")
		calls := len(w.calls)

		time.Sleep(5 * time.Second)
		again := w.another(o)
		again.must(again.stage(), "four") // no other one is asked
		if got := len(w.calls); got != calls+1 {
			t.Errorf("calls %v", w.called())
		}
		d := last[chain.AttemptStarted](again).Decision
		for i, want := range []chain.Reason{health.BreakerOpen, health.BreakerOpen, health.CoolingDown, health.CoolingDown} {
			if d.Others[i].Reason != want || want == health.CoolingDown && !strings.Contains(d.Others[i].Detail, "it is") {
				t.Errorf("%s: %s %s, want %s", d.Others[i].Model, d.Others[i].Reason, d.Others[i].Detail, want)
			}
		}
		time.Sleep(2 * time.Minute)
		late := w.another(o)
		late.must(late.stage(), "one")
	})
}

// The cause is kept too: a process that has not tried by itself can still say why it gives up.
func TestRouter_RestartKeepsTheCause(t *testing.T) {
	bubble(t, func(t *testing.T) {
		o := chain.Options{Health: health.Options{Memory: &memoryInMemory{}}}
		w := newWorld(t, o)
		w.plan.MaxWait = 0
		w.model("a:one", always(fault(failure.Overloaded)))
		w.model("a:sister", always(fault(failure.Overloaded)))
		w.givenUp(w.stage(), chain.TriesSpent, failure.Overloaded)
		again := w.another(o)
		g := again.givenUp(again.stage(), chain.TriesSpent, failure.Overloaded)
		if g.Last.Err.RequestID != "req_1" || g.Last.Err.Code != "code_of_overloaded" || len(again.eventNames()) != 0 {
			t.Errorf("%+v, told %v", g.Last.Err, again.eventNames())
		}
	})
}

func TestRouter_ARestartKeepsTheDiagnosedEffect(t *testing.T) {
	bubble(t, func(t *testing.T) {
		o := chain.Options{Health: health.Options{Memory: &memoryInMemory{}}}
		w := newWorld(t, o)
		w.plan.MaxWait = 0
		refused := fault(failure.QuotaExhausted)
		refused.Effect = failure.Effect{OtherModel: true, OtherProvider: true, Scope: failure.ScopeModel}
		w.model("a:one", always(refused))
		w.givenUp(w.stage(), chain.Hopeless, failure.QuotaExhausted)
		again := w.another(o)
		g := again.givenUp(again.stage(), chain.Hopeless, failure.QuotaExhausted)
		if g.Last.Err.Effect != refused.Effect {
			t.Errorf("%+v, want %+v", g.Last.Err.Effect, refused.Effect)
		}
	})
}

func TestRouter_ProcessesShareWhatTheyKnow(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := &memoryInMemory{}
		o := chain.Options{Health: health.Options{Memory: s}}
		w := newWorld(t, o)
		w.model("a:one", until(20*time.Second, fault(failure.Overloaded)))
		w.model("a:sister", until(20*time.Second, fault(failure.Overloaded)))
		w.model("b:two", fine)
		other := w.another(o)
		stage := other.stage()
		other.must(stage, "two") // it begins to watch, and trips
		calls := len(w.calls)
		time.Sleep(2 * time.Second)
		w.must(w.stage(), "two")
		if len(w.calls) != calls+1 {
			t.Errorf("a second process asked the dead one too: %v", w.called())
		}
		// One of them finds out that all is well again; the other one hears of it while it waits.
		only := w.another(o)
		only.plan.Candidates = only.plan.Candidates[:2]
		waits := only.stage()
		var wg sync.WaitGroup
		wg.Go(func() {
			if _, err := only.ask(waits); err != nil {
				t.Error(err)
			}
		})
		wg.Wait()
		if len(s.turns) == 0 {
			t.Error("no turn is logged")
		}
		if err := w.router.Health().SetHold(t.Context(), "b", health.Hold{Reason: "because", Until: time.Now().Add(time.Hour)}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Second)
		other.must(stage, "one")
		if d := last[chain.AttemptStarted](other).Decision; d.Others[1].Reason != health.Held {
			t.Errorf("%+v", d.Others)
		}
		if !slices.ContainsFunc(s.turns, func(t health.Transition) bool {
			return t.To == health.DidHold && t.Evidence == "because" && t.Endpoint == "b"
		}) {
			t.Errorf("the log is %+v", s.turns)
		}
	})
}

func TestRouter_BrokenMemoryStopsNoRequest(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := &memoryInMemory{broken: errors.New("the disk is full")}
		w := newWorld(t, chain.Options{Health: health.Options{Memory: s}})
		w.model("a:one", first(2, fault(failure.ServerError)))
		w.model("b:two", fine)
		w.must(w.stage(), "two")
		if err := w.router.Health().SetHold(t.Context(), "a", health.Hold{Until: time.Now().Add(time.Hour)}); err == nil {
			t.Error("an operator is not told that a hold could not be kept")
		}
	})
}

// What was written by a version that knew more, or is damaged, does no harm.
func TestRouter_UnreadableRecordsAreIgnored(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := &memoryInMemory{}
		w := newWorld(t, chain.Options{Health: health.Options{Memory: s}})
		w.model("a:one", fine)
		for _, name := range []string{"breaker/", "breaker/one", "gate/KEY/one", "gate/KEY/", "hold", "weather", ""} {
			for i, data := range []string{"", "{", "[]", `{"state": "purple", "until": 5}`, `{"until": "yesterday"}`, "null"} {
				if err := s.Save(t.Context(), []health.Record{{Endpoint: "a", Name: name, Version: int64(i + 1),
					Data: []byte(data)}}, nil); err != nil {
					t.Fatal(err)
				}
				time.Sleep(2 * time.Second)
				w.must(w.stage(), "one")
			}
		}
	})
}

func TestRouter_OperatorsProbe(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, chain.Options{})
		w.model("a:one", until(time.Second, hinted(failure.Overloaded, 4*time.Minute)))
		w.model("b:two", always(fault(failure.Auth)))
		s := w.stage()
		go func() {
			time.Sleep(5 * time.Second)
			if err := w.router.Health().Probe(t.Context(), "a", "their status page is green"); err != nil {
				t.Error(err)
			}
		}()
		w.must(s, "one")
		if took := time.Since(w.start); took != 5*time.Second {
			t.Errorf("answered after %v", took)
		}
	})
}

func TestRouter_StatusOfProviders(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, chain.Options{})
		w.model("a:one", always(fault(failure.Overloaded)))
		w.model("a:sister", always(fault(failure.Overloaded)))
		w.model("b:two", always(fault(failure.Auth)))
		w.model("c:three", fine)
		w.must(w.stage(), "three")
		s := w.router.Health().Status()
		if len(s) != 3 || s[0].Endpoint != "a" || s[0].Breaker.State != breaker.Open ||
			s[0].Last.Err.Class != failure.Overloaded || s[0].Breaker.Evidence == "" ||
			len(s[1].Cooldowns) != 1 || !s[1].Cooldowns[0].Person ||
			s[1].Cooldowns[0].Cause.Err.Class != failure.Auth || s[2].Breaker.State != breaker.Closed {
			t.Errorf("%+v", s)
		}
	})
}

// Of two words about the same, the later one reaches others too, also if the clock of
// the process that wrote it stood still in between.
func TestRouter_LastRecordWins(t *testing.T) {
	bubble(t, func(t *testing.T) {
		o := chain.Options{Health: health.Options{Memory: &memoryInMemory{}}}
		w, other := newWorld(t, o), newWorld(t, o)
		other.model("a:one", fine)
		other.model("b:two", fine)
		s := other.stage()
		other.must(s, "one")
		if err := w.router.Health().SetHold(t.Context(), "a", health.Hold{Until: time.Now().Add(time.Hour)}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Second)
		other.must(s, "two")
		for _, held := range []time.Duration{time.Hour, 2 * time.Hour} {
			if err := w.router.Health().SetHold(t.Context(), "a", health.Hold{Until: time.Now().Add(held)}); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := w.router.Health().Release(t.Context(), health.Target{Endpoint: "a"}, "well again"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Second)
		other.must(s, "one")
	})
}

// backwards is a memory that tells what it was told in any order, and again.
type backwards struct{ records []health.Record }

func (b *backwards) Recall(context.Context, int64) ([]health.Record, int64, error) {
	all := slices.Clone(b.records)
	slices.Reverse(all)
	return all, 0, nil
}

func (b *backwards) Save(_ context.Context, records []health.Record, _ []health.Transition) error {
	b.records = append(b.records, records...)
	return nil
}

// What is older than what is known changes nothing.
func TestRouter_OldRecordsChangeNothing(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, chain.Options{Health: health.Options{Memory: &backwards{}}})
		w.model("a:one", first(1, fault(failure.Auth)))
		w.model("b:two", fine)
		s := w.stage()
		w.must(s, "two")
		time.Sleep(2 * time.Second)
		if err := w.router.Health().Probe(t.Context(), "a", "the key is right now"); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			time.Sleep(2 * time.Second)
			w.must(s, "one")
		}
		if err := w.router.Health().SetHold(t.Context(), "a", health.Hold{Until: time.Now().Add(time.Hour)}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Second)
		if _, err := w.router.Health().Release(t.Context(), health.Target{Endpoint: "a"}, "well again"); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			time.Sleep(2 * time.Second)
			w.must(s, "one")
		}
	})
}

// What failed last is shared by all processes, also if it changed no breaker; it wakes no request.
func TestRouter_LastFailureIsShared(t *testing.T) {
	bubble(t, func(t *testing.T) {
		o := chain.Options{Health: health.Options{Memory: &memoryInMemory{}}}
		w := newWorld(t, o)
		w.model("a:one", always(fault(failure.Auth)))
		other := w.another(o)
		w.givenUp(w.stage(), chain.Hopeless, failure.Auth)
		if err := other.router.Health().Recall(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, s := range other.router.Health().Status() {
			if s.Endpoint == "a" && (s.Last == nil || s.Last.Err.Class != failure.Auth || s.Last.Model != "one") {
				t.Errorf("%+v", s.Last)
			}
		}
		if len(other.router.Health().Status()) == 0 {
			t.Error("nothing is known")
		}
	})
}
