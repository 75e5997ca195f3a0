// Package document reads a file that is given as a script: what format and
// encoding it is in, what kind of text it holds, and the script in it.
package document

import (
	"path"
	"strings"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/screenplay"
	"github.com/cineforge/cineforge/screenplay/fountain"
)

// Version is that of what is found in files. It changes with any change of what documents and their
// summaries hold, so that what was found before is found again.
const Version = "1"

// Document is a file that has been read.
type Document struct {
	Name     string // of the file, without its folder
	Format   string // "fountain", "md" or "txt"; see [Reader.Read]
	Encoding string // by its WHATWG name: "utf-8", "windows-1252"
	Text     string // valid UTF-8; lines end in "\n"
	Size     int    // of the file in bytes

	Kind       Kind
	Confidence float64  // in the kind, from 0 to 1
	Evidence   []string // what speaks for it, counted: "12 scene headings"

	Script   screenplay.Script
	Warnings []screenplay.Warning // of decoding, of the script, and of names that look alike, by line

	fountain *screenplay.Script // Text by the letter of the rules of Fountain, where it has been decoded so
}

// Fountain returns Text decoded by the letter of the rules of Fountain. Script differs from it
// where the document is in another format, or has headings that only a person would take for
// such.
func (d Document) Fountain() screenplay.Script {
	if d.fountain != nil {
		return *d.fountain
	}
	return fountain.Decode(d.Text)
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
