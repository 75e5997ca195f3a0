package run

import (
	"slices"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/run/event"
)

// PersonNeed is what a run needs a person for.
type PersonNeed string

// The needs for a person.
const (
	NeedPaused    PersonNeed = "paused"     // it goes on when a person resumes it
	NeedNoCarrier PersonNeed = "no_carrier" // the process that is asked can't go on with it
	NeedFailed    PersonNeed = "failed"
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

	DisplayName string    `json:"display_name"` // of the project
	UpdatedAt   *UnixTime `json:"updated_at"`   // when something last happened in it
	RootRunID   string    `json:"root_run_id"`  // the first run of its line
	RetriedBy   *string   `json:"retried_by"`   // the newest run that retries it
	DryRun      bool      `json:"dry_run,omitempty"`

	Stage       string `json:"stage,omitempty"`       // that it is at, under way, failed or next; none once it is done
	StageTitle  string `json:"stage_title,omitempty"` // what the stage does, as on a button
	StageDoing  string `json:"stage_doing,omitempty"` // what goes on while it runs
	StagesDone  int    `json:"stages_done"`
	StagesTotal int    `json:"stages_total"`
	UnitsDone   int    `json:"units_done"`  // of the stage that it is at
	UnitsTotal  *int   `json:"units_total"` // of that; nil as long as it is not known

	ErrorClass failure.Class `json:"error_class,omitempty"` // of what failed, or of what a wait is for
	Hint       string        `json:"hint,omitempty"`        // what a person can do
	Wait       *Wait         `json:"wait,omitempty"`        // the first that ends
	Fallbacks  int           `json:"fallback_count,omitempty"`

	SimulatedCostUSD float64 `json:"simulated_cost_usd,omitempty"` // of a drill, which costs nothing

	NeedsYou       bool             `json:"needs_you"`
	NeedsYouReason PersonNeed       `json:"needs_you_reason,omitempty"`
	Acknowledged   *Acknowledgement `json:"acknowledged,omitempty"` // that ended its need for a person
}

// Summarize returns what lists show of the run, as far as its own events say it.
func (s *State) Summarize() Overview {
	o := Overview{
		RunID:            s.RunID,
		Status:           s.Status,
		RecipeID:         s.RecipeID,
		ProjectID:        s.ProjectID,
		StartedAt:        s.StartedAt,
		FinishedAt:       s.FinishedAt,
		ParentRunID:      s.ParentRunID,
		TotalCostUSD:     s.TotalCostUSD,
		SimulatedCostUSD: s.SimulatedCostUSD,
		Unpriced:         s.Unpriced,
		NextAttemptAt:    s.NextAttemptAt,
		WaitReason:       s.WaitReason,
		WaitsFor:         s.waitsFor(),
		WaitingSince:     s.waitingSince(),
		InputName:        s.InputName,
		Error:            s.Error,
		Drill:            s.Drill,
		DryRun:           s.DryRun,
		Needs:            s.Needs,
		DisplayName:      s.ProjectID,
		UpdatedAt:        s.UpdatedAt,
		RootRunID:        s.RootRunID,
		Stage:            s.CurrentStage(),
		StagesTotal:      len(s.StageOrder),
	}
	for _, st := range s.Stages {
		o.Fallbacks += st.Fallbacks
		if st.Status.Completed() {
			o.StagesDone++
		}
	}
	o.addStage(s)
	return o
}

// addStage adds what is to be said of the stage that the run is at.
func (o *Overview) addStage(s *State) {
	st, ok := s.Stage(o.Stage)
	if !ok {
		return
	}
	o.UnitsDone = st.UnitsDone
	if st.UnitsTotal > 0 {
		o.UnitsTotal = new(st.UnitsTotal)
	}
	o.Hint = st.Hint
	switch {
	case s.Status == Paused:
		o.PauseReason = st.PauseReason
		if st.PauseReason == event.Exhausted {
			o.ErrorClass = st.lastClass()
		}
	case st.FinalErrorClass != nil:
		o.ErrorClass = *st.FinalErrorClass
		if o.Hint == "" {
			o.Hint = o.ErrorClass.Action()
		}
	case len(st.Waits) > 0:
		o.Wait = new(st.Waits[0])
		o.ErrorClass = o.Wait.ErrorClass
	}
}

// CurrentStage returns the stage that the run is at: of those that are as the run is, the first,
// else the first that is not done; "" once the run is done.
func (s *State) CurrentStage() string {
	if s.Status == RunDone {
		return ""
	}
	like := map[Status]StageStatus{
		Running: StageRunning, Waiting: StageWaiting, Paused: StagePaused, RunFailed: StageFailed, RunCancelled: StageCancelled,
	}[s.Status]
	next := ""
	for _, id := range s.StageOrder {
		switch st, _ := s.Stage(id); {
		case st.Status == like:
			return id
		case next == "" && !st.Status.Completed():
			next = id
		}
	}
	return next
}

// lastClass returns how the stage's last attempt failed; "" if none did.
func (st *StageState) lastClass() failure.Class {
	for _, a := range slices.Backward(st.Attempts) {
		if a.ErrorClass != "" {
			return a.ErrorClass
		}
	}
	return ""
}

// NeedOf returns what a run needs a person for, by itself: whatever other runs did, or people
// know. It is "" for a run that goes on by itself, or has ended as it should.
func (o *Overview) NeedOf() PersonNeed {
	switch {
	case o.Status == Paused:
		return NeedPaused
	case o.Status == RunFailed:
		return NeedFailed
	case o.Status == Waiting && o.WaitReason != nil && *o.WaitReason == NoCarrier:
		return NeedNoCarrier
	}
	return ""
}

// Relate adds to the overview what is kept of the run elsewhere. The need for a person ends by a
// retry, by a word of the person's, or by a later run that is done with the same file: done is the
// position of the newest one, 0 if there is none.
func (o *Overview) Relate(r Summary, seq, done int64) {
	o.DisplayName = r.ProjectName
	o.RootRunID = r.Root
	if r.RetriedBy != "" {
		o.RetriedBy = &r.RetriedBy
	}
	need := o.NeedOf()
	if a := r.Acknowledged; need != "" && a != nil && a.Seq >= seq {
		o.Acknowledged = a
		need = ""
	}
	if r.RetriedBy != "" || done > r.Position {
		need = ""
	}
	o.NeedsYou = need != ""
	o.NeedsYouReason = need
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
