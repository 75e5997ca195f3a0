package guard

import (
	"context"
	_ "embed" // the form
	"encoding/json"
	"errors"
	"html/template"
	"io"
	"mime"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/cineforge/cineforge/client"
	"github.com/cineforge/cineforge/internal/api/endpoint"
	"github.com/cineforge/cineforge/internal/api/problem"
)

//go:embed login.html
var loginPage string

// The paths by which a client logs in.
const (
	loginPath   = "/api/login"
	sessionPath = "/api/session"
)

// maxForm is how large a body with a token can be, in bytes.
const maxForm = 4 << 10

// formTime is how long it may take to arrive; a client needs no token to send one.
const formTime = 10 * time.Second

// Register registers how a client shows a token, and asks what it is taken for.
func (g *Guard) Register(r *endpoint.Router) {
	session := endpoint.Get("session", "/session", "What the server takes the client for, and whether it wants a token")
	session.Security = []map[string][]string{} // none is needed
	endpoint.Handle(r, session, func(ctx context.Context, _ *struct{}) (client.Session, error) {
		return g.describe(callerOf(ctx)), nil
	})
	g.registerLogin(r)
	out := endpoint.Post("logout", "/logout", "End the session of the request, or all sessions")
	out.Responses = map[string]*huma.Response{"204": {Description: "It has ended."}}
	out.Parameters = []*huma.Param{endpoint.QueryParam("all", "1 ends all sessions, also those of others; a form can say it too.")}
	out.Errors = append(out.Errors, http.StatusUnprocessableEntity)
	out.RequestBody = &huma.RequestBody{Content: map[string]*huma.MediaType{formType: {Schema: textMember("all")}}}
	r.Raw(out, g.logout)
	if len(g.tokens) == 0 {
		return
	}
	r.Mux.HandleFunc("GET /login", func(w http.ResponseWriter, r *http.Request) {
		writeForm(w, http.StatusOK, form{To: r.URL.Query().Get("to")})
	})
}

// formType is the media type of a form.
const formType = "application/x-www-form-urlencoded"

// registerLogin registers the operation that opens a session.
func (g *Guard) registerLogin(r *endpoint.Router) {
	in := endpoint.Post("login", "/login", "Show a token, and get a session with a cookie that scripts can't read",
		http.StatusBadRequest, http.StatusRequestTimeout, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType,
		http.StatusUnprocessableEntity)
	in.Security = []map[string][]string{}
	in.MaxBodyBytes = maxForm
	fields := textMember("token")
	fields.Properties["to"] = &huma.Schema{Type: huma.TypeString, Description: "The path that the answer leads to; / if it is left out."}
	in.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{
		"application/json": {Schema: endpoint.SchemaOf[client.Login](r.API)},
		formType:           {Schema: fields},
	}}
	in.Responses = map[string]*huma.Response{
		"200": endpoint.JSON("The session that was opened, in answer to JSON.", endpoint.SchemaOf[client.Session](r.API)),
		"303": {Description: "The session was opened, in answer to a form."},
	}
	r.Raw(in, g.login)
	in.Responses[strconv.Itoa(http.StatusUnauthorized)].Content["text/html"] = &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString}}
}

// textMember is the schema of a form with one text.
func textMember(name string) *huma.Schema {
	return &huma.Schema{Type: huma.TypeObject, Properties: map[string]*huma.Schema{name: {Type: huma.TypeString}}}
}

var loginTemplate = template.Must(template.New("login.html").Parse(loginPage))

// form is what the form for logging in shows.
type form struct {
	Problem string // what was wrong with the last try
	To      string // the path that the person asked for
}

// writeForm answers with the form.
func writeForm(w http.ResponseWriter, status int, f form) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	loginTemplate.Execute(w, f) //nolint:errcheck // the client has left
}

// formFor is the address of the form that a request is led to, and from there to what it asked for.
func formFor(r *http.Request) string {
	return "/login?to=" + url.QueryEscape(destination(r.URL.RequestURI()))
}

// destination returns where a login leads: a path of this server, or the page.
func destination(to string) string {
	const longest = 2000
	u, err := url.Parse(to)
	if err != nil || len(to) > longest || u.Scheme != "" || u.Host != "" || !strings.HasPrefix(to, "/") ||
		strings.HasPrefix(to, "//") || strings.Contains(to, `\`) { // which browsers take for a slash
		return "/"
	}
	return to
}

// describe says what a caller is taken for.
func (g *Guard) describe(c caller) client.Session {
	out := client.Session{
		TokenRequired: len(g.tokens) > 0, Authenticated: c.admitted, Name: nameOf(c.name), Channel: c.channel, ExpiresAt: c.expires(),
	}
	if g.public.origin != "" {
		out.PublicURL = &g.public.origin
	}
	return out
}

// login opens a session for the token in a form or in JSON.
func (g *Guard) login(w http.ResponseWriter, r *http.Request) error {
	if !g.loginTries.take(Address(r)) {
		return tooManyTries()
	}
	given, to, err := loginOf(w, r)
	if err != nil {
		return err
	}
	from := callerOf(r.Context())
	if len(g.tokens) > 0 {
		name, ok := g.tokens.find(given)
		if !ok {
			g.log.WarnContext(r.Context(), "a login with a wrong token", "remote", r.RemoteAddr, "request_id", problem.RequestID(r.Context()))
			if to != "" {
				writeForm(w, http.StatusUnauthorized, form{Problem: "That is not a token of this server.", To: to})
				return nil
			}
			return problem.Refuse(http.StatusUnauthorized, "unauthorized", "that is not a token of this server", "")
		}
		opened, value := g.sessions.begin(name)
		http.SetCookie(w, g.cookie(r, value, int(sessionAge.Seconds())))
		g.log.InfoContext(r.Context(), "a login", "token_name", name, "remote", r.RemoteAddr, "request_id", problem.RequestID(r.Context()))
		from = caller{admitted: true, name: name, session: &opened, channel: from.channel}
	}
	if to != "" {
		http.Redirect(w, r, to, http.StatusSeeOther)
		return nil
	}
	return endpoint.WriteJSON(w, http.StatusOK, g.describe(from))
}

// loginOf reads the token that a request shows, and from a form where the login leads, which is ""
// for JSON. A form that can't be read has no token.
func loginOf(w http.ResponseWriter, r *http.Request) (given, to string, _ error) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")) //nolint:errcheck // then it is none
	switch kind {
	case formType:
		r.ParseForm() //nolint:errcheck // the form is shown again
		return r.PostForm.Get("token"), destination(r.PostForm.Get("to")), nil
	case "application/json":
		var in client.Login
		data, err := io.ReadAll(r.Body)
		if err == nil {
			err = json.Unmarshal(data, &in)
		}
		if err == nil && in.Token == "" {
			err = problem.Refuse(http.StatusUnprocessableEntity, "invalid_request", "the token is missing", "")
		}
		return in.Token, "", badLogin(err)
	}
	return "", "", problem.Refuse(http.StatusUnsupportedMediaType, "unsupported_media_type",
		"a login is a form or JSON", "send application/json")
}

// badLogin returns the problem of a body that can't be used.
func badLogin(err error) error {
	refuse := func(status int, code, message string) error { return problem.Refuse(status, code, message, "") }
	_, large := errors.AsType[*http.MaxBytesError](err)
	_, syntax := errors.AsType[*json.SyntaxError](err)
	_, otherType := errors.AsType[*json.UnmarshalTypeError](err)
	switch {
	case large:
		return refuse(http.StatusRequestEntityTooLarge, "too_large", "the body is larger than a login can be")
	case errors.Is(err, os.ErrDeadlineExceeded):
		return refuse(http.StatusRequestTimeout, "timeout", "the body arrives too slowly")
	case otherType:
		return refuse(http.StatusUnprocessableEntity, "invalid_request", "a login is an object with a text named token")
	case syntax, errors.Is(err, io.ErrUnexpectedEOF):
		return refuse(http.StatusBadRequest, "invalid_request", "the body is not JSON")
	}
	return err
}

// logout ends the session of the request, or with all=1 every one. Their cookies are refused
// from then on, and their streams end.
func (g *Guard) logout(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	switch all := r.FormValue("all"); all {
	case "1", "true":
		g.sessions.endAll()
	case "", "0", "false":
		if c, err := r.Cookie(g.public.CookieName()); err == nil {
			g.sessions.end(c.Value)
		}
	default:
		return problem.Refuse(http.StatusUnprocessableEntity, "invalid_request", "all is neither 1 nor 0",
			"leave it out to end only the one that asks")
	}
	http.SetCookie(w, g.cookie(r, "", -1))
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// cookie returns the cookie of a session, or with a negative age one that removes it.
func (g *Guard) cookie(r *http.Request, value string, age int) *http.Cookie {
	return &http.Cookie{
		Name: g.public.CookieName(), Value: value, Path: "/", MaxAge: age,
		HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: r.TLS != nil || g.public.origin != "",
	}
}
