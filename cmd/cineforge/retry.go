package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/internal/cli/console"
	"github.com/cineforge/cineforge/internal/cli/newrun"
	"github.com/cineforge/cineforge/internal/cli/system"
	"github.com/cineforge/cineforge/internal/library"
	"github.com/cineforge/cineforge/internal/runs"
	"github.com/cineforge/cineforge/pipeline"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

type retryCmd struct {
	runArg
	Full   bool   `xor:"from" help:"Start from the beginning."`
	From   string `xor:"from" placeholder:"STAGE" help:"Start from this stage, and repeat everything that depends on it."`
	Recipe string `default:"pinned" env:"-" placeholder:"FILE|ID" help:"The recipe to run: a file, a recipe's id, current (today's recipe of the same id) or pinned (the one that the run used; ${default})."`
	newrun.Choice
	Newest bool `env:"-" help:"Build on the project's current versions, not on what the run made."`
	Plan   bool `help:"Show what would be kept, repeated and paid for, and do nothing."`
	Detach bool `help:"Leave the run to a running server, and return."`
	reasonFlag
	outputFlags
}

func (retryCmd) Help() string {
	return `Continues a run that failed or was cancelled: a new run with the same recipe, parameters
and file keeps the results of the finished stages and starts at the stage that failed. If
those results can't be used, it steps back to the stage that made them.

Nothing is paid for twice: answers that the run or its retries got are reused, even with
--full. A run that was stopped by Ctrl-C is simply continued.

With --recipe the new run uses another recipe, such as one that names another model in
place of a retired one. Finished stages are kept if their module, parameters and inputs
are the same in both recipes; other differences never cause a stage to be repeated. A
file (a name with a dot or a slash) is checked, and saved as a version in the data
directory; it changes no other run. "cineforge recipes show ID" prints a recipe to start
from.

A retry builds on what the run made, even if a person has edited it since. With --newest
it builds on the project's current versions: edits and restored versions. It repeats what
those make stale, even if the run is done.

The retry keeps models and limits that were chosen for the previous run, unless it chooses
others; --chain and the limits do not apply to another recipe.

The cost of the run and all its retries counts against max_cost_usd. A retry with nothing
left to spend is refused; --max-cost allows more. Each retry has its full waiting time.

Examples:
  cineforge retry run-0a1b2c3d
  cineforge retry run-0a1b2c3d --plan
  cineforge retry run-0a1b2c3d --from extract_scenes --newest
  cineforge retry run-0a1b2c3d --recipe fixed.yaml
  cineforge retry run-0a1b2c3d --max-cost 25 --max-wait 12h
  cineforge retry run-0a1b2c3d --without anthropic
  cineforge retry run-0a1b2c3d --output results`
}

// asked is what the flags ask for.
func (c *retryCmd) asked() (pipeline.Retry, error) {
	r := pipeline.Retry{Mode: event.RetryFailed, RecipeName: c.Recipe, Limits: c.Limits(), Newest: c.Newest}
	routing, err := c.Routing()
	if err != nil {
		return r, console.Usage(err)
	}
	r.Routing = routing
	switch {
	case c.Full:
		r.Mode = event.RetryFull
	case c.From != "":
		r.Mode, r.Stage = event.RetryFrom, c.From
	}
	if !strings.ContainsAny(c.Recipe, `./\`) { // which no recipe's id has
		return r, nil
	}
	source, err := readRecipe(c.Recipe)
	if err == nil {
		r.Recipe, err = library.ParseRecipe(c.Recipe, source)
	}
	if err != nil {
		return r, console.Usage(err)
	}
	return r, nil
}

// changes reports whether the flags ask for another run than the one that is there.
func (c *retryCmd) changes() bool {
	return c.Full || c.Newest || c.From != "" || c.Recipe != event.PinnedRecipe || c.Given()
}

// Run does the command.
func (c *retryCmd) Run(ctx context.Context, g *cli, s console.Streams) error {
	asked, err := c.asked()
	if err != nil {
		return err
	}
	sys, state, err := c.open(ctx, g, s)
	if err != nil {
		return err
	}
	defer sys.Close() //nolint:errcheck // what it has reported is stored
	if !c.Plan {
		if err := c.check(ctx, sys, state.ProjectID); err != nil {
			return err
		}
	}
	if state.Status == run.Paused && !c.changes() && !c.Plan {
		if err := sys.Resume(ctx, c.ID, runs.Continuation{Reason: c.Reason}); err != nil {
			return err
		}
		return c.show(ctx, sys, system.RunOptions{Run: c.ID, Since: state.LastSeq}, g, s)
	}
	if c.Plan {
		plan, err := sys.PlanRetry(ctx, c.ID, asked)
		if err != nil {
			return notStarted(err)
		}
		return printPlan(s.Out, g, plan)
	}
	id, existing, err := sys.Retry(ctx, c.ID, runs.RetryRequest{Retry: asked, Queue: c.Detach, Reason: c.Reason})
	if err != nil {
		return notStarted(err)
	}
	if existing {
		fmt.Fprintf(s.Err, "Run %s is being retried already, by run %s.\n", c.ID, id)
	}
	if c.Detach {
		return printQueued(ctx, sys, id, g, s)
	}
	return c.show(ctx, sys, system.RunOptions{Run: id, Beside: true}, g, s)
}

// show shows a run until it is at rest, and writes its files.
func (c *retryCmd) show(ctx context.Context, sys system.System, a system.RunOptions, g *cli, s console.Streams) error {
	state, err := showRun(ctx, sys, a, g, s)
	if state.RunID == "" {
		return err
	}
	if err := c.finish(sys, runResult{State: state}, g, s); err != nil {
		return err
	}
	return errors.Join(err, ended(state))
}

// printPlan prints what a retry would do.
func printPlan(out *os.File, g *cli, plan run.RetryPlan) error {
	if g.JSON {
		return console.PrintJSON(out, plan)
	}
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "retry of\t%s\n", plan.ParentRunID)
	fmt.Fprintf(t, "recipe\t%s\n", recipeOf(plan))
	for i, c := range plan.Changes {
		label := "changes"
		if i > 0 {
			label = ""
		}
		fmt.Fprintf(t, "%s\t%s\n", label, console.OneLine(c.String()))
	}
	fmt.Fprintf(t, "keeps\t%s\n", orNothing(plan.Kept))
	var redone []string
	for _, r := range plan.Redone {
		if r.AnswersHad > 0 {
			redone = append(redone, fmt.Sprintf("%s (%d answers are there)", r.StageID, r.AnswersHad))
		} else {
			redone = append(redone, r.StageID)
		}
	}
	fmt.Fprintf(t, "does again\t%s\n", orNothing(redone))
	if len(plan.SteppedBack) > 0 {
		fmt.Fprintf(t, "steps back\tto %s: %s\n", strings.Join(plan.SteppedBack, ", "), plan.Reason)
	}
	for i, e := range plan.Edits {
		label := ""
		if i == 0 {
			label = map[bool]string{true: "uses edits", false: "ignores edits"}[plan.Newest]
		}
		fmt.Fprintf(t, "%s\t%s, an edit of version %d\n", label, e.Current, e.Made.Version)
	}
	cost := "not known"
	if plan.EstimatedCostUSD != nil {
		cost = fmt.Sprintf("about $%.4f", *plan.EstimatedCostUSD)
	}
	fmt.Fprintf(t, "costs\t%s\n", cost)
	if plan.EstimatedSeconds != nil {
		fmt.Fprintf(t, "takes\tabout %s\n", time.Duration(*plan.EstimatedSeconds*float64(time.Second)).Round(time.Second))
	}
	if plan.Forecast != nil {
		printChains(t, plan.Forecast.Stages)
	}
	if risk := plan.StopsAgain; risk != nil {
		fmt.Fprintf(t, "may stop\tat %s again: %s\n", risk.StageID, console.OneLine(cmp.Or(risk.Detail, stopWords[risk.Why])))
	}
	if c := plan.CurrentRecipe; c != nil && c.Differs {
		fmt.Fprintf(t, "note\tthe recipe has changed since; --recipe current uses it as it is today\n")
	}
	fmt.Fprintf(t, "spent\t$%.4f of $%.2f, by all runs of the line\n", plan.SpentUSD, plan.MaxCostUSD)
	return t.Flush()
}

// stopWords say why a retry may stop again where nothing more is known.
var stopWords = map[run.StopReason]string{
	run.NoCandidate: "no model of the stage can be asked now",
	run.CostLimit:   "it may cost more than is left",
}

// printChains prints which model each stage asks first now, and why others before it can't be asked.
func printChains(out io.Writer, stages []run.StageForecast) {
	for _, s := range stages {
		if len(s.Chain) == 0 {
			continue
		}
		text := "no model can be asked now"
		if s.First != nil {
			text = *s.First
		}
		for _, c := range s.Chain {
			if name := c.Provider + ":" + c.Model; !c.Usable && c.Reason != "not_configured" {
				text += fmt.Sprintf("; not %s (%s)", name, cmp.Or(c.Detail, string(c.Reason)))
			}
		}
		fmt.Fprintf(out, "asks\t%s: %s\n", s.StageID, console.OneLine(text))
	}
}

// recipeOf says which recipe a retry runs.
func recipeOf(plan run.RetryPlan) string {
	if plan.Recipe.Name == event.PinnedRecipe {
		return "pinned: " + plan.Recipe.RecipeID
	}
	return fmt.Sprintf("%s (%s), instead of the pinned one", plan.Recipe.RecipeID, plan.Recipe.Name)
}

func orNothing(list []string) string {
	if len(list) == 0 {
		return "nothing"
	}
	return strings.Join(list, ", ")
}

// printQueued prints the run that is left to a server.
func printQueued(ctx context.Context, sys system.System, id string, g *cli, s console.Streams) error {
	state, err := sys.State(ctx, id)
	if err != nil {
		return err
	}
	if g.JSON {
		return console.PrintJSON(s.Out, state)
	}
	if state.Notice != "" {
		fmt.Fprintln(s.Err, console.OneLine(state.Notice))
	}
	fmt.Fprintf(s.Out, "%s\n", id)
	fmt.Fprintf(s.Err, "Run %s is queued; follow it: %s\n", id, failure.Watch(id).Line(program(g)))
	return nil
}

type runsCancelCmd struct {
	runArg
	reasonFlag
}

// Run does the command.
func (c *runsCancelCmd) Run(ctx context.Context, g *cli, s console.Streams) error {
	sys, _, err := c.open(ctx, g, s)
	if err != nil {
		return err
	}
	defer sys.Close() //nolint:errcheck // what it has reported is stored
	if err := sys.Cancel(ctx, c.ID, c.Reason); err != nil {
		return notStarted(err)
	}
	if g.JSON {
		return printState(ctx, sys, c.ID, s)
	}
	_, err = fmt.Fprintf(s.Out, "run %s is cancelled; to continue from there: %s\n", c.ID, failure.Retry(c.ID).Line(program(g)))
	return err
}

type runsTryNowCmd struct {
	runArg
	reasonFlag
}

// Run does the command.
func (c *runsTryNowCmd) Run(ctx context.Context, g *cli, s console.Streams) error {
	sys, state, err := c.open(ctx, g, s)
	if err != nil {
		return err
	}
	defer sys.Close() //nolint:errcheck // what it has reported is stored
	if err := sys.TryNow(ctx, c.ID, c.Reason); err != nil {
		return notStarted(err)
	}
	if g.JSON {
		return printState(ctx, sys, c.ID, s)
	}
	text := "run " + c.ID + " is to ask at once"
	switch {
	case abandoned(ctx, sys, state):
		text += ", but no process is working on it; continue it: " + failure.Watch(c.ID).Line(program(g))
	case state.Status != run.Waiting:
		text = "run " + c.ID + " is not waiting; its next wait is left out"
	}
	_, err = fmt.Fprintln(s.Out, text)
	return err
}

type runsAckCmd struct {
	runArg
	reasonFlag
}

func (runsAckCmd) Help() string {
	return `A run that has failed, is paused, or can't continue here needs a person, and lists say so until it
is retried, another run finishes the same file, or it is acknowledged. The acknowledgement
holds until something happens in the run.

Examples:
  cineforge runs list --needs-you
  cineforge runs ack run-0a1b2c3d --reason 'the script is withdrawn'`
}

// Run does the command.
func (c *runsAckCmd) Run(ctx context.Context, g *cli, s console.Streams) error {
	sys, _, err := c.open(ctx, g, s)
	if err != nil {
		return err
	}
	defer sys.Close() //nolint:errcheck // what it has reported is stored
	if err := sys.Acknowledge(ctx, c.ID, c.Reason); err != nil {
		return notStarted(err)
	}
	if g.JSON {
		return printState(ctx, sys, c.ID, s)
	}
	_, err = fmt.Fprintf(s.Out, "run %s is acknowledged\n", c.ID)
	return err
}

func printState(ctx context.Context, sys system.System, id string, s console.Streams) error {
	state, err := sys.State(ctx, id)
	if err != nil {
		return err
	}
	return console.PrintJSON(s.Out, state)
}

// showResumed shows a run that was resumed in the state that it is given in.
func showResumed(ctx context.Context, sys system.System, state run.State, g *cli, s console.Streams) error {
	state, err := showRun(ctx, sys, system.RunOptions{Run: state.RunID, Since: state.LastSeq}, g, s)
	if state.RunID == "" {
		return err
	}
	return errors.Join(conclude(sys, state, g, s), err, ended(state))
}
