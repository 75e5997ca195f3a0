// Package failure says what kind of thing went wrong, and what may be done about it.
//
// An error is classified once, where its structure is still known, and the
// class travels with it through any wrapping. Nothing else in the program looks
// into the text of an error to decide what to do. Package
// [github.com/cineforge/cineforge/failure/diagnosis] classifies the failures of model providers.
package failure

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Class names a kind of failure. The names appear in events, run state, metrics
// and the command line, so they are never renamed.
type Class string

// The classes of what happens between this program and a model provider.
const (
	Overloaded     Class = "overloaded"      // too much to do for the model or the provider at the moment
	RateLimited    Class = "rate_limited"    // the caller asked faster than it may
	QuotaExhausted Class = "quota_exhausted" // nothing is left to ask with: credit, plan, daily quota
	Timeout        Class = "timeout"         // no answer in time
	Connection     Class = "connection"      // the way to the provider is broken
	ServerError    Class = "server_error"    // a fault at the provider's end
	Auth           Class = "auth"            // the key is missing, wrong or expired
	Permission     Class = "permission"      // the key is good, but not for this
	NotFound       Class = "not_found"       // there is no such model, or no longer
	InvalidRequest Class = "invalid_request" // the request's shape was refused
	ContextLength  Class = "context_length"  // the request is too long for the model
	ContentPolicy  Class = "content_policy"  // question or answer was refused for its content
	BadOutput      Class = "bad_output"      // an answer came, and it is unusable
	Unknown        Class = "unknown"         // a failure of no known shape
)

// The classes that say nothing about a provider.
const (
	NoProvider Class = "no_provider" // no configured model can answer the request
	Input      Class = "input"       // the user's file or parameters can't be used
	Budget     Class = "budget"      // what may be spent is spent
	Canceled   Class = "canceled"    // the caller gave up, which says nothing about a provider's health
	Internal   Class = "internal"    // an error in this program
)

// Error is a failure with its class. Message is one sentence for a person: what
// is wrong and where. Hint is one sentence that says what to do; it may be empty.
type Error struct {
	Class   Class
	Message string
	Hint    string
	Err     error // the cause, for errors.Is and errors.As; may be nil

	// Remedies are what Hint names, each as [Remedy.String] writes it.
	Remedies []Remedy

	// The members below are set for a provider's failures only.

	Effect Effect
	Code   string // the provider's own word for it, such as "overloaded_error", else the HTTP status; may be ""
	Status int    // of HTTP; 0 if no response came
	// Documented is the HTTP status that the provider documents for Code, where the error
	// came inside a response that began well; 0 if there is none.
	Documented int

	RequestID string // the provider's id of the call; "" if it gave none

	// RetryAfter is what the provider said to wait, not less than 0; nil if it said nothing.
	RetryAfter *time.Duration

	// Parameter names the part of the request that was refused, such as
	// "temperature"; "" where that is not known.
	Parameter string

	// Reach is how far the call came; "" where that is not known.
	Reach Reach

	// Bare says that an HTTP status is all there was: no error object in the form of a
	// model's API came with it, so that a proxy may have answered in the provider's place.
	Bare bool

	// Rule names what decided the class, for diagnosis.
	Rule string
}

// Reach says how far a call came before it failed.
type Reach string

// The reaches, each further than the one before.
const (
	Unsent    Reach = "unsent"    // nothing left this machine: the request could not be made
	Unreached Reach = "unreached" // no connection could be made
	Sent      Reach = "sent"      // the request was on its way, and no answer began
	Answering Reach = "answering" // an answer had begun
)

// New returns a failure of class c.
func New(c Class, message, hint string) *Error {
	return &Error{Class: c, Message: message, Hint: hint}
}

// Clone returns a copy of the failure with the same cause, for a caller that amends it: a
// failure that was returned by another function may be in use elsewhere.
func (e *Error) Clone() *Error {
	c := *e
	c.Remedies = slices.Clone(e.Remedies)
	return &c
}

// Advised adds to a failure what a person can do: a sentence with a %s for each remedy.
// It changes and returns f.
func (e *Error) Advised(format string, remedies ...Remedy) *Error {
	if len(remedies) == 0 { // then a % is one
		e.Hint = format
		e.Remedies = nil
		return e
	}
	args := make([]any, len(remedies))
	for i, r := range remedies {
		args[i] = r
	}
	e.Hint = fmt.Sprintf(format, args...)
	e.Remedies = remedies
	return e
}

// Advice returns the hint with each of its remedies in another form: as a command line
// with certain flags, or as a request. A remedy that has no such form, "", stays.
func (e *Error) Advice(form func(Remedy) string) string {
	return Rewrite(e.Hint, e.Remedies, Remedy.String, form)
}

// Rewrite returns a text that names remedies in one form with each of them in another; one
// that lacks either form, "", stays.
func Rewrite(text string, remedies []Remedy, from, to func(Remedy) string) string {
	longest := slices.SortedFunc(slices.Values(remedies), func(a, b Remedy) int { return len(from(b)) - len(from(a)) })
	var pairs []string
	for _, r := range longest { // one can be the beginning of another
		if old, written := from(r), to(r); old != "" && written != "" {
			pairs = append(pairs, old, written)
		}
	}
	return strings.NewReplacer(pairs...).Replace(text)
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

// ClassOf returns the class of err, or Internal for an error that was not
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
