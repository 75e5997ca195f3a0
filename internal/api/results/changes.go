package results

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/client"
	"github.com/cineforge/cineforge/internal/api/endpoint"
	"github.com/cineforge/cineforge/internal/api/problem"
	"github.com/cineforge/cineforge/internal/library"
)

// IfMatch is the part of a request that names the version that it is meant for.
type IfMatch struct {
	Match string `header:"If-Match" maxLength:"2000" doc:"The ETag of the version that it is meant for; 412 if another is current."`
}

// The changes that people make of artifacts.
type (
	editRequest struct {
		OfEntity
		IfMatch
		Body client.Edit
	}
	restoreRequest struct {
		OfEntity
		IfMatch
		Body client.Restoration
	}
	confirmRequest struct {
		OfEntity
		IfMatch
		Body *client.Confirmation
	}
)

// EditLimit is how large an edit may be, in bytes.
const EditLimit = 8 << 20

func (h *Handler) registerChanges(r *endpoint.Router) {
	problems := []int{http.StatusNotFound, http.StatusPreconditionFailed, http.StatusUnprocessableEntity}
	edit := endpoint.Post("editArtifact", entity+"/edit",
		"Make a new version of an artifact of the current one, and make it current", problems...)
	edit.MaxBodyBytes = EditLimit
	endpoint.HandleTagged(r, edit, h.edit)
	endpoint.HandleTagged(r, endpoint.Post("restoreArtifact", entity+"/restore",
		"Make a version of an artifact current, whatever runs make after it", problems...), h.restore)
	endpoint.HandleTagged(r, endpoint.Post("confirmArtifact", entity+"/confirm",
		"Note that a person has found the current version of an artifact right", problems...), h.confirm)
}

func (h *Handler) edit(ctx context.Context, in *editRequest) (out endpoint.Tagged[client.Edited], err error) {
	data, err := json.Marshal(in.Body.Data)
	if err != nil {
		return out, err
	}
	return h.changed(ctx, in.Project)(h.Results.Edit(ctx, in.Project, in.ref(0), data, in.change(in.Body.Rationale)))
}

func (h *Handler) restore(ctx context.Context, in *restoreRequest) (endpoint.Tagged[client.Edited], error) {
	return h.changed(ctx, in.Project)(h.Results.Restore(ctx, in.Project, in.ref(in.Body.Version), in.change(in.Body.Rationale)))
}

func (h *Handler) confirm(ctx context.Context, in *confirmRequest) (endpoint.Tagged[client.Edited], error) {
	reason := ""
	if in.Body != nil {
		reason = in.Body.Rationale
	}
	return h.changed(ctx, in.Project)(h.Results.Confirm(ctx, in.Project, in.ref(0), in.change(reason)))
}

func (m IfMatch) change(reason string) library.ArtifactChange {
	return library.ArtifactChange{Reason: reason, Meant: meant(m.Match)}
}

// changed names the version that is current after a change, with the tag that the next change is
// meant for.
func (h *Handler) changed(ctx context.Context, project string) func(artifact.Ref, error) (endpoint.Tagged[client.Edited], error) {
	return func(ref artifact.Ref, err error) (out endpoint.Tagged[client.Edited], _ error) {
		if errors.Is(err, artifact.ErrChanged) {
			err = problem.Refuse(http.StatusPreconditionFailed, "artifact_changed", "another version of the artifact is current now",
				"look at the current version, and make the change again")
		}
		if err != nil {
			return out, noArtifact(err)
		}
		a, err := h.Results.Artifact(ctx, project, ref)
		if err != nil {
			return out, noArtifact(err)
		}
		out.ETag, err = tagOf(a)
		out.Body = client.Edited{ArtifactType: ref.ArtifactType, EntityID: ref.EntityID, Version: ref.Version, Path: ref.Path}
		return out, err
	}
}
