package runs

import (
	"context"
	"errors"
	"fmt"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/internal/providers"
	"github.com/cineforge/cineforge/run"
)

// maxOverviews bounds the overviews that are remembered, so that a list does not fold the same
// events again.
const maxOverviews = 20_000

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
	Drill  string     // DrillsOnly, NoDrills, or the scenario of drills; "" for all
	Limit  int        // 0 for all
}

// The values of [Filter.Drill] that name no scenario.
const (
	DrillsOnly = "true"
	NoDrills   = "false"
)

// wantsDrill reports whether a filter selects a run by the drill that it is, "" for none.
func wantsDrill(filter, drill string) bool {
	switch filter {
	case "":
		return true
	case DrillsOnly:
		return drill != ""
	case NoDrills:
		return drill == ""
	}
	return providers.SameScenario(filter, drill)
}

// maxScanned is how many runs a page is made of at most. If they don't fill it, the page is
// short, and the next one goes on from there.
const maxScanned = 2000

// List returns overviews of runs, newest first, and the run behind which the next page
// begins, "" if there is none. With an error come the runs that were read before it.
func (r *Reader) List(ctx context.Context, f Filter) (page []run.Overview, next string, err error) {
	page = []run.Overview{}
	f.UnderWay = f.UnderWay || f.Status != "" && !f.Status.Ended()
	scanned := 0
	last := ""
	for found, err := range r.Store.Runs(ctx, f.RunFilter) {
		if err != nil {
			return page, "", err
		}
		if f.Limit > 0 && (len(page) == f.Limit || scanned == maxScanned) {
			return page, last, nil
		}
		scanned++
		last = found.RunID
		seen, err := r.Overview(ctx, found)
		if errors.Is(err, run.ErrNotFound) {
			continue // it was removed meanwhile
		}
		if err != nil {
			return nil, "", err
		}
		if (f.Status == "" || seen.Status == f.Status) && wantsDrill(f.Drill, seen.Drill) {
			page = append(page, seen)
		}
	}
	return page, "", nil
}

// Overview returns the overview of a run. A run whose events can't be read, or are not all there,
// has the status [run.RunDamaged], so that the others can still be listed. A run that was
// removed meanwhile is run.ErrNotFound.
func (r *Reader) Overview(ctx context.Context, of run.Summary) (run.Overview, error) {
	seen, err := r.summarize(ctx, of)
	if kind := run.TroubleOf(err); err == nil || ctx.Err() != nil || kind != "" && kind != run.Damaged {
		return seen, err
	}
	if errors.Is(err, run.ErrNotFound) && !r.listed(ctx, of) {
		return seen, err
	}
	parent := &of.Parent
	if of.Parent == "" {
		parent = nil
	}
	return run.Overview{RunID: of.RunID, Status: run.RunDamaged, ProjectID: of.ProjectID, ParentRunID: parent,
		Error: "its events can't be read: " + unreadableText(err)}, nil
}

// listed reports whether a run is still there.
func (r *Reader) listed(ctx context.Context, of run.Summary) bool {
	for other, err := range r.Store.Runs(ctx, run.RunFilter{ProjectID: of.ProjectID}) {
		if err != nil || other.RunID == of.RunID {
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

// summarize returns the overview of a run from what is remembered, or from its events.
func (r *Reader) summarize(ctx context.Context, of run.Summary) (run.Overview, error) {
	seen, ok := r.overviews.Get(of.RunID)
	if !ok || seen.seq != of.LastSeq {
		state, err := run.Load(ctx, r.Store, of.RunID)
		if err == nil && state.LastSeq < of.LastSeq { // more may have come meanwhile
			err = fmt.Errorf("%w: %d of them are missing", run.ErrDamaged, of.LastSeq-state.LastSeq)
		}
		if err != nil {
			return run.Overview{}, err
		}
		seen = remembered{seq: state.LastSeq, carried: state.Summarize()}
		if needs := r.candidates.Needs(&state); len(needs) > 0 {
			alone := state.WithNeeds(needs)
			seen.alone = new(alone.Summarize())
		}
		r.overviews.Put(of.RunID, seen)
	}
	if seen.alone != nil && r.NeedsCarrier(ctx, of.RunID, seen.alone.Needs) {
		return *seen.alone, nil
	}
	return seen.carried, nil
}
