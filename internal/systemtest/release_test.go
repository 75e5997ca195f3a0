package systemtest_test

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/internal/app"
	"github.com/cineforge/cineforge/internal/providers"
	"github.com/cineforge/cineforge/internal/runs"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/simulator/scenario"
)

// refused is a scenario in which Anthropic's API refuses in one way, of one model or all.
func refused(fault, model string) scenario.Scenario {
	s := scenario.Scenario{ID: "refusing", Name: "refusing", Rules: []scenario.Rule{{Name: "refusing",
		When: scenario.When{Provider: scenario.Globs{"anthropic"}}, Fault: scenario.Fault{Error: fault}}}}
	if model != "" {
		s.Rules[0].When.Model = scenario.Globs{model}
	}
	return s
}

// gates lists what keeps a provider from being asked, as "model class", in order.
func gates(t *testing.T, a *app.App, provider string) (all []string) {
	t.Helper()
	list, err := a.Providers.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range list {
		if p.Name != provider {
			continue
		}
		if p.Held != nil {
			all = append(all, "held")
		}
		for _, g := range p.Gates {
			all = append(all, string(g.Class))
		}
		for _, m := range p.Models {
			for _, g := range m.Gates {
				all = append(all, m.Model+" "+string(g.Class))
			}
		}
	}
	return all
}

// A release ends all that it names, says what that was, and leaves the rest.
func TestRelease_EndsWhatItNames(t *testing.T) {
	const sonnet = "claude-sonnet-4-6"
	for name, tt := range map[string]struct {
		scenario scenario.Scenario
		hold     bool
		release  string
		ended    string // as "key model class" or "hold"
		left     string
	}{
		"a provider": {refused("billing", ""), true, "anthropic", "hold, ANTHROPIC_API_KEY  quota_exhausted", ""},
		"a provider's model": {refused("not_found", sonnet), false, "anthropic",
			"ANTHROPIC_API_KEY claude-sonnet-4-6 not_found", ""},
		"a model": {refused("not_found", sonnet), true, "anthropic:" + sonnet,
			"ANTHROPIC_API_KEY claude-sonnet-4-6 not_found", "held"},
		"another model":                        {refused("not_found", sonnet), false, "anthropic:claude-opus-4-6", "", sonnet + " not_found"},
		"a model, where the provider has more": {refused("auth", ""), false, "anthropic:" + sonnet, "", "auth"},
		"a key":                                {refused("auth", ""), true, "ANTHROPIC_API_KEY", "ANTHROPIC_API_KEY  auth", "held"},
		"a key at a model": {refused("not_found", sonnet), false, "ANTHROPIC_API_KEY",
			"ANTHROPIC_API_KEY claude-sonnet-4-6 not_found", ""},
		"another key":      {refused("auth", ""), false, "OPENAI_API_KEY", "", "auth"},
		"another provider": {refused("auth", ""), true, "openai", "", "held, auth"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, play{scenario: tt.scenario})
				a, _ := w.boot(-1, false)
				if s := w.execute(a, w.start(a, runs.Request{})); s.Status != run.RunDone {
					t.Fatal(s.Status, s.Error)
				}
				since := time.Now()
				if len(gates(t, a, "anthropic")) != 1 {
					t.Fatal(gates(t, a, "anthropic"))
				}
				if tt.hold {
					if err := a.Providers.Hold(t.Context(), "anthropic", "maintenance", time.Hour); err != nil {
						t.Fatal(err)
					}
				}
				time.Sleep(time.Second)
				out, err := a.Providers.Release(t.Context(), tt.release, "it is cured")
				if err != nil {
					t.Fatal(err)
				}
				var ended []string
				for _, e := range out.Ended {
					if e.Provider != "anthropic" || (e.Gate == nil) == (e.Hold == nil) {
						t.Errorf("%+v", e)
					}
					if e.Hold != nil {
						ended = append(ended, "hold")
						continue
					}
					if e.Gate.Since.After(since) || e.Gate.Since.IsZero() || !e.Gate.Until.After(e.Gate.Since) || e.Gate.Message == "" {
						t.Errorf("%+v", e.Gate)
					}
					ended = append(ended, e.Key+" "+e.Model+" "+string(e.Gate.Class))
				}
				if got := strings.Join(ended, ", "); got != tt.ended || out.Ended == nil {
					t.Errorf("ended %q, want %q", got, tt.ended)
				}
				if got := strings.Join(gates(t, a, "anthropic"), ", "); got != tt.left {
					t.Errorf("left %q, want %q", got, tt.left)
				}
				if want := "anthropic"; !strings.Contains(strings.ToLower(tt.release), "openai") && out.Name != want {
					t.Errorf("it is about %s", out.Name)
				}
				turns, err := a.Providers.Events(t.Context(), providers.EventsQuery{Limit: 1})
				if err != nil || !strings.HasPrefix(turns[0].Evidence, "it is cured") {
					t.Errorf("%+v %v", turns, err)
				}
			})
		})
	}
}

// A key that several providers share is released at all of them.
func TestRelease_SharedKey(t *testing.T) {
	a, err := app.Open(t.Context(), t.TempDir(), app.Config{Providers: []providers.Provider{
		{Name: "one", Dialect: "openai", BaseURL: "http://127.0.0.1:1/v1", KeyVariable: "SHARED_KEY", Key: "sk-shared-key"},
		{Name: "two", Dialect: "openai", BaseURL: "http://127.0.0.1:1/v1", KeyVariable: "SHARED_KEY", Key: "sk-shared-key"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	out, err := a.Providers.Release(t.Context(), "SHARED_KEY", "new credit")
	turns, err2 := a.Providers.Events(t.Context(), providers.EventsQuery{Limit: 10})
	if err = errors.Join(err, err2); err != nil || out.Name != "one" || len(turns) != 2 {
		t.Fatalf("%+v, %+v, %v", out, turns, err)
	}
	for _, turn := range turns {
		if turn.Evidence != "new credit (SHARED_KEY)" {
			t.Errorf("%+v", turn)
		}
	}
}

// A key that the provider had before is another one.
func TestRelease_LeavesAnotherKeyOfTheProvider(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, play{scenario: refused("auth", "")})
		boot := func(variable string) *app.App {
			all := withKeys("ANTHROPIC", "OPENAI")
			all[0].KeyVariable = variable
			return app.New(w.store, w.dir, app.Config{Providers: all, Catalog: known(t), Transport: w.sim.Transport()})
		}
		a := boot("OLD_KEY")
		w.execute(a, w.start(a, runs.Request{}))
		out, err := boot("NEW_KEY").Providers.Release(t.Context(), "NEW_KEY", "x")
		if got := strings.Join(gates(t, a, "anthropic"), ", "); err != nil || len(out.Ended) > 0 || got != "auth" {
			t.Errorf("%+v, left %q: %v", out.Ended, got, err)
		}
		if out, err := boot("OLD_KEY").Providers.Release(t.Context(), "OLD_KEY", "x"); err != nil || len(out.Ended) != 1 ||
			out.Ended[0].Key != "OLD_KEY" {
			t.Errorf("%+v: %v", out.Ended, err)
		}
	})
}

func TestRelease_UnknownNames(t *testing.T) {
	a, err := app.Open(t.Context(), t.TempDir(), app.Config{Providers: withKeys()})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	for name, want := range map[string]struct {
		err  error
		text string
	}{
		"anthropc":             {providers.ErrNoProvider, `there is no provider "anthropc", and no key in a variable of that name; name a provider (anthropic, openai, google), a model as PROVIDER:MODEL, or the variable of a key (ANTHROPIC_API_KEY, OPENAI_API_KEY, GEMINI_API_KEY)`},
		"anthropc:claude-x":    {providers.ErrNoProvider, `there is no provider "anthropc"`},
		"openai:gpt-9":         {providers.ErrNoModel, `openai has no model "gpt-9" that was ever asked; there are gpt-4.1, gpt-5.2`},
		"":                     {providers.ErrNoProvider, `there is no provider ""`},
		"ANTHROPIC_API_KEY#12": {providers.ErrNoProvider, "there is no provider"},
	} {
		if _, err := a.Providers.Release(t.Context(), name, "x"); !errors.Is(err, want.err) || failure.ClassOf(err) != failure.Input ||
			!strings.Contains(err.Error(), want.text) {
			t.Errorf("%q: %v", name, err)
		}
	}
	if _, err := a.Providers.Release(t.Context(), "anthropic", " "); failure.ClassOf(err) != failure.Input {
		t.Errorf("without a reason: %v", err)
	}
	if out, err := a.Providers.Release(t.Context(), "anthropic", "x"); err != nil || out.Name != "anthropic" || out.Ended == nil ||
		len(out.Ended) > 0 {
		t.Errorf("%+v %v", out, err)
	}
}
