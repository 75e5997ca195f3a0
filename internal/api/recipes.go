package api

import (
	"cmp"
	"context"
	"net/http"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/client"
	"github.com/cineforge/cineforge/internal/app"
)

// recipes registers what is seen of recipes, and how one is given.
func (s *API) recipes() {
	handle(s, operation("recipes", http.MethodGet, "/recipes", "The recipes that can be run"), func(context.Context, *struct{}) ([]client.Recipe, error) {
		all := []client.Recipe{}
		for _, r := range s.app.Recipes() {
			out := client.Recipe{RecipeID: r.ID, Name: cmp.Or(r.Name, r.ID), Description: r.Description, StageCount: len(r.Stages), Stages: []string{}}
			for _, stage := range r.Stages {
				out.Stages = append(out.Stages, stage.ID)
			}
			all = append(all, out)
		}
		return all, nil
	})
	type oneRecipe struct {
		Name string `path:"recipe_id" maxLength:"200" doc:"The recipe's id, or the name of a version."`
	}
	handle(s, operation("recipe", http.MethodGet, "/recipes/{recipe_id}", "A recipe with its source", http.StatusNotFound, http.StatusUnprocessableEntity), func(_ context.Context, in *oneRecipe) (client.RecipeDetail, error) {
		found, err := s.app.RecipeStore.Find(in.Name)
		if err != nil {
			return client.RecipeDetail{}, err
		}
		return detailOf(found), nil
	})
	type ofRun struct{ OfRun }
	handle(s, operation("runRecipe", http.MethodGet, "/runs/{run_id}/recipe", "The recipe that a run works by, with its source",
		http.StatusNotFound), func(ctx context.Context, in *ofRun) (client.RecipeDetail, error) {
		found, err := s.app.RunRecipe(ctx, in.Run)
		if err != nil {
			return client.RecipeDetail{}, err
		}
		return detailOf(found), nil
	})
	type newVersion struct{ Body client.RecipeSource }
	save := operation("saveRecipe", http.MethodPost, "/recipes", "Keep a recipe as a version for retries; it hides no other recipe", http.StatusUnprocessableEntity, http.StatusTooManyRequests)
	save.DefaultStatus = http.StatusCreated
	handle(s, save, func(_ context.Context, in *newVersion) (client.SavedRecipe, error) {
		if err := s.afford(); err != nil {
			return client.SavedRecipe{}, err
		}
		r, err := app.ParseRecipe("recipe", []byte(in.Body.Source))
		if err != nil {
			return client.SavedRecipe{}, err
		}
		name, err := s.app.RecipeStore.Save(r)
		return client.SavedRecipe{Name: name, RecipeID: r.ID, Digest: artifact.DigestOf(r.Source)}, err
	})
}

// detailOf describes a recipe with its source.
func detailOf(r app.FoundRecipe) client.RecipeDetail {
	return client.RecipeDetail{RecipeID: r.ID, Origin: string(r.Origin), Digest: artifact.DigestOf(r.Source), Source: string(r.Source)}
}
