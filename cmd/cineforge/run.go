package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/internal/cli/console"
	"github.com/cineforge/cineforge/internal/cli/newrun"
	"github.com/cineforge/cineforge/internal/cli/system"
	"github.com/cineforge/cineforge/internal/runs"
	"github.com/cineforge/cineforge/recipe"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
	"github.com/cineforge/cineforge/stage"
)

type runCmd struct {
	File      string            `arg:"" help:"The story: .fountain, .txt or .md; - for standard input."`
	Recipe    string            `default:"mvp_ingest" placeholder:"ID" help:"The recipe to run (${default})."`
	Project   string            `placeholder:"SLUG" help:"The project for the results; default: named after the file."`
	Param     map[string]string `mapsep:"none" placeholder:"K=V" help:"A parameter of the recipe; can be repeated."`
	StartFrom string            `placeholder:"STAGE" help:"Start from this stage, with the results of an earlier run of the same file."`
	EndAt     string            `placeholder:"STAGE" help:"Stop after this stage."`
	Force     bool              `help:"Ignore cached answers and ask again."`
	New       bool              `help:"Start a new run even if the same one (file, recipe, parameters) is in progress; by default that one is shown."`
	Detach    bool              `help:"Leave the run to a running server, print its id and return."`
	DryRun    bool              `help:"Check everything, but run nothing."`
	Plan      bool              `help:"Say what the run would do, ask and cost, and do nothing."`
	newrun.Choice
	reasonFlag
	outputFlags
	Drill string `placeholder:"NAME[:PROVIDER,...]" help:"Run against the built-in simulator under this scenario, with keys for these providers only (default: all)."`
}

func (runCmd) Help() string {
	return `Reads the file, runs the recipe's stages on it and shows their progress. Results are
stored in the data directory; --output also writes them as files. It refuses a folder that
has artifacts of another project or data directory. It keeps and lists existing files that
differ, unless --overwrite is given.

Ctrl-C pauses the run and says how to continue it: finished stages and all answers are
kept. If the process dies, the next one continues the run: cineforge serve, or a cineforge
run on the same data directory, which does so in the background.

Answers to the same question from earlier runs with the same chain of models are reused
at no cost; --force asks again.

Examples:
  cineforge run script.fountain
  cineforge run script.fountain --output results --project night-ferry
  cineforge run notes.txt --end-at extract_scenes --json
  cineforge run script.fountain --param accept_config=false
  cineforge run script.fountain --param config_file=settings.yaml
  cineforge run script.fountain --plan --without openai
  cineforge run script.fountain --chain extract_scenes=gpt-5.2,claude-sonnet-4-6 --max-cost 2
  cineforge run script.fountain --drill anthropic-overload
  cineforge run script.fountain --drill S24:anthropic,google

--plan shows what the run would do: its stages, the models that it would ask, and the
likely cost. It asks no model and creates no run; with --server it uploads the file to the
server.

You can choose models and limits for one run: --chain sets the models of a stage,
--providers their order, --without the providers to leave out, and --max-cost, --max-wait
and --on-exhausted the limits. A retry keeps them.

With --server the file is uploaded to that server, which works on the run. Ctrl-C leaves
the run there, and says how to watch it.

A drill shows what a run does when providers fail. It sends no request to a provider, costs
nothing, and has its own project (drill-...); cineforge simulate --list shows the scenarios.`
}

// request returns what the flags ask of a run.
func (c *runCmd) request(params map[string]any) (event.Request, error) {
	routing, err := c.Routing()
	return event.Request{
		Selection: event.Selection{RuntimeParams: params, StartFrom: c.StartFrom, EndAt: c.EndAt, DryRun: c.DryRun},
		Options:   event.Options{Drill: c.Drill, Force: c.Force, Limits: c.Limits(), Routing: routing},
	}, err
}

// start returns what is asked for. What can't be read makes no run.
func (c *runCmd) start(ctx context.Context, s console.Streams) (start runs.Request, err error) {
	name, data, err := console.ReadInput(c.File, s.In)
	if err != nil {
		return start, err
	}
	if _, err := console.Documents().Read(ctx, name, data); err != nil {
		return start, err
	}
	params, config, err := c.params()
	if err != nil {
		return start, notStarted(err)
	}
	start = runs.Request{
		File: stage.File{Name: name, Data: data}, RecipeID: c.Recipe, ProjectID: c.Project, Config: config,
		New: c.New, Queue: c.Detach, Reason: c.Reason, Warn: func(w recipe.Warning) {
			fmt.Fprintf(s.Err, "Warning: recipe %s, line %d: %s\n", c.Recipe, w.Line, console.OneLine(w.Message))
		},
	}
	if start.Request, err = c.request(params); err != nil {
		return start, notStarted(err)
	}
	return start, nil
}

// Run does the command.
func (c *runCmd) Run(ctx context.Context, g *cli, s console.Streams) error {
	start, err := c.start(ctx, s)
	if err != nil {
		return err
	}
	if g.Server == "" && c.Drill == "" { // a drill asks no provider
		if err := g.models.Models().Check(); err != nil { // before a data directory is made
			return err
		}
	}
	sys, err := g.open(ctx, s)
	if err != nil {
		return err
	}
	defer sys.Close() //nolint:errcheck // what it has reported is stored
	if c.Plan {
		return printRunPlan(ctx, sys, start, g, s)
	}
	if project, err := start.Project(); err == nil { // else Start says why
		if err := c.check(ctx, sys, project); err != nil {
			return err
		}
	}
	id, existing, err := sys.Start(ctx, start)
	if err != nil {
		return notStarted(err)
	}
	if existing {
		fmt.Fprintf(s.Err, "Run %s of the same is under way already, and is what is shown; --new begins another one.\n", id)
	}
	if c.Detach {
		return printQueued(ctx, sys, id, g, s)
	}
	a, err := attend(ctx, sys, id, existing, c.Reason)
	if err != nil {
		return err
	}
	state, err := showRun(ctx, sys, a, g, s)
	if state.RunID == "" {
		return err
	}
	if err := c.finish(sys, runResult{state, addedResult{Existing: existing}}, g, s); err != nil {
		return err
	}
	return errors.Join(err, ended(state))
}

// printRunPlan prints what a run would do.
func printRunPlan(ctx context.Context, sys system.System, start runs.Request, g *cli, s console.Streams) error {
	start.Warn = func(recipe.Warning) {} // the plan has them
	plan, err := sys.PlanRun(ctx, start)
	if err != nil {
		return notStarted(err)
	}
	if g.JSON {
		return console.PrintJSON(s.Out, plan)
	}
	return newrun.WritePlan(s.Out, plan)
}

// params are the parameters of the run, and the config file that one of them names.
func (c *runCmd) params() (params map[string]any, config stage.File, err error) {
	params = map[string]any{"accept_config": true}
	for k, v := range c.Param {
		if err := console.CheckText("parameter "+k, k+v); err != nil {
			return nil, config, err
		}
		switch k {
		case runs.ParamConfigFile:
			config, err = readSettings(v)
			params[k] = config.Name
		case runs.ParamConfigOverrides:
			params[k], err = recipe.ReadObject("the parameter "+k, []byte(v))
		default:
			params[k] = paramValue(v)
		}
		if err != nil {
			return nil, config, err
		}
	}
	return params, config, nil
}

// readSettings reads a file with settings of the project, up to more than one may have.
func readSettings(path string) (stage.File, error) {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() {
		return stage.File{}, failure.New(failure.Input, fmt.Sprintf("there is no config file %s", path), "check the name and the folder")
	}
	f, err := os.Open(path)
	if err != nil {
		return stage.File{}, failure.New(failure.Input, fmt.Sprintf("the config file %s can't be read", path), "check its permissions")
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, runs.MaxConfig+1))
	return stage.File{Name: filepath.Base(path), Data: data}, err
}

// attend says how a run is attended to that was just started. One that was there already is
// watched, and resumed if it was interrupted.
func attend(ctx context.Context, sys system.System, id string, existing bool, reason string) (system.RunOptions, error) {
	a := system.RunOptions{Run: id, Beside: true, Watch: existing}
	if !existing {
		return a, nil
	}
	state, err := sys.State(ctx, id)
	if err == nil && state.Status == run.Paused {
		a.Since = state.LastSeq
		if err = sys.Resume(ctx, id, runs.Continuation{Reason: reason}); errors.Is(err, runs.ErrNotPaused) {
			err = nil // any more
		}
	}
	return a, err
}

// notStarted says which errors are the command's.
func notStarted(err error) error {
	if _, decided := errors.AsType[*console.Exit](err); !decided && failure.ClassOf(err) == failure.Input {
		return console.Usage(err)
	}
	return err
}

// paramValue reads the value of a --param: a bool or a whole number if it is
// written as one, else text.
func paramValue(s string) any {
	switch s {
	case "true":
		return true
	case "false":
		return false
	}
	if n, err := strconv.Atoi(s); err == nil && strconv.Itoa(n) == s {
		return n
	}
	return s
}

// ended returns what a run's state means for the exit code. The reason has been printed.
func ended(state run.State) error {
	switch state.Status {
	case run.RunDone:
		return nil
	case run.RunCancelled:
		return &console.Exit{Code: console.CodeTimedOut}
	case run.RunFailed:
		return &console.Exit{Code: failedCode(state)}
	case run.Paused:
		for _, st := range state.Stages {
			if st.PauseReason == event.Interrupted {
				return &console.Exit{Code: console.CodeInterrupted}
			}
		}
		return &console.Exit{Code: console.CodeRunPaused}
	}
	return &console.Exit{Code: console.CodeError, Err: fmt.Errorf("run %s is still %s", state.RunID, state.Status)}
}

func failedCode(state run.State) int {
	for _, st := range state.Stages {
		if st.FinalErrorClass == nil {
			continue
		}
		switch *st.FinalErrorClass {
		case failure.Input:
			return console.CodeError
		case failure.NoProvider:
			return console.CodeNoProvider
		}
	}
	return console.CodeRunFailed
}
