package setup_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cineforge/cineforge/client"
	"github.com/cineforge/cineforge/internal/app"
	"github.com/cineforge/cineforge/internal/providers"
	"github.com/cineforge/cineforge/internal/setup"
	"github.com/cineforge/cineforge/llm/catalog"
	"github.com/cineforge/cineforge/recipe"
)

// worded is a recipe that says things in each way in which they can be said.
const worded = `recipe_id: worded
name: Worded
description: says things in each way
stages:
  - id: read
    module: story_ingest_v1
    params: {input_file: "${input_file}"}
  - id: normalize
    module: script_normalize_v1
    needs: [read]
    params: {work_model: "gpt-5.2", cost_ceiling_usd: 2, max_tokens: 7}
  - id: extract_scenes
    module: scene_extract_v1
    needs: [normalize]
    after: [read]
    params: {work_model: "${favourite}"}
  - id: settings
    module: project_config_v1
    needs: [normalize, extract_scenes]
    params: {accept_config: true}
  - id: again
    module: scene_extract_v1
    store_inputs: {script: canonical_script}
    store_inputs_optional: {index: scene_index}
    store_inputs_all: {scenes: scene}
resilience:
  max_wait_seconds: ${patience}
  max_cost_usd: 5
  stage_max_attempts: {normalize: 6}
  stage_fallback_models: {settings: [claude-opus-4-6, gpt-4.1]}
  stages:
    extract_scenes: {concurrency: 8, on_exhausted: "${at_last}"}
`

// system is the setup of a data directory with recipes, without any key but that of OpenAI.
func system(t *testing.T, files map[string]string) *setup.Service {
	t.Helper()
	dir := t.TempDir()
	for name, source := range files {
		file := filepath.Join(dir, "recipes", name)
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(source), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	known, err := catalog.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	key := func(name string) string { return map[string]string{"OPENAI_API_KEY": "sk-of-openai"}[name] }
	return app.Setup(dir, app.Config{Providers: providers.FromEnvironment(key), Catalog: known})
}

// detail describes a recipe of a system.
func detail(t *testing.T, s *setup.Service, name string) client.RecipeDetail {
	t.Helper()
	d, err := s.Recipe(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// setting is a setting in short: its value, where it is from, and the parameter.
func setting(list []client.Setting, key string) string {
	for _, s := range list {
		if s.Key == key {
			return short(s.Value, s.Origin, s.Parameter)
		}
	}
	return "missing"
}

func short(value any, origin client.ValueOrigin, parameter *string) string {
	data, err := json.Marshal(value)
	if err != nil {
		return err.Error()
	}
	text := fmt.Sprint(string(data), " ", origin)
	if parameter != nil {
		text += " $" + *parameter
	}
	return text
}

func TestService_RecipeSaysWhereSettingsAreFrom(t *testing.T) {
	d := detail(t, system(t, map[string]string{"worded.yaml": worded}), "worded")
	if d.Broken || len(d.Errors) > 0 || len(d.Stages) != 5 {
		t.Fatalf("%+v", d.Errors)
	}
	stages := map[string]client.RecipeStage{}
	for _, s := range d.Stages {
		stages[s.ID] = s
	}
	for _, test := range []struct{ stage, key, want string }{
		{"", "max_cost_usd", "5 recipe"},
		{"", "max_wait_seconds", "null placeholder $patience"},
		{"", "max_attempts_per_stage", "4 default"},
		{"", "retry_jitter_ratio", "null default"},
		{"normalize", "max_attempts_per_stage", "6 stage"},
		{"normalize", "max_cost_usd", "2 stage"},
		{"normalize", "max_wait_seconds", "null placeholder $patience"},
		{"normalize", "stage_fallback_models",
			`["openai:gpt-5.2","anthropic:claude-sonnet-4-6","anthropic:claude-opus-4-6","openai:gpt-4.1","google:gemini-3-flash-preview"] stage`},
		{"extract_scenes", "concurrency", "8 stage"},
		{"extract_scenes", "on_exhausted", "null placeholder $at_last"},
		{"extract_scenes", "max_cost_usd", "5 recipe"},
		{"extract_scenes", "degrade", `"never" default`},
		{"settings", "stage_fallback_models", `["anthropic:claude-opus-4-6","openai:gpt-4.1"] stage`},
		{"again", "stage_fallback_models", "missing"}, // no default chain is for a stage of that id
	} {
		list := d.Resilience
		if test.stage != "" {
			list = stages[test.stage].Resilience
		}
		if got := setting(list, test.key); got != test.want {
			t.Errorf("%s of %q: %s, want %s", test.key, test.stage, got, test.want)
		}
	}
	if got := stages["again"].StoreInputs; !slices.Equal(got, []client.StoreInput{{Key: "script", ArtifactType: "canonical_script",
		Required: true},
		{Key: "index", ArtifactType: "scene_index"}, {Key: "scenes", ArtifactType: "scene", All: true}}) {
		t.Errorf("%+v", got)
	}
	if s := stages["extract_scenes"]; !slices.Equal(s.Needs, []string{"normalize"}) || !slices.Equal(s.After, []string{"read"}) ||
		s.Title != "Find the scenes" || !s.AsksModel || !slices.Equal(s.Produces, []string{"scene", "scene_index"}) {
		t.Errorf("%+v", s)
	}
	if len(d.Warnings) != 1 || *d.Warnings[0].Line != 11 || d.Warnings[0].Pointer != "/stages/1/params/max_tokens" {
		t.Errorf("%+v", d.Warnings)
	}
}

func TestService_RecipeSaysWhereParamsAreFrom(t *testing.T) {
	d := detail(t, system(t, map[string]string{"worded.yaml": worded}), "worded")
	got := []string{}
	for _, s := range d.Stages {
		for _, p := range s.Params {
			got = append(got, fmt.Sprintf("%s.%s %s %s", s.ID, p.Name, p.Type, short(p.Value, p.Origin, p.Parameter)))
		}
	}
	want := []string{
		"read.input_file string null placeholder $input_file",
		"normalize.cost_ceiling_usd number 2 stage", "normalize.max_tokens string 7 stage", `normalize.work_model model "gpt-5.2" stage`,
		"extract_scenes.work_model model null placeholder $favourite",
		"settings.accept_config bool true stage",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	got = nil
	for _, p := range d.Parameters {
		data, err := json.Marshal(p.Default)
		got = append(got, fmt.Sprintf("%s %s %t %t %s %v %v %v", p.Name, p.Type, p.Required, p.Automatic, data, p.Stages, p.Uses, err))
	}
	want = []string{
		"at_last string true false \"fail\" [extract_scenes] [/resilience/stages/extract_scenes/on_exhausted] <nil>",
		"config_file string false false null [settings] [] <nil>",
		"config_overrides object false false null [settings] [] <nil>",
		"favourite model true false null [extract_scenes] [/stages/2/params/work_model] <nil>",
		"input_file string false true null [read] [/stages/0/params/input_file] <nil>",
		"patience number true false 21600 [read normalize extract_scenes settings again] [/resilience/max_wait_seconds] <nil>",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// Each candidate of a chain says why it is there, whether it can be asked, and what it costs.
func TestService_RecipeChains(t *testing.T) {
	chains := func(d client.RecipeDetail) map[string][]string {
		all := map[string][]string{}
		for _, s := range d.Stages {
			for _, c := range s.Chain {
				all[s.ID] = append(all[s.ID], fmt.Sprintf("%s:%s %s %t %s", c.Provider, c.Model, c.Origin, c.Usable, c.Reason))
			}
		}
		return all
	}
	s := system(t, map[string]string{"worded.yaml": worded})
	d := detail(t, s, "worded")
	if diff := cmp.Diff(map[string][]string{
		"normalize": {
			"openai:gpt-5.2 own true ", "anthropic:claude-sonnet-4-6 default false not_configured",
			"anthropic:claude-opus-4-6 default false not_configured", "openai:gpt-4.1 default true ",
			"google:gemini-3-flash-preview default false not_configured",
		},
		"extract_scenes": {
			"anthropic:claude-sonnet-4-6 default false not_configured", "anthropic:claude-opus-4-6 default false not_configured",
			"openai:gpt-5.2 default true ", "google:gemini-3-flash-preview default false not_configured",
		},
		"settings": {"anthropic:claude-opus-4-6 own false not_configured", "openai:gpt-4.1 own true "},
		"again":    {"openai:gpt-4.1 fallback true "},
	}, chains(d)); diff != "" {
		t.Error(diff)
	}
	choice := d.Stages[1].Chain[3]
	if choice.Price == nil || choice.Price.InputUSD != 2 || choice.Window == nil || *choice.Window != 1_047_576 {
		t.Errorf("%+v", choice)
	}
}

// What is said of a key is what the format says: its limits are taken, and nothing beyond them.
func TestSettings_AreThoseOfTheFormat(t *testing.T) {
	s := system(t, nil)
	shipped := detail(t, s, "mvp_ingest")
	keys := []string{}
	valid := func(key string, value any) bool {
		t.Helper()
		source := strings.Replace(worded, "  max_cost_usd: 5\n", "", 1)
		check, err := s.Validate(t.Context(), fmt.Appendf(nil, "%s    normalize: {%s: %v}\n", source, key, value))
		if err != nil {
			t.Fatal(err)
		}
		return check.Valid
	}
	for _, k := range shipped.Resilience {
		keys = append(keys, k.Key)
		if k.Description == "" || k.Origin == client.ValueDefault && cmp.Diff(k.Value, k.Default) != "" {
			t.Errorf("%+v", k)
		}
		if k.Key == "max_attempts_per_stage" { // which the recipe sets for the stage in another place
			continue
		}
		for _, c := range k.Choices {
			if !valid(k.Key, c) {
				t.Errorf("%s can't be %s", k.Key, c)
			}
		}
		if k.Choices == nil && (!valid(k.Key, *k.Min) || !valid(k.Key, *k.Max) || valid(k.Key, *k.Min-1) || valid(k.Key, *k.Max+1)) {
			t.Errorf("%s is not from %v to %v", k.Key, *k.Min, *k.Max)
		}
	}
	want := recipe.SettingKeys()
	slices.Sort(want)
	if slices.Sort(keys); !slices.Equal(keys, want) {
		t.Errorf("the keys are %v, those of the format %v", keys, want)
	}
}

// A broken recipe is in the list, with what is wrong with it and where, and can be looked at.
func TestService_BrokenRecipesAreListed(t *testing.T) {
	broken := strings.Replace(worded, "needs: [normalize]", "needs: [normalise]", 1)
	s := system(t, map[string]string{
		"worded.yaml": broken, "nonsense.yaml": "\tno: [yaml", "other.yaml": strings.Replace(worded, "id: worded", "id: other", 1),
		"module.yaml":     strings.NewReplacer("id: worded", "id: module", "scene_extract_v1", "scene_extract_v9").Replace(worded),
		"mvp_ingest.yaml": "recipe_id: mvp_ingest\n", "Odd Name.yaml": "a: b\n",
	})
	list, err := s.Recipes(false)
	if err != nil {
		t.Fatal(err)
	}
	got := []string{}
	for _, r := range list {
		file := "-"
		if r.File != nil {
			file = *r.File
		}
		got = append(got, fmt.Sprintf("%s %s %s broken=%t replaces=%t stages=%d", r.RecipeID, r.Origin, file, r.Broken,
			r.ReplacesShipped, r.StageCount))
		if r.Broken != (len(r.Errors) > 0) || r.Stages == nil {
			t.Errorf("%+v", r)
		}
	}
	want := []string{
		"Odd Name.yaml data_directory recipes/Odd Name.yaml broken=true replaces=false stages=0",
		"module data_directory recipes/module.yaml broken=true replaces=false stages=5",
		"mvp_ingest data_directory recipes/mvp_ingest.yaml broken=true replaces=true stages=0",
		"nonsense data_directory recipes/nonsense.yaml broken=true replaces=false stages=0",
		"other data_directory recipes/other.yaml broken=false replaces=false stages=5",
		"worded data_directory recipes/worded.yaml broken=true replaces=false stages=0",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	d := detail(t, s, "worded")
	if !d.Broken || d.Source != broken || len(d.Errors) != 2 || len(d.Stages) != 0 {
		t.Fatalf("%+v", d)
	}
	if e := d.Errors[1]; *e.Line != 14 || *e.Column != 13 || e.Pointer != "/stages/2/needs/0" || e.Hint == nil ||
		*e.Hint != `did you mean "normalize"?` {
		t.Errorf("%+v", e)
	}
	if d := detail(t, s, "nonsense"); !d.Broken || d.Source != "\tno: [yaml" {
		t.Errorf("%+v", d)
	}
}
