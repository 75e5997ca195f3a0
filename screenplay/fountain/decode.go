// Package fountain is screenplays as Fountain text, by the letter of
// fountain.io/syntax.
package fountain

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/cineforge/cineforge/screenplay"
)

// Decode reads Fountain text. It can't fail: what is nothing else is Action. It
// takes the syntax by its letter, so a scene heading or transition has a blank
// line on both sides, a cue has one before it and none after it, and the only
// prefixes are INT, EXT, EST, INT./EXT, INT/EXT and I/E.
//
// Where the letter leaves a choice:
//   - A line with such a prefix, or one in capitals that ends in TO:, is never a cue:
//     without its blank lines it is Action.
//   - A dot forces a heading only between blank lines, as there is none without; so
//     a paragraph that starts ".38 special" stays one. An @ makes a cue even
//     before a blank line. Neither acts in the midst of a paragraph. The other marks
//     ! # = > ~ act on any line outside a speech, and in a speech only ~ does.
//   - Notes and boneyards are as good as absent: a line is judged by the rest of it,
//     and lines that hold nothing else neither make nor break a blank line. Such
//     lines are elements of their own, brackets kept in Text, except in the midst of
//     a paragraph, whose text they stay in.
//   - The title page may follow notes and blank lines if its first key is a usual
//     one. Otherwise a first key is taken for one only if it is short and not in
//     capitals, and nothing but keys and values stands before the blank line.
//
// Line ends may be LF, CRLF or CR; a byte order mark is skipped. The spans of the
// elements cover all lines. What only a human reader takes for a heading is left to
// [screenplay.Imply]. The time is linear in the length of text, whatever it holds.
func Decode(text string) screenplay.Script {
	text = unixLines(strings.TrimLeft(text, "\uFEFF"))
	p := &parser{lines: newLines(text), blankBefore: true}
	p.mayBeOpen = strings.Contains(text, "[[") || strings.Contains(text, "/*")
	// A script has an element to a line or two of some 20 characters; text that has
	// far more or fewer must not cost memory beforehand.
	p.script.Elements = make([]screenplay.Element, 0, min(strings.Count(text, "\n"), len(text)/20)+1)
	p.advance()
	p.titlePage()
	for p.more {
		p.element()
	}
	p.script.Lines = p.lines.read
	return p.script
}

// unixLines returns text with LF for CRLF and CR.
func unixLines(text string) string {
	if !strings.Contains(text, "\r") {
		return text
	}
	return strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
}

// parser holds the line to be read next; what is before it is in the script.
type parser struct {
	lines       lines // behind line
	line        line
	more        bool // line is one
	blankBefore bool // line has a blank line before it, or nothing
	mayBeOpen   bool // the text may hold a [[ or /* that isn't closed
	pause       pause
	script      screenplay.Script
}

func (p *parser) advance() {
	p.more = p.lines.next(&p.line)
	if p.more && p.mayBeOpen {
		p.warnOpen()
	}
}

// warnOpen warns about a note or boneyard that isn't one, as nothing closes it.
func (p *parser) warnOpen() {
	if strings.Contains(p.line.seen, "[[") {
		p.warn(p.line.first, "the note that [[ opens is not closed by ]] before the next blank line, so it is read as text; "+
			"a blank line within a note needs two spaces on it")
	}
	if strings.Contains(p.line.seen, "/*") {
		p.warn(p.line.first, "the boneyard that /* opens is never closed by */, so it is read as text")
	}
}

func (p *parser) add(e screenplay.Element) { p.script.Elements = append(p.script.Elements, e) }

// maxWarnings bounds what is said about text that is no script at all.
const maxWarnings = 100

func (p *parser) warn(line int, format string, args ...any) {
	if len(p.script.Warnings) < maxWarnings {
		p.script.Warnings = append(p.script.Warnings, screenplay.Warning{Line: line, Message: fmt.Sprintf(format, args...)})
	}
}

// element reads the element that starts at the current line; a cue comes with its speech.
func (p *parser) element() {
	switch {
	case p.line.blank():
		p.blanks()
		p.blankBefore = true
		return
	case p.line.hidden():
		p.hidden()
		return
	}
	s := shapeOf(&p.line, p.blankBefore)
	if s.unsettled() {
		s = s.settled(p.blankAhead())
	}
	switch s {
	case action, forcedAction:
		p.warnDot()
		p.action(s)
	case lyrics:
		p.lyrics(false)
	case cue, forcedCue:
		p.cue(s)
	default:
		p.single(s)
	}
	p.blankBefore = false
}

// warnDot warns about a dot that was meant to force a heading.
func (p *parser) warnDot() {
	if rest, ok := strings.CutPrefix(p.line.main(), ". "); ok && p.blankBefore && isUpper(rest) && p.blankAhead() {
		p.warn(p.line.first, "a dot with a space behind it forces no scene heading; write .%s if it is one", trim(rest))
	}
}

// blankAhead reports whether a blank line or the end of the text follows the
// current line, notes and boneyards between them skipped.
func (p *parser) blankAhead() bool {
	ahead := p.lines
	for l := (line{}); ahead.next(&l); {
		if !l.hidden() {
			return l.blank()
		}
	}
	return true
}

func (p *parser) blanks() {
	span := p.line.span()
	for p.more && p.line.blank() {
		span.End = p.line.last
		p.advance()
	}
	p.add(screenplay.Element{Kind: screenplay.Blank, Span: span})
}

func (p *parser) hidden() {
	p.add(remarkElement(&p.line))
	p.advance()
}

// remarkElement makes the element of a hidden line.
func remarkElement(l *line) screenplay.Element {
	return screenplay.Element{Kind: l.remark, Text: trim(l.raw), Span: l.span()}
}

// single reads an element of one line.
func (p *parser) single(s shape) {
	main := p.line.main()
	e := screenplay.Element{Span: p.line.span(), Text: main}
	switch s {
	case heading, forcedHeading:
		e.Kind = screenplay.SceneHeading
		if e.Forced = s == forcedHeading; e.Forced {
			main = main[1:]
		}
		e.Text, e.Number = cutNumber(main)
	case transition:
		e.Kind = screenplay.Transition
	case forcedTransition:
		e.Kind = screenplay.Transition
		e.Forced = true
		e.Text = trim(main[1:])
	case centered:
		e.Kind = screenplay.Centered
		e.Forced = true
		e.Text = trim(main[1 : len(main)-1])
	case section:
		e.Kind = screenplay.Section
		e.Forced = true
		title := strings.TrimLeft(main, "#")
		e.Level, e.Text = len(main)-len(title), trim(title)
	case synopsis:
		e.Kind = screenplay.Synopsis
		e.Forced = true
		e.Text = trim(main[1:])
	case pageBreak:
		e.Kind = screenplay.PageBreak
		e.Forced = true
		e.Text = ""
	}
	e.Text = trim(e.Text + p.line.remarks())
	p.add(e)
	p.advance()
}

// cutNumber cuts the scene number, such as #12A#, off a heading.
func cutNumber(heading string) (text, number string) {
	body, ok := strings.CutSuffix(heading, "#")
	at := strings.LastIndexByte(body, '#')
	if !ok || at < 0 || !isNumber(body[at+1:]) {
		return heading, ""
	}
	return trimRight(body[:at]), body[at+1:]
}

// isNumber reports whether s can stand between the # of a scene number.
func isNumber(s string) bool {
	for _, r := range s {
		if r != '-' && r != '.' && !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return false
		}
	}
	return s != ""
}
