// Package upkeep looks after a data directory: whether its store takes anything, what of it is
// damaged, backups, the removal of old runs, and what the doctor checks.
package upkeep

import (
	"context"
	"time"

	"github.com/cineforge/cineforge/internal/storage"
)

// Options are what a service works with.
type Options struct {
	Maintenance storage.Maintenance

	// Readable returns an error if the store can't be read.
	Readable func(ctx context.Context) error

	// Trouble is called once when the store takes nothing, and once with nil when it does
	// again; nil means that nothing is.
	Trouble func(err error)
}

// Service looks after the store of a running system. It is safe for concurrent use.
type Service struct {
	maintenance storage.Maintenance
	readable    func(ctx context.Context) error
	condition   condition
}

// New returns the service of a store.
func New(o Options) *Service {
	return &Service{maintenance: o.Maintenance, readable: o.Readable, condition: condition{report: o.Trouble}}
}

// Trouble returns what keeps the store from taking anything, as far as is known; nil if
// nothing does.
func (s *Service) Trouble() error {
	s.condition.mu.Lock()
	defer s.condition.mu.Unlock()
	return s.condition.now()
}

// NoteCommit notes what came of a commit: nil if it succeeded.
func (s *Service) NoteCommit(err error) { s.condition.note(err) }

// Met notes that a request was refused for trouble of the store, which begins by that, if it has
// not begun yet, and ends when the store takes something again. It reports whether the caller
// should log the error: damage of a record, once for each; all other trouble is reported by itself.
func (s *Service) Met(err error) (damage bool) { return s.condition.met(err) }

// Ready returns an error if the store can't be read, or takes nothing.
func (s *Service) Ready(ctx context.Context) error {
	if err := s.readable(ctx); err != nil && !isTrouble(err) {
		return err
	}
	return s.condition.look(ctx, s.probe)
}

// idleProbeInterval is how often the store is probed without a request.
const idleProbeInterval = 30 * time.Second

// Poll probes the store if it is in trouble, or was not probed for a while. What is found is
// reported as trouble.
func (s *Service) Poll(ctx context.Context) {
	if s.Trouble() != nil || time.Since(s.condition.last()) >= idleProbeInterval {
		s.condition.look(ctx, s.probe) //nolint:errcheck // it is reported
	}
}

// probe tries whether the store takes anything, and is still of a form that this program
// knows.
func (s *Service) probe(ctx context.Context) error {
	if err := s.readable(ctx); err != nil {
		return err
	}
	return s.maintenance.Probe(ctx)
}
