package api_test

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"runtime/metrics"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/durable"
	"github.com/cineforge/cineforge/internal/api"
	"github.com/cineforge/cineforge/internal/app"
	"github.com/cineforge/cineforge/internal/sqlite"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

// BenchmarkFollowers has 200 clients over connections, of which 50 follow everything,
// while 50 runs say something a hundred times a second in all. It tells how long it
// takes from the beginning of a commit, the disk included, to each client.
func BenchmarkFollowers(b *testing.B) {
	const runs, everything, one = 50, 50, 150
	store, err := sqlite.Open(b.Context(), b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	a := app.New(store.Seams(), b.TempDir(), app.Config{})
	defer a.Close()
	h, watch := observed(a, api.Options{})
	ctx, stop := context.WithCancel(b.Context())
	defer stop()
	var work sync.WaitGroup
	defer work.Wait()
	work.Go(func() { watch.Run(ctx) })
	server := httptest.NewServer(h)
	defer server.Close()
	defer stop() // first of all, which ends the streams
	claims := make([]durable.Claim, runs)
	for i := range claims {
		id := seq("run", i)
		if err := store.Log.Create(ctx,
			run.NewRun{ID: id, ProjectID: "bench", First: []event.Body{event.PipelineStarted{RecipeID: "r"}}}); err != nil {
			b.Fatal(err)
		}
		if claims[i], err = store.Journal.Claim(ctx, id, 9*time.Minute); err != nil {
			b.Fatal(err)
		}
	}
	var mu sync.Mutex // guards took
	var took []time.Duration
	connected := make(chan struct{}, everything+one)
	for i := range everything + one {
		path := "/api/events/stream"
		if i < one {
			path = "/api/runs/" + seq("run", i%runs) + "/events/stream"
		}
		work.Go(func() {
			follow(b, ctx, server.URL+path, connected, func(d time.Duration) {
				mu.Lock()
				took = append(took, d)
				mu.Unlock()
			})
		})
	}
	for range everything + one {
		<-connected
	}
	pace := time.NewTicker(10 * time.Millisecond)
	defer pace.Stop()
	cpu := cpuSeconds()
	began := time.Now()
	b.ResetTimer()
	for i := 0; b.Loop(); i++ {
		<-pace.C
		said := event.UnitDone{StageID: "s", Unit: strconv.FormatInt(time.Now().UnixNano(), 10)}
		if err := store.Log.Commit(ctx, claims[i%runs],
			run.Change{Events: func([]artifact.Artifact) []event.Body { return []event.Body{said} }}); err != nil {
			b.Fatal(err)
		}
	}
	b.StopTimer()
	var mem runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&mem)
	mu.Lock()
	defer mu.Unlock()
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "ms-p50")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "ms-p99")
	b.ReportMetric(float64(mem.HeapAlloc)/(1<<20), "MB-heap")
	b.ReportMetric((cpuSeconds()-cpu)/time.Since(began).Seconds(), "cores")
}

// cpuSeconds is what the process has used, as far as the runtime knows.
func cpuSeconds() (sum float64) {
	samples := []metrics.Sample{{Name: "/cpu/classes/user:cpu-seconds"}, {Name: "/cpu/classes/gc/total:cpu-seconds"},
		{Name: "/cpu/classes/scavenge/total:cpu-seconds"}}
	metrics.Read(samples)
	for _, s := range samples {
		sum += s.Value.Float64()
	}
	return sum
}

// follow tells how old each event is when it comes.
func follow(b *testing.B, ctx context.Context, target string, connected chan<- struct{}, came func(time.Duration)) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, target, nil)
	if err != nil {
		b.Error(err)
		return
	}
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		b.Error(err)
		return
	}
	defer resp.Body.Close()
	lines := bufio.NewScanner(resp.Body)
	for first := true; lines.Scan(); first = false {
		if first {
			connected <- struct{}{}
		}
		if _, rest, ok := strings.Cut(lines.Text(), `"unit":"`); ok {
			if at, err := strconv.ParseInt(rest[:strings.IndexByte(rest, '"')], 10, 64); err == nil {
				came(time.Since(time.Unix(0, at)))
			}
		}
	}
}

// BenchmarkOpen is from nothing in memory to the first answer, on a database with a
// thousand runs.
func BenchmarkOpen(b *testing.B) {
	dir := b.TempDir()
	store, err := sqlite.Open(b.Context(), dir)
	if err != nil {
		b.Fatal(err)
	}
	for i := range 1000 {
		if err := store.Log.Create(b.Context(),
			run.NewRun{ID: seq("run", i), ProjectID: "bench", First: []event.Body{event.PipelineStarted{RecipeID: "r"}}}); err != nil {
			b.Fatal(err)
		}
	}
	store.Close()
	for b.Loop() {
		a, err := app.Open(b.Context(), dir, app.Config{})
		if err != nil {
			b.Fatal(err)
		}
		w := httptest.NewRecorder()
		h, _ := observed(a, api.Options{})
		h.ServeHTTP(w, request(b.Context(), http.MethodGet, "/api/health", nil))
		if w.Code != http.StatusOK {
			b.Fatal(fmt.Sprint(w.Code))
		}
		a.Close()
	}
}

// BenchmarkList is the first page of a long list of runs.
func BenchmarkList(b *testing.B) {
	store, err := sqlite.Open(b.Context(), b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	a := app.New(store.Seams(), b.TempDir(), app.Config{})
	defer a.Close()
	for i := range 2000 {
		if err := store.Log.Create(b.Context(),
			run.NewRun{ID: seq("run", i), ProjectID: "bench",
				First: []event.Body{event.PipelineStarted{RecipeID: "r", StageIDs: []string{"a", "b"}}}}); err != nil {
			b.Fatal(err)
		}
	}
	h, _ := observed(a, api.Options{})
	for b.Loop() {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, request(b.Context(), http.MethodGet, "/api/runs", nil))
		if w.Code != http.StatusOK {
			b.Fatal(w.Code)
		}
	}
}
