package projectconfig_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/artifact/content"
	"github.com/cineforge/cineforge/llm/offline"
	"github.com/cineforge/cineforge/stage"
)

func TestLeads_SentencesAreNone(t *testing.T) {
	var b strings.Builder
	b.WriteString("INT. HALL - DAY\n\n")
	for _, name := range []string{"STOP IT!", "WHO IS IT?", "WE WAIT...", "SO IT ENDS.", "ONE TWO THREE FOUR FIVE SIX SEVEN", "@AND THEN…"} {
		b.WriteString(strings.Repeat(name+"\nNow.\n\n", 9))
	}
	b.WriteString("BO JR.\nYes.\n\nR.J.\nNo.\n\nONE TWO THREE FOUR FIVE SIX\nNo.\n\n")
	got, _, _ := run(t, stage.Task{Inputs: inputs(t, "", b.String(), 90), Model: offline.Model{}})
	if diff := cmp.Diff([]string{"BO JR.", "R.J."}, got.PrimaryCharacters); diff != "" || len(got.SupportingCharacters) != 7 {
		t.Errorf("%s %q", diff, got.SupportingCharacters)
	}
}

func TestModule_TheTitlePageComesFirst(t *testing.T) {
	page := "Title: X\nFormat: TV Pilot\nGenre: Drama, _Sci-Fi_ / Horror; drama\nTone: dark\nTone: light\nLog line:\n\tShe waits.\n" +
		"\tHe comes.\n\n"
	got, draft, _ := run(t, stage.Task{Inputs: inputs(t, "X", page+"INT. HALL - DAY\n\nDust.\n", 90), Model: answer(t, fullAnswer)})
	if got.Format != "TV Pilot" || got.Logline == nil || *got.Logline != "She waits. He comes." {
		t.Errorf("format %q, logline %v", got.Format, got.Logline)
	}
	if diff := cmp.Diff([][]string{{"Drama", "Sci-Fi", "Horror", "drama"}, {"dark"}}, [][]string{got.Genre, got.Tone}); diff != "" {
		t.Error(diff)
	}
	for _, name := range []string{"format", "genre", "tone", "logline"} {
		if d := got.Details[name]; d.By != content.OriginTitlePage || d.Confidence < 0.9 || d.Source != content.AutoDetected {
			t.Errorf("%s: %+v", name, d)
		}
	}
	if draft.Source != artifact.Code {
		t.Errorf("source %s, though the model had nothing to add", draft.Source)
	}
	got, _,
		_ = run(t, stage.Task{Inputs: inputs(t, "", "Title: X\nType: Short\nGenre: /\n\nINT. HALL - DAY\n\nDust.\n", 90), Model: offline.Model{}})
	if got.Format != "Short" || len(got.Genre) > 0 || got.Details["genre"].By != content.OriginUnknown {
		t.Errorf("format %q, genre %q", got.Format, got.Genre)
	}
}

func TestModule_NoLengthIsZeroMinutes(t *testing.T) {
	for minutes, want := range map[float64]string{0.25: "less than a minute by", 1.2: "about a minute by", 2: "about 2 minutes by",
		50: "about 50 minutes by"} {
		got, _, _ := run(t, stage.Task{Inputs: inputs(t, "", "INT. HALL - DAY\n\nDust.\n", minutes), Model: offline.Model{}})
		if why := got.Details["format"].Rationale; !strings.HasPrefix(why, want) {
			t.Errorf("%v: %s, want %s", minutes, why, want)
		}
	}
}
