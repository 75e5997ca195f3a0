package gemini_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/llm"
	"github.com/cineforge/cineforge/llm/gemini"
	"github.com/cineforge/cineforge/llm/llmtest"
	"github.com/cineforge/cineforge/llm/wire"
)

// stream is a server that answers with an event stream, whatever it is asked.
type stream struct {
	kind string
	body io.Reader
}

func (s stream) RoundTrip(*http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {s.kind}}, Body: io.NopCloser(s.body)}, nil
}

// hears returns what is heard of a stream, in answer to a question that wants any text.
func hears(t *testing.T, body io.Reader) (llm.Response, error) {
	t.Helper()
	m := gemini.New(wire.Endpoint{
		Provider: "google", BaseURL: subject.BaseURL, Key: llmtest.Key, Model: subject.Model, Transport: stream{"text/event-stream", body},
	})
	return m.Generate(t.Context(), llm.Request{System: "Be brief.", Prompt: "What do you see?", MaxOutputTokens: 1000})
}

const (
	first = `{"candidates": [{"content": {"parts": [{"text": "a dark "}]}}]}`
	last  = `{"candidates": [{"content": {"parts": [{"text": "sea"}]}, "finishReason": "STOP"}], "modelVersion": "served", ` +
		`"usageMetadata": {"promptTokenCount": 9, "candidatesTokenCount": 3}}`
)

// All that an event stream may have is taken, in pieces of any size.
func TestTransport_FormsOfStreams(t *testing.T) {
	for name, body := range map[string]string{
		"plain":             "data: " + first + "\n\ndata: " + last + "\n\n",
		"no spaces":         "data:" + first + "\n\ndata:" + last + "\n\n",
		"comments":          ": processing\n\n:\n\ndata: " + first + "\n\n: still there\ndata: " + last + "\n\n: bye\n\n",
		"names and ids":     "retry: 3000\n\nid: 1\nevent: message\ndata: " + first + "\n\nevent: message\nid\ndata: " + last + "\n\n",
		"pings":             "event: ping\ndata: pong\n\ndata: " + first + "\n\nevent: ping\ndata: {}\n\ndata: " + last + "\n\n",
		"a byte order mark": "\ufeffdata: " + strings.Replace(last, "sea", "a dark sea", 1) + "\n\n",
		"CRLF":              ": a\r\n\r\ndata: " + first + "\r\n\r\ndata: " + last + "\r\n\r\n",
		"blank lines":       "\n\n\ndata: " + first + "\n\n\n\n\ndata: " + last + "\n\n",
		"data of no event":  "data:\n\ndata: " + first + "\n\ndata: " + last + "\n\ndata: [DONE]\n\n",
		"many lines":        "data: " + strings.ReplaceAll(first, ": ", ":\ndata: ") + "\n\ndata: " + last + "\n\n",
		"no end of line":    "data: " + first + "\n\ndata: " + last,
	} {
		for way, read := range map[string]func(io.Reader) io.Reader{
			"whole": func(r io.Reader) io.Reader { return r }, "by bytes": iotest.OneByteReader, "with its end": iotest.DataErrReader,
		} {
			resp, err := hears(t, read(strings.NewReader(body)))
			took := resp.Usage.InputTokens == 9 && resp.Usage.OutputTokens == 3 && resp.FirstEvent > 0
			if err != nil || string(resp.JSON) != `"a dark sea"` || !took || resp.Model != "served" {
				t.Errorf("%s, %s: %s, %+v, %s (%v)", name, way, resp.JSON, resp.Usage, resp.Model, err)
			}
		}
	}
}

// What breaks a stream still does.
func TestTransport_FormsThatAreNone(t *testing.T) {
	reset := errors.New("read: connection reset by peer")
	for name, tt := range map[string]struct {
		body  io.Reader
		class failure.Class
	}{
		"no JSON":         {strings.NewReader("data: " + first + "\n\ndata: {\n\ndata: " + last + "\n\n"), failure.BadOutput},
		"other words":     {strings.NewReader("data: " + first + "\n\nhello\n\ndata: " + last + "\n\n"), failure.BadOutput},
		"a bare error":    {strings.NewReader(`{"error": {"code": 503, "message": "busy", "status": "UNAVAILABLE"}}`), failure.Overloaded},
		"comments only":   {strings.NewReader(": processing\n\n"), failure.Connection},
		"a break":         {io.MultiReader(strings.NewReader("data: "+first+"\n\ndata: {"), iotest.ErrReader(reset)), failure.Connection},
		"a break between": {io.MultiReader(strings.NewReader("data: "+first+"\n\n"), iotest.ErrReader(reset)), failure.Connection},
	} {
		if _, err := hears(t, tt.body); failure.ClassOf(err) != tt.class {
			t.Errorf("%s: %v, want %s", name, err, tt.class)
		}
	}
}

// A good answer is not bad for the numbers that come with it: they are bounded by what can
// be, or do not count.
func TestModel_NumbersOfTokens(t *testing.T) {
	const most = 1000 // what was allowed
	for told, want := range map[string]struct {
		tokens    int
		estimated bool
	}{
		"12": {12, false}, "12.0": {12, false}, "1e2": {100, false}, "0": {3, true},
		"9000000000000": {most, true}, "2147483648": {most, true}, "99999999999999999999": {most, true}, "1e400": {most, true},
		"-5": {3, true}, "-1e400": {3, true},
		`"12"`: {3, true}, "1.5": {3, true}, "true": {3, true}, "null": {3, true}, "{}": {3, true}, "[]": {3, true},
	} {
		end := strings.Replace(last, `"candidatesTokenCount": 3`, `"candidatesTokenCount": `+told, 1)
		resp, err := hears(t, strings.NewReader("data: "+first+"\n\ndata: "+end+"\n\n"))
		if u := resp.Usage; err != nil || u.OutputTokens != want.tokens || u.Estimated != want.estimated || u.InputTokens != 9 {
			t.Errorf("%s: %+v (%v)", told, u, err)
		}
	}
	for _, usage := range []string{
		"[]", "7", "null",
		`{"promptTokensDetails": [{"tokenCount": 9e12}], "thoughtsTokenCount": 2147483647, "candidatesTokenCount": 2147483647}`,
	} {
		before, _, _ := strings.Cut(last, `{"promptTokenCount`)
		resp, err := hears(t, strings.NewReader("data: "+first+"\n\ndata: "+before+usage+"}\n\n"))
		if err != nil || !resp.Usage.Estimated || resp.Usage.OutputTokens < 3 {
			t.Errorf("%s: %+v (%v)", usage, resp.Usage, err)
		}
	}
}
