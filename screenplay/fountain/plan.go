package fountain

import (
	"strings"
	"unicode"

	"github.com/cineforge/cineforge/screenplay"
)

// piece is an element to be written.
type piece struct {
	index  int  // of the element
	gap    int  // blank lines before it
	speech bool // it is of the speech of the cue above
	spoken bool // for a cue: a speech follows
}

// plan is which elements of a script to write, how they stand to each other, and
// how many blank lines come last.
func plan(s screenplay.Script) (pieces []piece, blanks int) {
	pieces = make([]piece, 0, len(s.Elements))
	ahead := speechAhead(s.Elements)
	recorded := false
	inSpeech := false
	for _, e := range s.Elements {
		recorded = recorded || e.Kind == screenplay.Blank
	}
	prev := screenplay.Blank
	for i, e := range s.Elements {
		if e.Kind == screenplay.Blank {
			blanks += e.Span.End - e.Span.Start + 1
			continue
		}
		if isEmpty(e) {
			continue
		}
		p := piece{index: i, spoken: ahead[i+1] != nothing}
		switch e.Kind {
		case screenplay.Character:
			inSpeech = p.spoken
		case screenplay.Dialogue, screenplay.Parenthetical:
			p.speech = inSpeech
		case screenplay.Lyrics:
			p.speech = inSpeech && blanks == 0
			inSpeech = p.speech
		case screenplay.Note, screenplay.Boneyard:
			p.speech = inSpeech && blanks == 0 && p.spoken
			inSpeech = p.speech
		default:
			inSpeech = false
		}
		switch {
		case p.speech || len(pieces) == 0 && blanks == 0 || prev == screenplay.TitlePage && e.Kind == screenplay.TitlePage:
		case blanks == 0 && !(recorded && touching(s.Elements[pieces[len(pieces)-1].index], e)):
			p.gap = 1
		default:
			p.gap = blanks
		}
		pieces = append(pieces, p)
		blanks = 0
		prev = e.Kind
	}
	return pieces, blanks
}

// touching reports whether next may stand right below an element.
func touching(e, next screenplay.Element) bool {
	if next.Kind == screenplay.TitlePage {
		return isRemark(e.Kind)
	}
	return standsAnywhere(e) && standsAnywhere(next) &&
		(e.Kind != next.Kind || e.Kind != screenplay.Action && e.Kind != screenplay.Lyrics) &&
		(e.Kind != screenplay.Action || !isRemark(next.Kind)) // the remark would become part of the paragraph
}

// standsAnywhere reports whether an element needs no blank lines around it.
func standsAnywhere(e screenplay.Element) bool {
	switch e.Kind {
	case screenplay.Action, screenplay.Section, screenplay.Synopsis, screenplay.Centered, screenplay.PageBreak,
		screenplay.Lyrics, screenplay.Note, screenplay.Boneyard:
		return true
	case screenplay.Transition:
		return e.Forced
	}
	return false
}

// voice is what comes of a speech behind some place in the script.
type voice uint8

const (
	nothing voice = iota
	song          // lyrics, which a blank line would part from the cue
	words
)

// speechAhead returns for each element, and the end, what of a speech starts
// there, notes and blank lines skipped.
func speechAhead(elements []screenplay.Element) []voice {
	ahead := make([]voice, len(elements)+1)
	for i := len(elements) - 1; i >= 0; i-- {
		switch e := elements[i]; {
		case isEmpty(e), isRemark(e.Kind):
			ahead[i] = ahead[i+1]
		case e.Kind == screenplay.Dialogue, e.Kind == screenplay.Parenthetical:
			ahead[i] = words
		case e.Kind == screenplay.Lyrics:
			ahead[i] = song
		}
		if elements[i].Kind == screenplay.Blank && ahead[i+1] == words {
			ahead[i] = words
		}
	}
	return ahead
}

// isEmpty reports whether an element has nothing to write.
func isEmpty(e screenplay.Element) bool {
	switch e.Kind {
	case screenplay.Blank:
		return false
	case screenplay.TitlePage:
		return e.Key == ""
	case screenplay.PageBreak, screenplay.Section, screenplay.Synopsis, screenplay.Lyrics:
		return false
	case screenplay.SceneHeading:
		return strings.IndexFunc(e.Text, isAlphanumeric) < 0
	case screenplay.Action:
		return !e.Forced && trim(e.Text) == ""
	}
	return trim(e.Text) == ""
}

func isRemark(k screenplay.Kind) bool { return k == screenplay.Note || k == screenplay.Boneyard }

func isAlphanumeric(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// numberRune keeps what a scene number may hold.
func numberRune(r rune) rune {
	if r == '-' || r == '.' || isAlphanumeric(r) {
		return r
	}
	return -1
}

// linesOf splits the text of an element into lines, those that a remark spans in
// one. An empty text, like one after the last line end, is an empty line.
func linesOf(text string) []line {
	var all []line
	source := newLines(text)
	for l := (line{}); source.next(&l); {
		all = append(all, l)
	}
	if text == "" || strings.HasSuffix(text, "\n") {
		all = append(all, line{})
	}
	return all
}

// oneLine joins the lines of a text by spaces, but for those that a remark spans.
func oneLine(text string) string {
	text = trim(text)
	if !strings.Contains(text, "\n") {
		return text
	}
	var parts []string
	for _, l := range linesOf(text) {
		parts = append(parts, trim(l.raw))
	}
	return strings.Join(parts, " ")
}

// cutRemarks cuts the notes and boneyards at its end off a text of one line.
func cutRemarks(text string) (body, tail string) {
	l := linesOf(text)[0]
	if l.remark == screenplay.Blank || l.hidden() {
		return text, ""
	}
	at := l.lead + len(l.main())
	return l.raw[:at], l.raw[at:]
}

// enclosed returns a remark as it stands alone: as it is if it has its brackets,
// else in them.
func enclosed(text, open, end string) string {
	text = trim(text)
	lines := linesOf(text)
	whole := true
	for _, l := range lines {
		whole = whole && l.hidden()
	}
	if whole {
		return text
	}
	text = strings.ReplaceAll(text, end, end[:1]+" "+end[1:])
	var b strings.Builder
	b.WriteString(open)
	for i, l := range strings.Split(text, "\n") {
		if i > 0 {
			b.WriteByte('\n')
		}
		if trim(l) == "" {
			l = "  "
		}
		b.WriteString(l)
	}
	b.WriteString(end)
	return b.String()
}
