package wire_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"testing"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/llm"
	"github.com/cineforge/cineforge/llm/wire"
)

// responder answers every request with what it says.
type responder func(*http.Request) (*http.Response, error)

func (f responder) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func respond(status int, kind string, body io.Reader) responder {
	return func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {kind}}, Body: io.NopCloser(body)}, nil
	}
}

// do makes a call whose answer is read to its end, as an SDK would, and concludes it.
func do(t *testing.T, e wire.Endpoint, says wire.Answer) (llm.Response, error) {
	t.Helper()
	return ask(t, newRoute(e), says, "")
}

func newRoute(e wire.Endpoint) *wire.Route {
	e.Provider = "somebody"
	e.Model = "some-model"
	return wire.NewRoute(e, "http://host/v1")
}

// ask makes a call on a route. When all has come that the server sends, the answer is heard.
func ask(t *testing.T, r *wire.Route, says wire.Answer, text string) (llm.Response, error) {
	t.Helper()
	return r.Ask(t.Context(), llm.Request{}, func(ctx context.Context, call *wire.Call) error {
		if err := exchange(ctx, call); err != nil {
			return err
		}
		return call.Consume(func(a *wire.Answer) error {
			a.Finish = says.Finish
			a.Complete = says.Complete
			a.Usage = says.Usage
			a.Text.WriteString(text)
			return nil
		})
	})
}

// exchange makes the request of a call, and reads the answer to its end.
func exchange(ctx context.Context, call *wire.Call) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://host/v1/chat", http.NoBody)
	if err != nil {
		return err
	}
	resp, err := call.Client().Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close() //nolint:errcheck // it is read
	_, err = io.Copy(io.Discard, resp.Body)
	return err
}

func TestRoute_OneCallIsOneRequest(t *testing.T) {
	n := 0
	e := wire.Endpoint{Transport: responder(func(*http.Request) (*http.Response, error) {
		n++
		return nil, errors.New("no")
	})}
	newRoute(e).Ask(t.Context(), llm.Request{}, func(ctx context.Context, call *wire.Call) error { //nolint:errcheck // it fails
		for range 3 {
			exchange(ctx, call) //nolint:errcheck // it fails
		}
		return nil
	})
	if n != 1 {
		t.Errorf("%d requests were made", n)
	}
}

// A server that writes without end is not listened to without end.
func TestRoute_AnEndlessAnswerIsCutOff(t *testing.T) {
	for kind, most := range map[string]int{"text/event-stream": 32 << 20, "application/json": 1 << 20} {
		endless := &zeros{}
		_, err := do(t, wire.Endpoint{Transport: respond(200, kind, io.LimitReader(endless, 1<<30))}, wire.Answer{Complete: true})
		if err == nil || kind == "text/event-stream" && failure.ClassOf(err) != failure.BadOutput {
			t.Errorf("%s: %v", kind, err)
		}
		if endless.read > most+most/8 {
			t.Errorf("%s: %d bytes are read", kind, endless.read)
		}
	}
}

type zeros struct{ read int }

func (z *zeros) Read(p []byte) (int, error) {
	clear(p)
	z.read += len(p)
	return len(p), nil
}

// A redirect is not followed: a key goes nowhere but where the base URL points.
func TestRoute_ARedirectIsNotFollowed(t *testing.T) {
	n := 0
	_, err := do(t, wire.Endpoint{Key: "sk-secret", Transport: responder(func(*http.Request) (*http.Response, error) {
		n++
		return &http.Response{StatusCode: 307, Header: http.Header{"Location": {"http://elsewhere/v1/chat"}}, Body: http.NoBody}, nil
	})}, wire.Answer{})
	if failure.ClassOf(err) != failure.InvalidRequest || n != 1 {
		t.Errorf("%v, after %d requests", err, n)
	}
}

func TestMaxOutput(t *testing.T) {
	for _, tt := range []struct{ asked, limit, want int }{{0, 0, 0}, {100, 0, 100}, {0, 50, 50}, {100, 50, 50}, {10, 50, 10}} {
		e := wire.Endpoint{Spec: llm.Spec{MaxOutput: tt.limit}}
		if got := e.MaxOutput(llm.Request{MaxOutputTokens: tt.asked}); got != tt.want {
			t.Errorf("%+v: got %d", tt, got)
		}
	}
}

var object = llm.NewSchema("object", `{"type": "object"}`)

// wholeBody is a stream that is over at once.
func whole() responder {
	return respond(200, "text/event-stream", strings.NewReader("data: {}\n\n"))
}

// asking asks with a request, and hears a text and what says notes besides.
func asking(t *testing.T, e wire.Endpoint, req llm.Request, text string, says func(a *wire.Answer)) (llm.Response, error) {
	t.Helper()
	return newRoute(e).Ask(t.Context(), req, func(ctx context.Context, call *wire.Call) error {
		if err := exchange(ctx, call); err != nil {
			return err
		}
		return call.Consume(func(a *wire.Answer) error {
			a.Text.WriteString(text)
			says(a)
			return nil
		})
	})
}

func complete(a *wire.Answer) { a.Complete = true }

func TestUnfenced_TakesOnlyAFenceAroundAll(t *testing.T) {
	for text, ok := range map[string]bool{
		`{"a":1}`: true, "```json\n{\"a\":1}\n```": true, "```\n{\"a\":1}\n```\n": true, "```{\"a\":1}```": true,
		"Here: ```json\n{\"a\":1}\n```": false, "```json\n{\"a\":1}\n``` That is it.": false, "```": false, "``````": false, "": false,
	} {
		resp, err := asking(t, wire.Endpoint{Transport: whole()}, llm.Request{Schema: object}, text, complete)
		if ok != (err == nil) || ok && string(resp.JSON) != `{"a":1}` {
			t.Errorf("%q: %s, %v", text, resp.JSON, err)
		}
	}
}

// Without a schema an answer may be mere text.
func TestRoute_TextIsAnAnswerWithoutASchema(t *testing.T) {
	for text, want := range map[string]string{"Rain.": `"Rain."`, `"Rain."`: `"Rain."`, `{"a": 1}`: `{"a": 1}`} {
		resp, err := asking(t, wire.Endpoint{Transport: whole()}, llm.Request{}, text, complete)
		if err != nil || string(resp.JSON) != want {
			t.Errorf("%q: %s, %v", text, resp.JSON, err)
		}
	}
}

// A broken-off answer is paid for as far as it came.
func TestRoute_CountsWhatCame(t *testing.T) {
	price := &llm.Price{Input: 1, Output: 10}
	e := wire.Endpoint{Spec: llm.Spec{Price: price}, Transport: whole()}
	resp, err := asking(
		t,
		e,
		llm.Request{Prompt: strings.Repeat("word", 1000)},
		strings.Repeat("word", 99)+"s",
		func(a *wire.Answer) { a.Usage.InputTokens = 1000 },
	)
	if err == nil || resp.Usage.OutputTokens != 100 || *resp.Usage.CostUSD != 0.002 || !resp.Usage.Estimated {
		t.Errorf("%+v (%v)", resp.Usage, err)
	}
}

// What a provider tells of tokens is taken as far as it can be.
func TestRoute_ReportedUsageIsClamped(t *testing.T) {
	const huge = 9_000_000_000_000
	spec := llm.Spec{Window: 8000, MaxOutput: 1000, Price: &llm.Price{Input: 3, Output: 15, CacheRead: 1, CacheWrite: 1}}
	for name, tt := range map[string]struct {
		spec  llm.Spec
		told  llm.Usage
		want  llm.Usage
		guess bool
	}{
		"plausible": {spec, llm.Usage{InputTokens: 700, OutputTokens: 20, CacheReadTokens: 100},
			llm.Usage{InputTokens: 700, OutputTokens: 20, CacheReadTokens: 100}, false},
		"huge": {spec, llm.Usage{InputTokens: huge, OutputTokens: huge}, llm.Usage{InputTokens: 4101, OutputTokens: 1000}, true},
		"huge, a window": {llm.Spec{Window: 2000, Price: spec.Price}, llm.Usage{InputTokens: huge, OutputTokens: huge},
			llm.Usage{InputTokens: 2000, OutputTokens: 2000}, true},
		"below nothing": {spec, llm.Usage{InputTokens: -5, OutputTokens: -7}, llm.Usage{InputTokens: 2, OutputTokens: 1}, true},
		"all from cache": {spec, llm.Usage{InputTokens: 100, OutputTokens: 1, CacheReadTokens: 300, CacheWriteTokens: -2},
			llm.Usage{InputTokens: 100, OutputTokens: 1, CacheReadTokens: 100}, true},
		"nothing told": {spec, llm.Usage{}, llm.Usage{InputTokens: 2, OutputTokens: 1}, true},
	} {
		t.Run(name, func(t *testing.T) {
			resp, err := asking(
				t,
				wire.Endpoint{Spec: tt.spec, Transport: whole()},
				llm.Request{Prompt: "when?"},
				"Now.",
				func(a *wire.Answer) {
					a.Complete = true
					a.Usage = tt.told
				},
			)
			got := resp.Usage
			if err != nil || got.InputTokens != tt.want.InputTokens || got.OutputTokens != tt.want.OutputTokens ||
				got.CacheReadTokens != tt.want.CacheReadTokens ||
				got.CacheWriteTokens != tt.want.CacheWriteTokens || got.Estimated != tt.guess ||
				*got.CostUSD < 0 ||
				*got.CostUSD > 0.05 {
				t.Errorf("%+v, cost %v (%v)", got, *got.CostUSD, err)
			}
		})
	}
}

// No answer carries the key away, and no name of it does.
func TestRoute_TheKeyIsNotKept(t *testing.T) {
	const key = "my-very-own-key"
	e := wire.Endpoint{Key: key, Transport: whole()}
	resp, err := asking(
		t,
		e,
		llm.Request{},
		"Your key is "+key,
		func(a *wire.Answer) {
			a.Complete = true
			a.Served = "model-" + key
			a.ID = key + strings.Repeat("x", 1<<20)
		},
	)
	if failure.ClassOf(err) != failure.BadOutput || strings.Contains(resp.Model+resp.RequestID+err.Error(), key) ||
		len(resp.RequestID) > 200 {
		t.Errorf("%q, %.60q: %v", resp.Model, resp.RequestID, err)
	}
}

// A key is known in a JSON answer however its letters are written, as a name or a value.
func TestRoute_AKeyIsKnownBehindEscapes(t *testing.T) {
	const key = "my-very/own-key"
	var escaped strings.Builder
	for _, r := range key {
		fmt.Fprintf(&escaped, `\u%04x`, r)
	}
	for text, good := range map[string]bool{
		`{"a": "` + escaped.String() + `"}`:                         false,
		`{"a": 1e999, "b": [{"` + escaped.String() + `": 1}]}`:      false,
		`{"a": "key: ` + strings.Replace(key, "/", `\/`, 1) + `."}`: false,
		`{"a": "` + escaped.String()[:60] + `"}`:                    true,
	} {
		resp, err := asking(t, wire.Endpoint{Key: key, Transport: whole()}, llm.Request{Schema: object}, text, complete)
		if good != (err == nil) || !good && failure.ClassOf(err) != failure.BadOutput {
			t.Errorf("%s: %s, %v", text, resp.JSON, err)
		}
	}
}

// What can't be sent from this machine is no provider's failure; a connection that can't be made is.
func TestRoute_WhatIsNotSentCountsAgainstNothing(t *testing.T) {
	header := func(value string) func(ctx context.Context, call *wire.Call) error {
		return func(ctx context.Context, call *wire.Call) error {
			req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://host/v1/chat", http.NoBody)
			if err != nil {
				return err
			}
			req.Header.Set("X-Api-Key", value)
			_, err = call.Client().Do(req) //nolint:bodyclose // there is none
			return err
		}
	}
	noCall := func(context.Context, *wire.Call) error { return errors.New("no base URL") }
	noProxy := errors.New("invalid proxy address")
	for name, tt := range map[string]struct {
		ask   func(ctx context.Context, call *wire.Call) error
		proxy error
		class failure.Class
		reach failure.Reach
	}{
		"a key with a line break":      {ask: header("key\n"), class: failure.Input, reach: failure.Unsent},
		"a proxy that is no address":   {ask: header("key"), proxy: noProxy, class: failure.Input, reach: failure.Unsent},
		"an SDK that makes no call":    {ask: noCall, class: failure.Input, reach: failure.Unsent},
		"a connection that is refused": {ask: header("key"), class: failure.Connection, reach: failure.Unreached},
	} {
		t.Run(name, func(t *testing.T) {
			transport := wire.NewTransport().(*http.Transport)
			transport.Proxy = func(*http.Request) (*url.URL, error) { return nil, tt.proxy }
			transport.DialContext = func(context.Context, string, string) (net.Conn, error) {
				return nil, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
			}
			_, err := newRoute(wire.Endpoint{Transport: transport}).Ask(t.Context(), llm.Request{}, tt.ask)
			f, ok := errors.AsType[*failure.Error](err)
			if !ok || f.Class != tt.class || f.Reach != tt.reach {
				t.Errorf("%v: %+v", err, f)
			}
		})
	}
}
