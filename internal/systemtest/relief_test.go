package systemtest_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cineforge/cineforge/internal/app"
	"github.com/cineforge/cineforge/internal/runs"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/simulator/scenario"
)

// parked is a world in which a run waits for long, in the store only.
func parked(t *testing.T, p play, before func(a *app.App)) (w *world, a *app.App, id string) {
	t.Helper()
	p.options, p.alone = fixed, true
	w = newWorld(t, p)
	a, _ = w.boot(-1, false)
	before(a)
	id = w.start(a, runs.Request{Queue: true})
	t.Cleanup(w.works(a))
	time.Sleep(time.Minute)
	if s := w.state(id); s.Status != run.Waiting || time.Until(s.NextAttemptAt.Time) < 5*time.Second {
		t.Fatalf("%s until %v", s.Status, s.NextAttemptAt)
	}
	return w, a, id
}

func released(a *app.App, name string) error {
	_, err := a.Providers.Release(context.Background(), name, "over")
	return err
}

// An operator's word about a provider ends the waiting of all runs that are parked for
// it, whichever process it is said to.
func TestRelease_EndsTheWaitingOfParkedRuns(t *testing.T) {
	healthy := scenario.Scenario{ID: "healthy", Name: "healthy"}
	hold := func(a *app.App) {
		if err := a.Providers.Hold(context.Background(), "anthropic", "drill", 3*time.Hour); err != nil {
			t.Fatal(err)
		}
	}
	for name, test := range map[string]struct {
		play   play
		before func(a *app.App)
		word   func(w *world, a *app.App) error
	}{
		"release": {play{scenario: healthy}, hold, func(_ *world, a *app.App) error { return released(a, "anthropic") }},
		"release of a key with a day's gate": {play{scenario: scenario.Scenario{ID: "day", Name: "day", Rules: []scenario.Rule{{Name: "day",
			When: scenario.When{Until: 30 * time.Second}, Fault: scenario.Fault{Error: "rate_limit", RetryAfter: 5 * time.Hour}}}}},
			func(*app.App) {},
			func(_ *world, a *app.App) error { return released(a, "ANTHROPIC_API_KEY") }},
		"probe of who has a day's gate": {play{scenario: scenario.Scenario{ID: "day", Name: "day", Rules: []scenario.Rule{{Name: "day",
			When: scenario.When{Until: 30 * time.Second}, Fault: scenario.Fault{Error: "rate_limit", RetryAfter: 5 * time.Hour}}}}},
			func(*app.App) {},
			func(_ *world, a *app.App) error { return a.Providers.Probe(context.Background(), "anthropic", "cured") }},
	} {
		for _, other := range []bool{false, true} {
			t.Run(name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					w, a, id := parked(t, test.play, test.before)
					said := time.Now()
					if other {
						a, _ = w.boot(-1, false)
					}
					if err := test.word(w, a); err != nil {
						t.Fatal(err)
					}
					s := w.over(id, time.Minute)
					if took := s.FinishedAt.Sub(said); s.Status != run.RunDone || took > 15*time.Second {
						t.Errorf("%s after %v: %s", s.Status, took, s.Error)
					}
				})
			})
		}
	}
}

// The first word to a process that has just begun counts, also if what it knows of the
// providers is only what it remembers.
func TestTryNow_InAFreshProcess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, play{scenario: down(20 * time.Minute), options: fixed})
		a, _ := w.boot(-1, false)
		id := w.start(a, runs.Request{Queue: true})
		stop := w.works(a)
		for s := w.state(id); s.Status != run.Waiting || time.Until(s.NextAttemptAt.Time) < 8*time.Second; s = w.state(id) {
			time.Sleep(time.Second)
		}
		stop()
		w.sim.SetScenario(scenario.Scenario{ID: "healthy", Name: "healthy"})
		b, _ := w.boot(-1, false)
		defer w.works(b)()
		said := time.Now()
		if err := b.Runs.TryNow(t.Context(), id, ""); err != nil {
			t.Fatal(err)
		}
		s := w.over(id, time.Minute)
		if took := s.FinishedAt.Sub(said); s.Status != run.RunDone || took > 5*time.Second {
			t.Errorf("%s after %v", s.Status, took)
		}
	})
}
