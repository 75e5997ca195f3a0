package diagnosis_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/failure/diagnosis"
)

// The shapes that the vendors document, one of each meaning.
func TestOf_DocumentedShapes(t *testing.T) {
	const (
		google = `{"error":{"code":%CODE,"message":"%MESSAGE","status":"%STATUS","details":[%DETAILS]}}`
	)
	rpc := func(code, status, message, details string) string {
		return strings.NewReplacer("%CODE", code, "%MESSAGE", message, "%STATUS", status, "%DETAILS", details).Replace(google)
	}
	info := func(reason string) string {
		return `{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"` + reason + `","domain":"googleapis.com"}`
	}
	anthropic := func(kind, message string) string {
		return `{"type":"error","error":{"type":"` + kind + `","message":"` + message + `"},"request_id":"req_011CSHoEeqs5C35K2UUqR7Fy"}`
	}
	openai := func(kind, code, message string) string {
		return `{"error":{"message":"` + message + `","type":"` + kind + `","param":null,"code":` + code + `}}`
	}
	for _, tt := range []struct {
		name     string
		provider string
		status   int
		body     string
		stream   bool
		class    failure.Class
		scope    failure.Scope
		code     string
	}{
		{"overload", "anthropic", 529, anthropic("overloaded_error", "Overloaded"), false, failure.Overloaded, failure.ScopeProvider,
			"overloaded_error"},
		{"overload in a stream", "anthropic", 200, "event: error\ndata: " + anthropic("overloaded_error", "Overloaded") + "\n\n", true,
			failure.Overloaded, failure.ScopeProvider, "overloaded_error"},
		{"rate limit", "anthropic", 429, anthropic("rate_limit_error", "Number of request tokens has exceeded your per-minute rate limit"), false,
			failure.RateLimited, failure.ScopeCredential, "rate_limit_error"},
		{"billing", "anthropic", 402, anthropic("billing_error", "There is an issue with your billing"), false, failure.QuotaExhausted,
			failure.ScopeCredential, "billing_error"},
		{"no credit", "anthropic", 400, anthropic("invalid_request_error", "Your credit balance is too low to access the Anthropic API."), false,
			failure.QuotaExhausted, failure.ScopeCredential, "invalid_request_error"},
		{"key", "anthropic", 401, anthropic("authentication_error", "invalid x-api-key"), false, failure.Auth, failure.ScopeCredential,
			"authentication_error"},
		{"permission", "anthropic", 403, anthropic("permission_error", "Your API key does not have permission to use the specified resource."),
			false, failure.Permission, failure.ScopeCredential, "permission_error"},
		{"model", "anthropic", 404, anthropic("not_found_error", "model: claude-9"), false, failure.NotFound, failure.ScopeModel,
			"not_found_error"},
		{"too large", "anthropic", 413, anthropic("request_too_large", "Request exceeds the maximum size"), false, failure.ContextLength,
			failure.ScopeRequest, "request_too_large"},
		{"too long", "anthropic", 400, anthropic("invalid_request_error", "prompt is too long: 208310 tokens > 200000 maximum"), false,
			failure.ContextLength, failure.ScopeRequest, "invalid_request_error"},
		{"internal", "anthropic", 500, anthropic("api_error", "Internal server error"), false, failure.ServerError, failure.ScopeProvider,
			"api_error"},
		{"timeout", "anthropic", 504, anthropic("timeout_error", "Request timed out"), false, failure.Timeout, failure.ScopeProvider,
			"timeout_error"},
		{"shape", "anthropic", 400, anthropic("invalid_request_error", "max_tokens: Field required"), false, failure.InvalidRequest,
			failure.ScopeRequest, "invalid_request_error"},

		{"rate limit", "openai", 429,
			openai("requests", `"rate_limit_exceeded"`,
				"Rate limit reached for gpt-4.1 in organization org-x on requests per min (RPM): Limit 3, Used 3, Requested 1. Please try again in 20s."), false, failure.RateLimited, failure.ScopeCredential, "rate_limit_exceeded"},
		{"quota", "openai", 429,
			openai("insufficient_quota", `"insufficient_quota"`, "You exceeded your current quota, please check your plan and billing details."),
			false, failure.QuotaExhausted, failure.ScopeCredential, "insufficient_quota"},
		{"never fits", "openai", 429,
			openai("tokens", `"rate_limit_exceeded"`,
				"Request too large for gpt-4.1 in organization org-x on tokens per min (TPM): Limit 30000, Requested 31538."), false,
			failure.ContextLength, failure.ScopeRequest, "rate_limit_exceeded"},
		{"key", "openai", 401, openai("invalid_request_error", `"invalid_api_key"`, "Incorrect API key provided: sk-****."), false, failure.Auth,
			failure.ScopeCredential, "invalid_api_key"},
		{"region", "openai", 403,
			openai("request_forbidden", `"unsupported_country_region_territory"`, "Country, region, or territory not supported"), false,
			failure.Permission, failure.ScopeCredential, "unsupported_country_region_territory"},
		{"model", "openai", 404,
			openai("invalid_request_error", `"model_not_found"`, "The model `gpt-9` does not exist or you do not have access to it."), false,
			failure.NotFound, failure.ScopeModel, "model_not_found"},
		{"too long", "openai", 400,
			openai("invalid_request_error", `"context_length_exceeded"`, "Your input exceeds the context window of this model."), false,
			failure.ContextLength, failure.ScopeRequest, "context_length_exceeded"},
		{"policy", "openai", 400, openai("invalid_request_error", `"invalid_prompt"`, "Invalid prompt: we've limited access to this content."),
			false, failure.ContentPolicy, failure.ScopeRequest, "invalid_prompt"},
		{"parameter", "openai", 400,
			openai("invalid_request_error", `"unsupported_parameter"`,
				"Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."), false,
			failure.InvalidRequest, failure.ScopeRequest, "unsupported_parameter"},
		{"slow down", "openai", 503, openai("server_error", `"slow_down"`, "Slow down"), false, failure.Overloaded, failure.ScopeProvider,
			"slow_down"},
		{"failed response", "openai", 200,
			"event: response.failed\ndata: {\"type\":\"response.failed\",\"response\":{\"id\":\"resp_1\",\"status\":\"failed\",\"error\":{\"code\":\"server_error\",\"message\":\"The model failed to generate a response.\"}}}\n\n", true, failure.ServerError, failure.ScopeProvider, "server_error"},
		{"error event", "openai", 200,
			`data: {"type":"error","code":"rate_limit_exceeded","message":"Rate limit reached","param":null,"sequence_number":3}`, true,
			failure.RateLimited, failure.ScopeCredential, "rate_limit_exceeded"},
		{"incomplete", "openai", 200,
			`data: {"type":"response.incomplete","response":{"status":"incomplete","error":null,"incomplete_details":{"reason":"max_output_tokens"}}}`, true, failure.BadOutput, failure.ScopeModel, "max_output_tokens"},
		{"filtered", "openai", 200, `data: {"choices":[{"index":0,"delta":{},"finish_reason":"content_filter"}]}`, true, failure.ContentPolicy,
			failure.ScopeRequest, "content_filter"},

		{"minute", "google", 429,
			rpc("429", "RESOURCE_EXHAUSTED", "You exceeded your current quota, please check your plan and billing details.",
				`{"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{"quotaMetric":"m","quotaId":"GenerateRequestsPerMinutePerProjectPerModel"}]}`), false, failure.RateLimited, failure.ScopeCredential, "RESOURCE_EXHAUSTED"},
		{"day", "google", 429, rpc("429", "RESOURCE_EXHAUSTED", "You exceeded your current quota, please check your plan and billing details.",
			`{"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{"quotaMetric":"m","quotaId":"GenerateRequestsPerDayPerProjectPerModel-FreeTier"}]}`), false, failure.QuotaExhausted, failure.ScopeCredential, "RESOURCE_EXHAUSTED"},
		{"capacity", "google", 429, rpc("429", "RESOURCE_EXHAUSTED", "No capacity", info("MODEL_CAPACITY_EXHAUSTED")), false, failure.Overloaded,
			failure.ScopeModel, "MODEL_CAPACITY_EXHAUSTED"},
		{"spending cap", "google", 429,
			rpc("429", "RESOURCE_EXHAUSTED", "Your project has exceeded its spending cap. Please go to AI Studio to manage it.", ""), false,
			failure.QuotaExhausted, failure.ScopeCredential, "RESOURCE_EXHAUSTED"},
		{"monthly spending cap", "google", 429, rpc("429", "RESOURCE_EXHAUSTED", "Your project has exceeded its monthly spending cap.", ""),
			false, failure.QuotaExhausted, failure.ScopeCredential, "RESOURCE_EXHAUSTED"},
		{"billing", "google", 403,
			rpc("403", "PERMISSION_DENIED", "This API method requires billing to be enabled. Please enable billing on project #1.", ""), false,
			failure.QuotaExhausted, failure.ScopeCredential, "PERMISSION_DENIED"},
		{"free tier by country", "google", 400,
			rpc("400", "FAILED_PRECONDITION",
				"Gemini API free tier is not available in your country. Please enable billing on your project in Google AI Studio.", ""), false,
			failure.Permission, failure.ScopeCredential, "FAILED_PRECONDITION"},
		{"overload", "google", 503, rpc("503", "UNAVAILABLE", "The model is overloaded. Please try again later.", ""), false, failure.Overloaded,
			failure.ScopeModel, "UNAVAILABLE"},
		{"key", "google", 400, rpc("400", "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.", info("API_KEY_INVALID")), false,
			failure.Auth, failure.ScopeCredential, "API_KEY_INVALID"},
		{"region", "google", 400, rpc("400", "FAILED_PRECONDITION", "User location is not supported for the API use.", ""), false,
			failure.Permission, failure.ScopeCredential, "FAILED_PRECONDITION"},
		{"shape", "google", 400,
			rpc("400", "INVALID_ARGUMENT", "Invalid JSON payload received. Unknown name \\\"foo\\\": Cannot find field.", ""), false,
			failure.InvalidRequest, failure.ScopeRequest, "INVALID_ARGUMENT"},
		{"too long", "google", 400,
			rpc("400", "INVALID_ARGUMENT", "The input token count (1200293) exceeds the maximum number of tokens allowed (1048576).", ""), false,
			failure.ContextLength, failure.ScopeRequest, "INVALID_ARGUMENT"},
		{"deadline", "google", 504, rpc("504", "DEADLINE_EXCEEDED", "Deadline expired before operation could complete.", ""), false,
			failure.Timeout, failure.ScopeProvider, "DEADLINE_EXCEEDED"},
		{"given up", "google", 499, rpc("499", "CANCELLED", "The operation was cancelled.", ""), false, failure.ServerError, failure.ScopeModel,
			"CANCELLED"},
		{"bare error in a stream", "google", 200,
			"data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"He\"}]}}]}\n\n{\n  \"error\": {\n    \"code\": 503,\n    \"status\": \"UNAVAILABLE\"\n  }\n}\n", true, failure.Overloaded, failure.ScopeModel, "UNAVAILABLE"},
		{"blocked", "google", 200, `{"promptFeedback":{"blockReason":"PROHIBITED_CONTENT"}}`, false, failure.ContentPolicy, failure.ScopeRequest,
			"PROHIBITED_CONTENT"},
		{"only thoughts", "google", 200, `{"candidates":[{"content":{"parts":[{"text":"hm","thought":true}]},"finishReason":"STOP"}]}`, false,
			failure.BadOutput, failure.ScopeModel, "STOP"},

		{"throttled", "bedrock", 429, `{"message":"Too many requests, please wait before trying again."}`, false, failure.RateLimited,
			failure.ScopeModel, "429"},
		{"filtered", "azure", 400,
			`{"error":{"message":"The response was filtered","type":null,"param":"prompt","code":"content_filter","status":400,"innererror":{"code":"ResponsibleAIPolicyViolation"}}}`, false, failure.ContentPolicy, failure.ScopeRequest, "ResponsibleAIPolicyViolation"},
		{"volume", "azure", 403, `{"statusCode":403,"message":"Out of call volume quota. Quota will be replenished in 07:01:20."}`, false,
			failure.QuotaExhausted, failure.ScopeCredential, "403"},
		{"volume", "azure", 429, `{"statusCode":429,"message":"Out of call volume quota. Quota will be replenished in 2.05:00:00."}`, false,
			failure.QuotaExhausted, failure.ScopeCredential, "429"},
		{"bandwidth", "azure", 403, `{"statusCode":403,"message":"Out of bandwidth quota. Quota will be replenished in 07:01:20."}`, false,
			failure.QuotaExhausted, failure.ScopeCredential, "403"},
		{"somebody's text about quotas", "azure", 500, `{"error":{"message":"could not read 'Out of call volume quota.'"}}`, false,
			failure.ServerError, failure.ScopeProvider, "500"},
		{"deployment", "azure", 404, `{"error":{"code":"DeploymentNotFound","message":"The API deployment for this resource does not exist."}}`,
			false, failure.NotFound, failure.ScopeModel, "DeploymentNotFound"},
		{"tools", "groq", 400, openai("invalid_request_error", `"tool_use_failed"`, "Failed to call a function."), false, failure.BadOutput,
			failure.ScopeModel, "tool_use_failed"},
		{"capacity", "mistral", 429,
			`{"object":"error","message":"Service tier capacity exceeded for this model.","type":"service_tier_capacity_exceeded","param":null,"code":"3505"}`, false, failure.Overloaded, failure.ScopeModel, "3505"},
		{"credit", "deepseek", 402, openai("unknown_error", `"invalid_request_error"`, "Insufficient Balance"), false, failure.QuotaExhausted,
			failure.ScopeCredential, "invalid_request_error"},
		{"upstream", "openrouter", 502,
			`{"error":{"code":502,"message":"Provider returned error","metadata":{"provider_name":"Somebody","raw":"{\"error\":{\"message\":\"boom\"}}"}}}`, false, failure.ServerError, failure.ScopeModel, "502"},
		{"string", "ollama", 404, `{"error":"model 'llama9' not found"}`, false, failure.NotFound, failure.ScopeModel, "404"},
		{"loading", "llamacpp", 503, `{"error":{"code":503,"message":"Loading model","type":"unavailable_error"}}`, false, failure.Overloaded,
			failure.ScopeProvider, "unavailable_error"},
		{"window", "llamacpp", 400,
			`{"error":{"code":400,"message":"the request exceeds the available context size","type":"exceed_context_size_error","n_ctx":4096}}`,
			false, failure.ContextLength, failure.ScopeRequest, "exceed_context_size_error"},
		{"FastAPI", "vllm", 422, `{"detail":[{"loc":["body","messages"],"msg":"field required","type":"value_error.missing"}]}`, false,
			failure.InvalidRequest, failure.ScopeRequest, "422"},

		{"nginx", "openai", 502,
			"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>", false, failure.ServerError, failure.ScopeProvider, "502"},
		{"Cloudflare", "anthropic", 524, "<!DOCTYPE html><html><head><title>api.example.com | 524: A timeout occurred</title></head></html>",
			false, failure.Timeout, failure.ScopeProvider, "524"},
		{"captive portal", "openai", 200, "<!DOCTYPE html><html><head><title>Welcome to the hotel</title></head></html>", false,
			failure.Connection, failure.ScopeNetwork, ""},
		{"Envoy", "openai", 503, "upstream connect error or disconnect/reset before headers. reset reason: connection termination", false,
			failure.Connection, failure.ScopeProvider, "503"},
		{"Envoy overflow", "openai", 503, "upstream connect error or disconnect/reset before headers. reset reason: overflow", false,
			failure.Overloaded, failure.ScopeProvider, "503"},
		{"nothing", "openai", 200, "", false, failure.BadOutput, failure.ScopeProvider, ""},
		{"redirect", "openai", 301, "", false, failure.InvalidRequest, failure.ScopeRequest, "301"},
		{"teapot", "openai", 418, "", false, failure.InvalidRequest, failure.ScopeRequest, "418"},
		{"nonsense", "openai", 0, "something happened", false, failure.Unknown, failure.ScopeRequest, ""},
	} {
		t.Run(tt.provider+" "+tt.name, func(t *testing.T) {
			f := diagnosis.Of(diagnosis.Evidence{Provider: tt.provider, Status: tt.status, Body: tt.body, Stream: tt.stream})
			if f.Class != tt.class || f.Effect.Scope != tt.scope || f.Code != tt.code {
				t.Errorf(
					"%s in scope %s with code %q, want %s in %s with %q (%s)",
					f.Class,
					f.Effect.Scope,
					f.Code,
					tt.class,
					tt.scope,
					tt.code,
					f.Rule,
				)
			}
			if f.Message == "" || f.Hint == "" || f.Rule == "" {
				t.Errorf("message %q, hint %q, rule %q", f.Message, f.Hint, f.Rule)
			}
		})
	}
}

// The names of AWS's exceptions are in a header, or before the words.
func TestOf_ExceptionsByName(t *testing.T) {
	h := http.Header{}
	h.Set("x-amzn-ErrorType", "ValidationException:http://internal.amazon.com/coral/com.amazon.bedrock/")
	f := diagnosis.Of(
		diagnosis.Evidence{Provider: "bedrock", Status: 400, Header: h, Body: `{"message":"Input is too long for requested model."}`},
	)
	if f.Class != failure.ContextLength {
		t.Errorf("got %s (%s)", f.Class, f.Rule)
	}
	h.Set("x-amzn-ErrorType", "ServiceQuotaExceededException")
	if f := diagnosis.Of(diagnosis.Evidence{Provider: "bedrock", Status: 400, Header: h,
		Body: `{"message":"no"}`}); f.Class != failure.QuotaExhausted {
		t.Errorf("got %s (%s)", f.Class, f.Rule)
	}
}

// The server's own word on retrying outranks the class.
func TestOf_ServersWordOnRetrying(t *testing.T) {
	for word, want := range map[string]bool{"true": true, "false": false} {
		for _, status := range []int{400, 529} {
			h := http.Header{"X-Should-Retry": {word}}
			if f := diagnosis.Of(diagnosis.Evidence{Provider: "anthropic", Status: status, Header: h}); f.Effect.Retryable != want {
				t.Errorf("status %d with x-should-retry %s: retryable %v", status, word, f.Effect.Retryable)
			}
		}
	}
}

func TestRequestID_OfEachVendor(t *testing.T) {
	h := http.Header{}
	h.Set("x-request-id", "req_header")
	for _, tt := range []struct{ body, want string }{
		{`{"error":{"message":"no"},"request_id":"req_body"}`, "req_body"},
		{`{"error":{"message":"Please include the request ID 05db48fb-224e-4ff7 in your message."}}`, "05db48fb-224e-4ff7"},
		{`{"error":{"message":"no"}}`, "req_header"},
		{``, "req_header"},
	} {
		if f := diagnosis.Of(diagnosis.Evidence{Provider: "openai", Status: 500, Header: h, Body: tt.body}); f.RequestID != tt.want {
			t.Errorf("%s: %q, want %q", tt.body, f.RequestID, tt.want)
		}
	}
}

// No key is told to anybody, whatever it looks like.
func TestOf_KeysAreNotShown(t *testing.T) {
	const key = "my-very-own-key-of-no-known-form"
	for _, body := range []string{
		`{"error":{"message":"wrong key ` + key + `"}}`, "wrong key " + key,
		`{"error":{"message":"Incorrect API key provided: sk-proj-abcdefghij1234567890"}}`,
		`{"error":{"message":"call to https://x/y?key=AIzaSyA1234567890abcdefghij failed, Authorization: Bearer abcdef.ghijkl"}}`,
	} {
		f := diagnosis.Of(diagnosis.Evidence{Provider: "openai", Status: 401, Body: body, Key: key})
		for _, secret := range []string{key, "abcdefghij", "ghijkl"} {
			if strings.Contains(f.Error(), secret) {
				t.Errorf("%s tells %s", f.Error(), secret)
			}
		}
	}
}

func TestOf_MessageIsOneShortLine(t *testing.T) {
	body := `{"error":{"message":"` + strings.Repeat("a\\nb ", 5000) + `"}}`
	f := diagnosis.Of(diagnosis.Evidence{Provider: "openai", Status: 500, Body: body})
	if len(f.Message) > 500 || strings.ContainsAny(f.Message, "\n\r") {
		t.Errorf("%d bytes: %q", len(f.Message), f.Message)
	}
}

func TestOf_TimesCountFromTheServersClock(t *testing.T) {
	at := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	h := http.Header{}
	h.Set("Date", at.Add(-time.Hour).Format(http.TimeFormat)) // the server's clock is an hour behind
	h.Set("Retry-After", at.Add(-time.Hour).Add(90*time.Second).Format(http.TimeFormat))
	f := diagnosis.Of(diagnosis.Evidence{Provider: "openai", Status: 503, Header: h, At: at})
	if f.RetryAfter == nil || *f.RetryAfter != 90*time.Second {
		t.Errorf("got %v", f.RetryAfter)
	}
}
