package event

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/cineforge/cineforge/failure"
)

// Timestamp is a time that JSON shows as events do: RFC 3339, UTC, milliseconds.
type Timestamp struct{ time.Time }

// MarshalJSON writes the moment; the zero time is null.
func (m Timestamp) MarshalJSON() ([]byte, error) {
	if m.IsZero() {
		return []byte("null"), nil
	}
	return json.Marshal(m.UTC().Format(TimeFormat))
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (m *Timestamp) UnmarshalJSON(data []byte) error {
	if string(data) == "null" {
		*m = Timestamp{}
		return nil
	}
	return m.Time.UnmarshalJSON(data)
}

// Decision is why a model was asked and no other, or why nobody was.
type Decision struct {
	Round           int       `json:"round"` // from 1
	Provider        string    `json:"provider,omitempty"`
	Model           string    `json:"model,omitempty"` // "" if nobody was chosen
	Why             string    `json:"why"`
	At              Timestamp `json:"at"`                // when it is asked, or when it is looked again
	Probe           bool      `json:"probe,omitempty"`   // it shows whether somebody is well again
	AttemptsLeft    int       `json:"attempts_left"`     // in the round, this one included
	Breaker         string    `json:"breaker,omitempty"` // state of the model's
	ProviderBreaker string    `json:"provider_breaker,omitempty"`
	Others          []Verdict `json:"others"`         // all others in the chain
	Next            string    `json:"next,omitempty"` // what happens if it fails
}

// AwaitedProviders lists the providers of the candidates that time, or a person, may let be asked.
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

// HeldProviders lists the providers that an operator keeps from being asked, if that is all that
// is waited for.
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
	Reason          string    `json:"reason"` // a word of package chain, such as breaker_open
	Detail          string    `json:"detail,omitempty"`
	Until           Timestamp `json:"until,omitzero"` // when that may have changed
	Breaker         string    `json:"breaker,omitempty"`
	ProviderBreaker string    `json:"provider_breaker,omitempty"`
}

// Fault is the failure that an event is about: who failed, and how. It is empty
// where nobody has.
type Fault struct {
	Provider   string        `json:"provider"`
	Model      string        `json:"model"`
	ErrorClass failure.Class `json:"error_class,omitempty"`
	ErrorCode  *string       `json:"error_code"`
	RequestID  *string       `json:"request_id"`
	Hint       string        `json:"hint,omitempty"` // what a person can do

	ProviderCode Added[string] `json:"provider_code,omitzero"`
	HTTPStatus   Added[int]    `json:"http_status,omitzero"`
}

// StageRetrying says that a unit's question is tried again. Provider and model are
// those that failed; whom it goes to is in the decision.
type StageRetrying struct {
	StageID           string    `json:"stage_id"`
	Unit              string    `json:"unit"`
	Role              string    `json:"role"`
	Attempt           int       `json:"attempt"` // the coming one
	Reason            string    `json:"reason"`
	RetryDelaySeconds float64   `json:"retry_delay_seconds"`
	NextAttemptAt     Timestamp `json:"next_attempt_at"`
	Fault
	Decision Decision `json:"decision"`
}

// StageFallback says that a unit's question goes to another model. Provider and
// model are those that failed or can't be asked.
type StageFallback struct {
	StageID       string    `json:"stage_id"`
	Unit          string    `json:"unit"`
	Role          string    `json:"role"`
	FromModel     string    `json:"from_model"`
	ToModel       string    `json:"to_model"`
	FromProvider  string    `json:"from_provider"`
	ToProvider    string    `json:"to_provider"`
	Reason        string    `json:"reason"`
	NextAttemptAt Timestamp `json:"next_attempt_at"`
	SkippedModels []string  `json:"skipped_models"` // between the two, or before the second
	Fault
	Decision Decision `json:"decision"`
}

// StageWaiting says that a unit's question waits for somebody who can answer it.
// Provider and model are those that failed last.
type StageWaiting struct {
	StageID string    `json:"stage_id"`
	Unit    string    `json:"unit"`
	Role    string    `json:"role"`
	Until   Timestamp `json:"until"` // when it looks again at the latest
	Reason  string    `json:"reason"`
	Fault
	Decision Decision `json:"decision"`
	GivesUp  bool     `json:"gives_up,omitempty"` // its patience ends then: the stage fails, unless a candidate can be asked before
}

// Transition is a transition of a breaker: a provider's, or that of one of its models.
type Transition struct {
	StageID  string `json:"stage_id"` // what it was that turned it
	Provider string `json:"provider"`
	Model    string `json:"model,omitempty"`
	From     string `json:"from"`
	Evidence string `json:"evidence"`
}

// BreakerOpened says that somebody is left alone until a time.
type BreakerOpened struct {
	Transition
	Until Timestamp `json:"until"`
}

// BreakerProbing says that it is tried whether somebody is well again.
type BreakerProbing struct{ Transition }

// BreakerClosed says that somebody is well again.
type BreakerClosed struct{ Transition }

// BudgetExceeded says that something is not asked because of what it would cost.
type BudgetExceeded struct {
	StageID  string  `json:"stage_id"`
	Unit     string  `json:"unit"`
	SpentUSD float64 `json:"spent_usd"`
	LimitUSD float64 `json:"limit_usd"`
}
