package diagnosis_test

import (
	"testing"

	"github.com/cineforge/cineforge/failure/diagnosis"
)

// An error inside a stream that began with 200 has the status that its provider documents.
func TestOf_DocumentedStatusOfAnErrorInAStream(t *testing.T) {
	for _, tt := range []struct {
		provider, body string
		status, want   int
	}{
		{"anthropic", `{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}`, 200, 529},
		{"openai", `{"type":"error","code":"server_error","message":"no"}`, 200, 500},
		{"google", `{"error":{"code":503,"message":"no","status":"UNAVAILABLE"}}`, 200, 503},
		{"google", `{"error":{"message":"no","status":"RESOURCE_EXHAUSTED"}}`, 200, 429},
		{"local", `{"error":{"message":"no","type":"odd_error"}}`, 200, 0},
		{"anthropic", `{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}`, 529, 0},
	} {
		f := diagnosis.Of(diagnosis.Evidence{Provider: tt.provider, Status: tt.status, Stream: tt.status == 200, Body: tt.body})
		if f.Documented != tt.want {
			t.Errorf("%s %s: %d, want %d", tt.provider, tt.body, f.Documented, tt.want)
		}
	}
}
