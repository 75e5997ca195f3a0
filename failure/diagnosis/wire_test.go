package diagnosis_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/failure/diagnosis"
)

// cancelWords are codes and words by which servers say that a call was given up.
var cancelWords = []string{"canceled", "cancelled", "CANCELLED", "request_cancelled", "client_closed_request", "context canceled",
	"Request was aborted.", "client disconnected", "AbortError"}

// Nothing that comes over the wire makes a failure our own cancellation: a client that has
// given up does not read it.
func TestOf_NothingFromTheWireIsACancellation(t *testing.T) {
	var bodies []string
	for _, word := range cancelWords {
		bodies = append(bodies, word, fmt.Sprintf(`{"error":{"type":%[1]q,"code":%[1]q,"message":%[1]q}}`, word),
			fmt.Sprintf(`{"error":%q}`, word), "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\""+word+"\"}}\n\n")
	}
	bodies = append(
		bodies,
		"",
		`{"error":{"code":499,"message":"x"}}`,
		`{"code":499}`,
		`{"status":499,"message":"Client Closed Request"}`,
		"499",
	)
	ask := func(provider string, status int, body string) {
		e := diagnosis.Evidence{
			Provider: provider,
			Status:   status,
			Body:     body,
			Err:      errors.New("the call failed: " + cancelWords[status%len(cancelWords)]),
		}
		if f := diagnosis.Of(e); f.Class == failure.Canceled {
			t.Fatalf("%s, status %d, body %q: %s by %s", provider, status, body, f.Class, f.Rule)
		}
	}
	for _, provider := range []string{"anthropic", "openai", "google", "local"} {
		for status := 100; status <= 999; status++ {
			ask(provider, status, bodies[status%len(bodies)])
		}
		for _, status := range []int{200, 400, 499, 500} {
			for _, body := range bodies {
				ask(provider, status, body)
			}
		}
	}
}

func TestOf_ClosedByAnEdgeIsAServerError(t *testing.T) {
	for _, e := range []diagnosis.Evidence{
		{Provider: "anthropic", Status: 499, Body: `{"error":"Client closed request"}`},
		{Provider: "openai", Status: 499},
		{Provider: "openai", Status: 500, Body: `{"error":{"message":"x","code":499}}`},
	} {
		f := diagnosis.Of(e)
		if f.Class != failure.ServerError || !f.Effect.Retryable || !f.Effect.OtherModel || !f.Effect.OtherProvider {
			t.Errorf("%+v: %s %+v", e, f.Class, f.Effect)
		}
	}
}

// What takes a person ends when the person has done it: no header of a rate limit, and
// no phase of the second that it is counted in, makes a wait of it.
func TestOf_HeadersDontEndWhatTakesAPerson(t *testing.T) {
	failures := map[failure.Class]diagnosis.Evidence{
		failure.QuotaExhausted: {
			Status: 429,
			Body:   `{"error":{"type":"insufficient_quota","code":"insufficient_quota","message":"You exceeded your current quota"}}`,
		},
		failure.Auth: {
			Status: 401,
			Body:   `{"error":{"type":"invalid_request_error","code":"invalid_api_key","message":"Incorrect API key provided"}}`,
		},
		failure.Permission: {Status: 403, Body: `{"error":{"type":"permission_error","message":"not allowed"}}`},
		failure.NotFound: {
			Status: 404,
			Body:   `{"error":{"type":"invalid_request_error","code":"model_not_found","message":"The model x does not exist"}}`,
		},
	}
	billing := diagnosis.Evidence{
		Status: 400,
		Body:   `{"type":"error","error":{"type":"invalid_request_error","message":"Your credit balance is too low to access the Anthropic API."}}`,
	}
	base := time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)
	for phase := time.Duration(0); phase < time.Second; phase += 50 * time.Millisecond {
		at := base.Add(phase)
		headers := []http.Header{
			{
				"Retry-After": {"1"},
			}, {"Retry-After": {"900"}}, {"Retry-After-Ms": {"1500"}}, {"Retry-After": {base.Add(time.Second).Format(http.TimeFormat)}},
			{
				"Anthropic-Ratelimit-Requests-Reset":     {base.Add(time.Second).Format(time.RFC3339)},
				"Anthropic-Ratelimit-Requests-Remaining": {"0"},
			},
			{
				"Anthropic-Ratelimit-Tokens-Reset": {base.Format(time.RFC3339)},
			}, {"X-Ratelimit-Reset-Requests": {"6m0s"}, "X-Ratelimit-Remaining-Requests": {"0"}},
			{"X-Ratelimit-Reset-Tokens": {"900"}}, {"X-Ratelimit-Reset": {fmt.Sprint(base.Add(time.Minute).UnixMilli())}},
		}
		for class, e := range failures {
			for _, h := range headers {
				for _, e := range []diagnosis.Evidence{e, billing} {
					e.Provider = "anthropic"
					e.Header = h
					e.At = at
					f := diagnosis.Of(e)
					if f.RetryAfter != nil || f.Class != class && f.Class != failure.QuotaExhausted {
						t.Fatalf("%s with %v at %v: %s, to wait %v", class, h, at, f.Class, f.RetryAfter)
					}
				}
			}
		}
	}
}

// A status alone may be a proxy's word; an error object in the form of a model's API is
// the provider's.
func TestOf_Bare(t *testing.T) {
	const page = "<html><head><title>404 Not Found</title></head><body><h1>404 Not Found</h1></body></html>"
	for _, tt := range []struct {
		name   string
		status int
		body   string
		bare   bool
	}{
		{"nothing", 401, "", true},
		{"a page", 404, page, true},
		{"a word", 404, "404 page not found", true},
		{"an API gateway", 403, `{"message":"Forbidden"}`, true},
		{"a web framework", 404, `{"detail":"Not Found"}`, true},
		{"another one", 404, `{"timestamp":1,"status":404,"error":"Not Found","path":"/v1/messages"}`, true},
		{"a redirect", 302, "", true},
		{"a method", 405, page, true},
		{"Anthropic's", 404, `{"type":"error","error":{"type":"not_found_error","message":"Not Found"}}`, false},
		{"OpenAI's", 404, `{"error":{"message":"Invalid URL (POST /v1/chat)","type":"invalid_request_error","param":null,"code":null}}`, false},
		{"Google's", 403, `{"error":{"code":403,"message":"no","status":"PERMISSION_DENIED"}}`, false},
		{"vLLM's", 404, `{"object":"error","message":"The model x does not exist.","type":"NotFoundError","code":404}`, false},
		{"a model's name", 404, `{"error":"model 'llama9' not found"}`, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if f := diagnosis.Of(diagnosis.Evidence{Provider: "openai", Status: tt.status, Body: tt.body}); f.Bare != tt.bare {
				t.Errorf("bare is %v (%s by %s)", f.Bare, f.Class, f.Rule)
			}
		})
	}
}

// A failure that the settings here make says so, and what to set.
func TestOf_WhatIsWrongHere(t *testing.T) {
	for name, tt := range map[string]struct {
		e     diagnosis.Evidence
		class failure.Class
		says  []string
		not   string
	}{
		"a key with a line break": {diagnosis.Evidence{Reach: failure.Unsent, KeyName: "ANTHROPIC_API_KEY",
			Err: errors.New(`net/http: invalid header field value for "X-Api-Key"`)},
			failure.Input, []string{"can't be sent from this machine", "set ANTHROPIC_API_KEY again"}, "report it"},
		"a proxy's address": {diagnosis.Evidence{Reach: failure.Unsent, Err: errors.New(`invalid proxy address "::"`)}, failure.Input,
			[]string{"HTTPS_PROXY"}, "report it"},
		"a redirect": {diagnosis.Evidence{Status: 307,
			Header: http.Header{"Location": {"https://user:secret@elsewhere.example/v1/x?key=hidden"}}},
			failure.InvalidRequest, []string{"status 307", "https://elsewhere.example/v1/x", "check the base URL"}, "hidden"},
		"a redirect with a page": {diagnosis.Evidence{Status: 302, Header: http.Header{"Location": {"/login?session=hidden"}},
			Body: "<a href=\"/login?session=hidden\">Found</a>.\n", Err: errors.New(`302 Found "<a href=\"/login?session=hidden\">"`)},
			failure.InvalidRequest, []string{"status 302", "/login", "check the base URL"}, "hidden"},
		"another protocol": {diagnosis.Evidence{Status: 101}, failure.InvalidRequest, []string{"status 101", "check the base URL"}, "report it"},
		"http to https": {diagnosis.Evidence{Status: 400, Body: "Client sent an HTTP request to an HTTPS server.\n"}, failure.Connection,
			[]string{"one side speaks https", "http:// or https://"}, "certificate"},
		"http to nginx": {diagnosis.Evidence{Status: 400,
			Body: "<html>\r\n<head><title>400 The plain HTTP request was sent to HTTPS port</title></head></html>"}, failure.Connection,
			[]string{"http:// or https://"}, "certificate"},
		"a proxy's password": {diagnosis.Evidence{Status: 407}, failure.Connection, []string{"password", "HTTPS_PROXY"}, "certificate"},
	} {
		t.Run(name, func(t *testing.T) {
			tt.e.Provider = "anthropic"
			f := diagnosis.Of(tt.e)
			if f.Class != tt.class || f.Effect.Retryable {
				t.Errorf("%s, %+v", f.Class, f.Effect)
			}
			for _, want := range tt.says {
				if !strings.Contains(f.Error(), want) {
					t.Errorf("%q does not say %q", f.Error(), want)
				}
			}
			if strings.Contains(f.Error(), tt.not) || strings.Contains(f.Error(), "secret") {
				t.Errorf("%q says too much", f.Error())
			}
		})
	}
}

// A key is taken out of all that is told, whatever is put between its letters; a text
// that only resembles one is left whole.
func TestScrub(t *testing.T) {
	const key = "my-very=own/key of+no-form"
	for _, text := range []string{
		"wrong key " + key, "wrong key my-very%3Down%2Fkey+of%2Bno-form", "wrong key my-very%3down%2fkey+of%2bno-form",
		"wrong key my-very=own%2fkey%20of+no-form", `wrong key my-very=own/key of+no-form"`,
		"wrong key my-\x00very=own/\x1b\u202ekey of+no-form", "wrong key my-very=own/key\n of+no-form",
	} {
		if got := diagnosis.Scrub(text, key, 300); !strings.Contains(got, "[key]") || strings.Contains(got, "own") {
			t.Errorf("%q becomes %q", text, got)
		}
	}
	for _, short := range []string{"x", "ollama", "1234567"} {
		for _, text := range []string{"does not exist", "model x of ollama does not exist", "1234567 tokens"} {
			if got := diagnosis.Scrub(text, short, 300); got != text {
				t.Errorf("with the key %q, %q becomes %q", short, text, got)
			}
		}
	}
	for _, text := range []string{
		"Missing bearer authentication in header.", "Bearer authorization is required", "set x-api-key: header", "invalid api_key: missing",
		"you have no API-key: create one", "bearer credentials expected",
	} {
		if got := diagnosis.Scrub(text, key, 300); got != text {
			t.Errorf("%q becomes %q", text, got)
		}
	}
	for _, secret := range []string{"sk-proj-abcdefghij1234567890", "Bearer abcdef.ghijkl", "Bearer aLongOpaqueTokenOfLettersOnly",
		"?key=abcdefgh", "x-api-key: 0123456789abcdef"} {
		if got := diagnosis.Scrub("got "+secret, "", 300); !strings.Contains(got, "[key]") {
			t.Errorf("%q becomes %q", secret, got)
		}
	}
}

// What a provider puts where names belong is bounded, printable, and without the key.
func TestOf_NamesFromOutsideAreScrubbed(t *testing.T) {
	const key = "my-very-own-key"
	h := http.Header{"Request-Id": {"req_" + key + strings.Repeat("x", 1<<20)}}
	f := diagnosis.Of(diagnosis.Evidence{Provider: "openai", Status: 400, Header: h, Key: key,
		Body: `{"error":{"code":"` + key + `","param":"` + key + `","message":"m"}}`})
	for _, name := range []string{f.RequestID, f.Code, f.Parameter} {
		if strings.Contains(name, key) || len(name) > 200 {
			t.Errorf("%.40q of %d bytes", name, len(name))
		}
	}
}
