package scenario

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/cineforge/cineforge/internal/plaintext"
	"github.com/cineforge/cineforge/simulator/internal/suggest"
)

// Parse reads a scenario. The name is what errors call the file. If something is
// wrong with it, the error is an [ErrorList], with line and column of each mistake.
func Parse(name string, data []byte) (Scenario, error) {
	p := &problems{file: name, places: map[string]position{"": {Line: 1, Column: 1}}}
	var s Scenario
	if root, ok := readYAML(p, data); ok {
		decoder{p}.value(root, reflect.ValueOf(&s).Elem(), "")
	}
	if len(p.list) == 0 {
		s.check(p)
	}
	if err := p.err(); err != nil {
		return Scenario{}, err
	}
	return s, nil
}

// decoder moves YAML values into Go values. It knows the types that scenarios have.
type decoder struct{ *problems }

func (d decoder) value(n yamlNode, to reflect.Value, path string) {
	switch to.Addr().Interface().(type) {
	case *time.Duration:
		d.duration(n, to, path)
		return
	case *Globs:
		d.globs(n, to, path)
		return
	case *Counts:
		d.counts(n, to, path)
		return
	}
	switch to.Kind() {
	case reflect.Pointer:
		to.Set(reflect.New(to.Type().Elem()))
		d.value(n, to.Elem(), path)
	case reflect.Struct:
		d.fields(n, to, path)
	case reflect.Slice:
		items, ok := n.Value.(yamlList)
		if !ok {
			d.add(n.Position, "%s is a list, but here is %s", path, kindOf(n))
			return
		}
		to.Set(reflect.MakeSlice(to.Type(), len(items), len(items)))
		for i, item := range items {
			at := fmt.Sprintf("%s[%d]", path, i)
			d.places[at] = item.Position
			d.value(item, to.Index(i), at)
		}
	case reflect.Map:
		d.texts(n, to, path)
	default:
		d.scalar(n, to, path)
	}
}

// fields fills a struct from a map, whose keys are the names in the yaml tags.
func (d decoder) fields(n yamlNode, to reflect.Value, path string) {
	pairs, ok := n.Value.(yamlMap)
	if !ok {
		d.add(n.Position, "%s is a map, but here is %s", orScenario(path), kindOf(n))
		return
	}
	byName := map[string]int{}
	known := []string{}
	for i := range to.NumField() {
		name, _, _ := strings.Cut(to.Type().Field(i).Tag.Get("yaml"), ",")
		byName[name] = i
		known = append(known, name)
	}
	given := map[string]bool{}
	for _, e := range pairs {
		i, ok := byName[e.Key]
		if !ok {
			d.add(e.Position, "unknown key %s in %s%s", strconv.Quote(plaintext.Cut(e.Key, 40)), orScenario(path), suggest.Name(e.Key, known))
			continue
		}
		given[e.Key] = true
		at := strings.TrimPrefix(path+"."+e.Key, ".")
		d.places[at] = e.Value.Position
		d.value(e.Value, to.Field(i), at)
	}
	if _, isRule := to.Addr().Interface().(*Rule); isRule && !given["fault"] {
		d.add(n.Position, "%s has no fault; write fault: {} to let its calls pass", path)
	}
}

func orScenario(path string) string {
	if path == "" {
		return "the scenario"
	}
	return path
}

func (d decoder) scalar(n yamlNode, to reflect.Value, path string) {
	wrong := func(want string) {
		d.add(n.Position, "%s is %s, but here is %s", path, want, kindOf(n))
	}
	switch to.Kind() {
	case reflect.String:
		if s, ok := n.Value.(string); ok {
			to.SetString(s)
		} else {
			wrong("text")
		}
	case reflect.Bool:
		if b, ok := n.Value.(bool); ok {
			to.SetBool(b)
		} else {
			wrong("true or false")
		}
	case reflect.Int:
		if i, ok := integer(n.Value); ok && i >= -1<<31 && i < 1<<31 {
			to.SetInt(i)
		} else {
			wrong("a whole number")
		}
	case reflect.Uint64:
		if u, ok := n.Value.(uint64); ok {
			to.SetUint(u)
		} else {
			wrong("a whole number that is not negative")
		}
	case reflect.Float64:
		switch v := n.Value.(type) {
		case float64:
			to.SetFloat(v)
		default:
			if i, ok := integer(v); ok {
				to.SetFloat(float64(i))
			} else {
				wrong("a number")
			}
		}
	}
}

func integer(v any) (int64, bool) {
	switch v := v.(type) {
	case int64:
		return v, true
	case uint64:
		return int64(v), v < 1<<63
	}
	return 0, false
}

func (d decoder) duration(n yamlNode, to reflect.Value, path string) {
	s, isText := n.Value.(string)
	if v, err := time.ParseDuration(s); isText && err == nil {
		to.SetInt(int64(v))
		return
	}
	if i, ok := integer(n.Value); ok && i == 0 {
		return
	}
	d.add(n.Position, "%s is a time such as 500ms, 20s or 24h", path)
}

// strings returns the texts of a text or list.
func (d decoder) strings(n yamlNode, path string) (yamlList, bool) {
	items, isList := n.Value.(yamlList)
	if !isList {
		items = yamlList{n}
	}
	if len(items) == 0 {
		d.add(n.Position, "%s is an empty list; leave it out if it does not matter", path)
		return nil, false
	}
	return items, true
}

func (d decoder) globs(n yamlNode, to reflect.Value, path string) {
	items, _ := d.strings(n, path)
	var list Globs
	for _, item := range items {
		s, ok := item.Value.(string)
		if !ok || s == "" {
			d.add(item.Position, "%s is a name or a list of names, but here is %s", path, kindOf(item))
			continue
		}
		list = append(list, s)
	}
	to.Set(reflect.ValueOf(list))
}

func (d decoder) counts(n yamlNode, to reflect.Value, path string) {
	items, _ := d.strings(n, path)
	var list Counts
	for _, item := range items {
		span := Span{}
		ok := false
		if s, isText := item.Value.(string); isText {
			span, ok = parseSpan(s)
		} else if i, isInt := integer(item.Value); isInt && i >= 1 && i < 1<<31 {
			span = Span{int(i), int(i)}
			ok = true
		}
		if !ok {
			d.add(item.Position, "%s counts calls from 1: write 3, 1-3, 4- or a list of these", path)
			continue
		}
		list = append(list, span)
	}
	to.Set(reflect.ValueOf(list))
}

func (d decoder) texts(n yamlNode, to reflect.Value, path string) {
	pairs, ok := n.Value.(yamlMap)
	if !ok {
		d.add(n.Position, "%s is a map, but here is %s", path, kindOf(n))
		return
	}
	out := map[string]string{}
	for _, e := range pairs {
		d.places[path+"."+e.Key] = e.Value.Position
		switch v := e.Value.Value.(type) {
		case string:
			out[e.Key] = v
		case int64, uint64, bool:
			out[e.Key] = fmt.Sprint(v)
		default:
			d.add(e.Value.Position, "%s is text, but here is %s", path+"."+e.Key, kindOf(e.Value))
		}
	}
	to.Set(reflect.ValueOf(out))
}

// kindOf names a value for people.
func kindOf(n yamlNode) string {
	switch v := n.Value.(type) {
	case nil:
		return "nothing"
	case yamlList:
		return "a list"
	case yamlMap:
		return "a map"
	case string:
		return strconv.Quote(plaintext.Cut(v, 40))
	default:
		return fmt.Sprint(v)
	}
}
