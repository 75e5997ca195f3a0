package systemtest_test

import (
	"context"
	"testing"
	"time"

	"github.com/cineforge/cineforge/internal/app"
	"github.com/cineforge/cineforge/internal/providers"
	"github.com/cineforge/cineforge/internal/runs"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/simulator/scenario"
)

// lifeScenarios are the fault scenarios in which processes die or operators act.
func lifeScenarios(t *testing.T) []faultScenario {
	script := sample(t, "the_tide_clock.fountain")
	cancelled := func(o outcome, p *problems) {
		p.check(o.states[0].Status == run.RunCancelled, "the run is %s", o.states[0].Status)
		p.check(o.states[1].Status == run.RunDone && o.states[1].Stages["ingest"].Status == run.StageReused, "its retry is %s",
			o.states[1].Status)
		o.paidOnce(p)
	}
	hint := scenario.Scenario{ID: "S29a", Name: "s29a", Rules: []scenario.Rule{{Name: "hint",
		When:  scenario.When{Provider: scenario.Globs{"target"}, Until: time.Minute},
		Fault: scenario.Fault{Error: "rate_limit", RetryAfter: 4 * time.Second}}}}
	return []faultScenario{
		{id: "S23", wants: "restart finishes it; no stored call repeated; one terminal event", play: play{file: script}, lives: dies(7),
			checks: func(o outcome, p *problems) {
				o.done(p)
				o.paidOnce(p)
			}},
		{id: "S42", wants: "a stop while four stream: those are stored, and none is repeated", play: play{file: scenes(12), scenario: paced(t)},
			lives:  stopsOnce,
			checks: askedOnce},
		{id: "S43", wants: "the same start twice is one run; runs of the same pay once", play: play{file: scenes(12), scenario: paced(t)},
			lives: twins, checks: askedOnce},
		{id: "S55", wants: "begun with keys, met by a process without: left alone, then goes on", play: play{file: script, scenario: paced(t)},
			lives: meets(nil), checks: carriedOn},
		{id: "S56", wants: "begun on a local server, met by cloud keys: left alone, then goes on", only: []string{"local"},
			play:  play{file: script, scenario: paced(t), single: true, alone: true},
			lives: meets(withKeys("ANTHROPIC", "OPENAI", "GEMINI")), checks: carriedOn},
		{id: "S57", wants: "disk full for 3 minutes: answers kept and stored, none paid twice",
			play: play{file: scenes(12), scenario: paced(t)}, lives: fills, checks: askedOnce},
		{id: "S61", wants: "a newer schema beside it: what is begun ends, nothing more is claimed",
			play: play{file: scenes(12), scenario: paced(t)}, lives: migrates,
			checks: askedOnce},
		{id: "S29 in a pause", wants: "stops within 1 s; a retry continues from there", play: play{file: script, scenario: hint},
			lives: cancels(time.Second), checks: cancelled},
		{id: "S29 in a hung call", wants: "the same", play: play{file: script}, lives: cancels(20 * time.Second), checks: cancelled},
		{id: "S29 in a wait", wants: "the same", play: play{file: script, scenario: down(time.Hour)}, lives: cancels(5 * time.Minute),
			checks: cancelled},
	}
}

// carriedOn wants a run to be done by those that it was begun with.
func carriedOn(o outcome, p *problems) {
	o.done(p)
	o.paidOnce(p)
	for _, a := range o.attempts() {
		p.check(a.Provider == o.target, "%s was asked", a.Provider)
	}
}

// askedOnce wants the first run to be done, and no question to have been asked twice.
func askedOnce(o outcome, p *problems) {
	p.check(o.states[0].Status == run.RunDone, "the run is %s: %s", o.states[0].Status, o.states[0].Error)
	o.paidOnce(p)
	prompts := map[string]int{}
	for _, c := range o.calls {
		if prompts[c.Prompt]++; prompts[c.Prompt] > 1 {
			p.add("call %d asks again", c.Number)
		}
	}
}

// stopsOnce stops a server politely while four questions are asked; another one goes on.
func stopsOnce(w *world) outcome {
	a, _ := w.boot(-1, false)
	id := w.start(a, runs.Request{Queue: true})
	stop := w.works(a)
	time.Sleep(1500 * time.Millisecond)
	stop()
	next, _ := w.boot(-1, false)
	w.execute(next, id)
	return w.outcome(id)
}

// twins starts the same twice, and another run of the same that is asked for as such.
func twins(w *world) outcome {
	a, _ := w.boot(-1, false)
	first := w.start(a, runs.Request{Queue: true})
	if second := w.start(a, runs.Request{Queue: true}); second != first {
		w.t.Errorf("%s and %s are two runs", first, second)
	}
	third := w.start(a, runs.Request{Queue: true, New: true})
	stop := w.works(a)
	defer stop()
	for _, id := range []string{first, third} {
		w.over(id, time.Hour)
	}
	return w.outcome(first, third)
}

// meets lets a process begin a run and die, and one with other providers meet it.
func meets(others []providers.Provider) func(w *world) outcome {
	return func(w *world) outcome {
		first, _ := w.boot(16, false)
		id := w.start(first, runs.Request{})
		first.Runs.Execute(w.t.Context(), id, func() {}) //nolint:errcheck // its process dies
		calls := len(w.sim.Calls())
		other := app.New((&mortal{Store: w.store, commits: -1}).Seams(), w.dir,
			app.Config{Providers: others, Catalog: known(w.t), Transport: w.line, Router: fixed})
		stop := w.works(other)
		time.Sleep(time.Hour)
		stop()
		if s, err := other.Reader.State(w.t.Context(), id); err != nil || len(s.Needs) == 0 || len(w.sim.Calls()) != calls {
			w.t.Errorf("it needs %v, and %d calls were made: %v", s.Needs, len(w.sim.Calls())-calls, err)
		}
		again, _ := w.boot(-1, false)
		w.execute(again, id)
		return w.outcome(id)
	}
}

// fills fills the disk for three minutes while four questions are asked.
func fills(w *world) outcome {
	w.inDatabase()
	a, _ := w.boot(-1, false)
	id := w.start(a, runs.Request{Queue: true})
	stop := w.works(a)
	defer stop()
	time.Sleep(1500 * time.Millisecond)
	full := storeFaults()["full"]
	full.take(w)
	time.Sleep(3 * time.Minute)
	full.give(w)
	w.over(id, time.Hour)
	return w.outcome(id)
}

// migrates has a newer program bring the schema up to date in the middle of a run.
func migrates(w *world) outcome {
	w.inDatabase()
	a, _ := w.boot(-1, false)
	id, later := w.start(a, runs.Request{Queue: true}), w.start(a, runs.Request{New: true, ProjectID: "later"})
	stop := w.works(a)
	time.Sleep(1500 * time.Millisecond)
	w.maintain(w.disk, "INSERT INTO goose_db_version (version_id, is_applied) SELECT max(version_id) + 1, 1 FROM goose_db_version")
	s := w.over(id, time.Hour)
	time.Sleep(time.Hour)
	stop()
	if other := w.state(later); other.Status != run.Queued || s.Status != run.RunDone {
		w.t.Errorf("%s, and the other run is %s", s.Status, other.Status)
	}
	return w.outcome(id)
}

// dies executes a run by processes that die after more and more commits, from n on.
func dies(n int) func(w *world) outcome {
	return func(w *world) outcome {
		first, _ := w.boot(n, false)
		id := w.start(first, runs.Request{})
		for i := range 40 {
			a, _ := w.boot(n+3*i, i%2 == 0)
			a.Runs.Execute(w.t.Context(), id, func() {}) //nolint:errcheck // its process dies
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
		id := w.start(a, runs.Request{Queue: true})
		stop := w.works(a)
		defer stop()
		time.Sleep(after)
		operator, _ := w.boot(-1, false)
		asked := time.Now()
		if err := operator.Runs.Cancel(context.WithoutCancel(w.t.Context()), id, ""); err != nil {
			w.t.Error(err)
		}
		if took := time.Since(asked); took > time.Second {
			w.t.Errorf("it took %v", took)
		}
		w.sim.SetScenario(scenario.Scenario{ID: "ok", Name: "ok"})
		next, _, err := operator.Runs.Retry(w.t.Context(), id, again)
		if err != nil {
			w.t.Fatal(err)
		}
		w.execute(operator, next)
		return w.outcome(id, next)
	}
}
