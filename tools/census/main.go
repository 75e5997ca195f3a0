// Command census prints the counts of a module that its budgets are about, so that two
// versions can be compared.
//
//	go run ./tools/census [-list] [-in PREFIX] [ROOT]
//
// With -list it says where each of them is. With -in it looks at the packages below a
// folder only.
package main

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/cineforge/cineforge/internal/census"
)

// The bounds that the counts are about; see budget_test.go in the root.
const (
	mostMethods = 25
	mostFiles   = 15
	widest      = 140
	keyless     = 4
)

func main() {
	list := flag.Bool("list", false, "say where each is")
	in := flag.String("in", "", "only packages below this `folder`")
	flag.Parse()
	root := "."
	if flag.NArg() > 0 {
		root = flag.Arg(0)
	}
	tree, err := census.Read(root)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	c := counts{list: *list}
	for _, p := range tree.Packages {
		if *in == "" || p.Path == *in || strings.HasPrefix(p.Path, *in+"/") {
			c.add(tree, p)
		}
	}
	c.print()
}

// counts is what was counted so far.
type counts struct {
	list                       bool
	packages, lines, testLines int
	methods, files             []string
	assignments, parallel      int
	unkeyed, wide, persons     int
	twoKinds                   []string
	tests, named               int
	longTests                  []string
}

func (c *counts) add(tree *census.Tree, p *census.Package) {
	c.packages++
	for name, methods := range p.Methods {
		if len(methods) > mostMethods {
			c.methods = append(c.methods, fmt.Sprintf("%s.%s %d", p.Path, name, len(methods)))
		}
	}
	if n := len(p.Sources()); n > mostFiles {
		c.files = append(c.files, fmt.Sprintf("%s %d", p.Path, n))
	}
	for _, name := range p.TwoKinds() {
		c.twoKinds = append(c.twoKinds, p.Path+"."+name)
	}
	all, named := p.Tests()
	c.tests += len(all)
	c.named += len(named)
	for _, name := range all {
		if !slices.Contains(named, name) {
			c.say("a test without a symbol: %s %s", p.Path, name)
		}
	}
	for _, f := range p.Files {
		c.addFile(tree, p, f)
	}
}

func (c *counts) addFile(tree *census.Tree, p *census.Package, f *census.File) {
	for i, line := range f.Lines {
		if len([]rune(line)) > widest {
			c.wide++
			c.say("%s:%d: %d columns", f.Path, i+1, len([]rune(line)))
		}
	}
	for _, line := range f.Persons() {
		c.persons++
		c.say("%s:%d: a comment about persons: %s", f.Path, line, strings.TrimSpace(f.Lines[line-1]))
	}
	if f.Test {
		c.testLines += len(f.Lines)
		if len(f.Lines) > 600 {
			c.longTests = append(c.longTests, fmt.Sprintf("%s %d", f.Path, len(f.Lines)))
		}
		return
	}
	c.lines += len(f.Lines)
	a, parallel := f.Assignments()
	c.assignments += a
	c.parallel += parallel
	for _, line := range tree.Unkeyed(p, f, keyless) {
		c.unkeyed++
		c.say("%s:%d: an unkeyed literal", f.Path, line)
	}
}

func (c *counts) say(format string, args ...any) {
	if c.list {
		fmt.Printf(format+"\n", args...)
	}
}

func (c *counts) print() {
	percent := func(n, of int) float64 { return 100 * float64(n) / float64(max(of, 1)) }
	slices.Sort(c.methods)
	slices.Sort(c.files)
	fmt.Printf("packages                           %6d\n", c.packages)
	fmt.Printf("lines of code, of tests            %6d %d\n", c.lines, c.testLines)
	fmt.Printf("types of more than %d methods      %6d %s\n", mostMethods, len(c.methods), strings.Join(c.methods, ", "))
	fmt.Printf("packages of more than %d files     %6d %s\n", mostFiles, len(c.files), strings.Join(c.files, ", "))
	fmt.Printf("test files of more than 600 lines  %6d %s\n", len(c.longTests), strings.Join(c.longTests, ", "))
	fmt.Printf("lines of more than %d columns     %6d\n", widest, c.wide)
	fmt.Printf("parallel assignments               %6d of %d (%.1f %%)\n", c.parallel, c.assignments, percent(c.parallel, c.assignments))
	fmt.Printf("unkeyed literals of 4 fields up    %6d\n", c.unkeyed)
	fmt.Printf("names with two kinds               %6d %s\n", len(c.twoKinds), strings.Join(c.twoKinds, ", "))
	fmt.Printf("comment lines about persons        %6d\n", c.persons)
	fmt.Printf("tests named after a symbol         %6d of %d (%.0f %%)\n", c.named, c.tests, percent(c.named, c.tests))
}
