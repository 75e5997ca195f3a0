// Package docs serves the description of the API: as a document for programs, and as a page.
package docs

import (
	"bytes"
	"embed"
	"encoding/json"
	"html/template"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"

	"github.com/cineforge/cineforge/internal/api/endpoint"
	"github.com/cineforge/cineforge/internal/api/problem"
)

//go:embed docs.html docs.css
var files embed.FS

// Register registers the description of the API. All operations have to be
// registered when the first request is answered.
func Register(r *endpoint.Router) {
	tmpl := template.Must(template.New("docs.html").ParseFS(files, "docs.html"))
	document := sync.OnceValues(func() ([]byte, error) { return json.Marshal(r.API.OpenAPI()) })
	r.Mux.HandleFunc("GET /openapi.json", func(w http.ResponseWriter, req *http.Request) {
		data, err := document()
		if err != nil {
			r.Problems.Write(w, req, err)
			return
		}
		answer(w, req, "application/vnd.oai.openapi+json", data)
	})
	style, css := stylesheet()
	r.Mux.HandleFunc("GET "+style, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/css; charset=utf-8")
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
		w.Write(css) //nolint:errcheck // the client has left
	})
	written := sync.OnceValues(func() ([]byte, error) {
		p := describe(r.API.OpenAPI())
		p.Style = style
		var b bytes.Buffer
		err := tmpl.Execute(&b, p)
		return b.Bytes(), err
	})
	r.Mux.HandleFunc("GET /docs/style.css", func(w http.ResponseWriter, req *http.Request) { // of the form for logging in
		answer(w, req, "text/css; charset=utf-8", css)
	})
	r.Mux.HandleFunc("GET /docs", func(w http.ResponseWriter, req *http.Request) {
		data, err := written()
		if err != nil {
			r.Problems.Write(w, req, err)
			return
		}
		answer(w, req, "text/html; charset=utf-8", data)
	})
}

// stylesheet returns the path of the style sheet, which has a digest of its content in it, and the
// content.
func stylesheet() (path string, css []byte) {
	css, err := files.ReadFile("docs.css")
	if err != nil {
		panic(err) // it is embedded
	}
	const digits = 12
	return "/docs/style." + strings.Trim(endpoint.Tag(css), `"`)[:digits] + ".css", css
}

// answer answers with content that a client need not load again.
func answer(w http.ResponseWriter, req *http.Request, mediaType string, data []byte) {
	tag := endpoint.Tag(data)
	w.Header().Set("ETag", tag)
	if endpoint.Matches(req.Header.Get("If-None-Match"), tag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	w.Header().Set("Content-Type", mediaType)
	w.Write(data) //nolint:errcheck // the client has left
}

// page is the data of the page.
type page struct {
	Title, Version, Description string
	Style                       string // path of the style sheet
	Groups                      []group
	Schemas                     []schema
	Problems                    []struct{ Code, Meaning string }
}

type group struct {
	Name      string
	Endpoints []operation
}

type operation struct {
	ID, Method, Path, Summary string
	Params                    []param
	Body                      string // the schema of the request
	Answers                   []outcome
}

type param struct{ Name, In, Kind, Doc string }

type outcome struct{ Status, Doc, Schema string }

type schema struct {
	Name   string
	Fields []param
}

func describe(o *huma.OpenAPI) page {
	p := page{Title: o.Info.Title, Version: o.Info.Version, Description: o.Info.Description, Problems: problem.Codes}
	byTag := map[string][]operation{}
	for _, path := range slices.Sorted(maps.Keys(o.Paths)) {
		item := o.Paths[path]
		for _, op := range []*huma.Operation{item.Get, item.Post, item.Put, item.Patch, item.Delete} {
			if op != nil {
				byTag[op.Tags[0]] = append(byTag[op.Tags[0]], describeOperation(op))
			}
		}
	}
	for _, tag := range slices.Sorted(maps.Keys(byTag)) {
		p.Groups = append(p.Groups, group{tag, byTag[tag]})
	}
	schemas := o.Components.Schemas.Map()
	for _, name := range slices.Sorted(maps.Keys(schemas)) {
		out := schema{Name: name}
		for _, field := range slices.Sorted(maps.Keys(schemas[name].Properties)) {
			f := schemas[name].Properties[field]
			out.Fields = append(out.Fields, param{Name: field, Kind: kindOf(f), Doc: f.Description})
		}
		p.Schemas = append(p.Schemas, out)
	}
	return p
}

func describeOperation(op *huma.Operation) operation {
	e := operation{ID: op.OperationID, Method: op.Method, Path: op.Path, Summary: op.Summary}
	for _, in := range op.Parameters {
		e.Params = append(e.Params, param{Name: in.Name, In: in.In, Kind: kindOf(in.Schema), Doc: in.Description})
	}
	if op.RequestBody != nil {
		for media, body := range op.RequestBody.Content {
			if e.Body = kindOf(body.Schema); !strings.Contains(media, "json") {
				e.Body = media
			}
		}
	}
	for _, status := range slices.Sorted(maps.Keys(op.Responses)) {
		a := outcome{Status: status, Doc: op.Responses[status].Description}
		for _, body := range op.Responses[status].Content {
			a.Schema = kindOf(body.Schema)
		}
		e.Answers = append(e.Answers, a)
	}
	return e
}

// kindOf names the type that a schema describes.
func kindOf(s *huma.Schema) string {
	switch {
	case s == nil:
		return ""
	case s.Ref != "":
		return s.Ref[strings.LastIndexByte(s.Ref, '/')+1:]
	case len(s.AnyOf)+len(s.OneOf) > 0:
		var names []string
		for _, one := range slices.Concat(s.AnyOf, s.OneOf) {
			names = append(names, kindOf(one))
		}
		return strings.Join(names, " or ")
	case s.Type == huma.TypeArray:
		return "list of " + kindOf(s.Items)
	case len(s.Enum) > 0:
		return "enum"
	}
	return s.Type
}
