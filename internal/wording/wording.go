// Package wording holds the words in which events, stages, reasons and statuses are put to people.
// The terminal, the chat, the run log and the API take them from here, so that a fact is stated in
// the same words everywhere. The words for classes of failure are in package failure.
package wording

import (
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/cineforge/cineforge/internal/plaintext"
)

// longestQuote is how many characters of a text from elsewhere a sentence has.
const longestQuote = 60

// quote returns a text from elsewhere as data within a sentence: on one line, bounded, in
// quotation marks.
func quote(text string) string {
	return "“" + plaintext.Cut(strings.Join(strings.Fields(oneLine(text)), " "), longestQuote) + "”"
}

// saying adds a text from elsewhere to a clause, as far as a message has room for it.
func saying(clause, text string) string {
	text = strings.TrimRight(strings.Join(strings.Fields(oneLine(text)), " "), ".")
	room := longestMessage - utf8.RuneCountInString(clause) - len(": “…”.")
	if text == "" || room < 20 {
		return clause
	}
	return clause + ": “" + plaintext.Cut(text, room) + "”"
}

// longestName is how many characters of a name from elsewhere a sentence has.
const longestName = 40

// name returns a name that came from elsewhere, such as that of a file.
func name(text string) string { return plaintext.Cut(strings.TrimSpace(oneLine(text)), longestName) }

func oneLine(text string) string {
	return plaintext.Line(strings.ToValidUTF8(text, "\uFFFD"))
}

// Sentence returns a clause as a sentence: with a capital letter first and a period at its end.
// A clause that is empty stays so.
func Sentence(clause string) string {
	clause = strings.TrimRight(strings.TrimSpace(clause), ".;:, ")
	if clause == "" {
		return ""
	}
	return capital(clause) + "."
}

func capital(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(first)) + text[size:]
}

// InWords returns a name of programs, such as wait_budget_exhausted, in words of people.
func InWords(id string) string {
	return strings.TrimSpace(strings.Join(strings.FieldsFunc(name(id), func(r rune) bool { return r == '_' || r == ' ' }), " "))
}

// At writes a moment in the zone of another: with its date if the other is of another day.
func At(t, of time.Time) string {
	t = t.In(of.Location())
	if t.Format(time.DateOnly) == of.Format(time.DateOnly) {
		return t.Format("15:04:05 MST")
	}
	return t.Format("2006-01-02 15:04:05 MST")
}

// USD writes an amount of dollars. What costs something never looks free.
func USD(amount float64) string {
	if amount > 0 && amount < 0.01 {
		return "<$0.01"
	}
	return fmt.Sprintf("$%.2f", amount)
}

// Count counts things.
func Count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	if stem, ok := strings.CutSuffix(thing, "ry"); ok {
		return fmt.Sprintf("%d %sries", n, stem)
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// took writes how long something took.
func took(d time.Duration) string {
	switch d = max(d, 0); {
	case d < 50*time.Millisecond:
		return "less than 0.1 s"
	case d < 10*time.Second:
		return fmt.Sprintf("%.1f s", d.Seconds())
	case d < 100*time.Second:
		return fmt.Sprintf("%.0f s", d.Seconds())
	}
	return d.Round(time.Second).String()
}

// list joins names with commas and a last "and".
func list(names []string) string {
	switch n := len(names); n {
	case 0:
		return ""
	case 1:
		return names[0]
	default:
		return strings.Join(names[:n-1], ", ") + " and " + names[n-1]
	}
}
