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
	Validate recipesValidateCmd `cmd:"" help:"Check a recipe file; errors point at line and column."`
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
		r := listedRecipe{RecipeID: l.ID, Name: l.Name, Description: l.Description, StageCount: l.StageCount, File: l.File}
		if l.Err != nil {
			r.Error = l.Err.Error()
		}
		list = append(list, r)
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

type recipesValidateCmd struct {
	File string `arg:"" help:"The recipe file."`
}

// Run does the command.
func (c *recipesValidateCmd) Run(g *cli, s streams) error {
	data, err := os.ReadFile(c.File)
	if err != nil {
		return failure.New(failure.Input, fmt.Sprintf("the recipe can't be read: %v", err), "")
	}
	if err := recipe.Validate(c.File, data, pipeline.Modules(app.Modules())); err != nil {
		return err
	}
	r, err := recipe.Parse(c.File, data)
	if err != nil {
		return err
	}
	if g.JSON {
		return printJSON(s.out, listedRecipe{RecipeID: r.ID, Name: r.Name, Description: r.Description, StageCount: len(r.Stages), File: c.File})
	}
	fmt.Fprintf(s.out, "%s is valid: %s, %d stages\n", c.File, r.ID, len(r.Stages))
	return nil
}
