package normalize

import (
	"strings"
	"unicode/utf8"
)

// chunkRunes is how much prose is put into one question: about 1,300 words, so
// that the screenplay made from it stays well within any model's output limit.
const chunkRunes = 8000

// contextRunes is how much of the text before a chunk a question shows for orientation.
const contextRunes = 1000

// chunk is a part of a text, with its lines.
type chunk struct {
	text       string
	start, end int
}

// chunks divides a text into parts of at most limit runes, each as long as it can
// be and end a paragraph, else a line, else a sentence, else a word. Parts that
// are blank are left out.
func chunks(text string, limit int) []chunk {
	var found []chunk
	for line := 1; text != ""; {
		part := text[:cut(text, limit)]
		text = text[len(part):]
		next := line + strings.Count(part, "\n")
		if strings.TrimSpace(part) != "" {
			end := next
			if strings.HasSuffix(part, "\n") {
				end--
			}
			found = append(found, chunk{part, line, end})
		}
		line = next
	}
	return found
}

// cut returns the length in bytes of the part that text begins with.
func cut(text string, limit int) int {
	full := 0
	for range limit {
		_, n := utf8.DecodeRuneInString(text[full:])
		if full += n; full == len(text) {
			return full
		}
	}
	part := text[:full]
	paragraph := 0
	at := 0
	for line := range strings.Lines(part) {
		at += len(line)
		if strings.HasSuffix(line, "\n") && strings.TrimSpace(line) == "" {
			paragraph = at
		}
	}
	after := func(mark string) int {
		if i := strings.LastIndex(part, mark); i >= 0 {
			return i + len(mark)
		}
		return 0
	}
	sentence := max(after(". "), after("? "), after("! "))
	for _, end := range []int{paragraph, after("\n"), sentence, after(" ")} {
		if end > 0 {
			return end
		}
	}
	return full
}

// tail returns the last runes of text that fit into limit, from the start of a word.
func tail(text string, limit int) string {
	text = strings.TrimSpace(text)
	at := len(text)
	for range limit {
		_, n := utf8.DecodeLastRuneInString(text[:at])
		if at -= n; at == 0 {
			return text
		}
	}
	if _, rest, found := strings.Cut(text[at:], " "); found {
		return rest
	}
	return text[at:]
}
