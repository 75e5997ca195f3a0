package main

import (
	"context"
	"fmt"
	"text/tabwriter"

	"cineforge/internal/app"
)

type doctorCmd struct{}

func (doctorCmd) Help() string {
	return `Looks at the data directory, the database, the recipes, the keys and the tools. No key
is shown. Exit code 1 says that something keeps the program from working.`
}

// Run does the command.
func (c *doctorCmd) Run(ctx context.Context, g *cli, s streams) error {
	checks := app.Doctor(ctx, g.Data, g.models)
	bad := 0
	for _, check := range checks {
		if check.Status == app.Problem {
			bad++
		}
	}
	if g.JSON {
		if err := printJSON(s.out, checks); err != nil {
			return err
		}
	} else {
		t := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
		for _, check := range checks {
			fmt.Fprintf(t, "%s\t%s\t%s\n", check.Status, check.Name, oneLine(check.Detail))
			if check.Action != "" {
				fmt.Fprintf(t, "\t\t-> %s\n", oneLine(check.Action))
			}
		}
		if err := t.Flush(); err != nil {
			return err
		}
	}
	if bad > 0 {
		return &exit{Code: exitError}
	}
	return nil
}
