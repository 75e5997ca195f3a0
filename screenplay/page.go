package screenplay

import (
	"strings"
	"unicode/utf8"
)

// The page is US Letter in Courier 12: 10 characters and 6 lines to the inch. Its
// body is 9 inches high, 54 lines. The columns and the blank lines above are
// those that Final Draft's screenplay template has by default, as measured by the
// jumpcut project (docs/pagination-spec.md in github.com/SimonGZ/jumpcut): action
// from 1.5 to 7.5 inches, dialogue 2.5 to 6, parenthetical 3 to 5.5, cue 3.5 to
// 7.25, transition 5.5 to 7.1, lyrics 2.5 to 7.375.
const (
	linesPerPage  = 54
	eighthsOfPage = 8
)

// box is how a kind of element is set: the blank lines above it, and how many
// characters fit on a line.
type box struct{ above, width int }

var boxes = map[Kind]box{
	SceneHeading:  {2, 60},
	Action:        {1, 60},
	Centered:      {1, 60},
	Character:     {1, 37},
	Parenthetical: {0, 25},
	Dialogue:      {0, 35},
	Lyrics:        {0, 48},
	Transition:    {1, 16},
}

// Pages estimates the length of the script, without its title page, in pages of
// 54 lines: each element takes the lines that its printed text wraps to, and the
// blank lines above its kind. The speeches of dual dialogue stand side by side.
// A page break fills the page. How text is kept together across pages is not
// looked at, so it is an estimate, a little below what software prints.
func (s Script) Pages() float64 {
	lines := 0
	for from := 0; from < len(s.Elements); {
		to := from
		for to < len(s.Elements) && s.Elements[to].Kind != PageBreak {
			to++
		}
		lines += printedLines(s.Elements[from:to])
		if to < len(s.Elements) {
			lines = (lines + linesPerPage - 1) / linesPerPage * linesPerPage
		}
		from = to + 1
	}
	return float64(lines) / linesPerPage
}

// Minutes estimates the running time by the trade's rule that a page in this
// format plays about a minute: true of averages only.
func (s Script) Minutes() float64 { return s.Pages() }

// eighths returns the length of a scene in eighths of a page, as a breakdown
// counts them: rounded up, and never below 1, so that a script's may add up to
// more than its pages.
func eighths(scene []Element) int {
	return max(1, (printedLines(scene)*eighthsOfPage+linesPerPage-1)/linesPerPage)
}

// printedLines returns the lines that elements take on paper.
func printedLines(elements []Element) int {
	total := 0
	speech := 0
	beside := 0 // speech: lines of the current one; beside: of the one it runs beside
	for _, e := range elements {
		n := height(e)
		switch e.Kind {
		case Character:
			beside = 0
			if e.Dual {
				beside = speech
			}
			speech = 0
		case Parenthetical, Dialogue, Lyrics, Blank, Note, Boneyard:
		default:
			speech = 0
			beside = 0
		}
		speech += n
		hidden := min(n, beside)
		beside -= hidden
		total += n - hidden
	}
	return total
}

// height returns the lines of an element on paper, 0 for what isn't printed.
func height(e Element) int {
	set, ok := boxes[e.Kind]
	if !ok {
		return 0
	}
	text := Plain(e.Text)
	if strings.TrimSpace(text) == "" {
		return 0
	}
	lines := set.above
	for line := range strings.SplitSeq(text, "\n") {
		lines += wrapped(line, set.width)
	}
	return lines
}

// wrapped returns how many lines of width characters a line of text takes when
// it is broken at spaces, and within a word only if that alone is too long.
func wrapped(line string, width int) int {
	if len(line) <= width {
		return 1
	}
	lines := 1
	column := 0
	for len(line) > 0 {
		word := line
		if i := strings.IndexByte(line, ' '); i >= 0 {
			word = line[:i]
		}
		line = strings.TrimPrefix(line[len(word):], " ")
		n := utf8.RuneCountInString(word)
		if column > 0 && column+n > width {
			lines++
			column = 0
		}
		lines += max(0, n-1) / width
		if n > width {
			n = (n-1)%width + 1
		}
		column += n + 1
	}
	return lines
}
