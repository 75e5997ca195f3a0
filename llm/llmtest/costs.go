package llmtest

import (
	"context"
	"testing/synctest"
	"time"

	"github.com/cineforge/cineforge/llm"
)

// charge is what a call counts for.
type charge struct {
	input, output bool // whether it counts any
	estimated     bool // whether the numbers are a guess
}

var (
	free     = charge{}
	unknown  = charge{input: true, estimated: true}
	partly   = charge{input: true, output: true, estimated: true}
	exactly  = charge{input: true, output: true}
	leftSoon = 2 * time.Second
)

// costs are about what a call counts for, in each of the ways that it can end: what is not
// worked on costs nothing, and a cost that is not reported is estimated.
var costs = concat(
	costing("a good answer", "{}", exactly),
	costing("silence", "{silent: true}", unknown),
	costing("a late beginning", "{first_event: 20s}", unknown),
	costing("a stall", "{stall: {after_tokens: 20}}", partly),
	costing("a cut stream", "{cut: {after_tokens: 40}}", partly),
	costing("a stream without an end", "{end: {after_tokens: 40}}", partly),
	costing("no connection", "{refuse: true}", free),
	costing("a reset", "{reset: true}", free),
	costing("no name", "{dns: true}", free),
	costing("a certificate", "{tls: true}", free),
	costing("an overload", "{error: overloaded}", free),
	costing("a rate limit", "{error: rate_limit}", free),
	costing("an error of the server", "{error: server_error}", free),
	costing("a bad gateway", "{error: bad_gateway}", free),
	costing("a gateway's timeout", "{error: gateway_timeout}", unknown),
	costing("a wrong key", "{error: auth}", free),
	costing("a question that is too long", "{error: context_length}", free),
	costing("a page", "{status: 200, headers: {Content-Type: text/html}, body: '<html><title>Welcome</title></html>'}", free),
	costing("an empty answer", "{output: empty_body}", unknown),
	costing("an error as the first event", "{stream_error: {after_tokens: 0, error: overloaded}}", free),
	costing("an error in the middle", "{stream_error: {after_tokens: 30, error: rate_limit}}", partly),
	costing("an answer in another form", "{output: wrong_schema}", exactly),
	costing("numbers that are too large", "{hostile: huge_usage}", partly),
	costing("numbers below nothing", "{hostile: negative_usage}", partly),
	leaving("a caller that leaves before the answer", "{silent: true}", 1, leftSoon, unknown),
	leaving("a caller that leaves during the answer", "{stall: {after_tokens: 30}}", 1, leftSoon, partly),
	leaving("a caller that has left", "{}", 0, 0, free),
)

// costing makes a check of what a call counts for.
func costing(name, fault string, want charge) []check {
	return []check{
		{
			name:     "cost of " + name,
			contract: "what a call costs is known or estimated",
			rules:    target(fault),
			calls:    1,
			check: func(w *world) {
				resp, _ := w.ask(w.Context())
				w.charged(resp, want)
			},
		},
	}
}

// leaving makes one of a call whose caller leaves after a time.
func leaving(name, fault string, calls int, after time.Duration, want charge) []check {
	return []check{
		{
			name:     "cost of " + name,
			contract: "what a call costs is known or estimated",
			rules:    target(fault),
			calls:    calls,
			check: func(w *world) {
				ctx, cancel := context.WithTimeout(w.Context(), after)
				defer cancel()
				resp, _ := w.ask(ctx)
				w.charged(resp, want)
				synctest.Wait() // what is left of it would keep the bubble from ending
			},
		},
	}
}

// charged checks what a call counts for.
func (w *world) charged(resp llm.Response, want charge) {
	w.Helper()
	req := Question()
	u := resp.Usage
	sent := len(req.System) + len(req.Prompt) + len(req.Schema.JSON())
	got := charge{u.InputTokens > 0, u.OutputTokens > 0, u.Estimated}
	if want.input && !want.estimated && w.Estimates {
		want.estimated = true
	}
	if got != want || u.CostUSD == nil || (*u.CostUSD > 0) != want.input || *u.CostUSD < 0 {
		w.Errorf("it took %+v, want %+v", u, want)
	}
	if u.InputTokens > 2*sent+4096 || u.OutputTokens > req.MaxOutputTokens || want.input && u.InputTokens < sent/10 {
		w.Errorf("it took %+v, of %d bytes that were sent", u, sent)
	}
}
