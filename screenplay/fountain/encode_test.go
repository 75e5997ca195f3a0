package fountain_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cineforge/cineforge/screenplay"
	"github.com/cineforge/cineforge/screenplay/fountain"
)

func el(kind screenplay.Kind, text string) screenplay.Element {
	return screenplay.Element{Kind: kind, Text: text}
}

// TestEncode is about scripts that other readers make: without blank lines, and
// with texts that Fountain takes for something else.
func TestEncode(t *testing.T) {
	const (
		heading, action, character, dialogue = screenplay.SceneHeading, screenplay.Action, screenplay.Character, screenplay.Dialogue
		parenthetical, transition, lyrics    = screenplay.Parenthetical, screenplay.Transition, screenplay.Lyrics
	)
	for _, c := range []struct {
		name     string
		elements []screenplay.Element
		want     string
	}{
		{"nothing", nil, ""},
		{"a scene", []screenplay.Element{
			{Kind: screenplay.TitlePage, Key: "Title", Text: "A"},
			{Kind: screenplay.TitlePage, Key: "Contact", Text: "B\nC"},
			{Kind: heading, Text: "INT. HOUSE", Number: "1A"},
			el(action, "He waits.\nShe too."),
			el(character, "JOHN"), el(parenthetical, "(beat)"), el(dialogue, "Hello.\n\nYou."),
			{Kind: character, Text: "MARY", Dual: true}, el(dialogue, "Hello."),
			el(transition, "CUT TO:"),
		},
			"Title: A\nContact:\n    B\n    C\n\nINT. HOUSE #1A#\n\nHe waits.\nShe too.\n\nJOHN\n(beat)\nHello.\n  \nYou.\n\nMARY ^\nHello.\n" +
				"\nCUT TO:\n"},
		{"marks", []screenplay.Element{
			{Kind: screenplay.Section, Text: "Act", Level: 2}, el(screenplay.Synopsis, "He waits."), el(screenplay.Centered, "THE END"),
			el(screenplay.PageBreak, ""), el(lyrics, "La\nla"), el(screenplay.Note, "[[x]]"), el(screenplay.Boneyard, "/* y */"),
		}, "## Act\n\n= He waits.\n\n> THE END <\n\n===\n\n~La\n~la\n\n[[x]]\n\n/* y */\n"},

		{"heading without prefix", []screenplay.Element{el(heading, "HOUSE - DAY")}, ".HOUSE - DAY\n"},
		{"heading with another prefix", []screenplay.Element{{Kind: heading, Text: "EXT/INT. CAR", Number: "2"}}, ".EXT/INT. CAR #2#\n"},
		{"heading that starts with a quote", []screenplay.Element{el(heading, `"THE BAR"`)}, ".THE BAR\"\n"},
		{"heading in emphasis", []screenplay.Element{el(heading, "**HOUSE - DAY**")}, ".HOUSE - DAY\n"},
		{"heading with a prefix in emphasis", []screenplay.Element{el(heading, "*INT. HOUSE - DAY*")}, "INT. HOUSE - DAY\n"},
		{"heading over two lines", []screenplay.Element{el(heading, "INT. HOUSE\nDAY")}, "INT. HOUSE DAY\n"},
		{"scene number that Fountain has not", []screenplay.Element{{Kind: heading, Text: "INT. A", Number: "1 #A"}}, "INT. A #1A#\n"},
		{"forced stays forced", []screenplay.Element{{Kind: heading, Text: "INT. A", Forced: true}}, ".INT. A\n"},

		{"cue in lower case", []screenplay.Element{el(character, "McClane"), el(dialogue, "Yes.")}, "@McClane\nYes.\n"},
		{"cue like a heading", []screenplay.Element{el(character, "INT. VOICE"), el(dialogue, "Yes.")}, "@INT. VOICE\nYes.\n"},
		{"cue of digits", []screenplay.Element{el(character, "23"), el(dialogue, "Yes.")}, "@23\nYes.\n"},
		{"cue without speech", []screenplay.Element{el(character, "JOHN"), el(action, "He waits.")}, "@JOHN\n\nHe waits.\n"},
		{"cue with a note and a number of words", []screenplay.Element{{Kind: character, Text: "JOHN [[how]]", Dual: true}, el(dialogue, "Yes.")},
			"JOHN ^ [[how]]\nYes.\n"},

		{"action like a heading", []screenplay.Element{el(action, "INT. HOUSE")}, "!INT. HOUSE\n"},
		{"action like a cue", []screenplay.Element{el(action, "BOOM\nIt falls.")}, "!BOOM\nIt falls.\n"},
		{"capitals alone are action", []screenplay.Element{el(action, "BOOM")}, "BOOM\n"},
		{"action like a transition", []screenplay.Element{el(action, "CUT TO:")}, "!CUT TO:\n"},
		{"action with marks in each line", []screenplay.Element{el(action, "#1\n.2\n=3\n~4\n>5\n@6\n!7")}, "!#1\n.2\n!=3\n!~4\n!>5\n@6\n!!7\n"},
		{"action with a mark in front", []screenplay.Element{el(action, ".45"), el(action, "@home")}, "!.45\n\n!@home\n"},
		{"action like a title page", []screenplay.Element{el(action, "Title: A")}, "!Title: A\n"},
		{"the same, further on", []screenplay.Element{el(action, "X"), el(action, "Title: A")}, "X\n\nTitle: A\n"},
		{"action of two paragraphs", []screenplay.Element{el(action, "One.\n\nINT. A\n\nTwo.")}, "One.\n\n!INT. A\n\nTwo.\n"},
		{"line ends of another kind", []screenplay.Element{el(action, "One.\r\nTwo.")}, "One.\nTwo.\n"},

		{"transition with another ending", []screenplay.Element{el(transition, "FADE OUT.")}, "> FADE OUT.\n"},
		{"transition in lower case", []screenplay.Element{el(transition, "Cut to:")}, "> Cut to:\n"},
		{"parenthetical without parentheses", []screenplay.Element{el(character, "A"), el(parenthetical, "beat"), el(dialogue, "B")},
			"A\n(beat)\nB\n"},
		{"words without a cue", []screenplay.Element{el(dialogue, "HELLO\nyou"), el(parenthetical, "(beat)")}, "!HELLO\nyou\n\n(beat)\n"},
		{"song in a speech", []screenplay.Element{el(character, "A"), el(lyrics, "La"), el(dialogue, "Yes.")}, "A\n~La\nYes.\n"},
		{"note in a speech",
			[]screenplay.Element{el(character, "A"), el(screenplay.Note, "[[x]]"), el(dialogue, "Yes."), el(screenplay.Note, "[[y]]")},
			"A\n[[x]]\nYes.\n\n[[y]]\n"},
		{"note without brackets", []screenplay.Element{el(screenplay.Note, "one\n\ntwo ]] three")}, "[[one\n  \ntwo ] ] three]]\n"},
		{"boneyard without brackets", []screenplay.Element{el(screenplay.Boneyard, "one */ two")}, "/*one * / two*/\n"},
		{"note that stands apart", []screenplay.Element{el(action, "One."), el(screenplay.Note, "[[x]]"), {}, el(action, "Two.")},
			"One.\n\n[[x]]\n\nTwo.\n"},
		{"no text", []screenplay.Element{el(heading, ""), el(character, " "), el(action, ""), el(transition, ""), el(heading, "--"),
			el(action, "X")}, "X\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := fountain.Encode(screenplay.Script{Elements: c.elements})
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Fatalf("Encode (-want +got):\n%s", diff)
			}
			if again := fountain.Encode(fountain.Decode(got)); again != got {
				t.Errorf("%q is written as %q", got, again)
			}
		})
	}
}

func TestEncode_KeepsBlankLines(t *testing.T) {
	for _, text := range []string{
		"\n\nINT. HOUSE\n\n\n\nOne.\n\n\nTwo.\n\n",
		"# Act\n= Synopsis\n\n> A <\n> B <\nShe waits.\n===\n~la\n",
		"[[x]]\nTitle: A\n\n\nX\n",
		"JOHN\n[[x]]\n(beat)\nHello.\n  \nYou.\n",
	} {
		if got := fountain.Encode(fountain.Decode(text)); got != text {
			t.Errorf("%q is written as %q", text, got)
		}
	}
}

func TestEncode_PutsBlankLinesWhereNeeded(t *testing.T) {
	for text, want := range map[string]string{
		"# Act\n[[x]]\n\nINT. HOUSE\n[[y]]\n\nHe waits.\n": "# Act\n[[x]]\n\nINT. HOUSE\n\n[[y]]\n\nHe waits.\n",
		"He waits.\n> FADE\nShe too.\n\nThey go.":          "He waits.\n> FADE\nShe too.\n\nThey go.\n",
	} {
		if got := fountain.Encode(fountain.Decode(text)); got != want {
			t.Errorf("%q is written as %q, want %q", text, got, want)
		}
	}
}

func TestEncodeLines(t *testing.T) {
	s := screenplay.Script{Elements: []screenplay.Element{
		el(screenplay.SceneHeading, "INT. HOUSE"),
		el(screenplay.Action, ""),
		{Kind: screenplay.Blank, Span: screenplay.Span{Start: 2, End: 3}},
		el(screenplay.Action, "One.\nTwo."),
		el(screenplay.Character, "JOHN"),
		el(screenplay.Dialogue, "Hello."),
	}}
	text, got := fountain.EncodeLines(s)
	if want := "INT. HOUSE\n\n\nOne.\nTwo.\n\nJOHN\nHello.\n"; text != want {
		t.Fatalf("text is %q, want %q", text, want)
	}
	want := []screenplay.Span{{Start: 1, End: 1}, {}, {}, {Start: 4, End: 5}, {Start: 7, End: 7}, {Start: 8, End: 8}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("spans (-want +got):\n%s", diff)
	}
}

func ExampleDecode() {
	script := fountain.Decode("INT. KITCHEN - NIGHT #12#\n\nThe light is on.\n\nANNA (O.S.)\n(tired)\nWho left it on?\n")
	for _, e := range script.Elements {
		if e.Kind != screenplay.Blank {
			fmt.Println(e.Span, e.Kind, e.Text)
		}
	}
	// Output:
	// {1 1} scene_heading INT. KITCHEN - NIGHT
	// {3 3} action The light is on.
	// {5 5} character ANNA (O.S.)
	// {6 6} parenthetical (tired)
	// {7 7} dialogue Who left it on?
}

func ExampleEncode() {
	fmt.Print(fountain.Encode(screenplay.Script{Elements: []screenplay.Element{
		{Kind: screenplay.SceneHeading, Text: "KITCHEN", Number: "12"},
		{Kind: screenplay.Character, Text: "McCabe"},
		{Kind: screenplay.Dialogue, Text: "Who left it on?"},
	}}))
	// Output:
	// .KITCHEN #12#
	//
	// @McCabe
	// Who left it on?
}
