package rehearsal_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/llm"
	"github.com/cineforge/cineforge/pipeline/rehearsal"
	"github.com/cineforge/cineforge/stage"
)

// module asks about so many units, in a form that may or may not be null.
type module struct {
	units int
	form  llm.Schema
	fails error
}

var (
	nullable = llm.NewSchema("nullable", `{"type": "object", "required": ["x"], "properties": {"x": {"type": ["string", "null"]}}}`)
	strict   = llm.NewSchema("strict", `{"type": "object", "required": ["x"], "properties": {"x": {"type": "string"}}}`)
)

func (m module) Info() stage.Info { return stage.Info{ID: "m"} }

func (m module) Run(ctx context.Context, t stage.Task) (stage.Result, error) {
	if m.fails != nil {
		return stage.Result{}, m.fails
	}
	unit := func(i int) string { return fmt.Sprintf("scene_%03d", i+1) }
	err := t.Units(ctx, m.units, unit, func(ctx context.Context, i int) error {
		_, err := t.Model.Generate(ctx, llm.Request{Unit: unit(i), Prompt: "?", Schema: m.form})
		return err
	})
	return stage.Result{Artifacts: []artifact.Draft{{Type: "note"}}}, err
}

func rehearse(t *testing.T, m module, stored ...string) (rehearsal.Result, []string) {
	t.Helper()
	var mu sync.Mutex
	var asked []string
	got, err := rehearsal.Run(t.Context(), rehearsal.Stage{
		Module: m,
		Stored: func(_ context.Context, req llm.Request) (llm.Response, bool, error) {
			return llm.Response{JSON: json.RawMessage(`{"x": "y"}`), Source: llm.AI}, slices.Contains(stored, req.Unit), nil
		},
		Ask: func(req llm.Request) {
			mu.Lock()
			defer mu.Unlock()
			asked = append(asked, req.Unit)
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return got, asked
}

func TestRun_EveryUnitAsks(t *testing.T) {
	for _, form := range []llm.Schema{nullable, strict} {
		got, asked := rehearse(t, module{units: 300, form: form}, "scene_002", "scene_007")
		if got.Units != 300 || len(asked) != 298 || got.Stored != 2 || got.Kind != "scene" || got.Problem != nil {
			t.Errorf("%d units, %d asked, %d stored, %q, %v", got.Units, len(asked), got.Stored, got.Kind, got.Problem)
		}
		if known := form.Name() == "nullable"; (got.Drafts != nil) != known {
			t.Errorf("%s: what it makes: %v", form.Name(), got.Drafts)
		}
	}
}

// With all answers there, what the stage makes is known.
func TestRun_StoredAnswersServe(t *testing.T) {
	got, asked := rehearse(t, module{units: 2, form: strict}, "scene_001", "scene_002")
	if len(asked) != 0 || got.Stored != 2 || len(got.Drafts) != 1 {
		t.Errorf("%v, %+v", asked, got)
	}
}

func TestRun_AFailureIsAProblem(t *testing.T) {
	got, _ := rehearse(t, module{fails: failure.New(failure.Input, "it is blank", "")})
	if failure.ClassOf(got.Problem) != failure.Input || got.Drafts != nil {
		t.Errorf("%+v", got)
	}
}

func TestRun_TroubleOfTheStoreIsAnError(t *testing.T) {
	broken := errors.New("the disk is gone")
	_, err := rehearsal.Run(t.Context(), rehearsal.Stage{
		Module: module{units: 3, form: strict},
		Stored: func(context.Context, llm.Request) (llm.Response, bool, error) { return llm.Response{}, false, broken },
		Ask:    func(llm.Request) {},
	})
	if !errors.Is(err, broken) {
		t.Error(err)
	}
}
