package client

import "context"

// Recipes makes the requests about recipes.
type Recipes struct{ conn *connection }

// List lists the recipes that can be run.
func (r *Recipes) List(ctx context.Context) ([]Recipe, error) {
	return get[[]Recipe](ctx, r.conn, nil, "recipes")
}

// Find returns a recipe by its id, or a version by its name.
func (r *Recipes) Find(ctx context.Context, name string) (RecipeDetail, error) {
	return get[RecipeDetail](ctx, r.conn, nil, "recipes", name)
}

// OfRun returns the recipe that a run works by.
func (r *Recipes) OfRun(ctx context.Context, runID string) (RecipeDetail, error) {
	return get[RecipeDetail](ctx, r.conn, nil, "runs", runID, "recipe")
}

// Save keeps a recipe as a version, which a retry can name. It hides no other recipe; one
// that can't be run is a *Problem of code invalid_recipe.
func (r *Recipes) Save(ctx context.Context, source []byte) (SavedRecipe, error) {
	return post[SavedRecipe](ctx, r.conn, RecipeSource{string(source)}, "recipes")
}
