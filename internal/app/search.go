package app

import (
	"context"
	"slices"
	"strings"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/artifact/content"
	"github.com/cineforge/cineforge/recipe"
)

// Found is what a search found in a project.
type Found struct {
	Scenes     []FoundScene
	Characters []string
	Locations  []string
}

// FoundScene is a scene that holds what was searched for.
type FoundScene struct {
	SceneID, Heading, Location, TimeOfDay, IntExt string
}

// mostFound is how many scenes a search finds.
const mostFound = 100

// Search looks for text in the latest scenes of a project: in their headings, places,
// characters and what is said in them, whatever the case of letters.
func (a *App) Search(ctx context.Context, projectID, query string) (Found, error) {
	var found Found
	if _, err := a.projects.Project(ctx, projectID); err != nil {
		return found, err
	}
	query = strings.ToLower(strings.TrimSpace(query))
	if query == "" {
		return found, nil
	}
	scenes, err := a.Store.Latest(ctx, projectID, artifact.Scene)
	if err != nil {
		return found, err
	}
	matches := func(s string) bool { return strings.Contains(strings.ToLower(s), query) }
	add := func(list []string, s string) []string {
		if s == "" || !matches(s) || slices.Contains(list, s) {
			return list
		}
		return append(list, s)
	}
	for _, sc := range scenes {
		data, err := content.DecodeScene(sc.Data, "heading", "location", "time_of_day", "int_ext", "characters_present", "summary", "elements")
		if err != nil {
			continue // a person may have made anything of it
		}
		texts := append([]string{data.Heading, value(data.Summary)}, data.Characters...)
		for _, e := range data.Elements {
			texts = append(texts, e.Content)
		}
		if len(found.Scenes) < mostFound && slices.ContainsFunc(texts, matches) {
			id := sc.Metadata.Ref.EntityID
			found.Scenes = append(found.Scenes, FoundScene{id, data.Heading, data.Location, data.TimeOfDay, value(data.Written)})
		}
		found.Locations = add(found.Locations, data.Location)
		for _, c := range data.Characters {
			found.Characters = add(found.Characters, c)
		}
	}
	return found, nil
}

func value(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// Recipes lists the recipes that can be run.
func (a *App) Recipes() []*recipe.Recipe {
	var all []*recipe.Recipe
	for _, l := range recipe.List(RecipeSources(a.dataDir)...) {
		if l.Err == nil {
			all = append(all, l.Recipe)
		}
	}
	return all
}
