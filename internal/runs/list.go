package runs

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/internal/providers"
	"github.com/cineforge/cineforge/internal/wording"
	"github.com/cineforge/cineforge/run"
)

// maxOverviews bounds the overviews that are remembered, so that a list does not fold the same
// events again.
const maxOverviews = 20_000

// remembered is the overview of a run. It is right for as long as nothing happens in the run.
type remembered struct {
	seq     int64
	file    run.FileKey // what the run did
	carried run.Overview
	alone   *run.Overview // what it is while no process works on it, if this one can't go on with it
}

// Filter says which runs are listed.
type Filter struct {
	run.RunFilter
	Statuses []run.Status // none for all
	NeedsYou bool         // only those that need a person
	Drill    string       // DrillsOnly, NoDrills, or the scenario of drills; "" for all
	Limit    int          // 0 for all
}

// takes reports whether a run is one of those that are listed.
func (f Filter) takes(o run.Overview) bool {
	return (len(f.Statuses) == 0 || slices.Contains(f.Statuses, o.Status)) && (o.NeedsYou || !f.NeedsYou) && wantsDrill(f.Drill, o.Drill)
}

// stored returns what of the filter the store can tell: the runs that may be listed.
func (f Filter) stored() run.RunFilter {
	ended := slices.ContainsFunc(f.Statuses, run.Status.Ended)
	f.UnderWay = f.UnderWay || len(f.Statuses) > 0 && !ended
	f.Unattended = f.Unattended || f.NeedsYou
	return f.RunFilter
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

// together is how many runs are looked at together.
const together = 100

// List returns overviews of runs, newest first, and the run behind which the next page
// begins, "" if there is none. With an error come the runs that were read before it.
func (r *Reader) List(ctx context.Context, f Filter) (page []run.Overview, next string, err error) {
	page = []run.Overview{}
	scanned := 0
	for some, err := range batches(r.Store.Runs(ctx, f.stored()), together) {
		if err != nil {
			return page, "", err
		}
		seen, err := r.Overviews(ctx, some)
		if err != nil {
			return nil, "", err
		}
		for i, o := range seen {
			if f.Limit > 0 && (len(page) == f.Limit || scanned == maxScanned) {
				return page, next, nil
			}
			scanned++
			next = some[i].RunID
			if o.RunID != "" && f.takes(o) {
				page = append(page, o)
			}
		}
	}
	return page, "", nil
}

// batches yields what a sequence has, some at a time. An error comes alone, behind what came before it.
func batches[T any](all iter.Seq2[T, error], size int) iter.Seq2[[]T, error] {
	return func(yield func([]T, error) bool) {
		var some []T
		for one, err := range all {
			if err != nil {
				if len(some) == 0 || yield(some, nil) {
					yield(nil, err)
				}
				return
			}
			if some = append(some, one); len(some) == size {
				if !yield(some, nil) {
					return
				}
				some = nil
			}
		}
		if len(some) > 0 {
			yield(some, nil)
		}
	}
}

// Overview returns the overview of a run. A run whose events can't be read, or are not all there,
// has the status [run.RunDamaged], so that the others can still be listed. A run that was
// removed meanwhile is run.ErrNotFound.
func (r *Reader) Overview(ctx context.Context, of run.Summary) (run.Overview, error) {
	seen, err := r.Overviews(ctx, []run.Summary{of})
	if err == nil && seen[0].RunID == "" {
		err = run.ErrNotFound
	}
	if err != nil {
		return run.Overview{}, err
	}
	return seen[0], nil
}

// Overviews returns the overviews of some runs. Of a run that was removed meanwhile it is the zero
// value; see [Reader.Overview].
func (r *Reader) Overviews(ctx context.Context, of []run.Summary) ([]run.Overview, error) {
	seen := make([]remembered, len(of))
	var stopped []run.FileKey // what runs did that need a person, unless another run did it
	for i, one := range of {
		var err error
		if seen[i], err = r.readable(ctx, one); errors.Is(err, run.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if seen[i].carried.NeedOf() != "" && one.RetriedBy == "" {
			stopped = append(stopped, seen[i].file)
		}
	}
	done := map[run.FileKey]int64{}
	if len(stopped) > 0 {
		var err error
		if done, err = r.Store.Done(ctx, stopped); err != nil {
			return nil, err
		}
	}
	list := make([]run.Overview, len(of))
	for i, one := range of {
		if list[i] = seen[i].carried; list[i].RunID != "" {
			list[i].Relate(one, seen[i].seq, done[seen[i].file])
		}
	}
	return list, nil
}

// readable is summarize; of a run that can't be read it is what there is to say.
func (r *Reader) readable(ctx context.Context, of run.Summary) (remembered, error) {
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
	return remembered{carried: run.Overview{RunID: of.RunID, Status: run.RunDamaged, ProjectID: of.ProjectID, ParentRunID: parent,
		Error: "its events can't be read: " + unreadableText(err)}}, nil
}

// listed reports whether a run is still there.
func (r *Reader) listed(ctx context.Context, of run.Summary) bool {
	_, err := r.Store.Run(ctx, of.RunID)
	return !errors.Is(err, run.ErrNotFound)
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

// summarize returns the overview of a run from what is remembered, or from its events, as this
// process sees it now.
func (r *Reader) summarize(ctx context.Context, of run.Summary) (remembered, error) {
	seen, ok := r.overviews.Get(of.RunID)
	if !ok || seen.seq != of.LastSeq {
		state, err := run.Load(ctx, r.Store, of.RunID)
		if err == nil && state.LastSeq < of.LastSeq { // more may have come meanwhile
			err = fmt.Errorf("%w: %d of them are missing", run.ErrDamaged, of.LastSeq-state.LastSeq)
		}
		if err != nil {
			return remembered{}, err
		}
		seen = remembered{
			seq: state.LastSeq, carried: overviewOf(state),
			file: run.FileKey{ProjectID: state.ProjectID, Input: state.InputDigest, EndAt: state.EndAt},
		}
		if needs := r.candidates.Needs(&state); len(needs) > 0 {
			seen.alone = new(overviewOf(state.WithNeeds(needs)))
		}
		r.overviews.Put(of.RunID, seen)
	}
	if seen.alone != nil && r.NeedsCarrier(ctx, of.RunID, seen.alone.Needs) {
		seen.carried = *seen.alone
	}
	return seen, nil
}

// overviewOf returns the overview of a state, with its stage in words.
func overviewOf(state run.State) run.Overview {
	o := state.Summarize()
	if o.Stage != "" {
		words := wording.OfStage(o.Stage)
		o.StageTitle = words.Title
		o.StageDoing = words.Doing
	}
	return o
}
