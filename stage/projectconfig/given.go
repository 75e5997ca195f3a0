package projectconfig

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/cineforge/cineforge/artifact/content"
	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/stage"
)

// FieldError is a setting that a person gave and that can't be taken. It is of class
// [failure.Input].
type FieldError struct {
	File    string // the config file; "" for an override
	Field   string // the name of the setting
	Message string
	Hint    string
}

// Fields returns the names of the settings of a project.
func Fields() []string { return slices.Clone(memberNames) }

// Unknown reports whether there is no setting of the name.
func (e *FieldError) Unknown() bool {
	_, ok := fields[e.Field]
	return !ok
}

// Pointer returns where the setting stands, as a JSON pointer: in the config file, or in
// what a run is asked for with.
func (e *FieldError) Pointer() string {
	name := strings.NewReplacer("~", "~0", "/", "~1").Replace(e.Field)
	if e.File == "" {
		return "/config_overrides/" + name
	}
	return "/" + name
}

// Error returns the mistake as one line: place, message, hint.
func (e *FieldError) Error() string { return e.failure().Error() }

// Unwrap returns the mistake as a [failure.Error].
func (e *FieldError) Unwrap() error { return e.failure() }

func (e *FieldError) failure() *failure.Error {
	where := e.Pointer()
	if e.File != "" {
		where = e.File + ": " + where
	}
	return failure.New(failure.Input, where+" "+e.Message, e.Hint)
}

// FieldErrors are the settings that can't be taken, at least one.
type FieldErrors []*FieldError

// Error returns one line for each mistake.
func (list FieldErrors) Error() string {
	lines := make([]string, len(list))
	for i, e := range list {
		lines[i] = e.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap returns the mistakes one by one.
func (list FieldErrors) Unwrap() []error {
	errs := make([]error, len(list))
	for i, e := range list {
		errs[i] = e
	}
	return errs
}

// mostErrors bounds how many mistakes are reported at once.
const mostErrors = 20

// Check returns an error of type [FieldErrors] if a setting that a person gave is none of
// a project, or is of a wrong type.
func Check(s stage.Settings) error {
	_, err := given(s)
	return err
}

// given returns the details of the settings that a person gave: those of the config file,
// and over them the overrides.
func given(s stage.Settings) (map[string]content.Detection, error) {
	d := map[string]content.Detection{}
	var wrong FieldErrors
	for _, from := range []struct {
		file, rationale string
		values          map[string]any
	}{
		{cmp.Or(s.File, "config_file"), "it stands in the config file " + s.File, s.FromFile},
		{"", "it was given with the run", s.Overrides},
	} {
		for _, name := range slices.Sorted(maps.Keys(from.values)) {
			value, message, hint := readField(name, from.values[name])
			if message == "" {
				d[name] = content.Detection{
					Value: value, Confidence: 1, Rationale: from.rationale, Source: content.UserSpecified, By: content.OriginPerson,
				}
			} else if len(wrong) < mostErrors {
				wrong = append(wrong, &FieldError{File: from.file, Field: clip(name), Message: message, Hint: hint})
			}
		}
	}
	if len(wrong) > 0 {
		return nil, wrong
	}
	return d, nil
}

// clip cuts a name to a length that can be read.
func clip(name string) string {
	if r := []rune(name); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return name
}

// readField returns the value of a setting as [ProjectConfig] has it, or what is wrong with it.
func readField(name string, value any) (v any, message, hint string) {
	f, ok := fields[name]
	if !ok {
		return nil, "is not a setting of a project", "the settings are " + strings.Join(memberNames, ", ")
	}
	if data, err := json.Marshal(value); err == nil { // a number that is none is no JSON
		if v, ok := f.read(data); ok {
			return v, "", ""
		}
	}
	return nil, "is not " + f.want, fmt.Sprintf("give such a value, or leave %s out", name)
}

// field is how a setting is read: its value, and whether it is one.
type field struct {
	want string
	read func(data []byte) (any, bool)
}

// fields are the settings by name; memberNames lists the names.
var fields = map[string]field{
	"title":                      {"text", required(filled)},
	"format":                     {"text, such as feature, short_film or series_episode", required(filled)},
	"genre":                      {"a list of texts", required(allFilled)},
	"tone":                       {"a list of texts", required(allFilled)},
	"logline":                    {"text or null", optional(filled)},
	"estimated_duration_minutes": {"a number from 0 on, or null", optional(notNegative[float64])},
	"primary_characters":         {"a list of texts", required(allFilled)},
	"supporting_characters":      {"a list of texts", required(allFilled)},
	"location_count":             {"a whole number from 0 on", required(notNegative[int])},
	"locations_summary":          {"a list of texts", required(allFilled)},
	"target_audience":            {"text or null", optional(filled)},
	"aspect_ratio":               {"text, such as 16:9 in quotes", required(filled)},
	"production_mode":            {"ai_generated, irl or hybrid", required(oneOf("ai_generated", "irl", "hybrid"))},
	"human_control_mode":         {"autonomous, checkpoint or advisory", required(oneOf("autonomous", "checkpoint", "advisory"))},
	"style_packs":                {"a map of texts", required(func(map[string]string) bool { return true })},
	"budget_cap_usd":             {"a number from 0 on, or null", optional(notNegative[float64])},
	"model_strategy":             {"a map with work, verify and escalate, each the name of a model", readStrategy},
	"default_model":              {"text", required(filled)},
}

// required reads a value that can't be null and that ok accepts.
func required[T any](ok func(T) bool) func([]byte) (any, bool) {
	return func(data []byte) (any, bool) {
		var v T
		if string(data) == "null" || json.Unmarshal(data, &v) != nil || !ok(v) {
			return nil, false
		}
		return v, true
	}
}

// optional reads a value that can be null.
func optional[T any](ok func(T) bool) func([]byte) (any, bool) {
	return func(data []byte) (any, bool) {
		var v *T
		if json.Unmarshal(data, &v) != nil || v != nil && !ok(*v) {
			return nil, false
		}
		return v, true
	}
}

// readStrategy reads the models of a project; what is left out is as the recipe says.
func readStrategy(data []byte) (any, bool) {
	v := recipesModels()
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if string(data) == "null" || d.Decode(&v) != nil || !filled(v.Work) || !filled(v.Verify) || !filled(v.Escalate) {
		return nil, false
	}
	return v, true
}

func filled(text string) bool { return strings.TrimSpace(text) != "" }

func allFilled(list []string) bool {
	return !slices.ContainsFunc(list, func(s string) bool { return !filled(s) })
}

func notNegative[N int | float64](n N) bool { return n >= 0 }

func oneOf(words ...string) func(string) bool {
	return func(s string) bool { return slices.Contains(words, s) }
}
