package run

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/cineforge/cineforge/failure"
)

// Need is something that would let a process go on with a run.
type Need struct {
	Kind   NeedKind `json:"kind"`
	Name   string   `json:"name"`             // of the key's variable, or of the provider
	Model  string   `json:"model,omitempty"`  // that could be asked then
	Origin string   `json:"origin,omitempty"` // where it is asked, if the process would ask it somewhere else
}

// NeedKind is what kind of thing is needed.
type NeedKind string

// The kinds of need.
const (
	NeedKey      NeedKind = "key"      // a variable has to be set
	NeedProvider NeedKind = "provider" // a provider has to be configured
)

// String says what is needed in a few words.
func (n Need) String() string {
	what := n.Name
	if n.Kind == NeedProvider {
		what = "the provider " + n.Name
	}
	if n.Origin != "" {
		what += " (asked at " + n.Origin + ")"
	}
	return what
}

// NeedsText writes alternatives on one line.
func NeedsText(list []Need) string {
	const most = 4
	var texts []string
	for _, n := range list {
		if text := n.String(); !slices.Contains(texts, text) {
			texts = append(texts, text)
		}
	}
	if n := len(texts); n > most {
		texts = append(texts[:most], fmt.Sprintf("%d more", n-most))
	}
	return strings.Join(texts, " or ")
}

// NoCarrier is the wait_reason of a run that the process which is asked about it can't go
// on with: it can ask none of the candidates that the run pins.
const NoCarrier = "no_carrier"

// ErrNoCarrier is wrapped by errors which say that a process can't go on with a run.
var ErrNoCarrier = errors.New("the process can't ask any model that the run may use")

// UncarriedAdvice is what a person can do about a run that a process can't go on with; it
// takes failure.ResumeToday.
const UncarriedAdvice = "provide that, or continue with the providers available today: %s"

// Uncarried says that a process can't go on with a run, and what it needs.
func Uncarried(id string, needs []Need) error {
	f := &failure.Error{Class: failure.NoProvider, Message: fmt.Sprintf("run %s can't continue here: it needs %s", id,
		NeedsText(needs)), Err: ErrNoCarrier}
	return f.Advised(UncarriedAdvice, failure.ResumeToday(id))
}

// WithNeeds returns the state as a process shows it that can't go on with the run, and
// that sees no other process working on it. What is paused stays so.
func (s State) WithNeeds(needs []Need) State {
	s.Needs = needs
	if s.Status != Paused { // which it is also for a process that could go on with it
		s.Status = Waiting
		s.WaitReason = new(NoCarrier)
		s.NextAttemptAt = nil
	}
	return s
}

// ToDo lists the stages that the run has still to do, in their order: none once it is over
// or a stage of it has failed.
func (s *State) ToDo() []string {
	if s.Status.Ended() {
		return nil
	}
	var ids []string
	for _, id := range s.StageOrder {
		switch st := s.Stages[id]; {
		case st.Status == StageFailed:
			return nil
		case !st.Status.Completed():
			ids = append(ids, id)
		}
	}
	return ids
}

// AskedProviders lists the providers that were asked so far, by name.
func (s *State) AskedProviders() []string {
	var names []string
	for _, st := range s.Stages {
		for _, a := range st.Attempts {
			names = append(names, a.Provider)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Continuation returns what lets a run go on that is not over: for one that is paused to resume
// it, for one that waits to end what it waits for, else to follow it.
func (s State) Continuation() failure.Remedy {
	switch s.Status {
	case Paused:
		return failure.Resume(s.RunID)
	case Waiting:
		for _, id := range s.StageOrder {
			if st, _ := s.Stage(id); len(st.Waits) > 0 && len(st.Waits[0].Held) > 0 { // which no trying ends
				return failure.Release(st.Waits[0].Held[0])
			}
		}
		return failure.TryNow(s.RunID)
	}
	return failure.Watch(s.RunID)
}
