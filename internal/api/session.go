package api

import (
	"html/template"
	"net/http"
)

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
	s.mux.HandleFunc("POST /api/logout", func(w http.ResponseWriter, r *http.Request) {
		http.SetCookie(w, s.cookie(r, "", -1))
		w.WriteHeader(http.StatusNoContent)
	})
}

// sessionAge is how long a login lasts, in seconds.
const sessionAge = 30 * 24 * 3600

// login answers who shows the token, or tries too often; it is false for a wrong token.
func (s *API) login(w http.ResponseWriter, r *http.Request) bool {
	const most = 4 << 10
	r.Body = http.MaxBytesReader(w, r.Body, most)
	if !s.guard.logins.Take(1) {
		w.Header().Set("Retry-After", "2")
		s.write(w, r, refuse(http.StatusTooManyRequests, "too_many_requests", "too many tries to log in", "try again in a moment"))
		return true
	}
	if err := r.ParseForm(); err != nil || !equal(r.PostForm.Get("token"), s.o.Token) {
		return false
	}
	http.SetCookie(w, s.cookie(r, s.guard.session(), sessionAge))
	http.Redirect(w, r, "/", http.StatusSeeOther)
	return true
}

func (s *API) cookie(r *http.Request, value string, age int) *http.Cookie {
	return &http.Cookie{Name: cookieName, Value: value, Path: "/", MaxAge: age, HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: r.TLS != nil}
}
