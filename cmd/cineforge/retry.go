package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"cineforge/durable"
	"cineforge/failure"
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
	a, state, err := c.open(ctx, g)
	if err != nil {
		return err
	}
	defer a.Close()
	asked := c.asked()
	if stopped := state.Status == run.Paused && asked.Mode == run.RetryFailed; stopped && !c.Plan {
		return resume(ctx, a, state, g, s)
	}
	if c.Plan {
		plan, err := a.PlanRetry(ctx, c.ID, asked)
		if err != nil {
			return notStarted(err)
		}
		return printPlan(s.out, g, plan.RetryPlan)
	}
	if c.Detach && !a.Served() {
		return errNotServed(g)
	}
	id, existing, err := a.Retry(ctx, c.ID, app.Retry{Retry: asked, Queue: c.Detach})
	if err != nil {
		return notStarted(err)
	}
	if existing {
		fmt.Fprintf(s.err, "Run %s is being retried already, by run %s.\n", c.ID, id)
	}
	if c.Detach {
		return printQueued(ctx, a, id, g, s)
	}
	defer background(ctx, a, id, g, s)()
	if state, err = showRun(ctx, a, id, g, s); state.RunID == "" {
		return err
	}
	return errors.Join(conclude(a, state, g, s), err, ended(state))
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

// errNotServed says that nobody would work on a queued run.
func errNotServed(g *cli) error {
	return failure.New(failure.Input, "no server is running on this data directory, so nobody would work on the run",
		"start one with "+program(g)+" serve, or leave --detach out")
}

// printQueued prints the run that is left to a server.
func printQueued(ctx context.Context, a *app.App, id string, g *cli, s streams) error {
	state, err := run.Load(ctx, a.Store, id)
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

// background works on what other processes left unfinished, until the returned
// function is called, which waits a little for it to be handed on.
func background(ctx context.Context, a *app.App, but string, g *cli, s streams) (stop func()) {
	if left := a.Unfinished(ctx, but); len(left) > 0 && !g.JSON {
		fmt.Fprintf(s.err, "Going on in the background with what was left unfinished: %s\n", strings.Join(left, ", "))
	}
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		a.Work(ctx) //nolint:errcheck // it ends with ctx
	}()
	return func() {
		cancel()
		select {
		case <-done:
		case <-time.After(handOver):
		}
	}
}

// handOver is how long is waited at the end for runs to be handed on. What takes
// longer is taken over as if the process had died.
const handOver = 3 * time.Second

type runsCancelCmd struct {
	runArg
}

// Run does the command.
func (c *runsCancelCmd) Run(ctx context.Context, g *cli, s streams) error {
	a, _, err := c.open(ctx, g)
	if err != nil {
		return err
	}
	defer a.Close()
	if err := a.Cancel(ctx, c.ID); err != nil {
		return notStarted(err)
	}
	if g.JSON {
		return printState(ctx, a, c.ID, s)
	}
	_, err = fmt.Fprintf(s.out, "run %s is cancelled; %s retry %s goes on from there\n", c.ID, program(g), c.ID)
	return err
}

type runsTryNowCmd struct {
	runArg
}

// Run does the command.
func (c *runsTryNowCmd) Run(ctx context.Context, g *cli, s streams) error {
	a, state, err := c.open(ctx, g)
	if err != nil {
		return err
	}
	defer a.Close()
	if err := a.TryNow(ctx, c.ID); err != nil {
		return notStarted(err)
	}
	if g.JSON {
		return printState(ctx, a, c.ID, s)
	}
	text := "run " + c.ID + " waits no longer"
	if state.Status != run.Waiting {
		text = "run " + c.ID + " is not waiting; its next wait is left out"
	}
	_, err = fmt.Fprintln(s.out, text)
	return err
}

func printState(ctx context.Context, a *app.App, id string, s streams) error {
	state, err := run.Load(ctx, a.Store, id)
	if err != nil {
		return err
	}
	return printJSON(s.out, state)
}

// resume lets a paused run go on, and shows it.
func resume(ctx context.Context, a *app.App, state run.State, g *cli, s streams) error {
	id := state.RunID
	if err := a.Confirm(ctx, id); err != nil {
		if errors.Is(err, durable.ErrHeld) {
			err = failure.New(failure.Input, fmt.Sprintf("run %s is under way already", id), program(g)+" runs watch "+id+" shows it")
		}
		return err
	}
	state, err := showRun(ctx, a, id, g, s)
	if state.RunID == "" {
		return err
	}
	return errors.Join(conclude(a, state, g, s), err, ended(state))
}
