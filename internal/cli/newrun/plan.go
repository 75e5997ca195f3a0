package newrun

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/cineforge/cineforge/internal/cli/console"
	"github.com/cineforge/cineforge/run"
)

// WritePlan prints what a run would do.
func WritePlan(out io.Writer, plan run.StartPlan) error {
	if plan.Notice != "" {
		fmt.Fprintf(out, "%s\n\n", console.OneLine(plan.Notice))
	}
	fmt.Fprintf(out, "%s on %s, in project %s\n\n", plan.RecipeID, console.OneLine(plan.InputName), plan.ProjectID)
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "STAGE\tASKS\tFIRST MODEL\tSECONDS\tCOST")
	for _, s := range plan.Stages {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\n", s.StageID, asks(s), firstModel(s), seconds(estimated(s)), cost(estimated(s)))
	}
	fmt.Fprintf(t, "all\t\t\t%s\t%s\n", span(plan.Seconds, "%.0f"), money(plan.CostUSD))
	if err := t.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(out, "\nIf the last model of each chain answers everything: %s; whichever answer: %s. The limit is $%.2f (%s).\n",
		money(plan.IfLastUSD), money(plan.IfAnyUSD), plan.MaxCost.Value, plan.MaxCost.Source)
	writeChains(out, plan)
	writeNotes(out, plan)
	return nil
}

// estimated returns the estimate of a stage; nil if there is none.
func estimated(s run.StageForecast) *run.Estimate { return s.Estimate }

// asks says how much a stage asks.
func asks(s run.StageForecast) string {
	switch {
	case s.Action == run.ActionReuse:
		return "taken over from " + s.FromRunID
	case s.Units == nil:
		return "not known yet"
	case len(s.Chain) == 0:
		return "no model"
	}
	text := fmt.Sprintf("%d of %d", *s.Requests, *s.Units)
	switch {
	case s.UnitKind == "":
	case *s.Units == 1:
		text += " " + s.UnitKind
	default:
		text += " " + s.UnitKind + "s"
	}
	if s.Stored > 0 {
		text += fmt.Sprintf(" (%d answers are there)", s.Stored)
	}
	return text
}

// firstModel says which model is asked first.
func firstModel(s run.StageForecast) string {
	switch {
	case len(s.Chain) == 0:
		return "-"
	case s.First == nil:
		return "none at the moment"
	}
	return *s.First
}

// seconds writes how long a stage takes.
func seconds(e *run.Estimate) string {
	if e == nil {
		return "-"
	}
	return span(&e.Seconds, "%.0f")
}

// cost writes what a stage costs.
func cost(e *run.Estimate) string {
	if e == nil {
		return "-"
	}
	return money(e.CostUSD)
}

// money writes a range of amounts.
func money(r *run.Range) string { return span(r, "$%.4f") }

// span writes a range; one that is not known is no number.
func span(r *run.Range, format string) string {
	switch {
	case r == nil:
		return "not known"
	case r.Low == r.High:
		return fmt.Sprintf(format, r.Low)
	}
	return fmt.Sprintf(format+" to "+format, r.Low, r.High)
}

// writeChains lists the models that can't be asked.
func writeChains(out io.Writer, plan run.StartPlan) {
	for _, s := range plan.Stages {
		for _, c := range s.Chain {
			if c.Usable {
				continue
			}
			text := c.Detail
			if c.Since != nil {
				text += ", since " + c.Since.Format(time.RFC3339)
			}
			if c.Until != nil {
				text += ", until " + c.Until.Format(time.RFC3339)
			}
			fmt.Fprintf(out, "%s does not ask %s:%s: %s\n", s.StageID, c.Provider, c.Model, console.OneLine(text))
		}
	}
}

// writeNotes prints the warnings, and what was run before.
func writeNotes(out io.Writer, plan run.StartPlan) {
	for _, w := range plan.Warnings {
		place := string(w.About)
		if w.StageID != "" {
			place += ", " + w.StageID
		}
		if w.Line > 0 {
			place += fmt.Sprintf(", line %d", w.Line)
		}
		fmt.Fprintf(out, "Warning (%s): %s\n", place, console.OneLine(w.Message))
	}
	if plan.UnderWay != nil {
		fmt.Fprintf(out, "Run %s of the same is under way.\n", *plan.UnderWay)
	}
	var before []string
	for _, r := range plan.Earlier {
		before = append(before, fmt.Sprintf("%s (%s, $%.4f)", r.RunID, r.Status, r.TotalCostUSD))
	}
	if len(before) > 0 {
		fmt.Fprintf(out, "Run before on the same input: %s\n", strings.Join(before, ", "))
	}
}
