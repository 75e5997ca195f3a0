package systemtest_test

import (
	"fmt"
	"testing"
	"testing/synctest"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/internal/app"
	"github.com/cineforge/cineforge/internal/memory"
	"github.com/cineforge/cineforge/internal/providers"
	"github.com/cineforge/cineforge/internal/runs"
	"github.com/cineforge/cineforge/llm/catalog"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/simulator"
	"github.com/cineforge/cineforge/simulator/scenario"
)

// withKeys returns the standard providers, at a simulator, with keys for the named ones.
func withKeys(keys ...string) []providers.Provider {
	env := map[string]string{}
	for _, v := range simulator.BaseURLs("http://simulator.test") {
		env[v.Name] = v.Value
	}
	for _, name := range keys {
		env[name+"_API_KEY"] = "sk-simulated-" + name
	}
	return providers.FromEnvironment(func(name string) string { return env[name] })
}

// ollama is a provider that needs no key.
var ollama = providers.Provider{Name: "local", Dialect: "ollama", BaseURL: "http://simulator.test/compat/local/v1",
	Models: []string{"llama"}}

func known(t testing.TB) catalog.Catalog {
	t.Helper()
	c, err := catalog.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// simulated runs a sample through the shipped recipe with providers at a simulator.
func simulated(t *testing.T, scenario scenario.Scenario, who []providers.Provider, file string) (run.State, *app.App,
	*simulator.Simulator) {
	t.Helper()
	sim := simulator.New(scenario, simulator.Options{})
	a := app.New(memory.New().Seams(), t.TempDir(), app.Config{Providers: who, Catalog: known(t), Transport: sim.Transport()})
	t.Cleanup(func() { a.Close() })
	return execute(t, a, runs.Request{File: sample(t, file)}), a, sim
}

// The shipped recipe's real modules finish on the models of each provider, whose API
// finds nothing wrong with what it is asked, and the run shows which model answered what.
func TestExecute_TheShippedRecipeOnEachProvider(t *testing.T) {
	for _, tt := range []struct {
		name     string
		who      []providers.Provider
		provider string
		models   map[string]string // by stage
	}{
		{"all keys", withKeys("ANTHROPIC", "OPENAI", "GEMINI"), "anthropic",
			map[string]string{"normalize": "claude-sonnet-4-6", "extract_scenes": "claude-sonnet-4-6",
				"project_config": "claude-haiku-4-5-20251001"}},
		{"openai", withKeys("OPENAI"), "openai", map[string]string{"normalize": "gpt-4.1", "extract_scenes": "gpt-5.2",
			"project_config": "gpt-4.1"}},
		{"google", withKeys("GEMINI"), "google", map[string]string{"normalize": "gemini-3-flash-preview",
			"extract_scenes": "gemini-3-flash-preview", "project_config": "gemini-3-flash-preview"}},
		{"a server of one's own", append(withKeys(), ollama), "local",
			map[string]string{"normalize": "llama", "extract_scenes": "llama", "project_config": "llama"}},
	} {
		for _, file := range []string{"the_tide_clock.fountain", "the_well.txt"} {
			t.Run(tt.name+"/"+file, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					state, a, sim := simulated(t, scenario.Scenario{Pace: scenario.Pace{TokensPerSecond: 100}}, tt.who, file)
					if state.Status != run.RunDone || state.Notice != "" {
						t.Fatalf("the run is %s: %s; notice %q", state.Status, state.Error, state.Notice)
					}
					calls := sim.Calls()
					for _, c := range calls {
						if c.Provider != tt.provider || c.Problem != "" || !c.Complete {
							t.Errorf("the provider saw %+v", c)
						}
					}
					checkAccount(t, state, calls)
					for id, model := range tt.models {
						if st, _ := state.Stage(id); st.AttemptCount > 0 && *st.ModelUsed != model {
							t.Errorf("%s was answered by %s, want %s", id, *st.ModelUsed, model)
						}
					}
					for _, ref := range state.Stages["extract_scenes"].ArtifactRefs {
						scene, err := a.Reader.Store.Artifact(t.Context(), state.ProjectID, ref)
						if err != nil {
							t.Fatal(err)
						}
						if m := scene.Metadata; m.Source != artifact.Hybrid || m.Health != artifact.Valid ||
							m.Annotations["final_stage_model_used"] != tt.models["extract_scenes"] {
							t.Errorf("%s: source %s, health %s, annotations %v", ref, m.Source, m.Health, m.Annotations)
						}
					}
				})
			})
		}
	}
}

// checkAccount compares what a run tells of its attempts with what the providers saw.
func checkAccount(t *testing.T, state run.State, calls []simulator.Call) {
	t.Helper()
	byRequest := map[string]simulator.Call{}
	var input, output, attempts int
	for _, c := range calls {
		byRequest[c.RequestID] = c
		input += c.InputTokens
		output += c.OutputTokens
	}
	total := 0.0
	for id, st := range state.Stages {
		for _, at := range st.Attempts {
			attempts++
			if at.CostUSD != nil {
				total += *at.CostUSD
			}
			if at.RequestID == nil || at.FirstEventMS == nil || at.DurationSeconds == 0 {
				t.Errorf("%s: %+v", id, at)
				continue
			}
			if c, ok := byRequest[*at.RequestID]; ok && (c.InputTokens != at.InputTokens || c.OutputTokens != at.OutputTokens ||
				c.Model != at.Model) {
				t.Errorf("%s: %+v, but the provider saw %+v", id, at, c)
			}
		}
	}
	if attempts != len(calls) || state.Tokens != (run.Tokens{Input: input, Output: output}) {
		t.Errorf("%d attempts, %+v; the providers saw %d calls, %d and %d tokens", attempts, state.Tokens, len(calls), input, output)
	}
	if fmt.Sprintf("%.9f", total) != fmt.Sprintf("%.9f", state.TotalCostUSD) {
		t.Errorf("the run cost %v, its attempts %v", state.TotalCostUSD, total)
	}
}
