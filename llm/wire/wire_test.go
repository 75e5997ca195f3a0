package wire_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"cineforge/failure"
	"cineforge/llm"
	"cineforge/llm/wire"
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
func do(t *testing.T, e wire.Endpoint, a *wire.Answer) (llm.Response, error) {
	t.Helper()
	var pace wire.Pace
	return doPaced(t, e, a, &pace)
}

func doPaced(t *testing.T, e wire.Endpoint, a *wire.Answer, pace *wire.Pace) (llm.Response, error) {
	t.Helper()
	e.Provider, e.Model = "somebody", "some-model"
	ctx, call := wire.Begin(t.Context(), e.WithDefaults("http://host/v1"), llm.Request{}, pace)
	defer call.End()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://host/v1/chat", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := call.Client().Do(req)
	if err == nil {
		_, err = io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
	}
	return call.Conclude(llm.Request{}, a, err)
}

func TestOneCallIsOneRequest(t *testing.T) {
	n := 0
	e := wire.Endpoint{Transport: responder(func(*http.Request) (*http.Response, error) {
		n++
		return nil, errors.New("no")
	})}
	ctx, call := wire.Begin(t.Context(), e, llm.Request{}, new(wire.Pace))
	defer call.End()
	for range 3 {
		req, _ := http.NewRequestWithContext(ctx, http.MethodPost, "http://host", http.NoBody)
		call.Client().Do(req) //nolint:errcheck,bodyclose // it fails
	}
	if n != 1 {
		t.Errorf("%d requests were made", n)
	}
}

// A server that writes without end is not listened to without end.
func TestAnEndlessAnswerIsCutOff(t *testing.T) {
	for kind, most := range map[string]int{"text/event-stream": 32 << 20, "application/json": 1 << 20} {
		endless := &zeros{}
		a := &wire.Answer{Complete: true}
		_, err := do(t, wire.Endpoint{Transport: respond(200, kind, io.LimitReader(endless, 1<<30))}, a)
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
func TestARedirectIsNotFollowed(t *testing.T) {
	n := 0
	_, err := do(t, wire.Endpoint{Key: "sk-secret", Transport: responder(func(*http.Request) (*http.Response, error) {
		n++
		return &http.Response{StatusCode: 307, Header: http.Header{"Location": {"http://elsewhere/v1/chat"}}, Body: http.NoBody}, nil
	})}, &wire.Answer{})
	if failure.ClassOf(err) != failure.InvalidRequest || n != 1 {
		t.Errorf("%v, after %d requests", err, n)
	}
}

// drips is a stream that says something again and again.
func drips(lines ...string) responder {
	return func(r *http.Request) (*http.Response, error) {
		in, out := io.Pipe()
		go func() {
			for i := 0; ; i++ {
				select {
				case <-time.After(5 * time.Second):
					io.WriteString(out, lines[min(i, len(lines)-1)]+"\n\n") //nolint:errcheck // nobody may be there to read it
				case <-r.Context().Done():
					out.CloseWithError(context.Cause(r.Context()))
					return
				}
			}
		}()
		return respond(200, "text/event-stream", in)(r)
	}
}

// Mere signs of life are no beginning of an answer, and hold one up for a while only.
func TestPings(t *testing.T) {
	for name, tt := range map[string]struct {
		lines []string
		ends  time.Duration
	}{
		"comments from the start":      {[]string{": ping"}, 12 * time.Second},
		"events from the start":        {[]string{"event: ping\ndata: {}"}, 12 * time.Second},
		"behind the first piece":       {[]string{"data: {}", "event: ping\ndata: {}"}, (5 + 3*5 + 30) * time.Second}, // three count
		"pieces among them, then none": {[]string{"data: {}", ": ping", ": ping", "data: {}", ": ping"}, (4*5 + 3*5 + 30) * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				_, err := do(t, wire.Endpoint{Transport: drips(tt.lines...)}, &wire.Answer{})
				if d := time.Since(start); failure.ClassOf(err) != failure.Timeout || d != tt.ends {
					t.Errorf("after %v: %v; want %v", d, err, tt.ends)
				}
			})
		})
	}
}

// What earlier answers took until they began sets how long the next one may take.
func TestTheLimitFollowsThePace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var pace wire.Pace
		begins := func(after time.Duration) responder {
			return func(r *http.Request) (*http.Response, error) {
				in, out := io.Pipe()
				go func() {
					select {
					case <-time.After(after):
						io.WriteString(out, "data: {}\n\n") //nolint:errcheck // nobody may be there to read it
						out.Close()
					case <-r.Context().Done():
						out.CloseWithError(context.Cause(r.Context()))
					}
				}()
				return respond(200, "text/event-stream", in)(r)
			}
		}
		ask := func(after time.Duration) error {
			a := &wire.Answer{Complete: true}
			a.Text.WriteString("{}")
			_, err := doPaced(t, wire.Endpoint{Transport: begins(after)}, a, &pace)
			return err
		}
		if err := ask(13 * time.Second); failure.ClassOf(err) != failure.Timeout {
			t.Errorf("13 s: %v", err)
		}
		for range 20 {
			if err := ask(8 * time.Second); err != nil {
				t.Fatal(err)
			}
		}
		if err := ask(23 * time.Second); err != nil { // three times 8 s
			t.Errorf("23 s: %v", err)
		}
		for range 20 {
			if err := ask(23 * time.Second); err != nil {
				t.Fatal(err)
			}
		}
		start := time.Now()
		if err := ask(time.Hour); failure.ClassOf(err) != failure.Timeout || time.Since(start) != time.Minute {
			t.Errorf("the limit grew to %v (%v)", time.Since(start), err)
		}
	})
}

// An answer that keeps coming has an end nevertheless.
func TestAnAnswerThatNeverEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		drips := responder(func(r *http.Request) (*http.Response, error) {
			in, out := io.Pipe()
			go func() {
				for {
					select {
					case <-time.After(20 * time.Second):
						io.WriteString(out, "data: {}\n\n") //nolint:errcheck // nobody may be there to read it
					case <-r.Context().Done():
						out.CloseWithError(context.Cause(r.Context()))
						return
					}
				}
			}()
			return respond(200, "text/event-stream", in)(r)
		})
		start := time.Now()
		_, err := do(t, wire.Endpoint{Transport: drips, Limits: wire.Limits{First: 30 * time.Second}, Spec: llm.Spec{MaxOutput: 2000}}, &wire.Answer{})
		if d := time.Since(start); failure.ClassOf(err) != failure.Timeout || d != 130*time.Second { // 2000 tokens at 20 a second
			t.Errorf("after %v: %v", d, err)
		}
	})
}

func TestMaxOutput(t *testing.T) {
	for _, tt := range []struct{ asked, limit, want int }{{0, 0, 0}, {100, 0, 100}, {0, 50, 50}, {100, 50, 50}, {10, 50, 10}} {
		e := wire.Endpoint{Spec: llm.Spec{MaxOutput: tt.limit}}
		if got := e.MaxOutput(llm.Request{MaxOutputTokens: tt.asked}); got != tt.want {
			t.Errorf("%+v: got %d", tt, got)
		}
	}
}

func TestAFenceIsTakenOffOnlyIfItIsAroundAll(t *testing.T) {
	for text, ok := range map[string]bool{
		`{"a":1}`: true, "```json\n{\"a\":1}\n```": true, "```\n{\"a\":1}\n```\n": true, "```{\"a\":1}```": true,
		"Here: ```json\n{\"a\":1}\n```": false, "```json\n{\"a\":1}\n``` That is it.": false, "```": false, "``````": false, "": false,
	} {
		a := &wire.Answer{Complete: true}
		a.Text.WriteString(text)
		resp, err := do(t, wire.Endpoint{Transport: respond(200, "text/event-stream", strings.NewReader("data: {}\n\n"))}, a)
		if ok != (err == nil) || ok && string(resp.JSON) != `{"a":1}` {
			t.Errorf("%q: %s, %v", text, resp.JSON, err)
		}
	}
}

// A broken-off answer is paid for as far as it came.
func TestWhatCameIsCounted(t *testing.T) {
	a := &wire.Answer{Usage: llm.Usage{InputTokens: 1000}}
	a.Text.WriteString(strings.Repeat("word", 99) + "s")
	price := &llm.Price{Input: 1, Output: 10}
	resp, err := do(t, wire.Endpoint{Spec: llm.Spec{Price: price}, Transport: respond(200, "text/event-stream", strings.NewReader("data: {}\n\n"))}, a)
	if err == nil || resp.Usage.OutputTokens != 100 || *resp.Usage.CostUSD != 0.002 {
		t.Errorf("%+v (%v)", resp.Usage, err)
	}
}
