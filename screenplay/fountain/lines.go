package fountain

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/cineforge/cineforge/screenplay"
)

// line is a line of the source, together with those that a note or a boneyard
// opening in it runs on to.
type line struct {
	raw         string // as written, without the line end after it
	seen        string // raw without notes and boneyards
	start       int    // offset of raw in the text
	first, last int    // line numbers, from 1
	remark      screenplay.Kind
	tail        int // offset in raw of the notes and boneyards at its end; len(raw) if there are none
	lead        int // offset in raw of its first seen character that is not a space
	// tangled means that a remark before the text can't be put after it, as what
	// opens in the text and is not closed would take it in.
	tangled bool
}

// blank reports whether there is nothing on the line.
func (l *line) blank() bool {
	return l.lead == len(l.raw) && l.remark == screenplay.Blank
}

// hidden reports whether there are only notes and boneyards on the line.
func (l *line) hidden() bool {
	return l.lead == len(l.raw) && l.remark != screenplay.Blank
}

// keepsOpen reports whether the line is the blank that doesn't end a speech.
func (l *line) keepsOpen() bool { return l.raw == "  " }

func (l *line) span() screenplay.Span { return screenplay.Span{Start: l.first, End: l.last} }

// main returns what is seen of the line, from its first to its last character
// that is not a space; notes and boneyards in between stay.
func (l *line) main() string {
	return trimRight(l.raw[l.lead:l.tail])
}

// remarks returns what main leaves out, those before the text put after it, so
// that it can follow the text of an element whose marker is cut off.
func (l *line) remarks() string {
	if l.remark == screenplay.Blank {
		return ""
	}
	behind := trimRight(l.raw[l.lead+len(l.main()):])
	if before := trim(l.raw[:l.lead]); before != "" {
		behind += " " + before
	}
	return behind
}

// lines reads a text line by line. It is a value: a copy reads ahead.
type lines struct {
	text    string              // line ends are "\n"
	remarks []screenplay.Remark // those behind pos
	pos     int
	read    int // lines before pos
}

func newLines(text string) lines {
	return lines{text: text, remarks: screenplay.Remarks(text)}
}

// next reads a line into l, and reports false at the end of the text.
func (s *lines) next(l *line) bool {
	if s.pos >= len(s.text) {
		return false
	}
	end := s.lineEnd(s.pos)
	if len(s.remarks) > 0 && s.remarks[0].Start < end {
		end = s.nextWithRemarks(l, end)
	} else {
		raw := s.text[s.pos:end]
		*l = line{raw: raw, seen: raw, tail: len(raw), lead: indent(raw)}
	}
	l.start = s.pos
	l.first = s.read + 1
	l.last = l.first
	if l.remark != screenplay.Blank {
		l.last += strings.Count(l.raw, "\n")
	}
	s.pos = end + 1
	s.read = l.last
	return true
}

// nextWithRemarks reads a line that holds remarks, and returns where it ends.
func (s *lines) nextWithRemarks(l *line, end int) int {
	start := s.pos
	from := s.pos
	var seen strings.Builder
	*l = line{remark: s.remarks[0].Kind, lead: -1}
	for {
		stop := end
		if len(s.remarks) > 0 {
			stop = min(stop, s.remarks[0].Start)
		}
		piece := s.text[from:stop]
		seen.WriteString(piece)
		if at := indent(piece); at < len(piece) {
			if l.lead < 0 {
				l.lead = from + at - start
			}
			l.tail = stop - start
		}
		if stop == end {
			break
		}
		from = s.remarks[0].End
		if from > end {
			end = s.lineEnd(from)
		}
		s.remarks = s.remarks[1:]
	}
	l.raw, l.seen = s.text[start:end], seen.String()
	if l.lead < 0 {
		l.lead = len(l.raw)
		l.tail = len(l.raw)
	}
	l.tangled = l.lead > indent(l.raw) && (strings.Contains(l.seen, "[[") || strings.Contains(l.seen, "/*"))
	return end
}

// lineEnd returns the offset of the line end at or behind from.
func (s *lines) lineEnd(from int) int {
	if i := strings.IndexByte(s.text[from:], '\n'); i >= 0 {
		return from + i
	}
	return len(s.text)
}

// indent returns the offset of the first character of s that is not a space.
func indent(s string) int {
	for i := range len(s) {
		switch c := s[i]; {
		case c == ' ', '\t' <= c && c <= '\r':
		case c < utf8.RuneSelf:
			return i
		default:
			return len(s) - len(strings.TrimLeftFunc(s[i:], isSpace))
		}
	}
	return len(s)
}

func trim(s string) string { return trimRight(s[indent(s):]) }

func trimRight(s string) string { return strings.TrimRightFunc(s, isSpace) }

// isSpace counts a byte order mark as a space, as it stands at the head of a line
// where files were put together.
func isSpace(r rune) bool { return unicode.IsSpace(r) || r == '\uFEFF' }
