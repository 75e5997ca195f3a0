package api_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/cineforge/cineforge/client"
	"github.com/cineforge/cineforge/internal/api"
	"github.com/cineforge/cineforge/internal/app"
)

// asks makes a request as a browser does, and returns the answer as it travels.
func (s *site) asks(method, target string, headers ...string) *httptest.ResponseRecorder {
	s.Helper()
	w := httptest.NewRecorder()
	s.api.ServeHTTP(w, request(s.Context(), method, target, nil, headers...))
	return w
}

// unzipped returns the body of an answer that was compressed.
func unzipped(t *testing.T, w *httptest.ResponseRecorder) string {
	t.Helper()
	z, err := gzip.NewReader(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func TestTransfer_Compresses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, api.Options{}, app.Config{})
		_, id := s.done("tide", "the_tide_clock.fountain")
		for _, test := range []struct {
			target, accept, also string
			compressed           bool
		}{
			{"/openapi.json", "gzip", "", true},
			{"/openapi.json", "br;q=1, gzip;q=0.5", "", true},
			{"/openapi.json", "*", "", true},
			{"/openapi.json", "gzip;q=0", "", false},
			{"/openapi.json", "*, gzip;q=0", "", false},
			{"/openapi.json", "br", "", false},
			{"/openapi.json", "identity;q=1, *;q=0", "", false},
			{"/openapi.json", "", "", false},
			{"/docs", "gzip", "", true},
			{"/api/runs/" + id + "/events", "gzip", "", true},
			{"/api/runs/" + id + "/events", "gzip", "Accept: application/x-ndjson", true},
			{"/api/runs/" + id + "/state", "gzip", "", true},
			{"/api/projects/tide/artifacts", "gzip", "", true},
			{"/api/health", "gzip", "", false}, // it is short
			{"/api/runs/" + id + "/export", "gzip", "", false},
		} {
			plain := s.asks(http.MethodGet, test.target, test.also)
			w := s.asks(http.MethodGet, test.target, "Accept-Encoding: "+test.accept, test.also)
			if got := w.Header().Get("Content-Encoding") == "gzip"; got != test.compressed {
				t.Errorf("%s with %q: %v", test.target, test.accept, w.Header())
				continue
			}
			if strings.Contains(test.target, "export") {
				continue
			}
			if w.Header().Get("Vary") != "Accept-Encoding" || plain.Header().Get("Vary") != "Accept-Encoding" {
				t.Errorf("%s: Vary is %q", test.target, w.Header().Get("Vary"))
			}
			if test.compressed && (unzipped(t, w) != plain.Body.String() || w.Header().Get("Content-Length") != "") {
				t.Errorf("%s: another body", test.target)
			}
			if !test.compressed && w.Body.String() != plain.Body.String() {
				t.Errorf("%s: another body", test.target)
			}
		}
		head := s.asks(http.MethodHead, "/openapi.json", "Accept-Encoding: gzip")
		if head.Code != http.StatusOK || head.Header().Get("Content-Encoding") != "" {
			t.Errorf("%d %v", head.Code, head.Header())
		}
		l := listenBy(t, s.api, request(t.Context(), http.MethodGet, "/api/events/stream?topics=runs&after=0", nil, "Accept-Encoding: gzip"))
		if f, ok := l.next(1e9); !ok || f.Event != "hello" || l.header.Get("Content-Encoding") != "" || l.header.Get("Vary") != "" {
			t.Errorf("a stream: %+v %v", f, l.header)
		}
		l.leave()
	})
}

// A client that has an answer is told so while it is right, whether it was compressed or not.
func TestTransfer_Revalidates(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, api.Options{}, app.Config{})
		_, id := s.done("tide", "the_tide_clock.fountain")
		s.done("bus", "night_bus.txt")
		tags := map[string]string{}
		for _, target := range []string{
			"/api/projects/recent", "/api/runs", "/api/providers", "/api/projects/tide/artifacts", "/api/runs/" + id + "/state",
			"/api/runs/" + id + "/events", "/openapi.json", "/docs", "/docs/style.css",
		} {
			for _, accept := range []string{"", "gzip"} {
				w := s.asks(http.MethodGet, target, "Accept-Encoding: "+accept)
				tag := w.Header().Get("ETag")
				zip := w.Header().Get("Content-Encoding") == "gzip"
				if tag == "" || w.Header().Get("Cache-Control") != "private, no-cache" || strings.HasSuffix(tag, `-gzip"`) != zip {
					t.Errorf("%s by %q: %v", target, accept, w.Header())
				}
				for _, as := range []string{tag, "W/" + tag, `"other", ` + tag, "*"} {
					again := s.asks(http.MethodGet, target, "Accept-Encoding: "+accept, "If-None-Match: "+as)
					if again.Code != http.StatusNotModified || again.Body.Len() != 0 || as != "*" && again.Header().Get("ETag") != tag ||
						again.Header().Get("Content-Encoding") != "" || again.Header().Get("Vary") != "Accept-Encoding" {
						t.Errorf("%s by %q, having %s: %d %v", target, accept, as, again.Code, again.Header())
					}
				}
				if other := s.asks(http.MethodGet, target, "If-None-Match: \"other\""); other.Code != http.StatusOK {
					t.Errorf("%s: %d", target, other.Code)
				}
				tags[target] = tag
			}
			if strings.HasPrefix(target, "/api") { // as the document says
				s.get(target, "If-None-Match: "+s.get(target).is(200).header.Get("ETag")).is(304)
			}
		}
		s.call(http.MethodPatch, "/api/projects/tide/settings", client.ProjectSettings{DisplayName: new("Other")}).is(200)
		recent := "/api/projects/recent"
		if w := s.asks(http.MethodGet, recent, "Accept-Encoding: gzip", "If-None-Match: "+tags[recent]); w.Code != http.StatusOK {
			t.Errorf("what has changed: %d", w.Code)
		}
		// The tag of an answer that came compressed guards a change.
		script := "/api/projects/tide/artifacts/canonical_script/project"
		tag := s.asks(http.MethodGet, script+"/1", "Accept-Encoding: gzip").Header().Get("ETag")
		if !strings.HasSuffix(tag, `-gzip"`) {
			t.Errorf("the tag of the script is %s", tag)
		}
		s.post(script+"/confirm", map[string]any{}, "If-Match: \"other-gzip\"").is(412)
		s.post(script+"/confirm", map[string]any{}, "If-Match: "+tag).is(200)
		if w := s.asks(http.MethodGet, "/api/health"); w.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("what has no tag: %v", w.Header())
		}
	})
}

// The style sheet has its digest in its path, and is never loaded again.
func TestDocs_StyleIsImmutable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, api.Options{}, app.Config{})
		path := regexp.MustCompile(`/docs/style\.[0-9a-f]{12}\.css`).FindString(string(s.get("/docs").is(200).body))
		w := s.asks(http.MethodGet, path)
		if path == "" || w.Code != http.StatusOK || w.Header().Get("Cache-Control") != "public, max-age=31536000, immutable" ||
			!strings.HasPrefix(w.Header().Get("Content-Type"), "text/css") {
			t.Errorf("%q: %d %v", path, w.Code, w.Header())
		}
	})
}
