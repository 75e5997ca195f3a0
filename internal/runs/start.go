package runs

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/internal/providers"
	"github.com/cineforge/cineforge/pipeline"
	"github.com/cineforge/cineforge/project"
	"github.com/cineforge/cineforge/recipe"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/stage"
)

// Start makes a run, which [Service.Execute] then does. An unusable request makes no
// run: the error is then a failure of class input, or a list of what is wrong
// with the recipe. A request that was made before is a *run.RepeatedError. While a run of
// the same is under way, that one is returned, with existing; one that was interrupted is
// resumed if the run is to be queued.
func (s *Service) Start(ctx context.Context, r Request) (runID string, existing bool, err error) {
	runID, err = s.create(ctx, r)
	there, existing := errors.AsType[*run.UnderWayError](err)
	if !existing {
		return runID, false, err
	}
	if there.Paused && r.Queue {
		if err := s.Resume(ctx, there.RunID, Continuation{Reason: r.Reason}); err != nil && !errors.Is(err, ErrNotPaused) {
			return "", false, err
		}
	}
	return there.RunID, true, nil
}

// create makes a run, or returns why it makes none.
func (s *Service) create(ctx context.Context, r Request) (runID string, err error) {
	spec, err := s.spec(ctx, r)
	if err != nil {
		return "", err
	}
	if !r.Queue {
		spec.Wake = time.Now().Add(s.engine.Lease()) // the caller is about to execute it
	}
	prefix := "run-"
	if r.Drill != "" {
		prefix = providers.DrillPrefix
	}
	for {
		if spec.RunID = r.RunID; r.RunID == "" {
			spec.RunID = prefix + randomHex(4)
		}
		err := s.pipeline.Create(ctx, spec)
		if !errors.Is(err, run.ErrExists) || r.RunID != "" {
			return spec.RunID, err
		}
	}
}

// spec returns what the run of a request is made of, or why none can be made.
func (s *Service) spec(ctx context.Context, r Request) (spec pipeline.Spec, err error) {
	if err := s.providers.Refusal(r.Drill); err != nil {
		return spec, err
	}
	found, err := s.recipes.Find(r.RecipeID)
	if err != nil {
		return spec, err
	}
	if r.Config, err = s.configFile(ctx, r, found.Recipe); err != nil {
		return spec, err
	}
	if r.Settings, err = r.ReadSettings(); err != nil {
		return spec, err
	}
	if r.ProjectID, err = r.Project(); err != nil {
		return spec, err
	}
	r.warn(found.Recipe)
	spec = pipeline.Spec{
		ProjectID: r.ProjectID, Recipe: found.Recipe, Input: r.File, New: r.New, Once: r.Once, Request: r.Request,
		Reason: r.Reason,
	}
	spec.Notice, err = s.providers.Notice(r.Drill)
	return spec, err
}

// configFile returns the config file that the stages of a recipe name, an input of the
// project, if the run is started without one.
func (s *Service) configFile(ctx context.Context, r Request, found *recipe.Recipe) (stage.File, error) {
	name := found.ConfigFile(r.RuntimeParams)
	if r.Config.Name != "" || name == "" {
		return r.Config, nil
	}
	in, data, err := s.library.FindInput(ctx, r.ProjectID, name)
	if errors.Is(err, project.ErrNotFound) {
		return stage.File{}, failure.New(failure.Input, fmt.Sprintf("the recipe's config_file %q is not an input of the project", name),
			"upload it to the project, or give a local file with --param config_file=PATH")
	}
	if err != nil {
		return stage.File{}, err
	}
	return stage.File{Name: in.Original, Data: data}, nil
}
