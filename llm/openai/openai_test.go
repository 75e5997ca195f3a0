package openai_test

import (
	"strings"
	"testing"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/llm"
	"github.com/cineforge/cineforge/llm/llmtest"
	"github.com/cineforge/cineforge/llm/openai"
	"github.com/cineforge/cineforge/llm/wire"
	"github.com/cineforge/cineforge/simulator/scenario"
)

func subject(make func(e wire.Endpoint) llm.Model) llmtest.Subject {
	return llmtest.Subject{
		Provider: scenario.OpenAI, BaseURL: "http://simulator.test/openai/v1", Model: "gpt-4.1", New: make,
		Scope: failure.ScopeProvider, TellsRequestID: true, Caches: true,
	}
}

func responses(e wire.Endpoint) llm.Model { return openai.New(e) }

func chat(q openai.Quirks) func(wire.Endpoint) llm.Model {
	return func(e wire.Endpoint) llm.Model { return openai.NewChat(e, q) }
}

func TestModel_ResponsesContract(t *testing.T) { llmtest.Run(t, subject(responses)) }

func TestChat_Contract(t *testing.T) { llmtest.Run(t, subject(chat(openai.Quirks{}))) }

func TestModel_Costs(t *testing.T) { llmtest.Costs(t, subject(responses)) }

func TestChat_Costs(t *testing.T) {
	llmtest.Costs(t, subject(chat(openai.Quirks{})))
	silent := subject(chat(openai.Quirks{NoUsage: true}))
	silent.Estimates = true // the server tells nothing
	llmtest.Costs(t, silent)
}

type expectation struct {
	path []any
	want any
}

func check(t *testing.T, body any, expectations ...expectation) {
	t.Helper()
	for _, e := range expectations {
		if got := llmtest.At(body, e.path...); got != e.want {
			t.Errorf("%v is %v, want %v", e.path, got, e.want)
		}
	}
}

// What is asked for goes to the API by its own means, and nothing of it is kept there.
func TestModel_Request(t *testing.T) {
	req := llmtest.Question()
	body, header := llmtest.Sent(t, subject(responses), req)
	check(t, body, []expectation{
		{[]any{"model"}, "gpt-4.1"}, {[]any{"stream"}, true}, {[]any{"store"}, false}, {[]any{"max_output_tokens"}, 4096.0},
		{[]any{"instructions"}, req.System}, {[]any{"input"}, req.Prompt},
		{[]any{"text", "format", "type"}, "json_schema"}, {[]any{"text", "format", "strict"}, true},
		{[]any{"text", "format", "name"}, "scene_judgement"}, {[]any{"text", "format", "schema", "required", 0}, "summary"},
	}...)
	if header.Get("Authorization") != "Bearer "+llmtest.Key {
		t.Errorf("header %v", header)
	}
	other := req
	other.Prompt = "Another scene."
	again, _ := llmtest.Sent(t, subject(responses), other)
	if key := llmtest.At(body, "prompt_cache_key"); key == nil || key != llmtest.At(again, "prompt_cache_key") {
		t.Error("questions that begin the same go to different caches")
	}
	req.MaxOutputTokens = 1
	req.Schema = llm.Schema{}
	short, _ := llmtest.Sent(t, subject(responses), req)
	check(t, short, expectation{[]any{"max_output_tokens"}, 16.0}, expectation{[]any{"text"}, nil})
}

// Each quirk of a server changes what it says it does, and nothing else.
func TestQuirks(t *testing.T) {
	req := llmtest.Question()
	send := func(q openai.Quirks) any {
		body, _ := llmtest.Sent(t, subject(chat(q)), req)
		return body
	}
	check(t, send(openai.Quirks{}), []expectation{
		{[]any{"response_format", "type"}, "json_schema"}, {[]any{"response_format", "json_schema", "strict"}, true},
		{[]any{"max_completion_tokens"}, 4096.0}, {[]any{"max_tokens"}, nil}, {[]any{"stream_options", "include_usage"}, true},
		{
			[]any{"messages", 0, "role"},
			"system",
		}, {[]any{"messages", 0, "content"}, req.System}, {[]any{"messages", 1, "content"}, req.Prompt},
	}...)
	check(
		t,
		send(openai.Quirks{MaxTokensByOldName: true}),
		expectation{[]any{"max_tokens"}, 4096.0},
		expectation{[]any{"max_completion_tokens"}, nil},
	)
	check(t, send(openai.Quirks{NoUsage: true}), expectation{[]any{"stream_options"}, nil})
	object := send(openai.Quirks{Form: openai.JSONObject})
	check(t, object, expectation{[]any{"response_format", "type"}, "json_object"})
	if system, _ := llmtest.At(object, "messages", 0, "content").(string); !strings.Contains(system, `"required"`) {
		t.Errorf("the schema is not in the words: %s", system)
	}
	check(t, send(openai.Quirks{Form: openai.InWords}), expectation{[]any{"response_format"}, nil})
}

// A server without keys is sent none, not even an empty one.
func TestModel_NoKeyIsNoHeader(t *testing.T) {
	s := subject(func(e wire.Endpoint) llm.Model {
		e.Key = ""
		return openai.NewChat(e, openai.Quirks{})
	})
	s.BaseURL = "http://simulator.test/compat/local/v1"
	t.Setenv("OPENAI_API_KEY", "sk-from-the-environment")
	t.Setenv("OPENAI_ORG_ID", "org-from-the-environment")
	_, header := llmtest.Sent(t, s, llmtest.Question())
	for name, values := range header {
		if name == "Authorization" || strings.HasPrefix(name, "Openai") {
			t.Errorf("%s: %v", name, values)
		}
	}
}
