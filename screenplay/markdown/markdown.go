// Package markdown reads screenplays that are written as Markdown.
package markdown

import (
	"regexp"
	"strings"
	"unicode"

	"github.com/cineforge/cineforge/screenplay"
)

// Decode reads a screenplay in Markdown. It can't fail: what is nothing else is Action.
//
//   - A heading of any depth (## or underlined) is a SceneHeading if it reads like
//     one, else a Section; the first, if of depth 1, is the title. So is a line in
//     bold with INT. or EXT., or such a line alone in its paragraph. A heading
//     whose words the Fountain rules would not take is Implied, with a warning.
//   - A line in bold and in capitals with text right below it is a cue; the lines
//     below it are its speech. In small letters it is one if it ends in a hard break.
//     Cues in capitals without bold count as in Fountain. In speech a line in
//     parentheses, also in emphasis, is a Parenthetical.
//   - A heading in capitals, of up to three words, that is deeper than that of its
//     scene is a cue, too, if a paragraph comes next, which is its speech. One
//     warning covers all of these.
//   - A quotation (>) is Centered, or a Transition if it is in capitals and ends in
//     a colon or full stop.
//   - Front matter (between lines of ---), and lines such as "Author: X" or "by X"
//     below the title, are the title page.
//   - The fences of code (```) are Blank; what is between them is read as all else.
//   - Comments (<!-- -->) are Boneyard; === breaks the page; a rule (---, ***) is
//     Blank, as it is a means of layout.
//
// The line ends of text are "\n"; the spans of the elements cover all lines. Hard
// breaks and backslashes of Markdown are removed, emphasis stays. The time is
// linear in the length of text.
func Decode(text string) screenplay.Script {
	text = Unfence(text)
	p := &parser{text: text, front: true, closes: strings.LastIndex(text, "-->")}
	p.frontMatter()
	for p.pos < len(p.text) {
		p.block()
	}
	p.cueHeadings.warn(&p.script)
	p.script.Lines = p.line
	return p.script
}

// parser stands before the line that starts at pos.
type parser struct {
	text   string
	pos    int
	line   int  // lines before pos
	front  bool // nothing but the title page came yet
	titled bool // the title has been seen
	closes int  // where the last comment ends, -1 for nowhere
	depth  int  // of the heading of the scene, 0 for one that is none of Markdown

	cueHeadings cueHeadings
	script      screenplay.Script
}

// peek returns the line at pos, without its end.
func (p *parser) peek() string { return lineAt(p.text, p.pos) }

func lineAt(text string, pos int) string {
	if i := strings.IndexByte(text[pos:], '\n'); i >= 0 {
		return text[pos : pos+i]
	}
	return text[pos:]
}

// below returns the line after that at pos, "" if there is none.
func (p *parser) below() string {
	if next := p.pos + len(p.peek()) + 1; next < len(p.text) {
		return lineAt(p.text, next)
	}
	return ""
}

// next returns the line at pos and moves past it.
func (p *parser) next() string {
	line := p.peek()
	p.pos = min(p.pos+len(line)+1, len(p.text))
	p.line++
	return line
}

// add appends e, which ends with the line just read and has so many lines.
func (p *parser) add(e screenplay.Element, lines int) {
	e.Span = screenplay.Span{Start: p.line - lines + 1, End: p.line}
	p.script.Elements = append(p.script.Elements, e)
}

func (p *parser) warn(message string) {
	p.script.Warnings = append(p.script.Warnings, screenplay.Warning{Line: p.line, Message: message})
}

func (p *parser) block() {
	line := strings.TrimSpace(p.peek())
	switch {
	case line == "":
		p.blanks()
		return
	case strings.HasPrefix(line, "<!--") && p.closes > p.pos:
		p.comment()
	case isATX(line):
		p.next()
		marks := len(line) - len(strings.TrimLeft(line, "#"))
		p.heading(line[marks:], marks, 1)
		return
	case isUnderline(p.below()) && !isRule(line) && line[0] != '>':
		depth := 2
		if strings.TrimSpace(p.below())[0] == '=' {
			depth = 1
		}
		p.next()
		p.next()
		p.heading(line, depth, 2)
		return
	case len(line) >= 3 && strings.Trim(line, "=") == "":
		p.next()
		p.add(screenplay.Element{Kind: screenplay.PageBreak, Forced: true}, 1)
	case isRule(line):
		p.next()
		p.add(screenplay.Element{Kind: screenplay.Blank}, 1)
		return
	case p.front && p.titleLines():
		return
	case line[0] == '>':
		p.quotation()
	default:
		p.paragraph()
	}
	p.front = false
}

func (p *parser) blanks() {
	n := 0
	for p.pos < len(p.text) && strings.TrimSpace(p.peek()) == "" {
		p.next()
		n++
	}
	p.add(screenplay.Element{Kind: screenplay.Blank}, n)
}

// comment reads up to the line in which the comment ends.
func (p *parser) comment() {
	from := p.pos
	n := 0
	for {
		line := p.next()
		if n++; strings.Contains(line, "-->") || p.pos == len(p.text) {
			break
		}
	}
	text := strings.TrimSpace(p.text[from:p.pos])
	p.add(screenplay.Element{Kind: screenplay.Boneyard, Text: text}, n)
}

var (
	atx = regexp.MustCompile(`^#{1,6}[ \t]+\S`)
	// sluglike is the start of a heading by the rules of Fountain.
	sluglike = regexp.MustCompile(`(?i)^(INT|EXT|EST|INT\.?/EXT|I/E)[. ]+[\pL\pN"'(]`)
	// sceneNumber stands after a heading.
	sceneNumber = regexp.MustCompile(`\s*#([\pL\pN.-]+)#$`)
	// sceneTitle is a heading that counts: Scene 3, SCENE IV: The kitchen.
	sceneTitle = regexp.MustCompile(`(?i)^scene\s+([0-9]+[a-z]?|[ivxlc]+)\b[\s.:–—-]*(.*)$`)
	// attributes are what pandoc puts after a heading.
	attributes = regexp.MustCompile(`\s*\{[#.][^{}]*\}$`)
)

// maxHeading bounds the lines that the patterns of headings look at.
const maxHeading = 2000

// heading adds what a heading of that depth, read from so many lines, stands for.
func (p *parser) heading(text string, depth, lines int) {
	text = strings.TrimSpace(text)
	e := screenplay.Element{Kind: screenplay.Section, Level: depth, Forced: true}
	if len(text) <= maxHeading {
		if strings.HasSuffix(text, "}") {
			text = attributes.ReplaceAllString(text, "")
		}
		text = unescape(text)
		if m := sceneNumber.FindStringSubmatchIndex(text); m != nil {
			e.Number = text[m[2]:m[3]]
			text = text[:m[0]]
		} else if bare := strings.TrimRight(text, "#"); strings.HasSuffix(bare, " ") {
			text = strings.TrimSpace(bare)
		}
	}
	e.Text = text
	why := ""
	switch plain := strings.TrimSpace(screenplay.Plain(text)); {
	case len(text) > maxHeading:
	case isSlugline(plain):
		e.Kind = screenplay.SceneHeading
		e.Level = 0
		e.Forced = false
	default:
		why = implied(&e, plain)
	}
	if e.Kind == screenplay.Section {
		if e.Number != "" { // a heading of structure has none: it is part of the title
			e.Text = e.Text + " #" + e.Number + "#"
			e.Number = ""
		}
		if depth == 1 && p.front && !p.titled {
			p.titled = true
			e = screenplay.Element{Kind: screenplay.TitlePage, Key: "Title", Text: e.Text}
		}
	}
	if e.Kind == screenplay.Section && p.headsSpeech(text, depth) {
		p.cueHeading(text, lines)
		return
	}
	if e.Kind == screenplay.SceneHeading {
		p.depth = depth
	}
	p.add(e, lines)
	if why != "" {
		p.warn(why)
	}
	p.front = p.front && e.Kind == screenplay.TitlePage
}

// implied makes e a heading if a person would read it so, and returns the warning.
func implied(e *screenplay.Element, plain string) string {
	if heading, why, ok := screenplay.ImpliedHeading(plain); ok {
		if heading.Number == "" {
			heading.Number = e.Number
		}
		*e = heading
		return why
	}
	m := sceneTitle.FindStringSubmatch(plain)
	if m == nil {
		return ""
	}
	*e = screenplay.Element{Kind: screenplay.SceneHeading, Text: m[2], Number: m[1], Implied: true}
	if e.Text == "" {
		e.Text = plain
	}
	return "taken as a scene heading although it does not begin with INT. or EXT."
}

// The first bytes settle it for most lines, which spares them the pattern.

func isATX(line string) bool { return line != "" && line[0] == '#' && atx.MatchString(line) }

func isSlugline(line string) bool {
	return len(line) > 3 && (line[0]|0x20 == 'i' || line[0]|0x20 == 'e') &&
		strings.IndexByte("NnXxSs/", line[1]) >= 0 && sluglike.MatchString(line)
}

// isUnderline reports whether line makes a heading of the one above it.
func isUnderline(line string) bool {
	line = strings.TrimRight(line, " \t")
	return len(line) >= 2 && (strings.Trim(line, "=") == "" || strings.Trim(line, "-") == "")
}

// isRule reports whether line is a thematic break: three or more of one mark.
func isRule(line string) bool {
	if line == "" || strings.IndexByte("-*_", line[0]) < 0 {
		return false
	}
	line = strings.ReplaceAll(strings.ReplaceAll(line, " ", ""), "\t", "")
	return len(line) >= 3 && strings.Trim(line, line[:1]) == ""
}

// isUpper reports whether text has letters, and no small ones outside parentheses.
func isUpper(text string) bool {
	letter := false
	depth := 0
	for _, r := range text {
		switch {
		case r == '(':
			depth++
		case r == ')':
			depth--
		case depth > 0:
		case unicode.IsLower(r):
			return false
		default:
			letter = letter || unicode.IsUpper(r)
		}
	}
	return letter
}
