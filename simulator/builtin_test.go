package simulator_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/cineforge/cineforge/simulator"
)

func TestBuiltin(t *testing.T) {
	list := simulator.Builtin()
	var ids []string
	for _, s := range list {
		ids = append(ids, s.ID)
		if s.Name == "" || s.Description == "" || strings.ContainsAny(s.Name, " _") {
			t.Errorf("%+v", s)
		}
		for _, name := range []string{s.ID, s.Name, strings.ToUpper(s.Name), strings.ToLower(s.ID)} {
			if found, err := simulator.Find(name); err != nil || found.ID != s.ID {
				t.Errorf("%s: %v, %v", name, found.ID, err)
			}
		}
	}
	if !slices.IsSorted(ids) || len(slices.Compact(ids)) != len(list) {
		t.Error(ids)
	}
	want := []string{
		"S31",
		"S32",
		"S33",
		"S34",
		"S35",
		"S44",
		"S46",
		"S47",
		"S59",
		"S60",
		"S62",
		"S62b",
		"S62c",
		"S63",
		"flaky",
		"healthy",
		"slow",
	}
	for i := 1; i <= 30; i++ {
		want = append(want, fmt.Sprintf("S%02d", i))
	}
	if slices.Sort(want); !slices.Equal(ids, want) {
		t.Errorf("%v are built in, want %v", ids, want)
	}
	if s, err := simulator.Find("anthropic-overload"); err != nil || s.ID != "S17" {
		t.Error(s, err)
	}
	if s, err := simulator.Find("all-down"); err != nil || s.ID != "S24" {
		t.Error(s, err)
	}
	if _, err := simulator.Find("anthropic-overlaod"); err == nil ||
		!strings.Contains(err.Error(), `there is no scenario "anthropic-overlaod"; did you mean "anthropic-overload"?`) {
		t.Error(err)
	}
	if _, err := simulator.Find("overload"); err == nil || !strings.Contains(err.Error(), "did you mean") {
		t.Error(err)
	}
	if _, err := simulator.Find(strings.Repeat("x", 5000)); err == nil || len(err.Error()) > 200 {
		t.Error(err)
	}
}
