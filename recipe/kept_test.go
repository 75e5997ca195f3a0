package recipe_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cineforge/cineforge/recipe"
)

func TestValidate_AModuleOfAnyFormIsThereOrNot(t *testing.T) {
	for name, want := range map[string]string{
		"Story-Ingest":       `there is no module "Story-Ingest"; did you mean "story_ingest_v1"?`,
		`"story ingest"`:     `there is no module "story ingest"; did you mean "story_ingest_v1"?`,
		"../x":               `there is no module "../x"; the modules are project_config_v1, `,
		"${m}":               `there is no module "${m}"; the modules are `,
		"scene_breakdown_v1": `there is no module "scene_breakdown_v1"; the modules are `,
		`"a\nb"`:             `there is no module "a\nb"; the modules are `,
	} {
		src, places := unmark(head + "stages:\n  - id: a\n    module: ‸" + name + "\n")
		checkMistakes(t, recipe.Validate("dir/f.yaml", []byte(src), modules()), places, []string{want})
	}
}

// first is a recipe in the manner of the first system, with parameters of a stage.
func first(params string) string {
	return head + `stages:
  - id: ingest
    module: story_ingest_v1
    params: {input_file: "${input_file}", work_model: mock}
  - id: normalize
    module: script_normalize_v1
    needs: [ingest]
    params: {` + params + "}\n"
}

func TestPlan_ModelParamsComeBeforeTheChain(t *testing.T) {
	offline := recipe.ModelName{Provider: "offline", Model: "offline"}
	local := recipe.ModelName{Provider: "attic", Model: "llama3.1:8b"}
	chain := normalizeChain
	for params, want := range map[string][]recipe.ModelName{
		"":                                    chain,
		"model: gpt-4.1":                      {gpt41, sonnet, opus, flash},
		"work_model: claude-opus-4-6":         {opus, sonnet, gpt41, flash},
		"model: gpt-4.1, work_model: gpt-5.2": {gpt52, sonnet, opus, gpt41, flash},
		`model: "${default_model}"`:           {local, sonnet, opus, gpt41, flash},
		"model: mock":                         {offline},
		"model: ~, work_model: ''":            chain,
		"qa_model: gpt-4.1, escalate_model: mock, verify_model: gpt-5.2, config_file: a.yaml": chain,
	} {
		p := firstPlan(t, first(params), recipe.Limits{}).Stages[1]
		if diff := cmp.Diff(want, p.Policy.Chain); diff != "" {
			t.Errorf("%s: -want +got:\n%s", params, diff)
		}
		if p.Policy.IsDefault() == (params == "model: mock") || len(p.Params) != 0 {
			t.Errorf("%s: default %t, parameters of the module %v", params, p.Policy.IsDefault(), p.Params)
		}
	}
}

// firstPlan plans a recipe with parameters of a run.
func firstPlan(t *testing.T, src string, limits recipe.Limits) *recipe.Plan {
	t.Helper()
	r, err := recipe.Parse("f.yaml", []byte(src))
	if err != nil {
		t.Fatal(err)
	}
	p, err := r.Compile(recipe.PlanOptions{Params: map[string]any{"input_file": "a.txt", "default_model": "attic:llama3.1:8b"},
		Modules: modules(), Limits: limits})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestPlan_TheCostCeilingIsTheStagesLimit(t *testing.T) {
	for params, want := range map[string]float64{"": 10, "cost_ceiling_usd: 2.5": 2.5, "cost_ceiling_usd: 0": 0,
		"cost_ceiling_usd: 50": 10, "cost_ceiling_usd: ~": 10} {
		if got := firstPlan(t, first(params), recipe.Limits{}).Stages[1].Policy.MaxCostUSD; got != want {
			t.Errorf("%s: got %v, want %v", params, got, want)
		}
	}
	if got := firstPlan(t, first("cost_ceiling_usd: 1"), recipe.Limits{MaxCostUSD: new(7.0)}).Stages[1].Policy.MaxCostUSD; got != 7 {
		t.Errorf("a person allows 7, and the stage may spend %v", got)
	}
}

// A retry with a recipe that names another model keeps what is done.
func TestChanges_AnotherModelMakesNoOtherResult(t *testing.T) {
	before := firstPlan(t, first("model: gpt-4.1, max_tokens: 2"), recipe.Limits{})
	now := firstPlan(t, first("model: gpt-5.2, max_tokens: 3, default_model: x, cost_ceiling_usd: 3"), recipe.Limits{})
	changes := recipe.Changes(before, now)
	if keys := fmt.Sprintf("%d %s %s", len(changes), changes[0].Key,
		changes[1].Key); keys != "2 stage_fallback_models max_cost_usd" || len(now.Redone(changes)) != 0 {
		t.Errorf("%+v", changes)
	}
}

func TestValidate_ModelParamsThatAreWrong(t *testing.T) {
	for params, want := range map[string]string{
		"model: ‸fixture":                `parameter model: model "fixture" does not tell its provider; write provider:model`,
		"work_model: ‸claude sonnet":     `parameter work_model: model "claude sonnet" does not tell its provider`,
		"qa_model: ‸3":                   "parameter qa_model is text, but here is the number 3",
		"config_file: ‸[a]":              "parameter config_file is text, but here is a list",
		"cost_ceiling_usd: ‸-1":          "cost_ceiling_usd is a number from 0 to 1000000, but here is the number -1",
		"‸wrk_model: gpt-4.1":            `module script_normalize_v1 has no parameter "wrk_model"; did you mean "work_model"?`,
		"‸parser_coverage_treshold: 0.1": `did you mean "parser_coverage_threshold"?`,
	} {
		src, places := unmark(first(params))
		checkMistakes(t, recipe.Validate("dir/f.yaml", []byte(src), modules()), places, []string{want})
	}
}

func TestRecipe_WarningsNameWhatHasNoEffect(t *testing.T) {
	r, err := recipe.Parse("f.yaml", []byte(first("max_retries: 2, parser_coverage_threshold: 0.25, max_tokens: 3500, model: gpt-4.1")))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, w := range r.Warnings(modules()) { // in which max_retries is the module's own
		got = append(got, fmt.Sprint(w.Line, " ", w.Message))
	}
	want := []string{
		`10 stage "normalize": the parameter parser_coverage_threshold has no effect here; the parser covers every line`,
		`10 stage "normalize": the parameter max_tokens has no effect here; each module sets the length of its answers`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if list := shippedRecipe(t).Warnings(modules()); len(list) != 0 || strings.Contains(string(shipped(t)), "max_retries") {
		t.Error(list)
	}
}
