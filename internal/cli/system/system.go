// Package system is what the commands use of the runs and providers: those of a data directory, on which
// this process works itself, or those of a server.
//
// The two do not go through one HTTP handler, although both could: a handler with its description
// costs a fifth of the time that a short command takes, ends a cancellation after a minute,
// keeps the text of a damaged database to itself, saves a recipe for a mere plan, and begins
// runs for others to work on.
package system

import (
	"context"
	"iter"
	"time"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/health"
	"github.com/cineforge/cineforge/internal/export"
	"github.com/cineforge/cineforge/internal/providers"
	"github.com/cineforge/cineforge/internal/runs"
	"github.com/cineforge/cineforge/pipeline"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

// System is where runs are: in a data directory, or with a server.
type System interface {
	Reader
	Worker
	Operator

	Close() error
}

// Reader reads what there is.
type Reader interface {
	// State returns the state of a run, or run.ErrNotFound.
	State(ctx context.Context, id string) (run.State, error)
	// Runs lists runs, newest first; a limit of 0 is none.
	Runs(ctx context.Context, f runs.Filter) ([]run.Overview, error)
	// Line lists a run with those that it retries and that retry it, oldest first.
	Line(ctx context.Context, of run.State) ([]run.Overview, error)
	// Events yields what has happened in a run, Follow also what is still to come.
	Events(ctx context.Context, id string, after int64) iter.Seq2[event.Event, error]
	Follow(ctx context.Context, id string, after int64) iter.Seq2[event.Event, error]
	Artifact(ctx context.Context, project string, ref artifact.Ref) (artifact.Artifact, error)
	Export(ctx context.Context, id string, to runs.Destination) (runs.Exported, error)
	// ExportAs returns an export of a run that is one file, and a name for it.
	ExportAs(ctx context.Context, id string, f export.Format) (name string, data []byte, err error)
}

// Worker begins runs, and sends signals to them.
type Worker interface {
	// Start makes a run, or finds one of the same that is under way.
	Start(ctx context.Context, s runs.Request) (id string, existing bool, err error)
	// PlanRun returns what a start of the same would do.
	PlanRun(ctx context.Context, s runs.Request) (run.StartPlan, error)
	PlanRetry(ctx context.Context, id string, r pipeline.Retry) (run.RetryPlan, error)
	Retry(ctx context.Context, id string, r runs.RetryRequest) (next string, existing bool, err error)
	// Resume lets a paused run go on, or with Today any run with the models that can be asked
	// today. Run then shows it.
	Resume(ctx context.Context, id string, how runs.Continuation) error
	// Run makes sure that a process works on a run. It yields the run's events until it
	// is at rest; end then returns whether it could be worked on.
	Run(ctx context.Context, a RunOptions) (events iter.Seq2[event.Event, error], end func() error)
	Cancel(ctx context.Context, id, reason string) error
	TryNow(ctx context.Context, id, reason string) error
	// Acknowledge ends a run's need for a person, until something happens in it.
	Acknowledge(ctx context.Context, id, reason string) error
}

// Operator shows how providers are doing, and acts on them for a reason that is logged.
type Operator interface {
	Providers(ctx context.Context) ([]health.Provider, error)
	// ProviderEvents returns transitions of breakers and what operators did, newest first.
	ProviderEvents(ctx context.Context, q providers.EventsQuery) ([]health.ProviderEvent, error)
	// Incident says what is wrong now; see incident.Service.Report.
	Incident(ctx context.Context, since time.Time) (health.Incident, error)
	Hold(ctx context.Context, provider, reason string, length time.Duration) error
	// Release ends what keeps a provider, a model or a key from being asked; see providers.Service.Release.
	Release(ctx context.Context, name, reason string) (health.Released, error)
	Probe(ctx context.Context, provider, reason string) error
}

// RunOptions say how Run works on a run.
type RunOptions struct {
	Run    string
	Since  int64 // pauses up to this event are over
	Watch  bool  // leave what waits to the server on the data directory, if there is one
	Beside bool  // go on with what other processes left unfinished, too
}
