package api

import (
	"archive/zip"
	"context"
	"encoding/json"
	"io"
	"iter"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/client"
	"github.com/cineforge/cineforge/run"
)

// OfEntity names what stages made versions of.
type OfEntity struct {
	InProject
	Type   string `path:"artifact_type" maxLength:"100"`
	Entity string `path:"entity_id" maxLength:"200"`
}

// unnamed is how older clients name the sole entity of a project.
const unnamed = "__project__"

func (e OfEntity) ref(version int) artifact.Ref {
	if e.Entity == unnamed {
		e.Entity = artifact.ProjectEntity
	}
	return artifact.NewRef(e.Type, e.Entity, version)
}

// artifacts registers what is seen of what stages made.
func (s *API) artifacts() {
	handle(s, operation("artifacts", http.MethodGet, "/projects/{project_id}/artifacts", "What the runs of a project made: the latest version of each", http.StatusNotFound), func(ctx context.Context, in *InProject) ([]client.ArtifactSummary, error) {
		found, err := s.app.Artifacts(ctx, in.Project)
		all := []client.ArtifactSummary{}
		for _, m := range found {
			all = append(all, client.ArtifactSummary{ArtifactType: m.Ref.ArtifactType, EntityID: m.Ref.EntityID, LatestVersion: m.Ref.Version, Health: m.Health})
		}
		return all, err
	})
	handle(s, operation("artifactVersions", http.MethodGet, "/projects/{project_id}/artifacts/{artifact_type}/{entity_id}", "The versions of an artifact, oldest first", http.StatusNotFound), func(ctx context.Context, in *OfEntity) ([]client.ArtifactVersion, error) {
		ref := in.ref(0)
		found, err := s.app.Versions(ctx, in.Project, ref.ArtifactType, ref.EntityID)
		all := []client.ArtifactVersion{}
		for _, m := range found {
			all = append(all, client.ArtifactVersion{ArtifactType: m.Ref.ArtifactType, EntityID: m.Ref.EntityID, Version: m.Ref.Version, Health: m.Health,
				Path: m.Ref.Path, CreatedAt: m.CreatedAt, Intent: m.Intent, ProducingModule: m.ProducingModule, Source: m.Source})
		}
		return all, noArtifact(err)
	})
	type version struct {
		OfEntity
		Version int    `path:"version" minimum:"1"`
		Match   string `header:"If-None-Match" maxLength:"200"`
	}
	huma.Register(s.huma, unlessKept(operation("artifact", http.MethodGet, "/projects/{project_id}/artifacts/{artifact_type}/{entity_id}/{version}", "A version of an artifact", http.StatusNotFound, http.StatusUnprocessableEntity)), func(ctx context.Context, in *version) (*tagged[client.ArtifactDetail], error) {
		ref := in.ref(in.Version)
		a, err := s.app.Artifact(ctx, in.Project, ref)
		if err != nil {
			return nil, s.problem(ctx, noArtifact(err))
		}
		tag := `"` + string(artifact.DigestOf(append([]byte(a.Metadata.Health), a.Data...)))[len("sha256:"):][:32] + `"`
		if matches(in.Match, tag) {
			return nil, unchanged(tag)
		}
		return &tagged[client.ArtifactDetail]{tag, client.ArtifactDetail{ArtifactType: ref.ArtifactType, EntityID: ref.EntityID, Version: ref.Version, Payload: a}}, nil
	})
	type edit struct {
		OfEntity
		Body client.Edit
	}
	op := operation("editArtifact", http.MethodPost, "/projects/{project_id}/artifacts/{artifact_type}/{entity_id}/edit", "Make a new version of an artifact", http.StatusNotFound, http.StatusUnprocessableEntity)
	op.MaxBodyBytes = editLimit
	handle(s, op, func(ctx context.Context, in *edit) (client.Edited, error) {
		data, err := json.Marshal(in.Body.Data)
		if err != nil {
			return client.Edited{}, err
		}
		a, err := s.app.Edit(ctx, in.Project, in.ref(0), data, in.Body.Rationale)
		ref := a.Metadata.Ref
		return client.Edited{ArtifactType: ref.ArtifactType, EntityID: ref.EntityID, Version: ref.Version, Path: ref.Path}, noArtifact(err)
	})
	export := operation("exportRun", http.MethodGet, "/runs/{run_id}/export", "A run's state, events and artifacts as the files of a zip archive", http.StatusNotFound)
	export.Parameters = []*huma.Param{pathParam("run_id")}
	export.Responses = map[string]*huma.Response{"200": text("The archive.", "application/zip")}
	s.raw(export, s.export)
}

// editLimit is how large an edit may be, in bytes.
const editLimit = 8 << 20

func noArtifact(err error) error {
	return as(err, run.ErrNotFound, http.StatusNotFound, "artifact_not_found")
}

// export answers with an archive of a run's files.
func (s *API) export(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("run_id")
	files, err := s.app.Files(r.Context(), id)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/zip")
	w.Header().Set("Content-Disposition", `attachment; filename="`+id+`.zip"`)
	if err := zipped(w, files); err != nil {
		s.o.Log.ErrorContext(r.Context(), "an export broke off", "error", err.Error(), "request_id", requestID(r.Context()))
		panic(http.ErrAbortHandler) // so that nobody takes a part for the whole
	}
	return nil
}

// zipped writes files into an archive.
func zipped(w io.Writer, files iter.Seq2[string, func() ([]byte, error)]) error {
	archive := zip.NewWriter(w)
	for name, content := range files {
		data, err := content()
		if err != nil {
			return err
		}
		f, err := archive.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: time.Now()})
		if err != nil {
			return err
		}
		if _, err := f.Write(data); err != nil {
			return err
		}
	}
	return archive.Close()
}
