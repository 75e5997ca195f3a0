// Package runs starts, operates, executes and reads runs.
package runs

import (
	"context"
	"slices"
	"time"

	"github.com/cineforge/cineforge/durable"
	"github.com/cineforge/cineforge/internal/library"
	"github.com/cineforge/cineforge/pipeline"
	"github.com/cineforge/cineforge/project"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/screenplay/document"
)

// Providers say which candidates runs have in this process.
type Providers interface {
	Candidates
	// Refusal says why a run can't be started or executed; nil if it can.
	Refusal(drill string) error
	// Notice returns what a user has to know first of a run; "" for nothing.
	Notice(drill string) (string, error)
	// Recall takes over what other processes have learned of the providers.
	Recall(ctx context.Context) error
	// Relieved returns a channel that is closed when a candidate becomes available early.
	Relieved() <-chan struct{}
}

// Library has the files of projects.
type Library interface {
	// FindInput returns the newest file of a project by its name, or project.ErrNotFound.
	FindInput(ctx context.Context, projectID, name string) (project.Input, []byte, error)
	// ReadDocument reads a file, as the stages of a run do.
	ReadDocument(ctx context.Context, name string, data []byte) (document.Document, error)
	// SweepScratch removes the scratch files of processes that died.
	SweepScratch()
}

// Options are what a service works with.
type Options struct {
	Reader    *Reader
	Pipeline  *pipeline.Pipeline
	Engine    durable.Engine
	Providers Providers
	Library   Library
	Recipes   library.RecipeStore

	// Poll looks after the store now and then, while the service works.
	Poll func(ctx context.Context)
}

// Service starts, operates and executes runs. It is safe for concurrent use.
type Service struct {
	reader    *Reader
	store     pipeline.Store
	pipeline  *pipeline.Pipeline
	engine    durable.Engine
	providers Providers
	library   Library
	recipes   library.RecipeStore
	poll      func(ctx context.Context)
}

// New returns a service for the runs that a reader reads.
func New(o Options) *Service {
	return &Service{
		reader: o.Reader, store: o.Reader.Store, pipeline: o.Pipeline, engine: o.Engine,
		providers: o.Providers, library: o.Library, recipes: o.Recipes, poll: o.Poll,
	}
}

// Work executes the runs that no process works on, until ctx is done: those that are queued,
// those whose wait is over, and those whose process died. What is under way is handed on then.
func (s *Service) Work(ctx context.Context) error {
	if err := s.providers.Refusal(""); err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	waking := make(chan struct{})
	go func() {
		defer close(waking)
		s.wakeWaiting(ctx)
	}()
	err := s.engine.Work(ctx)
	stop()
	<-waking
	return err
}

// healthPoll is how often what other processes have learned of providers is taken over.
const healthPoll = 5 * time.Second

// wakeWaiting makes waiting runs due when a candidate can be asked again before the time that
// they wait for.
func (s *Service) wakeWaiting(ctx context.Context) {
	tick := time.NewTicker(healthPoll)
	defer tick.Stop()
	pending := false // the store could not take it, and is asked again
	for {
		relieved := s.providers.Relieved()
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			s.providers.Recall(ctx) //nolint:errcheck // the next tick tries again
			s.poll(ctx)
		case <-relieved:
		}
		select {
		case <-relieved: // maybe by what was recalled
			pending = true
		default:
		}
		if pending {
			pending = s.engine.WakeAll(ctx) != nil
		}
	}
}

// Served reports whether another process, a server, works on this data directory.
func (s *Service) Served() bool { return s.engine.Served() }

// Abandoned reports whether no process works on a run that is not at rest, and none is there
// to take it up. It is false if that can't be found out.
func (s *Service) Abandoned(ctx context.Context, state run.State) bool {
	if state.Status.Ended() || state.Status == run.Paused {
		return false
	}
	abandoned, err := s.engine.Abandoned(ctx, state.RunID)
	return err == nil && abandoned
}

// Serve shows other processes that this one works on whatever is due; [Service.Work] does it.
func (s *Service) Serve() error {
	s.library.SweepScratch()
	return s.engine.Serve()
}

// Unfinished lists the runs that are due because a process left them, but one. It
// lists none if that can't be found out, or if Work would refuse.
func (s *Service) Unfinished(ctx context.Context, but string) (ids []string) {
	if s.providers.Refusal("") != nil {
		return nil
	}
	const most = 20
	due, err := s.engine.Due(ctx, most)
	if err != nil {
		return nil
	}
	return slices.DeleteFunc(due, func(id string) bool { return id == but })
}
