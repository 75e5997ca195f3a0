// Package normalize is the stage that brings a text into canonical form, valid
// Fountain: by rule if it is a screenplay, by a model if it is something else.
package normalize

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/artifact/content"
	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/llm"
	"github.com/cineforge/cineforge/screenplay"
	"github.com/cineforge/cineforge/screenplay/document"
	"github.com/cineforge/cineforge/stage"
)

// Module normalizes a text. The zero value is ready to use.
type Module struct {
	Documents document.Reader // reads the ingested text
}

// Info describes the module.
func (Module) Info() stage.Info {
	return stage.Info{
		ID:          "script_normalize_v1",
		Description: "Brings the text into valid Fountain: a screenplay by rule, anything else by the model.",
		Consumes:    []string{artifact.RawInput},
		Produces:    []string{artifact.CanonicalScript},
		Rewrites:    true,
		Questions: []stage.Question{
			{About: "The beginning of a text that is no screenplay, in screenplay form, with its title.", Unit: "chunk", Role: llm.Work,
				Schema: openingSchema, MaxOutputTokens: maxAnswerTokens},
			{About: "Each further part of such a text.", Unit: "chunk", Role: llm.Work,
				Schema: continuationSchema, MaxOutputTokens: maxAnswerTokens},
		},
		StageID: "normalize",
		Title:   "Put it into screenplay form",
		Doing:   "Putting it into screenplay form",
		DefaultChain: []string{
			"anthropic:claude-sonnet-4-6", "anthropic:claude-opus-4-6", "openai:gpt-4.1", "google:gemini-3-flash-preview",
		},
	}
}

// How far the ways of normalizing can be relied on, at most.
const (
	passthroughConfidence = 0.95
	repairConfidence      = 0.85
	reviewBelow           = 0.6 // of the kind of text; below, a person should look
)

// Run makes the canonical_script artifact. Only a text that is no screenplay is
// put to the model, in units chunk_001 and so on. Blank text, or a title page
// alone, is a failure of class input; a repair that would lose a word is one of
// class internal.
func (m Module) Run(ctx context.Context, task stage.Task) (stage.Result, error) {
	in, err := stage.Decode(task.Inputs, artifact.RawInput, content.DecodeRawInput, "content", "source_info")
	if err != nil {
		return stage.Result{}, err
	}
	if strings.TrimSpace(in.Content) == "" {
		return stage.Result{}, failure.New(failure.Input, "the text to normalize is blank", "give a file that holds a story")
	}
	doc, err := m.Documents.ReadText(ctx, document.Text{Name: in.SourceInfo.Filename, Format: in.SourceInfo.Format, Text: in.Content})
	if err != nil {
		return stage.Result{}, fmt.Errorf("read the ingested text: %w", err)
	}
	if titleOnly(doc.Script) {
		return stage.Result{}, failure.New(failure.Input, "there is no script below the title page of "+doc.Name,
			"put a blank line behind the title page, and the script below it")
	}
	if byRule(doc) {
		data, review, err := rewrite(doc)
		if err != nil {
			return stage.Result{}, err
		}
		draft := artifact.Draft{Source: artifact.Code, Health: artifact.Valid}
		if review {
			draft.Health = artifact.NeedsReview
		}
		return result(draft, data)
	}
	data, by, err := adapt(ctx, task, doc)
	if err != nil {
		return stage.Result{}, err
	}
	// No rule can tell whether an adaptation is faithful.
	return result(artifact.Draft{
		Source:      artifact.AI,
		Health:      artifact.NeedsReview,
		Annotations: map[string]any{"answered_by": by},
	}, data)
}

// maxTitleWords is more than a title page has; what is longer is a text that runs on.
const maxTitleWords = 150

// titleOnly reports whether there is a title page in a script, and nothing else.
func titleOnly(s screenplay.Script) bool {
	words := 0
	for _, e := range s.Elements {
		if e.Kind != screenplay.TitlePage && e.Kind != screenplay.Blank {
			return false
		}
		words += len(strings.Fields(e.Text))
	}
	return count(s, screenplay.TitlePage) > 0 && words <= maxTitleWords
}

// result returns the stage's result, with what the draft lacks filled in.
func result(draft artifact.Draft, script content.CanonicalScript) (stage.Result, error) {
	data, err := json.Marshal(script)
	if err != nil {
		return stage.Result{}, fmt.Errorf("encode the script: %w", err)
	}
	draft.Type = artifact.CanonicalScript
	draft.EntityID = artifact.ProjectEntity
	draft.Intent = "the script in the one form that all later stages read"
	draft.Rationale = script.Normalization.Rationale
	draft.Confidence = script.Normalization.Confidence
	draft.Data = data
	return stage.Result{Artifacts: []artifact.Draft{draft}}, nil
}
