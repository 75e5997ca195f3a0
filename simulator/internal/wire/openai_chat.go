package wire

import (
	"net/http"
	"strconv"
	"time"

	"github.com/cineforge/cineforge/simulator/internal/jsondoc"
)

// headers returns what every answer carries.
func (d OpenAI) headers(at Moment) http.Header {
	h := http.Header{}
	h.Set("content-type", "application/json")
	h.Set("x-request-id", at.openAIID())
	if d.Compatible {
		return h
	}
	h.Set("openai-version", "2020-10-01")
	h.Set("openai-organization", "simulated-org")
	h.Set("openai-processing-ms", strconv.Itoa(20+at.number("processing", 400)))
	limit := func(name string, limit, left int) {
		h.Set("x-ratelimit-limit-"+name, strconv.Itoa(limit))
		h.Set("x-ratelimit-remaining-"+name, strconv.Itoa(left))
		h.Set("x-ratelimit-reset-"+name, at.Quota.Reset.Round(time.Millisecond).String())
	}
	limit("requests", at.Quota.Requests, at.Quota.RequestsLeft)
	limit("tokens", at.Quota.Tokens, at.Quota.TokensLeft)
	return h
}

func (m Moment) openAIID() string { return "req_" + m.hex("request", 32) }

// Render writes an answer.
func (d OpenAI) Render(a Answer) Script {
	s := Script{Header: d.headers(a.At)}
	if a.Request.Stream {
		s.Header.Set("content-type", "text/event-stream; charset=utf-8")
		s.Header.Set("cache-control", "no-cache")
		s.KeepAlive = []byte(": keep-alive\n\n")
	}
	switch {
	case d.API == Responses && a.Request.Stream:
		s.Frames = responsesStream(a)
	case d.API == Responses:
		s.Frames = []Frame{{Data: append(jsondoc.EncodeIndent(responsesWhole(a)), '\n'), Tokens: Tokens(a.Text)}}
	case a.Request.Stream:
		s.Frames = d.chatStream(a)
	case d.Compatible:
		s.Frames = []Frame{{Data: jsondoc.Encode(d.chatWhole(a)), Tokens: Tokens(a.Text)}}
	default:
		s.Frames = []Frame{{Data: append(jsondoc.EncodeIndent(d.chatWhole(a)), '\n'), Tokens: Tokens(a.Text)}}
	}
	return s
}

func chatFinish(f Finish) string {
	switch f {
	case Length:
		return "length"
	case Filtered, Blocked:
		return "content_filter"
	}
	return "stop"
}

func chatUsage(a Answer) *object {
	u := a.reported()
	return jsondoc.New("prompt_tokens", u.Input, "completion_tokens", u.Output, "total_tokens", u.Input+u.Output,
		"prompt_tokens_details", jsondoc.New("cached_tokens", u.CacheRead, "audio_tokens", 0),
		"completion_tokens_details", jsondoc.New("reasoning_tokens", u.Thinking, "audio_tokens", 0,
			"accepted_prediction_tokens", 0, "rejected_prediction_tokens", 0))
}

// chatShell returns what a completion and its chunks have in common.
func (d OpenAI) chatShell(a Answer, kind string) *object {
	return jsondoc.New("id", "chatcmpl-"+a.At.base62("completion", 29), "object", kind, "created", int(a.At.Now.Unix()), "model", a.Model)
}

// chatMarks adds what OpenAI adds, and others leave out.
func (d OpenAI) chatMarks(o *object, a Answer) *object {
	if d.Compatible {
		return o
	}
	return o.Set("service_tier", "default").Set("system_fingerprint", "fp_"+a.At.hex("fingerprint", 10))
}

func (d OpenAI) chatWhole(a Answer) *object {
	message := jsondoc.New("role", "assistant", "content", a.Text, "refusal", nil)
	if a.Finish == Refused {
		message.Set("content", nil).Set("refusal", a.Text)
	}
	if !d.Compatible {
		message.Set("annotations", []any{})
	}
	choice := jsondoc.New("index", 0, "message", message, "logprobs", nil, "finish_reason", chatFinish(a.Finish))
	return d.chatMarks(d.chatShell(a, "chat.completion").Set("choices", []any{choice}).Set("usage", chatUsage(a)), a)
}

// chatChunk returns a chunk of a stream.
func (d OpenAI) chatChunk(a Answer, tokens int, choices []any, usage any) Frame {
	chunk := d.chatMarks(d.chatShell(a, "chat.completion.chunk"), a).Set("choices", choices)
	if a.Request.Usage {
		chunk.Set("usage", usage)
	}
	return dataFrame(jsondoc.Encode(chunk), tokens)
}

// chatDelta returns a chunk that continues the answer.
func (d OpenAI) chatDelta(a Answer, tokens int, finish any, delta *object) Frame {
	return d.chatChunk(a, tokens, []any{jsondoc.New("index", 0, "delta", delta, "logprobs", nil, "finish_reason", finish)}, nil)
}

// Event writes one more event into a stream: a delta with a piece of text or without
// any, or in the Responses API the state of the response.
func (d OpenAI) Event(a Answer, text string, frames int) []byte {
	if d.API == Responses {
		return responsesMore(a, text, frames)
	}
	delta := &object{}
	if text != "" {
		delta.Set("content", text)
	}
	return d.chatDelta(a, 0, nil, delta).Data
}

func (d OpenAI) chatStream(a Answer) []Frame {
	var frames []Frame
	delta := func(tokens int, finish any, pairs ...any) {
		frames = append(frames, d.chatDelta(a, tokens, finish, jsondoc.New(pairs...)))
	}
	field := "content"
	if a.Finish == Refused {
		field = "refusal"
		delta(0, nil, "role", "assistant", "refusal", "")
	} else {
		delta(0, nil, "role", "assistant", "content", "", "refusal", nil)
	}
	for _, p := range a.textPieces(a.Break) {
		delta(p.tokens, nil, field, p.text)
		frames[len(frames)-1].Text = true
	}
	delta(0, chatFinish(a.Finish))
	if a.Request.Usage {
		frames = append(frames, d.chatChunk(a, 0, []any{}, chatUsage(a)))
	}
	return append(frames, Frame{Data: []byte("data: [DONE]\n\n")})
}

func dataFrame(json []byte, tokens int) Frame {
	data := make([]byte, 0, len(json)+8)
	data = append(append(append(data, "data: "...), json...), "\n\n"...)
	return Frame{Data: data, Tokens: tokens}
}
