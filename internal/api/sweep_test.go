package api_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cineforge/cineforge/internal/api"
	"github.com/cineforge/cineforge/internal/app"
)

// fill names a path of the document with values for what is in braces.
func (op operation) fill(value func(name string) string) string {
	path := op.path
	for _, p := range op.Parameters {
		if p.In == "path" {
			path = strings.ReplaceAll(path, "{"+p.Name+"}", url.PathEscape(value(p.Name)))
		}
	}
	return path
}

// bodies are what operations take, in a form that nothing is wrong with.
var bodies = map[string]string{
	"login": `{"token":"1"}`, "validateRecipe": `{"source":"recipe_id: a"}`,
	"newProject": `{"slug":"a","display_name":"A"}`, "openProject": `{"project_path":"none"}`,
	"previewSlug":   `{"content_snippet":"","original_filename":"a"}`,
	"changeProject": `{"display_name":"A"}`, "editArtifact": `{"data":{"a":1},"rationale":"b"}`,
	"restoreArtifact": `{"version":1,"rationale":"b"}`, "confirmArtifact": `{}`,
	"postMessage": `{"id":"1","type":"user","content":"","timestamp":1}`,
	"planRun":     `{"project_id":"none","input_file":"none"}`,
	"startRun":    `{"project_id":"none","input_file":"none"}`, "retryRun": `{}`, "holdProvider": `{"reason":"x"}`,
	"releaseProvider": `{"reason":"x"}`, "probeProvider": `{"reason":"x"}`,
	"saveRecipe": `{"source":"recipe_id: a"}`, "resumeRun": `{"candidates":"today"}`,
	"cancelRun": `{"reason":"x"}`, "tryNow": `{"reason":"x"}`, "acknowledgeRun": `{"reason":"x"}`, "retryFailedStage": `{"reason":"x"}`,
	"chatStream":  `{"message":"where does it stand?","chat_history":[{"type":"user_message","content":"hello"}]}`,
	"chatInsight": `{"trigger":"run_completed","context":{"recipe_id":"mvp_ingest"}}`,
}

// takes reports whether an operation takes a body of a kind.
func (op operation) takes(kind string) bool {
	if op.Body == nil {
		return false
	}
	_, ok := op.Body.Content[kind]
	return ok
}

func (op operation) can(status string) bool { return op.Responses[status] != nil }

// request makes a request of the operation, with a body that nothing is wrong with.
func (op operation) request(t *testing.T, value func(name string) string) *http.Request {
	if op.takes("multipart/form-data") {
		body, kind := form("file", "a.txt", []byte("INT. HOUSE - DAY\n\nRain.\n"))
		return request(t.Context(), op.method, op.fill(value), body, kind)
	}
	if text, ok := bodies[op.ID]; ok {
		return request(t.Context(), op.method, op.fill(value), text)
	}
	return request(t.Context(), op.method, op.fill(value), nil)
}

// Each operation, asked for what is not there, and asked in ways that can't be.
func TestAPI_EveryOperationRefuses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := idle(t, api.Options{}, app.Config{})
		none := func(name string) string {
			if name == "version" {
				return "1"
			}
			return "none"
		}
		long := func(string) string { return strings.Repeat("x", 300) }
		for _, op := range contractOf(t, s.api).operations() {
			if op.can("404") && !op.takes("multipart/form-data") {
				s.do(op.request(t, none)).is(404)
			}
			if strings.Contains(op.path, "{") && op.can("422") && op.ID != "upload" && op.ID != "previewInput" &&
				!strings.HasPrefix(op.ID, "runStream") && op.ID != "runEvents" && op.ID != "postMessage" {
				s.do(op.request(t, long)).is(422)
			}
			if _, json := bodies[op.ID]; !json || op.ID == "postMessage" {
				continue
			}
			ask := func(body any, headers ...string) answer {
				return s.do(request(t.Context(), op.method, op.fill(none), body, headers...))
			}
			ask(`{"`).fails(400, "invalid_request")
			if op.ID != "login" { // which takes less
				ask(strings.Repeat("[", 200_000)).is(400)
			}
			ask(bytes.NewReader(append([]byte(`{"x":"`), make([]byte, 10<<20)...))).fails(413, "too_large")
			ask("<a/>", "Content-Type: application/xml").fails(415, "unsupported_media_type")
			conn := &connection{}
			s.over(request(t.Context(), op.method, op.fill(none), &drip{conn, bodies[op.ID] + strings.Repeat(" ", 10_000)},
				"Content-Type: application/json"), conn).fails(408, "timeout")
		}
	})
}

// Each operation is refused without a token, under a foreign name, to a page of another origin, and
// after too many tries.
func TestAPI_EveryOperationIsGuarded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := idle(t, api.Options{Tokens: tokens}, app.Config{})
		s.token = ""
		none := func(string) string { return "1" }
		open := []string{"health", "ready", "session", "login"}
		for _, op := range contractOf(t, s.api).operations() {
			r := op.request(t, none)
			if !slices.Contains(open, op.ID) {
				s.do(r).fails(401, "unauthorized")
			}
			r = op.request(t, none)
			r.Host = "evil.example"
			s.do(r).fails(421, "wrong_host")
			if op.method != http.MethodGet {
				r = op.request(t, none)
				r.Header.Set("Origin", "https://evil.example")
				s.do(r).fails(403, "cross_origin")
			}
		}
		tried := 0
		for _, op := range contractOf(t, s.api).operations() {
			if slices.Contains(open, op.ID) {
				continue
			}
			r := op.request(t, none)
			r.Header.Set("Authorization", "Bearer guess")
			if tried++; tried > 10 {
				s.do(r).fails(429, "too_many_requests")
			} else {
				s.do(r).fails(401, "unauthorized")
			}
		}
	})
}

// What costs work is bounded, and comes back with time.
func TestRateLimit_CostlyRequests(t *testing.T) {
	for _, id := range []string{"upload", "quickScan", "startRun", "retryRun", "retryFailedStage", "saveRecipe"} {
		t.Run(id, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := idle(t, api.Options{}, app.Config{})
				s.project("tide")
				all := contractOf(t, s.api).operations()
				op := all[slices.IndexFunc(all, func(o operation) bool { return o.ID == id })]
				for i := 0; ; i++ {
					a := s.do(op.request(t, func(string) string { return "tide" }))
					if a.status == 429 {
						if a.fails(429, "too_many_requests"); a.header.Get("Retry-After") != "1" || i < 100 {
							t.Errorf("after %d: %v", i, a.header)
						}
						break
					}
					if i > 1000 {
						t.Fatal("any number of requests")
					}
				}
				time.Sleep(time.Second) // which is what it says
				if a := s.do(op.request(t, func(string) string { return "tide" })); a.status == 429 {
					t.Error("still")
				}
				s.leavesNothing()
			})
		})
	}
}

// The document and the pages made from it.
func TestOpenAPI_IsComplete(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := idle(t, api.Options{Tokens: tokens}, app.Config{})
		a := s.get("/openapi.json").is(200)
		var doc struct {
			OpenAPI    string
			Components struct{ SecuritySchemes map[string]any }
		}
		if err := json.Unmarshal(a.body, &doc); err != nil || !strings.HasPrefix(doc.OpenAPI, "3.1.") ||
			doc.Components.SecuritySchemes["token"] == nil {
			t.Errorf("%v %+v", err, doc)
		}
		page := string(s.get("/docs").is(200).body)
		for _, op := range contractOf(t, s.api).operations() {
			if !strings.Contains(page, `<details id="`+op.ID+`">`) {
				t.Errorf("the page does not tell of %s", op.ID)
			}
		}
		// All that it needs comes from here, and nothing of it is a script.
		if strings.Contains(page, "http://") || strings.Contains(page, "https://") || strings.Contains(page, "<script") ||
			strings.Contains(page, "style=") {
			t.Error("the page loads something from elsewhere")
		}
		s.get("/docs/style.css").is(200)
	})
}
