package document_test

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/screenplay"
	"github.com/cineforge/cineforge/screenplay/document"
)

const (
	inFountain = `Title: The Rain
Author: Ann Smith

FADE IN:

INT. HOUSE - DAY

Bob waits at the window.

BOB
(low)
It rains.

CUT TO:

EXT. GARDEN - NIGHT #2#

BOB
It always does.
`
	inMarkdown = "# The Rain\n\n## INT. HOUSE - DAY\n\nBob waits.\n\n**BOB**  \nIt rains.\n\n## EXT. GARDEN - NIGHT\n\n**BOB**  \n" +
		"It always does.\n"

	inProse = `CHAPTER ONE

It had rained for days when Bob came to the window. He looked out at the garden, where nobody was, and he thought of all the rain that was still to come.

"Does it ever end?" he asked, and Ann, who had heard the question before, said that it did not.

She went on reading. The house was quiet but for the water in the pipes; outside the trees stood black against a sky that had no colour at all.
`
	inNotes = `Rain project

- two people in a house
- it rains
- nobody leaves
- ending: open

Names: Ann, Bob
Place: a house
`
	inPlay = `ACT ONE

SCENE 1

A room with a window.

Ann.  Does it rain?

Bob.  It does, my dear, as it did yesterday and the day before.

[Enter a cat.]

Ann.  And the cat is wet.

Bob.  Cats are.

Ann.  I know.

Bob.  You always know.
`
)

func ExampleReader() {
	d, err := document.Reader{}.Read(context.Background(), "scripts/rain.txt", []byte(inFountain))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(d.Name, d.Format, d.Encoding, d.Kind, d.Confidence)
	fmt.Println(strings.Join(d.Evidence, ", "))
	// Output:
	// rain.txt txt utf-8 screenplay 0.99
	// 2 scene headings, 2 cues with speech, 1 parenthetical, 1 transition
}

func read(t *testing.T, name, text string) document.Document {
	t.Helper()
	d, err := document.Reader{}.Read(t.Context(), name, []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestFormatOf(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"a.fountain", inFountain, "fountain"},
		{"a.txt", inFountain, "txt"},
		{"a.md", inFountain, "fountain"},
		{"a", inFountain, "fountain"},
		{"a.screenplay", inFountain, "fountain"},
		{"a.md", inMarkdown, "md"},
		{"a.txt", inMarkdown, "md"},
		{"a", inMarkdown, "md"},
		{"a.fountain", inMarkdown, "fountain"}, // ## is a section there
		{"a.md", inProse, "md"},
		{"a.MD", inProse, "md"},
		{"a.txt", inProse, "txt"},
		{"a", inProse, "txt"},
		{"a.spmd", inProse, "fountain"},
	} {
		d := read(t, test.name, test.text)
		scenes := 2
		if test.text == inProse || test.name == "a.fountain" && test.text == inMarkdown {
			scenes = 0
		}
		if d.Format != test.want || len(d.Script.Scenes()) != scenes {
			t.Errorf("%s %.20q: got %s with %d scenes, want %s with %d", test.name, test.text, d.Format, len(d.Script.Scenes()), test.want, scenes)
		}
	}
}

func TestReader_NameHasNoFolder(t *testing.T) {
	for given, want := range map[string]string{
		"/home/ann/rain.txt": "rain.txt", `C:\Users\ann\rain.txt`: "rain.txt", "rain.txt": "rain.txt", "": "the input", "../..": "..",
		"/": "the input",
	} {
		if got := read(t, given, inProse).Name; got != want {
			t.Errorf("%q: got %q, want %q", given, got, want)
		}
	}
}

func TestKind(t *testing.T) {
	scene := "INT. HOUSE - DAY\n\nBob waits.\n\nBOB\nIt rains.\n\n"
	paragraph := "It had rained for days when Bob came to the window. He looked out at the garden, where nobody was. " +
		"He thought of all the rain that was still to come, and of the house, and of the trees behind it that nobody ever went to see. " +
		"Then he went back to his chair, took up the newspaper, and read what he had read before.\n\n"
	for name, test := range map[string]struct {
		text     string
		want     document.Kind
		least    float64 // confidence
		evidence string
	}{
		"screenplay":          {inFountain, document.Screenplay, 0.9, "2 scene headings"},
		"a scene of one line": {"INT. HOUSE - DAY\n\nRain.\n", document.Screenplay, 0.6, "1 scene heading"},
		"implied":             {"HOUSE - DAY\n\nRain.\n\nBOB\nIt rains.\n", document.Screenplay, 0.9, "1 scene heading (1 implied)"},
		"cues only":           {strings.Repeat("BOB\nIt rains.\n\nANN\nIt does.\n\n", 5), document.Screenplay, 0.4, "10 cues with speech"},
		"blank lines lost": {"INT. HOUSE - DAY\nBOB\nIt rains. It does. It did. It will.\nANN\nYes.\n" +
			strings.Repeat("Rain on the roof of the house. ", 40), document.Screenplay, 0.5, "1 scene heading (1 implied)"},
		"prose": {inProse, document.Prose, 0.8, "of prose"},
		"one odd line in prose": {strings.Repeat(paragraph, 60) + "EXT. 55 IS HIS\n\n" + strings.Repeat(paragraph, 60), document.Prose,
			0.8, "of prose"},
		"prose in Chinese":     {strings.Repeat("小明坐在沙发上看电视。他今天回来得很早。公司今天没有什么事情。\n\n", 10), document.Prose, 0.8, "of prose"},
		"hybrid":               {strings.Repeat(paragraph, 4) + strings.Repeat(scene, 3), document.Hybrid, 0.5, "3 scene headings"},
		"notes":                {inNotes, document.Notes, 0.3, "4 list items"},
		"notes in sentences":   {strings.Repeat("- Bob goes to the window and looks at the rain.\n", 5), document.Notes, 0.9, "5 list items"},
		"one line in capitals": {"TODO\nbuy milk and go home\n", document.Unknown, 0, "1 cue"},
		"printed play":         {inPlay, document.StagePlay, 0.8, "6 speeches opened by the names of 2 speakers"},
		"play with cues": {"ACT I\n\nSCENE 1\n\n" + strings.Repeat("BOB\nIt rains.\n\nANN\nIt does.\n\n", 5), document.StagePlay,
			0.5, "2 headings of acts or scenes"},
		"play with colons": {strings.Repeat("ANN: Does it rain?\n\nBOB: It does.\n\n", 5), document.StagePlay, 0.8, "10 speeches"},
		// the first record is read as a title page
		"records": {strings.Repeat("Name: Bob\nPlace: a house\nAge: 40\n\n", 5), document.Notes, 0.3, "12 lines with a label"},
		"a title": {"The Rain\n", document.Unknown, 0, ""},
		"numbers": {"12 13 14\n15 16\n", document.Unknown, 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			d := read(t, "a.txt", test.text)
			if d.Kind != test.want || d.Confidence < test.least || d.Confidence > 1 {
				t.Errorf("got %s (%v), want %s (at least %v): %v", d.Kind, d.Confidence, test.want, test.least, d.Evidence)
			}
			if !strings.Contains(strings.Join(d.Evidence, ", "), test.evidence) {
				t.Errorf("evidence %q does not hold %q", d.Evidence, test.evidence)
			}
		})
	}
}

// TestSummary_NoScenes wants one warning that says what a text without scenes looks like.
func TestSummary_NoScenes(t *testing.T) {
	for text, want := range map[string]string{
		"\n\n" + inProse:                  "no scene headings found: it looks like prose (",
		"\n\n" + inPlay:                   "no scene headings found: it looks like a stage play (",
		"\n\n" + inNotes:                  "no scene headings found: it looks like notes or an outline (",
		"\n\nBOB\nHi.\n\nANN\nHi, Bob.\n": "no scene headings found: it looks like a screenplay without scene headings (2 cues",
		"\n\nThe Rain\n":                  "no scene headings found",
	} {
		d := read(t, "a.txt", text)
		if len(d.Warnings) != 1 || d.Warnings[0].Line != 3 || !strings.HasPrefix(d.Warnings[0].Message, want) {
			t.Errorf("%.20q: warnings %v, want at line 3 %q", text, d.Warnings, want)
		}
	}
	if d := read(t, "a.fountain", inFountain); len(d.Warnings) != 0 {
		t.Errorf("warnings about a good script: %v", d.Warnings)
	}
}

// TestReader_WarningsAreInOrder has those of decoding, of the script and of names at their lines.
func TestReader_WarningsAreInOrder(t *testing.T) {
	d := read(t, "a.fountain", "INT. HOUSE - DAY\nRain.\n\nJANE\nHi.\x00\n\nJANET\nHi.\n")
	var got []string
	for _, w := range d.Warnings {
		got = append(got, fmt.Sprint(w.Line, " ", strings.Fields(w.Message)[0]))
	}
	if diff := cmp.Diff([]string{"1 taken", "5 1", "7 the"}, got); diff != "" {
		t.Errorf("(-want +got)\n%s\n%v", diff, d.Warnings)
	}
}

// archive returns a ZIP archive with empty entries of these names.
func archive(t *testing.T, names ...string) string {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, name := range names {
		entry, err := w.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store})
		if err != nil {
			t.Fatal(err)
		}
		if name == "mimetype" {
			fmt.Fprint(entry, "application/vnd.oasis.opendocument.text")
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestReader_Refuses(t *testing.T) {
	junk := strings.Repeat("\x01\x02\x8f\xe3junk\x00", 50)
	for _, test := range []struct{ name, data, want string }{
		{"a.fountain", "", "a.fountain is empty"},
		{"dir/a.txt", " \n\t\r\n\n", "a.txt holds no text, only blank space"},
		{"a.txt", "\xef\xbb\xbf\n", "a.txt holds no text, only blank space"},
		{"a.txt", junk, "a.txt: the file holds binary data, not text"},
		{"a.txt", "%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "a.txt is a PDF file, which can't be read yet; export the script as Fountain or plain text"},
		{"a.pdf", "\n\n%PDF-1.7\n", "a.pdf is a PDF file, which"},
		{"a.pdf", junk, "a.pdf is not a PDF file, whatever its name says, or it is damaged"},
		{"a.docx", "plain text", "a.docx is not a Word (DOCX) document, whatever"},
		{"a.docx", archive(t, "[Content_Types].xml", "word/document.xml"), "a.docx is a Word (DOCX) document, which"},
		{"a.fdx", "not XML <<", "a.fdx is not a Final Draft (FDX) file, whatever"},
		{"a.fdx", "<?xml version=\"1.0\"?>\n<FinalDraft>", "a.fdx is a Final Draft (FDX) file, which"},
		{"a.txt", "\xff\xfe<\x00?\x00x\x00m\x00l\x00>\x00<\x00F\x00i\x00n\x00a\x00l\x00D\x00r\x00a\x00f\x00t\x00>\x00",
			"a.txt is a Final Draft (FDX) file, which"},
		{"a.fadein", archive(t, "document.xml"), "a.fadein is a Fade In file, which"},
		{"a.odt", archive(t, "mimetype", "content.xml"), "a.odt is an OpenDocument (ODT) text, which"},
		{"a.epub", archive(t, "META-INF/container.xml"), "a.epub is an EPUB book, which"},
		{"a.highland", archive(t, "The Rain.textbundle/text.md"), "a.highland is a Highland file, which"},
		{"a.zip", archive(t, "a.fountain"), "a.zip is a ZIP archive, which can't be read yet; unpack it"},
		{"a.txt", "PK\x03\x04damaged", "a.txt is a ZIP archive, which"},
		{"a.rtf", `{\rtf1 Rain.}`, "a.rtf is a Rich Text (RTF) document, which"},
		{"a.doc", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + strings.Repeat("\x00", 600), "a.doc is a document of old Word (DOC), which"},
		{"a.gz", "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03", "a.gz is a gzip archive, which"},
		{"a.txt", "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "a.txt is an image, which"},
		{"a.jpg", "\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01", "a.jpg is an image, which"},
		{"a.html", "<!DOCTYPE html>\n<p>INT. HOUSE</p>", "a.html is an HTML page, which"},
		{"a.xml", "<?xml version=\"1.0\"?><a/>", "a.xml is an XML file that is no script, which"},
		{"a", "%!PS-Adobe-3.0\n", "a is a PostScript file, which"},
		{"a", "\x7fELF\x02\x01\x01\x00" + strings.Repeat("\x00", 60), "a is a program, which"},
	} {
		_, err := document.Reader{}.Read(t.Context(), test.name, []byte(test.data))
		if failure.ClassOf(err) != failure.Input || !strings.HasPrefix(err.Error(), test.want) {
			t.Errorf("%s %.20q: got %v, want %q", test.name, test.data, err, test.want)
		} else if strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: more than a line: %q", test.name, err)
		}
	}
}

// TestReader_TextIsNotMistaken has texts that begin like something else.
func TestReader_TextIsNotMistaken(t *testing.T) {
	for _, text := range []string{"BMW roars by.\n", "MZ waits.\n", "ID3 plays.\n", "GIF8 blinks.\n", "<b>Rain</b>\n",
		"<!-- a remark -->\n\nRain.\n",
		"{\"a\": 1}\n", "#!/bin/sh\n", "BM\xe9 et No\xebl\n", "He opens the %PDF- file.\n", "a,b,c\n1,2,3\n", "BEGIN:VCARD\n"} {
		if _, err := (document.Reader{}).Read(t.Context(), "a.txt", []byte(text)); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, text := range []string{inFountain, inMarkdown, inProse, inNotes, inPlay} {
		f.Add("a.txt", []byte(text))
		f.Add("a.md", []byte(text))
	}
	f.Add("a.pdf", []byte("%PDF-1.7\n"))
	f.Add(`C:\a.docx`, []byte("PK\x03\x04"))
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		d, err := document.Reader{}.Read(t.Context(), name, data)
		if err != nil {
			if failure.ClassOf(err) != failure.Input {
				t.Fatalf("%v of class %s", err, failure.ClassOf(err))
			}
			return
		}
		next := 1
		for _, e := range d.Script.Elements {
			if e.Span.Start != next || e.Span.End < next {
				t.Fatalf("%v spans %v where line %d is next", e.Kind, e.Span, next)
			}
			next = e.Span.End + 1
		}
		lines := strings.Count(d.Text, "\n")
		if !strings.HasSuffix(d.Text, "\n") {
			lines++
		}
		if next != lines+1 || d.Script.Lines != lines {
			t.Fatalf("%s: covered to line %d of %d, Lines is %d", d.Format, next-1, lines, d.Script.Lines)
		}
		checkReport(t, d)
	})
}

// checkReport wants of every document what its report promises.
func checkReport(t *testing.T, d document.Document) {
	t.Helper()
	if d.Confidence < 0 || d.Confidence > 1 || d.Kind == "" || d.Format == "" || d.Encoding == "" || strings.ContainsAny(d.Name, "/") {
		t.Fatalf("kind %q (%v), format %q, encoding %q, name %q", d.Kind, d.Confidence, d.Format, d.Encoding, d.Name)
	}
	implied := 0
	warned := 0
	r := document.Summary(d)
	for i, s := range r.Scenes {
		if s.PageEighths < 1 || s.StartLine < 1 || s.EndLine < s.StartLine || s.EndLine > d.Script.Lines || i > 0 &&
			s.StartLine != r.Scenes[i-1].EndLine+1 {
			t.Fatalf("scene %d: %+v of %d lines", i, s, d.Script.Lines)
		}
		if s.Implied {
			implied++
		}
	}
	for i, w := range r.Warnings {
		if w.Line < 1 || w.Line > max(1, d.Script.Lines) || i > 0 && w.Line < r.Warnings[i-1].Line {
			t.Fatalf("warning %d of %d lines: %+v", i, d.Script.Lines, w)
		}
		if strings.HasPrefix(w.Message, "taken as a scene heading") {
			warned++
		}
	}
	if implied != warned {
		t.Fatalf("%d implied headings, %d warnings", implied, warned)
	}
	if len(r.Scenes) == 0 && !slicesHas(r.Warnings, "no scene headings found") {
		t.Fatalf("no scenes and no warning: %v", r.Warnings)
	}
}

func slicesHas(warnings []screenplay.Warning, prefix string) bool {
	for _, w := range warnings {
		if strings.HasPrefix(w.Message, prefix) {
			return true
		}
	}
	return false
}
