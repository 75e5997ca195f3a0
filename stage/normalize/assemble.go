package normalize

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/screenplay"
)

// unknownHeading stands over a first scene that the model gave no heading.
const unknownHeading = "UNKNOWN"

// visible keeps what a model writes from turning into notes and cut text.
var visible = strings.NewReplacer("[[", "[ [", "/*", "/ *")

// assemble puts adaptations together. The span of each element is the lines of
// the chunk that it comes from. A chunk without a word is a failure of class
// bad_output: its part of the story would be lost.
func assemble(parts []chunk, adaptations []adaptation) (screenplay.Script, error) {
	var s screenplay.Script
	if title := oneLine(adaptations[0].Title); title != "" {
		s.Elements = append(s.Elements, screenplay.Element{
			Kind: screenplay.TitlePage,
			Key:  "Title",
			Text: title,
			Span: screenplay.Span{Start: parts[0].start, End: parts[0].end},
		})
	}
	for i, a := range adaptations {
		span := screenplay.Span{Start: parts[i].start, End: parts[i].end}
		words := false
		add := func(kind screenplay.Kind, text string) {
			for _, block := range blocks(visible.Replace(text)) {
				s.Elements = append(s.Elements, screenplay.Element{Kind: kind, Text: block, Span: span})
				words = words || kind != screenplay.SceneHeading
			}
		}
		for j, scene := range a.Scenes {
			heading := oneLine(scene.Heading)
			if !strings.ContainsFunc(heading, unicode.IsLetter) {
				heading = ""
				if i == 0 && j == 0 {
					heading = unknownHeading
				}
			}
			add(screenplay.SceneHeading, heading)
			for _, p := range scene.Content {
				p.addTo(add)
			}
		}
		if !words {
			return screenplay.Script{}, failure.New(failure.BadOutput,
				fmt.Sprintf("the model's screenplay of lines %d to %d holds no words", span.Start, span.End),
				"run the stage again, or name another model")
		}
	}
	return s, nil
}

// addTo adds the elements of a piece. A speech without a character is action, so
// that its words are kept.
func (p piece) addTo(add func(kind screenplay.Kind, text string)) {
	character := strings.ToUpper(oneLine(p.Character))
	text := strings.TrimSpace(p.Text)
	switch {
	case text == "":
	case p.Kind == "transition":
		add(screenplay.Transition, oneLine(&text))
	case p.Kind != "dialogue" || character == "":
		add(screenplay.Action, text)
	default:
		add(screenplay.Character, character)
		if how := strings.Trim(oneLine(p.Parenthetical), "() "); how != "" {
			add(screenplay.Parenthetical, "("+how+")")
		}
		add(screenplay.Dialogue, strings.Join(blocks(text), "\n"))
	}
}

// oneLine returns a text with single spaces for all space in it; "" for none.
func oneLine(text *string) string {
	if text == nil {
		return ""
	}
	return strings.Join(strings.Fields(*text), " ")
}

// blocks divides a text at its blank lines, and cuts the space around its lines.
func blocks(text string) []string {
	var found []string
	fresh := true
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		switch {
		case line == "":
			fresh = true
		case fresh:
			found = append(found, line)
			fresh = false
		default:
			found[len(found)-1] += "\n" + line
		}
	}
	return found
}
