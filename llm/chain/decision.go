package chain

import (
	"time"

	"github.com/cineforge/cineforge/llm"
	"github.com/cineforge/cineforge/llm/health"
	"github.com/cineforge/cineforge/resilience/breaker"
)

// Reason says in a word why a candidate is not asked. The words are stored in
// events, so they are never renamed.
type Reason = health.Reason

// The reasons that are not the provider's health.
const (
	NotConfigured Reason = "not_configured" // no key, or no such provider
	LeftOut       Reason = "left_out"       // the run leaves its provider out
	SmallWindow   Reason = "small_window"   // the request is too long for it
	OverBudget    Reason = "over_budget"    // it would cost more than is left
	Refused       Reason = "refused"        // it can't answer this question, whenever it is asked
	Failed        Reason = "failed"         // it failed in this round, and is not due again
	ProviderOut   Reason = "provider_out"   // its provider failed in this round
	Reserved      Reason = "reserved"       // the attempts that are left are for other providers
	Behind        Reason = "behind"         // it comes later in the chain
)

// Verdict is why one candidate is not the one that is asked.
type Verdict struct {
	Provider, Model string
	Reason          Reason
	Detail          string        // for people; may be empty
	Until           time.Time     // when that may have changed; zero if it is not known
	Breaker         breaker.State // of the model
	ProviderBreaker breaker.State
}

// Decision is what was decided after a try, or before the first one.
type Decision struct {
	Round           int    // from 1
	Provider        string // which one to ask; "" if none
	Model           string
	Why             string        // why that one, or why none
	At              time.Time     // when
	Probe           bool          // the call is to show whether the provider or model is well again
	Attempts        int           // that are left in the round, this one included
	Breaker         breaker.State // of the chosen model
	ProviderBreaker breaker.State
	Others          []Verdict // all others, in the order of the chain
	Next            string    // what happens if it fails
}

// explain adds to a choice why no other candidate was chosen, and what happens next.
func (c *choice) explain() {
	q := c.q
	d := &c.decision
	d.Others = make([]Verdict, 0, len(q.round.order)+len(q.stage.plan.Skipped))
	passed := c.candidate == nil
	for i, o := range q.round.order {
		if o == c.candidate {
			passed = true
			continue
		}
		d.Others = append(d.Others, c.verdict(i, o, passed && c.candidate != nil))
	}
	for _, s := range q.stage.plan.Skipped {
		d.Others = append(d.Others, Verdict{Provider: s.Provider, Model: s.Model, Reason: s.Reason, Detail: s.Detail})
	}
	if c.candidate != nil {
		d.Next = c.otherwise()
	}
}

// verdict says why the candidate at a place in the order is not the chosen one.
func (c *choice) verdict(place int, o *candidate, behind bool) Verdict {
	v := verdictOn(o, &c.available[place])
	if v.Reason != "" {
		return v
	}
	tried := c.q.round.of(o)
	switch out := c.q.round.provider(o).out; {
	case tried.tries > 0:
		v.Reason = Failed
		if tried.failed != nil {
			v.Detail = string(tried.failed.Class) + ": " + tried.failed.Message
		}
	case out != "":
		v.Reason = ProviderOut
		v.Detail = out
	case behind:
		v.Reason = Behind
	default:
		v.Reason = Reserved
		v.Detail = "the remaining tries are kept for other providers"
	}
	return v
}

// verdictOn says of a candidate whether it can be asked now, without a look at the round.
func verdictOn(o *candidate, a *health.Availability) Verdict {
	return Verdict{
		Provider:        o.Provider,
		Model:           o.Name,
		Reason:          a.Reason,
		Detail:          a.Detail,
		Until:           a.Until,
		Breaker:         a.Breaker,
		ProviderBreaker: a.ProviderBreaker,
	}
}

// otherwise says what happens if the chosen candidate fails.
func (c *choice) otherwise() string {
	q := c.q
	for i, o := range q.round.order {
		if q.round.left > 1 && o != c.candidate && c.available[i].Free() && q.round.fresh(o) {
			return o.orElse
		}
	}
	switch {
	case q.round.left > 1:
		return "if it fails: the same model after a pause, then waiting"
	case q.stage.plan.MaxWait == 0:
		return "if it fails: the stage fails, because it may not wait"
	}
	return "if it fails: waiting for the first candidate that can be asked"
}

// Surveyed is whether a candidate can be asked a request at a moment. Its verdict has no reason
// if it can.
type Surveyed struct {
	Verdict
	Since time.Time // since when it can't be asked; zero if that is not known
}

// Survey returns which candidates could be asked a request now, in the order of the chain, then
// those that can't be asked at all: what a choice would find, without asking or reserving
// anything.
func (s *Stage) Survey(req llm.Request) []Surveyed {
	q := newRequest(s, req)
	defer q.leave()
	now := time.Now()
	var all []Surveyed
	for _, o := range q.round.order {
		a := q.available(o, now)
		all = append(all, Surveyed{Since: a.Since, Verdict: verdictOn(o, &a)})
	}
	for _, skipped := range s.plan.Skipped {
		all = append(all, Surveyed{Verdict: Verdict{Provider: skipped.Provider, Model: skipped.Model,
			Reason: skipped.Reason, Detail: skipped.Detail}})
	}
	return all
}
