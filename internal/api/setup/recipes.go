// Package setup answers requests about what a system works with: recipes, modules, models, and
// what the doctor finds.
package setup

import (
	"context"
	"net/http"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/client"
	"github.com/cineforge/cineforge/internal/api/endpoint"
	"github.com/cineforge/cineforge/internal/api/problem"
	"github.com/cineforge/cineforge/internal/library"
	"github.com/cineforge/cineforge/internal/setup"
)

// Limits refuse requests of which there are too many.
type Limits struct {
	Costly  func() error // what stores something
	Checked func() error // checks of recipes, which an editor asks for again and again
	Doctor  func() error
}

// Register registers the operations.
func Register(r *endpoint.Router, s *setup.Service, limits Limits) {
	(&recipesHandler{setup: s, limits: limits}).register(r)
	(&setupHandler{setup: s, limits: limits}).register(r)
}

// recipesHandler answers requests about recipes.
type recipesHandler struct {
	setup  *setup.Service
	limits Limits
}

// ofRecipe is the part of a request that names its recipe.
type ofRecipe struct {
	Name string `path:"recipe_id" maxLength:"200" doc:"The recipe's id, or the name of a version."`
}

// listedRecipes is a request for the recipes.
type listedRecipes struct {
	Versions bool `query:"versions" doc:"List the versions of each, too."`
}

// checkedRecipe is a request to check a recipe.
type checkedRecipe struct{ Body client.UncheckedRecipe }

// newRecipe is a request to keep a recipe.
type newRecipe struct {
	IfMatch string `header:"If-Match" doc:"As a recipe: the tag of the one in the data directory that it replaces."`
	Body    client.RecipeSource
}

func (h *recipesHandler) register(r *endpoint.Router) {
	endpoint.Handle(r, endpoint.Get("recipes", "/recipes", "The recipes, broken ones of the data directory with what is wrong with them",
		http.StatusUnprocessableEntity), h.list)
	endpoint.HandleTagged(r, endpoint.Get("recipe", "/recipes/{recipe_id}",
		"A recipe: its source, stages, models and settings, and where each value is from. The tag is the source's, for If-Match",
		http.StatusNotFound, http.StatusUnprocessableEntity), h.find)
	endpoint.Handle(r, endpoint.Get("runRecipe", "/runs/{run_id}/recipe", "The recipe that a run works by, with what the run gave",
		http.StatusNotFound), h.ofRun)
	endpoint.Handle(r, endpoint.Post("validateRecipe", "/recipes/validate", "Check a recipe, and see what it comes to; nothing is kept",
		http.StatusUnprocessableEntity, http.StatusTooManyRequests), h.validate)
	save := endpoint.Post("saveRecipe", "/recipes",
		"Keep a recipe: as a version, which hides no other recipe, or as the one that runs take by its id",
		http.StatusConflict, http.StatusPreconditionFailed, http.StatusUnprocessableEntity, http.StatusTooManyRequests)
	save.DefaultStatus = http.StatusCreated
	endpoint.Handle(r, save, h.save)
}

func (h *recipesHandler) list(_ context.Context, in *listedRecipes) ([]client.Recipe, error) {
	return h.setup.Recipes(in.Versions)
}

func (h *recipesHandler) find(ctx context.Context, in *ofRecipe) (endpoint.Tagged[client.RecipeDetail], error) {
	found, err := h.setup.Recipe(ctx, in.Name)
	return endpoint.Tagged[client.RecipeDetail]{ETag: tagOf(found.Digest), Body: found}, err
}

func (h *recipesHandler) ofRun(ctx context.Context, in *endpoint.OfRun) (client.RecipeDetail, error) {
	return h.setup.RecipeOfRun(ctx, in.Run)
}

func (h *recipesHandler) validate(ctx context.Context, in *checkedRecipe) (client.RecipeCheck, error) {
	if err := h.limits.Checked(); err != nil {
		return client.RecipeCheck{}, err
	}
	return h.setup.Validate(ctx, []byte(in.Body.Source))
}

func (h *recipesHandler) save(_ context.Context, in *newRecipe) (client.SavedRecipe, error) {
	if err := h.limits.Costly(); err != nil {
		return client.SavedRecipe{}, err
	}
	source := []byte(in.Body.Source)
	switch {
	case in.Body.As == client.AsRecipe:
		may := library.Replacement{Shipped: in.Body.Replace}
		if in.IfMatch != "" {
			may.Of = func(d artifact.Digest) bool { return endpoint.Matches(in.IfMatch, tagOf(d)) }
		}
		return h.setup.Replace(source, may)
	case in.Body.Replace || in.IfMatch != "":
		return client.SavedRecipe{}, problem.Refuse(http.StatusUnprocessableEntity, "invalid_request", "a version replaces nothing",
			`leave replace and If-Match out, or send "as": "recipe"`)
	}
	return h.setup.Save(source)
}

// tagOf is the tag of a recipe's source.
func tagOf(d artifact.Digest) string { return strconv.Quote(string(d)) }

// setupHandler answers requests about modules, models and the doctor.
type setupHandler struct {
	setup  *setup.Service
	limits Limits
}

// conditional is the part of a request by which a client says what it has.
type conditional struct {
	IfNoneMatch string `header:"If-None-Match"`
}

// examined is a request for what the doctor finds.
type examined struct {
	Reach bool `query:"reach" doc:"Also try the base URLs that are set, which takes some seconds. No key is sent, and no model asked."`
}

func (h *setupHandler) register(r *endpoint.Router) {
	endpoint.HandleTagged(r, stable("modules", "/modules", "The modules that recipes may name: parameters, questions, default chains"),
		func(_ context.Context, in *conditional) (endpoint.Tagged[[]client.Module], error) {
			return endpoint.Unless(in.IfNoneMatch, h.setup.Modules())
		})
	endpoint.HandleTagged(r, stable("models", "/models",
		"The models that recipes can name: windows, prices, and whether they can be asked now"),
		func(ctx context.Context, in *conditional) (endpoint.Tagged[[]client.KnownModel], error) {
			all, err := h.setup.Models(ctx)
			if err != nil {
				return endpoint.Tagged[[]client.KnownModel]{}, err
			}
			return endpoint.Unless(in.IfNoneMatch, all)
		})
	endpoint.Handle(r, endpoint.Get("doctor", "/doctor", "What the server works with, and what to do about the rest",
		http.StatusUnprocessableEntity, http.StatusTooManyRequests), h.doctor)
}

// stable describes an endpoint whose answer has a tag.
func stable(id, path, summary string) huma.Operation {
	return endpoint.Conditional(endpoint.Get(id, path, summary))
}

func (h *setupHandler) doctor(ctx context.Context, in *examined) ([]client.Check, error) {
	if err := h.limits.Doctor(); err != nil {
		return nil, err
	}
	all := []client.Check{}
	for _, c := range h.setup.Doctor(ctx, in.Reach) {
		all = append(all, client.Check{
			Name: c.Name, Status: client.CheckStatus(c.Status), Detail: problem.Hint(ctx, c.Detail), Action: problem.Hint(ctx, c.Action),
			Group: client.CheckGroup(c.Group), Path: c.Path, Version: c.Version,
		})
	}
	return all, nil
}
