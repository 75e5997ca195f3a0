// Package client lets Go programs use a CineForge server: it starts runs, follows them without
// losing an event, and does what an operator can do.
//
// A [Client] groups its requests by what they are about:
//
//	c, err := client.New("http://127.0.0.1:8000", client.Options{})
//	...
//	project, err := c.Projects.Create(ctx, client.NewProject{Slug: "story"})
//	input, err := c.Projects.Upload(ctx, project.ProjectID, "story.fountain", file)
//	started, err := c.Runs.Start(ctx, "", client.RunRequest{ProjectID: project.ProjectID, InputFile: input.StoredPath})
//	for e, err := range c.Runs.Follow(ctx, started.RunID, 0) {
//
// What a server refuses is a [*Problem]; an [*UnreachableError] means that no answer came.
package client

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
)

// Options are settings of a client. The zero value is usable.
type Options struct {
	// Token is the server's access token; "" if it needs none.
	Token string

	// Channel says what the client is part of, for the log of what it asked for: "cli" for a
	// command line, "page" for a page. "" is a program.
	Channel string

	// HTTP makes the requests; nil means an own one, which follows no redirect.
	HTTP *http.Client

	// Trouble is called with an error when a run can't be followed for the moment, and with nil
	// when it is followed again. It is called in the goroutine that follows; nil ignores it.
	Trouble func(err error)

	// Warn is called for each part of a request that the server does not know and ignored,
	// as an older server may; nil drops the warnings.
	Warn func(w RequestWarning)
}

// Client makes the requests to a server. It is safe for concurrent use.
type Client struct {
	Projects  *Projects
	Artifacts *Artifacts
	Recipes   *Recipes
	Runs      *Runs
	Providers *Providers
	Log       *Log
	Setup     *Setup

	conn *connection
}

// New returns a client of the server at a base URL, such as http://127.0.0.1:8000.
// It makes no request yet.
func New(baseURL string, o Options) (*Client, error) {
	u, err := url.Parse(baseURL)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, errors.New("the server's URL is not an address such as http://127.0.0.1:8000")
	}
	if u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, errors.New("the server's URL must be a plain address; it must not contain a token")
	}
	if strings.ContainsFunc(o.Token, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return nil, errors.New("the token has characters that no token can have")
	}
	if o.HTTP == nil {
		o.HTTP = newHTTP()
	}
	if o.Trouble == nil {
		o.Trouble = func(error) {}
	}
	if o.Warn == nil {
		o.Warn = func(RequestWarning) {}
	}
	conn := &connection{
		base: strings.TrimRight(u.String(), "/"), token: o.Token, channel: o.Channel, http: o.HTTP,
		trouble: o.Trouble, warn: o.Warn,
	}
	return &Client{
		Projects: &Projects{conn}, Artifacts: &Artifacts{conn}, Recipes: &Recipes{conn},
		Runs: &Runs{conn}, Providers: &Providers{conn}, Log: &Log{conn}, Setup: &Setup{conn}, conn: conn,
	}, nil
}

// URL returns the server's address.
func (c *Client) URL() string { return c.conn.base }

// Close closes idle connections.
func (c *Client) Close() { c.conn.http.CloseIdleConnections() }

// Health reports that the server lives, and its version.
func (c *Client) Health(ctx context.Context) (ServerHealth, error) {
	return get[ServerHealth](ctx, c.conn, nil, "health")
}

// Ready is Health of a server that can work; one that can't is a *Problem.
func (c *Client) Ready(ctx context.Context) (ServerHealth, error) {
	return get[ServerHealth](ctx, c.conn, nil, "ready")
}
