package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cineforge/cineforge/client"
	"github.com/cineforge/cineforge/internal/api"
	"github.com/cineforge/cineforge/simulator"
)

// odd are values that a client may send in place of any other.
var odd = []any{"", " ", "..", "../../etc/passwd", "a/b", "a\x00b", "\u202e\U0001F3AC", "\xff\xfe", strings.Repeat("é", 3000), "null", "-1",
	"0", "1e400", "9223372036854775808", "<script>", "' OR 1=1", "$", "%s%n",
	nil, true, false, 0.0, -1.0, 1e308, 0.5, 1 << 40, []any{}, []any{nil, 1.0, "x"}, map[string]any{},
	map[string]any{"": map[string]any{"a": []any{}}}}

// generator makes requests by the document.
type generator struct {
	*rand.Rand
	schemas map[string]any
	known   map[string][]string // values that mean something, by the name of a parameter or member
}

// value makes a value of a schema, or of something else.
func (g *generator) value(name string, schema map[string]any, depth int) any {
	if g.IntN(8) == 0 || depth > 5 {
		return odd[g.IntN(len(odd))]
	}
	if ref, ok := schema["$ref"].(string); ok {
		schema, _ = g.schemas[ref[strings.LastIndex(ref, "/")+1:]].(map[string]any)
	}
	if list := g.known[name]; len(list) > 0 && g.IntN(4) > 0 {
		return list[g.IntN(len(list))]
	}
	if list, ok := schema["enum"].([]any); ok {
		return list[g.IntN(len(list))]
	}
	kind := schema["type"]
	if list, ok := kind.([]any); ok {
		kind = list[g.IntN(len(list))]
	}
	switch kind {
	case "string":
		return strings.Repeat(string(rune('a'+g.IntN(26))), g.IntN(70))
	case "integer":
		return g.IntN(300) - 20
	case "number":
		return g.NormFloat64() * 1e12
	case "boolean":
		return g.IntN(2) == 0
	case "null":
		return nil
	case "array":
		items, _ := schema["items"].(map[string]any)
		list := make([]any, g.IntN(4))
		for i := range list {
			list[i] = g.value("", items, depth+1)
		}
		return list
	case "object":
		return g.object(schema, depth)
	}
	return odd[g.IntN(len(odd))]
}

func (g *generator) object(schema map[string]any, depth int) map[string]any {
	out := map[string]any{}
	properties, _ := schema["properties"].(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		if required, _ := schema["required"].([]any); g.IntN(3) == 0 || slices.Contains(required, any(name)) && g.IntN(12) > 0 {
			out[name] = g.value(name, properties[name].(map[string]any), depth+1)
		}
	}
	if g.IntN(6) == 0 || len(properties) == 0 {
		out[fmt.Sprint(odd[g.IntN(len(odd))])] = odd[g.IntN(len(odd))]
	}
	return out
}

// request makes a request of an operation.
func (g *generator) request(ctx context.Context, op operation) *http.Request {
	path, query := op.path, url.Values{}
	var headers []string
	for _, p := range op.Parameters {
		text := fmt.Sprint(g.value(p.Name, p.Schema, 0))
		switch {
		case p.In == "path":
			path = strings.ReplaceAll(path, "{"+p.Name+"}", url.PathEscape(text))
		case g.IntN(2) == 0:
		case p.In == "query":
			query.Set(p.Name, text)
		case p.In == "header" && !strings.ContainsAny(text, "\x00\r\n"):
			headers = append(headers, p.Name+": "+text)
		}
	}
	if len(query) > 0 {
		path += "?" + query.Encode()
	}
	var body any
	switch {
	case op.Body == nil:
	case op.takes("multipart/form-data"):
		b, kind := form([]string{"file", "other"}[g.IntN(8)/7], fmt.Sprint(g.value("", map[string]any{"type": "string"}, 0)),
			[]byte("INT. HOUSE - DAY\n\n"+fmt.Sprint(odd[g.IntN(len(odd))])))
		body, headers = b, append(headers, kind)
	default:
		data, err := json.Marshal(g.value("", op.Body.Content["application/json"].Schema, 0))
		if err != nil {
			panic(err)
		}
		if g.IntN(20) == 0 {
			data = data[:g.IntN(len(data))]
		}
		body = string(data)
	}
	return request(ctx, op.method, path, body, headers...)
}

// Requests by the document, and such as have something odd somewhere: whatever is sent,
// the answer is one of the document, and none is the server's fault.
// CINEFORGE_REQUESTS and CINEFORGE_SEED ask for more and for others.
func TestAPI_OddRequests(t *testing.T) {
	n, seed := 3000, 1
	if raceOn {
		n = 500
	}
	if text := os.Getenv("CINEFORGE_REQUESTS"); text != "" {
		n, _ = strconv.Atoi(text)
	}
	if text := os.Getenv("CINEFORGE_SEED"); text != "" {
		seed, _ = strconv.Atoi(text)
	}
	synctest.Test(t, func(t *testing.T) {
		s := open(t, api.Options{UploadLimit: 1 << 20}, models(simulator.New(healthy, simulator.Options{})))
		b := s.given("tide", "night_bus.txt")
		run := s.start(b)
		s.rests(run)
		source, err := s.api.OpenAPI()
		var doc struct {
			Components struct{ Schemas map[string]any }
		}
		if err == nil {
			err = json.Unmarshal(source, &doc)
		}
		if err != nil {
			t.Fatal(err)
		}
		g := &generator{rand.New(rand.NewPCG(uint64(seed), 1)), doc.Components.Schemas, map[string][]string{
			"project_id": {"tide"}, "project": {"tide"}, "project_path": {"tide"}, "run_id": {run}, "runs": {run, run + ",x"},
			"input_file": {b.InputFile}, "filename": {b.InputFile}, "config_file": {b.InputFile},
			"recipe_id": {"mvp_ingest"}, "artifact_type": {"scene", "scene_index"}, "entity_id": {"scene_001", "project"}, "version": {"1", "2"},
			"name": {"anthropic", "openai"},
			"slug": {"tide", "other"}, "from": {"normalize", "ingest"}, "start_from": {"normalize"}, "end_at": {"extract_scenes"},
			"format": {"ndjson", "json", "csv"}, "topics": {"runs,projects"}, "kinds": {"unit_done"}, "status": {"done,failed"},
			"window": {"24h"}, "type": {"scene"}, "If-Match": {`"1"`, "*"}, "stage": {"normalize"},
			"drill": {"healthy"}, "retry_failed_stage_for_run_id": {run}, "cursor": {run}, "Idempotency-Key": {"k1", "k2"}}}
		operations := contractOf(t, s.api).operations()
		statuses, deleted := map[int]int{}, 0
		for i := range n {
			op := operations[g.IntN(len(operations))]
			ctx, stop := context.WithTimeout(t.Context(), time.Minute)
			if strings.Contains(op.path, "stream") {
				stop()
				ctx, stop = context.WithTimeout(t.Context(), time.Second)
			}
			began := time.Now()
			a := s.do(g.request(ctx, op))
			statuses[a.status]++
			if ctx.Err() != nil && !strings.Contains(op.path, "stream") || a.status >= 500 {
				t.Fatalf("request %d of seed %d: %s: %d after %s: %s", i, seed, a.what, a.status, time.Since(began), a.body)
			}
			stop()
			if op.method == http.MethodDelete && a.status < 300 { // the requests to come need something
				deleted++
				time.Sleep(time.Minute)
				b := s.given("tide", "night_bus.txt")
				for name, value := range map[string]string{"project_id": b.ProjectID, "run_id": s.start(b), "filename": b.InputFile} {
					g.known[name] = []string{value}
				}
				g.known["input_file"] = g.known["filename"]
			}
			if g.IntN(4) == 0 {
				time.Sleep(time.Second) // for the rate limit
			}
		}
		t.Log("answers by status:", statuses, "deleted:", deleted)
		s.leavesNothing()
		into[[]client.RecentProject](s.get("/api/projects/recent").is(200))
	})
}
