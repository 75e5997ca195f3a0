// Package providers decides which models a run may ask in this process, shows how the
// providers are doing, and does what operators ask of them.
package providers

import (
	"context"

	"github.com/cineforge/cineforge/internal/storage"
	"github.com/cineforge/cineforge/llm/chain"
	"github.com/cineforge/cineforge/pipeline"
	"github.com/cineforge/cineforge/run"
)

// Options are what a service works with.
type Options struct {
	Router   chain.Options // its memory is what processes share of the providers' health
	Attempts storage.Attempts

	// Waiting lists the runs that wait.
	Waiting func(ctx context.Context) ([]run.Overview, error)
}

// Service is the providers of a process: the candidates of runs, their health, and the acts
// of operators. It is safe for concurrent use.
type Service struct {
	source   *Source
	router   *chain.Router
	attempts storage.Attempts
	counts   recentCounts
	waiting  func(ctx context.Context) ([]run.Overview, error)
	unfit    error // why no run but a drill can be started or executed; nil if they can
}

// New returns the service of the providers among models. A setting that can't be used
// refuses all runs but drills; see [Service.Refusal].
func New(models Models, o Options) *Service {
	return &Service{
		source: NewSource(models), router: chain.New(o.Router), attempts: o.Attempts, waiting: o.Waiting, unfit: models.Check(),
	}
}

// Refusal says why a run can't be started or executed; nil if it can. A drill uses no
// setting by which providers are asked.
func (s *Service) Refusal(drill string) error {
	if drill != "" {
		return nil
	}
	return s.unfit
}

// ModelSource returns the candidates and the router of a run, or of a drill.
func (s *Service) ModelSource(drill string) (pipeline.ModelSource, error) {
	if drill == "" {
		return pipeline.ModelSource{Candidates: s.source, Router: s.router}, nil
	}
	d, err := parseDrill(drill)
	if err != nil {
		return pipeline.ModelSource{}, err
	}
	return d.modelSource(s.source.models), nil
}

// Needs returns what would let this process go on with a run; see [Source.Needs].
func (s *Service) Needs(state *run.State) []run.Need { return s.source.Needs(state) }

// Routes lists what this process can ask; see [Source.Routes].
func (s *Service) Routes() []string { return s.source.Routes() }

// Notice returns what a user has to know first of a run, or of a drill; "" for nothing.
func (s *Service) Notice(drill string) (string, error) {
	switch {
	case drill != "":
		d, err := parseDrill(drill)
		return d.notice(), err
	case !s.source.any():
		return offlineNotice, nil
	}
	return "", nil
}

// offlineNotice is what a user has to know of a run that no real model takes part in.
const offlineNotice = "No key is set, so that only the offline model answers: " +
	"what needs judgement (summaries, tone, genre, logline) stays open and is marked needs_review."

// Calls returns how many calls to providers are under way in this process, without drills.
func (s *Service) Calls() int { return s.router.Calls() }

// Recall takes over what other processes have learned of the providers.
func (s *Service) Recall(ctx context.Context) error { return s.router.Health().Recall(ctx) }

// Relieved returns a channel that is closed when a candidate becomes available before the
// time that was stated for it.
func (s *Service) Relieved() <-chan struct{} { return s.router.Health().Relieved() }
