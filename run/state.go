package run

import (
	"cmp"
	"encoding/json"
	"fmt"
	"iter"
	"math"
	"slices"
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

// StageStatus is where a stage stands.
type StageStatus string

// The statuses of a stage.
const (
	StagePending   StageStatus = "pending"
	StageRunning   StageStatus = "running"
	StageDone      StageStatus = "done"
	StageFailed    StageStatus = "failed"
	StageReused    StageStatus = "skipped_reused"
	StagePaused    StageStatus = "paused"
	StageWaiting   StageStatus = "waiting" // for somebody who can answer
	StageCancelled StageStatus = "cancelled"
)

// Completed reports whether what comes after a stage of this status may build on it.
func (s StageStatus) Completed() bool { return s == StageDone || s == StageReused }

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
	Estimated     int                          `json:"estimated_attempts,omitempty"` // whose tokens and cost are not all as the provider told
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
	NextAttemptAt *UnixTime                    `json:"next_attempt_at"`
	WaitReason    *string                      `json:"wait_reason"`
	Notice        string                       `json:"notice,omitempty"`
	Drill         string                       `json:"drill,omitempty"`
	StartFrom     string                       `json:"start_from,omitempty"`
	EndAt         string                       `json:"end_at,omitempty"`
	Settings      *event.Settings              `json:"settings,omitempty"`  // of the project, as a person gave them
	Candidates    map[string][]event.Candidate `json:"candidates,omitzero"` // that may answer, by stage
	Needs         []Need                       `json:"needs,omitempty"`     // any of them lets the process go on that showed the state; see NoCarrier
	Error         string                       `json:"error,omitempty"`
	StageOrder    []string                     `json:"stage_order"`
	Stages        map[string]*StageState       `json:"stages"`

	SimulatedCostUSD float64 `json:"simulated_cost_usd,omitempty"` // of a drill, which costs nothing

	// Abandoned says for whoever shows the state that nobody works on the run, nor will.
	Abandoned bool `json:"-"`

	// LastSeq is the seq of the last event folded in.
	LastSeq int64 `json:"last_seq"`
}

// Fold returns the state that events, in order from the first, amount to.
func Fold(events iter.Seq2[event.Event, error]) (State, error) {
	s := NewState()
	for e, err := range events {
		if err != nil {
			return State{}, err
		}
		if err := s.Apply(e); err != nil {
			return State{}, err
		}
	}
	return s, nil
}

// NewState returns the state of a run in which nothing has happened.
func NewState() State {
	return State{Status: Queued, RuntimeParams: map[string]any{}, StageOrder: []string{}, Stages: map[string]*StageState{}}
}

// Apply folds in the next event. It depends on nothing but the state and the
// event. It fails, and changes nothing, if the event is not the next one.
func (s *State) Apply(e event.Event) error {
	if e.Seq != s.LastSeq+1 {
		return fmt.Errorf("fold run %s: event %d follows event %d", e.RunID, e.Seq, s.LastSeq)
	}
	s.LastSeq = e.Seq
	s.RunID = e.RunID
	at := UnixTime{e.Time}
	switch b := e.Body.(type) {
	case event.PipelineStarted:
		s.start(b, at)
	case event.RunResumed:
		s.resume(b, at)
	case event.RetryRequested:
		s.Retry = &b
	case event.RunCancelled:
		s.cancel(at)
	case event.PipelineFinished:
		s.finish(b, at)
	case event.DryRunValidated:
		s.finish(event.PipelineFinished{Success: true, Outcome: event.Succeeded}, at)
	default:
		s.applyStage(e.Body, at)
	}
	s.settle()
	s.UpdatedAt = &at
	return nil
}

func (s *State) start(b event.PipelineStarted, at UnixTime) {
	s.StartedAt, s.OperatorAt = &at, &at
	s.RecipeID, s.RecipeDigest = b.RecipeID, b.RecipeDigest
	s.ProjectID, s.InputName, s.InputDigest = b.ProjectID, b.InputName, b.InputDigest
	s.pin(event.Request{Selection: b.Selection, Options: b.Options})
	s.Notice = b.Notice
	s.RootRunID = cmp.Or(b.RootRunID, s.RunID)
	if b.ParentRunID != "" {
		s.ParentRunID = &b.ParentRunID
	}
	s.Candidates = b.Candidates
	s.StageOrder = slices.Clone(b.StageIDs)
	for _, id := range b.StageIDs {
		s.stage(id)
	}
}

// resume puts back what was under way when the run stopped. What waits for a
// person goes on waiting, unless the person has accepted it.
func (s *State) resume(b event.RunResumed, at UnixTime) {
	if b.Cause == event.ResumedByOperator {
		s.OperatorAt = &at
	}
	if b.Candidates != nil {
		s.Candidates = b.Candidates
	}
	left := s.left(at)
	for id, st := range s.Stages {
		switch {
		case st.Status == StagePaused && st.PauseReason == event.AwaitingConfirmation:
			if slices.Contains(b.Confirmed, id) {
				st.Status, st.PauseReason = StageDone, ""
			}
		case st.Status == StageRunning || st.Status == StageWaiting:
			if st.ProgressAt != nil { // that nobody worked on it is nobody's patience
				st.ProgressAt = &UnixTime{st.ProgressAt.Add(at.Sub(left.Time))}
			}
			st.close(left)
			if s.lose(st) || len(st.Attempts) == 0 { // who hands a run on ends its calls first
				st.Crashes++
			}
			st.Status = StagePending
			st.UnitsDone, st.UnitsTotal = 0, 0
		case st.Status == StagePaused: // its patience begins anew
			switch st.PauseReason {
			case event.ProcessDeaths:
				st.Crashes = 0
			case event.Exhausted:
				st.DurationBefore = st.DurationSeconds
			}
			st.Status, st.PauseReason, st.ProgressAt = StagePending, "", nil
			st.Error, st.Hint = "", ""
			st.UnitsDone, st.UnitsTotal = 0, 0
		}
	}
}

// left returns until when a run that is resumed was worked on, as far as its events tell.
func (s *State) left(at UnixTime) UnixTime {
	left := at
	if s.UpdatedAt != nil && s.UpdatedAt.Before(at.Time) {
		left = *s.UpdatedAt
	}
	if s.NextAttemptAt != nil && s.NextAttemptAt.After(left.Time) {
		left = *s.NextAttemptAt // it waited by intention
		if left.After(at.Time) {
			return at
		}
	}
	return left
}

// cancel ends what was under way.
func (s *State) cancel(at UnixTime) {
	for _, st := range s.Stages {
		switch st.Status {
		case StageRunning, StageWaiting:
			st.close(at)
			s.lose(st)
			st.Status, st.TerminalReason = StageCancelled, event.CancelledByOperator
		case StagePaused:
			st.Status, st.TerminalReason, st.PauseReason = StageCancelled, event.CancelledByOperator, ""
		}
	}
}

// settle derives the status of a run under way from its stages: it is what the
// liveliest of them is.
func (s *State) settle() {
	s.NextAttemptAt, s.WaitReason = nil, nil
	if s.StartedAt == nil || s.Status.Ended() {
		return
	}
	counts := map[StageStatus]int{}
	for _, st := range s.Stages {
		counts[st.Status]++
		if len(st.Waits) > 0 && (s.NextAttemptAt == nil || st.Waits[0].Until.Before(s.NextAttemptAt.Time)) {
			first := st.Waits[0]
			s.NextAttemptAt, s.WaitReason = &first.Until, &first.Reason
		}
	}
	switch {
	case counts[StageRunning] > 0:
		s.Status = Running
	case counts[StageWaiting] > 0:
		s.Status = Waiting
	case counts[StagePaused] > 0:
		s.Status = Paused
	case !s.begun():
		s.Status = Queued
	default:
		s.Status = Running
	}
}

// begun reports whether any stage was ever under way.
func (s *State) begun() bool {
	for _, st := range s.Stages {
		if st.StartedAt != nil {
			return true
		}
	}
	return false
}

func (s *State) finish(b event.PipelineFinished, at UnixTime) {
	s.Status = map[event.Outcome]Status{event.Succeeded: RunDone, event.Failed: RunFailed, event.Cancelled: RunCancelled}[b.Outcome]
	s.Success = &b.Success
	s.FinishedAt = &at
	s.Error = b.Error
}

// stage returns the state of a stage, which it adds if the run has not told of it yet.
func (s *State) stage(id string) *StageState {
	st, ok := s.Stages[id]
	if !ok {
		st = &StageState{Status: StagePending, Attempts: []AttemptState{}, ArtifactRefs: []artifact.Ref{}}
		s.Stages[id] = st
	}
	return st
}

// Stage returns the state of a stage and whether the run has such a stage.
func (s *State) Stage(id string) (StageState, bool) {
	st, ok := s.Stages[id]
	if !ok {
		return StageState{}, false
	}
	return *st, true
}
