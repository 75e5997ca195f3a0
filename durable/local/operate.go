package local

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/cineforge/cineforge/durable"
)

// Lease is how long a claim lives without a sign of life; see durable.Executor.
func (e *Engine) Lease() time.Duration { return e.o.ClaimTTL }

// Send sends a signal to a run; see durable.Operator.
func (e *Engine) Send(ctx context.Context, run string, s durable.Signal) error {
	return e.journal.Signal(ctx, run, s)
}

// WakeAll makes all runs due that wait for a time; see durable.Operator.
func (e *Engine) WakeAll(ctx context.Context) error { return e.journal.WakeAll(ctx) }

// cancelPoll is how often Cancel looks whether another process has given the run back, if
// Options does not say.
const cancelPoll = 200 * time.Millisecond

// Cancel ends a run, whichever process works on it; see durable.Operator.
func (e *Engine) Cancel(ctx context.Context, run, note string) error {
	if err := e.journal.Signal(ctx, run, durable.Signal{Kind: durable.Cancel, Note: note}); err != nil {
		return err
	}
	for {
		changed := e.journal.Changed()
		err := e.recordEnd(ctx, run)
		if !errors.Is(err, durable.ErrHeld) {
			return err
		}
		// The process that works on it acts on the signal, and gives the run back then.
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-changed:
		case <-time.After(cmp.Or(e.o.Poll, cancelPoll)):
		}
	}
}

// recordEnd records that a run was cancelled on which no process works.
func (e *Engine) recordEnd(ctx context.Context, run string) error {
	claim, err := e.journal.Claim(ctx, run, e.o.ClaimTTL)
	if err != nil {
		return err
	}
	wake := Never
	err = e.recordCancel(ctx, claim)
	if err != nil {
		wake = time.Time{} // the signal is still to be acted on
	}
	return errors.Join(err, e.journal.Release(ctx, claim, wake))
}

// recordCancel has the worker record the end of a run that was cancelled, with the note of the
// signal that asked for it.
func (e *Engine) recordCancel(ctx context.Context, claim durable.Claim) error {
	signals, err := e.journal.Signals(ctx, claim.Run)
	if err != nil {
		return err
	}
	note := ""
	for _, s := range signals {
		if s.Kind == durable.Cancel {
			note = s.Note
		}
	}
	return e.worker.Cancel(ctx, claim, note)
}

// Update changes a run on which no process works; see durable.Operator.
func (e *Engine) Update(ctx context.Context, run string, due time.Duration, change func(context.Context, durable.Claim) error) error {
	claim, err := e.journal.Claim(ctx, run, e.o.ClaimTTL)
	if err != nil {
		return err
	}
	return errors.Join(change(ctx, claim), e.journal.Release(ctx, claim, time.Now().Add(due)))
}

// Serve shows other processes that this one works on whatever is due; see durable.Executor.
func (e *Engine) Serve() error {
	err := e.journal.Serve()
	e.serves.Store(err == nil)
	return err
}

// Served reports whether another process works on whatever is due; see durable.Monitor.
func (e *Engine) Served() bool { return e.journal.Served() }

// Worked reports whether a process works on a run; see durable.Monitor.
func (e *Engine) Worked(ctx context.Context, run string) (bool, error) {
	return e.journal.Worked(ctx, run)
}

// Abandoned reports whether no process works on a run, and none will; see durable.Monitor.
func (e *Engine) Abandoned(ctx context.Context, run string) (bool, error) {
	if e.serves.Load() || e.journal.Served() {
		return false, nil
	}
	worked, err := e.journal.Worked(ctx, run)
	return err == nil && !worked, err
}

// Due lists runs that are due; see durable.Monitor.
func (e *Engine) Due(ctx context.Context, n int) (runs []string, err error) {
	due, _, err := e.journal.Due(ctx, n)
	for _, d := range due {
		runs = append(runs, d.Run)
	}
	return runs, err
}
