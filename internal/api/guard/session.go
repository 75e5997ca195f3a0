package guard

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	_ "embed" // the form
	"encoding/hex"
	"html/template"
	"maps"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/cineforge/cineforge/internal/api/problem"
)

//go:embed login.html
var loginPage string

// sessionAge is how long a login lasts.
const sessionAge = 30 * 24 * time.Hour

// maxSessions bounds the sessions of a server; the oldest one ends for a new one.
const maxSessions = 1000

// sessions holds the open sessions of this process by the digest of their cookie's value. They
// end with the process, so that an ended session can't come back, and a new token ends those
// of the old one. It is safe for concurrent use.
type sessions struct {
	mu  sync.Mutex
	all map[[sha256.Size]byte]session
}

// session is a login. Its context is done when it ends.
type session struct {
	context.Context //nolint:containedctx // it ends with the session, and is handed on as its requests' own
	cancel          context.CancelFunc
	began           time.Time
}

// begin opens a session, and returns the value of its cookie.
func (s *sessions) begin() (cookie string) {
	b := make([]byte, 32)
	rand.Read(b) //nolint:errcheck // never fails
	cookie = hex.EncodeToString(b)
	key := sha256.Sum256([]byte(cookie))
	ctx, cancel := context.WithTimeout(context.Background(), sessionAge)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.all == nil {
		s.all = map[[sha256.Size]byte]session{}
	}
	maps.DeleteFunc(s.all, func(_ [sha256.Size]byte, old session) bool { return old.Err() != nil })
	if len(s.all) >= maxSessions {
		all := slices.Collect(maps.Values(s.all))
		slices.MinFunc(all, func(a, b session) int { return a.began.Compare(b.began) }).cancel()
		maps.DeleteFunc(s.all, func(_ [sha256.Size]byte, old session) bool { return old.Err() != nil })
	}
	s.all[key] = session{Context: ctx, cancel: cancel, began: time.Now()}
	return cookie
}

// find returns the session of a cookie; its context is done when the session ends.
func (s *sessions) find(cookie string) (context.Context, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found, ok := s.all[sha256.Sum256([]byte(cookie))]
	return found.Context, ok && found.Err() == nil
}

// end ends the session of a cookie, if there is one.
func (s *sessions) end(cookie string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := sha256.Sum256([]byte(cookie))
	if found, ok := s.all[key]; ok {
		found.cancel()
		delete(s.all, key)
	}
}

// endAll ends all sessions.
func (s *sessions) endAll() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, old := range s.all {
		old.cancel()
	}
	clear(s.all)
}

// RegisterLogin registers the form by which a person shows the token, where one is needed.
func (g *Guard) RegisterLogin(mux *http.ServeMux) {
	if g.token == "" {
		return
	}
	page := template.Must(template.New("login.html").Parse(loginPage))
	form := func(w http.ResponseWriter, status int, problem string) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.WriteHeader(status)
		page.Execute(w, problem) //nolint:errcheck // the client has left
	}
	mux.HandleFunc("GET /login", func(w http.ResponseWriter, _ *http.Request) { form(w, http.StatusOK, "") })
	mux.HandleFunc("POST /api/login", func(w http.ResponseWriter, r *http.Request) {
		if !g.login(w, r) {
			form(w, http.StatusUnauthorized, "That is not the token.")
		}
	})
	mux.HandleFunc("POST /api/logout", g.logout)
}

// maxForm is how large a form with a token can be, in bytes.
const maxForm = 4 << 10

// formTime is how long it may take to arrive; a client needs no token to send one.
const formTime = 10 * time.Second

// login answers a request with the token, or one after too many tries; it is false for a wrong
// token, which it does not answer.
func (g *Guard) login(w http.ResponseWriter, r *http.Request) bool {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	http.NewResponseController(w).SetReadDeadline(time.Now().Add(formTime)) //nolint:errcheck // tests have no connection
	if !g.loginTries.take(Address(r)) {
		g.problems.Write(w, r, tooManyTries())
		return true
	}
	if err := r.ParseForm(); err != nil || !equal(r.PostForm.Get("token"), g.token) {
		return false
	}
	http.SetCookie(w, cookie(r, g.sessions.begin(), int(sessionAge.Seconds())))
	http.Redirect(w, r, "/", http.StatusSeeOther)
	return true
}

// logout ends the session of the request, or with all=1 every one. Their cookies are refused
// from then on, and their streams end.
func (g *Guard) logout(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	switch all := r.FormValue("all"); all {
	case "1", "true":
		g.sessions.endAll()
	case "", "0", "false":
		if c, err := r.Cookie(cookieName); err == nil {
			g.sessions.end(c.Value)
		}
	default:
		g.problems.Write(w, r, problem.Refuse(http.StatusUnprocessableEntity, "invalid_request", "all is neither 1 nor 0",
			"leave it out to end only the one that asks"))
		return
	}
	http.SetCookie(w, cookie(r, "", -1))
	w.WriteHeader(http.StatusNoContent)
}

// cookie returns the cookie of a session, or with a negative age one that removes it.
func cookie(r *http.Request, value string, age int) *http.Cookie {
	return &http.Cookie{
		Name: cookieName, Value: value, Path: "/", MaxAge: age,
		HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: r.TLS != nil,
	}
}
