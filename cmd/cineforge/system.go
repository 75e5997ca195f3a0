package main

import (
	"context"
	"fmt"
	"iter"
	"os"
	"strings"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/client"
	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/health"
	"github.com/cineforge/cineforge/internal/app"
	"github.com/cineforge/cineforge/internal/cli/console"
	"github.com/cineforge/cineforge/internal/cli/settings"
	"github.com/cineforge/cineforge/internal/runs"
	"github.com/cineforge/cineforge/internal/upkeep"
	"github.com/cineforge/cineforge/pipeline"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

// system is where runs are: in a data directory, or with a server.
type system interface {
	// State returns where a run stands, or run.ErrNotFound.
	State(ctx context.Context, id string) (run.State, error)
	// Runs lists the runs of a project, or of all, newest first; a limit of 0 is none.
	Runs(ctx context.Context, project string, limit int) ([]run.Overview, error)
	// Line lists a run with those that it retries and that retry it, oldest first.
	Line(ctx context.Context, of run.State) ([]run.Overview, error)
	// Events yields what has happened in a run, Follow also what is still to come.
	Events(ctx context.Context, id string, after int64) iter.Seq2[event.Event, error]
	Follow(ctx context.Context, id string, after int64) iter.Seq2[event.Event, error]
	Artifact(ctx context.Context, project string, ref artifact.Ref) (artifact.Artifact, error)
	Export(ctx context.Context, id string, to runs.Destination) (runs.Exported, error)

	// Start makes a run, or finds one of the same that is under way.
	Start(ctx context.Context, s runs.Request) (id string, existing bool, err error)
	PlanRetry(ctx context.Context, id string, r pipeline.Retry) (run.RetryPlan, error)
	Retry(ctx context.Context, id string, r runs.RetryRequest) (next string, existing bool, err error)
	// Resume lets a paused run go on, or with today any with whoever can be asked today.
	// Attend then shows it.
	Resume(ctx context.Context, id string, today bool) error
	// Attend sees to it that somebody works on a run. It yields the run's events until it
	// is at rest; end then says whether it could be worked on.
	Attend(ctx context.Context, a attending) (events iter.Seq2[event.Event, error], end func() error)
	Cancel(ctx context.Context, id string) error
	TryNow(ctx context.Context, id string) error

	Providers(ctx context.Context) ([]health.Provider, error)
	// Turns returns the turns of breakers, newest first.
	Turns(ctx context.Context, limit int) ([]turnLine, error)
	operator

	Close() error
}

// attending is how a run is attended to.
type attending struct {
	run    string
	since  int64 // pauses up to this event are over
	watch  bool  // leave what waits to the server on the data directory, if there is one
	beside bool  // go on with what other processes left unfinished, too
}

// open opens the system that the flags name. It is closed after use. Where a setting of
// this machine can't be used, it serves for looking, and refuses runs.
func (c *cli) open(ctx context.Context, s console.Streams) (system, error) {
	if c.Server != "" {
		return c.dial(s)
	}
	a, err := app.OpenUnchecked(ctx, c.Data, c.models)
	if err != nil {
		return nil, err
	}
	return &local{app: a, cli: c, streams: s, rest: func() {}}, nil
}

// empty reports whether there is nothing to look at yet. Looking makes no data directory.
func (c *cli) empty() bool { return c.Server == "" && !upkeep.Exists(c.Data) }

func (c *cli) dial(s console.Streams) (*remote, error) {
	token, err := c.token()
	if err != nil {
		return nil, err
	}
	server, err := client.New(c.Server, client.Options{Token: token, Trouble: c.noteSilence, Warn: func(w client.RequestWarning) { warnOf(s, w) }})
	if err != nil {
		return nil, console.Usage(failure.New(failure.Input, err.Error(), "give it with --server or CINEFORGE_SERVER"))
	}
	return &remote{server}, nil
}

// warnOf prints what a server ignored of a request.
func warnOf(s console.Streams, w client.RequestWarning) {
	fmt.Fprintln(s.Err, "cineforge: warning of the server:", console.OneLine(w.Pointer+": "+w.Message))
}

// noteSilence tells whoever looks at a run that the server is away, or is back.
func (c *cli) noteSilence(err error) {
	text := "The run can be followed again."
	if err != nil {
		text = fmt.Sprintf(
			"The run can't be followed at the moment: %s. It is tried again until it can be; the run itself is the server's.",
			strings.Join(lines(told(err), program(c)), " "))
	}
	c.note(text)
}

// token returns the access token of a server, "" if none was given.
func (c *cli) token() (string, error) {
	if c.TokenFile == "" {
		return strings.TrimSpace(c.Token), nil
	}
	data, err := settings.ReadSmall(c.TokenFile)
	if err != nil {
		return "", console.Usage(failure.New(failure.Input, fmt.Sprintf("the token file %s can't be read: %v", c.TokenFile, err), "name a file with the token in it"))
	}
	return strings.TrimSpace(string(data)), nil
}

// place is where the runs are, in words.
func (c *cli) place() string {
	if c.Server != "" {
		return c.Server
	}
	return c.Data
}

// program is how to call the program so that it finds the same runs.
func program(g *cli) string {
	words, config := "cineforge", ""
	if g.typed["config"] {
		config = " --config " + console.Quote(g.Config)
	}
	switch {
	case g.Server == "":
		if g.typed["data"] || g.Data != defaultData && g.Data != os.Getenv("CINEFORGE_DATA") {
			words += " --data " + console.Quote(g.Data)
		}
		return words + config
	case g.Server != os.Getenv("CINEFORGE_SERVER"):
		words += " --server " + console.Quote(g.Server)
	}
	if g.TokenFile != "" && g.TokenFile != os.Getenv("CINEFORGE_TOKEN_FILE") {
		words += " --token-file " + console.Quote(g.TokenFile)
	}
	return words
}
