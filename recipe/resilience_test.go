package recipe_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/recipe"
)

var (
	sonnet = recipe.ModelName{Provider: "anthropic", Model: "claude-sonnet-4-6"}
	opus   = recipe.ModelName{Provider: "anthropic", Model: "claude-opus-4-6"}
	haiku  = recipe.ModelName{Provider: "anthropic", Model: "claude-haiku-4-5-20251001"}
	gpt41  = recipe.ModelName{Provider: "openai", Model: "gpt-4.1"}
	gpt52  = recipe.ModelName{Provider: "openai", Model: "gpt-5.2"}
	flash  = recipe.ModelName{Provider: "google", Model: "gemini-3-flash-preview"}
)

// normalizeChain is the default chain of the stage normalize.
var normalizeChain = []recipe.ModelName{sonnet, opus, gpt41, flash}

func TestPolicy_Default(t *testing.T) {
	want := recipe.Policy{
		Chain:          []recipe.ModelName{sonnet, opus, gpt41, flash},
		DefaultChain:   []recipe.ModelName{sonnet, opus, gpt41, flash},
		RetryBaseDelay: 500 * time.Millisecond,
		FullJitter:     true,
		MaxAttempts:    4,
		MaxWait:        21600 * time.Second,
		MaxStage:       86400 * time.Second,
		MaxCostUSD:     10,
		OnUnknownPrice: recipe.RefuseUnknownPrice,
		OnExhausted:    recipe.FailOnExhausted,
		Degrade:        recipe.DegradeNever,
		Concurrency:    4,
	}
	if diff := cmp.Diff(want, recipe.Resilience{}.For("normalize", normalizeChain)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestModules_DefaultChainIsTheCallers(t *testing.T) {
	for stage, want := range map[string][]recipe.ModelName{"normalize": normalizeChain, "ingest": nil} {
		got := modules().DefaultChain(stage)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: -want +got:\n%s", stage, diff)
		}
		for i := range got {
			got[i] = recipe.ModelName{} // the caller's copy
		}
		if diff := cmp.Diff(want, modules().DefaultChain(stage)); diff != "" {
			t.Errorf("%s changed with its copy: -want +got:\n%s", stage, diff)
		}
	}
}

// threeStages is a recipe of stages a, b and normalize with a resilience block.
func threeStages(resilience string) []byte {
	return []byte(head + `stages:
  - {id: a, module: free}
  - {id: b, module: free}
  - {id: normalize, module: free}
resilience:
` + resilience)
}

func plan(t *testing.T, source []byte, params map[string]any) *recipe.Plan {
	t.Helper()
	r, err := recipe.Parse("f.yaml", source)
	if err != nil {
		t.Fatal(err)
	}
	p, err := r.Compile(recipe.PlanOptions{Params: params,
		Modules: recipe.Modules{"free": {}, "n": {StageID: "normalize", DefaultChain: normalizeChain}}})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func policy(t *testing.T, p *recipe.Plan, id string) recipe.Policy {
	t.Helper()
	s, ok := p.StageByID(id)
	if !ok {
		t.Fatalf("the plan has no stage %q", id)
	}
	return s.Policy
}

// Each setting has a value of its own on each level, so that none can be taken for another.
func TestPolicy_Merge(t *testing.T) {
	p := plan(t, threeStages(`
  stage_fallback_models:
    b: [openai:gpt-4.1, claude-opus-4-6, gpt-4.1]
  retry_base_delay_seconds: 0.25
  retry_jitter_ratio: 0.5
  max_attempts_per_stage: 6
  stage_max_attempts: {b: 7}
  max_wait_seconds: 100
  max_cost_usd: 2.5
  max_stage_seconds: 200
  on_exhausted: pause
  on_unknown_price: allow
  degrade: offline
  concurrency: 8
  stages:
    b: {concurrency: 2, max_wait_seconds: 0}
    normalize:
      retry_base_delay_seconds: 1
      retry_jitter_ratio: 0
      max_attempts_per_stage: 9
      max_wait_seconds: 1.5
      max_cost_usd: 0
      max_stage_seconds: 3
      on_unknown_price: refuse
      on_exhausted: fail
      degrade: never
      concurrency: 1
`), nil)
	all := recipe.Policy{
		RetryBaseDelay: 250 * time.Millisecond, JitterRatio: 0.5, MaxAttempts: 6,
		MaxWait: 100 * time.Second, MaxStage: 200 * time.Second, MaxCostUSD: 2.5,
		CostIsLimited: true, OnUnknownPrice: recipe.AllowUnknownPrice,
		OnExhausted: recipe.PauseOnExhausted, Degrade: recipe.DegradeOffline, Concurrency: 8,
	}
	some := all
	some.Chain = []recipe.ModelName{gpt41, opus}
	some.MaxAttempts = 7
	some.Concurrency = 2
	some.MaxWait = 0
	for id, want := range map[string]recipe.Policy{
		"a": all,
		"b": some,
		"normalize": {
			Chain:          []recipe.ModelName{sonnet, opus, gpt41, flash},
			DefaultChain:   normalizeChain,
			RetryBaseDelay: time.Second, JitterRatio: 0, MaxAttempts: 9,
			MaxWait: 1500 * time.Millisecond, MaxStage: 3 * time.Second, MaxCostUSD: 0,
			CostIsLimited: true, OnUnknownPrice: recipe.RefuseUnknownPrice,
			OnExhausted: recipe.FailOnExhausted, Degrade: recipe.DegradeNever, Concurrency: 1,
		},
	} {
		if diff := cmp.Diff(want, policy(t, p, id)); diff != "" {
			t.Errorf("%s: -want +got:\n%s", id, diff)
		}
	}
	if p.MaxCostUSD != 2.5 {
		t.Errorf("the run may spend %v, want what the recipe says for all", p.MaxCostUSD)
	}
}

func TestResilience_EmptyIsTheDefault(t *testing.T) {
	for _, block := range []string{"", "  {}", "  stages:\n  stage_fallback_models:\n  stage_max_attempts:\n", "  stages: {a: }\n"} {
		p := plan(t, threeStages(block), nil)
		if diff := cmp.Diff(recipe.Resilience{}.For("a", nil), policy(t, p, "a")); diff != "" {
			t.Errorf("%q: -want +got:\n%s", block, diff)
		}
		if p.MaxCostUSD != 10 {
			t.Errorf("%q: the run may spend %v, want 10", block, p.MaxCostUSD)
		}
	}
}

func TestRecipe_PlaceholdersInResilience(t *testing.T) {
	source := threeStages(`
  stage_fallback_models:
    a: ["${model}", gpt-4.1]
    b: ${chain}
  max_cost_usd: ${budget}
  stages: {b: {concurrency: "${parallel}", on_exhausted: "${end}", max_stage_seconds: "${time}"}}
  stage_max_attempts: {a: "${tries}"}
`)
	if err := recipe.Validate("f.yaml", source, recipe.Modules{"free": {}}); err != nil {
		t.Errorf("unknown values are not mistakes: %v", err)
	}
	p := plan(t, source, map[string]any{
		"model": "gpt-5.2", "chain": []string{"claude-sonnet-4-6"}, "budget": 3, "parallel": 2.0,
		"end": "pause", "time": json.Number("1.5"), "tries": int64(5),
	})
	a := policy(t, p, "a")
	b := policy(t, p, "b")
	if diff := cmp.Diff([]recipe.ModelName{gpt52, gpt41}, a.Chain); diff != "" {
		t.Errorf("a's chain: -want +got:\n%s", diff)
	}
	if diff := cmp.Diff([]recipe.ModelName{sonnet}, b.Chain); diff != "" {
		t.Errorf("b's chain: -want +got:\n%s", diff)
	}
	if p.MaxCostUSD != 3 || a.MaxAttempts != 5 || b.Concurrency != 2 || b.OnExhausted != recipe.PauseOnExhausted ||
		b.MaxStage != 1500*time.Millisecond {
		t.Errorf("got run price %v, policies %+v and %+v", p.MaxCostUSD, a, b)
	}
}

func TestRecipe_BadValuesForPlaceholdersInResilience(t *testing.T) {
	source, places := unmark(string(threeStages(`  stage_fallback_models: {a: [‸"${model}", ‸"${second}"]}
  max_cost_usd: ‸${budget}
  max_wait_seconds: ‸${wait}
`)))
	r, err := recipe.Parse("dir/f.yaml", []byte(source))
	if err != nil {
		t.Fatal(err)
	}
	_, err = r.Compile(recipe.PlanOptions{Modules: recipe.Modules{"free": {}}, Params: map[string]any{"model": "llama", "budget": "3"}})
	checkMistakes(t, err, places, []string{
		`model "llama" does not tell its provider`,
		"no value for the placeholder ${second}, which is stage_fallback_models.a[1] of resilience",
		`max_cost_usd is a number from 0 to 1000000, but here is the text "3"`,
		`no value for the placeholder ${wait}, which is max_wait_seconds of resilience; give it with --param wait=VALUE`,
	})
}

func TestParseModel(t *testing.T) {
	for name, want := range map[string]recipe.ModelName{
		"claude-sonnet-4-6":                 sonnet,
		"anthropic:claude-sonnet-4-6":       sonnet,
		"gemini-3-flash-preview":            flash,
		"gpt-5.2":                           gpt52,
		"o3":                                {Provider: "openai", Model: "o3"},
		"o4-mini":                           {Provider: "openai", Model: "o4-mini"},
		"openai:ft:gpt-4.1:org::id":         {Provider: "openai", Model: "ft:gpt-4.1:org::id"},
		"ollama:llama3:8b":                  {Provider: "ollama", Model: "llama3:8b"},
		"open_router-2:meta/llama-4@latest": {Provider: "open_router-2", Model: "meta/llama-4@latest"},
	} {
		got, err := recipe.ParseModel(name)
		if err != nil || got != want {
			t.Errorf("%s: got %v, %v, want %v", name, got, err, want)
		}
		if again, err := recipe.ParseModel(got.String()); err != nil || again != got {
			t.Errorf("%s does not come back from %q: %v, %v", name, got, again, err)
		}
	}
	for name, want := range map[string]string{
		"":                           `model "" does not tell its provider`,
		"llama-4":                    `does not tell its provider; write provider:model, such as anthropic:claude-sonnet-4-6`,
		"offline":                    "does not tell its provider",
		"claude-":                    "does not tell its provider",
		"gpt":                        "does not tell its provider",
		"o":                          "does not tell its provider",
		"opus":                       "does not tell its provider",
		"Claude-sonnet-4-6":          `did you mean "claude-sonnet-4-6"?`,
		"gpt-4.1 ":                   "does not tell its provider",
		"claude-sonnet-4-6\nx":       "does not tell its provider",
		"anthropic/claude-sonnet-4":  "does not tell its provider",
		":gpt-4.1":                   "is not a model name; write provider:model",
		"openai:":                    "is not a model name",
		"Open AI:gpt-4.1":            "is not a model name",
		"openai: gpt-4.1":            "is not a model name",
		strings.Repeat("x", 100_000): "…",
	} {
		got, err := recipe.ParseModel(name)
		if f, ok := errors.AsType[*failure.Error](err); !ok || f.Class != failure.Input || f.Hint == "" {
			t.Errorf("%.40q: got %v, %v, want a failure of class input with a hint", name, got, err)
		}
		if line := fmt.Sprint(err); !strings.Contains(line, want) || strings.Contains(line, "\n") || len(line) > 300 {
			t.Errorf("%.40q: got %.400s, want …%s…", name, line, want)
		}
	}
}

func TestLimits_ReplaceWhatTheRecipeSays(t *testing.T) {
	const source = one + `resilience:
  max_cost_usd: 3
  max_wait_seconds: 60
  stages: {a: {max_cost_usd: 1, max_wait_seconds: 30, concurrency: 2}}
`
	p := planned(t, source, recipe.Limits{MaxCostUSD: new(20.0), MaxWait: new(time.Duration(0))})
	if a := p.Stages[0].Policy; p.MaxCostUSD != 20 || a.MaxCostUSD != 20 || a.MaxWait != 0 || a.Concurrency != 2 {
		t.Errorf("the run may spend %v, and the stage has %+v", p.MaxCostUSD, a)
	}
	p = planned(t, source, recipe.Limits{MaxWait: new(time.Hour)})
	if a := p.Stages[0].Policy; p.MaxCostUSD != 3 || a.MaxCostUSD != 1 || a.MaxWait != time.Hour {
		t.Errorf("with one limit, the run may spend %v, and the stage has %+v", p.MaxCostUSD, a)
	}
	if p := planned(t, source, recipe.Limits{}); p.Stages[0].Policy.MaxWait != 30*time.Second {
		t.Errorf("without limits, the stage has %+v", p.Stages[0].Policy)
	}
	p = planned(t, one, recipe.Limits{MaxCostUSD: new(0.5)})
	if a := p.Stages[0].Policy; p.MaxCostUSD != 0.5 || a.MaxCostUSD != 0.5 {
		t.Errorf("without a block, the run may spend %v, and the stage has %+v", p.MaxCostUSD, a)
	}
}

func TestLimits_OutOfRangeIsRefused(t *testing.T) {
	r, err := recipe.Parse("f.yaml", []byte(one))
	if err != nil {
		t.Fatal(err)
	}
	nan := 0.0
	nan /= nan
	for _, l := range []recipe.Limits{{MaxCostUSD: new(-1.0)}, {MaxCostUSD: new(1e7)}, {MaxCostUSD: &nan}, {MaxWait: new(-time.Second)},
		{MaxWait: new(10_000 * time.Hour)}} {
		if _, err := r.Compile(recipe.PlanOptions{Modules: recipe.Modules{"free": {}}, Limits: l}); failure.ClassOf(err) != failure.Input {
			t.Errorf("%+v: %v", l, err)
		}
	}
}
