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
	{"messages", fields{"foo": 1}, 400, `"foo: Extra inputs are not permitted"`},
	{"messages", fields{"output_format": fields{}}, 400, `output_format: Extra inputs are not permitted`},
	{"messages", fields{"model": nil}, 400, `model: Field required`},
	{"messages", fields{"model": "gpt-4.1"}, 404, `"not_found_error","message":"model: gpt-4.1"`},
	{"messages", fields{"max_tokens": nil}, 400, `max_tokens: Field required`},
	{"messages", fields{"max_tokens": "many"}, 400, `max_tokens: Input should be a valid integer`},
	{
		"messages",
		fields{"max_tokens": 200000},
		400,
		`max_tokens: 200000 > 128000, which is the maximum allowed number of output tokens for claude-sonnet-4-6`,
	},
	{"messages", fields{"max_tokens": 200000, "model": "claude-opus-4-6"}, 400, `200000 > 128000`},
	{"messages", fields{"max_tokens": 64001, "model": "claude-haiku-4-5-20251001"}, 400, `64001 > 64000`},
	{"messages", fields{"max_tokens": 100000, "model": "claude-opus-4-6"}, 200, ``},
	{"messages", fields{"messages": []any{}}, 400, `messages: at least one message is required`},
	{"messages", fields{"messages": "hello"}, 400, `messages: Input should be a valid list`},
	{"messages", fields{"messages": []any{fields{"role": "system", "content": "x"}}}, 400, `Unexpected role`},
	{"messages", fields{"messages": []any{fields{"role": "user", "content": ""}}}, 400, `non-empty content`},
	{"messages", fields{"messages": []any{fields{"role": "user"}}}, 400, `messages.0.content: Field required`},
	{
		"messages",
		fields{"messages": []any{fields{"role": "user", "content": []any{fields{"type": "text", "text": ""}}}}},
		400,
		`text content blocks must be non-empty`,
	},
	{
		"messages",
		fields{"messages": []any{fields{"role": "user", "content": "x"}, fields{"role": "assistant", "content": "{"}}},
		400,
		`does not support assistant message prefill`,
	},
	{
		"messages",
		fields{
			"model":    "claude-haiku-4-5",
			"messages": []any{fields{"role": "user", "content": "x"}, fields{"role": "assistant", "content": "{"}},
		},
		200,
		``,
	},
	{"messages", fields{"temperature": 1.5}, 400, `temperature: range: 0..1`},
	{"messages", fields{"temperature": 0.5, "top_p": 0.5}, 400, "`temperature` and `top_p` cannot both be specified"},
	{"messages", fields{"thinking": fields{"type": "enabled", "budget_tokens": 100}}, 400, `greater than or equal to 1024`},
	{"messages", fields{"thinking": fields{"type": "enabled", "budget_tokens": 2000}}, 400, "`max_tokens` must be greater"},
	{
		"messages",
		anthropicForm(form(fields{"additionalProperties": nil})),
		400,
		`output_config.format.schema: For 'object' type, 'additionalProperties' must be explicitly set to false"`,
	},
	{"messages", anthropicForm(object(fields{"a": fields{"type": "object", "properties": fields{}}}, nil)), 400, `(at properties.a)`},
	{
		"messages",
		anthropicForm(object(fields{"a": fields{"type": "number", "minimum": 0, "maximum": 1}}, nil)),
		400,
		`For 'number' type, properties maximum, minimum are not supported (at properties.a)`,
	},
	{
		"messages",
		anthropicForm(object(fields{"a": fields{"type": []string{"string", "null"}, "maxLength": 9}}, nil)),
		400,
		`property 'maxLength' is not supported`,
	},
	{
		"messages",
		anthropicForm(object(fields{"a": fields{"type": "array", "maxItems": 3, "items": fields{"type": "string"}}}, nil)),
		400,
		`'maxItems'`,
	},
	{
		"messages",
		anthropicForm(object(fields{"a": fields{"type": "array", "minItems": 2, "items": fields{"type": "string"}}}, nil)),
		400,
		`'minItems' values other than 0 or 1`,
	},
	{
		"messages",
		anthropicForm(object(fields{"a": fields{"type": "array", "items": fields{"$ref": "#"}}}, nil)),
		400,
		`Recursive schemas are not supported`,
	},
	{
		"messages",
		anthropicForm(
			object(
				fields{"a": fields{"$ref": "#/$defs/n"}},
				fields{
					"$defs": fields{
						"n": object(fields{"next": fields{"anyOf": []any{fields{"$ref": "#/$defs/n"}, fields{"type": "null"}}}}, nil),
					},
				},
			),
		),
		400,
		`Recursive schemas are not supported`,
	},
	{
		"messages",
		anthropicForm(
			object(
				fields{"a": fields{"$ref": "#/$defs/n"}, "b": fields{"$ref": "#/$defs/n"}},
				fields{"$defs": fields{"n": fields{"type": "string"}}},
			),
		),
		200,
		``,
	},

	{"chat", fields{"foo": 1}, 400, `"Unknown parameter: 'foo'."|"param": "foo"|"code": "unknown_parameter"`},
	{"chat", fields{"model": nil}, 400, `you must provide a model parameter`},
	{"chat", fields{"model": "claude-sonnet-4-6"}, 404, "The model `claude-sonnet-4-6` does not exist|" + `"code": "model_not_found"`},
	{"chat", fields{"messages": nil}, 400, `missing_required_parameter|"param": "messages"`},
	{"chat", fields{"messages": []any{}}, 400, `empty_array`},
	{
		"chat",
		fields{"messages": []any{fields{"role": "model", "content": "x"}}},
		400,
		`Invalid value: 'model'.|"param": "messages[0].role"`,
	},
	{
		"chat",
		fields{"messages": []any{fields{"role": "user", "content": []any{fields{"type": "input_text", "text": "x"}}}}},
		400,
		`Invalid value: 'input_text'.`,
	},
	{
		"chat",
		fields{"model": "gpt-5", "max_tokens": 100},
		400,
		`Use 'max_completion_tokens' instead.|"code": "unsupported_parameter"|"param": "max_tokens"`,
	},
	{"chat", fields{"model": "o3", "max_tokens": 100}, 400, `unsupported_parameter`},
	{
		"chat",
		fields{"model": "gpt-5.2", "temperature": 0.2},
		400,
		`'temperature' does not support 0.2 with this model|"code": "unsupported_value"`,
	},
	{"chat", fields{"model": "gpt-5.2", "temperature": 1}, 200, ``},
	{"chat", fields{"temperature": 0.2, "max_tokens": 100}, 200, ``},
	{"chat", fields{"temperature": 3}, 400, `decimal_above_max_value`},
	{"chat", fields{"max_tokens": 40000}, 400, `This model supports at most 32768 completion tokens`},
	{"chat", fields{"stream_options": fields{"include_usage": true}}, 400, `only allowed when 'stream' is enabled`},
	{"chat", fields{"response_format": fields{"type": "json_object"}}, 400, `must contain the word 'json'`},
	{"chat", fields{"response_format": fields{"type": "yaml"}}, 400, `Supported values are: 'json_object', 'json_schema', and 'text'.`},
	{"chat", chatForm("bad name", form(nil)), 400, `does not match pattern|response_format.json_schema.name`},
	{"chat", chatForm(strings.Repeat("n", 65), form(nil)), 400, `string_above_max_length`},
	{"chat", chatForm("x", fields{"type": "array"}), 400, `got 'type: \"array\"'|"param": "response_format"|"code": null`},
	{
		"chat",
		chatForm("x", form(fields{"additionalProperties": nil})),
		400,
		`Invalid schema for response_format 'x': In context=(), 'additionalProperties' is required to be supplied and to be false.`,
	},
	{"chat", chatForm("x", form(fields{"required": []string{"title", "score"}})), 400, `Missing 'beats'.`},
	{
		"chat",
		chatForm("x", object(fields{"a": object(fields{"b": fields{"type": "string"}}, fields{"required": []string{}})}, nil)),
		400,
		`In context=('properties', 'a'), 'required' is required|Missing 'b'.`,
	},
	{"chat", chatForm("x", object(fields{"a": fields{"type": "string", "minLength": 3}}, nil)), 400, `'minLength' is not permitted.`},
	{
		"chat",
		chatForm(
			"x",
			object(fields{"a": fields{"$ref": "#/$defs/n", "description": "x"}}, fields{"$defs": fields{"n": fields{"type": "string"}}}),
		),
		400,
		`$ref cannot have keywords {'description'}.`,
	},
	{"chat", chatForm("x", object(fields{"a": fields{"type": "array"}}, nil)), 400, `array schema missing items.`},

	{"responses", fields{"foo": 1}, 400, `"Unknown parameter: 'foo'."`},
	{"responses", fields{"messages": []any{}}, 400, `Unknown parameter: 'messages'.`},
	{"responses", fields{"input": nil}, 400, `Missing required parameter: 'input'.`},
	{
		"responses",
		fields{"input": []any{fields{"role": "user", "content": []any{fields{"type": "text", "text": "x"}}}}},
		400,
		`Invalid value: 'text'.`,
	},
	{"responses", fields{"input": []any{fields{"role": "user", "content": []any{fields{"type": "input_text", "text": "x"}}}}}, 200, ``},
	{"responses", fields{"max_output_tokens": 5}, 400, `Expected a value >= 16, but got 5 instead.|integer_below_min_value`},
	{
		"responses",
		fields{"model": "gpt-5", "temperature": 0},
		400,
		`Unsupported parameter: 'temperature' is not supported with this model.|"code": null`,
	},
	{
		"responses",
		responsesForm(form(fields{"additionalProperties": true})),
		400,
		`"code": "invalid_json_schema"|"param": "text.format.schema"|Invalid schema for response_format 'x'`,
	},

	{
		"generate",
		fields{"foo": 1},
		400,
		`Invalid JSON payload received. Unknown name \"foo\": Cannot find field.|google.rpc.BadRequest|"status": "INVALID_ARGUMENT"`,
	},
	{
		"generate",
		fields{"generationConfig": fields{"max_tokens": 1}},
		400,
		`Unknown name \"maxTokens\" at 'generation_config': Cannot find field.`,
	},
	{"generate", fields{"contents": nil}, 400, `contents is not specified`},
	{
		"generate",
		fields{"contents": []any{fields{"role": "assistant", "parts": []any{fields{"text": "x"}}}}},
		400,
		`Please use a valid role: user, model.`,
	},
	{"generate", fields{"contents": []any{fields{"role": "user", "parts": []any{}}}}, 400, `contents.parts must not be empty`},
	{"generate", fields{"contents": []any{fields{"role": "user", "content": "x"}}}, 400, `Unknown name \"content\" at 'contents[0]'`},
	{
		"generate",
		fields{"generationConfig": fields{"responseJsonSchema": fields{"type": "object"}}},
		400,
		`only allowed when response_mime_type is application/json`,
	},
	{
		"generate",
		fields{
			"generationConfig": fields{
				"responseMimeType": "application/json",
				"responseSchema":   fields{"type": "OBJECT", "additionalProperties": false},
			},
		},
		400,
		`Unknown name \"additionalProperties\" at 'generation_config.response_schema': Cannot find field.`,
	},
	{
		"generate",
		fields{
			"generationConfig": fields{
				"responseMimeType": "application/json",
				"responseSchema":   fields{"type": []string{"STRING", "NULL"}},
			},
		},
		400,
		`Proto field is not repeating, cannot start list.`,
	},
	{"generate", fields{"generationConfig": fields{"temperature": 3}}, 400, `temperature must be in the range [0.0, 2.0]`},
	{
		"generate",
		fields{
			"generation_config":  fields{"max_output_tokens": 100, "top_p": 0.5},
			"system_instruction": fields{"parts": []any{fields{"text": "x"}}},
		},
		200,
		``,
	},

	{"compat", fields{"foo": 1, "model": "anything/at:all", "temperature": 1.9}, 200, ``},
	{"compat", fields{"messages": []any{}}, 400, `empty_array`},
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
	b, a := rules(), apiNamed("messages")
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
