package markdown

import (
	"regexp"
	"strings"

	"github.com/cineforge/cineforge/screenplay"
)

// paragraph reads lines up to a blank one or a heading.
func (p *parser) paragraph() {
	first := p.peek()
	below := strings.TrimSpace(p.below())
	bare := withoutBreak(first)
	alone := below == ""
	if len(bare) <= maxHeading {
		inner, bold := cutBold(bare)
		switch {
		case isSlugline(inner) && (bold || alone):
			p.next()
			p.heading(bare, 0, 1)
			return
		case alone && strings.HasSuffix(inner, "TO:") && isUpper(inner):
			p.next()
			p.add(screenplay.Element{Kind: screenplay.Transition, Text: inner}, 1)
			return
		case !alone && !isATX(below):
			if cue, ok := readCue(first); ok {
				p.next()
				p.add(cue, 1)
				p.speech()
				return
			}
		}
	}
	p.action()
}

// action reads a paragraph of action. Where Markdown left no marks in it, it is a
// slice of the text.
func (p *parser) action() {
	from := p.pos
	end := p.pos
	n := 0
	for p.inParagraph() {
		start := p.pos
		end = start + len(p.next())
		n++
	}
	text := p.text[from:end]
	if strings.Contains(text, "\\") || strings.Contains(text, " \n") || strings.HasSuffix(text, " ") {
		var b strings.Builder
		for line := range strings.Lines(text) {
			line, ended := strings.CutSuffix(line, "\n")
			b.WriteString(unescape(withoutBreak(line)))
			if ended {
				b.WriteByte('\n')
			}
		}
		text = b.String()
	}
	p.add(screenplay.Element{Kind: screenplay.Action, Text: text}, n)
}

// inParagraph reports whether the line at pos continues a paragraph.
func (p *parser) inParagraph() bool {
	if p.pos >= len(p.text) {
		return false
	}
	line := strings.TrimSpace(p.peek())
	return line != "" && !isATX(line)
}

// speech reads what stands below a cue.
func (p *parser) speech() {
	var words []string
	flush := func() {
		if len(words) > 0 {
			p.add(screenplay.Element{Kind: screenplay.Dialogue, Text: strings.Join(words, "\n")}, len(words))
			words = nil
		}
	}
	for p.inParagraph() {
		line := strings.TrimSpace(withoutBreak(p.peek()))
		line = unescape(strings.TrimSpace(strings.TrimPrefix(line, ">")))
		remark := strings.Trim(line, "*_")
		lyrics := strings.HasPrefix(line, "~")
		switch {
		case lyrics || strings.HasPrefix(remark, "(") && strings.HasSuffix(remark, ")"):
			flush()
			p.next()
			e := screenplay.Element{Kind: screenplay.Parenthetical, Text: remark}
			if lyrics {
				e = screenplay.Element{Kind: screenplay.Lyrics, Text: strings.TrimSpace(line[1:]), Forced: true}
			}
			p.add(e, 1)
		default:
			p.next()
			words = append(words, line)
		}
	}
	flush()
}

// quotation reads lines that begin with >.
func (p *parser) quotation() {
	unquoted := strings.TrimSpace(strings.TrimSpace(p.peek())[1:])
	if strings.HasPrefix(strings.TrimSpace(p.below()), ">") && len(unquoted) <= maxHeading {
		if cue, ok := readCue(strings.TrimSpace(p.peek())[1:]); ok {
			p.next()
			p.add(cue, 1)
			p.speech()
			return
		}
	}
	var lines []string
	for p.pos < len(p.text) && strings.HasPrefix(strings.TrimSpace(p.peek()), ">") {
		line := strings.TrimSpace(withoutBreak(p.next()))[1:]
		lines = append(lines, unescape(strings.TrimSpace(line)))
	}
	e := screenplay.Element{Kind: screenplay.Centered, Text: strings.Join(lines, "\n"), Forced: true}
	if inner, closed := strings.CutSuffix(e.Text, "<"); closed {
		e.Text = strings.TrimSpace(inner)
	} else if isUpper(e.Text) && len(lines) == 1 && strings.ContainsAny(e.Text[len(e.Text)-1:], ":.") {
		e.Kind = screenplay.Transition
	}
	if strings.TrimSpace(e.Text) == "" {
		e = screenplay.Element{Kind: screenplay.Blank}
	}
	p.add(e, len(lines))
}

// boldLine is a line in bold, with an extension or a colon after it at most.
var boldLine = regexp.MustCompile(`^(?:\*\*\*?([^*]+)\*\*\*?|__([^_]+)__):?\s*(\([^()]*\))?:?$`)

func matchBold(line string) []string {
	if line == "" || line[0] != '*' && line[0] != '_' {
		return nil
	}
	return boldLine.FindStringSubmatch(line)
}

// listItem is the start of a list item, a table row, or a block of code.
var listItem = regexp.MustCompile("^([-*+|][ \t]|[0-9]+[.)][ \t]|```)")

// cutBold returns a line without bold around all of it.
func cutBold(line string) (inner string, bold bool) {
	line = strings.TrimSpace(line)
	if m := matchBold(line); m != nil && m[3] == "" {
		return strings.TrimSpace(m[1] + m[2]), true
	}
	return line, false
}

// readCue reads a line that has text right below it as a character's cue.
func readCue(line string) (screenplay.Element, bool) {
	bare := unescape(strings.TrimSpace(withoutBreak(line)))
	name, forced := strings.CutPrefix(bare, "@")
	name, dual := strings.CutSuffix(name, "^")
	e := screenplay.Element{Kind: screenplay.Character, Text: strings.TrimSpace(name), Forced: forced, Dual: dual}
	m := matchBold(e.Text)
	if m != nil {
		e.Text = strings.TrimSpace(strings.TrimRight(strings.TrimSpace(m[1]+m[2]), ":") + " " + m[3])
	}
	switch {
	case e.Text == "" || strings.HasSuffix(e.Text, ":") || !forced && isSlugline(e.Text) || m == nil && listItem.MatchString(e.Text):
		return e, false
	case forced || isUpper(e.Text):
		return e, true
	}
	hardBreak := bare != strings.TrimSpace(line) || strings.HasSuffix(line, "  ")
	return e, m != nil && hardBreak && len(strings.Fields(e.Text)) <= 4 && !strings.ContainsAny(e.Text[len(e.Text)-1:], ".!?,;")
}

// withoutBreak returns line without the marks of a hard break at its end.
func withoutBreak(line string) string {
	line = strings.TrimRight(line, " \t")
	if rest, ok := strings.CutSuffix(line, `\`); ok && !strings.HasSuffix(rest, `\`) {
		return strings.TrimRight(rest, " \t")
	}
	return line
}

// unescape removes the backslashes that Markdown puts before punctuation. Those
// before * and _ stay: they mean the same in every script.
func unescape(text string) string {
	if !strings.Contains(text, `\`) {
		return text
	}
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] == '\\' && i+1 < len(text) && strings.IndexByte("#-.!'\"<>[](){}+~|`^@&$%:;,/=?", text[i+1]) >= 0 {
			continue
		}
		b.WriteByte(text[i])
	}
	return b.String()
}
