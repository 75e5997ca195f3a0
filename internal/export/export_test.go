package export_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"mime"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/artifact/content"
	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/internal/export"
)

// archive holds the data of artifacts.
type archive map[artifact.Ref]any

func (a archive) Current(context.Context, string) ([]artifact.Version, error) { return nil, nil }

func (a archive) Artifact(_ context.Context, _ string, ref artifact.Ref) (artifact.Artifact, error) {
	data, err := json.Marshal(a[ref])
	return artifact.Artifact{Metadata: artifact.Metadata{Ref: ref}, Data: data}, err
}

// collect returns the material of an archive.
func collect(t *testing.T, a archive) export.Material {
	t.Helper()
	var refs []artifact.Ref
	for ref := range a {
		refs = append(refs, ref)
	}
	m, err := export.Material{ProjectID: "tide", RunID: "run-1"}.Collect(t.Context(), a, refs, func(m artifact.Metadata) artifact.Metadata {
		m.Health = artifact.Stale
		return m
	})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func script(title, text string) archive {
	return archive{
		artifact.NewRef(artifact.CanonicalScript, artifact.ProjectEntity, 1): content.CanonicalScript{Title: title, ScriptText: text},
	}
}

func TestMaterial_FountainIsTheScriptByteForByte(t *testing.T) {
	const text = "Title: X\n\nINT. A <&> \u2028 - DAY \t\n\n  .. \"é\"\n"
	got, err := collect(t, script("X", text)).Write(export.Fountain)
	if err != nil || string(got) != text {
		t.Errorf("%q (%v)", got, err)
	}
}

// Scenes come in the order of the index, and only those that it names.
func TestMaterial_ScenesAreThoseOfTheIndex(t *testing.T) {
	a := archive{artifact.NewRef(artifact.SceneIndex, artifact.ProjectEntity, 2): map[string]any{"entries": []map[string]any{
		{"scene_id": "scene_010"}, {"scene_id": "scene_002"}, {"scene_id": "scene_001"}}}}
	for _, id := range []string{"scene_001", "scene_002", "scene_003", "scene_010"} {
		a[artifact.NewRef(artifact.Scene, id, 1)] = map[string]any{"heading": "INT. " + id, "number": "1A", "page_eighths": 3,
			"characters_present": []string{"ANNA", "BEN"}, "elements": []map[string]any{
				{"element_type": "character", "content": "ANNA (O.S.)"}, {"element_type": "parenthetical", "content": "(low)"},
				{"element_type": "dialogue", "content": "Hm."}, {"element_type": "character", "content": "BEN"},
				{"element_type": "action", "content": "He leaves."}}}
	}
	data, err := collect(t, a).Write(export.CSV)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(data, []byte("\uFEFF")))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	want := [][]string{
		{"scene", "number", "heading", "int_ext", "location", "time_of_day", "page_eighths", "start_line", "end_line", "characters", "speeches",
			"dialogue_blocks", "summary", "tone_mood", "implied", "health", "source", "scene_id", "version"},
		{"0", "1A", "INT. scene_010", "", "", "", "3", "0", "0", "ANNA; BEN", "ANNA 1", "0", "", "", "false", "stale", "", "scene_010", "1"},
	}
	if diff := cmp.Diff(want, rows[:2]); diff != "" || len(rows) != 4 || rows[2][17] != "scene_002" {
		t.Errorf("%d rows: %s", len(rows), diff)
	}
}

// formulas begin what programs for tables compute.
const formulas = "=+-@\t\r\n＝＋－＠"

// dangerous reports whether a cell begins as a formula, spaces and hidden characters left out.
func dangerous(cell string) bool {
	cell = strings.TrimLeftFunc(cell, func(r rune) bool {
		return (unicode.IsSpace(r) || unicode.Is(unicode.Cf, r)) && !strings.ContainsRune(formulas, r)
	})
	return cell != "" && strings.ContainsRune(formulas, []rune(cell)[0])
}

// openings are texts that begin as formulas do, or nearly so.
var openings = []string{
	"=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠1", " =1", "\u200b=1", "\ufeff@x", "a", "", "\"=1",
}

func TestMaterial_NoCellIsAFormula(t *testing.T) {
	for _, s := range openings {
		noFormula(t, s)
	}
}

func FuzzMaterial_NoCellIsAFormula(f *testing.F) {
	for _, s := range openings {
		f.Add(s)
	}
	f.Fuzz(noFormula)
}

// noFormula checks the table of a scene in which a text stands everywhere.
func noFormula(t *testing.T, s string) {
	data, err := collect(t, archive{artifact.NewRef(artifact.Scene, "scene_001", 1): map[string]any{
		"heading": s, "location": s, "time_of_day": s, "number": s, "summary": s, "characters_present": []string{"A", s}}}).Write(export.CSV)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(data, []byte("\uFEFF")))).ReadAll()
	if err != nil || len(rows) != 2 {
		t.Fatal(rows, err)
	}
	for _, cell := range rows[1] {
		for part := range strings.SplitSeq(cell, "; ") {
			if dangerous(part) && !strings.Contains(s, "; ") {
				t.Errorf("%q begins a formula", part)
			}
		}
		if dangerous(cell) {
			t.Errorf("%q begins a formula", cell)
		}
	}
}

func TestMaterial_NothingToExportIsSaid(t *testing.T) {
	for _, f := range []export.Format{export.Fountain, export.FDX, export.JSON, export.CSV} {
		_, err := collect(t, archive{}).Write(f)
		if !errors.Is(err, export.ErrNothing) || failure.ClassOf(err) != failure.Input ||
			!strings.HasPrefix(err.Error(), "run run-1 has made no ") {
			t.Errorf("%s: %v", f, err)
		}
	}
}

// Names of files mean nothing else to any system, and arrive as they are.
func TestMaterial_FileNames(t *testing.T) {
	for title, want := range map[string]string{
		"The Tide Clock":        "The Tide Clock.fountain",
		"Die Möwe: \"Akt\" 1/2": "Die Möwe- -Akt- 1-2.fountain",
		"../../etc/passwd":      "etc-passwd.fountain",
		"..":                    "run-1.fountain",
		"":                      "run-1.fountain",
		"CON":                   "script CON.fountain",
		"lpt1.txt":              "script lpt1.txt.fountain",
		"a\x00b\u202egnp.exe\n": "a b gnp.exe.fountain",
		"東京物語":                  "東京物語.fountain",
		strings.Repeat("é", 99): strings.Repeat("é", 50) + ".fountain",
	} {
		name := collect(t, script(title, "x")).FileName(export.Fountain)
		if name != want {
			t.Errorf("%q: %q, want %q", title, name, want)
		}
		header := export.Disposition(name)
		kind, params, err := mime.ParseMediaType(header)
		if err != nil || kind != "attachment" || params["filename"] != name ||
			strings.ContainsFunc(header, func(r rune) bool { return r > 126 || r < 32 }) {
			t.Errorf("%q: %v %v", header, params, err)
		}
	}
	if name := export.SafeName("../x.csv", "run-1", export.CSV); name != "x.csv" {
		t.Errorf("%q", name)
	}
	if name := export.SafeName("", "run-1", export.CSV); name != "run-1.csv" {
		t.Errorf("%q", name)
	}
}
