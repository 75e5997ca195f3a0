package screenplay_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/cineforge/cineforge/screenplay"
	"github.com/cineforge/cineforge/screenplay/fountain"
)

func ExampleImply() {
	script := screenplay.Imply(fountain.Decode("KITCHEN - NIGHT\n\nRain.\n\nANNA\nWho is there?\nEXT. GARDEN - NIGHT\nNobody.\n"))
	for _, scene := range script.Scenes() {
		fmt.Println(scene.Span.Start, scene.Heading, scene.Characters)
	}
	for _, w := range script.Warnings {
		fmt.Println(w.Line, w.Message)
	}
	// Output:
	// 1 KITCHEN - NIGHT [ANNA]
	// 7 EXT. GARDEN - NIGHT []
	// 1 taken as a scene heading although it does not begin with INT. or EXT.
	// 7 taken as a scene heading although there is no blank line around it
}

// outline shows elements one a line: the lines they span, what they are, their text.
func outline(s screenplay.Script) string {
	var b strings.Builder
	for _, e := range s.Elements {
		if e.Kind == screenplay.Blank {
			continue
		}
		name := e.Kind.String()
		if e.Implied {
			name = "implied"
		}
		if e.Number != "" {
			name += " #" + e.Number
		}
		fmt.Fprintf(&b, "%d-%d %s: %s\n", e.Span.Start, e.Span.End, name, strings.ReplaceAll(e.Text, "\n", " / "))
	}
	return b.String()
}

// cover reports where the elements don't cover the lines of the script exactly once.
func cover(s screenplay.Script) error {
	next := 1
	for _, e := range s.Elements {
		if e.Span.Start != next || e.Span.End < e.Span.Start {
			return fmt.Errorf("%v %q spans %v where line %d is next", e.Kind, e.Text, e.Span, next)
		}
		next = e.Span.End + 1
	}
	if next != s.Lines+1 {
		return fmt.Errorf("covered to line %d of %d", next-1, s.Lines)
	}
	return nil
}

// implied are texts with headings to imply; want names their lines.
var implied = []struct {
	name, text string
	want       map[int]string // line: heading
	why        string         // part of the warning of the first
}{
	{"no blank line before", "Bob waits.\nINT. HOUSE - DAY\n\nRain.\n", map[int]string{2: "INT. HOUSE - DAY"}, "no blank line before"},
	{"no blank line after", "INT. HOUSE - DAY\nBob waits.\n", map[int]string{1: "INT. HOUSE - DAY"}, "no blank line after"},
	{"none around", "Rain.\nEXT. HOUSE - DAY\nBob.\nINT. HALL\nBob.\n", map[int]string{2: "EXT. HOUSE - DAY", 4: "INT. HALL"},
		"no blank line around"},
	{"two in a row", "INT. HOUSE - DAY\nINT. HALL - DAY\n\nRain.\n", map[int]string{1: "INT. HOUSE - DAY", 2: "INT. HALL - DAY"},
		"no blank line after"},
	{"after a section", "# One\nINT. HOUSE - DAY\n\nRain.\n", map[int]string{2: "INT. HOUSE - DAY"}, "no blank line before"},
	{"small letters", "Rain.\nInt. the old house - day\n\nBob.\n", map[int]string{2: "INT. THE OLD HOUSE - DAY"}, "no blank line before"},
	{"small letters, no time", "INT. Peter's house\nBob waits.\n", map[int]string{1: "INT. PETER'S HOUSE"}, "no blank line after"},
	{"no dot", "Rain.\nINT HOUSE\n\nBob.\n", map[int]string{2: "INT HOUSE"}, "no blank line before"},
	{"in a speech", "BOB\nHello.\nEXT. STREET - NIGHT\nCars.\n", map[int]string{3: "EXT. STREET - NIGHT"}, "no blank line around"},
	{"EXT/INT", "EXT/INT. CAR - DAY\n\nRain.\n", map[int]string{1: "EXT/INT. CAR - DAY"}, "EXT/INT. is not among the prefixes"},
	{"E/I", "E/I CAR - DAY\n\nRain.\n", map[int]string{1: "E/I CAR - DAY"}, "E/I is not among"},
	{"I./E.", "I./E. CAR - DAY\n\nRain.\n", map[int]string{1: "I./E. CAR - DAY"}, "I./E. is not among"},
	{"Russian", "ИНТ. КУХНЯ - ДЕНЬ\n\nДождь.\n\nНАТ. ДВОР - НОЧЬ\n\nДождь.\n", map[int]string{1: "ИНТ. КУХНЯ - ДЕНЬ", 5: "НАТ. ДВОР - НОЧЬ"},
		"ИНТ. is not among"},
	{"French", "INTÉRIEUR. MAISON - JOUR\n\nPluie.\n", map[int]string{1: "INTÉRIEUR. MAISON - JOUR"}, "INTÉRIEUR. is not among"},
	{"German", "INNEN/AUSSEN. WOHNUNG - TAG\n\nRegen.\n\nAUSSEN. HOF - NACHT\nRegen.\n",
		map[int]string{1: "INNEN/AUSSEN. WOHNUNG - TAG", 5: "AUSSEN. HOF - NACHT"}, "INNEN/AUSSEN. is not among"},
	{"Italian", "ESTERNO STRADA - NOTTE\n\nPioggia.\n", map[int]string{1: "ESTERNO STRADA - NOTTE"}, "ESTERNO is not among"},
	{"written out", "INTERIOR. HOUSE. DAY\n\nRain.\n", map[int]string{1: "INTERIOR. HOUSE. DAY"}, "INTERIOR. is not among"},
	{"misread comma", "INT, HOUSE - DAY\n\nRain.\n", map[int]string{1: "INT. HOUSE - DAY"}, `"INT," must be INT.`},
	{"misread letter", "lNT. HOUSE - DAY\n\nRain.\n\nEXT: YARD - DAY\n\nRain.\n", map[int]string{1: "INT. HOUSE - DAY", 5: "EXT. YARD - DAY"},
		`"lNT." must be INT.`},
	{"number in front", "12A. INT. HOUSE - DAY\n\nRain.\n", map[int]string{1: "INT. HOUSE - DAY"}, "scene number is in front"},
	{"numbers on both sides", "7   EXT. YARD - NIGHT   7\nRain.\n", map[int]string{1: "EXT. YARD - NIGHT"}, "scene number is in front"},
	{"scene N", "Rain.\n\nScene 4: INT. HOUSE - DAY\n\nRain.\n", map[int]string{3: "INT. HOUSE - DAY"}, "scene number is in front"},
	{"number behind", "ИНТ. КУХНЯ - ДЕНЬ #3B#\n\nДождь.\n", map[int]string{1: "ИНТ. КУХНЯ - ДЕНЬ"}, "is not among"},
	{"in bold", "**INT. HOUSE - DAY**\n\nRain.\n", map[int]string{1: "INT. HOUSE - DAY"}, "in emphasis"},
	{"a note beside it", "[[fix]]\nEXT/INT. CAR - DAY\n[[this]]\n\nRain.\n", map[int]string{2: "EXT/INT. CAR - DAY"}, "is not among"},
	{"no prefix", "MOUNT GURU--DAY\n\nBob climbs.\n\nBOB\nPuh.\n\nPEAK – NIGHT (1962)\n\nBob rests.\n",
		map[int]string{1: "MOUNT GURU--DAY", 8: "PEAK – NIGHT (1962)"}, "does not begin with INT. or EXT."},
	{"no prefix, a silent film", "STREET - DAY\n\nCars.\n\nHOUSE - NIGHT\n\nRain.\n", map[int]string{1: "STREET - DAY", 5: "HOUSE - NIGHT"},
		"does not begin"},
	{"no prefix, text below", "EXT. STREET - DAY\n\nCars.\n\nTHE KITCHEN - LATER\nBob cooks.\n", map[int]string{5: "THE KITCHEN - LATER"},
		"does not begin"},
	{"after a heading", "INT. HOUSE - DAY\nKITCHEN - NIGHT\n\nRain.\n", map[int]string{1: "INT. HOUSE - DAY"}, "no blank line after"},
	{"no prefix, then small letters below", "BAR - NIGHT\nBob drinks.\nExt. bar - day\nBob sleeps.\n\nBOB\nHello.\n",
		map[int]string{1: "BAR - NIGHT", 3: "EXT. BAR - DAY"}, "no blank line after"},
	{"no prefix, then one below", "BAR - NIGHT\nBob drinks.\nEXT. BAR - DAY\nBob sleeps.\n\nBOB\nHello.\n",
		map[int]string{1: "BAR - NIGHT", 3: "EXT. BAR - DAY"}, "no blank line after"},
}

func TestImply(t *testing.T) {
	for _, test := range implied {
		t.Run(test.name, func(t *testing.T) {
			decoded := fountain.Decode(test.text)
			script := screenplay.Imply(decoded)
			got := map[int]string{}
			for _, scene := range script.Scenes() {
				if scene.Implied {
					got[scene.Span.Start] = scene.Heading
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("headings (-want +got)\n%s%s", diff, outline(script))
			}
			if err := cover(script); err != nil {
				t.Errorf("%v\n%s", err, outline(script))
			}
			warned := map[int]string{}
			for _, w := range script.Warnings {
				warned[w.Line] = w.Message
			}
			for line := range test.want {
				if !strings.HasPrefix(warned[line], "taken as a scene heading although ") {
					t.Errorf("line %d: warning %q", line, warned[line])
				}
			}
			if w := script.Warnings; len(w) != len(test.want) || !strings.Contains(w[0].Message, test.why) {
				t.Errorf("warnings %v, want %d, the first with %q", w, len(test.want), test.why)
			}
			if diff := cmp.Diff(script, screenplay.Imply(script)); diff != "" {
				t.Errorf("the second time differs (-first +second)\n%s", diff)
			}
			if diff := cmp.Diff(fountain.Decode(test.text), decoded); diff != "" {
				t.Errorf("the argument was changed\n%s", diff)
			}
		})
	}
}

// noHeadings are texts in which no line may be implied.
var noHeadings = map[string]string{
	"proper headings":   "INT. HOUSE - DAY\n\nRain.\n\nI/E CAR - NIGHT\n\nRain.\n",
	"a memo":            "INTERNAL MEMO\n\nEXTRA TIME\nfor all\n\nINTERESTING - DAY ONE IS OVER\n",
	"dots":              "...where\n\nint main() {\n\nI. am.\n\nE. coli - day and night\n",
	"French":            "Il\nest parti.\nEst-ce que tu viens\nest. peut-être\n",
	"prose":             "He looked at the\nInt. revenue letter.\nINT. HE NEVER KNEW WHY!\nExt. 55, she said, was free\n",
	"extension numbers": "Call me at\nEXT. 4312 please.\n",
	"a prefix spoken":   "BOB\nINT. IS WHAT YOU WRITE\nHello.\n",
	"shots": "INT. HOUSE - DAY\n\nRain.\n\nCLOSE ON - BOB'S HAND - NIGHT\n\nANGLE ON - DOOR - CONTINUOUS\n\n" +
		"FLASHBACK - DAY\n\nINSERT - CLOCK - NIGHT\n\nBOB'S POV - DAY\n\nMONTAGE - NIGHT\n\nINTERCUT - DAY\n\nBACK TO SCENE - DAY\n",
	"shouting":                "BOB\nYOU DAY AND NIGHT FOOL!\nI SAW YOU -- LATER\nGO IN - NOW\n",
	"reading aloud":           "BOB\n(reads)\nINT. House - day. A man walks in.\nint. the house - night\nEXT. 5 IS MINE, THANKS!\n",
	"an interview":            "INT: So tell me about your house\n\nANN: It is old.\n\nINT: How are you today\n\nEXT: and we laugh\n",
	"forced action":           "!INT. HOUSE - DAY\n\n!KITCHEN - NIGHT\n\nBOB\nHello.\n",
	"forced cue":              "@INT. Bob\nHello.\n",
	"section, centred, note":  "## INT. HOUSE - DAY\n\n>INT. HOUSE - DAY<\n\n[[INT. HOUSE - DAY]]\n\n= EXT/INT. CAR - DAY\n",
	"in a long note":          "Bob sees [[the\nEXT/INT. CAR - DAY\nof the draft]] rain.\n",
	"in a boneyard":           "Bob sees /* the\nEXT. CAR - DAY\n\nEXT. CAR - DAY\n\n*/ rain.\n",
	"credits":                 "INTERIOR DESIGN BY BOB\n\nEXTERIOR PAINT\n",
	"only the prefix":         "EXT/INT.\n\nИНТ.\n",
	"cue with a dash":         "INT. HOUSE - DAY\n\nBOB - CONT'D\nHello.\n",
	"titles":                  "INT. HOUSE - DAY\n\nCHAPTER ONE - MORNING\n\nSUPER: PARIS - DAY\n\nFADE OUT - NIGHT\n\n",
	"signs":                   "INT. HOUSE - DAY\n\n\"OPEN - DAY AND NIGHT\"\n\nIS IT - DAY?\n\nMID-DAY\n\nTHE NEXT - MORNING\n",
	"a time and no script":    "MEETING NOTES - MONDAY MORNING\n\nWe met.\n",
	"a programme":             "ITINERARY - DAY 1\n\nParis.\n\nITINERARY - DAY 2\n\nRome.\n",
	"not alone, no prefix":    "INT. HOUSE - DAY\n\nRain.\nKITCHEN - NIGHT\n\nRain.\n",
	"longer than any heading": "INT. HOUSE - DAY\n\nEXT/INT. " + strings.Repeat("HOUSE ", 40) + "- DAY\n",
}

func TestImply_LeavesAlone(t *testing.T) {
	for name, text := range noHeadings {
		t.Run(name, func(t *testing.T) {
			decoded := fountain.Decode(text)
			if diff := cmp.Diff(decoded, screenplay.Imply(decoded), cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("(-decoded +implied)\n%s", diff)
			}
		})
	}
}

// TestImply_WithoutBlanks has elements as formats other than Fountain have them.
func TestImply_WithoutBlanks(t *testing.T) {
	script := screenplay.Script{Lines: 3, Elements: []screenplay.Element{
		{Kind: screenplay.SceneHeading, Text: "INT. HOUSE - DAY", Span: screenplay.Span{Start: 1, End: 1}},
		{Kind: screenplay.Blank, Span: screenplay.Span{Start: 2, End: 2}},
		{Kind: screenplay.Action, Text: "KITCHEN - NIGHT", Span: screenplay.Span{Start: 3, End: 3}},
	}}
	if n := len(screenplay.Imply(script).Scenes()); n != 2 {
		t.Errorf("%d scenes at the end of the text, want 2", n)
	}
	script.Elements = append(script.Elements,
		screenplay.Element{Kind: screenplay.Section, Text: "Two", Span: screenplay.Span{Start: 4, End: 4}})
	script.Lines = 4
	if n := len(screenplay.Imply(script).Scenes()); n != 1 {
		t.Errorf("%d scenes where no blank line follows, want 1", n)
	}
}

func TestImply_Splits(t *testing.T) {
	for name, test := range map[string]struct{ text, want string }{
		"action": {"Rain.\nBob.\nINT. HALL - DAY\nBob.\nRain.\n",
			"1-2 action: Rain. / Bob.\n3-3 implied: INT. HALL - DAY\n4-5 action: Bob. / Rain.\n"},
		"speech": {"BOB\nHello.\nEXT. STREET - NIGHT\nCars.\n(beat)\nRain.\n\nANN\nHello.\n",
			"1-1 character: BOB\n2-2 dialogue: Hello.\n3-3 implied: EXT. STREET - NIGHT\n4-6 action: Cars. / (beat) / Rain.\n" +
				"8-8 character: ANN\n9-9 dialogue: Hello.\n"},
		"cue without a speech": {"THE YARD\nEXT. YARD - NIGHT\nCars.\n",
			"1-1 action: THE YARD\n2-2 implied: EXT. YARD - NIGHT\n3-3 action: Cars.\n"},
		"cue": {"НАТ. ДВОР - НОЧЬ\nДождь.\n(тихо)\nИНТ. КУХНЯ - ДЕНЬ\nСвет.\n",
			"1-1 implied: НАТ. ДВОР - НОЧЬ\n2-3 action: Дождь. / (тихо)\n4-4 implied: ИНТ. КУХНЯ - ДЕНЬ\n5-5 action: Свет.\n"},
		"speech with a note": {"НАТ. ДВОР - НОЧЬ\n(тихо)\n[[сильный]]\nВетер.\n",
			"1-1 implied: НАТ. ДВОР - НОЧЬ\n2-2 action: (тихо)\n3-3 note: [[сильный]]\n4-4 action: Ветер.\n"},
		"scene numbers": {"7   EXT. YARD - NIGHT   7\n\nИНТ. КУХНЯ - ДЕНЬ #3B#\n\nRain.\n",
			"1-1 implied #7: EXT. YARD - NIGHT\n3-3 implied #3B: ИНТ. КУХНЯ - ДЕНЬ\n5-5 action: Rain.\n"},
	} {
		t.Run(name, func(t *testing.T) {
			got := screenplay.Imply(fountain.Decode(test.text))
			if diff := cmp.Diff(test.want, outline(got)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if err := cover(got); err != nil {
				t.Error(err)
			}
		})
	}
}

func FuzzImply(f *testing.F) {
	for _, test := range implied {
		f.Add(test.text)
	}
	for _, text := range noHeadings {
		f.Add(text)
	}
	for _, test := range speeches {
		f.Add(test.text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		decoded := fountain.Decode(text)
		script := screenplay.Imply(decoded)
		if err := cover(script); err != nil {
			t.Fatalf("%v\n%s", err, outline(script))
		}
		if again := screenplay.Imply(script); !cmp.Equal(script, again, cmpopts.EquateEmpty()) {
			t.Fatalf("the second time differs\n%s", cmp.Diff(script, again))
		}
		before := countHeadings(decoded)
		after := countHeadings(script)
		cues := 0
		for _, w := range script.Warnings {
			if strings.HasPrefix(w.Message, "taken as the cue of ") {
				cues++
			}
		}
		if after < before || after-before != len(script.Warnings)-len(decoded.Warnings)-cues {
			t.Fatalf("%d headings became %d with %d new warnings, %d of cues", before, after, len(script.Warnings)-len(decoded.Warnings), cues)
		}
	})
}

func countHeadings(s screenplay.Script) int {
	n := 0
	for _, e := range s.Elements {
		if e.Kind == screenplay.SceneHeading {
			n++
		}
	}
	return n
}

// TestImply_IsLinear would not end in reasonable time if it were not.
func TestImply_IsLinear(t *testing.T) {
	const n = 50_000
	for name, text := range map[string]string{
		"one paragraph of headings": strings.Repeat("INT. HALL - DAY\n", n),
		"one speech of headings":    "BOB\nHi\n" + strings.Repeat("INT. HALL - DAY\nHi\n", n),
		"a line of capitals":        "BOB - DAY" + strings.Repeat(" - DAY", n),
		"notes":                     "BOB\nHi\n" + strings.Repeat("[[\n]]\nINT. HALL - DAY\n", n),
		"speeches":                  "INT. HALL - DAY\n" + strings.Repeat("BOB\nHi\n", n),
		"one long speech":           "INT. HALL - DAY\nBOB\n" + strings.Repeat("Hi\n", n),
		"cues":                      strings.Repeat("ИНТ. BOB\nHi\n\n", n),
	} {
		t.Run(name, func(t *testing.T) {
			if err := cover(screenplay.Imply(fountain.Decode(text))); err != nil {
				t.Error(err)
			}
		})
	}
}

func BenchmarkImply(b *testing.B) {
	text := strings.Repeat("INT. HOUSE - DAY\n\nBob waits for the rain, which does not come.\nHe leaves.\n\nBOB\nIt does not come.\n\n", 1200)
	script := fountain.Decode(text)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		screenplay.Imply(script)
	}
}
