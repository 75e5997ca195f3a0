package systemtest_test

import (
	"encoding/json"
	"log/slog"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/cineforge/cineforge/internal/feed"
	"github.com/cineforge/cineforge/internal/progress"
	"github.com/cineforge/cineforge/internal/runlog"
	"github.com/cineforge/cineforge/internal/wording"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

// programNames finds names of programs and commands, which no sentence for people has.
var programNames = regexp.MustCompile(`\b[a-z]+_[a-z_]+\b|\bcineforge [a-z]`)

// foreign takes the names of the recipe and of the scripts out of a sentence.
var foreign = strings.NewReplacer("mvp_ingest", "", "the_tide_clock", "", "night_bus", "", "the_well", "")

// quotedText finds what a sentence quotes from elsewhere.
var quotedText = regexp.MustCompile(`“[^”]*”`)

// saysTheSame wants a sentence for each event of a run, the same one in the stream, in the run
// log and on the terminal.
func saysTheSame(t *testing.T, events []event.Event) {
	t.Helper()
	var shown, logged strings.Builder
	log := runlog.New(slog.New(slog.NewJSONHandler(&logged, &slog.HandlerOptions{Level: slog.LevelDebug})))
	each := func(yield func(event.Event, error) bool) {
		for _, e := range events {
			if !yield(e, nil) {
				return
			}
		}
	}
	if _, err := progress.Show(each, progress.Options{Out: &shown, Zone: time.UTC, Verbose: true}); err != nil {
		t.Fatal(err)
	}
	for _, e := range events {
		text := wording.Message(e)
		if n := utf8.RuneCountInString(text); n < 10 || n > 200 || !strings.HasSuffix(text, ".") || strings.HasSuffix(text, "..") {
			t.Errorf("%s: %q", e.Body.EventName(), text)
		}
		own := foreign.Replace(quotedText.ReplaceAllString(text, ""))
		if found := programNames.FindString(own); found != "" {
			t.Errorf("%s: %q in %q", e.Body.EventName(), found, text)
		}
		if f, err := feed.NewFrame(run.LogEntry{Event: e}); err != nil || !strings.Contains(string(f.Data), asText(t, text)) {
			t.Errorf("the stream does not say %q: %s, %v", text, f.Data, err)
		}
		before := logged.Len()
		log.Observe(e)
		if line := logged.String()[before:]; line != "" && !strings.Contains(line, asText(t, text)) && !strings.Contains(line, text) {
			t.Errorf("the run log does not say %q: %s", text, line)
		}
		if onTerminal[e.Body.EventName()] && !strings.Contains(shown.String(), strings.TrimSuffix(text, ".")) {
			t.Errorf("the terminal does not say %q:\n%s", text, shown.String())
		}
	}
}

// onTerminal are the events each of which is a line on the terminal.
var onTerminal = map[string]bool{"pipeline_started": true, "stage_started": true, "stage_finished": true, "stage_failed": true,
	"attempt_failed": true, "stage_fallback": true, "stage_waiting": true, "breaker_opened": true, "breaker_closed": true,
	"run_resumed": true, "stage_paused": true, "pipeline_finished": true, "budget_exceeded": true}

// asText returns a text as it stands in JSON.
func asText(t *testing.T, text string) string {
	data, err := json.Marshal(text)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Trim(string(data), `"`)
}
