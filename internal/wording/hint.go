package wording

import (
	"maps"
	"slices"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

// Hints are stored with the command lines that they name. The functions of this file return what
// is stored without them, for readers without a command line; none changes what it is given.

// Event returns an event whose hint names no commands.
func Event(e event.Event) event.Event {
	switch b := e.Body.(type) {
	case event.AttemptFailed:
		b.Hint = failure.WithoutCommands(b.Hint)
		e.Body = b
	case event.StageRetrying:
		b.Hint = failure.WithoutCommands(b.Hint)
		e.Body = b
	case event.StageFallback:
		b.Hint = failure.WithoutCommands(b.Hint)
		e.Body = b
	case event.StageWaiting:
		b.Hint = failure.WithoutCommands(b.Hint)
		e.Body = b
	case event.StagePaused:
		b.Hint = failure.WithoutCommands(b.Hint)
		e.Body = b
	case event.StageFailed:
		b.Hint = failure.WithoutCommands(b.Hint)
		e.Body = b
	}
	return e
}

// State returns a state whose hints name no commands, and whose actions are requests.
func State(s run.State) run.State {
	s.Stages = maps.Clone(s.Stages)
	for id, st := range s.Stages {
		stage := *st
		stage.Hint = failure.WithoutCommands(stage.Hint)
		stage.Actions = failure.Requested(stage.Actions)
		stage.Attempts = slices.Clone(stage.Attempts)
		for i := range stage.Attempts {
			stage.Attempts[i].Hint = failure.WithoutCommands(stage.Attempts[i].Hint)
		}
		s.Stages[id] = &stage
	}
	return s
}
