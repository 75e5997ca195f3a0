package simulator_test

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cineforge/cineforge/simulator"
	"github.com/cineforge/cineforge/simulator/scenario"
)

// namedErrors is what each vendor answers: status and a part of the body.
var namedErrors = map[string]map[string]string{
	"overloaded": {
		"messages": `529 "overloaded_error","message":"Overloaded"`,
		"chat":     `503 "code": "server_is_overloaded"`,
		"generate": `503 "status": "UNAVAILABLE"`,
		"compat":   `503 "code":"server_is_overloaded"`,
	},
	"rate_limit": {
		"messages": `429 "rate_limit_error"`,
		"chat":     `429 "code": "rate_limit_exceeded"`,
		"generate": `429 GenerateRequestsPerMinutePerProjectPerModel`,
		"compat":   `429 "code":"rate_limit_exceeded"`,
	},
	"quota_exhausted": {
		"messages": `400 You have reached your specified API usage limits. You will regain access on`,
		"chat":     `429 "code": "insufficient_quota"`,
		"generate": `429 GenerateRequestsPerDayPerProjectPerModel`,
		"compat":   `429 "code":"insufficient_quota"`,
	},
	"billing": {
		"messages": `400 Your credit balance is too low`,
		"chat":     `429 "code": "insufficient_quota"`,
		"generate": `429 prepayment credits are depleted`,
		"compat":   `402 Insufficient Balance`,
	},
	"server_error": {
		"messages": `500 "api_error","message":"Internal server error"`,
		"chat":     `500 "type": "server_error"`,
		"generate": `500 "status": "INTERNAL"`,
		"compat":   `500 "type":"server_error"`,
	},
	"unavailable": {
		"messages": `503 "type":"error"`,
		"chat":     `503 "type": "server_error"`,
		"generate": `503 "status": "UNAVAILABLE"`,
		"compat":   `503 "type":"server_error"`,
	},
	"bad_gateway": {"messages": `502 <html>`, "chat": `502 <html>`, "generate": `502 <!DOCTYPE html>`, "compat": `502 <html>`},
	"gateway_timeout": {
		"messages": `504 504 Gateway Time-out`,
		"chat":     `504 504 Gateway Time-out`,
		"generate": `504 "status": "DEADLINE_EXCEEDED"`,
		"compat":   `504 504 Gateway Time-out`,
	},
	"auth": {
		"messages": `401 "authentication_error","message":"invalid x-api-key"`,
		"chat":     `401 "code": "invalid_api_key"`,
		"generate": `400 API_KEY_INVALID`,
		"compat":   `401 "code":"invalid_api_key"`,
	},
	"permission": {
		"messages": `403 "permission_error"`,
		"chat":     `403 unsupported_country_region_territory`,
		"generate": `403 "status": "PERMISSION_DENIED"`,
		"compat":   `403 request_forbidden`,
	},
	"not_found": {
		"messages": `404 "not_found_error","message":"model: claude-sonnet-4-6"`,
		"chat":     `404 "code": "model_not_found"`,
		"generate": `404 "status": "NOT_FOUND"`,
		"compat":   `404 "code":"model_not_found"`,
	},
	"context_length": {
		"messages": `400 prompt is too long: 1000001 tokens > 1000000 maximum`,
		"chat":     `400 "code": "context_length_exceeded"`,
		"generate": `400 exceeds the maximum number of tokens allowed (1048576)`,
		"compat":   `400 "code":"context_length_exceeded"`,
	},
	"content_filter": {
		"messages": `400 Output blocked by content filtering policy`,
		"chat":     `400 "code": "invalid_prompt"`,
		"generate": `200 "blockReason"`,
		"compat":   `400 "code":"content_filter"`,
	},
	"invalid_request": {
		"messages": `400 "invalid_request_error"`,
		"chat":     `400 "invalid_request_error"`,
		"generate": `400 "INVALID_ARGUMENT"`,
		"compat":   `400 "invalid_request_error"`,
	},
	"unsupported_parameter": {
		"messages": `400 cannot both be specified`,
		"chat":     `400 "code": "unsupported_parameter"`,
		"generate": `400 "INVALID_ARGUMENT"`,
		"compat":   `400 "code":"unsupported_parameter"`,
	},
	"prefill": {
		"messages": `400 does not support assistant message prefill`,
		"chat":     `400 Expected last role`,
		"generate": `400 end with a user role`,
		"compat":   `400 Expected last role`,
	},
}

func TestHandler_EveryNamedErrorInEveryDialect(t *testing.T) {
	if len(namedErrors) != len(scenario.Errors()) {
		t.Errorf("%d errors are tested, there are %v", len(namedErrors), scenario.Errors())
	}
	for _, name := range scenario.Errors() {
		for _, a := range apis {
			b := always(scenario.Fault{Error: name})
			got := b.form(t.Context(), a)
			want, ok := namedErrors[name][family(a)]
			if !ok && name == "unsupported_parameter" {
				want = `400 "param": "temperature"`
			} else if !ok { // Responses has the shapes of Chat
				want = namedErrors[name]["chat"]
			}
			status, part, _ := strings.Cut(want, " ")
			raw := got.raw
			if a.name == "generate stream" && got.status == 200 {
				part = strings.TrimSuffix(part, `"`)
			}
			if got.err != nil || strconv.Itoa(got.status) != status || !strings.Contains(raw, part) {
				t.Errorf("%s, %s: %d %s, want %s", a.name, name, got.status, raw, want)
			}
			call := b.last(t)
			if call.Rule != "always" || call.Fault != "error:"+name || call.Status != got.status || !call.Complete || !call.Ended ||
				call.OutputTokens != 0 {
				t.Errorf("%s, %s: %+v", a.name, name, call)
			}
			if got.status != 200 && strings.HasPrefix(raw, "{") != json.Valid([]byte(raw)) && a.name != "generate array" {
				t.Errorf("%s, %s: not JSON: %s", a.name, name, raw)
			}
			if a.provider == "google" && a.name != "generate stream" && got.status != 200 && name != "bad_gateway" &&
				!strings.Contains(raw, "\n  ") {
				t.Errorf("%s, %s: not pretty-printed: %s", a.name, name, raw)
			}
			if a.name == "generate array" && got.status != 200 && name != "bad_gateway" && !strings.HasPrefix(raw, "[") {
				t.Errorf("the error of an array is no array: %s", raw)
			}
			if a.provider == "anthropic" && strings.HasPrefix(raw, "{") &&
				!strings.Contains(raw, `"request_id":"`+got.header.Get("request-id")+`"`) {
				t.Errorf("%s: request id %q is not in %s", name, got.header.Get("request-id"), raw)
			}
			if h := got.header; h.Get("retry-after") != "" || strings.Contains(raw, "RetryInfo") ||
				got.status == 429 && (h.Get("x-ratelimit-reset-requests") != "" || h.Get("anthropic-ratelimit-requests-reset") != "") {
				t.Errorf("%s, %s: gives a hint nobody asked for: %v %s", a.name, name, h, raw)
			}
		}
	}
}

func TestHandler_ReportsASmallWindow(t *testing.T) {
	for name, want := range map[string]string{
		"messages":  "prompt is too long: 31 tokens > 20 maximum",
		"chat":      "maximum context length is 20 tokens. However, your messages resulted in 31 tokens",
		"responses": "exceeds the context window", "generate": "The input token count (31) exceeds the maximum number of tokens allowed (20).",
	} {
		b := rules(scenario.Rule{When: scenario.When{TokensOver: 20}, Fault: scenario.Fault{Error: "context_length"}})
		if got := b.ask(t.Context(), apiNamed(name)); got.status != 400 || !strings.Contains(got.raw, want) {
			t.Errorf("%s: %d %s", name, got.status, got.raw)
		}
	}
}

func TestHandler_HintsAreTheVendors(t *testing.T) {
	for _, name := range []string{"rate_limit", "overloaded", "unavailable"} {
		for _, a := range apis {
			synctest.Test(t, func(t *testing.T) {
				got := always(scenario.Fault{Error: name, RetryAfter: 1500 * time.Millisecond}).ask(t.Context(), a)
				h := got.header
				switch a.provider {
				case "anthropic":
					reset, err := time.Parse(time.RFC3339, h.Get("anthropic-ratelimit-requests-reset"))
					if h.Get("retry-after") != "2" || err != nil || time.Until(reset) > 2*time.Second || time.Until(reset) < 0 ||
						h.Get("x-should-retry") != "true" {
						t.Errorf("%s, %s: %v", a.name, name, h)
					}
					if left := h.Get("anthropic-ratelimit-requests-remaining"); (left == "0") != (name == "rate_limit") {
						t.Errorf("%s, %s: %s requests left", a.name, name, left)
					}
				case "openai":
					if h.Get("retry-after") != "2" || h.Get("retry-after-ms") != "1500" || h.Get("x-ratelimit-reset-requests") != "1.5s" {
						t.Errorf("%s, %s: %v", a.name, name, h)
					}
				case "google":
					if !strings.Contains(got.raw, `"retryDelay": "1.5s"`) || !strings.Contains(got.raw, "google.rpc.RetryInfo") {
						t.Errorf("%s, %s: %s", a.name, name, got.raw)
					}
				default:
					if h.Get("retry-after") != "2" || h.Get("retry-after-ms") != "" {
						t.Errorf("%s, %s: %v", a.name, name, h)
					}
				}
			})
		}
	}
	got := always(scenario.Fault{Error: "rate_limit", RetryAfter: 24 * time.Hour}).ask(t.Context(), apiNamed("chat"))
	if got.header.Get("retry-after") != "86400" || got.header.Get("x-ratelimit-reset-requests") != "24h0m0s" {
		t.Error(got.header)
	}
}

func TestHandler_RawAnswers(t *testing.T) {
	for body, kind := range map[string]string{
		`{"error": 1}`: "application/json", "<h1>no</h1>": "text/html", "data: {}\n\n": "text/event-stream", "oh no": "text/plain; charset=utf-8",
		"": "text/plain; charset=utf-8",
	} {
		b := always(
			scenario.Fault{
				Status:  524,
				Body:    body,
				Headers: map[string]string{"cf-ray": "1", "content-length": "9999", "Connection": "close"},
			},
		)
		got := b.ask(t.Context(), apiNamed("chat"))
		if got.err != nil || got.status != 524 || got.raw != body || got.header.Get("content-type") != kind ||
			got.header.Get("cf-ray") != "1" ||
			got.header.Get("x-request-id") != "" {
			t.Errorf("%q: %v %v", body, got, got.header)
		}
		if call := b.last(t); call.Fault != "status:524" || call.Status != 524 {
			t.Errorf("%+v", call)
		}
	}
	if got := always(scenario.Fault{Status: 200, Body: "x", Headers: map[string]string{"content-type": "application/json"}}).ask(t.Context(),
		apiNamed("messages")); !got.broken ||
		got.header.Get("content-type") != "application/json" {
		t.Error(got)
	}
}

func TestDelivery_ErrorsInStreams(t *testing.T) {
	for _, a := range apis {
		for _, at := range []scenario.StreamError{{}, {AfterStart: true}, {AfterTokens: 10}, {AfterTokens: 10_000}} {
			at.Error = "overloaded"
			b := always(scenario.Fault{StreamError: &at})
			got := b.ask(t.Context(), a)
			call := b.last(t)
			if !a.stream {
				if got.status < 500 || call.Status != got.status || call.Fault != "stream_error:overloaded" {
					t.Errorf("%s at %+v: %v", a.name, at, got)
				}
				continue
			}
			terminal := family(a) == "responses" && (at.AfterStart || at.AfterTokens > 0) // response.failed ends a stream
			if got.status != 200 || got.err != nil || got.problem == "" || got.terminal != terminal || call.Complete ||
				call.Status != 200 {
				t.Errorf("%s at %+v: %v, %+v", a.name, at, got, call)
			}
			if at.AfterTokens == 10 && (len(got.text) != 40 || call.OutputTokens-got.thinking != 10) ||
				at.AfterTokens == 0 && !at.AfterStart && len(got.events) != 1 {
				t.Errorf("%s at %+v: %v, %+v", a.name, at, got, call)
			}
			if at.AfterTokens == 10_000 && (got.text == "" || got.finish != "" && family(a) != "responses") {
				t.Errorf("%s at %+v: %v", a.name, at, got)
			}
		}
	}
	started := always(
		scenario.Fault{StreamError: &scenario.StreamError{AfterStart: true, Error: "overloaded"}},
	).ask(t.Context(), apiNamed("messages stream"))
	if !slices.Equal(started.events, []string{"message_start", "error"}) ||
		!strings.HasSuffix(started.raw, `"request_id":"`+started.header.Get("request-id")+"\"}\n\n") {
		t.Error(started.events, started.raw)
	}
	sse := always(
		scenario.Fault{StreamError: &scenario.StreamError{AfterTokens: 1, Error: "overloaded"}},
	).ask(t.Context(), apiNamed("generate stream"))
	if !strings.Contains(sse.raw, "}\r\n\r\n{\n  \"error\": {\n    \"code\": 503,") {
		t.Errorf("%q", sse.raw)
	}
	array := always(
		scenario.Fault{StreamError: &scenario.StreamError{AfterTokens: 1, Error: "overloaded"}},
	).ask(t.Context(), apiNamed("generate array"))
	if array.broken || array.problem == "" {
		t.Error(array)
	}
	raw := "event: error\ndata: whatever\n\n"
	for _, a := range apis {
		got := always(scenario.Fault{StreamError: &scenario.StreamError{Raw: raw}}).ask(t.Context(), a)
		if got.status != 200 || got.raw != raw {
			t.Errorf("%s: %q", a.name, got.raw)
		}
	}
}

func TestDelivery_ConnectionsThatDieInTheMiddle(t *testing.T) {
	for _, a := range apis {
		for _, tokens := range []int{0, 10, 10_000} {
			b := always(scenario.Fault{Cut: &scenario.Point{AfterTokens: tokens}})
			got := b.ask(t.Context(), a)
			if !errors.Is(got.err, io.ErrUnexpectedEOF) || got.status != 200 || got.terminal {
				t.Errorf("%s after %d: %v", a.name, tokens, got)
			}
			call := b.last(t)
			if call.Complete || call.ClientLeft || !call.Ended || call.Fault != "cut" ||
				tokens == 10 && a.stream && a.name != "generate array" && call.OutputTokens-got.thinking != 10 {
				t.Errorf("%s after %d: %+v", a.name, tokens, call)
			}
			if tokens == 10 && a.stream && a.name != "generate array" && len(got.text) != 40 || tokens == 0 && got.raw != "" {
				t.Errorf("%s after %d: %q", a.name, tokens, got.raw)
			}
		}
		for _, tokens := range []int{0, 10, 10_000} {
			b := always(scenario.Fault{End: &scenario.Point{AfterTokens: tokens}})
			got := b.ask(t.Context(), a)
			if got.err != nil || got.status != 200 || got.finish != "" || a.stream && got.terminal ||
				!a.stream && tokens > 0 && !got.broken {
				t.Errorf("%s ends after %d: %v", a.name, tokens, got)
			}
			if call := b.last(t); call.Complete || call.Fault != "end" {
				t.Errorf("%s ends after %d: %+v", a.name, tokens, call)
			}
		}
		whole := rules().ask(t.Context(), a)
		got := always(scenario.Fault{Malformed: &scenario.Point{AfterTokens: 10}}).ask(t.Context(), a)
		if got.err != nil || !got.broken || got.status != 200 {
			t.Errorf("%s malformed: %v", a.name, got)
		}
		if a.stream && a.name != "generate array" && (!got.terminal || got.text == whole.text || len(got.text) < 41) {
			t.Errorf("%s malformed: the rest did not come, or nothing is missing: %v", a.name, got)
		}
	}
}

func TestDelivery_Stalls(t *testing.T) {
	for _, a := range apis {
		synctest.Test(t, func(t *testing.T) {
			b := always(scenario.Fault{Stall: &scenario.Stall{AfterTokens: 10, For: time.Minute}})
			start := time.Now()
			got := b.ask(t.Context(), a)
			if !got.terminal || got.broken || time.Since(start) != time.Minute || !b.last(t).Complete {
				t.Errorf("%s: %v after %v", a.name, got, time.Since(start))
			}
		})
		synctest.Test(t, func(t *testing.T) {
			b := always(scenario.Fault{Stall: &scenario.Stall{AfterTokens: 10}})
			ctx, cancel := context.WithTimeout(t.Context(), 15*time.Second)
			defer cancel()
			got := b.ask(ctx, a)
			if !errors.Is(got.err, context.DeadlineExceeded) || got.status != 200 || got.terminal {
				t.Errorf("%s: %v", a.name, got)
			}
			synctest.Wait()
			if call := b.last(t); !call.ClientLeft || call.Complete || !call.Ended || call.Duration != 15*time.Second {
				t.Errorf("%s: %+v", a.name, call)
			}
		})
		synctest.Test(t, func(t *testing.T) {
			b := always(scenario.Fault{Stall: &scenario.Stall{AfterTokens: 10, For: time.Minute, Pings: true}})
			got := b.ask(t.Context(), a)
			sign := map[string]string{"messages": "event: ping\ndata: {\"type\":\"ping\"}\n\n", "generate": "nothing of the kind"}[family(a)]
			if sign == "" {
				sign = ": keep-alive\n\n"
			}
			pings := strings.Count(got.raw, sign)
			if family(a) == "messages" && a.stream {
				pings-- // that of every answer
			}
			if want := 5; !got.terminal || got.broken || a.stream && family(a) != "generate" && pings != want || !a.stream && pings > 0 {
				t.Errorf("%s: %d pings in %q", a.name, pings, got.raw)
			}
		})
	}
}

func TestHandler_LateAndSilentAnswers(t *testing.T) {
	for _, a := range apis {
		for _, f := range []scenario.Fault{{FirstEvent: 20 * time.Second}, {Delay: 20 * time.Second},
			{Delay: 5 * time.Second, FirstEvent: 15 * time.Second}, {Delay: 20 * time.Second, Error: "server_error"}} {
			synctest.Test(t, func(t *testing.T) {
				b := always(f)
				start := time.Now()
				resp, err := b.client.Do(b.request(t.Context(), a, a.body(prompt, false)))
				if err != nil {
					t.Fatal(err)
				}
				resp.Body.Close()
				if took := time.Since(start); took != 20*time.Second {
					t.Errorf("%s, %+v: headers after %v", a.name, f, took)
				}
				synctest.Wait()
				if call := b.last(t); call.Fault == "" {
					t.Errorf("%s, %+v: %+v", a.name, f, call)
				}
			})
		}
		synctest.Test(t, func(t *testing.T) {
			b := always(scenario.Fault{Silent: true})
			ctx, cancel := context.WithTimeoutCause(t.Context(), time.Hour, errors.New("waited long enough"))
			defer cancel()
			if got := b.ask(ctx, a); got.status != 0 || got.err == nil || !strings.Contains(got.err.Error(), "waited long enough") {
				t.Errorf("%s: %v", a.name, got)
			}
			synctest.Wait()
			if call := b.last(t); call.Status != 0 || call.Fault != "silent" || !call.ClientLeft || call.Duration != time.Hour {
				t.Errorf("%s: %+v", a.name, call)
			}
		})
	}
}

func TestHandler_NoConnection(t *testing.T) {
	for _, a := range apis {
		for name, f := range map[string]scenario.Fault{"reset": {Reset: true}, "refuse": {Refuse: true}, "dns": {DNS: true}, "tls": {TLS: true}} {
			b := always(f)
			err := b.ask(t.Context(), a).err
			op, _ := errors.AsType[*net.OpError](err)
			dns, isDNS := errors.AsType[*net.DNSError](err)
			_, isTLS := errors.AsType[*tls.CertificateVerificationError](err)
			ok := map[string]bool{
				"reset":  op != nil && op.Op == "read" && errors.Is(err, syscall.ECONNRESET),
				"refuse": op != nil && op.Op == "dial" && errors.Is(err, syscall.ECONNREFUSED),
				"dns":    isDNS && dns.IsNotFound && dns.Name == "sim.test" && op != nil,
				"tls":    isTLS && strings.Contains(err.Error(), "x509"),
			}
			if !ok[name] {
				t.Errorf("%s, %s: %#v", a.name, name, err)
			}
			if call := b.last(t); call.Fault != name || call.Status != 0 || call.Note != "" || call.ClientLeft || !call.Ended {
				t.Errorf("%s, %s: %+v", a.name, name, call)
			}
		}
	}
}

func TestCompose_OutputsThatAreNoGood(t *testing.T) {
	type want struct{ finish, text, refusal string }
	refusals := map[string]want{
		"messages": {finish: "refusal"}, "chat": {"stop", "", "assist"}, "compat": {"stop", "", "assist"},
		"responses": {"completed", "", "assist"}, "generate": {finish: "SAFETY"},
	}
	for _, a := range apis {
		whole := rules().form(t.Context(), a)
		out := func(f scenario.Fault) reading {
			b := always(f)
			got := b.form(t.Context(), a)
			if name := f.Output; got.err != nil || got.status != 200 || (name != "") != (b.last(t).Fault == "output:"+name) ||
				b.last(t).Complete != got.terminal && name != "empty_body" {
				t.Errorf("%s, %+v: %v, %+v", a.name, f, got, b.last(t))
			}
			return got
		}
		if got := out(scenario.Fault{Output: "wrong_schema"}); !json.Valid([]byte(got.text)) || strings.Contains(got.text, `"beats"`) {
			t.Errorf("%s: wrong_schema gives %q", a.name, got.text)
		}
		if got := out(scenario.Fault{Output: "prose"}); !strings.Contains(got.text, whole.text) || json.Valid([]byte(got.text)) {
			t.Errorf("%s: prose gives %q", a.name, got.text)
		}
		if got := out(scenario.Fault{Output: "fenced"}); got.text != "```json\n"+whole.text+"\n```" {
			t.Errorf("%s: fenced gives %q", a.name, got.text)
		}
		lengths := map[string]string{
			"messages":  "max_tokens",
			"chat":      "length",
			"compat":    "length",
			"responses": "incompletemax_output_tokens",
			"generate":  "MAX_TOKENS",
		}
		if got := out(scenario.Fault{Output: "truncated"}); got.finish != lengths[family(a)] ||
			!strings.HasPrefix(whole.text, got.text) ||
			got.text == "" ||
			got.text == whole.text {
			t.Errorf("%s: truncated gives %v", a.name, got)
		}
		r := refusals[family(a)]
		if got := out(scenario.Fault{Output: "refusal"}); got.finish != r.finish || got.text != r.text ||
			!strings.Contains(got.refusal, r.refusal) ||
			!got.terminal {
			t.Errorf("%s: refusal gives %v\n%s", a.name, got, got.raw)
		}
		if got := out(scenario.Fault{Output: "refusal", BlockPrompt: true}); strings.Contains(
			got.raw,
			"promptFeedback",
		) != (a.provider == "google") {
			t.Errorf("%s: a blocked prompt gives %s", a.name, got.raw)
		}
		if got := out(scenario.Fault{Output: "empty"}); got.text != "" || got.finish != finishes[family(a)] || !got.terminal {
			t.Errorf("%s: empty gives %v", a.name, got)
		}
		if got := out(scenario.Fault{Output: "empty_body"}); got.raw != "" {
			t.Errorf("%s: empty_body gives %q", a.name, got.raw)
		}
		words := "  Nothing but this.\n"
		if got := out(scenario.Fault{Text: &words}); got.text != words {
			t.Errorf("%s: text gives %q", a.name, got.text)
		}
		if got := out(scenario.Fault{ServedModel: "another"}); got.model != "another" || got.text != whole.text {
			t.Errorf("%s: served_model gives %v", a.name, got)
		}
		filtered := always(scenario.Fault{Output: "content_filter"}).form(t.Context(), a)
		filters := map[string]string{
			"chat":      "content_filter",
			"compat":    "content_filter",
			"responses": "incompletecontent_filter",
			"generate":  "SAFETY",
		}
		if family(a) == "messages" {
			if !strings.Contains(filtered.raw, "Output blocked by content filtering policy") || filtered.terminal {
				t.Errorf("%s: content_filter gives %v", a.name, filtered)
			}
		} else if filtered.finish != filters[family(a)] || filtered.text == "" || !strings.HasPrefix(whole.text, filtered.text) ||
			len(filtered.text) > len(whole.text)/2+4 {
			t.Errorf("%s: content_filter gives %v", a.name, filtered)
		}
	}
	// Also where no schema is asked for.
	for _, name := range scenario.Outputs() {
		for _, a := range apis {
			if got := always(scenario.Fault{Output: name}).ask(t.Context(), a); got.err != nil ||
				got.status != 200 && name != "content_filter" {
				t.Errorf("%s, %s: %v", a.name, name, got)
			}
		}
	}
}

func TestResponse_HeadersOfARule(t *testing.T) {
	for _, f := range []scenario.Fault{{}, {Error: "rate_limit"}, {Cut: &scenario.Point{}}, {Output: "empty_body"}} {
		f.Headers = map[string]string{"x-should-retry": "false", "request-id": "req_mine"}
		b := always(f)
		got := b.ask(t.Context(), apiNamed("messages stream"))
		if got.header.Get("x-should-retry") != "false" || got.header.Get("request-id") != "req_mine" ||
			b.last(t).RequestID != "req_mine" {
			t.Errorf("%+v: %v", f, got.header)
		}
	}
}

// What says how a body is sent is not a rule's to change.
func TestResponse_HeadersThatFrameABodyStay(t *testing.T) {
	b := onPort(
		t,
		scenario.Scenario{
			Rules: []scenario.Rule{
				{Fault: scenario.Fault{Headers: map[string]string{"Content-Length": "5", "Transfer-Encoding": "gzip", "x-mine": "1"}}},
			},
		},
	)
	for _, a := range apis {
		if got := b.ask(t.Context(), a); got.err != nil || !got.terminal || got.header.Get("x-mine") != "1" {
			t.Errorf("%s: %v", a.name, got)
		}
	}
}

var _ http.Handler = (*simulator.Simulator)(nil)
