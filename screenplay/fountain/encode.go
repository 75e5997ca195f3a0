package fountain

import (
	"strings"

	"github.com/cineforge/cineforge/screenplay"
)

// Encode writes a script as Fountain text that [Decode] reads as the same
// elements, apart from blank lines: it forces what would else be read as something
// different. Elements without text are left out.
//
// Where the script has Blank elements, as a decoded one does, their lines are kept
// and others only put where the syntax needs them; else there is one blank line
// between elements. Line ends are LF, and the last line has one.
//
// What no reader of Fountain makes can't always be kept: words of a speech that
// are all in parentheses turn into a parenthetical, words without a cue into
// action, and a heading loses what stands before its first letter or digit if it
// has to be forced.
func Encode(s screenplay.Script) string {
	text, _ := EncodeLines(s)
	return text
}

// EncodeLines is [Encode] that also returns the lines of the text that each
// element of the script became, in the order of the elements. The span is the zero
// one for an element that is left out, and for a Blank.
func EncodeLines(s screenplay.Script) (string, []screenplay.Span) {
	pieces, blanks := plan(s)
	e := encoder{script: s}
	e.write(pieces)
	if len(pieces) > 0 && s.Elements[pieces[0].index].Kind != screenplay.TitlePage && opensTitlePage(e.text.String()) {
		e = encoder{script: s, forceFirst: true}
		e.write(pieces)
	}
	e.breakLines(blanks)
	return e.text.String(), e.spans
}

// opensTitlePage reports whether Decode would find a title page.
func opensTitlePage(text string) bool {
	p := &parser{lines: newLines(text)}
	p.advance()
	return p.atTitlePage()
}

// encoder writes the pieces of a script.
type encoder struct {
	script     screenplay.Script
	text       strings.Builder
	lines      int // in text
	spans      []screenplay.Span
	after      bool // the next line has a blank line before it, or nothing
	forceFirst bool // the first element would be taken for a title page
}

func (e *encoder) write(pieces []piece) {
	e.spans = make([]screenplay.Span, len(e.script.Elements))
	e.text.Grow(len(e.script.Elements) * 40)
	e.after = true
	for i, p := range pieces {
		e.breakLines(p.gap)
		if p.gap > 0 {
			e.after = true
		}
		start := e.text.Len()
		element := e.script.Elements[p.index]
		element.Text = unixLines(element.Text)
		if e.forceFirst && !isRemark(element.Kind) {
			element.Forced = true
			e.forceFirst = false
		}
		e.element(element, p, i+1 == len(pieces) || pieces[i+1].gap > 0)
		span := screenplay.Span{Start: e.lines + 1}
		e.lines += strings.Count(e.text.String()[start:], "\n") // no copy
		span.End = e.lines + 1
		e.spans[p.index] = span
		e.breakLines(1)
		e.after = e.after && isRemark(element.Kind)
	}
}

func (e *encoder) breakLines(n int) {
	for range n {
		e.text.WriteByte('\n')
	}
	e.lines += n
}

// put writes strings.
func (e *encoder) put(pieces ...string) {
	for _, s := range pieces {
		e.text.WriteString(s)
	}
}

// element writes one element without its last line end. before reports whether a
// blank line follows.
func (e *encoder) element(el screenplay.Element, p piece, before bool) {
	switch el.Kind {
	case screenplay.TitlePage:
		e.field(el)
	case screenplay.SceneHeading:
		e.heading(el)
	case screenplay.Character:
		e.cue(el, p)
	case screenplay.Transition:
		e.transition(el)
	case screenplay.Centered:
		text, tail := cutRemarks(oneLine(el.Text))
		e.put("> ", text, " <", tail)
	case screenplay.Section:
		e.put(strings.Repeat("#", max(1, el.Level)), " ", oneLine(el.Text))
	case screenplay.Synopsis:
		e.put("= ", oneLine(el.Text))
	case screenplay.PageBreak:
		e.put("===")
		if el.Text != "" {
			e.put(" ", oneLine(el.Text))
		}
	case screenplay.Note:
		e.put(enclosed(el.Text, "[[", "]]"))
	case screenplay.Boneyard:
		e.put(enclosed(el.Text, "/*", "*/"))
	case screenplay.Lyrics:
		for i, l := range linesOf(el.Text) {
			e.lineBreak(i)
			e.put("~", l.raw)
		}
	case screenplay.Dialogue, screenplay.Parenthetical:
		if p.speech {
			e.speech(el)
			return
		}
		fallthrough
	default:
		e.action(el, before)
	}
}

func (e *encoder) lineBreak(i int) {
	if i > 0 {
		e.text.WriteByte('\n')
	}
}

func (e *encoder) field(el screenplay.Element) {
	e.put(el.Key, ":")
	values := linesOf(el.Text)
	for _, l := range values {
		switch {
		case l.blank():
		case len(values) == 1:
			e.put(" ", l.raw)
		default:
			e.put("\n    ", trim(l.raw))
		}
	}
}

func (e *encoder) heading(el screenplay.Element) {
	text, tail := cutRemarks(oneLine(el.Text))
	if number := strings.Map(numberRune, el.Number); number != "" {
		tail = " #" + number + "#" + tail
	}
	if !el.Forced && e.shapeOnPage(text+tail) == heading {
		e.put(text, tail)
		return
	}
	if e.shapeOnPage("."+text+tail) != forcedHeading {
		text = strings.TrimLeftFunc(screenplay.Plain(text), func(r rune) bool { return !isAlphanumeric(r) })
		if !el.Forced && e.shapeOnPage(text+tail) == heading {
			e.put(text, tail)
			return
		}
	}
	e.put(".", text, tail)
}

func (e *encoder) cue(el screenplay.Element, p piece) {
	text, tail := cutRemarks(oneLine(el.Text))
	if el.Dual {
		tail = " ^" + tail
	}
	if el.Forced || !p.spoken || e.shapeOnPage(text+tail) != cue {
		e.put("@")
	}
	e.put(text, tail)
}

func (e *encoder) transition(el screenplay.Element) {
	text := oneLine(el.Text)
	if el.Forced || e.shapeOnPage(text) != transition {
		e.put("> ")
	}
	e.put(text)
}

func (e *encoder) speech(el screenplay.Element) {
	if el.Kind == screenplay.Parenthetical {
		text := oneLine(el.Text)
		if l := linesOf(text)[0]; !isParenthetical(&l) {
			text = "(" + text + ")"
		}
		e.put(text)
		return
	}
	for i, l := range linesOf(strings.Trim(el.Text, "\n")) {
		e.lineBreak(i)
		if l.blank() {
			e.put("  ")
			continue
		}
		e.put(trim(l.raw))
	}
}

// action writes a paragraph; where it is forced, its empty lines are of it too.
func (e *encoder) action(el screenplay.Element, before bool) {
	after := e.after
	lines := linesOf(el.Text)
	shapes := make([]shape, len(lines)) // what the lines would be taken for
	for i, l := range lines {
		if !l.blank() && !l.hidden() {
			shapes[i] = shapeOf(&l, after)
		}
		after = l.blank() && !el.Forced || after && l.hidden()
	}
	for i := len(lines) - 1; i >= 0; i-- {
		shapes[i] = shapes[i].settled(before)
		if !lines[i].hidden() {
			before = lines[i].blank() && !el.Forced
		}
	}
	for i, l := range lines {
		e.lineBreak(i)
		if shapes[i] != action || el.Forced && (i == 0 || l.blank()) {
			e.put("!")
		}
		e.put(l.raw)
	}
}

// shapeOnPage returns the shape that a line would have between blank lines.
func (e *encoder) shapeOnPage(text string) shape {
	lines := newLines(text)
	var l line
	if !lines.next(&l) || l.blank() || l.hidden() {
		return action
	}
	return shapeOf(&l, true)
}
