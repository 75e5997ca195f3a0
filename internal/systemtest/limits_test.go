package systemtest_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/health"
	"github.com/cineforge/cineforge/internal/app"
	"github.com/cineforge/cineforge/internal/providers"
	"github.com/cineforge/cineforge/internal/runs"
	"github.com/cineforge/cineforge/llm/catalog"
	"github.com/cineforge/cineforge/llm/wire"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/simulator/scenario"
)

// limitsOf returns the limits that are shown of a model.
func limitsOf(t *testing.T, all []health.Provider, provider, model string) health.TimeLimits {
	t.Helper()
	for _, p := range all {
		for _, m := range p.Models {
			if p.Name == provider && m.Model == model {
				if m.Limits == nil {
					t.Fatalf("%s:%s has no limits", provider, model)
				}
				return *m.Limits
			}
		}
	}
	t.Fatalf("%s:%s is not listed", provider, model)
	return health.TimeLimits{}
}

// A model's limits come before its provider's, each by itself; only a server that the
// config file names may have to load its model first.
func TestProviders_Limits(t *testing.T) {
	own := ollama
	own.Models = []string{"llama", "slow"}
	own.Limits = wire.TimeLimits{FirstByte: 10 * time.Minute, Idle: time.Minute}
	cold := ollama
	cold.Name = "cold"
	all := append(withKeys("ANTHROPIC"), own, cold)
	all[0].Limits = wire.TimeLimits{Idle: 45 * time.Second}
	models := app.Config{Providers: all, Catalog: known(t).With(
		catalog.Entry{Provider: "local", Model: "slow", MaxOutput: 100, Limits: wire.TimeLimits{Idle: 5 * time.Minute, Total: 2 * time.Hour}},
		catalog.Entry{Provider: "cold", Model: "llama", MaxOutput: 100, Thinks: catalog.ThinksAlways},
	)}
	a, err := app.Open(t.Context(), t.TempDir(), models)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	asked, err := a.Providers.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	const set, vendor, loads, usual = "configured", "default of a vendor's API", "default of a server that may have to load its model",
		"default"
	of := func(seconds float64, source string) health.TimeLimit {
		return health.TimeLimit{Seconds: seconds, Source: source}
	}
	for name, list := range map[string][]health.Provider{"a data directory": asked, "none": providers.Unasked(models.Models())} {
		for _, tt := range []struct {
			provider, model string
			want            health.TimeLimits
		}{
			{"local", "llama", health.TimeLimits{FirstByte: of(600, set), Idle: of(60, set),
				Total: of(8000, "ten times what 16000 tokens take if it writes 20 tokens a second, from the first text on")}},
			{"local", "slow", health.TimeLimits{FirstByte: of(600, set), Idle: of(300, set),
				Total: of(7200, set)}},
			{"cold", "llama", health.TimeLimits{FirstByte: of(300, loads),
				Idle:  of(30, "default; 2m0s until the visible answer of a model that thinks begins"),
				Total: of(300, "the least that an answer has, from the first text on")}},
			{"anthropic", "claude-sonnet-4-6", health.TimeLimits{FirstByte: of(12, vendor), Idle: of(45, set),
				Total: of(64000, "ten times what 128000 tokens take if it writes 20 tokens a second, from the first text on")}},
			{"openai", "gpt-5.2", health.TimeLimits{FirstByte: of(12, vendor), Idle: of(30, usual),
				Total: of(64000, "ten times what 128000 tokens take if it writes 20 tokens a second, from the first text on")}},
		} {
			if diff := cmp.Diff(tt.want, limitsOf(t, list, tt.provider, tt.model)); diff != "" {
				t.Errorf("%s: %s:%s: %s", name, tt.provider, tt.model, diff)
			}
		}
	}
}

// The limit that a configuration sets is the one by which a call is cut off.
func TestExecute_ConfiguredLimitCutsACall(t *testing.T) {
	for name, limits := range map[string]struct{ provider, model wire.TimeLimits }{
		"the provider's":          {wire.TimeLimits{FirstByte: 3 * time.Second}, wire.TimeLimits{}},
		"the model's":             {wire.TimeLimits{FirstByte: time.Hour}, wire.TimeLimits{FirstByte: 3 * time.Second}},
		"the total of the model":  {wire.TimeLimits{}, wire.TimeLimits{Total: 3 * time.Second}},
		"the total of the server": {wire.TimeLimits{Total: 3 * time.Second}, wire.TimeLimits{Idle: time.Hour}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				silent := scenario.Scenario{ID: "silent", Name: "silent", Rules: []scenario.Rule{{Name: "silent",
					When: scenario.When{Until: time.Second}, Fault: scenario.Fault{Silent: true}}}}
				w := newWorld(t, play{scenario: silent, target: "local", alone: true, single: true, limits: limits.provider})
				c := known(t).With(catalog.Entry{Provider: "local", Model: "llama", Limits: limits.model})
				a := app.New(w.store, w.dir, app.Config{Providers: w.play.providers(), Catalog: c, Transport: w.sim.Transport()})
				s := w.execute(a, w.start(a, runs.Request{}))
				cut := 0
				for _, at := range s.Stages["extract_scenes"].Attempts {
					if at.ErrorClass == failure.Timeout {
						cut++
						if at.DurationSeconds < 2.9 || at.DurationSeconds > 3.5 {
							t.Errorf("cut after %v s", at.DurationSeconds)
						}
					}
				}
				if cut == 0 || s.Status != run.RunDone {
					t.Errorf("%d calls were cut, the run is %s: %s", cut, s.Status, s.Error)
				}
			})
		})
	}
}

// A drill shows what happens in a real run, so its calls have the same limits.
func TestDrill_HasTheLimitsOfRealRuns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, play{})
		all := withKeys("ANTHROPIC")
		all[0].Limits = wire.TimeLimits{FirstByte: 2 * time.Second}
		a := app.New(w.store, w.dir, app.Config{Providers: all, Catalog: known(t)})
		s := w.execute(a, w.start(a, runs.Request{Request: drilled("S06")}))
		cut := 0
		for _, at := range s.Stages["extract_scenes"].Attempts {
			if at.Provider == "anthropic" && at.ErrorClass == failure.Timeout {
				cut++
				if at.DurationSeconds < 1.9 || at.DurationSeconds > 2.5 {
					t.Errorf("cut after %v s", at.DurationSeconds)
				}
			}
		}
		if cut == 0 || s.Status != run.RunDone {
			t.Errorf("%d calls were cut, the run is %s: %s", cut, s.Status, s.Error)
		}
	})
}
