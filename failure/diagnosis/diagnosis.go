// Package diagnosis derives from the evidence of a failed call to a model provider
// what went wrong: its class, what may be done about it, and when.
//
// It reads structure: HTTP status and headers, the error objects of the vendors'
// bodies and streams, finish reasons, and the errors of Go's network packages.
// Text counts only where a vendor has no code for what it says, only in the place
// where it says it, only from the beginning of a clause, and never what is quoted
// in it, since that may be a user's script or a model's answer.
package diagnosis

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/cineforge/cineforge/failure"
)

// MaxBody is how much of a body is looked at. Error bodies are far smaller; what
// is larger is a web page.
const MaxBody = 1 << 20

// Evidence is what is known of a failed call. The zero value of a member means
// that nothing is known of it.
type Evidence struct {
	// Provider is the provider that was called, such as "anthropic", "openai",
	// "google", "groq". It decides only where the same words mean different things.
	Provider string

	Status int
	Header http.Header

	// Body is the answer's body, or the event of a stream that reported the failure
	// with whatever stands around it. Only its first MaxBody bytes are read.
	Body string

	// Stream says that the body belongs to a stream, which began with status 200.
	Stream bool

	// Finish is the reason that an answer gave for its end, in the provider's word.
	Finish string

	// Err is the error of the transport.
	Err error

	// Reach is how far the call came, where the transport saw that; else it follows
	// from Err as far as it can.
	Reach failure.Reach

	// Canceled says that the caller gave the call up, whatever it looks like otherwise.
	// Without it nothing that comes over the wire makes the failure a cancellation, but
	// for one that is only [Reported].
	Canceled bool

	// Window is how many tokens the model is known to take.
	Window int

	// Key is the key that was used, which must not be shown, and KeyName what
	// people know it by, such as "ANTHROPIC_API_KEY".
	Key     string
	KeyName string

	// At is when the evidence was found; dates are counted from it. The zero time
	// means now.
	At time.Time
}

// Of classifies a failed call. The failure's cause is e.Err.
func Of(e Evidence) *failure.Error {
	if e.At.IsZero() {
		e.At = time.Now()
	}
	if len(e.Body) > MaxBody {
		e.Body = e.Body[:MaxBody]
	}
	c := &call{Evidence: e, provider: family(e.Provider)}
	v := c.decide()
	v.effect = shouldRetry(e.Header, v.effect)
	f := &failure.Error{
		Class: v.class, Effect: v.effect, Err: e.Err, Status: e.Status, Rule: v.rule,
		Code: c.word(c.code(v)), RequestID: c.word(c.requestID()), RetryAfter: c.hint(v), Parameter: c.word(c.parameter()),
		Reach: c.reach(), Bare: v.bare && !c.reading.enveloped,
	}
	if v.class == failure.RateLimited && f.RetryAfter != nil && *f.RetryAfter >= quotaWait {
		f.Class = failure.QuotaExhausted
		f.Rule = v.rule + ", for longer than any rate limit lasts"
		f.Effect = failure.EffectOf(failure.QuotaExhausted)
	}
	if e.Status < 300 {
		f.Documented = c.documented(f.Code)
	}
	f.Message = c.sentence(f, v)
	f.Hint = c.action(f, v)
	return f
}

// reach returns how far the call came.
func (c *call) reach() failure.Reach {
	switch {
	case c.Reach != "":
		return c.Reach
	case c.Status != 0:
		return failure.Answering
	case c.Err != nil && noConnection(c.Err):
		return failure.Unreached
	}
	return ""
}

// quotaWait is a stated wait that is no rate limit's any more. Rate limits are by
// minute or hour; waits of some hours have been stated for them, a day's is a quota's.
const quotaWait = 12 * time.Hour

// verdict is what a rule decides.
type verdict struct {
	class  failure.Class
	effect failure.Effect
	rule   string
	code   string // the code that it was decided by; "" if it was something else
	bare   bool   // a status is all that it was decided by, or a page that says no more

	means, helps string // in place of the words that the class has; "" for those
}

// is returns the verdict of a class with its usual effect.
func is(c failure.Class) verdict { return verdict{class: c, effect: failure.EffectOf(c)} }

// on returns the verdict with another scope.
func (v verdict) on(s failure.Scope) verdict { v.effect.Scope = s; return v }

// by returns the verdict with the name of its rule.
func (v verdict) by(rule string) verdict { v.rule = rule; return v }

// saying returns the verdict with words of its own: what it means, and what helps.
func (v verdict) saying(means, helps string) verdict {
	v.means = means
	v.helps = helps
	return v
}

// page returns the verdict as one that any server's page may lead to.
func (v verdict) page() verdict { v.bare = true; return v }

// retry, otherModel and otherProvider return the verdict with that part of its effect changed.
func (v verdict) retry(yes bool) verdict         { v.effect.Retryable = yes; return v }
func (v verdict) otherModel(yes bool) verdict    { v.effect.OtherModel = yes; return v }
func (v verdict) otherProvider(yes bool) verdict { v.effect.OtherProvider = yes; return v }

// call is a failed call that is looked into.
type call struct {
	Evidence
	provider vendor
	reading  reading
}

// decide goes through what the evidence can say, the surest first.
func (c *call) decide() verdict {
	if c.Canceled {
		return is(failure.Canceled).by("the caller gave up")
	}
	if c.Reach == failure.Unsent {
		return c.unsent()
	}
	if c.Finish != "" {
		if v, ok := endings[normal(c.Finish)]; ok {
			v.code = c.Finish
			return v.by("the answer ended for " + c.Finish)
		}
	}
	if c.Status == 0 {
		// A failure that is reported in words only may be in the body as a whole.
		if c.Err != nil {
			if v, ok := network(c.Err); ok {
				return v
			}
		}
	}
	c.reading = read(c.Body)
	if name := c.Header.Get("X-Amzn-Errortype"); name != "" { // where AWS says what the body doesn't
		c.reading.faults = append(c.reading.faults, fault{codes: []string{name}})
	}
	if v, ok := c.said(); ok {
		return c.placed(v)
	}
	if c.Err != nil {
		if v, ok := network(c.Err); ok {
			return v
		}
	}
	return c.placed(c.silent())
}

// said goes through what the body says.
func (c *call) said() (verdict, bool) {
	faults := c.reading.faults
	for _, f := range faults {
		if v, ok := c.details(f); ok {
			return v, true
		}
	}
	for _, g := range []grade{sure, plain} {
		if v, ok := c.coded(faults, g); ok {
			return v, true
		}
		if g == sure {
			if v, ok := c.worded(); ok {
				return v, true
			}
		}
	}
	if v, ok := c.finished(); ok {
		return v, true
	}
	for _, f := range faults {
		if v, ok := byStatus(f.number); ok {
			return v.by("status in the body"), true
		}
	}
	if v, ok := byStatus(c.status()); ok {
		return v, true
	}
	return c.coded(faults, vague)
}

// coded looks the codes of the faults up.
func (c *call) coded(faults []fault, g grade) (verdict, bool) {
	for _, f := range faults {
		for _, code := range f.codes {
			if m, ok := vocabulary[normal(code)]; ok && m.grade == g {
				v := m.verdict
				v.code = code
				return v.by("code " + code), true
			}
		}
	}
	return verdict{}, false
}

// worded looks for the vendors' sentences that no code says.
func (c *call) worded() (verdict, bool) {
	for _, f := range c.reading.faults {
		if v, ok := byWords(f.message); ok {
			return v, true
		}
	}
	return byWords(c.reading.text)
}

// silent decides where nothing that is known was said.
func (c *call) silent() verdict {
	r := c.reading
	switch {
	case r.html:
		return is(failure.Connection).by("a page in place of an answer")
	case len(r.faults) == 0 && r.answer:
		// A healthy piece of an answer: it was no failure.
		return verdict{
			class:  failure.Unknown,
			effect: failure.Effect{Scope: failure.ScopeRequest},
			rule:   "nothing in it says that it failed",
		}
	case c.Stream && r.empty:
		return is(failure.Connection).by("the stream ended before its end")
	case c.Status == 0 && c.Err == nil:
		if v, ok := byPrint(c.reading.text, true); ok {
			return v
		}
	case c.Status >= 200 && c.Status < 300 && r.empty:
		return is(failure.BadOutput).on(failure.ScopeProvider).by("an empty answer")
	}
	return is(failure.Unknown).by("no known shape")
}

// status is that of HTTP. Where only a report of it is left, it stands in front of
// the words; in a stream the status of its beginning says nothing.
func (c *call) status() int {
	if c.Status >= 300 || c.reading.number == 0 {
		return c.Status
	}
	return c.reading.number
}

// code returns what the failure is called by its reporter.
func (c *call) code(v verdict) string {
	if v.code != "" {
		return v.code
	}
	for _, f := range c.reading.faults {
		for _, code := range f.codes {
			if m, ok := vocabulary[normal(code)]; !ok || m.grade != vague {
				return code
			}
		}
	}
	for _, f := range c.reading.faults {
		if len(f.codes) > 0 {
			return f.codes[0]
		}
	}
	if status := c.status(); status >= 300 {
		return statusCode(status)
	}
	return c.reading.finishReason()
}

// parameter names the part of the request that was refused.
func (c *call) parameter() string {
	for _, f := range c.reading.faults {
		if f.parameter != "" {
			return f.parameter
		}
	}
	return ""
}

// shouldRetry lets what a server says about retrying outrank the class.
func shouldRetry(h http.Header, e failure.Effect) failure.Effect {
	switch strings.ToLower(h.Get("X-Should-Retry")) {
	case "true":
		e.Retryable = true
	case "false":
		e.Retryable = false
	}
	return e
}

// requestID finds the provider's id of the call.
func (c *call) requestID() string {
	for _, f := range c.reading.faults {
		if f.requestID != "" {
			return f.requestID
		}
	}
	return RequestID(c.Header)
}

// sentence says in one line what happened, with the provider's own words.
func (c *call) sentence(f *failure.Error, v verdict) string {
	text := cmp.Or(strings.Join(strings.Fields(c.Provider), " "), "the provider") + ": " + cmp.Or(v.means, explanation(f))
	if at := c.location(); at != "" {
		text += fmt.Sprintf(" (status %d, to %s)", c.Status, at)
	} else if c.Status >= 100 && c.Status < 400 && v.means != "" {
		text += fmt.Sprintf(" (status %d)", c.Status)
	}
	return quoted(text, c.words())
}

// location returns where a redirect points, without what may be secret in it; "" if
// the answer is none.
func (c *call) location() string {
	if c.Status < 300 || c.Status > 399 {
		return ""
	}
	u, err := url.Parse(c.Header.Get("Location"))
	if err != nil || u.String() == "" {
		return ""
	}
	u.User = nil
	u.RawQuery = ""
	u.Fragment = ""
	return c.scrub(u.String(), maxWords)
}

// maxWords bounds what is quoted of a provider's words.
const maxWords = 300

// words returns what the provider or the transport said, fit to be shown. The body of a
// redirect is left out: all of the target is in it, with what is secret.
func (c *call) words() string {
	if c.Status >= 300 && c.Status <= 399 {
		return ""
	}
	text := c.reading.text
	if len(c.reading.faults) > 0 {
		text = c.reading.faults[0].message
	}
	if text == "" && c.Err != nil {
		text = transportText(c.Err)
	}
	text = readable(c.scrub(text, maxWords))
	if name := strings.ToLower(c.Provider) + ": "; strings.HasPrefix(strings.ToLower(text), name) {
		text = strings.TrimSpace(text[len(name):]) // the sentence begins with it
	}
	return text
}

// scrub makes a text of the provider's fit to be shown.
func (c *call) scrub(text string, most int) string { return Scrub(text, c.Key, most) }

// word does it for a name, such as a code.
func (c *call) word(name string) string { return c.scrub(name, maxID) }
