package run

import (
	"context"
	"maps"
	"slices"
	"sync"
)

// Projection is the state of a run that is asked for again and again: only the events
// that are new are read each time. It is safe for concurrent use.
type Projection struct {
	log Log
	id  string

	mu    sync.Mutex // guards state
	state State
}

// NewProjection returns the state of a run, of which nothing is read yet.
func NewProjection(log Log, id string) *Projection {
	return &Projection{log: log, id: id, state: NewState()}
}

// Current returns what [Load] would. It stays as it is while the run goes on.
func (c *Projection) Current(ctx context.Context) (State, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for e, err := range c.log.Events(ctx, c.id, c.state.LastSeq) {
		if err == nil {
			err = c.state.Apply(e)
		}
		if err != nil {
			return State{}, err
		}
	}
	if c.state.LastSeq == 0 {
		return State{}, ErrNotFound
	}
	return c.state.clone(), nil
}

// clone returns a copy that the next events leave as it is.
func (s State) clone() State {
	s.Stages = maps.Clone(s.Stages)
	for id, st := range s.Stages {
		own := *st
		own.Attempts = slices.Clone(own.Attempts)
		own.Waits = slices.Clone(own.Waits)
		own.Reused = slices.Clone(own.Reused)
		own.ModelsUsed = maps.Clone(own.ModelsUsed)
		for model, use := range own.ModelsUsed {
			use.Providers = maps.Clone(use.Providers)
			own.ModelsUsed[model] = use
		}
		s.Stages[id] = &own
	}
	return s
}
