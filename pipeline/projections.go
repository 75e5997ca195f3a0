package pipeline

import (
	"context"
	"sync"

	"github.com/cineforge/cineforge/run"
)

// mostProjections is how many runs' projections are kept.
const mostProjections = 64

// projections keeps the states of runs that were worked on lately: one that waits for long is
// taken up again and again, and its log grows. It is safe for concurrent use.
type projections struct {
	store Store

	mu   sync.Mutex // guards kept
	kept map[string]*run.Projection
}

func newProjections(store Store) *projections {
	return &projections{store: store, kept: map[string]*run.Projection{}}
}

// of returns the projection of a run.
func (p *projections) of(id string) *run.Projection {
	p.mu.Lock()
	defer p.mu.Unlock()
	if known, ok := p.kept[id]; ok {
		return known
	}
	for other := range p.kept {
		if len(p.kept) < mostProjections {
			break
		}
		delete(p.kept, other) // any one: those that wait take turns
	}
	p.kept[id] = run.NewProjection(p.store, id)
	return p.kept[id]
}

// forget drops the projection of a run that has ended.
func (p *projections) forget(id string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.kept, id)
}

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
