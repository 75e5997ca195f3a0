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
	if last, _ := d.latest(e); ref.Version <= last.Metadata.Ref.Version {
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
	e := entity{projectID, ref.ArtifactType, ref.EntityID}
	if !isThere(as.data, e, ref.Version) {
		return artifact.Artifact{}, fmt.Errorf("read %s of project %s: %w", ref, projectID, artifact.ErrNotFound)
	}
	return as.data.read(e, ref.Version)
}

// isThere reports whether an entity has a version. The caller holds mu.
func isThere(d *data, e entity, version int) bool {
	return version >= 1 && version <= len(d.versions[e]) && d.versions[e][version-1].Metadata.Ref.Version == version
}

// forgetVersion removes a version. Others keep their numbers: an empty one is left in its place,
// unless it was the latest. The caller holds mu.
func forgetVersion(d *data, e entity, version int) {
	all := d.versions[e]
	all[version-1] = artifact.Artifact{}
	for len(all) > 0 && all[len(all)-1].Metadata.Ref.Version == 0 {
		all = all[:len(all)-1]
	}
	m := d.marksOf(e)
	delete(m.confirmed, version)
	delete(m.origins, version)
	if m.chosen == version {
		m.chosen = 0
	}
	if d.versions[e] = all; len(all) == 0 {
		delete(d.versions, e)
		delete(d.marks, e)
	}
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

// marks are what is known of the versions of an entity besides the versions.
type marks struct {
	chosen    int // the version that a person made current; 0 if none is
	confirmed map[int]bool
	origins   map[int]origin
}

// origin is what made a version.
type origin struct{ runID, stageID string }

// marksOf returns the marks of an entity. The caller holds mu.
func (d *data) marksOf(e entity) *marks {
	m := d.marks[e]
	if m == nil {
		m = &marks{confirmed: map[int]bool{}, origins: map[int]origin{}}
		d.marks[e] = m
	}
	return m
}

// current returns the current version of an entity, 0 if there is none. The caller holds mu.
func (d *data) current(e entity) int {
	if m := d.marks[e]; m != nil && m.chosen > 0 {
		return m.chosen
	}
	return len(d.versions[e])
}

// describe describes a version of an entity. The caller holds mu.
func describe(d *data, e entity, version int) (artifact.Version, error) {
	a, err := d.read(e, version)
	m := d.marksOf(e)
	o := m.origins[version]
	return artifact.Version{
		Metadata: a.Metadata, Digest: artifact.DigestOf(a.Data), Current: version == d.current(e), Chosen: version == m.chosen,
		Latest: len(d.versions[e]), RunID: o.runID, StageID: o.stageID,
	}, err
}

// read returns a version of an entity that is there. The caller holds mu.
func (d *data) read(e entity, version int) (artifact.Artifact, error) {
	a, err := copyOf(d.versions[e][version-1])
	if d.marksOf(e).confirmed[version] {
		a.Metadata.Health = artifact.ConfirmedValid
	}
	return a, err
}

// Current describes the current version of every entity of a project.
func (as *Artifacts) Current(_ context.Context, projectID string) (all []artifact.Version, err error) {
	as.data.mu.Lock()
	defer as.data.mu.Unlock()
	for _, e := range as.data.entities(projectID) {
		v, err := describe(as.data, e, as.data.current(e))
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, nil
}

// Versions describes every version of an entity, oldest first.
func (as *Artifacts) Versions(_ context.Context, projectID, artifactType, entityID string) (all []artifact.Version, err error) {
	as.data.mu.Lock()
	defer as.data.mu.Unlock()
	e := entity{projectID, artifactType, entityID}
	for i := range as.data.versions[e] {
		if !isThere(as.data, e, i+1) {
			continue
		}
		v, err := describe(as.data, e, i+1)
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, nil
}

// Change does what a person wants of an artifact.
func (as *Artifacts) Change(ctx context.Context, projectID string, c storage.ArtifactChange) (artifact.Ref, error) {
	d := as.data
	d.mu.Lock()
	defer d.mu.Unlock()
	e := entity{projectID, c.Of.ArtifactType, c.Of.EntityID}
	now, changed, err := d.change(e, c)
	if err != nil {
		return artifact.Ref{}, fmt.Errorf("%s %s %s: %w", c.Action, c.Of.ArtifactType, c.Of.EntityID, err)
	}
	if changed {
		d.touch(ctx, projectID)
		d.appendStandalone(c.Event(ctx, projectID, artifact.NewRef(e.kind, e.id, now)))
	}
	return artifact.NewRef(e.kind, e.id, now), nil
}

// change changes an artifact, and returns the version that is current then; changed is false
// if that is as it was. The caller holds mu.
func (d *data) change(e entity, c storage.ArtifactChange) (current int, changed bool, err error) {
	now := d.current(e)
	latest := len(d.versions[e])
	switch {
	case now == 0 || c.Action == event.Restored && !isThere(d, e, c.Of.Version):
		return 0, false, artifact.ErrNotFound
	case !c.IsMeantFor(now):
		return 0, false, artifact.ErrChanged
	}
	m := d.marksOf(e)
	switch c.Action {
	case event.Edited:
		a := d.versions[e][now-1]
		if bytes.Equal(a.Data, c.Edited.Data) && a.Metadata.Source == c.Edited.Metadata.Source { // the edit is there already
			return now, false, nil
		}
		c.Edited.Metadata.Lineage = []artifact.Ref{a.Metadata.Ref}
		saved, err := d.versioned(e.project, []artifact.Artifact{c.Edited})
		if err != nil {
			return 0, false, err
		}
		d.save(e.project, saved[0])
		m.chosen = saved[0].Metadata.Ref.Version
		return m.chosen, true, nil
	case event.Restored:
		chosen := c.Of.Version
		if chosen == latest && d.versions[e][chosen-1].Metadata.Source != artifact.Human {
			chosen = 0 // runs go on making what is current
		}
		changed = now != c.Of.Version || m.chosen != chosen
		m.chosen = chosen
		return c.Of.Version, changed, nil
	default:
		changed = !m.confirmed[now]
		m.confirmed[now] = true
		return now, changed, nil
	}
}

// noteOrigin notes with an artifact which run and stage have made it, as an event says. The
// caller holds mu.
func noteOrigin(d *data, r *record, body event.Body) {
	saved, ok := body.(event.ArtifactSaved)
	if !ok {
		return
	}
	m := d.marksOf(entity{r.ProjectID, saved.ArtifactType, saved.EntityID})
	if _, known := m.origins[saved.Version]; !known {
		m.origins[saved.Version] = origin{r.RunID, saved.StageID}
	}
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
