package cineforge_test

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The size budgets: what a reader takes in at once. Splitting beats raising a number.
const (
	maxFileLines     = 400
	maxFunctionLines = 60
	maxParameters    = 5
	maxDirect        = 16 // direct dependencies that the program itself has
)

// exemptFunctions are grammars and wiring, which are longer because what they say is.
var exemptFunctions = map[string]bool{}

func TestBudgets(t *testing.T) {
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
			return err
		}
		source, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if n := bytes.Count(source, []byte("\n")); n > maxFileLines {
			t.Errorf("%s has %d lines, more than %d", path, n, maxFileLines)
		}
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, path, source, 0)
		if err != nil {
			return err
		}
		for _, decl := range file.Decls {
			if fn, ok := decl.(*ast.FuncDecl); ok {
				checkFunction(t, fset, path, fn)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func checkFunction(t *testing.T, fset *token.FileSet, path string, fn *ast.FuncDecl) {
	t.Helper()
	name := filepath.ToSlash(filepath.Dir(path)) + "." + fn.Name.Name
	lines := fset.Position(fn.End()).Line - fset.Position(fn.Pos()).Line + 1
	if lines > maxFunctionLines && !exemptFunctions[name] {
		t.Errorf("%s has %d lines, more than %d", name, lines, maxFunctionLines)
	}
	if n := fn.Type.Params.NumFields(); n > maxParameters && !exemptFunctions[name] {
		t.Errorf("%s takes %d parameters, more than %d", name, n, maxParameters)
	}
}

// Each direct dependency stands in go.mod with the reason for it.
func TestEachDependencyHasItsReason(t *testing.T) {
	mod, err := os.ReadFile("go.mod")
	if err != nil {
		t.Fatal(err)
	}
	direct := 0
	for line := range strings.Lines(string(mod)) {
		line = strings.TrimSpace(line)
		module, comment, _ := strings.Cut(line, "//")
		if !strings.Contains(module, " v") || strings.Contains(comment, "indirect") {
			continue
		}
		reason := strings.TrimSpace(comment)
		if reason == "" {
			t.Errorf("%s has no reason beside it", strings.TrimSpace(module))
		}
		if !strings.HasPrefix(reason, "test:") {
			direct++
		}
	}
	if direct > maxDirect {
		t.Errorf("%d direct dependencies, more than %d", direct, maxDirect)
	}
}
