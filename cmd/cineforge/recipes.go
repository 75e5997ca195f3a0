package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"text/tabwriter"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/client"
	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/internal/app"
	"github.com/cineforge/cineforge/internal/cli/console"
	"github.com/cineforge/cineforge/internal/cli/system"
	"github.com/cineforge/cineforge/internal/library"
	"github.com/cineforge/cineforge/internal/runs"
	"github.com/cineforge/cineforge/internal/upkeep"
	"github.com/cineforge/cineforge/recipe"
	"github.com/cineforge/cineforge/run"
)

type recipesCmd struct {
	List     recipesListCmd     `cmd:"" help:"List the recipes: those in the data directory's recipes folder, then the shipped ones."`
	Show     recipesShowCmd     `cmd:"" server:"yes" help:"Print the source of a recipe, shipped ones included."`
	Validate recipesValidateCmd `cmd:"" server:"aside" help:"Check a recipe file; errors point at line and column."`
}

type recipesListCmd struct{}

// listedRecipe is a recipe in the list.
type listedRecipe struct {
	RecipeID    string `json:"recipe_id"`
	Name        string `json:"name"`
	Description string `json:"description"`
	StageCount  int    `json:"stage_count"`
	File        string `json:"file"`
	Error       string `json:"error,omitempty"`
}

// Run does the command.
func (c *recipesListCmd) Run(g *cli, s console.Streams) error {
	list := []listedRecipe{}
	for _, l := range recipe.List(library.RecipeSources(g.Data)...) {
		list = append(list, describe(l))
	}
	if g.JSON {
		return console.PrintJSON(s.Out, list)
	}
	t := tabwriter.NewWriter(s.Out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "RECIPE\tSTAGES\tDESCRIPTION")
	for _, r := range list {
		if r.Error != "" {
			fmt.Fprintf(s.Err, "%s is broken: %s\n", console.OneLine(r.File), console.OneLine(r.Error))
			continue
		}
		fmt.Fprintf(t, "%s\t%d\t%s\n", r.RecipeID, r.StageCount, console.OneLine(r.Description))
	}
	return t.Flush()
}

func describe(l recipe.Listing) listedRecipe {
	if l.Err != nil {
		return listedRecipe{RecipeID: l.ID, File: l.File, Error: l.Err.Error()}
	}
	return listedRecipe{RecipeID: l.ID, Name: l.Recipe.Name, Description: l.Recipe.Description, StageCount: len(l.Recipe.Stages), File: l.File}
}

type recipesShowCmd struct {
	Recipe string `arg:"" name:"recipe" help:"The recipe's id, the name of a version that a retry saved, or a run's id for the recipe that the run works by."`
	File   string `placeholder:"FILE" help:"Write it to this file, which must not be there yet."`
}

// shownRecipe is a recipe with its source.
type shownRecipe struct {
	client.RecipeDetail
	File string `json:"file,omitempty"` // of one in a data directory
}

// Run does the command.
func (c *recipesShowCmd) Run(ctx context.Context, g *cli, s console.Streams) error {
	r, err := c.find(ctx, g, s)
	if err != nil {
		return notStarted(err)
	}
	if g.JSON {
		return console.PrintJSON(s.Out, r)
	}
	if c.File != "" {
		return c.write(r.Source, s)
	}
	_, err = io.WriteString(s.Out, r.Source)
	return err
}

// write makes a file of the recipe, to be changed.
func (c *recipesShowCmd) write(source string, s console.Streams) error {
	f, err := os.OpenFile(c.File, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return console.Usage(failure.New(failure.Input, c.File+" is there already", "name another file with --file"))
	}
	if err != nil {
		return console.Usage(failure.New(failure.Input, fmt.Sprintf("%s can't be written: %v", c.File, errors.Unwrap(err)),
			"name another file with --file"))
	}
	_, err = f.WriteString(source)
	if err = errors.Join(err, f.Close()); err != nil {
		return errors.Join(err, os.Remove(c.File))
	}
	_, err = fmt.Fprintf(s.Out, "%s is written\n", console.OneLine(c.File))
	return err
}

// find looks for the recipe. It makes no data directory.
func (c *recipesShowCmd) find(ctx context.Context, g *cli, s console.Streams) (shownRecipe, error) {
	if g.Server != "" {
		server, err := g.dial(s)
		if err != nil {
			return shownRecipe{}, err
		}
		defer server.Close() //nolint:errcheck // it was only looked at
		found, err := server.Recipes().Find(ctx, c.Recipe)
		if p, is := errors.AsType[*client.Problem](err); is && p.Code == "recipe_not_found" && runs.ValidRunID(c.Recipe) {
			if of, missing := server.Recipes().OfRun(ctx, c.Recipe); missing == nil {
				found, err = of, nil
			}
		}
		return shownRecipe{RecipeDetail: found}, system.Failure(err)
	}
	found, err := library.NewRecipeStore(g.Data).Find(c.Recipe)
	if errors.Is(err, recipe.ErrNotFound) && runs.ValidRunID(c.Recipe) && upkeep.Exists(g.Data) {
		found, err = ofRun(ctx, g, c.Recipe, err)
	}
	if err != nil {
		return shownRecipe{}, err
	}
	r := shownRecipe{RecipeDetail: client.RecipeDetail{RecipeID: found.ID, Origin: string(found.Origin),
		Digest: artifact.DigestOf(found.Source), Source: string(found.Source)}}
	if found.Path != "" && found.Origin != library.RecipeOfProgram {
		r.File = found.Path
	}
	return r, nil
}

// ofRun returns the recipe that a run works by, and the error that there is otherwise if
// there is no such run.
func ofRun(ctx context.Context, g *cli, id string, otherwise error) (library.FoundRecipe, error) {
	a, err := app.OpenUnchecked(ctx, g.Data, g.models)
	if err != nil {
		return library.FoundRecipe{}, err
	}
	defer a.Close() //nolint:errcheck // it was only looked at
	found, err := a.Reader.Recipe(ctx, id)
	if errors.Is(err, run.ErrNotFound) {
		err = otherwise
	}
	return found, err
}

// mostRecipe is how much of a recipe is read, in bytes: more than one may have.
const mostRecipe = 2 << 20

// readRecipe reads a recipe file, up to more than one may have.
func readRecipe(file string) ([]byte, error) {
	info, err := os.Stat(file)
	if err == nil && info.Mode()&os.ModeNamedPipe != 0 {
		return nil, failure.New(failure.Input, file+" is a pipe, not a file",
			"copy what it gives into a file; recipes validate reads - from standard input")
	}
	if err != nil || !info.Mode().IsRegular() {
		return nil, failure.New(failure.Input, fmt.Sprintf("there is no recipe file %s", file), "check the name and the folder")
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, failure.New(failure.Input, fmt.Sprintf("the recipe %s can't be read", file), "check its permissions")
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, mostRecipe))
}

// validRecipe is what validate prints with --json.
type validRecipe struct {
	listedRecipe
	Warnings []client.Warning `json:"warnings"`
}

type recipesValidateCmd struct {
	File string `arg:"" help:"The recipe file; - for standard input."`
}

// Run does the command.
func (c *recipesValidateCmd) Run(g *cli, s console.Streams) error {
	var data []byte
	var err error
	if c.File == "-" {
		data, err = io.ReadAll(io.LimitReader(s.In, mostRecipe))
	} else {
		data, err = readRecipe(c.File)
	}
	if err != nil {
		return err
	}
	r, err := library.ParseRecipe(c.File, data)
	if err != nil {
		return err
	}
	warnings := library.RecipeWarnings(r)
	if g.JSON {
		valid := validRecipe{describe(recipe.Listing{ID: r.ID, File: c.File, Recipe: r}), []client.Warning{}}
		for _, w := range warnings {
			valid.Warnings = append(valid.Warnings, client.Warning(w))
		}
		return console.PrintJSON(s.Out, valid)
	}
	for _, w := range warnings {
		fmt.Fprintf(s.Err, "Warning: %s\n", console.OneLine(fmt.Sprintf("%s:%d: %s", c.File, w.Line, w.Message)))
	}
	_, err = fmt.Fprintf(s.Out, "%s is valid: %s, %d stages\n", console.OneLine(c.File), r.ID, len(r.Stages))
	return err
}
