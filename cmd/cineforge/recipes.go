package main

import (
	"fmt"
	"os"
	"text/tabwriter"

	"cineforge/failure"
	"cineforge/internal/app"
	"cineforge/pipeline"
	"cineforge/recipe"
)

type recipesCmd struct {
	List     recipesListCmd     `cmd:"" help:"List the recipes: those in the data directory's recipes folder, then the shipped ones."`
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
func (c *recipesListCmd) Run(g *cli, s streams) error {
	list := []listedRecipe{}
	for _, l := range recipe.List(app.RecipeSources(g.Data)...) {
		list = append(list, describe(l))
	}
	if g.JSON {
		return printJSON(s.out, list)
	}
	t := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "RECIPE\tSTAGES\tDESCRIPTION")
	for _, r := range list {
		if r.Error != "" {
			fmt.Fprintf(s.err, "%s is broken: %s\n", oneLine(r.File), oneLine(r.Error))
			continue
		}
		fmt.Fprintf(t, "%s\t%d\t%s\n", r.RecipeID, r.StageCount, oneLine(r.Description))
	}
	return t.Flush()
}

func describe(l recipe.Listing) listedRecipe {
	if l.Err != nil {
		return listedRecipe{RecipeID: l.ID, File: l.File, Error: l.Err.Error()}
	}
	return listedRecipe{RecipeID: l.ID, Name: l.Recipe.Name, Description: l.Recipe.Description, StageCount: len(l.Recipe.Stages), File: l.File}
}

type recipesValidateCmd struct {
	File string `arg:"" help:"The recipe file."`
}

// Run does the command.
func (c *recipesValidateCmd) Run(g *cli, s streams) error {
	info, err := os.Stat(c.File)
	if err != nil || !info.Mode().IsRegular() {
		return failure.New(failure.Input, fmt.Sprintf("there is no recipe file %s", c.File), "check the name and the folder")
	}
	data, err := os.ReadFile(c.File)
	if err != nil {
		return failure.New(failure.Input, fmt.Sprintf("the recipe %s can't be read", c.File), "check its permissions")
	}
	if err := recipe.Validate(c.File, data, pipeline.Modules(app.Modules())); err != nil {
		return err
	}
	r, err := recipe.Parse(c.File, data)
	if err != nil {
		return err
	}
	if g.JSON {
		return printJSON(s.out, describe(recipe.Listing{ID: r.ID, File: c.File, Recipe: r}))
	}
	_, err = fmt.Fprintf(s.out, "%s is valid: %s, %d stages\n", oneLine(c.File), r.ID, len(r.Stages))
	return err
}
