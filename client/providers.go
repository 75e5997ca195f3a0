package client

import (
	"context"
	"net/url"
	"strconv"
	"time"

	"github.com/cineforge/cineforge/health"
)

// Providers makes the requests about model providers. Their names are those of the list;
// each act of an operator has a reason, which is logged.
type Providers struct{ conn *connection }

// List says how each provider and model is doing.
func (p *Providers) List(ctx context.Context) ([]health.Provider, error) {
	return get[[]health.Provider](ctx, p.conn, nil, "providers")
}

// Turn is a transition of a breaker, or what an operator did.
type Turn = health.ProviderEvent

// Transitions lists the transitions of the breakers and what operators did, newest first; with
// a limit of 0, as many as the server likes.
func (p *Providers) Transitions(ctx context.Context, limit int) ([]Turn, error) {
	return p.Events(ctx, ProviderEventsQuery{Limit: limit})
}

// ProviderEventsQuery says which events are listed. The zero value means the newest ones.
type ProviderEventsQuery struct {
	Provider      string // "" for all
	After, Before int64  // ids of events, which are not listed themselves; 0 for all
	Limit         int    // 0 for as many as the server likes
}

// Events lists the transitions of the breakers and what operators did, newest first.
func (p *Providers) Events(ctx context.Context, q ProviderEventsQuery) ([]health.ProviderEvent, error) {
	values := limited(q.Limit)
	for name, id := range map[string]int64{"after": q.After, "before": q.Before} {
		if id != 0 {
			values.Set(name, strconv.FormatInt(id, 10))
		}
	}
	if q.Provider != "" {
		values.Set("provider", q.Provider)
	}
	return get[[]health.ProviderEvent](ctx, p.conn, values, "providers", "events")
}

// HistoryQuery says which time of providers is wanted. The zero value means the last hour.
type HistoryQuery struct {
	Provider string        // "" for all
	Window   time.Duration // up to now
	Bucket   time.Duration // how long each part is; 0 for as the server likes
	Drills   bool          // the attempts of drills, in place of those of real runs
}

// History returns how providers did over a time.
func (p *Providers) History(ctx context.Context, q HistoryQuery) (health.History, error) {
	values := url.Values{}
	for name, d := range map[string]time.Duration{"window": q.Window, "bucket": q.Bucket} {
		if d != 0 {
			values.Set(name, d.String())
		}
	}
	if q.Drills {
		values.Set("drill", "true")
	}
	if q.Provider == "" {
		return get[health.History](ctx, p.conn, values, "providers", "history")
	}
	return get[health.History](ctx, p.conn, values, "providers", q.Provider, "history")
}

// HoldFor keeps all requests from a provider for a time, which is rounded up to seconds.
func (p *Providers) HoldFor(ctx context.Context, name, reason string, length time.Duration) (health.Provider, error) {
	seconds := int((length + time.Second - 1) / time.Second)
	return post[health.Provider](ctx, p.conn, Hold{Reason: Reason{reason}, Seconds: seconds}, "providers", name, "hold")
}

// Release ends what keeps a provider, a model or a key from being asked, and returns what that
// was: cooldowns, and for a provider its hold too. The name is that of a provider,
// PROVIDER:MODEL, or the variable of a key, such as ANTHROPIC_API_KEY.
func (p *Providers) Release(ctx context.Context, name, reason string) (health.Released, error) {
	return post[health.Released](ctx, p.conn, Reason{reason}, "providers", name, "release")
}

// Probe lets the next request through to a provider whose breaker is open.
func (p *Providers) Probe(ctx context.Context, name, reason string) (health.Provider, error) {
	return post[health.Provider](ctx, p.conn, Reason{reason}, "providers", name, "probe")
}

// Incident says what is wrong now, since when, and what it does to runs. Its figures begin at
// since; for the zero time, when the trouble began.
func (c *Client) Incident(ctx context.Context, since time.Time) (health.Incident, error) {
	values := url.Values{}
	if !since.IsZero() {
		values.Set("since", since.UTC().Format(time.RFC3339Nano))
	}
	return get[health.Incident](ctx, c.conn, values, "incident")
}

// Drills lists the scenarios that a run can be started with as a drill.
func (c *Client) Drills(ctx context.Context) ([]health.Drill, error) {
	return get[[]health.Drill](ctx, c.conn, nil, "drills")
}
