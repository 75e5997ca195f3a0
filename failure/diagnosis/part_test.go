package diagnosis_test

import (
	"testing"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/failure/diagnosis"
)

// What was refused is known of each vendor, so that the request can be changed.
func TestOf_NamesTheRefusedPart(t *testing.T) {
	for _, test := range []struct{ provider, body, part string }{
		{"anthropic", `{"type":"error","error":{"type":"invalid_request_error","message":"output_config.format: Extra inputs are not permitted"}}`, "output_config.format"},
		{"anthropic", `{"type":"error","error":{"type":"invalid_request_error","message":"messages: at least one message is required"}}`, ""},
		{"openai", `{"error":{"message":"Unsupported parameter","type":"invalid_request_error","param":"max_output_tokens","code":"unsupported_parameter"}}`, "max_output_tokens"},
		{"google", `{"error":{"code":400,"message":"Invalid JSON payload","status":"INVALID_ARGUMENT","details":[{"@type":"type.googleapis.com/google.rpc.BadRequest","fieldViolations":[{"field":"generation_config.response_json_schema","description":"unknown"}]}]}}`, "generation_config.response_json_schema"},
	} {
		f := diagnosis.Of(diagnosis.Evidence{Provider: test.provider, Status: 400, Body: test.body})
		if f.Class != failure.InvalidRequest || f.Parameter != test.part {
			t.Errorf("%s: %s, parameter %q, want %q", test.provider, f.Class, f.Parameter, test.part)
		}
	}
}

// Anthropic's sentence on a question and answer that are too long together, verbatim.
func TestOf_ContextLimitOfAnthropic(t *testing.T) {
	f := diagnosis.Of(diagnosis.Evidence{Provider: "anthropic", Status: 400,
		Body: `{"type":"error","error":{"type":"invalid_request_error","message":"input length and ` + "`max_tokens`" +
			` exceed context limit: 188240 + 21333 > 200000, decrease input length or ` + "`max_tokens`" + ` and try again"}}`})
	if f.Class != failure.ContextLength {
		t.Errorf("class %s", f.Class)
	}
}
