package screenplay

import "strings"

// Printed returns the element as it reads on the page: its text without inline
// [[notes]] and /* boneyards */, emphasis marks kept. It is "" for a Note or a Boneyard.
func (e Element) Printed() string {
	if e.Kind == Note || e.Kind == Boneyard {
		return ""
	}
	return withoutRemarks(e.Text)
}

// Plain returns text as bare words: without notes and boneyards, without the
// marks of emphasis (*italic*, **bold**, ***both***, _underlined_), and with the
// backslash gone from \* and \_. A mark counts only in a pair on one line: what
// opens it has no space after it, what closes it has none before it.
func Plain(text string) string {
	text = withoutRemarks(text)
	if !strings.ContainsAny(text, `*_`) {
		return text
	}
	var b strings.Builder
	b.Grow(len(text))
	for line := range strings.Lines(text) {
		plainLine(&b, line)
	}
	return b.String()
}

// mark is one asterisk or underscore of a line.
type mark struct {
	at    int
	gone  bool // half of a pair, or the backslash of an escape
	opens bool // the first half of a pair
}

// plainLine writes line to b without its paired marks of emphasis.
func plainLine(b *strings.Builder, line string) {
	from := 0
	for _, m := range marksOf(line) {
		if m.gone {
			b.WriteString(line[from:m.at])
			from = m.at + 1
		}
	}
	b.WriteString(line[from:])
}

// marksOf returns the marks of a line. Asterisks and underscores pair independently, so the
// common slip **_crossed**_ reads as meant.
func marksOf(line string) []mark {
	var marks, opened = []mark{}, map[byte][]int{}
	for i := 0; i < len(line); i++ {
		c := line[i]
		if c == '\\' && i+1 < len(line) && isMark(line[i+1]) {
			marks = append(marks, mark{at: i, gone: true})
			i++
			continue
		}
		if !isMark(c) {
			continue
		}
		end := i + 1
		for end < len(line) && line[end] == c {
			end++
		}
		closes := i > 0 && !isSpace(line[i-1])
		opens := end < len(line) && !isSpace(line[end])
		pairs := 0 // of this run with what was opened before it
		if closes {
			pairs = len(opened[c])
		}
		for ; i < end; i++ {
			switch stack := opened[c]; {
			case pairs > 0:
				pairs--
				first := &marks[stack[len(stack)-1]]
				first.gone = true
				first.opens = true
				opened[c] = stack[:len(stack)-1]
				marks = append(marks, mark{at: i, gone: true})
			case opens:
				opened[c] = append(stack, len(marks))
				marks = append(marks, mark{at: i})
			}
		}
		i = end - 1
	}
	return marks
}

// Run is a stretch of text of one style.
type Run struct {
	Text                    string
	Bold, Italic, Underline bool
}

// Runs returns text as runs of one style each, without notes, boneyards and the marks of
// emphasis; see [Plain].
func Runs(text string) []Run {
	var runs []Run
	add := func(s string, stars, underscores int) {
		r := Run{Text: s, Bold: stars > 1, Italic: stars == 1 || stars > 2, Underline: underscores > 0}
		last := len(runs) - 1
		switch {
		case s == "":
		case last >= 0 && runs[last].Bold == r.Bold && runs[last].Italic == r.Italic && runs[last].Underline == r.Underline:
			runs[last].Text += s
		default:
			runs = append(runs, r)
		}
	}
	for line := range strings.Lines(withoutRemarks(text)) {
		open := map[byte]int{}
		from := 0
		for _, m := range marksOf(line) {
			if !m.gone {
				continue
			}
			add(line[from:m.at], open['*'], open['_'])
			from = m.at + 1
			switch c := line[m.at]; {
			case m.opens:
				open[c]++
			case isMark(c):
				open[c]--
			}
		}
		add(line[from:], open['*'], open['_'])
	}
	return runs
}

func isMark(c byte) bool  { return c == '*' || c == '_' }
func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

// Field is an entry of the title page.
type Field struct {
	Key   string // normalised by [FieldKey]: "draft_date"
	Value string // as written, emphasis kept, lines joined by "\n"
}

// TitlePage returns the fields of the title page in the order they are written.
func (s Script) TitlePage() []Field {
	var fields []Field
	for _, e := range s.Elements {
		if e.Kind == TitlePage {
			fields = append(fields, Field{Key: FieldKey(e.Key), Value: e.Printed()})
		}
	}
	return fields
}

// FieldKey returns the key of a title page entry as it stands in artifacts:
// in lower case, with an underscore for each run of spaces.
func FieldKey(key string) string {
	return strings.Join(strings.Fields(strings.ToLower(key)), "_")
}
