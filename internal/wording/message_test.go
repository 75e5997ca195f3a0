package wording_test

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/cineforge/cineforge/internal/wording"
	"github.com/cineforge/cineforge/run/event"
)

// golden returns all events of the golden files.
func golden(t *testing.T) (all []event.Event) {
	t.Helper()
	files, err := filepath.Glob("../../run/testdata/events/*")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, f := range files {
		data, err := os.Open(f)
		if err != nil {
			t.Fatal(err)
		}
		defer data.Close()
		lines := bufio.NewScanner(data)
		lines.Buffer(nil, 1<<20)
		for lines.Scan() {
			var e event.Event
			if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
				t.Fatal(err)
			}
			all = append(all, e)
		}
	}
	return all
}

var (
	snake   = regexp.MustCompile(`\b[a-z]+_[a-z_]+\b`)
	command = regexp.MustCompile(`\bcineforge \w+`)
)

// wrong says what is wrong with a sentence for people; "" if it is one.
func wrong(text string) string {
	switch {
	case text == "":
		return "it is empty"
	case !strings.HasSuffix(text, ".") || strings.HasSuffix(text, ".."):
		return "it doesn't end with one period"
	case utf8.RuneCountInString(text) > 200:
		return "it is too long"
	case strings.ContainsAny(text, "\n\r\t\x1b"):
		return "it is not one line"
	case command.MatchString(text):
		return "it names a command"
	case strings.ToUpper(text[:1]) != text[:1]:
		return "it begins with a small letter"
	}
	return ""
}

func TestMessage_EveryGoldenEventHasASentence(t *testing.T) {
	for _, e := range golden(t) {
		text := wording.Message(e)
		_, unknown := e.Body.(event.Unknown)
		if words, ok := wording.All().Events[e.Body.EventName()]; !unknown && (!ok || text == wording.Sentence(words)) {
			t.Errorf("%s has no sentence of its own, or no words (%q): %q", e.Body.EventName(), words, text)
		}
		t.Logf("%s: %s", e.Body.EventName(), text)
		if why := wrong(text); why != "" {
			t.Errorf("%s: %s: %q", e.Body.EventName(), why, text)
		}
		names := strings.NewReplacer("mvp_ingest", "", "night_ferry.fountain", "").Replace(text)
		if found := snake.FindString(names); found != "" {
			t.Errorf("%s: %q is no word: %q", e.Body.EventName(), found, text)
		}
	}
}

// The offline model has one name, which begins with a capital letter only where a sentence does.
func TestMessage_NamesTheOfflineModelOnce(t *testing.T) {
	candidate := event.Attempt{Provider: "offline", Model: "offline", Unit: "scene_001", Attempt: 1}
	fallback := event.StageFallback{Unit: "scene_001", FromProvider: "openai", ToProvider: "offline", ToModel: "offline"}
	for want, body := range map[string]event.Body{
		"Asked the offline model about scene 1, try 1.":        event.AttemptStarted{Attempt: candidate},
		"The offline model answered about scene 1 in 0.1 s.":   event.AttemptFinished{Attempt: candidate, LatencyMS: 100},
		"Scene 1 goes to the offline model instead of OpenAI.": fallback,
	} {
		if got := wording.Message(event.Event{Body: body}); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
