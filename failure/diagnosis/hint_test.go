package diagnosis_test

import (
	"errors"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/failure/diagnosis"
)

// now is when all failures of these tests happen.
var now = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

// Whatever way a server says how long to wait, it is understood; what no server
// can mean is not.
func TestOf_Hints(t *testing.T) {
	const none = -1 * time.Second
	limit := `{"error":{"code":"rate_limit_exceeded","message":"%s"}}`
	for _, tt := range []struct {
		name   string
		status int
		header map[string]string
		body   string
		want   time.Duration
	}{
		{"seconds", 429, map[string]string{"Retry-After": "2"}, "", 2 * time.Second},
		{"fraction", 429, map[string]string{"Retry-After": "0.5"}, "", 500 * time.Millisecond},
		{"date", 429, map[string]string{"Retry-After": "Wed, 25 Nov 2026 12:00:30 GMT"}, "", 30 * time.Second},
		{"a date that is past", 429, map[string]string{"Retry-After": "Wed, 25 Nov 2026 11:00:00 GMT"}, "", none},
		{"milliseconds", 429, map[string]string{"Retry-After-Ms": "1574", "Retry-After": "1"}, "", 1574 * time.Millisecond},
		{"Azure's milliseconds", 429, map[string]string{"X-Ms-Retry-After-Ms": "250"}, "", 250 * time.Millisecond},
		{"nothing", 429, map[string]string{"Retry-After": "0"}, "", 0},
		{"less than nothing", 429, map[string]string{"Retry-After": "-1"}, "", none},
		{"not a number", 429, map[string]string{"Retry-After": "NaN"}, "", none},
		{"words", 429, map[string]string{"Retry-After": "soon"}, "", none},
		{"longer than anybody lives", 429, map[string]string{"Retry-After": "1e300"}, "", none},
		{"on an overload", 529, map[string]string{"Retry-After": "7"}, "", 7 * time.Second},
		{"a day", 429, map[string]string{"Retry-After": "86400"}, "", 24 * time.Hour},

		{"OpenAI's resets, nothing left", 429, map[string]string{"X-Ratelimit-Reset-Requests": "6ms", "X-Ratelimit-Remaining-Requests": "9",
			"X-Ratelimit-Reset-Tokens": "1m30s", "X-Ratelimit-Remaining-Tokens": "0"}, "", 90 * time.Second},
		{"OpenAI's resets, all that is told", 429, map[string]string{"X-Ratelimit-Reset-Requests": "6ms", "X-Ratelimit-Reset-Tokens": "40s"}, "",
			40 * time.Second},
		{"resets are of no concern to other failures", 400, map[string]string{"X-Ratelimit-Reset-Tokens": "40s"}, "", none},
		{"Anthropic's resets", 429, map[string]string{"Anthropic-Ratelimit-Input-Tokens-Reset": "2026-11-25T12:00:45Z",
			"Anthropic-Ratelimit-Input-Tokens-Remaining": "0", "Anthropic-Ratelimit-Requests-Reset": "2026-11-25T12:00:59Z",
			"Anthropic-Ratelimit-Requests-Remaining": "40"}, "", 45 * time.Second},
		{"Azure's broken headers", 429, map[string]string{"X-Ratelimit-Remaining-Tokens": "-1", "X-Ratelimit-Reset-Tokens": "0"}, "", 0},
		{"an explicit wait outranks resets", 429, map[string]string{"Retry-After": "3", "X-Ratelimit-Reset-Tokens": "6m0s"}, "", 3 * time.Second},

		{"RetryInfo", 429, nil, `{"error":{"code":429,"status":"RESOURCE_EXHAUSTED","details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"36.4s"}]}}`, 36400 * time.Millisecond},
		{"a member", 429, nil, `{"error":{"type":"usage_limit_reached","message":"x","resets_in_seconds":13872}}`, 13872 * time.Second},
		{"OpenRouter's relayed header", 429, nil,
			`{"error":{"code":429,"message":"Rate limit exceeded","metadata":{"headers":{"X-RateLimit-Reset":"1795608060000"}}}}`, time.Minute},

		{"words, minutes and seconds", 429, nil, fmt.Sprintf(limit, "Please try again in 7m12s."), 7*time.Minute + 12*time.Second},
		{"words, milliseconds", 429, nil, fmt.Sprintf(limit, "Please try again in 644ms."), 644 * time.Millisecond},
		{"words, hours", 429, nil, fmt.Sprintf(limit, "Please try again in 9h0m1.5s."), 9*time.Hour + 1500*time.Millisecond},
		{"words, a number of seconds", 429, nil, fmt.Sprintf(limit, "Please retry after 20 seconds."), 20 * time.Second},
		{"words across lines", 429, nil, fmt.Sprintf(limit, "Please try\\nagain in\\n3 minutes"), 3 * time.Minute},
		{"a clock", 403, nil, `{"statusCode":403,"message":"Out of call volume quota. Quota will be replenished in 07:01:20."}`,
			7*time.Hour + 80*time.Second},
		{"a clock with days", 403, nil, `{"statusCode":403,"message":"Out of call volume quota. Quota will be replenished in 2.05:00:01."}`,
			53*time.Hour + time.Second},
		{"days that are replenished", 403, nil, `{"statusCode":403,"message":"Out of call volume quota. Quota will be replenished in 2 days."}`,
			48 * time.Hour},
		{"days", 429, nil, fmt.Sprintf(limit, "Your quota will reset after 2 days"), 48 * time.Hour},
		{"what is quoted is somebody's text", 429, nil, fmt.Sprintf(limit, "refused 'try again in 5s'"), none},
		{"words about a grant are for people", 403, nil,
			`{"error":{"message":"Not enabled. If you enabled it recently, try again after 5 minutes."}}`, none},
		{"the longest counts", 429, map[string]string{"Retry-After": "1"}, fmt.Sprintf(limit, "Please try again in 20s."), 20 * time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := http.Header{}
			for k, v := range tt.header {
				h.Set(k, v)
			}
			f := diagnosis.Of(diagnosis.Evidence{Provider: "openai", Status: tt.status, Header: h, Body: tt.body, At: now})
			switch {
			case tt.want == none && f.RetryAfter != nil:
				t.Errorf("got %v, want none", *f.RetryAfter)
			case tt.want != none && f.RetryAfter == nil:
				t.Errorf("got none, want %v", tt.want)
			case f.RetryAfter != nil && *f.RetryAfter != tt.want:
				t.Errorf("got %v, want %v", *f.RetryAfter, tt.want)
			}
		})
	}
}

// What other libraries make of the times that servers state, as measured on failsafe-go
// 0.9.8, whose delays are whole seconds only: dates, fractions and milliseconds are
// missed, and a day is slept on. A day is told as it is here, and is the router's to
// bound: see llm/chain: TestStage_ADayIsNotWaitedOut, and resilience/breaker: TestBreaker_StatedTimeCounts.
func TestOf_KnownDefectsOfOthers(t *testing.T) {
	for header, want := range map[[2]string]time.Duration{
		{"Retry-After", "Wed, 25 Nov 2026 12:00:30 GMT"}: 30 * time.Second,
		{"Retry-After", "0.25"}:                          250 * time.Millisecond,
		{"Retry-After-Ms", "1574"}:                       1574 * time.Millisecond,
		{"Retry-After", "86400"}:                         24 * time.Hour,
		{"Retry-After", "99999999999999999999"}:          -1,
		{"Retry-After", "Wed, 25 Nov 2026 11:00:00 GMT"}: -1,
	} {
		h := http.Header{}
		h.Set(header[0], header[1])
		f := diagnosis.Of(diagnosis.Evidence{Provider: "openai", Status: 429, Header: h, At: now})
		if got := f.RetryAfter; (got == nil) != (want < 0) || got != nil && *got != want {
			t.Errorf("%s: %s is %v, want %v", header[0], header[1], got, want)
		}
	}
}

// A rate limit that lasts a day is a quota.
func TestOf_ALongRateLimitIsAQuota(t *testing.T) {
	for wait, want := range map[string]failure.Class{"13262": failure.RateLimited, "86400": failure.QuotaExhausted,
		"411480": failure.QuotaExhausted} {
		f := diagnosis.Of(diagnosis.Evidence{Provider: "anthropic", Status: 429, Header: http.Header{"Retry-After": {wait}}})
		if f.Class != want || f.Effect != failure.EffectOf(want) {
			t.Errorf("%s s: %s, %+v", wait, f.Class, f.Effect)
		}
	}
}

func ExampleOf() {
	f := diagnosis.Of(diagnosis.Evidence{
		Provider: "anthropic", Status: 529, Err: errors.New("529"),
		Body: `{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"},"request_id":"req_011C"}`,
	})
	fmt.Println(f.Class, f.Code, f.RequestID, f.Effect.Retryable, f.Effect.Scope)
	fmt.Println(f.Message)
	// Output:
	// overloaded overloaded_error req_011C true provider
	// anthropic: the provider is overloaded (it says "Overloaded")
}
