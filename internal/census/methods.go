package census

import (
	"go/ast"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
)

// named is a type of the module.
type named struct{ folder, name string }

// countMethods fills in the methods of all types. Those that are promoted from types of
// other modules are not counted.
func (t *Tree) countMethods() {
	own := map[named]map[string]bool{}
	embeds := map[named][]named{}
	for _, p := range t.Packages {
		for _, f := range p.Sources() {
			t.declared(p, f, own, embeds)
		}
	}
	for _, p := range t.Packages {
		p.Methods = map[string][]string{}
	}
	folders := map[string]*Package{}
	for _, p := range t.Packages {
		folders[p.Path] = p
	}
	for n := range own {
		all := map[string]bool{}
		promote(n, own, embeds, all, map[named]bool{})
		folders[n.folder].Methods[n.name] = slices.Sorted(maps.Keys(all))
	}
}

// declared notes the types of a file, their methods and what they embed.
func (t *Tree) declared(p *Package, f *File, own map[named]map[string]bool, embeds map[named][]named) {
	note := func(n named, method string) {
		if own[n] == nil {
			own[n] = map[string]bool{}
		}
		if method != "" {
			own[n][method] = true
		}
	}
	imports := t.imports(f)
	for _, d := range f.Syntax.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Recv != nil {
				note(named{p.Path, receiver(d)}, d.Name.Name)
			}
		case *ast.GenDecl:
			for _, s := range d.Specs {
				spec, ok := s.(*ast.TypeSpec)
				if !ok {
					continue
				}
				n := named{p.Path, spec.Name.Name}
				note(n, "")
				for _, field := range members(spec.Type) {
					if len(field.Names) > 0 {
						if _, method := field.Type.(*ast.FuncType); method && isInterface(spec.Type) {
							note(n, field.Names[0].Name)
						}
						continue
					}
					if e, ok := resolve(field.Type, p.Path, imports); ok {
						embeds[n] = append(embeds[n], e)
					}
				}
			}
		}
	}
}

func isInterface(t ast.Expr) bool {
	_, ok := t.(*ast.InterfaceType)
	return ok
}

// members returns the fields of a struct, or the methods of an interface.
func members(t ast.Expr) []*ast.Field {
	switch t := t.(type) {
	case *ast.StructType:
		return t.Fields.List
	case *ast.InterfaceType:
		return t.Methods.List
	}
	return nil
}

// imports returns the folders of the module that a file imports, by the names it has for them.
func (t *Tree) imports(f *File) map[string]string {
	folders := map[string]string{}
	for _, spec := range f.Syntax.Imports {
		imp, err := strconv.Unquote(spec.Path.Value)
		folder, ours := strings.CutPrefix(imp, t.Module+"/")
		if err != nil || !ours {
			continue
		}
		name := path.Base(imp)
		if spec.Name != nil {
			name = spec.Name.Name
		}
		folders[name] = folder
	}
	return folders
}

// resolve returns the type of the module that an expression names.
func resolve(e ast.Expr, folder string, imports map[string]string) (named, bool) {
	switch e := e.(type) {
	case *ast.StarExpr:
		return resolve(e.X, folder, imports)
	case *ast.IndexExpr:
		return resolve(e.X, folder, imports)
	case *ast.Ident:
		return named{folder, e.Name}, true
	case *ast.SelectorExpr:
		x, ok := e.X.(*ast.Ident)
		if !ok || imports[x.Name] == "" {
			return named{}, false
		}
		return named{imports[x.Name], e.Sel.Name}, true
	}
	return named{}, false
}

// receiver returns the name of the type that a method belongs to.
func receiver(d *ast.FuncDecl) string {
	e, _ := resolve(d.Recv.List[0].Type, "", nil)
	return e.name
}

// promote adds the methods of a type, and those of what it embeds.
func promote(n named, own map[named]map[string]bool, embeds map[named][]named, all map[string]bool, seen map[named]bool) {
	if seen[n] {
		return
	}
	seen[n] = true
	for m := range own[n] {
		all[m] = true
	}
	for _, e := range embeds[n] {
		promote(e, own, embeds, all, seen)
	}
}
