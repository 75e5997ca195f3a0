package runs

import (
	"context"
	"errors"
	"time"

	"github.com/cineforge/cineforge/durable"
	"github.com/cineforge/cineforge/run"
)

// retakeInterval is how often Execute tries to take over a run that another process works on.
const retakeInterval = 2 * time.Second

// Execute does a run until it is at rest, or until ctx is done and what is under way is parked.
// While another process works on the run it waits, having called observing once, and takes the
// run over if that process dies; a run that the other process parked stays parked. Where a
// setting can't be used, or no candidate that the run pins can be asked, it only observes, and
// returns what is wrong or missing once no other process works on the run; the second is a
// failure that wraps run.ErrNoCarrier.
func (s *Service) Execute(ctx context.Context, runID string, observing func()) error {
	return s.execute(ctx, runID, observing, false)
}

// Run is Execute, but leaves what waits for a time or for its turn to the server on
// the data directory, if there is one.
func (s *Service) Run(ctx context.Context, runID string, observing func()) error {
	return s.execute(ctx, runID, observing, true)
}

// execute is Execute, and with leave Run.
func (s *Service) execute(ctx context.Context, runID string, observing func(), leave bool) error {
	for again := false; ; again = true {
		state, err := run.Load(ctx, s.store, runID)
		unfit := s.providers.Refusal(state.Drill)
		needs := s.providers.Needs(&state)
		if err != nil || (again || unfit != nil) && (state.Status == run.Paused || state.Status.Ended()) {
			return err
		}
		rests := state.Status == run.Waiting || state.Status == run.Queued
		switch {
		case unfit != nil:
			if s.Abandoned(ctx, state) {
				return unfit
			}
		case len(needs) > 0:
			if worked, err := s.engine.Worked(ctx, runID); err != nil || !worked && (again || !s.engine.Served()) {
				return errors.Join(err, run.Uncarried(runID, needs))
			}
		case !leave || !rests || !s.engine.Served():
			err = s.engine.Execute(ctx, runID)
			if errors.Is(err, durable.ErrCancelled) {
				return nil // which the run's state says
			}
			if !errors.Is(err, durable.ErrHeld) {
				return err
			}
		}
		if !again {
			observing()
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(retakeInterval):
		}
	}
}
