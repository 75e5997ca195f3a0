package settings

import (
	"strings"
	"unicode/utf8"
)

// A config file is YAML, which is UTF-8. Bytes in it that are not, such as those of a path,
// go through the YAML reader as characters of their own: rawMark and the byte.
const rawMark = 0x10FF00

// marked reports whether a character stands for a byte, or could be taken for one.
func marked(r rune) bool { return r >= rawMark && r <= rawMark|0xFF }

// markBytes returns text as UTF-8 from which unmarkBytes makes the same text.
func markBytes(text string) string {
	var b strings.Builder
	for rest := text; rest != ""; {
		r, size := utf8.DecodeRuneInString(rest)
		if r == utf8.RuneError && size == 1 || marked(r) {
			for i := range size {
				b.WriteRune(rawMark | rune(rest[i]))
			}
		} else {
			b.WriteString(rest[:size])
		}
		rest = rest[size:]
	}
	return b.String()
}

// unmarkBytes undoes markBytes.
func unmarkBytes(text string) string {
	var b strings.Builder
	for _, r := range text {
		if marked(r) {
			b.WriteByte(byte(r & 0xFF)) //nolint:gosec // it is masked
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}
