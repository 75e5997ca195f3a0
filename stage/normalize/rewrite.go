package normalize

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cineforge/cineforge/artifact/content"
	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/screenplay"
	"github.com/cineforge/cineforge/screenplay/document"
	"github.com/cineforge/cineforge/screenplay/fountain"
	"github.com/cineforge/cineforge/stage"
)

// byRule reports whether a document is a screenplay by its elements: rules can
// take it. What has neither headings nor, in a screenplay, speeches needs a reader.
func byRule(doc document.Document) bool {
	switch doc.Kind {
	case document.Prose, document.StagePlay:
		return false
	case document.Hybrid:
		return count(doc.Script, screenplay.SceneHeading) > 0 && !mostlyProse(doc.Script)
	case document.Screenplay:
		return count(doc.Script, screenplay.SceneHeading)+count(doc.Script, screenplay.Character) > 0
	}
	return count(doc.Script, screenplay.SceneHeading) > 0
}

// mostlyProse reports whether the scenes of a script are an exception in it: more
// than 60 % of its action stands before the first of them, or they run to over
// 600 words of action each, some three pages, with hardly any speech.
func mostlyProse(s screenplay.Script) bool {
	before := 0
	action := 0
	speech := 0
	headings := 0
	for _, e := range s.Elements {
		switch e.Kind {
		case screenplay.SceneHeading:
			headings++
		case screenplay.Action:
			n := len(strings.Fields(e.Text))
			action += n
			if headings == 0 {
				before += n
			}
		case screenplay.Dialogue, screenplay.Lyrics:
			speech += len(strings.Fields(e.Text))
		}
	}
	return before*10 > action*6 || action > 600*headings && speech*20 < action
}

func count(s screenplay.Script, kind screenplay.Kind) int {
	n := 0
	for _, e := range s.Elements {
		if e.Kind == kind {
			n++
		}
	}
	return n
}

// rewrite returns the canonical form of a screenplay: its text as it is if that
// is valid Fountain for the same elements, else the elements rewritten. review
// means that a person should look at it.
func rewrite(doc document.Document) (data content.CanonicalScript, review bool, err error) {
	var spans []screenplay.Span
	canonical := doc.Fountain()
	if valid(doc, canonical) {
		data = passed(doc)
	} else {
		data, spans = repaired(doc)
		canonical = fountain.Decode(data.ScriptText)
	}
	if data.Fidelity, err = faithful(doc, data.ScriptText, canonical, spans); err != nil {
		return content.CanonicalScript{}, false, &failure.Error{
			Class:   failure.Internal,
			Message: fmt.Sprintf("normalizing %s would not keep its text: %v", doc.Name, err),
			Hint:    "report it with the file; meanwhile, save the script as Fountain and run it again",
			Err:     err,
		}
	}
	data.Title = titleOf(doc.Script)
	data.LineCount = canonical.Lines
	data.SceneCount = count(canonical, screenplay.SceneHeading)
	if data.SceneCount == 0 {
		data.SceneCount = 1
		data.Normalization.Assumptions = append(data.Normalization.Assumptions, content.Assumption{
			Description:  "The script has no scene heading, so all of it is one scene.",
			Rationale:    "it has speeches, and nothing in it says where one place ends and another begins",
			Alternatives: []string{"headings put in by a person"},
			Lines:        []int{},
		})
		review = true
	}
	review = review || len(data.ImpliedHeadings) > 0 || doc.Kind != document.Screenplay || doc.Confidence < reviewBelow
	return data, review, nil
}

// passed returns a document that is valid Fountain as it is.
func passed(doc document.Document) content.CanonicalScript {
	return content.CanonicalScript{
		ScriptText:      doc.Text,
		LineMap:         content.LineMap{{Start: 1, End: doc.Script.Lines, SourceStart: 1, SourceEnd: doc.Script.Lines}},
		ImpliedHeadings: []int{},
		Normalization: content.Normalization{
			SourceFormat: string(doc.Kind),
			Strategy:     content.Passthrough,
			Inventions:   []content.Invention{},
			Assumptions:  []content.Assumption{},
			Confidence:   stage.Confidence(min(doc.Confidence, passthroughConfidence)),
			Rationale:    "valid Fountain, taken as it is",
		},
	}
}

// repaired returns the elements of a document as Fountain, and their lines in it.
func repaired(doc document.Document) (content.CanonicalScript, []screenplay.Span) {
	text, spans := fountain.EncodeLines(doc.Script)
	implied := []int{}
	for i, e := range doc.Script.Elements {
		if e.Implied && spans[i].Start > 0 {
			implied = append(implied, spans[i].Start)
		}
	}
	return content.CanonicalScript{
		ScriptText:      text,
		LineMap:         align(doc.Script.Elements, spans, strings.Count(text, "\n"), false),
		ImpliedHeadings: implied,
		Normalization: content.Normalization{
			SourceFormat: string(doc.Kind),
			Strategy:     content.Repair,
			Inventions:   []content.Invention{},
			Assumptions:  repairs(doc, text, spans),
			Confidence:   stage.Confidence(min(doc.Confidence, repairConfidence)),
			Rationale:    "a screenplay that is not valid Fountain; rewritten by rule, with no word lost",
		},
	}, spans
}

// valid reports whether the text of a document, decoded as Fountain, gives the elements that
// were read from it.
func valid(doc document.Document, decoded screenplay.Script) bool {
	same := func(a, b screenplay.Element) bool { return a.Kind == b.Kind && a.Text == b.Text }
	return slices.EqualFunc(doc.Script.Elements, decoded.Elements, same)
}

// faithful checks the canonical text of a document, and the script in it, against
// the document's elements and its text; spans is nil where the text is the same.
func faithful(doc document.Document, text string, canonical screenplay.Script, spans []screenplay.Span) (content.Fidelity, error) {
	if err := check(doc.Script, canonical); err != nil {
		return content.Fidelity{}, err
	}
	f := content.Fidelity{Checked: true, SourceWords: countWords(doc.Text), CanonicalWords: countWords(text), Lost: []string{}, OK: new(true)}
	if spans == nil {
		return f, nil
	}
	var err error
	f.Lost, err = survey(doc, text, spans)
	return f, err
}

// check compares a canonical script with the one read from its source: it has to
// have the same words in the same order, and as many scene headings and cues.
func check(source, canonical screenplay.Script) error {
	if err := compare(wordsOf(source), wordsOf(canonical)); err != nil {
		return err
	}
	if n, m := count(source, screenplay.SceneHeading), count(canonical, screenplay.SceneHeading); n != m {
		return fmt.Errorf("%d elements %s would become %d", n, screenplay.SceneHeading, m)
	}
	if n, m := cues(source), cues(canonical); n != m {
		return fmt.Errorf("%d elements %s would become %d", n, screenplay.Character, m)
	}
	return nil
}

// cues counts the cues of a script. One whose speech is all cut text does not
// count: what stands around it decides whether it is read as a cue at all.
func cues(s screenplay.Script) int {
	n := 0
	for i, e := range s.Elements {
		if e.Kind != screenplay.Character {
			continue
		}
		mute := i+1 < len(s.Elements) && s.Elements[i+1].Kind == screenplay.Dialogue &&
			strings.TrimSpace(s.Elements[i+1].Printed()) == ""
		if !mute {
			n++
		}
	}
	return n
}

// titleOf returns the title on the title page, its lines joined; "" if there is none.
func titleOf(script screenplay.Script) string {
	for _, f := range script.TitlePage() {
		if f.Key == "title" {
			return strings.Join(strings.Fields(screenplay.Plain(f.Value)), " ")
		}
	}
	return ""
}

// repairs lists what rewriting a document changed in its lines.
func repairs(doc document.Document, text string, spans []screenplay.Span) []content.Assumption {
	list := []content.Assumption{}
	before := strings.Split(doc.Text, "\n")
	after := strings.Split(text, "\n")
	var spaced, marked []int
	lastSource := 0
	lastText := 0
	for i, e := range doc.Script.Elements {
		span := spans[i]
		if span.Start == 0 {
			continue
		}
		if span.Start-lastText > e.Span.Start-lastSource {
			spaced = append(spaced, e.Span.Start)
		}
		lastSource = e.Span.End
		lastText = span.End
		switch {
		case e.Implied:
			list = append(list, content.Assumption{
				Description:  fmt.Sprintf("Line %d is taken as a scene heading: %s", e.Span.Start, strings.TrimSpace(e.Text)),
				Rationale:    "it reads like one, though the rules of Fountain would not take it",
				Alternatives: []string{"action"},
				Lines:        []int{e.Span.Start},
			})
		case trimmed(before, e.Span) != trimmed(after, span):
			marked = append(marked, e.Span.Start)
		}
	}
	if len(spaced) > 0 {
		list = append(list, content.Assumption{
			Description:  fmt.Sprintf("Blank lines are put in before %d lines.", len(spaced)),
			Rationale:    "Fountain divides elements by them, and the source runs these together",
			Alternatives: []string{},
			Lines:        spaced,
		})
	}
	if len(marked) > 0 {
		list = append(list, content.Assumption{
			Description:  fmt.Sprintf("%d passages have new marks.", len(marked)),
			Rationale:    "the source marks them in another way than Fountain does",
			Alternatives: []string{},
			Lines:        marked,
		})
	}
	return list
}

// trimmed returns lines of a text without the space around each.
func trimmed(lines []string, span screenplay.Span) string {
	var b strings.Builder
	for _, line := range lines[min(span.Start-1, len(lines)):min(span.End, len(lines))] {
		b.WriteString(strings.TrimSpace(line) + "\n")
	}
	return b.String()
}
