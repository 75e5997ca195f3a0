// Package schema makes JSON values that fit a JSON Schema, or break it.
//
// It knows the part of JSON Schema that providers take for structured output, and
// Gemini's OpenAPI dialect of it.
package schema

import (
	"errors"
	"strconv"
	"strings"

	"github.com/cineforge/cineforge/simulator/internal/jsondoc"
)

type object = jsondoc.Object

// Schema is a JSON Schema.
type Schema struct{ root any }

// New returns the schema of a decoded document, which is an object or a bool.
func New(doc any) (Schema, error) {
	switch doc.(type) {
	case *object, bool:
		return Schema{doc}, nil
	}
	return Schema{}, errors.New("a JSON Schema is an object")
}

// Find returns the schema that a text asks for in words, or nil: the first JSON
// object in it that describes an object.
func Find(text string) *Schema {
	for at := strings.IndexByte(text, '{'); at >= 0; {
		doc, err := jsondoc.DecodePrefix(text[at:])
		if o, ok := doc.(*object); err == nil && ok && o.Has("type") && o.Has("properties") {
			return &Schema{o}
		}
		next := strings.IndexByte(text[at+1:], '{')
		if next < 0 || at+1+next > maxSearch {
			return nil
		}
		at += 1 + next
	}
	return nil
}

// maxSearch bounds how far a text is searched for a schema.
const maxSearch = 16 << 10

// Root returns the document.
func (s Schema) Root() any { return s.root }

// Instance returns a value that fits the schema, made of the words of a text. The
// same seed and text give the same value.
func (s Schema) Instance(text string, seed uint64) any {
	m := newMaker(s.root, text, seed)
	return m.value(s.root, spot{})
}

// Wrong returns a value that does not fit the schema: it lacks what is required,
// has what is forbidden, or is of another type. A schema that anything fits gets null.
func (s Schema) Wrong(text string, seed uint64) any {
	m := newMaker(s.root, text, seed)
	o := m.flatten(s.root, false)
	made, isObject := m.value(s.root, spot{}).(*object)
	if !isObject {
		return wrongKind(o)
	}
	if required := o.List("required"); len(required) > 0 {
		if name, ok := required[len(required)-1].(string); ok {
			made.Delete(name)
			return made
		}
	}
	if allowed, ok := o.Get("additionalProperties").(bool); ok && !allowed {
		return made.Set("note", m.text.sentence(m.next()))
	}
	return wrongKind(o)
}

// wrongKind returns a value of a type that a schema does not take.
func wrongKind(o *object) any {
	takes := kinds(o)
	for _, candidate := range []struct {
		kind  string
		value any
	}{{"array", []any{}}, {"string", "nothing of the kind"}, {"object", &object{}}, {"number", 0}} {
		if len(takes) > 0 && !has(takes, candidate.kind) && (candidate.kind != "number" || !has(takes, "integer")) {
			return candidate.value
		}
	}
	return nil
}

// kinds returns the types that a schema names.
func kinds(o *object) []string {
	switch t := o.Get("type").(type) {
	case string:
		return []string{t}
	case []any:
		var names []string
		for _, v := range t {
			if s, ok := v.(string); ok {
				names = append(names, s)
			}
		}
		return names
	}
	return nil
}

func has(list []string, s string) bool {
	for _, v := range list {
		if v == s {
			return true
		}
	}
	return false
}

// resolve follows a reference within the document; what it does not find fits anything.
func resolve(root any, ref string) any {
	pointer, local := strings.CutPrefix(ref, "#")
	if !local {
		return true
	}
	at := root
	for part := range strings.SplitSeq(strings.TrimPrefix(pointer, "/"), "/") {
		if pointer == "" {
			break
		}
		part = strings.NewReplacer("~1", "/", "~0", "~").Replace(part)
		switch v := at.(type) {
		case *object:
			at = v.Get(part)
		case []any:
			i, err := strconv.Atoi(part)
			if err != nil || i < 0 || i >= len(v) {
				return true
			}
			at = v[i]
		default:
			return true
		}
	}
	if at == nil {
		return true
	}
	return at
}

// Node is a schema within a document.
type Node struct {
	Path   []string // where it stands, such as properties, title
	Schema *jsondoc.Object
}

// Nodes returns all the schemas of a document that are objects, outer ones first,
// in the order in which they are written.
func Nodes(doc any) []Node {
	var list []Node
	collect(doc, nil, &list)
	return list
}

// The keywords that hold schemas.
var (
	named   = []string{"properties", "$defs", "definitions", "patternProperties", "dependentSchemas"}
	listed  = []string{"anyOf", "oneOf", "allOf", "prefixItems"}
	singles = []string{"items", "additionalProperties", "not", "if", "then", "else", "contains", "propertyNames"}
)

func collect(doc any, path []string, list *[]Node) {
	o, ok := doc.(*object)
	if !ok {
		return
	}
	*list = append(*list, Node{path, o})
	below := func(names ...string) []string { return append(path[:len(path):len(path)], names...) }
	for _, key := range o.Keys() {
		switch v := o.Get(key).(type) {
		case *object:
			if has(named, key) {
				for _, name := range v.Keys() {
					collect(v.Get(name), below(key, name), list)
				}
			} else if has(singles, key) {
				collect(v, below(key), list)
			}
		case []any:
			if has(listed, key) {
				for i, item := range v {
					collect(item, below(key, strconv.Itoa(i)), list)
				}
			}
		}
	}
}

// FromOpenAPI turns the schema dialect of Gemini's responseSchema into JSON Schema:
// types are written in capitals there, null is a flag, and numbers may be strings.
func FromOpenAPI(doc any) any {
	o, ok := doc.(*object)
	if !ok {
		return doc
	}
	out := &object{}
	for _, key := range o.Keys() {
		v := o.Get(key)
		switch key {
		case "type":
			if s, ok := v.(string); ok {
				v = strings.ToLower(s)
			}
		case "properties":
			renamed := &object{}
			for _, name := range o.Child(key).Keys() {
				renamed.Set(name, FromOpenAPI(o.Child(key).Get(name)))
			}
			v = renamed
		case "items":
			v = FromOpenAPI(v)
		case "anyOf":
			var branches []any
			for _, b := range o.List(key) {
				branches = append(branches, FromOpenAPI(b))
			}
			v = branches
		case "minItems", "maxItems", "minLength", "maxLength", "minProperties", "maxProperties":
			if s, ok := v.(string); ok {
				if n, err := strconv.Atoi(s); err == nil {
					v = n
				}
			}
		case "nullable", "propertyOrdering", "example", "format", "title", "default":
			continue
		}
		out.Set(key, v)
	}
	if t, ok := out.Get("type").(string); ok && o.Bool("nullable") {
		out.Set("type", []any{t, "null"})
	}
	return out
}
