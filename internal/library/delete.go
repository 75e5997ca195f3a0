package library

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/internal/storage"
	"github.com/cineforge/cineforge/project"
	"github.com/cineforge/cineforge/run"
)

// InUseError means that nothing is deleted, because a run that would go with it has not ended.
type InUseError struct{ RunID string }

// Error names the run.
func (e *InUseError) Error() string { return "run " + e.RunID + " has not ended" }

// ScratchProject returns the project of the drills of a project's files.
func ScratchProject(id string) string { return CutSlug(project.DrillPrefix + id) }

// DeleteProject deletes a project with all that is in it; see [storage.Deletion]. It returns
// project.ErrNotFound if there is none, and a failure around an [*InUseError] while a run of it has
// not ended.
func (s *Service) DeleteProject(ctx context.Context, id string) (storage.Deleted, error) {
	done, err := s.deletion.DeleteProject(ctx, id, ScratchProject(id))
	return done, refusedWhileUsed(err, "project "+id)
}

// DeleteInput deletes a file of a project with what was made of it; see [storage.Deletion]. The
// errors are those of [Service.DeleteProject].
func (s *Service) DeleteInput(ctx context.Context, projectID, name string) (storage.Deleted, error) {
	done, err := s.deletion.DeleteInput(ctx, projectID, ScratchProject(projectID), name)
	return done, refusedWhileUsed(err, "file "+name+" of project "+projectID)
}

// FindInputName returns the name under which a project keeps a file: the one that is given, or that of
// the only file that was called so where it came from.
func (s *Service) FindInputName(ctx context.Context, projectID, name string) (string, error) {
	all, err := s.Inputs(ctx, projectID)
	if err != nil {
		return "", err
	}
	named := slices.DeleteFunc(all, func(in project.Input) bool { return in.Name != name && in.Original != name })
	switch {
	case len(named) == 0:
		return "", fmt.Errorf("input %s of project %s: %w", name, projectID, project.ErrNotFound)
	case len(named) > 1:
		var names []string
		for _, in := range named {
			names = append(names, in.Name)
		}
		return "", failure.New(failure.Input, fmt.Sprintf("project %s has %d files called %q", projectID, len(named), name),
			fmt.Sprintf("name one of %q", names))
	}
	return named[0].Name, nil
}

// refusedWhileUsed says why something is not deleted, and what to do.
func refusedWhileUsed(err error, what string) error {
	u, ok := errors.AsType[*run.UnderWayError](err)
	if !ok {
		return err
	}
	f := failure.New(failure.Input, fmt.Sprintf("%s can't be deleted: run %s has not ended", what, u.RunID), "").
		Advised("wait until it ends, or cancel it: %s", failure.Cancel(u.RunID))
	f.Err = &InUseError{u.RunID}
	return f
}
