package api

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/client"
	"github.com/cineforge/cineforge/internal/api/endpoint"
	"github.com/cineforge/cineforge/internal/api/problem"
	"github.com/cineforge/cineforge/internal/library"
	"github.com/cineforge/cineforge/run"
)

// artifactsHandler answers requests about what stages made.
type artifactsHandler struct{ library *library.Service }

// OfEntity is the part of a request that names what stages made versions of.
type OfEntity struct {
	endpoint.InProject
	Type   string `path:"artifact_type" maxLength:"100"`
	Entity string `path:"entity_id" maxLength:"200"`
}

// The requests about artifacts.
type (
	versionQuery struct {
		OfEntity
		Version int    `path:"version" minimum:"1"`
		Match   string `header:"If-None-Match" maxLength:"200"`
	}
	editRequest struct {
		OfEntity
		Body client.Edit
	}
)

// unnamed is how older clients name the sole entity of a project.
const unnamed = "__project__"

func (e OfEntity) ref(version int) artifact.Ref {
	if e.Entity == unnamed {
		e.Entity = artifact.ProjectEntity
	}
	return artifact.NewRef(e.Type, e.Entity, version)
}

// editLimit is how large an edit may be, in bytes.
const editLimit = 8 << 20

func (h *artifactsHandler) register(r *endpoint.Router) {
	const entity = "/projects/{project_id}/artifacts/{artifact_type}/{entity_id}"
	endpoint.Handle(r, endpoint.Get("artifacts", "/projects/{project_id}/artifacts",
		"What the runs of a project made: the latest version of each", http.StatusNotFound), h.list)
	endpoint.Handle(r, endpoint.Get("artifactVersions", entity, "The versions of an artifact, oldest first",
		http.StatusNotFound), h.versions)
	endpoint.HandleTagged(r, endpoint.Conditional(endpoint.Get("artifact", entity+"/{version}", "A version of an artifact",
		http.StatusNotFound, http.StatusUnprocessableEntity)), h.get)
	edit := endpoint.Post("editArtifact", entity+"/edit", "Make a new version of an artifact",
		http.StatusNotFound, http.StatusUnprocessableEntity)
	edit.MaxBodyBytes = editLimit
	endpoint.Handle(r, edit, h.edit)
}

func (h *artifactsHandler) list(ctx context.Context, in *endpoint.InProject) ([]client.ArtifactSummary, error) {
	found, err := h.library.Artifacts(ctx, in.Project)
	all := []client.ArtifactSummary{}
	for _, m := range found {
		all = append(all, client.ArtifactSummary{
			ArtifactType: m.Ref.ArtifactType, EntityID: m.Ref.EntityID, LatestVersion: m.Ref.Version, Health: m.Health,
		})
	}
	return all, err
}

func (h *artifactsHandler) versions(ctx context.Context, in *OfEntity) ([]client.ArtifactVersion, error) {
	ref := in.ref(0)
	found, err := h.library.Versions(ctx, in.Project, ref.ArtifactType, ref.EntityID)
	all := []client.ArtifactVersion{}
	for _, m := range found {
		all = append(all, client.ArtifactVersion{
			ArtifactType: m.Ref.ArtifactType, EntityID: m.Ref.EntityID, Version: m.Ref.Version, Health: m.Health,
			Path: m.Ref.Path, CreatedAt: m.CreatedAt, Intent: m.Intent, ProducingModule: m.ProducingModule, Source: m.Source,
		})
	}
	return all, noArtifact(err)
}

func (h *artifactsHandler) get(ctx context.Context, in *versionQuery) (endpoint.Tagged[client.ArtifactDetail], error) {
	var out endpoint.Tagged[client.ArtifactDetail]
	ref := in.ref(in.Version)
	a, err := h.library.Artifact(ctx, in.Project, ref)
	if err != nil {
		return out, noArtifact(err)
	}
	out.ETag = endpoint.Tag(append([]byte(a.Metadata.Health), a.Data...))
	if endpoint.Matches(in.Match, out.ETag) {
		return out, endpoint.NotModified(out.ETag)
	}
	out.Body = client.ArtifactDetail{ArtifactType: ref.ArtifactType, EntityID: ref.EntityID, Version: ref.Version, Payload: a}
	return out, nil
}

func (h *artifactsHandler) edit(ctx context.Context, in *editRequest) (client.Edited, error) {
	data, err := json.Marshal(in.Body.Data)
	if err != nil {
		return client.Edited{}, err
	}
	a, err := h.library.Edit(ctx, in.Project, in.ref(0), data, in.Body.Rationale)
	ref := a.Metadata.Ref
	return client.Edited{ArtifactType: ref.ArtifactType, EntityID: ref.EntityID, Version: ref.Version, Path: ref.Path}, noArtifact(err)
}

func noArtifact(err error) error {
	return problem.As(err, run.ErrNotFound, http.StatusNotFound, "artifact_not_found")
}
