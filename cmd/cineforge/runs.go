package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/internal/cli/console"
	"github.com/cineforge/cineforge/internal/cli/system"
	"github.com/cineforge/cineforge/internal/progress"
	"github.com/cineforge/cineforge/internal/runs"
	"github.com/cineforge/cineforge/run"
)

type runsCmd struct {
	List   runsListCmd   `cmd:"" server:"yes" help:"List runs, newest first."`
	Show   runsShowCmd   `cmd:"" server:"yes" help:"Show where a run stands, and why."`
	Events runsEventsCmd `cmd:"" server:"yes" help:"Print the events of a run, one JSON object per line."`
	Watch  runsWatchCmd  `cmd:"" server:"yes" help:"Show a run live, and continue it if no process is working on it."`
	Resume runsResumeCmd `cmd:"" server:"yes" help:"Resume a paused run, and accept the results that it asks you to check."`
	Cancel runsCancelCmd `cmd:"" server:"yes" help:"Cancel a run. A retry can continue it."`
	TryNow runsTryNowCmd `cmd:"" server:"yes" help:"End a run's wait and try its providers now."`
	Ack    runsAckCmd    `cmd:"" server:"yes" help:"Acknowledge a run that needs you, so that lists no longer flag it."`
	Export runsExportCmd `cmd:"" server:"yes" help:"Write a run's state, events and artifacts as files."`
	Prune  runsPruneCmd  `cmd:"" help:"Remove old runs that have ended. Their results stay."`
}

// runArg is the run that a command is about.
type runArg struct {
	ID string `arg:"" help:"The run's id."`
}

// reasonFlag says why a command does something with a run.
type reasonFlag struct {
	Reason string `env:"-" placeholder:"TEXT" help:"The reason; it is recorded with the run."`
}

// open opens the system and loads the run.
func (r runArg) open(ctx context.Context, g *cli, s console.Streams) (system.System, run.State, error) {
	if !runs.ValidRunID(r.ID) {
		return nil, run.State{}, console.Usage(failure.New(failure.Input, fmt.Sprintf("%q is not a valid run id", r.ID),
			"").Advised("list them: %s", failure.ListRuns()))
	}
	missing := console.Usage(failure.New(failure.Input, fmt.Sprintf("there is no run %s in %s", r.ID, g.place()),
		"").Advised("list them: %s", failure.ListRuns()))
	if g.empty() {
		return nil, run.State{}, missing
	}
	sys, err := g.open(ctx, s)
	if err != nil {
		return nil, run.State{}, err
	}
	state, err := sys.State(ctx, r.ID)
	if err != nil {
		if errors.Is(err, run.ErrNotFound) {
			err = missing
		}
		return nil, state, errors.Join(err, sys.Close())
	}
	return sys, state, nil
}

type runsListCmd struct {
	Project  string       `placeholder:"SLUG" help:"Only runs of this project."`
	Status   []run.Status `enum:"queued,running,waiting,paused,done,failed,cancelled" placeholder:"STATUS,..." env:"-" help:"Only these."`
	NeedsYou bool         `env:"-" help:"Only runs that need a person; see runs ack."`
	Limit    int          `placeholder:"N" help:"Maximum number of runs; default: 50 in the table, all with --json."`
}

// Run does the command.
func (c *runsListCmd) Run(ctx context.Context, g *cli, s console.Streams) error {
	list, err := c.list(ctx, g, s)
	if err != nil && len(list) == 0 {
		return err
	}
	defer warnDamaged(s, list)
	if g.JSON {
		return errors.Join(console.PrintJSON(s.Out, list), err)
	}
	return errors.Join(progress.WriteRuns(s.Out, list, time.Now(), console.Color(s.Out)), err)
}

// warnDamaged names the runs of a list that can't be read.
func warnDamaged(s console.Streams, list []run.Overview) {
	var ids []string
	for _, o := range list {
		if o.Status == run.RunDamaged {
			ids = append(ids, o.RunID)
		}
	}
	const most = 5
	if more := len(ids) - most; more > 0 {
		ids = append(ids[:most], fmt.Sprintf("and %d more", more))
	}
	if len(ids) > 0 {
		fmt.Fprintf(s.Err, "Runs with unreadable events: %s. To find what is damaged: %s\n",
			strings.Join(ids, ", "), failure.CheckData())
	}
}

// tableLimit is how many runs are listed where people read.
const tableLimit = 50

// list returns the runs to list.
func (c *runsListCmd) list(ctx context.Context, g *cli, s console.Streams) ([]run.Overview, error) {
	if g.empty() {
		return []run.Overview{}, nil
	}
	sys, err := g.open(ctx, s)
	if err != nil {
		return nil, err
	}
	defer sys.Close() //nolint:errcheck // it was only looked at
	limit := c.Limit
	if limit <= 0 {
		limit = 0
		if !g.JSON {
			limit = tableLimit
		}
	}
	return sys.Runs(ctx, runs.Filter{
		RunFilter: run.RunFilter{ProjectID: c.Project}, Statuses: c.Status, NeedsYou: c.NeedsYou, Limit: limit,
	})
}

type runsShowCmd struct {
	runArg
}

// Run does the command.
func (c *runsShowCmd) Run(ctx context.Context, g *cli, s console.Streams) error {
	sys, state, err := c.open(ctx, g, s)
	if err != nil {
		return err
	}
	defer sys.Close() //nolint:errcheck // what it has reported is stored
	if g.JSON {
		return console.PrintJSON(s.Out, state)
	}
	state.Abandoned = len(state.Needs) == 0 && abandoned(ctx, sys, state)
	if err := progress.WriteState(s.Out, state, time.Now(), console.Color(s.Out), program(g)); err != nil {
		return err
	}
	return printLine(ctx, sys, state, s)
}

// abandoned reports whether no process works on a run of this data directory, and none will.
func abandoned(ctx context.Context, sys system.System, state run.State) bool {
	l, ok := sys.(*system.Local)
	return ok && l.Abandoned(ctx, state)
}

// printLine prints the other runs of a run's line.
func printLine(ctx context.Context, sys system.System, state run.State, s console.Streams) error {
	line, err := sys.Line(ctx, state)
	if err != nil || len(line) < 2 {
		return err
	}
	fmt.Fprintln(s.Out, "\nThe line of runs:")
	for _, r := range line {
		mark := " "
		if r.RunID == state.RunID {
			mark = "*"
		}
		fmt.Fprintf(s.Out, "%s %s  %s\n", mark, r.RunID, r.Status)
	}
	return nil
}

type runsEventsCmd struct {
	runArg
	After  int64 `placeholder:"SEQ" help:"Start after this event."`
	Follow bool  `short:"f" help:"Keep printing events until the run ends."`
}

// Run does the command. Its output is JSON lines with and without --json.
func (c *runsEventsCmd) Run(ctx context.Context, g *cli, s console.Streams) error {
	sys, _, err := c.open(ctx, g, s)
	if err != nil {
		return err
	}
	defer sys.Close() //nolint:errcheck // what it has reported is stored
	ctx, stop := g.interruptible(ctx, nothing)
	defer stop()
	events := sys.Events(ctx, c.ID, c.After)
	if c.Follow {
		events = sys.Follow(ctx, c.ID, c.After)
	}
	enc := json.NewEncoder(s.Out)
	enc.SetEscapeHTML(false)
	for e, err := range events {
		if stopped(ctx, err) {
			return &console.Exit{Code: console.CodeInterrupted}
		}
		if err != nil {
			return err
		}
		if err := enc.Encode(e); err != nil {
			return err
		}
	}
	return nil
}

type runsWatchCmd struct {
	runArg
	Timeout time.Duration `placeholder:"DUR" help:"Stop watching after this long (such as 30s or 10m), with exit code 3. A run that this command executes is paused; a run that another process executes continues."`
}

// Run does the command.
func (c *runsWatchCmd) Run(ctx context.Context, g *cli, s console.Streams) error {
	sys, state, err := c.open(ctx, g, s)
	if err != nil {
		return err
	}
	defer sys.Close() //nolint:errcheck // what it has reported is stored
	if c.Timeout > 0 {
		timed, cancel := context.WithTimeoutCause(ctx, c.Timeout, errWatchTimeout)
		defer cancel()
		ctx = timed
	}
	if !state.Status.Ended() {
		if state, err = showRun(ctx, sys, system.RunOptions{Run: c.ID, Watch: true}, g, s); state.RunID == "" {
			return err
		}
	}
	if errors.Is(context.Cause(ctx), errWatchTimeout) && !state.Status.Ended() {
		err = &console.Exit{Code: console.CodeTimedOut}
	}
	return errors.Join(conclude(sys, state, g, s), err, ended(state))
}

// conclude prints what a run that was shown has come to.
func conclude(sys system.System, state run.State, g *cli, s console.Streams) error {
	if g.JSON {
		return console.PrintJSON(s.Out, state)
	}
	return printOutcome(s.Out, sys, state, g, "")
}

var errWatchTimeout = errors.New("the watch timed out")

type runsResumeCmd struct {
	runArg
	reasonFlag
	Today bool `env:"-" help:"Continue with the providers available here today instead of those the run started with. The run need not be paused."`
}

func (runsResumeCmd) Help() string {
	return `A run uses only the models that were available when it started, at the same addresses,
whichever process continues it and whatever cineforge.yaml calls their providers. If none
of them is available, the run waits, and "runs show" says what it needs. Use --today if
they will not come back; the run records it. With degrade: never in the recipe, the offline
model does not finish the run even then.

Examples:
  cineforge runs resume run-0a1b2c3d
  cineforge runs resume run-0a1b2c3d --today`
}

// Run does the command.
func (c *runsResumeCmd) Run(ctx context.Context, g *cli, s console.Streams) error {
	sys, state, err := c.open(ctx, g, s)
	if err != nil {
		return err
	}
	defer sys.Close() //nolint:errcheck // what it has reported is stored
	if state.Status.Ended() || state.Status == run.Waiting && len(state.Needs) == 0 && !c.Today && !abandoned(ctx, sys, state) {
		return console.Usage(runs.NotPaused(state))
	}
	if err := sys.Resume(ctx, c.ID, runs.Continuation{Today: c.Today, Reason: c.Reason}); err != nil {
		return err
	}
	return showResumed(ctx, sys, state, g, s)
}
