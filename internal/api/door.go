package api

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/cineforge/cineforge/client"
)

// entrance is what an operation takes.
type entrance struct {
	id       string
	original bool         // of the first system
	query    []string     // the names of its query parameters, sorted
	body     *huma.Schema // of its JSON body; nil if it takes none or another kind
	limit    int64        // of the body, in bytes
}

// usualLimit is how large a body may be where an operation does not say, in bytes.
const usualLimit = 1 << 20

// unknownMembersKey is the member of an operation in the document that says what becomes of
// unknown members and query parameters.
const unknownMembersKey = "x-unknown-members"

// door makes the handler that all requests for operations pass, and completes the document with what
// it does: it refuses unknown members and query parameters before an operation sees the request. It
// has to be made when all operations are registered.
func (s *API) door(next http.Handler) http.Handler {
	entrances := map[string]*entrance{}
	refusing := map[string]bool{}
	for _, op := range operationsOf(s.huma.OpenAPI()) {
		e := newEntrance(op)
		entrances[op.Method+" "+op.Path] = e
		s.document(op, e)
		if !e.original {
			closeSchemas(s.huma.OpenAPI().Components.Schemas, e.body, refusing)
		}
	}
	for name, schema := range s.huma.OpenAPI().Components.Schemas.Map() {
		if schema.AdditionalProperties == false && !refusing[name] {
			schema.AdditionalProperties = nil // answers may get members, and the first system's requests may have some
		}
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, pattern := s.mux.Handler(r)
		if e := entrances[pattern]; e != nil {
			var err *refusal
			if r, err = s.admit(e, r); err != nil {
				s.write(w, r, err)
				return
			}
		}
		next.ServeHTTP(w, r)
	})
}

// operationsOf returns all operations of a document.
func operationsOf(o *huma.OpenAPI) (all []*huma.Operation) {
	for _, item := range o.Paths {
		for _, op := range []*huma.Operation{item.Get, item.Post, item.Put, item.Patch, item.Delete} {
			if op != nil {
				all = append(all, op)
			}
		}
	}
	return all
}

func newEntrance(op *huma.Operation) *entrance {
	e := &entrance{id: op.OperationID, limit: op.MaxBodyBytes,
		original: isOriginal(op.Method, strings.TrimPrefix(op.Path, "/api"))}
	if e.limit == 0 {
		e.limit = usualLimit
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

// admit refuses a request with unknown members. It returns the request as it goes on: with
// warnings of what is ignored.
func (s *API) admit(e *entrance, r *http.Request) (*http.Request, *refusal) {
	found := unknownParameters(e.query, r.URL.Query())
	if e.body != nil && r.Body != nil && r.ContentLength != 0 {
		r = r.WithContext(r.Context()) // a copy, whose body is another
		if data, whole := peek(r, e.limit); whole {
			found = append(found, unknownMembers(s.huma.OpenAPI().Components.Schemas, e.body, data)...)
		}
	}
	var bad []unknown
	var warnings []client.RequestWarning
	for _, u := range found {
		if u.refused(e.original) || len(found) >= mostUnknown {
			bad = append(bad, u)
		} else if u.pointer != "" { // browsers and caches add parameters to a query
			warnings = append(warnings, client.RequestWarning{Pointer: u.pointer, Message: u.message + "; it was ignored"})
		}
	}
	if len(bad) > 0 {
		return r, refuseUnknown(e.id, bad)
	}
	if len(warnings) > 0 {
		r = r.WithContext(context.WithValue(r.Context(), warningsKey, warnings))
	}
	return r, nil
}

// withWarnings adds the warnings of a request to its answer; see huma.Transformer.
func withWarnings(ctx huma.Context, status string, v any) (any, error) {
	warnings := warningsOf(ctx.Context())
	if len(warnings) == 0 || !strings.HasPrefix(status, "2") {
		return v, nil
	}
	return warned{v, warnings}, nil
}

// warningsOf returns what of the request that ctx belongs to was ignored.
func warningsOf(ctx context.Context) []client.RequestWarning {
	warnings, _ := ctx.Value(warningsKey).([]client.RequestWarning)
	return warnings
}

// warned is an answer with the warnings of its request.
type warned struct {
	answer   any
	warnings []client.RequestWarning
}

// MarshalJSON writes the answer with one more member. A run that was started can have
// warnings of its own, of its recipe.
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

// document says in the document what the door does with an operation's requests.
func (s *API) document(op *huma.Operation, e *entrance) {
	what, schemas := "refuse", s.huma.OpenAPI().Components.Schemas
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
			Content: map[string]*huma.MediaType{problemType: {Schema: schemaOf[client.Problem](s)}}}
	}
	if !e.original || e.body == nil {
		return
	}
	for status, response := range op.Responses {
		content := response.Content["application/json"]
		if !strings.HasPrefix(status, "2") || content == nil || content.Schema.Ref == "" {
			continue
		}
		if answer := schemas.SchemaFromRef(content.Schema.Ref); closed(answer) && answer.Properties["warnings"] == nil {
			answer.Properties["warnings"] = &huma.Schema{Type: huma.TypeArray, Items: schemaOf[client.RequestWarning](s),
				Description: "What of the request was ignored; missing if nothing was."}
		}
	}
}

// closeSchemas notes the names of the schemas that a schema consists of.
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
