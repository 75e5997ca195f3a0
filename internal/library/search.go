package library

import (
	"context"
	"slices"
	"strings"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/artifact/content"
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

// maxFound is how many scenes a search finds.
const maxFound = 100

// Search looks for text in the current scenes of a project: in their headings, places,
// characters and dialogue, whatever the case of letters.
func (r *Results) Search(ctx context.Context, projectID, query string) (Found, error) {
	var found Found
	scenes, err := r.Envelopes(ctx, projectID, Selection{Types: []string{artifact.Scene}})
	if err != nil {
		return found, err
	}
	query = strings.ToLower(strings.TrimSpace(query))
	if query == "" {
		return found, nil
	}
	matches := func(s string) bool { return strings.Contains(strings.ToLower(s), query) }
	add := func(list []string, s string) []string {
		if s == "" || !matches(s) || slices.Contains(list, s) {
			return list
		}
		return append(list, s)
	}
	for sc, err := range scenes {
		if err != nil {
			return found, err
		}
		data, err := content.DecodeScene(sc.Data, "heading", "location", "time_of_day", "int_ext", "characters_present", "summary", "elements")
		if err != nil {
			continue // a person may have made anything of it
		}
		texts := append([]string{data.Heading, value(data.Summary)}, data.Characters...)
		for _, e := range data.Elements {
			texts = append(texts, e.Content)
		}
		if len(found.Scenes) < maxFound && slices.ContainsFunc(texts, matches) {
			id := sc.Metadata.Ref.EntityID
			found.Scenes = append(found.Scenes, FoundScene{
				SceneID: id, Heading: data.Heading, Location: data.Location, TimeOfDay: data.TimeOfDay, IntExt: value(data.Written),
			})
		}
		found.Locations = add(found.Locations, data.Location)
		for _, c := range data.Characters {
			found.Characters = add(found.Characters, c)
		}
	}
	return found, nil
}

// value returns what a pointer points to; "" for nil.
func value(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
