package fountain_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cineforge/cineforge/screenplay"
	"github.com/cineforge/cineforge/screenplay/fountain"
)

func TestTitlePage(t *testing.T) {
	runDecode(t, []decodeCase{
		{"values beside and below keys", "Title:\n\t_**A**_\n    B\nCredit: by\nDraft date: 1/2/2012\n\nX.",
			[]string{"title_page=Title: _**A**_\nB", "title_page=Credit: by", "title_page=Draft date: 1/2/2012", "action: X."}},
		{"value beside and below", "Title: A\n   B\n\nX.", []string{"title_page=Title: A\nB", "action: X."}},
		{"nothing else", "Title: A", []string{"title_page=Title: A"}},
		{"empty value", "Title:\n\nX.", []string{"title_page=Title: ", "action: X."}},
		{"no space behind the colon", "Title:A\n\n", []string{"title_page=Title: A"}},
		{"unknown keys are kept", "Title: A\nMy key 2: b\nWGA: 12\n\n",
			[]string{"title_page=Title: A", "title_page=My key 2: b", "title_page=WGA: 12"}},
		{"unknown key first", "Título: A\nTitle: B\n\n", []string{"title_page=Título: A", "title_page=Title: B"}},
		{"unknown keys only", "Titel: A\nAutor:\n   B\n\nX.", []string{"title_page=Titel: A", "title_page=Autor: B", "action: X."}},
		{"values with colons", "Contact:\n\te-mail: a@b\n    phone: 1\n\n", []string{"title_page=Contact: e-mail: a@b\nphone: 1"}},
		{"a value that isn't indented", "Title: A\nB\nhttp://c\nAuthor: D\n\n",
			[]string{"title_page=Title: A\nB\nhttp://c", "title_page=Author: D"}},
		{"behind a note and a blank line", "[[x]]\n\nTitle: A\n\nX.", []string{"note: [[x]]", "title_page=Title: A", "action: X."}},
		{"with a boneyard", "Title:\n\tA\n/* x */\n\nX.", []string{"title_page=Title: A\n/* x */", "action: X."}},
		{"a note in front of a key", "[[x]] Title: A\n\n", []string{"title_page=Title: A [[x]]"}},
	})
}

func TestDecode_NoTitlePage(t *testing.T) {
	runDecode(t, []decodeCase{
		{"a transition", "CUT TO:\n\nINT. BEDROOM", []string{"transition: CUT TO:", "scene_heading: INT. BEDROOM"}},
		{"FADE IN:", "FADE IN:\n\nX.", []string{"action: FADE IN:", "action: X."}},
		{"SUPER:", "SUPER: London\n\nX.", []string{"action: SUPER: London", "action: X."}},
		{"a heading with a colon", "INT. SPACE: BRIDGE\n\nX.", []string{"scene_heading: INT. SPACE: BRIDGE", "action: X."}},
		{"a heading with a colon, in lower case", "Int. space: bridge\n\nX.", []string{"scene_heading: Int. space: bridge", "action: X."}},
		{"a sentence", "As the girl runs: a truck turns.\n\nX.", []string{"action: As the girl runs: a truck turns.", "action: X."}},
		{"a short sentence and more", "Beat: long.\nShe waits.", []string{"action: Beat: long.\nShe waits."}},
		{"a URL", "http://example.com\n\nX.", []string{"action: http://example.com", "action: X."}},
		{"a time", "10:30 in the morning", []string{"action: 10:30 in the morning"}},
		{"not at the start", "X.\n\nTitle: A", []string{"action: X.", "action: Title: A"}},
		{"an unknown key behind a blank line", "\nBeat: long.", []string{"action: Beat: long."}},
		{"forced action", "!Title: A", []string{"action!: Title: A"}},
		{"indented", "   Title: A", []string{"action:    Title: A"}},
	})
}

func TestDecode_TitlePageFields(t *testing.T) {
	s := fountain.Decode("Title:\n\t_**A**_\n\t[[working title]]\nDraft  Date: 1/2\n/* x */\n\nX.")
	want := []screenplay.Field{{Key: "title", Value: "_**A**_"}, {Key: "draft_date", Value: "1/2"}}
	if diff := cmp.Diff(want, s.TitlePage()); diff != "" {
		t.Errorf("TitlePage (-want +got):\n%s", diff)
	}
}

func TestDecode_Warnings(t *testing.T) {
	for _, c := range []struct {
		name, text string
		lines      []int // that are warned of
	}{
		{"nothing to say", "Title: A\n\nINT. HOUSE\n\nX [[y]] /* z */.\n\nA\nHello.\n\nB ^\nHello.", nil},
		{"note left open", "X.\n\n[[y\n\nz]]", []int{3}},
		{"boneyard left open", "X.\n\nZ. /* y", []int{3}},
		{"dot and space", "X.\n\n. HOUSE\n\nY.", []int{3}},
		{"a cue with a colon", "FADE IN:\nINT. HOUSE", []int{1}},
		{"cues that end as sentences do",
			"THE DOOR SLAMS.\nBob wakes.\n\nSCANNING THE AISLES...\nBob.\n\nBANG!\nBob.\n\nWHO\nBob.\n\nWHY?\nBob.\n\nBUT…\nBob.",
			[]int{1, 4, 7, 13, 16}},
		{"cues that end in an abbreviation",
			"SAM JR.\nYes.\n\nMR. T.\nYes.\n\nJ.R.\nYes.\n\nTHE DR. (V.O.)\nYes.\n\nBOB V.O.\nYes.\n\n@Who?\nYes.", nil},
		{"a cue of seven words", "BOB AND ANN AND ED AND\nYes.\n\nTHE OLD MAN WAITS FOR THE BUS\nIt rains.", []int{4}},
		{"dual without a partner", "INT. HOUSE\n\nX.\n\nB ^\nNo.", []int{5}},
		{"dual behind a note", "A\nYes.\n\n[[x]]\n\nB ^\nNo.", nil},
		{"title page of unknown keys", "Titel: A\nAutor: B\n\nX.", []int{1}},
		{"title page value not indented", "Title: A\nB\n\nX.", []int{2}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []int
			for _, w := range fountain.Decode(c.text).Warnings {
				got = append(got, w.Line)
				if w.Message == "" {
					t.Error("a warning without a message")
				}
			}
			if diff := cmp.Diff(c.lines, got); diff != "" {
				t.Errorf("lines warned of in %q (-want +got):\n%s", c.text, diff)
			}
		})
	}
}
