package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/google/go-cmp/cmp"
)

//go:generate go test -run TestReference -update .

var update = flag.Bool("update", false, "write docs/cli.md")

// docs/cli.md is the help of every command, so it can't say anything else.
func TestReference(t *testing.T) {
	const file = "../../docs/cli.md"
	got := reference(t)
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("docs/cli.md is not up to date (make generate):\n%s", diff)
	}
}

func reference(t *testing.T) []byte {
	t.Helper()
	var doc bytes.Buffer
	doc.WriteString("# The command line\n\nMade from the program's own help by `make generate`.\n")
	parser, err := newParser(&cli{})
	if err != nil {
		t.Fatal(err)
	}
	writeHelp(t, &doc, parser.Model.Node, nil)
	return doc.Bytes()
}

func writeHelp(t *testing.T, doc *bytes.Buffer, node *kong.Node, path []string) {
	t.Helper()
	if node.Hidden {
		return
	}
	var help bytes.Buffer
	parser, err := newParser(&cli{}, kong.Writers(&help, &help), kong.Exit(func(int) { panic(true) }))
	if err != nil {
		t.Fatal(err)
	}
	func() {
		defer func() { recover() }() // the help ends with an exit
		parser.Parse(append(path, "--help"))
	}()
	fmt.Fprintf(doc, "\n## cineforge")
	for _, word := range path {
		fmt.Fprintf(doc, " %s", word)
	}
	fmt.Fprintf(doc, "\n\n```\n%s```\n", help.String())
	for _, child := range node.Children {
		if child.Type == kong.CommandNode {
			writeHelp(t, doc, child, append(path[:len(path):len(path)], child.Name))
		}
	}
}
