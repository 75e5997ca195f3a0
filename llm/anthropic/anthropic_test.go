package anthropic_test

import (
	"testing"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/llm"
	"github.com/cineforge/cineforge/llm/anthropic"
	"github.com/cineforge/cineforge/llm/llmtest"
	"github.com/cineforge/cineforge/llm/wire"
	"github.com/cineforge/cineforge/simulator/scenario"
)

var subject = llmtest.Subject{
	Provider: scenario.Anthropic, BaseURL: "http://simulator.test/anthropic", Model: "claude-sonnet-4-6",
	New:   func(e wire.Endpoint) llm.Model { return anthropic.New(e) },
	Scope: failure.ScopeProvider, TellsRequestID: true, Caches: true,
}

func TestModel_Contract(t *testing.T) { llmtest.Run(t, subject) }

func TestModel_Costs(t *testing.T) { llmtest.Costs(t, subject) }

// What is asked for goes to the API by its own means.
func TestModel_Request(t *testing.T) {
	req := llmtest.Question()
	body, header := llmtest.Sent(t, subject, req)
	for _, tt := range []struct {
		path []any
		want any
	}{
		{[]any{"model"}, "claude-sonnet-4-6"},
		{[]any{"stream"}, true},
		{[]any{"max_tokens"}, 4096.0},
		{[]any{"system", 0, "text"}, req.System},
		{[]any{"system", 0, "cache_control", "type"}, "ephemeral"},
		{[]any{"messages", 0, "role"}, "user"},
		{[]any{"messages", 0, "content", 0, "text"}, req.Prompt},
		{[]any{"messages", 1}, nil}, // nothing is put into the model's mouth
		{[]any{"output_config", "format", "type"}, "json_schema"},
		{[]any{"output_config", "format", "schema", "required", 0}, "summary"},
		{[]any{"temperature"}, nil},
	} {
		if got := llmtest.At(body, tt.path...); got != tt.want {
			t.Errorf("%v is %v, want %v", tt.path, got, tt.want)
		}
	}
	if header.Get("X-Api-Key") != llmtest.Key || header.Get("Anthropic-Version") == "" {
		t.Errorf("header %v", header)
	}
	req.SchemaInWords = true
	if body, _ := llmtest.Sent(t, subject, req); llmtest.At(body, "output_config") != nil {
		t.Errorf("the schema is in words and in %v", llmtest.At(body, "output_config"))
	}
}
