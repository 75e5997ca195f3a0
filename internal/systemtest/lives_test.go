package systemtest_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/durable"
	"github.com/cineforge/cineforge/internal/app"
	"github.com/cineforge/cineforge/internal/memory"
	"github.com/cineforge/cineforge/internal/runs"
	"github.com/cineforge/cineforge/internal/sqlite"
	"github.com/cineforge/cineforge/internal/storage"
	"github.com/cineforge/cineforge/llm/health"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
	"github.com/cineforge/cineforge/simulator"
	"github.com/cineforge/cineforge/simulator/scenario"
	"github.com/cineforge/cineforge/stage"
)

// errDead is what a process hears of the store that is dead to it.
var errDead = errors.New("the process is dead")

// mortal is a process's view of a store, which ends with the process: at a commit,
// before or after it is done.
type mortal struct {
	Store storage.Store

	mu      sync.Mutex
	commits int // that are left to live; negative means no end
	after   bool
	dead    bool

	watch func(claim durable.Claim, answers []run.Answer) // is called for each commit; may be nil
	slow  func() time.Duration                            // how long the disk takes; nil for no time
}

// commit commits, and calls watch.
func (m *mortal) commit(ctx context.Context, claim durable.Claim, c run.Change) error {
	// No goroutine waits for these with a lock, which would stop the bubble's time.
	if m.slow != nil && len(c.Answers)+len(c.Save) > 0 {
		time.Sleep(m.slow())
	}
	err := m.Store.Log.Commit(ctx, claim, c)
	if err == nil && m.watch != nil {
		m.watch(claim, c.Answers)
	}
	return err
}

// dies counts a commit, and reports whether the process dies at it.
func (m *mortal) dies() (now, dead bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.dead {
		return false, true
	}
	m.commits--
	m.dead = m.commits == 0
	return m.dead, false
}

func (m *mortal) kill() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.dead = true
}

func (m *mortal) gone() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.dead {
		return errDead
	}
	return nil
}

func (m *mortal) Commit(ctx context.Context, claim durable.Claim, c run.Change) error {
	switch now, dead := m.dies(); {
	case dead || now && !m.after:
		return errDead
	case now:
		return errors.Join(m.commit(ctx, claim, c), errDead)
	}
	return m.commit(ctx, claim, c)
}

// Seams returns the store as the process sees it.
func (m *mortal) Seams() storage.Store {
	s := m.Store
	s.Log = commits{Log: s.Log, commit: m.Commit}
	s.Journal = mortalJournal{Journal: s.Journal, of: m}
	s.Health = mortalMemory{Memory: s.Health, of: m}
	return keptOpen(s)
}

// commits is a log whose commits go another way.
type commits struct {
	run.Log
	commit func(ctx context.Context, claim durable.Claim, c run.Change) error
}

func (c commits) Commit(ctx context.Context, claim durable.Claim, change run.Change) error {
	return c.commit(ctx, claim, change)
}

// keptOpen returns a store that closing a system leaves open.
func keptOpen(s storage.Store) storage.Store {
	s.Close = func() error { return nil }
	return s
}

// mortalJournal is the journal of a mortal.
type mortalJournal struct {
	storage.Journal
	of *mortal
}

func (j mortalJournal) Renew(ctx context.Context, c durable.Claim, ttl time.Duration) error {
	if err := j.of.gone(); err != nil {
		return err
	}
	return j.Journal.Renew(ctx, c, ttl)
}

func (j mortalJournal) Release(ctx context.Context, c durable.Claim, wake time.Time) error {
	if err := j.of.gone(); err != nil {
		return err
	}
	return j.Journal.Release(ctx, c, wake)
}

// mortalMemory is what a mortal remembers of providers.
type mortalMemory struct {
	health.Memory
	of *mortal
}

func (m mortalMemory) Save(ctx context.Context, records []health.Record, transitions []health.Transition) error {
	if err := m.of.gone(); err != nil {
		return err
	}
	return m.Memory.Save(ctx, records, transitions)
}

// world is a store and providers, which outlive the processes that use them.
type world struct {
	t     *testing.T
	dir   string
	store storage.Store
	disk  *sqlite.Store // the store, if it is in a file
	other *sqlite.Store // another process's, if it is
	sim   *simulator.Simulator
	line  *line
	play  play
}

// newWorld makes a world; the caller is in a bubble.
func newWorld(t *testing.T, p play) *world {
	t.Helper()
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "recipes"), 0o700); err != nil {
		t.Fatal(err)
	}
	if p.target == "" {
		p.target = "anthropic"
	}
	if err := os.WriteFile(filepath.Join(dir, "recipes", "mvp_ingest.yaml"), p.recipe(t), 0o600); err != nil {
		t.Fatal(err)
	}
	p.scenario.Target = p.target
	if p.file.Name == "" {
		p.file = twoScenes()
	}
	sim := simulator.New(p.scenario, simulator.Options{})
	return &world{t: t, dir: dir, store: memory.New().Seams(), sim: sim, line: newLine(sim.Transport()), play: p}
}

// inDatabase puts the world's store into a database, which has faults of its own.
func (w *world) inDatabase() {
	w.t.Helper()
	store, err := sqlite.OpenMemory(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { store.Close() })
	w.disk = store
	w.store = store.Seams()
}

// boot starts a process that dies at a commit, or does not for a negative number.
func (w *world) boot(commits int, after bool) (*app.App, *mortal) {
	m := &mortal{Store: w.store, commits: commits, after: after}
	return app.New(m.Seams(), w.dir, app.Config{Providers: w.play.providers(), Catalog: known(w.t), Transport: w.line,
		Router: w.play.options}), m
}

// start makes a run.
func (w *world) start(a *app.App, s runs.Request) string {
	w.t.Helper()
	s.RecipeID = "mvp_ingest"
	if s.File.Name == "" {
		s.File = w.play.file
	}
	if s.RuntimeParams == nil {
		s.RuntimeParams = map[string]any{"accept_config": true}
	}
	id, _, err := a.Runs.Start(w.t.Context(), s)
	if err != nil {
		w.t.Fatal(err)
	}
	return id
}

// outcome looks at what came of runs.
func (w *world) outcome(ids ...string) outcome {
	w.t.Helper()
	synctest.Wait()
	o := outcome{play: w.play, calls: w.sim.Calls(), store: w.store}
	for _, id := range ids {
		var events []event.Event
		for e, err := range w.store.Log.Events(w.t.Context(), id, 0) {
			if err != nil {
				w.t.Fatal(err)
			}
			events = append(events, e)
		}
		state, err := run.Fold(func(yield func(event.Event, error) bool) {
			for _, e := range events {
				if !yield(e, nil) {
					return
				}
			}
		})
		if err != nil {
			w.t.Fatal(err)
		}
		o.states, o.events = append(o.states, state), append(o.events, events)
	}
	return o
}

// paidOnce wants no question asked again whose answer was stored.
func (o outcome) paidOnce(p *problems) {
	stored := map[string]int{} // the number of the call that answered, by request
	for _, a := range o.attempts() {
		if a.Status == "success" && a.RequestID != nil {
			stored[*a.RequestID]++
		}
	}
	answered := map[string]simulator.Call{}
	for _, c := range o.calls {
		if stored[c.RequestID] > 0 {
			if first, twice := answered[c.Prompt]; twice {
				p.add("calls %d and %d answered the same question, and both are stored", first.Number, c.Number)
			}
			answered[c.Prompt] = c
		}
	}
	for _, c := range o.calls {
		if a, ok := answered[c.Prompt]; ok && c.Time.After(a.Time.Add(a.Duration)) {
			p.add("call %d at %v asks what call %d had answered at %v", c.Number, c.Time, a.Number, a.Time)
		}
	}
}

// prose is a text that a model has to adapt.
func prose(t testing.TB) stage.File {
	t.Helper()
	data, err := os.ReadFile("../../stage/testdata/letter.txt")
	if err != nil {
		t.Fatal(err)
	}
	return stage.File{Name: "letter.txt", Data: data}
}

// TestExecute_ADeathAtEveryEvent kills the process at each commit of a run, before it is done
// and after, and lets another one go on.
func TestExecute_ADeathAtEveryEvent(t *testing.T) {
	for _, test := range []struct {
		name string
		file stage.File
	}{{"screenplay", twoScenes()}, {"prose", prose(t)}} {
		for _, after := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/after=%v", test.name, after), func(t *testing.T) {
				deaths, pace := 0, 1
				if raceOn {
					pace = 4
				}
				for n := 1; ; n += pace {
					lived := false
					synctest.Test(t, func(t *testing.T) {
						w := newWorld(t, play{file: test.file, scenario: scenario.Scenario{ID: "ok", Name: "ok"}})
						first, _ := w.boot(n, after)
						id := w.start(first, runs.Request{})
						if err := first.Runs.Execute(t.Context(), id, func() {}); err == nil {
							lived = true
						} else if !errors.Is(err, errDead) {
							t.Fatalf("death at commit %d: %v", n, err)
						}
						second, _ := w.boot(-1, false)
						if err := second.Runs.Execute(t.Context(), id, func() {}); err != nil {
							t.Fatalf("after death at commit %d: %v", n, err)
						}
						o := w.outcome(id)
						var p problems
						o.done(&p)
						o.invariants(&p)
						o.paidOnce(&p)
						for _, problem := range p {
							t.Errorf("death at commit %d: %s", n, problem)
						}
					})
					if lived || t.Failed() {
						break
					}
					deaths++
				}
				if deaths < 15/pace {
					t.Errorf("only %d deaths", deaths)
				}
				t.Logf("%d deaths", deaths)
			})
		}
	}
}

func nothing([]artifact.Artifact) []event.Body {
	return []event.Body{event.RunResumed{Cause: event.ResumedAfterCrash}}
}
