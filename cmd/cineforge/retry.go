package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"text/tabwriter"

	"cineforge/internal/app"
	"cineforge/pipeline"
	"cineforge/run"
)

type retryCmd struct {
	runArg
	Full   bool   `xor:"from" help:"Begin at the start."`
	From   string `xor:"from" placeholder:"STAGE" help:"Begin at this stage, and do again all that builds on it."`
	Plan   bool   `help:"Say what would be kept, done again and paid for, and do nothing."`
	Detach bool   `help:"Leave the run to a running cineforge serve, and return."`
}

func (retryCmd) Help() string {
	return `Goes on with a run that failed or was cancelled: a new run takes over what the stages
before it made, with the same recipe, parameters and file, and begins at the stage that
failed. If what it builds on can't be used, it steps back to the stage that made that.

Nothing is paid for twice: every answer that the run or its retries ever got serves
again, also with --full. A run that was stopped by Ctrl-C is simply continued.

Examples:
  cineforge retry run-0a1b2c3d
  cineforge retry run-0a1b2c3d --plan
  cineforge retry run-0a1b2c3d --from extract_scenes`
}

// asked is what the flags ask for.
func (c *retryCmd) asked() pipeline.Retry {
	switch {
	case c.Full:
		return pipeline.Retry{Mode: run.RetryFull}
	case c.From != "":
		return pipeline.Retry{Mode: run.RetryFrom, Stage: c.From}
	}
	return pipeline.Retry{Mode: run.RetryFailed}
}

// Run does the command.
func (c *retryCmd) Run(ctx context.Context, g *cli, s streams) error {
	sys, state, err := c.open(ctx, g, s)
	if err != nil {
		return err
	}
	defer sys.Close() //nolint:errcheck // what was told is stored
	asked := c.asked()
	if stopped := state.Status == run.Paused && asked.Mode == run.RetryFailed; stopped && !c.Plan {
		return resume(ctx, sys, state, g, s)
	}
	if c.Plan {
		plan, err := sys.PlanRetry(ctx, c.ID, asked)
		if err != nil {
			return notStarted(err)
		}
		return printPlan(s.out, g, plan)
	}
	id, existing, err := sys.Retry(ctx, c.ID, app.Retry{Retry: asked, Queue: c.Detach})
	if err != nil {
		return notStarted(err)
	}
	if existing {
		fmt.Fprintf(s.err, "Run %s is being retried already, by run %s.\n", c.ID, id)
	}
	if c.Detach {
		return printQueued(ctx, sys, id, g, s)
	}
	if state, err = showRun(ctx, sys, attending{run: id, beside: true}, g, s); state.RunID == "" {
		return err
	}
	return errors.Join(conclude(sys, state, g, s), err, ended(state))
}

// printPlan prints what a retry would do.
func printPlan(out *os.File, g *cli, plan run.RetryPlan) error {
	if g.JSON {
		return printJSON(out, plan)
	}
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "retry of\t%s\n", plan.ParentRunID)
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
	cost := "not known"
	if plan.EstimatedCostUSD != nil {
		cost = fmt.Sprintf("about $%.4f", *plan.EstimatedCostUSD)
	}
	fmt.Fprintf(t, "costs\t%s\n", cost)
	return t.Flush()
}

func orNothing(list []string) string {
	if len(list) == 0 {
		return "nothing"
	}
	return strings.Join(list, ", ")
}

// printQueued prints the run that is left to a server.
func printQueued(ctx context.Context, sys system, id string, g *cli, s streams) error {
	state, err := sys.State(ctx, id)
	if err != nil {
		return err
	}
	if g.JSON {
		return printJSON(s.out, state)
	}
	fmt.Fprintf(s.out, "%s\n", id)
	fmt.Fprintf(s.err, "Run %s is queued; %s runs watch %s shows it.\n", id, program(g), id)
	return nil
}

type runsCancelCmd struct {
	runArg
}

// Run does the command.
func (c *runsCancelCmd) Run(ctx context.Context, g *cli, s streams) error {
	sys, _, err := c.open(ctx, g, s)
	if err != nil {
		return err
	}
	defer sys.Close() //nolint:errcheck // what was told is stored
	if err := sys.Cancel(ctx, c.ID); err != nil {
		return notStarted(err)
	}
	if g.JSON {
		return printState(ctx, sys, c.ID, s)
	}
	_, err = fmt.Fprintf(s.out, "run %s is cancelled; %s retry %s goes on from there\n", c.ID, program(g), c.ID)
	return err
}

type runsTryNowCmd struct {
	runArg
}

// Run does the command.
func (c *runsTryNowCmd) Run(ctx context.Context, g *cli, s streams) error {
	sys, state, err := c.open(ctx, g, s)
	if err != nil {
		return err
	}
	defer sys.Close() //nolint:errcheck // what was told is stored
	if err := sys.TryNow(ctx, c.ID); err != nil {
		return notStarted(err)
	}
	if g.JSON {
		return printState(ctx, sys, c.ID, s)
	}
	text := "run " + c.ID + " waits no longer"
	if state.Status != run.Waiting {
		text = "run " + c.ID + " is not waiting; its next wait is left out"
	}
	_, err = fmt.Fprintln(s.out, text)
	return err
}

func printState(ctx context.Context, sys system, id string, s streams) error {
	state, err := sys.State(ctx, id)
	if err != nil {
		return err
	}
	return printJSON(s.out, state)
}

// resume lets a paused run go on, and shows it.
func resume(ctx context.Context, sys system, state run.State, g *cli, s streams) error {
	if err := sys.Resume(ctx, state.RunID); err != nil {
		return err
	}
	state, err := showRun(ctx, sys, attending{run: state.RunID, since: state.LastSeq}, g, s)
	if state.RunID == "" {
		return err
	}
	return errors.Join(conclude(sys, state, g, s), err, ended(state))
}
