package recipe_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/recipe"
)

// modules are those that the shipped recipe names.
func modules() recipe.Modules {
	quality := map[string]recipe.ParamSpec{"max_retries": {Kind: recipe.KindInt}, "skip_qa": {Kind: recipe.KindBool}}
	return recipe.Modules{
		"story_ingest_v1": {
			Params:   map[string]recipe.ParamSpec{"input_file": {Kind: recipe.KindString, Required: true}},
			Produces: []string{"raw_input"},
		},
		"script_normalize_v1": {
			Params: quality, Consumes: []string{"raw_input"}, Produces: []string{"canonical_script"},
			StageID: "normalize", DefaultChain: normalizeChain,
		},
		"scene_extract_v1": {
			Params: quality, Consumes: []string{"canonical_script"}, Produces: []string{"scene", "scene_index"},
			StageID: "extract_scenes", DefaultChain: []recipe.ModelName{sonnet, opus, gpt52, flash},
		},
		"project_config_v1": {
			Params:   map[string]recipe.ParamSpec{"accept_config": {Kind: recipe.KindBool}},
			Consumes: []string{"canonical_script", "scene_index"},
			Produces: []string{"project_config"},

			StageID: "project_config", DefaultChain: []recipe.ModelName{haiku, sonnet, opus, gpt41},
		},
	}
}

// marker stands before each place in a test's source where a mistake is expected.
const marker = "‸"

// unmark returns the source without markers, and where they stood as line:column.
func unmark(src string) (clean string, places []string) {
	line := 1
	column := 1
	var b strings.Builder
	for _, r := range src {
		switch {
		case string(r) == marker:
			places = append(places, fmt.Sprintf("%d:%d", line, column))
			continue
		case r == '\n':
			line += 1
			column = 0
		}
		b.WriteRune(r)
		column++
	}
	return b.String(), places
}

// head and one make short test sources: a recipe's first lines, and one whole stage.
const (
	head = "recipe_id: r\ndescription: d\n"
	one  = head + "stages:\n  - id: a\n    module: free\n"
)

// brokenFiles need no modules to be seen as broken.
var brokenFiles = []struct {
	name string
	src  string   // with a marker at each mistake
	want []string // a part of each mistake's line
}{
	{"empty", "‸", []string{"the file is empty"}},
	{"comments only", "‸# nothing\n", []string{"the file is empty"}},
	{"text", "‸just text\n", []string{`a recipe is a map, but here is the text "just text"`}},
	{"a list", "‸- a\n- b\n", []string{"a recipe is a map, but here is a list"}},
	{"nothing in it", "‸‸‸{}\n", []string{"the recipe has no recipe_id", "the recipe has no description", "the recipe has no stages"}},
	{"no stages", "‸recipe_id: r\ndescription: d\n", []string{"the recipe has no stages"}},
	{"stages without value", "‸" + head + "stages:\n", []string{"the recipe has no stages"}},
	{"stages of another type", head + "stages: ‸none\n", []string{`stages is a list, but here is the text "none"`}},
	{"stage of another type", head + "stages:\n  - ‸ingest\n", []string{`a stage is a map, but here is the text "ingest"`}},
	{"missing fields", "‸‸name: x\nstages:\n  - ‸‸params: {}\n",
		[]string{"the recipe has no recipe_id", "the recipe has no description", "the stage has no id", "the stage has no module"}},
	{"missing module", head + "stages:\n  - ‸id: a\n", []string{`stage "a" has no module; add a line "module: ..."`}},
	{"empty description", "recipe_id: r\ndescription: ‸\"  \"\n" + one[len(head):], []string{"description is empty"}},
	{"description without value", "recipe_id: r\n‸description:\n" + one[len(head):], []string{"description has no value"}},
	{"number as name", "name: ‸7\n" + one, []string{"name is text, but here is the number 7; put quotes around it"}},
	{"project of another type", "project: ‸x\n" + one, []string{"project is a map"}},

	{"unknown key", "‸recipie_id: r\n" + one, []string{`unknown key "recipie_id"; did you mean "recipe_id"?`}},
	{"swapped letters", "‸naem: r\n" + one, []string{`unknown key "naem"; did you mean "name"?`}},
	{"unknown key without a near one", "‸owner: me\n" + one, []string{`unknown key "owner"; a recipe has the keys recipe_id, name`}},
	{"unknown stage key", head + "stages:\n  - id: a\n    module: free\n    ‸parms: {}\n",
		[]string{`unknown key "parms"; did you mean "params"?`}},
	{"duplicate key", one + "name: x\n‸name: y\n‸name: z\n",
		[]string{`key "name" stands here twice, first in line 6`, `key "name" stands here twice`}},
	{"bad recipe id", "recipe_id: ‸My Recipe\n" + one[len("recipe_id: r\n"):],
		[]string{`recipe_id "My Recipe" is not a valid id; use up to 64 of a-z`}},
	{"bad stage id", head + "stages:\n  - id: ‸Extract\n    module: free\n", []string{`id "Extract" is not a valid id`}},
	{"id with path characters", head + "stages:\n  - id: ‸../a\n    module: free\n", []string{`id "../a" is not a valid id`}},
	{"long id", head + "stages:\n  - {id: " + strings.Repeat("a", 64) + ", module: free}\n  - {id: ‸" + strings.Repeat("b", 65) +
		", module: free}\n",
		[]string{`bbb…" is not a valid id; use up to 64 of a-z`}},
	{"numeric id", head + "stages:\n  - id: ‸12\n    module: free\n", []string{"id is text, but here is the number 12"}},
	{"duplicate stage id", one + "  - id: ‸a\n    module: free\n", []string{`stage id "a" is taken, first in line 4`}},

	{"needs of another type", one + "    needs: ‸a\n", []string{`needs is a list, but here is the text "a"; write needs: [one, another]`}},
	{"needs a number", one + "    needs: [‸1]\n", []string{"needs lists stage ids, but here is the number 1"}},
	{"needs nobody", one + "  - {id: extract, module: free}\n  - {id: b, module: free, needs: [a, ‸extrcat]}\n",
		[]string{`needs names stage "extrcat", which the recipe does not have; did you mean "extract"?`}},
	{"after nobody", one + "    after:\n      - ‸zebra\n",
		[]string{`after names stage "zebra", which the recipe does not have; the stages are a`}},
	{"needs_all nobody", one + "    needs_all: [‸zebra]\n", []string{`needs_all names stage "zebra"`}},
	{"needs twice", one + "  - {id: b, module: free, needs: [a, ‸a]}\n", []string{`needs lists "a" twice`}},
	{"needs and needs_all", one + "  - {id: b, module: free, needs: [a], needs_all: [‸a]}\n",
		[]string{`stage "a" stands in needs and in needs_all`}},
	{"needs itself", one + "    needs: [‸a]\n", []string{`stage "a" waits for itself; remove it from needs`}},
	{"cycle of two", one + "    needs: [‸b]\n  - {id: b, module: free, needs: [a]}\n", []string{"stages wait for each other: a → b → a"}},
	{"cycle behind a root", one + `  - {id: b, module: free, needs: [a, ‸d]}
  - {id: c, module: free, needs_all: [b]}
  - {id: d, module: free, after: [c]}
`, []string{"stages wait for each other: b → d → c → b"}},

	{"store input of the name of a need", one + "  - {id: b, module: free, needs: [a], store_inputs: {‸a: scene}}\n",
		[]string{`input "a" stands in needs and in store_inputs`}},
	{"store input twice", one + "    store_inputs: {x: scene}\n    store_inputs_all: {‸x: scene}\n",
		[]string{`input "x" stands in store_inputs and in store_inputs_all`}},
	{"store input without type", one + "    store_inputs_optional: {x: ‸[scene]}\n",
		[]string{"gives an artifact type for each key, but here is a list"}},
	{"bad input key", one + "    store_inputs: {‸X: scene}\n", []string{`input key "X" is not a valid id`}},
	{"store_inputs of another type", one + "    store_inputs: ‸[scene]\n", []string{"store_inputs is a map, but here is a list"}},
	{"params of another type", one + "    params: ‸[x]\n", []string{"params is a map, but here is a list"}},

	{"resilience of another type", one + "resilience: ‸strong\n", []string{"resilience is a map"}},
	{"unknown resilience key", one + "resilience:\n  ‸max_wait_second: 1\n",
		[]string{`unknown key "max_wait_second"; did you mean "max_wait_seconds"?`}},
	{"one letter short", one + "resilience:\n  ‸stage: 1\n", []string{`unknown key "stage"; did you mean "stages"?`}},
	{"the beginning of several keys", one + "resilience:\n  ‸max: 1\n", []string{`unknown key "max"; resilience has the keys`}},
	{"fallback for nobody", one + "resilience:\n  stage_fallback_models:\n    ‸b: [gpt-4.1]\n",
		[]string{`stage_fallback_models names stage "b", which the recipe does not have`}},
	{"attempts for nobody", one + "resilience: {stage_max_attempts: {‸b: 2}}\n", []string{`stage_max_attempts names stage "b"`}},
	{"settings for nobody", one + "resilience: {stages: {‸b: {concurrency: 2}}}\n", []string{`stages names stage "b"`}},
	{"unknown model", one + "resilience: {stage_fallback_models: {a: [gpt-4.1, ‸llama-4]}}\n",
		[]string{`model "llama-4" does not tell its provider; write provider:model`}},
	{"misspelt model", one + "resilience: {stage_fallback_models: {a: [‸cluade-sonnet-4-6]}}\n",
		[]string{`did you mean "claude-sonnet-4-6"?`}},
	{"model without name", one + "resilience: {stage_fallback_models: {a: [‸'openai:']}}\n", []string{`"openai:" is not a model name`}},
	{"no models", one + "resilience: {stage_fallback_models: {a: ‸[]}}\n",
		[]string{`stage "a" has a list of 1 to 32 models, but here is a list`}},
	{"one model without list", one + "resilience: {stage_fallback_models: {a: ‸gpt-4.1}}\n",
		[]string{`a list of 1 to 32 models, but here is the text "gpt-4.1"`}},
	{"a number as model", one + "resilience: {stage_fallback_models: {a: [‸4]}}\n", []string{"a model is named by text"}},
	{"negative delay", one + "resilience: {retry_base_delay_seconds: ‸-1}\n",
		[]string{"retry_base_delay_seconds is a number from 0 to 3600, but here is the number -1"}},
	{"no number", one + "resilience: {retry_jitter_ratio: ‸.nan}\n", []string{"this kind of YAML value isn't allowed"}},
	{"endless wait", one + "resilience: {max_wait_seconds: ‸.inf}\n",
		[]string{"max_wait_seconds is a number from 0 to 31536000, but here is the number +Inf"}},
	{"wait with unit", one + "resilience: {max_wait_seconds: ‸10m}\n",
		[]string{`here is the text "10m"; write such a number without quotes or unit`}},
	{"no time at all", one + "resilience: {max_stage_seconds: ‸0}\n", []string{"max_stage_seconds is a number from 1"}},
	{"negative price", one + "resilience: {max_cost_usd: ‸-0.5}\n", []string{"max_cost_usd is a number from 0"}},
	{"no attempts", one + "resilience: {max_attempts_per_stage: ‸0}\n",
		[]string{"max_attempts_per_stage is a whole number from 1 to 1000, but here is the number 0"}},
	{"half an attempt", one + "resilience: {stage_max_attempts: {a: ‸1.5}}\n", []string{"stage_max_attempts is a whole number"}},
	{"no concurrency", one + "resilience: {concurrency: ‸0}\n", []string{"concurrency is a whole number from 1 to 64"}},
	{"concurrency as map", one + "resilience: {concurrency: ‸{a: 1}}\n",
		[]string{"concurrency is a whole number from 1 to 64, but here is a map"}},
	{"setting without value", one + "resilience:\n  ‸max_wait_seconds:\n",
		[]string{"max_wait_seconds is a number from 0 to 31536000, but here is nothing"}},
	{"bad choice", one + "resilience: {on_exhausted: ‸wait}\n", []string{`on_exhausted is fail or pause, but here is the text "wait"`}},
	{"bad degrade", one + "resilience: {degrade: ‸true}\n", []string{"degrade is never or offline, but here is the truth value true"}},
	{"chain under a stage", one + "resilience: {stages: {a: {‸stage_fallback_models: []}}}\n",
		[]string{"stage_fallback_models does not belong under a stage"}},
	{"unknown key under a stage", one + "resilience: {stages: {a: {‸max_cost: 3}}}\n",
		[]string{`unknown key "max_cost"; did you mean "max_cost_usd"?`}},
	{"attempts twice", one + "resilience: {stage_max_attempts: {‸a: 2}, stages: {a: {max_attempts_per_stage: 3}}}\n",
		[]string{`the attempts of stage "a" are set here and as max_attempts_per_stage under stages`}},

	{"anchor", one + "name: ‸&n x\n", []string{"anchors (&), aliases (*) and merge keys (<<) aren't allowed"}},
	{"alias", one + "name: ‸*n\n", []string{"anchors (&), aliases (*)"}},
	{"merge key", one + "project:\n  ‸<<: {a: b}\n", []string{"merge keys (<<) aren't allowed"}},
	{"tag", one + "name: ‸!!binary aGk=\n", []string{`"!!binary" isn't allowed`}},
	{"two documents", one + "‸---\n" + one, []string{"a second YAML document"}},
	{"map as key", one + "project: {{a: b}‸: c}\n", []string{"not valid YAML: found an invalid key"}},
	{"nothing as key", one + "project: {‸~: c}\n", []string{"this can't be a key"}},
	{"tab", one + "project:\n‸\ta: b\n",
		[]string{`not valid YAML: found character '\t' that cannot start any token; check the indentation (spaces only)`}},
	{"wrong indentation", head + "stages:\n  - id: a\n  ‸module: free\n", []string{"not valid YAML"}},
	{"open quote", one + "name: ‸'x\n", []string{"not valid YAML: could not find end character of single-quoted text"}},
	{"bad block header", one + "name: ‸>" + strings.Repeat("$", 1000) + "\n", []string{"not valid YAML: invalid header option"}},
	{"open bracket", one + "    needs: ‸[a\n", []string{"not valid YAML"}},
	{"placeholder in brackets", one + "    params: {file: ‸${file}}\n",
		[]string{`a placeholder inside { } or [ ] needs quotes; write it as "${name}"`}},
	{"control character", head + "name: a‸\x00b\n", []string{"byte 0x00 is not text; save the file as UTF-8 text"}},
}

func TestParse_BrokenFiles(t *testing.T) {
	for _, test := range brokenFiles {
		t.Run(test.name, func(t *testing.T) {
			src, places := unmark(test.src)
			_, err := recipe.Parse("dir/f.yaml", []byte(src))
			checkMistakes(t, err, places, test.want)

			validated := recipe.Validate("dir/f.yaml", []byte(src), recipe.Modules{"free": {}})
			if diff := cmp.Diff(fmt.Sprint(err), fmt.Sprint(validated)); diff != "" {
				t.Errorf("Validate differs from Parse (-Parse +Validate):\n%s", diff)
			}
		})
	}
}

// checkMistakes checks that err holds mistakes at places that contain want.
func checkMistakes(t *testing.T, err error, places, want []string) {
	t.Helper()
	list, ok := errors.AsType[recipe.Errors](err)
	if !ok {
		t.Fatalf("got error %v, want recipe.Errors", err)
	}
	if class := failure.ClassOf(err); class != failure.Input {
		t.Errorf("the class is %q, want input", class)
	}
	for i := range max(len(list), len(places)) {
		switch {
		case i >= len(list):
			t.Errorf("no mistake was found at %s: %s", places[i], want[i])
		case i >= len(places):
			t.Errorf("a mistake too many: %v", list[i])
		default:
			line := list[i].Error()
			if prefix := "dir/f.yaml:" + places[i] + ": "; !strings.HasPrefix(line, prefix) || !strings.Contains(line, want[i]) {
				t.Errorf("got  %s\nwant %s…%s…", line, prefix, want[i])
			}
			if len(line) > 500 || strings.ContainsAny(line, "\n\r\t") || list[i].Hint == "" {
				t.Errorf("%q is not one line with a hint", line)
			}
		}
	}
}

func TestParse(t *testing.T) {
	src := `# all that a recipe can hold
recipe_id: everything
name: "All of it"
description: >
  Two
  lines
project: {season: 1, tags: [a, b]}
stages:
- id: a
  module: free
- id: b2_x-y
  module: other_v1
  params:
    file: ${input_file}   # a placeholder is kept as it is
    ratio: 1e-3
    block: |
      one
      two
    none: ~
  needs: [a]
  needs_all:
  after: []
  store_inputs: {bible: character_bible}
  store_inputs_optional: {notes: note}
  store_inputs_all: {scenes: scene}
`
	for name, text := range map[string]string{
		"as it is":          src,
		"CRLF":              strings.ReplaceAll(src, "\n", "\r\n"),
		"byte order mark":   "\ufeff" + src,
		"document marker":   "---\n" + src,
		"without final EOL": strings.TrimSuffix(src, "\n"),
	} {
		t.Run(name, func(t *testing.T) {
			got, err := recipe.Parse("f.yaml", []byte(text))
			if err != nil {
				t.Fatal(err)
			}
			want := &recipe.Recipe{
				File: "f.yaml", ID: "everything", Name: "All of it", Description: "Two lines",
				Project: map[string]any{"season": 1, "tags": []any{"a", "b"}},
				Stages: []recipe.Stage{
					{ID: "a", Module: "free"},
					{
						ID: "b2_x-y", Module: "other_v1",
						Params:              map[string]any{"file": "${input_file}", "ratio": 0.001, "block": "one\ntwo\n", "none": nil},
						Needs:               []string{"a"},
						StoreInputs:         map[string]string{"bible": "character_bible"},
						StoreInputsOptional: map[string]string{"notes": "note"},
						StoreInputsAll:      map[string]string{"scenes": "scene"},
					},
				},
				Source: []byte(text),
			}
			if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(recipe.Recipe{}, recipe.Stage{})); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestParse_IndependentMistakesAreReportedTogether(t *testing.T) {
	src, places := unmark(`recipe_id: r
‸descripton: d
stages:
  - id: a
    module: ‸scene_extrct_v1
    needs: [‸b]
  - ‸id: c
    params:
      ‸input_fil: x
    ‸modul: story_ingest_v1
  - id: d
    module: story_ingest_v1
    params: ‸{}
resilience:
  max_cost_usd: ‸cheap
  stages: {‸e: {}}
`)
	want := []string{
		"unknown key", "there is no module", "needs names stage", "has no module", "unknown key \"modul\"",
		"lacks the parameter input_file", "max_cost_usd", "stages names stage",
	}
	// Stage c names no module, so nothing can be said about its parameters. The
	// recipe's missing description is a mistake at the file's start.
	places = append([]string{"1:1"}, slices.Delete(places, 4, 5)...)
	want = append([]string{"the recipe has no description"}, want...)
	checkMistakes(t, recipe.Validate("dir/f.yaml", []byte(src), modules()), places, want)
}
