package event

import "context"

// Channel is the way by which somebody asked for something.
type Channel string

// The channels.
const (
	ByCommand Channel = "cli"  // the command line, on the data directory or through a server
	ByAPI     Channel = "api"  // a program
	ByPage    Channel = "page" // a person at the page
)

// Actor is who asked for what an event records. An event without one records what the
// program did by itself.
type Actor struct {
	Channel Channel `json:"channel"`
	Name    *string `json:"name"` // of the token that was shown; nil if it has none
}

type actorKey struct{}

// WithActor returns a context for work that an actor asked for.
func WithActor(ctx context.Context, a Actor) context.Context {
	return context.WithValue(ctx, actorKey{}, a)
}

// ActorOf returns who asked for the work of a context; nil if nobody is named.
func ActorOf(ctx context.Context) *Actor {
	if a, ok := ctx.Value(actorKey{}).(Actor); ok {
		return &a
	}
	return nil
}
