package app

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/cineforge/cineforge/durable"
	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

// retakeInterval is how often it is tried to take over a run that another process works on.
const retakeInterval = 2 * time.Second

// Execute does a run until it is at rest, or until ctx is done and what is under
// way is parked. While another process works on the run it waits, having called
// onlooking once, and takes the run over if that process dies; a run that the
// other process parked stays parked. Where a setting can't be used, or none of those can be
// asked whom the run pins, it only looks on, and returns what is wrong or missing once no
// other process works on the run; the second is a failure that wraps run.ErrNoCarrier.
func (a *App) Execute(ctx context.Context, runID string, onlooking func()) error {
	return a.execute(ctx, runID, onlooking, false)
}

// Attend is Execute, but leaves what waits for a time or for its turn to the server on
// the data directory, if there is one.
func (a *App) Attend(ctx context.Context, runID string, onlooking func()) error {
	return a.execute(ctx, runID, onlooking, true)
}

func (a *App) execute(ctx context.Context, runID string, onlooking func(), leave bool) error {
	for looking := false; ; looking = true {
		state, err := run.Load(ctx, a.Store, runID)
		unfit := a.Providers.Refusal(state.Drill)
		needs := a.Providers.Needs(&state)
		if err != nil || (looking || unfit != nil) && (state.Status == run.Paused || state.Status.Ended()) {
			return err
		}
		rests := state.Status == run.Waiting || state.Status == run.Queued
		switch {
		case unfit != nil:
			if a.Abandoned(ctx, state) {
				return unfit
			}
		case len(needs) > 0:
			if worked, err := a.engine.Worked(ctx, runID); err != nil || !worked && (looking || !a.engine.Served()) {
				return errors.Join(err, run.Uncarried(runID, needs))
			}
		case !leave || !rests || !a.engine.Served():
			err = a.engine.Execute(ctx, runID)
			if errors.Is(err, durable.ErrCancelled) {
				return nil // which the run's state tells
			}
			if !errors.Is(err, durable.ErrHeld) {
				return err
			}
		}
		if !looking {
			onlooking()
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(retakeInterval):
		}
	}
}

// Tail yields the events of a run from the first, as they come, until rest is
// closed and all that happened up to then has been told.
func (a *App) Tail(ctx context.Context, runID string, rest <-chan struct{}) iter.Seq2[event.Event, error] {
	return func(yield func(event.Event, error) bool) {
		following, stop := context.WithCancel(ctx)
		defer stop()
		go func() {
			select {
			case <-rest:
				stop()
			case <-following.Done():
			}
		}()
		var last int64
		for e, err := range run.Follow(following, a.Store, runID, 0) {
			if err != nil && following.Err() != nil {
				break
			}
			if !yield(e, err) || err != nil {
				return
			}
			last = e.Seq
		}
		// Following may have stopped in the middle; the rest is told also when ctx is done.
		for e, err := range a.Store.Events(context.WithoutCancel(ctx), runID, last) {
			if !yield(e, err) {
				return
			}
		}
	}
}

// Confirm accepts, in a person's name, what a paused run waits for to be accepted, and
// leaves the run to the caller to execute. With today, the run goes on with whoever can be
// asked here today, in place of those that it pinned; it need not be paused then.
func (a *App) Confirm(ctx context.Context, runID string, today bool) error {
	return a.confirm(ctx, runID, today, a.engine.Lease())
}

// Resume is Confirm that leaves the run to whoever works on what is due. A run that is
// not paused is a failure of class input that wraps ErrNotPaused, unless it is to go on
// with whoever can be asked today.
func (a *App) Resume(ctx context.Context, runID string, today bool) error {
	state, err := run.Load(ctx, a.Store, runID)
	if err != nil {
		return err
	}
	uncarried := len(a.Providers.Needs(&state)) > 0
	if state.Status != run.Paused && (state.Status.Ended() || !today && !uncarried) {
		return NotPaused(state)
	}
	return a.confirm(ctx, runID, today, 0)
}

// NotPaused says how a run goes on that can't be resumed. The error wraps ErrNotPaused.
func NotPaused(s run.State) error {
	f := &failure.Error{Class: failure.Input, Message: fmt.Sprintf("run %s is not paused (%s)", s.RunID, s.Status), Err: ErrNotPaused}
	switch {
	case s.DryRun:
		return f.Advised("it was a dry run, in which nothing was done: run the file")
	case s.Status == run.RunDone:
		return f.Advised("nothing is left to do; to do it again: %s", failure.RetryFully(s.RunID))
	case s.Status.Ended():
		return f.Advised("go on with it as a new run: %s", failure.Retry(s.RunID))
	case s.Status == run.Waiting:
		return f.Advised("end its waiting: %s", s.Continuation())
	}
	return f.Advised("follow it: %s", failure.Watch(s.RunID))
}

// confirm gives the run back to be taken up after a time. If the claim of a process
// that died is still alive, it waits for its end.
func (a *App) confirm(ctx context.Context, runID string, today bool, after time.Duration) error {
	state, err := run.Load(ctx, a.Store, runID)
	if err != nil {
		return err
	}
	if err := a.Providers.Refusal(state.Drill); err != nil {
		return err
	}
	if needs := a.Providers.Needs(&state); len(needs) > 0 && !today {
		return run.Uncarried(runID, needs)
	}
	for waited := time.Duration(0); ; waited += retakeInterval {
		err := a.engine.Update(ctx, runID, after, func(ctx context.Context, claim durable.Claim) error {
			return a.pipeline.Confirm(ctx, claim, today)
		})
		if !errors.Is(err, durable.ErrHeld) || waited > a.engine.Lease() {
			return err
		}
		state, err := run.Load(ctx, a.Store, runID)
		if err != nil {
			return err
		}
		if state.Status != run.Paused && !today {
			return NotPaused(state) // any more: another was faster
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(retakeInterval):
		}
	}
}
