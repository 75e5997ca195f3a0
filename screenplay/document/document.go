// Package document reads a file that somebody gives as a script: what format and
// encoding it is in, what kind of text it holds, and the script in it.
package document

import (
	"cmp"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/screenplay"
	"github.com/cineforge/cineforge/screenplay/charset"
	"github.com/cineforge/cineforge/screenplay/fountain"
	"github.com/cineforge/cineforge/screenplay/markdown"
)

// Document is a file that has been read.
type Document struct {
	Name     string // of the file, without its folder
	Format   string // "fountain", "md" or "txt"; see [Read]
	Encoding string // by its WHATWG name: "utf-8", "windows-1252"
	Text     string // valid UTF-8; lines end in "\n"
	Size     int    // of the file in bytes

	Kind       Kind
	Confidence float64  // in the kind, from 0 to 1
	Evidence   []string // what speaks for it, counted: "12 scene headings"

	Script   screenplay.Script
	Warnings []screenplay.Warning // of decoding, of the script, and of names that look alike, by line
}

// Read reads data, the content of a file of that name; of a path only the last
// part counts.
//
// The content decides the format, and the name only where that leaves a choice.
// "md" is text whose scene headings or cues carry the marks of Markdown, unless
// the name ends in .fountain, where ## is a section; and a file named .md that
// holds no headings at all or has front matter. A file named .md with plain headings is "fountain", as
// is one named .fountain or .spmd, or without a telling name but with headings.
// Any other text, that in a .txt above all, is "txt"; it is read by the rules of
// Fountain too. Headings that only a person would take are in the script as implied.
//
// The error is a [failure.Error] of class Input: data is empty or blank, binary,
// in a format that can't be read yet (which it names), or not in the format that
// the name promises. The time is linear in len(data).
func Read(name string, data []byte) (Document, error) {
	name = baseName(name)
	d := Document{Name: name, Size: len(data)}
	if len(data) == 0 {
		return d, emptyFile(name)
	}
	if err := unreadable(name, data); err != nil {
		return d, err
	}
	decoded, err := charset.Decode(data)
	if err != nil {
		if refused, ok := errors.AsType[*failure.Error](err); ok {
			err = &failure.Error{Class: refused.Class, Message: name + ": " + refused.Message, Hint: refused.Hint, Err: err}
		}
		return d, err
	}
	if strings.TrimSpace(decoded.Text) == "" {
		return d, failure.New(failure.Input, fmt.Sprintf("%s holds no text, only blank space", name), "give a file with a script in it")
	}
	d.Text, d.Encoding = decoded.Text, decoded.Encoding
	d.decode()
	d.classify()
	d.Warnings = slices.Concat(decoded.Warnings, d.Script.Warnings, d.kindWarnings(), d.doubts(), d.likenesses())
	slices.SortStableFunc(d.Warnings, func(a, b screenplay.Warning) int { return cmp.Compare(a.Line, b.Line) })
	return d, nil
}

// baseName cuts the folders off a path, those of Windows too.
func baseName(name string) string {
	name = path.Base(strings.ReplaceAll(name, `\`, "/"))
	if name == "." || name == "/" {
		return "the input"
	}
	return name
}

func emptyFile(name string) error {
	return failure.New(failure.Input, name+" is empty", "give a file with a script in it")
}

func (d *Document) decode() {
	marked, plain := markdown.Marks(d.Text)
	extension := strings.ToLower(path.Ext(d.Name))
	named := func(extensions ...string) bool { return slices.Contains(extensions, extension) }
	inFountain := named(".fountain", ".spmd")
	inMarkdown := named(".md", ".markdown", ".mdown")
	if !inFountain && (marked > plain || inMarkdown && (plain == 0 || markdown.HasFrontMatter(d.Text))) {
		d.Format = "md"
		d.Script = screenplay.Imply(markdown.Decode(d.Text))
		return
	}
	text := d.Text
	if !inFountain {
		text = markdown.Unfence(text)
	}
	d.Script = screenplay.Imply(fountain.Decode(text))
	if inFountain || plain > 0 && !named(".txt", ".text") {
		d.Format = "fountain"
	} else {
		d.Format = "txt"
	}
}
