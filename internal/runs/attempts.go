package runs

import (
	"context"
	"errors"

	"github.com/cineforge/cineforge/run"
)

// ErrNoAttempt means that the attempt which a page of attempts is to follow is not there.
var ErrNoAttempt = errors.New("the run has no such attempt")

// AttemptFilter says which attempts of a run are listed. The zero value means all.
type AttemptFilter struct {
	Stage  string
	Unit   string
	Status run.AttemptStatus
	After  string // only those behind the attempt of this id
	Limit  int    // 0 for all
}

// StageAttempt is an attempt with its stage.
type StageAttempt struct {
	StageID string
	run.AttemptState
}

// Attempts lists attempts of a run, by the order of its stages and then by time, and says whether
// there are more. It returns run.ErrNotFound if there is no such run, and ErrNoAttempt if there is no
// attempt of the id that the page is to follow.
func (r *Reader) Attempts(ctx context.Context, runID string, f AttemptFilter) (page []StageAttempt, more bool, err error) {
	state, err := run.Load(ctx, r.Store, runID)
	if err != nil {
		return nil, false, err
	}
	behind := f.After == ""
	for _, id := range state.StageOrder {
		st, _ := state.Stage(id)
		for _, a := range st.Attempts {
			wanted := (f.Stage == "" || f.Stage == id) && (f.Unit == "" || f.Unit == a.Unit) && (f.Status == "" || f.Status == a.Status)
			switch {
			case !behind:
				behind = a.ID == f.After
			case !wanted:
			case f.Limit > 0 && len(page) == f.Limit:
				return page, true, nil
			default:
				page = append(page, StageAttempt{id, a})
			}
		}
	}
	if !behind {
		return nil, false, ErrNoAttempt
	}
	return page, false, nil
}
