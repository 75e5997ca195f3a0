package document

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/screenplay"
	"github.com/cineforge/cineforge/screenplay/charset"
	"github.com/cineforge/cineforge/screenplay/fountain"
	"github.com/cineforge/cineforge/screenplay/markdown"
)

// Options limit what reading a document may cost.
type Options struct {
	// MaxBytes is the size above which a document is refused. 0 sets no limit on data that is
	// in memory already, and that of DefaultLimit on files.
	MaxBytes int64

	// Timeout is how long reading a document may take; 0 sets no limit.
	Timeout time.Duration
}

// Reader reads documents within its options. The zero value is ready to use, and readers can be
// used concurrently.
type Reader struct {
	Options Options
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
// The error is a [failure.Error] of class Input: data is empty or blank, too large, binary,
// in a format that can't be read yet (which it names), or not in the format that
// the name promises; or reading took longer than the options allow. It is the cause of ctx's end
// if that comes first; it is looked for between the steps of reading. The time is linear in
// len(data).
func (r Reader) Read(ctx context.Context, name string, data []byte) (Document, error) {
	name = baseName(name)
	d := Document{Name: name, Size: len(data)}
	switch {
	case len(data) == 0:
		return d, emptyFile(name)
	case r.Options.MaxBytes > 0 && int64(len(data)) > r.Options.MaxBytes:
		return d, tooLarge(name, r.Options.MaxBytes)
	}
	ctx, stop := r.limit(ctx, name)
	defer stop()
	if err := unreadable(name, data); err != nil {
		return d, err
	}
	if ctx.Err() != nil {
		return d, context.Cause(ctx)
	}
	decoded, err := charset.Decode(data)
	if err != nil {
		return d, named(name, err)
	}
	err = d.read(ctx, decoded, d.chooseFormat)
	return d, err
}

// Text is the text of a document that has been read before.
type Text struct {
	Name   string // of the file, as [Reader.Read] takes it
	Format string // as [Reader.Read] found it; "" has ReadText choose as Read does
	Text   string
}

// ReadText makes a document of a text that was taken from a file before, as [Reader.Read] does.
// It is text whatever the name says: neither its file format nor its encoding is guessed. Text in
// a format other than "md" and "txt" is Fountain. The errors are those of Read.
func (r Reader) ReadText(ctx context.Context, t Text) (Document, error) {
	d := Document{Name: baseName(t.Name), Size: len(t.Text)}
	switch {
	case t.Text == "":
		return d, emptyFile(d.Name)
	case r.Options.MaxBytes > 0 && int64(len(t.Text)) > r.Options.MaxBytes:
		return d, tooLarge(d.Name, r.Options.MaxBytes)
	}
	ctx, stop := r.limit(ctx, d.Name)
	defer stop()
	cleaned, err := charset.Clean(t.Text)
	if err != nil {
		return d, named(d.Name, err)
	}
	choose := d.chooseFormat
	if t.Format != "" {
		choose = func(string) string { return t.Format }
	}
	err = d.read(ctx, cleaned, choose)
	return d, err
}

// limit bounds ctx by the time that the options give.
func (r Reader) limit(ctx context.Context, name string) (context.Context, context.CancelFunc) {
	if r.Options.Timeout <= 0 {
		return ctx, func() {}
	}
	return context.WithTimeoutCause(ctx, r.Options.Timeout,
		failure.New(failure.Input, fmt.Sprintf("%s takes longer than %s to read", name, r.Options.Timeout),
			"split it, or check that it is a script"))
}

// named puts the name of the document before the message of a failure.
func named(name string, err error) error {
	if refused, ok := errors.AsType[*failure.Error](err); ok {
		return &failure.Error{Class: refused.Class, Message: name + ": " + refused.Message, Hint: refused.Hint, Err: err}
	}
	return err
}

// read fills in what is to be known of a text, in the format that choose returns for it.
func (d *Document) read(ctx context.Context, text charset.Text, choose func(text string) string) error {
	if strings.TrimSpace(text.Text) == "" {
		return failure.New(failure.Input, fmt.Sprintf("%s holds no text, only blank space", d.Name), "give a file with a script in it")
	}
	d.Text = text.Text
	d.Encoding = text.Encoding
	for _, step := range []func(){
		func() { d.decode(choose(d.Text)) },
		d.classify,
		func() {
			d.Warnings = slices.Concat(text.Warnings, d.Script.Warnings, d.kindWarnings(), d.doubts(), d.likenesses())
		},
	} {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		step()
	}
	slices.SortStableFunc(d.Warnings, func(a, b screenplay.Warning) int { return cmp.Compare(a.Line, b.Line) })
	return nil
}

// decode decodes the text as one in a format.
func (d *Document) decode(format string) {
	d.Format = format
	if format == "md" {
		d.Script = screenplay.Imply(markdown.Decode(d.Text))
		return
	}
	text := d.Text
	if (format == "txt" || format == "fountain") && !d.isNamed(".fountain", ".spmd") {
		text = markdown.Unfence(text)
	}
	decoded := fountain.Decode(text)
	if text == d.Text {
		d.fountain = &decoded
	}
	d.Script = screenplay.Imply(decoded)
}

// chooseFormat returns the format of a text by its content, and by the document's name where
// the content leaves a choice.
func (d *Document) chooseFormat(text string) string {
	marked, plain := markdown.Marks(text)
	inFountain := d.isNamed(".fountain", ".spmd")
	inMarkdown := d.isNamed(".md", ".markdown", ".mdown")
	switch {
	case !inFountain && (marked > plain || inMarkdown && (plain == 0 || markdown.HasFrontMatter(text))):
		return "md"
	case inFountain || plain > 0 && !d.isNamed(".txt", ".text"):
		return "fountain"
	}
	return "txt"
}

// isNamed reports whether the document's name ends in one of the extensions.
func (d *Document) isNamed(extensions ...string) bool {
	return slices.Contains(extensions, strings.ToLower(path.Ext(d.Name)))
}
