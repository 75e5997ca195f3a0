// Package history reads what the answers of earlier runs took, for estimates of others.
package history

import (
	"context"
	"errors"

	"github.com/cineforge/cineforge/internal/bounded"
	"github.com/cineforge/cineforge/internal/estimate"
	"github.com/cineforge/cineforge/run"
)

// Answerer is a model in a stage.
type Answerer struct{ StageID, Provider, Model string }

// What is looked at for how long answers are.
const (
	mostRead    = 60  // runs
	mostSamples = 20  // runs that have answers
	mostTaken   = 500 // runs that are kept
)

// History reads what the answers of earlier runs took. It keeps that of runs that have ended. It
// is safe for concurrent use.
type History struct {
	log   run.Log
	index run.Index
	kept  *bounded.Cache[string, taken] // by the runs' ids
}

// taken is what the answers of a run took.
type taken struct {
	drill   bool
	samples map[Answerer][]estimate.Sample
}

// New returns the history of the runs of a store.
func New(log run.Log, index run.Index) *History {
	return &History{log: log, index: index, kept: bounded.NewCache[string, taken](mostTaken)}
}

// Samples returns what the answers of the latest runs took: of drills, or of all others.
func (h *History) Samples(ctx context.Context, drills bool) (map[Answerer][]estimate.Sample, error) {
	all := map[Answerer][]estimate.Sample{}
	read, used := 0, 0
	for r, err := range h.index.Runs(ctx, run.RunFilter{}) {
		if err != nil {
			return nil, err
		}
		if read == mostRead || used == mostSamples {
			break
		}
		read++
		of, err := h.run(ctx, r.RunID)
		if run.TroubleOf(err) == run.Damaged || errors.Is(err, run.ErrNotFound) {
			continue // other runs have answers too
		}
		if err != nil {
			return nil, err
		}
		if of.drill != drills || len(of.samples) == 0 {
			continue
		}
		used++
		for by, samples := range of.samples {
			all[by] = append(all[by], samples...)
		}
	}
	return all, nil
}

// run returns what the answers of a run took.
func (h *History) run(ctx context.Context, id string) (taken, error) {
	if of, ok := h.kept.Get(id); ok {
		return of, nil
	}
	state, err := run.Load(ctx, h.log, id)
	if err != nil {
		return taken{}, err
	}
	of := taken{drill: state.Drill != "", samples: map[Answerer][]estimate.Sample{}}
	for stageID, st := range state.Stages {
		for _, a := range st.Attempts {
			if !a.Answered() {
				continue
			}
			by := Answerer{stageID, a.Provider, a.Model}
			of.samples[by] = append(of.samples[by],
				estimate.Sample{Asked: a.Asked, Input: a.InputTokens, Output: a.OutputTokens, Seconds: a.DurationSeconds})
		}
	}
	if state.Status.Ended() {
		h.kept.Put(id, of)
	}
	return of, nil
}
