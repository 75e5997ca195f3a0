// Package plaintext makes text of others fit to be shown.
package plaintext

import (
	"strings"
	"unicode"
)

// Line returns a text without what a terminal would obey, such as escape sequences, carriage
// returns and marks that turn the direction of writing: each kind of space becomes a space, and
// what else can't be printed is dropped.
func Line(text string) string { return strings.Map(printable, text) }

func printable(r rune) rune {
	switch {
	case unicode.IsSpace(r):
		return ' '
	case !unicode.IsPrint(r):
		return -1
	}
	return r
}

// Cut returns the first runes of a text, with an ellipsis in place of the rest.
func Cut(text string, most int) string {
	for i := range text {
		if most == 0 {
			return text[:i] + "…"
		}
		most--
	}
	return text
}
