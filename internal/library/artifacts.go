package library

import (
	"context"
	"encoding/json"
	"time"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/run"
)

// Artifacts returns what is known of the latest version of every entity of a project.
// What was made of something that has a newer version now is stale.
func (s *Service) Artifacts(ctx context.Context, projectID string) ([]artifact.Metadata, error) {
	if _, err := s.projects.Project(ctx, projectID); err != nil {
		return nil, err
	}
	newest, err := s.artifacts.Newest(ctx, projectID)
	markStale(newest, newest)
	return newest, err
}

// Versions returns what is known of every version of an entity, oldest first, or
// run.ErrNotFound.
func (s *Service) Versions(ctx context.Context, projectID, artifactType, entityID string) ([]artifact.Metadata, error) {
	newest, err := s.Artifacts(ctx, projectID)
	if err != nil {
		return nil, err
	}
	versions, err := s.artifacts.Versions(ctx, projectID, artifactType, entityID)
	if err == nil && len(versions) == 0 {
		err = run.ErrNotFound
	}
	markStale(versions, newest)
	return versions, err
}

// Artifact returns a version of an artifact, or run.ErrNotFound.
func (s *Service) Artifact(ctx context.Context, projectID string, ref artifact.Ref) (artifact.Artifact, error) {
	newest, err := s.Artifacts(ctx, projectID)
	if err != nil {
		return artifact.Artifact{}, err
	}
	found, err := s.artifacts.Artifact(ctx, projectID, ref)
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
func (s *Service) Edit(
	ctx context.Context, projectID string, of artifact.Ref, data json.RawMessage, rationale string,
) (artifact.Artifact, error) {
	versions, err := s.Versions(ctx, projectID, of.ArtifactType, of.EntityID)
	if err != nil {
		return artifact.Artifact{}, err
	}
	latest := versions[len(versions)-1]
	return s.artifacts.Edit(ctx, projectID, artifact.Artifact{Data: data, Metadata: artifact.Metadata{
		Ref: artifact.Ref{ArtifactType: of.ArtifactType, EntityID: of.EntityID}, Lineage: []artifact.Ref{latest.Ref},
		Intent: "override", Rationale: rationale, Confidence: 1, Source: artifact.Human, ProducingModule: "person",
		Annotations: map[string]any{}, Health: artifact.ConfirmedValid, SchemaVersion: artifact.SchemaVersion,
		CreatedAt: time.Now().UTC().Truncate(time.Millisecond),
	}})
}
