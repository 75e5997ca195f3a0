package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"
)

func statusKey(status int) string { return strconv.Itoa(status) }

// described describes an answer of JSON.
func (s *API) described(description string, t reflect.Type) *huma.Response {
	return &huma.Response{Description: description, Content: map[string]*huma.MediaType{
		"application/json": {Schema: s.huma.OpenAPI().Components.Schemas.Schema(t, true, "")}}}
}

// describedList describes an answer of a list.
func (s *API) describedList(description string, of reflect.Type) *huma.Response {
	return &huma.Response{Description: description, Content: map[string]*huma.MediaType{
		"application/json": {Schema: &huma.Schema{Type: huma.TypeArray, Items: s.huma.OpenAPI().Components.Schemas.Schema(of, true, "")}}}}
}

func pathParam(name string) *huma.Param {
	return &huma.Param{Name: name, In: "path", Required: true, Schema: &huma.Schema{Type: huma.TypeString}}
}

func queryParam(name, description string) *huma.Param {
	return &huma.Param{Name: name, In: "query", Description: description, Schema: &huma.Schema{Type: huma.TypeString}}
}

// numberParam describes a whole number of a query; most is 0 if there is none.
func numberParam(name string, least, most float64, description string) *huma.Param {
	schema := &huma.Schema{Type: huma.TypeInteger, Minimum: &least}
	if most > 0 {
		schema.Maximum = &most
	}
	return &huma.Param{Name: name, In: "query", Description: description, Schema: schema}
}

func headerParam(name, description string) *huma.Param {
	return &huma.Param{Name: name, In: "header", Description: description, Schema: &huma.Schema{Type: huma.TypeString}}
}

// fileForm describes a form with a file.
func fileForm() *huma.RequestBody {
	return &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"multipart/form-data": {Schema: &huma.Schema{
		Type: huma.TypeObject, Required: []string{"file"},
		Properties: map[string]*huma.Schema{"file": {Type: huma.TypeString, Format: "binary"}}}}}}
}

func writeJSON(w http.ResponseWriter, status int, v any) error {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

// seconds is a time in unix seconds.
func seconds(t time.Time) float64 { return float64(t.UnixMilli()) / 1000 }

func megabytes(n int64) string { return fmt.Sprintf("%d MB", n>>20) }
