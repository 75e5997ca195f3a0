package sqlite_test

import (
	"fmt"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cineforge/cineforge/durable"
	"github.com/cineforge/cineforge/internal/sqlite"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

func mkdir(dir string) error { return os.Mkdir(dir, 0o755) }

// BenchmarkAppend measures durable event appends: one event a commit, from 1 run
// and from 50 runs at once, with the 99th percentile of a commit's time.
func BenchmarkAppend(b *testing.B) {
	for _, runs := range []int{1, 50} {
		b.Run(fmt.Sprintf("runs=%d", runs), func(b *testing.B) {
			s := open(b, b.TempDir())
			claims := make([]durable.Claim, runs)
			for i := range claims {
				claims[i] = claimed(b, s, fmt.Sprint("run-", i))
			}
			appendAll(b, s, claims)
		})
	}
}

func appendAll(b *testing.B, s *sqlite.Store, claims []durable.Claim) {
	var next atomic.Int64
	var mu sync.Mutex
	var took []time.Duration
	var wg sync.WaitGroup
	b.ResetTimer()
	for _, c := range claims {
		wg.Go(func() {
			var mine []time.Duration
			for next.Add(1) <= int64(b.N) {
				start := time.Now()
				if err := commit(s, c, event.UnitDone{StageID: "extract_scenes", Unit: "scene_001", Done: 1, Total: 120}); err != nil {
					b.Error(err)
					return
				}
				mine = append(mine, time.Since(start))
			}
			mu.Lock()
			took = append(took, mine...)
			mu.Unlock()
		})
	}
	wg.Wait()
	b.StopTimer()
	slices.Sort(took)
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
}

// BenchmarkClaim measures taking a run and giving it back.
func BenchmarkClaim(b *testing.B) {
	s := open(b, b.TempDir())
	c := claimed(b, s, "run")
	if err := s.Journal.Release(b.Context(), c, time.Time{}); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		c, err := s.Journal.Claim(b.Context(), "run", time.Minute)
		if err == nil {
			err = s.Journal.Release(b.Context(), c, time.Time{})
		}
		if err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkDue measures the look for what is to go on among 10,000 runs that wait, none
// of which is due.
func BenchmarkDue(b *testing.B) {
	const waiting = 10_000
	s := open(b, b.TempDir())
	var wg sync.WaitGroup
	var next atomic.Int64
	for range 64 {
		wg.Go(func() {
			for i := next.Add(1); i <= waiting; i = next.Add(1) {
				c := run.NewRun{ID: fmt.Sprint("run-", i), ProjectID: fmt.Sprint("p", i%10), Wake: time.Now().Add(time.Hour),
					First: []event.Body{event.PipelineStarted{}}}
				if err := s.Log.Create(b.Context(), c); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	b.ReportAllocs()
	for b.Loop() {
		due, next, err := s.Journal.Due(b.Context(), 1000)
		if err != nil || len(due) > 0 || time.Until(next) < time.Minute {
			b.Fatal(len(due), next, err)
		}
	}
}
