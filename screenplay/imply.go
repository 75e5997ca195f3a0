package screenplay

import (
	"slices"
	"strings"
)

// Imply returns s with the scene headings that the letter of the Fountain rules
// would not take, but a person would: without a blank line around them, with a
// prefix that is not on the list (EXT/INT, I./E., another language, a slip of
// character recognition), with the scene number in front, in emphasis; or without
// a prefix, but in capitals and ending in a time of day, if the script is a
// script in other ways too.
//
// Each such line becomes a SceneHeading with Implied set, and adds a warning that
// says why. The element that it was part of is split, so that the elements still
// cover every line once; what stands after it in a speech becomes Action. Below
// such a heading, where the blank lines are missing, cues in capitals with their
// speeches are found too, with a warning. What a marker forces stays what it is. Imply of its own result changes nothing. The
// time is linear in the length of the script; s itself is not changed.
func Imply(s Script) Script {
	first := implier{worth: mayHoldPrefixed, read: prefixed}
	elements := first.run(s.Elements)
	second := implier{worth: mayBeUnprefixed, read: unprefixed}
	found := second.run(elements)
	third := first.again() // a cue that turned out a heading has set its speech free
	if len(second.warnings) > 0 && (dramatic(elements) || places(found) > 1) {
		elements = third.run(found)
		first.warnings = append(first.warnings, second.warnings...)
	}
	var cues []Warning
	s.Elements, cues = implySpeeches(elements)
	if found := slices.Concat(first.warnings, third.warnings, cues); len(found) > 0 {
		s.Warnings = append(slices.Clone(s.Warnings), found...)
		slices.SortStableFunc(s.Warnings, func(a, b Warning) int { return a.Line - b.Line })
	}
	return s
}

// dramatic reports whether there is anything only scripts have.
func dramatic(elements []Element) bool {
	return slices.ContainsFunc(elements, func(e Element) bool {
		return e.Kind == SceneHeading || e.Kind == Transition || e.Kind == Dialogue
	})
}

// places counts the locations of the headings.
func places(elements []Element) int { return len(Script{Elements: elements}.Locations()) }

// implier copies elements, taking the headings out of them that its rule reads.
type implier struct {
	worth    func(Element) bool // whether to look into an element at all; cheap
	read     func(line string, at place) (reading, bool)
	out      []Element
	warnings []Warning
}

// again returns an implier with the same rule.
func (im *implier) again() implier { return implier{worth: im.worth, read: im.read} }

func (im *implier) run(elements []Element) []Element {
	if !slices.ContainsFunc(elements, im.worth) {
		return elements
	}
	im.out = make([]Element, 0, len(elements))
	im.list(elements, true)
	return im.out
}

// list copies elements; end reports whether a blank line or nothing follows them.
func (im *implier) list(elements []Element, end bool) {
	for len(elements) > 0 {
		e := elements[0]
		n := 1
		switch {
		case e.Kind == Action && !e.Forced:
			im.action(e, blankAhead(elements[1:], end))
		case isSpeech(e.Kind):
			n = speechLength(elements)
			im.speech(elements[:n], blankAhead(elements[n:], end))
		default:
			im.out = append(im.out, e)
		}
		elements = elements[n:]
	}
}

func isSpeech(k Kind) bool {
	return k == Character || k == Parenthetical || k == Dialogue || k == Lyrics
}

func isHidden(k Kind) bool { return k == Note || k == Boneyard }

// speechLength returns how many elements the speech has that starts with the
// first: those of speech up to the next cue, notes between them included.
func speechLength(elements []Element) int {
	length := 1
	for i, e := range elements[1:] {
		switch {
		case isHidden(e.Kind):
		case isSpeech(e.Kind) && e.Kind != Character:
			length = i + 2
		default:
			return length
		}
	}
	return length
}

func blankAhead(elements []Element, end bool) bool {
	for _, e := range elements {
		if !isHidden(e.Kind) {
			return e.Kind == Blank
		}
	}
	return end
}

func (im *implier) blankBehind() bool {
	for _, e := range slices.Backward(im.out) {
		if !isHidden(e.Kind) {
			return e.Kind == Blank
		}
	}
	return true
}

// action copies an Action, split at the headings in it.
func (im *implier) action(e Element, after bool) {
	if !im.worth(e) {
		im.out = append(im.out, e)
		return
	}
	lines, torn := openLines(e)
	from := 0
	before := im.blankBehind()
	for i, line := range lines {
		last := i == len(lines)-1
		at := place{Action, before, last && after || !last && isBlank(lines[i+1])}
		before = isBlank(line)
		if torn[i] {
			continue
		}
		if r, ok := im.read(line, at); ok {
			im.piece(e, lines, from, i)
			im.heading(r, e.Span.Start+i)
			from = i + 1
		}
	}
	if from == 0 {
		im.out = append(im.out, e)
		return
	}
	im.piece(e, lines, from, len(lines))
}

// speech copies a cue and what follows it, up to a heading; all after that is Action.
func (im *implier) speech(group []Element, after bool) {
	for i, e := range group {
		if e.Forced || e.Dual || !im.worth(e) {
			continue
		}
		lines, torn := openLines(e)
		for j, line := range lines {
			r, ok := im.read(line, place{kind: e.Kind, before: i == 0 && j == 0 && im.blankBehind()})
			if !ok || torn[j] {
				continue
			}
			im.spoken(group[:i], j > 0)
			im.piece(e, lines, 0, j)
			im.heading(r, e.Span.Start+j)
			rest := implier{}
			rest.piece(e, lines, j+1, len(lines))
			im.list(toAction(append(rest.out, group[i+1:]...)), after)
			return
		}
	}
	im.out = append(im.out, group...)
}

// spoken copies what is left of a speech that a heading ended. A cue without
// a speech was a line in capitals.
func (im *implier) spoken(group []Element, more bool) {
	cueOnly := !more && len(group) > 0 && group[0].Kind == Character && !group[0].Forced
	for _, e := range group[min(1, len(group)):] {
		cueOnly = cueOnly && isHidden(e.Kind)
	}
	im.out = append(im.out, group...)
	if cueOnly {
		im.out[len(im.out)-len(group)].Kind = Action
	}
}

// piece appends the lines from..to of e, if any, as an element of its kind.
func (im *implier) piece(e Element, lines []string, from, to int) {
	if from == to {
		return
	}
	e.Text = strings.Join(lines[from:to], "\n")
	e.Span = Span{e.Span.Start + from, e.Span.Start + to - 1}
	im.out = append(im.out, e)
}

func (im *implier) heading(r reading, line int) {
	e := r.element()
	e.Span = Span{line, line}
	im.out = append(im.out, e)
	im.warnings = append(im.warnings, Warning{Line: line, Message: r.warning()})
}

// toAction makes an Action of each run of speech; notes stay between them.
func toAction(elements []Element) []Element {
	var out []Element
	for len(elements) > 0 {
		run := 0
		var lines []string
		for run < len(elements) && !isHidden(elements[run].Kind) {
			lines = append(lines, elements[run].Text)
			run++
		}
		if run == 0 {
			out = append(out, elements[0])
			elements = elements[1:]
			continue
		}
		span := Span{elements[0].Span.Start, elements[run-1].Span.End}
		out = append(out, Element{Kind: Action, Text: strings.Join(lines, "\n"), Span: span})
		elements = elements[run:]
	}
	return out
}

// openLines returns the lines of an element, or nil where they are not those of
// its span, and which of them a note or boneyard of several lines runs through:
// to take one of those out would tear it apart.
func openLines(e Element) (lines []string, torn map[int]bool) {
	lines = strings.Split(e.Text, "\n")
	if len(lines) != e.Span.End-e.Span.Start+1 {
		return nil, nil
	}
	if !strings.Contains(e.Text, "[[") && !strings.Contains(e.Text, "/*") {
		return lines, nil
	}
	torn = map[int]bool{}
	line := 0
	from := 0
	for _, r := range Remarks(e.Text) {
		line += strings.Count(e.Text[from:r.Start], "\n")
		from = r.End
		for range strings.Count(e.Text[r.Start:r.End], "\n") {
			torn[line] = true
			torn[line+1] = true
			line++
		}
	}
	return lines, torn
}

func isBlank(line string) bool { return strings.TrimSpace(line) == "" }
