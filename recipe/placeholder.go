package recipe

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/cineforge/cineforge/internal/plaintext"
	"github.com/cineforge/cineforge/internal/spelling"
)

var placeholder = regexp.MustCompile(`^\$\{([A-Za-z_][A-Za-z0-9_-]*)\}$`)

// Placeholder returns the name of the run's parameter that a value stands for, as recipes have it
// under params and resilience.
func Placeholder(value any) (name string, ok bool) {
	text, _ := value.(string)
	m := placeholder.FindStringSubmatch(strings.TrimSpace(text))
	if m == nil {
		return "", false
	}
	return m[1], true
}

// filler puts values in the place of placeholders.
type filler struct {
	*problems
	params map[string]any // nil leaves blanks
	what   string         // for messages: whose value it is, such as `stage "ingest"`
}

// fill returns a copy of n with values for placeholders; n itself stays. The path
// leads to n within what.
func (f filler) fill(n *node, path string) *node {
	switch v := n.Value.(type) {
	case list:
		out := make(list, len(v))
		for i, item := range v {
			out[i] = f.fill(item, fmt.Sprintf("%s[%d]", path, i))
		}
		return &node{Position: n.Position, Value: out}
	case dict:
		out := make(dict, len(v))
		for i, e := range v {
			out[i] = pair{Position: e.Position, Key: e.Key, Value: f.fill(e.Value, strings.TrimPrefix(path+"."+e.Key, "."))}
		}
		return &node{Position: n.Position, Value: out}
	case string:
		if name, ok := Placeholder(v); ok {
			return f.value(n.Position, name, path)
		}
	}
	return n
}

func (f filler) value(at position, name, path string) *node {
	if f.params == nil {
		return &node{Position: at, Value: blank{}}
	}
	v, ok := f.params[name]
	if !ok && f.open {
		return &node{Position: at, Value: blank{}}
	}
	if !ok {
		short := plaintext.Cut(name, 60)
		hint := fmt.Sprintf("give it with --param %s=VALUE", short)
		if f.pinned {
			hint = "the run was made without it, so write its value into the recipe"
		}
		if near := spelling.Nearest(name, slices.Sorted(maps.Keys(f.params))); near != "" {
			hint += fmt.Sprintf("; %q was given", near)
		}
		f.add(at, fmt.Sprintf("no value for the placeholder ${%s}, which is %s of %s", short, plaintext.Cut(path, 100), f.what), hint)
		return &node{Position: at, Value: blank{}}
	}
	return fromGo(at, v)
}

// fromGo makes a node of a run's parameter, all of it at the placeholder's place.
// Text in it that looks like a placeholder is just text. Values that have been
// through JSON come out like those that have not.
func fromGo(at position, v any) *node {
	switch v := v.(type) {
	case []any:
		out := make(list, len(v))
		for i, item := range v {
			out[i] = fromGo(at, item)
		}
		return &node{Position: at, Value: out}
	case []string:
		out := make(list, len(v))
		for i, item := range v {
			out[i] = &node{Position: at, Value: item}
		}
		return &node{Position: at, Value: out}
	case map[string]any:
		out := make(dict, 0, len(v))
		for _, key := range slices.Sorted(maps.Keys(v)) {
			out = append(out, pair{Position: at, Key: key, Value: fromGo(at, v[key])})
		}
		return &node{Position: at, Value: out}
	default:
		return &node{Position: at, Value: toNumber(v)}
	}
}

// toNumber brings numbers of any Go type to int or, if they don't fit, float64.
// Other values stay as they are.
func toNumber(v any) any {
	if n, ok := v.(json.Number); ok {
		if i, err := n.Int64(); err == nil {
			return int(i)
		}
		if f, err := n.Float64(); err == nil {
			return f
		}
		return v
	}
	switch r := reflect.ValueOf(v); {
	case r.CanInt():
		return int(r.Int())
	case r.CanUint() && r.Uint() <= math.MaxInt:
		return int(r.Uint())
	case r.CanUint():
		return float64(r.Uint())
	case r.CanFloat():
		return r.Float()
	}
	return v
}

// toWhole returns v as an int if it is a whole number. JSON knows no ints, so a
// whole float64 is one.
func toWhole(v any) (int, bool) {
	switch v := v.(type) {
	case int:
		return v, true
	case float64:
		if v == math.Trunc(v) && math.Abs(v) < 1<<53 {
			return int(v), true
		}
	}
	return 0, false
}
