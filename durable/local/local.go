// Package local is the engine of one machine: it claims runs in a journal and
// does their steps in goroutines of this process.
package local

import (
	"context"
	"errors"
	"fmt"
	"time"

	"cineforge/durable"
)

// Journal keeps who is working on which run, which runs are due, and what is said
// to them. Claims end by themselves when they are not renewed, so that the runs of
// a dead process can be taken over. It is safe for concurrent use, by several
// processes.
type Journal interface {
	// Claim takes a run for ttl. It returns durable.ErrHeld if another claim is alive.
	Claim(ctx context.Context, run string, ttl time.Duration) (durable.Claim, error)
	// Renew keeps a claim alive for ttl from now. It returns durable.ErrLost if it was taken over.
	Renew(ctx context.Context, claim durable.Claim, ttl time.Duration) error
	// Release gives a claim back, and says when the run goes on by itself: the zero
	// time means at once, [Never] not before it is asked to. Releasing a lost claim does nothing.
	Release(ctx context.Context, claim durable.Claim, wake time.Time) error

	// Due returns at most n runs that are to go on and that nobody has claimed, those
	// first that have been due the longest, and when the next one will be; Never if
	// there is none.
	Due(ctx context.Context, n int) (due []Due, next time.Time, err error)

	// Signals returns what is said to a run and was not heard yet.
	Signals(ctx context.Context, run string) ([]durable.Signal, error)
	// Hear takes a signal away.
	Hear(ctx context.Context, claim durable.Claim, signal durable.Signal) error

	// Changed returns a channel that is closed when this process has made a run, given
	// one back, or said something to one.
	Changed() <-chan struct{}
}

// Due is a run that is to go on.
type Due struct {
	Run   string
	Group string // whom it belongs to; groups take turns
}

// Never is when a run goes on that waits for something from outside.
var Never = time.Unix(1<<40, 0)

// Options are settings of an engine; the zero value is a good choice.
type Options struct {
	// ClaimTTL is how long a claim lives without a sign of life; 0 means 15 s.
	// Three signs are given in that time.
	ClaimTTL time.Duration

	// Poll is how often it is looked for what other processes have put into the
	// journal; 0 means never, for a journal that no other process has.
	Poll time.Duration

	// Limit is how many runs Work has under way at a time; 0 means 16.
	Limit int

	// LongestWait is the longest wait that a run of Work keeps its place for; longer
	// ones are in the journal only. 0 means 5 s.
	LongestWait time.Duration

	// Troubled is told of a run of Work that could not go on, such as for trouble with
	// the store; it is tried again. nil means that nobody is.
	Troubled func(run string, err error)
}

// DefaultClaimTTL is how long a claim lives without a sign of life if Options does not say.
const DefaultClaimTTL = 15 * time.Second

// cancelGrace is how long the steps of a cancelled run may take to end; those that
// take longer can record nothing more.
const cancelGrace = 500 * time.Millisecond

func (o Options) withDefaults() Options {
	if o.ClaimTTL == 0 {
		o.ClaimTTL = DefaultClaimTTL
	}
	if o.Limit == 0 {
		o.Limit = 16
	}
	if o.LongestWait == 0 {
		o.LongestWait = 5 * time.Second
	}
	if o.Troubled == nil {
		o.Troubled = func(string, error) {}
	}
	return o
}

// Engine executes runs. It is safe for concurrent use.
type Engine struct {
	journal Journal
	worker  durable.Worker
	o       Options
}

// New returns an engine that does the steps of runs by worker.
func New(journal Journal, worker durable.Worker, opts Options) *Engine {
	return &Engine{journal: journal, worker: worker, o: opts.withDefaults()}
}

var _ durable.Engine = (*Engine)(nil)

// Execute does a run until it is at rest; see durable.Engine.
func (e *Engine) Execute(ctx context.Context, run string) error {
	return e.once(ctx, run, durable.Terms{})
}

// Cancel ends a run that nobody works on; see durable.Engine.
func (e *Engine) Cancel(ctx context.Context, run string) error {
	claim, err := e.journal.Claim(ctx, run, e.o.ClaimTTL)
	if err != nil {
		return err
	}
	return errors.Join(e.worker.Cancel(ctx, claim), e.journal.Release(ctx, claim, Never))
}

// held is a run that this engine has claimed.
type held struct {
	e     *Engine
	claim durable.Claim
	run   durable.Run
	drop  context.CancelCauseFunc
}

// once claims a run and does its steps until it is at rest.
func (e *Engine) once(ctx context.Context, run string, terms durable.Terms) (err error) {
	// What the engine itself writes is written also when ctx is done: a run that is
	// told to stop is parked, not dropped.
	record := context.WithoutCancel(ctx)
	claim, err := e.journal.Claim(record, run, e.o.ClaimTTL)
	if err != nil {
		return fmt.Errorf("claim run %s: %w", run, err)
	}
	stoppable, drop := context.WithCancelCause(ctx)
	h := &held{e: e, claim: claim, drop: drop}
	var wake time.Time
	defer func() {
		drop(nil)
		err = errors.Join(err, e.journal.Release(record, claim, wake))
	}()
	opened, done, err := e.worker.Open(record, claim, terms)
	if err != nil {
		return fmt.Errorf("open run %s: %w", run, err)
	}
	h.run = opened
	if err := h.listen(record); err != nil {
		return fmt.Errorf("run %s: %w", run, err)
	}
	keeping := make(chan struct{})
	go func() {
		defer close(keeping)
		h.keep(stoppable)
	}()
	wake, err = h.steps(stoppable, done)
	cause := context.Cause(stoppable)
	drop(nil)
	<-keeping
	if errors.Is(cause, durable.ErrCancelled) {
		wake = Never
		return errors.Join(durable.ErrCancelled, e.worker.Cancel(record, claim))
	}
	if err != nil {
		return fmt.Errorf("run %s: %w", run, err)
	}
	return nil
}

// steps starts what the run allows, and asks it again whenever a step has ended. It
// returns when the run goes on by itself. When ctx is done it goes on asking: what
// could start then is parked by its Do.
func (h *held) steps(ctx context.Context, done []durable.Result) (wake time.Time, err error) {
	type ended struct {
		result durable.Result
		err    error
	}
	ends := make(chan ended)
	left := make(chan struct{}) // closed when nobody listens to ends any more
	defer close(left)
	stop := ctx.Done()
	var grace <-chan time.Time
	var running []durable.Step
	var failed error
	parked := false
	for {
		if failed == nil && !quits(ctx) {
			for _, step := range h.run.Next(done, running) {
				running = append(running, step)
				go func() {
					result, err := h.run.Do(ctx, step)
					result.Step = step
					select {
					case ends <- ended{result, err}:
					case <-left:
					}
				}()
			}
		}
		if len(running) == 0 {
			if failed == nil && parked && ctx.Err() != nil {
				failed = context.Cause(ctx)
			}
			return wakeTime(done, ctx), failed
		}
		var end ended
		select {
		case end = <-ends:
		case <-stop:
			stop = nil
			if errors.Is(context.Cause(ctx), durable.ErrCancelled) {
				grace = time.After(cancelGrace)
			}
			continue
		case <-grace:
			return Never, nil
		}
		running = without(running, end.result.Step)
		if end.err != nil {
			failed = errors.Join(failed, fmt.Errorf("step %s: %w", end.result.Step, end.err))
			continue
		}
		parked = parked || end.result.Outcome == durable.Parked
		done = append(done, end.result)
	}
}

// quits reports whether nothing more is started or parked.
func quits(ctx context.Context) bool {
	cause := context.Cause(ctx)
	return errors.Is(cause, durable.ErrCancelled) || errors.Is(cause, durable.ErrHandedOn)
}

// wakeTime returns when a run whose steps have ended goes on by itself.
func wakeTime(done []durable.Result, ctx context.Context) time.Time {
	if errors.Is(context.Cause(ctx), durable.ErrHandedOn) {
		return time.Time{}
	}
	wake := Never
	for _, r := range done {
		if r.Outcome == durable.Waiting && r.Until.Before(wake) {
			wake = r.Until
		}
	}
	return wake
}

func without(steps []durable.Step, gone durable.Step) []durable.Step {
	var rest []durable.Step
	for _, s := range steps {
		if s != gone {
			rest = append(rest, s)
		}
	}
	return rest
}

// keep gives signs of life and listens to signals until ctx is done; it ends the
// steps when the claim is lost.
func (h *held) keep(ctx context.Context) {
	renew := time.NewTicker(h.e.o.ClaimTTL / 3)
	defer renew.Stop()
	poll := ticking(h.e.o.Poll)
	defer poll.Stop()
	for ctx.Err() == nil {
		changed := h.e.journal.Changed()
		h.listen(ctx) //nolint:errcheck // the store's trouble of the moment; the next time tries again
		select {
		case <-ctx.Done():
		case <-changed:
		case <-poll.C:
		case <-renew.C:
			if err := h.e.journal.Renew(ctx, h.claim, h.e.o.ClaimTTL); errors.Is(err, durable.ErrLost) {
				h.drop(err)
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

// listen does what is said to the run.
func (h *held) listen(ctx context.Context) error {
	signals, err := h.e.journal.Signals(ctx, h.claim.Run)
	if err != nil {
		return err
	}
	for _, s := range signals {
		switch s {
		case durable.Cancel: // heard when the run's end is recorded
			h.drop(durable.ErrCancelled)
		case durable.TryNow:
			if err := h.e.journal.Hear(ctx, h.claim, s); err != nil {
				return err
			}
			h.run.TryNow()
		}
	}
	return nil
}
