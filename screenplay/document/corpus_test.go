package document_test

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cineforge/cineforge/screenplay/document"
)

// corpus returns the folder of screenplays that independent parsers have read. It
// lies beside the checkout.
func corpus(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		found := filepath.Join(filepath.Dir(dir), "shared", "corpus")
		if info, err := os.Stat(found); err == nil && info.IsDir() {
			return found
		}
	}
	t.Skip("NOT TESTED: agreement with independent parsers, as there is no ../shared/corpus beside the checkout")
	return ""
}

// truth is what a script of the corpus holds.
type truth struct {
	Headings      []string          `json:"headings"`
	HumanHeadings []string          `json:"human_headings"`
	Characters    []string          `json:"characters"`
	Dialogue      *int              `json:"dialogue_blocks"`
	TitlePage     map[string]string `json:"title_page"`
	Kind          string            `json:"kind"`
}

// deviations are where the reading differs from the truth, and why.
var deviations = map[string]string{
	"gen_ascent.md title_page": "the file has no field but the title: the others were lost when it was made into Markdown",
}

func TestReader_Corpus(t *testing.T) {
	root := corpus(t)
	files, err := filepath.Glob(filepath.Join(root, "scripts", "*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no scripts in %s: %v", root, err)
	}
	tested := 0
	for _, file := range files {
		name := filepath.Base(file)
		if !slices.Contains([]string{".fountain", ".txt", ".md"}, filepath.Ext(name)) || name == "empty.fountain" || name == "gen_brick_ocr.txt" {
			continue
		}
		tested++
		t.Run(name, func(t *testing.T) { checkTruth(t, root, name) })
	}
	if tested < 15 {
		t.Errorf("only %d scripts", tested)
	}
}

func checkTruth(t *testing.T, root, name string) {
	data, err := document.Reader{}.Load(filepath.Join(root, "scripts", name))
	if err != nil {
		t.Fatal(err)
	}
	d, err := document.Reader{}.Read(t.Context(), name, data)
	if err != nil {
		t.Fatal(err)
	}
	checkReport(t, d)
	if want := strings.TrimPrefix(filepath.Ext(name), "."); d.Format != want {
		t.Errorf("format %s, want %s", d.Format, want)
	}
	var want truth
	raw, err := os.ReadFile(filepath.Join(root, "truth", name+".json"))
	if err == nil {
		err = json.Unmarshal(raw, &want)
	}
	if err != nil {
		t.Fatal(err)
	}
	kind := document.Kind(strings.ReplaceAll(want.Kind, " ", "_"))
	if kind == "" {
		kind = document.Screenplay
	}
	if d.Kind != kind || d.Confidence < 0.7 {
		t.Errorf("kind %s (%v), want %s: %v", d.Kind, d.Confidence, kind, d.Evidence)
	}
	r := document.Summary(d)
	got := truth{Headings: []string{}, HumanHeadings: []string{}, TitlePage: r.TitlePage, Dialogue: new(int)}
	for _, s := range r.Scenes {
		got.HumanHeadings = append(got.HumanHeadings, s.Heading)
		if !s.Implied {
			got.Headings = append(got.Headings, s.Heading)
		}
	}
	for _, c := range r.Characters {
		got.Characters = append(got.Characters, c.Name)
		*got.Dialogue += c.DialogueBlocks
	}
	slices.Sort(got.Characters)
	if want.HumanHeadings == nil {
		want.HumanHeadings = want.Headings
	}
	same := func(field string, want, got any) {
		diff := cmp.Diff(want, got)
		reason := deviations[name+" "+field]
		switch {
		case diff != "" && reason == "":
			t.Errorf("%s (-truth +got)\n%s", field, diff)
		case diff == "" && reason != "":
			t.Errorf("%s no longer differs: %q", field, reason)
		}
	}
	same("headings", orEmpty(want.Headings), got.Headings)
	same("human_headings", orEmpty(want.HumanHeadings), got.HumanHeadings)
	if kind == document.StagePlay {
		return // its truth lists speakers that have no cues
	}
	same("characters", orEmpty(want.Characters), orEmpty(got.Characters))
	same("dialogue_blocks", want.Dialogue, got.Dialogue)
	if want.TitlePage != nil { // fields that it doesn't list are others than the usual
		maps.DeleteFunc(got.TitlePage, func(key, _ string) bool { _, ok := want.TitlePage[key]; return !ok })
		same("title_page", want.TitlePage, got.TitlePage)
	}
	if name == "gen_ascent.md" && r.TitlePage["title"] != want.TitlePage["title"] {
		t.Errorf("title %q, want %q", r.TitlePage["title"], want.TitlePage["title"])
	}
}

func orEmpty(list []string) []string { return append([]string{}, list...) }

// TestReader_CorpusScan reads a scan, which has no blank lines: the six headings with a
// prefix are found; the two that nothing but their place on the page told are not.
func TestReader_CorpusScan(t *testing.T) {
	root := corpus(t)
	data, err := document.Reader{}.Load(filepath.Join(root, "scripts", "gen_brick_ocr.txt"))
	if err != nil {
		t.Fatal(err)
	}
	d, err := document.Reader{}.Read(t.Context(), "gen_brick_ocr.txt", data)
	if err != nil {
		t.Fatal(err)
	}
	checkReport(t, d)
	var got []string
	for _, s := range d.Script.Scenes() {
		got = append(got, s.Heading)
	}
	want := []string{"EXT. BRICK'S PATIO - DAY", "INT. TRAILER HOME - DAY", "EXT. BRICK'S POOL - DAY", "EXT. WOODEN SHACK - DAY",
		"INT. GARAGE - DAY", "EXT. PALATIAL MANSION - DAY"}
	if diff := cmp.Diff(want, got); diff != "" || d.Kind != document.Screenplay {
		t.Errorf("kind %s (-want +got)\n%s", d.Kind, diff)
	}
}

// TestReader_RefusesInCorpus wants every other file of the corpus refused in one sentence
// that names its format.
func TestReader_RefusesInCorpus(t *testing.T) {
	root := corpus(t)
	files, err := filepath.Glob(filepath.Join(root, "scripts", "*"))
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]string{".pdf": "PDF", ".docx": "DOCX", ".fdx": "Final Draft", ".fadein": "Fade In"}
	for _, file := range files {
		format := names[filepath.Ext(file)]
		if format == "" {
			continue
		}
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		_, err = document.Reader{}.Read(t.Context(), file, data)
		if err == nil || !strings.Contains(err.Error(), format) || !strings.HasPrefix(err.Error(), filepath.Base(file)+" is") {
			t.Errorf("%s: %v", filepath.Base(file), err)
		}
		if filepath.Ext(file) == ".fdx" && !strings.HasPrefix(filepath.Base(file), "gen_not") || filepath.Ext(file) == ".pdf" &&
			!strings.HasPrefix(filepath.Base(file), "junk") {
			if _, err = (document.Reader{}).Read(t.Context(), "misnamed.txt", data); err == nil || !strings.Contains(err.Error(), format) {
				t.Errorf("%s misnamed: %v", filepath.Base(file), err)
			}
		}
	}
	if _, err := (document.Reader{}).Load(filepath.Join(root, "scripts", "empty.fountain")); err == nil ||
		!strings.Contains(err.Error(), "empty.fountain is empty") {
		t.Errorf("empty.fountain: %v", err)
	}
}
