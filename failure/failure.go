// Package failure says what kind of thing went wrong.
//
// An error is classified once, where its structure is still known, and the
// class travels with it through any wrapping. Nothing else in the program looks
// into the text of an error to decide what to do.
package failure

import (
	"context"
	"errors"
)

// Class names a kind of failure. The names appear in events, run state, metrics
// and the command line, so they are never renamed.
type Class string

// The classes that are nobody's at the provider's end. The classes of provider
// failures join this list together with the adapters that can tell them apart.
const (
	NoProvider Class = "no_provider" // no configured model can answer the request
	Input      Class = "input"       // the user's file or parameters can't be used
	BadOutput  Class = "bad_output"  // an answer broke its schema or its purpose
	Canceled   Class = "canceled"    // the caller gave up, which says nothing about anybody's health
	Internal   Class = "internal"    // a fault of this program
)

// Error is a failure with its class. Message is one sentence for a person: what
// is wrong and where. Hint is one sentence that says what to do; it may be empty.
type Error struct {
	Class   Class
	Message string
	Hint    string
	Err     error // the cause, for errors.Is and errors.As; may be nil
}

// New returns a failure of class c.
func New(c Class, message, hint string) *Error {
	return &Error{Class: c, Message: message, Hint: hint}
}

// Error returns the message and the hint as one line.
func (e *Error) Error() string {
	if e.Hint == "" {
		return e.Message
	}
	return e.Message + "; " + e.Hint
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// ClassOf returns the class of err, or Internal for an error that nobody
// classified. It returns "" for nil.
func ClassOf(err error) Class {
	if err == nil {
		return ""
	}
	if f, ok := errors.AsType[*Error](err); ok {
		return f.Class
	}
	if errors.Is(err, context.Canceled) {
		return Canceled
	}
	return Internal
}
