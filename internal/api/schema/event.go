package schema

import (
	"maps"
	"reflect"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"github.com/cineforge/cineforge/run/event"
)

const (
	eventName      = "Event"
	otherEventName = "OtherEvent"
)

// extensible marks enumerations and unions that get further values: a client has to expect one
// that it doesn't know.
const extensible = "x-extensible-enum"

// eventUnion stands for events as they are written.
type eventUnion struct{}

// Schema returns the union of all kinds of events, which it adds to the document.
func (eventUnion) Schema(r huma.Registry) *huma.Schema {
	if r.Map()[eventName] == nil {
		union := &huma.Schema{
			Description: "Something that happened, in a run or beside the runs. There is a schema for each name. Versions to come " +
				"have further ones, which are " + otherEventName + " here: a client ignores events, and members of events, that it does not know.",
			Discriminator: &huma.Discriminator{PropertyName: "event", Mapping: map[string]string{}},
			Extensions:    map[string]any{extensible: true},
		}
		r.Map()[eventName] = union
		kinds := event.Kinds()
		for _, name := range slices.Sorted(maps.Keys(kinds)) {
			t := reflect.TypeOf(kinds[name])
			variant := t.Name() + eventName
			r.Map()[variant] = eventVariant(r, kinds[name])
			union.OneOf = append(union.OneOf, refTo(variant))
			union.Discriminator.Mapping[name] = prefix + variant
		}
		r.Map()[otherEventName] = otherEvent(slices.Sorted(maps.Keys(kinds)))
		union.OneOf = append(union.OneOf, refTo(otherEventName))
	}
	return refTo(eventName)
}

// eventVariant returns the schema of the events of a kind: their head, and the members of their
// body.
func eventVariant(r huma.Registry, body event.Body) *huma.Schema {
	t := reflect.TypeOf(body)
	s := huma.SchemaFromType(r, t)
	settle(s, t)
	if s.Properties == nil {
		s.Properties = map[string]*huma.Schema{}
	}
	s.Properties["ts"] = &huma.Schema{Type: huma.TypeString, Format: "date-time", Description: "When it was recorded."}
	s.Properties["event"] = &huma.Schema{Type: huma.TypeString, Enum: []any{body.EventName()}}
	s.Properties["message"] = message()
	head := []string{"ts", "run_id", "event", "message"}
	if _, ok := body.(event.Standalone); ok {
		// A type that only null fits is no member at all for some clients.
		s.Properties["run_id"] = &huma.Schema{Type: huma.TypeString, Nullable: true, Description: "null: it belongs to no run."}
	} else {
		s.Properties["run_id"] = &huma.Schema{Type: huma.TypeString}
		s.Properties["seq"] = &huma.Schema{
			Type: huma.TypeInteger, Format: "int64", Description: "1, 2, ... within the run, without a gap.",
		}
		head = append(head, "seq")
	}
	s.Required = append(head, s.Required...)
	return s
}

// otherEvent returns the schema of events of other names than those. No value that is sent says that
// it is one; generators of clients take the schema's name for it, so that the union stays one
// that can be told apart by event.
func otherEvent(names []string) *huma.Schema {
	known := &huma.Schema{}
	for _, name := range names {
		known.Enum = append(known.Enum, name)
	}
	return &huma.Schema{
		Type:        huma.TypeObject,
		Description: "An event of a name that this document does not have. A client ignores it.",
		Properties: map[string]*huma.Schema{
			"ts":     {Type: huma.TypeString, Format: "date-time"},
			"run_id": {Type: huma.TypeString, Nullable: true},
			"event":  {Type: huma.TypeString, Not: known},

			"message": message(),
		},
		Required:             []string{"ts", "run_id", "event", "message"},
		AdditionalProperties: refTo(freeName),
	}
}

func message() *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Description: "What the event says, in one sentence."}
}
