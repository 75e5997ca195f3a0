package pipeline_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/cineforge/cineforge/durable/local"
	"github.com/cineforge/cineforge/internal/sqlite"
	"github.com/cineforge/cineforge/pipeline"
	"github.com/cineforge/cineforge/recipe"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/stage"
)

// BenchmarkRuns measures whole runs of a recipe of four stages that do nothing,
// on a durable store: one at a time, and 32 at once.
func BenchmarkRuns(b *testing.B) {
	for _, parallel := range []int{1, 32} {
		b.Run(fmt.Sprintf("parallel=%d", parallel), func(b *testing.B) {
			store, err := sqlite.Open(b.Context(), b.TempDir())
			if err != nil {
				b.Fatal(err)
			}
			defer store.Close()
			benchmarkRuns(b, store, parallel)
		})
	}
}

const fourSteps = `
recipe_id: four
description: four steps that do nothing
stages:
  - {id: a, module: noop}
  - {id: b, module: noop, needs: [a]}
  - {id: c, module: noop, needs: [b]}
  - {id: d, module: noop, needs: [c]}
`

func benchmarkRuns(b *testing.B, store *sqlite.Store, parallel int) {
	r, err := recipe.Parse("four.yaml", []byte(fourSteps))
	if err != nil {
		b.Fatal(err)
	}
	noop := noteModule{"noop", func(context.Context, stage.Task) (stage.Result, error) { return stage.Result{}, nil }}
	p := pipeline.New(store.Seams().Pipeline(), stage.NewCatalog(noop), only{}.source)
	engine := local.New(store.Journal, p, local.Options{})
	var next atomic.Int64
	var wg sync.WaitGroup
	b.ResetTimer()
	for range parallel {
		wg.Go(func() {
			for n := next.Add(1); n <= int64(b.N); n = next.Add(1) {
				id := fmt.Sprint("run-", n)
				err := p.Create(b.Context(), pipeline.Spec{RunID: id, ProjectID: "p", Recipe: r, Input: stage.File{Name: "x"}, New: true})
				if err == nil {
					err = engine.Execute(b.Context(), id)
				}
				if err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "runs/s")
	b.StopTimer()
	if state, err := run.Load(b.Context(), store.Log, fmt.Sprint("run-", b.N)); err != nil || state.Status != run.RunDone {
		b.Errorf("the last run is %s: %v", state.Status, err)
	}
}
