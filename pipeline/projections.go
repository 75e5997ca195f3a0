package pipeline

import (
	"context"

	"github.com/cineforge/cineforge/internal/bounded"
	"github.com/cineforge/cineforge/run"
)

// mostProjections is how many runs' projections are kept.
const mostProjections = 64

// projections keeps the states of runs that were worked on lately: one that waits for long is
// taken up again and again, and its log grows. It is safe for concurrent use.
type projections struct {
	store Store
	kept  *bounded.Cache[string, *run.Projection] // by the runs' ids
}

func newProjections(store Store) *projections {
	return &projections{store: store, kept: bounded.NewCache[string, *run.Projection](mostProjections)}
}

// of returns the projection of a run.
func (p *projections) of(id string) *run.Projection {
	projection, _ := p.kept.Make(id, func() (*run.Projection, error) { return run.NewProjection(p.store, id), nil })
	return projection
}

// forget drops the projection of a run that has ended.
func (p *projections) forget(id string) { p.kept.Forget(id) }

// line returns the states of the runs of a line, oldest first.
func (p *projections) line(ctx context.Context, root string) ([]run.State, error) {
	list, err := p.store.Line(ctx, root)
	if err != nil {
		return nil, err
	}
	line := make([]run.State, len(list))
	for i, r := range list {
		if line[i], err = p.of(r.RunID).Current(ctx); err != nil {
			return nil, err
		}
	}
	return line, nil
}
