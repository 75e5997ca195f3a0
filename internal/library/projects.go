package library

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/cineforge/cineforge/artifact/inventory"
	"github.com/cineforge/cineforge/project"
)

// ProjectOverview is a project with the counts of what it has.
type ProjectOverview struct {
	project.Project
	Groups int // artifacts, each counted once whatever its versions
	Runs   int
	Inputs []project.Input
}

// Project returns a project, or project.ErrNotFound.
func (s *Service) Project(ctx context.Context, id string) (ProjectOverview, error) {
	p, err := s.projects.Project(ctx, id)
	if err != nil {
		return ProjectOverview{}, err
	}
	return s.summarize(ctx, p)
}

// Projects returns projects, those that changed last first; a limit of 0 is none.
func (s *Service) Projects(ctx context.Context, limit int) ([]ProjectOverview, error) {
	found, err := s.projects.Projects(ctx, limit)
	if err != nil {
		return nil, err
	}
	all := []ProjectOverview{}
	for _, p := range found {
		seen, err := s.summarize(ctx, p)
		if err != nil {
			return nil, err
		}
		all = append(all, seen)
	}
	return all, nil
}

// summarize counts what a project has.
func (s *Service) summarize(ctx context.Context, p project.Project) (ProjectOverview, error) {
	seen := ProjectOverview{Project: p}
	var err error
	if seen.Inputs, err = s.inputs.Inputs(ctx, p.ID); err != nil {
		return seen, err
	}
	if _, seen.Runs, err = s.artifacts.Holdings(ctx, p.ID); err != nil {
		return seen, err
	}
	held, err := inventory.Load(ctx, s.artifacts, p.ID)
	if err != nil {
		return seen, err
	}
	seen.Groups = len(held.Standing())
	return seen, nil
}

// maxNamesakes is how many projects can have the same slug but for a number.
const maxNamesakes = 999

// reserved are slugs that the API has another meaning for.
var reserved = []string{"new", "open", "recent", "preview-slug", "quick-scan"}

// CreateProject makes a project. If its slug is taken, the new one gets a number.
func (s *Service) CreateProject(ctx context.Context, slug, name string) (ProjectOverview, error) {
	if err := CheckSlug(slug); err != nil {
		return ProjectOverview{}, err
	}
	p := project.Project{ID: slug, Name: cmp.Or(strings.TrimSpace(name), slug), Created: time.Now().UTC()}
	for n := 2; ; n++ {
		err := project.ErrExists
		if !slices.Contains(reserved, p.ID) {
			err = s.projects.CreateProject(ctx, p)
		}
		if err == nil {
			return s.Project(ctx, p.ID)
		}
		if !errors.Is(err, project.ErrExists) || n > maxNamesakes {
			return ProjectOverview{}, err
		}
		suffix := fmt.Sprintf("-%d", n)
		p.ID = strings.TrimRight(slug[:min(len(slug), maxSlug-len(suffix))], "-") + suffix
	}
}

// ChangeProject changes what change changes of a project.
func (s *Service) ChangeProject(ctx context.Context, id string, change func(*project.Project)) (ProjectOverview, error) {
	p, err := s.projects.ChangeProject(ctx, id, change)
	if err != nil {
		return ProjectOverview{}, err
	}
	return s.summarize(ctx, p)
}

// Post keeps a message of a project, once by its id.
func (s *Service) Post(ctx context.Context, projectID string, m project.Message) (project.Message, error) {
	if _, err := s.projects.Project(ctx, projectID); err != nil {
		return project.Message{}, err
	}
	return s.chat.Post(ctx, projectID, m)
}

// Messages returns what was posted in a project, oldest first.
func (s *Service) Messages(ctx context.Context, projectID string) ([]project.Message, error) {
	if _, err := s.projects.Project(ctx, projectID); err != nil {
		return nil, err
	}
	return s.chat.Messages(ctx, projectID)
}
