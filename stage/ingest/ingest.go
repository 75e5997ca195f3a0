// Package ingest is the stage that reads a run's input file: its text, and what
// kind of text it is.
package ingest

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/artifact/content"
	"github.com/cineforge/cineforge/screenplay"
	"github.com/cineforge/cineforge/screenplay/document"
	"github.com/cineforge/cineforge/stage"
)

// Module ingests a file. The zero value is ready to use.
type Module struct {
	Documents document.Reader // reads the file
}

// Info describes the module.
func (Module) Info() stage.Info {
	return stage.Info{
		ID:          "story_ingest_v1",
		Description: "Reads the text of the input file and tells what kind of text it is.",
		Params: map[string]stage.Param{
			"input_file": {Kind: stage.String, Description: "the name of the run's input file; its bytes come with the run, and no path is opened"},
		},
		Consumes:    []string{},
		Produces:    []string{artifact.RawInput},
		AsksNoModel: true,
		StageID:     "ingest",
		Title:       "Read the script",
		Doing:       "Reading the script",
	}
}

// reviewBelow is the confidence in the kind of text under which a person should look at it.
const reviewBelow = 0.6

// Run makes the raw_input artifact. It asks no model. A file that is blank or
// can't be read is a failure of class input.
func (m Module) Run(ctx context.Context, task stage.Task) (stage.Result, error) {
	doc, err := m.Documents.Read(ctx, task.File.Name, task.File.Data)
	if err != nil {
		return stage.Result{}, fmt.Errorf("read the input: %w", err)
	}
	raw := content.RawInput{
		Content: doc.Text,
		SourceInfo: content.SourceInfo{
			Filename:   task.File.Name,
			Bytes:      len(task.File.Data),
			Characters: utf8.RuneCountInString(doc.Text),
			Lines:      lines(doc.Text),
			Format:     string(doc.Format),
			Encoding:   doc.Encoding,
		},
		Classification: content.Classification{
			Format:     coarse(doc.Kind),
			Kind:       string(doc.Kind),
			Confidence: stage.Confidence(doc.Confidence),
			Evidence:   append([]string{}, doc.Evidence...),
		},
		Warnings: warnings(doc.Warnings),
	}
	data, err := json.Marshal(raw)
	if err != nil {
		return stage.Result{}, fmt.Errorf("encode the text of %s: %w", task.File.Name, err)
	}
	draft := artifact.Draft{
		Type:       artifact.RawInput,
		EntityID:   artifact.ProjectEntity,
		Intent:     "the text of the input file, for all that follows to rely on",
		Rationale:  fmt.Sprintf("read as %s in %s; it looks like %s", doc.Format, doc.Encoding, raw.Classification.Kind),
		Confidence: raw.Classification.Confidence,
		Source:     artifact.Human,
		Health:     artifact.Valid,
		Data:       data,
	}
	if raw.Classification.Confidence < reviewBelow || strings.ContainsRune(doc.Text, utf8.RuneError) {
		draft.Health = artifact.NeedsReview
	}
	return stage.Result{Artifacts: []artifact.Draft{draft}}, nil
}

// coarse returns the kind of text as raw_input has always named it. A stage play
// is none of those.
func coarse(kind document.Kind) string {
	if kind == document.StagePlay {
		return string(document.Unknown)
	}
	return string(kind)
}

// lines counts the lines of a text that is not empty; what stands after the last
// line end is one, too.
func lines(text string) int {
	n := strings.Count(text, "\n")
	if !strings.HasSuffix(text, "\n") {
		n++
	}
	return n
}

func warnings(found []screenplay.Warning) []content.Warning {
	list := []content.Warning{}
	for _, w := range found {
		list = append(list, content.Warning(w))
	}
	return list
}
