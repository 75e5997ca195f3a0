package document

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/cineforge/cineforge/screenplay"
)

// What is compared and warned of, of each sort, in text that is full of names; a
// feature has some 50 characters.
const (
	maxCompared   = 2000
	maxLikenesses = 50
)

// name is a character or a location and the line where it first appears.
type name struct {
	text string
	line int
}

// likenesses warns of names of characters, and of locations, that may be one.
func (d *Document) likenesses() []screenplay.Warning {
	if d.Kind == Prose || d.Kind == Notes {
		return nil
	}
	var cast, locations []name
	seen := map[screenplay.Kind]map[string]bool{screenplay.Character: {}, screenplay.SceneHeading: {}} // as written, and as named
	add := func(list *[]name, e screenplay.Element, named func(string) string) {
		known := seen[e.Kind]
		if len(*list) == maxCompared || known[e.Text] {
			return
		}
		known[e.Text] = true
		if text := named(e.Text); text != "" && (text == e.Text || !known[text]) {
			known[text] = true
			*list = append(*list, name{text, e.Span.Start})
		}
	}
	for _, e := range d.Script.Elements {
		switch e.Kind {
		case screenplay.Character:
			add(&cast, e, func(s string) string { named, _ := screenplay.CueName(s); return named })
		case screenplay.SceneHeading:
			add(&locations, e, func(s string) string { return screenplay.ParseHeading(s).Location })
		}
	}
	found := voices(cast)
	found = append(found,
		pairs(cast, sameName, "the characters %s (line %d) and %s are nearly alike; give both the same name if they are one")...)
	return append(found,
		pairs(locations, sameLocation, "the locations %s (line %d) and %s are nearly alike; write both the same way if they are one")...)
}

// voices warns of names such as BOB'S VOICE beside BOB.
func voices(cast []name) []screenplay.Warning {
	known := map[string]bool{}
	for _, n := range cast {
		known[n.text] = true
	}
	var found []screenplay.Warning
	for _, n := range cast {
		owner := voiceOf(n.text)
		if owner != n.text && known[owner] && len(found) < maxLikenesses {
			found = append(found, screenplay.Warning{Line: n.line, Message: fmt.Sprintf(
				"%s is counted as a character beside %s; write %s (V.O.) or (O.S.) if they are one", n.text, owner, owner)})
		}
	}
	return found
}

// voiceOf returns whose voice the name is, or the name itself.
func voiceOf(text string) string {
	if owner, ok := strings.CutPrefix(text, "VOICE OF "); ok {
		return strings.TrimPrefix(owner, "THE ")
	}
	owner, ok := strings.CutSuffix(text, " VOICE")
	if !ok {
		return text
	}
	for _, possessive := range []string{"'S", "’S", "'", "’"} {
		if whose, ok := strings.CutSuffix(owner, possessive); ok {
			return whose
		}
	}
	return owner
}

// pairs warns, at the second, of two names that are the same by their keys or
// that a letter more, less or other makes the same. To find them in linear time,
// each key is filed under itself and under every form with one letter left out.
func pairs(names []name, alike func(a, b string) bool, message string) []screenplay.Warning {
	const longest, shelf = 40, 8
	filed := map[string][]name{}
	var found []screenplay.Warning
	for _, n := range names {
		key := []rune(n.text)
		if len(key) > longest {
			continue
		}
		forms := []string{n.text, "letters " + letters(n.text)}
		for i := range key {
			forms = append(forms, string(slices.Delete(slices.Clone(key), i, i+1)))
		}
		warned := map[string]bool{}
		for _, form := range forms {
			for _, other := range filed[form] {
				if other.line != n.line && !warned[other.text] && alike(other.text, n.text) && len(found) < maxLikenesses {
					warned[other.text] = true
					found = append(found, screenplay.Warning{Line: n.line, Message: fmt.Sprintf(message, other.text, other.line, n.text)})
				}
			}
			if len(filed[form]) < shelf {
				filed[form] = append(filed[form], n)
			}
		}
	}
	return found
}

// sameName reports whether two characters may be one: JANE and JANET, but not
// GUARD 1 and GUARD 2, COP A and COP B, TWIN and TWINS, WOMAN and WOMEN, ANN and DAN.
func sameName(a, b string) bool {
	return letters(a) == letters(b) ||
		nearlySame(a, b, 4) && strings.ReplaceAll(a, "MAN", "MEN") != strings.ReplaceAll(b, "MAN", "MEN")
}

// sameLocation is sameName for places, which are known by more words.
func sameLocation(a, b string) bool {
	return letters(a) == letters(b) || nearlySame(a, b, 6)
}

// nearlySame reports whether a and b, of least letters at least, differ by one
// letter (not a digit) of a word, other than by its plural or as titles do.
func nearlySame(a, b string, least int) bool {
	if utf8.RuneCountInString(a) > utf8.RuneCountInString(b) {
		a, b = b, a
	}
	if utf8.RuneCountInString(a) < least || a+"S" == b {
		return false
	}
	word, ok := oneLetter(a, b)
	word = strings.Trim(word, ".")
	return ok && utf8.RuneCountInString(word) > 2 && word != "MRS"
}

var apostrophes = strings.NewReplacer("'", "", "’", "")

// letters returns the words of text without punctuation and a leading article.
func letters(text string) string {
	words := strings.FieldsFunc(apostrophes.Replace(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	if len(words) > 1 && (words[0] == "THE" || words[0] == "A" || words[0] == "AN") {
		words = words[1:]
	}
	return strings.Join(words, " ")
}

// oneLetter reports whether one letter more, less or other, or two swapped, make a
// of b, which is no shorter, and returns the word of b where that is.
func oneLetter(a, b string) (word string, ok bool) {
	x := []rune(a)
	y := []rune(b)
	i := 0
	for i < len(x) && x[i] == y[i] {
		i++
	}
	switch rest, other := x[i:], y[i:]; {
	case len(x) == len(y) && len(rest) > 0:
		ok = slices.Equal(rest[1:], other[1:])
		swapped := len(rest) > 1 && rest[0] == other[1] && rest[1] == other[0] && slices.Equal(rest[2:], other[2:])
		ok = ok || swapped
	case len(x)+1 == len(y):
		ok = slices.Equal(rest, other[1:])
	}
	if !ok || !unicode.IsLetter(y[i]) {
		return "", false
	}
	from := i
	to := i
	for from > 0 && y[from-1] != ' ' {
		from--
	}
	for to < len(y) && y[to] != ' ' {
		to++
	}
	return string(y[from:to]), true
}
