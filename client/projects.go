package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"strings"

	"github.com/cineforge/cineforge/run"
)

// Projects makes the requests about projects and their files.
type Projects struct{ conn *connection }

// Create makes a project. If there is one of that slug, the new one gets a number.
func (p *Projects) Create(ctx context.Context, project NewProject) (Project, error) {
	return post[Project](ctx, p.conn, project, "projects", "new")
}

// Open finds a project by the ProjectPath of a list, which is its id. A missing project is
// a *Problem of code project_not_found.
func (p *Projects) Open(ctx context.Context, projectPath string) (Project, error) {
	return post[Project](ctx, p.conn, OpenProject{projectPath}, "projects", "open")
}

// Get returns a project.
func (p *Projects) Get(ctx context.Context, projectID string) (Project, error) {
	return get[Project](ctx, p.conn, nil, "projects", projectID)
}

// Recent lists projects, those that changed last first; with a limit of 0, as many as the
// server likes.
func (p *Projects) Recent(ctx context.Context, limit int) ([]RecentProject, error) {
	return get[[]RecentProject](ctx, p.conn, limited(limit), "projects", "recent")
}

// Inputs lists the files of a project, oldest first.
func (p *Projects) Inputs(ctx context.Context, projectID string) ([]Input, error) {
	return get[[]Input](ctx, p.conn, nil, "projects", projectID, "inputs")
}

// Upload gives a project a file, which it reads to its end, and returns what a first look
// into it shows. A run is started with the StoredPath of the answer.
func (p *Projects) Upload(ctx context.Context, projectID, name string, data io.Reader) (out Uploaded, err error) {
	var head bytes.Buffer
	form := multipart.NewWriter(&head)
	if _, err := form.CreateFormFile("file", name); err != nil {
		return out, err
	}
	file := &source{Reader: data}
	req, err := p.conn.newRequest(ctx, request{method: http.MethodPost, path: []string{"projects", projectID, "inputs", "upload"}},
		io.MultiReader(&head, file, strings.NewReader("\r\n--"+form.Boundary()+"--\r\n")))
	if err != nil {
		return out, err
	}
	req.Header.Set("Content-Type", form.FormDataContentType())
	resp, err := p.conn.answer(req)
	if _, lost := errors.AsType[*UnreachableError](err); lost && file.err != nil {
		err = fmt.Errorf("%s can't be read: %w", name, file.err)
	}
	if err != nil {
		return out, err
	}
	defer resp.Body.Close() //nolint:errcheck // it was read
	err = json.NewDecoder(io.LimitReader(resp.Body, maxAnswer)).Decode(&out)
	if err != nil {
		err = p.conn.lost(ctx, err)
	}
	return out, err
}

// source is a reader that remembers why it failed.
type source struct {
	io.Reader
	err error
}

// Read reads from the source.
func (s *source) Read(p []byte) (int, error) {
	n, err := s.Reader.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		s.err = err
	}
	return n, err
}

// ProjectRuns is what the runs of a project come to.
type ProjectRuns struct {
	LastRun  *run.Overview `json:"last_run" doc:"The newest; null if there is none."`
	NeedsYou int           `json:"needs_you" doc:"How many of its runs need a person."`
}
