package gemini_test

import (
	"testing"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/llm"
	"github.com/cineforge/cineforge/llm/gemini"
	"github.com/cineforge/cineforge/llm/llmtest"
	"github.com/cineforge/cineforge/llm/wire"
	"github.com/cineforge/cineforge/simulator/scenario"
)

var subject = llmtest.Subject{
	Provider: scenario.Google, BaseURL: "http://simulator.test/google", Model: "gemini-3-flash-preview",
	New:   func(e wire.Endpoint) llm.Model { return gemini.New(e) },
	Scope: failure.ScopeModel, Caches: true,
}

func TestModel_Contract(t *testing.T) { llmtest.Run(t, subject) }

func TestModel_Costs(t *testing.T) { llmtest.Costs(t, subject) }

// What is asked for goes to the API by its own means, and the key is in no address.
func TestModel_Request(t *testing.T) {
	t.Setenv("GOOGLE_API_KEY", "from-the-environment")
	t.Setenv("GOOGLE_GENAI_USE_VERTEXAI", "true")
	req := llmtest.Question()
	body, header := llmtest.Sent(t, subject, req)
	for _, tt := range []struct {
		path []any
		want any
	}{
		{[]any{"contents", 0, "parts", 0, "text"}, req.Prompt},
		{[]any{"contents", 1}, nil},
		{[]any{"systemInstruction", "parts", 0, "text"}, req.System},
		{[]any{"generationConfig", "maxOutputTokens"}, 4096.0},
		{[]any{"generationConfig", "responseMimeType"}, "application/json"},
		{[]any{"generationConfig", "responseJsonSchema", "required", 0}, "summary"},
	} {
		if got := llmtest.At(body, tt.path...); got != tt.want {
			t.Errorf("%v is %v, want %v", tt.path, got, tt.want)
		}
	}
	if header.Get("X-Goog-Api-Key") != llmtest.Key {
		t.Errorf("header %v", header)
	}
}
