package normalize

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cineforge/cineforge/artifact/content"
	"github.com/cineforge/cineforge/screenplay"
	"github.com/cineforge/cineforge/screenplay/fountain"
)

const source = `Title: The Way
Notes:
	for nobody
	yet

INT. HALL - DAY #2A#

Anna's dog barks -- twice.
It is *not* amused.

ANNA
(to the dog)
Shh! [[or not?]]
`

func TestCheck_FindsWhatIsLost(t *testing.T) {
	for _, test := range []struct{ name, old, new, want string }{
		{"nothing", "", "", ""},
		{"case and punctuation", "Anna's dog barks -- twice.", "ANNA'S DOG barks, twice", ""},
		{"emphasis", "*not*", "not", ""},
		{"a word of action", " twice", "", `the word "twice" of line 8 would be lost: line 9 of the script has "it" in its place`},
		{"a word of dialogue", "Shh!", "", `the word "shh" of line 13 would be lost: line 13 of the script has "or" in its place`},
		{"a word of a note", "or not?", "or", `the word "not" of line 13 would be lost, and all behind it`},
		{"a word of the title page", "for nobody", "for",
			`the word "nobody" of line 3 would be lost: line 4 of the script has "yet" in its place`},
		{"a scene number", " #2A#", "", `the word "2a" of line 6 would be lost: line 8 of the script has "annas" in its place`},
		{"a word replaced", "amused", "bemused", `the word "amused" of line 9 would be lost: line 9 of the script has "bemused" in its place`},
		{"a word put in", "[[or not?]]", "[[or not?]] never", `the word "never" in line 13 of the script is not in the source`},
		{"a cue", "ANNA\n(to", "!ANNA\n(to", `1 elements character would become 0`},
		{"a heading", "INT. HALL - DAY #2A#", "!INT. HALL - DAY #2A#", `1 elements scene_heading would become 0`},
	} {
		t.Run(test.name, func(t *testing.T) {
			changed := strings.Replace(source, test.old, test.new, 1)
			err := check(fountain.Decode(source), fountain.Decode(changed))
			got := ""
			if err != nil {
				got = err.Error()
			}
			if got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

func TestAlign(t *testing.T) {
	element := func(start, end int) screenplay.Element {
		return screenplay.Element{Kind: screenplay.Action, Span: screenplay.Span{Start: start, End: end}}
	}
	span := func(start, end int) screenplay.Span { return screenplay.Span{Start: start, End: end} }
	run := func(start, end, sourceStart, sourceEnd int, whole bool) content.LineRun {
		return content.LineRun{Start: start, End: end, SourceStart: sourceStart, SourceEnd: sourceEnd, Whole: whole}
	}
	for _, test := range []struct {
		name     string
		elements []screenplay.Element
		spans    []screenplay.Span
		lines    int
		whole    bool
		want     content.LineMap
	}{
		{"as it is", []screenplay.Element{element(1, 2), element(4, 4)}, []screenplay.Span{span(1, 2), span(4, 4)}, 4, false,
			content.LineMap{run(1, 4, 1, 4, false)}},
		{"a blank line put in", []screenplay.Element{element(1, 1), element(2, 3)}, []screenplay.Span{span(1, 1), span(3, 4)}, 4, false,
			content.LineMap{run(1, 1, 1, 1, false), run(2, 4, 1, 3, false)}},
		{"a blank line put before the first", []screenplay.Element{element(1, 1)}, []screenplay.Span{span(2, 2)}, 2, false,
			content.LineMap{run(1, 1, 1, 1, false), run(2, 2, 1, 1, false)}},
		{"a blank line taken out", []screenplay.Element{element(1, 1), element(4, 4)}, []screenplay.Span{span(1, 1), span(3, 3)}, 3, false,
			content.LineMap{run(1, 2, 1, 2, false), run(3, 3, 4, 4, false)}},
		{"an element left out", []screenplay.Element{element(1, 1), element(3, 3), element(5, 5)},
			[]screenplay.Span{span(1, 1), {}, span(3, 3)}, 3, false,
			content.LineMap{run(1, 2, 1, 2, false), run(3, 3, 5, 5, false)}},
		{"lines joined", []screenplay.Element{element(1, 3), element(5, 5)}, []screenplay.Span{span(1, 1), span(3, 3)}, 3, false,
			content.LineMap{run(1, 1, 1, 3, true), run(2, 3, 4, 5, false)}},
		{"an adaptation", []screenplay.Element{element(1, 9), element(1, 9), element(10, 20)},
			[]screenplay.Span{span(1, 1), span(3, 4), span(6, 6)}, 6, true,
			content.LineMap{run(1, 4, 1, 9, true), run(5, 5, 9, 9, false), run(6, 6, 10, 20, true)}},
		{"an adaptation that happens to be as long", []screenplay.Element{element(1, 2), element(1, 2)},
			[]screenplay.Span{span(1, 2), span(4, 4)}, 4, true,
			content.LineMap{run(1, 4, 1, 2, true)}},
		{"blank lines at the end", []screenplay.Element{element(1, 1)}, []screenplay.Span{span(1, 1)}, 2, false,
			content.LineMap{run(1, 1, 1, 1, false), run(2, 2, 1, 1, false)}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, align(test.elements, test.spans, test.lines, test.whole)); diff != "" {
				t.Error(diff)
			}
		})
	}
}
