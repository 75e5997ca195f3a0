package offline_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/llm"
	"github.com/cineforge/cineforge/llm/offline"
)

func ask(t *testing.T, schema string) (llm.Response, error) {
	t.Helper()
	return offline.Model{}.Generate(t.Context(),
		llm.Request{Role: llm.Work, Unit: "scene_001", Prompt: "anything", Schema: llm.NewSchema("s", schema)})
}

func TestModel_AbstainsWhereItMay(t *testing.T) {
	for schema, want := range map[string]string{
		`{"type": "object", "properties": {"mood": {"type": ["string", "null"]}}, "required": ["mood"]}`: `{"mood":null}`,
		`{"type": "object", "properties": {"beats": {"type": "array"}}, "required": ["beats"]}`:          `{"beats":[]}`,
		`{"type": "object", "properties": {"in": {"type": "object", "properties": {"x": {"type": ["number", "null"]}}, "required": ` +
			`["x"]}}, "required": ["in"]}`: `{"in":{"x":null}}`,
		`{"type": "object", "properties": {"mood": {"type": "string"}}}`: `{}`,
		`{"type": "array"}`: `[]`,
		`{}`:                `null`,
	} {
		for range 2 { // the same each time
			resp, err := ask(t, schema)
			if err != nil || string(resp.JSON) != want {
				t.Errorf("%s: %s (%v), want %s", schema, resp.JSON, err, want)
			}
			if resp.Source != llm.Code || resp.Provider != offline.Name || resp.Usage.OutputTokens != 0 || *resp.Usage.CostUSD != 0 {
				t.Errorf("the answer does not say that nobody judged: %+v", resp)
			}
		}
	}
}

func TestModel_NeverInvents(t *testing.T) {
	for _, schema := range []string{
		`{"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]}`,
		`{"type": "object", "properties": {"n": {"type": "number"}}, "required": ["n"]}`,
		`{"type": "object", "properties": {"scenes": {"type": "array", "minItems": 1}}, "required": ["scenes"]}`,
		`{"type": "object", "properties": {"genre": {"enum": ["drama", "comedy"]}}, "required": ["genre"]}`,
		`{"type": "boolean"}`,
	} {
		resp, err := ask(t, schema)
		if failure.ClassOf(err) != failure.NoProvider || resp.JSON != nil {
			t.Errorf("%s: %s (%v), want no_provider", schema, resp.JSON, err)
			continue
		}
		for _, key := range []string{"scene_001", "ANTHROPIC_API_KEY", "OPENAI_API_KEY", "GEMINI_API_KEY"} {
			if !strings.Contains(err.Error(), key) {
				t.Errorf("%q does not name %s", err, key)
			}
		}
	}
}

func TestModel_StopsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := (offline.Model{}).Generate(ctx, llm.Request{}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func Example() {
	schema := llm.NewSchema("judgement", `{"type": "object", "properties": {"tone": {"type": ["string", "null"]}}, "required": ["tone"]}`)
	resp, err := offline.Model{}.Generate(context.Background(), llm.Request{Unit: "scene_001", Schema: schema})
	fmt.Println(string(resp.JSON), resp.Source, err)
	// Output: {"tone":null} code <nil>
}
