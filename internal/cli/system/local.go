package system

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
	"time"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/durable"
	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/health"
	"github.com/cineforge/cineforge/internal/app"
	"github.com/cineforge/cineforge/internal/cli/console"
	"github.com/cineforge/cineforge/internal/export"
	"github.com/cineforge/cineforge/internal/providers"
	"github.com/cineforge/cineforge/internal/runs"
	"github.com/cineforge/cineforge/pipeline"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

// Local is the system of a data directory, on whose runs this process works itself.
type Local struct {
	app     *app.App
	options LocalOptions
	rest    func() // ends the work in the background
}

// LocalOptions are settings of a local system.
type LocalOptions struct {
	Err       io.Writer              // gets notices
	Quiet     bool                   // without the notice about unfinished runs
	Live      func() bool            // whether the run is shown live, so that a notice would disturb
	Grace     time.Duration          // how long calls may take to end when the system is closed
	Farewells func(calls int) string // the notice that calls are waited for; "" for none
}

// NewLocal returns the system of an open data directory, which closing it closes too.
func NewLocal(a *app.App, o LocalOptions) *Local {
	return &Local{app: a, options: o, rest: func() {}}
}

// Calls returns how many calls of models are under way.
func (l *Local) Calls() int { return l.app.Providers.Calls() }

// Abandoned reports whether no process works on a run, and none will.
func (l *Local) Abandoned(ctx context.Context, state run.State) bool {
	return l.app.Runs.Abandoned(ctx, state)
}

// Close hands on the runs in the background, and closes the system.
func (l *Local) Close() error {
	l.rest()
	return l.app.Close()
}

// State returns the state of a run.
func (l *Local) State(ctx context.Context, id string) (run.State, error) {
	return l.app.Reader.Standing(ctx, id)
}

// Runs lists runs, newest first.
func (l *Local) Runs(ctx context.Context, f runs.Filter) ([]run.Overview, error) {
	list := []run.Overview{}
	for limit := f.Limit; ; {
		if limit > 0 {
			f.Limit = limit - len(list)
		}
		page, next, err := l.app.Reader.List(ctx, f)
		list = append(list, page...)
		if f.Before = next; err != nil || next == "" || len(list) == limit {
			return list, err
		}
	}
}

// Line lists the runs of a line, oldest first.
func (l *Local) Line(ctx context.Context, of run.State) ([]run.Overview, error) {
	return l.app.Reader.Line(ctx, of.RootRunID)
}

// Events yields what has happened in a run.
func (l *Local) Events(ctx context.Context, id string, after int64) iter.Seq2[event.Event, error] {
	return l.app.Reader.Store.Events(ctx, id, after)
}

// Follow yields what happens in a run until its end.
func (l *Local) Follow(ctx context.Context, id string, after int64) iter.Seq2[event.Event, error] {
	return run.Follow(ctx, l.app.Reader.Store, id, after)
}

// Start starts a run.
func (l *Local) Start(ctx context.Context, s runs.Request) (string, bool, error) {
	if err := served(l.app, s.Queue); err != nil {
		return "", false, err
	}
	return l.app.Runs.Start(ctx, s)
}

// PlanRun returns what a start of the same would do.
func (l *Local) PlanRun(ctx context.Context, s runs.Request) (run.StartPlan, error) {
	return l.app.Runs.Plan(ctx, s)
}

// PlanRetry returns what a retry would do.
func (l *Local) PlanRetry(ctx context.Context, id string, r pipeline.Retry) (run.RetryPlan, error) {
	plan, err := l.app.Runs.PlanRetry(ctx, id, r)
	return plan.RetryPlan, err
}

// Retry starts a run that continues another one.
func (l *Local) Retry(ctx context.Context, id string, r runs.RetryRequest) (string, bool, error) {
	if err := served(l.app, r.Queue); err != nil {
		return "", false, err
	}
	return l.app.Runs.Retry(ctx, id, r)
}

// served returns an error if no process would work on a queued run.
func served(a *app.App, queue bool) error {
	if !queue || a.Runs.Served() {
		return nil
	}
	return &console.Exit{Code: console.CodeError,
		Err: failure.New(failure.Input, "no server is running on this data directory, so no process would work on the run",
			"").Advised("start one: %s; or omit --detach", failure.Serve())}
}

// Resume lets a run go on.
func (l *Local) Resume(ctx context.Context, id string, how runs.Continuation) error {
	err := l.app.Runs.Confirm(ctx, id, how)
	if errors.Is(err, durable.ErrHeld) {
		err = failure.New(failure.Input, fmt.Sprintf("run %s is under way already", id), "").Advised("follow it: %s", failure.Watch(id))
	}
	return err
}

// Run executes the run, or waits for the process that does. When ctx is done the run
// is parked, if it is not another process that executes it.
func (l *Local) Run(ctx context.Context, a RunOptions) (iter.Seq2[event.Event, error], func() error) {
	if a.Beside {
		l.rest = background(ctx, l.app, l.options, a.Run)
	}
	execute := l.app.Runs.Execute
	if a.Watch {
		execute = l.app.Runs.Run
	}
	rest := make(chan struct{})
	var executed error
	go func() {
		defer close(rest)
		executed = execute(ctx, a.Run, func() {
			if !l.options.Live() {
				fmt.Fprintln(l.options.Err, "Another process works on this run. It is shown here, and taken over if that process dies.")
			}
		})
	}()
	return l.app.Reader.Follow(ctx, a.Run, rest), func() error {
		<-rest
		return executed
	}
}

// background works on what other processes left unfinished, until the returned function is called,
// which waits a little for the runs to be handed on.
func background(ctx context.Context, of *app.App, o LocalOptions, but string) (stop func()) {
	if left := of.Runs.Unfinished(ctx, but); len(left) > 0 && !o.Quiet {
		fmt.Fprintf(o.Err, "Going on in the background with what was left unfinished: %s\n", strings.Join(left, ", "))
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan struct{})
	go func() {
		defer close(done)
		of.Runs.Work(ctx) //nolint:errcheck // it ends with ctx
	}()
	return func() {
		cancel()
		if text := o.Farewells(of.Providers.Calls()); text != "" {
			fmt.Fprintln(o.Err, "Other runs: "+text)
		}
		select {
		case <-done:
		case <-time.After(max(o.Grace, 0) + handOver):
		}
	}
}

// handOver is how long Close waits, after the grace, for runs to be handed on. Another process takes
// over what takes longer, as if this one had died.
const handOver = 3 * time.Second

// ProviderEvents lists transitions of breakers and what operators did, newest first.
func (l *Local) ProviderEvents(ctx context.Context, q providers.EventsQuery) ([]health.ProviderEvent, error) {
	return l.app.Providers.Events(ctx, q)
}

// Incident says what is wrong now.
func (l *Local) Incident(ctx context.Context, since time.Time) (health.Incident, error) {
	return l.app.Incident.Report(ctx, since)
}

// Artifact returns a version of an artifact.
func (l *Local) Artifact(ctx context.Context, project string, ref artifact.Ref) (artifact.Artifact, error) {
	return l.app.Results.Artifact(ctx, project, ref)
}

// Export writes the files of a run.
func (l *Local) Export(ctx context.Context, id string, to runs.Destination) (runs.Exported, error) {
	return l.app.Reader.Export(ctx, id, to)
}

// ExportAs returns an export of a run that is one file.
func (l *Local) ExportAs(ctx context.Context, id string, f export.Format) (name string, data []byte, err error) {
	material, err := l.app.Reader.Material(ctx, id)
	if err != nil {
		return "", nil, err
	}
	data, err = material.Write(f)
	return material.FileName(f), data, err
}

// Cancel ends a run.
func (l *Local) Cancel(ctx context.Context, id, reason string) error {
	return l.app.Runs.Cancel(ctx, id, reason)
}

// TryNow ends a run's waiting.
func (l *Local) TryNow(ctx context.Context, id, reason string) error {
	return l.app.Runs.TryNow(ctx, id, reason)
}

// Acknowledge ends a run's need for a person.
func (l *Local) Acknowledge(ctx context.Context, id, reason string) error {
	return l.app.Runs.Acknowledge(ctx, id, reason)
}

// Providers says how each provider is doing.
func (l *Local) Providers(ctx context.Context) ([]health.Provider, error) {
	return l.app.Providers.List(ctx)
}

// Hold keeps requests from a provider for a time.
func (l *Local) Hold(ctx context.Context, provider, reason string, length time.Duration) error {
	return l.app.Providers.Hold(ctx, provider, reason, length)
}

// Release ends what keeps a provider, a model or a key from being asked.
func (l *Local) Release(ctx context.Context, name, reason string) (health.Released, error) {
	return l.app.Providers.Release(ctx, name, reason)
}

// Probe lets the next request through to a provider.
func (l *Local) Probe(ctx context.Context, provider, reason string) error {
	return l.app.Providers.Probe(ctx, provider, reason)
}
