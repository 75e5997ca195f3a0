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
	"github.com/cineforge/cineforge/internal/api/endpoint"
	"github.com/cineforge/cineforge/internal/api/problem"
	"github.com/cineforge/cineforge/internal/library"
	"github.com/cineforge/cineforge/project"
	"github.com/cineforge/cineforge/screenplay"
	"github.com/cineforge/cineforge/screenplay/document"
)

const (
	defaultUploadLimit = document.DefaultLimit
	// formOverhead is what a form may have around its file.
	formOverhead = 64 << 10
	// uploadTime is how long an upload may take: 64 MB at 1 Mbit/s.
	uploadTime = 10 * time.Minute
	// scanned is how much of a file is read to find a name for it.
	scanned = 1 << 20
)

// maxImports is how many files are in memory at once to be read.
const maxImports = 1

// room is for the files that are in memory at a time to be read.
type room chan struct{}

// enter waits until there is room for a file in memory, and keeps it until leave is called.
func (r room) enter(ctx context.Context) (leave func(), err error) {
	select {
	case r <- struct{}{}:
		return func() { <-r }, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// inputsHandler answers requests about the files of projects.
type inputsHandler struct {
	library *library.Service
	costly  rateLimit
	limit   int64 // of a file, in bytes
	memory  room
}

func (h *inputsHandler) register(r *endpoint.Router) {
	upload := endpoint.Post("upload", "/projects/{project_id}/inputs/upload", "Upload a file to a project, and scan it",
		http.StatusBadRequest, http.StatusNotFound, http.StatusRequestEntityTooLarge, http.StatusUnprocessableEntity, http.StatusTooManyRequests)
	upload.Parameters = []*huma.Param{endpoint.PathParam("project_id")}
	upload.RequestBody = endpoint.FileForm()
	upload.Responses = map[string]*huma.Response{
		"201": endpoint.JSON("The file, and what a first look into it shows.", endpoint.SchemaOf[client.Uploaded](r.API)),
	}
	r.Raw(upload, h.upload)

	scan := endpoint.Post("quickScan", "/projects/quick-scan", "Propose a name for a project from a file",
		http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnprocessableEntity, http.StatusTooManyRequests)
	scan.RequestBody = endpoint.FileForm()
	scan.Responses = map[string]*huma.Response{"200": endpoint.JSON("A slug and a name.", endpoint.SchemaOf[client.SlugProposal](r.API))}
	r.Raw(scan, h.quickScan)

	endpoint.Handle(r, endpoint.Get("listInputs", "/projects/{project_id}/inputs", "The files of a project, oldest first",
		http.StatusNotFound), h.list)
	read := endpoint.Get("previewInput", "/projects/{project_id}/inputs/{filename}", "The text that a run would read from a file",
		http.StatusBadRequest, http.StatusNotFound, http.StatusUnprocessableEntity)
	read.Parameters = []*huma.Param{endpoint.PathParam("project_id"), endpoint.PathParam("filename")}
	read.Responses = map[string]*huma.Response{"200": endpoint.Text("The text.", "text/plain")}
	r.Raw(read, h.preview)
	endpoint.HandleTagged(r, endpoint.Conditional(endpoint.Get("inputScenes", "/projects/{project_id}/inputs/{filename}/scenes",
		"The scenes, cast and places of a file, by rule; no model is asked",
		http.StatusBadRequest, http.StatusNotFound, http.StatusUnprocessableEntity)), h.scenes)
}

func (h *inputsHandler) list(ctx context.Context, in *endpoint.InProject) ([]client.Input, error) {
	found, err := h.library.ScannedInputs(ctx, in.Project, h.memory.enter)
	all := []client.Input{}
	for _, i := range found {
		all = append(all, input(i))
	}
	return all, err
}

// input returns a file as clients see it.
func input(in library.ScannedInput) client.Input {
	out := client.Input{
		Filename: in.Name, OriginalName: in.Original, SizeBytes: in.Size,
		StoredPath: in.Name, Digest: in.Digest, CreatedAt: unixSeconds(in.Created),
	}
	if s := in.Scan; s != nil {
		out.Scan = &client.InputScan{
			Format: s.Format, Encoding: s.Encoding, Kind: string(s.Kind), Confidence: s.Confidence, Scenes: s.Scenes,
			Pages: s.Pages, Minutes: s.Minutes, Warnings: warnings(s.Warnings), WarningCount: s.Count,
		}
		if s.Problem != "" {
			out.Scan.Problem = &s.Problem
		}
	}
	return out
}

// warnings returns what may need a look as clients see it.
func warnings(list []screenplay.Warning) []client.Warning {
	out := []client.Warning{}
	for _, w := range list {
		out = append(out, client.Warning(w))
	}
	return out
}

// scenesRequest names an input, and what the client has of it.
type scenesRequest struct {
	endpoint.InProject
	Filename string `path:"filename" maxLength:"200"`
	Match    string `header:"If-None-Match" maxLength:"200"`
}

// scenes answers with what the script in a file holds.
func (h *inputsHandler) scenes(ctx context.Context, in *scenesRequest) (endpoint.Tagged[client.InputScenes], error) {
	var out endpoint.Tagged[client.InputScenes]
	if err := validInput(in.Filename); err != nil {
		return out, err
	}
	found, tag, err := h.library.ReportOf(ctx, in.Project, in.Filename, h.memory.enter)
	if err != nil {
		return out, h.unfound(ctx, in.Project, err)
	}
	if found.Scan.Problem != "" {
		return out, problem.Refuse(http.StatusUnprocessableEntity, "input_extraction_failed", found.Scan.Problem, "")
	}
	if out.ETag = endpoint.Tag([]byte(tag)); endpoint.Matches(in.Match, out.ETag) {
		return out, endpoint.NotModified(out.ETag)
	}
	r := found.Whole
	out.Body = client.InputScenes{
		Format: r.Format, Encoding: r.Encoding, Kind: string(found.Scan.Kind), Confidence: found.Scan.Confidence, Title: r.Title,
		TitlePage: r.TitlePage, Scenes: []client.InputScene{}, Characters: []client.InputCharacter{}, Locations: r.Locations,
		Pages: r.Pages, Minutes: r.Minutes, Warnings: warnings(r.Warnings),
	}
	for _, s := range r.Scenes {
		out.Body.Scenes = append(out.Body.Scenes, client.InputScene(s))
	}
	for _, c := range r.Characters {
		out.Body.Characters = append(out.Body.Characters, client.InputCharacter(c))
	}
	return out, nil
}

// validInput refuses what can't be the name of an input.
func validInput(name string) error {
	if strings.ContainsAny(name, `/\`) || strings.HasPrefix(name, ".") {
		return problem.Refuse(http.StatusBadRequest, "invalid_filename", "that is no name of an input",
			"use a filename of the project's list of inputs")
	}
	return nil
}

// unfound says of an input that is not found in a project that is there which of the two is missing.
func (h *inputsHandler) unfound(ctx context.Context, projectID string, err error) error {
	if _, found := h.library.Project(ctx, projectID); found == nil {
		return problem.As(err, project.ErrNotFound, http.StatusNotFound, "input_not_found")
	}
	return err
}

// upload writes the file of a form to disk as it arrives, and adds it to the project when it
// is complete.
func (h *inputsHandler) upload(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("project_id")
	if _, err := h.library.Project(r.Context(), id); err != nil {
		return err
	}
	if err := h.costly.take(); err != nil {
		return err
	}
	control := http.NewResponseController(w)
	deadline := time.Now().Add(uploadTime)
	control.SetReadDeadline(deadline)                            //nolint:errcheck // tests have no connection
	control.SetWriteDeadline(deadline.Add(endpoint.RequestTime)) //nolint:errcheck // the same
	name, data, err := h.file(w, r)
	if err != nil {
		return err
	}
	defer data.Close()                        //nolint:errcheck // a file that is left is removed later
	leave, err := h.memory.enter(r.Context()) // it has to be in memory to be read and stored
	if err != nil {
		return err
	}
	defer leave()
	content, err := io.ReadAll(data)
	if err != nil {
		return err
	}
	up, err := h.library.Upload(r.Context(), id, name, content)
	if err != nil {
		return err
	}
	scan := up.Report.Scan
	return endpoint.WriteJSON(w, http.StatusCreated, client.Uploaded{
		Input: input(library.ScannedInput{Input: up.Input, Scan: &scan}), Duplicate: up.Existing,
		Format: scan.Format, Encoding: scan.Encoding, Kind: string(scan.Kind), Confidence: scan.Confidence,
		Scenes: scan.Scenes, Pages: scan.Pages, Warnings: warnings(up.Report.Whole.Warnings),
	})
}

// quickScan proposes a name for the beginning of a file.
func (h *inputsHandler) quickScan(w http.ResponseWriter, r *http.Request) error {
	if err := h.costly.take(); err != nil {
		return err
	}
	name, data, err := h.file(w, r)
	if err != nil {
		return err
	}
	defer data.Close() //nolint:errcheck // a file that is left is removed later
	beginning, err := io.ReadAll(io.LimitReader(data, scanned))
	if err != nil {
		return err
	}
	return endpoint.WriteJSON(w, http.StatusOK, propose(r.Context(), h.library, name, beginning))
}

// file reads the form's part "file" into a file that vanishes when it is closed.
func (h *inputsHandler) file(w http.ResponseWriter, r *http.Request) (name string, data *library.Scratch, err error) {
	limit := h.limit
	r.Body = http.MaxBytesReader(w, r.Body, limit+formOverhead)
	form, err := r.MultipartReader()
	if err != nil {
		return "", nil, problem.Refuse(http.StatusBadRequest, "invalid_request", "the request is no form with a file",
			"send it as multipart/form-data with a part named file")
	}
	for {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			return "", nil, problem.Refuse(http.StatusUnprocessableEntity, "missing_file", "the form has no part named file", "")
		}
		if err != nil {
			return "", nil, tooLarge(err, limit)
		}
		if part.FormName() != "file" {
			continue
		}
		if name = strings.TrimSpace(part.FileName()); name == "" {
			return "", nil, problem.Refuse(http.StatusUnprocessableEntity, "missing_filename", "the file has no name", "name it in the form")
		}
		data, err := h.library.NewScratch()
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
			err = problem.Refuse(http.StatusUnprocessableEntity, "empty_upload", "the file is empty", "give a file with a script in it")
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

// tooLarge returns the problem of a form that could not be read.
func tooLarge(err error, limit int64) error {
	if _, over := errors.AsType[*http.MaxBytesError](err); over {
		return problem.Refuse(http.StatusRequestEntityTooLarge, "too_large",
			"the file is larger than "+endpoint.Megabytes(limit), "give a smaller file")
	}
	return problem.Refuse(http.StatusBadRequest, "invalid_request", "the form ended early, or is none", "send the file again")
}

// preview answers with the text of a file.
func (h *inputsHandler) preview(w http.ResponseWriter, r *http.Request) error {
	name := r.PathValue("filename")
	if err := validInput(name); err != nil {
		return err
	}
	leave, err := h.memory.enter(r.Context())
	if err != nil {
		return err
	}
	defer leave()
	in, data, err := h.library.Input(r.Context(), r.PathValue("project_id"), name)
	if err != nil {
		return h.unfound(r.Context(), r.PathValue("project_id"), err)
	}
	doc, err := h.library.ReadDocument(r.Context(), in.Original, data)
	if f, ok := errors.AsType[*failure.Error](err); ok && f.Class == failure.Input {
		return problem.Of(http.StatusUnprocessableEntity, "input_extraction_failed", f)
	}
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, err = io.WriteString(w, doc.Text)
	return err
}
