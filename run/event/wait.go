package event

import "github.com/cineforge/cineforge/failure"

// StageRetrying says that a unit's request is sent again. Provider and model are those that
// failed; the decision says which are asked next.
type StageRetrying struct {
	StageID           string    `json:"stage_id"`
	Unit              string    `json:"unit"`
	Role              Role      `json:"role"`
	Attempt           int       `json:"attempt"` // the coming one
	Reason            string    `json:"reason"`
	RetryDelaySeconds float64   `json:"retry_delay_seconds"`
	NextAttemptAt     Timestamp `json:"next_attempt_at"`
	Fault
	Decision Decision `json:"decision"`
}

// StageFallback says that a unit's request goes to another model. Provider and model are those that failed or can't be asked.
type StageFallback struct {
	StageID       string    `json:"stage_id"`
	Unit          string    `json:"unit"`
	Role          Role      `json:"role"`
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

// StageWaiting says that a unit's request waits until a model can answer it.
// Provider and model are those that failed last.
type StageWaiting struct {
	StageID string    `json:"stage_id"`
	Unit    string    `json:"unit"`
	Role    Role      `json:"role"`
	Until   Timestamp `json:"until"` // when the next decision is made, at the latest
	Reason  string    `json:"reason"`
	Fault
	Decision Decision `json:"decision"`
	GivesUp  bool     `json:"gives_up,omitempty"` // its waiting ends then: the stage fails, unless a candidate can be asked before
}

// Fault is the failure that an event is about: which model failed, and how. It is empty where
// none has. [NewFault] makes it.
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

// NewFault returns how a model failed, in the form of the log; f is nil where none did.
func NewFault(provider, model string, f *failure.Error) Fault {
	if f == nil {
		return Fault{ProviderCode: Add[string](nil), HTTPStatus: Add[int](nil)}
	}
	codes := CodesOf(f)
	return Fault{
		Provider:     provider,
		Model:        model,
		ErrorClass:   f.Class,
		ErrorCode:    codes.Error,
		RequestID:    optional(f.RequestID),
		Hint:         f.Hint,
		ProviderCode: Add(codes.Provider),
		HTTPStatus:   Add(codes.Status),
	}
}

// optional returns nil for an empty string.
func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// BudgetExceeded says that a request is not sent because of what it would cost.
type BudgetExceeded struct {
	StageID  string  `json:"stage_id"`
	Unit     string  `json:"unit"`
	SpentUSD float64 `json:"spent_usd"`
	LimitUSD float64 `json:"limit_usd"`
}
