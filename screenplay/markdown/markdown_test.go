package markdown_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cineforge/cineforge/screenplay"
	"github.com/cineforge/cineforge/screenplay/markdown"
)

const script = `# The Rain

**Author:** Ann Smith

## INT. HOUSE - DAY

Bob waits at the window.

**BOB** (V.O.)  
It rains.  
*(beat)*  
It always does.

> CUT TO:

## EXT. GARDEN - NIGHT

**NOTE: no rain here.**

> THE END <
`

func ExampleDecode() {
	s := markdown.Decode(script)
	fmt.Println(s.TitlePage())
	for _, scene := range s.Scenes() {
		fmt.Println(scene.Span.Start, scene.Heading, scene.Characters, scene.DialogueBlocks)
	}
	// Output:
	// [{title The Rain} {author Ann Smith}]
	// 5 INT. HOUSE - DAY [BOB] 1
	// 16 EXT. GARDEN - NIGHT [] 0
}

// outline shows the elements that are not blank, one a line.
func outline(s screenplay.Script) []string {
	var lines []string
	for _, e := range s.Elements {
		if e.Kind == screenplay.Blank {
			continue
		}
		name := e.Kind.String()
		switch {
		case e.Implied:
			name = "implied"
		case e.Key != "":
			name = e.Key
		case e.Level > 0:
			name += fmt.Sprint(e.Level)
		case e.Dual:
			name += " ^"
		}
		if e.Number != "" {
			name += " #" + e.Number
		}
		lines = append(lines, fmt.Sprintf("%d-%d %s: %s", e.Span.Start, e.Span.End, name, strings.ReplaceAll(e.Text, "\n", " / ")))
	}
	return lines
}

// cover reports where the elements don't cover the lines of text exactly once.
func cover(text string, s screenplay.Script) error {
	lines := strings.Count(text, "\n")
	if text != "" && !strings.HasSuffix(text, "\n") {
		lines++
	}
	next := 1
	for _, e := range s.Elements {
		if e.Span.Start != next || e.Span.End < e.Span.Start {
			return fmt.Errorf("%v %q spans %v where line %d is next", e.Kind, e.Text, e.Span, next)
		}
		next = e.Span.End + 1
	}
	if next != lines+1 || s.Lines != lines {
		return fmt.Errorf("covered to line %d of %d, Lines is %d", next-1, lines, s.Lines)
	}
	return nil
}

var cases = []struct {
	name, text string
	want       []string
}{
	{"empty", "", nil},
	{"a script", script, []string{
		"1-1 Title: The Rain", "3-3 Author: Ann Smith",
		"5-5 scene_heading: INT. HOUSE - DAY", "7-7 action: Bob waits at the window.",
		"9-9 character: BOB (V.O.)", "10-10 dialogue: It rains.", "11-11 parenthetical: (beat)", "12-12 dialogue: It always does.",
		"14-14 transition: CUT TO:",
		"16-16 scene_heading: EXT. GARDEN - NIGHT", "18-18 action: **NOTE: no rain here.**", "20-20 centered: THE END",
	}},
	{"headings of every make",
		"### INT. A - DAY ###\nRain.\n\n**EXT. B - DAY**  \nRain.\n\n__INT. C__\n\nINT. D - DAY\n\nEXT. E - DAY\n---\nRain.\n\n" +
			"## **I/E F** {#f .x}\n\n## int. g #12A#\n",
		[]string{
			"1-1 scene_heading: INT. A - DAY", "2-2 action: Rain.", "4-4 scene_heading: **EXT. B - DAY**", "5-5 action: Rain.",
			"7-7 scene_heading: __INT. C__", "9-9 scene_heading: INT. D - DAY", "11-12 scene_heading: EXT. E - DAY", "13-13 action: Rain.",
			"15-15 scene_heading: **I/E F**", "17-17 scene_heading #12A: int. g",
		}},
	{"a plain heading with text below is left to Imply", "INT. A - DAY\nRain.\n", []string{"1-2 action: INT. A - DAY / Rain."}},
	{"implied headings",
		"## ИНТ. КУХНЯ - ДЕНЬ\n\n## GARDEN - NIGHT #3#\n\n## 4. EXT/INT. CAR - DAY\n\n## Scene 5: The Kitchen\n\n### SCENE VI\n",
		[]string{
			"1-1 implied: ИНТ. КУХНЯ - ДЕНЬ", "3-3 implied #3: GARDEN - NIGHT", "5-5 implied #4: EXT/INT. CAR - DAY",
			"7-7 implied #5: The Kitchen", "9-9 implied #VI: SCENE VI",
		}},
	{"structure", "# Act One\n\n## The first part #1#\n\n# INTERNAL MEMO\n\nPart two\n========\n\n#hashtag\n",
		[]string{"1-1 Title: Act One", "3-3 section2: The first part #1#", "5-5 section1: INTERNAL MEMO", "7-8 section1: Part two",
			"10-10 action: #hashtag"}},
	{"a heading is no title", "# INT. A - DAY\n\n# Not a title\n", []string{"1-1 scene_heading: INT. A - DAY", "3-3 section1: Not a title"}},
	{"an underlined title", "The Rain\n========\n\nby Ann\n\nRain.\n",
		[]string{"1-2 Title: The Rain", "4-4 Author: Ann", "6-6 action: Rain."}},
	{"front matter",
		"---\ntitle: \"The Rain\"\n# a remark\nAuthor: 'Ann'\n\ncontact:\n  - ann@example.org\n  - 12 High Street\nlogline: |\n" +
			"  It rains\n  a lot.\n---\n\n# The Rain\n\nRain.\n",
		[]string{
			"1-3 title: The Rain", "4-5 Author: Ann", "6-8 contact: ann@example.org / 12 High Street", "9-12 logline: It rains / a lot.",
			"14-14 section1: The Rain", "16-16 action: Rain.",
		}},
	{"a fenced script", "```fountain\nINT. A - DAY\n\nRain.\n\nBOB\nHi.\n```\nA ```word``` stays.\n```",
		[]string{"2-2 scene_heading: INT. A - DAY", "4-4 action: Rain.", "6-6 character: BOB", "7-7 dialogue: Hi.",
			"9-9 action: A ```word``` stays."}},
	{"rules are no front matter", "---\n\nINT. A - DAY\n\nRain.\n\n---\n", []string{"3-3 scene_heading: INT. A - DAY", "5-5 action: Rain."}},
	{"no front matter", "---\nRain.\n", []string{"2-2 action: Rain."}},
	{"front matter without a field", "---\n---\nRain.\n", []string{"3-3 action: Rain."}},
	{"title lines", "Title: The Rain\nDraft date: 1/1/2020\n\nWritten by Ann\n\nCredit: not by\nAnn\n",
		[]string{"1-1 Title: The Rain", "2-2 Draft date: 1/1/2020", "4-4 Author: Ann", "6-7 action: Credit: not by / Ann"}},
	{"no title, no author", "by the sea\n", []string{"1-1 action: by the sea"}},
	{"cues",
		"**ANN:**  \nHi.\n\n**BOB**: (O.S.)\nHi.\n\nCAT\nMeow.\n\n@McDog  \nWoof.\n\n**Eve**\\\nHello\\\nworld.\n\n**FOX** ^\nYip.\n\n" +
			"> **GNU**  \n> Moo.\n",
		[]string{
			"1-1 character: ANN", "2-2 dialogue: Hi.", "4-4 character: BOB (O.S.)", "5-5 dialogue: Hi.", "7-7 character: CAT", "8-8 dialogue: Meow.",
			"10-10 character: McDog", "11-11 dialogue: Woof.", "13-13 character: Eve", "14-15 dialogue: Hello / world.",
			"17-17 character ^: FOX", "18-18 dialogue: Yip.", "20-20 character: GNU", "21-21 dialogue: Moo.",
		}},
	{"no cues",
		"**Warning**\nof rain\n\n**This is a sentence.**  \nof rain\n\n**BOB**\n\n**BOB**\n## INT. A\n- ONE\n- TWO\n\n1. ONE\n2. TWO\n\n" +
			"FADE IN:\nrain\n",
		[]string{
			"1-2 action: **Warning** / of rain", "4-5 action: **This is a sentence.** / of rain", "7-7 action: **BOB**", "9-9 action: **BOB**",
			"10-10 scene_heading: INT. A", "11-12 action: - ONE / - TWO", "14-15 action: 1. ONE / 2. TWO", "17-18 action: FADE IN: / rain",
		}},
	{"speech", "**ANN**\n_(low)_\n(and slow)\n> *Hi* there.\n~ la la\nBye.\n",
		[]string{
			"1-1 character: ANN", "2-2 parenthetical: (low)", "3-3 parenthetical: (and slow)", "4-4 dialogue: *Hi* there.", "5-5 lyrics: la la",
			"6-6 dialogue: Bye.",
		}},
	{"speech ends at a heading", "**ANN**\nHi.\n## INT. A\n",
		[]string{"1-1 character: ANN", "2-2 dialogue: Hi.", "3-3 scene_heading: INT. A"}},
	{"quotations", "> One\n> two\n\n> FADE OUT.\n\n**SMASH CUT TO:**\n\n>\n",
		[]string{"1-2 centered: One / two", "4-4 transition: FADE OUT.", "6-6 transition: SMASH CUT TO:"}},
	{"breaks and rules", "Rain.\n\n***\n\n- - -\n\n====\n\nRain.\n", []string{"1-1 action: Rain.", "7-7 page_break: ", "9-9 action: Rain."}},
	{"comments", "<!-- one -->\n\n<!-- two\n\nlines --> and\n\nRain.\n\n<!-- open\n",
		[]string{"1-1 boneyard: <!-- one -->", "3-5 boneyard: <!-- two /  / lines --> and", "7-7 action: Rain.", "9-9 action: <!-- open"}},
	{"escapes", "Rain \\-- and \\*fog\\*  \nand \\\"wind\\\"\\\nC:\\\\x\n",
		[]string{"1-3 action: Rain -- and \\*fog\\* / and \"wind\" / C:\\\\x"}},
}

func TestDecode(t *testing.T) {
	for _, test := range cases {
		t.Run(test.name, func(t *testing.T) {
			got := markdown.Decode(test.text)
			if diff := cmp.Diff(test.want, outline(got)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if err := cover(test.text, got); err != nil {
				t.Error(err)
			}
			implied := 0
			for _, e := range got.Elements {
				if e.Implied {
					if implied++; implied > len(got.Warnings) || got.Warnings[implied-1].Line != e.Span.Start {
						t.Errorf("%q is implied without a warning at its line: %v", e.Text, got.Warnings)
					}
				}
			}
			if implied != len(got.Warnings) {
				t.Errorf("%d implied headings, warnings %v", implied, got.Warnings)
			}
		})
	}
}

func TestMarks(t *testing.T) {
	for name, test := range map[string]struct {
		text          string
		marked, plain int
	}{
		"markdown":           {script, 3, 0},
		"fountain":           {"# Act\n\nINT. A - DAY\n\nBOB\nHi.\n\n**loud**\nEXT. B\n", 0, 2},
		"bold":               {"**INT. A - DAY**\n\n**BOB**\nHi.\n\n**BOB**\n\nHi.\n", 2, 0},
		"prose":              {"# A tale\n\nIt rains.\n\n**Bold** words.\n", 0, 0},
		"longer than a line": {"## INT. " + strings.Repeat("A", 3000), 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			if marked, plain := markdown.Marks(test.text); marked != test.marked || plain != test.plain {
				t.Errorf("got %d and %d, want %d and %d", marked, plain, test.marked, test.plain)
			}
		})
	}
}

func FuzzMarkdown(f *testing.F) {
	for _, test := range cases {
		f.Add(test.text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if err := cover(text, markdown.Decode(text)); err != nil {
			t.Fatal(err)
		}
		markdown.Marks(text)
	})
}

// TestDecode_HeadingsAsCues has names in headings below those of the scenes, and headings
// there that name no character.
func TestDecode_HeadingsAsCues(t *testing.T) {
	text := "#### ANN\n\nHi.\n\n### INT. A - DAY\n\nHi.\n\n#### JANE (V.O.)\n\nHello.\n\nShe goes.\n\n#### BOB\n*(beat)*\n\nYo.\n\n" +
		"#### MONTAGE\n\nRain.\n\n#### The Cat\n\nMeow.\n\n### EVE\n\nRain.\n\n#### DAN\n\n- one\n\n#### FOX"
	s := markdown.Decode(text)
	want := []string{
		"1-1 section4: ANN", "3-3 action: Hi.", "5-5 scene_heading: INT. A - DAY", "7-7 action: Hi.",
		"9-10 character: JANE (V.O.)", "11-11 dialogue: Hello.", "13-13 action: She goes.",
		"15-15 character: BOB", "16-17 parenthetical: (beat)", "18-18 dialogue: Yo.",
		"20-20 section4: MONTAGE", "22-22 action: Rain.", "24-24 section4: The Cat", "26-26 action: Meow.",
		"28-28 section3: EVE", "30-30 action: Rain.", "32-32 section4: DAN", "34-34 action: - one", "36-36 section4: FOX",
	}
	if diff := cmp.Diff(want, outline(s)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if err := cover(text, s); err != nil {
		t.Error(err)
	}
	warnings := []screenplay.Warning{{Line: 9,
		Message: "2 headings in capitals inside scenes (JANE, BOB) taken as cues; write each in bold, right above the speech"}}
	if diff := cmp.Diff(warnings, s.Warnings); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// TestDecode_IsLinear would not end in reasonable time if it were not.
func TestDecode_IsLinear(t *testing.T) {
	const n = 100_000
	for name, text := range map[string]string{
		"comments that stay open": strings.Repeat("<!-- \n\n", n),
		"front matter, open":      "---\n" + strings.Repeat("a: b\n", n),
		"one line":                strings.Repeat("**A ", 4*n),
		"one heading":             "## INT. " + strings.Repeat("A #", 2*n),
		"empty lines":             strings.Repeat("\n", 10*n),
		"quotations":              strings.Repeat("> A\n", n),
		"bold":                    strings.Repeat("**A**\n", n),
		"headings as cues":        "## INT. A\n" + strings.Repeat("### BOB\n\n(a)\n\n", n),
		"rules":                   strings.Repeat("---\n", n),
		"title lines":             "# A\n" + strings.Repeat("by a\n", n) + "b\n",
		"title pages":             strings.Repeat("Title: a\n\n", n),
	} {
		t.Run(name, func(t *testing.T) {
			if err := cover(text, markdown.Decode(text)); err != nil {
				t.Error(err)
			}
			markdown.Marks(text)
		})
	}
}

func BenchmarkDecode(b *testing.B) {
	text := strings.Repeat(script, 400)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		markdown.Decode(text)
	}
}
