package event

import (
	"slices"
	"strings"
)

// Decision is why one model was asked and no other, or why none was.
type Decision struct {
	Round           int       `json:"round"` // from 1
	Provider        string    `json:"provider,omitempty"`
	Model           string    `json:"model,omitempty"` // "" if none was chosen
	Why             string    `json:"why"`
	At              Timestamp `json:"at"`                // when it is asked, or when the next decision is made
	Probe           bool      `json:"probe,omitempty"`   // it shows whether the provider or model is healthy again
	AttemptsLeft    int       `json:"attempts_left"`     // in the round, this one included
	Breaker         string    `json:"breaker,omitempty"` // state of the model's
	ProviderBreaker string    `json:"provider_breaker,omitempty"`
	Others          []Verdict `json:"others"`         // all others in the chain
	Next            string    `json:"next,omitempty"` // what happens if it fails
}

// AwaitedProviders lists the providers of the candidates that can be asked again after some time, or
// after a person has acted.
func (d Decision) AwaitedProviders() (names []string) {
	for _, v := range d.Others {
		switch v.Reason { // words of package chain
		case "held", "gated", "breaker_open", "probing", "failed", "provider_out", "refused":
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
		case "held":
			if !slices.Contains(names, v.Provider) {
				names = append(names, v.Provider)
			}
		case "gated", "breaker_open", "probing", "failed", "provider_out":
			return nil
		}
	}
	return names
}

// Verdict is why one candidate was not the one.
type Verdict struct {
	Provider        string    `json:"provider"`
	Model           string    `json:"model"`
	Reason          string    `json:"reason"` // of those that package chain declares, such as breaker_open
	Detail          string    `json:"detail,omitempty"`
	Until           Timestamp `json:"until,omitzero"` // when that may have changed
	Breaker         string    `json:"breaker,omitempty"`
	ProviderBreaker string    `json:"provider_breaker,omitempty"`
}

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
