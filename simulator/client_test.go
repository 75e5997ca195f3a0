package simulator_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/cineforge/cineforge/simulator"
	"github.com/cineforge/cineforge/simulator/scenario"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	prompt     = "Mara winds the clock. It does not tick. Who stopped you? The tide comes in and the door opens. Nobody is there."
	formSchema = `{"type": "object", "additionalProperties": false, "required": ["title", "score", "beats"], "properties": {
		"title": {"type": ["string", "null"]},
		"score": {"type": "number"},
		"beats": {"type": "array", "minItems": 1, "items": {"type": "object", "additionalProperties": false, "required": ["what"], "properties": {"what": {"type": "string"}}}}}}`
)

// api is one way of asking, as a client with no library would do it.
type api struct {
	name     string
	provider string
	model    string
	path     string
	stream   bool
}

var apis = []api{
	{name: "messages", provider: "anthropic", model: "claude-sonnet-4-6", path: "/anthropic/v1/messages", stream: false},
	{name: "messages stream", provider: "anthropic", model: "claude-sonnet-4-6", path: "/anthropic/v1/messages", stream: true},
	{name: "chat", provider: "openai", model: "gpt-4.1", path: "/openai/v1/chat/completions", stream: false},
	{name: "chat stream", provider: "openai", model: "gpt-4.1", path: "/openai/v1/chat/completions", stream: true},
	{name: "responses", provider: "openai", model: "gpt-4.1", path: "/openai/v1/responses", stream: false},
	{name: "responses stream", provider: "openai", model: "gpt-4.1", path: "/openai/v1/responses", stream: true},
	{name: "generate", provider: "google", model: "gemini-3-flash-preview",
		path: "/google/v1beta/models/gemini-3-flash-preview:generateContent", stream: false},
	{
		name:     "generate stream",
		provider: "google",
		model:    "gemini-3-flash-preview",
		path:     "/google/v1beta/models/gemini-3-flash-preview:streamGenerateContent?alt=sse",
		stream:   true,
	},
	{name: "generate array", provider: "google", model: "gemini-3-flash-preview",
		path: "/google/v1beta/models/gemini-3-flash-preview:streamGenerateContent", stream: true},
	{name: "compat", provider: "local", model: "llama-3", path: "/compat/local/v1/chat/completions", stream: false},
	{name: "compat stream", provider: "local", model: "llama-3", path: "/compat/local/v1/chat/completions", stream: true},
}

func apiNamed(name string) api {
	for _, a := range apis {
		if a.name == name {
			return a
		}
	}
	panic(name)
}

type fields = map[string]any

// body returns a healthy request, structured or not.
func (a api) body(text string, structured bool) fields {
	var form any
	if err := json.Unmarshal([]byte(formSchema), &form); err != nil {
		panic(err)
	}
	var b fields
	switch kind, _, _ := strings.Cut(a.name, " "); kind {
	case "messages":
		b = fields{
			"model":      a.model,
			"max_tokens": 1000,
			"system":     "Be brief.",
			"messages":   []any{fields{"role": "user", "content": text}},
		}
		if structured {
			b["output_config"] = fields{"format": fields{"type": "json_schema", "schema": form}}
		}
	case "responses":
		b = fields{"model": a.model, "instructions": "Be brief.", "input": text}
		if structured {
			b["text"] = fields{"format": fields{"type": "json_schema", "name": "form", "strict": true, "schema": form}}
		}
	case "generate":
		config := fields{"maxOutputTokens": 5000}
		b = fields{
			"systemInstruction": fields{"parts": []any{fields{"text": "Be brief."}}},
			"contents":          []any{fields{"role": "user", "parts": []any{fields{"text": text}}}},
			"generationConfig":  config,
		}
		if structured {
			config["responseMimeType"] = "application/json"
			config["responseJsonSchema"] = form
		}
		return b
	default:
		b = fields{
			"model":    a.model,
			"messages": []any{fields{"role": "system", "content": "Be brief."}, fields{"role": "user", "content": text}},
		}
		if a.stream {
			b["stream_options"] = fields{"include_usage": true}
		}
		if structured {
			b["response_format"] = fields{"type": "json_schema", "json_schema": fields{"name": "form", "strict": true, "schema": form}}
		}
	}
	if a.stream {
		b["stream"] = true
	}
	return b
}

// reading is what a careful client makes of an answer.
type reading struct {
	status   int
	header   http.Header
	raw      string
	err      error // of the call or of its body
	text     string
	refusal  string
	finish   string // the vendor's word
	terminal bool   // the protocol says that all was said
	broken   bool   // something was not JSON
	problem  string // an error in the stream
	model    string
	in, out  int
	cached   int
	thinking int
	events   []string
}

func (r reading) String() string {
	return fmt.Sprintf(
		"status %d err %v text %q refusal %q finish %q terminal %v broken %v problem %q model %q in %d out %d cached %d events %v",
		r.status,
		r.err,
		r.text,
		r.refusal,
		r.finish,
		r.terminal,
		r.broken,
		r.problem,
		r.model,
		r.in,
		r.out,
		r.cached,
		r.events,
	)
}

// bench is a simulator and a client of it.
type bench struct {
	sim    *simulator.Simulator
	client *http.Client
	root   string
	key    string
}

// inProcess returns a bench without sockets.
func inProcess(s scenario.Scenario) bench {
	sim := simulator.New(s, simulator.Options{})
	return bench{sim: sim, client: &http.Client{Transport: sim.Transport()}, root: "http://sim.test", key: "k-test"}
}

// rules returns a bench with rules.
func rules(list ...scenario.Rule) bench { return inProcess(scenario.Scenario{Rules: list}) }

// always returns a bench where every call has a fault.
func always(f scenario.Fault) bench { return rules(scenario.Rule{Name: "always", Fault: f}) }

func (b bench) request(ctx context.Context, a api, body any) *http.Request {
	data, isRaw := body.([]byte)
	if !isRaw {
		var err error
		if data, err = json.Marshal(body); err != nil {
			panic(err)
		}
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, b.root+a.path, bytes.NewReader(data))
	if err != nil {
		panic(err)
	}
	r.Header.Set("Content-Type", "application/json")
	switch a.provider {
	case "anthropic":
		r.Header.Set("x-api-key", b.key)
		r.Header.Set("anthropic-version", "2023-06-01")
	case "google":
		r.Header.Set("x-goog-api-key", b.key)
	default:
		r.Header.Set("Authorization", "Bearer "+b.key)
	}
	return r
}

// ask asks a plain question.
func (b bench) ask(ctx context.Context, a api) reading {
	return b.do(ctx, a, a.body(prompt, false))
}

// form asks for a structured answer.
func (b bench) form(ctx context.Context, a api) reading {
	return b.do(ctx, a, a.body(prompt, true))
}

func (b bench) do(ctx context.Context, a api, body any) reading {
	return b.send(b.request(ctx, a, body), a)
}

func (b bench) send(r *http.Request, a api) reading {
	resp, err := b.client.Do(r)
	if err != nil {
		return reading{err: err}
	}
	defer resp.Body.Close()
	if resp.StatusCode == http.StatusSwitchingProtocols { // its body has no end
		return reading{status: resp.StatusCode, header: resp.Header}
	}
	data, err := io.ReadAll(io.LimitReader(resp.Body, 16<<20)) // what is hostile may have no end either
	out := reading{status: resp.StatusCode, header: resp.Header, raw: string(data), err: err}
	if resp.StatusCode == http.StatusOK {
		out.read(a, data)
	}
	return out
}

// read takes an answer apart.
func (r *reading) read(a api, data []byte) {
	switch {
	case !a.stream:
		r.chunk(a, "", data)
		r.terminal = !r.broken && r.err == nil
	case a.name == "generate array":
		var list []json.RawMessage
		if json.Unmarshal(data, &list) != nil {
			r.broken = true
		}
		for _, item := range list {
			r.chunk(a, "", item)
		}
	default:
		for event := range strings.SplitSeq(strings.ReplaceAll(string(data), "\r\n", "\n"), "\n\n") {
			name := ""
			payload := ""
			for line := range strings.SplitSeq(event, "\n") {
				if v, ok := strings.CutPrefix(line, "event: "); ok {
					name = v
				} else if v, ok := strings.CutPrefix(line, "data: "); ok {
					payload += v
				} else if !strings.HasPrefix(line, ":") {
					payload += line // Gemini's errors
				}
			}
			switch {
			case payload == "[DONE]":
				r.terminal = true
			case payload != "":
				r.chunk(a, name, []byte(payload))
			}
		}
	}
}

// dig follows a path into decoded JSON.
func dig(v any, path ...any) any {
	for _, step := range path {
		switch at := v.(type) {
		case fields:
			v = at[fmt.Sprint(step)]
		case []any:
			i, ok := step.(int)
			if !ok || i >= len(at) {
				return nil
			}
			v = at[i]
		default:
			return nil
		}
	}
	return v
}

func text(v any, path ...any) string { s, _ := dig(v, path...).(string); return s }
func count(v any, path ...any) int   { f, _ := dig(v, path...).(float64); return int(f) }

func (r *reading) chunk(a api, event string, data []byte) {
	var v any
	if json.Unmarshal(data, &v) != nil {
		r.broken = true
		return
	}
	if event == "" {
		event = text(v, "type")
	}
	r.events = append(r.events, event)
	if dig(v, "error") != nil {
		r.problem = text(v, "error", "type") + text(v, "error", "status") + " " + text(v, "error", "message")
	}
	switch kind, _, _ := strings.Cut(a.name, " "); kind {
	case "messages":
		r.anthropic(event, v)
	case "responses":
		r.responses(event, v)
	case "generate":
		r.gemini(v)
	default:
		r.chat(v)
	}
}

func (r *reading) anthropic(event string, v any) {
	switch event {
	case "message", "message_start":
		m := v
		if event == "message_start" {
			m = dig(v, "message")
		}
		r.model, r.finish = text(m, "model"), text(m, "stop_reason")
		r.cached = count(m, "usage", "cache_read_input_tokens")
		r.in = count(m, "usage", "input_tokens") + r.cached + count(m, "usage", "cache_creation_input_tokens")
		r.out = count(m, "usage", "output_tokens")
		content, _ := dig(m, "content").([]any)
		for _, c := range content {
			r.text += text(c, "text")
		}
	case "content_block_delta":
		r.text += text(v, "delta", "text")
	case "message_delta":
		r.finish, r.out = text(v, "delta", "stop_reason"), count(v, "usage", "output_tokens")
	case "message_stop":
		r.terminal = true
	}
}

func (r *reading) chat(v any) {
	if m := text(v, "model"); m != "" {
		r.model = m
	}
	for _, part := range []string{"message", "delta"} {
		r.text += text(v, "choices", 0, part, "content")
		r.refusal += text(v, "choices", 0, part, "refusal")
	}
	r.finish += text(v, "choices", 0, "finish_reason")
	if dig(v, "usage") != nil {
		r.in, r.out = count(v, "usage", "prompt_tokens"), count(v, "usage", "completion_tokens")
		r.cached = count(v, "usage", "prompt_tokens_details", "cached_tokens")
	}
}

func (r *reading) responses(event string, v any) {
	whole := v
	switch event {
	case "response.output_text.delta":
		r.text += text(v, "delta")
		return
	case "response.refusal.delta":
		r.refusal += text(v, "delta")
		return
	case "response.completed", "response.incomplete", "response.failed":
		whole = dig(v, "response")
		r.terminal = true
		r.problem = text(whole, "error", "message")
	default:
		if event != "" {
			return
		}
		for i := range 3 {
			r.text += text(whole, "output", i, "content", 0, "text")
			r.refusal += text(whole, "output", i, "content", 0, "refusal")
		}
	}
	r.finish = text(whole, "status") + text(whole, "incomplete_details", "reason")
	r.model, r.in, r.out = text(whole, "model"), count(whole, "usage", "input_tokens"), count(whole, "usage", "output_tokens")
	r.cached = count(whole, "usage", "input_tokens_details", "cached_tokens")
	r.thinking = count(whole, "usage", "output_tokens_details", "reasoning_tokens")
}

func (r *reading) gemini(v any) {
	r.text += text(v, "candidates", 0, "content", "parts", 0, "text")
	if f := text(v, "candidates", 0, "finishReason") + text(v, "promptFeedback", "blockReason"); f != "" {
		r.finish = f
		r.terminal = true
	}
	if m := text(v, "modelVersion"); m != "" {
		r.model = m
	}
	if dig(v, "usageMetadata") == nil {
		return
	}
	r.in = count(v, "usageMetadata", "promptTokenCount")
	r.thinking = count(v, "usageMetadata", "thoughtsTokenCount")
	r.out = count(v, "usageMetadata", "candidatesTokenCount") + r.thinking
	r.cached = count(v, "usageMetadata", "cachedContentTokenCount")
}

// last returns the last call of a log.
func (b bench) last(t *testing.T) simulator.Call {
	t.Helper()
	calls := b.sim.Calls()
	if len(calls) == 0 {
		t.Fatal("no call was seen")
	}
	return calls[len(calls)-1]
}

// with returns a request with fields set; nil takes one out.
func with(b fields, changes fields) fields {
	out := maps.Clone(b)
	for k, v := range changes {
		if v == nil {
			delete(out, k)
		} else {
			out[k] = v
		}
	}
	return out
}
