package system

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"os"
	"slices"
	"time"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/client"
	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/health"
	"github.com/cineforge/cineforge/internal/cli/console"
	"github.com/cineforge/cineforge/internal/export"
	"github.com/cineforge/cineforge/internal/providers"
	"github.com/cineforge/cineforge/internal/runs"
	"github.com/cineforge/cineforge/pipeline"
	"github.com/cineforge/cineforge/recipe"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

// Remote is the system of a server, which works on the runs.
type Remote struct{ client *client.Client }

// NewRemote returns the system behind a client, which closing it closes too.
func NewRemote(c *client.Client) *Remote { return &Remote{client: c} }

// Client returns the client of the server.
func (r *Remote) Client() *client.Client { return r.client }

// Failure returns a server's problem as a failure of the program: with its commands in place of requests.
func Failure(err error) error {
	p, ok := errors.AsType[*client.Problem](err)
	if !ok {
		if _, lost := errors.AsType[*client.UnreachableError](err); lost {
			err = &failure.Error{Class: failure.Connection, Message: err.Error(), Hint: "check that a server is running there", Err: err}
		}
		return err
	}
	f := &failure.Error{Class: failure.Internal, Message: p.Message, Err: err, Remedies: p.Actions}
	if p.Hint != nil { // which names requests; the command line has its own form of each
		f.Hint = failure.Rewrite(*p.Hint, p.Actions, failure.Remedy.Request, failure.Remedy.String)
	}
	switch {
	case p.Code == "run_state_not_found" || p.Code == "run_events_not_found":
		f.Err = run.ErrNotFound
	case p.Status == http.StatusUnauthorized:
		f.Hint = "pass the server's token with --token-file or in CINEFORGE_TOKEN"
	case p.Status == http.StatusTooManyRequests:
		return f
	}
	if p.Status < http.StatusInternalServerError {
		f.Class = failure.Input
	}
	return f
}

// Close closes the connections.
func (r *Remote) Close() error {
	r.client.Close()
	return nil
}

// State returns the state of a run.
func (r *Remote) State(ctx context.Context, id string) (run.State, error) {
	got, _, err := r.client.Runs.State(ctx, id, "")
	return got.State, Failure(err)
}

// runsPage is how many runs are asked for at once.
const runsPage = 1000

// Runs lists runs, newest first.
func (r *Remote) Runs(ctx context.Context, f runs.Filter) ([]run.Overview, error) {
	list := []run.Overview{}
	for q := (client.RunsQuery{Project: f.ProjectID, Statuses: f.Statuses, NeedsYou: f.NeedsYou, Drill: f.Drill}); ; {
		q.Limit = runsPage
		if f.Limit > 0 {
			q.Limit = min(f.Limit-len(list), runsPage)
		}
		page, err := r.client.Runs.List(ctx, q)
		list = append(list, page.Runs...)
		if q.Cursor = page.NextCursor; err != nil || q.Cursor == "" || len(list) == f.Limit {
			return list, Failure(err)
		}
	}
}

// Line lists the runs of a line, oldest first.
func (r *Remote) Line(ctx context.Context, of run.State) ([]run.Overview, error) {
	list, err := r.Runs(ctx, runs.Filter{RunFilter: run.RunFilter{ProjectID: of.ProjectID}})
	slices.Reverse(list)
	return slices.DeleteFunc(list, func(o run.Overview) bool { return o.RootRunID != of.RootRunID }), err
}

// Events yields what has happened in a run.
func (r *Remote) Events(ctx context.Context, id string, after int64) iter.Seq2[event.Event, error] {
	return func(yield func(event.Event, error) bool) {
		for {
			page, err := r.client.Runs.Events(ctx, id, after, 0)
			if err != nil {
				yield(event.Event{}, Failure(err))
				return
			}
			if len(page) == 0 {
				return
			}
			for _, e := range page {
				if !yield(e.Event, nil) {
					return
				}
				after = e.Seq
			}
		}
	}
}

// Follow yields what happens in a run until its end.
func (r *Remote) Follow(ctx context.Context, id string, after int64) iter.Seq2[event.Event, error] {
	return func(yield func(event.Event, error) bool) {
		for e, err := range r.client.Runs.Follow(ctx, id, after) {
			if !yield(e.Event, Failure(err)) {
				return
			}
		}
	}
}

// Artifact returns a version of an artifact.
func (r *Remote) Artifact(ctx context.Context, project string, ref artifact.Ref) (artifact.Artifact, error) {
	got, err := r.client.Artifacts.Get(ctx, project, ref.ArtifactType, ref.EntityID, ref.Version)
	return got.Payload, Failure(err)
}

// Export takes the archive of a run apart.
func (r *Remote) Export(ctx context.Context, id string, to runs.Destination) (runs.Exported, error) {
	archive, err := os.CreateTemp("", "cineforge-export-*.zip")
	if err != nil {
		return runs.Exported{}, err
	}
	defer os.Remove(archive.Name()) //nolint:errcheck // it is the system's to clean up then
	defer archive.Close()
	if err := r.client.Runs.Export(ctx, id, archive); err != nil {
		return runs.Exported{}, Failure(err)
	}
	size, err := archive.Seek(0, io.SeekCurrent)
	if err != nil {
		return runs.Exported{}, err
	}
	files, err := zip.NewReader(archive, size)
	if err != nil {
		return runs.Exported{}, fmt.Errorf("the archive of run %s can't be read: %w", id, err)
	}
	return runs.WriteFiles(id, func(yield func(string, func() ([]byte, error)) bool) {
		for _, f := range files.File {
			if !yield(f.Name, func() ([]byte, error) { return unpack(f) }) {
				return
			}
		}
	}, to)
}

// ExportAs returns an export of a run that is one file. The name that the server gives it is made
// one for the files of any system.
func (r *Remote) ExportAs(ctx context.Context, id string, f export.Format) (name string, data []byte, err error) {
	var b bytes.Buffer
	name, err = r.client.Runs.ExportAs(ctx, id, client.ExportFormat(f), &b)
	return export.SafeName(name, id, f), b.Bytes(), Failure(err)
}

func unpack(f *zip.File) ([]byte, error) {
	content, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer content.Close() //nolint:errcheck // it was read
	return io.ReadAll(content)
}

// Start gives the file to the server and begins the run. That a file can't be taken is
// no fault of the command.
func (r *Remote) Start(ctx context.Context, s runs.Request) (string, bool, error) {
	ask, err := r.upload(ctx, s)
	if err != nil {
		return "", false, err
	}
	started, err := r.client.Runs.Start(ctx, rand.Text(), ask)
	for _, w := range started.Warnings {
		if w.Pointer == "" { // the client passes on what is about the request
			s.Warn(recipe.Warning{Line: w.Line, Message: w.Message})
		}
	}
	return started.RunID, started.Existing, Failure(err)
}

// PlanRun gives the file to the server, which says what a run of it would do.
func (r *Remote) PlanRun(ctx context.Context, s runs.Request) (run.StartPlan, error) {
	ask, err := r.upload(ctx, s)
	if err != nil {
		return run.StartPlan{}, err
	}
	plan, err := r.client.Runs.Plan(ctx, ask)
	return plan, Failure(err)
}

// upload gives the file of a run to the server, and returns what is then asked for.
func (r *Remote) upload(ctx context.Context, s runs.Request) (client.RunRequest, error) {
	ask := asked(s)
	if _, err := s.ReadSettings(); err != nil { // before anything is uploaded
		return ask, err
	}
	slug, err := s.Project()
	if err != nil {
		return ask, err
	}
	p, err := r.client.Projects.Open(ctx, slug)
	if missing, ok := errors.AsType[*client.Problem](err); ok && missing.Code == "project_not_found" {
		p, err = r.client.Projects.Create(ctx, client.NewProject{Slug: slug})
	}
	if err != nil {
		return ask, Failure(err)
	}
	up, err := r.client.Projects.Upload(ctx, p.ProjectID, s.File.Name, bytes.NewReader(s.File.Data))
	if err != nil {
		return ask, &console.Exit{Code: console.CodeError, Err: Failure(err)}
	}
	ask.ProjectID, ask.InputFile = p.ProjectID, up.StoredPath
	if s.Config.Name != "" {
		if up, err = r.client.Projects.Upload(ctx, p.ProjectID, s.Config.Name, bytes.NewReader(s.Config.Data)); err != nil {
			return ask, &console.Exit{Code: console.CodeError, Err: Failure(err)}
		}
		ask.ConfigFile = up.StoredPath
	}
	return ask, nil
}

// PlanRetry returns what a retry would do.
func (r *Remote) PlanRetry(ctx context.Context, id string, how pipeline.Retry) (run.RetryPlan, error) {
	ask, err := retryOf(ctx, r.client, how)
	if err != nil {
		return run.RetryPlan{}, err
	}
	plan, _, err := r.client.Runs.RetryPlan(ctx, id, ask)
	return plan, Failure(err)
}

// Retry starts a run that continues another one.
func (r *Remote) Retry(ctx context.Context, id string, how runs.RetryRequest) (string, bool, error) {
	ask, err := retryOf(ctx, r.client, how.Retry)
	if err != nil {
		return "", false, err
	}
	ask.Reason = how.Reason
	started, err := r.client.Runs.Retry(ctx, id, rand.Text(), ask, "")
	return started.RunID, started.Existing, Failure(err)
}

// retryOf is what a server is asked for. It gets a recipe that is given as a file first,
// also for a plan.
func retryOf(ctx context.Context, to *client.Client, how pipeline.Retry) (client.RetryRequest, error) {
	ask := client.RetryRequest{From: how.Stage, Full: how.Mode == event.RetryFull, Recipe: how.RecipeName,
		MaxCostUSD: how.Limits.MaxCostUSD, MaxWaitSeconds: how.Limits.MaxWaitSeconds, Newest: how.Newest,
		ModelChoice: choice(how.Routing, how.Limits)}
	if how.Recipe == nil {
		return ask, nil
	}
	saved, err := to.Recipes.Save(ctx, how.Recipe.Source)
	ask.Recipe = saved.Name
	return ask, Failure(err)
}

// Resume lets a run go on.
func (r *Remote) Resume(ctx context.Context, id string, how runs.Continuation) error {
	ask := client.ResumeRequest{Reason: how.Reason}
	if how.Today {
		ask.Candidates = client.CandidatesOfToday
	}
	return Failure(r.client.Runs.Resume(ctx, id, ask))
}

// Cancel ends a run.
func (r *Remote) Cancel(ctx context.Context, id, reason string) error {
	return Failure(r.client.Runs.CancelFor(ctx, id, client.Act{Reason: reason}))
}

// TryNow ends a run's waiting.
func (r *Remote) TryNow(ctx context.Context, id, reason string) error {
	return Failure(r.client.Runs.TryNowFor(ctx, id, client.Act{Reason: reason}))
}

// Acknowledge ends a run's need for a person.
func (r *Remote) Acknowledge(ctx context.Context, id, reason string) error {
	return Failure(r.client.Runs.Acknowledge(ctx, id, client.Act{Reason: reason}))
}

// Run follows the run, which the server works on.
func (r *Remote) Run(ctx context.Context, a RunOptions) (iter.Seq2[event.Event, error], func() error) {
	return func(yield func(event.Event, error) bool) {
		state := run.NewState()
		for e, err := range r.Follow(ctx, a.Run, 0) {
			if err == nil {
				err = state.Apply(e)
			}
			if !yield(e, err) || err != nil || e.Seq > a.Since && r.rests(ctx, state) {
				return
			}
		}
	}, func() error { return nil }
}

// lull is how long nothing has to happen in a paused run for it to be at rest: another
// stage may be about to begin.
const lull = 300 * time.Millisecond

// rests reports whether a run that was followed is paused, and nothing more happens.
func (r *Remote) rests(ctx context.Context, followed run.State) bool {
	still := func() bool {
		now, err := r.State(ctx, followed.RunID)
		return err == nil && now.LastSeq == followed.LastSeq
	}
	if followed.Status != run.Paused || !still() {
		return false
	}
	select {
	case <-time.After(lull):
		return still()
	case <-ctx.Done():
		return false
	}
}

// Providers says how each provider is doing.
func (r *Remote) Providers(ctx context.Context) ([]health.Provider, error) {
	list, err := r.client.Providers.List(ctx)
	return list, Failure(err)
}

// ProviderEvents lists transitions of breakers and what operators did, newest first.
func (r *Remote) ProviderEvents(ctx context.Context, q providers.EventsQuery) ([]health.ProviderEvent, error) {
	list, err := r.client.Providers.Events(ctx, client.ProviderEventsQuery{
		Provider: q.Provider, After: q.After, Before: q.Before, Limit: q.Limit,
	})
	return list, Failure(err)
}

// Incident says what is wrong now.
func (r *Remote) Incident(ctx context.Context, since time.Time) (health.Incident, error) {
	in, err := r.client.Incident(ctx, since)
	return in, Failure(err)
}

// Hold keeps requests from a provider for a time.
func (r *Remote) Hold(ctx context.Context, name, reason string, length time.Duration) error {
	_, err := r.client.Providers.HoldFor(ctx, name, reason, length)
	return Failure(err)
}

// Release ends what keeps a provider, a model or a key from being asked.
func (r *Remote) Release(ctx context.Context, name, reason string) (health.Released, error) {
	released, err := r.client.Providers.Release(ctx, name, reason)
	return released, Failure(err)
}

// Probe lets the next request through to a provider.
func (r *Remote) Probe(ctx context.Context, name, reason string) error {
	_, err := r.client.Providers.Probe(ctx, name, reason)
	return Failure(err)
}
