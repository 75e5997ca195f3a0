package systemtest_test

import (
	"context"
	"fmt"
	"io"
	"log"
	"math"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/internal/app"
	"github.com/cineforge/cineforge/internal/runs"
	"github.com/cineforge/cineforge/pipeline"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
	"github.com/cineforge/cineforge/simulator/scenario"
	"github.com/cineforge/cineforge/stage"
)

// historyRuns is how many runs a simulated history has.
const historyRuns = 100

// toldRuns is after how many runs it is told how far it is.
const toldRuns = 1000

// number reads a number from the environment.
func number(t *testing.T, name string, otherwise int) int {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}

// TestSimulatedYears lets the whole system live through random histories in virtual
// time: providers fail in all ways, processes die at random commits and others take
// over, operators cancel, retry and hurry runs, the disk is slow. After each commit it
// checks what must hold, and at the end that every run has ended for a good reason.
func TestSimulatedYears(t *testing.T) {
	runs, seed := number(t, "CINEFORGE_YEARS_RUNS", 3*historyRuns), number(t, "CINEFORGE_YEARS_SEED", 1)
	if testing.Short() || raceOn {
		runs = historyRuns
	}
	log.SetOutput(io.Discard) // a provider's SDK writes to it
	t.Cleanup(func() { log.SetOutput(os.Stderr) })
	var total summary
	began := time.Now()
	t.Run("histories", func(t *testing.T) {
		var next, through atomic.Int64
		for worker := range 2 {
			t.Run(fmt.Sprint(worker), func(t *testing.T) {
				t.Parallel()
				for {
					n := int(next.Add(1)) - 1
					if n*historyRuns >= runs || t.Failed() {
						return
					}
					synctest.Test(t, func(t *testing.T) { newHistory(t, uint64(seed+n), &total).live() })
					if through.Add(historyRuns)%toldRuns == 0 {
						t.Log(total.rate(time.Since(began)))
					}
				}
			})
		}
	})
	t.Log(total.rate(time.Since(began)))
}

// summary counts what happened in all histories.
type summary struct {
	runs, done, failed, cancelled, deaths, calls, commits atomic.Int64
	virtual                                               atomic.Int64 // in seconds
}

// rate says how much happened in a time.
func (c *summary) rate(took time.Duration) string {
	return fmt.Sprintf("%s in %v: %.0f runs a minute", c, took.Round(time.Millisecond), float64(c.runs.Load())/took.Minutes())
}

func (c *summary) String() string {
	return fmt.Sprintf("%d runs (%d done, %d failed, %d cancelled), %d deaths of processes, %d calls, %d commits checked, %.1f years",
		c.runs.Load(), c.done.Load(), c.failed.Load(), c.cancelled.Load(), c.deaths.Load(), c.calls.Load(), c.commits.Load(),
		float64(c.virtual.Load())/(365*24*3600))
}

// history is one of them.
type history struct {
	*world
	seed  uint64
	count *summary
	began time.Time
	actor sync.WaitGroup
	slept atomic.Int64  // by the machine, in ns, as its clock of timers does not know
	ended chan struct{} // closed when all is over

	mu      sync.Mutex // guards what follows
	chance  *rand.Rand
	states  map[string]*run.State
	epochs  map[string]int64
	paid    map[string]string // the run that paid for a request, by the line of runs and the request
	ids     []string
	retried map[string]bool
	deaths  int
}

// newHistory makes a history; the caller is in a bubble.
func newHistory(t *testing.T, seed uint64, count *summary) *history {
	chance := rand.New(rand.NewPCG(seed, 0))
	h := &history{seed: seed, count: count, began: time.Now(), ended: make(chan struct{}), chance: chance, states: map[string]*run.State{},
		epochs: map[string]int64{}, paid: map[string]string{}, retried: map[string]bool{}}
	p := play{target: []string{"anthropic", "openai", "google"}[chance.IntN(3)], alone: chance.IntN(4) == 0, scenario: trouble(chance),
		settings: map[string]string{"concurrency": fmt.Sprint(1 + chance.IntN(4))}}
	p.options.Health.Wall = func() time.Time { return time.Now().Add(time.Duration(h.slept.Load())) }
	h.world = newWorld(t, p)
	return h
}

// trouble is a scenario of random faults in random windows of the first days.
func trouble(chance *rand.Rand) scenario.Scenario {
	s := scenario.Scenario{ID: "years", Name: "years", Seed: chance.Uint64()}
	for i := range 1 + chance.IntN(6) {
		from := time.Duration(chance.Int64N(int64(8 * time.Hour)))
		long := time.Duration(math.Exp(chance.Float64()*10)) * time.Second // a second to six hours
		share := 0.3 + 0.7*chance.Float64()
		s.Rules = append(s.Rules, scenario.Rule{Name: fmt.Sprint("trouble ", i), When: scenario.When{
			Provider: [][]string{nil, {"target"}, {"anthropic"}, {"openai"}, {"google"}}[chance.IntN(5)], After: from, Until: from + long,
			Share: &share}, Fault: fault(chance)})
	}
	s.Rules = append(s.Rules, scenario.Rule{Name: "now and then", When: scenario.When{Share: new(0.05)}, Fault: fault(chance)})
	return s
}

// fault is a random fault.
func fault(chance *rand.Rand) scenario.Fault {
	hint := time.Duration(math.Exp(chance.Float64()*8)) * time.Second // up to 50 minutes
	faults := []scenario.Fault{
		{Error: "overloaded"}, {Error: "rate_limit"}, {Error: "rate_limit", RetryAfter: hint}, {Status: 500}, {Status: 502}, {Error: "auth"},
		{Silent: true}, {Reset: true}, {Refuse: true}, {DNS: true}, {Cut: &scenario.Point{AfterTokens: 20}},
		{Malformed: &scenario.Point{AfterTokens: 5}},
		{Stall: &scenario.Stall{AfterTokens: 10}}, {End: &scenario.Point{AfterTokens: 10}}, {Delay: hint / 100}, {FirstEvent: hint / 200},
		{StreamError: &scenario.StreamError{AfterTokens: 3, Error: "overloaded"}},
		{Status: 499, Body: `{"error":"Client closed request"}`}, {Status: 200 + chance.IntN(800)},
		{Status: 500, Body: `{"error":{"message":"Client closed request","code":499}}`},
		{Status: 401, Page: true}, {Status: 403, Page: true}, {Status: 404, Page: true}, {Error: "billing"}, {Error: "not_found"},
		{Error: "permission"},
		{Hostile: "switch_protocols"}, {Hostile: "stuck_body"}, {Hostile: "redirect"}, {Hostile: "control_characters"},
		{Hostile: "huge_usage"}, {Hostile: "negative_usage"},
		{FirstEvent: hint / 20, Meanwhile: []string{"headers", "comments"}[chance.IntN(2)]},
		{Drip: &scenario.Drip{Pieces: 2 + chance.IntN(8), Every: hint / 50}},
	}
	return faults[chance.IntN(len(faults))]
}

// draw returns a random number below n.
func (h *history) draw(n int) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.chance.IntN(n)
}

// pause sleeps for a random time, and reports whether the history goes on.
func (h *history) pause(most time.Duration) bool {
	select {
	case <-h.ended:
		return false
	case <-time.After(time.Duration(h.draw(int(most/time.Millisecond))+1) * time.Millisecond):
		return true
	}
}

// live lets it happen.
func (h *history) live() {
	for range 1 + h.draw(2) {
		h.actor.Go(h.processes)
	}
	h.actor.Go(h.operator)
	client, _ := h.boot(-1, false)
	for i := range historyRuns {
		force := event.Request{Options: event.Options{Force: h.draw(10) == 0}}
		h.add(h.start(client, runs.Request{Queue: true, File: script(h.seed, i), Request: force}))
		h.pause(10 * time.Minute)
	}
	h.finish()
	close(h.ended)
	h.actor.Wait()
	h.count.virtual.Add(int64(time.Since(h.began).Seconds()))
	h.verdict()
}

// script is a script of three scenes that no other run has.
func script(seed uint64, n int) stage.File {
	return stage.File{Name: fmt.Sprintf("s%d.fountain", n%5), Data: fmt.Appendf(nil,
		"INT. ROOM %[1]d - DAY\n\nLamp %[2]d.\n\nANNA\nIt is late.\n\nEXT. STREET %[1]d - NIGHT\n\nRain %[2]d.\n\nINT. CELLAR %[1]d - NIGHT\n\nDark %[2]d.\n\nBEN\nAnna?\n", n, seed)}
}

func (h *history) add(id string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.ids = append(h.ids, id)
}

// processes lets one process after the other work, each until it dies.
func (h *history) processes() {
	for {
		commits := -1
		if h.draw(10) > 0 {
			commits = 5 + h.draw(150)
		}
		a, m := h.boot(commits, h.draw(2) == 0)
		m.watch = h.committed
		if h.draw(8) == 0 {
			m.slow = func() time.Duration { return time.Duration(h.draw(400)) * time.Millisecond }
		}
		ctx, stop := context.WithCancel(h.t.Context())
		var working sync.WaitGroup
		working.Go(func() { a.Runs.Work(ctx) }) //nolint:errcheck // it ends with ctx
		alive := h.pause(20 * time.Second)
		for ; alive && m.gone() == nil; alive = h.pause(20 * time.Second) {
		}
		stop()
		working.Wait()
		away := time.Minute
		if h.draw(8) == 0 {
			away = 6 * time.Hour // a machine can sleep for long
		}
		if !alive || !h.pause(away) {
			return
		}
		h.mu.Lock()
		h.deaths++
		h.mu.Unlock()
	}
}

// operator cancels, retries and hurries runs, and lets the machine sleep, or its clock be set.
func (h *history) operator() {
	a, m := h.boot(-1, false)
	m.watch = h.committed
	for h.pause(8 * time.Minute) {
		h.mu.Lock()
		if len(h.ids) == 0 {
			h.mu.Unlock()
			continue
		}
		id := h.ids[h.chance.IntN(len(h.ids))]
		h.mu.Unlock()
		if h.draw(10) == 0 {
			h.slept.Add(int64(time.Duration(h.draw(90)-30) * time.Minute))
			if h.draw(2) == 0 {
				h.line.kill()
			}
		}
		switch s := h.status(id); {
		case s.Ended() && s != run.RunDone:
			h.retry(a, id)
		case s == run.Waiting && h.draw(2) == 0:
			a.Runs.TryNow(h.t.Context(), id, "") //nolint:errcheck // it may have ended meanwhile
		case !s.Ended() && h.draw(6) == 0:
			if err := a.Runs.Cancel(h.t.Context(), id, ""); err != nil && failure.ClassOf(err) != failure.Input {
				h.t.Errorf("cancel %s: %v", id, err)
			}
		}
	}
}

func (h *history) retry(a *app.App, id string) {
	mode := []event.RetryMode{event.RetryFailed, event.RetryFull}[h.draw(2)]
	next, existing, err := a.Runs.Retry(h.t.Context(), id, runs.RetryRequest{Retry: pipeline.Retry{Mode: mode}, Queue: true})
	if err != nil {
		if failure.ClassOf(err) != failure.Input {
			h.t.Errorf("retry %s: %v", id, err)
		}
		return
	}
	if !existing {
		h.add(next)
	}
}

// status is where a run stood when its last commit was seen.
func (h *history) status(id string) run.Status {
	h.mu.Lock()
	defer h.mu.Unlock()
	if s, known := h.states[id]; known {
		return s.Status
	}
	return run.Queued
}

// finish waits until all runs have ended.
func (h *history) finish() {
	deadline := time.Now().Add(40 * 24 * time.Hour)
	for i := 0; ; i++ {
		h.mu.Lock()
		if i >= len(h.ids) {
			h.mu.Unlock()
			return
		}
		id := h.ids[i]
		h.mu.Unlock()
		for s := h.status(id); !s.Ended(); s = h.status(id) {
			if time.Now().After(deadline) {
				h.t.Fatalf("seed %d: run %s is %s and does not end", h.seed, id, s)
			}
			time.Sleep(10 * time.Minute)
		}
	}
}
