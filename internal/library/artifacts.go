package library

import (
	"context"
	"encoding/json"
	"iter"
	"slices"
	"time"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/artifact/content"
	"github.com/cineforge/cineforge/artifact/inventory"
	"github.com/cineforge/cineforge/internal/bounded"
	"github.com/cineforge/cineforge/internal/export"
	"github.com/cineforge/cineforge/internal/storage"
	"github.com/cineforge/cineforge/project"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

// Selection says which artifacts of a project are meant. The zero value means the current
// versions of all that are of the project.
type Selection struct {
	Types    []string // only those of these types
	Entities []string // only those of these entities

	Latest     bool // the latest versions, in place of the current ones
	Superseded bool // also what nothing names any more, such as scenes that the script has no more
}

// takes reports whether an artifact is meant.
func (s Selection) takes(r artifact.Ref) bool {
	return (len(s.Types) == 0 || slices.Contains(s.Types, r.ArtifactType)) &&
		(len(s.Entities) == 0 || slices.Contains(s.Entities, r.EntityID))
}

// Group is an artifact in a list: its current version, as it is now, and what it is called for
// people, "" if it has no title.
type Group struct {
	artifact.Version
	Title string
}

// Results is what the runs of the projects of a data directory made. It is safe for concurrent use.
type Results struct {
	projects  project.Store
	artifacts storage.Artifacts
	blobs     artifact.Blobs
	titles    *bounded.Cache[titleKey, string]
}

// NewResults returns the results in a store.
func NewResults(o Options) *Results {
	return &Results{
		projects: o.Projects, artifacts: o.Artifacts, blobs: o.Blobs, titles: bounded.NewCache[titleKey, string](maxTitles),
	}
}

// inventory returns what is current in a project.
func (r *Results) inventory(ctx context.Context, projectID string) (*inventory.Inventory, error) {
	if _, err := r.projects.Project(ctx, projectID); err != nil {
		return nil, err
	}
	return inventory.Load(ctx, r.artifacts, projectID)
}

// Artifacts lists the artifacts of a project, in the order of types and entities.
func (r *Results) Artifacts(ctx context.Context, projectID string, of Selection) ([]Group, error) {
	held, err := r.inventory(ctx, projectID)
	if err != nil {
		return nil, err
	}
	groups := []Group{}
	for _, v := range selected(held, of) {
		v.Metadata = held.Mark(v.Metadata)
		title, err := r.title(ctx, v)
		if err != nil {
			return nil, err
		}
		groups = append(groups, Group{v, title})
	}
	return groups, nil
}

// selected returns the current versions of what is meant.
func selected(held *inventory.Inventory, of Selection) []artifact.Version {
	all := held.Standing()
	if of.Superseded {
		all = slices.Clone(held.All())
	}
	return slices.DeleteFunc(all, func(v artifact.Version) bool { return !of.takes(v.Ref) })
}

// titleKey is what has a title: content never changes.
type titleKey struct {
	artifactType string
	digest       artifact.Digest
}

// maxTitles bounds the titles that are remembered, so that a list reads no content again.
const maxTitles = 10_000

// title returns what a version is called; "" also if its content can't be read.
func (r *Results) title(ctx context.Context, v artifact.Version) (string, error) {
	of := titleKey{v.Ref.ArtifactType, v.Digest}
	if title, known := r.titles.Get(of); known {
		return title, nil
	}
	data, err := r.blobs.Get(ctx, v.Digest)
	if err != nil {
		return "", ctx.Err() // a reader of the content gets the error
	}
	title := content.Title(of.artifactType, data)
	r.titles.Put(of, title)
	return title, nil
}

// Envelopes yields artifacts of a project with their content, in the order of types and
// entities, one at a time.
func (r *Results) Envelopes(ctx context.Context, projectID string, of Selection) (iter.Seq2[artifact.Artifact, error], error) {
	held, err := r.inventory(ctx, projectID)
	if err != nil {
		return nil, err
	}
	return func(yield func(artifact.Artifact, error) bool) {
		for _, v := range selected(held, of) {
			ref := v.Ref
			if of.Latest {
				ref = artifact.NewRef(ref.ArtifactType, ref.EntityID, v.Latest)
			}
			a, err := r.artifacts.Artifact(ctx, projectID, ref)
			if err == nil {
				a.Metadata = held.Mark(a.Metadata)
				a, err = r.completed(ctx, projectID, held, a)
			}
			if !yield(a, err) || err != nil {
				return
			}
		}
	}, nil
}

// Versions describes every version of an entity, oldest first, or returns run.ErrNotFound.
func (r *Results) Versions(ctx context.Context, projectID, artifactType, entityID string) ([]artifact.Version, error) {
	held, err := r.inventory(ctx, projectID)
	if err != nil {
		return nil, err
	}
	versions, err := r.artifacts.Versions(ctx, projectID, artifactType, entityID)
	if err == nil && len(versions) == 0 {
		err = run.ErrNotFound
	}
	for i, v := range versions {
		versions[i].Metadata = held.Mark(v.Metadata)
	}
	return versions, err
}

// Artifact returns a version of an artifact, as it is now, or run.ErrNotFound.
func (r *Results) Artifact(ctx context.Context, projectID string, ref artifact.Ref) (artifact.Artifact, error) {
	held, err := r.inventory(ctx, projectID)
	if err != nil {
		return artifact.Artifact{}, err
	}
	found, err := r.artifacts.Artifact(ctx, projectID, ref)
	if err != nil {
		return found, err
	}
	found.Metadata = held.Mark(found.Metadata)
	return r.completed(ctx, projectID, held, found)
}

// ArtifactChange is the part of what a person does to an artifact that all such acts have.
type ArtifactChange struct {
	Reason string

	// Meant reports whether the act is meant for the version that is current when it is done; nil
	// for any. It fails with artifact.ErrChanged otherwise.
	Meant func(current int) bool
}

// Edit stores a new version of an artifact that a person made of the current one, and makes it
// current. Data that its type does not allow is refused with content.FieldErrors; so is data that
// lacks something of the version, if the edit says which one it is meant for. It returns
// run.ErrNotFound if there is no such artifact.
func (r *Results) Edit(
	ctx context.Context, projectID string, of artifact.Ref, data json.RawMessage, c ArtifactChange,
) (artifact.Ref, error) {
	if err := content.Check(of.ArtifactType, data); err != nil {
		return artifact.Ref{}, err
	}
	if c.Meant != nil {
		if err := r.keeps(ctx, projectID, of, data, c.Meant); err != nil {
			return artifact.Ref{}, err
		}
	}
	change := c.of(event.Edited, of)
	change.Edited = artifact.Artifact{Data: data, Metadata: artifact.Metadata{
		Ref:    artifact.Ref{ArtifactType: of.ArtifactType, EntityID: of.EntityID},
		Intent: "override", Rationale: c.Reason, Confidence: 1, Source: artifact.Human, ProducingModule: "person",
		Annotations: map[string]any{}, Health: artifact.ConfirmedValid, SchemaVersion: artifact.SchemaVersion,
		CreatedAt: time.Now().UTC().Truncate(time.Millisecond),
	}}
	return r.change(ctx, projectID, change)
}

// keeps returns an error if data lacks something of the current version, or artifact.ErrChanged if
// it is meant for another one.
func (r *Results) keeps(ctx context.Context, projectID string, of artifact.Ref, data []byte, meant func(int) bool) error {
	held, err := r.inventory(ctx, projectID)
	if err != nil {
		return err
	}
	current, ok := held.Of(of)
	if !ok {
		return run.ErrNotFound
	}
	if !meant(current.Ref.Version) {
		return artifact.ErrChanged
	}
	before, err := r.artifacts.Artifact(ctx, projectID, current.Ref)
	if err != nil {
		return err
	}
	return content.Keeps(of.ArtifactType, before.Data, data)
}

// Restore makes a version of an artifact current, whatever runs make after it. The latest version,
// if a run made it, is current only until a run makes another one. It returns run.ErrNotFound if
// there is no such version.
func (r *Results) Restore(ctx context.Context, projectID string, version artifact.Ref, c ArtifactChange) (artifact.Ref, error) {
	return r.change(ctx, projectID, c.of(event.Restored, version))
}

// Confirm notes that a person has found the current version of an artifact right. It returns
// run.ErrNotFound if there is no such artifact.
func (r *Results) Confirm(ctx context.Context, projectID string, of artifact.Ref, c ArtifactChange) (artifact.Ref, error) {
	return r.change(ctx, projectID, c.of(event.Confirmed, of))
}

func (c ArtifactChange) of(action event.EditAction, of artifact.Ref) storage.ArtifactChange {
	return storage.ArtifactChange{Action: action, Of: of, Reason: c.Reason, Meant: c.Meant}
}

func (r *Results) change(ctx context.Context, projectID string, c storage.ArtifactChange) (artifact.Ref, error) {
	if _, err := r.projects.Project(ctx, projectID); err != nil {
		return artifact.Ref{}, err
	}
	return r.artifacts.Change(ctx, projectID, c)
}

// Files returns the current artifacts of a project as files by their names.
func (r *Results) Files(ctx context.Context, projectID string) (export.Contents, error) {
	held, err := r.inventory(ctx, projectID)
	if err != nil {
		return nil, err
	}
	return export.Artifacts(ctx, r.artifacts, projectID, standing(held), held.Mark), nil
}

// Material returns the current artifacts of a project for an export.
func (r *Results) Material(ctx context.Context, projectID string) (export.Material, error) {
	held, err := r.inventory(ctx, projectID)
	if err != nil {
		return export.Material{}, err
	}
	return export.Material{ProjectID: projectID}.Collect(ctx, r.artifacts, standing(held), held.Mark)
}

func standing(held *inventory.Inventory) (refs []artifact.Ref) {
	for _, v := range held.Standing() {
		refs = append(refs, v.Ref)
	}
	return refs
}
