package schema

import (
	"encoding/json"
	"slices"
	"strconv"

	"github.com/cineforge/cineforge/simulator/internal/jsondoc"
)

// The bounds of an answer. Deeper than fullDepth, or past half of the values, only
// what is required is made, so that answers to schemas that refer to themselves end.
const (
	fullDepth = 6
	maxDepth  = 60
	maxValues = 4000
	maxItems  = 1000
)

// maker makes one value.
type maker struct {
	root  any
	text  prose
	seed  uint64
	count uint64 // of choices made
	left  int    // values that may still be made
	steps int    // references and branches that may still be followed
}

// spot says what a value is made for.
type spot struct {
	name   string // of the property
	depth  int
	item   int  // its place in an array
	unique bool // whether the array wants different values
}

func newMaker(root any, text string, seed uint64) *maker {
	return &maker{root: root, text: newProse(text), seed: seed, left: maxValues, steps: maxSteps}
}

// next returns a number to choose by, a different one each time.
func (m *maker) next() uint64 {
	m.count++
	return mix(m.seed + m.count*0x9e3779b97f4a7c15)
}

// mix spreads a number over all bits (the finaliser of splitmix64).
func mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

func (m *maker) value(s any, at spot) any {
	m.left--
	if m.left < 0 || at.depth > maxDepth {
		return nil // nothing finite fits, or it is too large to be read
	}
	lean := at.depth > fullDepth || m.left < maxValues/2
	o := m.flatten(s, lean)
	if o.Has("const") {
		return o.Get("const")
	}
	if choices := fitting(o); len(choices) > 0 {
		if at.unique {
			return choices[at.item%len(choices)]
		}
		return choices[0]
	}
	switch kind(o, lean) {
	case "null":
		return nil
	case "boolean":
		return at.item%2 == 0
	case "integer":
		return m.number(o, true, at)
	case "number":
		return m.number(o, false, at)
	case "array":
		return m.array(o, at, lean)
	case "object":
		return m.makeObject(o, at, lean)
	default:
		return m.string(o, at)
	}
}

// fitting returns the values of an enum that are of the schema's type, null last.
func fitting(o *object) []any {
	takes := kinds(o)
	var list, nulls []any
	for _, v := range o.List("enum") {
		switch {
		case len(takes) > 0 && !slices.ContainsFunc(takes, func(t string) bool { return is(v, t) }):
		case v == nil:
			nulls = append(nulls, v)
		default:
			list = append(list, v)
		}
	}
	return append(list, nulls...)
}

// is says whether a value is of a JSON Schema type.
func is(v any, t string) bool {
	switch v := v.(type) {
	case nil:
		return t == "null"
	case bool:
		return t == "boolean"
	case string:
		return t == "string"
	case json.Number:
		_, err := v.Int64()
		return t == "number" || t == "integer" && err == nil
	case []any:
		return t == "array"
	case *object:
		return t == "object"
	}
	return false
}

// kind picks the type of a value: the first that is not null, or null itself in
// lean mode. Without a type the other keywords tell.
func kind(o *object, lean bool) string {
	takes := kinds(o)
	if lean && has(takes, "null") {
		return "null"
	}
	for _, t := range takes {
		if t != "null" {
			return t
		}
	}
	if len(takes) > 0 {
		return "null"
	}
	for _, hint := range []struct{ kind, keyword string }{
		{"object", "properties"}, {"object", "required"}, {"object", "additionalProperties"}, {"object", "minProperties"},
		{"array", "items"}, {"array", "prefixItems"}, {"array", "minItems"},
		{"number", "minimum"}, {"number", "maximum"}, {"number", "exclusiveMinimum"}, {"number", "exclusiveMaximum"}, {"number", "multipleOf"},
	} {
		if o.Has(hint.keyword) {
			return hint.kind
		}
	}
	return "string"
}

func (m *maker) makeObject(o *object, at spot, lean bool) any {
	out := &object{}
	properties := o.Child("properties")
	required := texts(o.List("required"))
	room := bound(o, "maxProperties", 1<<30) - len(required)
	for _, name := range properties.Keys() {
		p := properties.Get(name)
		needed := slices.Contains(required, name)
		if !needed && (lean || room <= 0 || p == false) {
			continue
		}
		if !needed {
			room--
		}
		out.Set(name, m.value(p, spot{name: name, depth: at.depth + 1, item: at.item, unique: at.unique}))
	}
	others := o.Get("additionalProperties")
	for _, name := range required {
		if !out.Has(name) {
			out.Set(name, m.value(others, spot{name: name, depth: at.depth + 1, item: at.item, unique: at.unique}))
		}
	}
	least := bound(o, "minProperties", 0)
	if _, isMap := others.(*object); isMap && properties.Len() == 0 && !lean && room > 0 {
		least = max(least, 1)
	}
	for i := 1; out.Len() < least && others != false && i <= maxItems; i++ {
		name := m.text.word(m.next())
		if out.Has(name) {
			name += "_" + strconv.Itoa(i)
		}
		out.Set(name, m.value(others, spot{name: name, depth: at.depth + 1, item: i, unique: at.unique}))
	}
	return out
}

func (m *maker) array(o *object, at spot, lean bool) any {
	prefix := o.List("prefixItems")
	items := o.Get("items")
	least := bound(o, "minItems", 0)
	most := bound(o, "maxItems", maxItems)
	n := max(1+int(m.next()%3), len(prefix))
	if lean {
		n = least
	}
	n = min(max(n, least), most)
	if items == false {
		n = min(n, len(prefix))
	}
	unique := o.Bool("uniqueItems")
	out := []any{}
	seen := map[string]bool{}
	for try := 0; len(out) < n && try < 4*n+8; try++ {
		s := items
		if len(out) < len(prefix) {
			s = prefix[len(out)]
		}
		v := m.value(s, spot{name: at.name, depth: at.depth + 1, item: try, unique: unique || at.unique})
		if unique {
			encoded := string(jsondoc.Encode(v))
			if seen[encoded] {
				continue
			}
			seen[encoded] = true
		}
		out = append(out, v)
		if m.left < 0 {
			break
		}
	}
	return out
}

// bound returns a whole number that a schema sets, within reason.
func bound(o *object, key string, otherwise int) int {
	f, ok := o.Float(key)
	if !ok {
		return otherwise
	}
	return int(min(max(f, 0), maxItems))
}

func texts(list []any) []string {
	var out []string
	for _, v := range list {
		if s, ok := v.(string); ok && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}
