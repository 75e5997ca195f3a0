package chain

import (
	"strings"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/llm"
)

// change is how a request is changed for one candidate.
type change struct {
	inWords bool   // the form of the answer is asked for in words
	open    bool   // the length of the answer is left to the model
	output  int    // tokens that the answer may have, more than the request says; 0 leaves that as it is
	problem string // what was wrong with the last answer
}

// of returns the request for a candidate.
func (c *change) of(req llm.Request, s *seat) llm.Request {
	req.SchemaInWords = req.SchemaInWords || c.inWords || s.model.inWords.Load()
	if c.problem != "" {
		req.Prompt += "\n\nYour last answer to this could not be used: " + c.problem +
			"\nAnswer again, in full, in the form that is asked for."
	}
	req.MaxOutputTokens = max(req.MaxOutputTokens, c.output)
	if most := s.Spec.MaxOutput; most > 0 {
		req.MaxOutputTokens = min(req.MaxOutputTokens, most)
	}
	if c.open {
		req.MaxOutputTokens = 0
	}
	return req
}

// adapt changes what the provider refused, once. It is false if that is not known, or
// is nothing that can be left out.
func (c *change) adapt(f *failure.Error) bool {
	switch part := strings.ToLower(f.Parameter); {
	case part == "":
		return false
	case !c.inWords && (strings.Contains(part, "format") || strings.Contains(part, "schema") || strings.Contains(part, "output_config")):
		c.inWords = true
	case !c.open && strings.Contains(part, "max") && strings.Contains(part, "token"):
		c.open = true
	default:
		return false
	}
	return true
}

// ask changes the request so that an unusable answer is asked for again. It is false
// if that would give the same.
func (c *change) ask(f *failure.Error, req llm.Request, s *seat) bool {
	if !cutShort(f) {
		c.problem = f.Message
		return true
	}
	was := max(req.MaxOutputTokens, c.output)
	more := 2 * was
	if most := s.Spec.MaxOutput; most > 0 {
		more = min(more, most)
	}
	c.output = more
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

// tokensOf returns how many tokens a question and its answer take, roughly: four
// bytes make one, by the vendors' rule of thumb.
func tokensOf(req llm.Request) int {
	return inputTokens(req) + req.MaxOutputTokens
}

func inputTokens(req llm.Request) int {
	return (len(req.System)+len(req.Prompt)+len(req.Schema.JSON()))/4 + 1
}

// price returns what asking a candidate will cost, in USD: what the question costs, or
// what answers of the stage have cost until now if that is more; 0 if neither is known.
func (q *question) price(s *seat) float64 {
	return max(q.costs.Mean(), q.least(s))
}

// least returns what asking a candidate costs at least, in USD; 0 if that is not known.
func (q *question) least(s *seat) float64 {
	if s.Spec.Price == nil {
		return 0
	}
	return float64(q.input) * s.Spec.Price.Input / 1e6
}

// unanswered returns what a call to a candidate takes of which only the question is known.
func (q *question) unanswered(s *seat) llm.Usage {
	u := llm.Usage{InputTokens: q.input, Estimated: true}
	u.CostUSD = s.Spec.Cost(u)
	return u
}

// settle pays what a call has cost.
func (q *question) settle(reserved float64, resp llm.Response, hedge bool) {
	usd := 0.0
	if resp.Usage.CostUSD != nil {
		usd = *resp.Usage.CostUSD
	}
	q.router.spent.Add(usd, hedge)
	if usd > 0 {
		q.costs.Add(usd)
	}
	q.plan.Budgets.Settle(reserved, usd)
}
