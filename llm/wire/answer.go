package wire

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/failure/diagnosis"
	"github.com/cineforge/cineforge/llm"
)

// Answer is what an adapter has consumed of an answer.
type Answer struct {
	Text     strings.Builder
	Finish   string // the reason that it gives for its end, as the provider calls it
	Complete bool   // it said, in the way of its protocol, that it is whole
	Served   string // the model that answered; "" if that was not said
	ID       string // the provider's id of the call, where no header has it
	Thoughts int    // bytes that came and are no text of the answer: reasoning, the words of a refusal
	Usage    llm.Usage
	Refusal  string // what a model that refuses says instead
}

// maxName bounds the names that an answer gives, such as that of its model.
const maxName = 200

// finish judges an answer that has ended, with err if the SDK says so. What the
// call took comes back in any case.
func (c *Call) finish(err error) (llm.Response, error) {
	a := &c.answer
	endpoint := c.route.endpoint
	name := func(s string) string { return diagnosis.Scrub(s, endpoint.Key, maxName) }
	resp := llm.Response{Source: llm.AI, Provider: endpoint.Provider, Model: name(a.Served), Header: c.header, RequestID: name(a.ID)}
	if resp.Model == "" {
		resp.Model = endpoint.Model
	}
	if resp.FirstEvent = c.first; c.recorder != nil {
		resp.FirstEvent = c.recorder.firstEvent()
	}
	c.route.latency.noteWriting(c.watchdog.writingSpeed())
	f := c.fault(err)
	resp.Usage = c.usage(f, resp.FirstEvent > 0)
	resp.Usage.CostUSD = endpoint.Spec.Cost(resp.Usage)
	if f != nil {
		if resp.RequestID == "" {
			resp.RequestID = f.RequestID
		}
		f.RequestID = resp.RequestID
		return resp, f
	}
	c.route.latency.noteAnswer(resp.FirstEvent, c.watchdog.times.cold)
	resp.JSON = asJSON(c.req.Schema, unfenced(a.Text.String()))
	if resp.RequestID == "" {
		resp.RequestID = name(diagnosis.RequestID(c.header))
	}
	return resp, nil
}

// asJSON returns an answer as JSON: without a schema it may be mere text.
func asJSON(schema llm.Schema, text string) json.RawMessage {
	if raw := json.RawMessage(text); schema.JSON() != nil || json.Valid(raw) {
		return raw
	}
	raw, _ := json.Marshal(text) // text always can be
	return raw
}

// fault says what is wrong with an answer, or nil. What came after its end, and what ended
// the reading then, says nothing of it.
func (c *Call) fault(err error) *failure.Error {
	a := &c.answer
	switch {
	case err != nil && (!a.Complete || errors.Is(err, errOverlong)):
		return c.diagnose(err, "")
	case a.Refusal != "":
		return c.diagnose(nil, "refusal")
	case diagnosis.BadEnding(a.Finish):
		return c.diagnose(nil, a.Finish)
	case !a.Complete:
		return c.diagnose(diagnosis.ErrIncomplete, "")
	}
	text := unfenced(a.Text.String())
	switch key := c.route.endpoint.Key; {
	case text == "":
		return c.unusable("the answer is complete and empty", nil)
	case len(key) >= diagnosis.MinSecret && containsKey(text, key):
		return c.unusable("the answer repeats the key that it was asked with", nil)
	case c.req.Schema.JSON() == nil:
		return nil // any text will do
	}
	if err := c.req.Schema.Validate(json.RawMessage(text)); err != nil {
		return c.unusable(err.Error(), err)
	}
	return nil
}

// containsKey reports whether a text has a key in it, also in the strings and names of the JSON
// that it is, however those are written.
func containsKey(text, key string) bool {
	if strings.Contains(text, key) {
		return true
	}
	tokens := json.NewDecoder(strings.NewReader(text))
	for tokens.UseNumber(); ; {
		token, err := tokens.Token()
		if err != nil {
			return false // it has ended, or is no JSON from here on
		}
		if s, ok := token.(string); ok && strings.Contains(s, key) {
			return true
		}
	}
}

// unusable is the failure of an answer that came whole.
func (c *Call) unusable(what string, err error) *failure.Error {
	endpoint := c.route.endpoint
	return &failure.Error{Class: failure.BadOutput, Effect: failure.EffectOf(failure.BadOutput), Status: c.status,
		Message: fmt.Sprintf("%s: %s", endpoint.Provider, what), Hint: failure.BadOutput.Action(),
		RequestID: diagnosis.Scrub(
			diagnosis.RequestID(c.header),
			endpoint.Key,
			maxName,
		), Rule: "the answer was checked", Err: err, Reach: failure.Answering}
}

// unfenced takes an answer out of the Markdown fence that some models put around
// all of it. An answer with words around the fence stays as it is.
func unfenced(text string) string {
	text = strings.TrimSpace(text)
	inner, ok := strings.CutPrefix(text, "```")
	if !ok || !strings.HasSuffix(inner, "```") {
		return text
	}
	inner = strings.TrimSuffix(inner, "```")
	if label, rest, ok := strings.Cut(inner, "\n"); ok && !strings.ContainsAny(label, "{[") {
		inner = rest
	}
	return strings.TrimSpace(inner)
}
