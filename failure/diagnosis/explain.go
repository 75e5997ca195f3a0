package diagnosis

import (
	"fmt"
	"time"

	"github.com/cineforge/cineforge/failure"
)

// explanation says in a sentence what went wrong.
func explanation(f *failure.Error) string {
	switch {
	case f.Class == failure.Unknown && !f.Effect.OtherProvider:
		return "nothing in this says that it failed"
	case f.Class == failure.Overloaded && f.Effect.Scope == failure.ScopeModel:
		return "the model has more to do than it can do at the moment"
	case f.Class == failure.NotFound && !f.Effect.OtherModel:
		return "the provider does not have this address"
	case f.Class == failure.BadOutput && cutOff[normal(f.Code)]:
		return "the answer was cut off at the limit for its length"
	}
	return f.Class.Meaning()
}

// cutOff are the reasons for an answer's end that mean that it was too long.
var cutOff = map[string]bool{"max_tokens": true, "max_output_tokens": true, "length": true}

// action says what a person can do about a failure.
func (c *call) action(f *failure.Error, v verdict) string {
	switch {
	case v.helps != "":
		return v.helps
	case f.Class == failure.Auth && c.KeyName != "":
		return "set a valid " + c.KeyName + ", then retry"
	case f.Class == failure.Unknown && !f.Effect.OtherProvider, f.Class == failure.Canceled:
		return "nothing needs to be done"
	case f.Class == failure.NotFound && !f.Effect.OtherModel:
		return checkBaseURL
	case f.Class == failure.InvalidRequest && f.Parameter != "":
		return fmt.Sprintf("retry by a recipe that names a model which takes %s", f.Parameter)
	}
	text := f.Class.Action()
	if f.RetryAfter != nil && *f.RetryAfter > 0 {
		text += "; the provider said to wait " + f.RetryAfter.Round(time.Second/10).String()
	}
	return text
}
