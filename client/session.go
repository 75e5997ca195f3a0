package client

import (
	"context"
	"time"

	"github.com/cineforge/cineforge/run/event"
)

// Session says which client a server takes one for, and whether it answers the client's requests.
type Session struct {
	TokenRequired bool          `json:"token_required" doc:"Whether the server wants a token."`
	Authenticated bool          `json:"authenticated" doc:"Whether it answers such requests; true where it wants no token."`
	Name          *string       `json:"name" doc:"Of the token, also of the one that opened the session."`
	Channel       event.Channel `json:"channel" enum:"cli,api,page" doc:"See the header Cineforge-Client."`
	ExpiresAt     *time.Time    `json:"expires_at" doc:"Of the session; null without one."`
	PublicURL     *string       `json:"public_url" doc:"What --public-url says; null without one."`
}

// Login is a token that opens a session.
type Login struct {
	Token string `json:"token" minLength:"1"`
}

// CurrentSession returns which client the server takes this one for. The server answers that
// without a token too.
func (c *Client) CurrentSession(ctx context.Context) (Session, error) {
	return get[Session](ctx, c.conn, nil, "session")
}
