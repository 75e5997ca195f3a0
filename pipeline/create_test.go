package pipeline_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/run"
)

// A parameter that means nothing to the recipe makes no run; those that every run may have do.
func TestCreate_RefusesUnknownParameters(t *testing.T) {
	w := newWorld(t, noteModule{"note", nil})
	create := func(params map[string]any) error {
		spec := w.spec(diamondRecipe)
		spec.RuntimeParams = params
		return w.pipeline().Create(t.Context(), spec)
	}
	err := create(map[string]any{"accept_confg": false})
	if failure.ClassOf(err) != failure.Input || !strings.Contains(err.Error(), "did you mean accept_config?") {
		t.Errorf("%v", err)
	}
	if _, err := run.Load(t.Context(), w.store.Log, "r1"); !errors.Is(err, run.ErrNotFound) {
		t.Errorf("there is a run: %v", err)
	}
	if err := create(map[string]any{"accept_config": false, "human_control_mode": "autonomous", "say": "hello"}); err != nil {
		t.Error(err)
	}
}
