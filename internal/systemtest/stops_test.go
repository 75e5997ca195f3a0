package systemtest_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cineforge/cineforge/durable"
	"github.com/cineforge/cineforge/durable/local"
	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/internal/app"
	"github.com/cineforge/cineforge/internal/runs"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
	"github.com/cineforge/cineforge/simulator"
	"github.com/cineforge/cineforge/simulator/scenario"
)

// paced is a provider at the pace of a real one, so that calls are under way when
// something else happens.
func paced(t *testing.T) scenario.Scenario {
	t.Helper()
	s, err := simulator.Find("slow")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// stops are the ways in which a process is asked to end: by Ctrl-C, by SIGTERM to a
// server, and each of them twice.
var stops = []struct {
	name    string
	works   bool // as a server does
	twice   bool
	repeats bool // calls under way may be made again
}{
	{name: "interrupt"}, {name: "interrupt twice", twice: true, repeats: true},
	{name: "hand on", works: true}, {name: "hand on twice", works: true, twice: true, repeats: true},
}

// TestExecute_AStopAtEveryEvent asks the process to end at each commit of a run, and lets another
// one go on: after a polite stop no question is asked twice.
func TestExecute_AStopAtEveryEvent(t *testing.T) {
	base := callsOf(t)
	pace := 3
	if raceOn {
		pace = 11
	}
	for _, stop := range stops {
		t.Run(stop.name, func(t *testing.T) {
			stopped := 0
			for n := 1; ; n += pace {
				lived := false
				synctest.Test(t, func(t *testing.T) {
					w := newWorld(t, play{file: scenes(6), scenario: paced(t)})
					ctx, leave := context.WithCancel(t.Context())
					hard, end := context.WithCancel(t.Context())
					defer end()
					m := &mortal{Store: w.store, commits: -1}
					a := app.New(m.Seams(), w.dir, app.Config{Providers: w.play.providers(), Catalog: known(t),
						Transport: w.line, Router: fixed, Engine: local.Options{Hard: hard}})
					var commits atomic.Int64
					m.watch = func(durable.Claim, []run.Answer) {
						if commits.Add(1) != int64(n) {
							return
						}
						if leave(); stop.twice {
							end()
						}
					}
					id := w.start(a, runs.Request{Queue: stop.works})
					began := time.Now()
					execute := func(ctx context.Context) error { return a.Runs.Execute(ctx, id, func() {}) }
					if stop.works {
						execute = func(ctx context.Context) error { return w.worksUntil(ctx, a, id) }
					}
					err := execute(ctx)
					if lived = ctx.Err() == nil; lived {
						leave()
						return
					}
					if took := time.Since(began); stop.twice && took > 30*time.Second || err != nil && !errors.Is(err, context.Canceled) {
						t.Errorf("stop at commit %d: %v after %v", n, err, took)
					}
					if s := w.state(id); !s.Status.Ended() && (s.Status == run.Paused) == stop.works {
						t.Errorf("stop at commit %d: the run is %s", n, s.Status)
					}
					m.watch = nil
					next, _ := w.boot(-1, false)
					w.execute(next, id)
					checkStop(t, w, id, n, base+map[bool]int{true: atATime}[stop.repeats])
				})
				if lived || t.Failed() {
					break
				}
				stopped++
			}
			if stopped < 20/pace {
				t.Errorf("only %d stops", stopped)
			}
		})
	}
}

// atATime is how many calls are under way at the most.
const atATime = 4

// checkStop wants a run that was stopped at a commit to be done, with at most so many calls.
func checkStop(t *testing.T, w *world, id string, n, most int) {
	t.Helper()
	o := w.outcome(id)
	var p problems
	o.done(&p)
	o.invariants(&p)
	o.paidOnce(&p)
	if len(o.calls) > most {
		p.add("%d calls, want at most %d", len(o.calls), most)
	}
	for _, problem := range p {
		t.Errorf("stop at commit %d: %s", n, problem)
	}
}

// worksUntil works until ctx is done or a run is over.
func (w *world) worksUntil(ctx context.Context, a *app.App, id string) error {
	working, done := context.WithCancel(ctx)
	go func() {
		defer done()
		for _, err := range run.Follow(working, w.store.Log, id, 0) {
			if err != nil {
				return
			}
		}
	}()
	return a.Runs.Work(working)
}

// callsOf counts the calls of a run that is not stopped.
func callsOf(t *testing.T) (n int) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, play{file: scenes(6), scenario: paced(t)})
		a, _ := w.boot(-1, false)
		id := w.start(a, runs.Request{})
		w.execute(a, id)
		n = len(w.outcome(id).calls)
	})
	return n
}

// A unit that fails for good, and money that is spent, cut nothing that is under way: its
// answers are stored, and a retry asks only what has none.
func TestExecute_WhatIsUnderWayIsLetEnd(t *testing.T) {
	refused := scenario.Scenario{ID: "refused", Name: "refused", Rules: []scenario.Rule{{Name: "refused",
		When: scenario.When{Calls: scenario.Counts{{First: 6, Last: 6}}}, Fault: scenario.Fault{Error: "invalid_request"}}}}
	for name, tt := range map[string]struct {
		scenario scenario.Scenario
		settings map[string]string
		retry    runs.RetryRequest
		class    failure.Class
	}{
		"a unit fails for good": {refused, nil, again, failure.InvalidRequest},
		"money is spent":        {scenario.Scenario{}, map[string]string{"max_cost_usd": "0.02"}, dearer(), failure.Budget},
		"time is spent":         {scenario.Scenario{}, map[string]string{"max_stage_seconds": "3"}, again, failure.Budget},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				tt.scenario.Pace = paced(t).Pace
				w := newWorld(t, play{file: scenes(16), scenario: tt.scenario, settings: tt.settings, alone: true, single: true})
				a, _ := w.boot(-1, false)
				id := w.start(a, runs.Request{Request: event.Request{Selection: event.Selection{EndAt: "extract_scenes"}}})
				first := w.execute(a, id)
				st := first.Stages["extract_scenes"]
				if first.Status != run.RunFailed || *st.FinalErrorClass != tt.class {
					t.Fatalf("%s by %v: %s", first.Status, st.FinalErrorClass, first.Error)
				}
				for _, at := range st.Attempts {
					if at.ErrorClass == failure.Canceled {
						t.Errorf("the call about %s was cut", at.Unit)
					}
				}
				for i := range 20 {
					next, _, err := a.Runs.Retry(t.Context(), id, tt.retry)
					if err != nil {
						t.Fatal(err)
					}
					if id = next; w.execute(a, id).Status == run.RunDone {
						break
					}
					if i == 19 {
						t.Fatal("no retry ends it")
					}
				}
				answers, refusals := map[string]int{}, map[string]int{}
				for _, c := range w.outcome(id).calls {
					if answers[c.Prompt]++; answers[c.Prompt] > 1 && refusals[c.Prompt] == 0 {
						t.Errorf("call %d asks again", c.Number)
					}
					if c.Status != 200 {
						refusals[c.Prompt]++
					}
				}
			})
		})
	}
}

// dearer is a retry with more money.
func dearer() runs.RetryRequest {
	r := again
	r.Limits = event.Limits{MaxCostUSD: new(5.0)}
	return r
}

// After five deaths at a stage one unit is done at a time; if the process dies then too, the
// run pauses, and goes on anew when a person resumes it.
func TestExecute_DeathsPauseARun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, play{file: scenes(6), scenario: paced(t)})
		first, _ := w.boot(-1, false)
		id := w.start(first, runs.Request{})
		var most []int
		dies := func() {
			store := &mortal{Store: w.store, commits: -1}
			a := app.New(store.Seams(), w.dir, app.Config{Providers: w.play.providers(), Catalog: known(t), Transport: w.line, Router: fixed})
			ctx, end := context.WithTimeout(t.Context(), 300*time.Millisecond) // no answer has come
			defer end()
			context.AfterFunc(ctx, store.kill)
			done := make(chan struct{})
			go func() {
				defer close(done)
				a.Runs.Execute(context.WithoutCancel(ctx), id, func() {}) //nolint:errcheck // it dies
			}()
			time.Sleep(200 * time.Millisecond)
			most = append(most, a.Providers.Calls())
			<-ctx.Done()
			w.line.kill()
			<-done
			time.Sleep(time.Minute) // the claim has ended
		}
		for range 6 {
			dies()
		}
		if want := []int{4, 4, 4, 4, 4, 1}; !slices.Equal(most, want) {
			t.Errorf("%v calls at a time, want %v", most, want)
		}
		a, _ := w.boot(-1, false)
		s := w.execute(a, id)
		if st := s.Stages["extract_scenes"]; s.Status != run.Paused || st.PauseReason != event.ProcessDeaths || st.Hint == "" {
			t.Fatalf("%s %s: %s", s.Status, st.PauseReason, st.Error)
		}
		stop := w.works(a)
		time.Sleep(time.Hour)
		stop()
		if now := w.state(id); now.LastSeq != s.LastSeq {
			t.Error("it goes on by itself")
		}
		if err := a.Runs.Confirm(t.Context(), id, runs.Continuation{}); err != nil {
			t.Fatal(err)
		}
		if s = w.execute(a, id); s.Status != run.RunDone || s.Stages["extract_scenes"].Crashes != 0 {
			t.Errorf("%s: %s", s.Status, s.Error)
		}
	})
}

// Two runs of one process that ask the same at once pay once for it.
func TestExecute_OneCallForEachRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, play{file: scenes(6), scenario: paced(t)})
		a, _ := w.boot(-1, false)
		ids := []string{w.start(a, runs.Request{New: true, Queue: true}), w.start(a, runs.Request{New: true, Queue: true}),
			w.start(a, runs.Request{New: true, Queue: true, ProjectID: "other"})}
		stop := w.works(a)
		for _, id := range ids {
			if s := w.over(id, time.Hour); s.Status != run.RunDone {
				t.Errorf("%s: %s", s.Status, s.Error)
			}
		}
		stop()
		prompts := map[string]int{}
		for _, c := range w.outcome(ids...).calls {
			if prompts[c.Prompt]++; prompts[c.Prompt] > 1 {
				t.Errorf("call %d asks %s again", c.Number, fmt.Sprintf("%.40q", c.Prompt))
			}
		}
	})
}
