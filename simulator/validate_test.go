package simulator_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/cineforge/cineforge/simulator"
	"github.com/cineforge/cineforge/simulator/scenario"
)

// refusal is what a request with changes gets.
type refusal struct {
	api     string
	changes fields
	status  int
	parts   string // of the body, separated by |
}

func form(changes fields) fields {
	var v fields
	if err := json.Unmarshal([]byte(formSchema), &v); err != nil {
		panic(err)
	}
	return with(v, changes)
}

func anthropicForm(schema any) fields {
	return fields{"output_config": fields{"format": fields{"type": "json_schema", "schema": schema}}}
}

func chatForm(name string, schema any) fields {
	return fields{"response_format": fields{"type": "json_schema", "json_schema": fields{"name": name, "strict": true, "schema": schema}}}
}

func responsesForm(schema any) fields {
	return fields{"text": fields{"format": fields{"type": "json_schema", "name": "x", "strict": true, "schema": schema}}}
}

func object(properties fields, more fields) fields {
	required := []string{}
	for name := range properties {
		required = append(required, name)
	}
	return with(fields{"type": "object", "properties": properties, "required": required, "additionalProperties": false}, more)
}

var refusals = []refusal{
	{api: "messages", changes: fields{"foo": 1}, status: 400, parts: `"foo: Extra inputs are not permitted"`},
	{api: "messages", changes: fields{"output_format": fields{}}, status: 400, parts: `output_format: Extra inputs are not permitted`},
	{api: "messages", changes: fields{"model": nil}, status: 400, parts: `model: Field required`},
	{api: "messages", changes: fields{"model": "gpt-4.1"}, status: 404, parts: `"not_found_error","message":"model: gpt-4.1"`},
	{api: "messages", changes: fields{"max_tokens": nil}, status: 400, parts: `max_tokens: Field required`},
	{api: "messages", changes: fields{"max_tokens": "many"}, status: 400, parts: `max_tokens: Input should be a valid integer`},
	{
		api:     "messages",
		changes: fields{"max_tokens": 200000},
		status:  400,
		parts:   `max_tokens: 200000 > 128000, which is the maximum allowed number of output tokens for claude-sonnet-4-6`,
	},
	{api: "messages", changes: fields{"max_tokens": 200000, "model": "claude-opus-4-6"}, status: 400, parts: `200000 > 128000`},
	{api: "messages", changes: fields{"max_tokens": 64001, "model": "claude-haiku-4-5-20251001"}, status: 400, parts: `64001 > 64000`},
	{api: "messages", changes: fields{"max_tokens": 100000, "model": "claude-opus-4-6"}, status: 200, parts: ``},
	{api: "messages", changes: fields{"messages": []any{}}, status: 400, parts: `messages: at least one message is required`},
	{api: "messages", changes: fields{"messages": "hello"}, status: 400, parts: `messages: Input should be a valid list`},
	{api: "messages", changes: fields{"messages": []any{fields{"role": "system", "content": "x"}}}, status: 400, parts: `Unexpected role`},
	{api: "messages", changes: fields{"messages": []any{fields{"role": "user", "content": ""}}}, status: 400, parts: `non-empty content`},
	{api: "messages", changes: fields{"messages": []any{fields{"role": "user"}}}, status: 400, parts: `messages.0.content: Field required`},
	{
		api:     "messages",
		changes: fields{"messages": []any{fields{"role": "user", "content": []any{fields{"type": "text", "text": ""}}}}},
		status:  400,
		parts:   `text content blocks must be non-empty`,
	},
	{
		api:     "messages",
		changes: fields{"messages": []any{fields{"role": "user", "content": "x"}, fields{"role": "assistant", "content": "{"}}},
		status:  400,
		parts:   `does not support assistant message prefill`,
	},
	{
		api: "messages",
		changes: fields{
			"model":    "claude-haiku-4-5",
			"messages": []any{fields{"role": "user", "content": "x"}, fields{"role": "assistant", "content": "{"}},
		},
		status: 200,
		parts:  ``,
	},
	{api: "messages", changes: fields{"temperature": 1.5}, status: 400, parts: `temperature: range: 0..1`},
	{api: "messages", changes: fields{"temperature": 0.5, "top_p": 0.5}, status: 400,
		parts: "`temperature` and `top_p` cannot both be specified"},
	{api: "messages", changes: fields{"thinking": fields{"type": "enabled", "budget_tokens": 100}}, status: 400,
		parts: `greater than or equal to 1024`},
	{api: "messages", changes: fields{"thinking": fields{"type": "enabled", "budget_tokens": 2000}}, status: 400,
		parts: "`max_tokens` must be greater"},
	{
		api:     "messages",
		changes: anthropicForm(form(fields{"additionalProperties": nil})),
		status:  400,
		parts:   `output_config.format.schema: For 'object' type, 'additionalProperties' must be explicitly set to false"`,
	},
	{api: "messages", changes: anthropicForm(object(fields{"a": fields{"type": "object", "properties": fields{}}}, nil)), status: 400,
		parts: `(at properties.a)`},
	{
		api:     "messages",
		changes: anthropicForm(object(fields{"a": fields{"type": "number", "minimum": 0, "maximum": 1}}, nil)),
		status:  400,
		parts:   `For 'number' type, properties maximum, minimum are not supported (at properties.a)`,
	},
	{
		api:     "messages",
		changes: anthropicForm(object(fields{"a": fields{"type": []string{"string", "null"}, "maxLength": 9}}, nil)),
		status:  400,
		parts:   `property 'maxLength' is not supported`,
	},
	{
		api:     "messages",
		changes: anthropicForm(object(fields{"a": fields{"type": "array", "maxItems": 3, "items": fields{"type": "string"}}}, nil)),
		status:  400,
		parts:   `'maxItems'`,
	},
	{
		api:     "messages",
		changes: anthropicForm(object(fields{"a": fields{"type": "array", "minItems": 2, "items": fields{"type": "string"}}}, nil)),
		status:  400,
		parts:   `'minItems' values other than 0 or 1`,
	},
	{
		api:     "messages",
		changes: anthropicForm(object(fields{"a": fields{"type": "array", "items": fields{"$ref": "#"}}}, nil)),
		status:  400,
		parts:   `Recursive schemas are not supported`,
	},
	{
		api: "messages",
		changes: anthropicForm(
			object(
				fields{"a": fields{"$ref": "#/$defs/n"}},
				fields{
					"$defs": fields{
						"n": object(fields{"next": fields{"anyOf": []any{fields{"$ref": "#/$defs/n"}, fields{"type": "null"}}}}, nil),
					},
				},
			),
		),
		status: 400,
		parts:  `Recursive schemas are not supported`,
	},
	{
		api: "messages",
		changes: anthropicForm(
			object(
				fields{"a": fields{"$ref": "#/$defs/n"}, "b": fields{"$ref": "#/$defs/n"}},
				fields{"$defs": fields{"n": fields{"type": "string"}}},
			),
		),
		status: 200,
		parts:  ``,
	},

	{api: "chat", changes: fields{"foo": 1}, status: 400, parts: `"Unknown parameter: 'foo'."|"param": "foo"|"code": "unknown_parameter"`},
	{api: "chat", changes: fields{"model": nil}, status: 400, parts: `you must provide a model parameter`},
	{api: "chat", changes: fields{"model": "claude-sonnet-4-6"}, status: 404,
		parts: "The model `claude-sonnet-4-6` does not exist|" + `"code": "model_not_found"`},
	{api: "chat", changes: fields{"messages": nil}, status: 400, parts: `missing_required_parameter|"param": "messages"`},
	{api: "chat", changes: fields{"messages": []any{}}, status: 400, parts: `empty_array`},
	{
		api:     "chat",
		changes: fields{"messages": []any{fields{"role": "model", "content": "x"}}},
		status:  400,
		parts:   `Invalid value: 'model'.|"param": "messages[0].role"`,
	},
	{
		api:     "chat",
		changes: fields{"messages": []any{fields{"role": "user", "content": []any{fields{"type": "input_text", "text": "x"}}}}},
		status:  400,
		parts:   `Invalid value: 'input_text'.`,
	},
	{
		api:     "chat",
		changes: fields{"model": "gpt-5", "max_tokens": 100},
		status:  400,
		parts:   `Use 'max_completion_tokens' instead.|"code": "unsupported_parameter"|"param": "max_tokens"`,
	},
	{api: "chat", changes: fields{"model": "o3", "max_tokens": 100}, status: 400, parts: `unsupported_parameter`},
	{
		api:     "chat",
		changes: fields{"model": "gpt-5.2", "temperature": 0.2},
		status:  400,
		parts:   `'temperature' does not support 0.2 with this model|"code": "unsupported_value"`,
	},
	{api: "chat", changes: fields{"model": "gpt-5.2", "temperature": 1}, status: 200, parts: ``},
	{api: "chat", changes: fields{"temperature": 0.2, "max_tokens": 100}, status: 200, parts: ``},
	{api: "chat", changes: fields{"temperature": 3}, status: 400, parts: `decimal_above_max_value`},
	{api: "chat", changes: fields{"max_tokens": 40000}, status: 400, parts: `This model supports at most 32768 completion tokens`},
	{api: "chat", changes: fields{"stream_options": fields{"include_usage": true}}, status: 400,
		parts: `only allowed when 'stream' is enabled`},
	{api: "chat", changes: fields{"response_format": fields{"type": "json_object"}}, status: 400, parts: `must contain the word 'json'`},
	{api: "chat", changes: fields{"response_format": fields{"type": "yaml"}}, status: 400,
		parts: `Supported values are: 'json_object', 'json_schema', and 'text'.`},
	{api: "chat", changes: chatForm("bad name", form(nil)), status: 400, parts: `does not match pattern|response_format.json_schema.name`},
	{api: "chat", changes: chatForm(strings.Repeat("n", 65), form(nil)), status: 400, parts: `string_above_max_length`},
	{api: "chat", changes: chatForm("x", fields{"type": "array"}), status: 400,
		parts: `got 'type: \"array\"'|"param": "response_format"|"code": null`},
	{
		api:     "chat",
		changes: chatForm("x", form(fields{"additionalProperties": nil})),
		status:  400,
		parts:   `Invalid schema for response_format 'x': In context=(), 'additionalProperties' is required to be supplied and to be false.`,
	},
	{api: "chat", changes: chatForm("x", form(fields{"required": []string{"title", "score"}})), status: 400, parts: `Missing 'beats'.`},
	{
		api:     "chat",
		changes: chatForm("x", object(fields{"a": object(fields{"b": fields{"type": "string"}}, fields{"required": []string{}})}, nil)),
		status:  400,
		parts:   `In context=('properties', 'a'), 'required' is required|Missing 'b'.`,
	},
	{api: "chat", changes: chatForm("x", object(fields{"a": fields{"type": "string", "minLength": 3}}, nil)), status: 400,
		parts: `'minLength' is not permitted.`},
	{
		api: "chat",
		changes: chatForm(
			"x",
			object(fields{"a": fields{"$ref": "#/$defs/n", "description": "x"}}, fields{"$defs": fields{"n": fields{"type": "string"}}}),
		),
		status: 400,
		parts:  `$ref cannot have keywords {'description'}.`,
	},
	{api: "chat", changes: chatForm("x", object(fields{"a": fields{"type": "array"}}, nil)), status: 400,
		parts: `array schema missing items.`},

	{api: "responses", changes: fields{"foo": 1}, status: 400, parts: `"Unknown parameter: 'foo'."`},
	{api: "responses", changes: fields{"messages": []any{}}, status: 400, parts: `Unknown parameter: 'messages'.`},
	{api: "responses", changes: fields{"input": nil}, status: 400, parts: `Missing required parameter: 'input'.`},
	{
		api:     "responses",
		changes: fields{"input": []any{fields{"role": "user", "content": []any{fields{"type": "text", "text": "x"}}}}},
		status:  400,
		parts:   `Invalid value: 'text'.`,
	},
	{api: "responses", changes: fields{"input": []any{fields{"role": "user", "content": []any{fields{"type": "input_text", "text": "x"}}}}},
		status: 200, parts: ``},
	{api: "responses", changes: fields{"max_output_tokens": 5}, status: 400,
		parts: `Expected a value >= 16, but got 5 instead.|integer_below_min_value`},
	{
		api:     "responses",
		changes: fields{"model": "gpt-5", "temperature": 0},
		status:  400,
		parts:   `Unsupported parameter: 'temperature' is not supported with this model.|"code": null`,
	},
	{
		api:     "responses",
		changes: responsesForm(form(fields{"additionalProperties": true})),
		status:  400,
		parts:   `"code": "invalid_json_schema"|"param": "text.format.schema"|Invalid schema for response_format 'x'`,
	},

	{
		api:     "generate",
		changes: fields{"foo": 1},
		status:  400,
		parts:   `Invalid JSON payload received. Unknown name \"foo\": Cannot find field.|google.rpc.BadRequest|"status": "INVALID_ARGUMENT"`,
	},
	{
		api:     "generate",
		changes: fields{"generationConfig": fields{"max_tokens": 1}},
		status:  400,
		parts:   `Unknown name \"maxTokens\" at 'generation_config': Cannot find field.`,
	},
	{api: "generate", changes: fields{"contents": nil}, status: 400, parts: `contents is not specified`},
	{
		api:     "generate",
		changes: fields{"contents": []any{fields{"role": "assistant", "parts": []any{fields{"text": "x"}}}}},
		status:  400,
		parts:   `Please use a valid role: user, model.`,
	},
	{api: "generate", changes: fields{"contents": []any{fields{"role": "user", "parts": []any{}}}}, status: 400,
		parts: `contents.parts must not be empty`},
	{api: "generate", changes: fields{"contents": []any{fields{"role": "user", "content": "x"}}}, status: 400,
		parts: `Unknown name \"content\" at 'contents[0]'`},
	{
		api:     "generate",
		changes: fields{"generationConfig": fields{"responseJsonSchema": fields{"type": "object"}}},
		status:  400,
		parts:   `only allowed when response_mime_type is application/json`,
	},
	{
		api: "generate",
		changes: fields{
			"generationConfig": fields{
				"responseMimeType": "application/json",
				"responseSchema":   fields{"type": "OBJECT", "additionalProperties": false},
			},
		},
		status: 400,
		parts:  `Unknown name \"additionalProperties\" at 'generation_config.response_schema': Cannot find field.`,
	},
	{
		api: "generate",
		changes: fields{
			"generationConfig": fields{
				"responseMimeType": "application/json",
				"responseSchema":   fields{"type": []string{"STRING", "NULL"}},
			},
		},
		status: 400,
		parts:  `Proto field is not repeating, cannot start list.`,
	},
	{api: "generate", changes: fields{"generationConfig": fields{"temperature": 3}}, status: 400,
		parts: `temperature must be in the range [0.0, 2.0]`},
	{
		api: "generate",
		changes: fields{
			"generation_config":  fields{"max_output_tokens": 100, "top_p": 0.5},
			"system_instruction": fields{"parts": []any{fields{"text": "x"}}},
		},
		status: 200,
		parts:  ``,
	},

	{api: "compat", changes: fields{"foo": 1, "model": "anything/at:all", "temperature": 1.9}, status: 200, parts: ``},
	{api: "compat", changes: fields{"messages": []any{}}, status: 400, parts: `empty_array`},
}

func TestHandler_ChecksRequestsAsTheVendorsDo(t *testing.T) {
	for _, r := range refusals {
		a := apiNamed(r.api)
		b := rules()
		got := b.do(t.Context(), a, with(a.body(prompt, false), r.changes))
		if got.status != r.status {
			t.Errorf("%s %v: %d %s", r.api, r.changes, got.status, got.raw)
			continue
		}
		for part := range strings.SplitSeq(r.parts, "|") {
			if !strings.Contains(got.raw, part) {
				t.Errorf("%s %v: %s, want %s", r.api, r.changes, got.raw, part)
			}
		}
		call := b.last(t)
		if (call.Problem == "") != (r.status == 200) || call.Status != r.status || call.Fault != "" || !call.Complete {
			t.Errorf("%s %v: %+v", r.api, r.changes, call)
		}
	}
}

func TestHandler_StreamsOfWrongRequestsAreErrors(t *testing.T) {
	for _, a := range apis {
		body := with(a.body(prompt, false), fields{"foo": 1})
		if family(a) == "compat" {
			body["messages"] = []any{}
		}
		got := rules().do(t.Context(), a, body)
		if got.status != 400 || strings.HasPrefix(got.header.Get("content-type"), "text/event-stream") {
			t.Errorf("%s: %v %v", a.name, got, got.header)
		}
	}
}

func TestHandler_PromptsTooLong(t *testing.T) {
	text := strings.Repeat("four", 210_000)
	for name, want := range map[string]string{
		"messages":         `prompt is too long: 210`,
		"messages stream":  `tokens > 200000 maximum`,
		"compat":           `This model's maximum context length is 128000 tokens`,
		"chat gpt-4o":      `context_length_exceeded`,
		"responses gpt-4o": `Your input exceeds the context window of this model.`,
	} {
		name, model, isOther := strings.Cut(name, " gpt")
		a := apiNamed(name)
		body := a.body(text, false)
		if isOther {
			body["model"] = "gpt" + model
		}
		if strings.HasPrefix(name, "messages") {
			body["model"] = "claude-haiku-4-5" // newer ones take a million
		}
		if got := rules().do(t.Context(), a, body); got.status != 400 || !strings.Contains(got.raw, want) {
			t.Errorf("%s: %d %.300s", name, got.status, got.raw)
		}
	}
	a := apiNamed("generate")
	if got := rules().do(t.Context(), a, a.body(strings.Repeat("four", 1_048_577), false)); !strings.Contains(
		got.raw,
		"The input token count (1048580) exceeds the maximum number of tokens allowed (1048576).",
	) {
		t.Errorf("%d %.300s", got.status, got.raw)
	}
	huge := []byte(
		`{"model": "claude-sonnet-4-6", "max_tokens": 10, "messages": [{"role": "user", "content": "` + strings.Repeat(
			"x",
			32<<20,
		) + `"}]}`,
	)
	if got := rules().do(t.Context(), apiNamed("messages"), huge); got.status != 413 || !strings.Contains(got.raw, "request_too_large") {
		t.Errorf("%d %.300s", got.status, got.raw)
	}
}

func TestHandler_BodiesThatAreNotJSON(t *testing.T) {
	for _, a := range apis {
		for _, body := range []string{"", "{", "nonsense", `[1]`, `"x"`, `{} {}`, strings.Repeat("[", 5000)} {
			b := rules()
			if got := b.do(t.Context(), a, []byte(body)); got.status != 400 || b.last(t).Problem == "" {
				t.Errorf("%s, %.20q: %v", a.name, body, got)
			}
		}
	}
}

func TestHandler_Keys(t *testing.T) {
	missing := map[string]string{
		"messages":  `401 x-api-key header is required`,
		"chat":      `401 You didn't provide an API key`,
		"responses": `401 "code": null`,
		"generate":  `403 PERMISSION_DENIED`,
	}
	wrong := map[string]string{
		"messages":  `401 invalid x-api-key`,
		"chat":      `401 "code": "invalid_api_key"`,
		"responses": `401 invalid_api_key`,
		"generate":  `400 API_KEY_INVALID`,
		"compat":    `401 invalid_api_key`,
	}
	const secret = "invalid-s3cr3t-t4il"
	for _, a := range apis {
		for _, key := range []string{"", "invalid", secret} {
			// A wrong key is seen before all other errors.
			b := always(scenario.Fault{Error: "overloaded"})
			b.key = key
			r := b.request(t.Context(), a, with(a.body(prompt, false), fields{"foo": 1}))
			if key == "" {
				r.Header.Del("Authorization")
			}
			got := b.send(r, a)
			want := wrong[family(a)]
			if key == "" {
				want = missing[family(a)]
			}
			if family(a) == "compat" && key == "" {
				want = "503 server_is_overloaded"
			}
			status, part, _ := strings.Cut(want, " ")
			if fmt.Sprint(got.status) != status || !strings.Contains(got.raw, part) {
				t.Errorf("%s, key %q: %d %s", a.name, key, got.status, got.raw)
			}
			call, err := json.Marshal(b.last(t))
			if err != nil || strings.Contains(got.raw+string(call), "s3cr3t") || strings.Contains(got.raw+string(call), "t4il") {
				t.Errorf("%s: the key is told: %s %s", a.name, got.raw, call)
			}
			if b.last(t).Problem == "" && family(a) != "compat" {
				t.Errorf("%+v", b.last(t))
			}
		}
	}
	// Other places that keys may stand in.
	b := rules()
	a := apiNamed("messages")
	r := b.request(t.Context(), a, a.body(prompt, false))
	r.Header.Del("x-api-key")
	r.Header.Set("Authorization", "Bearer k")
	if got := b.send(r, a); got.status != 200 {
		t.Error(got)
	}
	r = b.request(t.Context(), a, a.body(prompt, false))
	r.Header.Del("anthropic-version")
	if got := b.send(r, a); got.status != 400 || !strings.Contains(got.raw, "anthropic-version: header is required") {
		t.Error(got, got.raw)
	}
	g := apiNamed("generate stream")
	g.path += "&key=k"
	r = b.request(t.Context(), g, g.body(prompt, false))
	r.Header.Del("x-goog-api-key")
	if got := b.send(r, g); got.status != 200 {
		t.Error(got)
	}
}

func TestHandler_ModelsThatAreNot(t *testing.T) {
	g := apiNamed("generate")
	g.path = "/google/v1beta/models/palm-2:generateContent"
	if got := rules().ask(t.Context(), g); got.status != 404 ||
		!strings.Contains(got.raw, "models/palm-2 is not found for API version v1beta") {
		t.Error(got.raw)
	}
}

func TestRoute_Paths(t *testing.T) {
	b := rules()
	get := func(path string, header http.Header) (int, string) {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, b.root+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header = header
		got := b.send(r, api{})
		return got.status, got.raw
	}
	anthropic := http.Header{"X-Api-Key": {"k"}, "Anthropic-Version": {"2023-06-01"}}
	openai := http.Header{"Authorization": {"Bearer k"}}
	google := http.Header{"X-Goog-Api-Key": {"k"}}
	for _, c := range []struct {
		path   string
		header http.Header
		status int
		part   string
	}{
		{"/anthropic/v1/models", anthropic, 200, `"has_more": false`},
		{"/anthropic/v1/models", nil, 401, `x-api-key header is required`},
		{"/openai/v1/models", openai, 200, `"object": "list"`},
		{"/openai/v1/models", nil, 401, `You didn't provide an API key`},
		{"/compat/local/v1/models", nil, 200, `simulated-model`},
		{"/google/v1beta/models", google, 200, `"name": "models/gemini-2.5-flash"`},
		{"/google/v1beta/models", nil, 403, `PERMISSION_DENIED`},
		{"/v1/models", anthropic, 200, `claude-opus-4-6`},
		{"/v1/models", openai, 200, `gpt-4.1`},
		{"/v1beta/models", google, 200, `gemini`},
		{"/anthropic/v1/nothing", anthropic, 404, `"type":"not_found_error"`},
		{"/openai/v1/nothing", openai, 404, `Invalid URL (GET /openai/v1/nothing)`},
		{"/openai/v1/chat/completions", openai, 404, `Invalid URL (GET`},
		{"/compat/local/v1/responses", openai, 404, `Invalid URL`},
		{"/google/v1beta/nothing", google, 404, `"status": "NOT_FOUND"`},
		{"/compat/", nil, 404, `404 page not found`},
		{"/", nil, 404, `404 page not found`},
	} {
		if status, raw := get(c.path, c.header); status != c.status || !strings.Contains(raw, c.part) {
			t.Errorf("%s: %d %s", c.path, status, raw)
		}
	}
	if n := len(b.sim.Calls()); n != 0 {
		t.Errorf("%d calls are in the log", n)
	}
	for name, path := range map[string]string{
		"messages": "/v1/messages", "chat": "/v1/chat/completions", "responses": "/v1/responses",
		"generate": "/v1beta/models/gemini-2.5-flash:generateContent", "generate array": "/v1/models/gemini-2.5-flash:streamGenerateContent",
	} {
		a := apiNamed(name)
		a.path = path
		if got := b.ask(t.Context(), a); got.status != 200 || b.last(t).Provider != a.provider {
			t.Errorf("%s: %v", path, got)
		}
	}
	want := []simulator.EnvVar{
		{"ANTHROPIC_BASE_URL", "http://127.0.0.1:9100/anthropic"},
		{"OPENAI_BASE_URL", "http://127.0.0.1:9100/openai/v1"},
		{"GOOGLE_GEMINI_BASE_URL", "http://127.0.0.1:9100/google"},
	}
	for i, v := range simulator.BaseURLs("http://127.0.0.1:9100/") {
		if v != want[i] {
			t.Errorf("%+v", v)
		}
	}
}
