package cineforge_test

import (
	"fmt"
	"go/ast"
	"maps"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/cineforge/cineforge/internal/census"
)

// The size budgets: what a reader takes in at once. Splitting beats raising a number.
const (
	mostFileLines     = 400 // of a file
	mostTestFileLines = 600 // of a test file
	mostFunctionLines = 60
	mostParameters    = 5
	mostMethods       = 25 // of a type, with those that embedding promotes
	mostFiles         = 15 // of a package, besides tests
	widestLine        = 140
	fewestKeyless     = 4 // fields of a struct literal from which on they are named
)

// The bounds on the whole tree. They are ratchets: a change that makes room lowers them.
const (
	mostParallel = 0.02 // of the assignments assign several values side by side
	mostPersons  = 10   // comment lines that speak of code as of people
	fewestNamed  = 0.70 // of the tests are named after a symbol
)

// exceptionsFile lists what exceeds a budget for a good reason, a line each: the kind of
// budget, what exceeds it, by how much it may, and why.
const exceptionsFile = "budget_exceptions.txt"

// exception is a line of the file.
type exception struct {
	most int
	used bool
}

// budgets compares the tree with the budgets, and with the exceptions from them.
type budgets struct {
	t          *testing.T
	exceptions map[string]*exception // by kind and subject
}

func TestBudgets(t *testing.T) {
	tree, err := census.Read(".")
	if err != nil {
		t.Fatal(err)
	}
	b := budgets{t, readExceptions(t)}
	for _, p := range tree.Packages {
		b.checkPackage(tree, p)
	}
	for key, e := range b.exceptions {
		if !e.used {
			t.Errorf("%s: %q exceeds nothing any more: remove the line", exceptionsFile, key)
		}
	}
	checkTree(t, tree)
}

func readExceptions(t *testing.T) map[string]*exception {
	t.Helper()
	data, err := os.ReadFile(exceptionsFile)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]*exception{}
	for line := range strings.Lines(string(data)) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		words := strings.Fields(line)
		if len(words) < 5 {
			t.Errorf("%s: %q has no reason", exceptionsFile, line)
			continue
		}
		most, err := strconv.Atoi(words[2])
		if err != nil {
			t.Errorf("%s: %q: %v", exceptionsFile, line, err)
		}
		all[words[0]+" "+words[1]] = &exception{most: most}
	}
	return all
}

// hold reports what exceeds a budget, or has left an exception behind.
func (b budgets) hold(kind, subject string, n, most int) {
	b.t.Helper()
	e := b.exceptions[kind+" "+subject]
	switch {
	case n <= most:
	case e == nil:
		b.t.Errorf("%s: %s is %d, more than %d", kind, subject, n, most)
	case n > e.most:
		b.t.Errorf("%s: %s is %d, and its exception is %d", kind, subject, n, e.most)
	case n < e.most:
		b.t.Errorf("%s: %s is %d now: lower its exception from %d", kind, subject, n, e.most)
	}
	if e != nil && n > most {
		e.used = true
	}
}

func (b budgets) checkPackage(tree *census.Tree, p *census.Package) {
	b.hold("files", p.Path, len(p.Sources()), mostFiles)
	for _, name := range slices.Sorted(maps.Keys(p.Methods)) {
		b.hold("methods", p.Path+"."+name, len(p.Methods[name]), mostMethods)
	}
	for _, name := range p.TwoKinds() {
		b.hold("two-kinds", p.Path+"."+name, 1, 0)
	}
	wide := 0
	for _, f := range p.Files {
		most := mostFileLines
		if f.Test {
			most = mostTestFileLines
		}
		b.hold("lines", f.Path, len(f.Lines), most)
		for _, line := range f.Lines {
			if utf8.RuneCountInString(line) > widestLine {
				wide++
			}
		}
		if f.Test {
			continue
		}
		b.hold("unkeyed", f.Path, len(tree.Unkeyed(p, f, fewestKeyless)), 0)
		for fn := range f.Functions {
			b.checkFunction(f, fn)
		}
	}
	b.hold("wide", p.Path, wide, 0)
}

func (b budgets) checkFunction(f *census.File, fn *ast.FuncDecl) {
	name := path.Dir(f.Path) + "." + fn.Name.Name
	b.hold("function", name, f.Length(fn), mostFunctionLines)
	b.hold("parameters", name, fn.Type.Params.NumFields(), mostParameters)
}

// checkTree holds the bounds on the whole tree.
func checkTree(t *testing.T, tree *census.Tree) {
	t.Helper()
	var assignments, parallel, persons, tests, named int
	var where []string
	for _, p := range tree.Packages {
		all, some := p.Tests()
		tests += len(all)
		named += len(some)
		for _, f := range p.Files {
			for _, line := range f.Persons() {
				persons++
				where = append(where, fmt.Sprintf("%s:%d", f.Path, line))
			}
			if !f.Test {
				a, side := f.Assignments()
				assignments += a
				parallel += side
			}
		}
	}
	if share := float64(parallel) / float64(assignments); share > mostParallel {
		t.Errorf("%.1f %% of the assignments assign several values side by side, more than %.1f %%", share*100, mostParallel*100)
	}
	if persons > mostPersons {
		t.Errorf("%d comment lines speak of code as of people, more than %d: %s", persons, mostPersons, strings.Join(where, " "))
	}
	if share := float64(named) / float64(tests); share < fewestNamed {
		t.Errorf("%.0f %% of the tests are named after a symbol, less than %.0f %%", share*100, fewestNamed*100)
	}
}

// Each direct dependency stands in go.mod with the reason for it, and in doors with the one
// folder that may import it.
func TestDependencies_HaveAReasonAndADoor(t *testing.T) {
	mod, err := os.ReadFile("go.mod")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(mod)) {
		line = strings.TrimSpace(line)
		requirement, comment, _ := strings.Cut(line, "//")
		name, _, versioned := strings.Cut(strings.TrimSpace(requirement), " v")
		if !versioned || strings.Contains(comment, "indirect") {
			continue
		}
		reason := strings.TrimSpace(comment)
		if reason == "" {
			t.Errorf("%s has no reason beside it", name)
		}
		guarded := false
		for prefix := range doors {
			guarded = guarded || strings.HasPrefix(name+"/", prefix) || strings.HasPrefix(prefix, name)
		}
		if !guarded && !strings.HasPrefix(reason, "test:") {
			t.Errorf("%s has no door in imports_test.go", name)
		}
	}
}
