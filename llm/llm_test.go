package llm_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/llm"
)

var mood = llm.NewSchema("mood", `{
  "type": "object",
  "properties": {"mood": {"type": ["string", "null"]}, "beats": {"type": "array", "items": {"type": "string"}}},
  "required": ["mood", "beats"],
  "additionalProperties": false
}`)

func TestSchema_SaysWhereAnAnswerBreaksIt(t *testing.T) {
	for answer, want := range map[string]string{
		`{"mood": "calm", "beats": []}`:                 "",
		`{"mood": null, "beats": ["a"]}`:                "",
		`{"mood": 3, "beats": []}`:                      "/mood",
		`{"mood": null, "beats": ["a", 1]}`:             "/beats/1",
		`{"mood": null}`:                                "beats",
		`{"mood": null, "beats": [], "more": 1}`:        "more",
		`Here you are: {"mood": null, "beats": []}`:     "not JSON",
		`{"mood": null, "beats": []} {"mood": "twice"}`: "not JSON",
		``: "not JSON",
	} {
		err := mood.Validate(json.RawMessage(answer))
		switch {
		case want == "" && err != nil:
			t.Errorf("%s: %v", answer, err)
		case want != "" && (failure.ClassOf(err) != failure.BadOutput || !strings.Contains(err.Error(), want)):
			t.Errorf("%s: %v, want bad_output that names %s", answer, err, want)
		}
	}
}

func TestSchema_NamesAllViolations(t *testing.T) {
	err := mood.Validate(json.RawMessage(`{"mood": 3, "beats": [1, 2]}`))
	for _, place := range []string{"/mood", "/beats/0", "/beats/1"} {
		if err == nil || !strings.Contains(err.Error(), place) {
			t.Errorf("%v does not name %s", err, place)
		}
	}
}

func TestNewSchema_PanicsOnABrokenSchema(t *testing.T) {
	for _, source := range []string{`{"type": "nonsense"}`, `{`} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s was taken", source)
				}
			}()
			llm.NewSchema("broken", source)
		}()
	}
}

func TestAsk_PassesAFailureThroughAsItIs(t *testing.T) {
	want := failure.New(failure.NoProvider, "nobody is there", "")
	m := llm.ModelFunc(func(context.Context, llm.Request) (llm.Response, error) { return llm.Response{}, want })
	if _, _, err := llm.Ask[struct{}](t.Context(), m, llm.Request{}); !errors.Is(err, want) {
		t.Errorf("got %v", err)
	}
}

func ExampleAsk() {
	calm := llm.ModelFunc(func(context.Context, llm.Request) (llm.Response, error) {
		return llm.Response{JSON: json.RawMessage(`{"mood": "calm", "beats": []}`), Source: llm.AI}, nil
	})
	answer, resp, err := llm.Ask[struct{ Mood *string }](
		context.Background(),
		calm,
		llm.Request{Role: llm.Work, Unit: "scene_001", Schema: mood},
	)
	fmt.Println(*answer.Mood, resp.Source, err)
	// Output: calm ai <nil>
}
