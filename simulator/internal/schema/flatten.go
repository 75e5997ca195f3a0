package schema

import (
	"slices"

	"github.com/cineforge/cineforge/simulator/internal/jsondoc"
)

// maxSteps bounds how many references and branches are followed for one answer, so
// that schemas which refer to themselves come to an end.
const maxSteps = 20_000

// flatten returns a schema without references and branches: of anyOf and oneOf it
// takes the first that is not null, or in lean mode the one that leads least far.
func (m *maker) flatten(s any, lean bool) *object {
	o, _ := s.(*object)
	for m.steps > 0 {
		m.steps--
		rest := o.Clone()
		switch {
		case o.Has("$ref"):
			rest.Delete("$ref")
			target, _ := resolve(m.root, o.Text("$ref")).(*object)
			o = merge(target, rest)
		case o.Has("allOf"):
			rest.Delete("allOf")
			for _, part := range o.List("allOf") {
				rest = merge(rest, m.flatten(part, lean))
			}
			o = rest
		case o.Has("anyOf"):
			rest.Delete("anyOf")
			o = merge(rest, m.flatten(m.branch(o.List("anyOf"), lean), lean))
		case o.Has("oneOf"):
			rest.Delete("oneOf")
			o = merge(rest, m.flatten(m.branch(o.List("oneOf"), lean), lean))
		default:
			return o
		}
	}
	return &object{}
}

// branch picks one of several schemas.
func (m *maker) branch(list []any, lean bool) any {
	var first any
	for _, b := range list {
		o, isObject := b.(*object)
		isNull := isObject && slices.Equal(kinds(o), []string{"null"})
		switch {
		case b == false:
		case lean && isNull, lean && isObject && !o.Has("$ref") && !has(kinds(o), "object") && !has(kinds(o), "array"):
			return b
		case first == nil && !isNull:
			first = b
		}
	}
	if first == nil && len(list) > 0 {
		return list[0]
	}
	return first
}

// merge returns the schema that demands what both demand, as far as the keywords
// known here go.
func merge(a, b *object) *object {
	out := a.Clone()
	for _, key := range b.Keys() {
		v := b.Get(key)
		if !a.Has(key) {
			out.Set(key, v)
			continue
		}
		out.Set(key, both(key, a, b))
	}
	return out
}

func both(key string, a, b *object) any {
	before := a.Get(key)
	v := b.Get(key)
	switch key {
	case "type":
		return common(kinds(a), kinds(b))
	case "enum":
		return shared(a.List(key), b.List(key))
	case "required":
		return union(a.List(key), b.List(key))
	case "properties":
		out := a.Child(key).Clone()
		for _, name := range b.Child(key).Keys() {
			p := b.Child(key).Get(name)
			if out.Has(name) {
				p = jsondoc.New("allOf", []any{out.Get(name), p})
			}
			out.Set(name, p)
		}
		return out
	case "items":
		return jsondoc.New("allOf", []any{before, v})
	case "additionalProperties":
		if before == false || v == true {
			return before
		}
	case "minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties":
		if x, ok := jsondoc.Number(before); ok {
			if y, ok := jsondoc.Number(v); ok && x > y {
				return before
			}
		}
	case "maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties":
		if x, ok := jsondoc.Number(before); ok {
			if y, ok := jsondoc.Number(v); ok && x < y {
				return before
			}
		}
	}
	return v
}

// common returns the types that are in both lists; every integer is a number.
func common(a, b []string) []any {
	var out []any
	for _, t := range a {
		switch {
		case has(b, t), t == "integer" && has(b, "number"):
			out = append(out, t)
		case t == "number" && has(b, "integer"):
			out = append(out, "integer")
		}
	}
	return out
}

func shared(a, b []any) []any {
	in := map[string]bool{}
	for _, v := range b {
		in[string(jsondoc.Encode(v))] = true
	}
	return slices.DeleteFunc(slices.Clone(a), func(v any) bool { return !in[string(jsondoc.Encode(v))] })
}

func union(a, b []any) []any {
	out := slices.Clone(a)
	for _, v := range b {
		if !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	return out
}
