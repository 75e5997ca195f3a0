package event

import (
	"slices"
	"strings"

	"github.com/cineforge/cineforge/resilience/breaker"
)

// Decision is why one model was asked and no other, or why none was.
type Decision struct {
	Round           int           `json:"round"` // from 1
	Provider        string        `json:"provider,omitempty"`
	Model           string        `json:"model,omitempty"` // "" if none was chosen
	Why             string        `json:"why"`
	At              Timestamp     `json:"at"`                // when it is asked, or when the next decision is made
	Probe           bool          `json:"probe,omitempty"`   // it shows whether the provider or model is healthy again
	AttemptsLeft    int           `json:"attempts_left"`     // in the round, this one included
	Breaker         breaker.State `json:"breaker,omitempty"` // state of the model's
	ProviderBreaker breaker.State `json:"provider_breaker,omitempty"`
	Others          []Verdict     `json:"others"`         // all others in the chain
	Next            string        `json:"next,omitempty"` // what happens if it fails
}

// AwaitedProviders lists the providers of the candidates that can be asked again after some time, or
// after a person has acted.
func (d Decision) AwaitedProviders() (names []string) {
	for _, v := range d.Others {
		switch v.Reason {
		case Held, CoolingDown, BreakerIsOpen, Probing, FailedInRound, ProviderOut, Refused:
			if !slices.Contains(names, v.Provider) {
				names = append(names, v.Provider)
			}
		}
	}
	return names
}

// HeldProviders lists the providers that an operator holds, if nothing else is waited for.
func (d Decision) HeldProviders() (names []string) {
	for _, v := range d.Others {
		switch v.Reason {
		case Held:
			if !slices.Contains(names, v.Provider) {
				names = append(names, v.Provider)
			}
		case CoolingDown, BreakerIsOpen, Probing, FailedInRound, ProviderOut:
			return nil
		}
	}
	return names
}

// Verdict is why one candidate was not the one.
type Verdict struct {
	Provider        string        `json:"provider"`
	Model           string        `json:"model"`
	Reason          VerdictReason `json:"reason"`
	Detail          string        `json:"detail,omitempty"`
	Until           Timestamp     `json:"until,omitzero"` // when that may have changed
	Breaker         breaker.State `json:"breaker,omitempty"`
	ProviderBreaker breaker.State `json:"provider_breaker,omitempty"`
}

// VerdictReason says in a word why a candidate is not asked. Packages llm/health and llm/chain decide
// by the same words.
type VerdictReason string

// The reasons.
const (
	Held          VerdictReason = "held"           // an operator keeps requests from it
	CoolingDown   VerdictReason = "gated"          // the key is kept from it until a time
	BreakerIsOpen VerdictReason = "breaker_open"   // it failed too often, and rests
	Probing       VerdictReason = "probing"        // others are finding out whether it is well again
	NotConfigured VerdictReason = "not_configured" // no key, or no such provider
	LeftOut       VerdictReason = "left_out"       // the run leaves its provider out
	SmallWindow   VerdictReason = "small_window"   // the request is too long for it
	OverBudget    VerdictReason = "over_budget"    // it would cost more than is left
	Refused       VerdictReason = "refused"        // it can't answer this request, whenever it is asked
	FailedInRound VerdictReason = "failed"         // it failed in this round, and is not due again
	ProviderOut   VerdictReason = "provider_out"   // its provider failed in this round
	Reserved      VerdictReason = "reserved"       // the attempts that are left are for other providers
	Behind        VerdictReason = "behind"         // it comes later in the chain
)

// Candidate is a model that a run pins as one that may answer. What makes it the same one
// in another process is its dialect, its origin and its model; the rest is for people.
type Candidate struct {
	Provider string `json:"provider"` // as the process named it that pinned the candidate
	Model    string `json:"model"`
	Dialect  string `json:"dialect"`          // that the provider speaks, such as "anthropic"
	Origin   string `json:"origin,omitempty"` // scheme and host, and the port unless the host is private; "" for the offline model
	Key      string `json:"key,omitempty"`    // the variable that holds the key; "" if it takes none
}

// Route is what a process has to reach for the candidate to be asked: any model can be
// asked there.
func (c Candidate) Route() string { return strings.TrimRight(c.Dialect+" "+c.Origin, " ") }

// Offline is the dialect of the offline model, which is asked nowhere.
const Offline = "offline"

// Identity names the candidate: two of the same identity are the same one.
func (c Candidate) Identity() string { return c.Dialect + " " + c.Origin + " " + c.Model }
