package wire

import (
	"math"
	"mime"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/llm"
)

// estimate returns how many tokens some text has, for an answer that broke off before
// it said how many there were, or for a server that never says. Four letters a token
// is what vendors give as a rule of thumb.
func estimate(bytes int) int { return (bytes + 3) / 4 }

// Reported numbers are bounded by what can be. A token has at least a byte, and vendors put
// some words of their own around what they are sent.
const (
	addedTokens = 4096
	mostUnsaid  = 128_000 // tokens of an answer without a limit
)

// usage returns what the call took: what the provider reported, as far as that can be, else an
// estimate of what was sent and has come. What got no answer costs nothing, unless the
// provider may have worked on it until it was too late. What broke off is an estimate in
// any case: numbers that came before say nothing of what was written after them.
func (c *Call) usage(f *failure.Error, begun bool) llm.Usage {
	a := &c.answer
	u := a.Usage
	b := c.usageBounds()
	worked := c.worked(f, begun)
	if worked && u.InputTokens == 0 {
		u.InputTokens = b.asked
		u.Estimated = true
	}
	if b.written > 0 && u.OutputTokens == 0 {
		u.OutputTokens = b.written
		u.Estimated = true
	}
	if worked && f != nil && !a.Complete && a.Finish == "" && a.Refusal == "" {
		u.OutputTokens = max(u.OutputTokens, b.written)
		u.Estimated = true
	}
	return b.plausible(u)
}

// worked reports whether the provider has worked on an answer, or may have: something of
// it came, and not only an error in its place, or the call was given up after it was sent. A
// refusal is not charged.
func (c *Call) worked(f *failure.Error, begun bool) bool {
	switch {
	case c.received:
		return true
	case f == nil || f.Reach == failure.Unreached || f.Reach == failure.Unsent:
		return false
	}
	switch f.Class {
	case failure.Timeout: // a proxy's too: the provider behind it may be at work
		return c.status < 400 || c.status >= 500
	case failure.Canceled:
		return f.Reach == failure.Sent || c.status >= 200 && c.status < 300
	case failure.Connection, failure.BadOutput:
		return begun && !c.isPage()
	}
	return false
}

// isPage reports whether a web page came in place of an answer.
func (c *Call) isPage() bool {
	kind, _, err := mime.ParseMediaType(c.header.Get("Content-Type"))
	return err == nil && kind == "text/html"
}

// bounds are what is supposed of a call that nothing is reported of, and the most that it can
// have taken, in tokens.
type bounds struct{ asked, written, mostIn, mostOut int }

// usageBounds returns those of the call. What a model thinks need not be among the bytes that
// come, so that only what was allowed bounds the output.
func (c *Call) usageBounds() bounds {
	spec := c.route.endpoint.Spec
	a := &c.answer
	question := len(c.req.System) + len(c.req.Prompt)
	schema := len(c.req.Schema.JSON())
	b := bounds{written: estimate(a.Text.Len() + a.Thoughts), mostIn: max(int(c.sent), question+schema) + addedTokens}
	if b.asked = estimate(question); c.req.SchemaInWords { // else most vendors don't count it
		b.asked = estimate(question + schema)
	}
	if partial := c.body; !c.received && c.status >= 200 && c.status < 300 && !c.isPage() {
		b.written = max(b.written, estimate(len(partial)))
	}
	if b.mostOut = c.route.endpoint.MaxOutput(c.req); b.mostOut == 0 {
		b.mostOut = max(mostUnsaid, a.Text.Len())
	}
	b.mostOut += a.Thoughts // some servers allow it besides
	if spec.Window > 0 {
		b.mostIn = min(b.mostIn, spec.Window)
		b.mostOut = min(b.mostOut, spec.Window)
	}
	return b
}

// plausible returns a usage as far as it can be, marked as estimated where it can't. No part
// of it is below 0, and what came from a cache or went into one is part of the input.
func (b bounds) plausible(reported llm.Usage) llm.Usage {
	u := reported
	u.InputTokens = clamp(reported.InputTokens, b.asked, b.mostIn, &u.Estimated)
	u.OutputTokens = clamp(reported.OutputTokens, b.written, b.mostOut, &u.Estimated)
	u.CacheReadTokens = clamp(reported.CacheReadTokens, 0, u.InputTokens, &u.Estimated)
	u.CacheWriteTokens = clamp(reported.CacheWriteTokens, 0, u.InputTokens-u.CacheReadTokens, &u.Estimated)
	return u
}

// clamp returns a reported number, or the bound that it breaks: most, and a guess in place of
// one below 0. It notes if it does that.
func clamp(reported, guess, most int, broken *bool) int {
	switch {
	case reported < 0:
		*broken = true
		return min(guess, most)
	case reported > most:
		*broken = true
		return most
	}
	return reported
}

// Sum adds reported numbers of tokens; a sum that is too large stays at the largest.
func Sum(reported ...int64) int {
	sum := int64(0)
	for _, n := range reported {
		switch {
		case n > 0 && sum > math.MaxInt-n:
			sum = math.MaxInt
		case n < 0 && sum < math.MinInt-n:
			sum = math.MinInt
		default:
			sum += n
		}
	}
	return int(sum)
}
