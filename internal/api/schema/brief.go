package schema

import (
	"cmp"
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/cineforge/cineforge/client"
	"github.com/cineforge/cineforge/internal/api/endpoint"
	"github.com/cineforge/cineforge/internal/feed"
)

const (
	briefName       = "BriefEvent"
	framesName      = "StreamFrame"
	briefFramesName = "BriefStreamFrame"
)

// streams are the operations whose answers are a sequence of JSON, which a document of this version
// can only call text, with the schema of each item.
var streams = map[string]string{
	"runEvents": eventName, "events": eventName, "runStream": eventName, "stream": framesName,
}

// describeStreams adds to the document what the items of streams are.
func describeStreams(o *huma.OpenAPI) {
	r := o.Components.Schemas
	r.Map()[briefName] = briefEvent(r)
	hello := r.Schema(reflect.TypeFor[client.Hello](), true, "")
	r.Map()[framesName] = &huma.Schema{
		Description: "The data of a frame of a stream: the greeting of a stream of topics, or an event.",
		AnyOf:       []*huma.Schema{hello, refTo(eventName)},
	}
	r.Map()[briefFramesName] = &huma.Schema{
		Description: "The data of a frame of a stream with brief=1.", AnyOf: []*huma.Schema{hello, refTo(briefName)},
	}
	for _, op := range endpoint.Operations(o) {
		for _, response := range op.Responses {
			for media, content := range response.Content {
				item := cmp.Or(strings.TrimPrefix(content.Schema.Ref, prefix), streams[op.OperationID])
				if item == "" || media != "text/event-stream" && media != "application/x-ndjson" {
					continue
				}
				content.Schema = &huma.Schema{
					Type: huma.TypeString, Description: "A sequence of JSON, each of the schema " + item + ".",
					Extensions: map[string]any{itemSchema: refTo(item)},
				}
				if item == framesName {
					content.Schema.Extensions[briefItemSchema] = refTo(briefFramesName)
				}
			}
		}
	}
}

// itemSchema is the member of the schema of a stream that names the schema of its items, and
// briefItemSchema the one that names it where the request has brief=1.
const (
	itemSchema      = "x-item-schema"
	briefItemSchema = "x-brief-item-schema"
)

// briefEvent returns the schema of events as lists need them: with those members that lists show, as
// the kinds of events have them.
func briefEvent(r huma.Registry) *huma.Schema {
	forms := map[string]map[string]*huma.Schema{} // of each member: by their JSON
	for _, variant := range r.Map()[eventName].OneOf[:len(r.Map()[eventName].OneOf)-1] {
		for name, p := range r.SchemaFromRef(variant.Ref).Properties {
			plain := *p
			plain.Description = ""
			if text, err := json.Marshal(&plain); err == nil {
				if forms[name] == nil {
					forms[name] = map[string]*huma.Schema{}
				}
				forms[name][string(text)] = &plain
			}
		}
	}
	s := &huma.Schema{
		Type: huma.TypeObject, Description: "What lists show of an event.", Properties: map[string]*huma.Schema{},
		Required: []string{"ts", "run_id", "event", "message"},
	}
	for _, name := range feed.BriefMembers() {
		var all []*huma.Schema
		for _, text := range slices.Sorted(maps.Keys(forms[name])) {
			all = append(all, forms[name][text])
		}
		switch {
		case name == "event":
			s.Properties[name] = refTo("EventName")
		case len(all) == 1:
			s.Properties[name] = all[0]
		case len(all) > 1:
			s.Properties[name] = &huma.Schema{AnyOf: all}
		}
	}
	return s
}
