package normalize

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/cineforge/cineforge/screenplay"
)

// word is a word of a script, folded, with the line of the text that it stands on.
type word struct {
	text string
	line int
}

// wordsOf returns the words of a script in order.
func wordsOf(s screenplay.Script) []word {
	var words []word
	add := func(text string, line int) {
		for field := range strings.FieldsSeq(text) {
			if w := fold(field); w != "" {
				words = append(words, word{w, line})
			}
		}
	}
	for _, e := range s.Elements {
		line := e.Span.Start
		if e.Kind == screenplay.TitlePage {
			add(e.Key, line)
			// Values indented under their key begin on the line after it.
			if strings.Count(e.Text, "\n")+1 < e.Span.End-e.Span.Start+1 {
				line++
			}
		}
		text := e.Text
		if e.Kind == screenplay.SceneHeading { // its notes are written after it
			text = e.Printed()
			for _, r := range screenplay.Remarks(e.Text) {
				text += " " + e.Text[r.Start:r.End]
			}
		}
		for text := range strings.Lines(text) {
			add(text, min(line, e.Span.End))
			line++
		}
		add(e.Number, e.Span.Start)
	}
	return words
}

// fold returns the letters and digits of a word in lower case.
func fold(w string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, w)
}

// compare returns nil if the words of canonical are those of source, else an
// error that names the first that differs.
func compare(source, canonical []word) error {
	for i, w := range source {
		switch {
		case i == len(canonical):
			return fmt.Errorf("the word %q of line %d would be lost, and all behind it", w.text, w.line)
		case w.text != canonical[i].text:
			return fmt.Errorf("the word %q of line %d would be lost: line %d of the script has %q in its place",
				w.text, w.line, canonical[i].line, canonical[i].text)
		}
	}
	if n := len(source); n < len(canonical) {
		return fmt.Errorf("the word %q in line %d of the script is not in the source", canonical[n].text, canonical[n].line)
	}
	return nil
}
