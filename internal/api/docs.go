package api

import (
	"embed"
	"encoding/json"
	"html/template"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"
)

//go:embed docs.html docs.css login.html
var docsFiles embed.FS

// docs registers the description of the API: for programs, and for people.
func (s *API) docs() {
	page := template.Must(template.New("docs.html").ParseFS(docsFiles, "docs.html"))
	document := sync.OnceValues(func() ([]byte, error) { return json.Marshal(s.huma.OpenAPI()) })
	s.mux.HandleFunc("GET /openapi.json", func(w http.ResponseWriter, r *http.Request) {
		data, err := document()
		if err != nil {
			s.write(w, r, err)
			return
		}
		w.Header().Set("Content-Type", "application/vnd.oai.openapi+json")
		w.Write(data) //nolint:errcheck // the client has left
	})
	s.mux.HandleFunc("GET /docs/style.css", func(w http.ResponseWriter, r *http.Request) {
		http.ServeFileFS(w, r, docsFiles, "docs.css")
	})
	s.mux.HandleFunc("GET /docs", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		page.Execute(w, describe(s.huma.OpenAPI())) //nolint:errcheck // the client has left
	})
}

// OpenAPI returns the document that describes the API, as indented JSON.
func (s *API) OpenAPI() ([]byte, error) { return json.MarshalIndent(s.huma.OpenAPI(), "", "  ") }

// pageOf is what the page for people shows.
type pageOf struct {
	Title, Version, Description string
	Groups                      []group
	Schemas                     []schema
	Problems                    []struct{ Code, Meaning string }
}

type group struct {
	Name      string
	Endpoints []endpoint
}

type endpoint struct {
	ID, Method, Path, Summary string
	Params                    []param
	Body                      string // the schema of the request
	Answers                   []answerOf
}

type param struct{ Name, In, Kind, Doc string }

type answerOf struct{ Status, Doc, Schema string }

type schema struct {
	Name   string
	Fields []param
}

func describe(o *huma.OpenAPI) pageOf {
	p := pageOf{Title: o.Info.Title, Version: o.Info.Version, Description: o.Info.Description, Problems: codes}
	byTag := map[string][]endpoint{}
	for _, path := range slices.Sorted(maps.Keys(o.Paths)) {
		item := o.Paths[path]
		for _, op := range []*huma.Operation{item.Get, item.Post, item.Patch} {
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

func describeOperation(op *huma.Operation) endpoint {
	e := endpoint{ID: op.OperationID, Method: op.Method, Path: op.Path, Summary: op.Summary}
	for _, in := range op.Parameters {
		e.Params = append(e.Params, param{in.Name, in.In, kindOf(in.Schema), in.Description})
	}
	if op.RequestBody != nil {
		for media, body := range op.RequestBody.Content {
			if e.Body = kindOf(body.Schema); !strings.Contains(media, "json") {
				e.Body = media
			}
		}
	}
	for _, status := range slices.Sorted(maps.Keys(op.Responses)) {
		a := answerOf{Status: status, Doc: op.Responses[status].Description}
		for _, body := range op.Responses[status].Content {
			a.Schema = kindOf(body.Schema)
		}
		e.Answers = append(e.Answers, a)
	}
	return e
}

// kindOf names what a schema is of.
func kindOf(s *huma.Schema) string {
	switch {
	case s == nil:
		return ""
	case s.Ref != "":
		return s.Ref[strings.LastIndexByte(s.Ref, '/')+1:]
	case s.Type == huma.TypeArray:
		return "list of " + kindOf(s.Items)
	case len(s.Enum) > 0:
		return "enum"
	}
	return s.Type
}
