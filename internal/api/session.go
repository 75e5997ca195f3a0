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
	s.mux.HandleFunc("GET /login", func(w http.ResponseWriter, _ *http.Request) { s.form(w, "") })
	s.mux.HandleFunc("POST /api/login", s.login)
	s.mux.HandleFunc("POST /api/logout", func(w http.ResponseWriter, r *http.Request) {
		http.SetCookie(w, s.cookie(r, "", -1))
		w.WriteHeader(http.StatusNoContent)
	})
}

// sessionAge is how long a login lasts, in seconds.
const sessionAge = 30 * 24 * 3600

func (s *API) login(w http.ResponseWriter, r *http.Request) {
	const most = 4 << 10
	r.Body = http.MaxBytesReader(w, r.Body, most)
	if !s.guard.logins.Take(1) {
		w.Header().Set("Retry-After", "2")
		s.write(w, r, refuse(http.StatusTooManyRequests, "too_many_requests", "too many tries to log in", "try again in a moment"))
		return
	}
	if err := r.ParseForm(); err != nil || !equal(r.PostForm.Get("token"), s.o.Token) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.WriteHeader(http.StatusUnauthorized)
		s.form(w, "That is not the token.")
		return
	}
	http.SetCookie(w, s.cookie(r, s.guard.session(), sessionAge))
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

func (s *API) cookie(r *http.Request, value string, age int) *http.Cookie {
	return &http.Cookie{Name: cookieName, Value: value, Path: "/", MaxAge: age, HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: r.TLS != nil}
}

func (s *API) form(w http.ResponseWriter, problem string) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	loginPage.Execute(w, problem) //nolint:errcheck // the client has left
}

var loginPage = template.Must(template.New("login").Parse(`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>CineForge: log in</title>
<link rel="stylesheet" href="/docs/style.css"></head>
<body><main><h1>CineForge</h1>
<form method="post" action="/api/login">
<label for="token">Access token</label>
<input id="token" name="token" type="password" autocomplete="current-password" required autofocus>
<button>Log in</button>
{{with .}}<p role="alert">{{.}}</p>{{end}}
</form></main></body></html>
`))
