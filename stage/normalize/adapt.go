package normalize

import (
	"context"
	"slices"
	"strings"

	"github.com/cineforge/cineforge/artifact/content"
	"github.com/cineforge/cineforge/screenplay"
	"github.com/cineforge/cineforge/screenplay/document"
	"github.com/cineforge/cineforge/screenplay/fountain"
	"github.com/cineforge/cineforge/stage"
)

// adapt returns the script that a model makes of a document that is none, and
// the models that answered.
func adapt(ctx context.Context, task stage.Task, doc document.Document) (content.CanonicalScript, string, error) {
	parts, adaptations, err := convert(ctx, task, doc)
	if err != nil {
		return content.CanonicalScript{}, "", err
	}
	adapted, err := assemble(parts, adaptations)
	if err != nil {
		return content.CanonicalScript{}, "", err
	}
	text, spans := fountain.EncodeLines(adapted)
	canonical := fountain.Decode(text)
	data := content.CanonicalScript{
		Title:           titleOf(adapted),
		ScriptText:      text,
		LineCount:       canonical.Lines,
		SceneCount:      count(canonical, screenplay.SceneHeading),
		LineMap:         align(adapted.Elements, spans, canonical.Lines, true),
		ImpliedHeadings: []int{},
		Fidelity: content.Fidelity{
			SourceWords:    len(strings.Fields(doc.Text)),
			CanonicalWords: len(wordsOf(canonical)),
			Lost:           []string{},
		},
		Normalization: content.Normalization{
			SourceFormat: string(doc.Kind),
			Strategy:     content.Conversion,
			Inventions:   []content.Invention{},
			Assumptions:  []content.Assumption{},
			Rationale:    "no screenplay: a model adapted it, and no rule can check that it left nothing out",
		},
	}
	headless := func(e screenplay.Element) bool { return e.Kind == screenplay.SceneHeading && e.Text == unknownHeading }
	if slices.ContainsFunc(adapted.Elements, headless) {
		data.Normalization.Inventions = append(data.Normalization.Inventions, content.Invention{
			Description: "the heading " + unknownHeading,
			Location:    "the first scene",
			Rationale:   "a scene needs a heading, and the model gave none",
		})
	}
	confidences := make([]float64, len(adaptations))
	var by []string
	for i, a := range adaptations {
		n := &data.Normalization
		n.Inventions = append(n.Inventions, a.Inventions...)
		for _, assumed := range a.Assumptions {
			n.Assumptions = append(n.Assumptions, content.Assumption{
				Description:  assumed.Description,
				Rationale:    assumed.Rationale,
				Alternatives: append([]string{}, assumed.Alternatives...),
				Lines:        []int{parts[i].start},
			})
		}
		confidences[i] = a.Confidence
		if !slices.Contains(by, a.answeredBy) {
			by = append(by, a.answeredBy)
		}
	}
	data.Normalization.Confidence = stage.Confidence(confidences...)
	return data, strings.Join(by, ", "), nil
}
