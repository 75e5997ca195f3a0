package ingest_test

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/artifact/content"
	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/llm/offline"
	"github.com/cineforge/cineforge/stage"
	"github.com/cineforge/cineforge/stage/ingest"
)

func sample(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile("../testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func run(t testing.TB, name string, data []byte) (content.RawInput, artifact.Draft) {
	t.Helper()
	// The module asks no model: a nil Model would panic.
	result, err := ingest.Module{}.Run(t.Context(), stage.Task{File: stage.File{Name: name, Data: data}})
	if err != nil {
		t.Fatal(err)
	}
	var input content.RawInput
	if err := json.Unmarshal(result.Artifacts[0].Data, &input); err != nil {
		t.Fatal(err)
	}
	return input, result.Artifacts[0]
}

func TestModule_DescribesTheFile(t *testing.T) {
	data := sample(t, "lighthouse.fountain")
	got, draft := run(t, "lighthouse.fountain", data)
	evidence := got.Classification.Evidence
	confidence := got.Classification.Confidence
	got.Classification.Evidence = nil
	got.Classification.Confidence = 0
	want := content.RawInput{
		Content: string(data),
		SourceInfo: content.SourceInfo{
			Filename: "lighthouse.fountain", Bytes: len(data), Characters: len([]rune(string(data))), Lines: 68,
			Format: "fountain", Encoding: "utf-8",
		},
		Classification: content.Classification{Format: "screenplay", Kind: "screenplay"},
		Warnings:       got.Warnings,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if len(evidence) == 0 || confidence < 0.6 || confidence > 1 {
		t.Errorf("confidence %v for %q", confidence, evidence)
	}
	if draft.Type != artifact.RawInput || draft.EntityID != artifact.ProjectEntity || draft.Source != artifact.Human ||
		draft.Health != artifact.Valid || draft.Confidence != confidence {
		t.Errorf("%+v", draft)
	}
}

func utf16Bytes(order binary.AppendByteOrder, text string) []byte {
	var b []byte
	for _, unit := range utf16.Encode([]rune(text)) {
		b = order.AppendUint16(b, unit)
	}
	return b
}

// One text in many encodings and with all line ends is one text.
func TestModule_Encodings(t *testing.T) {
	const text = "INT. CAFÉ - NIGHT\n\nZoë waits – for “him”.\n\nZOË\nÇa va?\n"
	cp1252 := strings.NewReplacer("É", "\xc9", "ë", "\xeb", "Ë", "\xcb", "–", "\x96", "“", "\x93", "”", "\x94", "Ç", "\xc7").Replace(text)
	for _, test := range []struct {
		name, encoding string
		data           []byte
	}{
		{"plain", "utf-8", []byte(text)},
		{"byte order mark", "utf-8", []byte("\xef\xbb\xbf" + text)},
		{"UTF-16 little-endian", "utf-16le", append([]byte("\xff\xfe"), utf16Bytes(binary.LittleEndian, text)...)},
		{"UTF-16 big-endian", "utf-16be", append([]byte("\xfe\xff"), utf16Bytes(binary.BigEndian, text)...)},
		{"Windows-1252", "windows-1252", []byte(cp1252)},
		{"CRLF", "utf-8", []byte(strings.ReplaceAll(text, "\n", "\r\n"))},
		{"CR", "utf-8", []byte(strings.ReplaceAll(text, "\n", "\r"))},
		{"NUL", "utf-8", []byte(strings.Replace(text, "waits", "wa\x00its", 1))},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, _ := run(t, "cafe.fountain", test.data)
			if diff := cmp.Diff(text, got.Content); diff != "" {
				t.Error(diff)
			}
			if got.SourceInfo.Encoding != test.encoding || got.SourceInfo.Bytes != len(test.data) || got.SourceInfo.Lines != 6 {
				t.Errorf("%+v, want encoding %s", got.SourceInfo, test.encoding)
			}
			if test.name == "NUL" && (len(got.Warnings) != 1 || got.Warnings[0].Line != 3) {
				t.Errorf("warnings %v, want one of line 3", got.Warnings)
			}
		})
	}
}

func TestModule_SaysWhatKindOfTextItIs(t *testing.T) {
	for name, want := range map[string][2]string{
		"lighthouse.fountain": {"screenplay", "screenplay"},
		"kiosk.md":            {"screenplay", "screenplay"},
		"pasted.txt":          {"screenplay", "screenplay"},
		"letter.txt":          {"prose", "prose"},
		"play.txt":            {"unknown", "stage_play"},
	} {
		got, _ := run(t, name, sample(t, name))
		if c := got.Classification; [2]string{c.Format, c.Kind} != want {
			t.Errorf("%s: %s, %s (%q), want %s", name, c.Format, c.Kind, c.Evidence, want)
		}
	}
}

func TestModule_UndecodableBytesNeedReview(t *testing.T) {
	data := append([]byte("INT. CAFÉ - NIGHT\n\nZoë waits.\n\nZOË\nÇa va très bien, à bientôt!\n\nZoë s'en "), 0xff, 'v', 'a', '\n')
	got, draft := run(t, "a.fountain", data)
	if draft.Health != artifact.NeedsReview || len(got.Warnings) == 0 {
		t.Errorf("health %s, warnings %v", draft.Health, got.Warnings)
	}
}

func TestModule_RefusesWhatHoldsNoText(t *testing.T) {
	for name, data := range map[string]string{
		"empty": "", "spaces": " \n\t\r\n", "only a mark": "\xef\xbb\xbf", "only NUL": "\x00\x00\x00\x00",
		"binary": "\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x03\x00\x3e\x00\x01\x00\x00\x00\x90\x83\x04\x08",
	} {
		result,
			err := ingest.Module{}.Run(t.Context(), stage.Task{File: stage.File{Name: "a.fountain", Data: []byte(data)}, Model: offline.Model{}})
		if failure.ClassOf(err) != failure.Input || len(result.Artifacts) > 0 {
			t.Errorf("%s: got %v, want a failure of class input", name, err)
		}
	}
}

func TestModule_SameFileGivesTheSameBytes(t *testing.T) {
	_, first := run(t, "kiosk.md", sample(t, "kiosk.md"))
	for range 5 {
		_, again := run(t, "kiosk.md", sample(t, "kiosk.md"))
		if diff := cmp.Diff(first, again); diff != "" {
			t.Fatal(diff)
		}
	}
	if strings.Contains(string(first.Data), ":null") {
		t.Errorf("something is null in %s", first.Data)
	}
}

func ExampleModule() {
	result, err := ingest.Module{}.Run(context.Background(), stage.Task{
		File: stage.File{Name: "fog.fountain", Data: []byte("EXT. PIER - NIGHT\r\n\r\nFog.\r\n\r\nANNA\r\nWho's there?\r\n")},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	var input content.RawInput
	if err := json.Unmarshal(result.Artifacts[0].Data, &input); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(input.Classification.Format, input.SourceInfo.Encoding, input.SourceInfo.Lines)
	// Output: screenplay utf-8 6
}
