package client

import "github.com/cineforge/cineforge/run/event"

// Event is an event as a server gives it: with a message, what it says in one sentence.
type Event = event.Worded
