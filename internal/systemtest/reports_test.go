package systemtest_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/internal/app"
	"github.com/cineforge/cineforge/internal/progress"
	"github.com/cineforge/cineforge/internal/providers"
	"github.com/cineforge/cineforge/internal/runs"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/simulator/scenario"
)

// report is a situation whose outputs are kept: what run shows as it goes and at its end,
// runs show, and providers.
type report struct {
	name  string
	play  play
	mid   time.Duration // when it is looked at in the middle; 0 for not
	fault string        // of the store
}

func reports() []report {
	rule := func(name string, w scenario.When, f scenario.Fault) scenario.Scenario {
		return scenario.Scenario{ID: "report", Name: name, Rules: []scenario.Rule{{Name: name, When: w, Fault: f}}}
	}
	one := map[string]string{"concurrency": "1"}
	return []report{
		{name: "fallback", mid: 15 * time.Second, play: play{settings: one, scenario: rule("from the third call on",
			scenario.When{Provider: scenario.Globs{"target"}, Calls: scenario.Counts{{First: 3, Last: 1 << 30}}},
			scenario.Fault{Error: "overloaded"})}},
		{name: "all-down", mid: 2 * time.Minute, play: play{settings: one, scenario: rule("five minutes",
			scenario.When{Until: 5 * time.Minute}, scenario.Fault{Error: "overloaded"})}},
		{name: "key-refused", play: play{settings: one, scenario: rule("refused",
			scenario.When{Provider: scenario.Globs{"target"}}, scenario.Fault{Error: "auth"})}},
		{name: "budget", play: play{settings: map[string]string{"concurrency": "1", "max_cost_usd": "0.012"},
			scenario: scenario.Scenario{ID: "ok", Name: "ok"}}},
		{name: "disk-full", mid: 20 * time.Second, fault: "full", play: play{settings: one, scenario: scenario.Scenario{ID: "ok", Name: "ok"}}},
	}
}

// What people read in five situations is as it is kept in testdata/reports. UPDATE_GOLDEN
// writes it down anew.
func TestReports_AreAsKept(t *testing.T) {
	for _, r := range reports() {
		t.Run(r.name, func(t *testing.T) {
			var got string
			synctest.Test(t, func(t *testing.T) { got = r.text(t) })
			file := filepath.Join("testdata", "reports", r.name+".txt")
			if os.Getenv("UPDATE_GOLDEN") != "" {
				if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
				return
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("-kept +now; UPDATE_GOLDEN=1 writes it anew:\n%s", diff)
			}
		})
	}
}

// text plays the situation and returns all outputs.
func (r report) text(t *testing.T) string {
	p := r.play
	p.target, p.file = "anthropic", sample(t, "night_bus.txt")
	if p.scenario.Pace == (scenario.Pace{}) {
		p.scenario.Pace = scenario.Pace{FirstEvent: time.Second, TokensPerSecond: 60}
	}
	w := newWorld(t, p)
	notes := make(chan string, 8)
	m := app.Config{Providers: p.providers(), Catalog: known(t), Transport: w.sim.Transport(), Router: fixed,
		StoreTrouble: func(err error) { notes <- noteOf(err) }}
	var a *app.App
	if r.fault == "" {
		a = app.New(w.store, w.dir, m)
	} else {
		w = onDisk(t)
		if err := os.WriteFile(filepath.Join(w.dir, "recipes", "mvp_ingest.yaml"), p.recipe(t), 0o600); err != nil {
			t.Fatal(err)
		}
		w.sim.SetScenario(p.scenario)
		m.Transport = w.sim.Transport()
		fault := storeFaults()[r.fault]
		f := &faulty{Store: w.store, before: 12, fail: func() {
			fault.take(w)
			time.AfterFunc(50*time.Second, func() { fault.give(w) })
		}}
		a = app.New(f.Seams(), w.dir, m)
	}
	defer a.Close() //nolint:errcheck // all is over
	id := w.start(a, runs.Request{File: p.file})
	var b screen
	rest := make(chan struct{})
	go func() {
		defer close(rest)
		if err := a.Runs.Execute(t.Context(), id, nil); err != nil {
			t.Error(err)
		}
	}()
	if r.mid > 0 {
		time.AfterFunc(r.mid, func() {
			var mid strings.Builder
			lookAt(t, &mid, a, id)
			io.WriteString(&b, mid.String()) //nolint:errcheck // it is in memory
		})
	}
	io.WriteString(&b, "$ cineforge run night_bus.txt\n") //nolint:errcheck // it is in memory
	if _, err := progress.Show(a.Reader.Follow(t.Context(), id, rest), progress.Options{Out: &b, Zone: time.UTC, Notes: notes}); err != nil {
		t.Fatal(err)
	}
	<-rest
	lookAt(t, &b.text, a, id)
	text := regexp.MustCompile(`run-[0-9a-f]{8}`).ReplaceAllString(b.text.String(), "ID")
	text = regexp.MustCompile(`\(([0-9a-f]{12})\)`).ReplaceAllString(text, "(DIGEST)")
	return strings.ReplaceAll(text, w.dir, "DIR")
}

// screen is what is shown: of a run while it works, and of a look at it meanwhile.
type screen struct {
	mu   sync.Mutex
	text strings.Builder
}

// Write shows more.
func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(p)
}

// lookAt shows where a run stands, and how the providers are doing.
func lookAt(t *testing.T, b *strings.Builder, a *app.App, id string) {
	state, err := run.Load(t.Context(), a.Reader.Store, id)
	if err != nil {
		t.Error(err)
		return
	}
	b.WriteString("\n$ cineforge runs show " + id + "\n")
	now := time.Now().UTC()
	if err := progress.WriteState(b, state, now, false, ""); err != nil {
		t.Error(err)
	}
	list, err := a.Providers.List(t.Context())
	if err != nil {
		t.Error(err)
	}
	b.WriteString("\n$ cineforge providers\n")
	if err := progress.WriteProviders(b, list, progress.ProvidersView{Now: now, Vendor: providers.IsStandard}); err != nil {
		t.Error(err)
	}
	b.WriteString("\n")
}

// noteOf is what the command line notes of the store's trouble.
func noteOf(err error) string {
	f, ok := errors.AsType[*failure.Error](err)
	if !ok {
		return progress.StoreNote("")
	}
	return progress.StoreNote(f.Error())
}
