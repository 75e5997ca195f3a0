package providers_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cineforge/cineforge/internal/providers"
	"github.com/cineforge/cineforge/llm/catalog"
	"github.com/cineforge/cineforge/recipe"
	"github.com/cineforge/cineforge/simulator"
	"github.com/cineforge/cineforge/stage/shipped"
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
var ollama = providers.Provider{Name: "local", Dialect: "ollama",
	BaseURL: "http://simulator.test/compat/local/v1", Models: []string{"llama"}}

func known(t testing.TB) catalog.Catalog {
	t.Helper()
	c, err := catalog.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestSource_CandidatesOfAStage(t *testing.T) {
	standard := func(stage string) recipe.Policy {
		var chain []recipe.ModelName
		for _, name := range shipped.Info(stage).DefaultChain {
			m, err := recipe.ParseModel(name)
			if err != nil {
				t.Fatal(err)
			}
			chain = append(chain, m)
		}
		return recipe.Policy{Chain: chain, DefaultChain: chain}
	}
	own := standard("normalize")
	own.Chain = []recipe.ModelName{{Provider: "openai", Model: "gpt-4.1"}, {Provider: "elsewhere", Model: "m"}}
	for _, tt := range []struct {
		name      string
		providers []providers.Provider
		stage     string
		policy    recipe.Policy
		want      []string
		skipped   []string
	}{
		{"all keys", withKeys("ANTHROPIC", "OPENAI", "GEMINI"), "extract_scenes", standard("extract_scenes"),
			[]string{"anthropic claude-sonnet-4-6", "anthropic claude-opus-4-6", "openai gpt-5.2", "google gemini-3-flash-preview"}, nil},
		{"one key", withKeys("OPENAI"), "normalize", standard("normalize"), []string{"openai gpt-4.1"},
			[]string{"claude-sonnet-4-6: ANTHROPIC_API_KEY is not set", "claude-opus-4-6: ANTHROPIC_API_KEY is not set",
				"gemini-3-flash-preview: GEMINI_API_KEY is not set"}},
		{"a key that the default chain has no use for", withKeys("GEMINI"), "project_config", standard("project_config"),
			[]string{"google gemini-3-flash-preview"},
			[]string{"claude-haiku-4-5-20251001: ANTHROPIC_API_KEY is not set", "claude-sonnet-4-6: ANTHROPIC_API_KEY is not set",
				"claude-opus-4-6: ANTHROPIC_API_KEY is not set", "gpt-4.1: OPENAI_API_KEY is not set"}},
		{"a stage without a chain", withKeys("ANTHROPIC", "GEMINI"), "my_stage", recipe.Policy{},
			[]string{"anthropic claude-sonnet-4-6", "google gemini-3-flash-preview"}, nil},
		{"a chain of the recipe's own", withKeys("ANTHROPIC"), "normalize", own, nil,
			[]string{"gpt-4.1: OPENAI_API_KEY is not set", "m: no provider elsewhere is configured"}},
		{"no key", withKeys(), "my_stage", recipe.Policy{}, []string{"offline offline"}, nil},
		{"no provider is better than none", withKeys("ANTHROPIC"), "project_config",
			recipe.Policy{Chain: []recipe.ModelName{{Provider: "anthropic", Model: "claude-x"}},
				DefaultChain: standard("project_config").Chain, Degrade: recipe.DegradeOffline},
			[]string{"anthropic claude-x", "offline offline"}, nil},
		{"a server without keys", append(withKeys(), ollama), "my_stage", recipe.Policy{}, []string{"local llama"}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := providers.NewSource(providers.Models{Providers: tt.providers, Catalog: known(t)}).ForNewRun(tt.stage, tt.policy)
			var got, skipped []string
			for _, c := range l.Candidates {
				got = append(got, c.Provider+" "+c.Name)
			}
			for _, s := range l.Skipped {
				skipped = append(skipped, s.Model+": "+s.Detail)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(tt.skipped, skipped); diff != "" {
				t.Error(diff)
			}
		})
	}
}
