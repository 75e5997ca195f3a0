package diagnosis

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/cineforge/cineforge/failure"
)

// explanation says in a sentence what went wrong.
func explanation(f *failure.Error) string {
	switch {
	case f.Class == failure.Unknown && !f.Effect.OtherProvider:
		return "nothing in this says that it failed"
	case f.Class == failure.Overloaded && f.Effect.Scope == failure.ScopeModel:
		return "the model is overloaded"
	case f.Class == failure.NotFound && !f.Effect.OtherModel:
		return "the provider does not have this address"
	case f.Class == failure.BadOutput && cutOff[normal(f.Code)]:
		return "the answer was cut off at the limit for its length"
	}
	return f.Class.Meaning()
}

// cutOff are the reasons for an answer's end that mean that it was too long.
var cutOff = map[string]bool{"max_tokens": true, "max_output_tokens": true, "length": true}

// action says what a person can do about a failure.
func (c *call) action(f *failure.Error, v verdict) string {
	switch {
	case v.helps != "":
		return v.helps
	case f.Class == failure.Auth && c.KeyName != "":
		return "set a valid " + c.KeyName + ", then retry"
	case f.Class == failure.Unknown && !f.Effect.OtherProvider, f.Class == failure.Canceled:
		return "nothing needs to be done"
	case f.Class == failure.NotFound && !f.Effect.OtherModel:
		return checkBaseURL
	case f.Class == failure.InvalidRequest && f.Parameter != "":
		return fmt.Sprintf("retry with a recipe that names a model which takes %s", f.Parameter)
	}
	text := f.Class.Action()
	if f.RetryAfter != nil && *f.RetryAfter > 0 {
		text += "; the provider said to wait " + f.RetryAfter.Round(time.Second/10).String()
	}
	return text
}

// readable makes a provider's words fit to stand in a quotation: without marks that would end it,
// and without what was repeated where they were passed on.
func readable(text string) string {
	text = marks.ReplaceAllString(text, "'")
	if inner, ok := strings.CutPrefix(text, "'"); ok && strings.HasSuffix(inner, "'") && strings.Count(inner, "'") == 1 {
		text = strings.TrimSuffix(inner, "'")
	}
	for { // what is left out may let others stand side by side
		shorter := singleWords(singleClauses(text))
		if len(shorter) >= len(text) {
			return text
		}
		text = shorter
	}
}

// transportText returns what a transport's error says: each of several that are joined once,
// and no address that was asked, which is as long as it is known.
func transportText(err error) string {
	var lines []string
	for line := range strings.Lines(request.ReplaceAllString(err.Error(), "")) {
		if line = strings.TrimSpace(line); line != "" && !slices.Contains(lines, line) {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, ": ")
}

// request finds how Go's client begins an error of a request.
var request = regexp.MustCompile(`\b(?:Get|Post) "[^"]*": `)

// marks are quotation marks, escaped or not.
var marks = regexp.MustCompile(`\\*"`)

// singleClauses drops clauses that say what the one before them said: "timeout: timeout: no answer".
func singleClauses(text string) string {
	const colon = ": "
	var kept []string
	for _, clause := range strings.Split(text, colon) {
		said := wordOf(clause)
		if n := len(kept); n > 0 && said != "" && said == wordOf(kept[n-1]) {
			continue
		}
		kept = append(kept, clause)
		for n := len(kept) / 2; n > 1; n-- { // the same clauses twice in a row
			if again := kept[len(kept)-n:]; slices.EqualFunc(again, kept[len(kept)-2*n:len(kept)-n], strings.EqualFold) {
				kept = kept[:len(kept)-n]
				break
			}
		}
	}
	return strings.Join(kept, colon)
}

// singleWords drops words that repeat the one before them in a sentence.
func singleWords(text string) string {
	var kept []string
	for _, word := range strings.Fields(text) {
		if n := len(kept) - 1; n >= 0 && repeats(kept[n], word) {
			kept[n] = joined(kept[n], word)
			continue
		}
		kept = append(kept, word)
	}
	return strings.Join(kept, " ")
}

// repeats reports whether a word is the one before it, and neither a new sentence nor one of
// two numbers that happen to be the same.
func repeats(before, word string) bool {
	core := wordOf(word)
	if core == "" || core != wordOf(before) || strings.ContainsAny(before[len(before)-1:], ".!?;") {
		return false
	}
	return strings.ContainsFunc(core, unicode.IsLetter) || strings.HasPrefix(word, "(")
}

// joined is two words of which the second repeats the first, with the marks around them.
func joined(first, second string) string {
	word := strings.TrimFunc(second, isMark)
	lead, end, _ := strings.Cut(second, word)
	if lead != "" || end == "" {
		return first
	}
	return strings.TrimRightFunc(first, isMark) + end
}

// wordOf returns a word in small letters without the marks around it.
func wordOf(word string) string { return strings.ToLower(strings.TrimFunc(word, isMark)) }

func isMark(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }

// quoted puts a provider's words behind what a failure means.
func quoted(means, said string) string {
	if said == "" {
		return means
	}
	sep := ` ("`
	before := strings.Fields(means)
	words := strings.Fields(said)
	if len(before) > 0 && wordOf(before[len(before)-1]) == wordOf(words[0]) {
		sep = ` (it says "`
	}
	return means + sep + said + `")`
}
