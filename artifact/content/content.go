// Package content declares the data of the artifacts that the shipped stages make, and
// decodes it.
//
// A person may have edited an artifact, so its data may lack members or hold values of other
// types. A decode function that is given names of members fails only if one of those doesn't
// fit; without names, all members have to. What does not fit is left empty.
package content

import (
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strings"
)

// DecodeRawInput decodes the data of a raw_input.
func DecodeRawInput(data []byte, members ...string) (RawInput, error) {
	return decode[RawInput](data, members)
}

// DecodeCanonicalScript decodes the data of a canonical_script.
func DecodeCanonicalScript(data []byte, members ...string) (CanonicalScript, error) {
	return decode[CanonicalScript](data, members)
}

// DecodeScene decodes the data of a scene. Scenes of releases before int_ext_written have what
// the heading has in int_ext: it is returned as Written.
func DecodeScene(data []byte, members ...string) (Scene, error) {
	scene, err := decode[Scene](data, members)
	if err != nil || scene.Written != nil || scene.IntExt == "" {
		return scene, err
	}
	var written struct {
		Value json.RawMessage `json:"int_ext_written"`
	}
	if json.Unmarshal(data, &written) == nil && written.Value == nil {
		scene.Written = &scene.IntExt
	}
	return scene, nil
}

// DecodeSceneIndex decodes the data of a scene_index.
func DecodeSceneIndex(data []byte, members ...string) (SceneIndex, error) {
	return decode[SceneIndex](data, members)
}

// DecodeProjectConfig decodes the data of a project_config.
func DecodeProjectConfig(data []byte, members ...string) (ProjectConfig, error) {
	return decode[ProjectConfig](data, members)
}

// Blank reports whether the data of an artifact that is there for its text, a raw_input or a
// canonical_script, has none, or is no object.
func Blank(data []byte) bool {
	var text struct {
		Content    *string `json:"content"`
		ScriptText *string `json:"script_text"`
	}
	if json.Unmarshal(data, &text) != nil {
		return true
	}
	empty := func(s *string) bool { return s != nil && strings.TrimSpace(*s) == "" }
	return empty(text.Content) || empty(text.ScriptText)
}

// decode decodes data. json.Unmarshal continues after a value of a wrong type and returns the
// first one, so that the named members are decoded again alone to see whether it is theirs.
func decode[T any](data []byte, members []string) (T, error) {
	var v T
	err := json.Unmarshal(data, &v)
	if _, mistyped := errors.AsType[*json.UnmarshalTypeError](err); mistyped && len(members) > 0 {
		err = json.Unmarshal(data, reflect.New(part(reflect.TypeFor[T](), members)).Interface())
	}
	return v, err
}

// part returns the struct type of the named members of a struct type.
func part(of reflect.Type, members []string) reflect.Type {
	var fields []reflect.StructField
	for f := range of.Fields() {
		if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); slices.Contains(members, name) {
			fields = append(fields, f)
		}
	}
	return reflect.StructOf(fields)
}
