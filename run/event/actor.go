package event

import (
	"context"
	"encoding/json"
)

// Channel is the way by which something was asked for.
type Channel string

// The channels.
const (
	ByCommand Channel = "cli"  // the command line, on the data directory or through a server
	ByAPI     Channel = "api"  // a program
	ByPage    Channel = "page" // a person at the page
)

// Actor is the one that asked for what an event records. An event without one records what the
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

// ActorOf returns the actor that asked for the work of a context; nil if none is named.
func ActorOf(ctx context.Context) *Actor {
	if a, ok := ctx.Value(actorKey{}).(Actor); ok {
		return &a
	}
	return nil
}

// Asked is the actor that asked for what an event of a run records, and why. Both are left out of what the
// program did by itself, and of events of versions that did not record them.
type Asked struct {
	Actor  *Actor `json:"actor,omitempty"`
	Reason string `json:"reason,omitempty"`
}

// AskedBy returns the actor of a context, with a reason.
func AskedBy(ctx context.Context, reason string) Asked {
	return Asked{Actor: ActorOf(ctx), Reason: reason}
}

// Note writes it as the note of a signal; "" if there is nothing to note.
func (a Asked) Note() string {
	if a == (Asked{}) {
		return ""
	}
	note, err := json.Marshal(a)
	if err != nil { // which no text is the reason of
		return ""
	}
	return string(note)
}

// ReadNote is the inverse of [Asked.Note]. What another program noted says nothing.
func ReadNote(note string) (a Asked) {
	if json.Unmarshal([]byte(note), &a) != nil {
		return Asked{}
	}
	return a
}
