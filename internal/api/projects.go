package api

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/client"
	"github.com/cineforge/cineforge/internal/app"
	"github.com/cineforge/cineforge/project"
)

// InProject names the project that a request is about.
type InProject struct {
	Project string `path:"project_id" maxLength:"200"`
}

const defaultRecent = 100

// projects registers what is done with projects.
func (s *API) projects() {
	type recent struct {
		Limit int `query:"limit" minimum:"1" maximum:"1000" default:"100"`
	}
	handle(s, operation("recentProjects", http.MethodGet, "/projects/recent", "Projects, those that changed last first", http.StatusUnprocessableEntity), func(ctx context.Context, in *recent) ([]client.RecentProject, error) {
		found, err := s.app.Projects(ctx, cmp.Or(in.Limit, defaultRecent))
		all := []client.RecentProject{}
		for _, p := range found {
			all = append(all, client.RecentProject{Project: summary(p), ProjectPath: p.ID, LastModified: seconds(p.Changed)})
		}
		return all, err
	})
	type newProject struct{ Body client.NewProject }
	create := operation("newProject", http.MethodPost, "/projects/new", "Make a project; if there is one of that slug, it gets a number", http.StatusConflict, http.StatusUnprocessableEntity)
	create.DefaultStatus = http.StatusCreated
	handle(s, create, func(ctx context.Context, in *newProject) (client.Project, error) {
		p, err := s.app.NewProject(ctx, in.Body.Slug, in.Body.DisplayName)
		return summary(p), err
	})
	type openProject struct{ Body client.OpenProject }
	handle(s, operation("openProject", http.MethodPost, "/projects/open", "Find a project by its opaque name", http.StatusNotFound, http.StatusUnprocessableEntity), func(ctx context.Context, in *openProject) (client.Project, error) {
		p, err := s.app.Project(ctx, in.Body.ProjectPath)
		return summary(p), as(err, project.ErrNotFound, http.StatusNotFound, "project_not_found")
	})
	type slug struct{ Body client.SlugRequest }
	handle(s, operation("previewSlug", http.MethodPost, "/projects/preview-slug", "How a project could be called", http.StatusUnprocessableEntity), func(_ context.Context, in *slug) (client.SlugProposal, error) {
		return propose(in.Body.Filename, []byte(in.Body.Snippet)), nil
	})
	handle(s, operation("project", http.MethodGet, "/projects/{project_id}", "A project", http.StatusNotFound), func(ctx context.Context, in *InProject) (client.Project, error) {
		p, err := s.app.Project(ctx, in.Project)
		return summary(p), err
	})
	type settings struct {
		InProject
		Body client.ProjectSettings
	}
	handle(s, operation("changeProject", http.MethodPatch, "/projects/{project_id}/settings", "Change a project's name or what its page remembers", http.StatusNotFound, http.StatusUnprocessableEntity), func(ctx context.Context, in *settings) (client.Project, error) {
		p, err := s.app.ChangeProject(ctx, in.Project, func(p *project.Project) { change(p, in.Body) })
		return summary(p), err
	})
	type search struct {
		InProject
		Query string `query:"q" maxLength:"200"`
	}
	handle(s, operation("search", http.MethodGet, "/projects/{project_id}/search", "Search a project's scenes, characters and places", http.StatusNotFound, http.StatusUnprocessableEntity), func(ctx context.Context, in *search) (client.SearchResult, error) {
		return s.search(ctx, in.Project, in.Query)
	})
}

func summary(p app.Project) client.Project {
	out := client.Project{ProjectID: p.ID, DisplayName: p.Name, ArtifactGroups: p.Groups, RunCount: p.Runs, HasInputs: len(p.Inputs) > 0,
		InputFiles: []string{}, Preferences: p.Preferences}
	for _, in := range p.Inputs {
		out.InputFiles = append(out.InputFiles, in.Original)
	}
	if out.Preferences == nil {
		out.Preferences = map[string]json.RawMessage{}
	}
	return out
}

// change changes what settings name of a project.
func change(p *project.Project, settings client.ProjectSettings) {
	if settings.DisplayName != nil {
		p.Name = *settings.DisplayName
	}
	for name, v := range settings.Preferences {
		if p.Preferences == nil {
			p.Preferences = map[string]json.RawMessage{}
		}
		if string(v) == "null" {
			delete(p.Preferences, name)
		} else {
			p.Preferences[name] = v
		}
	}
}

func propose(fileName string, beginning []byte) client.SlugProposal {
	slug, name := app.ProposeProject(fileName, beginning)
	out := client.SlugProposal{Slug: slug, DisplayName: name, Alternatives: []string{}}
	if other := app.Slug(fileName); other != slug {
		out.Alternatives = append(out.Alternatives, other)
	}
	return out
}

// search looks for words in what the latest runs made.
func (s *API) search(ctx context.Context, projectID, query string) (client.SearchResult, error) {
	found, err := s.app.Search(ctx, projectID, query)
	out := client.SearchResult{Query: query, Scenes: []client.FoundScene{}, Characters: []client.FoundEntity{}, Locations: []client.FoundEntity{}, Props: []client.FoundEntity{}}
	for _, sc := range found.Scenes {
		if !slices.Contains(headed, sc.IntExt) {
			sc.IntExt = ""
		}
		out.Scenes = append(out.Scenes, client.FoundScene(sc))
	}
	for _, c := range found.Characters {
		out.Characters = append(out.Characters, entity(c, "character"))
	}
	for _, l := range found.Locations {
		out.Locations = append(out.Locations, entity(l, "location"))
	}
	return out, err
}

// headed are the kinds of scene headings that a search result tells apart.
var headed = []string{"INT", "EXT", "INT/EXT"}

// entity is a found character or place. None has an artifact of its own, so that it refers
// to the one that lists all of them.
func entity(name, kind string) client.FoundEntity {
	return client.FoundEntity{EntityID: artifact.ProjectEntity, DisplayName: name, EntityType: kind, ArtifactType: artifact.SceneIndex}
}

var _ huma.StatusError = (*refusal)(nil)
