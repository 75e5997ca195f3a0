package schema

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/cineforge/cineforge/run/event"
)

const module = "github.com/cineforge/cineforge/"

// packages are those whose types the API shows.
var packages = []string{
	"artifact", "artifact/content", "client", "failure", "health", "internal/runs", "resilience/breaker", "run", "run/event",
}

// open are types of text with constants that are no closed set, or that no answer has.
var open = []string{
	"failure.Reach", "run.Trouble", // which answers have as codes of problems
	"client.ExportFormat", // which is a parameter
}

// Each type of text with constants is an enumeration of the document, and has all of its values.
func TestEnums_HaveAllConstants(t *testing.T) {
	listed := map[string]enum{}
	for _, e := range enums() {
		if e.of != nil {
			listed[strings.TrimPrefix(e.of.PkgPath(), module)+"."+e.of.Name()] = e
		}
	}
	found := 0
	for _, folder := range packages {
		for name, values := range constants(t, folder) {
			found++
			e, ok := listed[folder+"."+name]
			if !ok {
				if !slices.Contains(open, folder+"."+name) {
					t.Errorf("%s.%s is no enumeration of the document", folder, name)
				}
				continue
			}
			var has []string
			for _, v := range e.values {
				has = append(has, v.(string))
			}
			slices.Sort(has)
			slices.Sort(values)
			if !slices.Equal(has, values) {
				t.Errorf("%s has the values %q, and %s.%s the constants %q", e.name, has, folder, name, values)
			}
			delete(listed, folder+"."+name)
		}
	}
	for name, e := range listed {
		if !strings.HasPrefix(name, "llm/") {
			t.Errorf("%s: no constants of %s were found", e.name, name)
		}
	}
	if found < 20 {
		t.Errorf("only %d types were found", found)
	}
}

// constants returns the values of the constants of each exported type of text of a package.
func constants(t *testing.T, folder string) map[string][]string {
	t.Helper()
	root := filepath.Join("..", "..", "..", filepath.FromSlash(folder))
	entries, err := os.ReadDir(root)
	if err != nil {
		t.Fatal(err)
	}
	types, values := map[string]bool{}, map[string][]string{}
	for _, entry := range entries {
		if entry.IsDir() || !strings.HasSuffix(entry.Name(), ".go") || strings.HasSuffix(entry.Name(), "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, entry.Name()), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.TypeSpec:
				if text, ok := n.Type.(*ast.Ident); ok && text.Name == "string" && n.Name.IsExported() {
					types[n.Name.Name] = true
				}
			case *ast.ValueSpec:
				if of, ok := n.Type.(*ast.Ident); ok {
					for _, v := range n.Values {
						if lit, ok := v.(*ast.BasicLit); ok && lit.Kind == token.STRING {
							text, _ := strconv.Unquote(lit.Value)
							values[of.Name] = append(values[of.Name], text)
						}
					}
				}
			}
			return true
		})
	}
	for name := range values {
		if !types[name] {
			delete(values, name)
		}
	}
	return values
}

// Each event of package event is one of the union, under its name.
func TestEventUnion_HasEveryEvent(t *testing.T) {
	r := New()
	r.Schema(reflect.TypeFor[eventUnion](), true, "")
	mapping := r.Map()[eventName].Discriminator.Mapping
	names, err := filepath.Glob("../../../run/event/*.go")
	if err != nil {
		t.Fatal(err)
	}
	method := regexp.MustCompile(`func \((?:\w+ )?(\w+)\) EventName\(\) string\s*{\s*return "(\w+)"`)
	n := 0
	for _, name := range names {
		source, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range method.FindAllStringSubmatch(string(source), -1) {
			n++
			if mapping[m[2]] != prefix+m[1]+"Event" {
				t.Errorf("%s is %q in the document", m[2], mapping[m[2]])
			}
		}
	}
	if n < 26 || n != len(mapping) || n != len(event.Kinds()) || len(r.Map()[eventName].OneOf) != n+1 {
		t.Errorf("%d events, %d in the document", n, len(mapping))
	}
}
