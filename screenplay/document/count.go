package document

import (
	"slices"
	"strings"
	"unicode"

	"github.com/cineforge/cineforge/screenplay"
)

// counts is what can be counted in a text to determine its kind.
type counts struct {
	words                  int
	headings, implied      int
	doubtful, unplaced     int // headings that read like sentences; words before the first heading, if many
	fields, others         int // of the title page; other elements that are printed
	cues                   int // with a speech
	transitions, asides    int // asides are parentheticals
	paragraphs             int // of action
	prose, proseParagraphs int // words in paragraphs of sentences that no script has, and those paragraphs
	speeches, speakers     int // paragraphs opened by a name and a full stop or colon; those names
	acts, entrances        int // ACT I, SCENE 2; [Enter Lane.]
	lines, items, labels   int // of action; list items among them; "key: value" among them
}

// countScript counts in one pass over the script.
func countScript(s screenplay.Script) counts {
	c := counts{}
	names := map[string]int{}
	for i, e := range s.Elements {
		if e.Kind == screenplay.Note || e.Kind == screenplay.Boneyard || e.Kind == screenplay.Blank {
			continue
		}
		if e.Kind == screenplay.TitlePage {
			c.fields++
		} else {
			c.others++
		}
		words := countWords(e.Text)
		c.words += words
		switch e.Kind {
		case screenplay.SceneHeading:
			if isSentence(e) {
				c.doubtful++
				c.paragraph(e.Text, words, names)
				continue
			}
			c.headings++
			if e.Implied {
				c.implied++
			}
		case screenplay.Character:
			if i+1 < len(s.Elements) && isSpoken(s.Elements[i+1].Kind) {
				c.cues++
			}
		case screenplay.Parenthetical:
			c.asides++
		case screenplay.Transition:
			c.transitions++
		case screenplay.Action, screenplay.Section, screenplay.Centered:
			c.paragraph(e.Text, words, names)
		}
	}
	if words, _ := unplaced(s.Elements); words > maxUnplaced {
		c.unplaced = words
	}
	least := 3
	if c.acts > 0 {
		least = 2
	}
	for _, n := range names {
		if n >= least {
			c.speakers++
			c.speeches += n
		}
	}
	return c
}

func isSpoken(k screenplay.Kind) bool {
	return k == screenplay.Dialogue || k == screenplay.Parenthetical || k == screenplay.Lyrics
}

// The least words of a paragraph of prose: of one sentence or more where there are
// no scenes; of three sentences where there are, as description is seldom so long.
const (
	proseWords       = 8
	proseWordsAmidst = 60
)

func (c *counts) paragraph(text string, words int, names map[string]int) {
	c.paragraphs++
	trimmed := strings.TrimSpace(text)
	switch {
	case isDivision(trimmed):
		c.acts++
	case strings.HasPrefix(trimmed, "[") || strings.HasPrefix(trimmed, "Enter ") || strings.HasPrefix(trimmed, "Exit ") ||
		strings.HasPrefix(trimmed, "Exeunt"):
		c.entrances++
	}
	broken := false // a list, or a script that lost its blank lines
	labels := c.labels
	lines := c.lines
	code := 0
	calls := map[string]int{}
	repeated := false
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		c.lines++
		if isCode(line) {
			code++
		}
		switch {
		case isItem(line):
			c.items++
			broken = true
		case isCapitals(line):
			broken = true
		case isLabel(line):
			c.labels++
			if name := labelOf(line); name != "" {
				calls[name]++
				repeated = repeated || calls[name] > 1
			}
		}
	}
	if name := speaker(text); name != "" && c.labels-labels < 2 { // more are a record of keys and values
		names[name]++
	}
	if repeated { // no record has a key twice: it is talk
		broken = true
		for name, n := range calls {
			names[name] += n
		}
	}
	broken = broken || c.labels-labels >= 2 || code > 0 && code*2 >= c.lines-lines
	ends := sentences(trimmed)
	amidst := c.headings > 0
	if !broken && (!amidst && words >= proseWords && ends >= 1 || amidst && words >= proseWordsAmidst && ends >= 3) {
		c.prose += words
		c.proseParagraphs++
	}
}

// countWords counts the words of text; where they are not divided by spaces, a
// word to two characters.
func countWords(text string) int {
	words := 0
	wide := 0
	inWord := false
	for _, r := range text {
		if unicode.IsSpace(r) {
			inWord = false
			continue
		}
		if !inWord {
			words++
			inWord = true
		}
		if r >= 0x3040 && r <= 0x9FFF { // kana and ideographs
			wide++
		}
	}
	return max(words, wide/2)
}

// sentences counts the ends of sentences.
func sentences(text string) int {
	n := 0
	ended := false
	for _, r := range text {
		switch r {
		case '.', '!', '?', '…', '。', '！', '？':
			ended = true
			if r > 0x3000 {
				n++
				ended = false
			}
		case '"', '\'', '’', '”', '»', ')', '_', '*', ']':
		default:
			if ended && unicode.IsSpace(r) {
				n++
			}
			ended = false
		}
	}
	if ended {
		n++
	}
	return n
}

// speaker returns the name that opens a paragraph of a printed play: up to three
// words in capitals or with initial ones, then a full stop or colon and words.
func speaker(text string) string {
	const longest = 40
	text = strings.TrimLeft(text, " \t*_")
	head := text[:min(len(text), longest)]
	end := strings.IndexAny(head, ".:")
	for end > 0 && slices.Contains([]string{"Mr", "Mrs", "Dr", "St", "MR", "MRS", "DR", "ST"}, head[:end]) {
		next := strings.IndexAny(head[end+1:], ".:")
		if next < 0 {
			return ""
		}
		end += 1 + next
	}
	if end <= 0 || strings.TrimLeft(text[end+1:], "*_ \n") == "" || end+1 < len(text) && !strings.ContainsRune(" *_\n", rune(text[end+1])) {
		return ""
	}
	words := strings.Fields(head[:end])
	for _, w := range words {
		if first := []rune(w)[0]; !unicode.IsUpper(first) {
			return ""
		}
	}
	if len(words) > 3 {
		return ""
	}
	return strings.ToUpper(strings.Join(words, " "))
}

// isDivision reports whether text heads an act or a scene of a play.
func isDivision(text string) bool {
	if len(text) > 60 || strings.Contains(text, "\n") {
		return false
	}
	words := strings.Fields(strings.ToUpper(strings.Trim(text, "*_#. ")))
	if len(words) == 0 || len(words) > 6 {
		return false
	}
	return words[0] == "ACT" || words[0] == "SCENE" || len(words) == 2 && words[1] == "ACT" ||
		strings.HasPrefix(strings.Join(words, " "), "DRAMATIS PERSON")
}

// isItem reports whether line is an item of a list.
func isItem(line string) bool {
	for _, mark := range []string{"- ", "* ", "+ ", "• ", "– ", "[ ] ", "[x] "} {
		if strings.HasPrefix(line, mark) {
			return true
		}
	}
	rest := strings.TrimLeft(line, "0123456789")
	return rest != line && len(line)-len(rest) < 4 && (strings.HasPrefix(rest, ". ") || strings.HasPrefix(rest, ") "))
}

// isCapitals reports whether line is some letters, all of them capitals.
func isCapitals(line string) bool {
	return len(line) > 2 && strings.ToUpper(line) == line && strings.ToLower(line) != line
}

// isLabel reports whether line is a short key, a colon and a value.
func isLabel(line string) bool {
	key, _, ok := strings.Cut(line[:min(len(line), 40)], ":")
	return ok && key != "" && len(strings.Fields(key)) <= 3
}

// isCode reports whether line may be one of a program or of a table of values.
func isCode(line string) bool {
	if strings.ContainsAny(line[len(line)-1:], ";{}") || strings.HasPrefix(line, "#include") {
		return true
	}
	cells := strings.Count(line, ",") - strings.Count(line, ", ")
	return cells >= 2 || strings.Count(line, "\t") >= 2
}
