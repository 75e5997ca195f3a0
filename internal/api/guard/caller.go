package guard

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/cineforge/cineforge/run/event"
)

// caller is the client that sent a request, as far as the request shows it.
type caller struct {
	admitted bool   // it shows a token or an open session, or none is needed
	guess    bool   // it shows a wrong token, or a cookie of no open session
	bearer   bool   // it shows a token, not a cookie
	name     string // of the token; "" if it has none
	session  *session
	channel  event.Channel
}

// clientHeader names the program that sends a request. It is what the client says, for
// words and for the log; nothing is allowed because of it.
const clientHeader = "Cineforge-Client"

// identify finds out which client sent a request.
func (g *Guard) identify(r *http.Request) caller {
	c := caller{admitted: len(g.tokens) == 0, channel: event.ByAPI}
	g.authenticate(r, &c)
	if c.session != nil {
		c.channel = event.ByPage
	}
	switch given := event.Channel(r.Header.Get(clientHeader)); given {
	case event.ByCommand, event.ByPage:
		c.channel = given
	}
	return c
}

// authenticate looks at the token or the cookie that a request shows, if one is needed.
func (g *Guard) authenticate(r *http.Request, c *caller) {
	if len(g.tokens) == 0 {
		return
	}
	if scheme, given, _ := strings.Cut(r.Header.Get("Authorization"), " "); strings.EqualFold(scheme, "Bearer") {
		c.bearer = true
		c.name, c.admitted = g.tokens.find(strings.TrimSpace(given))
		c.guess = !c.admitted
		return
	}
	cookie, err := r.Cookie(g.public.CookieName())
	if err != nil {
		return
	}
	if found, ok := g.sessions.find(cookie.Value); ok {
		c.session, c.name, c.admitted = &found, found.name, true
		return
	}
	c.guess = true
}

// actor is what events are to name.
func (c caller) actor() event.Actor { return event.Actor{Channel: c.channel, Name: nameOf(c.name)} }

// nameOf is a name, nil for none.
func nameOf(name string) *string {
	if name == "" {
		return nil
	}
	return &name
}

type callerKey struct{}

// with returns the request with what is known of its caller.
func (c caller) with(r *http.Request) *http.Request {
	ctx := event.WithActor(r.Context(), c.actor())
	return r.WithContext(context.WithValue(ctx, callerKey{}, c))
}

// callerOf returns the client that sent the request which ctx belongs to.
func callerOf(ctx context.Context) caller {
	c, _ := ctx.Value(callerKey{}).(caller)
	return c
}

// SessionEnd returns a channel that is closed when the session of ctx's request ends; it is
// nil without a session.
func SessionEnd(ctx context.Context) <-chan struct{} {
	if s := callerOf(ctx).session; s != nil {
		return s.Done()
	}
	return nil
}

// expires is when the session ends at the latest; nil without one.
func (c caller) expires() *time.Time {
	if c.session == nil {
		return nil
	}
	end := c.session.began.Add(sessionAge).UTC().Truncate(time.Second)
	return &end
}
