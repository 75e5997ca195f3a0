// Package run is what the events of a run mean: its state as a pure fold over them, and the
// seams to whatever keeps them.
package run

import (
	"encoding/json"
	"math"
	"time"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/run/event"
)

// Status is where a run stands.
type Status string

// The statuses of a run.
const (
	Queued       Status = "queued" // nothing has happened yet
	Running      Status = "running"
	Waiting      Status = "waiting" // for a time that is known
	Paused       Status = "paused"  // for a person, or to be taken up again
	RunDone      Status = "done"
	RunFailed    Status = "failed"
	RunCancelled Status = "cancelled"
	RunDamaged   Status = "damaged" // of a run whose events can't be read; only an Overview has it
)

// Ended reports whether a run of this status is over for good.
func (s Status) Ended() bool { return s == RunDone || s == RunFailed || s == RunCancelled }

// UnixTime is a moment that JSON shows as unix seconds with a fraction.
type UnixTime struct{ time.Time }

// MarshalJSON writes seconds since 1970 to the millisecond.
func (t UnixTime) MarshalJSON() ([]byte, error) {
	return json.Marshal(float64(t.UnixMilli()) / 1000)
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (t *UnixTime) UnmarshalJSON(data []byte) error {
	var seconds float64
	if err := json.Unmarshal(data, &seconds); err != nil {
		return err
	}
	t.Time = time.UnixMilli(int64(math.Round(seconds * 1000))).UTC()
	return nil
}

// Tokens counts what models read and wrote.
type Tokens struct {
	Input  int `json:"input"`
	Output int `json:"output"`
}

// State is what the events of a run say now.
type State struct {
	RunID         string                       `json:"run_id"`
	RecipeID      string                       `json:"recipe_id"`
	ProjectID     string                       `json:"project_id"`
	Status        Status                       `json:"status"`
	Success       *bool                        `json:"success"` // nil until the run has ended
	DryRun        bool                         `json:"dry_run"`
	StartedAt     *UnixTime                    `json:"started_at"`
	OperatorAt    *UnixTime                    `json:"operator_at,omitempty"` // when a person last had the run begun or go on
	UpdatedAt     *UnixTime                    `json:"updated_at,omitempty"`  // of the last event
	FinishedAt    *UnixTime                    `json:"finished_at"`
	Instrumented  bool                         `json:"instrumented"`
	TotalCostUSD  float64                      `json:"total_cost_usd"`               // of the attempts whose price is known
	Unpriced      int                          `json:"unpriced_attempts,omitempty"`  // those whose price is not
	Estimated     int                          `json:"estimated_attempts,omitempty"` // whose cost is estimated, in part or whole
	Tokens        Tokens                       `json:"tokens"`
	RuntimeParams map[string]any               `json:"runtime_params"`
	InputName     string                       `json:"input_name"`
	InputDigest   artifact.Digest              `json:"input_digest"`
	RecipeDigest  artifact.Digest              `json:"recipe_digest"`
	ParentRunID   *string                      `json:"parent_run_id"`         // the run that this one retries
	RootRunID     string                       `json:"root_run_id,omitempty"` // the first run of the line
	Retry         *event.RetryRequested        `json:"retry,omitempty"`       // what was asked for
	Force         bool                         `json:"force,omitempty"`
	Limits        event.Limits                 `json:"limits,omitzero"` // in place of the recipe's
	event.Routing                              // in place of the recipe's
	NextAttemptAt *UnixTime                    `json:"next_attempt_at"`
	WaitReason    *string                      `json:"wait_reason"`
	Notice        string                       `json:"notice,omitempty"`
	Drill         string                       `json:"drill,omitempty"`
	StartFrom     string                       `json:"start_from,omitempty"`
	EndAt         string                       `json:"end_at,omitempty"`
	Settings      *event.Settings              `json:"settings,omitempty"`  // of the project, as a person gave them
	Candidates    map[string][]event.Candidate `json:"candidates,omitzero"` // that may answer, by stage
	Needs         []Need                       `json:"needs,omitempty"`     // any of them lets this process go on; see NoCarrier
	Error         string                       `json:"error,omitempty"`
	StageOrder    []string                     `json:"stage_order"`
	Stages        map[string]*StageState       `json:"stages"`

	SimulatedCostUSD float64 `json:"simulated_cost_usd,omitempty"` // of a drill, which costs nothing

	Outlook // which no event says; it is empty until a process adds it

	// Abandoned is set for those that show the state: no process works on the run, nor will one.
	Abandoned bool `json:"-"`

	// LastSeq is the seq of the last event folded in.
	LastSeq int64 `json:"last_seq"`
}

// NewState returns the state of a run in which nothing has happened.
func NewState() State {
	return State{Status: Queued, RuntimeParams: map[string]any{}, StageOrder: []string{}, Stages: map[string]*StageState{}}
}

// Stage returns the state of a stage and whether the run has such a stage.
func (s *State) Stage(id string) (StageState, bool) {
	st, ok := s.Stages[id]
	if !ok {
		return StageState{}, false
	}
	return *st, true
}
