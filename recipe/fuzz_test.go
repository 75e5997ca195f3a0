package recipe_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"unicode"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/recipe"
)

func FuzzParse(f *testing.F) {
	for _, test := range brokenFiles {
		src, _ := unmark(test.src)
		f.Add([]byte(src))
	}
	for _, test := range badPlans {
		src, _ := unmark(test.src)
		f.Add([]byte(src))
	}
	f.Add(shipped(f))
	f.Add([]byte(fork))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := recipe.Parse("f.yaml", data)
		if err != nil {
			checkReport(t, err, data)
			return
		}
		if string(r.Source) != string(data) {
			t.Error("the recipe's source is not what was read")
		}
		again, err := recipe.Parse("f.yaml", r.Source)
		if err != nil || !reflect.DeepEqual(r, again) {
			t.Errorf("read again it is %+v, %v, and was %+v", again, err, r)
		}
		// With modules that take anything a recipe that parses can be planned as a whole.
		known := recipe.Modules{}
		for _, s := range r.Stages {
			known[s.Module] = recipe.ModuleSpec{}
		}
		if err := recipe.Validate("f.yaml", data, known); err != nil {
			checkReport(t, err, data) // parameters that the modules don't take
			return
		}
		p, err := r.Compile(recipe.PlanOptions{Modules: known})
		if err != nil {
			checkReport(t, err, data) // placeholders in the resilience block
			return
		}
		if len(p.Stages) != len(r.Stages) {
			t.Errorf("the plan has %d stages of %d", len(p.Stages), len(r.Stages))
		}
	})
}

// checkReport checks the promises that hold for any list of mistakes.
func checkReport(t *testing.T, err error, data []byte) {
	t.Helper()
	list, ok := errors.AsType[recipe.Errors](err)
	if !ok || len(list) == 0 || failure.ClassOf(err) != failure.Input {
		t.Fatalf("got %v, want recipe.Errors of class input", err)
	}
	lines := strings.Count(string(data), "\n") + strings.Count(string(data), "\r") + 1
	for i, e := range list {
		if e.Line < 1 || e.Line > lines || e.Column < 1 {
			t.Errorf("%q is in a place that does not exist", e.Error())
		}
		if i > 0 && e.Line < list[i-1].Line {
			t.Errorf("%q is out of order", e.Error())
		}
		if e.Hint == "" || len(e.Error()) > 1000 || strings.ContainsFunc(e.Error(), unicode.IsControl) {
			t.Errorf("%q is not one readable line with a hint", e.Error())
		}
	}
}
