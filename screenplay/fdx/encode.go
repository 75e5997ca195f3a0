// Package fdx writes scripts as Final Draft XML, the format of Final Draft 8 and later.
package fdx

import (
	"bytes"
	"encoding/xml"
	"strings"
	"unicode"

	"github.com/cineforge/cineforge/screenplay"
)

// document is a file of Final Draft.
type document struct {
	XMLName      xml.Name   `xml:"FinalDraft"`
	DocumentType string     `xml:"DocumentType,attr"`
	Template     string     `xml:"Template,attr"`
	Version      string     `xml:"Version,attr"`
	Content      content    `xml:"Content"`
	TitlePage    *titlePage `xml:"TitlePage"`
}

type titlePage struct {
	Content content `xml:"Content"`
}

type content struct {
	Paragraphs []paragraph `xml:"Paragraph"`
}

// paragraph is a piece of the script, or the two speeches that run beside each other.
type paragraph struct {
	Number        string   `xml:"Number,attr,omitempty"` // of a scene
	Type          string   `xml:"Type,attr,omitempty"`
	Alignment     string   `xml:"Alignment,attr,omitempty"`
	StartsNewPage string   `xml:"StartsNewPage,attr,omitempty"`
	Dual          *content `xml:"DualDialogue"`
	Texts         []text   `xml:"Text"`
}

// text is a stretch of one style.
type text struct {
	Style string `xml:"Style,attr,omitempty"`
	Text  string `xml:",chardata"`
}

// types are the names of the kinds of element that Final Draft has.
var types = map[screenplay.Kind]string{
	screenplay.SceneHeading:  "Scene Heading",
	screenplay.Action:        "Action",
	screenplay.Character:     "Character",
	screenplay.Parenthetical: "Parenthetical",
	screenplay.Dialogue:      "Dialogue",
	screenplay.Lyrics:        "Lyrics",
	screenplay.Transition:    "Transition",
	screenplay.Centered:      "Action",
}

// Encode returns a script as Final Draft XML: what is printed of it, with its emphasis, scene
// numbers and dual dialogue. Sections, synopses, notes and cut text, which are not printed, and characters that XML
// can't hold are left out.
func Encode(s screenplay.Script) []byte {
	d := document{DocumentType: "Script", Template: "No", Version: "1", Content: content{paragraphs(s.Elements)}}
	if page := s.TitlePage(); len(page) > 0 {
		d.TitlePage = &titlePage{content{fields(page)}}
	}
	var b bytes.Buffer
	b.WriteString(`<?xml version="1.0" encoding="UTF-8" standalone="no" ?>` + "\n")
	enc := xml.NewEncoder(&b)
	enc.Indent("", "  ")
	enc.Encode(d) //nolint:errcheck // strings can always be written to memory
	b.WriteByte('\n')
	return b.Bytes()
}

// paragraphs returns what is printed of a script.
func paragraphs(elements []screenplay.Element) []paragraph {
	list := []paragraph{}
	newPage := ""
	speech := -1    // where the last speech begins
	second := false // that speech runs beside the one before it
	before := -1    // where the speech before that begins
	finish := func() {
		if second && before >= 0 {
			both := append([]paragraph{}, list[before:]...)
			list = append(list[:before], paragraph{Dual: &content{both}})
			speech = -1
		}
		second = false
	}
	for _, e := range elements {
		switch e.Kind {
		case screenplay.PageBreak:
			newPage = "Yes"
			continue
		case screenplay.Blank, screenplay.Note, screenplay.Boneyard:
			continue
		case screenplay.Parenthetical, screenplay.Dialogue, screenplay.Lyrics:
		default:
			finish()
			before = speech
			speech = -1
			if e.Kind == screenplay.Character {
				speech = len(list)
				second = e.Dual
			}
		}
		typ, known := types[e.Kind]
		texts := textsOf(e)
		if !known || len(texts) == 0 {
			continue
		}
		p := paragraph{Type: typ, StartsNewPage: newPage, Texts: texts}
		newPage = ""
		switch e.Kind {
		case screenplay.SceneHeading:
			p.Number = printable(e.Number)
		case screenplay.Centered:
			p.Alignment = "Center"
		}
		list = append(list, p)
	}
	finish()
	return list
}

// textsOf returns the text of an element by its styles. Each line of it keeps its place.
func textsOf(e screenplay.Element) (texts []text) {
	runs := screenplay.Runs(strings.TrimRight(e.Text, "\n"))
	blank := true
	for _, r := range runs {
		var style []string
		for _, s := range []struct {
			name string
			is   bool
		}{{"Bold", r.Bold}, {"Italic", r.Italic}, {"Underline", r.Underline}} {
			if s.is {
				style = append(style, s.name)
			}
		}
		words := printable(r.Text)
		blank = blank && strings.TrimSpace(words) == ""
		if words != "" {
			texts = append(texts, text{Style: strings.Join(style, "+"), Text: words})
		}
	}
	if blank {
		return nil
	}
	return texts
}

// below are the fields of a title page that stand at its foot, on the left.
var below = map[string]bool{"contact": true, "draft_date": true, "date": true, "copyright": true, "notes": true, "revision": true}

// fields returns the lines of a title page.
func fields(page []screenplay.Field) []paragraph {
	var head, foot []paragraph
	for _, f := range page {
		for line := range strings.SplitSeq(f.Value, "\n") {
			e := screenplay.Element{Text: strings.TrimSpace(line)}
			p := paragraph{Alignment: "Center", Texts: textsOf(e)}
			switch {
			case len(p.Texts) == 0:
			case below[f.Key]:
				p.Alignment = "Left"
				foot = append(foot, p)
			default:
				head = append(head, p)
			}
		}
	}
	return append(head, foot...)
}

// printable returns text without the characters that XML can't hold.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r != '\n' && r != '\t' && (unicode.IsControl(r) || r == 0xFFFE || r == 0xFFFF) {
			return -1
		}
		return r
	}, s)
}
