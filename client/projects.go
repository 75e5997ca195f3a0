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
	"net/url"
	"strconv"
	"strings"
)

// Health reports that the server lives, and its version.
func (c *Client) Health(ctx context.Context) (out ServerHealth, err error) {
	_, err = c.do(ctx, request{method: http.MethodGet, path: []string{"health"}}, &out)
	return out, err
}

// Ready is Health of a server that can work; one that can't is a *Problem.
func (c *Client) Ready(ctx context.Context) (out ServerHealth, err error) {
	_, err = c.do(ctx, request{method: http.MethodGet, path: []string{"ready"}}, &out)
	return out, err
}

// Recipes lists the recipes that can be run.
func (c *Client) Recipes(ctx context.Context) (out []Recipe, err error) {
	_, err = c.do(ctx, request{method: http.MethodGet, path: []string{"recipes"}}, &out)
	return out, err
}

// FindRecipe returns a recipe by its id, or a version by its name.
func (c *Client) FindRecipe(ctx context.Context, name string) (out RecipeDetail, err error) {
	_, err = c.do(ctx, request{method: http.MethodGet, path: []string{"recipes", name}}, &out)
	return out, err
}

// RunRecipe returns the recipe that a run works by.
func (c *Client) RunRecipe(ctx context.Context, runID string) (out RecipeDetail, err error) {
	_, err = c.do(ctx, request{method: http.MethodGet, path: []string{"runs", runID, "recipe"}}, &out)
	return out, err
}

// SaveRecipe keeps a recipe as a version, which a retry can ask for by its name. It
// hides no other recipe; one that can't be run is a *Problem of code invalid_recipe.
func (c *Client) SaveRecipe(ctx context.Context, source []byte) (out SavedRecipe, err error) {
	_, err = c.do(ctx, request{method: http.MethodPost, path: []string{"recipes"}, body: RecipeSource{string(source)}}, &out)
	return out, err
}

// NewProject makes a project. If there is one of that slug, the new one gets a number.
func (c *Client) NewProject(ctx context.Context, p NewProject) (out Project, err error) {
	_, err = c.do(ctx, request{method: http.MethodPost, path: []string{"projects", "new"}, body: p}, &out)
	return out, err
}

// OpenProject finds a project by the project_path of a list, which is its id. That
// there is none is a *Problem of code project_not_found.
func (c *Client) OpenProject(ctx context.Context, projectPath string) (out Project, err error) {
	_, err = c.do(ctx, request{method: http.MethodPost, path: []string{"projects", "open"}, body: OpenProject{projectPath}}, &out)
	return out, err
}

// Project returns a project.
func (c *Client) Project(ctx context.Context, projectID string) (out Project, err error) {
	_, err = c.do(ctx, request{method: http.MethodGet, path: []string{"projects", projectID}}, &out)
	return out, err
}

// RecentProjects lists projects, those that changed last first; with a limit of 0, as
// many as the server likes.
func (c *Client) RecentProjects(ctx context.Context, limit int) (out []RecentProject, err error) {
	_, err = c.do(ctx, request{method: http.MethodGet, path: []string{"projects", "recent"}, query: limited(nil, limit)}, &out)
	return out, err
}

// limited adds a limit to a query, if there is one.
func limited(q url.Values, limit int) url.Values {
	if q == nil {
		q = url.Values{}
	}
	if limit > 0 {
		q.Set("limit", strconv.Itoa(limit))
	}
	return q
}

// Inputs lists the files of a project, oldest first.
func (c *Client) Inputs(ctx context.Context, projectID string) (out []Input, err error) {
	_, err = c.do(ctx, request{method: http.MethodGet, path: []string{"projects", projectID, "inputs"}}, &out)
	return out, err
}

// Upload gives a project a file, which it reads to its end, and says what a first look
// into it shows. A run is started with the StoredPath of the answer.
func (c *Client) Upload(ctx context.Context, projectID, name string, data io.Reader) (out Uploaded, err error) {
	var head bytes.Buffer
	form := multipart.NewWriter(&head)
	if _, err := form.CreateFormFile("file", name); err != nil {
		return out, err
	}
	file := &source{Reader: data}
	req, err := c.request(ctx, request{method: http.MethodPost, path: []string{"projects", projectID, "inputs", "upload"}},
		io.MultiReader(&head, file, strings.NewReader("\r\n--"+form.Boundary()+"--\r\n")))
	if err != nil {
		return out, err
	}
	req.Header.Set("Content-Type", form.FormDataContentType())
	resp, err := c.answer(req)
	if _, lost := errors.AsType[*UnreachableError](err); lost && file.err != nil {
		err = fmt.Errorf("%s can't be read: %w", name, file.err)
	}
	if err != nil {
		return out, err
	}
	defer resp.Body.Close() //nolint:errcheck // it was read
	err = json.NewDecoder(io.LimitReader(resp.Body, mostAnswer)).Decode(&out)
	if err != nil {
		err = c.lost(ctx, err)
	}
	return out, err
}

// source remembers why it could not be read on.
type source struct {
	io.Reader
	err error
}

// Read reads from the file.
func (s *source) Read(p []byte) (int, error) {
	n, err := s.Reader.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		s.err = err
	}
	return n, err
}

// Artifacts lists what the runs of a project made: the latest version of each.
func (c *Client) Artifacts(ctx context.Context, projectID string) (out []ArtifactSummary, err error) {
	_, err = c.do(ctx, request{method: http.MethodGet, path: []string{"projects", projectID, "artifacts"}}, &out)
	return out, err
}

// ArtifactVersions lists the versions of an artifact, oldest first.
func (c *Client) ArtifactVersions(ctx context.Context, projectID, artifactType, entityID string) (out []ArtifactVersion, err error) {
	_, err = c.do(ctx, request{method: http.MethodGet, path: []string{"projects", projectID, "artifacts", artifactType, entityID}}, &out)
	return out, err
}

// Artifact returns a version of an artifact.
func (c *Client) Artifact(ctx context.Context, projectID, artifactType, entityID string, version int) (out ArtifactDetail, err error) {
	_, err = c.do(ctx, request{method: http.MethodGet, path: []string{"projects", projectID, "artifacts", artifactType, entityID, strconv.Itoa(version)}}, &out)
	return out, err
}

// EditArtifact makes a new version of an artifact.
func (c *Client) EditArtifact(ctx context.Context, projectID, artifactType, entityID string, e Edit) (out Edited, err error) {
	_, err = c.do(ctx, request{method: http.MethodPost, path: []string{"projects", projectID, "artifacts", artifactType, entityID, "edit"}, body: e}, &out)
	return out, err
}
