package api

import (
	"cmp"
	"context"
	"net/http"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/client"
	"github.com/cineforge/cineforge/internal/api/endpoint"
	"github.com/cineforge/cineforge/internal/library"
	"github.com/cineforge/cineforge/internal/runs"
)

// recipesHandler answers requests about recipes.
type recipesHandler struct {
	recipes library.RecipeStore
	reader  *runs.Reader
	costly  rateLimit
}

// ofRecipe is the part of a request that names its recipe.
type ofRecipe struct {
	Name string `path:"recipe_id" maxLength:"200" doc:"The recipe's id, or the name of a version."`
}

// newVersion is a request to keep a recipe.
type newVersion struct{ Body client.RecipeSource }

func (h *recipesHandler) register(r *endpoint.Router) {
	endpoint.Handle(r, endpoint.Get("recipes", "/recipes", "The recipes that can be run"), h.list)
	endpoint.Handle(r, endpoint.Get("recipe", "/recipes/{recipe_id}", "A recipe with its source",
		http.StatusNotFound, http.StatusUnprocessableEntity), h.find)
	endpoint.Handle(r, endpoint.Get("runRecipe", "/runs/{run_id}/recipe", "The recipe that a run works by, with its source",
		http.StatusNotFound), h.ofRun)
	save := endpoint.Post("saveRecipe", "/recipes", "Keep a recipe as a version for retries; it hides no other recipe",
		http.StatusUnprocessableEntity, http.StatusTooManyRequests)
	save.DefaultStatus = http.StatusCreated
	endpoint.Handle(r, save, h.save)
}

func (h *recipesHandler) list(context.Context, *struct{}) ([]client.Recipe, error) {
	all := []client.Recipe{}
	for _, r := range h.recipes.List() {
		out := client.Recipe{
			RecipeID: r.ID, Name: cmp.Or(r.Name, r.ID), Description: r.Description,
			StageCount: len(r.Stages), Stages: []string{},
		}
		for _, stage := range r.Stages {
			out.Stages = append(out.Stages, stage.ID)
		}
		all = append(all, out)
	}
	return all, nil
}

func (h *recipesHandler) find(_ context.Context, in *ofRecipe) (client.RecipeDetail, error) {
	found, err := h.recipes.Find(in.Name)
	if err != nil {
		return client.RecipeDetail{}, err
	}
	return recipeDetail(found), nil
}

func (h *recipesHandler) ofRun(ctx context.Context, in *endpoint.OfRun) (client.RecipeDetail, error) {
	found, err := h.reader.Recipe(ctx, in.Run)
	if err != nil {
		return client.RecipeDetail{}, err
	}
	return recipeDetail(found), nil
}

func (h *recipesHandler) save(_ context.Context, in *newVersion) (client.SavedRecipe, error) {
	if err := h.costly.take(); err != nil {
		return client.SavedRecipe{}, err
	}
	r, err := library.ParseRecipe("recipe", []byte(in.Body.Source))
	if err != nil {
		return client.SavedRecipe{}, err
	}
	name, err := h.recipes.Save(r)
	return client.SavedRecipe{Name: name, RecipeID: r.ID, Digest: artifact.DigestOf(r.Source)}, err
}

// recipeDetail describes a recipe with its source.
func recipeDetail(r library.FoundRecipe) client.RecipeDetail {
	return client.RecipeDetail{
		RecipeID: r.ID, Origin: string(r.Origin), Digest: artifact.DigestOf(r.Source), Source: string(r.Source),
	}
}
