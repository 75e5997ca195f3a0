package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/artifact/content"
	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/internal/cli/console"
	"github.com/cineforge/cineforge/internal/cli/host"
	"github.com/cineforge/cineforge/internal/cli/system"
	"github.com/cineforge/cineforge/internal/progress"
	"github.com/cineforge/cineforge/run"
)

// showRun attends to a run and shows it on stderr until it is at rest. Ctrl-C and ctx
// end that. The state is returned with an error that only keeps it from being shown, or
// says that it goes on elsewhere; without a state there is nothing to tell of the run.
func showRun(ctx context.Context, sys system.System, a system.RunOptions, g *cli, s console.Streams) (run.State, error) {
	tell := sync.OnceFunc(func() { g.noteStop(sys) })
	signalled, stop := g.interruptible(ctx, tell)
	defer stop()
	ctx, interrupt := context.WithCancel(signalled)
	defer interrupt()
	defer context.AfterFunc(ctx, tell)() // which a time limit ends too
	events, end := sys.Run(ctx, a)
	followed, shown := progress.Show(events, progress.Options{
		Out: s.Err, Live: live(g, s), Color: console.Color(s.Err), Verbose: g.Verbose,
		In: s.In, Interrupt: func() { g.stopper.say(func() { tell(); interrupt() }) }, Program: program(g), Notes: g.notes,
	})
	if err := end(); err != nil && !stopped(ctx, err) {
		return run.State{}, err
	}
	state, err := sys.State(context.WithoutCancel(ctx), a.Run)
	if g.Server != "" && err != nil && ctx.Err() != nil {
		state, err = followed, nil // the server is away, and is not waited for
		state.RunID = a.Run
	}
	if err == nil && ctx.Err() != nil && !state.Status.Ended() && state.Status != run.Paused {
		fmt.Fprintf(s.Err, "Run %s continues %s; follow it: %s\n", a.Run, elsewhere(g), failure.Watch(a.Run).Line(program(g)))
		return state, &console.Exit{Code: stopCode(ctx)}
	}
	if stopped(ctx, shown) {
		shown = nil
	}
	return state, errors.Join(err, shown)
}

// live reports whether a run is shown as one block that changes.
func live(g *cli, s console.Streams) bool {
	return console.IsTerminal(s.Err) && host.InForeground(s.Err) && !g.Verbose && !g.JSON
}

// elsewhere is where a run goes on that this process does not work on.
func elsewhere(g *cli) string {
	if g.Server != "" {
		return "with the server"
	}
	return "in another process"
}

// stopCode is the exit code of a command that was stopped before its run was at rest.
func stopCode(ctx context.Context) int {
	if errors.Is(context.Cause(ctx), errWatchTimeout) {
		return console.CodeTimedOut
	}
	return console.CodeInterrupted
}

// stopped reports whether err only says that the command was stopped.
func stopped(ctx context.Context, err error) bool {
	return ctx.Err() != nil && (errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) ||
		errors.Is(err, errWatchTimeout))
}

// printOutcome prints what a run came to, what it made, and where that is.
func printOutcome(w *os.File, sys system.System, state run.State, g *cli, output string) error {
	if err := progress.WriteState(w, state, time.Now(), console.Color(w), program(g)); err != nil {
		return err
	}
	if err := printMade(w, sys, state); err != nil {
		return err
	}
	if output != "" {
		fmt.Fprintf(w, "\nFiles:  %s\n        %s\n", console.Quote(path.Join(output, "runs", state.RunID, "run_state.json")),
			console.Quote(path.Join(output, "artifacts")))
	} else if state.Status == run.RunDone && !state.DryRun {
		fmt.Fprintf(w, "\nKept in %s; as files:  %s\n", console.Quote(g.place()), failure.Export(state.RunID).Line(program(g)))
	}
	return nil
}

// printMade prints what a person wants to know of the scenes and the settings at once.
func printMade(w io.Writer, sys system.System, state run.State) error {
	for _, id := range state.StageOrder {
		st, _ := state.Stage(id)
		for _, ref := range st.ArtifactRefs {
			if ref.ArtifactType != artifact.SceneIndex && ref.ArtifactType != artifact.ProjectConfig {
				continue
			}
			made, err := sys.Artifact(context.Background(), state.ProjectID, ref)
			if err != nil {
				return err
			}
			if err := printArtifact(w, made); err != nil {
				return err
			}
		}
	}
	return nil
}

func printArtifact(w io.Writer, made artifact.Artifact) error {
	if made.Metadata.Ref.ArtifactType == artifact.SceneIndex {
		x, err := content.DecodeSceneIndex(made.Data, "total_scenes", "unique_locations", "unique_characters",
			"estimated_runtime_minutes", "scenes_need_review")
		if err != nil {
			return err
		}
		who := ""
		if len(x.UniqueCharacters) > 0 {
			who = " (" + console.OneLine(first(x.UniqueCharacters, 6)) + ")"
		}
		fmt.Fprintf(w, "\nScenes:    %d, about %.0f minutes, %d locations, %d characters%s\n", x.TotalScenes, x.RuntimeMinutes,
			len(x.UniqueLocations), len(x.UniqueCharacters), who)
		if x.NeedReview > 0 {
			fmt.Fprintf(w, "           %d scenes wait for a judgement (summary, tone, beats) that no model has made\n", x.NeedReview)
		}
		return nil
	}
	c, err := content.DecodeProjectConfig(made.Data, "title", "format", "genre", "tone", "logline", "primary_characters")
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "Settings:  title %s, format %s, genre %s, tone %s\n", known(&c.Title), known(&c.Format), knownList(c.Genre),
		knownList(c.Tone))
	fmt.Fprintf(w, "           main characters %s; logline %s\n", knownList(c.PrimaryCharacters), known(c.Logline))
	return nil
}

const unknown = "not known"

func known(s *string) string {
	if s == nil || *s == "" {
		return unknown
	}
	return console.OneLine(*s)
}

func knownList(list []string) string {
	if len(list) == 0 {
		return unknown
	}
	return console.OneLine(first(list, 6))
}

// first joins the first n of a list and says how many more there are.
func first(list []string, n int) string {
	if len(list) <= n {
		return strings.Join(list, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(list[:n], ", "), len(list)-n)
}

// stopper ends commands that work on runs: at first nothing new is begun, and calls that are
// under way are let come to an end, since they are paid for; then everything ends.
type stopper struct {
	hard context.Context //nolint:containedctx // its end is what ends everything
	end  context.CancelFunc
	said atomic.Int32 // how often it was said
}

func newStopper() *stopper {
	hard, end := context.WithCancel(context.Background())
	return &stopper{hard: hard, end: end}
}

// say is what Ctrl-C does: the first time it ends what soft ends, and then everything.
func (s *stopper) say(soft func()) {
	if s.said.Add(1) == 1 {
		soft()
		return
	}
	s.end()
}

// interruptible returns a context that ends with Ctrl-C or SIGTERM, for commands that have
// something to bring to an end; others just die of them. A second one ends all calls at
// once, and a third one the process. first is called before the context ends by the first
// one: what is to be said of the calls under way is said while they are.
func (c *cli) interruptible(ctx context.Context, first func()) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	listen, done := context.WithCancel(context.Background())
	go func() {
		defer signal.Stop(signals)
		for c.stopper.hard.Err() == nil {
			select {
			case <-signals:
				c.stopper.say(func() {
					first()
					cancel()
				})
			case <-listen.Done():
				return
			}
		}
	}()
	return ctx, func() {
		done()
		cancel()
	}
}

// nothing is what a command does first that has nothing to tell when it is stopped.
func nothing() {}

// farewells says what is waited for when a command ends; "" if that is nothing.
func (c *cli) farewells(calls int) string {
	if calls == 0 || c.Grace <= 0 || c.stopper.hard.Err() != nil {
		return ""
	}
	return fmt.Sprintf("%s under way: let come to an end and stored, for up to %v. A second Ctrl-C ends %s at once.",
		console.Count(calls, "call"), c.Grace, map[bool]string{true: "it", false: "them"}[calls == 1])
}

// grace is how long engines let calls come to an end.
func (c *cli) grace() time.Duration {
	if c.Grace <= 0 {
		return -1
	}
	return c.Grace
}

// noteStop notes that the calls of a run are waited for.
func (c *cli) noteStop(sys system.System) {
	if l, ok := sys.(*system.Local); ok {
		if text := c.farewells(l.Calls()); text != "" {
			c.note(text)
		}
	}
}
