package api_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cineforge/cineforge/client"
	"github.com/cineforge/cineforge/internal/api"
	"github.com/cineforge/cineforge/internal/api/guard"
	"github.com/cineforge/cineforge/internal/app"
)

const token = "a-token-of-good-length-0123456789"

// tokens are those of a server that wants one.
var tokens = []guard.Token{{Name: "anna", Secret: token}}

// Which requests are admitted, and which are not.
func TestAPI_AdmitsByHostOriginAndToken(t *testing.T) {
	for _, test := range []struct {
		name     string
		token    string // that the server wants
		method   string
		path     string
		headers  string // lines with "|" between them
		status   int
		code     string // of the problem
		anywhere bool   // the status is not in the document for this path
	}{
		{"this machine by address", "", "GET", "/api/projects/recent", "Host: 127.0.0.1:8000", 200, "", false},
		{"this machine by its other address", "", "GET", "/api/projects/recent", "Host: [::1]:8000", 200, "", false},
		{"this machine by name", "", "GET", "/api/projects/recent", "Host: localhost", 200, "", false},
		{"a name that is allowed", "", "GET", "/api/projects/recent", "Host: Forge.Example:80", 200, "", false},
		{"a name that somebody made point here", "", "GET", "/api/projects/recent", "Host: evil.example", 421, "wrong_host", false},
		{"a name that looks like an allowed one", "", "GET", "/api/projects/recent", "Host: forge.example.evil", 421, "wrong_host", false},
		{"a name that begins like this machine", "", "GET", "/api/projects/recent", "Host: localhost.evil.example", 421, "wrong_host", false},
		{"another machine's address without token", "", "GET", "/api/projects/recent", "Host: 10.1.2.3:8000", 421, "wrong_host", false},
		{"another machine's address with token", token, "GET", "/api/projects/recent", "Host: 10.1.2.3:8000|Authorization: Bearer " + token, 200,
			"", false},
		{"no host", "", "GET", "/api/projects/recent", "Host: ", 421, "wrong_host", false},
		{"health under a foreign name", "", "GET", "/api/health", "Host: evil.example", 421, "wrong_host", false},
		{"a page of another origin", "", "POST", "/api/projects/new", "Origin: http://evil.example|Sec-Fetch-Site: cross-site", 403,
			"cross_origin", false},
		{"a page of another origin, by an old browser", "", "POST", "/api/projects/new", "Origin: http://evil.example", 403, "cross_origin",
			false},
		{"a page on another port of this machine", "", "POST", "/api/projects/new", "Origin: http://127.0.0.1:9999", 403, "cross_origin", false},
		{"a sandboxed page", "", "POST", "/api/projects/new", "Origin: null", 403, "cross_origin", false},
		{"a page of the same site", "", "POST", "/api/projects/new", "Origin: http://127.0.0.1:8000|Sec-Fetch-Site: same-origin", 201, "", false},
		{"a program", "", "POST", "/api/projects/new", "", 201, "", false},
		{"reading from another origin", "", "GET", "/api/projects/recent", "Origin: http://evil.example|Sec-Fetch-Site: cross-site", 200, "",
			false},
		{"no token", token, "GET", "/api/projects/recent", "Authorization: ", 401, "unauthorized", false},
		{"a wrong token", token, "GET", "/api/projects/recent", "Authorization: Bearer " + token + "x", 401, "unauthorized", false},
		{"an empty token", token, "GET", "/api/projects/recent", "Authorization: Bearer ", 401, "unauthorized", false},
		{"the token by another scheme", token, "GET", "/api/projects/recent", "Authorization: Basic " + token, 401, "unauthorized", false},
		{"the token in the query", token, "GET", "/api/projects/recent?token=" + token, "Authorization: ", 401, "unauthorized", false},
		{"the token as cookie", token, "GET", "/api/projects/recent", "Authorization: |Cookie: cineforge_session=" + token, 401, "unauthorized",
			false},
		{"the token", token, "GET", "/api/projects/recent", "Authorization: Bearer " + token, 200, "", false},
		{"health without token", token, "GET", "/api/health", "Authorization: ", 200, "", false},
		{"readiness without token", token, "GET", "/api/ready", "Authorization: ", 200, "", false},
		{"the document without token", token, "GET", "/openapi.json", "Authorization: ", 401, "unauthorized", true},
		{"the description without token", token, "GET", "/docs", "Authorization: ", 401, "unauthorized", true},
		{"the form without token", token, "GET", "/login", "Authorization: ", 200, "", true},
		{"no form without a token to give", "", "GET", "/login", "", 404, "not_found", true},
		{"a path above the free one", token, "GET", "/api/health/../projects/recent", "Authorization: ", 404, "not_found", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o := api.Options{Hosts: []string{"forge.EXAMPLE"}}
				if test.token != "" {
					o.Tokens = tokens
				}
				s := idle(t, o, app.Config{})
				s.token = ""
				var body any
				if test.method == "POST" {
					body = client.NewProject{Slug: "a"}
				}
				a := s.call(test.method, test.path, body, strings.Split(test.headers, "|")...).is(test.status)
				if test.code != "" {
					a.fails(test.status, test.code)
				}
				kept := "no-store"
				if a.header.Get("ETag") != "" {
					kept = "private, no-cache"
				}
				for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY",
					"Referrer-Policy": "no-referrer", "Cross-Origin-Opener-Policy": "same-origin",
					"Cross-Origin-Resource-Policy": "same-origin", "Cache-Control": kept} {
					if got := a.header.Get(name); got != want {
						t.Errorf("%s: %q, want %q", name, got, want)
					}
				}
				csp := a.header.Get("Content-Security-Policy")
				if !strings.Contains(csp, "default-src 'self'") || strings.Contains(csp, "unsafe") ||
					a.header.Get("Access-Control-Allow-Origin") != "" || a.header.Get("X-Request-Id") == "" {
					t.Error(a.header)
				}
			})
		})
	}
}

func TestAPI_Login(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := idle(t, api.Options{Tokens: tokens}, app.Config{})
		s.token = ""
		login := func(given string) answer {
			return s.post("/api/login", strings.NewReader(url.Values{"token": {given}}.Encode()), "Content-Type: application/x-www-form-urlencoded")
		}
		if a := login("<script>wrong</script>").is(401); a.header.Get("Set-Cookie") != "" || strings.Contains(string(a.body), "wrong") {
			t.Errorf("%v %s", a.header, a.body)
		}
		a := login(token).is(303)
		c, err := http.ParseSetCookie(a.header.Get("Set-Cookie"))
		if err != nil || !c.HttpOnly || c.SameSite != http.SameSiteStrictMode || strings.Contains(c.Value, token) ||
			a.header.Get("Location") != "/" {
			t.Fatalf("%v %v", c, a.header)
		}
		cookie := "Cookie: " + c.Name + "=" + c.Value
		s.get("/api/projects/recent", "Authorization: bearer "+token).is(200)
		// A person is led to the form, and a program is told.
		if a := s.get("/docs", "Accept: text/html").is(303); a.header.Get("Location") != "/login?to=%2Fdocs" {
			t.Error(a.header)
		}
		s.get("/docs", "Accept: application/json").fails(401, "unauthorized")
		s.get("/api/projects/recent", "Accept: text/html").fails(401, "unauthorized")
		s.get("/api/projects/recent", cookie).is(200)
		s.get("/api/projects/recent", cookie+"0").fails(401, "unauthorized")
		s.post("/api/projects/new", client.NewProject{Slug: "a"}, cookie, "Origin: http://evil.example").fails(403, "cross_origin")
		if out := s.post("/api/logout", nil, cookie).is(204); !strings.Contains(out.header.Get("Set-Cookie"), "Max-Age=0") {
			t.Error(out.header)
		}
		for i := 0; ; i++ {
			a := login("guess")
			if a.status == 429 {
				if a.fails(429, "too_many_requests"); a.header.Get("Retry-After") == "" {
					t.Error(a.header)
				}
				break
			}
			if a.is(401); i > 20 {
				t.Fatal("any number of tries")
			}
		}
		login(token).is(429) // also with the right one: else it could be guessed at
		time.Sleep(time.Minute)
		login(token).is(303)
		s.post("/api/login", strings.NewReader("token="+strings.Repeat("x", 10<<20)), "Content-Type: application/x-www-form-urlencoded").is(401)
	})
}

// Each request has an id, which the log, the answer and its problem tell, and the log
// holds neither queries nor tokens.
func TestAPI_AccessLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		s := idle(t, api.Options{Tokens: tokens, Requests: true, Log: slog.New(slog.NewJSONHandler(&log, nil))}, app.Config{})
		a := s.get("/api/projects/nobodys/search?q=private-words", "X-Request-Id: my-id.1")
		if p := a.fails(404, "project_not_opened"); p.RequestID != "my-id.1" || a.header.Get("X-Request-Id") != "my-id.1" {
			t.Errorf("%+v", p)
		}
		s.get("/api/projects/recent", "X-Request-Id: bad id\n{}").is(200)
		text := log.String()
		if !strings.Contains(text, `"status":404`) || !strings.Contains(text, `"path":"/api/projects/nobodys/search"`) ||
			!strings.Contains(text, `"request_id":"my-id.1"`) || !strings.Contains(text, `"ms":`) {
			t.Error(text)
		}
		if strings.Contains(text, "private-words") || strings.Contains(text, token) || strings.Contains(text, "bad id") ||
			strings.Count(text, "\n") != 2 {
			t.Error(text)
		}
	})
}

// connection is an answer on its way to a client, with the deadlines of a real one.
type connection struct {
	http.ResponseWriter
	read, write time.Time
}

func (c *connection) SetReadDeadline(t time.Time) error  { c.read = t; return nil }
func (c *connection) SetWriteDeadline(t time.Time) error { c.write = t; return nil }

// drip is a body that comes a byte a second, until the deadline of its connection.
type drip struct {
	conn *connection
	text string
}

func (d *drip) Read(p []byte) (int, error) {
	time.Sleep(time.Second)
	if !d.conn.read.IsZero() && time.Now().After(d.conn.read) {
		return 0, os.ErrDeadlineExceeded
	}
	if d.text == "" {
		return 0, io.EOF
	}
	p[0], d.text = d.text[0], d.text[1:]
	return 1, nil
}

// A body that comes too slowly ends its request.
func TestAPI_SlowBodies(t *testing.T) {
	for _, test := range []struct {
		method, path, kind, begin string
		most                      time.Duration
		status                    int
	}{
		{"POST", "/api/projects/new", "application/json", `{"slug":"`, time.Minute, 408},
		{"POST", "/api/projects/tide/chat", "application/json", `{"id":"`, time.Minute, 422},
		{"POST", "/api/projects/tide/inputs/upload", "multipart/form-data; boundary=x",
			"--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\n", 11 * time.Minute, 400},
		{"POST", "/api/projects/quick-scan", "multipart/form-data; boundary=x",
			"--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\n", time.Minute, 400},
	} {
		t.Run(test.path, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := idle(t, api.Options{}, app.Config{})
				s.project("tide")
				began := time.Now()
				conn := &connection{}
				r := request(t.Context(), test.method, test.path, &drip{conn, test.begin + strings.Repeat("a", 10_000)}, "Content-Type: "+test.kind)
				a := s.over(r, conn)
				if took := time.Since(began); a.status != test.status || took < 30*time.Second || took > test.most+2*time.Second {
					t.Errorf("%d after %s: %s", a.status, took, a.body)
				}
				s.leavesNothing()
			})
		})
	}
}

// A handler that panics is an answer, and a line in the log.
func TestAPI_APanicIsAProblem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		s := idle(t, api.Options{Requests: true, Log: slog.New(slog.NewJSONHandler(&log, nil))}, app.Config{})
		body := readerFunc(func([]byte) (int, error) { panic(errors.New("deep inside")) })
		p := s.post("/api/projects/new", body).fails(500, "internal")
		if strings.Contains(fmt.Sprint(p), "deep inside") || !strings.Contains(log.String(), "deep inside") {
			t.Errorf("%+v\n%s", p, log.String())
		}
	})
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }
