package guard

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/cineforge/cineforge/internal/api/problem"
	"github.com/cineforge/cineforge/run/event"
)

// Events name the channel that a request came by, and the token that it shows and no other.
func TestGuard_NamesTheActor(t *testing.T) {
	g := newGuard(Token{Name: "anna", Secret: one}, Token{Secret: two}, Token{Name: "ben", Secret: three})
	_, ofBen := g.sessions.begin("ben")
	_, ofNobody := g.sessions.begin("")
	bearer := func(secret string) [2]string { return [2]string{"Authorization", "Bearer " + secret} }
	cookie := func(value string) [2]string { return [2]string{"Cookie", "cineforge_session=" + value} }
	client := func(name string) [2]string { return [2]string{clientHeader, name} }
	for _, test := range []struct {
		headers [][2]string
		want    string
	}{
		{[][2]string{bearer(one)}, "api anna"},
		{[][2]string{bearer(two)}, "api -"},
		{[][2]string{bearer(three), client("a browser")}, "api ben"},
		{[][2]string{bearer(one), client("CLI")}, "api anna"},
		{[][2]string{bearer(one), client("cli")}, "cli anna"},
		{[][2]string{bearer(one), client("page"), cookie(ofBen)}, "page anna"},
		{[][2]string{cookie(ofBen)}, "page ben"},
		{[][2]string{cookie(ofNobody), client("api")}, "page -"},
		{[][2]string{cookie(ofBen), client("cli")}, "cli ben"},
	} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/api/recipes", nil)
		for _, h := range test.headers {
			r.Header.Set(h[0], h[1])
		}
		if got := actorOf(g, r); got != test.want {
			t.Errorf("%v: %q, want %q", test.headers, got, test.want)
		}
	}
	open := newGuard()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/api/recipes", nil)
	r.Header.Set("Authorization", "Bearer "+one)
	r.Header.Set("Cookie", "cineforge_session="+ofBen)
	if got := actorOf(open, r); got != "api -" {
		t.Errorf("a server that wants no token names %q", got)
	}
}

// newGuard is a guard that wants one of tokens.
func newGuard(tokens ...Token) *Guard {
	log := slog.New(slog.DiscardHandler)
	return New(Options{Tokens: tokens, Log: log}, problem.NewResponder(log, func(error) bool { return false }))
}

// actorOf is the actor that a handler behind a guard finds, as text.
func actorOf(g *Guard, r *http.Request) (found string) {
	r.Host = "127.0.0.1:8000"
	w := httptest.NewRecorder()
	g.Handler(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if a := event.ActorOf(r.Context()); a != nil {
			name := "-"
			if a.Name != nil {
				name = *a.Name
			}
			found = fmt.Sprint(a.Channel, " ", name)
		}
	})).ServeHTTP(w, r)
	return found
}
