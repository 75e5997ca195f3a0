// Package durable is the seam between what a run has to do and the engine that gets it done,
// crashes or not. It has no storage and starts nothing.
//
// A run is a set of keyed steps. What may start is a pure function of what has
// ended ([Run].Next), so an engine can be killed at any moment and ask again, and
// the code of a step needs no rules about determinism.
package durable

import (
	"context"
	"errors"
	"time"
)

// Step is the key of a step within its run, such as a stage's id.
type Step string

// Outcome is how a step ended.
type Outcome string

// The outcomes of a step.
const (
	Done    Outcome = "done"
	Failed  Outcome = "failed"
	Parked  Outcome = "parked"  // it stopped before its end and waits to be taken up again
	Waiting Outcome = "waiting" // the same, for a time that is known
)

// Result is a step that ended.
type Result struct {
	Step    Step
	Outcome Outcome
	Until   time.Time // of Waiting: when it goes on at the latest
}

// Claim is the right to write to a run. It is lost to the next process that claims
// the run; its epoch then fences off the old holder's writes.
type Claim struct {
	Run   string
	Epoch int64
}

// The errors of claims, and the causes for which steps are stopped.
var (
	// ErrHeld means that another process is working on the run.
	ErrHeld = errors.New("another process is working on this run")
	// ErrLost means that the claim is no longer good: another process took over, or the run is over.
	ErrLost = errors.New("the claim on this run was lost")
	// ErrCancelled means that an operator ends the run.
	ErrCancelled = errors.New("the run was cancelled")
	// ErrHandedOn means that the process ends and another one goes on with the run: nothing is parked.
	ErrHandedOn = errors.New("the run is handed on")
)

// Signal is what an operator wants of a run. It is kept until the engine acts on it. A signal
// that a run has already is not sent again.
type Signal struct {
	Kind SignalKind
	Note string // what the sender has the worker record; engines pass it on as it is
}

// SignalKind is what a signal asks for.
type SignalKind string

// The kinds of signals.
const (
	Cancel SignalKind = "cancel"  // end the run
	TryNow SignalKind = "try_now" // wait no longer
)

// Terms are what an engine asks of a run that it has taken up.
type Terms struct {
	// LongestWait is the longest that a step should wait within itself; what would
	// wait longer ends as Waiting. 0 means that steps wait as long as they like.
	LongestWait time.Duration

	// Grace is how long a step that is stopped may let come to an end what is paid for,
	// starting nothing new. Hard ends that at once; it is done when the run is cancelled,
	// when its claim is lost, or when the process has to end. nil means never.
	Grace time.Duration
	Hard  context.Context //nolint:containedctx // it is a second end of the steps' own contexts
}

// Worker knows the steps of runs, and does them.
type Worker interface {
	// Open takes up a run under a claim. It returns the run and the results that
	// are already recorded, after recording that the run goes on if it was left
	// under way.
	Open(ctx context.Context, claim Claim, terms Terms) (Run, []Result, error)

	// Cancel records that a run was ended by an operator, with the note of the operator's signal.
	// It does nothing if the run has ended.
	Cancel(ctx context.Context, claim Claim, note string) error
}

// Run is a run that a worker has taken up. It is safe for concurrent use.
type Run interface {
	// Next says which steps may start, given those that have ended, in the order
	// they did, and those under way. It is pure. A run for which it names no step
	// while none is under way is at rest: it is over, or waits for something from
	// outside.
	Next(done []Result, running []Step) (start []Step)

	// Do does one step and records its result, with all that it made, in one
	// transaction before it returns. Done again for a step that is recorded, it
	// returns the recorded result. When ctx is done it parks the step, also one that
	// has not begun, unless its end is at hand, or the cause says not to:
	// ErrCancelled or ErrHandedOn. An error means that nothing could be recorded; it
	// wraps ErrLost if the claim is gone.
	Do(ctx context.Context, step Step) (Result, error)

	// TryNow records that an operator wants no waiting, with the note of the operator's signal,
	// and ends the waiting of the steps under way, and of those that start next. An error means
	// that it could not be recorded, and that nothing was done; the engine tries it again.
	TryNow(ctx context.Context, note string) error
}

// Engine executes runs, and is all that the rest of a program has to know of how runs are
// shared between processes: it claims them, and passes on what operators want. It is safe for
// concurrent use.
type Engine interface {
	Executor
	Operator
	Monitor
}

// Executor does the steps of runs.
type Executor interface {
	// Execute does the steps of a run until it is at rest, or until ctx is done and the steps
	// under way are parked. It returns ErrHeld if another process works on the run, and
	// ErrCancelled if the run was cancelled meanwhile.
	Execute(ctx context.Context, run string) error

	// Work executes whatever is due and no process works on, the runs of processes that died
	// included, until ctx is done; what is under way is handed on then.
	Work(ctx context.Context) error

	// Serve shows other processes that this one works on whatever is due; Work does it.
	Serve() error

	// Lease is how long a run is left alone whose process gives no sign of life. A run that is
	// made or changed to be executed at once is due when that time has passed.
	Lease() time.Duration
}

// Operator passes on to runs what people want of them, whichever process works on them.
type Operator interface {
	// Send sends a signal to a run. It returns ErrLost if the run has ended.
	Send(ctx context.Context, run string, s Signal) error

	// WakeAll makes all runs due that wait for a time.
	WakeAll(ctx context.Context) error

	// Cancel ends a run, and returns when its end is recorded, with the note. It returns ErrLost
	// if the run had ended before.
	Cancel(ctx context.Context, run, note string) error

	// Update changes a run on which no process works: change records it under a claim. The run
	// is due when a time has passed then. It returns ErrHeld if a process works on the run.
	Update(ctx context.Context, run string, due time.Duration, change func(context.Context, Claim) error) error
}

// Monitor reports which runs are worked on.
type Monitor interface {
	// Worked reports whether a process that lives works on a run.
	Worked(ctx context.Context, run string) (bool, error)

	// Served reports whether another process works on whatever is due.
	Served() bool

	// Abandoned reports whether no process works on a run, and none, this one included, works on
	// whatever is due.
	Abandoned(ctx context.Context, run string) (bool, error)

	// Due lists at most n runs that are due and that no process works on. An error means that
	// nothing is known of runs now.
	Due(ctx context.Context, n int) ([]string, error)
}
