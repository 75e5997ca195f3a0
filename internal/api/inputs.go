package api

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/cineforge/cineforge/client"
	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/internal/app"
	"github.com/cineforge/cineforge/project"
	"github.com/cineforge/cineforge/screenplay/document"
)

const (
	defaultUploadLimit = document.DefaultLimit
	// formOverhead is what a form may have around its file.
	formOverhead = 64 << 10
	// uploadTime is how long an upload may take: 64 MB at 1 Mbit/s.
	uploadTime = 10 * time.Minute
	// scanned is how much of a file is looked at to find a name for it.
	scanned = 1 << 20
)

// inputs registers what is done with the files of projects.
func (s *API) inputs() {
	upload := operation("upload", http.MethodPost, "/projects/{project_id}/inputs/upload", "Give a project a file, and see what is in it",
		http.StatusBadRequest, http.StatusNotFound, http.StatusRequestEntityTooLarge, http.StatusUnprocessableEntity, http.StatusTooManyRequests)
	upload.Parameters = []*huma.Param{pathParam("project_id")}
	upload.RequestBody = fileForm()
	upload.Responses = map[string]*huma.Response{"201": described("The file, and what a first look into it shows.", schemaOf[client.Uploaded](s))}
	s.raw(upload, s.upload)

	scan := operation("quickScan", http.MethodPost, "/projects/quick-scan", "How a project of a file could be called",
		http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnprocessableEntity, http.StatusTooManyRequests)
	scan.RequestBody = fileForm()
	scan.Responses = map[string]*huma.Response{"200": described("A slug and a name.", schemaOf[client.SlugProposal](s))}
	s.raw(scan, s.quickScan)

	handle(s, operation("listInputs", http.MethodGet, "/projects/{project_id}/inputs", "The files of a project, oldest first", http.StatusNotFound), func(ctx context.Context, in *InProject) ([]client.Input, error) {
		found, err := s.app.Inputs(ctx, in.Project)
		all := []client.Input{}
		for _, i := range found {
			all = append(all, input(i))
		}
		return all, err
	})
	read := operation("previewInput", http.MethodGet, "/projects/{project_id}/inputs/{filename}", "The text that a run would read from a file", http.StatusBadRequest, http.StatusNotFound, http.StatusUnprocessableEntity)
	read.Parameters = []*huma.Param{pathParam("project_id"), pathParam("filename")}
	read.Responses = map[string]*huma.Response{"200": text("The text.", "text/plain")}
	s.raw(read, s.preview)
}

func input(in project.Input) client.Input {
	return client.Input{Filename: in.Name, OriginalName: in.Original, SizeBytes: in.Size, StoredPath: in.Name, Digest: in.Digest, CreatedAt: seconds(in.Created)}
}

// upload takes the file of a form to the disk as it comes, and into the project when
// it is all there.
func (s *API) upload(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("project_id")
	if _, err := s.app.Project(r.Context(), id); err != nil {
		return err
	}
	if err := s.afford(); err != nil {
		return err
	}
	control := http.NewResponseController(w)
	deadline := time.Now().Add(uploadTime)
	control.SetReadDeadline(deadline)                   //nolint:errcheck // tests have no connection
	control.SetWriteDeadline(deadline.Add(requestTime)) //nolint:errcheck // the same
	name, data, err := s.file(w, r)
	if err != nil {
		return err
	}
	defer data.Close()                 //nolint:errcheck // what is left is swept
	leave, err := s.enter(r.Context()) // it has to be in memory to be read and stored
	if err != nil {
		return err
	}
	defer leave()
	content, err := io.ReadAll(data)
	if err != nil {
		return err
	}
	up, err := s.app.Upload(r.Context(), id, name, content)
	if err != nil {
		return err
	}
	report := document.Summary(up.Document)
	out := client.Uploaded{Input: input(up.Input), Duplicate: up.Existing, Format: up.Document.Format, Encoding: up.Document.Encoding,
		Kind: string(up.Document.Kind), Confidence: up.Document.Confidence, Scenes: len(report.Scenes), Pages: report.Pages, Warnings: []client.Warning{}}
	for _, warning := range up.Document.Warnings {
		out.Warnings = append(out.Warnings, client.Warning(warning))
	}
	return writeJSON(w, http.StatusCreated, out)
}

// enter waits until there is room for a file in memory, until leave is called.
func (s *API) enter(ctx context.Context) (leave func(), err error) {
	select {
	case s.imports <- struct{}{}:
		return func() { <-s.imports }, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// quickScan proposes a name for the beginning of a file.
func (s *API) quickScan(w http.ResponseWriter, r *http.Request) error {
	if err := s.afford(); err != nil {
		return err
	}
	name, data, err := s.file(w, r)
	if err != nil {
		return err
	}
	defer data.Close() //nolint:errcheck // what is left is swept
	beginning, err := io.ReadAll(io.LimitReader(data, scanned))
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, propose(name, beginning))
}

// file reads the form's part "file" into a file that vanishes when it is closed.
func (s *API) file(w http.ResponseWriter, r *http.Request) (name string, data *app.Scratch, err error) {
	limit := s.o.UploadLimit
	r.Body = http.MaxBytesReader(w, r.Body, limit+formOverhead)
	form, err := r.MultipartReader()
	if err != nil {
		return "", nil, refuse(http.StatusBadRequest, "invalid_request", "the request is no form with a file", "send it as multipart/form-data with a part named file")
	}
	for {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			return "", nil, refuse(http.StatusUnprocessableEntity, "missing_file", "the form has no part named file", "")
		}
		if err != nil {
			return "", nil, tooLarge(err, limit)
		}
		if part.FormName() != "file" {
			continue
		}
		if name = strings.TrimSpace(part.FileName()); name == "" {
			return "", nil, refuse(http.StatusUnprocessableEntity, "missing_filename", "the file has no name", "name it in the form")
		}
		data, err := s.app.Scratch()
		if err != nil {
			return "", nil, err
		}
		n, err := io.Copy(data, io.LimitReader(part, limit+1))
		_, disk := errors.AsType[*fs.PathError](err)
		switch {
		case disk:
		case err != nil:
			err = tooLarge(err, limit)
		case n > limit:
			err = tooLarge(&http.MaxBytesError{Limit: limit}, limit)
		case n == 0:
			err = refuse(http.StatusUnprocessableEntity, "empty_upload", "the file is empty", "give a file with a script in it")
		default:
			_, err = data.Seek(0, io.SeekStart)
		}
		if err != nil {
			data.Close() //nolint:errcheck // the same
			return "", nil, err
		}
		return name, data, nil
	}
}

// tooLarge says what was wrong with a form that could not be read.
func tooLarge(err error, limit int64) error {
	if _, over := errors.AsType[*http.MaxBytesError](err); over {
		p := refuse(http.StatusRequestEntityTooLarge, "too_large", "the file is larger than "+megabytes(limit), "give a smaller file")
		return p
	}
	return refuse(http.StatusBadRequest, "invalid_request", "the form ended early, or is none", "send the file again")
}

// preview answers with the text of a file.
func (s *API) preview(w http.ResponseWriter, r *http.Request) error {
	name := r.PathValue("filename")
	if strings.ContainsAny(name, `/\`) || strings.HasPrefix(name, ".") {
		return refuse(http.StatusBadRequest, "invalid_filename", "that is no name of an input", "use a filename of the project's list of inputs")
	}
	leave, err := s.enter(r.Context())
	if err != nil {
		return err
	}
	defer leave()
	in, data, err := s.app.Input(r.Context(), r.PathValue("project_id"), name)
	if err != nil {
		if _, found := s.app.Project(r.Context(), r.PathValue("project_id")); found == nil {
			err = as(err, project.ErrNotFound, http.StatusNotFound, "input_not_found")
		}
		return err
	}
	doc, err := document.Read(in.Original, data)
	if f, ok := errors.AsType[*failure.Error](err); ok && f.Class == failure.Input {
		return refuse(http.StatusUnprocessableEntity, "input_extraction_failed", f.Message, f.Advice(failure.Remedy.Request))
	}
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, err = io.WriteString(w, doc.Text)
	return err
}

// afford takes the price of a costly request.
func (s *API) afford() error {
	if s.costly.Take(1) {
		return nil
	}
	p := refuse(http.StatusTooManyRequests, "too_many_requests", "too many files, runs or retries were asked for in a short time", "try again in a moment")
	p.wait = 1
	return p
}
