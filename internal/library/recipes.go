package library

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/pipeline"
	"github.com/cineforge/cineforge/recipe"
	"github.com/cineforge/cineforge/recipes"
	"github.com/cineforge/cineforge/screenplay/document"
	"github.com/cineforge/cineforge/stage"
	"github.com/cineforge/cineforge/stage/shipped"
)

// RecipeStore is the recipes of a data directory, and the shipped ones. Beside those
// that runs are started with it keeps versions: recipes as retries were given them,
// which hide no recipe and are asked for by the name that saving them returned.
type RecipeStore struct{ dataDir string }

// NewRecipeStore returns the recipes of a data directory. It makes nothing.
func NewRecipeStore(dataDir string) RecipeStore { return RecipeStore{dataDir} }

// RecipeOrigin says where a recipe is from.
type RecipeOrigin string

// The origins of recipes.
const (
	RecipeOfData    RecipeOrigin = "data_directory"
	RecipeVersion   RecipeOrigin = "version" // saved for a retry
	RecipeOfProgram RecipeOrigin = "shipped"
	RecipeOfRun     RecipeOrigin = "run" // that a run has pinned
)

// FoundRecipe is a recipe of a RecipeStore.
type FoundRecipe struct {
	*recipe.Recipe
	Origin RecipeOrigin
	Path   string // of the file; of one that is shipped, its name
}

// versionPattern is the form of a version's name: the recipe's id, and the beginning of
// the digest of its source.
var versionPattern = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,63}@[0-9a-f]{12}$`)

// versionsDir is where versions are, below the data directory. Recipes to start runs
// with are not looked for in folders of the recipes' folder.
const versionsDir = recipesDir + "/versions"

// recipesDir is where recipes are, below the data directory.
const recipesDir = "recipes"

// VersionName returns the name of a recipe as a version.
func VersionName(r *recipe.Recipe) string {
	return versionName(r.ID, artifact.DigestOf(r.Source))
}

func versionName(id string, d artifact.Digest) string {
	return id + "@" + strings.TrimPrefix(string(d), "sha256:")[:12]
}

// Find returns a recipe by its id, or a version by its name. If there is none, the error
// wraps recipe.ErrNotFound.
func (l RecipeStore) Find(name string) (FoundRecipe, error) {
	if versionPattern.MatchString(name) {
		return l.version(name)
	}
	found, err := recipe.Find(name, RecipeSources(l.dataDir)...)
	if err != nil {
		return FoundRecipe{}, err
	}
	if found.Source > 0 {
		return FoundRecipe{found.Recipe, RecipeOfProgram, found.File}, nil
	}
	return FoundRecipe{found.Recipe, RecipeOfData, filepath.Join(l.dataDir, recipesDir, found.File)}, nil
}

// version returns the recipe that was saved under a name.
func (l RecipeStore) version(name string) (FoundRecipe, error) {
	file := filepath.Join(l.dataDir, versionsDir, name+".yaml")
	source, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return FoundRecipe{}, &failure.Error{Class: failure.Input, Message: fmt.Sprintf("there is no version %s of a recipe", name),
			Hint: "name the recipe's id, or its file", Err: recipe.ErrNotFound}
	}
	if err != nil {
		return FoundRecipe{}, fmt.Errorf("read recipe: %w", err)
	}
	r, err := recipe.Parse(filepath.Base(file), source)
	if err == nil && VersionName(r) != name {
		err = failure.New(failure.Input, fmt.Sprintf("%s was changed since it was saved", file), "name the changed file itself, or remove it")
	}
	return FoundRecipe{r, RecipeVersion, file}, err
}

// Save keeps a recipe as a version, and returns the version's name. The same recipe is
// kept once.
func (l RecipeStore) Save(r *recipe.Recipe) (name string, err error) {
	name = VersionName(r)
	if _, err := l.version(name); err == nil {
		return name, nil
	}
	return name, l.write(filepath.Join(versionsDir, name+".yaml"), r)
}

// write makes a file of a recipe, whose name is below the data directory.
func (l RecipeStore) write(file string, r *recipe.Recipe) error {
	dir := filepath.Join(l.dataDir, filepath.Dir(file))
	err := os.MkdirAll(dir, 0o700)
	var root *os.Root
	if err == nil {
		root, err = os.OpenRoot(dir)
	}
	if err == nil {
		err = errors.Join(writeFile(root, filepath.Base(file), r.Source, 0o600), root.Close())
	}
	if err != nil {
		return fmt.Errorf("save recipe %s: %w", r.ID, err)
	}
	return nil
}

// modules are the modules that recipes may name.
func modules() stage.Catalog { return stage.NewCatalog(shipped.Modules(document.Reader{})...) }

// ParseRecipe reads a recipe that is given by its source, and wants it to be one that
// the modules can run. The error is of type recipe.Errors; name is for its messages.
func ParseRecipe(name string, source []byte) (*recipe.Recipe, error) {
	if err := recipe.Validate(name, source, pipeline.Modules(modules())); err != nil {
		return nil, err
	}
	return recipe.Parse(name, source)
}

// RecipeWarnings returns what a recipe says without effect.
func RecipeWarnings(r *recipe.Recipe) []recipe.Warning {
	return r.Warnings(pipeline.Modules(modules()))
}

// writeFile makes a file under a temporary name and then gives it its own, so that a
// reader never sees half of it. What the user's mask takes from mode is off.
func writeFile(root *os.Root, name string, data []byte, mode fs.FileMode) error {
	temporary := fmt.Sprintf("%s.%08x.part", name, rand.Uint32()) // another process may be writing the same
	f, err := root.OpenFile(temporary, os.O_RDWR|os.O_CREATE|os.O_TRUNC, mode)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = root.Rename(temporary, name)
	}
	if err != nil {
		root.Remove(temporary) //nolint:errcheck // the first error is the one to tell
	}
	return err
}

// RecipeSources returns where recipes are found: the data directory's, then the shipped ones.
func RecipeSources(dataDir string) []fs.FS {
	return []fs.FS{os.DirFS(filepath.Join(dataDir, recipesDir)), recipes.FS}
}
