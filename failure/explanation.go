package failure

import "fmt"

// Side says whose fault a failure is: which side can put it right.
type Side string

// The sides.
const (
	Theirs Side = "theirs" // the provider's
	Ours   Side = "ours"   // this program's
	Yours  Side = "yours"  // the user's, who has a key, a limit or a text to change
	NoSide Side = "none"   // nothing is broken, or it can't be known
)

// explanation is what there is to say of a class, for people.
type explanation struct {
	class  Class
	title  string // in two or three words
	clause string // what happened, with %s for the provider
	means  string // what it means
	helps  string // what a person can do about it
	fault  Side
}

// explanations is the only list of what the classes mean. Terminal, chat, run log, API and the
// command explain-error take their words from it.
var explanations = []explanation{
	{
		class:  Overloaded,
		title:  "Overloaded",
		clause: "%s is overloaded",
		means:  "the provider is overloaded",
		helps:  "try again later, or let another provider answer",
		fault:  Theirs,
	},
	{
		class:  RateLimited,
		title:  "Rate limit reached",
		clause: "the key reached its rate limit at %s",
		means:  "the key's rate limit is reached",
		helps:  "try again when the limit allows; if it happens often, lower the concurrency or ask the provider for a higher limit",
		fault:  NoSide,
	},
	{
		class:  QuotaExhausted,
		title:  "Out of quota",
		clause: "the credit or quota of the key is used up at %s",
		means:  "the key's credit or quota is used up",
		helps:  "add credit or raise the limit in the provider's console, then retry",
		fault:  Yours,
	},
	{
		class:  Timeout,
		title:  "No answer in time",
		clause: "%s did not answer in time",
		means:  "the provider did not answer in time",
		helps:  "try again, or let another provider answer",
		fault:  Theirs,
	},
	{
		class:  Connection,
		title:  "Connection failed",
		clause: "the connection to %s failed",
		means:  "the connection to the provider failed",
		helps:  "check network, proxy and base URL, then try again",
		fault:  NoSide,
	},
	{
		class:  ServerError,
		title:  "Provider error",
		clause: "%s had an internal error",
		means:  "the provider had an internal error",
		helps:  "try again, or let another provider answer",
		fault:  Theirs,
	},
	{
		class:  Auth,
		title:  "Key rejected",
		clause: "%s rejected the key",
		means:  "the provider does not accept the key",
		helps:  "set a valid key, then retry",
		fault:  Yours,
	},
	{
		class:  Permission,
		title:  "Not permitted",
		clause: "the key has no permission for this at %s",
		means:  "the key has no permission for this",
		helps:  "check in the provider's console what the key, the account and the region allow, then retry",
		fault:  Yours,
	},
	{
		class:  NotFound,
		title:  "Model not available",
		clause: "%s does not offer this model to the key",
		means:  "the provider does not have this model, or the key has no access to it",
		helps:  "get access to the model, then retry; or retry with a recipe that names another one",
		fault:  Yours,
	},
	{
		class:  InvalidRequest,
		title:  "Request rejected",
		clause: "%s rejected the form of the request",
		means:  "the provider refused the form of the request",
		helps:  "retry with a recipe that names another model",
		fault:  Ours,
	},
	{
		class:  ContextLength,
		title:  "Text too long",
		clause: "the request is too long for the model of %s",
		means:  "the request is too long for the model",
		helps:  "retry with a recipe that names a model with a larger window, or give a shorter text",
		fault:  Yours,
	},
	{
		class:  ContentPolicy,
		title:  "Content declined",
		clause: "%s declined because of the content",
		means:  "the provider declined because of the content",
		helps:  "check the passage, or retry with a recipe that names another model",
		fault:  NoSide,
	},
	{
		class:  BadOutput,
		title:  "Unusable answer",
		clause: "the answer of %s can't be used",
		means:  "a model's answer can't be used",
		helps:  "try again, or retry with a recipe that names another model",
		fault:  Theirs,
	},
	{
		class:  Unknown,
		title:  "Unknown failure",
		clause: "%s failed in an unknown way",
		means:  "the provider failed in an unknown way",
		helps:  "read what the provider says, then try again",
		fault:  NoSide,
	},
	{
		class:  NoProvider,
		title:  "No provider available",
		clause: "no configured model can answer",
		means:  "no configured model can answer",
		helps:  "set ANTHROPIC_API_KEY, OPENAI_API_KEY or GEMINI_API_KEY and run it again",
		fault:  Yours,
	},
	{
		class:  Input,
		title:  "Unusable input",
		clause: "the file or a parameter can't be used",
		means:  "the file or a parameter can't be used as it is",
		helps:  "correct it and run it again",
		fault:  Yours,
	},
	{
		class:  Budget,
		title:  "Cost limit reached",
		clause: "the cost limit is reached",
		means:  "the run has reached its cost limit",
		helps:  "retry with a higher cost limit",
		fault:  Yours,
	},
	{
		class:  Canceled,
		title:  "Cancelled",
		clause: "the request was cancelled",
		means:  "the request was cancelled",
		helps:  "run it again",
		fault:  NoSide,
	},
	{
		class:  Internal,
		title:  "Internal error",
		clause: "this program failed",
		means:  "an error in this program",
		helps:  "try again; if it fails again, report it with the run's events",
		fault:  Ours,
	},
}

// Classes lists all classes, those of providers first.
func Classes() []Class {
	all := make([]Class, len(explanations))
	for i, e := range explanations {
		all[i] = e.class
	}
	return all
}

// explain returns what there is to say of a class; the zero value if there is no such class.
func (c Class) explain() explanation {
	for _, e := range explanations {
		if e.class == c {
			return e
		}
	}
	return explanation{}
}

// Title names the class in two or three words; "" if there is no such class.
func (c Class) Title() string { return c.explain().title }

// Clause says in a few words what happened, of a provider by that name. Of a class that is not
// known it says only that the provider failed.
func (c Class) Clause(provider string) string {
	switch e := c.explain(); e.class {
	case NoProvider, Input, Budget, Canceled, Internal:
		return e.clause
	case "":
		return provider + " failed"
	default:
		return fmt.Sprintf(e.clause, provider)
	}
}

// Meaning says in a sentence what a failure of the class means; "" if there is no such class.
func (c Class) Meaning() string { return c.explain().means }

// Action says what a person can do about it.
func (c Class) Action() string { return c.explain().helps }

// Fault says whose fault a failure of the class is.
func (c Class) Fault() Side { return c.explain().fault }
