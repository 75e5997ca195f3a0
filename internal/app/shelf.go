package app

import (
	"context"
	"encoding/json"
	"time"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/run"
)

// Artifacts returns what is known of the latest version of every entity of a project.
// What was made of something that has a newer version now is stale.
func (a *App) Artifacts(ctx context.Context, projectID string) ([]artifact.Metadata, error) {
	if _, err := a.projects.Project(ctx, projectID); err != nil {
		return nil, err
	}
	newest, err := a.shelf.Newest(ctx, projectID)
	markStale(newest, newest)
	return newest, err
}

// Versions returns what is known of every version of an entity, oldest first, or
// run.ErrNotFound.
func (a *App) Versions(ctx context.Context, projectID, artifactType, entityID string) ([]artifact.Metadata, error) {
	newest, err := a.Artifacts(ctx, projectID)
	if err != nil {
		return nil, err
	}
	versions, err := a.shelf.Versions(ctx, projectID, artifactType, entityID)
	if err == nil && len(versions) == 0 {
		err = run.ErrNotFound
	}
	markStale(versions, newest)
	return versions, err
}

// Artifact returns a version of an artifact, or run.ErrNotFound.
func (a *App) Artifact(ctx context.Context, projectID string, ref artifact.Ref) (artifact.Artifact, error) {
	newest, err := a.Artifacts(ctx, projectID)
	if err != nil {
		return artifact.Artifact{}, err
	}
	found, err := a.Store.Artifact(ctx, projectID, ref)
	seen := []artifact.Metadata{found.Metadata}
	markStale(seen, newest)
	found.Metadata = seen[0]
	return found, err
}

// markStale gives artifacts the health that they have beside the newest versions.
func markStale(all, newest []artifact.Metadata) {
	fresh := artifact.NewFreshness(newest)
	for i, m := range all {
		all[i].Health = fresh.HealthOf(m)
	}
}

// Edit stores a new version of an artifact that a person made, with the reason for it.
// Only the artifact's data changes. It returns run.ErrNotFound if there is none.
func (a *App) Edit(ctx context.Context, projectID string, of artifact.Ref, data json.RawMessage, rationale string) (artifact.Artifact, error) {
	versions, err := a.Versions(ctx, projectID, of.ArtifactType, of.EntityID)
	if err != nil {
		return artifact.Artifact{}, err
	}
	latest := versions[len(versions)-1]
	return a.shelf.Edit(ctx, projectID, artifact.Artifact{Data: data, Metadata: artifact.Metadata{
		Ref: artifact.Ref{ArtifactType: of.ArtifactType, EntityID: of.EntityID}, Lineage: []artifact.Ref{latest.Ref},
		Intent: "override", Rationale: rationale, Confidence: 1, Source: artifact.Human, ProducingModule: "person",
		Annotations: map[string]any{}, Health: artifact.ConfirmedValid, SchemaVersion: artifact.SchemaVersion, CreatedAt: time.Now().UTC().Truncate(time.Millisecond),
	}})
}
