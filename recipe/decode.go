package recipe

import (
	"fmt"
	"slices"
	"strings"
)

func decodeRecipe(p *problems, root *node) *Recipe {
	d := decoder{p}
	if !d.keys(root, "a recipe", "recipe_id", "name", "description", "project", "resilience", "stages") {
		return &Recipe{File: p.file}
	}
	r := &Recipe{
		File:        p.file,
		ID:          d.id(root, "recipe_id", "the recipe"),
		Name:        d.text(root, "name", "the recipe", false),
		Description: d.text(root, "description", "the recipe", true),
		Project:     d.object(root, "project"),
		resilience:  root.Get("resilience"),
	}
	stages, ok := d.items(root, "stages", maxStages)
	if ok && len(stages) == 0 {
		p.add(root.Position, "the recipe has no stages", "list at least one under stages")
	}
	for _, s := range stages {
		r.Stages = append(r.Stages, d.stage(s))
	}
	return r
}

// decoder reads values out of nodes and adds what is wrong with them.
type decoder struct{ *problems }

func (d decoder) stage(n *node) Stage {
	if !d.keys(n, "a stage", "id", "module", "params", "needs", "needs_all", "after",
		"store_inputs", "store_inputs_optional", "store_inputs_all") {
		return Stage{source: n}
	}
	s := Stage{ID: d.id(n, "id", "the stage"), source: n}
	whose := "the stage"
	if s.ID != "" {
		whose = fmt.Sprintf("stage %q", s.ID)
	}
	s.Module = d.text(n, "module", whose, true) // whatever its form, it is a module or none
	s.Params = d.object(n, "params")
	s.Needs = d.ids(n, "needs")
	s.NeedsAll = d.ids(n, "needs_all")
	s.After = d.ids(n, "after")
	s.StoreInputs = d.types(n, "store_inputs")
	s.StoreInputsOptional = d.types(n, "store_inputs_optional")
	s.StoreInputsAll = d.types(n, "store_inputs_all")
	return s
}

// keys checks that n is a map of known keys. It reports whether it is a map at all.
func (d decoder) keys(n *node, what string, known ...string) bool {
	entries, ok := n.Value.(dict)
	if !ok {
		d.add(n.Position, fmt.Sprintf("%s is a map, but here is %s", what, kindOf(n)), "write its keys here: "+strings.Join(known, ", "))
		return false
	}
	for _, e := range entries {
		if !slices.Contains(known, e.Key) {
			d.unknown(e.Position, "unknown key "+quote(e.Key), e.Key, known, what+" has the keys "+strings.Join(known, ", "))
		}
	}
	return true
}

// text returns the text under key, or "" if there is none or it is wrong.
func (d decoder) text(n *node, key, whose string, required bool) string {
	v := n.Get(key)
	if v == nil {
		if required {
			d.add(n.Position, fmt.Sprintf("%s has no %s", whose, key), fmt.Sprintf("add a line %q", key+": ..."))
		}
		return ""
	}
	s, ok := v.Value.(string)
	switch {
	case !ok && v.Value == nil:
		d.add(v.Position, key+" has no value", "write one behind the colon")
	case !ok:
		d.add(v.Position, fmt.Sprintf("%s is text, but here is %s", key, kindOf(v)), "put quotes around it if it is meant as text")
	case required && strings.TrimSpace(s) == "":
		d.add(v.Position, key+" is empty", "write something in it")
	}
	return strings.TrimSpace(s)
}

// id returns the id under key, or "" if there is none or it is wrong.
func (d decoder) id(n *node, key, whose string) string {
	s := d.text(n, key, whose, true)
	if s != "" && !idPattern.MatchString(s) {
		d.add(n.Get(key).Position, fmt.Sprintf("%s %s is not a valid id", key, quote(s)), idHint)
		return ""
	}
	return s
}

// items returns the list under key. An empty value is an empty list. It says
// whether the list is well-formed.
func (d decoder) items(n *node, key string, most int) (items list, ok bool) {
	v := n.Get(key)
	if v == nil || v.Value == nil {
		return nil, true
	}
	items, ok = v.Value.(list)
	if !ok {
		d.add(v.Position, fmt.Sprintf("%s is a list, but here is %s", key, kindOf(v)), fmt.Sprintf("write %s: [one, another]", key))
		return nil, false
	}
	if len(items) > most {
		d.add(items[most].Position, fmt.Sprintf("%s lists %d things, the most are %d", key, len(items), most), "split the recipe")
		return nil, false
	}
	return items, true
}

// entries returns the map under key. An empty value is an empty map.
func (d decoder) entries(n *node, key string) dict {
	v := n.Get(key)
	if v == nil || v.Value == nil || v.Value == (blank{}) {
		return nil
	}
	entries, ok := v.Value.(dict)
	if !ok {
		d.add(v.Position, fmt.Sprintf("%s is a map, but here is %s", key, kindOf(v)), "write a key, a colon and a value on each line under it")
	}
	return entries
}

func (d decoder) object(n *node, key string) map[string]any {
	if entries := d.entries(n, key); entries != nil {
		return n.Get(key).Data().(map[string]any)
	}
	return nil
}

// ids returns the list of stage ids under key.
func (d decoder) ids(n *node, key string) []string {
	var ids []string
	items, _ := d.items(n, key, maxStages)
	for _, item := range items {
		id, ok := item.Value.(string)
		switch {
		case !ok:
			d.add(item.Position, fmt.Sprintf("%s lists stage ids, but here is %s", key, kindOf(item)), "put quotes around it if it is a stage id")
		case slices.Contains(ids, id):
			d.add(item.Position, fmt.Sprintf("%s lists %s twice", key, quote(id)), "remove one of them")
		default:
			ids = append(ids, id)
		}
	}
	return ids
}

// types returns the map from input keys to artifact types under key.
func (d decoder) types(n *node, key string) map[string]string {
	var types map[string]string
	for _, e := range d.entries(n, key) {
		t, ok := e.Value.Value.(string)
		switch {
		case !idPattern.MatchString(e.Key):
			d.add(e.Position, fmt.Sprintf("input key %s is not a valid id", quote(e.Key)), idHint)
		case !ok || !idPattern.MatchString(t):
			d.add(e.Value.Position, key+" gives an artifact type for each key, but here is "+kindOf(e.Value), "name a type, such as scene_index")
		default:
			if types == nil {
				types = map[string]string{}
			}
			types[e.Key] = t
		}
	}
	return types
}

// kindOf names the kind of a value for messages.
func kindOf(n *node) string {
	switch v := n.Value.(type) {
	case nil:
		return "nothing"
	case bool:
		return fmt.Sprintf("the truth value %t", v)
	case int, float64:
		return fmt.Sprintf("the number %v", v)
	case string:
		return "the text " + quote(v)
	case list:
		return "a list"
	case dict:
		return "a map"
	default:
		return fmt.Sprintf("a value of type %T", v)
	}
}
