package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"

	"github.com/cineforge/cineforge/client"
	"github.com/cineforge/cineforge/internal/cli/console"
	"github.com/cineforge/cineforge/internal/cli/system"
	"github.com/cineforge/cineforge/internal/runs"
)

// roundTripper answers requests.
type roundTripper func(r *http.Request) *http.Response

// RoundTrip answers a request.
func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r), nil }

// What a server refuses is printed with the pointer and the nearest name, and what it ignored on
// standard error.
func TestWarnOf_PrintsWhatTheServerDoesNotKnow(t *testing.T) {
	problem := &client.Problem{Status: 422, Code: "invalid_request",
		Message: "the request can't be used: /dryrun: there is no member dryrun; did you mean dry_run?"}
	if got := lines(system.Failure(problem), "cineforge")[0]; got != problem.Message {
		t.Errorf("%s", got)
	}
	out, err := os.CreateTemp(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	answer := roundTripper(func(r *http.Request) *http.Response {
		w := httptest.NewRecorder()
		io.WriteString(w, `{"run_id":"r","warnings":[{"pointer":"/candidate_s","message":"there is no member; it was ignored"},`+ //nolint:errcheck // it is memory
			`{"line":3,"message":"of a file"}]}`)
		return w.Result()
	})
	c, err := client.New("http://127.0.0.1", client.Options{HTTP: &http.Client{Transport: answer},
		Warn: func(w client.RequestWarning) { warnOf(console.Streams{Err: out}, w) }})
	if err != nil {
		t.Fatal(err)
	}
	if err := system.NewRemote(c).Resume(t.Context(), "r", runs.Continuation{Today: true}); err != nil {
		t.Fatal(err)
	}
	if got, _ := os.ReadFile(out.Name()); string(
		got) != "cineforge: warning of the server: /candidate_s: there is no member; it was ignored\n" {
		t.Errorf("%s", got)
	}
}
