package normalize

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/cineforge/cineforge/screenplay"
	"github.com/cineforge/cineforge/screenplay/document"
)

// rawWords returns the words of the lines first to last of a text, which are
// runs of letters and digits, folded. Apostrophes and the marks of emphasis do
// not divide a word.
func rawWords(lines []string, first, last int) []word {
	var words []word
	for n := max(1, first); n <= min(last, len(lines)); n++ {
		words = appendWords(words, lines[n-1], n)
	}
	return words
}

func countWords(text string) int { return len(appendWords(nil, text, 0)) }

func appendWords(words []word, text string, line int) []word {
	var b strings.Builder
	end := func() {
		if b.Len() > 0 {
			words = append(words, word{b.String(), line})
			b.Reset()
		}
	}
	for _, r := range text {
		switch {
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			b.WriteRune(unicode.ToLower(r))
		case strings.ContainsRune(`*_\'’`, r) || unicode.IsMark(r) || unicode.Is(unicode.Cf, r):
		default:
			end()
		}
	}
	end()
	return words
}

// passage is a stretch of the source with the elements that were read from it and
// the words that the canonical text has for them.
type passage struct {
	start, end int // lines of the source
	elements   []screenplay.Element
	canonical  []word
}

// passages divides a source of so many lines at its elements; those that share a
// line share a passage. A line of no element belongs to the passage after it.
func passages(script screenplay.Script, lines int, canonical []string, spans []screenplay.Span) []passage {
	var list []passage
	end := 0
	for i, e := range script.Elements {
		if n := len(list); n == 0 || e.Span.Start > end {
			list = append(list, passage{start: end + 1})
		}
		end = max(end, e.Span.End)
		p := &list[len(list)-1]
		p.end = end
		p.elements = append(p.elements, e)
		if spans[i].Start > 0 {
			p.canonical = append(p.canonical, rawWords(canonical, spans[i].Start, spans[i].End)...)
		}
	}
	if end < lines {
		list = append(list, passage{start: end + 1, end: lines})
	}
	return list
}

// survey compares the text of a document with the canonical one, passage by
// passage, so that what the reader of its format dropped is seen too. It returns
// what a rule is known to leave out, with its line; any other word lost or put in
// is an error. A key of the title page, and the number of a scene, may be written
// again where it was. check verifies that the words keep their order.
func survey(doc document.Document, made string, spans []screenplay.Span) (lost []string, err error) {
	lost = []string{}
	source := strings.Split(doc.Text, "\n")
	canonical := strings.Split(made, "\n")
	drops := newDrops(doc, source)
	written := 0
	for _, p := range passages(doc.Script, len(source), canonical, spans) {
		written += len(p.canonical)
		from := rawWords(source, p.start, p.end)
		if slices.EqualFunc(from, p.canonical, func(a, b word) bool { return a.text == b.text }) {
			continue
		}
		missing := without(from, p.canonical)
		added := without(p.canonical, from)
		for _, w := range missing {
			why, known := drops.why(w, p, &added)
			if !known {
				return nil, fmt.Errorf("the word %q of line %d would be lost", w.text, w.line)
			}
			lost = append(lost, fmt.Sprintf("line %d: %q, %s", w.line, w.text, why))
		}
		for _, w := range added {
			again := slices.ContainsFunc(from, func(f word) bool { return f.text == w.text })
			if !p.has(screenplay.TitlePage, key, w.text) && !(again && p.has(screenplay.SceneHeading, number, w.text)) {
				return nil, fmt.Errorf("the word %q in line %d of the script is not in lines %d to %d of the source",
					w.text, w.line, p.start, p.end)
			}
		}
	}
	if n := len(rawWords(canonical, 1, len(canonical))); n != written {
		return nil, fmt.Errorf("%d words of the script would come from no line of the source", n-written)
	}
	return lost, nil
}

// without returns the words of a list beyond those of another, each counted as
// often as it stands there.
func without(list, other []word) []word {
	counts := map[string]int{}
	for _, w := range other {
		counts[w.text]++
	}
	var rest []word
	for _, w := range list {
		if counts[w.text]--; counts[w.text] < 0 {
			rest = append(rest, w)
		}
	}
	return rest
}

// has reports whether a part of an element of some kind in the passage has the word.
func (p passage) has(kind screenplay.Kind, part func(screenplay.Element) string, text string) bool {
	return slices.ContainsFunc(p.elements, func(e screenplay.Element) bool {
		return e.Kind == kind && slices.Contains(appendWords(nil, part(e), 0), word{text, 0})
	})
}

func key(e screenplay.Element) string    { return e.Key }
func text(e screenplay.Element) string   { return e.Text }
func number(e screenplay.Element) string { return e.Number }

// drops knows the words that a rule leaves out.
type drops struct {
	lines  []string // of the source
	front  int      // the last line of the front matter of Markdown, 0 if there is none
	marked bool     // the source is Markdown
}

func newDrops(doc document.Document, lines []string) drops {
	d := drops{lines: lines, marked: doc.Format == "md"}
	if !d.marked || strings.TrimRight(lines[0], " \t") != "---" {
		return d
	}
	for i, line := range lines[1:] {
		if line = strings.TrimRight(line, " \t"); line == "---" || line == "..." {
			d.front = i + 2
			break
		}
	}
	return d
}

var (
	// creditWords stand before a name on a title page, and become its key.
	creditWords = []string{"written", "screenplay", "teleplay", "story", "script", "a", "film", "and", "by"}
	// misreadSettings are INT as character recognition leaves it: lNT, 1NT, |NT.
	misreadSettings = []string{"lnt", "1nt", "nt"}
	// fence begins or ends a block of code, whose language is no text.
	fence = regexp.MustCompile("^\\s*(?:```|~~~).*$")
	// attributes are what stands after a heading of Markdown for other programs.
	attributes = regexp.MustCompile(`\{[#.][^{}]*\}\s*$`)
)

// why returns the rule by which a word is left out of its passage. A word that took its
// place is cut from added.
func (d drops) why(w word, p passage, added *[]word) (why string, known bool) {
	numbered := func(e screenplay.Element) bool { return e.Kind == screenplay.SceneHeading && e.Number != "" }
	author := func(e screenplay.Element) bool {
		key := screenplay.FieldKey(e.Key)
		return e.Kind == screenplay.TitlePage && (strings.HasPrefix(key, "author") || key == "credit" || key == "source")
	}
	switch {
	case slices.Contains(misreadSettings, w.text) && p.has(screenplay.SceneHeading, text, "int"):
		right := func(a word) bool { return a.text == "int" }
		if i := slices.IndexFunc(*added, right); i >= 0 {
			*added = slices.Delete(*added, i, i+1)
			return `read as "int"`, true
		}
	case p.has(screenplay.SceneHeading, number, w.text):
		return "the scene number printed a second time", true
	case w.text == "scene" && slices.ContainsFunc(p.elements, numbered):
		return "before the number of the scene", true
	case slices.Contains(creditWords, w.text) && slices.ContainsFunc(p.elements, author):
		return "a credit that is now a key of the title page", true
	case w.line <= d.front:
		return "in the front matter under no key", true
	}
	line := d.lines[w.line-1]
	marks := fence.FindString(line)
	if d.marked {
		marks += attributes.FindString(line)
	}
	return "markup", slices.Contains(appendWords(nil, marks, w.line), w)
}
