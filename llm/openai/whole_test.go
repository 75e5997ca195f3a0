package openai_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/llm"
	"github.com/cineforge/cineforge/llm/llmtest"
	"github.com/cineforge/cineforge/llm/openai"
	"github.com/cineforge/cineforge/llm/wire"
)

// plain is a server that does not know streams.
type plain string

func (p plain) RoundTrip(*http.Request) (*http.Response, error) {
	return &http.Response{
		StatusCode: 200,
		Header:     http.Header{"Content-Type": {"application/json"}},
		Body:       io.NopCloser(strings.NewReader(string(p))),
	}, nil
}

// A server that sends its answer as a whole, though it was asked for a stream, has
// answered, if the answer is complete by the protocol.
func TestModel_AnAnswerThatIsNotStreamed(t *testing.T) {
	const text = `{"summary": "she climbs", "mood": null, "beats": [], "confidence": 0.5}`
	completion := func(finish string) string {
		return fmt.Sprintf(
			`{"id": "c1", "object": "chat.completion", "model": "served", "choices": [{"index": 0, "finish_reason": %s, "message": {"role": "assistant", "content": %q}}], "usage": {"prompt_tokens": 300, "completion_tokens": 20, "total_tokens": 320}}`,
			finish,
			text,
		)
	}
	response := func(status, more string) string {
		return fmt.Sprintf(
			`{"id": "r1", "object": "response", "model": "served", "status": %q, %s "output": [{"type": "message", "content": [{"type": "output_text", "text": %q}]}], "usage": {"input_tokens": 300, "output_tokens": 20, "total_tokens": 320}}`,
			status,
			more,
			text,
		)
	}
	asks := map[string]func(wire.Endpoint) llm.Model{"chat": chat(openai.Quirks{}), "responses": responses}
	for _, tt := range []struct {
		by, name, body string
		class          failure.Class // "" for an answer
	}{
		{"chat", "complete", completion(`"stop"`), ""},
		{"chat", "cut short", completion(`"length"`), failure.BadOutput},
		{"chat", "filtered", completion(`"content_filter"`), failure.ContentPolicy},
		{"chat", "without a reason for its end", completion(`null`), failure.Connection},
		{"chat", "broken off", completion(`"stop"`)[:200], failure.Connection},
		{"chat", "an error", `{"error": {"code": "server_is_overloaded", "message": "busy"}}`, failure.Overloaded},
		{"responses", "complete", response("completed", ""), ""},
		{"responses", "cut short", response("incomplete", `"incomplete_details": {"reason": "max_output_tokens"},`), failure.BadOutput},
		{"responses", "still under way", response("in_progress", ""), failure.Connection},
		{"responses", "failed", response("failed", `"error": {"code": "server_error", "message": "no"},`), failure.ServerError},
	} {
		t.Run(tt.by+" "+tt.name, func(t *testing.T) {
			m := asks[tt.by](
				wire.Endpoint{
					Provider:  "openai",
					BaseURL:   "http://simulator.test/v1",
					Key:       llmtest.Key,
					Model:     "gpt-4.1",
					Transport: plain(tt.body),
				},
			)
			resp, err := m.Generate(t.Context(), llmtest.Question())
			switch {
			case tt.class != "":
				if failure.ClassOf(err) != tt.class {
					t.Errorf("%v, want %s", err, tt.class)
				}
			case err != nil || string(resp.JSON) != text || resp.Model != "served" || resp.Usage.InputTokens != 300 ||
				resp.Usage.OutputTokens != 20 || resp.FirstEvent <= 0:
				t.Errorf("%+v, %v", resp, err)
			}
		})
	}
}

// stream is a server that streams what it is.
type stream string

func (s stream) RoundTrip(*http.Request) (*http.Response, error) {
	header := http.Header{"Content-Type": {"text/event-stream"}}
	return &http.Response{StatusCode: 200, Header: header, Body: io.NopCloser(strings.NewReader(string(s)))}, nil
}

// An event that says that there is no error is none; one that tells of one is.
func TestChat_AnErrorThatIsNullIsNone(t *testing.T) {
	for says, class := range map[string]failure.Class{
		`null`: "", ` null `: "", `{"code": "server_is_overloaded", "message": "busy"}`: failure.Overloaded,
	} {
		body := `data: {"model": "served", "error":` + says + `, "choices": [{"index": 0, "delta": {"content": "\"error\": null"}}]}` + "\n\n" +
			`data: {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}], "error":` + says + "}\r\n\r\n" + "data: [DONE]"
		e := wire.Endpoint{Provider: "openai", BaseURL: "http://simulator.test/v1", Model: "gpt-4.1", Transport: stream(body)}
		resp, err := chat(openai.Quirks{})(e).Generate(t.Context(), llm.Request{Prompt: "what?"})
		if failure.ClassOf(err) != class || class == "" && (err != nil || string(resp.JSON) != `"\"error\": null"`) {
			t.Errorf("%s: %s, %v", says, resp.JSON, err)
		}
	}
}
