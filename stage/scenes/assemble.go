package scenes

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/cineforge/cineforge/artifact/content"
	"github.com/cineforge/cineforge/screenplay"
	"github.com/cineforge/cineforge/stage"
)

// How far values can be relied on that were read off a scene. They are ours, and
// only their order means something: what the format's rules give comes before
// what only a human reader would take for a heading.
const (
	sure     = 0.95
	likely   = 0.7
	assumed  = 0.3
	unstated = 0.5 // a model's answer that came without a confidence
)

// The values of a scene that its heading does not give.
const (
	unknownHeading  = "UNKNOWN"
	unknownLocation = "UNKNOWN"
	unspecifiedTime = "UNSPECIFIED"
)

// assemble returns the data of a scene.
func assemble(s screenplay.Scene, in content.CanonicalScript, j judgement) content.Scene {
	first, last := in.LineMap.Source(s.Span.Start, s.Span.End)
	scene := content.Scene{
		SceneID:        sceneID(s),
		SceneNumber:    s.Index,
		Number:         optional(s.Number),
		Heading:        orElse(s.Heading, unknownHeading),
		Location:       orElse(s.Location, unknownLocation),
		TimeOfDay:      orElse(s.TimeOfDay, unspecifiedTime),
		IntExt:         inOrOut(s.IntExt),
		Written:        optional(s.IntExt),
		Implied:        s.Implied || slices.Contains(in.ImpliedHeadings, s.Span.Start),
		Characters:     append([]string{}, s.Characters...),
		Elements:       elements(s),
		DialogueBlocks: s.DialogueBlocks,
		PageEighths:    s.Eighths,
		Summary:        j.Summary,
		Beats:          []content.Beat{},
		ToneMood:       j.ToneMood,
		ToneShifts:     append([]string{}, j.ToneShifts...),
		SourceSpan:     content.Span{StartLine: first, EndLine: last},
		CanonicalSpan:  content.Span{StartLine: s.Span.Start, EndLine: s.Span.End},
		Inferences:     []content.Inference{},
	}
	for _, beat := range j.Beats {
		beat.Confidence = stage.Confidence(beat.Confidence)
		scene.Beats = append(scene.Beats, beat)
	}
	if s.Heading == "" {
		scene.Inferences = append(scene.Inferences, content.Inference{
			Field:      "source_span",
			Value:      fmt.Sprintf("lines %d to %d", first, last),
			Rationale:  "the script has no scene heading, so all of it is taken as one scene",
			Confidence: assumed,
		})
	}
	scene.Provenance = provenance(scene, s, j)
	confidences := make([]float64, len(scene.Provenance))
	for i, p := range scene.Provenance {
		confidences[i] = p.Confidence
	}
	scene.Confidence = stage.Confidence(confidences...)
	return scene
}

// elements returns what stands in a scene, in order.
func elements(s screenplay.Scene) []content.SceneElement {
	list := []content.SceneElement{}
	for _, e := range s.Elements {
		text := screenplay.Plain(e.Text)
		switch e.Kind {
		case screenplay.SceneHeading:
			text = s.Heading
		case screenplay.Note:
			text = e.Text
		}
		if text = strings.TrimSpace(text); text != "" {
			element := content.SceneElement{Type: e.Kind.String(), Content: text}
			if known, ok := knownAs[e.Kind]; ok {
				element.Type, element.WrittenAs = known.String(), element.Type
			}
			list = append(list, element)
		}
	}
	return list
}

// knownAs are the kinds of elements that readers of the first system take for other ones.
var knownAs = map[screenplay.Kind]screenplay.Kind{
	screenplay.Centered: screenplay.Action, screenplay.PageBreak: screenplay.Action, screenplay.Lyrics: screenplay.Dialogue,
	screenplay.Section: screenplay.Note, screenplay.Synopsis: screenplay.Note, screenplay.Boneyard: screenplay.Note,
}

// inOrOut returns where a scene plays as one of the three words that readers of the first
// system know. What a heading leaves open, as one of an establishing shot does, may be both.
func inOrOut(written string) string {
	if written == "INT" || written == "EXT" {
		return written
	}
	return "INT/EXT"
}

// provenance returns the origin of each value of a scene.
func provenance(scene content.Scene, s screenplay.Scene, j judgement) []content.Provenance {
	line := fmt.Sprintf("line %d: %s", scene.SourceSpan.StartLine, s.Heading)
	from := content.Provenance{Field: "heading", Method: content.MethodParser, Evidence: line, Confidence: sure}
	switch {
	case s.Heading == "":
		from = content.Provenance{Field: "heading", Method: content.MethodRule, Evidence: "no heading in the whole script", Confidence: assumed}
	case scene.Implied:
		from = content.Provenance{Field: "heading", Method: content.MethodRule, Evidence: line, Confidence: likely}
	}
	list := []content.Provenance{from}
	for _, value := range []struct{ field, text string }{
		{"int_ext", s.IntExt}, {"location", s.Location}, {"time_of_day", s.TimeOfDay},
	} {
		if value.text != "" {
			from.Field = value.field
			list = append(list, from)
		}
	}
	if len(s.Characters) > 0 {
		list = append(list, content.Provenance{
			Field:      "characters_present",
			Method:     content.MethodParser,
			Evidence:   fmt.Sprintf("%d speeches under the cues of %d characters", s.DialogueBlocks, len(s.Characters)),
			Confidence: sure,
		})
	}
	by := content.Provenance{Method: content.MethodModel, Evidence: j.answeredBy, Confidence: unstated}
	if j.Confidence != nil {
		by.Confidence = stage.Confidence(*j.Confidence)
	}
	for _, answer := range []struct {
		field string
		given bool
	}{
		{"summary", j.Summary != nil}, {"tone_mood", j.ToneMood != nil},
		{"tone_shifts", len(j.ToneShifts) > 0}, {"narrative_beats", len(j.Beats) > 0},
	} {
		if answer.given {
			by.Field = answer.field
			list = append(list, by)
		}
	}
	return list
}

// optional returns nil for "".
func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func orElse(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// tenths rounds an estimate to one decimal place.
func tenths(x float64) float64 { return math.Round(x*10) / 10 }
