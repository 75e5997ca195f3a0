package systemtest_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cineforge/cineforge/internal/app"
	"github.com/cineforge/cineforge/internal/memory"
	"github.com/cineforge/cineforge/internal/providers"
	"github.com/cineforge/cineforge/internal/runs"
	"github.com/cineforge/cineforge/internal/storage"
	"github.com/cineforge/cineforge/llm/chain"
	"github.com/cineforge/cineforge/llm/wire"
	"github.com/cineforge/cineforge/recipes"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
	"github.com/cineforge/cineforge/simulator"
	"github.com/cineforge/cineforge/simulator/scenario"
	"github.com/cineforge/cineforge/stage"
)

// play is a fault scenario as it is played: runs of the shipped recipe, with its real
// modules, against a simulator in virtual time.
type play struct {
	scenario scenario.Scenario
	target   string            // the provider that fails, which comes first in all chains
	alone    bool              // no other provider has a key
	single   bool              // only one model of the target is in the chains
	file     stage.File        // the script; the tide clock if it is not given
	runs     int               // 1 if it is not given
	apart    time.Duration     // between the starts of runs
	endAt    string            // a stage
	settings map[string]string // of the recipe's resilience block
	options  chain.Options
	limits   wire.TimeLimits          // that the config file sets for the local server
	during   func(*app.App, []string) // is called beside the runs
	mended   time.Time                // when a person has mended what was wrong
	next     string                   // the run that goes on then
}

// outcome is what came of it.
type outcome struct {
	play
	states []run.State
	events [][]event.Event
	calls  []simulator.Call
	began  time.Time
	took   time.Duration
	store  storage.Store
}

// sisters are a provider's models in a chain: the first choice, and the next.
var sisters = map[string][]string{
	"anthropic": {"anthropic:claude-sonnet-4-6", "anthropic:claude-opus-4-6"},
	"openai":    {"openai:gpt-5.2", "openai:gpt-4.1"},
	"google":    {"google:gemini-3-flash-preview", "google:gemini-2.5-pro"},
	"local":     {"local:llama", "local:mistral"},
}

// formats tells the API by which each of them is asked.
var formats = map[string]string{"anthropic": "messages", "openai": "responses", "google": "stream_generate", "local": "chat"}

// chains returns the recipe's chains with a provider first. For Anthropic those are the
// default chains, so that the recipe stays as it is.
func (p play) chains() string {
	if p.target == "anthropic" && !p.single {
		return "{}"
	}
	list := append([]string{}, sisters[p.target]...)
	if p.single {
		list = list[:1]
	}
	for _, other := range []string{"anthropic", "openai", "google"} {
		if other != p.target && len(list) < 4 { // three providers, as in the default chains
			list = append(list, sisters[other][0])
		}
	}
	models := `"` + strings.Join(list, `", "`) + `"`
	return fmt.Sprintf("{normalize: [%s], extract_scenes: [%s], project_config: [%s]}", models, models, models)
}

// recipe returns the shipped recipe with the play's chains and settings.
func (p play) recipe(t testing.TB) []byte {
	t.Helper()
	source, err := recipes.FS.ReadFile("mvp_ingest.yaml")
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Replace(string(source), "stage_fallback_models: {}", "stage_fallback_models: "+p.chains(), 1)
	for key, value := range p.settings {
		var lines []string
		for line := range strings.Lines(text) {
			if !strings.HasPrefix(strings.TrimSpace(line), key+":") {
				lines = append(lines, line)
			}
		}
		text = strings.Join(lines, "") + "\n  " + key + ": " + value + "\n"
	}
	return []byte(text)
}

func (p play) providers() []providers.Provider {
	keys := map[string][]string{"anthropic": {"ANTHROPIC"}, "openai": {"OPENAI"}, "google": {"GEMINI"}, "local": {}}[p.target]
	if !p.alone {
		keys = []string{"ANTHROPIC", "OPENAI", "GEMINI"}
	}
	all := withKeys(keys...)
	if p.target == "local" {
		own := ollama
		own.Limits = p.limits
		all = append(all, own)
	}
	return all
}

// on plays it; the caller is in a bubble.
func (p play) on(t *testing.T) outcome {
	t.Helper()
	store := memory.New().Seams()
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "recipes"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "recipes", "mvp_ingest.yaml"), p.recipe(t), 0o600); err != nil {
		t.Fatal(err)
	}
	p.scenario.Target = p.target
	if p.file.Name == "" {
		p.file = sample(t, "the_tide_clock.fountain")
	}
	sim := simulator.New(p.scenario, simulator.Options{})
	a := app.New(store, dir, app.Config{Providers: p.providers(), Catalog: known(t), Transport: sim.Transport(), Router: p.options})
	t.Cleanup(func() { a.Close() })
	o := outcome{play: p, began: time.Now(), store: store}
	ids := p.start(t, a)
	o.took = time.Since(o.began)
	synctest.Wait() // for the providers to see that a caller has left
	o.calls = sim.Calls()
	for _, id := range ids {
		state, err := run.Load(t.Context(), store.Log, id)
		if err != nil {
			t.Fatal(err)
		}
		var events []event.Event
		for e, err := range store.Log.Events(t.Context(), id, 0) {
			if err != nil {
				t.Fatal(err)
			}
			events = append(events, e)
		}
		saysTheSame(t, events)
		o.states, o.events = append(o.states, state), append(o.events, events)
	}
	return o
}

// start makes the runs and executes them, and returns when all are at rest.
func (p play) start(t *testing.T, a *app.App) (ids []string) {
	t.Helper()
	var wg sync.WaitGroup
	defer wg.Wait()
	for i := range max(p.runs, 1) {
		if i > 0 {
			time.Sleep(p.apart)
		}
		r := runs.Request{File: p.file, RecipeID: "mvp_ingest", Request: accepting(true)}
		r.EndAt = p.endAt
		r.Force = true
		id, _, err := a.Runs.Start(t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
		wg.Go(func() {
			if err := a.Runs.Execute(context.WithoutCancel(t.Context()), id, nil); err != nil {
				t.Errorf("run %s: %v", id, err)
			}
		})
	}
	if p.during != nil {
		wg.Go(func() { p.during(a, ids) })
	}
	return ids
}

// The next functions look at an outcome.

// problems collects what is wrong with an outcome.
type problems []string

func (p *problems) add(format string, args ...any) {
	const most, longest = 5, 2400 // of a scenario that fails, the rest says the same
	if len(*p) < most {
		text := fmt.Sprintf(format, args...)
		*p = append(*p, text[:min(len(text), longest)])
	}
}

// check adds a problem unless ok.
func (p *problems) check(ok bool, format string, args ...any) {
	if !ok {
		p.add(format, args...)
	}
}

// done wants all runs finished, with as many scenes as the script has.
func (o outcome) done(p *problems) {
	for _, s := range o.states {
		p.check(s.Status == run.RunDone, "run %s is %s: %s", s.RunID, s.Status, s.Error)
	}
}

// attempts lists all attempts of all runs in the order they began.
func (o outcome) attempts() (all []run.AttemptState) {
	for _, s := range o.states {
		for _, id := range s.StageOrder {
			all = append(all, s.Stages[id].Attempts...)
		}
	}
	return all
}

// units groups the attempts by run, stage, unit and role.
func (o outcome) units() map[string][]run.AttemptState {
	all := map[string][]run.AttemptState{}
	for _, s := range o.states {
		for id, st := range s.Stages {
			for _, a := range st.Attempts {
				key := strings.Join([]string{s.RunID, id, a.Unit, string(a.Role)}, "/")
				all[key] = append(all[key], a)
			}
		}
	}
	return all
}

// at returns the calls that a provider saw.
func (o outcome) at(provider string) (n int) {
	for _, c := range o.calls {
		if c.Provider == provider {
			n++
		}
	}
	return n
}

// named counts the events of a name.
func (o outcome) named(name string) (n int) {
	for _, events := range o.events {
		for _, e := range events {
			if e.Body.EventName() == name {
				n++
			}
		}
	}
	return n
}

// wasted counts the tokens of attempts that failed.
func (o outcome) wasted() (tokens int) {
	for _, a := range o.attempts() {
		if a.Status == "failed" {
			tokens += a.InputTokens + a.OutputTokens
		}
	}
	return tokens
}

// tries writes attempts in short.
func tries(attempts []run.AttemptState) string {
	var all []string
	for _, a := range attempts {
		all = append(all, fmt.Sprintf("%s at %s %s %s for %.1fs", a.Model, a.StartedAt.Format("04:05.0"), a.Status, a.ErrorClass,
			a.DurationSeconds))
	}
	return strings.Join(all, "; ")
}

// end returns when an attempt ended.
func end(a run.AttemptState) time.Time {
	return a.StartedAt.Add(time.Duration(a.DurationSeconds * float64(time.Second)))
}
