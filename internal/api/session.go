package api

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"html/template"
	"maps"
	"net/http"
	"slices"
	"sync"
	"time"
)

// sessionAge is how long a login lasts.
const sessionAge = 30 * 24 * time.Hour

// mostSessions bounds the sessions of a server; the oldest one ends for a new one.
const mostSessions = 1000

// sessions are the logins that hold: those of this process that were not ended, by the digest
// of what their cookie holds. They end with the process, so that no ended one can come back,
// and a new token ends those of the old one. It is safe for concurrent use.
type sessions struct {
	mu  sync.Mutex
	all map[[sha256.Size]byte]session
}

// session is a login. Its context is done when it is over.
type session struct {
	context.Context //nolint:containedctx // it ends with the session, and is handed on as its requests' own
	end             context.CancelFunc
	began           time.Time
}

// begin begins a session, and returns what its cookie holds.
func (s *sessions) begin() (cookie string) {
	b := make([]byte, 32)
	rand.Read(b) //nolint:errcheck // never fails
	cookie = hex.EncodeToString(b)
	key := sha256.Sum256([]byte(cookie))
	now := session{began: time.Now()}
	now.Context, now.end = context.WithTimeout(context.Background(), sessionAge)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.all == nil {
		s.all = map[[sha256.Size]byte]session{}
	}
	maps.DeleteFunc(s.all, func(_ [sha256.Size]byte, old session) bool { return old.Err() != nil })
	if len(s.all) >= mostSessions {
		all := slices.Collect(maps.Values(s.all))
		slices.MinFunc(all, func(a, b session) int { return a.began.Compare(b.began) }).end()
		maps.DeleteFunc(s.all, func(_ [sha256.Size]byte, old session) bool { return old.Err() != nil })
	}
	s.all[key] = now
	return cookie
}

// find returns the session of a cookie; its context is done when the session is over.
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
		found.end()
		delete(s.all, key)
	}
}

// endAll ends all sessions.
func (s *sessions) endAll() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, old := range s.all {
		old.end()
	}
	clear(s.all)
}

// session registers how a person shows the token, where one is wanted.
func (s *API) session() {
	if s.o.Token == "" {
		return
	}
	page := template.Must(template.ParseFS(docsFiles, "login.html"))
	form := func(w http.ResponseWriter, status int, problem string) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.WriteHeader(status)
		page.Execute(w, problem) //nolint:errcheck // the client has left
	}
	s.mux.HandleFunc("GET /login", func(w http.ResponseWriter, _ *http.Request) { form(w, http.StatusOK, "") })
	s.mux.HandleFunc("POST /api/login", func(w http.ResponseWriter, r *http.Request) {
		if !s.login(w, r) {
			form(w, http.StatusUnauthorized, "That is not the token.")
		}
	})
	s.mux.HandleFunc("POST /api/logout", s.logout)
}

// mostForm is how large a form with a token can be, in bytes.
const mostForm = 4 << 10

// formTime is how long it may take to come; everybody can send one.
const formTime = 10 * time.Second

// login answers who shows the token, or tries too often; it is false for a wrong token.
func (s *API) login(w http.ResponseWriter, r *http.Request) bool {
	r.Body = http.MaxBytesReader(w, r.Body, mostForm)
	http.NewResponseController(w).SetReadDeadline(time.Now().Add(formTime)) //nolint:errcheck // tests have no connection
	if !s.guard.logins.take(address(r)) {
		s.write(w, r, tooManyTries())
		return true
	}
	if err := r.ParseForm(); err != nil || !equal(r.PostForm.Get("token"), s.o.Token) {
		return false
	}
	http.SetCookie(w, s.cookie(r, s.guard.sessions.begin(), int(sessionAge.Seconds())))
	http.Redirect(w, r, "/", http.StatusSeeOther)
	return true
}

// logout ends the session that asks, or with all=1 every one. Their cookies are refused from
// then on, and their streams end.
func (s *API) logout(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, mostForm)
	switch all := r.FormValue("all"); all {
	case "1", "true":
		s.guard.sessions.endAll()
	case "", "0", "false":
		if c, err := r.Cookie(cookieName); err == nil {
			s.guard.sessions.end(c.Value)
		}
	default:
		s.write(w, r, refuse(http.StatusUnprocessableEntity, "invalid_request", "all is neither 1 nor 0",
			"leave it out to end only the one that asks"))
		return
	}
	http.SetCookie(w, s.cookie(r, "", -1))
	w.WriteHeader(http.StatusNoContent)
}

func (s *API) cookie(r *http.Request, value string, age int) *http.Cookie {
	return &http.Cookie{Name: cookieName, Value: value, Path: "/", MaxAge: age, HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: r.TLS != nil}
}
