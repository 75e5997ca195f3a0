package run

import (
	"slices"

	"github.com/cineforge/cineforge/run/event"
)

// Overview is a run in a list.
type Overview struct {
	RunID        string    `json:"run_id"`
	Status       Status    `json:"status"`
	RecipeID     string    `json:"recipe_id"`
	ProjectID    string    `json:"project_id"`
	StartedAt    *UnixTime `json:"started_at"`
	FinishedAt   *UnixTime `json:"finished_at"`
	ParentRunID  *string   `json:"parent_run_id"`
	TotalCostUSD float64   `json:"total_cost_usd"`
	Unpriced     int       `json:"unpriced_attempts,omitempty"` // whose price is not known

	NextAttemptAt *UnixTime         `json:"next_attempt_at,omitempty"`
	WaitReason    *string           `json:"wait_reason,omitempty"`
	WaitsFor      []string          `json:"waits_for,omitempty"`    // the providers any of which lets it go on
	PauseReason   event.PauseReason `json:"pause_reason,omitempty"` // of the first stage that is paused
	InputName     string            `json:"input_name,omitempty"`
	Error         string            `json:"error,omitempty"`
	Drill         string            `json:"drill,omitempty"`
	Needs         []Need            `json:"needs,omitempty"`         // as in State
	WaitingSince  *UnixTime         `json:"waiting_since,omitempty"` // without an answer since
}

// Summarize returns what lists show of the run.
func (s *State) Summarize() Overview {
	return Overview{
		RunID:         s.RunID,
		Status:        s.Status,
		RecipeID:      s.RecipeID,
		ProjectID:     s.ProjectID,
		StartedAt:     s.StartedAt,
		FinishedAt:    s.FinishedAt,
		ParentRunID:   s.ParentRunID,
		TotalCostUSD:  s.TotalCostUSD,
		Unpriced:      s.Unpriced,
		NextAttemptAt: s.NextAttemptAt,
		WaitReason:    s.WaitReason,
		WaitsFor:      s.waitsFor(),
		PauseReason:   s.pauseReason(),
		InputName:     s.InputName,
		Error:         s.Error,
		Drill:         s.Drill,
		Needs:         s.Needs,
		WaitingSince:  s.waitingSince(),
	}
}

// waitingSince returns when the run began to wait; nil if it does not wait.
func (s *State) waitingSince() (since *UnixTime) {
	if s.Status != Waiting {
		return nil
	}
	earlier := func(t *UnixTime) {
		if t != nil && (since == nil || t.Before(since.Time)) {
			since = t
		}
	}
	for _, st := range s.Stages {
		if earlier(st.WaitingSince); st.WaitingSince != nil {
			continue
		}
		for i := range st.Waits { // which go on while others were answered
			if !st.Waits[i].Retry {
				earlier(&st.Waits[i].Since)
			}
		}
	}
	return since
}

// waitsFor lists the providers that the first wait of each stage is for.
func (s *State) waitsFor() (names []string) {
	if s.Status != Waiting {
		return nil
	}
	for _, id := range s.StageOrder {
		st, _ := s.Stage(id)
		if len(st.Waits) == 0 {
			continue
		}
		for _, p := range st.Waits[0].Providers {
			if !slices.Contains(names, p) {
				names = append(names, p)
			}
		}
	}
	return names
}

// pauseReason says why a run is paused, "" if it is not.
func (s *State) pauseReason() event.PauseReason {
	if s.Status != Paused {
		return ""
	}
	for _, id := range s.StageOrder {
		if st, _ := s.Stage(id); st.Status == StagePaused {
			return st.PauseReason
		}
	}
	return ""
}
