package chain_test

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/llm"
	"github.com/cineforge/cineforge/llm/anthropic"
	"github.com/cineforge/cineforge/llm/chain"
	"github.com/cineforge/cineforge/llm/gemini"
	"github.com/cineforge/cineforge/llm/openai"
	"github.com/cineforge/cineforge/llm/openaicompat"
	"github.com/cineforge/cineforge/llm/wire"
)

// adapters are the models of each wire format.
var adapters = map[string]func(wire.Endpoint) llm.Model{
	"messages":  func(e wire.Endpoint) llm.Model { return anthropic.New(e) },
	"responses": func(e wire.Endpoint) llm.Model { return openai.New(e) },
	"generate":  func(e wire.Endpoint) llm.Model { return gemini.New(e) },
	"chat":      func(e wire.Endpoint) llm.Model { return openaicompat.New(e, "ollama") },
}

// bodies are what comes with a status.
var bodies = []func(status int) string{
	func(int) string { return "" },
	func(s int) string { return fmt.Sprintf(`{"error":{"message":"no","type":"some_error","code":%d}}`, s) },
	func(s int) string { return fmt.Sprintf("<html><title>%d</title></html>", s) },
	func(int) string { return "data: {}\n\n" },
}

// answering answers with statuses in turn, without an answer in any of them.
type answering struct {
	statuses []int
	body     func(status int) string

	mu sync.Mutex
	at []time.Time
}

// RoundTrip implements [http.RoundTripper].
func (a *answering) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		io.Copy(io.Discard, r.Body) //nolint:errcheck // it is not of interest
		r.Body.Close()              //nolint:errcheck // the same
	}
	a.mu.Lock()
	status := a.statuses[len(a.at)%len(a.statuses)]
	a.at = append(a.at, time.Now())
	a.mu.Unlock()
	h := http.Header{"Content-Type": {"application/json"}}
	if status >= 300 && status < 400 {
		h.Set("Location", "/elsewhere")
	}
	return &http.Response{StatusCode: status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: h,
		Body: io.NopCloser(strings.NewReader(a.body(status))), Request: r}, nil
}

// lasts asks one question again and again for a while, and wants what fails to stay within
// the bounds, to be no cancellation, and other models to be asked.
func (a *answering) lasts(t *testing.T, format string) {
	t.Helper()
	name := fmt.Sprint(format, " ", a.statuses, " ", a.body(a.statuses[0]))
	synctest.Test(t, func(t *testing.T) {
		plan := chain.Plan{Owner: "run", MaxAttempts: 4, MaxWait: time.Hour}
		for _, model := range []string{"one", "two"} {
			plan.Candidates = append(plan.Candidates, llm.Candidate{Provider: "a", Name: model, Credential: "KEY",
				Model: adapters[format](wire.Endpoint{Model: model, Key: "key-for-the-test", BaseURL: "http://host/v1", Transport: a})})
		}
		events := &cancellations{}
		s := chain.New(chain.Options{}).NewStage(plan, events)
		ctx, cancel := context.WithTimeout(t.Context(), 70*time.Second)
		defer cancel()
		for ctx.Err() == nil {
			s.Generate(ctx, llm.Request{Unit: "unit", Prompt: "?"}) //nolint:errcheck // it fails
			time.Sleep(100 * time.Millisecond)
		}
		if n := most(a.at, time.Minute); n > 20 {
			t.Errorf("%s: asked %d times within a minute", name, n)
		}
		if events.n > 0 {
			t.Errorf("%s: %d failures are called cancellations", name, events.n)
		}
		synctest.Wait()
	})
}

// cancellations counts failures that are called cancellations.
type cancellations struct{ n int }

// Observe implements [chain.Observer].
func (o *cancellations) Observe(_ context.Context, events ...chain.Event) error {
	for _, e := range events {
		if f, ok := e.(chain.AttemptFailed); ok && f.Err.Class == failure.Canceled && !strings.Contains(f.Err.Message, "given up by its caller") {
			o.n++
		}
	}
	return nil
}

// Whatever status comes, with whatever body and in whatever sequence: no attempt is free,
// and none is taken for a cancellation of ours. CINEFORGE_ALL_SEQUENCES=1 tries each status
// in each format with each body; otherwise they take turns.
func TestRouter_NoStatusIsFree(t *testing.T) {
	formats := []string{"messages", "responses", "generate", "chat"}
	if os.Getenv("CINEFORGE_ALL_SEQUENCES") != "" {
		for status := 100; status <= 999; status++ {
			for _, format := range formats {
				for _, body := range bodies {
					(&answering{statuses: []int{status}, body: body}).lasts(t, format)
				}
			}
		}
		return
	}
	step := 1
	if raceOn {
		step = 7
	}
	for status := 100; status <= 999; status += step {
		(&answering{statuses: []int{status}, body: bodies[status/4%len(bodies)]}).lasts(t, formats[status%4])
	}
	seed := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // it is to be the same each time
	for range 100 {
		list := []int{100 + seed.IntN(900), 100 + seed.IntN(900), 100 + seed.IntN(900)}
		(&answering{statuses: list, body: bodies[seed.IntN(len(bodies))]}).lasts(t, formats[seed.IntN(4)])
	}
}
