package api_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cineforge/cineforge/internal/api"
	"github.com/cineforge/cineforge/internal/app"
)

// from makes a request that comes from an address.
func (s *site) from(addr, method, target string, headers ...string) answer {
	s.Helper()
	r := request(s.Context(), method, target, nil, headers...)
	r.RemoteAddr = addr
	return s.do(r)
}

// login shows a token in the form, and returns the cookie's line; "" if there is none.
func (s *site) login(addr, given string) (cookie string, a answer) {
	s.Helper()
	r := request(s.Context(), http.MethodPost, "/api/login", strings.NewReader(url.Values{"token": {given}}.Encode()), formType)
	r.RemoteAddr = addr
	a = s.do(r)
	if c, err := http.ParseSetCookie(a.header.Get("Set-Cookie")); err == nil {
		cookie = "Cookie: " + c.Name + "=" + c.Value
	}
	return cookie, a
}

// locked is a site that wants a token, of which no request has it by itself.
func locked(t *testing.T, o api.Options) *site {
	o.Tokens = tokens
	s := idle(t, o, app.Config{})
	s.token = ""
	return s
}

const (
	formType = "Content-Type: application/x-www-form-urlencoded"

	home  = "198.51.100.7:1000"
	other = "203.0.113.9:2000"
	page  = "/api/projects/recent"
)

// A client that tries too often is refused, whatever it shows; no other client is, and no right token.
func TestAPI_WrongTokensCountByAddress(t *testing.T) {
	for name, wrong := range map[string]func(s *site, addr string, i int) answer{
		"bearer": func(s *site, addr string, i int) answer {
			return s.from(addr, http.MethodGet, page, fmt.Sprint("Authorization: Bearer guess", i))
		},
		"cookie": func(s *site, addr string, i int) answer {
			return s.from(addr, http.MethodGet, page, fmt.Sprint("Cookie: cineforge_session=guess", i))
		},
		"form": func(s *site, addr string, i int) answer {
			_, a := s.login(addr, fmt.Sprint("guess", i))
			return a
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := locked(t, api.Options{})
				cookie, _ := s.login(home, token)
				time.Sleep(time.Minute)
				for i := range 10 {
					wrong(s, home, i).is(401)
				}
				if a := wrong(s, home, 10); a.header.Get("Retry-After") == "" {
					t.Error(a.header)
				} else {
					a.fails(429, "too_many_requests")
				}
				s.from(home, http.MethodGet, page, "Authorization: Bearer "+token).is(200)
				s.from(home, http.MethodGet, page, cookie).is(200)
				s.from(home, http.MethodGet, page, "X-Forwarded-For: "+other).is(401) // which shows nothing
				wrong(s, home+"0", 11).is(429)                                        // another port is the same address
				wrong(s, other, 0).is(401)
				if _, a := s.login(other, token); a.status != 303 {
					t.Error("one address locks others out:", a.status)
				}
				time.Sleep(2 * time.Second)
				wrong(s, home, 12).is(401)
				wrong(s, home, 13).is(429)
			})
		})
	}
}

// A person whose cookie is none any more finds the form, however often the page has asked.
func TestAPI_AnOldCookieLeadsToTheForm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := locked(t, api.Options{})
		for range 20 {
			a := s.from(home, http.MethodGet, "/docs", "Accept: text/html", "Cookie: cineforge_session=old").is(303)
			if a.header.Get("Location") != "/login?to=%2Fdocs" {
				t.Fatal(a.header)
			}
		}
		if cookie, a := s.login(home, token); cookie == "" {
			t.Error("the form is closed:", a.status)
		}
	})
}

// A customer's network has one share of the tries, and many networks take bounded memory.
func TestAPI_NetworksCountAsOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := locked(t, api.Options{})
		guess := func(addr string) int {
			return s.from(addr, http.MethodGet, page, "Authorization: Bearer guess").status
		}
		for i := range 10 {
			if got := guess(fmt.Sprintf("[2001:db8:1:2::%x]:80", i+1)); got != 401 {
				t.Fatal(i, got)
			}
		}
		if got := guess("[2001:db8:1:2:ffff::1]:80"); got != 429 {
			t.Error("each address of a network has tries of its own:", got)
		}
		if got := guess("[2001:db8:1:3::1]:80"); got != 401 {
			t.Error("two networks share their tries:", got)
		}
		for range 10 {
			guess("192.0.2.77:1")
		}
		if got := guess("[::ffff:192.0.2.77]:1"); got != 429 {
			t.Error("an address in another form has tries of its own:", got)
		}
	})
}

// A session that was ended is over for each copy of its cookie, and so are its streams; others
// go on.
func TestAPI_SessionEndsWithItsLogout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := locked(t, api.Options{})
		mine, _ := s.login(home, token)
		theirs, _ := s.login(other, token)
		third, _ := s.login(other, token)
		if mine == "" || mine == theirs {
			t.Fatal(mine, theirs)
		}
		follow := func(header string) *listener {
			l := listenBy(t, s.api, request(t.Context(), http.MethodGet, "/api/events/stream", nil, header))
			<-l.sent
			return l
		}
		streams := []*listener{follow(mine), follow(theirs), follow(third), follow("Authorization: Bearer " + token)}
		over := func(want ...bool) {
			t.Helper()
			synctest.Wait()
			for i, l := range streams {
				select {
				case <-l.over:
					if !want[i] {
						t.Error(i, "was ended")
					}
				default:
					if want[i] {
						t.Error(i, "goes on")
					}
				}
			}
		}
		s.post("/api/logout", nil, mine).is(204)
		s.get(page, mine).fails(401, "unauthorized")
		s.post("/api/logout", nil, mine).is(401)
		s.get(page, theirs).is(200)
		over(true, false, false, false)
		s.post("/api/logout?all=2", nil, theirs).is(422)
		s.get(page, third).is(200)
		a := s.post("/api/logout", strings.NewReader("all=1"), theirs, formType).is(204)
		if !strings.Contains(a.header.Get("Set-Cookie"), "Max-Age=0") {
			t.Error(a.header)
		}
		s.get(page, theirs).is(401)
		s.get(page, third).is(401)
		over(true, true, true, false)
		s.get(page, "Authorization: Bearer "+token).is(200)
		again, _ := s.login(home, token)
		s.post("/api/logout?all=1", nil, "Authorization: Bearer "+token).is(204)
		s.get(page, again).is(401)
		s.post("/api/logout?all=1", nil, "Authorization: Bearer "+token, "Origin: http://evil.example").fails(403, "cross_origin")
	})
}

// Another process, whose token may be another one, knows no session of this one.
func TestAPI_SessionEndsWithTheProcess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := locked(t, api.Options{})
		cookie, _ := s.login(home, token)
		s.get(page, cookie).is(200)
		s.api, s.watch = observed(s.app, api.Options{Tokens: tokens, Version: "1.2.3"})
		s.get(page, cookie).is(401)
	})
}

// No address takes all places of streams.
func TestStreamsHandler_EachAddressHasAPart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := idle(t, api.Options{Streams: 6}, app.Config{})
		open := func(addr string) *listener {
			r := request(t.Context(), http.MethodGet, "/api/events/stream", nil)
			r.RemoteAddr = addr
			l := listenBy(t, s.api, r)
			<-l.sent
			return l
		}
		var all []*listener
		for i := range 10 {
			l := open(fmt.Sprint("198.51.100.7:", i+1))
			if want := i < 3; (l.status == 200) != want || !want && (l.status != 503 || l.header.Get("Retry-After") == "") {
				t.Errorf("stream %d of an address: %d %v", i+1, l.status, l.header)
			}
			all = append(all, l)
		}
		for i := range 5 {
			if l := open(fmt.Sprintf("10.0.0.%d:1", i)); (l.status == 200) != (i < 3) {
				t.Errorf("stream %d of others: %d", i+1, l.status)
			}
		}
		all[0].leave()
		if l := open(home); l.status != 200 {
			t.Error("a place that was left is not taken:", l.status)
		}
	})
}
