package runs

import (
	"context"
	"iter"
	"slices"

	"github.com/cineforge/cineforge/durable"
	"github.com/cineforge/cineforge/health"
	"github.com/cineforge/cineforge/internal/advice"
	"github.com/cineforge/cineforge/internal/bounded"
	"github.com/cineforge/cineforge/internal/library"
	"github.com/cineforge/cineforge/internal/wording"
	"github.com/cineforge/cineforge/pipeline"
	"github.com/cineforge/cineforge/recipe"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

// Candidates says what a process has to have to go on with a run.
type Candidates interface {
	// Needs returns what would let this process go on with a run; nil if it can.
	Needs(state *run.State) []run.Need
	// Health returns how the providers are doing.
	Health(ctx context.Context) ([]health.Provider, error)
}

// Journal lists the runs that no process can go on with.
type Journal interface {
	// Uncarried returns at most n runs, newest first, that would go on by themselves, that no
	// process works on, and that this one can't go on with.
	Uncarried(ctx context.Context, n int) ([]run.Summary, error)
}

// Reader reads runs: their states, lists, files and recipes. It is safe for concurrent use.
type Reader struct {
	Store pipeline.Store
	Feed  run.Feed // what happens in all runs

	journal    Journal
	monitor    durable.Monitor
	candidates Candidates
	limiter    Limiter
	overviews  *bounded.Cache[string, remembered] // by the runs' ids
}

// ReaderOptions are what a reader works with.
type ReaderOptions struct {
	Store      pipeline.Store
	Feed       run.Feed
	Journal    Journal
	Monitor    durable.Monitor
	Candidates Candidates
	Limiter    Limiter
}

// NewReader returns a reader of the runs of a store.
func NewReader(o ReaderOptions) *Reader {
	return &Reader{
		Store: o.Store, Feed: o.Feed, journal: o.Journal, monitor: o.Monitor, candidates: o.Candidates, limiter: o.Limiter,
		overviews: bounded.NewCache[string, remembered](maxOverviews),
	}
}

// Forget drops what is remembered of runs. It is to be called when some were deleted: later ones may
// have their ids.
func (r *Reader) Forget() { r.overviews.Clear() }

// State returns where a run stands, as this process sees it: a run that it can't go on
// with, and that no process works on, waits for a carrier. It returns run.ErrNotFound if there
// is no such run.
func (r *Reader) State(ctx context.Context, runID string) (run.State, error) {
	state, err := run.Load(ctx, r.Store, runID)
	if err != nil {
		return state, err
	}
	if needs := r.candidates.Needs(&state); r.NeedsCarrier(ctx, runID, needs) {
		state = state.WithNeeds(needs)
	}
	word(&state)
	return state, nil
}

// word adds to a state what its stages are called, and what can be done about those that failed or
// are paused.
func word(s *run.State) {
	for id, st := range s.Stages {
		of := wording.OfStage(id)
		st.Title, st.Doing = of.Title, of.Doing
		if st.Status == run.StageFailed || st.Status == run.StagePaused {
			st.Actions = advice.For(*s).Remedies
		}
	}
}

// NeedsCarrier reports whether a run waits for a process that has what it needs and this one
// lacks.
func (r *Reader) NeedsCarrier(ctx context.Context, runID string, needs []run.Need) bool {
	if len(needs) == 0 {
		return false
	}
	worked, err := r.monitor.Worked(ctx, runID)
	return err == nil && !worked
}

// Uncarried lists the runs that this process can't go on with, and that no process works on,
// newest first, some of them if there are many.
func (r *Reader) Uncarried(ctx context.Context) ([]run.Overview, error) {
	const most = 50
	found, err := r.journal.Uncarried(ctx, most)
	if err != nil {
		return nil, err
	}
	list, err := r.Overviews(ctx, found)
	return slices.DeleteFunc(list, func(o run.Overview) bool { return o.RunID == "" }), err
}

// Line returns the runs of a line, oldest first.
func (r *Reader) Line(ctx context.Context, root string) ([]run.Overview, error) {
	found, err := r.Store.Line(ctx, root)
	if err != nil {
		return nil, err
	}
	line, err := r.Overviews(ctx, found)
	return slices.DeleteFunc(line, func(o run.Overview) bool { return o.RunID == "" }), err
}

// OfProject returns the newest run of a project, nil if there is none, and how many of its runs
// need a person.
func (r *Reader) OfProject(ctx context.Context, projectID string) (last *run.Overview, needing int, err error) {
	newest, _, err := r.List(ctx, Filter{RunFilter: run.RunFilter{ProjectID: projectID}, Limit: 1})
	if err != nil {
		return nil, 0, err
	}
	if len(newest) > 0 {
		last = &newest[0]
	}
	list, _, err := r.List(ctx, Filter{RunFilter: run.RunFilter{ProjectID: projectID}, NeedsYou: true})
	return last, len(list), err
}

// Follow yields the events of a run from the first, as they come, until rest is closed and all
// that happened up to then was yielded.
func (r *Reader) Follow(ctx context.Context, runID string, rest <-chan struct{}) iter.Seq2[event.Event, error] {
	return func(yield func(event.Event, error) bool) {
		following, stop := context.WithCancel(ctx)
		defer stop()
		go func() {
			select {
			case <-rest:
				stop()
			case <-following.Done():
			}
		}()
		var last int64
		for e, err := range run.Follow(following, r.Store, runID, 0) {
			if err != nil && following.Err() != nil {
				break
			}
			if !yield(e, err) || err != nil {
				return
			}
			last = e.Seq
		}
		// Following may have stopped in the middle; the rest is yielded also when ctx is done.
		for e, err := range r.Store.Events(context.WithoutCancel(ctx), runID, last) {
			if !yield(e, err) {
				return
			}
		}
	}
}

// Recipe returns the recipe that a run has pinned, or run.ErrNotFound.
func (r *Reader) Recipe(ctx context.Context, runID string) (library.FoundRecipe, error) {
	state, err := run.Load(ctx, r.Store, runID)
	if err != nil {
		return library.FoundRecipe{}, err
	}
	source, err := r.Store.Blobs.Get(ctx, state.RecipeDigest)
	if err != nil {
		return library.FoundRecipe{}, err
	}
	parsed, err := recipe.Parse("recipe of "+runID, source)
	return library.FoundRecipe{Recipe: parsed, Origin: library.RecipeOfRun}, err
}
