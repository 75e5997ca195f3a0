package systemtest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cineforge/cineforge/internal/runs"
	"github.com/cineforge/cineforge/internal/wording"
	"github.com/cineforge/cineforge/llm/chain"
	"github.com/cineforge/cineforge/simulator/scenario"
)

// recording is a run whose log the tests of the page read: what the page shows of it has to
// agree with the state that is folded here.
type recording struct {
	name string
	play play
	run  func(w *world) (id string) // nil executes it once
}

func recordings() []recording {
	rule := func(w scenario.When, f scenario.Fault) scenario.Scenario {
		return scenario.Scenario{ID: "page", Name: "page", Rules: []scenario.Rule{{Name: "page", When: w, Fault: f}}}
	}
	target := scenario.Globs{"target"}
	healthy := scenario.Scenario{ID: "ok", Name: "ok"}
	return []recording{
		{name: "healthy", play: play{scenario: healthy}},
		{name: "anthropic-overload", play: play{scenario: rule(
			scenario.When{Provider: target, Calls: scenario.Counts{{First: 3, Last: 1 << 30}}, Until: 20 * time.Minute},
			scenario.Fault{Error: "overloaded"})}},
		{name: "all-down", play: play{scenario: rule(
			scenario.When{Until: 40 * time.Second}, scenario.Fault{Error: "unavailable"})}},
		{name: "rate-limit-burst", play: play{alone: true, single: true, scenario: rule(
			scenario.When{Provider: target, Calls: scenario.Counts{{First: 2, Last: 4}}},
			scenario.Fault{Error: "rate_limit", RetryAfter: 20 * time.Second})}},
		{name: "wrong-key", play: play{alone: true, scenario: rule(
			scenario.When{Provider: target, Calls: scenario.Counts{{First: 4}}}, scenario.Fault{Error: "auth"})}},
		{name: "hedge", play: play{scenario: rule(
			scenario.When{Provider: target, Calls: scenario.Counts{{First: 3, Last: 4}}}, scenario.Fault{FirstEvent: 20 * time.Second})}},
		{name: "retry", play: play{alone: true, scenario: failing(5)}, run: retriesAfterFailure},
		{name: "cancel", play: play{scenario: down(time.Hour)}, run: cancelsAWait},
		{name: "resume", play: play{scenario: healthy}, run: resumesAfterADeath},
	}
}

func retriesAfterFailure(w *world) string {
	a, _ := w.boot(-1, false)
	id := w.start(a, runs.Request{})
	w.execute(a, id)
	w.sim.SetScenario(scenario.Scenario{ID: "ok", Name: "ok", Pace: w.play.scenario.Pace})
	time.Sleep(time.Hour) // a wrong key is tried again after a while
	next, _, err := a.Runs.Retry(w.t.Context(), id, again)
	if err != nil {
		w.t.Fatal(err)
	}
	w.execute(a, next)
	return next
}

func cancelsAWait(w *world) string {
	a, _ := w.boot(-1, false)
	id := w.start(a, runs.Request{})
	ctx, interrupt := context.WithCancel(w.t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		a.Runs.Execute(ctx, id, func() {}) //nolint:errcheck // it is cancelled
	}()
	time.Sleep(time.Minute)
	if err := a.Runs.Cancel(w.t.Context(), id, ""); err != nil {
		w.t.Fatal(err)
	}
	interrupt()
	<-done
	return id
}

func resumesAfterADeath(w *world) string {
	first, _ := w.boot(18, true)
	id := w.start(first, runs.Request{})
	if err := first.Runs.Execute(w.t.Context(), id, func() {}); !errors.Is(err, errDead) {
		w.t.Fatal(err)
	}
	time.Sleep(time.Minute)
	second, _ := w.boot(-1, false)
	w.execute(second, id)
	return id
}

// The logs that the page's tests read are those that runs write today. UPDATE_GOLDEN writes
// them down anew.
func TestPage_RecordedLogsAreCurrent(t *testing.T) {
	const dir = "../../ui/tests/golden"
	for _, r := range recordings() {
		t.Run(r.name, func(t *testing.T) {
			var got []byte
			synctest.Test(t, func(t *testing.T) { got = r.record(t) })
			file := filepath.Join(dir, r.name+".json")
			if os.Getenv("UPDATE_GOLDEN") != "" {
				if err := errors.Join(os.MkdirAll(dir, 0o755), os.WriteFile(file, got, 0o600)); err != nil {
					t.Fatal(err)
				}
				return
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), string(got)); diff != "" {
				t.Errorf("-kept +now; UPDATE_GOLDEN=1 writes it anew:\n%s", diff)
			}
		})
	}
}

// record plays the run, and returns its events as the API gives them, an event a line, and the
// state that they amount to.
func (r recording) record(t *testing.T) []byte {
	p := r.play
	p.file = sample(t, "night_bus.txt")
	p.settings = map[string]string{"concurrency": "1"} // so that all happens in one order
	p.options = chain.Options{Health: fixed.Health}
	if p.target == "" {
		p.target = "anthropic"
	}
	if p.scenario.Pace == (scenario.Pace{}) {
		p.scenario.Pace = scenario.Pace{FirstEvent: time.Second, TokensPerSecond: 60}
	}
	w := newWorld(t, p)
	var id string
	if r.run != nil {
		id = r.run(w)
	} else {
		a, _ := w.boot(-1, false)
		id = w.start(a, runs.Request{})
		w.execute(a, id)
	}
	o := w.outcome(id)
	var b bytes.Buffer
	b.WriteString("{\n\"events\": [\n")
	for i, e := range o.events[0] {
		if i > 0 {
			b.WriteString(",\n")
		}
		b.Write(encoded(t, wording.Worded(wording.Event(e))))
	}
	b.WriteString("\n],\n\"state\": ")
	b.Write(encoded(t, wording.State(o.states[0])))
	b.WriteString("\n}\n")
	text := regexp.MustCompile(`run-[0-9a-f]{8}`).ReplaceAll(b.Bytes(), []byte("run-0"))
	return regexp.MustCompile(`-retry-[0-9a-f]{4}`).ReplaceAll(text, []byte("-retry-1"))
}

func encoded(t *testing.T, v any) []byte {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
