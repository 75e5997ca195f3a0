package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"github.com/cineforge/cineforge/client"
	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/internal/app"
	"github.com/cineforge/cineforge/internal/cli/console"
	"github.com/cineforge/cineforge/internal/cli/system"
	"github.com/cineforge/cineforge/internal/runs"
	"github.com/cineforge/cineforge/internal/upkeep"
	"github.com/cineforge/cineforge/recipe"
	"github.com/cineforge/cineforge/run"
)

type recipesCmd struct {
	List     recipesListCmd     `cmd:"" server:"yes" help:"List the recipes of the data directory, then the shipped ones."`
	Show     recipesShowCmd     `cmd:"" server:"yes" help:"Print the source of a recipe; --json shows what it resolves to."`
	Validate recipesValidateCmd `cmd:"" server:"yes" help:"Check a recipe file; errors name line and column."`
}

type recipesListCmd struct {
	Versions bool `help:"With --json, also list the versions of each recipe."`
}

// listedRecipe is a recipe in the list.
type listedRecipe struct {
	client.Recipe
	File  string `json:"file"` // its name
	Error string `json:"error,omitempty"`
}

// Run does the command.
func (c *recipesListCmd) Run(ctx context.Context, g *cli, s console.Streams) error {
	found, err := c.list(ctx, g, s)
	if err != nil {
		return err
	}
	list := []listedRecipe{}
	for _, r := range found {
		l := listedRecipe{Recipe: r, File: r.RecipeID + ".yaml"}
		if r.File != nil {
			l.File = path.Base(*r.File)
		}
		for _, m := range r.Errors {
			l.Error += lineOf(l.File, m) + "\n"
		}
		l.Error = strings.TrimSpace(l.Error)
		list = append(list, l)
	}
	if g.JSON {
		return console.PrintJSON(s.Out, list)
	}
	t := tabwriter.NewWriter(s.Out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "RECIPE\tSTAGES\tDESCRIPTION")
	for _, r := range list {
		if r.Broken {
			fmt.Fprintf(s.Err, "%s is broken: %s\n", console.OneLine(r.File), console.OneLine(r.Error))
			continue
		}
		fmt.Fprintf(t, "%s\t%d\t%s\n", r.RecipeID, r.StageCount, console.OneLine(r.Description))
	}
	return t.Flush()
}

// list returns the recipes of the data directory, or of the server.
func (c *recipesListCmd) list(ctx context.Context, g *cli, s console.Streams) ([]client.Recipe, error) {
	if g.Server == "" {
		return app.Setup(g.Data, g.models).Recipes(c.Versions)
	}
	server, err := g.dial(s)
	if err != nil {
		return nil, err
	}
	defer server.Close() //nolint:errcheck // it was only looked at
	ask := server.Client().Recipes.List
	if c.Versions {
		ask = server.Client().Recipes.ListVersions
	}
	list, err := ask(ctx)
	return list, system.Failure(err)
}

// lineOf writes what is wrong with a file as one line: place, message, hint.
func lineOf(file string, m client.Mistake) string {
	if m.Line != nil && m.Column != nil {
		file = fmt.Sprintf("%s:%d:%d", file, *m.Line, *m.Column)
	}
	hint := ""
	if m.Hint != nil {
		hint = *m.Hint
	}
	return join(file+": "+m.Message, hint)
}

type recipesShowCmd struct {
	Recipe string `arg:"" name:"recipe" help:"The recipe's id, the name of a version that a retry saved, or a run's id for the recipe of that run."`
	File   string `placeholder:"FILE" help:"Write to this new file."`
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
	for _, m := range r.Errors {
		fmt.Fprintf(s.Err, "The recipe is broken: %s\n", console.OneLine(lineOf(r.RecipeID, m)))
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
		found, err := server.Client().Recipes.Find(ctx, c.Recipe)
		if p, is := errors.AsType[*client.Problem](err); is && p.Code == "recipe_not_found" && runs.ValidRunID(c.Recipe) {
			if of, missing := server.Client().Recipes.OfRun(ctx, c.Recipe); missing == nil {
				found, err = of, nil
			}
		}
		r := shownRecipe{RecipeDetail: found}
		if found.File != nil {
			r.File = *found.File
		}
		return r, system.Failure(err)
	}
	found, err := app.Setup(g.Data, g.models).Recipe(ctx, c.Recipe)
	if errors.Is(err, recipe.ErrNotFound) && runs.ValidRunID(c.Recipe) && upkeep.Exists(g.Data) {
		found, err = ofRun(ctx, g, c.Recipe, err)
	}
	r := shownRecipe{RecipeDetail: found}
	if found.File != nil {
		r.File = filepath.Join(g.Data, filepath.FromSlash(*found.File))
	}
	return r, err
}

// ofRun returns the recipe that a run works by, and the error that there is otherwise if
// there is no such run.
func ofRun(ctx context.Context, g *cli, id string, otherwise error) (client.RecipeDetail, error) {
	a, err := app.OpenUnchecked(ctx, g.Data, g.models)
	if err != nil {
		return client.RecipeDetail{}, err
	}
	defer a.Close() //nolint:errcheck // it was only looked at
	found, err := a.Setup.RecipeOfRun(ctx, id)
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

// checkedRecipe is what validate prints with --json. Of a recipe that is not valid, it has
// only the errors.
type checkedRecipe struct {
	RecipeID    string `json:"recipe_id"`
	Name        string `json:"name"`
	Description string `json:"description"`
	StageCount  int    `json:"stage_count"`
	File        string `json:"file"`
	client.RecipeCheck
}

type recipesValidateCmd struct {
	File string `arg:"" help:"The recipe file; - for standard input."`
}

// Run does the command.
func (c *recipesValidateCmd) Run(ctx context.Context, g *cli, s console.Streams) error {
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
	check, err := c.check(ctx, g, s, data)
	if err != nil {
		return err
	}
	r := checkedRecipe{File: c.File, RecipeCheck: check}
	if d := check.Recipe; d != nil {
		r.RecipeID, r.Name, r.Description, r.StageCount = d.RecipeID, d.Name, d.Description, len(d.Stages)
	}
	if g.JSON {
		err = console.PrintJSON(s.Out, r)
	}
	for _, m := range check.Errors {
		fmt.Fprintln(s.Err, "cineforge:", console.OneLine(lineOf(c.File, m)))
	}
	switch {
	case err != nil:
		return err
	case !check.Valid:
		return &console.Exit{Code: console.CodeError}
	case g.JSON:
		return nil
	}
	for _, m := range check.Warnings {
		where := c.File
		if m.Line != nil {
			where = fmt.Sprintf("%s:%d", c.File, *m.Line)
		}
		fmt.Fprintf(s.Err, "Warning: %s\n", console.OneLine(where+": "+m.Message))
	}
	_, err = fmt.Fprintf(s.Out, "%s is valid: %s, %d stages\n", console.OneLine(c.File), r.RecipeID, r.StageCount)
	return err
}

// check has the recipe checked by this program, or by the server.
func (c *recipesValidateCmd) check(ctx context.Context, g *cli, s console.Streams, data []byte) (client.RecipeCheck, error) {
	if g.Server == "" {
		return app.Setup(g.Data, g.models).Validate(ctx, data)
	}
	server, err := g.dial(s)
	if err != nil {
		return client.RecipeCheck{}, err
	}
	defer server.Close() //nolint:errcheck // nothing is kept there
	check, err := server.Client().Recipes.Validate(ctx, data)
	return check, system.Failure(err)
}
