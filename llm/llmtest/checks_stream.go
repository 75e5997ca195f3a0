package llmtest

import (
	"context"
	"errors"
	"strings"
	"testing/synctest"
	"time"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/llm"
)

// brokenStreams are about answers that begin well.
var brokenStreams = []check{
	always(
		"error as the first event",
		"an error in a stream is the error that it is",
		"{stream_error: {after_tokens: 0, error: overloaded}}",
		failure.Overloaded,
	),
	always(
		"error after the first event",
		"an error in a stream is the error that it is",
		"{stream_error: {after_tokens: 0, after_start: true, error: overloaded}}",
		failure.Overloaded,
		func(w *world, _ llm.Response, f *failure.Error) {
			if f.Effect.Scope != w.Scope {
				w.Errorf("%+v", f.Effect)
			}
		},
	),
	always(
		"error in the middle",
		"half an answer is no answer, and is paid for",
		"{stream_error: {after_tokens: 30, error: rate_limit}}",
		failure.RateLimited,
		func(w *world, resp llm.Response, _ *failure.Error) {
			if resp.Usage.OutputTokens < 20 || *resp.Usage.CostUSD == 0 {
				w.Errorf("it took %+v", resp.Usage)
			}
		},
	),
	always("cut off", "an answer that is cut off is no answer", "{cut: {after_tokens: 40}}", failure.Connection),
	always("no end", "an answer without the sign of its end is no answer", "{end: {after_tokens: 40}}", failure.Connection),
	always(
		"no end at the last",
		"an answer without the sign of its end is no answer, also when it is all there",
		"{end: {after_tokens: 100000}}",
		failure.Connection,
	),
	{
		name:     "malformed chunk",
		contract: "an answer that can't be read is no answer",
		rules:    target("{malformed: {after_tokens: 10}}"),
		calls:    1,
		check: func(w *world) {
			_, err := w.ask(w.Context())
			if c := failure.ClassOf(err); c != failure.BadOutput && c != failure.Connection {
				w.Errorf("got %v", err)
			}
		},
	},
}

// silences are about providers that don't answer in time.
var silences = []check{
	{
		name:     "silence",
		contract: "nobody waits for an answer that does not begin",
		rules:    target("{silent: true}"),
		calls:    1,
		check: func(w *world) {
			if d := took(func() { _, _ = w.fails(failure.Timeout) }); d != 12*time.Second {
				w.Errorf("it waited %v", d)
			}
		},
	},
	{
		name:     "a late beginning",
		contract: "nobody waits for an answer that begins late",
		rules:    target("{first_event: 20s}"),
		calls:    1,
		check: func(w *world) {
			if d := took(func() { _, _ = w.fails(failure.Timeout) }); d != 12*time.Second {
				w.Errorf("it waited %v", d)
			}
		},
	},
	{
		name:     "a stall",
		contract: "nobody waits for an answer that stops coming",
		rules:    target("{stall: {after_tokens: 20}}"),
		calls:    1,
		check: func(w *world) {
			if d := took(func() { _, _ = w.fails(failure.Timeout) }); d != 30*time.Second {
				w.Errorf("it waited %v", d)
			}
		},
	},
	{
		name:     "a pause",
		contract: "an answer may pause",
		rules:    target("{stall: {after_tokens: 20, for: 25s}}"),
		calls:    1,
		check: func(w *world) {
			if _, err := w.ask(w.Context()); err != nil {
				w.Error(err)
			}
		},
	},
	{
		name:     "endless pings",
		contract: "signs of life without content are no answer",
		rules:    target("{stall: {after_tokens: 20, pings: true}}"),
		calls:    1,
		check: func(w *world) {
			if d := took(func() { _, _ = w.fails(failure.Timeout) }); d > 3*time.Minute {
				w.Errorf("it waited %v", d)
			}
		},
	},
}

// badAnswers are about answers that come whole and are no good.
var badAnswers = []check{
	always(
		"wrong form",
		"an answer in another form is no answer",
		"{output: wrong_schema}",
		failure.BadOutput,
		func(w *world, resp llm.Response, f *failure.Error) {
			if !strings.Contains(f.Message, "schema") || *resp.Usage.CostUSD == 0 {
				w.Errorf("%s; it cost %v", f.Message, *resp.Usage.CostUSD)
			}
		},
	),
	always("words around it", "an answer with words around it is no answer", "{output: prose}", failure.BadOutput),
	always("cut off at the limit", "an answer that reached the limit is no answer", "{output: truncated}", failure.BadOutput),
	always("refused", "a model's refusal is known", "{output: refusal}", failure.ContentPolicy, final),
	always("filtered answer", "a filtered answer is known", "{output: content_filter}", failure.ContentPolicy, final),
	always("nothing in it", "a complete answer without content is no answer", "{output: empty}", failure.BadOutput),
}

// callers are about the callers' own doing.
var callers = []check{
	{
		name:     "a caller that leaves",
		contract: "a call ends soon after its caller gives up, and says nothing of anybody",
		rules:    target("{stall: {after_tokens: 10}}"),
		calls:    1,
		check: func(w *world) {
			ctx, cancel := context.WithCancelCause(w.Context())
			time.AfterFunc(5*time.Second, func() { cancel(errors.New("the operator cancelled the run")) })
			d := took(func() {
				if _, err := w.ask(ctx); failure.ClassOf(err) != failure.Canceled {
					w.Errorf("got %v", err)
				}
			})
			if d != 5*time.Second {
				w.Errorf("it ended after %v", d)
			}
			synctest.Wait() // what is left of it would keep the bubble from ending
		},
	},
	{
		name:     "a caller that has left",
		contract: "nobody is asked for a caller that has given up",
		rules:    target("{}"),
		calls:    0,
		check: func(w *world) {
			ctx, cancel := context.WithCancel(w.Context())
			cancel()
			if _, err := w.ask(ctx); failure.ClassOf(err) != failure.Canceled {
				w.Errorf("got %v", err)
			}
		},
	},
	{
		name:     "a question that is too long",
		contract: "what the provider does not take comes back as what it is",
		rules:    "  - name: none\n    when: {provider: nobody}\n    fault: {reset: true}\n",
		calls:    1,
		check: func(w *world) {
			req := Question()
			req.Prompt = strings.Repeat(req.Prompt, 8_000)
			if _, err := w.model.Generate(w.Context(), req); failure.ClassOf(err) != failure.ContextLength {
				w.Errorf("got %v", err)
			}
		},
	},
}
