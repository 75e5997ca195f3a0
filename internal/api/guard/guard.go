// Package guard decides which requests are answered: by the host that they name, the page
// that they come from, and the token or session that they show. It also bounds what one
// client takes of a server: tries, streams and connections.
package guard

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"path"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/cineforge/cineforge/internal/api/endpoint"
	"github.com/cineforge/cineforge/internal/api/problem"
)

// Options are settings of a guard.
type Options struct {
	Tokens    []Token  // of which a client has to show one; none if none is needed
	Hosts     []string // under which the server is reached, besides those of this machine
	PublicURL PublicURL
	Log       *slog.Logger
	Requests  bool // each request is logged

	// Open reports whether a request needs no token, besides those of the guard itself.
	Open func(*http.Request) bool
}

// Guard stands before all handlers of a server.
type Guard struct {
	tokens   keyring
	hosts    []string
	public   PublicURL
	origin   *http.CrossOriginProtection
	log      *slog.Logger
	requests bool
	problems *problem.Responder
	open     func(*http.Request) bool

	sessions    sessions
	loginTries  triesByAddress // of the form
	bearerTries triesByAddress // of requests with a wrong token or cookie
}

// New returns a guard, whose refusals problems writes.
func New(o Options, problems *problem.Responder) *Guard {
	var hosts []string
	for _, name := range o.Hosts {
		hosts = append(hosts, strings.ToLower(name))
	}
	if o.PublicURL.name != "" {
		hosts = append(hosts, o.PublicURL.name)
	}
	if o.Open == nil {
		o.Open = func(*http.Request) bool { return false }
	}
	return &Guard{
		tokens: newKeyring(o.Tokens), hosts: hosts, public: o.PublicURL, origin: o.PublicURL.protection(),
		log: o.Log, requests: o.Requests, problems: problems, open: o.Open,
	}
}

var requestIDPattern = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)

// answerTime is how long a request whose time is up has for the answer that says so.
const answerTime = 5 * time.Second

// Handler refuses requests before next sees them, and logs each request.
func (g *Guard) Handler(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		id := r.Header.Get("X-Request-Id")
		if !requestIDPattern.MatchString(id) {
			id = randomID()
		}
		r = r.WithContext(problem.WithRequestID(r.Context(), id))
		recorder := &endpoint.Recorder{ResponseWriter: w}
		harden(w.Header(), id)
		control := http.NewResponseController(w)
		deadline := began.Add(endpoint.RequestTime)
		if r.URL.Path == loginPath {
			deadline = began.Add(formTime)
		}
		control.SetReadDeadline(deadline)                  //nolint:errcheck // tests have no connection
		control.SetWriteDeadline(deadline.Add(answerTime)) //nolint:errcheck // the same
		defer func() { g.finish(recorder, r, began, recover()) }()
		from, err := g.admit(r)
		if err != nil {
			g.refuse(recorder, r, err)
			return
		}
		r = from.with(r)
		next.ServeHTTP(recorder, r)
	})
}

// finish logs a request that was answered, and answers one whose handler panicked.
func (g *Guard) finish(w *endpoint.Recorder, r *http.Request, began time.Time, panicked any) {
	id := problem.RequestID(r.Context())
	aborted := panicked == http.ErrAbortHandler //nolint:errorlint // net/http compares it so
	if panicked != nil && !aborted {
		g.log.ErrorContext(r.Context(), "a handler panicked", "panic", fmt.Sprint(panicked),
			"stack", string(debug.Stack()), "request_id", id)
		if w.Status == 0 {
			g.problems.Write(w, r, fmt.Errorf("panic: %v", panicked))
		}
	}
	// The query is left out: it may hold what a person searches for.
	if g.requests {
		from := callerOf(r.Context())
		g.log.InfoContext(r.Context(), "request", "method", r.Method, "path", endpoint.Clip(r.URL.Path), "status",
			w.Status, "bytes", w.Bytes, "ms", time.Since(began).Milliseconds(), "remote", r.RemoteAddr,
			"client", from.channel, "token_name", from.name, "request_id", id)
	}
	if aborted {
		panic(panicked) // which ends the connection
	}
}

// refuse answers a request that is not admitted; a person's browser is sent to the form.
func (g *Guard) refuse(w http.ResponseWriter, r *http.Request, err *problem.Refusal) {
	if r.ContentLength != 0 {
		w.Header().Set("Connection", "close") // which reads no body that comes slowly
	}
	if (err.Status == http.StatusUnauthorized || err.Status == http.StatusTooManyRequests) && browsed(r) {
		http.Redirect(w, r, formFor(r), http.StatusSeeOther)
		return
	}
	g.problems.Write(w, r, err)
}

// admit returns which client sent a request, or why the request is refused.
func (g *Guard) admit(r *http.Request) (caller, *problem.Refusal) {
	if !g.isHost(r.Host) {
		return caller{}, problem.Refuse(http.StatusMisdirectedRequest, "wrong_host", "this server is not reached under that name",
			"use the server's address; its operator can allow the name with --allowed-host")
	}
	if g.origin.Check(r) != nil || g.public.disguised(r) {
		return caller{}, problem.Refuse(http.StatusForbidden, "cross_origin", "a page of another origin can't do this", "")
	}
	if p := r.URL.Path; path.Clean(p) != strings.TrimSuffix(p, "/") && p != "/" {
		return caller{}, problem.Refuse(http.StatusNotFound, "not_found", "there is no such path", "/docs lists what there is")
	}
	from := g.identify(r)
	public := g.open(r) || slices.Contains(publicPaths, r.URL.Path) || strings.HasPrefix(r.URL.Path, stylePrefix)
	switch {
	case from.admitted: // whatever others at its address have tried
		return from, nil
	case public && (r.URL.Path != sessionPath || !from.bearer):
		return from, nil // the answer does not say whether a token is right, or what was shown can't be guessed
	case from.guess && !g.mayGuess(r):
		return caller{}, tooManyTries()
	}
	if from.bearer {
		g.log.WarnContext(r.Context(), "a request with a wrong token", "remote", r.RemoteAddr, "request_id", problem.RequestID(r.Context()))
	}
	if public {
		return from, nil
	}
	return caller{}, problem.Refuse(http.StatusUnauthorized, "unauthorized", "this server wants its token",
		"send it as Authorization: Bearer TOKEN, or log in at /login")
}

// publicPaths need no token: the server's health, and what a client needs to log in.
var publicPaths = []string{"/api/health", "/api/ready", loginPath, sessionPath, "/login"}

// stylePrefix begins the paths of the style sheet, which the form for logging in needs.
const stylePrefix = "/docs/style."

// mayGuess counts a wrong token or cookie, and reports whether its address has tries left.
func (g *Guard) mayGuess(r *http.Request) bool { return g.bearerTries.take(Address(r)) }

func tooManyTries() *problem.Refusal {
	p := problem.Refuse(http.StatusTooManyRequests, "too_many_requests", "too many tries with a wrong token",
		"try again in a moment, with the right one")
	p.Wait = 2
	return p
}

// browsed reports whether a person's browser asks for a page.
func browsed(r *http.Request) bool {
	return r.Method == http.MethodGet && !strings.HasPrefix(r.URL.Path, "/api/") && strings.Contains(r.Header.Get("Accept"), "text/html")
}

// isHost reports whether a host is a name of this server. A name that others could have
// pointed at this machine is none.
func (g *Guard) isHost(host string) bool {
	name := nameOfHost(host)
	ip, err := netip.ParseAddr(name)
	switch {
	case slices.Contains(g.hosts, name), name == "localhost":
		return true
	case err != nil:
		return false
	}
	return len(g.tokens) > 0 || ip.IsLoopback()
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
	h.Set("Content-Security-Policy", "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; "+
		"object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'")
}

func randomID() string {
	b := make([]byte, 8)
	rand.Read(b) //nolint:errcheck // never fails
	return hex.EncodeToString(b)
}
