package runs

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/cineforge/cineforge/durable"
	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

// Why an operator's request can't be met; in the chain of the failure that says it.
var (
	ErrOver             = errors.New("the run is over")
	ErrPaused           = errors.New("the run is paused")
	ErrNotPaused        = errors.New("the run is not paused")
	ErrRetriedOtherwise = errors.New("the run is being retried in another way")
	ErrNeedsNobody      = errors.New("the run does not need a person")
)

// Cancel ends a run, whichever process works on it, and returns when it has ended. A run that
// has ended is a failure of class input. The reason, "" for none, is recorded, and so is the actor
// of ctx; also by what else an operator does here.
func (s *Service) Cancel(ctx context.Context, runID, reason string) error {
	return over(runID, s.engine.Cancel(ctx, runID, event.AskedBy(ctx, reason).Note()))
}

// TryNow ends the waiting of a run. The run goes on wherever it is executed.
func (s *Service) TryNow(ctx context.Context, runID, reason string) error {
	state, err := run.Load(ctx, s.store, runID)
	if err != nil {
		return err
	}
	if needs := s.providers.Needs(&state); s.reader.NeedsCarrier(ctx, runID, needs) {
		return run.Uncarried(runID, needs)
	}
	if state.Status == run.Paused {
		f := &failure.Error{Class: failure.Input, Err: ErrPaused,
			Message: fmt.Sprintf("run %s is paused until someone resumes it", runID)}
		return f.Advised("resume it: %s", failure.Resume(runID))
	}
	return over(runID, s.engine.Send(ctx, runID, durable.Signal{Kind: durable.TryNow, Note: event.AskedBy(ctx, reason).Note()}))
}

// Acknowledge ends a run's need for a person: the actor of ctx has taken note of it. It holds for as
// long as nothing happens in the run. A run that needs no person by itself is a failure of class
// input.
func (s *Service) Acknowledge(ctx context.Context, runID, reason string) error {
	found, err := s.store.Run(ctx, runID)
	if err != nil {
		return err
	}
	seen, err := s.reader.Overview(ctx, found)
	if err != nil {
		return err
	}
	if seen.NeedOf() == "" {
		f := &failure.Error{Class: failure.Input, Err: ErrNeedsNobody,
			Message: fmt.Sprintf("run %s is %s, and does not need a person", runID, seen.Status)}
		return f.Advised("only a run that has failed, is paused, or can't go on here is acknowledged")
	}
	return s.store.Acknowledge(ctx, runID, found.LastSeq, event.AskedBy(ctx, reason))
}

// over says that a run has ended, if that is why an operator's signal can't be sent.
func over(runID string, err error) error {
	if errors.Is(err, durable.ErrLost) {
		f := &failure.Error{Class: failure.Input, Message: fmt.Sprintf("run %s has ended", runID), Err: ErrOver}
		return f.Advised("see how it ended: %s", failure.Show(runID))
	}
	return err
}

// Continuation is how a run goes on that an operator resumes.
type Continuation struct {
	// Today lets the run go on with the candidates of today in this process, in place of those
	// that it pinned; it need not be paused then.
	Today  bool
	Reason string // why; "" for none
}

// Confirm accepts, in a person's name, what a paused run waits for to be accepted, and leaves
// the run to the caller to execute.
func (s *Service) Confirm(ctx context.Context, runID string, how Continuation) error {
	return s.confirm(ctx, runID, how, s.engine.Lease())
}

// Resume is Confirm that leaves the run to the process that works on what is due. A run that is
// not paused is a failure of class input that wraps ErrNotPaused, unless it is to go on with the
// candidates of today.
func (s *Service) Resume(ctx context.Context, runID string, how Continuation) error {
	state, err := run.Load(ctx, s.store, runID)
	if err != nil {
		return err
	}
	uncarried := len(s.providers.Needs(&state)) > 0
	if state.Status != run.Paused && (state.Status.Ended() || !how.Today && !uncarried) {
		return NotPaused(state)
	}
	return s.confirm(ctx, runID, how, 0)
}

// NotPaused says how a run goes on that can't be resumed. The error wraps ErrNotPaused.
func NotPaused(s run.State) error {
	f := &failure.Error{Class: failure.Input, Message: fmt.Sprintf("run %s is not paused (%s)", s.RunID, s.Status), Err: ErrNotPaused}
	switch {
	case s.DryRun:
		return f.Advised("it was a dry run: run the file")
	case s.Status == run.RunDone:
		return f.Advised("nothing is left to do; to repeat it: %s", failure.RetryFully(s.RunID))
	case s.Status.Ended():
		return f.Advised("continue it as a new run: %s", failure.Retry(s.RunID))
	case s.Status == run.Waiting:
		return f.Advised("end its waiting: %s", s.Continuation())
	}
	return f.Advised("follow it: %s", failure.Watch(s.RunID))
}

// confirm gives the run back to be taken up after a time. If the claim of a process
// that died is still alive, it waits for its end.
func (s *Service) confirm(ctx context.Context, runID string, how Continuation, after time.Duration) error {
	state, err := run.Load(ctx, s.store, runID)
	if err != nil {
		return err
	}
	if err := s.providers.Refusal(state.Drill); err != nil {
		return err
	}
	if needs := s.providers.Needs(&state); len(needs) > 0 && !how.Today {
		return run.Uncarried(runID, needs)
	}
	for waited := time.Duration(0); ; waited += retakeInterval {
		err := s.engine.Update(ctx, runID, after, func(ctx context.Context, claim durable.Claim) error {
			return s.pipeline.Confirm(ctx, claim, how.Today, how.Reason)
		})
		if !errors.Is(err, durable.ErrHeld) || waited > s.engine.Lease() {
			return err
		}
		state, err := run.Load(ctx, s.store, runID)
		if err != nil {
			return err
		}
		if state.Status != run.Paused && !how.Today {
			return NotPaused(state) // any more: another was faster
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(retakeInterval):
		}
	}
}
