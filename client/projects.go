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

// Deleted counts what was deleted with a project or a file.
type Deleted struct {
	ProjectID string `json:"project_id"`
	Runs      int    `json:"runs"`
	Events    int    `json:"events"`
	Inputs    int    `json:"inputs"`
	Artifacts int    `json:"artifacts" doc:"Versions of artifacts."`
	Answers   int    `json:"answers" doc:"Stored answers of models; those that other projects use stay."`
	Messages  int    `json:"messages"`
	Bytes     int64  `json:"bytes" doc:"Of content that nothing else refers to."`
}

// Delete deletes a project with all that is in it. While a run of it has not ended, it is a
// *Problem of code in_use.
func (p *Projects) Delete(ctx context.Context, projectID string) (out Deleted, err error) {
	_, err = p.conn.do(ctx, request{method: http.MethodDelete, path: []string{"projects", projectID}}, &out)
	return out, err
}

// DeleteInput deletes a file of a project, by the StoredPath of its upload, with the runs that worked
// with it and what only they made.
func (p *Projects) DeleteInput(ctx context.Context, projectID, name string) (out Deleted, err error) {
	_, err = p.conn.do(ctx, request{method: http.MethodDelete, path: []string{"projects", projectID, "inputs", name}}, &out)
	return out, err
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
