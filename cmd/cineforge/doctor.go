package main

import (
	"context"
	"fmt"
	"text/tabwriter"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/internal/app"
	"github.com/cineforge/cineforge/internal/cli/console"
	"github.com/cineforge/cineforge/internal/cli/system"
	"github.com/cineforge/cineforge/internal/upkeep"
)

type doctorCmd struct{}

// checks returns what the doctor finds here, or at the server.
func (*doctorCmd) checks(ctx context.Context, g *cli, s console.Streams) ([]upkeep.Check, error) {
	if g.Server == "" {
		return app.Doctor(ctx, g.Data, g.models), nil
	}
	server, err := g.dial(s)
	if err != nil {
		return nil, err
	}
	defer server.Close() //nolint:errcheck // it was only looked at
	found, err := server.Client().Setup.Doctor(ctx, true)
	checks := []upkeep.Check{}
	for _, c := range found {
		checks = append(checks, upkeep.Check{Name: c.Name, Status: upkeep.CheckStatus(c.Status), Detail: c.Detail, Action: c.Action,
			Group: upkeep.CheckGroup(c.Group), Path: c.Path, Version: c.Version})
	}
	return checks, system.Failure(err)
}

func (doctorCmd) Help() string {
	return `Checks the data directory, the database, the recipes, the keys, the proxy and the tools.
It shows no key. Exit code 1 means that something keeps the program from working.

It also connects to each base URL set in the environment or in cineforge.yaml, for at most
3 seconds, without a key and without asking a model. It does not try the vendors' own
addresses. With --server the server checks its own setup.`
}

// Run does the command.
func (c *doctorCmd) Run(ctx context.Context, g *cli, s console.Streams) error {
	checks, err := c.checks(ctx, g, s)
	if err != nil {
		return err
	}
	bad := 0
	for _, check := range checks {
		if check.Status == upkeep.Problem {
			bad++
		}
	}
	if g.JSON {
		if err := console.PrintJSON(s.Out, checks); err != nil {
			return err
		}
	} else {
		t := tabwriter.NewWriter(s.Out, 0, 0, 2, ' ', 0)
		for _, check := range checks {
			written := func(text string) string {
				return failure.Rewrite(text, check.Remedies, failure.Remedy.String, func(r failure.Remedy) string { return r.Line(program(g)) })
			}
			fmt.Fprintf(t, "%s\t%s\t%s\n", check.Status, check.Name, console.OneLine(written(check.Detail)))
			if check.Action != "" {
				fmt.Fprintf(t, "\t\t-> %s\n", console.OneLine(written(check.Action)))
			}
		}
		if err := t.Flush(); err != nil {
			return err
		}
	}
	if bad > 0 {
		return &console.Exit{Code: console.CodeError}
	}
	return nil
}
