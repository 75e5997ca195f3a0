package content

import (
	"encoding/json"
	"reflect"
	"strings"

	"github.com/cineforge/cineforge/artifact"
)

// Keeps returns what data that a person made of a version leaves out of it: members of its type,
// however deep in objects, lists that are null now, and the id of a scene. Readers of a version
// can rely on those in the next one. Data of types that no shipped stage makes is free. The
// error is of type FieldErrors.
func Keeps(artifactType string, before, data []byte) error {
	shape := shapeOf(artifactType)
	if shape == nil {
		return nil
	}
	var was, is map[string]any
	if json.Unmarshal(before, &was) != nil || json.Unmarshal(data, &is) != nil {
		return nil // the data is checked by Check, and of damaged data nothing is to be kept
	}
	c := checker{}
	c.keeps("", was, is, shape)
	if id, ok := was["scene_id"]; artifactType == artifact.Scene && ok && id != is["scene_id"] {
		c.add("/scene_id", "is another one than that of the scene")
	}
	if len(c.errors) == 0 {
		return nil
	}
	return c.errors
}

// keeps compares an object of a struct type with what it was before.
func (c *checker) keeps(at string, was, is map[string]any, t reflect.Type) {
	for f := range t.Fields() {
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		before, had := was[name]
		now, has := is[name]
		of := f.Type
		if of.Kind() == reflect.Pointer {
			of = of.Elem()
		}
		switch list := of.Kind() == reflect.Slice || of.Kind() == reflect.Map; {
		case !had || options != "":
		case !has:
			c.add(pointer(at, name), "is missing, which the version before has")
		case list && before != nil && now == nil:
			c.add(pointer(at, name), "is null, want a list or an object")
		case of.Kind() == reflect.Struct:
			before, _ := before.(map[string]any)
			if now, ok := now.(map[string]any); ok {
				c.keeps(pointer(at, name), before, now, of)
			}
		}
	}
}
