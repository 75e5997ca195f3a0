package document_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cineforge/cineforge/screenplay/document"
)

// TestDoubts wants warnings about what is probably not meant, and none about what is.
func TestDoubts(t *testing.T) {
	const speeches = "%d lines look like speeches written NAME: text (%s), which are not taken as dialogue; put the name on its own " +
		"line in capitals, the speech below it"
	prose := strings.Repeat("The rain fell all day, and nobody went out to look at it.\n\n", 16)
	for name, test := range map[string]struct {
		file, text string
		want       []string
	}{
		"speeches": {"a.fountain",
			"INT. BAR - NIGHT\n\nThe bar is dark.\n\nJOHN: hello\n\nMARY: hi there, stranger.\n\nJOHN: …\nMR. X (O.S.): So?\nANN: Ah.\n",
			[]string{"5 " + fmt.Sprintf(speeches, 5, "JOHN, MARY, MR. X …"), `9 "JOHN: …" is read as a character's cue`}},
		"speeches in bold": {"a.md", "## INT. A - DAY\n\n**JANE:** Where is he?\n\n**JANE** *(laughing)*: Hello.\n",
			[]string{"3 " + fmt.Sprintf(speeches, 2, "JANE")}},
		"labels": {"a.fountain",
			"INT. BAR - NIGHT\n\nSUPER: one\n\nSUPER: two\n\nCLOSE ON: a hand.\n\nCLOSE ON: an eye.\n\nThe sign: closed. Bob: away.\n\n" +
				"JOHN: once.\n\nAT 7:00 he goes.\n\nAT 8:00 he is back.\n", nil},
		"labels among cues": {"a.fountain", "INT. BAR - NIGHT\n\nPOSTER: one\n\nPOSTER: two\n\n" + strings.Repeat("BOB\nHi.\n\n", 3), nil},
		"sentences": {"a.fountain",
			"INT. scenes are tomorrow, EXT. on Friday. Please confirm.\n\nBye.\n\nEST. 1965 the school has stood on its hill for us all\n\nBye.\n",
			[]string{"1 this heading reads like a sentence; if it is none, put ! before it",
				"5 this heading reads like a sentence; if it is none, put ! before it"}},
		"headings": {"a.fountain",
			"int. the house of the old man by the lake in the woods - night.\n\nRain.\n\nINT. House of the Rising Sun\n\nRain.\n\n" +
				"EXT. A LONG AND WINDING ROAD THAT LEADS TO NO DOOR.\n\nRain.\n\n.a heading that is forced with a full stop.\n\nRain.\n", nil},
		"before the first scene": {"a.fountain", "Title: Rain\n\n" + prose + "INT. A - DAY\n\nRain.\n",
			[]string{"3 lines 3-33 stand before the first scene and belong to none"}},
		"a teaser": {"a.fountain", "Title: Rain\n\n[[" + strings.Repeat("a note ", 200) + "]]\n\n" + prose[:600] +
			"\n\nINT. A - DAY\n\nRain.\n", nil},
		"sections": {"a.fountain", "# Interior\n\n## INT. A - DAY\n\nINT. B - DAY\n\nRain.\n",
			[]string{"3 this section reads like a scene heading but is none; take the # away if it is"}},
		"a fenced script": {"a.md", "```fountain\nINT. A - DAY\n\nHi.\n\nBOB\nYo.\n```\n", nil},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, w := range read(t, test.file, test.text).Warnings {
				message, _, _ := strings.Cut(w.Message, ", as a line in capitals") // of the reader of Fountain
				got = append(got, fmt.Sprint(w.Line, " ", message))
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// TestKind_OfOtherTexts has texts with some sign of a script or of prose that are none.
func TestKind_OfOtherTexts(t *testing.T) {
	prose := strings.Repeat(
		"The rain fell all day, and nobody went out to look. It was cold. The house was dark, and the old man who lived in it "+
			"had not been seen for weeks; some said that he was dead. Others said he had gone to the sea, as he always had in the years "+
			"before the war, to look at the ships. He had not.\n\n", 12)
	for name, test := range map[string]struct {
		text     string
		want     document.Kind
		evidence string
	}{
		"an email": {"Hi all,\n\nINT. scenes are tomorrow, EXT. on Friday. Please confirm.\n\nRegards\n", document.Prose,
			"1 heading that reads like a sentence"},
		"a novel": {prose + "INT. A - DAY\n\n" + prose[:len(prose)/4], document.Hybrid, "words before the first scene"},
		"a transcript": {"JOHN: hello\nMARY: hi there\nJOHN: how are you today?\nMARY: I am fine, thanks. And you?\nJOHN: good\n" +
			"MARY: I see.\n", document.StagePlay, "6 speeches"},
		"a short one": {"JOHN: hello there my friend, how are you?\nMARY: hi. It is a fine day, is it not?\n", document.Unknown, ""},
		"a play": {"ACT I\n\nSCENE IV. The platform.\n\nHAMLET. The air bites shrewdly; it is very cold.\n\n" +
			"HORATIO. It is a nipping and an eager air.\n\nHAMLET. What hour now?\n\nHORATIO. I think it lacks of twelve.\n", document.StagePlay,
			"4 speeches"},
		"a program": {"#include <stdio.h>\n\nint main(void) {\n  printf(\"Hello. World. It works.\\n\");\n" +
			"  return 0; // the end of it all, right here.\n}\n", document.Unknown, ""},
		"a table":          {"name,age,remark\nBob,40,He is a nice man. Really.\nAnn,30,She is a nice woman. Really.\n", document.Unknown, ""},
		"only title page":  {"Title: The Rain\nAuthor: Ann Smith\n", document.Unknown, "only a title page"},
		"more than a page": {"Title: The Rain\n\nIt rains.\n", document.Unknown, ""},
	} {
		t.Run(name, func(t *testing.T) {
			d := read(t, "a.txt", test.text)
			evidence := strings.Join(d.Evidence, ", ")
			if d.Kind != test.want || !strings.Contains(evidence, test.evidence) || test.evidence == "" && strings.Contains(evidence, "title page") {
				t.Errorf("got %s (%s), want %s (%s)", d.Kind, evidence, test.want, test.evidence)
			}
		})
	}
}

func TestReader_FormatOfFrontMatter(t *testing.T) {
	d := read(t, "a.md", "---\ntitle: Rain\n---\n\nINT. A - DAY\n\nRain.\n")
	if r := document.Summary(d); d.Format != "md" || r.Title != "Rain" || len(r.Scenes) != 1 {
		t.Errorf("format %s, title %q, %d scenes", d.Format, r.Title, len(r.Scenes))
	}
}
