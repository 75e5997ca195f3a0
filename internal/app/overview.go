package app

import (
	"github.com/cineforge/cineforge/internal/library"

	"context"
	"errors"
	"fmt"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/recipe"
	"github.com/cineforge/cineforge/run"
)

// mostOverviews bounds the overviews that are remembered, so that a list does not fold the same
// events again.
const mostOverviews = 20_000

// remembered is the overview of a run. It is right for as long as nothing happens in the run.
type remembered struct {
	seq     int64
	carried run.Overview
	alone   *run.Overview // what it is while no process works on it, if this one can't go on with it
}

// Filter says which runs are listed.
type Filter struct {
	run.RunFilter
	Status run.Status // "" for all
	Limit  int        // 0 for all
}

// mostLookedAt is how many runs a page is looked for in. If they don't fill it, the
// page is short, and the next one goes on from there.
const mostLookedAt = 2000

// List returns runs at a glance, newest first, and the run behind which the next page
// begins, "" if there is none. With an error come the runs that were read before it.
func (a *App) List(ctx context.Context, f Filter) (page []run.Overview, next string, err error) {
	page = []run.Overview{}
	f.UnderWay = f.UnderWay || f.Status != "" && !f.Status.Ended()
	looked := 0
	last := ""
	for r, err := range a.Store.Runs(ctx, f.RunFilter) {
		if err != nil {
			return page, "", err
		}
		if f.Limit > 0 && (len(page) == f.Limit || looked == mostLookedAt) {
			return page, last, nil
		}
		looked++
		last = r.RunID
		seen, err := a.Overview(ctx, r)
		if errors.Is(err, run.ErrNotFound) {
			continue // it was removed meanwhile
		}
		if err != nil {
			return nil, "", err
		}
		if f.Status == "" || seen.Status == f.Status {
			page = append(page, seen)
		}
	}
	return page, "", nil
}

// Overview returns a run at a glance. A run whose events can't be read, or are not all there,
// has the status [run.RunDamaged], so that it keeps nobody from the others. A run that was
// removed meanwhile is run.ErrNotFound.
func (a *App) Overview(ctx context.Context, r run.Summary) (run.Overview, error) {
	seen, err := a.overview(ctx, r)
	if kind := run.TroubleOf(err); err == nil || ctx.Err() != nil || kind != "" && kind != run.Damaged {
		return seen, err
	}
	if errors.Is(err, run.ErrNotFound) && !a.listed(ctx, r) {
		return seen, err
	}
	parent := &r.Parent
	if r.Parent == "" {
		parent = nil
	}
	return run.Overview{RunID: r.RunID, Status: run.RunDamaged, ProjectID: r.ProjectID, ParentRunID: parent,
		Error: "its events can't be read: " + unreadableText(err)}, nil
}

// listed reports whether a run is still there.
func (a *App) listed(ctx context.Context, r run.Summary) bool {
	for other, err := range a.Store.Runs(ctx, run.RunFilter{ProjectID: r.ProjectID}) {
		if err != nil || other.RunID == r.RunID {
			return true
		}
	}
	return false
}

// unreadableText says what is wrong with a run's events.
func unreadableText(err error) string {
	if errors.Is(err, run.ErrNotFound) {
		return "they are not there"
	}
	if f, ok := errors.AsType[*failure.Error](err); ok {
		return f.Message
	}
	return err.Error()
}

func (a *App) overview(ctx context.Context, r run.Summary) (run.Overview, error) {
	seen, ok := a.overviews.Get(r.RunID)
	if !ok || seen.seq != r.LastSeq {
		state, err := run.Load(ctx, a.Store, r.RunID)
		if err == nil && state.LastSeq < r.LastSeq { // more may have come meanwhile
			err = fmt.Errorf("%w: %d of them are missing", run.ErrDamaged, r.LastSeq-state.LastSeq)
		}
		if err != nil {
			return run.Overview{}, err
		}
		seen = remembered{seq: state.LastSeq, carried: state.Summarize()}
		if needs := a.Providers.Needs(&state); len(needs) > 0 {
			alone := state.WithNeeds(needs)
			seen.alone = new(alone.Summarize())
		}
		a.overviews.Put(r.RunID, seen)
	}
	if seen.alone != nil && a.uncarried(ctx, r.RunID, seen.alone.Needs) {
		return *seen.alone, nil
	}
	return seen.carried, nil
}

// RunRecipe returns the recipe that a run has pinned, or run.ErrNotFound.
func (a *App) RunRecipe(ctx context.Context, runID string) (library.FoundRecipe, error) {
	state, err := run.Load(ctx, a.Store, runID)
	if err != nil {
		return library.FoundRecipe{}, err
	}
	source, err := a.Store.Blobs.Get(ctx, state.RecipeDigest)
	if err != nil {
		return library.FoundRecipe{}, err
	}
	r, err := recipe.Parse("recipe of "+runID, source)
	return library.FoundRecipe{Recipe: r, Origin: library.RecipeOfRun}, err
}
