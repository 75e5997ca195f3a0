package llmtest

import (
	"strings"
	"sync"
	"time"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/llm"
)

// check is one clause of the contract.
type check struct {
	name     string
	contract string // what callers rely on
	rules    string // of the scenario
	calls    int    // that the provider sees
	check    func(w *world)
}

// target makes the rules of a scenario in which the provider always does one thing.
func target(fault string) string {
	return "  - name: fault\n    when: {provider: target}\n    fault: " + fault + "\n"
}

// always makes a check that the provider's doing one thing is taken for a class.
func always(name, contract, fault string, class failure.Class, more ...func(w *world, resp llm.Response, f *failure.Error)) check {
	return check{name: name, contract: contract, rules: target(fault), calls: 1, check: func(w *world) {
		resp, f := w.fails(class)
		for _, m := range more {
			m(w, resp, f)
		}
	}}
}

// checks are the contract.
var checks = concat(answers, refusals, brokenStreams, silences, badAnswers, callers)

func concat(groups ...[]check) []check {
	var all []check
	for _, g := range groups {
		all = append(all, g...)
	}
	return all
}

// answers are about what comes back with an answer.
var answers = []check{
	{
		name:     "a good answer",
		contract: "an answer comes with all that is known of the call",
		rules:    target("{}"),
		calls:    1,
		check: func(w *world) {
			resp, err := w.ask(w.Context())
			if err != nil {
				w.Fatal(err)
			}
			call := w.sim.Calls()[0]
			u := resp.Usage
			if exact := u.InputTokens == call.InputTokens && u.OutputTokens == call.OutputTokens; !exact && !w.Estimates ||
				u.InputTokens < 200 ||
				u.OutputTokens < 40 {
				w.Errorf(
					"%d and %d tokens, the provider counted %d and %d",
					u.InputTokens,
					u.OutputTokens,
					call.InputTokens,
					call.OutputTokens,
				)
			}
			if want := *spec.Cost(u); *u.CostUSD != want || want <= 0 {
				w.Errorf("it cost %v, want %v", *u.CostUSD, want)
			}
			if resp.Source != llm.AI || resp.Provider != w.Provider || !strings.HasPrefix(resp.Model, w.Model) {
				w.Errorf("answered by %s, %s %s", resp.Source, resp.Provider, resp.Model)
			}
			if resp.RequestID == "" || call.RequestID != "" && resp.RequestID != call.RequestID {
				w.Errorf("request id %q, the provider said %q", resp.RequestID, call.RequestID)
			}
			if len(resp.Header) == 0 {
				w.Error("the header is lost")
			}
			if !call.Streaming || !call.Complete || call.Problem != "" {
				w.Errorf("the call was %+v", call)
			}
		},
	},
	{
		name:     "an answer takes time",
		contract: "the time until an answer begins is reported",
		rules:    target("{first_event: 3s}"),
		calls:    1,
		check: func(w *world) {
			resp, err := w.ask(w.Context())
			if err != nil || resp.FirstEvent != 3*time.Second {
				w.Errorf("%v until it began (%v)", resp.FirstEvent, err)
			}
		},
	},
	{
		name:     "signs of life",
		contract: "comments before an answer are no harm",
		rules:    target("{first_event: 25s, meanwhile: comments}"),
		calls:    1,
		check: func(w *world) {
			if resp, err := w.ask(w.Context()); err != nil || resp.FirstEvent != 25*time.Second {
				w.Errorf("%v until it began (%v)", resp.FirstEvent, err)
			}
		},
	},
	{
		name:     "numbers that can't be",
		contract: "an answer is not bad for what it says that it took",
		rules:    target("{hostile: huge_usage}"),
		calls:    1,
		check: func(w *world) {
			if resp, err := w.ask(w.Context()); err != nil || !resp.Usage.Estimated || resp.Usage.OutputTokens != 4096 && !w.Estimates {
				w.Errorf("it took %+v (%v)", resp.Usage, err)
			}
		},
	},
	{
		name:     "another model answers",
		contract: "the model that answered is reported, whatever was asked for",
		rules:    target("{served_model: another-model}"),
		calls:    1,
		check: func(w *world) {
			if resp, err := w.ask(w.Context()); err != nil || resp.Model != "another-model" {
				w.Errorf("answered by %s (%v)", resp.Model, err)
			}
		},
	},
	{
		name:     "a fence around an answer",
		contract: "a fence around all of an answer does no harm",
		rules:    target("{output: fenced}"),
		calls:    1,
		check: func(w *world) {
			if _, err := w.ask(w.Context()); err != nil {
				w.Error(err)
			}
		},
	},
	{name: "a schema in words", contract: "the form can be asked for in words", rules: target("{}"), calls: 1, check: func(w *world) {
		req := Question()
		req.SchemaInWords = true
		if _, err := w.model.Generate(w.Context(), req); err != nil {
			w.Error(err)
		}
	}},
	{
		name:     "no schema",
		contract: "without a schema any JSON is an answer",
		rules:    target(`{text: '"a word"'}`),
		calls:    1,
		check: func(w *world) {
			req := Question()
			req.Schema = llm.Schema{}
			if resp, err := w.model.Generate(w.Context(), req); err != nil || string(resp.JSON) != `"a word"` {
				w.Errorf("%s, %v", resp.JSON, err)
			}
		},
	},
	{
		name:     "the same beginning again",
		contract: "what came from the provider's cache is counted as that",
		rules:    target("{}"),
		calls:    2,
		check: func(w *world) {
			req := Question()
			req.System = strings.Repeat("Judge from the scene alone, and not from what you know. ", 120)
			var last llm.Usage
			for i := range 2 {
				req.Prompt += "The lamp goes out." // only the beginning is the same
				resp, err := w.model.Generate(w.Context(), req)
				if err != nil {
					w.Fatal(err)
				}
				last = resp.Usage
				if fresh := last.InputTokens - last.CacheReadTokens - last.CacheWriteTokens; fresh < 0 ||
					*last.CostUSD != *spec.Cost(last) {
					w.Errorf("question %d: %+v", i+1, last)
				}
			}
			if w.Caches && last.CacheReadTokens < 1024 {
				w.Errorf("from the cache came %d tokens", last.CacheReadTokens)
			}
		},
	},
	{name: "many at once", contract: "a model may be asked concurrently", rules: target("{delay: 1s}"), calls: 30, check: func(w *world) {
		var wg sync.WaitGroup
		d := took(func() {
			for range 30 {
				wg.Go(func() { w.ask(w.Context()) }) //nolint:errcheck // what comes back is checked by ask
			}
			wg.Wait()
		})
		if d > 2*time.Second {
			w.Errorf("30 questions at once took %v", d)
		}
	}},
}

// refusals are about errors in place of an answer.
var refusals = []check{
	always(
		"overloaded",
		"an overload is known",
		"{error: overloaded, retry_after: 7s}",
		failure.Overloaded,
		hinted(7*time.Second),
		identified,
		func(w *world, _ llm.Response, f *failure.Error) {
			if f.Effect.Scope != w.Scope || !f.Effect.Retryable {
				w.Errorf("%+v", f.Effect)
			}
		},
	),
	always("unavailable", "an outage is known", "{error: unavailable}", failure.Overloaded),
	always(
		"rate limit",
		"a rate limit is known, with its wait",
		"{error: rate_limit, retry_after: 20s}",
		failure.RateLimited,
		hinted(20*time.Second),
		identified,
	),
	always("no credit", "an empty account is no rate limit", "{error: billing}", failure.QuotaExhausted, final),
	always("no quota", "a quota that is used up is no rate limit", "{error: quota_exhausted}", failure.QuotaExhausted, final),
	always("server error", "an internal error is known", "{error: server_error}", failure.ServerError),
	always("bad gateway", "a proxy's page is no mystery", "{error: bad_gateway}", failure.ServerError),
	always("gateway timeout", "a proxy's timeout is one", "{error: gateway_timeout}", failure.Timeout),
	always("wrong key", "a wrong key is known", "{error: auth}", failure.Auth, final),
	always("no permission", "a missing right is known", "{error: permission}", failure.Permission, final),
	always("no such model", "a missing model is known", "{error: not_found}", failure.NotFound, final),
	always("too long", "a question that is too long is known", "{error: context_length}", failure.ContextLength, final),
	always("filtered", "a refusal for content is known", "{error: content_filter}", failure.ContentPolicy, final),
	always("refused form", "a refused form is known", "{error: invalid_request}", failure.InvalidRequest, final),
	always(
		"unsupported parameter",
		"a refused parameter is named, and others may take it",
		"{error: unsupported_parameter}",
		failure.InvalidRequest,
		final,
	),
	always("no connection", "nobody listening is a matter of the connection", "{refuse: true}", failure.Connection, network(true)),
	always("reset", "a reset connection is a matter of the connection", "{reset: true}", failure.Connection, network(true)),
	always("no name", "a name that leads nowhere is a matter of the connection", "{dns: true}", failure.Connection, network(true)),
	always("certificate", "a certificate that is not accepted does not get better", "{tls: true}", failure.Connection, network(false)),
	always(
		"redirect",
		"a key follows no redirect",
		"{status: 307, headers: {Location: 'http://127.0.0.1:1/elsewhere'}, body: ''}",
		failure.InvalidRequest,
	),
	always(
		"a page",
		"a page in place of an answer is no answer",
		"{status: 200, headers: {Content-Type: text/html}, body: '<html><title>Welcome</title></html>'}",
		failure.Connection,
	),
	always("nothing", "an empty answer is no answer", "{output: empty_body}", failure.BadOutput),
}

func hinted(want time.Duration) func(*world, llm.Response, *failure.Error) {
	return func(w *world, _ llm.Response, f *failure.Error) {
		w.Helper()
		if f.RetryAfter == nil || *f.RetryAfter != want {
			w.Errorf("the provider said to wait %v; what came through is %v", want, f.RetryAfter)
		}
	}
}

// identified checks that the provider's id of the call comes with the failure.
func identified(w *world, resp llm.Response, f *failure.Error) {
	w.Helper()
	if w.TellsRequestID && (f.RequestID == "" || f.RequestID != w.sim.Calls()[0].RequestID || resp.RequestID != f.RequestID) {
		w.Errorf("request id %q and %q, the provider said %q", f.RequestID, resp.RequestID, w.sim.Calls()[0].RequestID)
	}
}

// final checks that the same model is not to be asked again.
func final(w *world, _ llm.Response, f *failure.Error) {
	w.Helper()
	if f.Effect.Retryable {
		w.Errorf("it is said that asking again may help (%s)", f.Rule)
	}
}

func network(retryable bool) func(*world, llm.Response, *failure.Error) {
	return func(w *world, resp llm.Response, f *failure.Error) {
		w.Helper()
		if f.Effect.Retryable != retryable || f.Effect.Scope != failure.ScopeNetwork || *resp.Usage.CostUSD != 0 {
			w.Errorf("%+v, cost %v", f.Effect, *resp.Usage.CostUSD)
		}
	}
}
