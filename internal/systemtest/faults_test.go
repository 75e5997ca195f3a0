package systemtest_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cineforge/cineforge/durable"
	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/internal/app"
	"github.com/cineforge/cineforge/internal/runs"
	"github.com/cineforge/cineforge/internal/sqlite"
	"github.com/cineforge/cineforge/internal/storage"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/simulator/scenario"
)

// storeFault is trouble with the store, made by SQLite itself.
type storeFault struct {
	kind       run.Trouble
	every      int // commit is tried
	take, give func(w *world)
}

func (w *world) maintain(s *sqlite.Store, statements ...string) {
	for _, statement := range statements {
		if err := s.Maintenance.Exec(context.Background(), statement); err != nil {
			w.t.Error(err)
		}
	}
}

// storeFaults are the faults of scenario S30.
func storeFaults() map[string]storeFault {
	pragma := func(statement string) func(*world) {
		return func(w *world) { w.maintain(w.disk, statement) }
	}
	return map[string]storeFault{
		"full":      {run.DiskFull, 1, pragma("PRAGMA max_page_count = 1"), pragma("PRAGMA max_page_count = 4294967294")},
		"read-only": {run.ReadOnly, 1, pragma("PRAGMA query_only = on"), pragma("PRAGMA query_only = off")},
		"locked": {run.Locked, 4, func(w *world) {
			w.maintain(w.disk, "PRAGMA busy_timeout = 1") // which passes on the wall clock, not the bubble's
			w.maintain(w.other, "BEGIN IMMEDIATE")
		}, func(w *world) { w.maintain(w.other, "ROLLBACK") }},
	}
}

// faulty is a store whose n-th commit, and what comes after it, meets a fault.
type faulty struct {
	Store storage.Store
	fail  func()

	mu     sync.Mutex
	before int // commits
}

func (f *faulty) Commit(ctx context.Context, claim durable.Claim, c run.Change) error {
	f.mu.Lock()
	f.before--
	fails := f.before == 0
	f.mu.Unlock()
	if fails { // no goroutine waits for the mutex meanwhile, which would stop the bubble's time
		f.fail()
	}
	return f.Store.Log.Commit(ctx, claim, c)
}

// Seams returns the store with its fault.
func (f *faulty) Seams() storage.Store {
	s := f.Store
	s.Log = commits{Log: s.Log, commit: f.Commit}
	return keptOpen(s)
}

// onDisk is a world whose store is in a file, which another process has open too.
func onDisk(t *testing.T) *world {
	t.Helper()
	w := newWorld(t, play{scenario: scenario.Scenario{ID: "ok", Name: "ok"}})
	for _, s := range []**sqlite.Store{&w.disk, &w.other} {
		store, err := sqlite.Open(t.Context(), w.dir)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { store.Close() })
		*s = store
	}
	w.store = w.disk.Seams()
	return w
}

// bootFaulty starts a process whose store meets a fault at a commit. It returns what
// on-call is told.
func (w *world) bootFaulty(f *faulty) (*app.App, *[]string) {
	told := &[]string{}
	var mu sync.Mutex
	return app.New(f.Seams(), w.dir, app.Config{Providers: w.play.providers(), Catalog: known(w.t), Transport: w.sim.Transport(),
		StoreTrouble: func(err error) {
			mu.Lock()
			defer mu.Unlock()
			*told = append(*told, fmt.Sprint(err))
		}}), told
}

// undisturbed returns how many calls and commits a run takes if nothing goes wrong.
func undisturbed(t *testing.T) (calls, commits int) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := onDisk(t)
		f := &faulty{Store: w.store}
		a, _ := w.bootFaulty(f)
		id := w.start(a, runs.Request{})
		if err := a.Runs.Execute(t.Context(), id, nil); err != nil {
			t.Fatal(err)
		}
		calls, commits = len(w.outcome(id).calls), -f.before
	})
	return calls, commits
}

// S30: at whichever commit the store takes nothing any more, the run goes on when the
// cause is gone, what was paid for is not asked again, and on-call is told once.
func TestStore_AFaultThatPasses(t *testing.T) {
	calls, commits := undisturbed(t)
	for name, fault := range storeFaults() {
		t.Run(name, func(t *testing.T) {
			tells := 0
			defer func() {
				if tells < commits/fault.every {
					t.Errorf("on-call was told %d times in %d runs", tells, commits)
				}
			}()
			if raceOn {
				fault.every *= 6
			}
			for n := 1; n <= commits; n += fault.every {
				synctest.Test(t, func(t *testing.T) {
					w := onDisk(t)
					f := &faulty{Store: w.store, before: n, fail: func() {
						fault.take(w)
						time.AfterFunc(100*time.Second, func() { fault.give(w) })
					}}
					a, told := w.bootFaulty(f)
					id := w.start(a, runs.Request{})
					if err := a.Runs.Execute(t.Context(), id, nil); err != nil {
						t.Fatalf("trouble at commit %d: %v", n, err)
					}
					o := w.outcome(id)
					var p problems
					o.done(&p)
					o.invariants(&p)
					o.paidOnce(&p)
					p.check(len(o.calls) == calls, "%d calls, %d without trouble", len(o.calls), calls)
					// A commit that needs no new page has room on a full disk.
					p.check(len(*told) == 2 && (*told)[1] == "<nil>" || len(*told) == 0 && name == "full", "on-call was told %q", *told)
					tells += len(*told)
					for _, problem := range p {
						t.Errorf("trouble at commit %d: %s", n, problem)
					}
				})
				if t.Failed() {
					break
				}
			}
		})
	}
}

// S30: a fault that stays is told at once. The run ends after two minutes, or, where answers
// that were paid for are kept in memory, after half an hour, with one sentence that says what
// to do. When the fault is gone another process goes on, and only what was in memory is asked
// again.
func TestStore_AFaultThatStays(t *testing.T) {
	calls, commits := undisturbed(t)
	for name, fault := range storeFaults() {
		t.Run(name, func(t *testing.T) {
			if raceOn {
				fault.every *= 6
			}
			for n := 1; n <= commits; n += fault.every {
				synctest.Test(t, func(t *testing.T) {
					w := onDisk(t)
					f := &faulty{Store: w.store, before: n, fail: func() { fault.take(w) }}
					first, told := w.bootFaulty(f)
					id := w.start(first, runs.Request{})
					began := time.Now()
					err := first.Runs.Execute(t.Context(), id, nil)
					var p problems
					if n < commits || fault.kind != run.DiskFull { // the last event needs no new page
						checkTold(&p, err, fault.kind)
					}
					p.check(err == nil || len(*told) > 0, "nobody was told")
					p.check(time.Since(began) < 35*time.Minute, "it took %v to end", time.Since(began))
					fault.give(w)
					time.Sleep(time.Minute) // for the dead claim's end
					second, _ := w.boot(-1, false)
					if err := second.Runs.Execute(t.Context(), id, nil); err != nil {
						t.Fatalf("after trouble at commit %d: %v", n, err)
					}
					o := w.outcome(id)
					o.done(&p)
					o.invariants(&p)
					o.paidOnce(&p)
					p.check(len(o.calls) <= calls+3, "%d calls, %d without trouble", len(o.calls), calls)
					for _, problem := range p {
						t.Errorf("trouble at commit %d: %s", n, problem)
					}
				})
				if t.Failed() {
					break
				}
			}
		})
	}
}

func checkTold(p *problems, err error, kind run.Trouble) {
	trouble, ok := errors.AsType[*run.TroubleError](err)
	p.check(ok && trouble.Kind == kind, "the error is %v, want trouble %s", err, kind)
	f, ok := errors.AsType[*failure.Error](err)
	p.check(ok && f.Hint != "" && strings.Contains(f.Message, sqlite.FileName), "the error does not say where and what to do: %v", err)
}

// refusing is a store whose disk reports faults, which SQLite has no way to pretend.
type refusing struct {
	faulty
	with  error
	times int // more commits that it refuses
}

func (r *refusing) Commit(ctx context.Context, claim durable.Claim, c run.Change) error {
	r.mu.Lock()
	r.before--
	refuse := r.before < 0 && r.times > 0
	if refuse {
		r.times--
	}
	r.mu.Unlock()
	if refuse {
		return r.with
	}
	return r.Store.Log.Commit(ctx, claim, c)
}

// Seams returns the store with its refusals.
func (r *refusing) Seams() storage.Store {
	s := r.Store
	s.Log = commits{Log: s.Log, commit: r.Commit}
	return keptOpen(s)
}

// S30: a fault of the disk is tried again; damage and a lost claim are not.
func TestStore_WhatIsTriedAgain(t *testing.T) {
	trouble := func(kind run.Trouble) error {
		return fmt.Errorf("append: %w", &run.TroubleError{Kind: kind, Err: failure.New(failure.Internal, "it does not work", "wait")})
	}
	for _, test := range []struct {
		name  string
		with  error
		again bool
	}{
		{"disk fault", trouble(run.DiskFault), true},
		{"unreachable", trouble(run.Unreachable), true},
		{"damaged", trouble(run.Damaged), false},
		{"lost", errors.Join(trouble(run.DiskFull), durable.ErrLost), false},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := onDisk(t)
				r := &refusing{faulty: faulty{Store: w.store, before: 6}, with: test.with, times: 8}
				a := app.New(r.Seams(), w.dir, app.Config{Providers: w.play.providers(), Catalog: known(t), Transport: w.sim.Transport()})
				id := w.start(a, runs.Request{})
				err := a.Runs.Execute(t.Context(), id, nil)
				if (err == nil) != test.again {
					t.Errorf("the run ended with %v", err)
				}
			})
		})
	}
}

// S30: a caller that leaves is not kept until the patience is over, and what was asked
// meanwhile is on record when the run is taken up again.
func TestStore_CtrlCWhileTheDiskIsFull(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := onDisk(t)
		fault := storeFaults()["full"]
		a, told := w.bootFaulty(&faulty{Store: w.store, before: 8, fail: func() { fault.take(w) }})
		id := w.start(a, runs.Request{})
		ctx, stop := context.WithTimeout(t.Context(), 30*time.Second)
		defer stop()
		time.AfterFunc(60*time.Second, func() { fault.give(w) })
		err := a.Runs.Execute(ctx, id, nil)
		state, loadErr := run.Load(t.Context(), w.store.Log, id)
		if loadErr != nil {
			t.Fatal(loadErr)
		}
		if !errors.Is(err, context.DeadlineExceeded) || state.Status != run.Paused || len(*told) != 2 {
			t.Errorf("the run is %s, told %q: %v", state.Status, *told, err)
		}
		if err := a.Runs.Execute(t.Context(), id, nil); err != nil {
			t.Fatal(err)
		}
		o := w.outcome(id)
		var p problems
		o.done(&p)
		o.invariants(&p)
		o.paidOnce(&p)
		if len(p) > 0 {
			t.Error(slices.Collect(slices.Values(p)))
		}
	})
}
