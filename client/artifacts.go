package client

import (
	"context"
	"strconv"
)

// Artifacts makes the requests about what the runs of a project made.
type Artifacts struct{ conn *connection }

// List lists the latest version of each artifact of a project.
func (a *Artifacts) List(ctx context.Context, projectID string) ([]ArtifactSummary, error) {
	return get[[]ArtifactSummary](ctx, a.conn, nil, "projects", projectID, "artifacts")
}

// Versions lists the versions of an artifact, oldest first.
func (a *Artifacts) Versions(ctx context.Context, projectID, artifactType, entityID string) ([]ArtifactVersion, error) {
	return get[[]ArtifactVersion](ctx, a.conn, nil, "projects", projectID, "artifacts", artifactType, entityID)
}

// Get returns a version of an artifact.
func (a *Artifacts) Get(ctx context.Context, projectID, artifactType, entityID string, version int) (ArtifactDetail, error) {
	return get[ArtifactDetail](ctx, a.conn, nil, "projects", projectID, "artifacts", artifactType, entityID, strconv.Itoa(version))
}

// Update makes a new version of an artifact.
func (a *Artifacts) Update(ctx context.Context, projectID, artifactType, entityID string, e Edit) (Edited, error) {
	return post[Edited](ctx, a.conn, e, "projects", projectID, "artifacts", artifactType, entityID, "edit")
}
