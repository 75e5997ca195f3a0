package pipeline

import (
	"sync"

	"github.com/cineforge/cineforge/run"
)

// mostStates is how many runs' states are kept.
const mostStates = 64

// states keeps the states of runs that were worked on lately: one that waits for long is
// taken up again and again, and its log grows. It is safe for concurrent use.
type states struct {
	log run.Log

	mu   sync.Mutex // guards kept
	kept map[string]*run.Projection
}

func newStates(log run.Log) *states { return &states{log: log, kept: map[string]*run.Projection{}} }

// of returns the state of a run.
func (s *states) of(id string) *run.Projection {
	s.mu.Lock()
	defer s.mu.Unlock()
	if known, ok := s.kept[id]; ok {
		return known
	}
	for other := range s.kept {
		if len(s.kept) < mostStates {
			break
		}
		delete(s.kept, other) // any one: those that wait take turns
	}
	s.kept[id] = run.NewProjection(s.log, id)
	return s.kept[id]
}

// forget drops the state of a run that has ended.
func (s *states) forget(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.kept, id)
}
