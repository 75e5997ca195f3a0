package diagnosis_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"

	"github.com/cineforge/cineforge/failure/diagnosis"
)

// blemish names what is wrong with how a message is put together, "" if nothing is: a word
// twice in a row, a quotation within one, or a clause that says what the one before it said.
func blemish(message string) string {
	if strings.Contains(message, `\"`) || strings.Contains(message, `""`) || strings.Count(message, `"`) > 2 {
		return "nested quotes"
	}
	core := func(s string) string {
		return strings.ToLower(strings.TrimFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }))
	}
	before := ""
	for word := range strings.FieldsSeq(message) {
		if word = core(word); word != "" && word == before {
			return "twice: " + word
		}
		before = word
	}
	before = ""
	for clause := range strings.SplitSeq(message, ": ") {
		if clause = core(clause); clause != "" && clause == before {
			return "twice: " + clause
		}
		before = clause
	}
	return ""
}

// said are what vendors and transports say.
var said = []string{
	"Overloaded", "no answer began in time", "unexpected EOF", "Internal server error", "Rate limit reached for gpt-5.2",
	"Request contains an invalid argument.",
	"This service has been disabled", `Unknown name "x": Cannot find field.`, `{"error": {"message": "Overloaded"}}`, `debug=""`,
	`"quoted"`, `he said \"no\"`, "HTTP 429 (429) Too Many Requests",
	"Provider returned error", "The model is overloaded.", "server error",
}

// wraps are how one program passes on what another one says.
var wraps = []func(text string) string{
	func(text string) string { return text },
	func(text string) string { return text + ": " + text },
	func(text string) string { return "error: " + text },
	func(text string) string { return "Error: error: " + text },
	func(text string) string { return "anthropic: " + text },
	func(text string) string { return `error: "` + text + `"` },
	func(text string) string { return text + "\n" + text },
	func(text string) string { quoted, _ := json.Marshal(text); return string(quoted) },
	func(text string) string { return text + " (" + text + ")" },
}

// However often what a provider says is wrapped on its way, the message says it once, in one
// pair of quotation marks.
func TestOf_SaysItOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := strings.TrimSuffix(rapid.SampledFrom(said).Draw(t, "said"), ".") // the next sentence may begin with any word
		for range rapid.IntRange(0, 3).Draw(t, "wraps") {
			text = rapid.SampledFrom(wraps).Draw(t, "wrap")(text)
		}
		e := diagnosis.Evidence{Provider: rapid.SampledFrom([]string{"anthropic", "openai", "google", "local"}).Draw(t, "provider")}
		switch rapid.IntRange(0, 3).Draw(t, "place") {
		case 0:
			e.Status = rapid.SampledFrom([]int{400, 401, 403, 404, 408, 429, 500, 503, 504, 529}).Draw(t, "status")
			body, _ := json.Marshal(map[string]any{"error": map[string]any{"type": "overloaded_error", "message": text}})
			e.Body = string(body)
		case 1:
			e.Status = 500
			e.Body = text
		case 2:
			e.Err = errors.Join(diagnosis.ErrMalformed, errors.New(text), fmt.Errorf("%s", text))
		default:
			e.Err = &url.Error{Op: "Post", URL: "http://host/v1", Err: errors.New(text)}
		}
		if f := diagnosis.Of(e); blemish(f.Message) != "" {
			t.Fatalf("%s: %s\nof %+v", blemish(f.Message), f.Message, e)
		}
	})
}

// The bodies of these tests, and the errors of real providers where they are there, make
// messages without a blemish.
func TestOf_MessagesAreWellPut(t *testing.T) {
	for _, b := range bodiesWithText {
		e := b.evidence
		e.Body = strings.NewReplacer("%q", `"The door opens."`, "%s", "The door opens.", "%i", "req_1").Replace(e.Body)
		if f := diagnosis.Of(e); blemish(f.Message) != "" {
			t.Errorf("%s: %s", blemish(f.Message), f.Message)
		}
	}
	for said, err := range map[string]error{
		"unexpected EOF":           errors.Join(errors.New("unexpected EOF"), errors.New("unexpected EOF")),
		"connection reset by peer": &url.Error{Op: "Post", URL: "http://host/v1", Err: errors.New("connection reset by peer")},
		"the answer is not in the form of its protocol: no such event": errors.Join(diagnosis.ErrMalformed, errors.New("no such event")),
	} {
		if f := diagnosis.Of(diagnosis.Evidence{Provider: "somebody", Err: err}); !strings.HasSuffix(f.Message, ` ("`+said+`")`) {
			t.Errorf("%s\nwant %s", f.Message, said)
		}
	}
	for _, name := range []string{"errors/real-errors.jsonl", "errors/real-errors-2.jsonl"} {
		for _, l := range corpus(t, shared(t, name)) {
			if f := diagnosis.Of(l.evidence()); blemish(f.Message) != "" {
				t.Errorf("%s: %s: %s", l.ID, blemish(f.Message), f.Message)
			}
		}
	}
}
