package api

import (
	"archive/zip"
	"io"
	"iter"
	"log/slog"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/cineforge/cineforge/internal/api/endpoint"
	"github.com/cineforge/cineforge/internal/api/problem"
	"github.com/cineforge/cineforge/internal/runs"
)

// exportHandler answers with the files of a run.
type exportHandler struct {
	reader *runs.Reader
	log    *slog.Logger
}

func (h *exportHandler) register(r *endpoint.Router) {
	export := endpoint.Get("exportRun", "/runs/{run_id}/export",
		"A run's state, events and artifacts as the files of a zip archive", http.StatusNotFound)
	export.Parameters = []*huma.Param{endpoint.PathParam("run_id")}
	export.Responses = map[string]*huma.Response{"200": endpoint.Text("The archive.", "application/zip")}
	r.Raw(export, h.export)
}

// export answers with an archive of a run's files.
func (h *exportHandler) export(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("run_id")
	files, err := h.reader.Files(r.Context(), id)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/zip")
	w.Header().Set("Content-Disposition", `attachment; filename="`+id+`.zip"`)
	if err := writeArchive(w, files); err != nil {
		h.log.ErrorContext(r.Context(), "an export broke off", "error", err.Error(), "request_id", problem.RequestID(r.Context()))
		panic(http.ErrAbortHandler) // so that no client takes a part for the whole
	}
	return nil
}

// writeArchive writes files as a zip archive.
func writeArchive(w io.Writer, files iter.Seq2[string, func() ([]byte, error)]) error {
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
