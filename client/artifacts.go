package client

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/cineforge/cineforge/artifact"
)

// Artifacts makes the requests about what the runs of a project made.
type Artifacts struct{ conn *connection }

// ArtifactsQuery says which artifacts of a project are meant. The zero value means the current
// versions of all that are of the project.
type ArtifactsQuery struct {
	Types      []string
	Entities   []string
	Latest     bool // the latest versions, in place of the current ones; of whole artifacts only
	Superseded bool // also what nothing names any more
}

func (q ArtifactsQuery) values() url.Values {
	v := url.Values{}
	for name, list := range map[string][]string{"type": q.Types, "entity": q.Entities} {
		if len(list) > 0 {
			v.Set(name, strings.Join(list, ","))
		}
	}
	if q.Latest {
		v.Set("current", "false")
	}
	if q.Superseded {
		v.Set("superseded", "true")
	}
	return v
}

// List lists the artifacts of a project.
func (a *Artifacts) List(ctx context.Context, projectID string) ([]ArtifactSummary, error) {
	return a.Select(ctx, projectID, ArtifactsQuery{})
}

// Select lists some artifacts of a project.
func (a *Artifacts) Select(ctx context.Context, projectID string, q ArtifactsQuery) ([]ArtifactSummary, error) {
	return get[[]ArtifactSummary](ctx, a.conn, q.values(), "projects", projectID, "artifacts")
}

// Stream yields artifacts of a project with their content, by one request and one at a time.
func (a *Artifacts) Stream(ctx context.Context, projectID string, q ArtifactsQuery) iter.Seq2[artifact.Artifact, error] {
	return func(yield func(artifact.Artifact, error) bool) {
		values := q.values()
		values.Set("format", "ndjson")
		resp, err := a.conn.send(ctx, request{method: http.MethodGet, path: []string{"projects", projectID, "artifacts"}, query: values})
		if err != nil {
			yield(artifact.Artifact{}, err)
			return
		}
		defer resp.Body.Close() //nolint:errcheck // it was read
		for dec := json.NewDecoder(bufio.NewReader(resp.Body)); ; {
			var next artifact.Artifact
			err := dec.Decode(&next)
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				err = a.conn.lost(ctx, err)
			}
			if !yield(next, err) || err != nil {
				return
			}
		}
	}
}

// Versions lists the versions of an artifact, oldest first.
func (a *Artifacts) Versions(ctx context.Context, projectID, artifactType, entityID string) ([]ArtifactVersion, error) {
	return get[[]ArtifactVersion](ctx, a.conn, nil, "projects", projectID, "artifacts", artifactType, entityID)
}

// Get returns a version of an artifact.
func (a *Artifacts) Get(ctx context.Context, projectID, artifactType, entityID string, version int) (ArtifactDetail, error) {
	out, _, err := a.GetTagged(ctx, projectID, artifactType, entityID, version)
	return out, err
}

// GetTagged returns a version of an artifact, and a tag that guards changes of it.
func (a *Artifacts) GetTagged(
	ctx context.Context, projectID, artifactType, entityID string, version int,
) (out ArtifactDetail, tag string, err error) {
	header, err := a.conn.do(ctx, request{
		method: http.MethodGet, path: []string{"projects", projectID, "artifacts", artifactType, entityID, strconv.Itoa(version)},
	}, &out)
	return out, header.Get("ETag"), err
}

// Update makes a new version of an artifact of the current one, whichever that is.
func (a *Artifacts) Update(ctx context.Context, projectID, artifactType, entityID string, e Edit) (Edited, error) {
	return post[Edited](ctx, a.conn, e, "projects", projectID, "artifacts", artifactType, entityID, "edit")
}

// OfArtifact names an artifact and, by its tag, the version of it that a change is meant for: if
// another one is current, the change is a *Problem of code artifact_changed. With the tag "" it is
// meant for any.
type OfArtifact struct{ ProjectID, ArtifactType, EntityID, Tag string }

// UpdateAt makes a new version of an artifact of the current one, and makes it current.
func (a *Artifacts) UpdateAt(ctx context.Context, of OfArtifact, e Edit) (Edited, error) {
	return a.change(ctx, of, "edit", e)
}

// Restore makes a version of an artifact current, whatever runs make after it.
func (a *Artifacts) Restore(ctx context.Context, of OfArtifact, r Restoration) (Edited, error) {
	return a.change(ctx, of, "restore", r)
}

// Confirm notes that a person has found the current version of an artifact right.
func (a *Artifacts) Confirm(ctx context.Context, of OfArtifact, c Confirmation) (Edited, error) {
	return a.change(ctx, of, "confirm", c)
}

func (a *Artifacts) change(ctx context.Context, of OfArtifact, act string, body any) (out Edited, err error) {
	_, err = a.conn.do(ctx, request{
		method: http.MethodPost, path: []string{"projects", of.ProjectID, "artifacts", of.ArtifactType, of.EntityID, act},
		body: body, header: map[string]string{"If-Match": of.Tag},
	}, &out)
	return out, err
}

// Restoration asks for a version of an artifact to be current.
type Restoration struct {
	Version   int    `json:"version" minimum:"1"`
	Rationale string `json:"rationale" minLength:"1" maxLength:"2000" doc:"Why."`
}

// Confirmation notes that a person has found an artifact right.
type Confirmation struct {
	Rationale string `json:"rationale,omitempty" maxLength:"2000" doc:"Why."`
}

// ExportFormat is a format of an export.
type ExportFormat string

// The formats of exports.
const (
	ExportFiles    ExportFormat = "files"    // a zip archive of all artifacts
	ExportFountain ExportFormat = "fountain" // the canonical script, byte for byte
	ExportFDX      ExportFormat = "fdx"      // the same as Final Draft XML
	ExportJSON     ExportFormat = "json"     // script, scenes and configuration as one document
	ExportCSV      ExportFormat = "csv"      // the scenes as a table
)

// ExportAs writes what a run made in a format, and returns the name that the server gives the
// file.
func (r *Runs) ExportAs(ctx context.Context, runID string, f ExportFormat, w io.Writer) (name string, err error) {
	return r.conn.export(ctx, f, w, "runs", runID, "export")
}

// Export writes the current artifacts of a project in a format, and returns the name that the
// server gives the file.
func (p *Projects) Export(ctx context.Context, projectID string, f ExportFormat, w io.Writer) (name string, err error) {
	return p.conn.export(ctx, f, w, "projects", projectID, "export")
}

// export writes an export.
func (c *connection) export(ctx context.Context, f ExportFormat, w io.Writer, path ...string) (name string, err error) {
	resp, err := c.send(ctx, request{method: http.MethodGet, path: path, query: url.Values{"format": {string(f)}}})
	if err != nil {
		return "", err
	}
	defer resp.Body.Close() //nolint:errcheck // it was read
	if _, params, err := mime.ParseMediaType(resp.Header.Get("Content-Disposition")); err == nil {
		name = params["filename"]
	}
	body := &source{Reader: resp.Body}
	var end tail
	switch _, err := io.Copy(io.MultiWriter(w, &end), body); {
	case body.err != nil:
		return name, c.lost(ctx, body.err)
	case err != nil:
		return name, fmt.Errorf("the export can't be written: %w", err)
	case f == ExportFiles && !end.ofArchive():
		return name, c.lost(ctx, errors.New("the archive ended early"))
	}
	return name, nil
}
