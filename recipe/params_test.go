package recipe_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/recipe"
)

const withParams = `recipe_id: tinted
description: a recipe with parameters
stages:
  - id: ingest
    module: story_ingest_v1
    params: {input_file: "${input_file}"}
  - id: free
    module: free
    params:
      deep: [{tint: "${tint_color}"}]
resilience:
  max_cost_usd: ${budget}
`

func TestRecipe_CheckParamsNamesTheNearest(t *testing.T) {
	r, err := recipe.Parse("f.yaml", []byte(withParams))
	if err != nil {
		t.Fatal(err)
	}
	known := modules()
	known["free"] = recipe.ModuleSpec{Params: map[string]recipe.ParamSpec{"shade": {Kind: recipe.KindString}}}
	for name, want := range map[string]string{
		"tint_colour": `recipe tinted has no parameter "tint_colour"; did you mean tint_color?`, "budgt": "did you mean budget?",
		"shad":         "did you mean shade?",
		"accept_confg": "did you mean accept_config?", "acceptConfig": "did you mean accept_config?",
		"work-model": "did you mean work_model?", "skipqa": "did you mean skip_qa?",
		"deep": "it has accept_config, budget, ",
	} {
		err := r.CheckParams(map[string]any{"input_file": "x", name: true}, known)
		if failure.ClassOf(err) != failure.Input || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", name, err, want)
		}
	}
	err = r.CheckParams(map[string]any{"tint": 1, "zzz": 1, "aaa": 1}, known)
	if err == nil || !strings.Contains(err.Error(), `has no parameters "aaa", "tint", "zzz"; did you mean tint_color?`) {
		t.Errorf("%v", err)
	}
	all := map[string]any{}
	for _, name := range []string{"input_file", "tint_color", "budget", "shade", "default_model", "work_model", "verify_model",
		"escalate_model", "qa_model", "utility_model", "sota_model",
		"model", "skip_qa", "accept_config", "config_file", "config_overrides", "user_approved", "human_control_mode", "style_packs"} {
		all[name] = "x"
	}
	if err := r.CheckParams(all, known); err != nil {
		t.Error(err)
	}
	if names := r.Params(known); !slices.IsSorted(names) || len(names) != len(all) {
		t.Errorf("%v", names)
	}
}

// A key that the format does not know is refused wherever it stands, with its place and the key that was meant.
func TestParse_UnknownKeysOfAllLevels(t *testing.T) {
	src, places := unmark(`recipe_id: r
description: d
‸projct: {}
stages:
  - id: a
    module: story_ingest_v1
    params: {input_file: x, ‸input_fil: x}
    ‸need: [a]
    ‸store_input: {}
resilience:
  ‸max_cost: 1
  ‸stage: {}
  stages:
    a: {‸concurency: 1}
    ‸aa: {}
  stage_max_attempts: {‸ab: 1}
  stage_fallback_models: {‸ac: [gpt-4.1]}
`)
	checkMistakes(t, recipe.Validate("dir/f.yaml", []byte(src), modules()), places, []string{
		`did you mean "project"?`, `did you mean "input_file"?`, `unknown key "need"; did you mean "needs"?`,
		`unknown key "store_input"; did you mean "store_inputs"?`,
		`did you mean "max_cost_usd"?`, `unknown key "stage"; did you mean "stages"?`, `did you mean "concurrency"?`,
		"stages names stage", "stage_max_attempts names stage", "stage_fallback_models names stage",
	})
}
