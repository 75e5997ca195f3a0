package recipe

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/internal/spelling"
)

// ErrNotFound is in the chain of [Find]'s error if no recipe has the id.
var ErrNotFound = errors.New("no such recipe")

// Listing is a recipe file that was found.
type Listing struct {
	ID     string  // the recipe's, or if the file is too broken to have one, taken from the file's name; may be empty
	File   string  // its name within its source
	Source int     // which of the sources holds it, from 0
	Recipe *Recipe // nil if the file is broken
	Err    error   // what is wrong with it, else nil
}

// List returns the recipes in the top folders of the sources, files *.yaml and
// *.yml, in the order of sources and file names. An earlier source's recipe stands
// for a later one's of the same id. A broken file is listed with its error and
// hides no other recipe than the one of its own id: a recipe that was replaced by a
// broken one is not wanted back. A source that does not exist is empty.
func List(sources ...fs.FS) []Listing {
	var all []Listing
	taken := map[string]bool{}
	for i, source := range sources {
		found := scan(source)
		for _, l := range found {
			if l.Source = i; !taken[l.ID] {
				all = append(all, l)
			}
		}
		for _, l := range found {
			taken[l.ID] = l.ID != ""
		}
	}
	return all
}

// Find returns the recipe with an id. Sources are searched as [List] does. If the
// recipe's file is broken that is the error; if there is none, it wraps [ErrNotFound].
func Find(id string, sources ...fs.FS) (Listing, error) {
	if !idPattern.MatchString(id) {
		return Listing{}, &failure.Error{Class: failure.Input, Message: quote(id) + " is not a valid recipe id", Hint: idHint, Err: ErrNotFound}
	}
	var ids []string
	var broken *Listing
	for _, l := range List(sources...) {
		switch {
		case l.ID == id && l.Err == nil:
			return l, nil
		case l.ID == id && broken == nil:
			broken = &l
		case l.Err == nil:
			ids = append(ids, l.ID)
		}
	}
	if broken != nil {
		return Listing{}, broken.Err
	}
	hint := "the recipes are " + shortList(ids)
	if near := spelling.Nearest(id, ids); near != "" {
		hint = fmt.Sprintf("did you mean %q?", near)
	}
	return Listing{}, &failure.Error{Class: failure.Input, Message: fmt.Sprintf("there is no recipe %q", id), Hint: hint, Err: ErrNotFound}
}

// scan reads the recipes of one source.
func scan(source fs.FS) []Listing {
	files, err := fs.ReadDir(source, ".")
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return []Listing{{File: ".", Err: fmt.Errorf("list recipes: %w", err)}}
	}
	var found []Listing
	for _, f := range files {
		if ext := path.Ext(f.Name()); ext == ".yaml" || ext == ".yml" {
			found = append(found, load(source, f.Name()))
		}
	}
	inFile := map[string]string{}
	for i, l := range found {
		if l.Err != nil {
			continue
		}
		if other, taken := inFile[l.ID]; taken {
			found[i].Recipe = nil
			found[i].Err = failure.New(failure.Input,
				fmt.Sprintf("%s: recipe_id %q is also the one of %s", l.File, l.ID, other), "give one of the two another recipe_id")
			continue
		}
		inFile[l.ID] = l.File
	}
	return found
}

func load(source fs.FS, file string) Listing {
	l := Listing{File: file}
	if id := strings.TrimSuffix(file, path.Ext(file)); idPattern.MatchString(id) {
		l.ID = id
	}
	data, err := readFile(source, file)
	if err != nil {
		l.Err = err
		return l
	}
	p := &problems{file: file}
	r := parse(p, data)
	if r != nil && r.ID != "" {
		l.ID = r.ID
	}
	if l.Err = p.err(); l.Err == nil {
		l.Recipe = r
	}
	return l
}

// readFile reads a file, up to what Parse needs to see that it is too large.
func readFile(source fs.FS, file string) ([]byte, error) {
	info, err := fs.Stat(source, file)
	if err != nil {
		return nil, fmt.Errorf("read recipe: %w", err)
	}
	if !info.Mode().IsRegular() {
		return nil, failure.New(failure.Input, file+" is not a file", "only put recipe files under such a name")
	}
	f, err := source.Open(file)
	if err != nil {
		return nil, fmt.Errorf("read recipe: %w", err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxBytes+1))
	if err != nil {
		return nil, fmt.Errorf("read recipe: %w", err)
	}
	return slices.Clip(data), nil
}
