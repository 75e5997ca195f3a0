// Package census counts what the budgets of this module are about: how much of it there
// is, and in what form. It reads Go source and needs nothing to be built.
package census

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// Tree is the source of a module.
type Tree struct {
	Module   string
	Packages []*Package

	structs map[named]bool // the types that are structs
}

// Package is one folder of Go files, its tests included.
type Package struct {
	Path  string // from the root of the module, with slashes; "." for the root
	Name  string
	Files []*File

	// Methods are the methods of each type, by its name, those that embedding promotes included.
	Methods map[string][]string
}

// File is one Go file.
type File struct {
	Path    string // from the root of the module, with slashes
	Test    bool
	Lines   []string
	Syntax  *ast.File
	fileSet *token.FileSet
}

// Position returns the line of a node of the file, from 1.
func (f *File) Position(n ast.Node) int { return f.fileSet.Position(n.Pos()).Line }

// Length returns the number of lines of a node of the file.
func (f *File) Length(n ast.Node) int {
	return f.fileSet.Position(n.End()).Line - f.fileSet.Position(n.Pos()).Line + 1
}

var moduleLine = regexp.MustCompile(`(?m)^module (\S+)`)

// Read reads the module whose root is a folder. Folders named testdata, and those of other
// modules, are left out.
func Read(root string) (*Tree, error) {
	mod, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		return nil, err
	}
	t := &Tree{}
	if m := moduleLine.FindSubmatch(mod); m != nil {
		t.Module = string(m[1])
	}
	packages := map[string]*Package{}
	err = filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			return skip(root, name, d)
		}
		if filepath.Ext(name) != ".go" {
			return nil
		}
		rel, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		f, err := readFile(name, filepath.ToSlash(rel))
		if err != nil {
			return err
		}
		folder := path.Dir(f.Path)
		p := packages[folder]
		if p == nil {
			p = &Package{Path: folder}
			packages[folder] = p
			t.Packages = append(t.Packages, p)
		}
		p.Files = append(p.Files, f)
		if !f.Test {
			p.Name = f.Syntax.Name.Name
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	t.countMethods()
	t.findStructs()
	return t, nil
}

// skip leaves out what is no source of the module.
func skip(root, name string, d fs.DirEntry) error {
	if name == root {
		return nil
	}
	if slices.Contains([]string{"testdata", "node_modules", ".git", "out", "bin"}, d.Name()) {
		return fs.SkipDir
	}
	if _, err := os.Stat(filepath.Join(name, "go.mod")); err == nil {
		return fs.SkipDir
	}
	return nil
}

func readFile(name, rel string) (*File, error) {
	source, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	set := token.NewFileSet()
	syntax, err := parser.ParseFile(set, name, source, parser.ParseComments)
	if err != nil {
		return nil, err
	}
	return &File{Path: rel, Test: strings.HasSuffix(rel, "_test.go"), Lines: strings.Split(strings.TrimSuffix(string(source), "\n"), "\n"),
		Syntax: syntax, fileSet: set}, nil
}

// Sources returns the files of the package that are no tests.
func (p *Package) Sources() []*File {
	var files []*File
	for _, f := range p.Files {
		if !f.Test {
			files = append(files, f)
		}
	}
	return files
}

// Functions yields the functions and methods of a file.
func (f *File) Functions(yield func(*ast.FuncDecl) bool) {
	for _, d := range f.Syntax.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok && !yield(fn) {
			return
		}
	}
}
