package systemtest_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/durable/local"
	"github.com/cineforge/cineforge/internal/app"
	"github.com/cineforge/cineforge/internal/runs"
	"github.com/cineforge/cineforge/internal/sqlite"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
	"github.com/cineforge/cineforge/simulator"
	"github.com/cineforge/cineforge/simulator/scenario"
)

// BenchmarkRecovery measures how long it takes from the start of a process until it
// has come forward with the first of 1,000 runs that another one left unfinished.
func BenchmarkRecovery(b *testing.B) {
	left := b.TempDir()
	died := leaveUnfinished(b, left, 1000)
	image, err := os.ReadFile(filepath.Join(left, sqlite.FileName))
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		b.StopTimer()
		dir := b.TempDir()
		err := errors.Join(os.WriteFile(filepath.Join(dir, sqlite.FileName), image, 0o600),
			os.MkdirAll(filepath.Dir(filepath.Join(dir, died)), 0o700), os.WriteFile(filepath.Join(dir, died), nil, 0o600))
		if err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
		a, err := app.Open(b.Context(), dir, app.Config{})
		if err != nil {
			b.Fatal(err)
		}
		ctx, stop := context.WithCancel(b.Context())
		done := make(chan struct{})
		go func() {
			defer close(done)
			a.Runs.Work(ctx) //nolint:errcheck // it ends with ctx
		}()
		firstUnit(b, a)
		b.StopTimer()
		stop()
		<-done
		if err := a.Close(); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
}

// firstUnit waits until the run that has been due the longest has done a unit again.
func firstUnit(b *testing.B, a *app.App) {
	for e, err := range run.Follow(b.Context(), a.Reader.Store, "run-0", 3) {
		if err != nil {
			b.Fatal(err)
		}
		if _, ok := e.Body.(event.UnitDone); ok {
			return
		}
	}
	b.Fatal("it ended without a unit")
}

// leaveUnfinished makes a data directory with runs whose process has died, and returns
// the name of the file within it by which that is seen.
func leaveUnfinished(b *testing.B, dir string, n int) (died string) {
	b.Helper()
	store, err := sqlite.Open(b.Context(), dir)
	if err != nil {
		b.Fatal(err)
	}
	defer store.Close()
	model := app.New(keptOpen(store.Seams()), dir, app.Config{})
	file := twoScenes()
	id, _, err := model.Runs.Start(b.Context(), runs.Request{File: file, RecipeID: "mvp_ingest", Request: accepting(true)})
	if err != nil {
		b.Fatal(err)
	}
	var first []event.Body
	for e, err := range store.Log.Events(b.Context(), id, 0) {
		if err != nil {
			b.Fatal(err)
		}
		first = append(first, e.Body)
	}
	for i := range n {
		id := fmt.Sprint("run-", i)
		if err := store.Log.Create(b.Context(), run.NewRun{ID: id, ProjectID: "one", First: first}); err != nil {
			b.Fatal(err)
		}
		claim, err := store.Journal.Claim(b.Context(), id, time.Hour)
		if err != nil {
			b.Fatal(err)
		}
		if err := store.Log.Commit(b.Context(), claim, run.Change{Events: func([]artifact.Artifact) []event.Body {
			return []event.Body{event.StageStarted{StageID: "ingest", Module: "story_ingest_v1"}}
		}}); err != nil {
			b.Fatal(err)
		}
	}
	files, err := filepath.Glob(filepath.Join(dir, "processes", "*"))
	if err != nil || len(files) != 1 {
		b.Fatalf("%d processes: %v", len(files), err)
	}
	return filepath.Join("processes", filepath.Base(files[0]))
}

// BenchmarkWaiting measures what 10,000 runs take that wait for a provider.
func BenchmarkWaiting(b *testing.B) {
	const waiting = 10_000
	for b.Loop() {
		store, err := sqlite.Open(b.Context(), b.TempDir())
		if err != nil {
			b.Fatal(err)
		}
		sim := simulator.New(scenario.Scenario{ID: "down", Name: "down",
			Rules: []scenario.Rule{{Name: "down", Fault: scenario.Fault{Error: "rate_limit", RetryAfter: 2 * time.Hour}}}}, simulator.Options{})
		before := memoryInUse()
		a := app.New(keptOpen(store.Seams()), b.TempDir(), app.Config{Providers: withKeys("ANTHROPIC"), Catalog: known(b),
			Transport: sim.Transport(), Engine: local.Options{Limit: 128}})
		for i := range waiting {
			if _, _, err := a.Runs.Start(b.Context(), runs.Request{File: twoScenes(), RecipeID: "mvp_ingest", ProjectID: fmt.Sprint("p", i),
				Queue: true, Request: accepting(true)}); err != nil {
				b.Fatal(err)
			}
		}
		ctx, stop := context.WithCancel(b.Context())
		done := make(chan struct{})
		began := time.Now()
		go func() {
			defer close(done)
			a.Runs.Work(ctx) //nolint:errcheck // it ends with ctx
		}()
		// A run that is due, or under way, is so within the time that a claim lives.
		for asleep := false; !asleep; time.Sleep(100 * time.Millisecond) {
			due, next, err := store.Journal.Due(b.Context(), 1)
			if err != nil {
				b.Fatal(err)
			}
			asleep = len(due) == 0 && time.Until(next) > time.Minute
		}
		b.ReportMetric(waiting/time.Since(began).Seconds(), "runs-to-sleep/s")
		b.ReportMetric(float64(memoryInUse()-before)/1e6, "MB")
		b.ReportMetric(float64(runtime.NumGoroutine()), "goroutines")
		stop()
		<-done
		store.Close()
	}
}

// memoryInUse returns the bytes of heap and stacks in use.
func memoryInUse() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapInuse + m.StackInuse)
}
