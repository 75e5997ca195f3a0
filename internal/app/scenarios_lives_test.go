package app_test

import (
	"context"
	"testing"
	"time"

	"cineforge/internal/app"
	"cineforge/run"
	"cineforge/simulator"
)

// lifeScenarios are the fault scenarios in which processes die or operators act.
func lifeScenarios(t *testing.T) []faultScenario {
	script := sample(t, "the_tide_clock.fountain")
	cancelled := func(o outcome, p *problems) {
		p.check(o.states[0].Status == run.RunCanceled, "the run is %s", o.states[0].Status)
		p.check(o.states[1].Status == run.RunDone && o.states[1].Stages["ingest"].Status == run.StageReused, "its retry is %s", o.states[1].Status)
		o.paidOnce(p)
	}
	hint := simulator.Scenario{ID: "S29a", Name: "s29a", Rules: []simulator.Rule{{Name: "hint",
		When: simulator.When{Provider: simulator.Globs{"target"}, Until: time.Minute}, Fault: simulator.Fault{Error: "rate_limit", RetryAfter: 4 * time.Second}}}}
	return []faultScenario{
		{id: "S23", wants: "restart finishes it; no stored call repeated; one terminal event", play: play{file: script}, lives: dies(7), checks: func(o outcome, p *problems) {
			o.done(p)
			o.paidOnce(p)
		}},
		{id: "S29 in a pause", wants: "stops within 1 s; a retry continues from there", play: play{file: script, scenario: hint}, lives: cancels(time.Second), checks: cancelled},
		{id: "S29 in a hung call", wants: "the same", play: play{file: script}, lives: cancels(20 * time.Second), checks: cancelled},
		{id: "S29 in a wait", wants: "the same", play: play{file: script, scenario: down(time.Hour)}, lives: cancels(5 * time.Minute), checks: cancelled},
	}
}

// dies executes a run by processes that die after more and more commits, from n on.
func dies(n int) func(w *world) outcome {
	return func(w *world) outcome {
		first, _ := w.boot(n, false)
		id := w.start(first, app.Start{})
		for i := range 40 {
			a, _ := w.boot(n+3*i, i%2 == 0)
			a.Execute(w.t.Context(), id, func() {}) //nolint:errcheck // its process dies
			if w.state(id).Status.Ended() {
				break
			}
		}
		return w.outcome(id)
	}
}

// cancels cancels a run some time after its start, and retries it when all is well.
func cancels(after time.Duration) func(w *world) outcome {
	return func(w *world) outcome {
		a, _ := w.boot(-1, false)
		id := w.start(a, app.Start{Queue: true})
		stop := w.works(a)
		defer stop()
		time.Sleep(after)
		operator, _ := w.boot(-1, false)
		asked := time.Now()
		if err := operator.Cancel(context.WithoutCancel(w.t.Context()), id); err != nil {
			w.t.Error(err)
		}
		if took := time.Since(asked); took > time.Second {
			w.t.Errorf("it took %v", took)
		}
		w.sim.SetScenario(simulator.Scenario{ID: "ok", Name: "ok"})
		next, _, err := operator.Retry(w.t.Context(), id, again)
		if err != nil {
			w.t.Fatal(err)
		}
		w.execute(operator, next)
		return w.outcome(id, next)
	}
}
