package schema

import (
	"time"

	"github.com/danielgtaylor/huma/v2"
)

// freeName is the schema of JSON of any form.
const freeName = "JSONValue"

// free stands for types whose JSON has any form.
type free struct{}

// Schema returns the schema of any JSON.
func (free) Schema(huma.Registry) *huma.Schema { return refTo(freeName) }

// freeJSON returns the schema of any JSON, of which clients get a type that can be walked. A
// request is not checked against it, since everything fits.
func freeJSON() *huma.Schema {
	list := &huma.Schema{Type: huma.TypeArray, Items: refTo(freeName)}
	object := &huma.Schema{Type: huma.TypeObject, AdditionalProperties: refTo(freeName)}
	return &huma.Schema{
		Description: "JSON of any form.",
		Extensions: map[string]any{"oneOf": []*huma.Schema{
			{Type: "null"}, {Type: huma.TypeBoolean}, {Type: huma.TypeNumber}, {Type: huma.TypeString}, list, object,
		}},
	}
}

// timestamp stands for times as events have them.
type timestamp struct{ time.Time }

// Schema returns the schema of a time.
func (timestamp) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Format: "date-time"}
}
