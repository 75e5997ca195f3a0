package runs

import (
	"context"
	"errors"
	"fmt"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/pipeline"
	"github.com/cineforge/cineforge/recipe"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

// Plan says what a start of the same request would do: the stages with their models and what they are likely
// to take, and what was run before on the same input. It refuses what [Service.Start] refuses, for
// the same reason. It asks no model and stores nothing.
func (s *Service) Plan(ctx context.Context, r Request) (run.StartPlan, error) {
	var warnings []run.PlanWarning
	warn := r.Warn
	r.Warn = func(w recipe.Warning) {
		warnings = append(warnings, run.PlanWarning{About: run.AboutRecipe, Line: w.Line, Message: w.Message})
		if warn != nil {
			warn(w)
		}
	}
	spec, err := s.spec(ctx, r)
	if err != nil {
		return run.StartPlan{}, err
	}
	if r.RunID != "" {
		if _, err := run.Load(ctx, s.store, r.RunID); !errors.Is(err, run.ErrNotFound) {
			return run.StartPlan{}, errors.Join(err, run.ErrExists)
		}
	}
	planned, err := s.pipeline.PlanRun(ctx, spec)
	if err != nil {
		return run.StartPlan{}, err
	}
	plan := planned.StartPlan
	plan.Warnings = append(plan.Warnings, warnings...)
	plan.Warnings = append(plan.Warnings, inputWarnings(ctx, s.library, r)...)
	plan.Warnings = append(plan.Warnings, forecastWarnings(plan.Forecast)...)
	return plan, addEarlier(ctx, s.reader, &plan, planned.Asked)
}

// mostInputWarnings is how many warnings about the input a plan shows; the scan of the input has all.
const mostInputWarnings = 20

// inputWarnings says what in the input may need a look. A file that can't be read has its stage say so.
func inputWarnings(ctx context.Context, library Library, r Request) (list []run.PlanWarning) {
	doc, err := library.ReadDocument(ctx, r.File.Name, r.File.Data)
	if err != nil {
		return nil
	}
	for i, w := range doc.Warnings {
		if i == mostInputWarnings {
			more := fmt.Sprintf("%d more warnings about the input", len(doc.Warnings)-i)
			return append(list, run.PlanWarning{About: run.AboutInput, Message: more})
		}
		list = append(list, run.PlanWarning{About: run.AboutInput, Line: w.Line, Message: w.Message})
	}
	return list
}

// forecastWarnings says what of a forecast may be otherwise than is meant.
func forecastWarnings(f run.Forecast) (list []run.PlanWarning) {
	for _, st := range f.Stages {
		if len(st.Chain) > 0 && st.First == nil {
			list = append(list, run.PlanWarning{About: run.AboutModels, StageID: st.StageID,
				Message: "no model of the stage can be asked at the moment; the stage waits for one or fails"})
		}
		for _, c := range st.Chain {
			if c.Usable && c.Price == nil {
				list = append(list, run.PlanWarning{About: run.AboutCost, StageID: st.StageID,
					Message: fmt.Sprintf("the price of %s:%s is not known, so its cost is not counted", c.Provider, c.Model)})
			}
		}
		if st.Problem != "" {
			list = append(list, run.PlanWarning{About: run.AboutInput, StageID: st.StageID, Message: "the stage would fail: " + st.Problem})
		}
	}
	if f.CostUSD != nil && f.CostUSD.High > f.MaxCost.Value {
		list = append(list, run.PlanWarning{About: run.AboutCost,
			Message: fmt.Sprintf("the run may cost more than its limit of $%.2f, and stops there", f.MaxCost.Value)})
	}
	return list
}

// How much is looked at, and listed, of what was run before.
const (
	mostLookedAt = 500
	mostEarlier  = 20
)

// addEarlier adds to a plan what was run before on its input, and the run of the same that is under way.
func addEarlier(ctx context.Context, reader *Reader, plan *run.StartPlan, asked artifact.Digest) error {
	n := 0
	for r, err := range reader.Store.Runs(ctx, run.RunFilter{ProjectID: plan.ProjectID}) {
		if err != nil {
			return err
		}
		if n++; n > mostLookedAt || len(plan.Earlier) == mostEarlier {
			return nil
		}
		started, ok, err := firstEvent(ctx, reader.Store, r.RunID)
		if err != nil {
			return err
		}
		if !ok || started.InputDigest != plan.InputDigest {
			continue
		}
		seen, err := reader.Overview(ctx, r)
		if errors.Is(err, run.ErrNotFound) {
			continue // it was removed meanwhile
		}
		if err != nil {
			return err
		}
		plan.Earlier = append(plan.Earlier, seen)
		same, err := pipeline.Asked(started)
		if err != nil {
			return err
		}
		underWay := !seen.Status.Ended() && (seen.Status != run.Paused || seen.PauseReason == event.Interrupted)
		if plan.UnderWay == nil && underWay && asked != "" && same == asked {
			plan.UnderWay = new(r.RunID)
		}
	}
	return nil
}

// firstEvent returns the event that a run begins with. It is false if it can't be read.
func firstEvent(ctx context.Context, log run.Log, id string) (event.PipelineStarted, bool, error) {
	for e, err := range log.Events(ctx, id, 0) {
		if run.TroubleOf(err) == run.Damaged || errors.Is(err, run.ErrNotFound) {
			break
		}
		if err != nil {
			return event.PipelineStarted{}, false, err
		}
		b, ok := e.Body.(event.PipelineStarted)
		return b, ok, nil
	}
	return event.PipelineStarted{}, false, nil
}
