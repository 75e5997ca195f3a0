// Package strict refuses requests with members and query parameters that their operation does
// not have, before an operation sees them, and says so in the OpenAPI document.
package strict

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/cineforge/cineforge/client"
	"github.com/cineforge/cineforge/internal/api/endpoint"
	"github.com/cineforge/cineforge/internal/api/problem"
)

// accepted describes what an operation accepts.
type accepted struct {
	id       string
	original bool         // of the first system
	query    []string     // the names of its query parameters, sorted
	body     *huma.Schema // of its JSON body; nil if it takes none or another kind
	limit    int64        // of the body, in bytes
}

// BodyLimit is how large a body may be where an operation does not say, in bytes.
const BodyLimit = 1 << 20

// unknownMembersKey is the member of an operation in the document that says how unknown members and
// query parameters are handled.
const unknownMembersKey = "x-unknown-members"

// checker checks requests against the schemas of the document.
type checker struct {
	api     huma.API
	schemas huma.Registry
}

// Handler returns a handler that refuses requests with unknown members and query parameters before
// next sees them, and adds to the document what it does. It has to be called when all
// operations are registered.
func Handler(r *endpoint.Router, next http.Handler) http.Handler {
	c := &checker{api: r.API, schemas: r.API.OpenAPI().Components.Schemas}
	operations := map[string]*accepted{}
	refusing := map[string]bool{}
	for _, op := range endpoint.Operations(r.API.OpenAPI()) {
		e := newAccepted(op)
		operations[op.Method+" "+op.Path] = e
		c.document(op, e)
		if !e.original {
			closeSchemas(c.schemas, e.body, refusing)
		}
	}
	for name, schema := range c.schemas.Map() {
		if schema.AdditionalProperties == false && !refusing[name] {
			schema.AdditionalProperties = nil // answers may get members, and the first system's requests may have some
		}
	}
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		_, pattern := r.Mux.Handler(req)
		if e := operations[pattern]; e != nil {
			checked, err := c.check(e, req)
			if err != nil {
				r.Problems.Write(w, req, err)
				return
			}
			req = checked
		}
		next.ServeHTTP(w, req)
	})
}

func newAccepted(op *huma.Operation) *accepted {
	e := &accepted{id: op.OperationID, limit: op.MaxBodyBytes,
		original: isOriginal(op.Method, strings.TrimPrefix(op.Path, "/api"))}
	if e.limit == 0 {
		e.limit = BodyLimit
	}
	for _, p := range op.Parameters {
		if p.In == "query" {
			e.query = append(e.query, p.Name)
		}
	}
	slices.Sort(e.query)
	switch {
	case op.RequestBody != nil:
		if content := op.RequestBody.Content["application/json"]; content != nil {
			e.body = content.Schema
		}
	case op.Method != http.MethodGet:
		e.body = &huma.Schema{Type: huma.TypeObject} // which has no members
	}
	return e
}

// check refuses a request with unknown members. It returns the request for the operation, which
// carries warnings about what is ignored.
func (c *checker) check(e *accepted, r *http.Request) (*http.Request, *problem.Refusal) {
	found := unknownParameters(e.query, r.URL.Query())
	if e.body != nil && r.Body != nil && r.ContentLength != 0 {
		r = r.WithContext(r.Context()) // a copy, whose body is another
		if data, whole := peek(r, e.limit); whole {
			found = append(found, unknownMembers(c.schemas, e.body, data)...)
		}
	}
	var bad []unknown
	var warnings []client.RequestWarning
	for _, u := range found {
		if u.refused(e.original) || len(found) >= maxUnknown {
			bad = append(bad, u)
		} else if u.pointer != "" { // browsers and caches add parameters to a query
			warnings = append(warnings, client.RequestWarning{Pointer: u.pointer, Message: u.message + "; it was ignored"})
		}
	}
	if len(bad) > 0 {
		return r, refuseUnknown(e.id, bad)
	}
	if len(warnings) > 0 {
		r = r.WithContext(context.WithValue(r.Context(), warningsKey{}, warnings))
	}
	return r, nil
}

// Transform adds the warnings of a request to its answer; see [huma.Transformer].
func Transform(ctx huma.Context, status string, v any) (any, error) {
	warnings := Warnings(ctx.Context())
	if len(warnings) == 0 || !strings.HasPrefix(status, "2") {
		return v, nil
	}
	return warned{answer: v, warnings: warnings}, nil
}

type warningsKey struct{}

// Warnings returns a warning for each ignored part of the request that ctx belongs to.
func Warnings(ctx context.Context) []client.RequestWarning {
	warnings, _ := ctx.Value(warningsKey{}).([]client.RequestWarning)
	return warnings
}

// warned is an answer with the warnings of its request.
type warned struct {
	answer   any
	warnings []client.RequestWarning
}

// MarshalJSON writes the answer with one more member. A run that was started can have
// warnings about its recipe, too.
func (w warned) MarshalJSON() ([]byte, error) {
	if started, ok := w.answer.(client.Started); ok {
		started.Warnings = append(slices.Clone(w.warnings), started.Warnings...)
		return json.Marshal(started)
	}
	answer, err := json.Marshal(w.answer)
	if err != nil || len(answer) == 0 || answer[len(answer)-1] != '}' {
		return answer, err
	}
	list, err := json.Marshal(w.warnings)
	answer = answer[:len(answer)-1]
	if len(answer) > 1 {
		answer = append(answer, ',')
	}
	return slices.Concat(answer, []byte(`"warnings":`), list, []byte("}")), err
}

// document adds to an operation in the document how its requests are checked.
func (c *checker) document(op *huma.Operation, e *accepted) {
	what := "refuse"
	if e.original {
		what = "warn"
	}
	if op.Extensions == nil {
		op.Extensions = map[string]any{}
	}
	op.Extensions[unknownMembersKey] = what
	key := strconv.Itoa(http.StatusUnprocessableEntity)
	if op.Responses[key] == nil && (!e.original || len(e.query) > 0 || op.RequestBody != nil) {
		op.Responses[key] = &huma.Response{Description: http.StatusText(http.StatusUnprocessableEntity),
			Content: map[string]*huma.MediaType{problem.MediaType: {Schema: endpoint.SchemaOf[client.Problem](c.api)}}}
	}
	if !e.original || e.body == nil {
		return
	}
	for status, response := range op.Responses {
		content := response.Content["application/json"]
		if !strings.HasPrefix(status, "2") || content == nil || content.Schema.Ref == "" {
			continue
		}
		if answer := c.schemas.SchemaFromRef(content.Schema.Ref); closed(answer) && answer.Properties["warnings"] == nil {
			answer.Properties["warnings"] = &huma.Schema{Type: huma.TypeArray, Items: endpoint.SchemaOf[client.RequestWarning](c.api),
				Description: "What of the request was ignored; missing if nothing was."}
		}
	}
}

// closeSchemas adds the names of the schemas that a schema consists of to names.
func closeSchemas(schemas huma.Registry, s *huma.Schema, names map[string]bool) {
	if s == nil {
		return
	}
	if s.Ref != "" {
		name := s.Ref[strings.LastIndexByte(s.Ref, '/')+1:]
		if names[name] {
			return
		}
		names[name] = true
		s = schemas.SchemaFromRef(s.Ref)
	}
	for _, p := range s.Properties {
		closeSchemas(schemas, p, names)
	}
	closeSchemas(schemas, s.Items, names)
	if rest, ok := s.AdditionalProperties.(*huma.Schema); ok {
		closeSchemas(schemas, rest, names)
	}
}
