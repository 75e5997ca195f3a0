// Package local is the engine of one machine: it claims runs in a journal and
// does their steps in goroutines of this process.
package local

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/cineforge/cineforge/durable"
)

// Journal records which process works on which run, which runs are due, and the signals of
// operators. It is safe for concurrent use, by several processes.
type Journal interface {
	ClaimStore
	SignalStore
	Presence
}

// ClaimStore keeps the claims: the rights to write to runs. They end by themselves when they are not renewed, so
// that the runs of a dead process can be taken over.
type ClaimStore interface {
	// Claim takes a run for ttl. It returns durable.ErrHeld if another claim is alive.
	Claim(ctx context.Context, run string, ttl time.Duration) (durable.Claim, error)
	// Renew keeps a claim alive for ttl from now. It returns durable.ErrLost if it was taken over.
	Renew(ctx context.Context, claim durable.Claim, ttl time.Duration) error
	// Release gives a claim back, and says when the run goes on by itself: the zero
	// time means at once, [Never] not before it is asked to. Releasing a lost claim does nothing.
	Release(ctx context.Context, claim durable.Claim, wake time.Time) error

	// Due returns at most n runs that are to go on and that no process has claimed, and when
	// the next one will be; Never if there is none. Of each group the one comes first
	// that has been due the longest; the firsts of all groups come before the seconds.
	Due(ctx context.Context, n int) (due []DueRun, next time.Time, err error)

	// Changed returns a channel that is closed when this process has made a run, given
	// one back, or sent a signal to one.
	Changed() <-chan struct{}
}

// SignalStore keeps what operators want of runs.
type SignalStore interface {
	// Signal sends a signal to a run, which is due then if no process works on it. Of two of a
	// kind the first stays. It returns an error that wraps durable.ErrLost if the run has ended.
	Signal(ctx context.Context, run string, signal durable.Signal) error
	// WakeAll makes all runs due that wait for a time.
	WakeAll(ctx context.Context) error
	// Signals returns the signals of a run that were not acknowledged yet, oldest first.
	Signals(ctx context.Context, run string) ([]durable.Signal, error)
	// Ack takes a signal away.
	Ack(ctx context.Context, claim durable.Claim, kind durable.SignalKind) error
}

// Presence is what processes know of each other.
type Presence interface {
	// Serve shows other processes, until the journal is closed, that this one works on whatever is due.
	Serve() error
	// Served reports whether another process works on whatever is due.
	Served() bool
	// Worked reports whether a process that lives works on a run.
	Worked(ctx context.Context, run string) (bool, error)
}

// DueRun is a run that is to go on.
type DueRun struct {
	Run   string
	Group string // that it belongs to; groups take turns
}

// Never is when a run goes on that waits for something from outside.
var Never = time.Unix(1<<40, 0)

// Options are settings of an engine; the zero value is a good choice.
type Options struct {
	// ClaimTTL is how long a claim lives without a sign of life; 0 means 15 s.
	// Three signs are given in that time.
	ClaimTTL time.Duration

	// Poll is how often the journal is read for what other processes have put into it; 0
	// means never, for a journal that no other process has.
	Poll time.Duration

	// Limit is how many runs Work has under way at a time; 0 means 16.
	Limit int

	// LongestWait is the longest wait that a run of Work keeps its place for; longer
	// ones are in the journal only. 0 means 5 s.
	LongestWait time.Duration

	// Grace is how long steps that are stopped may let come to an end what is paid for; 0
	// means 30 s, less than 0 no time. A run that is cancelled, or lost, has none.
	Grace time.Duration

	// Hard ends all that at once when it is done; nil means never.
	Hard context.Context //nolint:containedctx // it is a second end of the callers' own contexts

	// Troubled is called for a run of Work that could not go on, such as for trouble with
	// the store; it is tried again. nil means that nothing is.
	Troubled func(run string, err error)
}

// DefaultGrace is how long steps that are stopped have if Options does not say.
const DefaultGrace = 30 * time.Second

// DefaultClaimTTL is how long a claim lives without a sign of life if Options does not say.
const DefaultClaimTTL = 15 * time.Second

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
	if o.Grace == 0 {
		o.Grace = DefaultGrace
	}
	o.Grace = max(o.Grace, 0)
	if o.Hard == nil {
		o.Hard = context.Background()
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
	serves  atomic.Bool // this process works on whatever is due
}

// New returns an engine that does the steps of runs by worker.
func New(journal Journal, worker durable.Worker, opts Options) *Engine {
	return &Engine{journal: journal, worker: worker, o: opts.withDefaults()}
}

var _ durable.Engine = (*Engine)(nil)

// Execute does a run until it is at rest; see durable.Engine.
func (e *Engine) Execute(ctx context.Context, run string) error {
	ctx, hard, _, end := e.stoppable(ctx, context.Canceled)
	defer end()
	return e.once(ctx, hard, run, durable.Terms{})
}

// stoppable returns the context of steps, which ends with the caller's, and the one that ends
// what they let come to an end. Both end with the engine's, the steps' first and for a cause;
// stop ends the first one for the cause, and end both of them.
func (e *Engine) stoppable(ctx context.Context, cause error) (steps, hard context.Context, stop, end func()) {
	steps, cancel := context.WithCancelCause(ctx)
	stop = func() { cancel(cause) }
	hard, now := context.WithCancel(context.Background())
	unwatch := context.AfterFunc(e.o.Hard, func() {
		stop()
		now()
	})
	return steps, hard, stop, func() {
		unwatch()
		stop()
		now()
	}
}

// once claims a run and does its steps until it is at rest.
func (e *Engine) once(ctx, hard context.Context, run string, terms durable.Terms) (err error) {
	// What the engine itself writes is written also when ctx is done: a run that is
	// stopped is parked, not dropped.
	record := context.WithoutCancel(ctx)
	claim, err := e.journal.Claim(record, run, e.o.ClaimTTL)
	if err != nil {
		return fmt.Errorf("claim run %s: %w", run, err)
	}
	var wake time.Time
	defer func() { err = errors.Join(err, e.journal.Release(record, claim, wake)) }()
	hard, end := context.WithCancelCause(hard)
	defer end(nil)
	terms.Grace = e.o.Grace
	terms.Hard = hard
	opened, done, err := e.worker.Open(record, claim, terms)
	if err != nil {
		return fmt.Errorf("open run %s: %w", run, err)
	}
	stoppable, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	h := &ownedRun{e: e, claim: claim, run: opened, hard: hard, expedite: make(chan struct{}, 1), cancel: func(cause error) {
		stop(cause) // first, so that what sees that all is to end sees why
		end(cause)
	}}
	if err := h.heed(record); err != nil {
		return fmt.Errorf("run %s: %w", run, err)
	}
	select {
	case <-h.expedite: // the steps know of it when they begin
	default:
	}
	wake, err = h.work(stoppable, done)
	if errors.Is(context.Cause(hard), durable.ErrCancelled) {
		if err := e.recordCancel(record, claim); err != nil {
			wake = time.Time{} // the signal is still to be acted on
			return fmt.Errorf("end run %s: %w", run, err)
		}
		wake = Never
		return durable.ErrCancelled
	}
	if err != nil {
		return fmt.Errorf("run %s: %w", run, err)
	}
	return nil
}
