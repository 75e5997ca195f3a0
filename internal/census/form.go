package census

import (
	"go/ast"
	"regexp"
	"slices"
	"strings"
)

// Assignments counts the assignments of a file, and those of them that assign several
// values side by side.
func (f *File) Assignments() (all, parallel int) {
	ast.Inspect(f.Syntax, func(n ast.Node) bool {
		if a, ok := n.(*ast.AssignStmt); ok {
			all++
			if len(a.Lhs) > 1 && len(a.Rhs) == len(a.Lhs) {
				parallel++
			}
		}
		return true
	})
	return all, parallel
}

// Unkeyed returns the lines of literals of structs of the module, of so many fields or more,
// whose fields are not named.
func (t *Tree) Unkeyed(p *Package, f *File, least int) (lines []int) {
	imports := t.imports(f)
	named := func(e ast.Expr) bool {
		if _, ok := e.(*ast.StructType); ok {
			return true
		}
		n, ok := resolve(e, p.Path, imports)
		return ok && t.structs[n]
	}
	ast.Inspect(f.Syntax, func(n ast.Node) bool {
		lit, ok := n.(*ast.CompositeLit)
		if !ok {
			return true
		}
		if lit.Type != nil && named(lit.Type) && positional(lit, least) {
			lines = append(lines, f.Position(lit))
		}
		var element ast.Expr
		switch typ := lit.Type.(type) {
		case *ast.ArrayType:
			element = typ.Elt
		case *ast.MapType:
			element = typ.Value
		}
		if element == nil || !named(element) {
			return true
		}
		for _, e := range lit.Elts {
			if kv, ok := e.(*ast.KeyValueExpr); ok {
				e = kv.Value
			}
			if inner, ok := e.(*ast.CompositeLit); ok && inner.Type == nil && positional(inner, least) {
				lines = append(lines, f.Position(inner))
			}
		}
		return true
	})
	return lines
}

// positional reports whether a literal has so many values or more, which are not named.
func positional(lit *ast.CompositeLit, least int) bool {
	if len(lit.Elts) < least {
		return false
	}
	_, keyed := lit.Elts[0].(*ast.KeyValueExpr)
	return !keyed
}

// findStructs notes which types of the module are structs.
func (t *Tree) findStructs() {
	t.structs = map[named]bool{}
	for _, p := range t.Packages {
		for _, f := range p.Files {
			ast.Inspect(f.Syntax, func(n ast.Node) bool {
				if spec, ok := n.(*ast.TypeSpec); ok {
					if _, is := spec.Type.(*ast.StructType); is {
						t.structs[named{p.Path, spec.Name.Name}] = true
					}
				}
				return true
			})
		}
	}
}

var persons = regexp.MustCompile(`(?i)\b(who|whom|whose|nobody|somebody|whoever|whomever)\b`)

// Persons returns the lines of comments that speak of code as if it were people.
func (f *File) Persons() (lines []int) {
	for _, g := range f.Syntax.Comments {
		for _, c := range g.List {
			for i, line := range strings.Split(c.Text, "\n") {
				if persons.MatchString(strings.ReplaceAll(strings.ToLower(line), "whose", "")) {
					lines = append(lines, f.Position(c)+i)
				}
			}
		}
	}
	return lines
}

// TwoKinds returns the names that are both a type, or a function, and a method of the package,
// besides those of methods that interfaces of the standard library ask for.
func (p *Package) TwoKinds() (names []string) {
	outer, methods := map[string]bool{}, map[string]bool{}
	for _, f := range p.Sources() {
		for _, d := range f.Syntax.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Recv == nil {
					outer[d.Name.Name] = true
				} else {
					methods[d.Name.Name] = true
				}
			case *ast.GenDecl:
				for _, s := range d.Specs {
					if spec, ok := s.(*ast.TypeSpec); ok {
						outer[spec.Name.Name] = true
					}
				}
			}
		}
	}
	for n := range outer {
		if methods[n] && n != "Error" && n != "String" {
			names = append(names, n)
		}
	}
	slices.Sort(names)
	return names
}

// Tests returns the tests of the package, and those of them that are named after a symbol
// of it: Test, the symbol or the package, and, behind an underscore, what is tested of it.
func (p *Package) Tests() (all, named []string) {
	symbols := map[string]bool{strings.ToLower(p.Name): true}
	for _, f := range p.Files {
		for _, d := range f.Syntax.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if !f.Test {
					symbols[strings.ToLower(d.Name.Name)] = true
				}
			case *ast.GenDecl:
				for _, s := range d.Specs {
					switch spec := s.(type) {
					case *ast.TypeSpec:
						if !f.Test {
							symbols[strings.ToLower(strings.TrimSuffix(spec.Name.Name, "Cmd"))] = true
							symbols[strings.ToLower(spec.Name.Name)] = true
						}
					case *ast.ValueSpec:
						for _, n := range spec.Names {
							if !f.Test {
								symbols[strings.ToLower(n.Name)] = true
							}
						}
					}
				}
			}
		}
	}
	for _, f := range p.Files {
		if !f.Test {
			continue
		}
		for fn := range f.Functions {
			name, ok := strings.CutPrefix(fn.Name.Name, "Test")
			if !ok || fn.Recv != nil || name == "Main" {
				continue
			}
			all = append(all, fn.Name.Name)
			subject, _, _ := strings.Cut(name, "_")
			if symbols[strings.ToLower(subject)] {
				named = append(named, fn.Name.Name)
			}
		}
	}
	return all, named
}
