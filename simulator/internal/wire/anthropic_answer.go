package wire

import (
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/cineforge/cineforge/simulator/internal/jsondoc"
)

// headers returns what every answer of the API carries.
func (Anthropic) headers(at Moment) http.Header {
	h := http.Header{}
	reset := at.Now.Add(at.Quota.Reset).UTC().Format(time.RFC3339)
	limit := func(name string, limit, left int) {
		h.Set("anthropic-ratelimit-"+name+"-limit", strconv.Itoa(limit))
		h.Set("anthropic-ratelimit-"+name+"-remaining", strconv.Itoa(left))
		h.Set("anthropic-ratelimit-"+name+"-reset", reset)
	}
	limit("requests", at.Quota.Requests, at.Quota.RequestsLeft)
	limit("input-tokens", at.Quota.Tokens, at.Quota.TokensLeft)
	limit("output-tokens", at.Quota.Tokens/5, at.Quota.TokensLeft/5)
	limit("tokens", at.Quota.Tokens+at.Quota.Tokens/5, at.Quota.TokensLeft+at.Quota.TokensLeft/5)
	h.Set("request-id", at.anthropicID())
	h.Set("anthropic-organization-id", "00000000-0000-4000-8000-000000000000")
	h.Set("content-type", "application/json")
	return h
}

func (m Moment) anthropicID() string { return "req_011C" + m.base62("request", 20) }

// Render writes an answer.
func (d Anthropic) Render(a Answer) Script {
	h := d.headers(a.At)
	if a.Request.Stream {
		h.Set("content-type", "text/event-stream; charset=utf-8")
		h.Set("cache-control", "no-cache")
		return Script{Header: h, Frames: anthropicStream(a), KeepAlive: anthropicEvent(jsondoc.New("type", "ping"))}
	}
	content := []any{}
	if a.Request.Shown && a.Usage.Thinking > 0 {
		content = append(content, jsondoc.New("type", "thinking", "thinking", anthropicThinking(a), "signature", anthropicSignature(a)))
	}
	if a.Text != "" {
		content = append(content, jsondoc.New("type", "text", "text", a.Text))
	}
	m := anthropicShell(a).Set("content", content).Set("stop_reason", anthropicStop(a)).Set("stop_details", anthropicDetails(a))
	m.Set("usage", anthropicUsage(a).Set("output_tokens", a.reported().Output))
	return Script{Header: h, Frames: []Frame{{Data: jsondoc.Encode(m), Tokens: a.Usage.Output}}}
}

// anthropicShell returns a message without content.
func anthropicShell(a Answer) *object {
	return jsondoc.New("model", a.Model, "id", "msg_01"+a.At.base62("message", 22), "type", "message", "role", "assistant",
		"content", []any{}, "stop_reason", nil, "stop_sequence", nil, "stop_details", nil)
}

func anthropicUsage(a Answer) *object {
	u := a.reported()
	return jsondoc.New("input_tokens", u.Input-u.CacheRead-u.CacheWrite,
		"cache_creation_input_tokens", u.CacheWrite, "cache_read_input_tokens", u.CacheRead,
		"cache_creation", jsondoc.New("ephemeral_5m_input_tokens", u.CacheWrite, "ephemeral_1h_input_tokens", 0),
		"output_tokens", 1, "service_tier", "standard", "inference_geo", "not_available")
}

func anthropicStop(a Answer) string {
	switch a.Finish {
	case Length:
		return "max_tokens"
	case Refused:
		return "refusal"
	}
	return "end_turn"
}

func anthropicDetails(a Answer) any {
	if a.Finish != Refused {
		return nil
	}
	return jsondoc.New("type", "refusal", "category", "general_harms", "explanation", "The request was declined.")
}

// anthropicThought returns what a model thinks of a question.
func anthropicThought(question string) string { return Head("The question is: "+question, 40) }

// anthropicThinking returns the thought of an answer, as much as was allowed.
func anthropicThinking(a Answer) string {
	return Head(anthropicThought(a.Request.Last), a.Usage.Thinking)
}

func anthropicSignature(a Answer) string { return "EqQB" + a.At.base62("signature", 60) + "==" }

func anthropicEvent(data *object) []byte {
	return fmt.Appendf(nil, "event: %s\ndata: %s\n\n", data.Text("type"), jsondoc.Encode(data))
}

func anthropicStream(a Answer) []Frame {
	var frames []Frame
	add := func(tokens int, pairs ...any) {
		frames = append(frames, Frame{Data: anthropicEvent(jsondoc.New(pairs...)), Tokens: tokens})
	}
	delta := func(tokens, index int, kind, field, text string) {
		add(tokens, "type", "content_block_delta", "index", index, "delta", jsondoc.New("type", kind, field, text))
	}
	add(0, "type", "message_start", "message", anthropicShell(a).Set("usage", anthropicUsage(a)))
	index := 0
	begin := func(block *object) {
		add(0, "type", "content_block_start", "index", index, "content_block", block)
		if index == 0 {
			add(0, "type", "ping")
		}
	}
	end := func() {
		add(0, "type", "content_block_stop", "index", index)
		index++
	}
	if a.Request.Shown && a.Usage.Thinking > 0 {
		begin(jsondoc.New("type", "thinking", "thinking", "", "signature", ""))
		for _, p := range pieces(anthropicThinking(a), a.Break) {
			delta(p.tokens, index, "thinking_delta", "thinking", p.text)
		}
		delta(0, index, "signature_delta", "signature", anthropicSignature(a))
		end()
	}
	if a.Text != "" {
		begin(jsondoc.New("type", "text", "text", ""))
		for _, p := range a.textPieces(a.Break - a.Usage.Thinking) {
			delta(p.tokens, index, "text_delta", "text", p.text)
			frames[len(frames)-1].Text = true
		}
		end()
	}
	u := a.reported()
	add(0, "type", "message_delta",
		"delta", jsondoc.New("stop_reason", anthropicStop(a), "stop_sequence", nil, "stop_details", anthropicDetails(a)),
		"usage", jsondoc.New("input_tokens", u.Input-u.CacheRead-u.CacheWrite, "cache_creation_input_tokens", u.CacheWrite,
			"cache_read_input_tokens", u.CacheRead, "output_tokens", u.Output))
	add(0, "type", "message_stop")
	return frames
}

// Event writes one more event into a stream: a ping, or a piece of text for the text block.
func (Anthropic) Event(a Answer, text string, _ int) []byte {
	if text == "" {
		return anthropicEvent(jsondoc.New("type", "ping"))
	}
	index := 0
	if a.Request.Shown && a.Usage.Thinking > 0 {
		index = 1
	}
	return anthropicEvent(
		jsondoc.New("type", "content_block_delta", "index", index, "delta", jsondoc.New("type", "text_delta", "text", text)),
	)
}

// RenderError writes an error.
func (d Anthropic) RenderError(p Problem, _ Request, at Moment) Reply {
	h := d.headers(at)
	mute(h, p)
	if p.RetryAfter > 0 {
		h.Set("retry-after", strconv.Itoa(seconds(p.RetryAfter)))
	}
	h.Set("x-should-retry", strconv.FormatBool(p.Status == 408 || p.Status == 409 || p.Status == 429 || p.Status >= 500))
	if p.Page != "" {
		return Reply{Status: p.Status, Header: http.Header{"Content-Type": {p.ContentType}}, Body: []byte(p.Page)}
	}
	return Reply{Status: p.Status, Header: h, Body: jsondoc.Encode(jsondoc.New("type", "error",
		"error", jsondoc.New("type", p.Type, "message", p.Message), "request_id", at.anthropicID()))}
}

// Interrupt writes an error into a stream.
func (Anthropic) Interrupt(p Problem, a Answer, _ int) []byte {
	return anthropicEvent(jsondoc.New("type", "error",
		"error", jsondoc.New("details", nil, "type", p.Type, "message", p.Message), "request_id", a.At.anthropicID()))
}

// NamedProblem returns the error of a name.
func (Anthropic) NamedProblem(name string, r Request, at Moment) Problem {
	switch name {
	case "overloaded":
		return Problem{Status: 529, Type: "overloaded_error", Message: "Overloaded"}
	case "rate_limit":
		return Problem{
			Status: 429,
			Type:   "rate_limit_error",
			Message: fmt.Sprintf(
				"This request would exceed the rate limit for your organization of %d requests per minute. For details, refer to: https://docs.claude.com/en/api/rate-limits. You can see the response headers for current usage. Please reduce the prompt length or the maximum tokens requested, or try again later. You may also contact sales at https://www.anthropic.com/contact-sales to discuss your options for a rate limit increase.",
				at.Quota.Requests,
			),
		}
	case "quota_exhausted":
		return *invalid("You have reached your specified API usage limits. You will regain access on " + nextMonth(at.Now).Format("2006-01-02") +
			" at 00:00 UTC.")
	case "billing":
		return *invalid("Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits.")
	case "server_error":
		return Problem{Status: 500, Type: "api_error", Message: "Internal server error"}
	case "unavailable":
		return Problem{Status: 503, Type: "api_error", Message: "Service temporarily unavailable"}
	case "auth":
		return Problem{Status: 401, Type: "authentication_error", Message: "invalid x-api-key", Credential: true}
	case "permission":
		return Problem{
			Status:  403,
			Type:    "permission_error",
			Message: "Your API key does not have permission to use the specified resource.",
		}
	case "not_found":
		return Problem{Status: 404, Type: "not_found_error", Message: "model: " + r.Model}
	case "context_length":
		size, window := at.tooMuch(r, anthropicWindow(r.Model))
		return *invalid(fmt.Sprintf("prompt is too long: %d tokens > %d maximum", size, window))
	case "content_filter":
		return *invalid("Output blocked by content filtering policy")
	case "unsupported_parameter":
		return *invalid(oneSampler)
	case "prefill":
		return *invalid(noPrefill)
	case "bad_gateway", "gateway_timeout":
		return page(name)
	}
	return *invalid("messages.0.content.0.type: Field required")
}

// nextMonth returns the first moment of the month after a time.
func nextMonth(t time.Time) time.Time {
	year, month, _ := t.UTC().Date()
	return time.Date(year, month+1, 1, 0, 0, 0, 0, time.UTC)
}
