// Package endpoint registers the operations of the API: it describes each in the OpenAPI
// document, decodes its requests and writes its answers.
package endpoint

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/client"
	"github.com/cineforge/cineforge/internal/api/problem"
)

// RequestTime is how long a request may take, unless its handler says otherwise.
const RequestTime = 60 * time.Second

// Router holds what operations are registered with.
type Router struct {
	API      huma.API
	Mux      *http.ServeMux
	Problems *problem.Responder
}

// InProject is the part of a request that names its project.
type InProject struct {
	Project string `path:"project_id" maxLength:"200"`
}

// OfRun is the part of a request that names its run.
type OfRun struct {
	Run string `path:"run_id" maxLength:"200"`
}

// Operation describes an endpoint: its path below /api, and the statuses of the
// problems that it can answer with.
func Operation(id, method, path, summary string, problems ...int) huma.Operation {
	tag := "system"
	switch {
	case strings.HasPrefix(path, "/projects"):
		tag = "projects"
	case strings.HasPrefix(path, "/runs"), strings.HasPrefix(path, "/events"):
		tag = "runs"
	case strings.HasPrefix(path, "/providers"):
		tag = "providers"
	}
	always := []int{http.StatusUnauthorized, http.StatusForbidden, http.StatusMisdirectedRequest, http.StatusTooManyRequests,
		http.StatusInternalServerError, http.StatusServiceUnavailable}
	return huma.Operation{
		OperationID: id, Method: method, Path: "/api" + path, Summary: summary,
		Tags: []string{tag}, BodyReadTimeout: RequestTime, Errors: append(problems, always...),
	}
}

// Get describes an endpoint that reads.
func Get(id, path, summary string, problems ...int) huma.Operation {
	return Operation(id, http.MethodGet, path, summary, problems...)
}

// Post describes an endpoint that changes something.
func Post(id, path, summary string, problems ...int) huma.Operation {
	return Operation(id, http.MethodPost, path, summary, problems...)
}

// BadBodies are the statuses for bodies that are not JSON, arrive too slowly, are too large
// or have another media type.
var BadBodies = []int{
	http.StatusBadRequest, http.StatusRequestTimeout, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType,
}

// body is an answer of one body.
type body[T any] struct {
	Body T
}

// Handle registers an endpoint whose answer is one body.
func Handle[I, T any](r *Router, op huma.Operation, do func(ctx context.Context, in *I) (T, error)) {
	huma.Register(r.API, withBody[I](op), func(ctx context.Context, in *I) (*body[T], error) {
		out, err := do(ctx, in)
		if err != nil {
			return nil, r.Problems.For(ctx, err)
		}
		return &body[T]{out}, nil
	})
}

// withBody adds to an operation what is answered to bad bodies, if its requests have one.
func withBody[I any](op huma.Operation) huma.Operation {
	if _, takes := reflect.TypeFor[I]().FieldByName("Body"); takes {
		op.Errors = append(op.Errors, BadBodies...)
	}
	return op
}

// Tagged is an answer that a client can keep until its tag changes.
type Tagged[T any] struct {
	ETag string `header:"ETag"`
	Body T
}

// HandleTagged registers an endpoint whose answer has a tag. Its handler returns
// [NotModified] for a client that has the answer already.
func HandleTagged[I, T any](r *Router, op huma.Operation, do func(ctx context.Context, in *I) (Tagged[T], error)) {
	huma.Register(r.API, withBody[I](op), func(ctx context.Context, in *I) (*Tagged[T], error) {
		out, err := do(ctx, in)
		if same, ok := errors.AsType[notModified](err); ok {
			return nil, huma.ErrorWithHeaders(huma.Status304NotModified(), http.Header{"Etag": {same.tag}})
		}
		if err != nil {
			return nil, r.Problems.For(ctx, err)
		}
		return &out, nil
	})
}

// HandleCacheable registers an endpoint like [Handle], whose answer has a tag of its body: a client
// that has it already is answered so.
func HandleCacheable[I, T any](r *Router, op huma.Operation, do func(ctx context.Context, in *I) (T, error)) {
	op = Conditional(op)
	op.Parameters = append(op.Parameters, HeaderParam("If-None-Match", ""))
	op.Middlewares = append(op.Middlewares, func(ctx huma.Context, next func(huma.Context)) {
		next(huma.WithValue(ctx, hasKey{}, ctx.Header("If-None-Match")))
	})
	HandleTagged(r, op, func(ctx context.Context, in *I) (out Tagged[T], err error) {
		if out.Body, err = do(ctx, in); err != nil {
			return out, err
		}
		body, err := json.Marshal(out.Body)
		if err != nil {
			return out, err
		}
		out.ETag = Tag(body)
		if has, _ := ctx.Value(hasKey{}).(string); Matches(has, out.ETag) {
			return out, NotModified(out.ETag)
		}
		return out, nil
	})
}

// WriteTagged answers with a value as JSON, whose tag is of its body, or that the client has it already.
func WriteTagged(w http.ResponseWriter, r *http.Request, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	tag := Tag(body)
	w.Header().Set("ETag", tag)
	if Matches(r.Header.Get("If-None-Match"), tag) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	w.Header().Set("Content-Type", "application/json")
	_, err = w.Write(append(body, '\n'))
	return err
}

// hasKey is the key of the tags that a client has.
type hasKey struct{}

// Conditional adds to an operation the answer to a client that has its answer already.
func Conditional(op huma.Operation) huma.Operation {
	op.Responses = map[string]*huma.Response{"304": {Description: "It is what the client has."}}
	return op
}

// notModified is the answer of a handler to a client that has the answer already.
type notModified struct{ tag string }

// Error says that nothing has changed.
func (notModified) Error() string { return "not modified" }

// NotModified returns the error of a handler for a client that has the answer of a tag.
func NotModified(tag string) error { return notModified{tag} }

// Tag returns a tag of some content.
func Tag(content []byte) string {
	const length = 32
	return `"` + strings.TrimPrefix(string(artifact.DigestOf(content)), "sha256:")[:length] + `"`
}

// Unless returns an answer with the tag of its content, or [NotModified] for a client that sent the
// tag.
func Unless[T any](ifNoneMatch string, body T) (Tagged[T], error) {
	data, err := json.Marshal(body)
	if err != nil {
		return Tagged[T]{}, err
	}
	tag := Tag(data)
	if Matches(ifNoneMatch, tag) {
		return Tagged[T]{}, NotModified(tag)
	}
	return Tagged[T]{ETag: tag, Body: body}, nil
}

// Matches reports whether a list of tags, as a client sends it, contains one.
func Matches(list, tag string) bool {
	for t := range strings.SplitSeq(list, ",") {
		if t = strings.TrimPrefix(strings.TrimSpace(t), "W/"); t == tag || t == "*" {
			return true
		}
	}
	return false
}

// Raw registers a handler that writes its answer itself. Its error is answered as a
// problem if nothing was written yet. The writer has to be a [Recorder].
func (r *Router) Raw(op huma.Operation, do func(w http.ResponseWriter, req *http.Request) error) {
	schema := SchemaOf[client.Problem](r.API)
	for _, status := range op.Errors {
		op.Responses[strconv.Itoa(status)] = &huma.Response{
			Description: http.StatusText(status), Content: map[string]*huma.MediaType{problem.MediaType: {Schema: schema}},
		}
	}
	r.API.OpenAPI().AddOperation(&op)
	r.Mux.HandleFunc(op.Method+" "+op.Path, func(w http.ResponseWriter, req *http.Request) {
		if err := do(w, req); err != nil && w.(*Recorder).Status == 0 {
			r.Problems.Write(w, req, err)
		}
	})
}

// Recorder is a response writer that records what was answered.
type Recorder struct {
	http.ResponseWriter
	Status int // 0 until something was written
	Bytes  int64
}

// WriteHeader records the status.
func (w *Recorder) WriteHeader(status int) {
	if w.Status == 0 {
		w.Status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write counts the bytes of the body.
func (w *Recorder) Write(p []byte) (int, error) {
	if w.Status == 0 {
		w.Status = http.StatusOK
	}
	n, err := w.ResponseWriter.Write(p)
	w.Bytes += int64(n)
	return n, err
}

// Unwrap returns the wrapped writer, for [http.ResponseController].
func (w *Recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }
