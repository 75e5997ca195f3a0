package shipped_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cineforge/cineforge/recipe"
	"github.com/cineforge/cineforge/recipes"
	"github.com/cineforge/cineforge/screenplay/document"
	"github.com/cineforge/cineforge/stage/shipped"
)

func TestModules_EachIsAStageOfTheShippedRecipe(t *testing.T) {
	source, err := recipes.FS.ReadFile("mvp_ingest.yaml")
	if err != nil {
		t.Fatal(err)
	}
	r, err := recipe.Parse("mvp_ingest.yaml", source)
	if err != nil {
		t.Fatal(err)
	}
	modules := shipped.Modules(document.Reader{})
	if len(modules) != len(r.Stages) {
		t.Fatalf("%d modules for %d stages", len(modules), len(r.Stages))
	}
	for i, s := range r.Stages {
		info := modules[i].Info()
		if info.ID != s.Module || info.StageID != s.ID || info.Title == "" || info.AsksNoModel != (len(info.DefaultChain) == 0) {
			t.Errorf("stage %s of module %s: %+v", s.ID, s.Module, info)
		}
		if got := shipped.Info(s.ID); got.ID != info.ID {
			t.Errorf("stage %s is described as that of %s", s.ID, got.ID)
		}
	}
	if got := shipped.Info("mine").Title; got != "mine" {
		t.Errorf("a stage of another recipe is titled %q", got)
	}
}

// Each chain leads to other providers, so that the outage of one stops no stage. A slip in the
// name of a model of it is pointed out.
func TestModules_DefaultChains(t *testing.T) {
	for _, m := range shipped.Modules(document.Reader{}) {
		providers := map[string]bool{}
		for _, name := range m.Info().DefaultChain {
			parsed, err := recipe.ParseModel(name)
			if err != nil {
				t.Fatal(err)
			}
			providers[parsed.Provider] = true
			if _, err := recipe.ParseModel("x" + parsed.Model); err == nil || !strings.Contains(err.Error(), parsed.Model) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if !m.Info().AsksNoModel && len(providers) < 2 {
			t.Errorf("%s asks only %v", m.Info().ID, providers)
		}
	}
	for stage, want := range map[string][]string{
		"normalize":      {"anthropic:claude-sonnet-4-6", "anthropic:claude-opus-4-6", "openai:gpt-4.1", "google:gemini-3-flash-preview"},
		"extract_scenes": {"anthropic:claude-sonnet-4-6", "anthropic:claude-opus-4-6", "openai:gpt-5.2", "google:gemini-3-flash-preview"},
		"project_config": {"anthropic:claude-haiku-4-5-20251001", "anthropic:claude-sonnet-4-6", "anthropic:claude-opus-4-6", "openai:gpt-4.1"},
		"ingest":         nil,
	} {
		if diff := cmp.Diff(want, shipped.Info(stage).DefaultChain); diff != "" {
			t.Errorf("%s: %s", stage, diff)
		}
	}
}
