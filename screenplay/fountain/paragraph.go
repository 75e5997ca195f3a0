package fountain

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/cineforge/cineforge/screenplay"
)

// paragraph gathers the lines of an element. As long as they stand in the source
// as they shall stand in the element, it is a slice of the source.
type paragraph struct {
	kind    screenplay.Kind
	span    screenplay.Span
	forced  bool
	source  string
	from    int // source[from:to] is the text, unless copied holds it
	to      int
	copied  []byte
	changed bool
}

func (p *parser) openParagraph(kind screenplay.Kind) paragraph {
	return paragraph{kind: kind, source: p.lines.text, from: -1, span: screenplay.Span{Start: p.line.first}}
}

func (g *paragraph) empty() bool { return g.from < 0 && !g.changed }

// add puts text, which stands at offset at of the source, behind what is there.
func (g *paragraph) add(l *line, at int, text string) {
	g.span.End = l.last
	switch {
	case g.empty():
		g.from = at
		g.to = at + len(text)
	case !g.changed && at == g.to+1:
		g.to += 1 + len(text)
	default:
		g.own()
		g.copied = append(append(g.copied, '\n'), text...)
	}
}

// addChanged puts text that isn't in the source as it is behind what is there.
func (g *paragraph) addChanged(l *line, text string) {
	g.span.End = l.last
	empty := g.empty()
	g.own()
	if !empty {
		g.copied = append(g.copied, '\n')
	}
	g.copied = append(g.copied, text...)
}

// own turns the slice into a copy.
func (g *paragraph) own() {
	if !g.changed {
		g.changed = true
		if g.from >= 0 {
			g.copied = append(g.copied, g.source[g.from:g.to]...)
		}
	}
}

func (g *paragraph) element() screenplay.Element {
	e := screenplay.Element{Kind: g.kind, Span: g.span, Forced: g.forced}
	if g.changed {
		e.Text = string(g.copied)
	} else if g.from >= 0 {
		e.Text = g.source[g.from:g.to]
	}
	return e
}

// action reads a paragraph of action: all lines up to a blank one or one that
// is something else also in the midst of a paragraph.
func (p *parser) action(s shape) {
	g := p.openParagraph(screenplay.Action)
	for {
		l := &p.line
		switch text := l.raw; {
		case s == forcedAction:
			g.forced = true
			g.addChanged(l, expandTabs(text[:l.lead]+text[l.lead+1:]))
		case strings.Contains(text, "\t"):
			g.addChanged(l, expandTabs(text))
		default:
			g.add(l, l.start, text)
		}
		p.advance()
		if !p.more || p.line.blank() {
			break
		}
		if s = action; !p.line.hidden() {
			s = shapeOf(&p.line, false)
		}
		if s != action && s != forcedAction {
			break
		}
	}
	p.add(g.element())
}

// expandTabs returns text with four spaces for a tab, as Fountain has it.
func expandTabs(text string) string { return strings.ReplaceAll(text, "\t", "    ") }

// lyrics reads lines that start with a tilde. In a speech, the lines of two
// spaces between them are empty lines of the song.
func (p *parser) lyrics(inSpeech bool) {
	g := p.openParagraph(screenplay.Lyrics)
	g.forced = true
	for p.more {
		text := ""
		if isLyrics(&p.line) {
			text = trim(trim(p.line.main()[1:]) + p.line.remarks())
		} else if !inSpeech || !p.line.keepsOpen() || !p.pauseAhead().song {
			break
		}
		g.addChanged(&p.line, text)
		p.advance()
	}
	p.add(g.element())
}

func isLyrics(l *line) bool { return l.lead < len(l.raw) && l.raw[l.lead] == '~' && !l.tangled }

// cue reads a cue and the speech below it.
func (p *parser) cue(s shape) {
	e := screenplay.Element{Kind: screenplay.Character, Span: p.line.span(), Forced: s == forcedCue}
	name := p.line.main()
	if e.Forced {
		name = trim(name[1:])
	}
	if body, ok := strings.CutSuffix(name, "^"); ok {
		name = trimRight(body)
		e.Dual = true
	}
	e.Text = trim(name + p.line.remarks())
	p.warnCue(e)
	p.add(e)
	p.advance()
	if !p.more || p.line.blank() {
		return
	}
	for p.speechGoesOn() {
		switch {
		case p.line.hidden():
			p.hidden()
		case isLyrics(&p.line):
			p.lyrics(true)
		case isParenthetical(&p.line):
			p.add(screenplay.Element{Kind: screenplay.Parenthetical, Text: trim(p.line.raw), Span: p.line.span()})
			p.advance()
		default:
			p.dialogue()
		}
	}
}

// speechGoesOn reports whether the current line is of the speech that is being read.
func (p *parser) speechGoesOn() bool {
	return p.more && (!p.line.blank() || p.line.keepsOpen() && p.pauseAhead().goesOn)
}

// pause is what is known about lines of two spaces in a speech.
type pause struct {
	until  int  // the last of them
	goesOn bool // the speech does, as the next line has anything on it
	song   bool // that line is of lyrics
}

// pauseAhead describes the pause that the current line belongs to. It looks ahead
// once for all lines of the pause.
func (p *parser) pauseAhead() pause {
	if p.line.first <= p.pause.until {
		return p.pause
	}
	p.pause = pause{until: p.line.last}
	ahead := p.lines
	for l := (line{}); ahead.next(&l); {
		if !l.keepsOpen() {
			p.pause.goesOn, p.pause.song = !l.blank(), isLyrics(&l)
			break
		}
		p.pause.until = l.last
	}
	return p.pause
}

// dialogue reads the words up to a parenthetical, lyrics, or the end of the speech.
func (p *parser) dialogue() {
	g := p.openParagraph(screenplay.Dialogue)
	for p.speechGoesOn() && !isLyrics(&p.line) && !isParenthetical(&p.line) {
		l := &p.line
		if l.hidden() && g.empty() {
			break
		}
		if at := indent(l.raw); at < len(l.raw) || !g.empty() {
			g.add(l, l.start+at, trimRight(l.raw[at:]))
		}
		g.span.End = l.last
		p.advance()
	}
	e := g.element()
	if e.Text = strings.TrimRight(e.Text, "\n"); e.Text == "" { // a pause before a parenthetical
		p.script.Elements[len(p.script.Elements)-1].Span.End = e.Span.End
		return
	}
	p.add(e)
}

// warnCue warns about a cue that a person would hardly take for one.
func (p *parser) warnCue(e screenplay.Element) {
	if !e.Forced && isUnlikelyCue(e.Text) {
		p.warn(e.Span.Start, "%q is read as a character's cue, as a line in capitals with text right below it is one; "+
			"put a blank line below it, or a ! in front, if it is not", e.Text)
	}
	if e.Dual && !p.afterSpeech() {
		p.warn(e.Span.Start, "%q is marked with ^ as spoken together with the speech before it, but there is none", e.Text)
	}
}

// longestCue is the number of words above which a cue is more likely a sentence.
const longestCue = 6

// abbreviation is how a name may end that ends in a full stop: JR. or J.R.
var abbreviation = regexp.MustCompile(`(?:^|[ .])(?:JR|SR|DR|MR|MRS|MS|ST|ESQ|PROF|CAPT|SGT|LT|COL|GEN|REV|GOV|SEN|DET|PH\.?D|\pL)\.$`)

// isUnlikelyCue reports whether a cue ends as a sentence does, or is as long as one.
func isUnlikelyCue(cue string) bool {
	if !strings.ContainsAny(cue, ".:!?") && !strings.Contains(cue, "…") && strings.Count(cue, " ") < longestCue {
		return false // most cues, at little cost
	}
	name, _ := screenplay.CueName(cue)
	if strings.HasSuffix(name, ".") {
		return !abbreviation.MatchString(name)
	}
	end, _ := utf8.DecodeLastRuneInString(name)
	return strings.ContainsRune(":!?…", end) || len(strings.Fields(name)) > longestCue
}

// afterSpeech reports whether the last element on the page is of a speech.
func (p *parser) afterSpeech() bool {
	for i := len(p.script.Elements) - 1; i >= 0; i-- {
		switch p.script.Elements[i].Kind {
		case screenplay.Blank, screenplay.Note, screenplay.Boneyard:
		case screenplay.Dialogue, screenplay.Parenthetical, screenplay.Lyrics, screenplay.Character:
			return true
		default:
			return false
		}
	}
	return false
}
