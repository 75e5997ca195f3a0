package client

import (
	"context"
	"net/http"
	"time"

	"github.com/cineforge/cineforge/health"
)

// Providers says how each provider and model is doing.
func (c *Client) Providers(ctx context.Context) (out []health.Provider, err error) {
	_, err = c.do(ctx, request{method: http.MethodGet, path: []string{"providers"}}, &out)
	return out, err
}

// ProviderEvents returns the turns of the breakers and what operators did, newest
// first; with a limit of 0, as many as the server likes.
func (c *Client) ProviderEvents(ctx context.Context, limit int) (out []Turn, err error) {
	_, err = c.do(ctx, request{method: http.MethodGet, path: []string{"providers", "events"}, query: limited(nil, limit)}, &out)
	return out, err
}

// HoldProvider keeps all questions from a provider for a time, in whole seconds.
func (c *Client) HoldProvider(ctx context.Context, name, reason string, length time.Duration) (health.Provider, error) {
	seconds := int((length + time.Second - 1) / time.Second)
	return c.operate(ctx, name, "hold", Hold{Reason: Reason{reason}, Seconds: seconds})
}

// ReleaseProvider ends what keeps a provider, a model or a key from being asked, and
// returns what that was: its gates, and for a provider its hold too. The name is that of a
// provider, PROVIDER:MODEL, or the variable of a key, such as ANTHROPIC_API_KEY.
func (c *Client) ReleaseProvider(ctx context.Context, name, reason string) (out health.Released, err error) {
	_, err = c.do(ctx, request{method: http.MethodPost, path: []string{"providers", name, "release"}, body: Reason{reason}}, &out)
	return out, err
}

// ProbeProvider lets the next question through to a provider that is left alone.
func (c *Client) ProbeProvider(ctx context.Context, name, reason string) (health.Provider, error) {
	return c.operate(ctx, name, "probe", Reason{reason})
}

// operate does something to a provider, and returns how it is doing then.
func (c *Client) operate(ctx context.Context, name, act string, body any) (out health.Provider, err error) {
	_, err = c.do(ctx, request{method: http.MethodPost, path: []string{"providers", name, act}, body: body}, &out)
	return out, err
}
