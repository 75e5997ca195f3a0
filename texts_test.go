package cineforge_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// archaic finds forms that no text for users has.
var archaic = regexp.MustCompile(`(?i)\b(anew|whoever|all else|left out of account|told of|turns of the breakers)\b`)

// Documentation and the page's texts are written in today's English.
func TestTexts_DocumentationHasNoArchaicForms(t *testing.T) {
	pages, err := filepath.Glob("docs/*.md")
	if err != nil || len(pages) == 0 {
		t.Fatal(pages, err)
	}
	ofPage, err := filepath.Glob("ui/src/text/*.ts")
	if err != nil || len(ofPage) == 0 {
		t.Fatal(ofPage, err)
	}
	for _, page := range append(append(pages, ofPage...), "README.md") {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		report(t, page, 1, string(text))
	}
}

// So are the program's own texts: string literals and struct tags, which hold the help.
func TestTexts_LiteralsHaveNoArchaicForms(t *testing.T) {
	err := filepath.WalkDir(".", func(path string, e os.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case e.IsDir() && path != "." && (e.Name() == "testdata" || e.Name() == "node_modules" || strings.HasPrefix(e.Name(), ".")):
			return filepath.SkipDir
		case path == filepath.Join("internal", "census"): // it searches comments for such words
			return filepath.SkipDir
		case e.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		files := token.NewFileSet()
		file, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if text, ok := n.(*ast.BasicLit); ok && text.Kind == token.STRING {
				report(t, path, files.Position(text.Pos()).Line, text.Value)
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// report fails for each archaic form of a text that begins on a line of a file. A form may be
// broken over two lines.
func report(t *testing.T, path string, line int, text string) {
	t.Helper()
	for _, at := range archaic.FindAllStringIndex(strings.ReplaceAll(text, "\n", " "), -1) {
		t.Errorf("%s:%d: archaic %q", path, line+strings.Count(text[:at[0]], "\n"), text[at[0]:at[1]])
	}
}
