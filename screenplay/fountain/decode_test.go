package fountain_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cineforge/cineforge/screenplay"
	"github.com/cineforge/cineforge/screenplay/fountain"
)

// decodeCase is a text and what it shall read as, in the notation of dump.
type decodeCase struct {
	name, text string
	want       []string
}

func runDecode(t *testing.T, cases []decodeCase) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, dump(fountain.Decode(c.text))); diff != "" {
				t.Errorf("Decode(%q) (-want +got):\n%s", c.text, diff)
			}
			checkText(t, c.text)
		})
	}
}

// dump writes the elements of a script, but for blank lines, as "kind: text". A !
// after the kind is for forced, ^ for dual, #12A for a number, a digit for a
// level, =Key for a key. What is always forced has no !.
func dump(s screenplay.Script) []string {
	var all []string
	for _, e := range s.Elements {
		if e.Kind == screenplay.Blank {
			continue
		}
		mark := ""
		switch e.Kind {
		case screenplay.SceneHeading, screenplay.Action, screenplay.Character, screenplay.Transition:
			if e.Forced {
				mark = "!"
			}
		}
		if e.Dual {
			mark += "^"
		}
		if e.Number != "" {
			mark += "#" + e.Number
		}
		if e.Level > 0 {
			mark += fmt.Sprint(e.Level)
		}
		if e.Key != "" {
			mark += "=" + e.Key
		}
		all = append(all, e.Kind.String()+mark+": "+e.Text)
	}
	return all
}

func TestDecode_SceneHeadings(t *testing.T) {
	cases := []decodeCase{
		{"needs a blank line before", "He waits.\nINT. HOUSE - DAY\n\nHe leaves.",
			[]string{"action: He waits.\nINT. HOUSE - DAY", "action: He leaves."}},
		{"needs a blank line behind, and is no cue without", "INT. HOUSE - DAY\nHe waits.",
			[]string{"action: INT. HOUSE - DAY\nHe waits."}},
		{"the ends of the text are blank", "INT. HOUSE - DAY", []string{"scene_heading: INT. HOUSE - DAY"}},
		{"a space is as good as a blank line", "Wait.\n \nINT. HOUSE\n  \nGo.",
			[]string{"action: Wait.", "scene_heading: INT. HOUSE", "action: Go."}},
		{"a no-break space too", "Wait.\n\u00a0\nINT. HOUSE\n\nGo.",
			[]string{"action: Wait.", "scene_heading: INT. HOUSE", "action: Go."}},
		{"a section is no blank line", "# Act\nINT. HOUSE\n\nGo.", []string{"section1: Act", "action: INT. HOUSE", "action: Go."}},
		{"indented", "\t  INT. HOUSE - DAY  \n\nGo.", []string{"scene_heading: INT. HOUSE - DAY", "action: Go."}},
		{"with emphasis and note", "INT. *HOUSE* - DAY [[which?]]\n\n", []string{"scene_heading: INT. *HOUSE* - DAY [[which?]]"}},
		{"after a byte order mark", "\uFEFFINT. HOUSE\n\n", []string{"scene_heading: INT. HOUSE"}},
	}
	for _, prefix := range []string{"INT.", "INT ", "EXT.", "EXT ", "EST.", "EST ", "INT./EXT.", "INT./EXT ", "INT/EXT.", "INT/EXT ",
		"I/E.", "I/E ", "int.", "Ext ", "int./ext.", "i/e "} {
		text := prefix + "House"
		cases = append(cases, decodeCase{text, text, []string{"scene_heading: " + text}})
	}
	for _, text := range []string{"EXT/INT. HOUSE", "E/I HOUSE", "I./E. HOUSE", "INT", "INTO THE HOUSE", "INT- HOUSE", "INTERIOR HOUSE",
		"EXTERIOR. HOUSE", "ИНТ. КВАРТИРА", "**INT. HOUSE**", "HOUSE - DAY", "IN. HOUSE", "I/EXT. HOUSE", "INT/EXTRA"} {
		cases = append(cases, decodeCase{text, text, []string{"action: " + text}})
	}
	runDecode(t, cases)
}

func TestDecode_ForcedHeadings(t *testing.T) {
	runDecode(t, []decodeCase{
		{"dot", ".SNIPER SCOPE POV\n\nX.", []string{"scene_heading!: SNIPER SCOPE POV", "action: X."}},
		{"lower case", ".somewhere", []string{"scene_heading!: somewhere"}},
		{"digit", ".1 HOUSE", []string{"scene_heading!: 1 HOUSE"}},
		{"other alphabets", ".ИНТ. КВАРТИРА", []string{"scene_heading!: ИНТ. КВАРТИРА"}},
		{"two dots", "..NO", []string{"action: ..NO"}},
		{"ellipsis", "...where they wait", []string{"action: ...where they wait"}},
		{"dot and space", ". HOUSE", []string{"action: . HOUSE"}},
		{"dot and quote", `."HOUSE"`, []string{`action: ."HOUSE"`}},
		{"dot alone", ".", []string{"action: ."}},
		{"a caliber in a paragraph", "He aims a\n.38 special at her.", []string{"action: He aims a\n.38 special at her."}},
		{"a caliber that opens a paragraph", ".38 specials\nare all over.", []string{"action: .38 specials\nare all over."}},
		{"indented", "   .HOUSE", []string{"scene_heading!: HOUSE"}},
	})
}

func TestDecode_SceneNumbers(t *testing.T) {
	cases := []decodeCase{
		{"forced heading", ".HOUSE #7#", []string{"scene_heading!#7: HOUSE"}},
		{"no space before", "INT. HOUSE#7#", []string{"scene_heading#7: INT. HOUSE"}},
		{"before a note", "INT. HOUSE #7# [[x]]", []string{"scene_heading#7: INT. HOUSE [[x]]"}},
		{"behind a note", "INT. HOUSE [[x]] #7#", []string{"scene_heading#7: INT. HOUSE [[x]]"}},
		{"only the last", "INT. HOUSE #1# #2#", []string{"scene_heading#2: INT. HOUSE #1#"}},
		{"not in action", "Room #7#", []string{"action: Room #7#"}},
	}
	for _, n := range []string{"1", "1A", "1a", "A1", "I-1-A", "1-A", "1-A-", "1.", "110A", "Ä9"} {
		cases = append(cases, decodeCase{n, "INT. HOUSE - DAY #" + n + "#", []string{"scene_heading#" + n + ": INT. HOUSE - DAY"}})
	}
	for _, n := range []string{"", "1 A", "1/2", "1_A", "*1*"} {
		text := "INT. HOUSE #" + n + "#"
		cases = append(cases, decodeCase{"not " + n, text, []string{"scene_heading: " + text}})
	}
	runDecode(t, cases)
}

func TestAction(t *testing.T) {
	runDecode(t, []decodeCase{
		{"lines of a paragraph stay", "One.\nTwo.\n\nThree.", []string{"action: One.\nTwo.", "action: Three."}},
		{"indents stay, tabs are four spaces", "  One.\n\tTwo.\ta", []string{"action:   One.\n    Two.    a"}},
		{"spaces at the end stay", "One.  \nTwo. ", []string{"action: One.  \nTwo. "}},
		{"forced", "!INT. HOUSE", []string{"action!: INT. HOUSE"}},
		{"forced cue", "!SCANNING THE AISLES...\nWhere is it?", []string{"action!: SCANNING THE AISLES...\nWhere is it?"}},
		{"each line can be forced", "!BOOM\n!BANG\n!", []string{"action!: BOOM\nBANG\n"}},
		{"forced inside a paragraph", "He reads:\n!# 1", []string{"action!: He reads:\n# 1"}},
		{"forced with indent", "  !  # 1", []string{"action!:     # 1"}},
		{"mark alone", "!", []string{"action!: "}},
		{"no marks inside", "He says @home.\n@home\n.home\nINT. HOME\nJOHN", []string{"action: He says @home.\n@home\n.home\nINT. HOME\nJOHN"}},
		{"smart quotes and dashes stay", "“Well” -- ‘ok’ – no…", []string{"action: “Well” -- ‘ok’ – no…"}},
	})
}

func TestDecode_Characters(t *testing.T) {
	cases := []decodeCase{
		{"capitals before text are a cue", "SCANNING THE AISLES...\nWhere is it?",
			[]string{"character: SCANNING THE AISLES...", "dialogue: Where is it?"}},
		{"before a blank line they are action", "JOHN\n\nHello.", []string{"action: JOHN", "action: Hello."}},
		{"before a line of two spaces too", "JOHN\n  \nHello.", []string{"action: JOHN", "action: Hello."}},
		{"at the end of the text too", "Hello.\n\nJOHN", []string{"action: Hello.", "action: JOHN"}},
		{"needs a blank line before", "He sees\nJOHN\nthere.", []string{"action: He sees\nJOHN\nthere."}},
		{"with a note", "JOHN [[how?]]\nHello.", []string{"character: JOHN [[how?]]", "dialogue: Hello."}},
		{"lower case in a note", "[[how?]] JOHN\nHello.", []string{"character: JOHN [[how?]]", "dialogue: Hello."}},
		{"forced keeps case", "@McCLANE\nYippie ki-yay!", []string{"character!: McCLANE", "dialogue: Yippie ki-yay!"}},
		{"forced, other scripts", "@王\n你好", []string{"character!: 王", "dialogue: 你好"}},
		{"forced needs no speech", "@McCLANE\n\nHello.", []string{"character!: McCLANE", "action: Hello."}},
		{"forced, nothing there", "@\nHello.", []string{"action: @\nHello."}},
		{"ß among capitals", "GROßMANN\nHallo.", []string{"character: GROßMANN", "dialogue: Hallo."}},
		{"no case, no cue", "王小明\n你好", []string{"action: 王小明\n你好"}},
		{"letters without case among capitals", "王 A\n你好", []string{"action: 王 A\n你好"}},
		{"a heading is none", "EXT. HOUSE\nHello.", []string{"action: EXT. HOUSE\nHello."}},
		{"a transition is none", "CUT TO:\nThe house.", []string{"action: CUT TO:\nThe house."}},
		{"no letter", "23\nHello.", []string{"action: 23\nHello."}},
		{"no letter but in the extension", "23 (V.O.)\nHello.", []string{"action: 23 (V.O.)\nHello."}},
		{"lower case before the extension", "John (V.O.)\nHello.", []string{"action: John (V.O.)\nHello."}},
		{"lower case behind the extension", "JOHN (V.O.) smiles\nHello.", []string{"action: JOHN (V.O.) smiles\nHello."}},
		{"lower case in parentheses that are no extension", "JOHN (who waits) SMITH\nHello.", []string{"action: JOHN (who waits) SMITH\nHello."}},
		{"lower case in an extension left open", "JOHN (on the\nHello.", []string{"action: JOHN (on the\nHello."}},
		{"indented", "\t\t\tJACK\n\t\t(beat)\n\tHello.", []string{"character: JACK", "parenthetical: (beat)", "dialogue: Hello."}},
	}
	for _, cue := range []string{"R2D2", "7 OF 9", "HERO 1", "ÁNGELA", "МАША", "ΜΑΡΊΑ", "O’NEIL", "O'NEIL",
		`"DOC"`, "DR. BENNET", "ODE & GODUHA",
		"JOHN (V.O.)", "MOM (O. S.)", "HANS (on the radio)", "JOHN (CONT'D)", "JOHN (CONT’D)", "JOHN (V.O.)(CONT'D)", "JOHN (V.O.) (cont'd)",
		"MARY (on tv (old))", "*JOHN*", "KEʻALA", "JOHN (AS BOB) SMITH", "NOTE TO:S"} {
		cases = append(cases, decodeCase{cue, cue + "\nHello.", []string{"character: " + cue, "dialogue: Hello."}})
	}
	runDecode(t, cases)
}

func TestDialogue(t *testing.T) {
	runDecode(t, []decodeCase{
		{"to the next blank line", "JOHN\nOne.\nTwo.\n\nThree.", []string{"character: JOHN", "dialogue: One.\nTwo.", "action: Three."}},
		{"two spaces keep it open", "JOHN\nOne.\n  \nTwo.\n\nThree.", []string{"character: JOHN", "dialogue: One.\n\nTwo.", "action: Three."}},
		{"one space does not", "JOHN\nOne.\n \nTwo.", []string{"character: JOHN", "dialogue: One.", "action: Two."}},
		{"three spaces do not", "JOHN\nOne.\n   \nTwo.", []string{"character: JOHN", "dialogue: One.", "action: Two."}},
		{"two spaces before a blank line do not", "JOHN\nOne.\n  \n\nTwo.", []string{"character: JOHN", "dialogue: One.", "action: Two."}},
		{"two spaces, several times", "JOHN\nOne.\n  \n  \nTwo.", []string{"character: JOHN", "dialogue: One.\n\n\nTwo."}},
		{"two spaces before a parenthetical", "JOHN\nOne.\n  \n(beat)\nTwo.",
			[]string{"character: JOHN", "dialogue: One.", "parenthetical: (beat)", "dialogue: Two."}},
		{"no marks inside", "JOHN\n.45\n!no\n@you\n> there\n# 1\n= 2\n===\nINT. HOUSE\nMARY",
			[]string{"character: JOHN", "dialogue: .45\n!no\n@you\n> there\n# 1\n= 2\n===\nINT. HOUSE\nMARY"}},
		{"indents go", "JOHN\n   One.\n\tTwo.  \nThree.", []string{"character: JOHN", "dialogue: One.\nTwo.\nThree."}},
	})
}

func TestDecode_Parentheticals(t *testing.T) {
	runDecode(t, []decodeCase{
		{"behind cue and dialogue", "JOHN\n(beat)\nOne.\n(again)\nTwo.",
			[]string{"character: JOHN", "parenthetical: (beat)", "dialogue: One.", "parenthetical: (again)", "dialogue: Two."}},
		{"last in a speech", "JOHN\nOne.\n(leaves)", []string{"character: JOHN", "dialogue: One.", "parenthetical: (leaves)"}},
		{"nested", "JOHN\n(beat (long))\nOne.", []string{"character: JOHN", "parenthetical: (beat (long))", "dialogue: One."}},
		{"words between parentheses", "JOHN\n(softly) No. (beat)", []string{"character: JOHN", "dialogue: (softly) No. (beat)"}},
		{"left open", "JOHN\n(softly\nNo.)", []string{"character: JOHN", "dialogue: (softly\nNo.)"}},
		{"with a note", "JOHN\n(softly) [[or not]]\nNo.", []string{"character: JOHN", "parenthetical: (softly) [[or not]]", "dialogue: No."}},
		{"outside a speech it is action", "He waits.\n\n(beat)", []string{"action: He waits.", "action: (beat)"}},
	})
}

func TestDecode_DualDialogue(t *testing.T) {
	runDecode(t, []decodeCase{
		{"caret", "A\nYes.\n\nB ^\nNo.", []string{"character: A", "dialogue: Yes.", "character^: B", "dialogue: No."}},
		{"no space", "B^\nNo.", []string{"character^: B", "dialogue: No."}},
		{"behind the extension", "B (V.O.)   ^  \nNo.", []string{"character^: B (V.O.)", "dialogue: No."}},
		{"forced", "@McB ^\nNo.", []string{"character!^: McB", "dialogue: No."}},
		{"before a note", "B ^ [[x]]\nNo.", []string{"character^: B [[x]]", "dialogue: No."}},
		{"caret alone", "@^\nNo.", []string{"action: @^\nNo."}},
	})
}

func TestLyrics(t *testing.T) {
	runDecode(t, []decodeCase{
		{"alone", "~Willy Wonka!\n~ Amazing", []string{"lyrics: Willy Wonka!\nAmazing"}},
		{"in a speech", "@McCABE\n~Happy birthday\nto you\n~to you",
			[]string{"character!: McCABE", "lyrics: Happy birthday", "dialogue: to you", "lyrics: to you"}},
		{"each line on its own", "~Song\nNo song.", []string{"lyrics: Song", "action: No song."}},
		{"ends a paragraph", "He sings.\n~Song", []string{"action: He sings.", "lyrics: Song"}},
		{"a pause", "JOHN\n~One\n  \n~Two", []string{"character: JOHN", "lyrics: One\n\nTwo"}},
		{"alone, a pause ends it", "~One\n  \n~Two", []string{"lyrics: One", "lyrics: Two"}},
	})
}

func TestDecode_Transitions(t *testing.T) {
	runDecode(t, []decodeCase{
		{"TO:", "X.\n\nCUT TO:\n\nY.", []string{"action: X.", "transition: CUT TO:", "action: Y."}},
		{"indented", "\t\t\tSMASH CUT TO:", []string{"transition: SMASH CUT TO:"}},
		{"a space behind the colon", "CUT TO: \n\nY.", []string{"action: CUT TO: ", "action: Y."}},
		{"a note behind the colon", "CUT TO: [[why?]]\n\nY.", []string{"transition: CUT TO: [[why?]]", "action: Y."}},
		{"needs a blank line before", "Ox.\nCUT TO:\n\nY.", []string{"action: Ox.\nCUT TO:", "action: Y."}},
		{"lower case", "Cut to:", []string{"action: Cut to:"}},
		{"other endings", "FADE OUT.\n\nFADE IN:\n\nCUT TO BLACK.", []string{"action: FADE OUT.", "action: FADE IN:", "action: CUT TO BLACK."}},
		{"forced", "> Burn to white.", []string{"transition!: Burn to white."}},
		{"forced anywhere", "Ox.\n>FADE OUT.\nY.", []string{"action: Ox.", "transition!: FADE OUT.", "action: Y."}},
		{"escaped as a heading", ".CUT TO:", []string{"scene_heading!: CUT TO:"}},
		{"mark alone", ">", []string{"action: >"}},
	})
}

func TestCentered(t *testing.T) {
	runDecode(t, []decodeCase{
		{"bare", ">THE END<", []string{"centered: THE END"}},
		{"spaces go", "  >  THE END  <  ", []string{"centered: THE END"}},
		{"emphasis stays", ">**THE END**<", []string{"centered: **THE END**"}},
		{"each line", "> A <\n> B <", []string{"centered: A", "centered: B"}},
		{"note behind", "> A < [[x]]", []string{"centered: A [[x]]"}},
		{"nothing between", "> <", []string{"action: > <"}},
	})
}

func TestDecode_SectionsSynopsesPageBreaks(t *testing.T) {
	runDecode(t, []decodeCase{
		{"sections", "# Act\n## Sequence\n###Scene", []string{"section1: Act", "section2: Sequence", "section3: Scene"}},
		{"a heading in a section", "# INT. A\n\n# JOHN\nHello.", []string{"section1: INT. A", "section1: JOHN", "action: Hello."}},
		{"synopsis", "= He waits.", []string{"synopsis: He waits."}},
		{"two equals signs", "== He waits.", []string{"action: == He waits."}},
		{"page break", "Ox.\n===\nY.\n\n  =====  ", []string{"action: Ox.", "page_break: ", "action: Y.", "page_break: "}},
		{"two equals signs alone", "==", []string{"action: =="}},
		{"page break and more", "=== X", []string{"action: === X"}},
		{"page break and a note", "=== [[X]]", []string{"page_break: [[X]]"}},
	})
}

func TestDecode_Notes(t *testing.T) {
	runDecode(t, []decodeCase{
		{"alone", "[[x]]\n\nY.", []string{"note: [[x]]", "action: Y."}},
		{"inline", "Y [[x]] z.", []string{"action: Y [[x]] z."}},
		{"two lines", "[[x\ny]]\n\nZ.", []string{"note: [[x\ny]]", "action: Z."}},
		{"a blank line ends it", "[[x\n\ny]]", []string{"action: [[x", "action: y]]"}},
		{"a blank line of two spaces does not", "[[x\n  \ny]]", []string{"note: [[x\n  \ny]]"}},
		{"one of one space does", "[[x\n \ny]]", []string{"action: [[x", "action: y]]"}},
		{"nothing counts in it", "[[x\nINT. HOUSE\nJOHN\nHello.]]", []string{"note: [[x\nINT. HOUSE\nJOHN\nHello.]]"}},
		{"brackets in it", "[[see [3]]]", []string{"note: [[see [3]]]"}},
		{"before a heading", "[[x]]\nINT. HOUSE\n\nY.", []string{"note: [[x]]", "scene_heading: INT. HOUSE", "action: Y."}},
		{"below a heading", "INT. HOUSE\n[[x]]\n\nY.", []string{"scene_heading: INT. HOUSE", "note: [[x]]", "action: Y."}},
		{"between heading and text", "INT. HOUSE\n[[x]]\nY.", []string{"action: INT. HOUSE\n[[x]]\nY."}},
		{"between cue and words", "JOHN\n[[x]]\nY.", []string{"character: JOHN", "note: [[x]]", "dialogue: Y."}},
		{"below a cue, no words", "JOHN\n[[x]]\n\nY.", []string{"action: JOHN\n[[x]]", "action: Y."}},
		{"among the words", "JOHN\nY.\n[[x]]\nZ.", []string{"character: JOHN", "dialogue: Y.\n[[x]]\nZ."}},
		{"among action", "Ox.\n[[x]]\nZ.", []string{"action: Ox.\n[[x]]\nZ."}},
		{"between lines of a heading's text", "INT. [[x\ny]] HOUSE", []string{"scene_heading: INT. [[x\ny]] HOUSE"}},
		{"never closed", "[[x\nY.\n\nZ.", []string{"action: [[x\nY.", "action: Z."}},
		{"before an open one nothing is moved", "[[x]] .HOUSE [[", []string{"action: [[x]] .HOUSE [["}},
	})
}

func TestDecode_Boneyard(t *testing.T) {
	runDecode(t, []decodeCase{
		{"alone", "X.\n\n/*\nINT. HOUSE\n\nJOHN\nHello.\n*/\n\nY.",
			[]string{"action: X.", "boneyard: /*\nINT. HOUSE\n\nJOHN\nHello.\n*/", "action: Y."}},
		{"inline", "X /* y */ z.", []string{"action: X /* y */ z."}},
		{"among action", "Ox.\n/*\ny\n*/\nZ.", []string{"action: Ox.\n/*\ny\n*/\nZ."}},
		{"at the start of a heading", "/* a\n\nb */INT. HOUSE", []string{"scene_heading: INT. HOUSE /* a\n\nb */"}},
		{"in a heading", "INT. /* a\n\nb */ HOUSE #3#", []string{"scene_heading#3: INT. /* a\n\nb */ HOUSE"}},
		{"before a heading", "/*\na\n*/\nEXT. MANSION\n\nX.", []string{"boneyard: /*\na\n*/", "scene_heading: EXT. MANSION", "action: X."}},
		{"nested", "/* a /* b */ c */\n\nX.", []string{"boneyard: /* a /* b */ c */", "action: X."}},
		{"nested, outer one left open", "/* a /* b */\n\nX.", []string{"boneyard: /* a /* b */", "action: X."}},
		{"never closed", "/* a\n\nINT. HOUSE", []string{"action: /* a", "scene_heading: INT. HOUSE"}},
		{"never opened", "a */ b", []string{"action: a */ b"}},
		{"too short", "/*/ a", []string{"action: /*/ a"}},
		{"around a note", "/* [[ */ x ]]", []string{"action: /* [[ */ x ]]"}},
		{"within a note", "[[ a /* ]] */ b ]]", []string{"note: [[ a /* ]] */ b ]]"}},
	})
}

func TestDecode_LineEnds(t *testing.T) {
	want := []string{"title_page=Title: A\nB", "scene_heading: INT. HOUSE", "action: One.\nTwo.", "character: JOHN", "dialogue: Hello.\nYou."}
	lf := "Title:\n\tA\n\tB\n\nINT. HOUSE\n\nOne.\nTwo.\n\nJOHN\nHello.\nYou.\n"
	for name, end := range map[string]string{"LF": "\n", "CRLF": "\r\n", "CR": "\r"} {
		s := fountain.Decode(strings.ReplaceAll(lf, "\n", end))
		if diff := cmp.Diff(want, dump(s)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		if s.Lines != 12 {
			t.Errorf("%s: %d lines, want 12", name, s.Lines)
		}
	}
	mixed := fountain.Decode("a\r\n\r\nb\n\nc\r\rd")
	if diff := cmp.Diff([]string{"action: a", "action: b", "action: c", "action: d"}, dump(mixed)); diff != "" || mixed.Lines != 7 {
		t.Errorf("mixed line ends: %d lines (-want +got):\n%s", mixed.Lines, diff)
	}
}

func TestDecode_SpansCoverAllLines(t *testing.T) {
	text := "Title: A\n\n\nINT. HOUSE\n\nOne.\nTwo.\n\nJOHN\n(beat)\nHello.\n  \nYou.\n\n[[x\ny]]\n/* z */\n\n"
	type place struct {
		Kind screenplay.Kind
		Span screenplay.Span
	}
	var got []place
	for _, e := range fountain.Decode(text).Elements {
		got = append(got, place{e.Kind, e.Span})
	}
	want := []place{
		{screenplay.TitlePage, screenplay.Span{Start: 1, End: 1}},
		{screenplay.Blank, screenplay.Span{Start: 2, End: 3}},
		{screenplay.SceneHeading, screenplay.Span{Start: 4, End: 4}},
		{screenplay.Blank, screenplay.Span{Start: 5, End: 5}},
		{screenplay.Action, screenplay.Span{Start: 6, End: 7}},
		{screenplay.Blank, screenplay.Span{Start: 8, End: 8}},
		{screenplay.Character, screenplay.Span{Start: 9, End: 9}},
		{screenplay.Parenthetical, screenplay.Span{Start: 10, End: 10}},
		{screenplay.Dialogue, screenplay.Span{Start: 11, End: 13}},
		{screenplay.Blank, screenplay.Span{Start: 14, End: 14}},
		{screenplay.Note, screenplay.Span{Start: 15, End: 16}},
		{screenplay.Boneyard, screenplay.Span{Start: 17, End: 17}},
		{screenplay.Blank, screenplay.Span{Start: 18, End: 18}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("spans (-want +got):\n%s", diff)
	}
}

// TestDecode_PauseOutsideSpeech is about lines of two spaces that a speech doesn't go on behind.
func TestDecode_PauseOutsideSpeech(t *testing.T) {
	for text, want := range map[string]screenplay.Span{
		"JOHN\nOne.\n  \n\nTwo.":   {Start: 2, End: 2},
		"JOHN\n(beat)\n  \n\nTwo.": {Start: 2, End: 2},
		"JOHN\nOne.\n  \n  ":       {Start: 2, End: 2},
		"JOHN\n(beat)\n  \n(go)":   {Start: 2, End: 3},
	} {
		if got := fountain.Decode(text).Elements[1].Span; got != want {
			t.Errorf("%q: speech at %v, want %v", text, got, want)
		}
	}
}

func TestDecode_OddBytes(t *testing.T) {
	for _, text := range []string{"", "\n", "\x00", "\x00\x00\n\n\x00", "\xff\xfe", "INT. \xff\n\nA\x00B\nx", "\uFEFF",
		strings.Repeat("(", 1000), "\u2028"} {
		checkText(t, text)
	}
}
