package library

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/artifact/content"
	"github.com/cineforge/cineforge/artifact/inventory"
)

// addedToIndex are members of the entries of a scene_index that those of earlier releases lack.
type addedToIndex struct {
	Number      *string            `json:"number"`
	IntExt      *string            `json:"int_ext"`
	PageEighths *int               `json:"page_eighths"`
	StartLine   *int               `json:"start_line"`
	EndLine     *int               `json:"end_line"`
	Cast        []string           `json:"characters"`
	Speeches    map[string]int     `json:"speeches"`
	Summary     *string            `json:"summary"`
	Implied     *bool              `json:"implied"`
	Health      *artifact.Health   `json:"health"`
	Ref         *content.EntityRef `json:"ref"`
}

// completed returns an artifact as it is given out: an index of an earlier release with the members
// that its entries lack, from the current scenes of the same headings. They are null where there is
// no such scene, and so are speeches.
func (r *Results) completed(
	ctx context.Context, projectID string, held *inventory.Inventory, a artifact.Artifact,
) (artifact.Artifact, error) {
	var index map[string]json.RawMessage
	var entries []map[string]json.RawMessage
	if a.Metadata.Ref.ArtifactType != artifact.SceneIndex || json.Unmarshal(a.Data, &index) != nil ||
		json.Unmarshal(index["entries"], &entries) != nil {
		return a, nil
	}
	changed := false
	for _, e := range entries {
		if _, there := e["page_eighths"]; there || e == nil {
			continue
		}
		var id, heading string
		json.Unmarshal(e["scene_id"], &id)     //nolint:errcheck // then there is no such scene
		json.Unmarshal(e["heading"], &heading) //nolint:errcheck // the same
		added, err := r.ofScene(ctx, projectID, held, id, heading)
		if err != nil {
			return a, err
		}
		var members map[string]json.RawMessage
		data, err := json.Marshal(added)
		if err = errors.Join(err, json.Unmarshal(data, &members)); err != nil {
			return a, err
		}
		for name, value := range members {
			if _, there := e[name]; !there {
				e[name] = value
				changed = true
			}
		}
	}
	if !changed {
		return a, nil
	}
	var err error
	if index["entries"], err = json.Marshal(entries); err != nil {
		return a, err
	}
	a.Data, err = json.Marshal(index)
	return a, err
}

// ofScene returns what an index says of a scene.
func (r *Results) ofScene(ctx context.Context, projectID string, held *inventory.Inventory, id, heading string) (addedToIndex, error) {
	v, there := held.Of(artifact.Ref{ArtifactType: artifact.Scene, EntityID: id})
	if !there {
		return addedToIndex{}, nil
	}
	a, err := r.artifacts.Artifact(ctx, projectID, v.Ref)
	if errors.Is(err, artifact.ErrDamaged) || errors.Is(err, artifact.ErrNotFound) {
		return addedToIndex{}, nil
	}
	if err != nil {
		return addedToIndex{}, err
	}
	s, err := content.DecodeScene(a.Data)
	if err != nil || s.Heading != heading {
		return addedToIndex{}, nil // another scene, or one that a person made something else of
	}
	return addedToIndex{
		Number: s.Number, IntExt: &s.IntExt, PageEighths: &s.PageEighths, StartLine: &s.CanonicalSpan.StartLine,
		EndLine: &s.CanonicalSpan.EndLine, Cast: s.Characters, Summary: s.Summary, Implied: &s.Implied, Health: &a.Metadata.Health,
		Ref: &content.EntityRef{ArtifactType: artifact.Scene, EntityID: id},
	}, nil
}
