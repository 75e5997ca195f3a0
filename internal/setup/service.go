// Package setup describes what a system works with: recipes and what they come to, modules,
// models, and what the doctor finds.
package setup

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/client"
	"github.com/cineforge/cineforge/internal/library"
	"github.com/cineforge/cineforge/internal/providers"
	"github.com/cineforge/cineforge/internal/runs"
	"github.com/cineforge/cineforge/internal/upkeep"
	"github.com/cineforge/cineforge/pipeline"
	"github.com/cineforge/cineforge/recipe"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/stage"
)

// Options are what a service works with.
type Options struct {
	Recipes   library.RecipeStore
	Modules   stage.Catalog
	Providers *providers.Service
	Reader    *runs.Reader  // nil where only recipes that are no run's are asked for
	Doctor    upkeep.Doctor // likewise
}

// Service describes the setup of a system. It is safe for concurrent use.
type Service struct {
	recipes   library.RecipeStore
	catalog   stage.Catalog
	modules   recipe.Modules
	providers *providers.Service
	reader    *runs.Reader
	doctor    upkeep.Doctor

	saving sync.Mutex // so that of two that replace one recipe one is refused
}

// New returns a service.
func New(o Options) *Service {
	return &Service{
		recipes: o.Recipes, catalog: o.Modules, modules: pipeline.Modules(o.Modules), providers: o.Providers,
		reader: o.Reader, doctor: o.Doctor,
	}
}

// Recipes lists the recipes, those of the data directory that are broken too, and with versions
// those of each.
func (s *Service) Recipes(versions bool) ([]client.Recipe, error) {
	byID := map[string][]client.Version{}
	if versions {
		list, err := s.recipes.Versions("")
		if err != nil {
			return nil, err
		}
		for _, v := range list {
			byID[v.RecipeID] = append(byID[v.RecipeID], versionOf(v))
		}
	}
	all := []client.Recipe{}
	for _, f := range s.recipes.Files() {
		out := client.Recipe{
			RecipeID: f.ID, Name: f.ID, Stages: []string{}, Origin: string(f.Origin), File: textOf(f.File),
			ReplacesShipped: f.Shadows, Broken: f.Err != nil, Errors: mistakesOf(f.Err),
		}
		if r := f.Recipe; r != nil {
			out.Name, out.Description, out.StageCount = nameOf(r), r.Description, len(r.Stages)
			out.Digest = new(artifact.DigestOf(r.Source))
			for _, stage := range r.Stages {
				out.Stages = append(out.Stages, stage.ID)
			}
		}
		if out.Versions = byID[f.ID]; versions && out.Versions == nil {
			out.Versions = []client.Version{}
		}
		all = append(all, out)
	}
	return all, nil
}

// Recipe describes a recipe by its id, or a version by its name, also one that is broken. If there
// is none, the error wraps recipe.ErrNotFound.
func (s *Service) Recipe(ctx context.Context, name string) (client.RecipeDetail, error) {
	f, err := s.recipes.Look(name)
	if err != nil {
		return client.RecipeDetail{}, err
	}
	return s.describe(ctx, f, nil)
}

// RecipeOfRun describes the recipe that a run works by, with what the run gave.
func (s *Service) RecipeOfRun(ctx context.Context, runID string) (client.RecipeDetail, error) {
	state, err := run.Load(ctx, s.reader.Store, runID)
	if err != nil {
		return client.RecipeDetail{}, err
	}
	found, err := s.reader.Recipe(ctx, runID)
	if err != nil {
		return client.RecipeDetail{}, err
	}
	return s.describe(ctx, library.RecipeFile{ID: found.ID, Origin: library.RecipeOfRun, Source: found.Source, Recipe: found.Recipe}, &state)
}

// Validate says what is wrong with a recipe, and what it comes to if nothing is.
func (s *Service) Validate(ctx context.Context, source []byte) (client.RecipeCheck, error) {
	check := client.RecipeCheck{Warnings: []client.Mistake{}}
	r, err := library.ParseRecipe("recipe", source)
	check.Errors = mistakesOf(err)
	if err != nil {
		return check, nil
	}
	detail, err := s.describe(ctx, library.RecipeFile{ID: r.ID, Origin: library.RecipeVersion, Source: source, Recipe: r}, nil)
	check.Valid = err == nil
	check.Warnings = detail.Warnings
	check.Recipe = &detail
	return check, err
}

// Save keeps a recipe as a version. The error is of type recipe.Errors if it can't be run.
func (s *Service) Save(source []byte) (client.SavedRecipe, error) {
	return s.save(source, func(r *recipe.Recipe) (name, file string, err error) {
		name, err = s.recipes.Save(r)
		return name, "", err
	})
}

// Replace keeps a recipe as the one that runs take by its id from now on; see
// [library.RecipeStore.Replace].
func (s *Service) Replace(source []byte, may library.Replacement) (client.SavedRecipe, error) {
	s.saving.Lock()
	defer s.saving.Unlock()
	return s.save(source, func(r *recipe.Recipe) (name, file string, err error) { return s.recipes.Replace(r, may) })
}

func (s *Service) save(source []byte, keep func(r *recipe.Recipe) (name, file string, err error)) (client.SavedRecipe, error) {
	r, err := library.ParseRecipe("recipe", source)
	if err != nil {
		return client.SavedRecipe{}, err
	}
	name, file, err := keep(r)
	return client.SavedRecipe{Name: name, RecipeID: r.ID, Digest: artifact.DigestOf(r.Source), File: textOf(file)}, err
}

// Doctor checks what the system works with, and with reach tries the base URLs that are set.
func (s *Service) Doctor(ctx context.Context, reach bool) []upkeep.Check {
	d := s.doctor
	d.Reach = reach
	return d.Checks(ctx)
}

func versionOf(v library.SavedVersion) client.Version {
	return client.Version{Name: v.Name, Digest: v.Digest, SavedAt: v.Saved.UTC()}
}

// mistakesOf returns what an error says of a recipe; an empty list for nil.
func mistakesOf(err error) []client.Mistake {
	all := []client.Mistake{}
	if err == nil {
		return all
	}
	list, ok := errors.AsType[recipe.Errors](err)
	if !ok {
		return append(all, client.Mistake{Message: err.Error()})
	}
	for _, e := range list {
		all = append(all, client.Mistake{Line: placeOf(e.Line), Column: placeOf(e.Column), Pointer: e.Pointer,
			Message: e.Message, Hint: textOf(e.Hint)})
	}
	return all
}

// warningsOf returns what of a recipe has no effect.
func warningsOf(r *recipe.Recipe) []client.Mistake {
	all := []client.Mistake{}
	for _, w := range library.RecipeWarnings(r) {
		all = append(all, client.Mistake{Line: placeOf(w.Line), Column: placeOf(w.Column), Pointer: w.Pointer, Message: w.Message})
	}
	return all
}

// placeOf returns a line or a column, nil if there is none.
func placeOf(n int) *int {
	if n == 0 {
		return nil
	}
	return &n
}

// textOf returns a text, nil for none.
func textOf(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// nameOf is the name of a recipe for people.
func nameOf(r *recipe.Recipe) string {
	if r.Name != "" {
		return r.Name
	}
	return r.ID
}

// pointer returns the JSON pointer of a value of a recipe.
func pointer(parts ...any) string {
	text := ""
	for _, p := range parts {
		text += fmt.Sprintf("/%v", p)
	}
	return text
}
