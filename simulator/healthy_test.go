package simulator_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/cineforge/cineforge/simulator"
	"github.com/cineforge/cineforge/simulator/scenario"
)

var finishes = map[string]string{"messages": "end_turn", "chat": "stop", "responses": "completed", "generate": "STOP", "compat": "stop"}

func family(a api) string { name, _, _ := strings.Cut(a.name, " "); return name }

func TestHandler_EveryDialectAnswers(t *testing.T) {
	for _, a := range apis {
		t.Run(a.name, func(t *testing.T) {
			b := rules()
			got := b.ask(t.Context(), a)
			if got.err != nil || got.status != 200 || !got.terminal || got.broken || got.finish != finishes[family(a)] {
				t.Fatal(got)
			}
			if !strings.Contains(prompt, strings.Split(got.text, ". ")[0]) || got.text == "" {
				t.Errorf("%q is not made of the prompt", got.text)
			}
			if got.in < 25 || got.in > 40 || got.out-got.thinking != (len(got.text)+3)/4 {
				t.Errorf("%d tokens in, %d out, of %d characters", got.in, got.out, len(got.text))
			}
			call := b.last(t)
			want := simulator.Call{Number: 1, Provider: a.provider, Model: a.model, Nth: 1, Streaming: a.stream, Status: 200,
				InputTokens: got.in, OutputTokens: got.out, Ended: true, Complete: true,
				API: call.API, Time: call.Time, Duration: call.Duration, Prompt: call.Prompt, RequestID: call.RequestID}
			if call != want {
				t.Errorf("the log says\n%+v, want\n%+v", call, want)
			}
			if id := got.header.Get("request-id") + got.header.Get("x-request-id"); id != call.RequestID ||
				(id == "") != (a.provider == "google") {
				t.Errorf("request id %q, in the log %q", id, call.RequestID)
			}
			if len(call.Prompt) != 64 {
				t.Errorf("prompt digest %q", call.Prompt)
			}
		})
	}
}

func TestHandler_StructuredAnswersFit(t *testing.T) {
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(formSchema))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("form", doc); err != nil {
		t.Fatal(err)
	}
	form, err := c.Compile("form")
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range apis {
		got := rules().form(t.Context(), a)
		v, err := jsonschema.UnmarshalJSON(strings.NewReader(got.text))
		if err != nil || form.Validate(v) != nil {
			t.Errorf("%s: %v: %v", a.name, got, err)
		}
	}
	// Gemini's own dialect of schemas, and JSON without a schema.
	a := apiNamed("generate")
	body := a.body(prompt, false)
	body["generationConfig"] = fields{
		"response_mime_type": "application/json",
		"response_schema": fields{
			"type":       "OBJECT",
			"required":   []string{"n"},
			"properties": fields{"n": fields{"type": "INTEGER", "minimum": 7, "maximum": 7}},
		},
	}
	if got := rules().do(t.Context(), a, body); got.text != `{"n":7}` {
		t.Error(got)
	}
	for _, name := range []string{"chat", "responses", "compat"} {
		a := apiNamed(name)
		body := a.body(prompt+" Answer in JSON.", false)
		if name == "responses" {
			body["text"] = fields{"format": fields{"type": "json_object"}}
		} else {
			body["response_format"] = fields{"type": "json_object"}
		}
		if got := rules().do(t.Context(), a, body); !json.Valid([]byte(got.text)) || !strings.HasPrefix(got.text, "{") {
			t.Error(name, got)
		}
	}
}

// The sequences of events are those of the real APIs.
func TestHandler_EventsComeInTheirOrder(t *testing.T) {
	squeeze := func(list []string) []string { return slices.Compact(list) }
	for name, want := range map[string]string{
		"messages stream":  "message_start content_block_start ping content_block_delta content_block_stop message_delta message_stop",
		"responses stream": "response.created response.in_progress response.output_item.added response.content_part.added response.output_text.delta response.output_text.done response.content_part.done response.output_item.done response.completed",
	} {
		got := rules().ask(t.Context(), apiNamed(name))
		if s := strings.Join(squeeze(got.events), " "); s != want {
			t.Errorf("%s: %s", name, s)
		}
		for i, line := range strings.Split(strings.TrimSpace(got.raw), "\n\n") {
			var v any
			event, data, _ := strings.Cut(line, "\n")
			if err := json.Unmarshal([]byte(strings.TrimPrefix(data, "data: ")), &v); err != nil || event != "event: "+text(v, "type") {
				t.Errorf("%s: %q: %v", name, line, err)
			}
			if name == "responses stream" && count(v, "sequence_number") != i {
				t.Errorf("event %d has sequence_number %d", i, count(v, "sequence_number"))
			}
		}
	}
	chat := strings.Split(strings.TrimSpace(rules().ask(t.Context(), apiNamed("chat stream")).raw), "\n\n")
	n := len(chat)
	for i, want := range map[int]string{0: `"role":"assistant"`, 1: `"content":"`, n - 3: `"finish_reason":"stop"`,
		n - 2: `"choices":[],"usage":{"prompt_tokens"`, n - 1: "data: [DONE]"} {
		if !strings.Contains(chat[i], want) {
			t.Errorf("chunk %d of %d is %s, want %s", i, n, chat[i], want)
		}
	}
	body := apiNamed("chat stream").body(prompt, false)
	if got := rules().do(t.Context(), apiNamed("chat stream"), with(body, fields{"stream_options": nil})); strings.Contains(
		got.raw,
		`"usage"`,
	) ||
		!got.terminal {
		t.Errorf("usage came unasked: %s", got.raw)
	}
	sse := rules().ask(t.Context(), apiNamed("generate stream")).raw
	if !strings.HasPrefix(sse, "data: {") || !strings.HasSuffix(sse, "}\r\n\r\n") {
		t.Errorf("%q", sse)
	}
	var list []any
	if raw := rules().ask(t.Context(), apiNamed("generate array")).raw; json.Unmarshal([]byte(raw), &list) != nil || len(list) < 3 {
		t.Errorf("%q", raw)
	}
}

func TestHandler_HeadersAreTheVendors(t *testing.T) {
	for name, want := range map[string][]string{
		"messages": {"request-id", "anthropic-organization-id", "anthropic-ratelimit-requests-limit", "anthropic-ratelimit-requests-remaining",
			"anthropic-ratelimit-requests-reset", "anthropic-ratelimit-input-tokens-remaining", "anthropic-ratelimit-output-tokens-reset"},
		"chat stream": {"x-request-id", "openai-processing-ms", "openai-version", "openai-organization", "x-ratelimit-limit-requests",
			"x-ratelimit-remaining-tokens", "x-ratelimit-reset-requests", "x-ratelimit-reset-tokens"},
		"generate": {"server-timing"},
		"compat":   {"x-request-id"},
	} {
		got := rules().ask(t.Context(), apiNamed(name))
		for _, h := range append(want, "date") {
			if got.header.Get(h) == "" {
				t.Errorf("%s: no %s in %v", name, h, got.header)
			}
		}
	}
	h := rules().ask(t.Context(), apiNamed("messages")).header
	if _, err := time.Parse(time.RFC3339, h.Get("anthropic-ratelimit-requests-reset")); err != nil ||
		!strings.HasPrefix(h.Get("request-id"), "req_011C") {
		t.Error(h, err)
	}
	h = rules().ask(t.Context(), apiNamed("chat")).header
	if _, err := time.ParseDuration(h.Get("x-ratelimit-reset-requests")); err != nil || len(h.Get("x-request-id")) != len("req_")+32 {
		t.Error(h, err)
	}
}

func TestCompose_TheSamePromptGetsTheSameAnswer(t *testing.T) {
	for _, a := range apis {
		b := rules()
		other := inProcess(scenario.Scenario{Seed: 99})
		one := b.form(t.Context(), a)
		two := b.form(t.Context(), a)
		if one.text != two.text {
			t.Errorf("%s: %q and %q", a.name, one.text, two.text)
		}
		if third := other.form(t.Context(), a); third.text == one.text {
			t.Errorf("%s: another seed gives %q too", a.name, third.text)
		}
		calls := b.sim.Calls()
		if calls[0].Prompt != calls[1].Prompt || a.provider != "google" && calls[0].RequestID == calls[1].RequestID {
			t.Errorf("%s: %+v", a.name, calls)
		}
		if again := rules(); !bytes.Equal([]byte(again.form(t.Context(), a).text), []byte(one.text)) ||
			again.last(t).RequestID != calls[0].RequestID {
			t.Errorf("%s: another simulator with the same seed answers differently", a.name)
		}
	}
}

// A prompt means the same to all: repeated calls can be seen across providers.
func TestCall_PromptDigestIsTheSameEverywhere(t *testing.T) {
	b := rules()
	for _, a := range apis {
		b.ask(t.Context(), a)
	}
	for _, c := range b.sim.Calls() {
		if first := b.sim.Calls()[0]; c.Prompt != first.Prompt || c.InputTokens != first.InputTokens {
			t.Errorf("%s: digest %s, %d tokens; %s: %s, %d", c.API, c.Prompt, c.InputTokens, first.API, first.Prompt, first.InputTokens)
		}
	}
}

func TestCompose_TextIsNeverCutThroughARune(t *testing.T) {
	for _, a := range apis {
		if !a.stream {
			continue
		}
		got := rules().do(t.Context(), a, a.body("Ein Löwe frißt Äpfel — «schön», sagt er: 日本語のテキスト 🎬🎥.", false))
		if strings.ContainsRune(got.text, '�') || !strings.Contains(got.text, "🎬🎥") {
			t.Errorf("%s: %q", a.name, got.text)
		}
	}
}

func TestDelivery_Pace(t *testing.T) {
	for _, a := range apis {
		synctest.Test(t, func(t *testing.T) {
			b := inProcess(scenario.Scenario{Pace: scenario.Pace{FirstEvent: 800 * time.Millisecond, TokensPerSecond: 10}})
			start := time.Now()
			resp, err := b.client.Do(b.request(t.Context(), a, a.body(prompt, false)))
			if err != nil {
				t.Fatal(err)
			}
			headers := time.Since(start)
			var buf bytes.Buffer
			if _, err := buf.ReadFrom(resp.Body); err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			whole := time.Since(start)
			var got reading
			got.read(a, buf.Bytes())
			spoken := time.Duration((len(got.text)+3)/4) * 100 * time.Millisecond
			if a.stream && (headers != 800*time.Millisecond || whole != headers+spoken) {
				t.Errorf("%s: headers after %v, all after %v", a.name, headers, whole)
			}
			if !a.stream && (headers != 800*time.Millisecond+time.Duration(got.out)*100*time.Millisecond || whole != headers) {
				t.Errorf("%s: headers after %v, all after %v", a.name, headers, whole)
			}
			if d := b.last(t).Duration; d != whole {
				t.Errorf("%s: the log says %v, it took %v", a.name, d, whole)
			}
		})
	}
}

func TestCompose_KeepsOutputLimits(t *testing.T) {
	limits := map[string]string{
		"messages":  "max_tokens",
		"chat":      "max_completion_tokens",
		"responses": "max_output_tokens",
		"compat":    "max_tokens",
	}
	stops := map[string]string{
		"messages":  "max_tokens",
		"chat":      "length",
		"responses": "incompletemax_output_tokens",
		"generate":  "MAX_TOKENS",
		"compat":    "length",
	}
	for _, a := range apis {
		body := a.body(prompt, false)
		if family(a) == "generate" {
			body["generationConfig"] = fields{"maxOutputTokens": 16, "thinkingConfig": fields{"thinkingBudget": 0}}
		} else {
			body[limits[family(a)]] = 16
		}
		got := rules().do(t.Context(), a, body)
		if got.finish != stops[family(a)] || len(got.text) != 64 || got.out != 16 {
			t.Errorf("%s: %v", a.name, got)
		}
	}
	// Thinking counts as well, and may leave nothing.
	got := rules().do(t.Context(), apiNamed("responses"),
		with(apiNamed("responses").body(prompt, false), fields{"model": "gpt-5", "max_output_tokens": 20}))
	if got.text != "" || got.finish != "incompletemax_output_tokens" || got.out != 20 {
		t.Error(got)
	}
}

func TestCompose_ModelsThatThink(t *testing.T) {
	for _, c := range []struct {
		api     string
		changes fields
		want    bool
	}{
		{"responses", fields{"model": "gpt-5"}, true},
		{"responses stream", fields{"model": "o4-mini"}, true},
		{"responses", fields{"model": "gpt-5.2"}, false},
		{"responses", fields{"model": "gpt-5.2", "reasoning": fields{"effort": "high"}}, true},
		{"responses", fields{"model": "gpt-4.1"}, false},
		{"generate", fields{}, true},
		{"generate", fields{"generationConfig": fields{"thinkingConfig": fields{"thinkingBudget": 0}}}, false},
	} {
		a := apiNamed(c.api)
		got := rules().do(t.Context(), a, with(a.body(prompt, false), c.changes))
		if got.status != 200 || got.thinking > 0 != c.want ||
			strings.Contains(got.raw, `"reasoning","summary"`) != (c.want && c.api == "responses stream") {
			t.Errorf("%s %v: %v", c.api, c.changes, got)
		}
	}
	for _, name := range []string{"messages", "messages stream"} {
		got := rules().do(t.Context(), apiNamed(name),
			with(apiNamed(name).body(prompt, false), fields{"max_tokens": 3000, "thinking": fields{"type": "enabled", "budget_tokens": 1024}}))
		if !strings.Contains(got.raw, `"signature":"EqQB`) || got.text == "" || got.out <= (len(got.text)+3)/4 {
			t.Errorf("%s: %v\n%s", name, got, got.raw)
		}
	}
}

func TestEpoch_PromptCaching(t *testing.T) {
	long := strings.Repeat("The lighthouse stands on the rock and waits for the tide. ", 200)
	t.Run("anthropic", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			b := rules()
			a := apiNamed("messages stream")
			ask := func(system, question string) (read, written, input int) {
				body := a.body(question, false)
				body["system"] = []any{fields{"type": "text", "text": system, "cache_control": fields{"type": "ephemeral"}}}
				got := b.do(t.Context(), a, body)
				var v any
				line := strings.TrimPrefix(strings.Split(got.raw, "\n")[1], "data: ")
				if err := json.Unmarshal([]byte(line), &v); err != nil {
					t.Fatal(err)
				}
				u := dig(v, "message", "usage")
				if sum := count(u, "input_tokens") + count(u, "cache_read_input_tokens") + count(u, "cache_creation_input_tokens"); sum != b.last(
					t,
				).InputTokens {
					t.Errorf("the parts make %d tokens of %d", sum, b.last(t).InputTokens)
				}
				return count(u, "cache_read_input_tokens"), count(u, "cache_creation_input_tokens"), count(u, "input_tokens")
			}
			if read, written, _ := ask(long, "One?"); read != 0 || written < 2000 {
				t.Errorf("first: read %d, written %d", read, written)
			}
			if read, written, input := ask(long, "Two?"); read < 2000 || written != 0 || input > 10 {
				t.Errorf("second: read %d, written %d, input %d", read, written, input)
			}
			if read, written, _ := ask("short", "Two?"); read != 0 || written != 0 {
				t.Errorf("too short: read %d, written %d", read, written)
			}
			time.Sleep(6 * time.Minute)
			if read, written, _ := ask(long, "Three?"); read != 0 || written < 2000 {
				t.Errorf("after its time: read %d, written %d", read, written)
			}
		})
	})
	for _, name := range []string{"chat stream", "responses", "generate stream", "compat"} {
		b := rules()
		a := apiNamed(name)
		first := b.do(t.Context(), a, a.body(long+"One?", false))
		second := b.do(t.Context(), a, a.body(long+"Two?", false))
		if first.cached != 0 || second.cached < 1024 || second.cached%128 != 0 || second.cached > second.in ||
			b.last(t).CachedTokens != second.cached {
			t.Errorf("%s: %d, then %d of %d cached", name, first.cached, second.cached, second.in)
		}
	}
}

func TestHandler_AliasesAnswerWithTheirVersion(t *testing.T) {
	for name, want := range map[string]string{"chat": "gpt-4.1-2025-04-14", "messages": "claude-sonnet-4-6",
		"generate": "gemini-3-flash-preview", "compat": "llama-3"} {
		if got := rules().ask(t.Context(), apiNamed(name)); got.model != want {
			t.Errorf("%s: served by %s, want %s", name, got.model, want)
		}
	}
}

func TestHandler_LongPromptsAreTaken(t *testing.T) {
	text := strings.Repeat("A word and another one. ", 30_000) // 180,000 tokens
	for _, a := range apis {
		if got := rules().do(t.Context(), a, a.body(text, true)); got.status != 200 && family(a) != "compat" {
			t.Errorf("%s: %d %.300s", a.name, got.status, got.raw)
		}
	}
}
