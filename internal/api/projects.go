package api

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"time"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/client"
	"github.com/cineforge/cineforge/internal/api/endpoint"
	"github.com/cineforge/cineforge/internal/api/problem"
	"github.com/cineforge/cineforge/internal/library"
	"github.com/cineforge/cineforge/internal/providers"
	"github.com/cineforge/cineforge/internal/runs"
	"github.com/cineforge/cineforge/internal/storage"
	"github.com/cineforge/cineforge/project"
)

// projectsHandler answers requests about projects.
type projectsHandler struct {
	library *library.Service
	results *library.Results
	reader  *runs.Reader
}

// The requests about projects.
type (
	recentQuery struct {
		Limit int `query:"limit" minimum:"1" maximum:"1000" default:"100"`
	}
	newProject  struct{ Body client.NewProject }
	openProject struct{ Body client.OpenProject }
	slugRequest struct{ Body client.SlugRequest }

	settingsRequest struct {
		endpoint.InProject
		Body client.ProjectSettings
	}
	inputRequest struct {
		endpoint.InProject
		Input string `path:"filename" maxLength:"200"`
	}
	searchQuery struct {
		endpoint.InProject
		Query string `query:"q" maxLength:"200"`
	}
)

const defaultRecent = 100

func (h *projectsHandler) register(r *endpoint.Router) {
	endpoint.HandleCacheable(r, endpoint.Get("recentProjects", "/projects/recent", "Projects, those that changed last first",
		http.StatusUnprocessableEntity), h.recent)
	create := endpoint.Post("newProject", "/projects/new", "Create a project; a slug that is taken gets a number",
		http.StatusConflict, http.StatusUnprocessableEntity)
	create.DefaultStatus = http.StatusCreated
	endpoint.Handle(r, create, h.create)
	endpoint.Handle(r, endpoint.Post("openProject", "/projects/open", "Find a project by its opaque name",
		http.StatusNotFound, http.StatusUnprocessableEntity), h.open)
	endpoint.Handle(r, endpoint.Post("previewSlug", "/projects/preview-slug", "Propose a name for a project",
		http.StatusUnprocessableEntity), h.previewSlug)
	endpoint.Handle(r, endpoint.Get("project", "/projects/{project_id}", "A project", http.StatusNotFound), h.get)
	endpoint.Handle(r, endpoint.Operation("deleteProject", http.MethodDelete, "/projects/{project_id}",
		"Delete a project with its files, runs, artifacts and messages; nothing of them is left in the data directory",
		http.StatusNotFound, http.StatusConflict), h.delete)
	endpoint.Handle(r, endpoint.Operation("deleteInput", http.MethodDelete, "/projects/{project_id}/inputs/{filename}",
		"Delete a file of a project with the runs that worked with it, and what only they made",
		http.StatusNotFound, http.StatusConflict), h.deleteInput)
	endpoint.Handle(r, endpoint.Operation("changeProject", http.MethodPatch, "/projects/{project_id}/settings",
		"Change a project's name or what its page remembers", http.StatusNotFound, http.StatusUnprocessableEntity), h.change)
	endpoint.Handle(r, endpoint.Get("search", "/projects/{project_id}/search", "Search a project's scenes, characters and places",
		http.StatusNotFound, http.StatusUnprocessableEntity), h.search)
}

func (h *projectsHandler) recent(ctx context.Context, in *recentQuery) ([]client.RecentProject, error) {
	found, err := h.library.Projects(ctx, cmp.Or(in.Limit, defaultRecent))
	all := []client.RecentProject{}
	for _, p := range found {
		seen, err := h.summary(ctx, p)
		if err != nil {
			return nil, err
		}
		all = append(all, client.RecentProject{Project: seen, ProjectPath: p.ID, LastModified: unixSeconds(p.Changed)})
	}
	return all, err
}

func (h *projectsHandler) create(ctx context.Context, in *newProject) (client.Project, error) {
	p, err := h.library.CreateProject(ctx, in.Body.Slug, in.Body.DisplayName)
	if err != nil {
		return client.Project{}, err
	}
	return h.summary(ctx, p)
}

func (h *projectsHandler) open(ctx context.Context, in *openProject) (client.Project, error) {
	p, err := h.library.Project(ctx, in.Body.ProjectPath)
	if err != nil {
		return client.Project{}, problem.As(err, project.ErrNotFound, http.StatusNotFound, "project_not_found")
	}
	return h.summary(ctx, p)
}

func (h *projectsHandler) previewSlug(ctx context.Context, in *slugRequest) (client.SlugProposal, error) {
	return propose(ctx, h.library, in.Body.Filename, []byte(in.Body.Snippet)), nil
}

func (h *projectsHandler) get(ctx context.Context, in *endpoint.InProject) (client.Project, error) {
	p, err := h.library.Project(ctx, in.Project)
	if err != nil {
		return client.Project{}, err
	}
	return h.summary(ctx, p)
}

func (h *projectsHandler) change(ctx context.Context, in *settingsRequest) (client.Project, error) {
	p, err := h.library.ChangeProject(ctx, in.Project, func(p *project.Project) { apply(p, in.Body) })
	if err != nil {
		return client.Project{}, err
	}
	return h.summary(ctx, p)
}

func (h *projectsHandler) delete(ctx context.Context, in *endpoint.InProject) (client.Deleted, error) {
	done, err := h.library.DeleteProject(ctx, in.Project)
	return deleted(in.Project, done), err
}

func (h *projectsHandler) deleteInput(ctx context.Context, in *inputRequest) (client.Deleted, error) {
	if _, err := h.library.Project(ctx, in.Project); err != nil {
		return client.Deleted{}, err
	}
	done, err := h.library.DeleteInput(ctx, in.Project, in.Input)
	return deleted(in.Project, done), problem.As(err, project.ErrNotFound, http.StatusNotFound, "input_not_found")
}

// deleted says what was deleted.
func deleted(projectID string, d storage.Deleted) client.Deleted {
	return client.Deleted{
		ProjectID: projectID, Runs: d.Runs, Events: d.Events, Inputs: d.Inputs, Artifacts: d.Artifacts,
		Answers: d.Answers, Messages: d.Messages, Bytes: d.Bytes,
	}
}

// summary returns a project as clients see it.
func (h *projectsHandler) summary(ctx context.Context, p library.ProjectOverview) (client.Project, error) {
	out := client.Project{
		ProjectID: p.ID, DisplayName: p.Name, ArtifactGroups: p.Groups, RunCount: p.Runs,
		HasInputs: len(p.Inputs) > 0, InputFiles: []string{}, Preferences: p.Preferences, Drill: providers.OfDrills(p.ID),
	}
	for _, in := range p.Inputs {
		out.InputFiles = append(out.InputFiles, in.Original)
	}
	if out.Preferences == nil {
		out.Preferences = map[string]json.RawMessage{}
	}
	var err error
	out.LastRun, out.NeedsYou, err = h.reader.OfProject(ctx, p.ID)
	if out.LastRun != nil {
		out.LastRun.Hint = problem.Hint(ctx, out.LastRun.Hint)
	}
	return out, err
}

// apply changes what settings name of a project.
func apply(p *project.Project, settings client.ProjectSettings) {
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

// propose returns names for a project of a file.
func propose(ctx context.Context, l *library.Service, fileName string, beginning []byte) client.SlugProposal {
	slug, name := l.ProposeProject(ctx, fileName, beginning)
	out := client.SlugProposal{Slug: slug, DisplayName: name, Alternatives: []string{}}
	if other := library.Slug(fileName); other != slug {
		out.Alternatives = append(out.Alternatives, other)
	}
	return out
}

// search looks for words in what the latest runs made.
func (h *projectsHandler) search(ctx context.Context, in *searchQuery) (client.SearchResult, error) {
	found, err := h.results.Search(ctx, in.Project, in.Query)
	out := client.SearchResult{
		Query: in.Query, Drill: providers.OfDrills(in.Project), Scenes: []client.FoundScene{},
		Characters: []client.FoundEntity{}, Locations: []client.FoundEntity{}, Props: []client.FoundEntity{},
	}
	for _, sc := range found.Scenes {
		if !slices.Contains(intExts, sc.IntExt) {
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

// intExts are the kinds of scene headings that a search result distinguishes.
var intExts = []string{"INT", "EXT", "INT/EXT"}

// entity returns a found character or place. None has an artifact of its own, so that it
// refers to the one that lists all of them.
func entity(name, kind string) client.FoundEntity {
	return client.FoundEntity{EntityID: artifact.ProjectEntity, DisplayName: name, EntityType: kind, ArtifactType: artifact.SceneIndex}
}

// unixSeconds returns a time as clients of the first system expect it.
func unixSeconds(t time.Time) float64 { return float64(t.UnixMilli()) / 1000 }
