// Package export writes what was made of a script in the formats of other programs.
package export

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/artifact/content"
	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/screenplay/fdx"
	"github.com/cineforge/cineforge/screenplay/fountain"
)

// Format is a form of export.
type Format string

// The formats.
const (
	Files    Format = "files"    // all artifacts, a file each
	Fountain Format = "fountain" // the canonical script, byte for byte
	FDX      Format = "fdx"      // the canonical script as Final Draft XML
	JSON     Format = "json"     // script, scenes and configuration as one document
	CSV      Format = "csv"      // the scenes as a table
)

// Formats lists the formats.
func Formats() []Format { return []Format{Files, Fountain, FDX, JSON, CSV} }

// mediaTypes are the media types of the formats.
var mediaTypes = map[Format]string{
	Files: "application/zip", Fountain: "text/plain; charset=utf-8", FDX: "application/xml", JSON: "application/json",
	CSV: "text/csv; charset=utf-8; header=present",
}

// MediaType returns the media type of the format; that of Files is the archive's.
func (f Format) MediaType() string { return mediaTypes[f] }

// extension ends the names of files of the format.
func (f Format) extension() string {
	if f == Files {
		return ".zip"
	}
	return "." + string(f)
}

// Material is what an export is made of: versions of artifacts that belong together.
type Material struct {
	ProjectID string
	RunID     string // of an export of a run; "" of a project

	script *artifact.Artifact
	index  *artifact.Artifact
	config *artifact.Artifact
	scenes []artifact.Artifact // in the order of the index
}

// Collect reads the material of an export from some versions of artifacts. Mark returns their
// metadata as they are now. Scenes that the index among them does not name are left out.
func (m Material) Collect(
	ctx context.Context, archive artifact.Archive, refs []artifact.Ref, mark func(artifact.Metadata) artifact.Metadata,
) (Material, error) {
	for _, ref := range refs {
		var to **artifact.Artifact
		switch ref.ArtifactType {
		case artifact.CanonicalScript:
			to = &m.script
		case artifact.SceneIndex:
			to = &m.index
		case artifact.ProjectConfig:
			to = &m.config
		case artifact.Scene:
		default:
			continue
		}
		a, err := archive.Artifact(ctx, m.ProjectID, ref)
		if err != nil {
			return m, fmt.Errorf("export: %w", err)
		}
		a.Metadata = mark(a.Metadata)
		if to == nil {
			m.scenes = append(m.scenes, a)
		} else {
			*to = &a
		}
	}
	m.order()
	return m, nil
}

// order puts the scenes into the order of the index.
func (m *Material) order() {
	place := map[string]int{}
	if m.index != nil {
		if index, err := content.DecodeSceneIndex(m.index.Data, "entries"); err == nil {
			for i, e := range index.Entries {
				place[e.SceneID] = i
			}
		}
		if names, ok := content.Names(m.index.Data); ok {
			m.scenes = slices.DeleteFunc(m.scenes, func(a artifact.Artifact) bool { return !names[a.Metadata.Ref.EntityID] })
		}
	}
	slices.SortStableFunc(m.scenes, func(a, b artifact.Artifact) int {
		idA, idB := a.Metadata.Ref.EntityID, b.Metadata.Ref.EntityID
		return cmp.Or(cmp.Compare(place[idA], place[idB]), cmp.Compare(len(idA), len(idB)), cmp.Compare(idA, idB))
	})
}

// ErrNothing means that what an export is made of is not there.
var ErrNothing = errors.New("there is nothing to export")

// Write returns the export in a format other than Files. If what it is made of is not there, the
// error is a failure of class input that wraps ErrNothing.
func (m Material) Write(f Format) ([]byte, error) {
	switch f {
	case Fountain, FDX:
		script, err := m.text()
		if err != nil || f == Fountain {
			return []byte(script), err
		}
		return fdx.Encode(fountain.Decode(script)), nil
	case CSV:
		if len(m.scenes) == 0 {
			return nil, m.nothing("scene")
		}
		return m.table(), nil
	case JSON:
		if m.script == nil && len(m.scenes) == 0 {
			return nil, m.nothing("script")
		}
		return m.document()
	}
	return nil, fmt.Errorf("export: %q is no format of one file", f)
}

// text returns the canonical script.
func (m Material) text() (string, error) {
	if m.script == nil {
		return "", m.nothing("script")
	}
	data, err := content.DecodeCanonicalScript(m.script.Data, "script_text")
	if err != nil {
		return "", &failure.Error{Class: failure.Input, Message: m.script.Metadata.Ref.String() + " has no script_text", Err: ErrNothing}
	}
	return data.ScriptText, nil
}

func (m Material) nothing(what string) error {
	of := "project " + m.ProjectID
	if m.RunID != "" {
		of = "run " + m.RunID
	}
	return &failure.Error{Class: failure.Input, Message: of + " has made no " + what, Hint: "let a run make one first", Err: ErrNothing}
}

// Script is what a document says of the script.
type Script struct {
	Version       int                    `json:"version"`
	Health        artifact.Health        `json:"health"`
	Source        artifact.Source        `json:"source"`
	Title         string                 `json:"title"`
	TitlePage     map[string]string      `json:"title_page"`
	LineCount     int                    `json:"line_count"`
	Pages         *float64               `json:"pages"`
	Minutes       *float64               `json:"estimated_runtime_minutes"`
	Locations     []string               `json:"unique_locations"`
	Characters    []string               `json:"unique_characters"`
	Normalization *content.Normalization `json:"normalization"`
}

// Scene is a scene in a document: its data as it is stored, and what is known of it.
type Scene struct {
	Version int             `json:"version"`
	Health  artifact.Health `json:"health"`
	Source  artifact.Source `json:"source"`
	Data    json.RawMessage `json:"data"`
}

// Document is an export in JSON.
type Document struct {
	Format    string          `json:"format" example:"cineforge-export-1"`
	ProjectID string          `json:"project_id"`
	RunID     *string         `json:"run_id"` // nil for a project
	Script    *Script         `json:"script"`
	Scenes    []Scene         `json:"scenes"`
	Config    json.RawMessage `json:"config"`
}

// document returns all in one document.
func (m Material) document() ([]byte, error) {
	doc := Document{Format: "cineforge-export-1", ProjectID: m.ProjectID, Scenes: []Scene{}}
	if m.RunID != "" {
		doc.RunID = &m.RunID
	}
	if m.config != nil {
		doc.Config = m.config.Data
	}
	if m.script != nil {
		doc.Script = m.scriptMeta()
	}
	for _, a := range m.scenes {
		doc.Scenes = append(doc.Scenes, Scene{
			Version: a.Metadata.Ref.Version, Health: a.Metadata.Health, Source: a.Metadata.Source, Data: a.Data,
		})
	}
	return Indented(doc)
}

// scriptMeta returns what a document says of the script.
func (m Material) scriptMeta() *Script {
	data, err := content.DecodeCanonicalScript(m.script.Data)
	of := m.script.Metadata
	meta := &Script{
		Version: of.Ref.Version, Health: of.Health, Source: of.Source, Title: data.Title, TitlePage: map[string]string{},
		LineCount: data.LineCount, Locations: []string{}, Characters: []string{},
	}
	if err == nil {
		meta.Normalization = &data.Normalization
	}
	for _, field := range fountain.Decode(data.ScriptText).TitlePage() {
		meta.TitlePage[field.Key] = field.Value
	}
	if m.index == nil {
		return meta
	}
	if index, err := content.DecodeSceneIndex(m.index.Data, "pages", "unique_locations", "unique_characters"); err == nil {
		meta.Pages = &index.Pages
		meta.Minutes = &index.RuntimeMinutes
		meta.Locations = append(meta.Locations, index.UniqueLocations...)
		meta.Characters = append(meta.Characters, index.UniqueCharacters...)
	}
	return meta
}
