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

// Journal keeps who is working on which run. Claims end by themselves when they
// are not renewed, so that the runs of a dead process can be taken over.
type Journal interface {
	// Claim takes a run for ttl. It returns durable.ErrHeld if another claim is alive.
	Claim(ctx context.Context, run string, ttl time.Duration) (durable.Claim, error)
	// Renew keeps a claim alive for ttl from now. It returns durable.ErrLost if it was taken over.
	Renew(ctx context.Context, claim durable.Claim, ttl time.Duration) error
	// Release gives a claim back. Releasing a lost claim does nothing.
	Release(ctx context.Context, claim durable.Claim) error
}

// Options are settings of an engine; the zero value is a good choice.
type Options struct {
	// ClaimTTL is how long a claim lives without a sign of life; 0 means 15 s.
	// Three signs are given in that time.
	ClaimTTL time.Duration
}

// DefaultClaimTTL is how long a claim lives without a sign of life if Options does not say.
const DefaultClaimTTL = 15 * time.Second

// Engine executes runs. It is safe for concurrent use.
type Engine struct {
	journal Journal
	worker  durable.Worker
	ttl     time.Duration
}

// New returns an engine that does the steps of runs by worker.
func New(journal Journal, worker durable.Worker, opts Options) *Engine {
	ttl := opts.ClaimTTL
	if ttl == 0 {
		ttl = DefaultClaimTTL
	}
	return &Engine{journal: journal, worker: worker, ttl: ttl}
}

var _ durable.Engine = (*Engine)(nil)

// Execute does a run until it is at rest; see durable.Engine.
func (e *Engine) Execute(ctx context.Context, run string) (err error) {
	// What the engine itself writes is written also when ctx is done: a run that is
	// told to stop is parked, not dropped.
	record := context.WithoutCancel(ctx)
	claim, err := e.journal.Claim(record, run, e.ttl)
	if err != nil {
		return fmt.Errorf("claim run %s: %w", run, err)
	}
	held, drop := context.WithCancelCause(ctx)
	renewing := make(chan struct{})
	go func() {
		defer close(renewing)
		e.keep(held, claim, drop)
	}()
	defer func() {
		drop(nil)
		<-renewing
		err = errors.Join(err, e.journal.Release(record, claim))
	}()
	opened, done, err := e.worker.Open(record, claim)
	if err != nil {
		return fmt.Errorf("open run %s: %w", run, err)
	}
	if err := steps(held, opened, done); err != nil {
		return fmt.Errorf("run %s: %w", run, err)
	}
	return nil
}

// steps starts what the run allows, and asks it again whenever a step has ended.
// When ctx is done it goes on asking: what could start then is parked by its Do.
func steps(ctx context.Context, run durable.Run, done []durable.Result) error {
	type ended struct {
		result durable.Result
		err    error
	}
	ends := make(chan ended)
	var running []durable.Step
	var failed error
	parked := false
	for {
		if failed == nil {
			for _, step := range run.Next(done, running) {
				running = append(running, step)
				go func() {
					result, err := run.Do(ctx, step)
					ends <- ended{durable.Result{Step: step, Outcome: result.Outcome}, err}
				}()
			}
		}
		if len(running) == 0 {
			if failed == nil && parked && ctx.Err() != nil {
				failed = context.Cause(ctx)
			}
			return failed
		}
		end := <-ends
		running = without(running, end.result.Step)
		if end.err != nil {
			failed = errors.Join(failed, fmt.Errorf("step %s: %w", end.result.Step, end.err))
			continue
		}
		parked = parked || end.result.Outcome == durable.Parked
		done = append(done, end.result)
	}
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

// keep gives signs of life until ctx is done, and calls drop when the claim is lost.
func (e *Engine) keep(ctx context.Context, claim durable.Claim, drop context.CancelCauseFunc) {
	tick := time.NewTicker(e.ttl / 3)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		// Any other error is the store's trouble of the moment; the next tick tries again.
		if err := e.journal.Renew(ctx, claim, e.ttl); errors.Is(err, durable.ErrLost) {
			drop(err)
			return
		}
	}
}
