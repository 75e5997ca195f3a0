package wire

import (
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"github.com/cineforge/cineforge/simulator/internal/jsondoc"
	"github.com/cineforge/cineforge/simulator/internal/schema"
)

// Anthropic is the Messages API.
type Anthropic struct{}

var _ Dialect = Anthropic{}

// The fields of a request, and those that need an anthropic-beta header.
const (
	anthropicFields = `model messages max_tokens metadata stop_sequences stream system temperature thinking
		tool_choice tools top_k top_p service_tier container output_config cache_control inference_geo speed diagnostics`
	anthropicBeta    = `output_format context_management mcp_servers fallbacks fallback_credit_token compaction`
	anthropicOutput  = `format effort task_budget`
	anthropicMessage = `role content`
)

// Decode reads a request and checks it in the order in which the API does.
func (Anthropic) Decode(r *http.Request, body []byte) Request {
	req := Request{API: Messages, MaxTokens: -1}
	o, err := decode(body)
	if err == nil {
		anthropicFill(&req, o)
	}
	req.Problem = anthropicHeaders(r)
	switch {
	case req.Problem != nil:
	case len(body) > MaxBody:
		req.Problem = &Problem{Status: 413, Type: "request_too_large", Message: "Request exceeds the maximum size"}
	case err != nil:
		req.Problem = invalid("The request body is not valid JSON: " + err.Error())
	case o == nil:
		req.Problem = invalid("Input should be a valid dictionary")
	default:
		req.Problem = anthropicCheck(r, o, req)
	}
	return req
}

// anthropicWindow is how many tokens a model takes, as its page in the vendor's
// overview of models says: a million from version 4.6 on, else 200,000.
func anthropicWindow(model string) int {
	if anthropicVersion(model) >= 46 {
		return 1_000_000
	}
	return 200_000
}

// MaxBody is the largest request that is read, in bytes.
const MaxBody = 32 << 20

func anthropicFill(req *Request, o *object) {
	req.Model, req.Stream = o.Text("model"), o.Bool("stream")
	req.MaxTokens = limitOf(o, "max_tokens")
	var m material
	for _, t := range o.List("tools") {
		tool, _ := t.(*object)
		m.add(string(jsondoc.Encode(t)), tool.Child("cache_control"))
	}
	if o.Has("system") {
		m.content(o.Get("system"))
	}
	m.system = m.text.Len()
	for _, v := range o.List("messages") {
		message, _ := v.(*object)
		said := m.content(message.Get("content"))
		if message.Text("role") == "user" {
			m.last = said
		}
	}
	if cache := o.Child("cache_control"); cache != nil {
		m.add("", cache) // the API itself puts the mark at the end
	}
	m.fill(req)
	if kind := o.Child("thinking").Text("type"); kind == "enabled" || kind == "adaptive" {
		req.Shown = true
		req.Thinking = Tokens(anthropicThought(req.Last))
	}
	format := anthropicFormat(o)
	if s, err := schema.New(format.Get("schema")); err == nil {
		req.Schema = &s
		req.JSON = true
	}
}

// anthropicFormat returns the output format that a request asks for, or nil.
func anthropicFormat(o *object) *object {
	if f := o.Child("output_config").Child("format"); f != nil {
		return f
	}
	return o.Child("output_format")
}

func invalid(message string) *Problem {
	return &Problem{Status: 400, Type: "invalid_request_error", Message: message}
}

func anthropicHeaders(r *http.Request) *Problem {
	key := r.Header.Get("x-api-key")
	if key == "" {
		key = bearer(r.Header.Get("authorization"))
	}
	switch version := r.Header.Get("anthropic-version"); {
	case key == "":
		return &Problem{Status: 401, Type: "authentication_error", Message: "x-api-key header is required", Credential: true}
	case rejected(key):
		return &Problem{Status: 401, Type: "authentication_error", Message: "invalid x-api-key", Credential: true}
	case version == "":
		return invalid("anthropic-version: header is required")
	case version != "2023-06-01" && version != "2023-01-01":
		return invalid(fmt.Sprintf("anthropic-version: %q is not a valid version", version))
	}
	return nil
}

func anthropicCheck(r *http.Request, o *object, req Request) *Problem {
	beta := r.Header.Get("anthropic-beta") != ""
	for _, key := range o.Keys() {
		if !listed(anthropicFields, key) && (!beta || !listed(anthropicBeta, key)) {
			return invalid(key + ": Extra inputs are not permitted")
		}
	}
	for _, key := range []string{"model", "max_tokens", "messages"} {
		if o.Get(key) == nil {
			return invalid(key + ": Field required")
		}
	}
	if p := anthropicMessages(o); p != nil {
		return p
	}
	if p := anthropicValues(o); p != nil {
		return p
	}
	if !strings.HasPrefix(req.Model, "claude-") {
		return &Problem{Status: 404, Type: "not_found_error", Message: "model: " + req.Model}
	}
	if p := anthropicModel(o, req); p != nil {
		return p
	}
	if p := anthropicSchema(o); p != nil {
		return p
	}
	if n, window := req.InputTokens(), anthropicWindow(req.Model); n > window {
		return invalid(fmt.Sprintf("prompt is too long: %d tokens > %d maximum", n, window))
	}
	return nil
}

func anthropicMessages(o *object) *Problem {
	messages, ok := o.Get("messages").([]any)
	switch {
	case !ok:
		return invalid("messages: Input should be a valid list")
	case len(messages) == 0:
		return invalid("messages: at least one message is required")
	}
	for i, v := range messages {
		at := fmt.Sprintf("messages.%d", i)
		m, ok := v.(*object)
		if !ok {
			return invalid(at + ": Input should be a valid dictionary")
		}
		if key := unknownKey(m, anthropicMessage); key != "" {
			return invalid(at + "." + key + ": Extra inputs are not permitted")
		}
		switch role := m.Text("role"); {
		case role == "system":
			return invalid(
				"messages: Unexpected role \"system\". The Messages API accepts a top-level `system` parameter, not \"system\" as an input message role.",
			)
		case role != "user" && role != "assistant":
			return invalid(at + ".role: Input should be 'user' or 'assistant'")
		case m.Get("content") == nil:
			return invalid(at + ".content: Field required")
		}
		if p := anthropicContent(at, m.Get("content"), i == len(messages)-1 && m.Text("role") == "assistant"); p != nil {
			return p
		}
	}
	return nil
}

// anthropicContent checks a message's content; that of a last assistant message may be empty.
func anthropicContent(at string, v any, last bool) *Problem {
	const empty = ": all messages must have non-empty content except for the optional final assistant message"
	switch v := v.(type) {
	case string:
		if v == "" && !last {
			return invalid(at + empty)
		}
	case []any:
		if len(v) == 0 && !last {
			return invalid(at + empty)
		}
		for i, b := range v {
			block, _ := b.(*object)
			if block.Text("type") == "" {
				return invalid(fmt.Sprintf("%s.content.%d.type: Field required", at, i))
			}
			if text, isText := block.Get("text").(string); block.Text("type") == "text" && (!isText || text == "") {
				return invalid("messages: text content blocks must be non-empty")
			}
		}
	default:
		return invalid(at + ".content: Input should be a valid string or list")
	}
	return nil
}

func anthropicValues(o *object) *Problem {
	n, ok := whole(o, "max_tokens")
	switch {
	case !ok:
		return invalid("max_tokens: Input should be a valid integer")
	case n < 0:
		return invalid("max_tokens: Input should be greater than or equal to 0")
	}
	if v, isBool := o.Get("stream").(bool); o.Get("stream") != nil && !isBool {
		return invalid(fmt.Sprintf("stream: Input should be a valid boolean, not %v", v))
	}
	for _, key := range []string{"temperature", "top_p"} {
		if f, ok := o.Float(key); o.Get(key) != nil && (!ok || f < 0 || f > 1) {
			return invalid(key + ": range: 0..1")
		}
	}
	if key := unknownKey(o.Child("output_config"), anthropicOutput); key != "" {
		return invalid("output_config." + key + ": Extra inputs are not permitted")
	}
	t := o.Child("thinking")
	if t.Text("type") != "enabled" {
		return nil
	}
	budget, ok := whole(t, "budget_tokens")
	switch f, set := o.Float("temperature"); {
	case !ok:
		return invalid("thinking.enabled.budget_tokens: Field required")
	case budget < 1024:
		return invalid("thinking.enabled.budget_tokens: Input should be greater than or equal to 1024")
	case n <= budget:
		return invalid(
			"`max_tokens` must be greater than `thinking.budget_tokens`. Please consult our documentation at https://docs.claude.com/en/docs/build-with-claude/extended-thinking#max-tokens-and-context-window-size",
		)
	case set && f != 1:
		return invalid("`temperature` may only be set to 1 when thinking is enabled.")
	}
	return nil
}

// anthropicLimits are the output limits of models by the beginning of their names.
var anthropicLimits = []struct {
	prefix string
	tokens int
}{
	{"claude-opus-4-6", 128_000}, {"claude-opus-4-5", 64_000}, {"claude-opus-4-1", 32_000}, {"claude-opus-4-2", 32_000},
	{
		"claude-opus-4-0",
		32_000,
	}, {"claude-sonnet-4-6", 128_000}, {"claude-sonnet-4", 64_000}, {"claude-haiku-4", 64_000}, {"claude-3-7", 64_000},
	{"claude-3-5", 8192}, {"claude-3-", 4096}, {"claude-", 128_000},
}

var claudeVersion = regexp.MustCompile(`^claude-[a-z]+-(\d+)(?:-(\d)(?:-|$))?`)

// anthropicVersion returns a model's version as 46 for 4.6, or 0 for the old names.
func anthropicVersion(model string) int {
	m := claudeVersion.FindStringSubmatch(model)
	if m == nil {
		return 0
	}
	major, _ := strconv.Atoi(m[1])
	minor, _ := strconv.Atoi(m[2])
	return major*10 + minor
}

func anthropicModel(o *object, req Request) *Problem {
	for _, limit := range anthropicLimits {
		if !strings.HasPrefix(req.Model, limit.prefix) {
			continue
		}
		if req.MaxTokens > limit.tokens {
			return invalid(
				fmt.Sprintf(
					"max_tokens: %d > %d, which is the maximum allowed number of output tokens for %s",
					req.MaxTokens,
					limit.tokens,
					req.Model,
				),
			)
		}
		break
	}
	messages := o.List("messages")
	last, _ := messages[len(messages)-1].(*object)
	if last.Text("role") == "assistant" && anthropicVersion(req.Model) >= 46 {
		return invalid(noPrefill)
	}
	if o.Get("temperature") != nil && o.Get("top_p") != nil && anthropicVersion(req.Model) >= 41 {
		return invalid(oneSampler)
	}
	return nil
}

// What the API says to requests of a shape that newer models do not take.
const (
	noPrefill  = "This model does not support assistant message prefill. The conversation must end with a user message."
	oneSampler = "`temperature` and `top_p` cannot both be specified for this model. Please use only one."
)
