package problem

import (
	"context"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/run/event"
)

// NamesCommands reports whether texts for the client that sent ctx's request name commands: those
// for a command line do. Texts for all others say the same in words, with actions beside them.
func NamesCommands(ctx context.Context) bool {
	a := event.ActorOf(ctx)
	return a != nil && a.Channel == event.ByCommand
}

// Variant tells the tags of answers apart that differ by whether they name commands.
func Variant(ctx context.Context) string {
	if NamesCommands(ctx) {
		return "-cli"
	}
	return ""
}

// Hint returns a hint as the client of ctx's request can follow it.
func Hint(ctx context.Context, hint string) string {
	if NamesCommands(ctx) {
		return hint
	}
	return failure.WithoutCommands(hint)
}

// Actions returns what a client can do about something, as it can do it.
func Actions(ctx context.Context, remedies []failure.Remedy) []failure.Remedy {
	if NamesCommands(ctx) {
		return append([]failure.Remedy{}, remedies...)
	}
	return failure.Requested(remedies)
}

// Of makes a problem of a failure, with what can be done about it.
func Of(status int, code string, f *failure.Error) *Refusal {
	r := Refuse(status, code, f.Message, "")
	r.cause = f
	return r
}

// spoken puts what can be done about the problem in the words of the client of ctx's request.
func (r *Refusal) spoken(ctx context.Context) *Refusal {
	if r.cause == nil {
		return r
	}
	if hint := Hint(ctx, r.cause.Hint); hint != "" {
		r.Hint = &hint
	}
	r.Actions = Actions(ctx, r.cause.Remedies)
	return r
}

// InWords returns what names commands in the words of the client of ctx's request: as it is for the
// command line, else without them.
func InWords[T any](ctx context.Context, v T, without func(T) T) T {
	if NamesCommands(ctx) {
		return v
	}
	return without(v)
}
