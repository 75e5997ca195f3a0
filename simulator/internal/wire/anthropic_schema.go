package wire

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cineforge/cineforge/simulator/internal/schema"
)

// anthropicSchema checks the form asked of an answer: structured outputs take only
// a part of JSON Schema.
func anthropicSchema(o *object) *Problem {
	at := "output_config.format"
	format := o.Child("output_config").Child("format")
	if format == nil {
		if at, format = "output_format", o.Child("output_format"); format == nil {
			return nil
		}
	}
	switch {
	case format.Text("type") != "json_schema":
		return invalid(at + ".type: Input should be 'json_schema'")
	case format.Get("schema") == nil:
		return invalid(at + ".schema: Field required")
	}
	root, ok := format.Get("schema").(*object)
	if !ok {
		return invalid(at + ".schema: Input should be a valid dictionary")
	}
	at += ".schema"
	for _, node := range schema.Nodes(root) {
		if wrong := anthropicNode(node.Schema); wrong != "" {
			if len(node.Path) > 0 {
				wrong += " (at " + strings.Join(node.Path, ".") + ")"
			}
			return invalid(at + ": " + wrong)
		}
	}
	if ref := recursion(root); ref != "" {
		return invalid(fmt.Sprintf("%s: Recursive schemas are not supported ($ref %q leads to itself)", at, ref))
	}
	return nil
}

// anthropicNode says what of a schema is not taken, or "".
func anthropicNode(s *object) string {
	takes := func(t string) bool {
		list, _ := s.Get("type").([]any)
		return s.Text("type") == t || slices.Contains(list, any(t))
	}
	refused := func(t string, keywords ...string) string {
		var found []string
		for _, k := range keywords {
			if s.Has(k) {
				found = append(found, k)
			}
		}
		switch len(found) {
		case 0:
			return ""
		case 1:
			return fmt.Sprintf("For '%s' type, property '%s' is not supported", t, found[0])
		}
		return fmt.Sprintf("For '%s' type, properties %s are not supported", t, strings.Join(found, ", "))
	}
	if allowed, isBool := s.Get("additionalProperties").(bool); (takes("object") || s.Has("properties")) && (!isBool || allowed) {
		return "For 'object' type, 'additionalProperties' must be explicitly set to false"
	}
	for _, t := range []string{"integer", "number"} {
		if wrong := refused(t, "exclusiveMaximum", "exclusiveMinimum", "maximum", "minimum", "multipleOf"); wrong != "" && takes(t) {
			return wrong
		}
	}
	if wrong := refused("string", "maxLength", "minLength"); wrong != "" && takes("string") {
		return wrong
	}
	if wrong := refused("array", "maxItems", "uniqueItems"); wrong != "" && takes("array") {
		return wrong
	}
	if n, ok := s.Float("minItems"); ok && n != 0 && n != 1 {
		return "For 'array' type, 'minItems' values other than 0 or 1 are not supported"
	}
	if ref := s.Text("$ref"); ref != "" && !strings.HasPrefix(ref, "#") {
		return fmt.Sprintf("External $ref %q is not supported", ref)
	}
	return ""
}

// recursion returns a reference of a document that leads back to itself, or "".
func recursion(root *object) string {
	leads := map[string][]string{} // from a place to the references below it
	for _, node := range schema.Nodes(root) {
		ref := strings.TrimSuffix(node.Schema.Text("$ref"), "/")
		if ref == "" {
			continue
		}
		at := "#"
		leads[at] = append(leads[at], ref)
		for _, part := range node.Path {
			at += "/" + part
			leads[at] = append(leads[at], ref)
		}
	}
	const open, done = 1, 2
	state := map[string]int{}
	var visit func(at string) string
	visit = func(at string) string {
		state[at] = open
		for _, ref := range leads[at] {
			switch state[ref] {
			case open:
				return ref
			case done:
				continue
			}
			if found := visit(ref); found != "" {
				return found
			}
		}
		state[at] = done
		return ""
	}
	for _, ref := range leads["#"] {
		if state[ref] != done {
			if found := visit(ref); found != "" {
				return found
			}
		}
	}
	return ""
}
