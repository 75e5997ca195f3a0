package llmtest

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"testing"

	"github.com/cineforge/cineforge/llm"
	"github.com/cineforge/cineforge/llm/wire"
	"github.com/cineforge/cineforge/simulator"
	"github.com/cineforge/cineforge/simulator/scenario"
)

// Sent returns the body and the header of the request that an adapter makes of a question.
func Sent(t *testing.T, s Subject, req llm.Request) (body map[string]any, header http.Header) {
	t.Helper()
	sim := simulator.New(scenario.Scenario{}, simulator.Options{})
	listen := tap{sim.Transport(), func(r *http.Request, data []byte) {
		header = r.Header
		if err := json.Unmarshal(data, &body); err != nil {
			t.Fatal(err)
		}
	}}
	e := wire.Endpoint{Provider: s.Provider, BaseURL: s.BaseURL, Key: Key, Model: s.Model, Spec: spec, Transport: listen}
	_, err := s.New(e).Generate(t.Context(), req)
	if body == nil {
		t.Fatalf("nothing was sent: %v", err)
	}
	return body, header
}

// tap is a transport that records requests.
type tap struct {
	http.RoundTripper
	record func(*http.Request, []byte)
}

func (t tap) RoundTrip(r *http.Request) (*http.Response, error) {
	data, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	t.record(r, data)
	r = r.Clone(r.Context())
	r.Body = io.NopCloser(bytes.NewReader(data))
	return t.RoundTripper.RoundTrip(r)
}

// At returns what lies at a path in a decoded JSON value, nil if nothing does. A
// number in the path is a place in a list.
func At(v any, path ...any) any {
	for _, step := range path {
		switch step := step.(type) {
		case string:
			m, _ := v.(map[string]any)
			v = m[step]
		case int:
			list, _ := v.([]any)
			if step >= len(list) {
				return nil
			}
			v = list[step]
		}
	}
	return v
}
