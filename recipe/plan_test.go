package recipe_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/recipe"
	"github.com/cineforge/cineforge/recipes"
)

func shipped(t testing.TB) []byte {
	t.Helper()
	data, err := recipes.FS.ReadFile("mvp_ingest.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func shippedRecipe(t testing.TB) *recipe.Recipe {
	t.Helper()
	r, err := recipe.Parse("mvp_ingest.yaml", shipped(t))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestRecipe_CompileOfTheShippedOne(t *testing.T) {
	if err := recipe.Validate("mvp_ingest.yaml", shipped(t), modules()); err != nil {
		t.Fatal(err)
	}
	r := shippedRecipe(t)
	got, err := r.Compile(recipe.PlanOptions{
		Params:  map[string]any{"input_file": "story.fountain", "accept_config": true, "default_model": "unused"},
		Modules: modules(),
	})
	if err != nil {
		t.Fatal(err)
	}
	stage := func(id, module string, params map[string]any, needs ...string) recipe.PlannedStage {
		return recipe.PlannedStage{
			Stage:    recipe.Stage{ID: id, Module: module, Params: params, Needs: needs},
			Selected: true,
			Policy:   recipe.Resilience{}.For(id, modules().DefaultChain(id)), // what the recipe says are the defaults
		}
	}
	want := []recipe.PlannedStage{
		stage("ingest", "story_ingest_v1", map[string]any{"input_file": "story.fountain"}),
		stage("normalize", "script_normalize_v1", map[string]any{}, "ingest"),
		stage("extract_scenes", "scene_extract_v1", map[string]any{}, "normalize"),
		stage("project_config", "project_config_v1", map[string]any{"accept_config": true}, "normalize", "extract_scenes"),
	}
	ignored := cmpopts.IgnoreFields(recipe.PlannedStage{}, "Origins")
	if diff := cmp.Diff(want, got.Stages, cmpopts.IgnoreUnexported(recipe.Stage{}), ignored); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if got.RecipeID != "mvp_ingest" || got.MaxCostUSD != 10 || got.Name == "" || got.Description == "" {
		t.Errorf("got recipe %q, %q, %q, price %v", got.RecipeID, got.Name, got.Description, got.MaxCostUSD)
	}
}

func TestRecipe_CompileDoesNotChangeIt(t *testing.T) {
	r := shippedRecipe(t)
	first, err := r.Compile(recipe.PlanOptions{Params: map[string]any{"input_file": "one", "accept_config": true}, Modules: modules()})
	if err != nil {
		t.Fatal(err)
	}
	second, err := r.Compile(recipe.PlanOptions{Params: map[string]any{"input_file": "two", "accept_config": false}, Modules: modules()})
	if err != nil {
		t.Fatal(err)
	}
	for plan, want := range map[*recipe.Plan]string{first: "one", second: "two"} {
		if got := plan.Stages[0].Params["input_file"]; got != want {
			t.Errorf("got input_file %v, want %v", got, want)
		}
	}
	if got := r.Stages[0].Params["input_file"]; got != "${input_file}" {
		t.Errorf("the recipe now says %v", got)
	}
}

// typed is a module with a parameter of each kind, and placeholders for all of them.
var typed = recipe.Modules{"typed": {Params: map[string]recipe.ParamSpec{
	"text": {Kind: recipe.KindString}, "flag": {Kind: recipe.KindBool}, "count": {Kind: recipe.KindInt},
}}}

func TestRecipe_ParamValues(t *testing.T) {
	for _, test := range []struct {
		param string // as YAML
		given map[string]any
		want  any // nil: the parameter is not there
	}{
		{"text: x", nil, "x"},
		{"text: '7'", nil, "7"},
		{"text: ${v}", map[string]any{"v": "x"}, "x"},
		{"text: '  ${v} '", map[string]any{"v": "x"}, "x"},
		{"text: ${v}", map[string]any{"v": "${w}", "w": "no"}, "${w}"}, // a value is not looked into
		{"text: a ${v}", nil, "a ${v}"},                                // not the whole text
		{"text: ${v}-${w}", nil, "${v}-${w}"},
		{"text: ${v w}", nil, "${v w}"},
		{"text: $v", nil, "$v"},
		{"text: ${v}", map[string]any{"v": nil}, nil},
		{"text:", nil, nil},
		{"flag: false", nil, false},
		{"flag: ${v}", map[string]any{"v": true}, true},
		{"count: 0", nil, 0},
		{"count: -3", nil, -3},
		{"count: 2.0", nil, 2},
		{"count: ${v}", map[string]any{"v": 2}, 2},
		{"count: ${v}", map[string]any{"v": 2.0}, 2}, // as it comes back from JSON
		{"count: ${v}", map[string]any{"v": json.Number("2")}, 2},
		{"count: ${v}", map[string]any{"v": uint8(2)}, 2},
		{"count: ${v}", map[string]any{"v": float32(2)}, 2},
	} {
		t.Run(fmt.Sprint(test.param, test.given), func(t *testing.T) {
			r, err := recipe.Parse("f.yaml", []byte(head+"stages:\n  - id: a\n    module: typed\n    params:\n      "+test.param+"\n"))
			if err != nil {
				t.Fatal(err)
			}
			p, err := r.Compile(recipe.PlanOptions{Params: test.given, Modules: typed})
			if err != nil {
				t.Fatal(err)
			}
			name, _, _ := strings.Cut(test.param, ":")
			want := map[string]any{}
			if test.want != nil {
				want[name] = test.want
			}
			if diff := cmp.Diff(want, p.Stages[0].Params); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// badPlans can be read but not planned.
var badPlans = []struct {
	name   string
	src    string // with a marker at each mistake
	params map[string]any
	want   []string
	always bool // whether the mistake shows without the run's parameters
}{
	{"unknown module", head + "stages:\n  - {id: a, module: ‸story_ingest_v2}\n", nil,
		[]string{`there is no module "story_ingest_v2"; did you mean "story_ingest_v1"?`}, true},
	{"module without a near one", head + "stages:\n  - {id: a, module: ‸x}\n", nil,
		[]string{`the modules are free, loop, project_config_v1, scene_extract_v1, script_normalize_v1, story_ingest_v1`}, true},
	{"unknown parameter", ingest("‸imput_file: x", "input_file: x"), nil,
		[]string{`module story_ingest_v1 has no parameter "imput_file"; did you mean "input_file"?`}, true},
	{"missing parameter", head + "stages:\n  - ‸id: a\n    module: story_ingest_v1\n", nil,
		[]string{`stage "a" lacks the parameter input_file, without which module story_ingest_v1 can't work; add "input_file: ..." under params`},
		true},
	{"parameter without value", strings.Replace(ingest("input_file:"), "input_file", "‸input_file", 1), nil,
		[]string{`stage "a" lacks the parameter input_file`}, true},
	{"parameter of another type", ingest("input_file: ‸7"), nil,
		[]string{"parameter input_file of module story_ingest_v1 is text, but here is the number 7; put quotes around it"}, true},
	{"text for a truth value", ingest("input_file: x") +
		"  - {id: c, module: script_normalize_v1, needs: [a], params: {skip_qa: ‸'true', max_retries: ‸2.5}}\n", nil,
		[]string{`parameter skip_qa of module script_normalize_v1 is true or false, but here is the text "true"`,
			"max_retries of module script_normalize_v1 is a whole number, but here is the number 2.5"}, true},
	{"placeholder without value", ingest("input_file: ‸${input_file}"), map[string]any{"inputfile": "x"},
		[]string{`no value for the placeholder ${input_file}, which is params.input_file of stage "a"; give it with --param ` +
			`input_file=VALUE; "inputfile" was given`}, false},
	{"placeholder of another type", ingest("input_file: ‸${input_file}"), map[string]any{"input_file": true},
		[]string{"is text, but here is the truth value true"}, false},
	{"placeholder with a list", ingest("input_file: ‸${input_file}"), map[string]any{"input_file": []any{"x"}},
		[]string{"is text, but here is a list"}, false},
	{"nothing to work on", ingest("input_file: x") + "  - id: b\n    module: ‸scene_extract_v1\n", nil,
		[]string{`stage "b" has no canonical_script to work on, which module scene_extract_v1 needs; add a stage with module ` +
			`script_normalize_v1 and name it in needs`}, true},
	{"a stage it does not need", ingest("input_file: x") + "  - id: b\n    module: script_normalize_v1\n    needs: ‸[]\n    after: [a]\n", nil,
		[]string{`stage "b" has no raw_input to work on, which module script_normalize_v1 needs; add a to its needs`}, true},
	{"made only behind it", head +
		"stages:\n  - {id: b, module: scene_extract_v1, needs: ‸[c]}\n  - {id: c, module: free}\n" +
		"  - {id: d, module: script_normalize_v1, needs: ‸[b]}\n", nil,
		[]string{`stage "b" has no canonical_script to work on, which module scene_extract_v1 needs; add a stage with module script_normalize_v1`,
			`stage "d" has no raw_input`}, true},
	{"only what it makes itself", head + "stages:\n  - {id: b, module: ‸loop}\n", nil,
		[]string{`stage "b" has no thing to work on, which module loop needs`}, true},
}

// ingest is a recipe of one stage with parameters.
func ingest(params ...string) string {
	return head + "stages:\n  - id: a\n    module: story_ingest_v1\n    params:\n      " + strings.Join(params, "\n      ") + "\n"
}

func TestRecipe_CompileRefuses(t *testing.T) {
	known := modules()
	known["free"] = recipe.ModuleSpec{}
	known["loop"] = recipe.ModuleSpec{Consumes: []string{"thing"}, Produces: []string{"thing"}}
	for _, test := range badPlans {
		t.Run(test.name, func(t *testing.T) {
			src, places := unmark(test.src)
			r, err := recipe.Parse("dir/f.yaml", []byte(src))
			if err != nil {
				t.Fatal(err)
			}
			plan, err := r.Compile(recipe.PlanOptions{Params: test.params, Modules: known})
			if plan != nil {
				t.Error("there is a plan beside the error")
			}
			checkMistakes(t, err, places, test.want)

			validated := recipe.Validate("dir/f.yaml", []byte(src), known)
			if test.always {
				checkMistakes(t, validated, places, test.want)
			} else if validated != nil {
				t.Errorf("Validate should take the parameters as given: %v", validated)
			}
		})
	}
}

func TestRecipe_ConsumesComesFromAnywhereUpstreamOrTheStore(t *testing.T) {
	needs := `stages:
  - {id: a, module: story_ingest_v1, params: {input_file: x}}
  - {id: b, module: script_normalize_v1, needs_all: [a]}
  - {id: c, module: scene_extract_v1, needs: [b]}
  - {id: d, module: project_config_v1, needs: [c]}
`
	store := `stages:
  - {id: c, module: scene_extract_v1, store_inputs: {script: canonical_script}}
  - {id: d, module: project_config_v1, needs: [c], store_inputs_optional: {script: canonical_script}}
  - {id: e, module: project_config_v1, store_inputs_all: {script: canonical_script, scenes: scene_index}}
`
	for name, stages := range map[string]string{"needs": needs, "store": store} {
		if err := recipe.Validate("f.yaml", []byte(head+stages), modules()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// selected returns the stages in a plan's slice.
func selected(p *recipe.Plan) []string {
	var ids []string
	for _, s := range p.Stages {
		if s.Selected {
			ids = append(ids, s.ID)
		}
	}
	return ids
}

// fork is declared against its order: two roots, of which the first has two ends.
const fork = head + `stages:
  - {id: end1, module: free, needs: [middle]}
  - {id: end2, module: free, needs_all: [middle], after: [other]}
  - {id: middle, module: free, needs: [root]}
  - {id: other, module: free}
  - {id: root, module: free}
`

func TestRecipe_CompileSlices(t *testing.T) {
	r, err := recipe.Parse("f.yaml", []byte(fork))
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ from, to, want string }{
		{"", "", "other root middle end1 end2"},
		{"middle", "", "middle end1 end2"},
		{"other", "", "other end2"}, // not middle and end1, which the order has after it
		{"root", "", "root middle end1 end2"},
		{"", "middle", "root middle"},
		{"", "end2", "other root middle end2"},
		{"", "other", "other"},
		{"middle", "end2", "middle end2"},
		{"end1", "end1", "end1"},
	} {
		p, err := r.Compile(recipe.PlanOptions{Modules: recipe.Modules{"free": {}}, StartFrom: test.from, EndAt: test.to})
		if err != nil {
			t.Errorf("%q to %q: %v", test.from, test.to, err)
			continue
		}
		if got := strings.Join(selected(p), " "); got != test.want {
			t.Errorf("%q to %q: got %s, want %s", test.from, test.to, got, test.want)
		}
		if len(p.Stages) != 5 {
			t.Errorf("%q to %q: the plan has %d stages, want all", test.from, test.to, len(p.Stages))
		}
	}
	for _, test := range []struct{ from, to, want string }{
		{"midle", "", `recipe r has no stage "midle"; did you mean "middle"?`},
		{"", "nowhere", `recipe r has no stage "nowhere"; the stages are end1, end2, middle, other, root`},
		{"end1", "middle", `nothing is left to run: stage "middle" does not come behind stage "end1"`},
		{"other", "end1", `nothing is left to run`},
	} {
		_, err := r.Compile(recipe.PlanOptions{Modules: recipe.Modules{"free": {}}, StartFrom: test.from, EndAt: test.to})
		if f, ok := errors.AsType[*failure.Error](err); !ok || f.Class != failure.Input || !strings.Contains(f.Error(), test.want) {
			t.Errorf("%q to %q: got %v, want …%s…", test.from, test.to, err, test.want)
		}
	}
}

func TestReady(t *testing.T) {
	r, err := recipe.Parse("f.yaml", []byte(fork))
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ from, to, done, want string }{
		{"", "", "", "other root"},
		{"", "", "root", "other middle"},
		{"", "", "root middle", "other end1"},
		{"", "", "root middle other", "end1 end2"},
		{"", "", "root middle other end1 end2", ""},
		{"middle", "", "", "middle"}, // root and other are not to be run
		{"middle", "", "middle", "end1 end2"},
		{"", "middle", "", "root"},
	} {
		p, err := r.Compile(recipe.PlanOptions{Modules: recipe.Modules{"free": {}}, StartFrom: test.from, EndAt: test.to})
		if err != nil {
			t.Fatal(err)
		}
		got := p.Ready(func(id string) bool { return slices.Contains(strings.Fields(test.done), id) })
		if strings.Join(got, " ") != test.want {
			t.Errorf("%q to %q, done %q: got %v, want %s", test.from, test.to, test.done, got, test.want)
		}
	}
}

func TestPlan_StageByID(t *testing.T) {
	r, err := recipe.Parse("f.yaml", []byte(fork))
	if err != nil {
		t.Fatal(err)
	}
	p, err := r.Compile(recipe.PlanOptions{Modules: recipe.Modules{"free": {}}})
	if err != nil {
		t.Fatal(err)
	}
	s, ok := p.StageByID("end2")
	if diff := cmp.Diff([]string{"middle"}, s.Inputs()); !ok || diff != "" {
		t.Errorf("end2 is there: %t; inputs -want +got:\n%s", ok, diff)
	}
	if _, ok := p.StageByID("end3"); ok {
		t.Error("there is a stage end3")
	}
}

func TestPlan_MissingParamsOfAnEarlierRun(t *testing.T) {
	r, err := recipe.Parse("f.yaml", []byte(one+"    params: {text: '${genre}'}\n"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = r.Compile(recipe.PlanOptions{Modules: recipe.Modules{"free": typed["typed"]}, ParamsPinned: true})
	if err == nil || strings.Contains(err.Error(), "--param") || !strings.Contains(err.Error(), "write its value into the recipe") {
		t.Errorf("got %v", err)
	}
}
