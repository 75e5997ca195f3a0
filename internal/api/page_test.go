package api_test

import (
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/cineforge/cineforge/internal/api"
	"github.com/cineforge/cineforge/internal/app"
	built "github.com/cineforge/cineforge/internal/page"
)

// What browsers and programs send.
const (
	browser = "Accept: text/html,application/xhtml+xml,*/*;q=0.8"
	curl    = "Accept: */*"
	axios   = "Accept: application/json, text/plain, */*"
)

// isPage reports whether an answer is the document of the page.
func isPage(a answer) bool { return strings.Contains(string(a.body), `<div id="root">`) }

// A browser gets the page at any path that is not the server's own; a program only where there is a
// view, and a problem elsewhere.
func TestPage_WhereItIs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := idle(t, api.Options{}, app.Config{})
		for _, test := range []struct {
			path, accept string
			status       int
			page         bool
		}{
			{"/", browser, 200, true},
			{"/", curl, 200, true},
			{"/", "", 200, true},
			{"/", axios, 404, false},
			{"/?q=tide", browser, 200, true},
			{"/runs/run-a1.2", browser, 200, true},
			{"/runs/run-a1/log?seq=3", curl, 200, true},
			{"/runs/run-a1", axios, 404, false},
			{"/runs/run-a1", "Accept: application/json", 404, false},
			{"/runs/run-a1", "Accept: text/event-stream", 404, false},
			{"/projects/caf%C3%A9/results", browser, 200, true},
			{"/projects/a%2Fb", browser, 200, true},
			{"/nowhere", browser, 404, true},
			{"/nowhere", curl, 404, false},
			{"/nowhere", "", 404, false},
			{"/index.html", curl, 404, false},
			{"/runsx", curl, 404, false},
			{"/api", browser, 404, false},
			{"/api/nowhere", browser, 404, false},
			{"/api/nowhere", curl, 404, false},
			{"/docs/nowhere", browser, 404, false},
			{"/metrics/nowhere", browser, 404, false},
			{"/login", browser, 404, false}, // it wants no token
			{"/assets", browser, 404, false},
			{"/assets/home-of-an-older-page.js", browser, 404, false},
			{"/assets/", curl, 404, false},
			{"/runs/../docs", browser, 404, false},
			{"/..%2f..%2fetc/passwd", browser, 404, false},
			{"//evil.example", browser, 404, false},
			{"/assets/../index.html", browser, 404, false},
			{"/assets/%2e%2e/icon.svg", curl, 404, false},
			{"/dist/icon.svg", curl, 404, false},
			{"/icon.svg%00", curl, 404, false},
		} {
			var headers []string
			if test.accept != "" {
				headers = []string{test.accept}
			}
			a := s.get(test.path, headers...)
			if a.status != test.status || isPage(a) != test.page {
				t.Errorf("%s %s: %d, page %v: %.100s", test.path, test.accept, a.status, isPage(a), a.body)
			}
			if !test.page {
				a.fails(test.status, "not_found")
			}
		}
		s.call(http.MethodPost, "/runs/run-a1", nil, browser).fails(404, "not_found")
		s.call(http.MethodDelete, "/", nil, browser).fails(404, "not_found")
		s.call(http.MethodPost, "/icon.svg", nil).fails(404, "not_found")
	})
}

// The addresses that the page itself knows are answered with the page.
func TestPage_AllOfItsViews(t *testing.T) {
	router, err := os.ReadFile("../../ui/src/app/router.tsx")
	if err != nil {
		t.Fatal(err)
	}
	views := regexp.MustCompile(`path: "(/[^"]*)"`).FindAllStringSubmatch(string(router), -1)
	if len(views) < 10 {
		t.Fatal(views)
	}
	synctest.Test(t, func(t *testing.T) {
		s := idle(t, api.Options{}, app.Config{})
		for _, v := range views {
			if a := s.get(strings.ReplaceAll(v[1], "$", ""), curl).is(200); !isPage(a) {
				t.Errorf("%s: %s", v[1], a.body)
			}
		}
	})
}

// Files are answered with types of ours and are kept by a browser: those with a digest in their names
// for good, the others until they have changed.
func TestPage_Files(t *testing.T) {
	types := map[string]string{".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml",
		".fountain": "text/plain; charset=utf-8"}
	synctest.Test(t, func(t *testing.T) {
		s := idle(t, api.Options{}, app.Config{})
		seen := map[string]bool{}
		err := fs.WalkDir(built.Files(), ".", func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || name == built.Index {
				return err
			}
			content, err := fs.ReadFile(built.Files(), name)
			if err != nil {
				return err
			}
			kept := "no-cache"
			if strings.HasPrefix(name, "assets/") {
				kept = "public, max-age=31536000, immutable"
			}
			seen[path.Ext(name)] = true
			plain := s.asks(http.MethodGet, "/"+name)
			if h := plain.Header(); plain.Code != 200 || plain.Body.String() != string(content) || h.Get("Cache-Control") != kept ||
				h.Get("Content-Type") != types[path.Ext(name)] || h.Get("X-Content-Type-Options") != "nosniff" {
				t.Errorf("%s: %d %v", name, plain.Code, h)
			}
			zipped := s.asks(http.MethodGet, "/"+name, "Accept-Encoding: gzip")
			for _, w := range []*httptest.ResponseRecorder{plain, zipped} {
				s.sameAgain("/"+name, w)
			}
			if length := zipped.Body.Len(); len(content) >= 1024 && (unzipped(t, zipped) != string(content) || length >= len(content)) {
				t.Errorf("%s: compressed it has %d of %d bytes", name, length, len(content))
			}
			return nil
		})
		if err != nil || !seen[".js"] || !seen[".css"] || !seen[".svg"] {
			t.Errorf("%v %v", seen, err)
		}
		s.sameAgain("/", s.asks(http.MethodGet, "/", browser))
		h := s.asks(http.MethodGet, "/runs/run-a1", browser).Header()
		if h.Get("Cache-Control") != "no-cache" || h.Values("Vary")[0] != "Accept" {
			t.Errorf("%v", h)
		}
	})
}

// sameAgain wants a client that has an answer to be told so, and one that asks for its headers to get
// those.
func (s *site) sameAgain(target string, had *httptest.ResponseRecorder) {
	s.Helper()
	encoding := "Accept-Encoding: " + had.Header().Get("Content-Encoding")
	again := s.asks(http.MethodGet, target, encoding, "If-None-Match: "+had.Header().Get("ETag"))
	if again.Code != http.StatusNotModified || again.Body.Len() > 0 || again.Header().Get("ETag") != had.Header().Get("ETag") ||
		again.Header().Get("Cache-Control") != had.Header().Get("Cache-Control") {
		s.Errorf("%s: %d %v", target, again.Code, again.Header())
	}
	head := s.asks(http.MethodHead, target, encoding)
	if head.Code != http.StatusOK || head.Body.Len() > 0 || head.Header().Get("Content-Length") != fmt.Sprint(had.Body.Len()) ||
		head.Header().Get("ETag") != had.Header().Get("ETag") {
		s.Errorf("%s: %d %v", target, head.Code, head.Header())
	}
}

// A server that wants a token gives the page without one, which has no data, and nothing else.
func TestPage_NeedsNoToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := locked(t, api.Options{})
		if a := s.get("/runs/run-a1", browser).is(200); !isPage(a) {
			t.Errorf("%s", a.body)
		}
		s.get("/icon.svg", "Authorization: Bearer wrong").is(200)
		s.get("/nowhere", browser).is(404)
		s.get("/nowhere", curl).fails(401, "unauthorized")
		s.get("/api/runs", browser).fails(401, "unauthorized")
		s.get("/openapi.json", curl).fails(401, "unauthorized")
		s.get("/", "Host: evil.example").fails(421, "wrong_host")
	})
}

// The page runs under the policy that all answers have: it has no script and no style of its own
// in it, and all that it names is there.
func TestPage_SuitsItsPolicy(t *testing.T) {
	document, err := fs.ReadFile(built.Files(), built.Index)
	if err != nil {
		t.Fatal(err)
	}
	text := string(document)
	for what, pattern := range map[string]string{
		"a script":    `(?is)<script(?:\s[^>]*)?>\s*[^<\s]`,
		"a style":     `(?i)<style`,
		"style=":      `(?i)\sstyle\s*=`,
		"a handler":   `(?i)\son[a-z]+\s*=`,
		"other hosts": `(?i)(?:src|href|action)\s*=\s*["'](?:[a-z]+:|//)`,
		"a policy":    `(?i)http-equiv`,
	} {
		if found := regexp.MustCompile(pattern).FindString(text); found != "" {
			t.Errorf("the page has %s: %s", what, found)
		}
	}
	synctest.Test(t, func(t *testing.T) {
		s := idle(t, api.Options{}, app.Config{})
		named := regexp.MustCompile(`(?:src|href)="([^"]+)"`).FindAllStringSubmatch(text, -1)
		if len(named) < 3 {
			t.Fatal(text)
		}
		for _, n := range named {
			if a := s.get(n[1], curl).is(200); isPage(a) {
				t.Errorf("%s is no file", n[1])
			}
		}
		if csp := s.get("/", browser).header.Get("Content-Security-Policy"); !strings.Contains(csp, "script-src 'self';") ||
			!strings.Contains(csp, "style-src 'self';") || strings.Contains(csp, "unsafe") {
			t.Error(csp)
		}
	})
}

// A login leads to what was asked for, if it is this server's.
func TestLogin_LeadsToWhatWasAskedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := locked(t, api.Options{})
		form := s.get("/docs?a=1&b=%22%3E", browser).is(303).header.Get("Location")
		if form != "/login?to="+url.QueryEscape("/docs?a=1&b=%22%3E") {
			t.Error(form)
		}
		if text := string(s.get(form).is(200).body); !strings.Contains(text, `name="to" type="hidden" value="/docs?a=1&amp;b=%22%3E"`) {
			t.Error(text)
		}
		login := func(given, to string) answer {
			body := url.Values{"token": {given}, "to": {to}}.Encode()
			return s.post("/api/login", strings.NewReader(body), formType)
		}
		if text := string(login("wrong", "/docs").is(401).body); !strings.Contains(text, `value="/docs"`) {
			t.Error(text)
		}
		for to, want := range map[string]string{
			"/docs?a=1": "/docs?a=1", "": "/", "docs": "/", "//evil.example": "/", `/\evil.example`: "/", "https://evil.example/": "/",
			"javascript:alert(1)": "/", "/\r\nSet-Cookie: a=b": "/", "/" + strings.Repeat("x", 3000): "/",
		} {
			if got := login(token, to).is(303).header.Get("Location"); got != want {
				t.Errorf("%q leads to %q", to, got)
			}
		}
	})
}
