package chain

import (
	"strings"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/llm"
)

// revision is how a request is changed for one candidate.
type revision struct {
	inWords bool   // the form of the answer is asked for in words
	open    bool   // the length of the answer is left to the model
	output  int    // tokens that the answer may have, more than the request says; 0 leaves that as it is
	problem string // what was wrong with the last answer
}

// apply returns the request for a candidate.
func (v *revision) apply(req llm.Request, c *candidate) llm.Request {
	req.SchemaInWords = req.SchemaInWords || v.inWords || c.route.NoSchemas()
	if v.problem != "" {
		req.Prompt += "\n\nYour last answer to this could not be used: " + v.problem +
			"\nAnswer again, in full, in the form that is asked for."
	}
	req.MaxOutputTokens = max(req.MaxOutputTokens, v.output)
	if most := c.Spec.MaxOutput; most > 0 {
		req.MaxOutputTokens = min(req.MaxOutputTokens, most)
	}
	if v.open {
		req.MaxOutputTokens = 0
	}
	return req
}

// adapt changes what the provider refused, once. It is false if that is not known, or
// is nothing that can be left out.
func (v *revision) adapt(f *failure.Error) bool {
	switch part := strings.ToLower(f.Parameter); {
	case part == "":
		return false
	case !v.inWords && (strings.Contains(part, "format") || strings.Contains(part, "schema") || strings.Contains(part, "output_config")):
		v.inWords = true
	case !v.open && strings.Contains(part, "max") && strings.Contains(part, "token"):
		v.open = true
	default:
		return false
	}
	return true
}

// correct changes the request so that an unusable answer is asked for again. It is false
// if that would give the same.
func (v *revision) correct(f *failure.Error, req llm.Request, c *candidate) bool {
	if !cutShort(f) {
		v.problem = f.Message
		return true
	}
	was := max(req.MaxOutputTokens, v.output)
	more := 2 * was
	if most := c.Spec.MaxOutput; most > 0 {
		more = min(more, most)
	}
	v.output = more
	return more > was
}

// cutShort reports whether an answer ended because it was too long.
func cutShort(f *failure.Error) bool {
	switch strings.ToLower(f.Code) {
	case "max_tokens", "max_output_tokens", "length":
		return true
	}
	return false
}

// InputTokens returns how many tokens a question takes, roughly: four bytes make one, by
// the vendors' rule of thumb.
func InputTokens(req llm.Request) int {
	return (len(req.System)+len(req.Prompt)+len(req.Schema.JSON()))/4 + 1
}

// price returns what a question of so many tokens costs at least, in USD; 0 if that is not known.
func (c *candidate) price(tokens int) float64 {
	if c.Spec.Price == nil {
		return 0
	}
	return float64(tokens) * c.Spec.Price.Input / 1e6
}

// unanswered returns what a call takes of which only the question is known.
func (c *candidate) unanswered(tokens int) llm.Usage {
	u := llm.Usage{InputTokens: tokens, Estimated: true}
	u.CostUSD = c.Spec.Cost(u)
	return u
}
