package pipeline

import (
	"sync"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/recipe"
	"github.com/cineforge/cineforge/run"
)

// mostRecipes is how many parsed recipes are kept.
const mostRecipes = 32

// recipes keeps parsed recipes by the digests of their sources: most runs have the same
// one, and a run that waits is taken up again and again. It is safe for concurrent use.
type recipes struct {
	mu     sync.Mutex // guards parsed
	parsed map[artifact.Digest]*recipe.Recipe
}

// parse returns the recipe that a run has pinned.
func (r *recipes) parse(state run.State, source []byte) (*recipe.Recipe, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if known, ok := r.parsed[state.RecipeDigest]; ok {
		return known, nil
	}
	parsed, err := recipe.Parse(state.RecipeID, source)
	if err != nil {
		return nil, err
	}
	if r.parsed == nil || len(r.parsed) >= mostRecipes {
		r.parsed = map[artifact.Digest]*recipe.Recipe{}
	}
	r.parsed[state.RecipeDigest] = parsed
	return parsed, nil
}
