package advice

import (
	"cmp"
	"slices"
	"strings"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/run"
)

// Cause is why attempts of a run failed: those of one provider that failed in the same way.
type Cause struct {
	Count        int
	Provider     string
	Models       []string // in the order in which they failed
	Class        failure.Class
	ErrorCode    string // the HTTP status as text, else the provider's code; "" without either
	ProviderCode string
	Error        string   // the latest
	Helps        string   // what a person can do about it
	Requests     []string // the provider's ids of the calls, latest first
	CostUSD      float64  // that was paid for nothing, as far as the price is known
}

// Causes counts the failed attempts of a run by what they failed of, the most frequent first.
// Attempts that the program gave up itself are left out, if they cost nothing.
func Causes(s run.State) []Cause {
	type key struct{ provider, class, code, providerCode string }
	var all []*Cause
	found := map[key]*Cause{}
	for _, id := range s.StageOrder {
		st, _ := s.Stage(id)
		for _, a := range st.Attempts {
			if a.Status != "failed" || a.ErrorClass == failure.Canceled && amount(a.CostUSD) == 0 {
				continue
			}
			k := key{
				provider:     a.Provider,
				class:        string(a.ErrorClass),
				code:         value(a.ErrorCode),
				providerCode: value(a.ProviderCode),
			}
			c, ok := found[k]
			if !ok {
				c = &Cause{Provider: a.Provider, Class: a.ErrorClass, ErrorCode: k.code, ProviderCode: k.providerCode}
				found[k] = c
				all = append(all, c)
			}
			c.add(a)
		}
	}
	slices.SortStableFunc(all, func(a, b *Cause) int { return cmp.Compare(b.Count, a.Count) })
	list := make([]Cause, len(all))
	for i, c := range all {
		list[i] = *c
	}
	return list
}

// add counts an attempt.
func (c *Cause) add(a run.AttemptState) {
	c.Count++
	c.Error, c.Helps = a.Error, Helps(a.Hint, a.ErrorClass)
	if !slices.Contains(c.Models, a.Model) {
		c.Models = append(c.Models, a.Model)
	}
	if id := value(a.RequestID); id != "" {
		c.Requests = append([]string{id}, c.Requests...)
	}
	if a.CostUSD != nil {
		c.CostUSD += *a.CostUSD
	}
}

// Afterwards returns what a person can do about a cause after a run that is done all the same.
func (c Cause) Afterwards() string {
	if !mendable[c.Class] {
		text := "nothing to do: other answers came"
		if _, limits, ok := strings.Cut(c.Helps, "; if this server"); ok {
			text += "; if this server" + limits
		}
		return text
	}
	return strings.NewReplacer(", then retry", "", "retry with a recipe", "use a recipe", ", then try again", "").Replace(c.Helps)
}

// mendable are the classes that a person can do something about also if others answered.
var mendable = map[failure.Class]bool{failure.Auth: true, failure.Permission: true, failure.QuotaExhausted: true, failure.NotFound: true,
	failure.InvalidRequest: true, failure.ContextLength: true, failure.RateLimited: true, failure.Connection: true}

func amount(usd *float64) float64 {
	if usd == nil {
		return 0
	}
	return *usd
}

func value(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// Elsewhere returns the model that a stage has gone to in place of its first choice, which From is then,
// as long as its answers come from there; nil if they do not.
func Elsewhere(s run.State, id string) *run.Fallback {
	st, _ := s.Stage(id)
	first := FirstChoice(s, id)
	if st.Fallback == nil || st.Fallback.To == first {
		return nil
	}
	for _, a := range slices.Backward(st.Attempts) {
		if a.Status != "success" {
			continue
		}
		if a.Model == first && a.StartedAt != nil && a.StartedAt.After(st.Fallback.At.Time) {
			return nil
		}
		break
	}
	fall := *st.Fallback
	fall.From = first
	return &fall
}

// FirstChoice returns the model that a stage prefers, "" where that is not known.
func FirstChoice(s run.State, id string) string {
	if pinned := s.Candidates[id]; len(pinned) > 0 {
		return pinned[0].Model
	}
	if st, _ := s.Stage(id); len(st.Attempts) > 0 {
		return st.Attempts[0].Model
	}
	return ""
}

// LongCall returns the attempt of a stage that has been under way the longest, if that is
// longer than usual; nil if none is.
func LongCall(st run.StageState, now run.UnixTime) *run.AttemptState {
	const usual = 20             // seconds: by then it was reported once
	for i := range st.Attempts { // they began in this order
		if a := &st.Attempts[i]; a.Status == "running" && a.StartedAt != nil && now.Sub(a.StartedAt.Time).Seconds() > usual {
			return a
		}
	}
	return nil
}
