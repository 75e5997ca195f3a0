package charset

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/cineforge/cineforge/screenplay"
)

// washer brings decoded text into the form that readers of a format rely on,
// and counts by line what it cost.
type washer struct {
	encoding string
	in       string

	out    strings.Builder
	lines  []stain // the first maxWarnings lines with something to warn about
	beyond []int   // the numbers of the other such lines
	at     stain   // the line being read
	head   int     // how far into it nothing visible came, -1 once something did
	junk   int     // control characters and lost ones of all lines
	total  int     // characters, NUL aside
}

// stain counts what a line lost.
type stain struct {
	line               int
	nul, control, lost int
	unseen             int // invisible characters before its first visible one
}

// maxWarnings bounds the list for a file in which every line is damaged.
const maxWarnings = 50

// wash unifies line ends, drops byte order marks left by joining files, and
// drops control characters. So it does with invisible characters before the
// first word of a line, where they would hide what the line is.
//
// A form feed begins a page: text converted from PDF has one before the first
// word, where it would hide a scene heading.
func (w *washer) wash() string {
	w.at.line = 1
	from := 0
	for i := 0; i < len(w.in); {
		c := w.in[i]
		if c >= ' ' && c != 0x7F && c != 0xE2 && c != 0xEF || c == '\t' {
			if c < utf8.RuneSelf || c >= 0xC0 {
				w.total++
			}
			i++
			continue
		}
		size, instead, keep := w.special(i)
		if !keep {
			w.out.WriteString(w.in[from:i])
			w.out.WriteString(instead)
			from = i + size
		}
		i += size
	}
	w.endLine()
	if from == 0 {
		return w.in
	}
	w.out.WriteString(w.in[from:])
	return w.out.String()
}

// special counts the character at offset i, which is no ordinary one or begins
// with the byte that U+FEFF and U+FFFD, or U+200B and its like, begin with. It returns its size, and what
// to put in its place unless it is kept.
func (w *washer) special(i int) (size int, instead string, keep bool) {
	switch c := w.in[i]; {
	case c == '\n':
		w.total++
		w.endLine()
		w.head = i + 1
		return 1, "", true
	case c == '\r':
		if strings.HasPrefix(w.in[i+1:], "\n") {
			return 1, "", false
		}
		w.total++
		w.endLine()
		w.head = i + 1
		return 1, "\n", false
	case c == '\f' || c == '\v':
		if i == 0 || w.in[i-1] == '\n' || w.in[i-1] == '\r' {
			return 1, "", false
		}
		return 1, " ", false
	case c == 0:
		w.at.nul++
		return 1, "", false
	case c < utf8.RuneSelf:
		w.at.control++
		w.total++
		return 1, "", false
	}
	r, size := utf8.DecodeRuneInString(w.in[i:])
	if r == '\ufeff' {
		return size, "", false
	}
	w.total++
	switch r {
	case utf8.RuneError:
		w.at.lost++
	case '\u200b', '\u200c', '\u200d', '\u2060':
		if w.leads(i) {
			w.head = i + size
			w.at.unseen++
			return size, "", false
		}
	}
	return size, "", true
}

// leads reports whether nothing visible stands before offset i on its line.
func (w *washer) leads(i int) bool {
	if w.head >= 0 && strings.Trim(w.in[w.head:i], " \t\f\v\x00\ufeff") != "" {
		w.head = -1
	}
	return w.head >= 0
}

// endLine files what was counted on the line.
func (w *washer) endLine() {
	if w.at.nul+w.at.control+w.at.lost+w.at.unseen > 0 {
		w.junk += w.at.control + w.at.lost
		if len(w.lines) < maxWarnings {
			w.lines = append(w.lines, w.at)
		} else {
			w.beyond = append(w.beyond, w.at.line)
		}
	}
	w.at = stain{line: w.at.line + 1}
}

// binary reports whether what was read is no text. Of random bytes a tenth are
// control codes; of text with an odd printer code in it, a few in ten thousand.
// NUL bytes are no sign alone: a crash leaves thousands in a good text.
func (w *washer) binary() bool {
	return w.junk >= 8 && w.junk*50 > w.total || w.junk*4 > w.total
}

// warnings returns one for each line that lost something. A line number never points
// after the last line of text, where the zeros that a crash leaves would be.
func (w *washer) warnings(text string) []screenplay.Warning {
	var found []screenplay.Warning
	last := 1 + strings.Count(strings.TrimSuffix(text, "\n"), "\n")
	add := func(line int, format string, args ...any) {
		found = append(found, screenplay.Warning{Line: min(line, last), Message: fmt.Sprintf(format, args...)})
	}
	for _, l := range w.lines {
		if l.nul > 0 {
			add(l.line, "%s removed", plural(l.nul, "NUL byte"))
		}
		if l.control > 0 {
			add(l.line, "%s removed", plural(l.control, "control character"))
		}
		if l.unseen > 0 {
			add(l.line, "%s removed from its start", plural(l.unseen, "invisible character"))
		}
		if l.lost > 0 {
			add(l.line, "%s could not be decoded as %s, shown as \ufffd", plural(l.lost, "character"), w.encoding)
		}
	}
	if n := len(w.beyond); n > 0 {
		add(w.beyond[0], "%s with removed or undecodable characters from here on", plural(n, "more line"))
	}
	return found
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
