package api

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"path"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
	"time"
)

// guard decides whose requests are answered.
type guard struct {
	token  string
	hosts  []string
	origin *http.CrossOriginProtection

	sessions sessions
	logins   attempts // by the form
	shown    attempts // wrong tokens and cookies of requests
}

func newGuard(o Options) *guard {
	var hosts []string
	for _, name := range o.Hosts {
		hosts = append(hosts, strings.ToLower(name))
	}
	return &guard{token: o.Token, hosts: hosts, origin: http.NewCrossOriginProtection()}
}

type contextKey int

const (
	requestKey contextKey = iota
	sessionKey
	warningsKey
)

// requestID returns the id of the request that ctx belongs to.
func requestID(ctx context.Context) string {
	id, _ := ctx.Value(requestKey).(string)
	return id
}

// loggedOut returns a channel that is closed when the session that ctx's request belongs to is
// over; nil without a session.
func loggedOut(ctx context.Context) <-chan struct{} {
	if of, ok := ctx.Value(sessionKey).(context.Context); ok {
		return of.Done()
	}
	return nil
}

var requestIDPattern = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)

// requestTime is how long a request may take, unless its handler says otherwise.
const requestTime = 60 * time.Second

// answerTime is how long it may then take to say that it was too long.
const answerTime = 5 * time.Second

// guarded answers what nobody should see before a handler does, and tells of each request.
func (s *API) guarded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		id := r.Header.Get("X-Request-Id")
		if !requestIDPattern.MatchString(id) {
			id = randomID()
		}
		r = r.WithContext(context.WithValue(r.Context(), requestKey, id))
		seen := &watched{ResponseWriter: w}
		harden(w.Header(), id)
		control := http.NewResponseController(w)
		deadline := began.Add(requestTime)
		control.SetReadDeadline(deadline)                  //nolint:errcheck // tests have no connection
		control.SetWriteDeadline(deadline.Add(answerTime)) //nolint:errcheck // the same
		defer func() {
			v := recover()
			aborted := v == http.ErrAbortHandler //nolint:errorlint // net/http compares it so
			if v != nil && !aborted {
				s.o.Log.ErrorContext(r.Context(), "a handler panicked", "panic", fmt.Sprint(v), "stack", string(debug.Stack()), "request_id", id)
				if seen.status == 0 {
					s.write(seen, r, fmt.Errorf("panic: %v", v))
				}
			}
			// The query is left out: it may hold what a person searches for.
			if s.o.Requests {
				s.o.Log.InfoContext(r.Context(), "request", "method", r.Method, "path", clip(r.URL.Path), "status",
					seen.status, "bytes", seen.bytes,
					"ms", time.Since(began).Milliseconds(), "remote", r.RemoteAddr, "request_id", id)
			}
			if aborted {
				panic(v) // which ends the connection
			}
		}()
		of, err := s.refused(r)
		if err != nil {
			if r.ContentLength != 0 {
				seen.Header().Set("Connection", "close") // which reads no body that comes slowly
			}
			if (err.Status == http.StatusUnauthorized || err.Status == http.StatusTooManyRequests) && browsed(r) {
				http.Redirect(seen, r, "/login", http.StatusSeeOther)
				return
			}
			s.write(seen, r, err)
			return
		}
		if of != nil {
			r = r.WithContext(context.WithValue(r.Context(), sessionKey, of))
		}
		next.ServeHTTP(seen, r)
	})
}

// refused says why a request is not let through, or nil. One that is belongs to a session, or
// to none.
func (s *API) refused(r *http.Request) (of context.Context, _ *refusal) {
	if !s.guard.knows(r.Host) {
		return nil, refuse(http.StatusMisdirectedRequest, "wrong_host", "this server is not reached under that name",
			"use its address; whoever runs the server can have it answer to the name")
	}
	if err := s.guard.origin.Check(r); err != nil {
		return nil, refuse(http.StatusForbidden, "cross_origin", "a page of another origin can't do this", "")
	}
	if p := r.URL.Path; path.Clean(p) != strings.TrimSuffix(p, "/") && p != "/" {
		return nil, refuse(http.StatusNotFound, "not_found", "there is no such path", "/docs lists what there is")
	}
	if s.guard.free(r.URL.Path) {
		return nil, nil
	}
	of, shown, right := s.guard.admits(r)
	switch {
	case right: // whatever others at its address have tried
	case shown && !s.guard.shown.take(address(r)):
		return nil, tooManyTries()
	default:
		return nil, refuse(http.StatusUnauthorized, "unauthorized", "this server wants its token",
			"send it as Authorization: Bearer TOKEN, or log in at /login")
	}
	return of, nil
}

func tooManyTries() *refusal {
	p := refuse(http.StatusTooManyRequests, "too_many_requests", "too many tries with a wrong token",
		"try again in a moment, with the right one")
	p.wait = 2
	return p
}

// browsed reports whether a person's browser asks for a page.
func browsed(r *http.Request) bool {
	return r.Method == http.MethodGet && !strings.HasPrefix(r.URL.Path, "/api/") && strings.Contains(r.Header.Get("Accept"), "text/html")
}

// knows reports whether a host is this server: a name that another could have made
// point here is not.
func (g *guard) knows(host string) bool {
	name := host
	if h, _, err := net.SplitHostPort(host); err == nil {
		name = h
	}
	name = strings.ToLower(strings.Trim(name, "[]"))
	ip, err := netip.ParseAddr(name)
	switch {
	case slices.Contains(g.hosts, name), name == "localhost":
		return true
	case err != nil:
		return false
	}
	return g.token != "" || ip.IsLoopback()
}

// free reports whether a path is for everybody: what says that the server lives, and
// how to log in.
func (g *guard) free(p string) bool {
	return g.token == "" || slices.Contains([]string{"/api/health", "/api/ready", "/api/login", "/login", "/docs/style.css"}, p)
}

// cookieName is the page's.
const cookieName = "cineforge_session"

// admits reports whether a request shows a token or a cookie, and whether it is the token, or
// that of a session that goes on, which it returns.
func (g *guard) admits(r *http.Request) (of context.Context, shown, right bool) {
	if scheme, given, _ := strings.Cut(r.Header.Get("Authorization"), " "); strings.EqualFold(scheme, "Bearer") {
		return nil, true, equal(strings.TrimSpace(given), g.token)
	}
	c, err := r.Cookie(cookieName)
	if err != nil {
		return nil, false, false
	}
	of, right = g.sessions.find(c.Value)
	return of, true, right
}

// equal compares in a time that does not tell how much is right.
func equal(a, b string) bool {
	x, y := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return subtle.ConstantTimeCompare(x[:], y[:]) == 1
}

// harden sets the headers of every answer.
func harden(h http.Header, id string) {
	h.Set("X-Request-Id", id)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'")
}

// watched remembers what was answered.
type watched struct {
	http.ResponseWriter
	status int
	bytes  int64
}

// WriteHeader notes the status.
func (w *watched) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write counts what is written.
func (w *watched) Write(p []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	n, err := w.ResponseWriter.Write(p)
	w.bytes += int64(n)
	return n, err
}

// Unwrap gives the connection's controls.
func (w *watched) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func randomID() string {
	b := make([]byte, 8)
	rand.Read(b) //nolint:errcheck // never fails
	return hex.EncodeToString(b)
}

// clip cuts what a client made up.
func clip(s string) string {
	const most = 200
	if len(s) > most {
		return s[:most] + "..."
	}
	return s
}
