package memory

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"slices"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/internal/storage"
	"github.com/cineforge/cineforge/run/event"
)

// entity is what artifacts are versions of.
type entity struct{ project, kind, id string }

// Artifacts is the artifacts of projects.
type Artifacts struct{ data *data }

var _ storage.Artifacts = (*Artifacts)(nil)

// latest returns the latest version of an entity. The caller holds mu.
func (d *data) latest(e entity) (artifact.Artifact, bool) {
	all := d.versions[e]
	if len(all) == 0 {
		return artifact.Artifact{}, false
	}
	return all[len(all)-1], true
}

// versioned returns artifacts with the versions that they get. One that says the same as the
// latest version of its entity is that version. The caller holds mu.
func (d *data) versioned(project string, save []artifact.Artifact) ([]artifact.Artifact, error) {
	if len(save) == 0 {
		return nil, nil
	}
	next := map[entity]artifact.Artifact{}
	out := make([]artifact.Artifact, len(save))
	for i, a := range save {
		ref := a.Metadata.Ref
		e := entity{project, ref.ArtifactType, ref.EntityID}
		last, there := next[e]
		if !there {
			last, there = d.latest(e)
		}
		if there && bytes.Equal(last.Data, a.Data) && same(last.Metadata, a.Metadata) {
			out[i] = last
			continue
		}
		a.Metadata.Ref = artifact.NewRef(ref.ArtifactType, ref.EntityID, last.Metadata.Ref.Version+1)
		stored, err := copyOf(a)
		if err != nil {
			return nil, fmt.Errorf("save %s %s: %w", ref.ArtifactType, ref.EntityID, err)
		}
		next[e] = stored
		out[i] = stored
	}
	return out, nil
}

// save stores a version, unless it is there. The caller holds mu.
func (d *data) save(project string, a artifact.Artifact) {
	ref := a.Metadata.Ref
	e := entity{project, ref.ArtifactType, ref.EntityID}
	if ref.Version <= len(d.versions[e]) {
		return
	}
	d.versions[e] = append(d.versions[e], a)
	d.put(a.Data)
}

// copyOf returns an artifact as it is read back, so that nothing that is stored is changed by
// its writer.
func copyOf(a artifact.Artifact) (artifact.Artifact, error) {
	encoded, err := json.Marshal(a.Metadata)
	if err != nil {
		return a, err
	}
	out := artifact.Artifact{Data: bytes.Clone(a.Data)}
	return out, json.Unmarshal(encoded, &out.Metadata)
}

// same reports whether two versions with the same data are the same in all that a reader
// relies on: what made them, of what, and how far they can be trusted.
func same(a, b artifact.Metadata) bool {
	return a.Source == b.Source && a.Health == b.Health && a.ProducingModule == b.ProducingModule && slices.Equal(a.Lineage, b.Lineage)
}

// Artifact returns one version.
func (as *Artifacts) Artifact(_ context.Context, projectID string, ref artifact.Ref) (artifact.Artifact, error) {
	as.data.mu.Lock()
	defer as.data.mu.Unlock()
	all := as.data.versions[entity{projectID, ref.ArtifactType, ref.EntityID}]
	if ref.Version < 1 || ref.Version > len(all) {
		return artifact.Artifact{}, fmt.Errorf("read %s of project %s: %w", ref, projectID, artifact.ErrNotFound)
	}
	return copyOf(all[ref.Version-1])
}

// entities lists the entities of a project, by type and entity. The caller holds mu.
func (d *data) entities(project string) []entity {
	var all []entity
	for e := range d.versions {
		if e.project == project {
			all = append(all, e)
		}
	}
	slices.SortFunc(all, func(a, b entity) int { return cmp.Or(cmp.Compare(a.kind, b.kind), cmp.Compare(a.id, b.id)) })
	return all
}

// Latest returns the latest version of every entity of a type.
func (as *Artifacts) Latest(_ context.Context, projectID, artifactType string) (all []artifact.Artifact, err error) {
	as.data.mu.Lock()
	defer as.data.mu.Unlock()
	for _, e := range as.data.entities(projectID) {
		if a, _ := as.data.latest(e); e.kind == artifactType {
			a, err := copyOf(a)
			if err != nil {
				return nil, err
			}
			all = append(all, a)
		}
	}
	return all, nil
}

// Newest returns the metadata of the latest version of every entity of a project.
func (as *Artifacts) Newest(_ context.Context, projectID string) (all []artifact.Metadata, err error) {
	as.data.mu.Lock()
	defer as.data.mu.Unlock()
	for _, e := range as.data.entities(projectID) {
		a, _ := as.data.latest(e)
		if a, err = copyOf(a); err != nil {
			return nil, err
		}
		all = append(all, a.Metadata)
	}
	return all, nil
}

// Versions returns the metadata of every version of an entity, oldest first.
func (as *Artifacts) Versions(_ context.Context, projectID, artifactType, entityID string) (all []artifact.Metadata, err error) {
	as.data.mu.Lock()
	defer as.data.mu.Unlock()
	for _, a := range as.data.versions[entity{projectID, artifactType, entityID}] {
		if a, err = copyOf(a); err != nil {
			return nil, err
		}
		all = append(all, a.Metadata)
	}
	return all, nil
}

// Edit stores a version that a person made.
func (as *Artifacts) Edit(ctx context.Context, projectID string, a artifact.Artifact) (artifact.Artifact, error) {
	d := as.data
	d.mu.Lock()
	defer d.mu.Unlock()
	ref := a.Metadata.Ref
	latest, there := d.latest(entity{projectID, ref.ArtifactType, ref.EntityID})
	if !there {
		return artifact.Artifact{}, fmt.Errorf("edit %s %s: %w", ref.ArtifactType, ref.EntityID, artifact.ErrNotFound)
	}
	if bytes.Equal(latest.Data, a.Data) && latest.Metadata.Source == a.Metadata.Source { // the edit is there already
		return copyOf(latest)
	}
	saved, err := d.versioned(projectID, []artifact.Artifact{a})
	if err != nil {
		return artifact.Artifact{}, err
	}
	d.save(projectID, saved[0])
	d.touch(ctx, projectID)
	d.appendStandalone(storage.ArtifactEdited(ctx, projectID, event.Edited, saved[0].Metadata.Ref))
	return copyOf(saved[0])
}

// Holdings counts the entities and the runs of a project.
func (as *Artifacts) Holdings(_ context.Context, projectID string) (entities, runs int, err error) {
	as.data.mu.Lock()
	defer as.data.mu.Unlock()
	for _, r := range as.data.runs {
		if r.ProjectID == projectID {
			runs++
		}
	}
	return len(as.data.entities(projectID)), runs, nil
}

// Blobs is content by its digest.
type Blobs struct{ data *data }

var _ artifact.Blobs = (*Blobs)(nil)

// put stores content. The caller holds mu.
func (d *data) put(content []byte) {
	digest := artifact.DigestOf(content)
	if _, there := d.blobs[digest]; !there {
		d.blobs[digest] = append([]byte{}, content...)
	}
}

// Put stores content under its digest.
func (b *Blobs) Put(ctx context.Context, content ...[]byte) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	b.data.mu.Lock()
	defer b.data.mu.Unlock()
	for _, c := range content {
		b.data.put(c)
	}
	return nil
}

// Get returns content by its digest.
func (b *Blobs) Get(ctx context.Context, digest artifact.Digest) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	b.data.mu.Lock()
	defer b.data.mu.Unlock()
	content, there := b.data.blobs[digest]
	if !there {
		return nil, fmt.Errorf("read %s: %w", digest, artifact.ErrNotFound)
	}
	return bytes.Clone(content), nil
}

// List yields what is stored.
func (b *Blobs) List(context.Context) iter.Seq2[artifact.Blob, error] {
	return func(yield func(artifact.Blob, error) bool) {
		b.data.mu.Lock()
		var all []artifact.Blob
		for digest, content := range b.data.blobs {
			all = append(all, artifact.Blob{Digest: digest, Size: int64(len(content))})
		}
		b.data.mu.Unlock()
		for _, one := range all {
			if !yield(one, nil) {
				return
			}
		}
	}
}

// Remove removes content.
func (b *Blobs) Remove(_ context.Context, digests ...artifact.Digest) error {
	b.data.mu.Lock()
	defer b.data.mu.Unlock()
	for _, d := range digests {
		delete(b.data.blobs, d)
	}
	return nil
}
