package health

import (
	"time"

	"github.com/cineforge/cineforge/run/event"
)

// EventKind says what kind of thing happened to a provider.
type EventKind string

// The kinds of events.
const (
	EventTransition EventKind = "transition" // of a breaker
	EventHeld       EventKind = "held"       // by an operator, like what follows
	EventReleased   EventKind = "released"
	EventProbed     EventKind = "probed"
)

// ProviderEvent is a transition of a breaker, or what an operator did.
type ProviderEvent struct {
	At       time.Time `json:"ts"`
	Provider string    `json:"provider"`
	Endpoint string    `json:"endpoint" doc:"The provider, and its base URL if that is not its own."`
	Model    string    `json:"model,omitempty" doc:"Missing for the provider's own breaker."`
	From     string    `json:"from" doc:"The state of the breaker."`
	To       string    `json:"to" doc:"The state of the breaker then, or what an operator did: held, released, probe_wanted."`
	Evidence string    `json:"evidence,omitempty"`

	Until *time.Time `json:"until,omitempty" doc:"When it changes by itself, if known."`

	ID      int64        `json:"id,omitempty" doc:"Its position in the log; missing for what earlier versions recorded."`
	Kind    EventKind    `json:"kind"`
	Key     string       `json:"key,omitempty" doc:"The variable of the key that a release was about."`
	Reason  string       `json:"reason,omitempty" doc:"What the operator gave as the reason."`
	Actor   *event.Actor `json:"actor,omitempty" doc:"The operator, where that is known."`
	Message string       `json:"message,omitempty" doc:"What happened, in one sentence."`
}
