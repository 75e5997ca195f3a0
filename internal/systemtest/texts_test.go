package systemtest_test

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	"github.com/cineforge/cineforge/run/event"
)

// shown are the members of events that people read.
var shown = []string{"error", "reason", "hint", "evidence", "detail", "why", "next"}

// wellPut checks the texts of an event: no word stands twice in a row, no quotation is
// within another one, and none ends before it says anything.
func wellPut(p *problems, body event.Body) {
	data, err := json.Marshal(body)
	p.check(err == nil, "%s: %v", body.EventName(), err)
	var members any
	p.check(json.Unmarshal(data, &members) == nil, "%s is no JSON", body.EventName())
	eachText(members, func(member, text string) {
		p.check(!strings.Contains(text, `\"`) && !strings.Contains(text, `""`), "nested quotes: %s", text)
		for one := range strings.SplitSeq(text, "; ") { // one of several causes, or of what helps
			p.check(strings.Count(one, `"`) <= 2, "nested quotes: %s", one)
		}
		p.check(!strings.HasSuffix(text, ": "), "nothing follows: %s", text)
		before := ""
		for word := range strings.FieldsSeq(quotation.ReplaceAllString(text, " quotation ")) {
			if word = strings.ToLower(edges.ReplaceAllString(word, "")); word != "" {
				p.check(word != before, "a word twice: %s", text)
				before = word
			}
		}
	})
}

// quotation is what a provider has written, which is shown as it is.
var quotation = regexp.MustCompile(`"[^"]*"`)

// edges are the marks around a word.
var edges = regexp.MustCompile(`^[^\pL\pN]+|[^\pL\pN]+$`)

// eachText calls f with each text that people read in a JSON value.
func eachText(v any, f func(member, text string)) {
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			eachText(item, f)
		}
	case map[string]any:
		for member, value := range v {
			if text, ok := value.(string); ok && slices.Contains(shown, member) {
				f(member, text)
			}
			eachText(value, f)
		}
	}
}
