package library

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/recipe"
	"github.com/cineforge/cineforge/recipes"
)

// RecipeFile is a recipe as it is kept, also one that can't be run.
type RecipeFile struct {
	ID      string // of the recipe; if it is too broken to have one, its file's name
	Origin  RecipeOrigin
	File    string // below the data directory; "" for one that is not kept there
	Source  []byte
	Recipe  *recipe.Recipe // nil if it is broken
	Err     error          // what is wrong with it, else nil
	Shadows bool           // it stands for a shipped recipe of the same id
}

// Files lists the recipes that can be run by their ids, and the broken files of the data
// directory among them.
func (l RecipeStore) Files() []RecipeFile {
	all := []RecipeFile{}
	for _, found := range recipe.List(RecipeSources(l.dataDir)...) {
		all = append(all, l.file(found))
	}
	return all
}

// file describes a recipe that was found.
func (l RecipeStore) file(found recipe.Listing) RecipeFile {
	f := RecipeFile{ID: cmp.Or(found.ID, found.File), Origin: RecipeOfProgram, Recipe: found.Recipe, Err: found.Err}
	if found.Source == 0 {
		f.Origin, f.File = RecipeOfData, path.Join(recipesDir, found.File)
		_, err := recipe.Find(found.ID, recipes.FS)
		f.Shadows = err == nil
	}
	switch {
	case found.Recipe != nil:
		f.Source = found.Recipe.Source
	case f.File != "":
		f.Source = l.read(f.File)
	}
	if f.Source != nil {
		_, err := ParseRecipe(found.File, f.Source)
		f.Err = cmp.Or(err, f.Err)
	}
	return f
}

// Look returns a recipe by its id, or a version by its name, whether or not it can be run. If
// there is none, the error wraps recipe.ErrNotFound.
func (l RecipeStore) Look(name string) (RecipeFile, error) {
	if versionPattern.MatchString(name) {
		v, err := l.version(name)
		if err != nil {
			return RecipeFile{}, err
		}
		_, wrong := ParseRecipe(name, v.Source)
		return RecipeFile{ID: v.ID, Origin: RecipeVersion, Source: v.Source, Recipe: v.Recipe, Err: wrong}, nil
	}
	named := slices.DeleteFunc(l.Files(), func(f RecipeFile) bool { return f.ID != name })
	if len(named) == 0 {
		_, err := recipe.Find(name, RecipeSources(l.dataDir)...)
		return RecipeFile{}, err // which says what there is
	}
	return named[max(slices.IndexFunc(named, func(f RecipeFile) bool { return f.Recipe != nil }), 0)], nil
}

// read returns the content of a broken file; nil if it is none that can be shown.
func (l RecipeStore) read(file string) []byte {
	name := filepath.Join(l.dataDir, filepath.FromSlash(file))
	info, err := os.Stat(name)
	if err != nil || !info.Mode().IsRegular() || info.Size() > mostRecipe {
		return nil // which is what is wrong with it
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return nil
	}
	return data
}

// mostRecipe is how much of a broken recipe is shown, in bytes: as much as one may have.
const mostRecipe = 1 << 20

// SavedVersion is a version of a recipe.
type SavedVersion struct {
	Name     string
	RecipeID string
	Digest   artifact.Digest // of its source
	Saved    time.Time
}

// Versions lists the versions of a recipe, newest first; with "" those of all recipes. A file that
// was changed since it was saved is none.
func (l RecipeStore) Versions(id string) ([]SavedVersion, error) {
	entries, err := os.ReadDir(filepath.Join(l.dataDir, versionsDir))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("list versions of recipes: %w", err)
	}
	all := []SavedVersion{}
	for _, e := range entries {
		name, isYAML := strings.CutSuffix(e.Name(), ".yaml")
		of, _, _ := strings.Cut(name, "@")
		if !isYAML || !versionPattern.MatchString(name) || id != "" && of != id {
			continue
		}
		source, err := os.ReadFile(filepath.Join(l.dataDir, versionsDir, e.Name()))
		info, gone := e.Info()
		if digest := artifact.DigestOf(source); err == nil && gone == nil && versionName(of, digest) == name {
			all = append(all, SavedVersion{Name: name, RecipeID: of, Digest: digest, Saved: info.ModTime()})
		}
	}
	slices.SortFunc(all, func(a, b SavedVersion) int { return cmp.Or(b.Saved.Compare(a.Saved), cmp.Compare(a.Name, b.Name)) })
	return all, nil
}

// The errors of [RecipeStore.Replace].
var (
	ErrRecipeExists  = errors.New("there is a recipe of that id")
	ErrRecipeChanged = errors.New("the recipe is not the one that the request names")
)

// Replacement says what a recipe may take the place of.
type Replacement struct {
	Shipped bool                         // of a shipped recipe
	Of      func(d artifact.Digest) bool // of the recipe of the data directory whose source has the digest; nil for none
}

// Replace keeps a recipe as the one that runs take by its id from now on, and as a version, so
// that what it replaces can be brought back. It returns the version's name and the file.
func (l RecipeStore) Replace(r *recipe.Recipe, may Replacement) (version, file string, err error) {
	file = path.Join(recipesDir, r.ID+".yaml")
	there, err := l.Look(r.ID)
	switch {
	case errors.Is(err, recipe.ErrNotFound):
		if may.Of != nil {
			return "", "", ErrRecipeChanged
		}
	case err != nil:
		return "", "", err
	case may.Of != nil && !may.Of(artifact.DigestOf(there.Source)):
		return "", "", ErrRecipeChanged
	case there.Origin == RecipeOfProgram && !may.Shipped:
		return "", "", &failure.Error{Class: failure.Input, Message: fmt.Sprintf("%s is a recipe that ships with the program", r.ID),
			Hint: "give yours another recipe_id, or say that it replaces the shipped one", Err: ErrRecipeExists}
	case there.Origin == RecipeOfData && may.Of == nil:
		return "", "", &failure.Error{Class: failure.Input, Message: fmt.Sprintf("there is a recipe %s already", r.ID),
			Hint: "give yours another recipe_id, or name the version that it replaces", Err: ErrRecipeExists}
	case there.Origin == RecipeOfData:
		file = there.File
		if there.Recipe != nil {
			if _, err := l.Save(there.Recipe); err != nil {
				return "", "", err
			}
		}
	}
	if version, err = l.Save(r); err != nil {
		return "", "", err
	}
	return version, file, l.write(filepath.FromSlash(file), r)
}
