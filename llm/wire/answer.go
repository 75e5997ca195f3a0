package wire

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strings"

	"cineforge/failure"
	"cineforge/failure/diagnosis"
	"cineforge/llm"
)

// Answer is what an adapter has heard of an answer.
type Answer struct {
	Text     strings.Builder
	Finish   string // the reason that it gives for its end, as the provider calls it
	Complete bool   // it said, in the way of its protocol, that it is whole
	Served   string // the model that answered; "" if that was not said
	ID       string // the provider's id of the call, where no header has it
	Usage    llm.Usage
	Refusal  string // what a model that refuses says instead
}

// estimate returns how many tokens some text has, for an answer that broke off before
// it said how many there were, or for a server that never says. Four letters a token
// is what vendors give as a rule of thumb.
func estimate(bytes int) int { return (bytes + 3) / 4 }

// Conclude judges an answer that has ended, with err if the SDK says so. What the
// call took comes back in any case.
func (c *Call) Conclude(req llm.Request, a *Answer, err error) (llm.Response, error) {
	resp := llm.Response{
		Source: llm.AI, Provider: c.endpoint.Provider, Model: a.Served, Usage: a.Usage, Header: c.header, RequestID: a.ID,
	}
	if resp.Model == "" {
		resp.Model = c.endpoint.Model
	}
	if a.Text.Len() > 0 {
		resp.Usage.InputTokens = cmp.Or(resp.Usage.InputTokens, estimate(len(req.System)+len(req.Prompt)))
		resp.Usage.OutputTokens = cmp.Or(resp.Usage.OutputTokens, estimate(a.Text.Len()))
	}
	resp.Usage.CostUSD = c.endpoint.Spec.Cost(resp.Usage)
	if resp.FirstEvent = c.first; c.tape != nil {
		resp.FirstEvent = c.tape.first
	}
	if f := c.fault(req, a, err); f != nil {
		if resp.RequestID == "" {
			resp.RequestID = f.RequestID
		}
		f.RequestID = resp.RequestID
		return resp, f
	}
	c.pace.note(resp.FirstEvent)
	resp.JSON = json.RawMessage(unfenced(a.Text.String()))
	if resp.RequestID == "" {
		resp.RequestID = diagnosis.RequestID(c.header)
	}
	return resp, nil
}

// fault says what is wrong with an answer, or nil.
func (c *Call) fault(req llm.Request, a *Answer, err error) *failure.Error {
	switch {
	case err != nil:
		return c.diagnose(err, "")
	case a.Refusal != "":
		return c.diagnose(nil, "refusal")
	case diagnosis.BadEnding(a.Finish):
		return c.diagnose(nil, a.Finish)
	case !a.Complete:
		return c.diagnose(diagnosis.ErrIncomplete, "")
	case strings.TrimSpace(a.Text.String()) == "":
		return c.unusable("the answer is complete and empty", nil)
	}
	if err := req.Schema.Validate(json.RawMessage(unfenced(a.Text.String()))); err != nil {
		return c.unusable(err.Error(), err)
	}
	return nil
}

// unusable is the failure of an answer that came whole.
func (c *Call) unusable(what string, err error) *failure.Error {
	return &failure.Error{Class: failure.BadOutput, Effect: failure.EffectOf(failure.BadOutput), Status: c.status,
		Message: fmt.Sprintf("%s: %s", c.endpoint.Provider, what), Hint: "ask again, or another model; a run does both by itself",
		RequestID: diagnosis.RequestID(c.header), Rule: "the answer was checked", Err: err}
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
