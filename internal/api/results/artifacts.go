// Package results serves what the runs of a project made: lists, versions, a person's changes of
// them, and exports.
package results

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/client"
	"github.com/cineforge/cineforge/internal/api/endpoint"
	"github.com/cineforge/cineforge/internal/api/problem"
	"github.com/cineforge/cineforge/internal/library"
	"github.com/cineforge/cineforge/internal/providers"
	"github.com/cineforge/cineforge/internal/runs"
	"github.com/cineforge/cineforge/run"
)

// Handler answers requests about what the runs of a project made.
type Handler struct {
	Results *library.Results
	Reader  *runs.Reader
	Log     *slog.Logger
}

// OfEntity is the part of a request that names what stages made versions of.
type OfEntity struct {
	endpoint.InProject
	Type   string `path:"artifact_type" maxLength:"100"`
	Entity string `path:"entity_id" maxLength:"200"`
}

// versionQuery asks for a version of an artifact.
type versionQuery struct {
	OfEntity
	Version int    `path:"version" minimum:"1"`
	Match   string `header:"If-None-Match" maxLength:"200"`
}

// unnamed is how older clients name the sole entity of a project.
const unnamed = "__project__"

func (e OfEntity) ref(version int) artifact.Ref {
	return artifact.NewRef(e.Type, entityID(e.Entity), version)
}

func entityID(name string) string {
	if name == unnamed {
		return artifact.ProjectEntity
	}
	return name
}

// entity is the path of an artifact.
const entity = "/projects/{project_id}/artifacts/{artifact_type}/{entity_id}"

// Register registers the operations.
func (h *Handler) Register(r *endpoint.Router) {
	h.registerList(r)
	endpoint.Handle(r, endpoint.Get("artifactVersions", entity, "The versions of an artifact, oldest first",
		http.StatusNotFound), h.versions)
	endpoint.HandleTagged(r, endpoint.Conditional(endpoint.Get("artifact", entity+"/{version}",
		"A version of an artifact; its ETag guards changes with If-Match", http.StatusNotFound, http.StatusUnprocessableEntity)), h.get)
	h.registerChanges(r)
	h.registerExports(r)
}

func (h *Handler) registerList(r *endpoint.Router) {
	list := endpoint.Get("artifacts", "/projects/{project_id}/artifacts",
		"What the runs of a project made: the current version of each, as a list without content or, as NDJSON, whole",
		http.StatusNotFound, http.StatusUnprocessableEntity)
	format := endpoint.QueryParam("format", "json (the default) is the list, ndjson one whole artifact a line, which "+
		"Accept: application/x-ndjson asks for too.")
	format.Schema.Enum = []any{formatJSON, formatLines}
	list.Parameters = []*huma.Param{
		endpoint.PathParam("project_id"), format,
		endpoint.QueryParam("type", "Only artifacts of these types, separated by commas."),
		endpoint.QueryParam("entity", "Only these entities, separated by commas."),
		boolParam("current", "false: the lines of the latest versions, in place of the current ones. "+
			"A person's edit stays current when a run makes a later version."),
		boolParam("superseded", "true: also what nothing names any more, such as scenes that the current scene_index does not list."),
	}
	ok := endpoint.JSON("The artifacts, by type and entity.", endpoint.ListOf(endpoint.SchemaOf[client.ArtifactSummary](r.API)))
	ok.Content[typeLines] = &huma.MediaType{Schema: endpoint.SchemaOf[artifact.Artifact](r.API)} // of each line
	list = endpoint.Conditional(list)
	list.Parameters = append(list.Parameters, endpoint.HeaderParam("If-None-Match", "Of the list, not of the lines."))
	list.Responses["200"] = ok
	r.Raw(list, h.list)
}

// The formats of the list.
const (
	formatJSON  = "json"
	formatLines = "ndjson"
	typeLines   = "application/x-ndjson"
)

func boolParam(name, description string) *huma.Param {
	p := endpoint.QueryParam(name, description)
	p.Schema.Type = huma.TypeBoolean
	return p
}

// list answers with the artifacts of a project.
func (h *Handler) list(w http.ResponseWriter, r *http.Request) error {
	of, lines, err := selection(r)
	if err != nil {
		return err
	}
	project, err := endpoint.PathID(r, "project_id")
	if err != nil {
		return err
	}
	if lines {
		return h.lines(w, r, project, of)
	}
	found, err := h.Results.Artifacts(r.Context(), project, of)
	if err != nil {
		return err
	}
	all := []client.ArtifactSummary{}
	for _, g := range found {
		_, superseded := g.Annotations[artifact.Superseded]
		all = append(all, client.ArtifactSummary{
			ArtifactType: g.Ref.ArtifactType, EntityID: g.Ref.EntityID, LatestVersion: g.Latest, Health: g.Health,
			CurrentVersion: g.Ref.Version, Title: known(g.Title), Source: g.Source, RunID: known(g.RunID), Stage: known(g.StageID),
			Drill: strings.HasPrefix(project, providers.DrillPrefix), CreatedAt: g.CreatedAt, Superseded: superseded,
		})
	}
	return endpoint.WriteTagged(w, r, all)
}

// known returns nil for "".
func known(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// lines answers with whole artifacts, a line each, of which one is in memory at a time.
func (h *Handler) lines(w http.ResponseWriter, r *http.Request, project string, of library.Selection) error {
	found, err := h.Results.Envelopes(r.Context(), project, of)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", typeLines)
	w.WriteHeader(http.StatusOK)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	for a, err := range found {
		if err == nil {
			err = enc.Encode(a)
		}
		if err != nil {
			h.breakOff(r, "a list of artifacts", err)
		}
	}
	return nil
}

// breakOff ends an answer in the middle, so that no client takes a part for the whole.
func (h *Handler) breakOff(r *http.Request, what string, err error) {
	if r.Context().Err() == nil { // else the client has left
		h.Log.ErrorContext(r.Context(), what+" broke off", "error", err.Error(), "request_id", problem.RequestID(r.Context()))
	}
	panic(http.ErrAbortHandler)
}

// selection reads which artifacts are asked for, and whether as lines.
func selection(r *http.Request) (of library.Selection, lines bool, err error) {
	q := r.URL.Query()
	switch format := q.Get("format"); format {
	case "":
		lines = strings.Contains(r.Header.Get("Accept"), typeLines)
	case formatJSON, formatLines:
		lines = format == formatLines
	default:
		return of, false, refuse("format is json or ndjson")
	}
	current, err := flag(q.Get("current"), true)
	if err != nil {
		return of, false, refuse("current is true or false")
	}
	of.Latest = !current
	if of.Superseded, err = flag(q.Get("superseded"), false); err != nil {
		return of, false, refuse("superseded is true or false")
	}
	of.Types = listed(q.Get("type"))
	for _, name := range listed(q.Get("entity")) {
		of.Entities = append(of.Entities, entityID(name))
	}
	return of, lines, nil
}

func refuse(message string) error {
	return problem.Refuse(http.StatusUnprocessableEntity, "invalid_request", message, "")
}

// flag reads a truth value; missing is its value if there is none.
func flag(text string, missing bool) (bool, error) {
	if text == "" {
		return missing, nil
	}
	return strconv.ParseBool(text)
}

// listed returns the names of a list that is separated by commas.
func listed(text string) (names []string) {
	for name := range strings.SplitSeq(text, ",") {
		if name = strings.TrimSpace(name); name != "" {
			names = append(names, name)
		}
	}
	return names
}

func (h *Handler) versions(ctx context.Context, in *OfEntity) ([]client.ArtifactVersion, error) {
	ref := in.ref(0)
	found, err := h.Results.Versions(ctx, in.Project, ref.ArtifactType, ref.EntityID)
	all := []client.ArtifactVersion{}
	for _, v := range found {
		all = append(all, client.ArtifactVersion{
			ArtifactType: v.Ref.ArtifactType, EntityID: v.Ref.EntityID, Version: v.Ref.Version, Health: v.Health,
			Path: v.Ref.Path, CreatedAt: v.CreatedAt, Intent: v.Intent, ProducingModule: v.ProducingModule, Source: v.Source,
			Current: v.Current, RunID: known(v.RunID), Stage: known(v.StageID), Rationale: v.Rationale,
		})
	}
	return all, noArtifact(err)
}

func (h *Handler) get(ctx context.Context, in *versionQuery) (endpoint.Tagged[client.ArtifactDetail], error) {
	var out endpoint.Tagged[client.ArtifactDetail]
	ref := in.ref(in.Version)
	a, err := h.Results.Artifact(ctx, in.Project, ref)
	if err != nil {
		return out, noArtifact(err)
	}
	if out.ETag, err = tagOf(a); err != nil {
		return out, err
	}
	if endpoint.Matches(in.Match, out.ETag) {
		return out, endpoint.NotModified(out.ETag)
	}
	out.Body = client.ArtifactDetail{ArtifactType: ref.ArtifactType, EntityID: ref.EntityID, Version: ref.Version, Payload: a}
	return out, nil
}

// tagOf returns the tag of a version. It begins with the version's number, which is all that a
// change is checked by: what a version is for others, such as its health, may have changed.
func tagOf(a artifact.Artifact) (string, error) {
	metadata, err := json.Marshal(a.Metadata)
	content := strings.Trim(endpoint.Tag(append(metadata, a.Data...)), `"`)
	return `"v` + strconv.Itoa(a.Metadata.Ref.Version) + "-" + content + `"`, err
}

// meant returns the check of a change against the version that its client has seen; nil if the
// client names none.
func meant(tags string) func(current int) bool {
	if strings.TrimSpace(tags) == "" {
		return nil
	}
	versions := map[string]bool{}
	for tag := range strings.SplitSeq(tags, ",") {
		tag = strings.TrimPrefix(strings.TrimSpace(tag), "W/")
		if tag == "*" {
			return nil
		}
		version, _, _ := strings.Cut(strings.Trim(tag, `"`), "-")
		versions[version] = true
	}
	return func(current int) bool { return versions["v"+strconv.Itoa(current)] }
}

func noArtifact(err error) error {
	return problem.As(err, run.ErrNotFound, http.StatusNotFound, "artifact_not_found")
}
