package memory

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/internal/storage"
	"github.com/cineforge/cineforge/project"
)

// ProjectStore is projects, their inputs and what is said in them.
type ProjectStore struct{ data *data }

var (
	_ project.Store  = (*ProjectStore)(nil)
	_ project.Inputs = (*ProjectStore)(nil)
	_ project.Chat   = (*ProjectStore)(nil)
	_ project.Scans  = (*ProjectStore)(nil)
)

// cloned returns a project that later changes leave as it is.
func cloned(p project.Project) project.Project {
	p.Preferences = maps.Clone(p.Preferences)
	if p.Preferences == nil {
		p.Preferences = map[string]json.RawMessage{}
	}
	return p
}

// CreateProject makes a project.
func (ps *ProjectStore) CreateProject(ctx context.Context, p project.Project) error {
	ps.data.mu.Lock()
	defer ps.data.mu.Unlock()
	if f := ps.data.projects[p.ID]; f != nil && f.ID != "" {
		return fmt.Errorf("create project %s: %w", p.ID, project.ErrExists)
	}
	p.Changed = p.Created
	ps.data.folderOf(p.ID).Project = cloned(p)
	ps.data.appendStandalone(storage.ProjectCreated(ctx, p))
	return nil
}

// Project returns a project.
func (ps *ProjectStore) Project(_ context.Context, id string) (project.Project, error) {
	ps.data.mu.Lock()
	defer ps.data.mu.Unlock()
	f := ps.data.projects[id]
	if f == nil || f.ID == "" {
		return project.Project{}, fmt.Errorf("read project %s: %w", id, project.ErrNotFound)
	}
	return cloned(f.Project), nil
}

// Projects returns projects, those that changed last first.
func (ps *ProjectStore) Projects(_ context.Context, limit int) (all []project.Project, err error) {
	ps.data.mu.Lock()
	defer ps.data.mu.Unlock()
	for _, f := range ps.data.projects {
		if f.ID != "" {
			all = append(all, cloned(f.Project))
		}
	}
	slices.SortFunc(all, func(a, b project.Project) int { return cmp.Or(b.Changed.Compare(a.Changed), cmp.Compare(a.ID, b.ID)) })
	if limit > 0 && len(all) > limit {
		all = all[:limit]
	}
	return all, nil
}

// ChangeProject changes a project.
func (ps *ProjectStore) ChangeProject(ctx context.Context, id string, change func(*project.Project)) (project.Project, error) {
	ps.data.mu.Lock()
	defer ps.data.mu.Unlock()
	f := ps.data.projects[id]
	if f == nil || f.ID == "" {
		return project.Project{}, fmt.Errorf("change project %s: %w", id, project.ErrNotFound)
	}
	p := cloned(f.Project)
	change(&p)
	p.Changed = now()
	ps.data.appendStandalone(storage.ProjectChanged(ctx, f.Project, p)...)
	f.Project = cloned(p)
	return p, nil
}

// AddInput keeps a file of a project.
func (ps *ProjectStore) AddInput(ctx context.Context, id string, in project.Input, content []byte) (kept project.Input, existing bool,
	err error) {
	ps.data.mu.Lock()
	defer ps.data.mu.Unlock()
	if f := ps.data.projects[id]; f != nil {
		for _, known := range f.inputs {
			if known.Digest == in.Digest && known.Original == in.Original {
				return known, true, nil
			}
		}
	}
	ps.data.put(content)
	ps.data.touch(ctx, id)
	f := ps.data.folderOf(id)
	f.inputs = append(f.inputs, in)
	ps.data.appendStandalone(storage.InputAdded(ctx, id, in))
	return in, false, nil
}

// Inputs returns the files of a project, oldest first.
func (ps *ProjectStore) Inputs(_ context.Context, id string) ([]project.Input, error) {
	ps.data.mu.Lock()
	defer ps.data.mu.Unlock()
	if f := ps.data.projects[id]; f != nil {
		return slices.Clone(f.inputs), nil
	}
	return nil, nil
}

// scanKey names a scan: the file, and what has looked into it.
type scanKey struct {
	digest           artifact.Digest
	original, reader string
}

// hasInput reports whether a project has a file. The caller holds mu.
func (d *data) hasInput(digest artifact.Digest, original string) bool {
	for _, f := range d.projects {
		if slices.ContainsFunc(f.inputs, func(in project.Input) bool { return in.Digest == digest && in.Original == original }) {
			return true
		}
	}
	return false
}

// KeepScan keeps what was found in a file that a project has.
func (ps *ProjectStore) KeepScan(_ context.Context, s project.Scan) error {
	ps.data.mu.Lock()
	defer ps.data.mu.Unlock()
	if ps.data.hasInput(s.Digest, s.Original) {
		s.Summary = bytes.Clone(s.Summary)
		s.Report = bytes.Clone(s.Report)
		ps.data.scans[scanKey{s.Digest, s.Original, s.Reader}] = s
	}
	return nil
}

// Scan returns what a reader found in a file.
func (ps *ProjectStore) Scan(_ context.Context, digest artifact.Digest, original, reader string) (project.Scan, error) {
	ps.data.mu.Lock()
	defer ps.data.mu.Unlock()
	s, ok := ps.data.scans[scanKey{digest, original, reader}]
	if !ok || !ps.data.hasInput(digest, original) {
		return s, fmt.Errorf("read what was found in %s: %w", original, project.ErrNotFound)
	}
	return s, nil
}

// Scans returns what a reader found in the files of a project.
func (ps *ProjectStore) Scans(_ context.Context, id, reader string) (found []project.Scan, err error) {
	ps.data.mu.Lock()
	defer ps.data.mu.Unlock()
	if f := ps.data.projects[id]; f != nil {
		for _, in := range f.inputs {
			if s, ok := ps.data.scans[scanKey{in.Digest, in.Original, reader}]; ok {
				s.Report = nil
				found = append(found, s)
			}
		}
	}
	return found, nil
}

// Post keeps a message, once.
func (ps *ProjectStore) Post(ctx context.Context, id string, m project.Message) (project.Message, error) {
	ps.data.mu.Lock()
	defer ps.data.mu.Unlock()
	f := ps.data.folderOf(id)
	for _, known := range f.messages {
		if known.ID == m.ID {
			return known, nil
		}
	}
	m.Content = bytes.Clone(m.Content)
	f.messages = append(f.messages, m)
	ps.data.appendStandalone(storage.ChatPosted(ctx, id, m))
	return m, nil
}

// Messages returns what was said in a project, oldest first.
func (ps *ProjectStore) Messages(_ context.Context, id string) ([]project.Message, error) {
	ps.data.mu.Lock()
	defer ps.data.mu.Unlock()
	if f := ps.data.projects[id]; f != nil {
		return slices.Clone(f.messages), nil
	}
	return nil, nil
}
