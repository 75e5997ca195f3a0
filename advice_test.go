package cineforge_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// commandInText finds a command of ours in a text for users.
var commandInText = regexp.MustCompile(`(cineforge|%s) (run|runs|retry|serve|doctor|providers|recipes|data|simulate)\b`)

// Commands that texts for users name are made by package failure, whose remedies tests do as
// they are written. Only the help of a command shows others, as examples.
func TestRemedies_NoOtherTextNamesACommand(t *testing.T) {
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") ||
			strings.HasPrefix(path, "bench/") {
			return err
		}
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				return n.Name.Name != "Help"
			case *ast.Field:
				return n.Tag == nil
			case *ast.GenDecl:
				return n.Tok != token.CONST || path != filepath.Join("cmd", "cineforge", "main.go") // the program's description
			case *ast.BasicLit:
				if text, err := strconv.Unquote(n.Value); err == nil && n.Kind == token.STRING && commandInText.MatchString(text) {
					t.Errorf("%s: %q names a command; make it a failure.Remedy", fset.Position(n.Pos()), text)
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
