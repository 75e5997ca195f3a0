package content

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/internal/plaintext"
)

// FieldError is something in the data of an artifact that its type does not allow.
type FieldError struct {
	Pointer string // where it is in the data: a JSON pointer, "" for the whole
	Detail  string // what is wrong
}

// Error says what is wrong, and where.
func (e FieldError) Error() string {
	if e.Pointer == "" {
		return "the data " + e.Detail
	}
	return e.Pointer + " " + e.Detail
}

// FieldErrors are all that is wrong with the data of an artifact, in the order of the names of members.
type FieldErrors []FieldError

// Error says what is wrong first.
func (e FieldErrors) Error() string { return e[0].Error() }

// mostErrors is how many errors are listed.
const mostErrors = 20

// Check returns what is wrong with data that a person gives an artifact: members of another type
// or with other values than the shipped stages make, or a script without its text. Members that they don't know are free,
// other members may be missing, and the data of an artifact whose type no shipped stage makes is any
// object. The error is of type FieldErrors.
func Check(artifactType string, data []byte) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil || dec.More() {
		return FieldErrors{{Detail: "is no JSON"}}
	}
	c := checker{}
	object, ok := v.(map[string]any)
	shape := shapeOf(artifactType)
	switch {
	case !ok:
		c.add("", "is %s, want an object", kindOf(v))
	case shape != nil:
		c.check("", v, shape)
		if text, there := object["script_text"].(string); artifactType == artifact.CanonicalScript && object["script_text"] == nil ||
			there && strings.TrimSpace(text) == "" {
			c.add("/script_text", "is missing or blank")
		}
	}
	if len(c.errors) == 0 {
		return nil
	}
	return c.errors
}

// shapeOf returns the type of an artifact's data; nil if no shipped stage makes such artifacts.
func shapeOf(artifactType string) reflect.Type {
	switch artifactType {
	case artifact.RawInput:
		return reflect.TypeFor[RawInput]()
	case artifact.CanonicalScript:
		return reflect.TypeFor[CanonicalScript]()
	case artifact.Scene:
		return reflect.TypeFor[Scene]()
	case artifact.SceneIndex:
		return reflect.TypeFor[SceneIndex]()
	case artifact.ProjectConfig:
		return reflect.TypeFor[ProjectConfig]()
	}
	return nil
}

// checker compares data with a type.
type checker struct{ errors FieldErrors }

func (c *checker) add(at, format string, args ...any) {
	if len(c.errors) < mostErrors {
		c.errors = append(c.errors, FieldError{Pointer: at, Detail: fmt.Sprintf(format, args...)})
	}
}

// check compares a value with a type. Null is allowed where the stages write it.
func (c *checker) check(at string, v any, t reflect.Type) {
	optional := t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice || t.Kind() == reflect.Map || t.Kind() == reflect.Interface
	if v == nil && optional {
		return
	}
	switch t.Kind() {
	case reflect.Interface:
	case reflect.Pointer:
		c.check(at, v, t.Elem())
	case reflect.Struct:
		c.object(at, v, t)
	case reflect.Map:
		if object, ok := v.(map[string]any); c.is(ok, at, v, "an object") {
			for _, name := range sorted(object) {
				c.check(pointer(at, name), object[name], t.Elem())
			}
		}
	case reflect.Slice:
		if list, ok := v.([]any); c.is(ok, at, v, "a list") {
			for i, item := range list {
				c.check(pointer(at, strconv.Itoa(i)), item, t.Elem())
			}
		}
	case reflect.String:
		_, ok := v.(string)
		c.is(ok, at, v, "a string")
	case reflect.Bool:
		_, ok := v.(bool)
		c.is(ok, at, v, "true or false")
	case reflect.Int:
		n, ok := v.(json.Number)
		_, err := n.Int64()
		c.is(ok && err == nil, at, v, "a whole number")
	case reflect.Float64:
		n, ok := v.(json.Number)
		_, err := n.Float64()
		c.is(ok && err == nil, at, v, "a number")
	}
}

// object compares an object with a struct type.
func (c *checker) object(at string, v any, t reflect.Type) {
	object, ok := v.(map[string]any)
	if !c.is(ok, at, v, "an object") {
		return
	}
	for _, name := range sorted(object) {
		for f := range t.Fields() {
			if known, _, _ := strings.Cut(f.Tag.Get("json"), ","); known == name {
				c.check(pointer(at, name), object[name], f.Type)
				c.within(pointer(at, name), object[name], f.Tag)
			}
		}
	}
}

// within compares a value of the right kind with the tags of its field: "enum" lists the values that
// there are, "minimum" is the least whole number.
func (c *checker) within(at string, v any, tag reflect.StructTag) {
	switch v := v.(type) {
	case string:
		if values, closed := tag.Lookup("enum"); closed && !slices.Contains(strings.Split(values, ","), v) {
			c.add(at, "is %q, want one of %s", plaintext.Cut(v, 40), strings.ReplaceAll(values, ",", ", "))
		}
	case json.Number:
		n, err := v.Int64()
		if least, bad := strconv.ParseInt(tag.Get("minimum"), 10, 64); err == nil && bad == nil && n < least {
			c.add(at, "is %d, want %d or more", n, least)
		}
	}
}

// is notes an error unless a value is what is wanted.
func (c *checker) is(ok bool, at string, v any, want string) bool {
	if !ok {
		c.add(at, "is %s, want %s", kindOf(v), want)
	}
	return ok
}

// pointer returns the JSON pointer to a member.
func pointer(at, name string) string {
	return at + "/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
}

func sorted(object map[string]any) []string { return slices.Sorted(maps.Keys(object)) }

// kindOf says what a JSON value is.
func kindOf(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case string:
		return "a string"
	case bool:
		return "true or false"
	case json.Number:
		return "the number " + v.String()
	case []any:
		return "a list"
	}
	return "an object"
}
