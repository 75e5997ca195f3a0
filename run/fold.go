package run

import (
	"cmp"
	"fmt"
	"iter"
	"slices"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/run/event"
)

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

// Apply folds in the next event. It depends on nothing but the state and the
// event. It fails, and changes nothing, if the event is not the next one.
func (s *State) Apply(e event.Event) error {
	if e.Seq != s.LastSeq+1 {
		return fmt.Errorf("fold run %s: event %d follows event %d", e.RunID, e.Seq, s.LastSeq)
	}
	s.LastSeq = e.Seq
	s.RunID = e.RunID
	f := folding{state: s, at: &UnixTime{e.Time}}
	switch b := e.Body.(type) {
	case event.PipelineStarted:
		f.start(b)
	case event.RunResumed:
		f.resume(b)
	case event.RetryRequested:
		s.Retry = &b
	case event.RunCancelled:
		f.cancel()
	case event.PipelineFinished:
		f.finish(b)
	case event.DryRunValidated:
		f.finish(event.PipelineFinished{Success: true, Outcome: event.Succeeded})
	default:
		f.stage(e.Body)
	}
	f.settle()
	s.UpdatedAt = f.at
	return nil
}

// stage returns the state of a stage, which it adds if no event has named it yet.
func (s *State) stage(id string) *StageState {
	st, ok := s.Stages[id]
	if !ok {
		st = &StageState{Status: StagePending, Attempts: []AttemptState{}, ArtifactRefs: []artifact.Ref{}}
		s.Stages[id] = st
	}
	return st
}

// folding is the folding of one event into the state of its run.
type folding struct {
	state *State
	at    *UnixTime // when the event was recorded
}

func (f folding) start(b event.PipelineStarted) {
	s := f.state
	s.StartedAt = f.at
	s.OperatorAt = f.at
	s.RecipeID = b.RecipeID
	s.RecipeDigest = b.RecipeDigest
	s.ProjectID = b.ProjectID
	s.InputName = b.InputName
	s.InputDigest = b.InputDigest
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
func (f folding) resume(b event.RunResumed) {
	s := f.state
	if b.Cause == event.ResumedByOperator {
		s.OperatorAt = f.at
	}
	if b.Candidates != nil {
		s.Candidates = b.Candidates
	}
	left := f.left()
	for id, st := range s.Stages {
		switch {
		case st.Status == StagePaused && st.PauseReason == event.AwaitingConfirmation:
			if slices.Contains(b.Confirmed, id) {
				st.Status = StageDone
				st.PauseReason = ""
			}
		case st.Status == StageRunning || st.Status == StageWaiting:
			if st.ProgressAt != nil { // the time without a process does not count against its patience
				st.ProgressAt = &UnixTime{st.ProgressAt.Add(f.at.Sub(left.Time))}
			}
			st.close(left)
			if f.lose(st) || len(st.Attempts) == 0 { // a process that hands a run on ends its calls first
				st.Crashes++
			}
			st.reset()
		case st.Status == StagePaused: // its patience begins anew
			switch st.PauseReason {
			case event.ProcessDeaths:
				st.Crashes = 0
			case event.Exhausted:
				st.DurationBefore = st.DurationSeconds
			}
			st.PauseReason = ""
			st.ProgressAt = nil
			st.Error = ""
			st.Hint = ""
			st.reset()
		}
	}
}

// left returns until when a run that is resumed was worked on, as far as its events say.
func (f folding) left() UnixTime {
	left := *f.at
	if updated := f.state.UpdatedAt; updated != nil && updated.Before(f.at.Time) {
		left = *updated
	}
	if next := f.state.NextAttemptAt; next != nil && next.After(left.Time) { // it waited by intention
		if next.After(f.at.Time) {
			return *f.at
		}
		left = *next
	}
	return left
}

// cancel ends what was under way.
func (f folding) cancel() {
	for _, st := range f.state.Stages {
		switch st.Status {
		case StageRunning, StageWaiting:
			st.close(*f.at)
			f.lose(st)
		case StagePaused:
			st.PauseReason = ""
		default:
			continue
		}
		st.Status = StageCancelled
		st.TerminalReason = event.CancelledByOperator
	}
}

func (f folding) finish(b event.PipelineFinished) {
	f.state.Status = runStatus[b.Outcome]
	f.state.Success = &b.Success
	f.state.FinishedAt = f.at
	f.state.Error = b.Error
}

// runStatus is the status of a run that has ended.
var runStatus = map[event.Outcome]Status{
	event.Succeeded: RunDone,
	event.Failed:    RunFailed,
	event.Cancelled: RunCancelled,
}

// settle derives the status of a run under way from its stages: it is that of the most active
// one.
func (f folding) settle() {
	s := f.state
	s.NextAttemptAt = nil
	s.WaitReason = nil
	if s.StartedAt == nil || s.Status.Ended() {
		return
	}
	counts := map[StageStatus]int{}
	begun := false
	for _, st := range s.Stages {
		counts[st.Status]++
		begun = begun || st.StartedAt != nil
		if len(st.Waits) > 0 && (s.NextAttemptAt == nil || st.Waits[0].Until.Before(s.NextAttemptAt.Time)) {
			first := st.Waits[0]
			s.NextAttemptAt = &first.Until
			s.WaitReason = &first.Reason
		}
	}
	switch {
	case counts[StageRunning] > 0:
		s.Status = Running
	case counts[StageWaiting] > 0:
		s.Status = Waiting
	case counts[StagePaused] > 0:
		s.Status = Paused
	case !begun:
		s.Status = Queued
	default:
		s.Status = Running
	}
}
