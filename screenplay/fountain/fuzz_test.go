package fountain_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/cineforge/cineforge/screenplay"
	"github.com/cineforge/cineforge/screenplay/fountain"
)

// checkText fails if Decode loses a line of text, or if what it read changes when
// it is written and read again.
func checkText(t interface {
	Helper()
	Fatalf(string, ...any)
}, text string) {
	t.Helper()
	script := fountain.Decode(text)
	if err := coverage(script, countLines(text)); err != "" {
		t.Fatalf("Decode(%q): %s", text, err)
	}
	if err := scenesHold(script); err != "" {
		t.Fatalf("scenes of %q: %s", text, err)
	}
	written, spans := fountain.EncodeLines(script)
	again := fountain.Decode(written)
	if diff := cmp.Diff(essence(script), essence(again)); diff != "" {
		t.Fatalf("%q\nis written as\n%q\nwhich reads differently (-first +again):\n%s", text, written, diff)
	}
	if twice := fountain.Encode(again); twice != written {
		t.Fatalf("%q\nis written as\n%q\nthen as\n%q", text, written, twice)
	}
	if err := mapped(script, spans, again); err != "" {
		t.Fatalf("%q\nis written as\n%q\n%s", text, written, err)
	}
}

// countLines counts lines the slow way: each line end ends one, and so does the
// end of the text if there is something after the last line end.
func countLines(text string) int {
	text = strings.TrimLeft(text, "\uFEFF")
	n := 0
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == '\n' && i > 0 && text[i-1] == '\r': // counted with the CR
		case text[i] == '\n', text[i] == '\r', i == len(text)-1:
			n++
		}
	}
	return n
}

// coverage says what is wrong with the spans of a script that shall cover lines.
func coverage(s screenplay.Script, lines int) string {
	if s.Lines != lines {
		return cmp.Diff(lines, s.Lines)
	}
	next := 1
	for _, e := range s.Elements {
		if e.Span.Start != next || e.Span.End < e.Span.Start {
			return cmp.Diff(next, e)
		}
		next = e.Span.End + 1
	}
	if next != lines+1 {
		return cmp.Diff(lines+1, next)
	}
	return ""
}

// scenesHold says what is wrong with the scenes of a script.
func scenesHold(s screenplay.Script) string {
	next := 0
	inScenes := 0
	inCast := 0
	for i, scene := range s.Scenes() {
		if scene.Index != i+1 || next > 0 && scene.Span.Start != next || scene.Span.End < scene.Span.Start || scene.Eighths < 1 {
			return cmp.Diff(next, scene)
		}
		next = scene.Span.End + 1
		inScenes += scene.DialogueBlocks
	}
	if next > 0 && next != s.Lines+1 {
		return cmp.Diff(s.Lines+1, next)
	}
	for _, m := range s.Cast() {
		inCast += m.DialogueBlocks
		if m.Name == "" || m.Scenes > len(s.Scenes()) {
			return cmp.Diff(nil, m)
		}
	}
	if inCast < inScenes || s.Pages() < 0 {
		return cmp.Diff(inScenes, inCast)
	}
	return ""
}

// essence is what of a script survives being written: all but blank lines and places.
func essence(s screenplay.Script) []screenplay.Element {
	var kept []screenplay.Element
	for _, e := range s.Elements {
		if e.Kind != screenplay.Blank {
			e.Span = screenplay.Span{}
			e.Forced = false
			kept = append(kept, e)
		}
	}
	return kept
}

// mapped says what is wrong with the spans that EncodeLines gave for a script that
// reads as again.
func mapped(script screenplay.Script, spans []screenplay.Span, again screenplay.Script) string {
	var want, got []screenplay.Span
	for _, e := range again.Elements {
		if e.Kind != screenplay.Blank {
			want = append(want, e.Span)
		}
	}
	for i, e := range script.Elements {
		if e.Kind != screenplay.Blank {
			got = append(got, spans[i])
		}
	}
	return cmp.Diff(want, got)
}

// fragments are what scripts are made of, and what trips readers of them.
var fragments = []string{
	"", "", "", "\n", "\n", "  ", " ", "\t", "    ", "\u00a0",
	"INT. HOUSE - DAY", "ext. street", "I/E CAR", "INT./EXT. BAR #12A#", "EST. CITY", ".FORCED", "..NOT", ". NOT", ".45", "INT",
	"#1#", " #2-B#", "#", "##", "# Act", "=", "= What happens", "==", "===", "====  ", "~la la", "~",
	"JOHN", "JOHN (V.O.)", "MARY (on the radio) ^", "@McCLANE", "@", "^", "23", "R2D2", "ÁNGELA", "МАША", "王",
	"Hello there.", "(beat)", "(a) b (c)", "(", ")", "()", "CUT TO:", "CUT TO: ", "> FADE OUT.", "> THE END <", "><", ">", "<",
	"!", "!INT. NO", "!!", "[[", "]]", "[[note]]", "[[two\n", "lines]]", "[[ a\n  \nb ]]", "/*", "*/", "/* gone */", "/*\n\n*/",
	"*", "**", "_", "\\", "*it*", "Title: X", "Author:", "   more", "key: value", "FADE IN:", ":", " ", ".", "a", "A", "\x00", "\xff", "\r",
	"\r\n", "\uFEFF",
}

func TestDecode_CoversAnyTextAndIsStable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		parts := rapid.SliceOfN(rapid.SampledFrom(fragments), 0, 30).Draw(t, "parts")
		glue := rapid.SliceOfN(rapid.SampledFrom([]string{"\n", "\n", "\n\n", "\n\n", "", " ", "\r\n"}), len(parts), len(parts)).Draw(t, "glue")
		var b strings.Builder
		for i, p := range parts {
			b.WriteString(p)
			b.WriteString(glue[i])
		}
		checkText(t, b.String())
	})
}

func FuzzDecodeEncode(f *testing.F) {
	for _, s := range fragments {
		f.Add(s)
		f.Add("INT. HOUSE - DAY\n\n" + s + "\n" + s + "\n\nJOHN\n" + s + "\n\n" + s)
	}
	f.Fuzz(func(t *testing.T, text string) { checkText(t, text) })
}
