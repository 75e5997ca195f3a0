package wire_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/llm"
	"github.com/cineforge/cineforge/llm/anthropic"
	"github.com/cineforge/cineforge/llm/gemini"
	"github.com/cineforge/cineforge/llm/openai"
	"github.com/cineforge/cineforge/llm/wire"
)

// format is how the answers of an adapter look.
type format struct {
	model  func(wire.Endpoint) llm.Model
	begin  string // its first event
	text   string // of a piece of text, a JSON string
	finish string // the events of its end, up to the last one
	last   string // that one, without its line ends
}

// formats are those of all adapters.
var formats = map[string]format{
	"anthropic": {
		model: func(e wire.Endpoint) llm.Model { return anthropic.New(e) },
		begin: `event: message_start` + "\n" +
			`data: {"type":"message_start","message":{"id":"a","model":"m","usage":{"input_tokens":25,"output_tokens":1}}}` + "\n\n",
		text: `event: content_block_delta` + "\n" + `data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":%s}}` +
			"\n\n",
		finish: `event: message_delta` + "\n" +
			`data: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"input_tokens":25,"output_tokens":10}}` + "\n\n",
		last: `event: message_stop` + "\n" + `data: {"type":"message_stop"}`,
	},
	"openai": {
		model:  func(e wire.Endpoint) llm.Model { return openai.New(e) },
		begin:  `data: {"type":"response.created","response":{"model":"m"}}` + "\n\n",
		text:   `data: {"type":"response.output_text.delta","delta":%s}` + "\n\n",
		finish: "",
		last: `data: {"type":"response.completed","response":{"model":"m","status":"completed",` +
			`"usage":{"input_tokens":25,"output_tokens":10,"total_tokens":35}}}`,
	},
	"google": {
		model:  func(e wire.Endpoint) llm.Model { return gemini.New(e) },
		begin:  `data: {"candidates":[{"content":{"parts":[{"text":""}]}}]}` + "\n\n",
		text:   `data: {"candidates":[{"content":{"parts":[{"text":%s}]}}]}` + "\n\n",
		finish: "",
		last:   `data: {"candidates":[{"content":{"parts":[]},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":25,"candidatesTokenCount":10}}`,
	},
	"chat": {
		model: func(e wire.Endpoint) llm.Model { return openai.NewChat(e, openai.Quirks{}) },
		begin: `data: {"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":""}}]}` + "\n\n",
		text:  `data: {"model":"m","choices":[{"index":0,"delta":{"content":%s}}]}` + "\n\n",
		finish: `data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}` + "\n\n" +
			`data: {"choices":[],"usage":{"prompt_tokens":25,"completion_tokens":10,"total_tokens":35}}` + "\n\n",
		last: `data: [DONE]`,
	},
	"generic": {
		model:  func(e wire.Endpoint) llm.Model { return openai.NewChat(e, openai.Quirks{NoDone: true}) },
		begin:  `data: {"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":""}}]}` + "\n\n",
		text:   `data: {"model":"m","choices":[{"index":0,"delta":{"content":%s}}]}` + "\n\n",
		finish: "",
		last:   `data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":{"prompt_tokens":25,"completion_tokens":10,"total_tokens":35}}`,
	},
}

// text returns the event of a piece of text.
func (f format) piece(text string) string {
	quoted, _ := json.Marshal(text) // text always can be
	return fmt.Sprintf(f.text, quoted)
}

// wholeBody returns a stream with a text and its end.
func (f format) whole(text string) string {
	return f.begin + f.piece(text) + f.finish + f.last + "\n\n"
}

// served is a server that sends something after a second, and then does something.
type served struct {
	kind  string // of the content; "" for a stream
	sends string
	then  func(ctx context.Context, out *io.PipeWriter)
}

func (s served) RoundTrip(r *http.Request) (*http.Response, error) {
	in, out := io.Pipe()
	ctx := r.Context()
	go func() {
		time.Sleep(time.Second)
		io.WriteString(out, s.sends) //nolint:errcheck // it may be gone
		s.then(ctx, out)
		<-ctx.Done()
		out.CloseWithError(context.Cause(ctx)) //nolint:errcheck // it never fails
	}()
	kind := s.kind
	if kind == "" {
		kind = "text/event-stream"
	}
	return &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {kind}}, Body: in}, nil
}

func breaksOff(_ context.Context, out *io.PipeWriter) {
	out.CloseWithError(io.ErrUnexpectedEOF) //nolint:errcheck // it never fails
}

func closes(_ context.Context, out *io.PipeWriter) {
	out.Close() //nolint:errcheck // it never fails
}

// afterwards are what servers do behind an answer.
var afterwards = map[string]func(ctx context.Context, out *io.PipeWriter){
	"closes":     closes,
	"stays open": func(context.Context, *io.PipeWriter) {},
	"breaks off": breaksOff,
	"sends pings": func(ctx context.Context, out *io.PipeWriter) {
		for ctx.Err() == nil {
			time.Sleep(100 * time.Millisecond)
			if _, err := io.WriteString(out, ": ping\n\n"); err != nil {
				return
			}
		}
	},
	"sends garbage": func(_ context.Context, out *io.PipeWriter) {
		io.WriteString(out, "<html>what?\n\ndata: {\"error\": {\"message\": \"no\"}}\n\n") //nolint:errcheck // it may be gone
	},
}

// asks asks a format's model at a server.
func asks(t *testing.T, f format, server http.RoundTripper) (resp llm.Response, took time.Duration, err error) {
	t.Helper()
	start := time.Now()
	e := wire.Endpoint{Provider: "somebody", BaseURL: "http://host", Key: "sk-Verysecret0123", Model: "m", Transport: server}
	resp, err = f.model(e).Generate(t.Context(), llm.Request{Prompt: strings.Repeat("word", 1000)})
	return resp, time.Since(start), err
}

// An answer that has said that it is complete stands, whatever the server does then.
func TestRoute_ACompleteAnswerStands(t *testing.T) {
	for name, f := range formats {
		all := maps.Clone(afterwards)
		if name == "google" {
			delete(all, "sends garbage") // it is the SDK's own, in one line with the end
		}
		for then, do := range all {
			for _, ends := range []string{"\n\n", ""} {
				if ends == "" && (name != "chat" || strings.HasPrefix(then, "sends")) {
					continue
				}
				t.Run(fmt.Sprintf("%s %s%q", name, then, ends), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						sends := strings.TrimSuffix(f.whole("Rain."), "\n\n") + ends
						resp, took, err := asks(t, f, served{sends: sends, then: do})
						if err != nil || string(resp.JSON) != `"Rain."` || resp.Usage.OutputTokens != 10 {
							t.Errorf("%s %+v: %v", resp.JSON, resp.Usage, err)
						}
						if at := took - time.Second; at > 2100*time.Millisecond ||
							name != "google" && name != "generic" && at > 100*time.Millisecond {
							t.Errorf("it took %v", took)
						}
						time.Sleep(time.Second) // the server goes
					})
				})
			}
		}
	}
}

// Without its end an answer is a failure, and so is one with an error before its end.
func TestRoute_AnAnswerWithoutItsEndIsNone(t *testing.T) {
	const broken = "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"code\":529,\"message\":\"busy\"}}\n\n"
	for name, f := range formats {
		for then, do := range afterwards {
			for what, sends := range map[string]string{
				"no end":   f.begin + f.piece("Rain.") + strings.Split(f.finish, "data: {\"choices\":[],")[0],
				"an error": f.begin + f.piece("Rain.") + broken + f.finish + f.last + "\n\n",
			} {
				t.Run(name+" "+what+" "+then, func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						if _, _, err := asks(t, f, served{sends: sends, then: do}); err == nil {
							t.Error("it is taken for an answer")
						}
						time.Sleep(time.Second) // the server goes
					})
				})
			}
		}
	}
}

// What a filter has ended is known for that, though the server stays open behind it.
func TestRoute_AFilteredAnswerIsKnownBehindItsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := formats["google"]
		sends := strings.Replace(f.whole("Rain."), "STOP", "SAFETY", 1)
		if _, _, err := asks(t, f, served{sends: sends, then: afterwards["stays open"]}); failure.ClassOf(err) != failure.ContentPolicy {
			t.Errorf("%v", err)
		}
		time.Sleep(time.Second) // the server goes
	})
}

// What broke off before its text has been paid for, and so has the reasoning that came; an
// error in place of an answer has not.
func TestRoute_WhatCameBeforeTheTextIsPaidFor(t *testing.T) {
	thinking := map[string]string{
		"anthropic": `event: content_block_delta` + "\n" +
			`data: {"type":"content_block_delta","delta":{"type":"thinking_delta","thinking":%s}}` + "\n\n",
		"openai": `data: {"type":"response.reasoning_summary_text.delta","delta":%s}` + "\n\n",
		"chat":   `data: {"model":"m","choices":[{"index":0,"delta":{"reasoning_content":%s}}]}` + "\n\n",
	}
	const broken = "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"code\":529,\"message\":\"busy\"}}\n\n"
	for name, f := range formats {
		cases := map[string]struct {
			sends string
			out   int
			paid  bool
		}{
			"a beginning":    {f.begin, 0, true},
			"an error":       {broken, 0, false},
			"an error later": {f.begin + broken, 0, true},
			"half a line":    {"data: {\"x\":", 0, false},
			"a whole line":   {"data: {\"x\":\n", 0, true},
			"nothing at all": {"", 0, false},
		}
		if events, ok := thinking[name]; ok {
			think := format{text: events}.piece(strings.Repeat("hmm ", 1000))
			cases["reasoning"] = struct {
				sends string
				out   int
				paid  bool
			}{f.begin + think + think, 2000, true}
		}
		for what, tt := range cases {
			t.Run(name+" "+what, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					resp, _, err := asks(t, f, served{sends: tt.sends, then: breaksOff})
					u := resp.Usage
					if err == nil || u.Estimated != tt.paid || (u.InputTokens > 0) != tt.paid || u.OutputTokens != tt.out {
						t.Errorf("%+v (%v)", u, err)
					}
				})
			})
		}
	}
}

// An answer that comes as one JSON value is complete with that, whatever its content is
// called and whether or not the connection ends.
func TestRoute_AWholeAnswerStands(t *testing.T) {
	const usage = `"usage":{"prompt_tokens":25,"completion_tokens":10,"input_tokens":25,"output_tokens":10,"total_tokens":35}`
	for name, body := range map[string]string{
		"openai": `{"status":"completed","model":"m",` +
			`"output":[{"type":"message","content":[{"type":"output_text","text":"Rain."}]}],` + usage + `}`,
		"chat": `{"model":"m","choices":[{"index":0,"finish_reason":"stop","message":{"role":"assistant","content":"Rain."}}],` + usage + `}`,
	} {
		for _, kind := range []string{"application/json", "text/plain", "application/vnd.api+json", "text/json; charset=utf-8"} {
			for then, do := range afterwards {
				t.Run(name+" "+kind+" "+then, func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						resp, took, err := asks(t, formats[name], served{kind: kind, sends: body, then: do})
						good := err == nil && string(resp.JSON) == `"Rain."` && resp.Usage.OutputTokens == 10
						if !good || resp.FirstEvent <= 0 || took > 1100*time.Millisecond {
							t.Errorf("after %v: %s %+v: %v", took, resp.JSON, resp.Usage, err)
						}
						time.Sleep(time.Second) // the server goes
					})
				})
			}
		}
		synctest.Test(t, func(t *testing.T) {
			cut := served{kind: "text/plain", sends: body[:len(body)-20], then: breaksOff}
			if _, _, err := asks(t, formats[name], cut); failure.ClassOf(err) != failure.Connection {
				t.Errorf("cut: %v", err)
			}
		})
	}
}
