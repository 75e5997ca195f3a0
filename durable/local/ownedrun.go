package local

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/cineforge/cineforge/durable"
)

// ownedRun is a run that this engine has claimed.
type ownedRun struct {
	e        *Engine
	claim    durable.Claim
	run      durable.Run
	hard     context.Context //nolint:containedctx // it ends what steps that are stopped let come to an end
	cancel   func(cause error)
	expedite chan struct{} // has a value when an operator wants no waiting
}

// The time that steps have to end when nothing may come to an end any more. Those that take
// longer are left alone: they can record nothing once the run has ended or has another owner.
const (
	hardGrace   = 500 * time.Millisecond // of a run that is cancelled, or lost
	handOnGrace = 2 * time.Second        // behind the grace of one that is handed on
)

// cancelled reports whether the run was cancelled, or lost.
func (h *ownedRun) cancelled() bool {
	cause := context.Cause(h.hard)
	return errors.Is(cause, durable.ErrCancelled) || errors.Is(cause, durable.ErrLost)
}

// handsOn reports whether ctx was ended since the run is handed on.
func handsOn(ctx context.Context) bool { return errors.Is(context.Cause(ctx), durable.ErrHandedOn) }

// grace returns when the steps are left alone that ctx stops; never if they are to be parked.
func (h *ownedRun) grace(ctx context.Context) <-chan time.Time {
	if handsOn(ctx) {
		return time.After(h.e.o.Grace + handOnGrace)
	}
	return nil
}

// quits reports whether nothing more is started or parked.
func (h *ownedRun) quits(ctx context.Context) bool { return h.cancelled() || handsOn(ctx) }

// work does the steps of the run, keeping its claim, until it is at rest. It returns
// when the run goes on by itself.
func (h *ownedRun) work(ctx context.Context, done []durable.Result) (wake time.Time, err error) {
	for {
		r := &round{ownedRun: h, ends: make(chan stepEnd), left: make(chan struct{}), done: done}
		keeping, stop := context.WithCancel(context.WithoutCancel(ctx))
		kept := make(chan struct{})
		go func() {
			defer close(kept)
			h.keep(keeping)
		}()
		r.steps(ctx)
		stop()
		<-kept
		wake, err = r.rest(ctx)
		select {
		case <-h.expedite: // it came when the last step had just ended
			if err == nil && ctx.Err() == nil && r.awake(Never) {
				done = r.done
				continue
			}
		default:
		}
		return wake, err
	}
}

// stepEnd is how a step ended.
type stepEnd struct {
	result durable.Result
	err    error
}

// round is the steps of a run as they are being done.
type round struct {
	*ownedRun
	ends      chan stepEnd
	left      chan struct{} // closed when ends is not read any more
	done      []durable.Result
	running   []durable.Step
	expedited []durable.Step // those that were under way when an operator wanted no waiting
	failed    error
	parked    bool
}

// steps starts what the run allows, and asks it again whenever a step has ended. When
// ctx is done it goes on asking: what could start then is parked by its Do.
func (r *round) steps(ctx context.Context) {
	defer close(r.left)
	stop := ctx.Done()
	hard := r.hard.Done()
	var left <-chan time.Time
	for {
		if r.failed == nil && !r.quits(ctx) {
			r.start(ctx)
		}
		if len(r.running) == 0 {
			return
		}
		wake := time.NewTimer(time.Until(wakeTime(r.done)))
		select {
		case e := <-r.ends:
			r.end(e)
		case <-wake.C:
			r.awake(time.Now())
		case <-r.expedite:
			r.expedited = slices.Clone(r.running)
			r.awake(Never)
		case <-stop:
			stop = nil
			if hard != nil {
				left = r.grace(ctx)
			}
		case <-hard:
			hard = nil
			if r.quits(ctx) {
				left = time.After(hardGrace)
			}
		case <-left:
			return
		}
		wake.Stop()
	}
}

// start starts what the run allows.
func (r *round) start(ctx context.Context) {
	for _, step := range r.run.Next(r.done, r.running) {
		r.running = append(r.running, step)
		go func() {
			result, err := r.run.Do(ctx, step)
			result.Step = step
			select {
			case r.ends <- stepEnd{result, err}:
			case <-r.left:
			}
		}()
	}
}

// end notes the end of a step.
func (r *round) end(e stepEnd) {
	step := e.result.Step
	is := func(s durable.Step) bool { return s == step }
	expedited := slices.ContainsFunc(r.expedited, is)
	r.running = slices.DeleteFunc(r.running, is)
	r.expedited = slices.DeleteFunc(r.expedited, is)
	switch {
	case e.err != nil:
		r.failed = errors.Join(r.failed, fmt.Errorf("step %s: %w", step, e.err))
		if errors.Is(e.err, durable.ErrLost) {
			r.cancel(durable.ErrLost)
		}
	case e.result.Outcome == durable.Waiting && expedited: // it had decided before the operator asked
	default:
		r.parked = r.parked || e.result.Outcome == durable.Parked
		r.done = append(r.done, e.result)
	}
}

// awake takes up the steps again that wait for no later than a time, and reports
// whether there are any.
func (r *round) awake(now time.Time) bool {
	n := len(r.done)
	r.done = slices.DeleteFunc(r.done, func(d durable.Result) bool { return d.Outcome == durable.Waiting && !d.Until.After(now) })
	return len(r.done) < n
}

// rest returns when the run goes on by itself, and why it came to rest if that was not
// of its own.
func (r *round) rest(ctx context.Context) (wake time.Time, err error) {
	cause := context.Cause(ctx)
	switch {
	case r.failed != nil: // it is tried again
		return time.Time{}, r.failed
	case r.cancelled():
		return time.Time{}, context.Cause(r.hard)
	case handsOn(ctx):
		return time.Time{}, cause
	case r.parked && cause != nil:
		return wakeTime(r.done), cause
	}
	return wakeTime(r.done), nil
}

// wakeTime returns when the first step goes on that waits for a time.
func wakeTime(done []durable.Result) time.Time {
	wake := Never
	for _, r := range done {
		if r.Outcome == durable.Waiting && r.Until.Before(wake) {
			wake = r.Until
		}
	}
	return wake
}

// keep gives signs of life, and acts on signals, until ctx is done: also while steps that
// were stopped let something come to an end. It stops them when the claim is lost.
func (h *ownedRun) keep(ctx context.Context) {
	renew := time.NewTicker(h.e.o.ClaimTTL / 3)
	defer renew.Stop()
	poll := ticking(h.e.o.Poll)
	defer poll.Stop()
	for ctx.Err() == nil {
		changed := h.e.journal.Changed()
		if !h.cancelled() {
			h.heed(ctx) //nolint:errcheck // the store's trouble of the moment; the next time tries again
		}
		select {
		case <-ctx.Done():
		case <-changed:
		case <-poll.C:
		case <-renew.C:
			if err := h.e.journal.Renew(ctx, h.claim, h.e.o.ClaimTTL); errors.Is(err, durable.ErrLost) {
				h.cancel(err)
			}
		}
	}
}

// ticking returns a ticker, one that never ticks for 0.
func ticking(d time.Duration) *time.Ticker {
	if d > 0 {
		return time.NewTicker(d)
	}
	t := time.NewTicker(time.Hour)
	t.Stop()
	return t
}

// heed acts on the signals of the run.
func (h *ownedRun) heed(ctx context.Context) error {
	signals, err := h.e.journal.Signals(ctx, h.claim.Run)
	if err != nil {
		return err
	}
	for _, s := range signals {
		switch s.Kind {
		case durable.Cancel: // acknowledged by the record of the run's end
			h.cancel(durable.ErrCancelled)
		case durable.TryNow:
			if err := h.run.TryNow(ctx, s.Note); err != nil {
				return err
			}
			if err := h.e.journal.Ack(ctx, h.claim, s.Kind); err != nil {
				return err
			}
			select {
			case h.expedite <- struct{}{}:
			default:
			}
		}
	}
	return nil
}
