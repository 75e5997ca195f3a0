package app

import (
	"context"

	"github.com/cineforge/cineforge/run"
)

// State returns where a run stands, as this process sees it: a run that it can't go on
// with, and that nobody works on, waits for a carrier. It returns run.ErrNotFound if there
// is no such run.
func (a *App) State(ctx context.Context, runID string) (run.State, error) {
	state, err := run.Load(ctx, a.Store, runID)
	if err != nil {
		return state, err
	}
	if needs := a.Providers.Needs(&state); a.uncarried(ctx, runID, needs) {
		return state.WithNeeds(needs), nil
	}
	return state, nil
}

// uncarried reports whether a run waits for a process that can do what this one can't.
func (a *App) uncarried(ctx context.Context, runID string, needs []run.Need) bool {
	if len(needs) == 0 {
		return false
	}
	worked, err := a.engine.Worked(ctx, runID)
	return err == nil && !worked
}

// Uncarried lists the runs that this process can't go on with, and that nobody works on,
// newest first, some of them if there are many.
func (a *App) Uncarried(ctx context.Context) ([]run.Overview, error) {
	const most = 50
	found, err := a.journal.Uncarried(ctx, most)
	if err != nil {
		return nil, err
	}
	var list []run.Overview
	for _, r := range found {
		o, err := a.overview(ctx, r)
		if err != nil {
			return nil, err
		}
		list = append(list, o)
	}
	return list, nil
}
