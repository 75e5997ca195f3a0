// Package charset turns the bytes of a text file into text.
package charset

import (
	"bytes"
	"fmt"
	"strings"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/screenplay"
)

// Text is what the bytes of a file decode to.
type Text struct {
	// Text is valid UTF-8 without NUL or other control characters; its lines end in "\n".
	Text string
	// Encoding is what the bytes were in, by its lower-case WHATWG name: "utf-8", "windows-1252".
	Encoding string
	// Warnings names the lines that hold bytes which had to be removed or could not be decoded.
	Warnings []screenplay.Warning
}

// Decode reads data as text. The encoding is that of the byte order mark; else
// UTF-16 if every other byte tends to be zero; else UTF-8 if the bytes are so, or
// all but a few; else what the statistics of the language say if they say it
// clearly; else Windows-1252, which every byte fits.
//
// Line ends of all three kinds, also mixed, become "\n". Control characters other
// than the tab are removed with a warning (a form feed without one), as are U+200B,
// U+200C, U+200D and U+2060 at the start of a line; undecodable bytes become U+FFFD with a warning. Empty data is the empty text.
//
// The error is a [failure.Error] of class Input: data is not text at all.
// The time is linear in len(data).
func Decode(data []byte) (Text, error) {
	name, mark := guess(data)
	decoded, err := decode(name, data[mark:])
	if err != nil {
		return Text{}, fmt.Errorf("decode %s: %w", name, err)
	}
	return clean(name, decoded)
}

// Clean does to a text what [Decode] does to what it has decoded. It changes no text that Decode
// has returned.
func Clean(text string) (Text, error) {
	return clean("utf-8", strings.ToValidUTF8(text, "\ufffd"))
}

func clean(encoding, decoded string) (Text, error) {
	w := washer{encoding: encoding, in: decoded}
	text := w.wash()
	if w.binary() {
		return Text{}, failure.New(failure.Input,
			fmt.Sprintf("the file holds binary data, not text (%s of %d characters are control codes or undecodable)",
				percent(w.junk, w.total), w.total),
			"give a screenplay as plain text or Fountain")
	}
	return Text{Text: text, Encoding: encoding, Warnings: w.warnings(text)}, nil
}

// The byte order marks; of two that match, the longer comes first.
var marks = []struct {
	bytes    string
	encoding string
}{
	{"\xef\xbb\xbf", "utf-8"},
	{"\xff\xfe\x00\x00", "utf-32le"},
	{"\x00\x00\xfe\xff", "utf-32be"},
	{"\xff\xfe", "utf-16le"},
	{"\xfe\xff", "utf-16be"},
}

// Marked returns the encoding that the byte order mark of data names, and the
// length of the mark in bytes; "" and 0 for data without one.
func Marked(data []byte) (encoding string, length int) {
	for _, m := range marks {
		if bytes.HasPrefix(data, []byte(m.bytes)) {
			return m.encoding, len(m.bytes)
		}
	}
	return "", 0
}

// decode returns data as UTF-8, with U+FFFD for what does not fit the encoding.
func decode(name string, data []byte) (string, error) {
	var from encoding.Encoding
	switch name {
	case "utf-8":
		return strings.ToValidUTF8(string(data), "\ufffd"), nil
	case "utf-16le":
		from = unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)
	case "utf-16be":
		from = unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)
	case "utf-32le":
		from = utf32.UTF32(utf32.LittleEndian, utf32.IgnoreBOM)
	case "utf-32be":
		from = utf32.UTF32(utf32.BigEndian, utf32.IgnoreBOM)
	default:
		var err error
		if from, err = htmlindex.Get(name); err != nil {
			return "", err
		}
	}
	out, err := from.NewDecoder().Bytes(data)
	return string(out), err
}

func percent(part, whole int) string {
	return fmt.Sprintf("%.0f %%", 100*float64(part)/float64(max(whole, 1)))
}
