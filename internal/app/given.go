package app

import (
	"github.com/cineforge/cineforge/internal/library"

	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/internal/spelling"
	"github.com/cineforge/cineforge/project"
	"github.com/cineforge/cineforge/recipe"
	"github.com/cineforge/cineforge/run/event"
	"github.com/cineforge/cineforge/stage"
	"github.com/cineforge/cineforge/stage/projectconfig"
)

// The parameters of a run that set settings of the project.
const (
	ParamConfigFile      = recipe.ParamConfigFile
	ParamConfigOverrides = "config_overrides"
)

// MaxConfig is how many bytes the settings of a project may have that are given with a run.
const MaxConfig = 64 << 10

// Settings returns the settings of the project that the run is started with, nil if there
// are none. Those that can't be taken are a failure of class input, or an error of type
// projectconfig.FieldErrors.
func (s Start) Settings() (*event.Settings, error) {
	given := &event.Settings{}
	if overrides, ok := s.Params[ParamConfigOverrides]; ok {
		if given.Overrides, ok = overrides.(map[string]any); !ok {
			return nil, failure.New(failure.Input, ParamConfigOverrides+" is not an object", `give one, such as {"genre": ["drama"]}`)
		}
		if data, err := json.Marshal(given.Overrides); err == nil && len(data) > MaxConfig {
			return nil, tooLarge(ParamConfigOverrides)
		}
	}
	if f := s.Config; f.Name != "" {
		if len(f.Data) > MaxConfig {
			return nil, tooLarge(f.Name)
		}
		values, err := recipe.ReadObject(f.Name, f.Data)
		if err != nil {
			return nil, err
		}
		given.File, given.Digest, given.FromFile = f.Name, artifact.DigestOf(f.Data), values
	}
	if given.File == "" && len(given.Overrides) == 0 {
		return nil, nil
	}
	err := projectconfig.Check(stage.Settings{File: given.File, FromFile: given.FromFile, Overrides: given.Overrides})
	if wrong, ok := errors.AsType[projectconfig.FieldErrors](err); ok {
		for _, e := range wrong {
			if near := spelling.Nearest(e.Field, projectconfig.Fields()); e.Unknown() && near != "" {
				e.Hint = fmt.Sprintf("did you mean %q?", near)
			}
		}
	}
	return given, err
}

func tooLarge(name string) error {
	return failure.New(failure.Input, fmt.Sprintf("%s is larger than the %d kB that settings may have", name, MaxConfig>>10),
		"check that this is the right file")
}

// configFile returns the config file that the stages of a recipe name, an input of the
// project, if the run is started without one.
func (a *App) configFile(ctx context.Context, s Start, r *recipe.Recipe) (stage.File, error) {
	name := r.ConfigFile(s.Params)
	if s.Config.Name != "" || name == "" {
		return s.Config, nil
	}
	in, data, err := a.Library.FindInput(ctx, s.ProjectID, name)
	if errors.Is(err, project.ErrNotFound) {
		return stage.File{}, failure.New(failure.Input, fmt.Sprintf("the recipe's config_file %q is not an input of the project", name),
			"upload it to the project, or give a local file with --param config_file=PATH")
	}
	if err != nil {
		return stage.File{}, err
	}
	return stage.File{Name: in.Original, Data: data}, nil
}

// warn reports what the recipe of a run says without effect.
func (s Start) warn(r *recipe.Recipe) {
	if s.Warn == nil {
		return
	}
	for _, w := range library.RecipeWarnings(r) {
		s.Warn(w)
	}
}
