package systemtest_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cineforge/cineforge/internal/app"
	"github.com/cineforge/cineforge/internal/library"
	"github.com/cineforge/cineforge/internal/providers"
	"github.com/cineforge/cineforge/internal/runs"
	"github.com/cineforge/cineforge/internal/sqlite"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/simulator"
	"github.com/cineforge/cineforge/simulator/scenario"
)

// process is a system of its own on a world's data directory, with providers of its own.
func (w *world) process(others ...providers.Provider) *app.App {
	w.t.Helper()
	store, err := sqlite.Open(w.t.Context(), w.dir)
	if err != nil {
		w.t.Fatal(err)
	}
	a := app.New(store.Seams(), w.dir, app.Config{Providers: others, Catalog: known(w.t), Transport: w.line, Router: fixed})
	w.t.Cleanup(func() { a.Close() })
	return a
}

// onFile is a world whose store is in a file.
func onFile(t *testing.T, p play) *world {
	t.Helper()
	w := newWorld(t, p)
	store, err := sqlite.Open(t.Context(), w.dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	w.store = store.Seams()
	return w
}

// died is a world in which a run of twelve scenes was begun by a process that died in the
// middle, after it had some answers.
func died(t *testing.T, p play, begun ...providers.Provider) (w *world, id string) {
	t.Helper()
	p.file = scenes(12)
	p.scenario = scenario.Scenario{ID: "ok", Name: "ok"}
	w = onFile(t, p)
	own, err := sqlite.Open(t.Context(), w.dir) // with it the process's claims end
	if err != nil {
		t.Fatal(err)
	}
	m := &mortal{Store: own.Seams(), commits: 30}
	a := app.New(m.Seams(), w.dir, app.Config{Providers: begun, Catalog: known(t), Transport: w.line, Router: fixed})
	id = w.start(a, runs.Request{})
	if err := a.Runs.Execute(t.Context(), id, func() {}); !errors.Is(err, errDead) {
		t.Fatal(err)
	}
	m.Store.Close()
	if s := w.state(id); s.Stages["extract_scenes"].CallCount < 2 {
		t.Fatalf("it died after %d answers", s.Stages["extract_scenes"].CallCount)
	}
	return w, id
}

// at is the own server under a name and at an address.
func at(name, url string) providers.Provider {
	p := ollama
	p.Name, p.BaseURL = name, url
	return p
}

const (
	ownServer  = "http://localhost:11434/compat/local/v1"
	otherPort  = "http://127.0.0.1:8080/compat/local/v1"
	elsewhere  = "http://models.example/compat/local/v1"
	ownNetwork = "http://10.0.0.7:8080/compat/local/v1"
)

// A run means the same in every process: one that can ask no candidate that the run pins
// leaves it alone and says what it needs, and one that can goes on as it began.
func TestCarry_ARunMeansTheSame(t *testing.T) {
	claude, all := withKeys("ANTHROPIC"), withKeys("ANTHROPIC", "OPENAI", "GEMINI")
	renamed := slices.Clone(claude[:1])
	renamed[0].Name, renamed[0].KeyVariable, renamed[0].Key = "work", "WORK_KEY", "another-key-of-the-same"
	moved := slices.Clone(claude)
	moved[0].BaseURL = "http://proxy.example/anthropic"
	for name, tt := range map[string]struct {
		target string
		begun  []providers.Provider
		meets  []providers.Provider
		needs  string // "" if it goes on
	}{
		"no keys":                            {"anthropic", claude, withKeys(), "key ANTHROPIC_API_KEY"},
		"keys of another vendor":             {"anthropic", claude, withKeys("OPENAI", "GEMINI"), "key ANTHROPIC_API_KEY"},
		"the same vendor at another address": {"anthropic", claude, moved, "provider anthropic"},
		"the same keys":                      {"anthropic", claude, claude, ""},
		"more keys":                          {"anthropic", claude, all, ""},
		"one of three keys":                  {"anthropic", all, claude, ""},
		"another name and key":               {"anthropic", claude, renamed, ""},
		"an own server, and cloud keys":      {"local", []providers.Provider{at("local", ownServer)}, all, "provider local"},
		"an own server, and nobody":          {"local", []providers.Provider{at("local", ownServer)}, nil, "provider local"},
		"an own server elsewhere": {"local", []providers.Provider{at("local", ownServer)},
			[]providers.Provider{at("local", elsewhere)}, "provider local"},
		"an own server on another machine": {"local", []providers.Provider{at("local", ownServer)},
			[]providers.Provider{at("local", ownNetwork)}, "provider local"},
		"an own server renamed on a new port": {"local", []providers.Provider{at("local", ownServer)},
			append([]providers.Provider{at("box", otherPort)}, all...), ""},
		"no keys at the start, keys later": {"anthropic", nil, all, ""},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w, id := died(t, play{target: tt.target, single: tt.target == "local"}, tt.begun...)
				before, calls := w.state(id), len(w.sim.Calls())
				a := w.process(tt.meets...)
				stop := w.works(a)
				time.Sleep(5 * time.Minute)
				stop()
				if tt.needs != "" {
					leftAlone(t, w, a, before, calls, tt.needs)
					a = w.process(tt.begun...)
					w.execute(a, id)
				}
				sameToTheEnd(t, w, id, tt.begun)
			})
		})
	}
}

// leftAlone wants nothing to have happened in a run, and everybody to be told why.
func leftAlone(t *testing.T, w *world, a *app.App, before run.State, calls int, needs string) {
	t.Helper()
	id := before.RunID
	if now := w.state(id); now.LastSeq != before.LastSeq || len(w.sim.Calls()) != calls {
		t.Errorf("%d events, %d calls", now.LastSeq-before.LastSeq, len(w.sim.Calls())-calls)
	}
	s, err := a.Reader.State(t.Context(), id)
	if err != nil || s.Status != run.Waiting || *s.WaitReason != run.NoCarrier || string(s.Needs[0].Kind)+" "+s.Needs[0].Name != needs {
		t.Errorf("%s %v %v %v", s.Status, s.WaitReason, s.Needs, err)
	}
	waiting := runs.Filter{Statuses: []run.Status{run.Waiting}}
	if list, _, err := a.Reader.List(t.Context(), waiting); err != nil || len(list) != 1 || len(list[0].Needs) == 0 {
		t.Errorf("%+v %v", list, err)
	}
	if list, err := a.Reader.Uncarried(t.Context()); err != nil || len(list) != 1 || list[0].RunID != id {
		t.Errorf("%+v %v", list, err)
	}
	for name, err := range map[string]error{
		"execute": a.Runs.Execute(t.Context(), id, func() {}), "attend": a.Runs.Run(t.Context(), id, func() {}),
		"confirm": a.Runs.Confirm(t.Context(), id, runs.Continuation{}), "resume": a.Runs.Resume(t.Context(), id, runs.Continuation{}),
		"try now": a.Runs.TryNow(t.Context(), id, ""),
	} {
		if !errors.Is(err, run.ErrNoCarrier) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if left := a.Runs.Unfinished(t.Context(), ""); len(left) > 0 {
		t.Errorf("it would go on with %v", left)
	}
	if now := w.state(id); now.LastSeq != before.LastSeq {
		t.Error("something was recorded")
	}
}

// sameToTheEnd wants a run to be done by those that it was begun with.
func sameToTheEnd(t *testing.T, w *world, id string, begun []providers.Provider) {
	t.Helper()
	var p problems
	o := w.outcome(id)
	o.done(&p)
	o.paidOnce(&p)
	for _, problem := range p {
		t.Error(problem)
	}
	origins := map[string]bool{}
	for _, list := range o.states[0].Candidates {
		for _, c := range list {
			origins[c.Model] = true
		}
	}
	for _, a := range o.attempts() {
		if !origins[a.Model] || (a.Provider == "offline") != (begun == nil) {
			t.Errorf("%s:%s was asked about %s", a.Provider, a.Model, a.Unit)
		}
	}
}

// No process adds anybody to a run: while the one that it pins is out, it waits.
func TestCarry_NoCandidateIsAdded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, id := died(t, play{}, withKeys("ANTHROPIC")...)
		w.sim.SetScenario(scenario.Scenario{ID: "out", Name: "out", Rules: []scenario.Rule{{Name: "out",
			When: scenario.When{Provider: scenario.Globs{"anthropic"}, Until: 10 * time.Minute}, Fault: scenario.Fault{Error: "overloaded"}}}})
		stop := w.works(w.process(withKeys("ANTHROPIC", "OPENAI", "GEMINI")...))
		defer stop()
		if s := w.over(id, 2*time.Hour); s.Status != run.RunDone || !slices.Equal(s.AskedProviders(), []string{"anthropic"}) {
			t.Errorf("%s by %v", s.Status, s.AskedProviders())
		}
	})
}

// A person's word lets a run go on with today's line-up, and is recorded; it does not make
// a run degrade whose recipe says never.
func TestResume_WithCandidatesOfToday(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, id := died(t, play{}, withKeys("ANTHROPIC")...)
		keyless := w.process()
		if err := keyless.Runs.Resume(t.Context(), id, runs.Continuation{Today: true}); !errors.Is(err, run.ErrNoCarrier) {
			t.Errorf("without keys: %v", err)
		}
		before := w.state(id)
		a := w.process(withKeys("OPENAI")...)
		if err := a.Runs.Resume(t.Context(), id, runs.Continuation{Today: true}); err != nil {
			t.Fatal(err)
		}
		if s, err := a.Reader.State(t.Context(), id); err != nil || len(s.Needs) > 0 ||
			s.Candidates["extract_scenes"][0].Provider != "openai" || s.LastSeq != before.LastSeq+1 {
			t.Errorf("%+v %v", s.Candidates, err)
		}
		if s, err := w.process(withKeys("ANTHROPIC")...).Reader.State(t.Context(), id); err != nil || len(s.Needs) == 0 {
			t.Errorf("whom it was begun with can still be asked: %v %v", s.Needs, err)
		}
		state := w.execute(a, id)
		asked := state.AskedProviders()
		if state.Status != run.RunDone || !slices.Equal(asked, []string{"anthropic", "openai"}) {
			t.Errorf("%s by %v", state.Status, asked)
		}
		var p problems
		if w.outcome(id).paidOnce(&p); len(p) > 0 {
			t.Error(p)
		}
	})
}

// The time without a carrier is no waiting: a run that may wait for ten minutes goes on
// after a week.
func TestCarry_TheTimeWithoutACarrierIsNoWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, id := died(t, play{settings: map[string]string{"max_wait_seconds": "600", "max_stage_seconds": "600"}}, withKeys("ANTHROPIC")...)
		stop := w.works(w.process())
		time.Sleep(time.Hour)
		stop()
		time.Sleep(7 * 24 * time.Hour)
		if s := w.execute(w.process(withKeys("ANTHROPIC")...), id); s.Status != run.RunDone {
			t.Errorf("%s: %s", s.Status, s.Error)
		}
	})
}

// A process that can't go on with a run can cancel it, and retry it with the candidates of today.
func TestCarry_CancelNeedsNoCandidate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, id := died(t, play{}, withKeys("ANTHROPIC")...)
		a := w.process(withKeys("OPENAI")...)
		if err := a.Runs.Cancel(t.Context(), id, ""); err != nil {
			t.Fatal(err)
		}
		plan, err := a.Runs.PlanRetry(t.Context(), id, again.Retry)
		if err != nil || len(plan.Changes) == 0 || plan.Changes[0].Key != "candidates" {
			t.Fatalf("the plan says %+v: %v", plan.Changes, err)
		}
		next, _, err := a.Runs.Retry(t.Context(), id, again)
		if err != nil {
			t.Fatal(err)
		}
		if s := w.execute(a, next); s.Status != run.RunDone || !slices.Equal(s.AskedProviders(), []string{"openai"}) {
			t.Errorf("%s by %v", s.Status, s.AskedProviders())
		}
	})
}

// The same start gives the run that is under way, from however many processes it comes.
func TestStart_TheSameStartGivesTheRunUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := onFile(t, play{file: scenes(12), scenario: scenario.Scenario{ID: "ok", Name: "ok"}})
		s := runs.Request{RecipeID: "mvp_ingest", File: w.play.file, Request: accepting(true)}
		processes := []*app.App{w.process(withKeys("ANTHROPIC")...), w.process(withKeys("ANTHROPIC")...)}
		var mu sync.Mutex
		made := map[string]int{}
		var starts, executions sync.WaitGroup
		for i := range 8 {
			starts.Go(func() {
				id, existing, err := processes[i%2].Runs.Start(t.Context(), s)
				if err != nil {
					t.Error(err)
				}
				mu.Lock()
				defer mu.Unlock()
				if made[id]++; !existing {
					made["new"]++
				}
			})
		}
		starts.Wait()
		if len(made) != 2 || made["new"] != 1 {
			t.Errorf("%v", made)
		}
		for id := range made {
			for _, a := range processes {
				executions.Go(func() {
					if err := a.Runs.Execute(t.Context(), id, func() {}); err != nil && id != "new" {
						t.Error(err)
					}
				})
			}
		}
		executions.Wait()
		prompts := map[string]int{}
		for _, c := range w.sim.Calls() {
			if prompts[c.Prompt]++; prompts[c.Prompt] > 1 {
				t.Errorf("call %d is asked twice", c.Number)
			}
		}
	})
}

// What makes another run of the same file.
func TestStart_WhatIsNotTheSame(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, play{scenario: scenario.Scenario{ID: "ok", Name: "ok"}})
		a, _ := w.boot(-1, false)
		same := runs.Request{RecipeID: "mvp_ingest", File: w.play.file, Queue: true, Request: accepting(false)}
		first, existing, err := a.Runs.Start(t.Context(), same)
		if err != nil || existing {
			t.Fatal(existing, err)
		}
		for name, change := range map[string]func(s *runs.Request){
			"new": func(s *runs.Request) { s.New = true }, "force": func(s *runs.Request) { s.Force = true },
			"project": func(s *runs.Request) { s.ProjectID = "other" }, "end": func(s *runs.Request) { s.EndAt = "normalize" },
			"parameter": func(s *runs.Request) { s.RuntimeParams = map[string]any{"accept_config": true} },
			"file":      func(s *runs.Request) { s.File = scenes(2); s.ProjectID = "scenes" },
			"name":      func(s *runs.Request) { s.File.Name = "b.fountain"; s.ProjectID = library.Slug(w.play.file.Name) },
			"drill":     func(s *runs.Request) { s.Drill = "healthy" }, "dry run": func(s *runs.Request) { s.DryRun = true },
		} {
			other := same
			change(&other)
			if id, existing, err := a.Runs.Start(t.Context(), other); err != nil || existing || id == first {
				t.Errorf("%s: %s %v %v", name, id, existing, err)
			}
		}
		// The newest of the same is found until it is over, or waits for a person.
		again, existing, err := a.Runs.Start(t.Context(), same)
		if err != nil || !existing {
			t.Fatal(again, existing, err)
		}
		if s := w.execute(a, again); s.Status != run.Paused {
			t.Fatal(s.Status)
		}
		w.execute(a, first)
		if id, existing, err := a.Runs.Start(t.Context(), same); err != nil || existing {
			t.Errorf("one that waits to be confirmed is the same: %s %v %v", id, existing, err)
		}
	})
}

// One that was only interrupted goes on.
func TestStart_AnInterruptedRunGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow, err := simulator.Find("slow")
		if err != nil {
			t.Fatal(err)
		}
		w := newWorld(t, play{file: scenes(12), scenario: slow})
		a, _ := w.boot(-1, false)
		same := runs.Request{RecipeID: "mvp_ingest", File: w.play.file, Request: accepting(true)}
		id, _, err := a.Runs.Start(t.Context(), same)
		if err != nil {
			t.Fatal(err)
		}
		ctx, interrupt := context.WithTimeout(t.Context(), 2*time.Second)
		defer interrupt()
		a.Runs.Execute(ctx, id, func() {}) //nolint:errcheck // it is interrupted
		if s := w.state(id); s.Status != run.Paused {
			t.Fatal(s.Status)
		}
		same.Queue = true
		if next, existing, err := a.Runs.Start(t.Context(), same); err != nil || !existing || next != id {
			t.Fatal(next, existing, err)
		}
		stop := w.works(a)
		defer stop()
		if s := w.over(id, time.Hour); s.Status != run.RunDone {
			t.Error(s.Status)
		}
	})
}
