package library

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/project"
	"github.com/cineforge/cineforge/screenplay/document"
)

// Uploaded is a file that was given for a project, with what it holds.
type Uploaded struct {
	project.Input
	Existing bool // the project had it already
	Report   Report
}

// Upload keeps a file for a project. A file that no run could read is refused, with a
// failure of class input that says why.
func (s *Service) Upload(ctx context.Context, projectID, name string, data []byte) (Uploaded, error) {
	if _, err := s.projects.Project(ctx, projectID); err != nil {
		return Uploaded{}, err
	}
	doc, err := s.documents.Read(ctx, name, data)
	if err != nil {
		return Uploaded{}, err
	}
	digest := artifact.DigestOf(data)
	in := project.Input{
		Name: fmt.Sprintf("%08x_%s", rand.Uint32(), sanitize(doc.Name)), Original: doc.Name,
		Digest: digest, Size: int64(len(data)), Created: time.Now().UTC(),
	}
	kept, existing, err := s.inputs.AddInput(ctx, projectID, in, data)
	if err != nil {
		return Uploaded{}, err
	}
	r := scanOf(doc, nil)
	return Uploaded{kept, existing, r}, keepScan(ctx, s.scans, kept, r)
}

// ReadDocument reads a file, as the stages of a run do.
func (s *Service) ReadDocument(ctx context.Context, name string, data []byte) (document.Document, error) {
	return s.documents.Read(ctx, name, data)
}

// maxName is how much of a file's name its input is named by.
const maxName = 120

// sanitize makes a file's name one that means nothing to any system.
func sanitize(name string) string {
	name = strings.Trim(unsafeChars.ReplaceAllString(name, "_"), ".")
	if over := len(name) - maxName; over > 0 {
		ext := filepath.Ext(name)
		ext = ext[:min(len(ext), 16)]
		name = name[:maxName-len(ext)] + ext
	}
	return cmp.Or(name, "file")
}

var unsafeChars = regexp.MustCompile(`[^A-Za-z0-9._-]+`)

// Input returns a file of a project with its content, or project.ErrNotFound.
func (s *Service) Input(ctx context.Context, projectID, name string) (project.Input, []byte, error) {
	in, err := s.findInput(ctx, projectID, name)
	if err != nil {
		return in, nil, err
	}
	data, err := s.blobs.Get(ctx, in.Digest)
	return in, data, err
}

// findInput returns a file of a project, or project.ErrNotFound.
func (s *Service) findInput(ctx context.Context, projectID, name string) (project.Input, error) {
	all, err := s.Inputs(ctx, projectID)
	if err != nil {
		return project.Input{}, err
	}
	i := slices.IndexFunc(all, func(in project.Input) bool { return in.Name == name })
	if i < 0 {
		return project.Input{}, fmt.Errorf("input %s of project %s: %w", name, projectID, project.ErrNotFound)
	}
	return all[i], nil
}

// FindInput returns the newest file of a project that has a name, or was given by it, with its
// content, or project.ErrNotFound.
func (s *Service) FindInput(ctx context.Context, projectID, name string) (project.Input, []byte, error) {
	all, err := s.inputs.Inputs(ctx, projectID)
	if err != nil {
		return project.Input{}, nil, err
	}
	slices.Reverse(all)
	i := slices.IndexFunc(all, func(in project.Input) bool { return in.Name == name || in.Original == name })
	if i < 0 {
		return project.Input{}, nil, fmt.Errorf("input %s of project %s: %w", name, projectID, project.ErrNotFound)
	}
	data, err := s.blobs.Get(ctx, all[i].Digest)
	return all[i], data, err
}

// Inputs returns the files of a project, oldest first.
func (s *Service) Inputs(ctx context.Context, projectID string) ([]project.Input, error) {
	if _, err := s.projects.Project(ctx, projectID); err != nil {
		return nil, err
	}
	return s.inputs.Inputs(ctx, projectID)
}
