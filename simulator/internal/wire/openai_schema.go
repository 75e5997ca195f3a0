package wire

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/cineforge/cineforge/simulator/internal/schema"
)

var schemaName = regexp.MustCompile(`^[a-zA-Z0-9_-]+$`)

// checkFormat checks the form asked of an answer, which stands under param.
func (d OpenAI) checkFormat(o *object, req Request, format *object, param string) *Problem {
	switch format.Text("type") {
	case "json_schema":
	case "json_object":
		return checkMentionsJSON(d.API, req)
	case "text":
		return nil
	default:
		if format == nil {
			return nil
		}
		return oneOf(format.Text("type"), []string{"json_object", "json_schema", "text"}, param+".type")
	}
	at := param
	schemaParam := "text.format.schema"
	code := "invalid_json_schema"
	if d.API == Chat {
		if format = format.Child("json_schema"); format == nil {
			return missing(param + ".json_schema")
		}
		at = param + ".json_schema"
		schemaParam = param
		code = ""
	}
	switch name := format.Text("name"); {
	case format.Get("name") == nil:
		return missing(at + ".name")
	case len(name) > 64:
		return bad(
			fmt.Sprintf(
				"Invalid '%s.name': string too long. Expected a string with maximum length 64, but got a string with length %d instead.",
				at,
				len(name),
			),
			at+".name",
			"string_above_max_length",
		)
	case !schemaName.MatchString(name):
		return bad(
			fmt.Sprintf(
				"Invalid '%s.name': string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'.",
				at,
			),
			at+".name",
			"invalid_value",
		)
	case format.Get("schema") == nil && (d.API == Responses || format.Bool("strict")):
		return missing(at + ".schema")
	case !format.Bool("strict"):
		return nil
	}
	if wrong := strictSchema(format.Get("schema")); wrong != "" {
		return bad(fmt.Sprintf("Invalid schema for response_format '%s': %s", format.Text("name"), wrong), schemaParam, code)
	}
	return nil
}

// checkMentionsJSON checks that a request for any JSON object says the word, as the vendor wants.
func checkMentionsJSON(api API, req Request) *Problem {
	switch {
	case strings.Contains(strings.ToLower(req.Text()), "json"):
		return nil
	case api == Responses:
		return bad("Response input messages must contain the word 'json' in some form to use 'text.format' of type 'json_object'.",
			"input", "")
	}
	return bad("'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.", "messages", "")
}

// refused are the keywords that strict schemas must not have.
var refused = []string{
	"allOf", "oneOf", "not", "if", "then", "else", "dependentRequired", "dependentSchemas", "patternProperties",
	"unevaluatedProperties", "propertyNames", "minProperties", "maxProperties", "unevaluatedItems", "prefixItems",
	"contains", "minContains", "maxContains", "uniqueItems", "minLength", "maxLength",
}

// strictSchema says what is wrong with a strict schema, or "".
func strictSchema(doc any) string {
	root, ok := doc.(*object)
	if !ok {
		return "schema must be an object."
	}
	if t := root.Get("type"); t != "object" {
		kind := "None"
		if s, ok := t.(string); ok {
			kind = s
		}
		return fmt.Sprintf("schema must be a JSON Schema of 'type: \"object\"', got 'type: \"%s\"'.", kind)
	}
	for _, key := range []string{"oneOf", "anyOf", "allOf", "enum", "not"} {
		if root.Has(key) {
			return "schema must have type 'object' and not have 'oneOf'/'anyOf'/'allOf'/'enum'/'not' at the top level."
		}
	}
	for _, node := range schema.Nodes(root) {
		if wrong := strictNode(node.Schema); wrong != "" {
			return fmt.Sprintf("In context=%s, %s", tuple(node.Path), wrong)
		}
	}
	return ""
}

// tuple writes a path as Python writes tuples.
func tuple(path []string) string {
	switch len(path) {
	case 0:
		return "()"
	case 1:
		return "('" + path[0] + "',)"
	}
	return "('" + strings.Join(path, "', '") + "')"
}

func strictNode(s *object) string {
	if s.Has("$ref") {
		for _, key := range s.Keys() {
			if key != "$ref" {
				return fmt.Sprintf("$ref cannot have keywords {'%s'}.", key)
			}
		}
		return ""
	}
	for _, key := range refused {
		if s.Has(key) {
			return fmt.Sprintf("'%s' is not permitted.", key)
		}
	}
	takes, _ := s.Get("type").([]any)
	is := func(t string) bool { return s.Text("type") == t || slices.Contains(takes, any(t)) }
	switch {
	case s.Get("type") == nil && !s.Has("anyOf") && !s.Has("enum") && !s.Has("const"):
		return "schema must have a 'type' key."
	case is("object"):
		return strictObject(s)
	case is("array") && !s.Has("items"):
		return "array schema missing items."
	}
	return ""
}

func strictObject(s *object) string {
	const form = "'required' is required to be supplied and to be an array including every key in properties. "
	if allowed, isBool := s.Get("additionalProperties").(bool); !isBool || allowed {
		return "'additionalProperties' is required to be supplied and to be false."
	}
	required := map[string]bool{}
	for _, v := range s.List("required") {
		name, _ := v.(string)
		if !s.Child("properties").Has(name) {
			return form + fmt.Sprintf("Extra required key '%s' supplied.", name)
		}
		required[name] = true
	}
	for _, name := range s.Child("properties").Keys() {
		if !required[name] {
			return form + fmt.Sprintf("Missing '%s'.", name)
		}
	}
	return ""
}
