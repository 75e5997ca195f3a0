package schema

import (
	"time"

	"github.com/danielgtaylor/huma/v2"
)

// The schemas of JSON of any form. An object is one by itself, since generators of clients can't
// make a type that refers to itself elsewhere than in an object's members.
const (
	freeName       = "JSONValue"
	freeObjectName = "JSONObject"
)

// listDepth is how deep lists in lists of free JSON are described.
const listDepth = 3

// free stands for types whose JSON has any form.
type free struct{}

// Schema returns the schema of any JSON.
func (free) Schema(huma.Registry) *huma.Schema { return refTo(freeName) }

// addFree adds the schemas of any JSON, of which clients get types that can be walked. A request is not
// checked against them, since everything fits.
func addFree(schemas map[string]*huma.Schema) {
	schemas[freeObjectName] = &huma.Schema{
		Type: huma.TypeObject, Description: "An object of JSON with any members.", AdditionalProperties: refTo(freeName),
	}
	schemas[freeName] = &huma.Schema{
		Description: "JSON of any form.", Extensions: map[string]any{"anyOf": freeForms(listDepth)},
	}
}

// freeForms lists the forms of JSON, with lists of some depth. What stands in a list of the last depth
// can be anything, of which generators of clients see the object only.
func freeForms(depth int) []*huma.Schema {
	forms := []*huma.Schema{null(), {Type: huma.TypeBoolean}, {Type: huma.TypeNumber}, {Type: huma.TypeString}}
	if depth == 0 {
		return append(forms, &huma.Schema{AdditionalProperties: refTo(freeName)})
	}
	return append(forms, refTo(freeObjectName), &huma.Schema{Type: huma.TypeArray, Items: &huma.Schema{AnyOf: freeForms(depth - 1)}})
}

// timestamp stands for times as events have them.
type timestamp struct{ time.Time }

// Schema returns the schema of a time.
func (timestamp) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Format: "date-time"}
}
