package screenplay

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// implySpeeches finds the speeches in paragraphs that an implied heading opens: the
// blank lines that Fountain knows a cue by are missing there. A cue is a line in
// capitals that looks like a name and has words below it, if it stands right below
// the heading or its name is that of another cue. Its speech lasts until the next cue
// or transition, or the end of the paragraph.
func implySpeeches(elements []Element) ([]Element, []Warning) {
	opened := map[int]openedParagraph{}
	counts := map[string]int{}
	found := false
	for i, e := range elements {
		if e.Kind == Character {
			name, _ := CueName(e.Text)
			counts[name]++
		}
		if i == 0 || e.Kind != Action || e.Forced || !elements[i-1].Implied || !strings.Contains(e.Text, "\n") {
			continue
		}
		p := openParagraph(e)
		for _, name := range p.names {
			counts[name]++
		}
		opened[i] = p
		found = found || len(p.names) > 0
	}
	if !found {
		return elements, nil
	}
	for _, place := range (Script{Elements: elements}).Locations() {
		for _, part := range headingParts(place) {
			delete(counts, part.text) // a part of a place, not someone
		}
	}
	var out []Element
	var warnings []Warning
	for i, e := range elements {
		if p, ok := opened[i]; ok && len(p.names) > 0 {
			before := len(out)
			out = append(out, p.split(e, counts)...)
			warnings = append(warnings, cueWarnings(out[before:])...)
			continue
		}
		out = append(out, e)
	}
	return out, gathered(warnings)
}

// openedParagraph is a paragraph that an implied heading opens.
type openedParagraph struct {
	lines []string
	torn  map[int]bool
	names map[int]string // of the lines that look like cues
}

func openParagraph(e Element) openedParagraph {
	p := openedParagraph{names: map[int]string{}}
	p.lines, p.torn = openLines(e)
	for i, line := range p.lines {
		if i+1 == len(p.lines) || p.torn[i] {
			continue
		}
		if name := cueLike(line, p.lines[i+1]); name != "" {
			p.names[i] = name
		}
	}
	return p
}

// notNames begin lines in capitals that are about what is seen or when.
var notNames = wordSet("A AN ON IN AT AS WE INTO FROM WITH THEN LATER MEANWHILE SUDDENLY")

// cueLike returns the name that a line above next is the cue of by its looks, else "".
func cueLike(line, next string) string {
	const mostWords = 4
	plain := strings.TrimSpace(Plain(line))
	if !isCaps(plain) || !isSpokenLine(strings.TrimSpace(Plain(next))) {
		return ""
	}
	// What opens a remark may turn out to be nothing that is spoken.
	if strings.Contains(next, "[[") || strings.Contains(next, "/*") {
		return ""
	}
	name, _ := CueName(plain)
	words := strings.Fields(name)
	first, _ := utf8.DecodeRuneInString(plain)
	last, _ := utf8.DecodeLastRuneInString(name)
	switch h := ParseHeading(name); {
	case !isWordRune(first), !isWordRune(last), utf8.RuneCountInString(name) < 2, len(words) > mostWords:
	case strings.ContainsAny(name, ":;!?\"“”…()"), strings.Contains(name, ".."), hasDash(name) && len(headingParts(name)) > 1:
	case h.IntExt != "", h.TimeOfDay != "", notNames[words[0]], namesNoPlace(words):
	default:
		return name
	}
	return ""
}

// isSpokenLine reports whether a line may be the first of a speech: not in capitals,
// unless it is shouted.
func isSpokenLine(plain string) bool {
	return plain != "" && (!isCaps(plain) || strings.ContainsAny(plain[len(plain)-1:], "!?"))
}

// split divides the paragraph, which is the element e, at its cues. A name counts as
// one's if counts has it twice, or has it and the heading is right above.
func (p openedParagraph) split(e Element, counts map[string]int) []Element {
	var out []Element
	var texts []string // of the last of out
	finish := func() {
		if len(out) > 0 {
			out[len(out)-1].Text = strings.Join(texts, "\n")
		}
	}
	inSpeech := false
	for i, text := range p.lines {
		kind := Action
		dual := false
		n := counts[p.names[i]]
		isCue := p.names[i] != "" && (n > 1 || n == 1 && i == 0)
		if inSpeech || isCue {
			kind = Dialogue
			text = strings.TrimSpace(text)
		}
		switch {
		case isCue:
			inSpeech = true
			kind = Character
			text, dual = strings.CutSuffix(text, "^")
			text = strings.TrimSpace(text)
		case inSpeech && !p.torn[i] && strings.HasSuffix(text, "TO:") && isCaps(text):
			inSpeech = false
			kind = Transition
		case inSpeech && !p.torn[i] && strings.HasPrefix(text, "(") && strings.HasSuffix(text, ")"):
			kind = Parenthetical
		}
		at := e.Span.Start + i
		if last := len(out) - 1; last >= 0 && out[last].Kind == kind && (kind == Action || kind == Dialogue) {
			texts = append(texts, text)
			out[last].Span.End = at
			continue
		}
		finish()
		texts = []string{text}
		out = append(out, Element{Kind: kind, Dual: dual, Span: Span{at, at}})
	}
	finish()
	return out
}

// cueWarnings warns about the elements that are cues only to a human reader.
func cueWarnings(elements []Element) []Warning {
	var warnings []Warning
	for _, e := range elements {
		if e.Kind == Character {
			name, _ := CueName(e.Text)
			warnings = append(warnings, Warning{Line: e.Span.Start,
				Message: fmt.Sprintf("taken as the cue of %s although there is no blank line before it", name)})
		}
	}
	return warnings
}

// gathered returns the warnings, or where they are many, one with their number.
func gathered(warnings []Warning) []Warning {
	const many = 5
	if len(warnings) <= many {
		return warnings
	}
	first := warnings[0]
	first.Message += fmt.Sprintf("; so are %d more lines", len(warnings)-1)
	return []Warning{first}
}
