package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"regexp"
	"strings"
	"time"

	"cineforge/artifact"
	"cineforge/internal/app"
	"cineforge/internal/progress"
	"cineforge/run"
)

// showRun executes a run and shows it on stderr until it is at rest. Ctrl-C and ctx
// park it, if it is not another process that executes it. The state is returned
// with an error that only keeps it from being shown, or says that it goes on
// elsewhere; without a state there is nothing to tell of the run.
func showRun(ctx context.Context, a *app.App, id string, g *cli, s streams) (run.State, error) {
	return viewing{a, g, s, a.Execute}.show(ctx, id)
}

// viewing is how runs are shown that are executed meanwhile.
type viewing struct {
	app     *app.App
	cli     *cli
	streams streams
	execute func(ctx context.Context, runID string, onlooking func()) error
}

func (v viewing) show(ctx context.Context, id string) (run.State, error) {
	a, g, s := v.app, v.cli, v.streams
	signalled, stop := interruptible(ctx)
	defer stop()
	ctx, interrupt := context.WithCancel(signalled)
	defer interrupt()
	live := isTerminal(s.err) && inForeground(s.err) && !g.Verbose && !g.JSON
	rest := make(chan struct{})
	var executed error
	go func() {
		defer close(rest)
		executed = v.execute(ctx, id, func() {
			if !live {
				fmt.Fprintln(s.err, "Another process works on this run. It is shown here, and taken over if that process dies.")
			}
		})
	}()
	_, shown := progress.Show(a.Tail(ctx, id, rest), progress.Options{
		Out: s.err, Live: live, Color: color(s.err), Verbose: g.Verbose,
		In: s.in, Interrupt: interrupt, Program: program(g), Notes: g.notes,
	})
	<-rest
	if executed != nil && !stopped(ctx, executed) {
		return run.State{}, executed
	}
	state, err := run.Load(context.WithoutCancel(ctx), a.Store, id)
	if err == nil && ctx.Err() != nil && !state.Status.Ended() && state.Status != run.Paused {
		fmt.Fprintf(s.err, "Run %s goes on in another process; %s runs watch %s shows it.\n", id, program(g), id)
		return state, &exit{Code: stopCode(ctx)}
	}
	if stopped(ctx, shown) {
		shown = nil
	}
	return state, errors.Join(err, shown)
}

// stopCode is the exit code of a command that was stopped before its run was at rest.
func stopCode(ctx context.Context) int {
	if errors.Is(context.Cause(ctx), errWatchTimeout) {
		return exitTimedOut
	}
	return exitInterrupted
}

// stopped reports whether err only says that the command was stopped.
func stopped(ctx context.Context, err error) bool {
	return ctx.Err() != nil && (errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, errWatchTimeout))
}

// printOutcome prints what a run came to, what it made, and where that is.
func printOutcome(w *os.File, a *app.App, state run.State, g *cli, output string) error {
	if err := progress.WriteState(w, state, time.Now(), color(w), program(g)); err != nil {
		return err
	}
	if err := printMade(w, a, state); err != nil {
		return err
	}
	if output != "" {
		fmt.Fprintf(w, "\nFiles:  %s\n        %s\n", quote(path.Join(output, "runs", state.RunID, "run_state.json")), quote(path.Join(output, "artifacts")))
	} else if state.Status == run.RunDone && !state.DryRun {
		fmt.Fprintf(w, "\nKept in %s; as files:  %s runs export %s --output DIR\n", quote(g.Data), program(g), state.RunID)
	}
	return nil
}

// program is how to call the program so that it finds the same data directory.
func program(g *cli) string {
	if g.Data == defaultData || g.Data == os.Getenv("CINEFORGE_DATA") {
		return "cineforge"
	}
	return "cineforge --data " + quote(g.Data)
}

// quote writes a word the way a shell takes it.
func quote(word string) string {
	if plainWord.MatchString(word) {
		return word
	}
	return "'" + strings.ReplaceAll(oneLine(word), "'", `'\''`) + "'"
}

var plainWord = regexp.MustCompile(`^[A-Za-z0-9_./=:,+-]+$`)

// sceneIndex is the part of the scene index that the summary shows.
type sceneIndex struct {
	TotalScenes      int      `json:"total_scenes"`
	UniqueLocations  []string `json:"unique_locations"`
	UniqueCharacters []string `json:"unique_characters"`
	Minutes          float64  `json:"estimated_runtime_minutes"`
	NeedReview       int      `json:"scenes_need_review"`
}

// projectConfig is the part of the configuration that the summary shows.
type projectConfig struct {
	Title      *string  `json:"title"`
	Format     *string  `json:"format"`
	Genre      []string `json:"genre"`
	Tone       []string `json:"tone"`
	Logline    *string  `json:"logline"`
	Characters []string `json:"primary_characters"`
}

// printMade prints what a person wants to know of the scenes and the settings at once.
func printMade(w io.Writer, a *app.App, state run.State) error {
	for _, id := range state.StageOrder {
		st, _ := state.Stage(id)
		for _, ref := range st.ArtifactRefs {
			if ref.ArtifactType != artifact.SceneIndex && ref.ArtifactType != artifact.ProjectConfig {
				continue
			}
			made, err := a.Store.Artifact(context.Background(), state.ProjectID, ref)
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
		var x sceneIndex
		if err := json.Unmarshal(made.Data, &x); err != nil {
			return err
		}
		fmt.Fprintf(w, "\nScenes:    %d, about %.0f minutes, %d locations, %d characters (%s)\n", x.TotalScenes, x.Minutes,
			len(x.UniqueLocations), len(x.UniqueCharacters), oneLine(first(x.UniqueCharacters, 6)))
		if x.NeedReview > 0 {
			fmt.Fprintf(w, "           %d scenes wait for a judgement (summary, tone, beats) that no model has made\n", x.NeedReview)
		}
		return nil
	}
	var c projectConfig
	if err := json.Unmarshal(made.Data, &c); err != nil {
		return err
	}
	fmt.Fprintf(w, "Settings:  title %s, format %s, genre %s, tone %s\n", known(c.Title), known(c.Format), knownList(c.Genre), knownList(c.Tone))
	fmt.Fprintf(w, "           main characters %s; logline %s\n", knownList(c.Characters), known(c.Logline))
	return nil
}

const unknown = "not known"

func known(s *string) string {
	if s == nil || *s == "" {
		return unknown
	}
	return oneLine(*s)
}

func knownList(list []string) string {
	if len(list) == 0 {
		return unknown
	}
	return oneLine(first(list, 6))
}

// first joins the first n of a list and says how many more there are.
func first(list []string, n int) string {
	if len(list) <= n {
		return strings.Join(list, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(list[:n], ", "), len(list)-n)
}
