package screenplay_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cineforge/cineforge/screenplay"
	"github.com/cineforge/cineforge/screenplay/fountain"
)

// speeches are texts without the blank lines that cues need; want is what Imply
// makes of them, cues the lines that a warning calls a cue.
var speeches = []struct {
	name, text, want string
	cues             []int
}{
	{"right below a heading", "INT. A - DAY\nJANE\n(beat)\nHello.\nEXT. B - NIGHT\nBOB\nYo.\n",
		"1-1 implied: INT. A - DAY\n2-2 character: JANE\n3-3 parenthetical: (beat)\n4-4 dialogue: Hello.\n" +
			"5-5 implied: EXT. B - NIGHT\n6-6 character: BOB\n7-7 dialogue: Yo.\n", []int{2, 6}},
	{"no blank lines at all",
		"INT. KITCHEN - DAY\nJohn cooks.\nJOHN\nHello.\nMARY (O.S.)\nHi.\nHi you.\nCUT TO:\nEXT. YARD - DAY\n  MARY ^\n  Rain.\nJOHN\nNO!\n",
		"1-1 implied: INT. KITCHEN - DAY\n2-2 action: John cooks.\n3-3 character: JOHN\n4-4 dialogue: Hello.\n5-5 character: MARY (O.S.)\n" +
			"6-7 dialogue: Hi. / Hi you.\n8-8 transition: CUT TO:\n9-9 implied: EXT. YARD - DAY\n10-10 character: MARY\n11-11 dialogue: Rain.\n" +
			"12-12 character: JOHN\n13-13 dialogue: NO!\n", []int{3, 5, 10, 12}},
	{"a cue elsewhere", "INT. HALL - DAY\nBob waits.\nBOB\nHello.\n\nBOB\nWell.\n",
		"1-1 implied: INT. HALL - DAY\n2-2 action: Bob waits.\n3-3 character: BOB\n4-4 dialogue: Hello.\n6-6 character: BOB\n" +
			"7-7 dialogue: Well.\n", []int{3}},
	{"a name once, further down", "INT. HALL - DAY\nBob waits.\nSTOP\nis what the sign says.\n",
		"1-1 implied: INT. HALL - DAY\n2-4 action: Bob waits. / STOP / is what the sign says.\n", nil},
	{"what is no name", "INT. HALL - DAY\nLATER\nBob.\nEXT. YARD - DAY\nCLOSE ON BOB\nRain.\nEXT. ROAD - DAY\nBOOM!\nRain.\n" +
		"EXT. LAKE - DAY\nSUPER: PARIS\nRain.\nEXT. HILL - DAY\nBOB RUNS UP THE HILL\nRain.\nEXT. SEA - DAY\nHALL\nRain.\nEXT. SKY - DAY\n" +
		"BOB\nANN\n",
		"1-1 implied: INT. HALL - DAY\n2-3 action: LATER / Bob.\n4-4 implied: EXT. YARD - DAY\n5-6 action: CLOSE ON BOB / Rain.\n" +
			"7-7 implied: EXT. ROAD - DAY\n8-9 action: BOOM! / Rain.\n10-10 implied: EXT. LAKE - DAY\n11-12 action: SUPER: PARIS / Rain.\n" +
			"13-13 implied: EXT. HILL - DAY\n14-15 action: BOB RUNS UP THE HILL / Rain.\n" +
			"16-16 implied: EXT. SEA - DAY\n17-18 action: HALL / Rain.\n" +
			"19-19 implied: EXT. SKY - DAY\n20-21 action: BOB / ANN\n", nil},
	{"a paragraph of its own", "INT. HALL - DAY\n\nBob waits.\nBOB\nHello.\n\nBOB\nWell.\n",
		"1-1 scene_heading: INT. HALL - DAY\n3-5 action: Bob waits. / BOB / Hello.\n7-7 character: BOB\n8-8 dialogue: Well.\n", nil},
	{"forced", "INT. HALL - DAY\n!BOB\nHello.\n", "1-3 action: INT. HALL - DAY / BOB / Hello.\n", nil},
	{"a note through the lines", "INT. HALL - DAY\nBOB [[the\nman]]\nHello.\n",
		"1-1 implied: INT. HALL - DAY\n2-4 action: BOB [[the / man]] / Hello.\n", nil},
}

func TestImplySpeeches(t *testing.T) {
	for _, test := range speeches {
		t.Run(test.name, func(t *testing.T) {
			script := screenplay.Imply(fountain.Decode(test.text))
			if diff := cmp.Diff(test.want, outline(script)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if err := cover(script); err != nil {
				t.Error(err)
			}
			var cues []int
			for _, w := range script.Warnings {
				if strings.HasPrefix(w.Message, "taken as the cue of ") {
					cues = append(cues, w.Line)
				}
			}
			if diff := cmp.Diff(test.cues, cues); diff != "" {
				t.Errorf("lines warned about (-want +got)\n%s", diff)
			}
			if diff := cmp.Diff(script, screenplay.Imply(script)); diff != "" {
				t.Errorf("the second time differs (-first +second)\n%s", diff)
			}
			again := fountain.Decode(fountain.Encode(script))
			if diff := cmp.Diff(script.Cast(), again.Cast()); diff != "" {
				t.Errorf("as Fountain the cast differs (-implied +written)\n%s", diff)
			}
		})
	}
}

func TestImply_WarnsOnceOfManyCues(t *testing.T) {
	script := screenplay.Imply(fountain.Decode("INT. HALL - DAY\n" + strings.Repeat("BOB\nHello.\nANN\nHi.\n", 20)))
	if n := len(script.Cast()); n != 2 || script.Cast()[0].DialogueBlocks != 20 {
		t.Errorf("cast %v", script.Cast())
	}
	want := "taken as the cue of BOB although there is no blank line before it; so are 39 more lines"
	if w := script.Warnings; len(w) != 2 || w[1].Line != 2 || w[1].Message != want {
		t.Errorf("warnings %v, want one of the heading and %q", w, want)
	}
}
