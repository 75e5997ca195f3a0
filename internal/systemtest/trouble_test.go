package systemtest_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cineforge/cineforge/internal/app"
	"github.com/cineforge/cineforge/internal/runs"
	"github.com/cineforge/cineforge/run"
)

// S57: a store that takes nothing for three minutes, and for an hour, while four questions
// are asked by a server: it is told, no new call is made meanwhile, the answers at hand are
// kept, and stored afterwards.
func TestWork_AnswersAreKeptWhileTheStoreTakesNothing(t *testing.T) {
	for name, fault := range storeFaults() {
		for _, lasts := range []time.Duration{3 * time.Minute, time.Hour} {
			if fault.kind == run.Locked && lasts > time.Minute*5 {
				continue // each try takes the wall clock's time
			}
			t.Run(name+" for "+lasts.String(), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					w := onDisk(t)
					w.play.file = scenes(12)
					w.sim.SetScenario(paced(t))
					var mu sync.Mutex
					var told []error
					a := app.New((&mortal{Store: w.store, commits: -1}).Seams(), w.dir,
						app.Config{Providers: w.play.providers(), Catalog: known(t), Transport: w.line, Router: fixed,
							StoreTrouble: func(err error) {
								mu.Lock()
								defer mu.Unlock()
								told = append(told, err)
							}})
					id := w.start(a, runs.Request{Queue: true})
					stop := w.works(a)
					defer stop()
					time.Sleep(1500 * time.Millisecond) // four stream
					fault.take(w)
					time.Sleep(time.Minute)
					calls := len(w.sim.Calls())
					if calls > 8 {
						t.Errorf("%d calls were made", calls)
					}
					if err := a.Upkeep.Ready(t.Context()); run.TroubleOf(err) != fault.kind || run.TroubleOf(a.Upkeep.Trouble()) != fault.kind {
						t.Errorf("it is ready: %v", err)
					}
					time.Sleep(lasts - time.Minute)
					if now := len(w.sim.Calls()); now != calls {
						t.Errorf("%d calls were made meanwhile", now-calls)
					}
					fault.give(w)
					if s := w.over(id, 30*time.Minute); s.Status != run.RunDone {
						t.Errorf("%s: %s", s.Status, s.Error)
					}
					if err := a.Upkeep.Ready(t.Context()); err != nil {
						t.Errorf("it is not ready: %v", err)
					}
					mu.Lock()
					defer mu.Unlock()
					if len(told) != 2 || run.TroubleOf(told[0]) != fault.kind || told[1] != nil {
						t.Errorf("told %v", told)
					}
					prompts := map[string]int{}
					for _, c := range w.outcome(id).calls {
						if prompts[c.Prompt]++; prompts[c.Prompt] > 1 {
							t.Errorf("call %d asks again", c.Number)
						}
					}
				})
			})
		}
	}
}

// A process that is stopped while the store takes nothing ends in the time that it has.
func TestWork_AStopDoesNotWaitForTheStore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := onDisk(t)
		w.sim.SetScenario(paced(t))
		a := app.New((&mortal{Store: w.store, commits: -1}).Seams(), w.dir,
			app.Config{Providers: w.play.providers(), Catalog: known(t), Transport: w.line, Router: fixed})
		w.start(a, runs.Request{Queue: true})
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			defer close(done)
			a.Runs.Work(ctx) //nolint:errcheck // it ends with ctx
		}()
		time.Sleep(1500 * time.Millisecond)
		storeFaults()["full"].take(w)
		time.Sleep(time.Minute)
		stop()
		began := time.Now()
		<-done
		if took := time.Since(began); took > 40*time.Second {
			t.Errorf("it took %v", took)
		}
		time.Sleep(3 * time.Minute) // what was left alone has given up
	})
}

// Trouble is over when the store takes something again, also if nothing waits for it any more.
func TestReady_TroubleEndsWithoutARequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := onDisk(t)
		w.sim.SetScenario(paced(t))
		a := app.New((&mortal{Store: w.store, commits: -1}).Seams(), w.dir,
			app.Config{Providers: w.play.providers(), Catalog: known(t), Transport: w.line, Router: fixed})
		id := w.start(a, runs.Request{})
		full := storeFaults()["full"]
		time.AfterFunc(1500*time.Millisecond, func() { full.take(w) })
		if err := a.Runs.Execute(t.Context(), id, func() {}); run.TroubleOf(err) != run.DiskFull {
			t.Fatal(err)
		}
		full.give(w)
		if err := a.Upkeep.Ready(t.Context()); err != nil || a.Upkeep.Trouble() != nil {
			t.Errorf("it is not ready: %v", err)
		}
	})
}
