package endpoint

import (
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"github.com/cineforge/cineforge/internal/api/problem"
)

// SchemaOf returns the schema of a type, which it adds to the document.
func SchemaOf[T any](a huma.API) *huma.Schema {
	return a.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[T](), true, "")
}

// JSON describes an answer of JSON.
func JSON(description string, schema *huma.Schema) *huma.Response {
	return &huma.Response{
		Description: description, Content: map[string]*huma.MediaType{"application/json": {Schema: schema}},
	}
}

// Text describes an answer that is not JSON.
func Text(description, mediaType string) *huma.Response {
	return &huma.Response{
		Description: description, Content: map[string]*huma.MediaType{mediaType: {Schema: &huma.Schema{Type: huma.TypeString}}},
	}
}

// ListOf returns the schema of a list.
func ListOf(schema *huma.Schema) *huma.Schema {
	return &huma.Schema{Type: huma.TypeArray, Items: schema}
}

// PathParam describes a parameter of a path.
func PathParam(name string) *huma.Param {
	return &huma.Param{Name: name, In: "path", Required: true, Schema: &huma.Schema{Type: huma.TypeString}}
}

// QueryParam describes a parameter of a query.
func QueryParam(name, description string) *huma.Param {
	return &huma.Param{Name: name, In: "query", Description: description, Schema: &huma.Schema{Type: huma.TypeString}}
}

// NumberParam describes a whole number of a query; maximum is 0 if there is none.
func NumberParam(name string, minimum, maximum float64, description string) *huma.Param {
	schema := &huma.Schema{Type: huma.TypeInteger, Minimum: &minimum}
	if maximum > 0 {
		schema.Maximum = &maximum
	}
	return &huma.Param{Name: name, In: "query", Description: description, Schema: schema}
}

// HeaderParam describes a header of a request.
func HeaderParam(name, description string) *huma.Param {
	return &huma.Param{Name: name, In: "header", Description: description, Schema: &huma.Schema{Type: huma.TypeString}}
}

// FileForm describes a form with a file.
func FileForm() *huma.RequestBody {
	form := &huma.Schema{
		Type: huma.TypeObject, Required: []string{"file"},
		Properties: map[string]*huma.Schema{"file": {Type: huma.TypeString, Format: "binary"}},
	}
	return &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"multipart/form-data": {Schema: form}}}
}

// WriteJSON answers with a value as JSON.
func WriteJSON(w http.ResponseWriter, status int, v any) error {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

// Number reads a whole number of a query; missing is its value where the query has none.
func Number(r *http.Request, name string, minimum, maximum, missing int64) (int64, error) {
	text := r.URL.Query().Get(name)
	if text == "" {
		return missing, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < minimum || n > maximum {
		message := fmt.Sprintf("%s is no whole number from %d to %d", name, minimum, maximum)
		return 0, problem.Refuse(http.StatusUnprocessableEntity, "invalid_request", message, "")
	}
	return n, nil
}

// PathID reads a name of a path.
func PathID(r *http.Request, name string) (string, error) {
	const most = 200
	id := r.PathValue(name)
	if len(id) > most {
		message := fmt.Sprintf("%s is longer than %d characters", name, most)
		return "", problem.Refuse(http.StatusUnprocessableEntity, "invalid_request", message, "")
	}
	return id, nil
}

// Megabytes writes a size for people.
func Megabytes(n int64) string { return fmt.Sprintf("%d MB", n>>20) }

// Clip cuts a text that a client made up to a length that fits into a message.
func Clip(s string) string {
	const most = 200
	if len(s) > most {
		return s[:most] + "..."
	}
	return s
}

// Operations returns all operations of a document.
func Operations(o *huma.OpenAPI) (all []*huma.Operation) {
	for _, item := range o.Paths {
		for _, op := range []*huma.Operation{item.Get, item.Post, item.Put, item.Patch, item.Delete} {
			if op != nil {
				all = append(all, op)
			}
		}
	}
	return all
}
