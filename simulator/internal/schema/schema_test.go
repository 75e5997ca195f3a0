package schema_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"pgregory.net/rapid"

	"github.com/cineforge/cineforge/simulator/internal/jsondoc"
	"github.com/cineforge/cineforge/simulator/internal/schema"
)

const story = `INT. LIGHTHOUSE - NIGHT

Mara winds the clock. It does not tick.

MARA
Who stopped you? Was it the tide?

The door opens. Nobody is there, and yet "somebody" — an old keeper — laughs.
`

// parse returns the schema of a text, ours and the checker's.
func parse(t interface{ Fatal(...any) }, source string) (schema.Schema, *jsonschema.Schema) {
	doc, err := jsondoc.Decode([]byte(source))
	if err != nil {
		t.Fatal(source, err)
	}
	s, err := schema.New(doc)
	if err != nil {
		t.Fatal(source, err)
	}
	plain, err := jsonschema.UnmarshalJSON(strings.NewReader(source))
	if err != nil {
		t.Fatal(source, err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("s.json", plain); err != nil {
		t.Fatal(source, err)
	}
	checker, err := c.Compile("s.json")
	if err != nil {
		t.Fatal(source, err)
	}
	return s, checker
}

func validate(checker *jsonschema.Schema, value any) (string, error) {
	encoded := jsondoc.Encode(value)
	plain, err := jsonschema.UnmarshalJSON(bytes.NewReader(encoded))
	if err != nil {
		return string(encoded), err
	}
	return string(encoded), checker.Validate(plain)
}

func TestInstance_FitsItsSchema(t *testing.T) {
	for _, source := range []string{
		`{}`, `true`,
		`{"type": "string"}`,
		`{"type": ["null", "string"]}`,
		`{"type": "null"}`,
		`{"enum": [null, "a", "b"]}`,
		`{"type": ["string", "null"], "enum": [null, 3, "x"]}`,
		`{"const": {"a": [1, 2.50]}}`,
		`{"type": "integer", "exclusiveMinimum": 3, "maximum": 4}`,
		`{"type": "integer", "maximum": -7}`,
		`{"type": "integer", "multipleOf": 7, "minimum": 15}`,
		`{"type": "number", "exclusiveMinimum": 0.001, "exclusiveMaximum": 0.002}`,
		`{"type": "number", "multipleOf": 0.1, "minimum": 12.25}`,
		`{"type": "number", "minimum": 3, "maximum": 3}`,
		`{"type": "string", "minLength": 300}`,
		`{"type": "string", "maxLength": 3}`,
		`{"type": "string", "pattern": "^[A-Z]{2}-\\d{3,}$"}`,
		`{"type": "string", "pattern": "^(yes|no)( really)*$", "minLength": 10}`,
		`{"type": "string", "format": "date-time"}`,
		`{"type": "string", "format": "uuid"}`,
		`{"type": "array", "minItems": 5, "items": {"type": "number"}}`,
		`{"type": "array", "maxItems": 0}`,
		`{"type": "array", "uniqueItems": true, "minItems": 3, "items": {"enum": ["a", "b", "c"]}}`,
		`{"type": "array", "uniqueItems": true, "minItems": 2, "items": {"type": "boolean"}}`,
		`{"type": "array", "uniqueItems": true, "minItems": 4, "items": {"type": "object", "properties": {"n": {"type": "integer", "minimum": 1, "maximum": 9}}, "required": ["n"], "additionalProperties": false}}`,
		`{"type": "array", "prefixItems": [{"type": "string"}, {"type": "integer"}], "items": false, "minItems": 2}`,
		`{"type": "object", "required": ["a", "b"], "properties": {"a": {"type": "string"}}}`,
		`{"type": "object", "additionalProperties": {"type": "integer"}, "minProperties": 3}`,
		`{"type": "object", "properties": {"a": {}, "b": {}, "c": {}}, "required": ["c"], "maxProperties": 2}`,
		`{"anyOf": [{"type": "null"}, {"type": "integer", "minimum": 5}]}`,
		`{"oneOf": [{"type": "string"}, {"type": "null"}]}`,
		`{"allOf": [{"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}, {"properties": {"b": {"type": "integer"}, "a": {"maxLength": 4}}, "required": ["b"]}]}`,
		`{"type": "object", "properties": {"k": {"type": "string"}}, "anyOf": [{"required": ["k"]}, {"required": ["l"]}]}`,
		`{"$ref": "#/$defs/x", "$defs": {"x": {"type": "object", "properties": {"y": {"$ref": "#/definitions/z~1w"}}, "required": ["y"]}}, "definitions": {"z/w": {"type": "integer", "minimum": 10}}}`,
		// trees, lists and pairs that refer to themselves
		`{"type": "object", "properties": {"name": {"type": "string"}, "children": {"type": "array", "items": {"$ref": "#"}}}, "required": ["name", "children"], "additionalProperties": false}`,
		`{"$defs": {"n": {"type": "object", "properties": {"v": {"type": "number"}, "next": {"anyOf": [{"$ref": "#/$defs/n"}, {"type": "null"}]}}, "required": ["v", "next"], "additionalProperties": false}}, "$ref": "#/$defs/n"}`,
		`{"$defs": {"t": {"type": "object", "properties": {"l": {"anyOf": [{"$ref": "#/$defs/t"}, {"type": "string"}]}, "r": {"anyOf": [{"$ref": "#/$defs/t"}, {"type": "null"}]}}, "required": ["l", "r"]}}, "$ref": "#/$defs/t"}`,
	} {
		s, checker := parse(t, source)
		for seed := range uint64(5) {
			if encoded, err := validate(checker, s.Instance(story, seed)); err != nil {
				t.Errorf("%s\nseed %d gives %s: %v", source, seed, encoded, err)
			}
		}
	}
}

// The schemas in testdata are those of the shipped stages.
func TestInstance_FitsTheSchemasOfTheShippedStages(t *testing.T) {
	files, err := filepath.Glob("testdata/*.json")
	if err != nil || len(files) != 4 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		s, checker := parse(t, string(source))
		for seed := range uint64(50) {
			encoded, err := validate(checker, s.Instance(story, seed))
			if err != nil {
				t.Fatalf("%s: %s: %v", file, encoded, err)
			}
			if !slices.ContainsFunc(schema.Sentences(story, 0, 10), func(s string) bool {
				return strings.Contains(encoded, strings.Trim(string(jsondoc.Encode(s)), `"`))
			}) && !strings.Contains(encoded, `"scenes":`) {
				t.Errorf("%s: %s has no sentence of the text", file, encoded)
			}
			if encoded, err := validate(checker, s.Wrong(story, seed)); err == nil {
				t.Errorf("%s: the wrong answer %s fits", file, encoded)
			}
		}
	}
}

func TestInstance_TheSameSeedGivesTheSameValue(t *testing.T) {
	s, _ := parse(t, `{"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "array", "items": {"type": "number"}}}}`)
	one := jsondoc.Encode(s.Instance(story, 7))
	two := jsondoc.Encode(s.Instance(story, 7))
	if !bytes.Equal(one, two) {
		t.Errorf("%s and %s", one, two)
	}
	if other := jsondoc.Encode(s.Instance(story, 8)); bytes.Equal(one, other) {
		t.Errorf("seed 7 and 8 both give %s", one)
	}
}

func TestInstance_KeepsTheOrderOfTheSchema(t *testing.T) {
	s, _ := parse(
		t,
		`{"type": "object", "properties": {"z": {"const": 1}, "a": {"const": 2}, "m": {"const": 3}}, "required": ["m", "z", "a"]}`,
	)
	if got := string(jsondoc.Encode(s.Instance("", 0))); got != `{"z":1,"a":2,"m":3}` {
		t.Error(got)
	}
}

func TestWrong_DoesNotFit(t *testing.T) {
	for _, source := range []string{
		`{"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}`,
		`{"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": false}`,
		`{"type": "object", "properties": {"a": {"type": "string"}}}`,
		`{"type": "string"}`, `{"type": ["string", "array"]}`, `{"type": "array"}`, `{"type": "integer"}`,
		`{"type": ["array", "string", "object"]}`,
	} {
		s, checker := parse(t, source)
		if encoded, err := validate(checker, s.Wrong(story, 1)); err == nil {
			t.Errorf("%s: the wrong answer %s fits", source, encoded)
		}
	}
}

// Hostile schemas have no finite instance, or a huge one; an answer comes in any case, and soon.
func TestInstance_HostileSchemasComeToAnEnd(t *testing.T) {
	for _, source := range []string{
		`{"type": "object", "properties": {"a": {"$ref": "#"}, "b": {"$ref": "#"}}, "required": ["a", "b"]}`,
		`{"$ref": "#"}`,
		`{"allOf": [{"$ref": "#"}, {"$ref": "#"}]}`,
		`{"anyOf": [{"$ref": "#"}]}`,
		`{"type": "array", "minItems": 1000000000, "items": {"type": "array", "minItems": 1000000000}}`,
		`{"type": "string", "minLength": 1000000000}`,
		`{"type": "string", "pattern": "((((((a?)*)*)*)*)*)*$"}`,
		`{"type": "integer", "minimum": 1e300, "multipleOf": 1e-300}`,
		`{"type": "object", "minProperties": 1000000000}`,
		`{"$ref": "elsewhere.json"}`,
		`{"$ref": "#/$defs/nothing"}`,
		`{"type": "object", "properties": {"a": false}, "required": ["a"]}`,
		`{"type": 7, "enum": "x", "properties": [], "required": {}, "items": 3, "anyOf": {}}`,
	} {
		doc, err := jsondoc.Decode([]byte(source))
		if err != nil {
			t.Fatal(err)
		}
		s, err := schema.New(doc)
		if err != nil {
			t.Fatal(err)
		}
		if got := jsondoc.Encode(s.Instance(story, 1)); len(got) > 2_000_000 {
			t.Errorf("%s gives %d bytes", source, len(got))
		}
		s.Wrong(story, 1)
	}
}

func TestSchema_UnderstandsGemini(t *testing.T) {
	doc, err := jsondoc.Decode([]byte(`{"type": "OBJECT", "propertyOrdering": ["a", "b"], "required": ["a", "b"], "properties": {
		"a": {"type": "ARRAY", "minItems": "2", "items": {"type": "STRING", "enum": ["X"], "format": "enum"}},
		"b": {"type": "INTEGER", "nullable": true, "anyOf": [{"type": "INTEGER", "minimum": 4}]}}}`))
	if err != nil {
		t.Fatal(err)
	}
	source := string(jsondoc.Encode(schema.FromOpenAPI(doc)))
	s, checker := parse(t, source)
	if encoded, err := validate(checker, s.Instance(story, 3)); err != nil || !strings.Contains(encoded, `["X","X"`) {
		t.Errorf("%s gives %s: %v", source, encoded, err)
	}
}

// randomSchema draws a schema that some value fits.
func randomSchema(t *rapid.T, depth int, label string) map[string]any {
	kinds := []string{"string", "integer", "number", "boolean", "enum", "const", "nullable"}
	if depth > 0 {
		kinds = append(kinds, "array", "object", "object", "anyOf", "allOf", "ref", "map")
	}
	switch rapid.SampledFrom(kinds).Draw(t, label) {
	case "string":
		s := map[string]any{"type": "string"}
		if rapid.Bool().Draw(t, label+".bounds") {
			least := rapid.IntRange(0, 300).Draw(t, label+".min")
			s["minLength"], s["maxLength"] = least, least+rapid.IntRange(0, 20).Draw(t, label+".max")
		}
		return s
	case "integer":
		s := map[string]any{"type": "integer"}
		least := rapid.IntRange(-1000, 1000).Draw(t, label+".min")
		if rapid.Bool().Draw(t, label+".lower") {
			s["minimum"] = least
		}
		if rapid.Bool().Draw(t, label+".upper") {
			s["exclusiveMaximum"] = least + rapid.IntRange(1, 50).Draw(t, label+".max")
		}
		return s
	case "number":
		s := map[string]any{"type": "number"}
		least := rapid.IntRange(-100000, 100000).Draw(t, label+".min")
		if rapid.Bool().Draw(t, label+".lower") {
			s["exclusiveMinimum"] = json.Number(fmt.Sprintf("%d.%03d", least/1000, max(least, -least)%1000))
		}
		if len(s) == 1 && rapid.Bool().Draw(t, label+".multiple") {
			s["multipleOf"] = json.Number(fmt.Sprintf("0.%03d", rapid.IntRange(1, 999).Draw(t, label+".step")))
		}
		return s
	case "boolean":
		return map[string]any{"type": "boolean"}
	case "enum":
		return map[string]any{"type": []string{"string", "null"}, "enum": []any{nil, rapid.String().Draw(t, label+".value"), "other"}}
	case "const":
		return map[string]any{
			"const": rapid.SampledFrom([]any{1, "x", nil, true, []any{1, "y"}, map[string]any{"k": "v"}}).Draw(t, label+".value"),
		}
	case "nullable":
		return map[string]any{
			"type": []string{
				"null",
				rapid.SampledFrom([]string{"string", "integer", "boolean", "array", "object"}).Draw(t, label+".type"),
			},
		}
	case "array":
		least := rapid.IntRange(0, 4).Draw(t, label+".min")
		return map[string]any{
			"type":     "array",
			"items":    randomSchema(t, depth-1, label+".items"),
			"minItems": least,
			"maxItems": least + rapid.IntRange(0, 3).Draw(t, label+".max"),
		}
	case "map":
		return map[string]any{
			"type":                 "object",
			"additionalProperties": randomSchema(t, depth-1, label+".values"),
			"minProperties":        rapid.IntRange(0, 3).Draw(t, label+".min"),
		}
	case "anyOf":
		return map[string]any{"anyOf": []any{map[string]any{"type": "null"}, randomSchema(t, depth-1, label+".branch")}}
	case "allOf":
		return map[string]any{"allOf": []any{randomSchema(t, depth-1, label+".part"), map[string]any{"description": "said twice"}}}
	case "ref":
		return map[string]any{"$ref": "#/$defs/shared", "description": "beside a reference"}
	default:
		properties := map[string]any{}
		required := []string{}
		for i := range rapid.IntRange(0, 4).Draw(t, label+".count") {
			name := rapid.SampledFrom([]string{"title", "text", "räume", "a/b", "x y", "n"}).Draw(t, fmt.Sprintf("%s.%d", label, i))
			properties[name] = randomSchema(t, depth-1, label+"."+name)
			if rapid.Bool().Draw(t, label+"."+name+".required") && !slices.Contains(required, name) {
				required = append(required, name)
			}
		}
		return map[string]any{
			"type":                 "object",
			"properties":           properties,
			"required":             required,
			"additionalProperties": rapid.Bool().Draw(t, label+".more"),
		}
	}
}

func TestSchema_Random(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		doc := randomSchema(t, 4, "root")
		doc["$defs"] = map[string]any{"shared": randomSchema(t, 0, "shared")}
		source, err := json.Marshal(doc)
		if err != nil {
			t.Fatal(err)
		}
		s, checker := parse(t, string(source))
		seed := rapid.Uint64().Draw(t, "seed")
		text := rapid.String().Draw(t, "text")
		if encoded, err := validate(checker, s.Instance(text, seed)); err != nil {
			t.Fatalf("%s\ngives %s: %v", source, encoded, err)
		}
	})
}

func FuzzInstance(f *testing.F) {
	f.Add([]byte(`{"type": "object", "properties": {"a": {"$ref": "#"}}}`), "some text. More of it!", uint64(1))
	f.Add([]byte(`{"type": "string", "pattern": "^a+b{2,3}[^c]$", "minLength": 9}`), "", uint64(2))
	f.Add([]byte(`{"type": "number", "multipleOf": 0.3, "exclusiveMinimum": 1e20}`), "x", uint64(3))
	f.Fuzz(func(t *testing.T, source []byte, text string, seed uint64) {
		doc, err := jsondoc.Decode(source)
		if err != nil || len(source) > 10_000 {
			return
		}
		s, err := schema.New(schema.FromOpenAPI(doc))
		if err != nil {
			return
		}
		value := jsondoc.Encode(s.Instance(text, seed))
		if !json.Valid(value) || len(value) > 5_000_000 {
			t.Errorf("%d bytes, valid JSON: %v", len(value), json.Valid(value))
		}
		jsondoc.Encode(s.Wrong(text, seed))
		schema.Nodes(s.Root())
	})
}

func TestInstance_WhatIsPreferred(t *testing.T) {
	for source, fits := range map[string]func(v any) bool{
		`{"anyOf": [{"type": "null"}, {"type": "boolean"}]}`: func(v any) bool { return v == true },
		`{"type": ["null", "string"]}`:                       func(v any) bool { s, _ := v.(string); return s != "" },
		`{"enum": [null, "b", "a"]}`:                         func(v any) bool { return v == "b" },
		`{"type": "number"}`: func(v any) bool {
			f, ok := jsondoc.Number(v)
			return ok && f >= 0.5 && f <= 0.95
		},
		`{"type": "array", "items": {"type": "string"}}`: func(v any) bool { list, _ := v.([]any); return len(list) >= 1 && len(list) <= 3 },
		`{"type": "object", "properties": {"a": {}, "b": {}}, "required": ["a"]}`: func(v any) bool {
			o, _ := v.(*jsondoc.Object)
			return o.Len() == 2
		},
	} {
		s, _ := parse(t, source)
		for seed := range uint64(50) {
			if v := s.Instance(story, seed); !fits(v) {
				t.Errorf("%s gives %s", source, jsondoc.Encode(v))
			}
		}
	}
}
