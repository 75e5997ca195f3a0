// Package offline has the commands that need neither a data directory nor a server.
package offline

import (
	"context"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/cineforge/cineforge/internal/cli/console"
	"github.com/cineforge/cineforge/screenplay/document"
)

// Scenes is the command that lists what a script holds.
type Scenes struct {
	File string `arg:"" help:"The script: .fountain, .txt or .md; - for standard input."`
}

// Help describes the command.
func (Scenes) Help() string {
	return `Lists the scenes, characters and locations of the script, with notes on what to check. It
asks no model and stores nothing.

For a document without scenes, such as prose, the list is empty and a warning says what
the document looks like.`
}

// Run does the command.
func (c *Scenes) Run(ctx context.Context, f console.Format, s console.Streams) error {
	doc, err := readDocument(ctx, c.File, s.In)
	if err != nil {
		return err
	}
	r := document.Summary(doc)
	if f.JSON {
		return console.PrintJSON(s.Out, r)
	}
	return writeScenes(s.Out, s.Err, r)
}

func readDocument(ctx context.Context, path string, in io.Reader) (document.Document, error) {
	name, data, err := console.ReadInput(path, in)
	if err != nil {
		return document.Document{}, err
	}
	return console.Documents().Read(ctx, name, data)
}

// writeScenes prints the scenes as a table, and the warnings to stderr.
func writeScenes(out, errs io.Writer, r document.ScenesReport) error {
	title := r.Title
	if title == "" {
		title = "(no title)"
	}
	fmt.Fprintf(out, "%s\n%d scenes, %d speaking characters, %d locations, %.1f pages, about %.0f minutes (%s, %s)\n",
		console.OneLine(title), len(r.Scenes), len(r.Characters), len(r.Locations), r.Pages, r.Minutes, r.Format, r.Encoding)
	if len(r.Scenes) > 0 {
		fmt.Fprintln(out)
		t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
		fmt.Fprintln(t, "#\tHEADING\tLENGTH\tSPEECHES\tLINES\tCAST")
		for i, sc := range r.Scenes {
			number := fmt.Sprint(i + 1)
			if sc.Number != nil {
				number = *sc.Number
			}
			heading := sc.Heading
			if sc.Implied {
				heading += " (implied)"
			}
			fmt.Fprintf(t, "%s\t%s\t%s\t%d\t%d-%d\t%s\n", console.OneLine(number), console.OneLine(heading), eighths(sc.PageEighths),
				sc.DialogueBlocks, sc.StartLine, sc.EndLine, console.OneLine(strings.Join(sc.Characters, ", ")))
		}
		if err := t.Flush(); err != nil {
			return err
		}
	}
	for _, w := range r.Warnings {
		fmt.Fprintf(errs, "line %d: %s\n", w.Line, console.OneLine(w.Message))
	}
	return nil
}

// eighths writes a length the way a script's breakdown does: 1 3/8.
func eighths(n int) string {
	switch whole, rest := n/8, n%8; {
	case rest == 0:
		return fmt.Sprint(whole)
	case whole == 0:
		return fmt.Sprintf("%d/8", rest)
	default:
		return fmt.Sprintf("%d %d/8", whole, rest)
	}
}

// Text is the command that prints the text of a file.
type Text struct {
	File string `arg:"" help:"The file; - for standard input."`
}

// Help describes the command.
func (Text) Help() string {
	return `Prints the text that a run would work on, as UTF-8 with plain line endings. How it was
extracted from the file is printed on stderr.`
}

// Run does the command.
func (c *Text) Run(ctx context.Context, f console.Format, s console.Streams) error {
	doc, err := readDocument(ctx, c.File, s.In)
	if err != nil {
		return err
	}
	if f.JSON {
		return console.PrintJSON(s.Out, textResult{Format: doc.Format, Encoding: doc.Encoding, Kind: string(doc.Kind),
			Confidence: doc.Confidence, Evidence: doc.Evidence, Text: doc.Text})
	}
	fmt.Fprintf(s.Err, "%s, %s, %d bytes: looks like %s (confidence %.2f: %s)\n", doc.Format, doc.Encoding, doc.Size,
		doc.Kind, doc.Confidence, console.OneLine(strings.Join(doc.Evidence, ", ")))
	for _, w := range doc.Warnings {
		fmt.Fprintf(s.Err, "line %d: %s\n", w.Line, console.OneLine(w.Message))
	}
	_, err = io.WriteString(s.Out, doc.Text)
	return err
}

type textResult struct {
	Format     string   `json:"format"`
	Encoding   string   `json:"encoding"`
	Kind       string   `json:"kind"`
	Confidence float64  `json:"confidence"`
	Evidence   []string `json:"evidence"`
	Text       string   `json:"text"`
}
