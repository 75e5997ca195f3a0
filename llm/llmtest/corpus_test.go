package llmtest_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/llm"
	"github.com/cineforge/cineforge/llm/anthropic"
	"github.com/cineforge/cineforge/llm/gemini"
	"github.com/cineforge/cineforge/llm/llmtest"
	"github.com/cineforge/cineforge/llm/openai"
	"github.com/cineforge/cineforge/llm/wire"
	"github.com/cineforge/cineforge/simulator"
	"github.com/cineforge/cineforge/simulator/scenario"
)

// real is a real failure as a provider would have sent it.
type real struct {
	ID            string            `json:"id"`
	Provider      string            `json:"provider"`
	Status        int               `json:"http_status"`
	Headers       map[string]string `json:"headers"`
	Body          string            `json:"body"`
	BodyFormat    string            `json:"body_format"`
	Stream        bool              `json:"stream"`
	API           string            `json:"api"`
	ExpectedClass failure.Class     `json:"expected_class"`
}

// adapter returns the adapter that would have got the failure, and where it would
// have asked.
func (r real) adapter(e wire.Endpoint) llm.Model {
	switch {
	case strings.HasPrefix(r.Provider, "anthropic"):
		e.BaseURL = "http://simulator.test/anthropic"
		e.Model = "claude-sonnet-4-6"
		return anthropic.New(e)
	case strings.HasPrefix(r.Provider, "gemini"), strings.HasPrefix(r.Provider, "vertex"):
		e.BaseURL = "http://simulator.test/google"
		e.Model = "gemini-3-flash-preview"
		return gemini.New(e)
	case r.API == "responses":
		e.BaseURL = "http://simulator.test/openai/v1"
		e.Model = "gpt-4.1"
		return openai.New(e)
	}
	e.BaseURL = "http://simulator.test/compat/" + r.Provider + "/v1"
	e.Model = "a-model"
	return openai.NewChat(e, openai.Quirks{})
}

// fault plays the failure. It is false for one of which only a report is left.
func (r real) fault() (scenario.Fault, bool) {
	wire := map[string]bool{"json": true, "sse": true, "html": true, "none": true, "text": r.Status >= 400}[r.BodyFormat]
	if r.Status == 0 || !wire || r.Status == 200 && !r.Stream && r.BodyFormat != "none" {
		return scenario.Fault{}, false
	}
	f := scenario.Fault{Status: r.Status, Body: r.Body, Headers: map[string]string{}}
	for k, v := range r.Headers {
		if !strings.EqualFold(k, "Content-Length") {
			f.Headers[k] = v
		}
	}
	switch {
	case r.Stream:
		f.Headers["Content-Type"] = "text/event-stream"
		if r.BodyFormat == "json" {
			f.Body = "event: error\ndata: " + strings.Join(strings.Fields(r.Body), " ") + "\n\n"
		}
	case r.BodyFormat == "html":
		f.Headers["Content-Type"] = "text/html"
	case r.BodyFormat == "text":
		f.Headers["Content-Type"] = "text/plain"
	default:
		f.Headers["Content-Type"] = "application/json"
	}
	return f, true
}

// Real failures that come over the wire and through the SDKs get the class that
// people gave them.
func TestLlmtest_RealFailuresThroughTheSDKs(t *testing.T) {
	path := filepath.Join("..", "..", "..", "shared", "errors", "real-errors.jsonl")
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		t.Skipf("NOT TESTED: real failures through the SDKs, as %s is not there", path)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	played := 0
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var r real
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			t.Fatal(err)
		}
		fault, ok := r.fault()
		if !ok || r.ExpectedClass == failure.Unknown {
			continue
		}
		played++
		synctest.Test(t, func(t *testing.T) {
			sim := simulator.New(scenario.Scenario{Rules: []scenario.Rule{{Name: r.ID, Fault: fault}}}, simulator.Options{})
			m := r.adapter(wire.Endpoint{Provider: r.Provider, Key: llmtest.Key, Transport: sim.Transport()})
			_, err := m.Generate(t.Context(), llmtest.Question())
			if got := failure.ClassOf(err); got != r.ExpectedClass {
				t.Errorf("%s: %s (%v), want %s", r.ID, got, err, r.ExpectedClass)
			}
			if n := len(sim.Calls()); n != 1 {
				t.Errorf("%s: %d calls", r.ID, n)
			}
		})
	}
	if played < 80 {
		t.Errorf("only %d failures were played", played)
	}
	t.Logf("%d real failures were played", played)
}
