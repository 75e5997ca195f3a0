package results

import (
	"archive/zip"
	"context"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/cineforge/cineforge/internal/api/endpoint"
	"github.com/cineforge/cineforge/internal/api/problem"
	"github.com/cineforge/cineforge/internal/export"
)

func (h *Handler) registerExports(r *endpoint.Router) {
	of := endpoint.Get("exportRun", "/runs/{run_id}/export",
		"A run's state, events and artifacts as the files of a zip archive, or what it made in another format",
		http.StatusNotFound, http.StatusUnprocessableEntity)
	of.Parameters = []*huma.Param{endpoint.PathParam("run_id"), formatParam()}
	of.Responses = exports(r)
	r.Raw(of, h.exportRun)
	project := endpoint.Get("exportProject", "/projects/{project_id}/export",
		"The current artifacts of a project as the files of a zip archive, or in another format",
		http.StatusNotFound, http.StatusUnprocessableEntity)
	project.Parameters = []*huma.Param{endpoint.PathParam("project_id"), formatParam()}
	project.Responses = exports(r)
	r.Raw(project, h.exportProject)
}

func formatParam() *huma.Param {
	p := endpoint.QueryParam("format", "files (the default): a zip archive; fountain: the canonical script, byte for byte; fdx: the same as "+
		"Final Draft XML; json: script, scenes and configuration as one document; csv: the scenes as a table.")
	for _, f := range export.Formats() {
		p.Schema.Enum = append(p.Schema.Enum, string(f))
	}
	return p
}

// exports describes the answers of an export.
func exports(r *endpoint.Router) map[string]*huma.Response {
	ok := &huma.Response{Description: "The export, with a name for its file in Content-Disposition.", Content: map[string]*huma.MediaType{}}
	for _, f := range export.Formats() {
		mediaType, _, _ := strings.Cut(f.MediaType(), ";")
		ok.Content[mediaType] = &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString}}
	}
	ok.Content["application/json"] = &huma.MediaType{Schema: endpoint.SchemaOf[export.Document](r.API)}
	return map[string]*huma.Response{"200": ok}
}

// exportOf are the two ways to make an export.
type exportOf struct {
	material func(ctx context.Context, id string) (export.Material, error)
	files    func(ctx context.Context, id string) (export.Contents, error)
}

func (h *Handler) exportRun(w http.ResponseWriter, r *http.Request) error {
	return h.export(w, r, "run_id", exportOf{h.Reader.Material, h.Reader.Files})
}

func (h *Handler) exportProject(w http.ResponseWriter, r *http.Request) error {
	return h.export(w, r, "project_id", exportOf{h.Results.Material, h.Results.Files})
}

// export answers with an export of what a part of the path names.
func (h *Handler) export(w http.ResponseWriter, r *http.Request, named string, of exportOf) error {
	id, err := endpoint.PathID(r, named)
	if err != nil {
		return err
	}
	format := export.Files
	if asked := r.URL.Query().Get("format"); asked != "" {
		format = export.Format(asked)
	}
	if !slices.Contains(export.Formats(), format) {
		return refuse("format is files, fountain, fdx, json or csv")
	}
	if format == export.Files {
		files, err := of.files(r.Context(), id)
		if err != nil {
			return err
		}
		header(w, format, id+".zip")
		if err := writeArchive(w, files); err != nil {
			h.breakOff(r, "an export", err)
		}
		return nil
	}
	material, err := of.material(r.Context(), id)
	if err != nil {
		return err
	}
	data, err := material.Write(format)
	if err != nil {
		return problem.As(err, export.ErrNothing, http.StatusNotFound, "artifact_not_found")
	}
	header(w, format, material.FileName(format))
	_, err = w.Write(data)
	return err
}

func header(w http.ResponseWriter, f export.Format, name string) {
	w.Header().Set("Content-Type", f.MediaType())
	w.Header().Set("Content-Disposition", export.Disposition(name))
}

// writeArchive writes files as a zip archive.
func writeArchive(w io.Writer, files export.Contents) error {
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
