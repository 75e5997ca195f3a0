package screenplay

import "strings"

// Remark is a stretch of text that never reaches the page, brackets included:
// a [[note]] or a /* boneyard */, by byte offsets into the text.
type Remark struct {
	Kind       Kind // Note or Boneyard
	Start, End int
}

// Remarks returns the notes and boneyards of text in order; they don't overlap.
// The lines of text end in "\n".
//
// A boneyard may span anything. Boneyards nest where each is closed; where one
// isn't, the first */ ends it. A note ends at a blank line, unless that line
// holds exactly two spaces, and is then no note. What is never closed is
// ordinary text. The time is linear in len(text).
func Remarks(text string) []Remark {
	bones := boneyards(text)
	if !strings.Contains(text, "[[") {
		return bones
	}
	var found []Remark
	notes := noteReader{text: text, bones: bones}
	for at := 0; ; {
		open := index(text, "[[", at)
		for len(bones) > 0 && bones[0].Start < open {
			at = bones[0].End
			found = append(found, bones[0])
			bones = bones[1:]
		}
		switch {
		case open == len(text):
			return found
		case open < at: // a boneyard holds it
			continue
		}
		end, ok := notes.end(open)
		if !ok {
			at = open + len("[[")
			continue
		}
		found = append(found, Remark{Kind: Note, Start: open, End: end})
		at = end
		for len(bones) > 0 && bones[0].Start < end { // a note holds them
			bones = bones[1:]
		}
	}
}

// boneyards finds the outermost boneyards.
func boneyards(text string) []Remark {
	if !strings.Contains(text, "/*") {
		return nil
	}
	opens, closes := boneyardMarks(text)
	var found []Remark
	end := 0
	for _, open := range opens {
		for len(closes) > 0 && closes[0] <= open.start {
			closes = closes[1:]
		}
		if open.start < end {
			continue
		}
		if len(closes) == 0 {
			break
		}
		end = max(open.end, closes[0])
		found = append(found, Remark{Kind: Boneyard, Start: open.start, End: end})
	}
	return found
}

// opening is a /* and the offset after the */ that balances it, 0 for none.
type opening struct{ start, end int }

// boneyardMarks returns each /* of text, and the offset after each */.
func boneyardMarks(text string) (opens []opening, closes []int) {
	var unclosed []int
	for i := 0; ; {
		star := index(text, "*", i)
		switch {
		case star == len(text):
			return opens, closes
		case star > i && text[star-1] == '/':
			unclosed = append(unclosed, len(opens))
			opens = append(opens, opening{start: star - 1})
			i = star + 1
		case star+1 < len(text) && text[star+1] == '/':
			i = star + len("*/")
			closes = append(closes, i)
			if n := len(unclosed); n > 0 {
				opens[unclosed[n-1]].end = i
				unclosed = unclosed[:n-1]
			}
		default:
			i = star + 1
		}
	}
}

// noteReader finds the ends of notes that are asked for in the order they open.
// Its cursors only move forward, so that all answers together cost one pass.
type noteReader struct {
	text    string
	bones   []Remark // those that no answer has passed
	closing int      // of the first ]] after the last [[ asked about, outside boneyards
	blank   int      // of the first blank line after it
}

// end returns the offset after the note that opens at open, and whether it is one.
func (r *noteReader) end(open int) (int, bool) {
	if r.closing < open+len("[[") {
		r.closing = index(r.text, "]]", open+len("[["))
		for len(r.bones) > 0 && r.bones[0].Start < r.closing {
			if r.closing < r.bones[0].End {
				r.closing = index(r.text, "]]", r.bones[0].End)
			}
			r.bones = r.bones[1:]
		}
	}
	if r.blank <= open {
		r.blank = blankLine(r.text, open)
	}
	if r.closing == len(r.text) || r.closing > r.blank {
		return 0, false
	}
	end := r.closing + len("]]")
	for end < len(r.text) && r.text[end] == ']' { // [[see [3]]]
		end++
	}
	return end, true
}

// blankLine returns the offset of the first line after the one at offset at that ends a note.
func blankLine(text string, at int) int {
	for start := index(text, "\n", at) + 1; start < len(text); {
		end := index(text, "\n", start)
		if line := text[start:end]; line != "  " && strings.TrimSpace(line) == "" {
			return start
		}
		start = end + 1
	}
	return len(text)
}

// index is strings.Index from an offset on; it returns len(text) for none.
func index(text, sub string, from int) int {
	if from = min(from, len(text)); from < len(text) {
		if i := strings.Index(text[from:], sub); i >= 0 {
			return from + i
		}
	}
	return len(text)
}

// withoutRemarks returns text without its notes and boneyards, without the lines
// that they leave empty, and with one space where they leave two.
func withoutRemarks(text string) string {
	remarks := Remarks(text)
	if len(remarks) == 0 {
		return text
	}
	var b strings.Builder
	from := 0
	for _, r := range remarks {
		b.WriteString(text[from:r.Start])
		from = r.End
		kept := b.String() // no copy
		lineStart := kept == "" || strings.HasSuffix(kept, "\n")
		if !lineStart && !isSpace(kept[len(kept)-1]) {
			continue
		}
		rest := strings.TrimLeft(text[from:], " \t")
		if lineStart {
			rest = strings.TrimPrefix(rest, "\n")
		}
		from = len(text) - len(rest)
	}
	b.WriteString(text[from:])
	return strings.TrimRight(b.String(), " \t\n")
}
