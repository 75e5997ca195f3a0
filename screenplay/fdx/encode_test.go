package fdx_test

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cineforge/cineforge/screenplay/fdx"
	"github.com/cineforge/cineforge/screenplay/fountain"
)

const script = `Title: _**The Tide**_
Author: Mara <Lind>
Contact: 1 Pier Road

INT. HALL - DAY #4A#

She *waits*.
A **door** & a ***bell***. [[check this]]

# Act one

ANNA (O.S.)
(low)
Is it <open>?

BEN ^
It _is_.

>THE END<

===

CUT TO:

/* gone */

~Row, row

.FLASHBACK
`

// Final Draft reads one Paragraph for each element, with its type.
func TestEncode_ElementsAreParagraphs(t *testing.T) {
	got := fdx.Encode(fountain.Decode(script))
	if !strings.HasPrefix(string(got), `<?xml version="1.0" encoding="UTF-8" standalone="no" ?>`+"\n<FinalDraft ") {
		t.Errorf("%.80s", got)
	}
	type paragraph struct {
		Number        string `xml:",attr"`
		Type          string `xml:",attr"`
		Alignment     string `xml:",attr"`
		StartsNewPage string `xml:",attr"`
		Text          []struct {
			Style string `xml:",attr"`
			Text  string `xml:",chardata"`
		}
		Dual []struct {
			Type string `xml:",attr"`
			Text string
		} `xml:"DualDialogue>Paragraph"`
	}
	var doc struct {
		Attrs     []xml.Attr  `xml:",any,attr"`
		Paragraph []paragraph `xml:"Content>Paragraph"`
		Title     []paragraph `xml:"TitlePage>Content>Paragraph"`
	}
	if err := xml.Unmarshal(got, &doc); err != nil {
		t.Fatal(err)
	}
	line := func(p paragraph) string {
		var texts []string
		for _, run := range p.Text {
			texts = append(texts, run.Style+"|"+run.Text)
		}
		for _, d := range p.Dual {
			texts = append(texts, d.Type+"|"+d.Text)
		}
		return strings.TrimSpace(fmt.Sprintf("%s %s %s%s: %q", p.Number, p.Type, p.Alignment, p.StartsNewPage, texts))
	}
	var lines []string
	for _, p := range append(doc.Title, doc.Paragraph...) {
		lines = append(lines, line(p))
	}
	want := []string{
		`Center: ["Bold+Underline|The Tide"]`, `Center: ["|Mara <Lind>"]`, `Left: ["|1 Pier Road"]`,
		`4A Scene Heading : ["|INT. HALL - DAY"]`,
		`Action : ["|She " "Italic|waits" "|.\nA " "Bold|door" "| & a " "Bold+Italic|bell" "|."]`,
		`: ["Character|ANNA (O.S.)" "Parenthetical|(low)" "Dialogue|Is it <open>?" "Character|BEN" "Dialogue|."]`,
		`Action Center: ["|THE END"]`, `Transition Yes: ["|CUT TO:"]`, `Lyrics : ["|Row, row"]`, `Scene Heading : ["|FLASHBACK"]`,
	}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Error(diff)
	}
	for _, hidden := range []string{"check this", "Act one", "gone"} {
		if strings.Contains(string(got), hidden) {
			t.Errorf("%q is not printed", hidden)
		}
	}
}

func FuzzEncode(f *testing.F) {
	f.Add(script)
	f.Add("INT. A\n\n\x00\x0b]]> \xff \ufffe\n\nA ^\nx\n")
	f.Fuzz(func(t *testing.T, script string) {
		dec := xml.NewDecoder(strings.NewReader(string(fdx.Encode(fountain.Decode(script)))))
		for {
			if _, err := dec.Token(); err == io.EOF {
				return
			} else if err != nil {
				t.Fatal(err)
			}
		}
	})
}
