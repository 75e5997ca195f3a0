package providers_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/internal/memory"
	"github.com/cineforge/cineforge/internal/providers"
	"github.com/cineforge/cineforge/internal/storage"
	"github.com/cineforge/cineforge/llm/health"
	"github.com/cineforge/cineforge/resilience/breaker"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

// attempts stores events in a run of its own, a drill if it plays a scenario.
func attempts(t *testing.T, s *memory.Store, id, drill string, bodies ...event.Body) {
	t.Helper()
	begun := event.PipelineStarted{RecipeID: "r"}
	begun.Drill = drill
	if err := s.Log.Create(t.Context(), run.NewRun{ID: id, ProjectID: "p", First: []event.Body{begun}}); err != nil {
		t.Fatal(err)
	}
	claim, err := s.Journal.Claim(t.Context(), id, time.Minute)
	if err == nil {
		err = s.Log.Commit(t.Context(), claim, run.Change{Events: func([]artifact.Artifact) []event.Body { return bodies }})
	}
	if err != nil {
		t.Fatal(err)
	}
}

// history returns the figures of the only provider in a history.
func history(t *testing.T, s *memory.Store, q providers.HistoryQuery) (f figures) {
	t.Helper()
	service := providers.New(providers.Models{}, providers.Options{Attempts: s.Health})
	h, err := service.History(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	if len(h.Providers) > 1 {
		t.Fatalf("%+v", h.Providers)
	}
	for _, p := range h.Providers {
		f = figures{p.Total.Answered, p.Total.Failed, p.Total.Canceled, p.Total.LatencyP50MS, p.Total.LatencyP95MS}
	}
	return f
}

type figures struct {
	answered, failed, canceled int
	p50, p95                   *int64
}

var at = event.Attempt{Provider: "anthropic", Model: "m"}

// What the caller gave up is no failure, and a drill is no attempt at a provider.
func TestService_HistoryTellsApart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := memory.New()
		attempts(t, s, "a", "", event.AttemptFinished{Attempt: at}, event.AttemptFailed{Attempt: at, ErrorClass: failure.Overloaded},
			event.AttemptFailed{Attempt: at, ErrorClass: failure.Canceled}, event.AttemptFailed{Attempt: at, ErrorClass: failure.Canceled})
		attempts(t, s, "b", "S17", event.AttemptFinished{Attempt: at}, event.AttemptFinished{Attempt: at})
		if f := history(t, s, providers.HistoryQuery{}); f != (figures{answered: 1, failed: 1, canceled: 2}) {
			t.Errorf("%+v", f)
		}
		if f := history(t, s, providers.HistoryQuery{Drills: true}); f != (figures{answered: 2}) {
			t.Errorf("drills: %+v", f)
		}
	})
}

func TestService_HistoryPercentiles(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := memory.New()
		take := func(from, to int) {
			var bodies []event.Body
			for n := from; n <= to; n++ {
				bodies = append(bodies, event.AttemptFinished{Attempt: at, LatencyMS: int64(n)})
			}
			attempts(t, s, "run"+string(rune('a'+to)), "", bodies...)
		}
		for _, tt := range []struct {
			from, to int
			p50, p95 int64
		}{{1, 4, 0, 0}, {5, 5, 3, 0}, {6, 19, 10, 0}, {20, 20, 10, 19}, {21, 100, 50, 95}} {
			take(tt.from, tt.to)
			f := history(t, s, providers.HistoryQuery{})
			value := func(v *int64) int64 {
				if v == nil {
					return 0
				}
				return *v
			}
			if value(f.p50) != tt.p50 || value(f.p95) != tt.p95 {
				t.Errorf("of %d: %d, %d, want %d, %d", tt.to, value(f.p50), value(f.p95), tt.p50, tt.p95)
			}
		}
	})
}

// What versions before the one log recorded is listed behind what the log has, once.
func TestService_EventsOfEarlierVersions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := memory.New()
		log := &earlierLog{Health: s.Health}
		change := func(to breaker.State, evidence string) health.Transition {
			return health.Transition{Endpoint: "anthropic@http://a",
				Transition: breaker.Transition{From: breaker.Closed, To: to, At: time.Now(), Evidence: evidence}}
		}
		log.before = []health.Transition{change(health.DidHold, "broken"), change(breaker.Open, "old")} // newest first
		if err := s.Health.Save(t.Context(), nil, []health.Transition{change(breaker.HalfOpen, "new")}); err != nil {
			t.Fatal(err)
		}
		service := providers.New(providers.Models{}, providers.Options{Attempts: log})
		for limit, want := range map[int]string{10: "half_open held open", 2: "half_open held", 1: "half_open"} {
			list, err := service.Events(t.Context(), providers.EventsQuery{Limit: limit})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, e := range list {
				got = append(got, e.To)
				if (e.ID == 0) != (e.To != "half_open") || e.Provider != "anthropic" || (e.Reason != "") != (e.To == "held") {
					t.Errorf("%+v", e)
				}
			}
			if strings.Join(got, " ") != want {
				t.Errorf("%d: %v, want %s", limit, got, want)
			}
		}
	})
}

// earlierLog is a store with transitions that are in no event of the log.
type earlierLog struct {
	*memory.Health
	before []health.Transition
}

// Transitions returns those of the store, and then the earlier ones.
func (l *earlierLog) Transitions(ctx context.Context, limit int) ([]health.Transition, error) {
	all, err := l.Health.Transitions(ctx, limit)
	return append(all, l.before...), err
}

// Counting for the list of providers is not repeated more often than a tenth of the time.
func TestService_ListCountsAtIntervals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &slowLog{Health: memory.New().Health}
		service := providers.New(providers.Models{}, providers.Options{Attempts: s,
			Waiting: func(context.Context) ([]run.Overview, error) { return nil, nil }})
		for range 25 {
			if _, err := service.List(t.Context()); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Second)
		}
		if s.counted != 3 { // at 0, 12 and 24 s
			t.Errorf("it was counted %d times", s.counted)
		}
	})
}

// slowLog takes a second to count attempts.
type slowLog struct {
	*memory.Health
	counted int
}

// CountAttempts counts, slowly.
func (l *slowLog) CountAttempts(ctx context.Context, w storage.Window) ([]storage.AttemptCount, error) {
	l.counted++
	time.Sleep(time.Second)
	return l.Health.CountAttempts(ctx, w)
}
