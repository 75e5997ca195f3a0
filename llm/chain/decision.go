package chain

import (
	"time"

	"github.com/cineforge/cineforge/resilience/breaker"
)

// Reason says in a word why a candidate is not asked. The words are stored in
// events, so they are never renamed.
type Reason string

// The reasons.
const (
	NotConfigured Reason = "not_configured" // no key, or no such provider
	Held          Reason = "held"           // an operator said so
	Gated         Reason = "gated"          // the key is kept from it until a time
	BreakerOpen   Reason = "breaker_open"   // it failed too often, and rests
	Probing       Reason = "probing"        // others are finding out whether it is well again
	SmallWindow   Reason = "small_window"   // the question is too long for it
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
	Provider        string // whom to ask; "" if nobody
	Model           string
	Why             string        // why that one, or why nobody
	At              time.Time     // when
	Probe           bool          // the call is to show whether somebody is well again
	Attempts        int           // that are left in the round, this one included
	Breaker         breaker.State // of the chosen model
	ProviderBreaker breaker.State
	Others          []Verdict // all others, in the order of the chain
	Next            string    // what happens if it fails
}
