// Package scenes is the stage that takes a canonical script apart into its
// scenes: their structure by rule, and by a model what takes a reader.
package scenes

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/artifact/content"
	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/llm"
	"github.com/cineforge/cineforge/screenplay"
	"github.com/cineforge/cineforge/screenplay/fountain"
	"github.com/cineforge/cineforge/stage"
)

// Module extracts scenes. The zero value is ready to use.
type Module struct{}

// Info describes the module.
func (Module) Info() stage.Info {
	return stage.Info{
		ID:          "scene_extract_v1",
		Description: "Takes the script apart into scenes by rule, and asks the model what happens in each.",
		Consumes:    []string{artifact.CanonicalScript},
		Produces:    []string{artifact.Scene, artifact.SceneIndex},
		Questions: []stage.Question{{About: "What happens in a scene, and its tone.", Unit: "scene", Role: llm.Work,
			Schema: judgementSchema, MaxOutputTokens: maxAnswerTokens}},
		StageID: "extract_scenes",
		Title:   "Find the scenes",
		Doing:   "Finding the scenes",
		DefaultChain: []string{
			"anthropic:claude-sonnet-4-6", "anthropic:claude-opus-4-6", "openai:gpt-5.2", "google:gemini-3-flash-preview",
		},
	}
}

// Run makes a scene artifact for each scene, and the index of them. The scenes
// are units: each is one question, whose failure is the attempt's.
func (Module) Run(ctx context.Context, task stage.Task) (stage.Result, error) {
	in, err := stage.Decode(task.Inputs, artifact.CanonicalScript, content.DecodeCanonicalScript,
		"script_text", "line_map", "implied_headings")
	if err != nil {
		return stage.Result{}, err
	}
	script := fountain.Decode(in.ScriptText)
	found := split(script)
	if len(found) == 0 {
		return stage.Result{}, failure.New(failure.Input, "the canonical script holds nothing that could be a scene",
			"give it a scene heading, such as INT. HOUSE - DAY, and some text")
	}

	judgements := make([]judgement, len(found))
	name := func(i int) string { return sceneID(found[i]) }
	err = task.Units(ctx, len(found), name, func(ctx context.Context, i int) (err error) {
		judgements[i], err = judge(ctx, task.Model, name(i), found[i])
		return err
	})
	if err != nil {
		return stage.Result{}, err
	}

	scenes := make([]content.Scene, len(found))
	for i, s := range found {
		scenes[i] = assemble(s, in, judgements[i])
	}
	index := newIndex(script, scenes, in.LineMap)
	for i, s := range scenes {
		index.add(s, found[i].Speeches, judgements[i])
	}
	return drafts(scenes, judgements, index.SceneIndex)
}

func sceneID(s screenplay.Scene) string { return fmt.Sprintf("scene_%03d", s.Index) }

// split returns the scenes of a script. A script that has text but no heading is
// one scene, whose heading is empty.
func split(script screenplay.Script) []screenplay.Scene {
	if scenes := script.Scenes(); len(scenes) > 0 {
		return scenes
	}
	first := slices.IndexFunc(script.Elements, func(e screenplay.Element) bool {
		switch e.Kind {
		case screenplay.Blank, screenplay.TitlePage, screenplay.Note, screenplay.Boneyard:
			return false
		}
		return true
	})
	if first < 0 {
		return nil
	}
	span := script.Elements[first].Span
	heading := screenplay.Element{Kind: screenplay.SceneHeading, Span: span, Implied: true}
	script.Elements = append([]screenplay.Element{heading}, script.Elements[first:]...)
	return script.Scenes()
}

// drafts returns the artifacts of the stage, the index last.
func drafts(scenes []content.Scene, judgements []judgement, index content.SceneIndex) (stage.Result, error) {
	var result stage.Result
	source := artifact.Code
	health := artifact.Valid
	confidences := make([]float64, len(scenes))
	for i, s := range scenes {
		data, err := json.Marshal(s)
		if err != nil {
			return stage.Result{}, fmt.Errorf("encode %s: %w", s.SceneID, err)
		}
		draft := artifact.Draft{
			Type:       artifact.Scene,
			EntityID:   s.SceneID,
			Intent:     "one scene, ready to be broken down and planned",
			Rationale:  "its structure is read off the script by rule; no model judged what happens in it",
			Confidence: s.Confidence,
			Source:     artifact.Code,
			Health:     judgements[i].health(),
			Data:       data,
		}
		if by := judgements[i].answeredBy; judgements[i].judged() {
			draft.Rationale = "its structure is read off the script by rule; a model judged what happens in it"
			draft.Source = artifact.Hybrid
			draft.Annotations = map[string]any{"answered_by": by}
			source = artifact.Hybrid
		} else {
			health = artifact.NeedsReview
		}
		confidences[i] = s.Confidence
		result.Artifacts = append(result.Artifacts, draft)
	}
	data, err := json.Marshal(index)
	if err != nil {
		return stage.Result{}, fmt.Errorf("encode the index: %w", err)
	}
	result.Artifacts = append(result.Artifacts, artifact.Draft{
		Type:       artifact.SceneIndex,
		EntityID:   artifact.ProjectEntity,
		Intent:     "all scenes at a glance",
		Rationale:  fmt.Sprintf("%d scenes, %d of them judged by a model", index.TotalScenes, index.PassedQA),
		Confidence: stage.Confidence(confidences...),
		Source:     source,
		Health:     health,
		Data:       data,
	})
	return result, nil
}
