package event

import "github.com/cineforge/cineforge/resilience/breaker"

// Transition is a transition of a breaker: a provider's, or that of one of its models.
type Transition struct {
	StageID  string        `json:"stage_id"` // that caused the transition
	Provider string        `json:"provider"`
	Model    string        `json:"model,omitempty"`
	From     breaker.State `json:"from"`
	Evidence string        `json:"evidence"`
}

// BreakerOpened says that a provider or model is not asked until a time.
type BreakerOpened struct {
	Transition
	Until Timestamp `json:"until"`
}

// BreakerProbing says that one request tries whether the provider or model is healthy again.
type BreakerProbing struct{ Transition }

// BreakerClosed says that the provider or model is healthy again.
type BreakerClosed struct{ Transition }
