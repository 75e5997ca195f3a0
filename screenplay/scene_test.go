package screenplay_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/cineforge/cineforge/screenplay"
)

// script lays elements out one line each, and a blank line before each but those of a speech.
func script(elements ...screenplay.Element) screenplay.Script {
	var s screenplay.Script
	for i, e := range elements {
		switch e.Kind {
		case screenplay.Dialogue, screenplay.Parenthetical, screenplay.Lyrics, screenplay.Note:
		default:
			if i > 0 {
				s.Lines++
				s.Elements = append(s.Elements, screenplay.Element{Span: screenplay.Span{Start: s.Lines, End: s.Lines}})
			}
		}
		e.Span.Start = s.Lines + 1
		s.Lines += 1 + strings.Count(e.Text, "\n")
		e.Span.End = s.Lines
		s.Elements = append(s.Elements, e)
	}
	return s
}

func el(kind screenplay.Kind, text string) screenplay.Element {
	return screenplay.Element{Kind: kind, Text: text}
}

func TestScenes(t *testing.T) {
	s := script(
		el(screenplay.Transition, "FADE IN:"), // line 1
		el(screenplay.Character, "NARRATOR (V.O.)"),
		el(screenplay.Dialogue, "Once."),
		screenplay.Element{Kind: screenplay.SceneHeading, Text: "int. *house* - day [[x]]", Number: "1A"}, // 6
		el(screenplay.Character, "MARY (O.S.)"),
		el(screenplay.Dialogue, "Hi."),
		el(screenplay.Character, "JOHN"),
		el(screenplay.Parenthetical, "(waves)"),
		el(screenplay.Character, "MARY (CONT'D)"),
		el(screenplay.Lyrics, "La"),
		el(screenplay.Character, "BOB"), // says nothing
		el(screenplay.Action, "He leaves."),
		screenplay.Element{Kind: screenplay.SceneHeading, Text: "EXT/INT. YARD", Implied: true}, // 21
		el(screenplay.Character, "JOHN"),
		el(screenplay.Note, "[[louder]]"),
		el(screenplay.Dialogue, "Well."),
		el(screenplay.Character, "ANN"),
		el(screenplay.Dialogue, "[[nothing]]"), // 28
	)
	want := []screenplay.Scene{
		{
			Index: 1, Number: "1A", Heading: "INT. HOUSE - DAY", IntExt: "INT", Location: "HOUSE", TimeOfDay: "DAY",
			Characters: []string{"MARY", "JOHN", "BOB"}, DialogueBlocks: 3,
			Speeches: map[string]int{"MARY": 2, "JOHN": 1}, Span: screenplay.Span{Start: 6, End: 20},
			Eighths: 3, // 16 lines as printed, of 6.75 to the eighth
		},
		{
			Index: 2, Heading: "EXT/INT. YARD", IntExt: "INT/EXT", Location: "YARD", Implied: true,
			Characters: []string{"JOHN", "ANN"}, DialogueBlocks: 1,
			Speeches: map[string]int{"JOHN": 1}, Span: screenplay.Span{Start: 21, End: 28},
			Eighths: 2, // 8 lines
		},
	}
	if diff := cmp.Diff(want, s.Scenes(), cmpopts.IgnoreFields(screenplay.Scene{}, "Elements")); diff != "" {
		t.Errorf("Scenes (-want +got):\n%s", diff)
	}
	for i, scene := range s.Scenes() {
		first := scene.Elements[0]
		last := scene.Elements[len(scene.Elements)-1]
		if first.Kind != screenplay.SceneHeading || first.Span.Start != scene.Span.Start || last.Span.End != scene.Span.End {
			t.Errorf("scene %d has elements from %+v to %+v", i+1, first, last)
		}
	}

	cast := []screenplay.CastMember{
		{Name: "NARRATOR", DialogueBlocks: 1, Scenes: 0},
		{Name: "MARY", DialogueBlocks: 2, Scenes: 1},
		{Name: "JOHN", DialogueBlocks: 2, Scenes: 2},
		{Name: "BOB", DialogueBlocks: 0, Scenes: 1},
		{Name: "ANN", DialogueBlocks: 0, Scenes: 1},
	}
	if diff := cmp.Diff(cast, s.Cast()); diff != "" {
		t.Errorf("Cast (-want +got):\n%s", diff)
	}
}

func TestScenes_None(t *testing.T) {
	if got := (screenplay.Script{}).Scenes(); len(got) != 0 {
		t.Errorf("an empty script has scenes %v", got)
	}
	if got := script(el(screenplay.Action, "He waits.")).Scenes(); len(got) != 0 {
		t.Errorf("a script without headings has scenes %v", got)
	}
}

func TestLocations(t *testing.T) {
	s := script(
		el(screenplay.SceneHeading, "INT. HOUSE - DAY"),
		el(screenplay.SceneHeading, "LATER"),
		el(screenplay.SceneHeading, "EXT. YARD"),
		el(screenplay.SceneHeading, "ext. house - night"),
	)
	if diff := cmp.Diff([]string{"HOUSE", "YARD"}, s.Locations()); diff != "" {
		t.Errorf("Locations (-want +got):\n%s", diff)
	}
}

// TestPages counts lines by hand: 54 to a page, and what each kind has above it.
func TestPages(t *testing.T) {
	long := func(n int) string { return strings.TrimSpace(strings.Repeat("abcd ", n)) } // 5n-1 characters
	for _, c := range []struct {
		name  string
		s     screenplay.Script
		lines int
	}{
		{"nothing", script(), 0},
		{"action", script(el(screenplay.Action, "He waits.")), 2},
		{"two lines of action", script(el(screenplay.Action, "He waits.\nShe too.")), 3},
		{"action of 59 characters", script(el(screenplay.Action, long(12))), 2},
		{"action of 64 characters", script(el(screenplay.Action, long(13))), 3},
		{"a word of 121 characters", script(el(screenplay.Action, strings.Repeat("x", 121))), 4},
		{"a word of 61 characters and a short one", script(el(screenplay.Action, strings.Repeat("x", 61)+" y")), 3},
		{"accents count once", script(el(screenplay.Action, strings.Repeat("é", 60))), 2},
		{"heading", script(el(screenplay.SceneHeading, "INT. HOUSE")), 3},
		{"speech", script(el(screenplay.Character, "JOHN"), el(screenplay.Parenthetical, "(beat)"), el(screenplay.Dialogue, long(7))), 4},
		{"dialogue of 39 characters", script(el(screenplay.Character, "JOHN"), el(screenplay.Dialogue, long(8))), 4},
		{"notes, sections and synopses are not printed", script(el(screenplay.Note, "[[a]]"), el(screenplay.Section, "b"),
			el(screenplay.Synopsis, "c"), el(screenplay.Boneyard, "/*d*/"), el(screenplay.Action, "[[e]]"), el(screenplay.TitlePage, "f")), 0},
		{"a page break fills the page",
			script(el(screenplay.Action, "He waits."), el(screenplay.PageBreak, ""), el(screenplay.Action, "He goes.")), 56},
		{"dual dialogue stands side by side", script(
			el(screenplay.Character, "JOHN"), el(screenplay.Dialogue, "a\nb\nc"), // 5
			screenplay.Element{Kind: screenplay.Character, Text: "MARY", Dual: true}, el(screenplay.Dialogue, "a\nb\nc\nd"), // 1 more
			el(screenplay.Action, "He waits.")), 8},
	} {
		t.Run(c.name, func(t *testing.T) {
			want := float64(c.lines) / 54
			if got := c.s.Pages(); got != want {
				t.Errorf("%v pages, want %v (%d lines)", got, want, c.lines)
			}
			if c.s.Minutes() != c.s.Pages() {
				t.Error("a page is no minute")
			}
		})
	}
}

func TestEighths(t *testing.T) {
	heading := el(screenplay.SceneHeading, "INT. HOUSE") // 3 lines
	for lines, want := range map[int]int{3: 1, 6: 1, 7: 2, 13: 2, 14: 3, 27: 4, 28: 5, 54: 8, 55: 9} {
		s := script(heading)
		if lines > 3 {
			s = script(heading, el(screenplay.Action, strings.Repeat("x\n", lines-5)+"x"))
		}
		if got := s.Scenes()[0].Eighths; got != want {
			t.Errorf("%d lines are %d eighths, want %d", lines, got, want)
		}
	}
}
