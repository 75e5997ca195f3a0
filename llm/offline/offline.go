// Package offline is the model of a machine without keys and network. It answers
// from the request alone, the same way each time, and never judges: where a
// schema lets an answer be null or empty, that is its answer, and where it does
// not, it fails because a real model is needed.
package offline

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/llm"
)

// Name is the model's and its provider's name.
const Name = "offline"

// Model is the offline model. The zero value is ready to use.
type Model struct{}

// Generate answers req with null or empty values, of source code. It fails with
// class no_provider if the schema demands a judgement.
func (Model) Generate(ctx context.Context, req llm.Request) (llm.Response, error) {
	if err := ctx.Err(); err != nil {
		return llm.Response{}, err
	}
	var form schema
	if err := json.Unmarshal(req.Schema.JSON(), &form); err != nil {
		return llm.Response{}, fmt.Errorf("read the schema of %s: %w", req.Unit, err)
	}
	answer, err := json.Marshal(form.abstention())
	if err != nil {
		return llm.Response{}, fmt.Errorf("abstain from %s: %w", req.Unit, err)
	}
	if err := req.Schema.Validate(answer); err != nil {
		return llm.Response{Usage: free()}, &failure.Error{
			Class:   failure.NoProvider,
			Message: fmt.Sprintf("%s needs a language model, and only the offline one is configured", req.Unit),
			Hint:    "set ANTHROPIC_API_KEY, OPENAI_API_KEY or GEMINI_API_KEY and run it again",
			Err:     err,
		}
	}
	return llm.Response{JSON: answer, Source: llm.Code, Provider: Name, Model: Name, Usage: free()}, nil
}

// free is what the model takes.
func free() llm.Usage { return llm.Usage{CostUSD: new(0.0)} }

// schema is the part of a JSON Schema that abstaining depends on.
type schema struct {
	Type       types             `json:"type"`
	Properties map[string]schema `json:"properties"`
	Required   []string          `json:"required"`
}

// types is the "type" of a schema: one name or a list of them.
type types []string

func (t *types) UnmarshalJSON(data []byte) error {
	var one string
	if json.Unmarshal(data, &one) == nil {
		*t = types{one}
		return nil
	}
	return json.Unmarshal(data, (*[]string)(t))
}

// abstention is the least specific value of the schema.
func (s schema) abstention() any {
	if len(s.Type) != 1 { // nullable, or free
		return nil
	}
	switch s.Type[0] {
	case "object":
		v := map[string]any{}
		for _, name := range s.Required {
			v[name] = s.Properties[name].abstention()
		}
		return v
	case "array":
		return []any{}
	default: // a bare string, number or boolean would be an invention: null does not validate
		return nil
	}
}
