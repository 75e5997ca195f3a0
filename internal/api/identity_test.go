package api_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cineforge/cineforge/client"
	"github.com/cineforge/cineforge/internal/api"
	"github.com/cineforge/cineforge/internal/api/guard"
	"github.com/cineforge/cineforge/internal/app"
)

const tokenOfBen = "b-token-of-good-length-0123456789"

// forge is the address of servers that are behind a proxy which ends TLS.
const forge = "https://forge.example"

// behindProxy are the options of such a server.
func behindProxy(t *testing.T) api.Options {
	t.Helper()
	u, err := guard.ParsePublicURL(forge)
	if err != nil {
		t.Fatal(err)
	}
	return api.Options{Tokens: tokens, PublicURL: u}
}

// session asks what a client is taken for.
func (s *site) session(headers ...string) client.Session {
	s.Helper()
	return into[client.Session](s.get("/api/session", headers...).is(200))
}

// is reports whether a session has what a test wants of it; a name of "" is none.
func isSession(s client.Session, authenticated bool, channel, name string) bool {
	got := ""
	if s.Name != nil {
		got = *s.Name
	}
	return s.Authenticated == authenticated && string(s.Channel) == channel && got == name && (s.Name == nil) == (name == "")
}

// Without a token, one learns that one is wanted; with one, whose it is.
func TestGuard_Session(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := locked(t, api.Options{})
		if got := s.session(); !got.TokenRequired || !isSession(got, false, "api", "") || got.ExpiresAt != nil || got.PublicURL != nil {
			t.Errorf("%+v", got)
		}
		got := s.session("Authorization: Bearer "+token, "Cineforge-Client: cli")
		if !isSession(got, true, "cli", "anna") || got.ExpiresAt != nil {
			t.Errorf("%+v", got)
		}
		cookie, _ := s.login(home, token)
		time.Sleep(time.Hour)
		got = s.session(cookie)
		if left := time.Until(*got.ExpiresAt); !isSession(got, true, "page", "anna") || left != (30*24-1)*time.Hour {
			t.Errorf("%+v %s", got, left)
		}
		if got := s.session("Cookie: cineforge_session=old"); !isSession(got, false, "api", "") {
			t.Errorf("%+v", got)
		}
		free := idle(t, api.Options{}, app.Config{})
		if got := free.session("Authorization: Bearer " + token); got.TokenRequired || !isSession(got, true, "api", "") {
			t.Errorf("%+v", got)
		}
		free.get("/api/session?who=me").fails(422, "invalid_request")
	})
}

// The session's operation is no way to guess at tokens, and no address is kept out by old cookies.
func TestGuard_SessionIsNoOracle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := locked(t, api.Options{})
		for i := range 10 {
			s.from(home, http.MethodGet, "/api/session", "Authorization: Bearer guess").is(200)
			s.from(other, http.MethodGet, "/api/session", "Cookie: cineforge_session="+seq("old", i)).is(200)
		}
		s.from(home, http.MethodGet, "/api/session", "Authorization: Bearer guess").fails(429, "too_many_requests")
		s.from(home, http.MethodGet, "/api/session", "Authorization: Bearer "+token).is(200)
		s.from(home, http.MethodGet, "/api/health", "Authorization: Bearer guess").is(200)
		s.from(other, http.MethodGet, "/api/session", "Cookie: cineforge_session=old").is(200)
	})
}

// A page logs in by JSON, and learns what it needs to know.
func TestGuard_LoginByJSON(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := locked(t, api.Options{})
		a := s.post("/api/login", client.Login{Token: token}, "Cineforge-Client: page").is(200)
		c, err := http.ParseSetCookie(a.header.Get("Set-Cookie"))
		if err != nil || !c.HttpOnly || c.SameSite != http.SameSiteStrictMode || strings.Contains(string(a.body), c.Value) {
			t.Fatalf("%v %v %s", err, a.header, a.body)
		}
		if got := into[client.Session](a); !isSession(got, true, "page", "anna") || time.Until(*got.ExpiresAt) != 30*24*time.Hour {
			t.Errorf("%+v", got)
		}
		s.get(page, "Cookie: "+c.Name+"="+c.Value).is(200)
		wrong := s.post("/api/login", client.Login{Token: token + "x"})
		if wrong.fails(401, "unauthorized"); wrong.header.Get("Set-Cookie") != "" {
			t.Error(wrong.header)
		}
		s.post("/api/login", `{"token":1}`).fails(422, "invalid_request")
		s.post("/api/login", `{}`).fails(422, "invalid_request")
		s.post("/api/login", `{"token":"a","remember":true}`).fails(422, "invalid_request")
		// A page of another origin can't make a browser log in with another token.
		s.post("/api/login", client.Login{Token: token}, "Origin: https://evil.example").fails(403, "cross_origin")
		s.post("/api/login", strings.NewReader("token="+token), formType, "Origin: null").fails(403, "cross_origin")
		s.post("/api/login", strings.NewReader(`{"token":"`+token+`"}`), "Content-Type: text/plain").fails(415, "unsupported_media_type")
		free := idle(t, api.Options{}, app.Config{})
		if a := free.post("/api/login", client.Login{Token: token}).is(200); a.header.Get("Set-Cookie") != "" {
			t.Error(a.header)
		}
		free.post("/api/login", strings.NewReader("token=a"), formType).is(303)
	})
}

// The log names the tokens that are used, and has none in any form.
func TestGuard_LogsNamesOfTokens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		s := locked(t, api.Options{Requests: true, Log: slog.New(slog.NewTextHandler(&log, nil))})
		s.api, s.watch = observed(s.app, api.Options{Requests: true, Log: slog.New(slog.NewTextHandler(&log, nil)), Version: "1.2.3",
			Tokens: append([]guard.Token{{Name: "ben", Secret: tokenOfBen}}, tokens...)})
		cookie, _ := s.login(home, tokenOfBen)
		s.login(home, "a-wrong-guess")
		s.get(page, cookie).is(200)
		s.get(page, "Authorization: Bearer "+token, "Cineforge-Client: cli").is(200)
		s.get(page, "Authorization: Bearer a-wrong-guess", "X-Request-Id: wrong-1").is(401)
		s.post("/api/login", client.Login{Token: "a-wrong-guess"}).is(401)
		text := log.String()
		for _, want := range []string{`msg="a login" token_name=ben`, `msg="a login with a wrong token"`,
			`msg="a request with a wrong token" remote=192.0.2.1:1234 request_id=wrong-1`, "client=page token_name=ben",
			"client=cli token_name=anna"} {
			if !strings.Contains(text, want) {
				t.Errorf("%s is missing", want)
			}
		}
		_, value, _ := strings.Cut(cookie, "=")
		for _, secret := range []string{token, tokenOfBen, value, "a-wrong-guess"} {
			if strings.Contains(text, secret) {
				t.Errorf("the log tells %s", secret)
			}
		}
		if t.Failed() {
			t.Log(text)
		}
	})
}

// Behind a proxy that ends TLS the cookie is one that only TLS carries; elsewhere what the
// proxy's headers say changes nothing.
func TestGuard_CookieBehindAProxy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for name, test := range map[string]struct {
			options api.Options
			cookie  string
			secure  bool
		}{
			"behind a proxy": {behindProxy(t), "__Host-cineforge_session", true},
			"without one":    {api.Options{}, "cineforge_session", false},
		} {
			s := locked(t, test.options)
			for _, forwarded := range []string{"https", "http", ""} {
				a := s.post("/api/login", client.Login{Token: token}, "X-Forwarded-Proto: "+forwarded, "X-Forwarded-Host: evil.example",
					"Forwarded: proto="+forwarded+";host=evil.example").is(200)
				c, err := http.ParseSetCookie(a.header.Get("Set-Cookie"))
				if err != nil || c.Name != test.cookie || c.Secure != test.secure || !c.HttpOnly || c.SameSite != http.SameSiteStrictMode ||
					c.Path != "/" || c.Domain != "" {
					t.Fatalf("%s: %v %v", name, err, a.header)
				}
				s.get(page, "Cookie: "+c.Name+"="+c.Value).is(200)
				got := s.session("Cookie: " + c.Name + "=" + c.Value)
				if test.secure != (got.PublicURL != nil && *got.PublicURL == forge) || !got.Authenticated {
					t.Errorf("%s: %+v", name, got)
				}
				// A cookie that is not of that name, which another host of the domain could have set, opens nothing.
				s.get(page, "Cookie: "+c.Name+"x="+c.Value).is(401)
				if test.secure {
					s.get(page, "Cookie: cineforge_session="+c.Value).is(401)
				}
				out := s.post("/api/logout", nil, "Cookie: "+c.Name+"="+c.Value).is(204).header.Get("Set-Cookie")
				if !strings.HasPrefix(out, test.cookie+"=;") || strings.Contains(out, "Secure") != test.secure {
					t.Error(out)
				}
			}
		}
	})
}

// The document names the address that clients use, how they show who they are, and what needs no token.
func TestOpenAPI_BehindAProxy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := idle(t, behindProxy(t), app.Config{})
		var doc struct {
			Servers    []struct{ URL string }
			Security   []map[string][]string
			Components struct {
				SecuritySchemes map[string]struct{ In, Name string }
			}
			Paths map[string]map[string]struct{ Security *[]map[string][]string }
		}
		if err := json.Unmarshal(s.get("/openapi.json").is(200).body, &doc); err != nil {
			t.Fatal(err)
		}
		if len(doc.Servers) != 1 || doc.Servers[0].URL != forge || len(doc.Security) != 2 ||
			doc.Components.SecuritySchemes["session"].Name != "__Host-cineforge_session" {
			t.Errorf("%+v", doc)
		}
		for path, method := range map[string]string{"/api/session": "get", "/api/login": "post"} {
			if open := doc.Paths[path][method].Security; open == nil || len(*open) != 0 {
				t.Errorf("%s needs %v", path, open)
			}
		}
		if doc.Paths["/api/recipes"]["get"].Security != nil {
			t.Error("the recipes need something else than all operations")
		}
	})
}

// The public address is a name of the server, and its pages are the server's own: by TLS only.
func TestGuard_HostAndOriginBehindAProxy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, test := range []struct {
			host, origin, site string
			status             int
		}{
			{"forge.example", "", "", 201},
			{"FORGE.example:443", "", "", 201},
			{"forge.example:8000", forge, "same-origin", 201},
			{"127.0.0.1:8000", forge, "", 201}, // a proxy that names the server by its address
			{"127.0.0.1:8000", forge, "cross-site", 201},
			{"forge.example", forge, "", 201},
			{"forge.example", "http://forge.example", "", 403}, // which anything on the way could have made
			{"forge.example", "https://forge.example:8443", "", 403},
			{"127.0.0.1:8000", "http://forge.example", "cross-site", 403},
			{"forge.example", "https://evil.example", "cross-site", 403},
			{"forge.example", "https://www.forge.example", "same-site", 403},
			{"forge.example", "https://forge.example.evil", "", 403},
			{"forge.example", "null", "", 403},
			{"evil.example", "https://evil.example", "same-origin", 421},
			{"forge.example.evil", "", "", 421},
			{"forge.example@evil.example", "", "", 421},
			{"www.forge.example", "", "", 421},
		} {
			s := idle(t, behindProxy(t), app.Config{})
			headers := []string{"Host: " + test.host, "X-Forwarded-Host: forge.example", "X-Forwarded-Proto: https",
				"X-Original-Host: forge.example"}
			if test.origin != "" {
				headers = append(headers, "Origin: "+test.origin)
			}
			if test.site != "" {
				headers = append(headers, "Sec-Fetch-Site: "+test.site)
			}
			if a := s.post("/api/projects/new", client.NewProject{Slug: "a"}, headers...); a.status != test.status {
				t.Errorf("%+v: %d", test, a.status)
			}
		}
		s := locked(t, behindProxy(t))
		a := s.post("/api/login", strings.NewReader(url.Values{"token": {token}}.Encode()), formType, "Host: evil.example")
		if a.fails(421, "wrong_host"); a.header.Get("Set-Cookie") != "" {
			t.Error(a.header)
		}
	})
}
