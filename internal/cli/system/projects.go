package system

import (
	"context"
	"errors"

	"github.com/cineforge/cineforge/client"
	"github.com/cineforge/cineforge/internal/app"
	"github.com/cineforge/cineforge/internal/storage"
	"github.com/cineforge/cineforge/project"
)

// Keeper lists and deletes projects: those of a data directory, or of a server.
type Keeper interface {
	// Projects lists projects, those that changed last first; a limit of 0 is none.
	Projects(ctx context.Context, limit int) ([]Project, error)
	// DeleteProject deletes a project with all that is in it, or returns project.ErrNotFound.
	DeleteProject(ctx context.Context, id string) (client.Deleted, error)
	// DeleteInput deletes a file of a project by its name here, or where it came from.
	DeleteInput(ctx context.Context, id, name string) (client.Deleted, error)

	Close() error
}

type localKeeper struct{ *app.App }

// NewLocalKeeper returns the keeper of an open data directory, which closing it closes too.
func NewLocalKeeper(a *app.App) Keeper { return localKeeper{a} }

type remoteKeeper struct{ client *client.Client }

// NewRemoteKeeper returns the keeper behind a client, which closing it closes too.
func NewRemoteKeeper(c *client.Client) Keeper { return remoteKeeper{c} }

// Close closes the connections.
func (r remoteKeeper) Close() error {
	r.client.Close()
	return nil
}

// Project is a project in the list.
type Project struct {
	ProjectID    string   `json:"project_id"`
	DisplayName  string   `json:"display_name"`
	InputFiles   []string `json:"input_files"`
	RunCount     int      `json:"run_count"`
	LastModified float64  `json:"last_modified"` // unix seconds
}

// Projects lists projects.
func (l localKeeper) Projects(ctx context.Context, limit int) ([]Project, error) {
	found, err := l.Library.Projects(ctx, limit)
	all := []Project{}
	for _, p := range found {
		one := Project{
			ProjectID: p.ID, DisplayName: p.Name, RunCount: p.Runs, InputFiles: []string{},
			LastModified: float64(p.Changed.UnixMilli()) / 1000,
		}
		for _, in := range p.Inputs {
			one.InputFiles = append(one.InputFiles, in.Original)
		}
		all = append(all, one)
	}
	return all, err
}

// DeleteProject deletes a project.
func (l localKeeper) DeleteProject(ctx context.Context, id string) (client.Deleted, error) {
	done, err := l.Library.DeleteProject(ctx, id)
	return deleted(id, done), err
}

// DeleteInput deletes a file of a project.
func (l localKeeper) DeleteInput(ctx context.Context, id, name string) (client.Deleted, error) {
	kept, err := l.Library.FindInputName(ctx, id, name)
	if err != nil {
		return client.Deleted{}, err
	}
	done, err := l.Library.DeleteInput(ctx, id, kept)
	return deleted(id, done), err
}

func deleted(id string, d storage.Deleted) client.Deleted {
	return client.Deleted{
		ProjectID: id, Runs: d.Runs, Events: d.Events, Inputs: d.Inputs, Artifacts: d.Artifacts,
		Answers: d.Answers, Messages: d.Messages, Bytes: d.Bytes,
	}
}

// mostProjects is how many projects a server lists at the most.
const mostProjects = 1000

// Projects lists projects.
func (r remoteKeeper) Projects(ctx context.Context, limit int) ([]Project, error) {
	if limit <= 0 {
		limit = mostProjects
	}
	found, err := r.client.Projects.Recent(ctx, limit)
	all := []Project{}
	for _, p := range found {
		all = append(all, Project{
			ProjectID: p.ProjectID, DisplayName: p.DisplayName, RunCount: p.RunCount, InputFiles: p.InputFiles, LastModified: p.LastModified,
		})
	}
	return all, Failure(err)
}

// DeleteProject deletes a project.
func (r remoteKeeper) DeleteProject(ctx context.Context, id string) (client.Deleted, error) {
	done, err := r.client.Projects.Delete(ctx, id)
	return done, missing(err)
}

// DeleteInput deletes a file of a project.
func (r remoteKeeper) DeleteInput(ctx context.Context, id, name string) (client.Deleted, error) {
	inputs, err := r.client.Projects.Inputs(ctx, id)
	if err != nil {
		return client.Deleted{}, missing(err)
	}
	kept := name
	named := 0
	for _, in := range inputs {
		if in.OriginalName == name {
			kept = in.StoredPath
			named++
		}
	}
	if named > 1 {
		kept = name // which is none: the server says so
	}
	done, err := r.client.Projects.DeleteInput(ctx, id, kept)
	return done, missing(err)
}

// missing returns the error of a request that names no project or file.
func missing(err error) error {
	if p, ok := errors.AsType[*client.Problem](err); ok && (p.Code == "project_not_opened" || p.Code == "input_not_found") {
		return project.ErrNotFound
	}
	return Failure(err)
}
