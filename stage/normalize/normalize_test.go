package normalize_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/artifact/content"
	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/llm"
	"github.com/cineforge/cineforge/llm/offline"
	"github.com/cineforge/cineforge/screenplay/fountain"
	"github.com/cineforge/cineforge/stage"
	"github.com/cineforge/cineforge/stage/normalize"
)

// raw returns the inputs of the stage for a text.
func raw(name, source string) stage.Inputs {
	data, err := json.Marshal(map[string]any{"content": source, "source_info": map[string]any{"original_filename": name}})
	if err != nil {
		panic(err) // a map of strings always has JSON
	}
	return stage.Inputs{{
		Metadata: artifact.Metadata{Ref: artifact.NewRef(artifact.RawInput, artifact.ProjectEntity, 1)},
		Data:     data,
	}}
}

func sample(t testing.TB, name string) string {
	t.Helper()
	data, err := os.ReadFile("../testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func run(t testing.TB, task stage.Task) (content.CanonicalScript, artifact.Draft) {
	t.Helper()
	result, err := normalize.Module{}.Run(t.Context(), task)
	if err != nil {
		t.Fatal(err)
	}
	var script content.CanonicalScript
	if err := json.Unmarshal(result.Artifacts[0].Data, &script); err != nil {
		t.Fatal(err)
	}
	return script, result.Artifacts[0]
}

// refuses is a model that must not be asked.
func refuses(t testing.TB) llm.Model {
	return llm.ModelFunc(func(_ context.Context, req llm.Request) (llm.Response, error) {
		t.Errorf("the model is asked about %s", req.Unit)
		return llm.Response{}, errors.New("not to be asked")
	})
}

func headings(text string) []string {
	var list []string
	for _, s := range fountain.Decode(text).Scenes() {
		list = append(list, s.Heading)
	}
	return list
}

func TestModule_ValidFountainPassesAsItIs(t *testing.T) {
	source := sample(t, "lighthouse.fountain")
	got, draft := run(t, stage.Task{Inputs: raw("lighthouse.fountain", source), Model: refuses(t)})
	if diff := cmp.Diff(source, got.ScriptText); diff != "" {
		t.Error(diff)
	}
	if got.Title != "The Lamp at Grey Head" || got.SceneCount != 4 || got.LineCount != 68 {
		t.Errorf("title %q, %d scenes, %d lines", got.Title, got.SceneCount, got.LineCount)
	}
	if n := got.Normalization; n.Strategy != content.Passthrough || len(n.Assumptions)+len(n.Inventions) != 0 {
		t.Errorf("%+v", n)
	}
	if diff := cmp.Diff(content.LineMap{{Start: 1, End: 68, SourceStart: 1, SourceEnd: 68}}, got.LineMap); diff != "" {
		t.Error(diff)
	}
	if draft.Source != artifact.Code || draft.Health != artifact.Valid {
		t.Errorf("source %s, health %s", draft.Source, draft.Health)
	}
}

func TestModule_RepairsWhatOnlyAPersonWouldTake(t *testing.T) {
	source := sample(t, "pasted.txt")
	got, draft := run(t, stage.Task{Inputs: raw("pasted.txt", source), Model: refuses(t)})
	if diff := cmp.Diff([]string{"INT. WORKSHOP - NIGHT", "EXT/INT. VAN - CONTINUOUS", "EXT. WORKSHOP YARD - DAWN"},
		headings(got.ScriptText)); diff != "" {
		t.Error(diff)
	}
	if got.Normalization.Strategy != content.Repair || draft.Health != artifact.NeedsReview || draft.Source != artifact.Code {
		t.Errorf("strategy %s, health %s, source %s", got.Normalization.Strategy, draft.Health, draft.Source)
	}
	var repaired []string
	for _, a := range got.Normalization.Assumptions {
		repaired = append(repaired, fmt.Sprint(a.Description, " ", a.Lines))
	}
	want := []string{
		"Line 1 is taken as a scene heading: INT. WORKSHOP - NIGHT [1]",
		"Line 7 is taken as a scene heading: EXT/INT. VAN - CONTINUOUS [7]",
		"Line 16 is taken as a scene heading: EXT. WORKSHOP YARD - DAWN [16]",
		"Blank lines are put in before 2 lines. [2 16]",
	}
	if diff := cmp.Diff(want, repaired); diff != "" {
		t.Error(diff)
	}
	lines := strings.Split(got.ScriptText, "\n")
	var implied []string
	for _, n := range got.ImpliedHeadings {
		first, last := got.LineMap.Source(n, n)
		implied = append(implied, fmt.Sprintf("%s from %d-%d", lines[n-1], first, last))
	}
	want = []string{"INT. WORKSHOP - NIGHT from 1-1", ".EXT/INT. VAN - CONTINUOUS from 7-7", "EXT. WORKSHOP YARD - DAWN from 16-16"}
	if diff := cmp.Diff(want, implied); diff != "" {
		t.Error(diff)
	}
}

func TestModule_MarkdownBecomesFountain(t *testing.T) {
	got, draft := run(t, stage.Task{Inputs: raw("kiosk.md", sample(t, "kiosk.md")), Model: refuses(t)})
	if diff := cmp.Diff([]string{"INT. KIOSK - MORNING", "EXT. TRAM STOP - MORNING"}, headings(got.ScriptText)); diff != "" {
		t.Error(diff)
	}
	var cues []string
	for _, m := range fountain.Decode(got.ScriptText).Cast() {
		cues = append(cues, fmt.Sprint(m.Name, " ", m.DialogueBlocks))
	}
	if diff := cmp.Diff([]string{"LENA 2", "OTTO 1"}, cues); diff != "" {
		t.Error(diff)
	}
	if got.Normalization.Strategy != content.Repair || !*got.Fidelity.OK || draft.Health != artifact.Valid {
		t.Errorf("strategy %s, fidelity %+v, health %s", got.Normalization.Strategy, got.Fidelity, draft.Health)
	}
	// The lines with # or ** around all of it or *( )*; all others only lose spaces.
	if a := got.Normalization.Assumptions; len(a) != 1 || !slices.Equal(a[0].Lines, []int{1, 5, 9, 13, 17, 18, 21}) {
		t.Errorf("assumptions %+v", a)
	}
}

func TestModule_SpeechesWithoutHeadingsNeedReview(t *testing.T) {
	source := "ANNA\nHello?\n\nBEN\nHello.\n\nANNA\n(waving)\nGoodbye.\n\nShe leaves.\n\nBEN\nWait!\n"
	got, draft := run(t, stage.Task{Inputs: raw("a.fountain", source), Model: refuses(t)})
	if got.ScriptText != source || got.SceneCount != 1 || draft.Health != artifact.NeedsReview || len(got.Normalization.Assumptions) != 1 {
		t.Errorf("%+v, health %s", got, draft.Health)
	}
}

func TestModule_RefusesBlankText(t *testing.T) {
	for _, source := range []string{"", " \n\t\n"} {
		_, err := normalize.Module{}.Run(t.Context(), stage.Task{Inputs: raw("a.txt", source), Model: refuses(t)})
		if failure.ClassOf(err) != failure.Input {
			t.Errorf("%q: got %v, want a failure of class input", source, err)
		}
	}
}

func TestModule_ProseNeedsAModel(t *testing.T) {
	_, err := normalize.Module{}.Run(t.Context(), stage.Task{Inputs: raw("letter.txt", sample(t, "letter.txt")), Model: offline.Model{}})
	if failure.ClassOf(err) != failure.NoProvider {
		t.Fatalf("got %v, want a failure of class no_provider", err)
	}
	f, _ := errors.AsType[*failure.Error](err)
	for _, part := range []string{"letter.txt looks like prose (", " % of ",
		"a language model has to adapt", "only the offline one is configured"} {
		if !strings.Contains(f.Message, part) {
			t.Errorf("the message lacks %s: %s", part, f.Message)
		}
	}
	if strings.Contains(f.Message, "chunk_") || f.Hint != "set ANTHROPIC_API_KEY, OPENAI_API_KEY or GEMINI_API_KEY and run it again" {
		t.Errorf("message %q, hint %q", f.Message, f.Hint)
	}
}

func TestModule_RefusesATitlePageAlone(t *testing.T) {
	for source, want := range map[string]failure.Class{
		"Title: Rain\nAuthor: Ann\n":                         failure.Input,
		"Title: Rain\nAuthor: Ann\n\nHello there.\n":         failure.NoProvider,
		"Title: " + strings.Repeat("It ran on. ", 60) + "\n": failure.NoProvider,
	} {
		_, err := normalize.Module{}.Run(t.Context(), stage.Task{Inputs: raw("a.fountain", source), Model: offline.Model{}})
		if got := failure.ClassOf(err); got != want || got == failure.Input && !strings.Contains(err.Error(), "no script below the title page") {
			t.Errorf("%.40q: got %v, want class %s", source, err, want)
		}
	}
}

// A line that looks like a heading does not make a script of a story.
func TestModule_ProseWithAHeadingInItIsProse(t *testing.T) {
	source := novel(t) + "\nINT. THE LANDING - NIGHT\n\n" + novel(t)
	_, err := normalize.Module{}.Run(t.Context(), stage.Task{Inputs: raw("letter.txt", source), Model: offline.Model{}})
	if failure.ClassOf(err) != failure.NoProvider {
		t.Errorf("got %v, want a failure of class no_provider", err)
	}
}

// words returns the words of a text, without marks and case.
func words(text string) []string {
	return strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// checkScript fails the test unless a script by rule keeps its promises: it
// decodes to the scenes it counts, its line map covers it, and each line comes
// from source lines that hold its words.
func checkScript(t rapid.TB, source string, script content.CanonicalScript) {
	if script.Normalization.Strategy == content.Conversion {
		t.Fatalf("%q was put to the model", source)
	}
	if f := script.Fidelity; !f.Checked || f.OK == nil || !*f.OK || f.SourceWords != f.CanonicalWords+len(f.Lost) {
		t.Fatalf("fidelity %+v", f)
	}
	decoded := fountain.Decode(script.ScriptText)
	if n := len(decoded.Scenes()); max(1, n) != script.SceneCount || decoded.Lines != script.LineCount {
		t.Fatalf("%d scenes and %d lines, said to be %d and %d", n, decoded.Lines, script.SceneCount, script.LineCount)
	}
	next := 1
	for _, r := range script.LineMap {
		if r.Start != next || r.End < r.Start || r.SourceEnd < r.SourceStart {
			t.Fatalf("run %+v where line %d is due", r, next)
		}
		next = r.End + 1
	}
	if next != script.LineCount+1 {
		t.Fatalf("the map ends before line %d of %d", next, script.LineCount)
	}
	lines := strings.Split(source, "\n")
	for i, line := range strings.Split(script.ScriptText, "\n")[:script.LineCount] {
		first, last := script.LineMap.Source(i+1, i+1)
		if first < 1 || last > len(lines) {
			t.Fatalf("line %d comes from %d-%d of %d\n%s", i+1, first, last, len(lines), script.ScriptText)
		}
		from := words(strings.Join(lines[first-1:last], "\n"))
		for _, w := range words(line) {
			if !slices.Contains(from, w) {
				t.Fatalf("line %d, %q, is said to come from %d-%d: %q\nsource:\n%s\nscript:\n%s", i+1, line, first, last, from, source,
					script.ScriptText)
			}
		}
	}
}

// Scripts are put together from lines that invite every repair there is.
func TestModule_NoWordIsLostWhateverIsRepaired(t *testing.T) {
	line := rapid.SampledFrom([]string{
		"", "", "", "  ", "INT. HALL - DAY", "EXT/INT. VAN - NIGHT #12A#", "int. cellar - dusk", "**INT. ATTIC - DAY**", "ИНТ. КУХНЯ – ДЕНЬ",
		"12 EXT. YARD - DAWN 12", ".FORCED PLACE", "ANNA", "BEN (V.O.) ^", "@McCoy", "(quietly)", "Hello there.", "A door opens.", "!NOT A CUE",
		"~la la", "> CUT TO:", "CUT TO:", ">centered<", "[[a note]]", "[[a note", "over lines]]", "/* cut", "away */", "# Act", "= synopsis",
		"===", "- a dash", "THE ROOF - NIGHT", "*emphasis* _here_", "...", "?!", "Title: Not one", "\ttabbed", "x INT. B - DAY", "INT.", "#1#",
	})
	rapid.Check(t, func(t *rapid.T) {
		lines := rapid.SliceOfN(line, 0, 30).Draw(t, "lines")
		source := "INT. FIRST - DAY\n\nANNA\nHello.\n\nCUT TO:\n\n" + strings.Join(lines, "\n")
		result, err := normalize.Module{}.Run(context.Background(), stage.Task{Inputs: raw("a.fountain", source), Model: offline.Model{}})
		if err != nil {
			t.Fatalf("%v\n%s", err, source)
		}
		var script content.CanonicalScript
		if err := json.Unmarshal(result.Artifacts[0].Data, &script); err != nil {
			t.Fatal(err)
		}
		checkScript(t, source, script)
	})
}

// Any text is normalized faithfully, or refused with a class; it never fails inside.
func FuzzNormalize(f *testing.F) {
	for _, name := range []string{"lighthouse.fountain", "kiosk.md", "pasted.txt", "letter.txt"} {
		f.Add(name, sample(f, name))
	}
	f.Add("0", "\xdaAA - DAWN\n0") // a heading that begins with what can't be decoded
	f.Add("a.txt", "INT. A\nANNA\n\n(x)\n INT. B - DAY #1#\n")
	f.Fuzz(func(t *testing.T, name, source string) {
		result, err := normalize.Module{}.Run(t.Context(), stage.Task{Inputs: raw(name, source), Model: offline.Model{}})
		switch failure.ClassOf(err) {
		case "":
		case failure.Input, failure.NoProvider:
			return
		default:
			t.Fatalf("%v\n%q", err, source)
		}
		var script content.CanonicalScript
		if err := json.Unmarshal(result.Artifacts[0].Data, &script); err != nil {
			t.Fatal(err)
		}
		if f := script.Fidelity; !f.Checked || !*f.OK {
			t.Fatalf("fidelity %+v", f)
		}
		if len(fountain.Decode(script.ScriptText).Elements) == 0 {
			t.Fatalf("an empty script from %q", source)
		}
	})
}

func ExampleModule() {
	result, err := normalize.Module{}.Run(context.Background(), stage.Task{
		Inputs: raw("pasted.txt", "EXT/INT. VAN - NIGHT\nRain.\n\nBO\nHmm?\n"),
		Model:  offline.Model{},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	var script content.CanonicalScript
	if err := json.Unmarshal(result.Artifacts[0].Data, &script); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(script.Normalization.Strategy)
	fmt.Print(script.ScriptText)
	// Output:
	// code_repair
	// .EXT/INT. VAN - NIGHT
	//
	// Rain.
	//
	// BO
	// Hmm?
}

// What was ingested is text, whatever the file's name says.
func TestModule_IngestedTextIsTextWhateverItsFileWas(t *testing.T) {
	const text = "INT. HALL - DAY\n\nA door.\n\nANNA\nIs it open?\n"
	for name, format := range map[string]string{
		"script.fdx": "fdx", "script.pdf": "pdf", "script.docx": "docx", "script.odt": "txt", "script.rtf": "", "script.fountain": "fountain",
	} {
		data, err := json.Marshal(map[string]any{
			"content": text, "source_info": map[string]any{"original_filename": name, "file_format": format},
		})
		if err != nil {
			t.Fatal(err)
		}
		in := stage.Inputs{{Metadata: artifact.Metadata{Ref: artifact.NewRef(artifact.RawInput, artifact.ProjectEntity, 1)}, Data: data}}
		got, _ := run(t, stage.Task{Inputs: in, Model: refuses(t)})
		if got.ScriptText != text || got.SceneCount != 1 || got.Normalization.Strategy != content.Passthrough {
			t.Errorf("%s: %+v", name, got)
		}
	}
}
