package normalize

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cineforge/cineforge/screenplay"
	"github.com/cineforge/cineforge/screenplay/document"
	"github.com/cineforge/cineforge/screenplay/fountain"
)

// What the reader of a format leaves out is gone from its elements, so that only
// the text itself can tell.
func TestModule_WordsThatTheReaderDropsAreNotLostInSilence(t *testing.T) {
	const read = "Title: Rain\n\nINT. HALL - DAY\n\nRain falls\non the roof.\n\n\nBEN\nSo what?\n"
	for _, test := range []struct{ name, text, want string }{
		{"nothing", read, ""},
		{"case, emphasis, marks", strings.Replace(read, "Rain falls", "**RAIN** fa\u200clls --", 1), ""},
		{"a word of action", strings.Replace(read, "falls", "falls hard", 1), `the word "hard" of line 5 would be lost`},
		{"a word that stands elsewhere", strings.Replace(read, "So what?", "So what? Rain", 1), `the word "rain" of line 10 would be lost`},
		{"a line between elements", strings.Replace(read, "\n\n\nBEN", "\n\nGone\nBEN", 1), `the word "gone" of line 8 would be lost`},
		{"a line behind the last", read + "\nAnd then?\n", `the word "and" of line 12 would be lost`},
		{"a number that no heading has", strings.Replace(read, "- DAY", "- DAY 12", 1), `the word "12" of line 3 would be lost`},
		{"a credit that is in no title page", strings.Replace(read, "falls", "falls by", 1), `the word "by" of line 5 would be lost`},
		{"a word put in", strings.Replace(read, "falls\n", "\n", 1),
			`the word "falls" in line 5 of the script is not in lines 5 to 6 of the source`},
	} {
		t.Run(test.name, func(t *testing.T) {
			doc := document.Document{Text: test.text, Script: fountain.Decode(read)}
			text, spans := fountain.EncodeLines(doc.Script)
			lost, err := survey(doc, text, spans)
			got := ""
			if err != nil {
				got = err.Error()
			}
			if got != test.want || len(lost) > 0 {
				t.Errorf("got %s, lost %q, want %s", got, lost, test.want)
			}
		})
	}
}

// A word of the canonical text has to come from an element.
func TestSurvey_AWordOfNoElementIsNotTaken(t *testing.T) {
	doc := document.Document{Text: "Rain falls.\n", Script: fountain.Decode("Rain falls.\n")}
	text, spans := fountain.EncodeLines(doc.Script)
	if _, err := survey(doc, text+"\nNobody wrote this.\n", spans); err == nil {
		t.Error("words of nobody are taken")
	}
}

func TestSurvey_ListsWhatARuleLeavesOut(t *testing.T) {
	const script = "\n\nRain.\n\nBEN\nHello.\n\nCUT TO:\n\nEXT/INT. VAN - DAY\n\nRain.\n"
	for _, test := range []struct {
		name, file, text string
		want             []string
	}{
		{"nothing", "a.txt", "12 INT. HALL - DAY" + script, []string{}},
		{"a number on both sides", "a.txt", "12A INT. HALL - DAY 12A" + script,
			[]string{`line 1: "12a", the scene number printed a second time`}},
		{"the word scene", "a.txt", "SCENE 12 INT. HALL - DAY" + script, []string{`line 1: "scene", before the number of the scene`}},
		{"misread", "a.txt", "lNT. HALL - DAY" + script, []string{`line 1: "lnt", read as "int"`}},
		{"a credit", "a.md", "# Rain\n\nwritten by Ann By\n\n## INT. HALL - DAY" + script, []string{
			`line 3: "written", a credit that is now a key of the title page`, `line 3: "by", a credit that is now a key of the title page`,
		}},
		{"a number that stands in the heading, too", "a.md", "## Scene 12" + script, []string{}},
		{"a note in front of a heading", "a.md", "## [[new]] INT. HALL - DAY" + script, []string{}},
		{"a cue above cut text", "a.txt", "INT. HALL - DAY\nANNA\n/* cut\naway */" + script, []string{}},
		{"attributes", "a.md", "## INT. HALL - DAY {#hall .big}" + script, []string{`line 1: "hall", markup`, `line 1: "big", markup`}},
		{"a comment in front matter", "a.md", "---\ntitle: Rain\n# draft\n---\n\n## INT. HALL - DAY" + script,
			[]string{`line 3: "draft", in the front matter under no key`}},
	} {
		t.Run(test.name, func(t *testing.T) {
			doc, err := document.Reader{}.Read(t.Context(), test.file, []byte(test.text))
			if err != nil {
				t.Fatal(err)
			}
			data, _, err := rewrite(doc)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, data.Fidelity.Lost); diff != "" || !*data.Fidelity.OK {
				t.Errorf("%+v %s\n%s", data.Fidelity, diff, data.ScriptText)
			}
		})
	}
}

func TestSurvey_TheLanguageOfABlockOfCodeIsMarkup(t *testing.T) {
	doc := document.Document{Text: "```fountain\nRain.\n```\n", Script: screenplay.Script{Elements: []screenplay.Element{
		{Kind: screenplay.Blank, Span: screenplay.Span{Start: 1, End: 1}},
		{Kind: screenplay.Action, Text: "Rain.", Span: screenplay.Span{Start: 2, End: 2}},
	}}}
	text, spans := fountain.EncodeLines(doc.Script)
	lost, err := survey(doc, text, spans)
	if diff := cmp.Diff([]string{`line 1: "fountain", markup`}, lost); diff != "" || err != nil {
		t.Errorf("%v %s", err, diff)
	}
}

func TestCountWords_InTheTextItself(t *testing.T) {
	doc, err := document.Reader{}.Read(t.Context(), "a.txt", []byte("12 INT. BEN'S HALL 12\n\n*Two* words -- no m\\_ore.\n"))
	if err != nil {
		t.Fatal(err)
	}
	doc.Script = screenplay.Imply(fountain.Decode(doc.Text))
	data, _, err := rewrite(doc)
	if f := data.Fidelity; err != nil || f.SourceWords != 9 || f.CanonicalWords != 8 {
		t.Errorf("%+v, %v", f, err)
	}
}

func TestByRule_HybridsThatAreMostlyProse(t *testing.T) {
	heading := screenplay.Element{Kind: screenplay.SceneHeading, Text: "INT. HALL"}
	action := func(n int) screenplay.Element {
		return screenplay.Element{Kind: screenplay.Action, Text: strings.Repeat("word ", n)}
	}
	speech := screenplay.Element{Kind: screenplay.Dialogue, Text: strings.Repeat("word ", 100)}
	for _, test := range []struct {
		name     string
		elements []screenplay.Element
		want     bool // by rule
	}{
		{"60 % before the first heading", []screenplay.Element{action(60), heading, action(40)}, true},
		{"more than that", []screenplay.Element{action(61), heading, action(39)}, false},
		{"speeches below a heading", []screenplay.Element{heading, speech}, true},
		{"a heading on a story", []screenplay.Element{heading, action(2100), speech}, false},
		{"a long scene with speeches", []screenplay.Element{heading, action(1900), speech}, true},
		{"scenes of action", []screenplay.Element{heading, action(600), heading, action(600)}, true},
		{"no heading", []screenplay.Element{speech}, false},
	} {
		doc := document.Document{Kind: document.Hybrid, Script: screenplay.Script{Elements: test.elements}}
		if got := byRule(doc); got != test.want {
			t.Errorf("%s: by rule %v, want %v", test.name, got, test.want)
		}
	}
}
