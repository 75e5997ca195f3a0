package wire

import (
	"cineforge/failure"
	"cineforge/llm"
)

// estimate returns how many tokens some text has, for an answer that broke off before
// it said how many there were, or for a server that never says. Four letters a token
// is what vendors give as a rule of thumb.
func estimate(bytes int) int { return (bytes + 3) / 4 }

// Told numbers are bounded by what can be. A token has at least a byte, and vendors put
// some words of their own around what they are sent.
const (
	addedTokens = 4096
	mostUnsaid  = 128_000 // tokens of an answer that nobody limits
)

// usage returns what the call took: what the provider told, as far as that can be, else an
// estimate of what was sent and has come. What nobody answered costs nothing, unless the
// provider may have worked on it until it was too late. What broke off is an estimate in
// any case: numbers that came before say nothing of what was written after them.
func (c *Call) usage(f *failure.Error, begun bool) llm.Usage {
	a := &c.answer
	u := a.Usage
	asked := estimate(len(c.req.System) + len(c.req.Prompt))
	written := estimate(a.Text.Len() + a.Thoughts)
	worked := c.worked(f, begun)
	if worked && u.InputTokens == 0 {
		u.InputTokens, u.Estimated = asked, true
	}
	if written > 0 && u.OutputTokens == 0 {
		u.OutputTokens, u.Estimated = written, true
	}
	if worked && f != nil && !a.Complete && a.Finish == "" && a.Refusal == "" {
		u.OutputTokens, u.Estimated = max(u.OutputTokens, written), true
	}
	mostIn, mostOut := c.mostTokens()
	u.InputTokens = clamp(u.InputTokens, asked, mostIn, &u.Estimated)
	u.OutputTokens = clamp(u.OutputTokens, written, mostOut, &u.Estimated)
	u.CacheReadTokens = clamp(u.CacheReadTokens, 0, u.InputTokens, &u.Estimated)
	u.CacheWriteTokens = clamp(u.CacheWriteTokens, 0, u.InputTokens-u.CacheReadTokens, &u.Estimated)
	return u
}

// worked reports whether the provider has worked on an answer, or may have: something of
// it came, and not only an error in its place, or the call was given up for its time.
func (c *Call) worked(f *failure.Error, begun bool) bool {
	switch {
	case c.heard:
		return true
	case f == nil || f.Reach == failure.Unreached || f.Reach == failure.Unsent:
		return false
	}
	broken := f.Class == failure.Connection || f.Class == failure.Canceled
	return f.Class == failure.Timeout || begun && broken
}

// clamp returns a told number, or the bound that it breaks: most, and a guess in place of
// one below 0. It notes if it does that.
func clamp(told, guess, most int, broken *bool) int {
	switch {
	case told < 0:
		*broken = true
		return min(guess, most)
	case told > most:
		*broken = true
		return most
	}
	return told
}

// mostTokens returns the most that the question and the answer can have had.
func (c *Call) mostTokens() (in, out int) {
	spec := c.route.endpoint.Spec
	in = int(max(c.sent, int64(len(c.req.System)+len(c.req.Prompt)+len(c.req.Schema.JSON())))) + addedTokens
	if spec.Window > 0 {
		in = min(in, spec.Window)
	}
	if out = c.route.endpoint.MaxOutput(c.req); out == 0 {
		out = max(mostUnsaid, c.answer.Text.Len())
	}
	if spec.Window > 0 {
		out = min(out, spec.Window)
	}
	return in, out
}
