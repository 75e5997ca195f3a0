package api_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	pathpkg "path"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.uber.org/goleak"

	"github.com/cineforge/cineforge/internal/api"
)

// contract is the OpenAPI document as a judge of answers, and which of the answers that
// it speaks of have come.
type contract struct {
	paths    map[string]map[string]operation // by path and method
	mux      *http.ServeMux                  // finds the path of a request
	compiler *jsonschema.Compiler
	doc      any

	mu       sync.Mutex // guards what follows
	compiled map[string]*jsonschema.Schema
	came     map[string]bool // "operation status"
}

// operation is an operation of the document, as far as these tests use it.
type operation struct {
	ID         string              `json:"operationId"`
	Parameters []parameter         `json:"parameters"`
	Body       *content            `json:"requestBody"`
	Responses  map[string]*content `json:"responses"`
	Unknown    string              `json:"x-unknown-members"`
	method     string
	path       string
}

type parameter struct {
	Name   string         `json:"name"`
	In     string         `json:"in"`
	Schema map[string]any `json:"schema"`
}

type content struct {
	Required bool `json:"required"`
	Content  map[string]struct {
		Schema map[string]any `json:"schema"`
	} `json:"content"`
}

var theContract struct {
	sync.Once
	*contract
}

// contractOf returns the contract, which is the same for all servers.
func contractOf(t testing.TB, a *api.API) *contract {
	t.Helper()
	theContract.Do(func() {
		source, err := a.OpenAPI()
		if err != nil {
			t.Fatal(err)
		}
		if theContract.contract, err = parseContract(source); err != nil {
			t.Fatal(err)
		}
	})
	return theContract.contract
}

func parseContract(source []byte) (*contract, error) {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(source))
	if err != nil {
		return nil, err
	}
	closeSchemas(doc)
	c := &contract{mux: http.NewServeMux(), compiler: jsonschema.NewCompiler(), doc: doc, compiled: map[string]*jsonschema.Schema{},
		came: map[string]bool{}}
	c.compiler.AssertFormat()
	if err := c.compiler.AddResource("openapi.json", doc); err != nil {
		return nil, err
	}
	var paths struct {
		Paths map[string]map[string]operation `json:"paths"`
	}
	if err := json.Unmarshal(source, &paths); err != nil {
		return nil, err
	}
	c.paths = paths.Paths
	for path, item := range c.paths {
		for method, op := range item {
			op.method, op.path = strings.ToUpper(method), path
			item[method] = op
			c.mux.Handle(op.method+" "+path, http.NotFoundHandler())
		}
	}
	return c, nil
}

// closeSchemas allows the objects of a document no members but those that their schemas name. Clients
// allow others, which versions to come may have; of this one they would be undocumented. It also
// has a union judge by the schema that its discriminator names, which is faster and says more.
func closeSchemas(doc any) {
	schemas := at(doc, "components", "schemas").(map[string]any)
	for _, s := range schemas {
		s := s.(map[string]any)
		if s["properties"] != nil && s["additionalProperties"] == nil {
			s["additionalProperties"] = false
		}
		variants, union := s["oneOf"].([]any)
		name, _ := at(s, "discriminator", "propertyName").(string)
		if !union || name == "" {
			continue
		}
		last, _ := at(variants[len(variants)-1], "$ref").(string)
		if at(schemas, strings.TrimPrefix(last, "#/components/schemas/"), "not") != nil {
			continue // the name does not decide alone
		}
		delete(s, "oneOf")
		mapping := at(s, "discriminator", "mapping").(map[string]any)
		var all, known []any
		for value, ref := range mapping {
			known = append(known, value)
			all = append(all, map[string]any{
				"if": map[string]any{"properties": map[string]any{name: map[string]any{"const": value}}}, "then": map[string]any{"$ref": ref},
			})
		}
		rest := map[string]any{"if": map[string]any{"properties": map[string]any{name: map[string]any{"enum": known}}}, "else": false}
		if len(variants) > len(known) {
			rest["else"] = variants[len(variants)-1] // other ones
		}
		s["allOf"] = append(all, rest)
	}
}

// operations returns all operations.
func (c *contract) operations() (all []operation) {
	for _, item := range c.paths {
		for _, op := range item {
			all = append(all, op)
		}
	}
	slices.SortFunc(all, func(a, b operation) int { return strings.Compare(a.ID, b.ID) })
	return all
}

// pages are what people look at, which the document does not speak of.
var pages = []string{"/docs", "/docs/style.css", "/openapi.json", "/login"}

// check fails the test if an answer is not as the document says, or tells a secret.
func (c *contract) check(t testing.TB, r *http.Request, a answer) {
	t.Helper()
	for name, key := range keys {
		if bytes.Contains(a.body, []byte(key)) || strings.Contains(fmt.Sprint(a.header), key) {
			t.Errorf("%s tells %s", a.what, name)
		}
	}
	if err := c.judge(r, a); err != nil {
		t.Errorf("%s: %d is not as the document says: %v\n%.2000s", a.what, a.status, err, a.body)
	}
}

// judge says what is wrong with an answer.
func (c *contract) judge(r *http.Request, a answer) error {
	_, pattern := c.mux.Handler(r)
	method, path, found := strings.Cut(pattern, " ")
	if !found || r.Method != method || pathpkg.Clean(r.URL.Path) != r.URL.Path {
		if a.header.Get("Cache-Control") != "no-store" && !strings.HasPrefix(r.URL.Path, "/api") {
			return nil // the page's
		}
		if (slices.Contains(pages, r.URL.Path) || strings.HasPrefix(r.URL.Path, "/docs/style.")) && a.status < 400 {
			return nil
		}
		return c.problem(a)
	}
	op := c.paths[path][strings.ToLower(method)]
	status := fmt.Sprint(a.status)
	described, ok := op.Responses[status]
	if !ok {
		return fmt.Errorf("the status is not in the document")
	}
	c.note(op.ID + " " + status)
	form := op.ID == "login" && strings.HasPrefix(a.header.Get("Content-Type"), "text/html") // again, after a wrong token
	if a.status >= 400 && !form {
		if err := c.problem(a); err != nil {
			return err
		}
	}
	if len(described.Content) == 0 {
		if len(a.body) > 0 {
			return fmt.Errorf("there is a body")
		}
		return nil
	}
	kind, _, _ := strings.Cut(a.header.Get("Content-Type"), ";")
	if _, ok := described.Content[kind]; !ok {
		return fmt.Errorf("the content type %q is not in the document", kind)
	}
	at := "openapi.json#/paths/" + strings.ReplaceAll(path, "/", "~1") + "/" + strings.ToLower(method) + "/responses/" + status + "/content/" +
		strings.ReplaceAll(kind, "/", "~1") + "/schema"
	return c.valid(at, kind, r.URL.Query().Get("brief") == "1", a.body)
}

// problem says what is wrong with a problem.
func (c *contract) problem(a answer) error {
	if kind := a.header.Get("Content-Type"); kind != "application/problem+json" {
		return fmt.Errorf("it is no problem but %q", kind)
	}
	var p struct {
		Status  int
		Code    string
		Message string
	}
	if err := json.Unmarshal(a.body, &p); err != nil {
		return err
	}
	if p.Status != a.status || p.Code == "" || p.Message == "" {
		return fmt.Errorf("the problem says less than it has to")
	}
	return c.valid("openapi.json#/components/schemas/Problem", "", false, a.body)
}

// valid says how a body is not of a schema. Of streams it looks at each event.
func (c *contract) valid(schema, kind string, brief bool, body []byte) error {
	docs := [][]byte{body}
	switch kind {
	case "text/plain", "text/html", "application/zip", "application/xml", "text/csv":
		return nil
	case "application/x-ndjson":
		docs, schema = nil, c.item(schema, "x-item-schema")
		for line := range bytes.Lines(body) {
			docs = append(docs, line)
		}
	case "text/event-stream":
		docs = nil
		if brief {
			schema = c.item(schema, "x-brief-item-schema")
		} else {
			schema = c.item(schema, "x-item-schema")
		}
		for line := range bytes.Lines(body) {
			if data, ok := bytes.CutPrefix(line, []byte("data: ")); ok {
				docs = append(docs, data)
			}
		}
	}
	sch, err := c.schema(schema)
	if err != nil {
		return err
	}
	for _, doc := range docs {
		v, err := jsonschema.UnmarshalJSON(bytes.NewReader(doc))
		if err == nil {
			err = sch.Validate(v)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// item returns where the schema of the items of a stream is: a member of that of the stream names it,
// which else is that of its items.
func (c *contract) item(schema, items string) string {
	_, path, _ := strings.Cut(schema, "#/")
	v := c.doc
	for part := range strings.SplitSeq(path, "/") {
		v = at(v, strings.NewReplacer("~1", "/", "~0", "~").Replace(part))
	}
	if ref, ok := at(v, items, "$ref").(string); ok {
		return "openapi.json" + ref
	}
	return schema
}

func (c *contract) schema(at string) (*jsonschema.Schema, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if s := c.compiled[at]; s != nil {
		return s, nil
	}
	s, err := c.compiler.Compile(at)
	c.compiled[at] = s
	return s, err
}

func (c *contract) note(what string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.came[what] = true
}

// everywhere are statuses that do not depend on the operation: each has to have come
// from some operation.
var everywhere = []string{"401", "403", "421", "429", "500", "503"}

// missing returns what the document speaks of and no test has seen.
func (c *contract) missing() (all []string) {
	for _, op := range c.operations() {
		for status := range op.Responses {
			if what := op.ID + " " + status; !c.came[what] && !slices.Contains(everywhere, status) {
				all = append(all, what)
			}
		}
	}
	for _, status := range everywhere {
		if !slices.ContainsFunc(c.operations(), func(op operation) bool { return c.came[op.ID+" "+status] }) {
			all = append(all, "any "+status)
		}
	}
	slices.Sort(all)
	return all
}

// TestMain wants the whole of these tests to have seen each answer that the document
// speaks of, and no goroutine to be left.
func TestMain(m *testing.M) {
	code := m.Run()
	if code == 0 && theContract.contract != nil && all() {
		for _, what := range theContract.missing() {
			io.WriteString(os.Stderr, "no test has seen "+what+"\n") //nolint:errcheck // nothing can be done
			code = 1
		}
	}
	if code == 0 {
		if err := goleak.Find(); err != nil {
			io.WriteString(os.Stderr, err.Error()+"\n") //nolint:errcheck // the same
			code = 1
		}
	}
	os.Exit(code)
}

// all reports whether all tests were asked for.
func all() bool {
	return !testing.Short() && !slices.ContainsFunc(os.Args, func(arg string) bool {
		return strings.HasPrefix(arg, "-test.run") || strings.HasPrefix(arg, "-test.skip") || strings.HasPrefix(arg, "-test.fuzz") ||
			strings.HasPrefix(arg, "-test.list")
	})
}
