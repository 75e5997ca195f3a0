package recipe_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/cineforge/cineforge/recipe"
)

// said writes changes in short.
func said(changes []recipe.Change) string {
	var lines []string
	for _, c := range changes {
		line := fmt.Sprintf("%s %s: %s → %s", c.StageID, c.Key, c.From, c.To)
		if c.Redo {
			line += ", again"
		}
		lines = append(lines, strings.TrimLeft(line, " "))
	}
	return strings.Join(lines, "\n")
}

func TestChanges_NameWhatDiffersAndWhatIsDoneAgain(t *testing.T) {
	const before = head + `stages:
  - {id: a, module: free}
  - {id: b, module: free, needs: [a], params: {}}
  - {id: c, module: free, needs: [b]}
  - {id: d, module: free}
`
	for name, test := range map[string]struct{ now, want, redone string }{
		"nothing": {before + "resilience: {max_cost_usd: 10}\n", "", ""},
		"names and order of the file": {head + `name: other
stages:
  - {id: d, module: free}
  - {id: c, module: free, needs: [b]}
  - {id: a, module: free}
  - {id: b, module: free, needs: [a]}
`, "", ""},
		"a module":     {strings.Replace(before, "a, module: free", "a, module: other", 1), "a module: free → other, again", "a b c"},
		"params":       {strings.Replace(before, "params: {}", "params: {say: x}", 1), `b params:  → {"say":"x"}, again`, "b c"},
		"needs":        {strings.Replace(before, "needs: [b]", "needs: [a]", 1), "c needs: b → a, again", "c"},
		"after":        {strings.Replace(before, "d, module: free", "d, module: free, after: [c]", 1), "d after:  → c", ""},
		"a stage more": {before + "  - {id: e, module: other, needs: [d]}\n", "e stage:  → other", ""},
		"a stage less": {strings.Replace(before, "  - {id: d, module: free}\n", "", 1), "d stage: free → ", ""},
		"models": {before + "resilience: {stage_fallback_models: {c: [gpt-5.2]}}\n",
			"c stage_fallback_models:  → openai:gpt-5.2", ""},
		"the cost of the run": {before + "resilience: {max_cost_usd: 0.5}\n", "max_cost_usd: 10 → 0.5", ""},
		"the cost of a stage": {before + "resilience: {stages: {c: {max_cost_usd: 3}}}\n", "c max_cost_usd:  → 3", ""},
	} {
		t.Run(name, func(t *testing.T) {
			then := planned(t, before, recipe.Limits{})
			now := planned(t, test.now, recipe.Limits{})
			changes := recipe.Changes(then, now)
			if got := said(changes); got != test.want {
				t.Errorf("got\n%s\nwant\n%s", got, test.want)
			}
			var redone []string
			for id := range now.Redone(changes) {
				redone = append(redone, id)
			}
			slices.Sort(redone)
			if got := strings.Join(redone, " "); got != test.redone {
				t.Errorf("done again: %q, want %q", got, test.redone)
			}
		})
	}
}

func planned(t *testing.T, source string, l recipe.Limits) *recipe.Plan {
	t.Helper()
	r, err := recipe.Parse("f.yaml", []byte(source))
	if err != nil {
		t.Fatal(err)
	}
	say := recipe.ModuleSpec{Params: map[string]recipe.ParamSpec{"say": {Kind: recipe.KindString}}}
	p, err := r.Compile(recipe.PlanOptions{Modules: recipe.Modules{"free": say, "other": say}, Limits: l})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// A setting that is added to recipes later is compared too.
func TestChanges_ComparesEveryField(t *testing.T) {
	for _, part := range []struct {
		of   func(*recipe.PlannedStage) any
		not  []string // fields that are no setting
		redo bool
	}{
		{func(s *recipe.PlannedStage) any { return &s.Stage }, []string{"ID", "After"}, true},
		{func(s *recipe.PlannedStage) any { return &s.Policy },
			[]string{"DefaultChain", "Named", "Order", "JitterRatio", "CostIsLimited"}, false},
	} {
		fields := reflect.TypeOf(part.of(&recipe.PlannedStage{})).Elem()
		for i := range fields.NumField() {
			name := fields.Field(i).Name
			if !fields.Field(i).IsExported() || slices.Contains(part.not, name) {
				continue
			}
			now := recipe.PlannedStage{Stage: recipe.Stage{ID: "a"}}
			other(reflect.ValueOf(part.of(&now)).Elem().Field(i))
			changes := recipe.Changes(&recipe.Plan{Stages: []recipe.PlannedStage{{Stage: recipe.Stage{ID: "a"}}}},
				&recipe.Plan{Stages: []recipe.PlannedStage{now}})
			if len(changes) != 1 || changes[0].StageID != "a" || changes[0].Redo != part.redo {
				t.Errorf("%s: %s", name, said(changes))
			}
		}
	}
}

// other gives a field another value than the zero one.
func other(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		v.SetString("x")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(1_000_000_000)
	case reflect.Float64:
		v.SetFloat(1)
	case reflect.Slice:
		v.Set(reflect.Append(v, reflect.New(v.Type().Elem()).Elem()))
		if e := v.Index(0); e.Kind() == reflect.String {
			e.SetString("x")
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		value := reflect.New(v.Type().Elem()).Elem()
		v.SetMapIndex(reflect.ValueOf("x"), value)
	}
}

func TestChanges_LongValuesAreCut(t *testing.T) {
	long := strings.Repeat("x", 10_000)
	c := recipe.Changes(planned(t, one, recipe.Limits{}), planned(t, one+"    params: {say: "+long+"}\n", recipe.Limits{}))
	if len(c) != 1 || len(c[0].To) > 300 {
		t.Errorf("%d changes, the first of %d bytes", len(c), len(c[0].To))
	}
}
