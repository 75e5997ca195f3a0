// Package argument writes file names and other words of a command line in forms that lose no
// byte: as text that is stored, and as words of a shell.
package argument

import (
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// stdin is the text that stands for standard input in place of a file's name.
const stdin = "stdin"

// Text returns a file name as UTF-8 text on one line. Bytes that are not UTF-8, control
// characters and backslashes are written as % and two digits, and so is a % before two digits:
// different names have different texts. A file that is named like standard input has a text of
// its own too.
func Text(name string) string {
	if name == stdin {
		return escape(name[0]) + name[1:]
	}
	var b strings.Builder
	for rest := name; rest != ""; {
		r, size := utf8.DecodeRuneInString(rest)
		if odd(r, size) || escaped.MatchString(rest[:min(3, len(rest))]) {
			for i := range size {
				b.WriteString(escape(rest[i]))
			}
		} else {
			b.WriteString(rest[:size])
		}
		rest = rest[size:]
	}
	return b.String()
}

// Odd reports whether a file name has bytes that are written otherwise in its text.
func Odd(name string) bool {
	for rest := name; rest != ""; {
		r, size := utf8.DecodeRuneInString(rest)
		if odd(r, size) {
			return true
		}
		rest = rest[size:]
	}
	return false
}

func odd(r rune, size int) bool {
	return r == utf8.RuneError && size == 1 || unicode.IsControl(r) || r == '\\'
}

func escape(c byte) string { return fmt.Sprintf("%%%02X", c) }

var escaped = regexp.MustCompile(`%[0-9A-F]{2}`)

// Name returns the file name that a text was made of, and any other text as it is.
func Name(text string) string {
	name := escaped.ReplaceAllStringFunc(text, func(s string) string {
		c, err := hex.DecodeString(s[1:])
		if err != nil {
			return s
		}
		return string(c)
	})
	if Text(name) != text {
		return text
	}
	return name
}

// bare are the words that no shell takes apart or replaces.
var bare = regexp.MustCompile(`^[A-Za-z0-9_./=:,+-]+$`)

// Quote returns a word as a shell takes it: any POSIX shell, or one that knows $'...', such as
// bash and zsh, for a word with bytes that can't be printed. The result can be printed, on one
// line.
func Quote(word string) string {
	if bare.MatchString(word) {
		return word
	}
	if utf8.ValidString(word) && !strings.ContainsFunc(word, hidden) {
		return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
	}
	var b strings.Builder
	for rest := word; rest != ""; {
		r, size := utf8.DecodeRuneInString(rest)
		switch {
		case r == '\\', r == '\'':
			b.WriteString(`\` + rest[:size])
		case r == utf8.RuneError && size == 1, hidden(r):
			for i := range size {
				fmt.Fprintf(&b, `\x%02x`, rest[i])
			}
		default:
			b.WriteString(rest[:size])
		}
		rest = rest[size:]
	}
	return "$'" + b.String() + "'"
}

// QuoteFile is Quote for the name of a file as an argument, which must not look like a flag or
// like standard input.
func QuoteFile(name string) string { return Quote(Path(name)) }

// Path returns the name of a file as an argument that does not look like a flag or like
// standard input.
func Path(name string) string {
	if strings.HasPrefix(name, "-") {
		return "./" + name
	}
	return name
}

// hidden reports whether a character is not printed, or not as itself.
func hidden(r rune) bool { return !unicode.IsPrint(r) }
