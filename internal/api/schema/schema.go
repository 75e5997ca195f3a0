// Package schema makes those schemas of the OpenAPI document that Go types alone don't give:
// the values of closed sets, events and artifacts as unions of their kinds, free JSON, and
// which members can be null.
package schema

import (
	"encoding/json"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/cineforge/cineforge/artifact/content"
	"github.com/cineforge/cineforge/client"
	"github.com/cineforge/cineforge/internal/api/endpoint"
	"github.com/cineforge/cineforge/internal/export"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

// prefix is what references to schemas begin with.
const prefix = "#/components/schemas/"

// refTo returns a reference to a schema of the document.
func refTo(name string) *huma.Schema { return &huma.Schema{Ref: prefix + name} }

// New returns the schemas of a document, which so far has those that no Go type declares. Types
// whose JSON is not as they are declared are replaced by such as are written in the same way.
func New() huma.Registry {
	r := huma.NewMapRegistry(prefix, nameOf)
	for _, e := range enums() {
		r.Map()[e.name] = e.schema()
		if e.of != nil {
			r.RegisterTypeAlias(e.of, e.stand)
		}
	}
	addFree(r.Map())
	alias[any, free](r)
	alias[json.RawMessage, free](r)
	alias[huma.ErrorModel, client.Problem](r)
	alias[run.UnixTime, *float64](r)
	alias[event.Timestamp, timestamp](r)
	alias[event.Added[string], *string](r)
	alias[event.Added[int], *int](r)
	alias[client.Event, eventUnion](r)
	alias[client.ArtifactDetail, artifactUnion](r)
	return r
}

// alias has one type written as another.
func alias[T, As any](r huma.Registry) {
	r.RegisterTypeAlias(reflect.TypeFor[T](), reflect.TypeFor[As]())
}

// nameOf names the schema of a type. What the data of artifacts consists of is named after that,
// since other shapes of the API are about scenes too.
func nameOf(t reflect.Type, hint string) string {
	name := huma.DefaultSchemaNamer(t, hint)
	switch t.PkgPath() {
	case reflect.TypeFor[content.Scene]().PkgPath():
		return name + "Data"
	case reflect.TypeFor[export.Scene]().PkgPath():
		return "Exported" + name
	}
	return name
}

// Complete adds to a document with all its operations what is known of its schemas besides
// their types. It has to be called once.
func Complete(o *huma.OpenAPI) {
	schemas := o.Components.Schemas
	describeStreams(o)
	for name, s := range schemas.Map() {
		if t := schemas.TypeFromRef(prefix + name); t != nil && t.Kind() == reflect.Struct {
			settle(s, t)
		}
		if s.AdditionalProperties == true {
			s.AdditionalProperties = refTo(freeName)
		}
	}
	for _, m := range members {
		if s := schemas.Map()[m.schema]; s != nil && s.Properties[m.member] != nil {
			p := s.Properties[m.member]
			to := &huma.Schema{Ref: prefix + m.name, Description: p.Description, Examples: p.Examples}
			s.Properties[m.member] = orNull(to, m.null)
		}
	}
	for _, op := range endpoint.Operations(o) {
		for _, response := range op.Responses {
			for _, content := range response.Content {
				neverNull(content.Schema)
			}
		}
	}
}

// settle says of the members of a struct which can be null: pointers that are not left out
// instead, and what is tagged so.
func settle(s *huma.Schema, t reflect.Type) {
	for _, f := range reflect.VisibleFields(t) {
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		p := s.Properties[name]
		if p == nil || f.Anonymous {
			continue
		}
		neverNull(p)
		s.Properties[name] = orNull(p, canBeNull(f, options))
	}
}

// canBeNull reports whether a member can be null.
func canBeNull(f reflect.StructField, options string) bool {
	for _, tag := range []string{"nullable", "null"} { // the framework refuses nullable for objects
		if v, ok := f.Tag.Lookup(tag); ok {
			return v == "true"
		}
	}
	if strings.HasPrefix(f.Type.Name(), "Added[") {
		return true
	}
	left := strings.Contains(options, "omitempty") || strings.Contains(options, "omitzero")
	return !left && f.Type.Kind() == reflect.Pointer
}

// orNull returns a schema that null fits, or that it does not.
func orNull(p *huma.Schema, can bool) *huma.Schema {
	switch {
	case p.Ref == "" && p.Type != "":
		p.Nullable = can
	case can && p.Ref != "" && p.Ref != prefix+freeName:
		description := p.Description
		p.Description = ""
		p = &huma.Schema{Description: description, AnyOf: []*huma.Schema{p, null()}}
		p.PrecomputeMessages()
	}
	return p
}

// null returns the schema of null. The framework checks no type of that name, but values.
func null() *huma.Schema { return &huma.Schema{Type: "null", Enum: []any{nil}} }

// neverNull says of a schema's lists, and of those in it, that they are not null.
func neverNull(s *huma.Schema) {
	if s == nil {
		return
	}
	if s.Type == huma.TypeArray {
		s.Nullable = false
		neverNull(s.Items)
	}
	if rest, ok := s.AdditionalProperties.(*huma.Schema); ok {
		neverNull(rest)
	}
}
