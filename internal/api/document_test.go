package api_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/cineforge/cineforge/internal/api"
	"github.com/cineforge/cineforge/internal/api/problem"
	"github.com/cineforge/cineforge/internal/app"
	"github.com/cineforge/cineforge/internal/feed"
	"github.com/cineforge/cineforge/internal/wording"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
	"github.com/cineforge/cineforge/simulator"
)

//go:generate go test -run ^TestDocument_Files$ -update .

var update = flag.Bool("update", false, "write docs/openapi.json and the problems in docs/api.md")

// docs/openapi.json is the document that a server answers with, for clients that are generated without
// one, and the problems in docs/api.md are those that there are.
func TestDocument_Files(t *testing.T) {
	if testing.Short() && !*update {
		t.Skip("a change makes them when it is whole")
	}
	synctest.Test(t, func(t *testing.T) {
		s := idle(t, api.Options{Version: "development"}, app.Config{})
		var document bytes.Buffer
		if err := json.Indent(&document, s.get("/openapi.json").is(200).body, "", " "); err != nil {
			t.Fatal(err)
		}
		document.WriteByte('\n')
		const page = "../../docs/api.md"
		const begin, end = "<!-- The list is made by make generate. -->\n", "<!-- End of the list. -->\n"
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		before, rest, found := strings.Cut(string(text), begin)
		_, after, ends := strings.Cut(rest, end)
		if !found || !ends {
			t.Fatal("docs/api.md has no list of problems")
		}
		list := "| code | means |\n|---|---|\n"
		for _, c := range slices.SortedFunc(slices.Values(problem.Codes), func(a, b struct{ Code, Meaning string }) int {
			return strings.Compare(a.Code, b.Code)
		}) {
			list += "| `" + c.Code + "` | " + c.Meaning + " |\n"
		}
		for name, want := range map[string][]byte{
			"../../docs/openapi.json": document.Bytes(), page: []byte(before + begin + list + end + after),
		} {
			if *update {
				if err := os.WriteFile(name, want, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if got, err := os.ReadFile(name); err != nil || !bytes.Equal(got, want) {
				t.Errorf("%s is not up to date (make generate): %v", name, err)
			}
		}
	})
}

// strictSchemas are the schemas of the document as a judge that knows nothing else: an object has
// only the members that its schema names, and a union has no room for kinds to come.
type strictSchemas struct{ compiler *jsonschema.Compiler }

func newStrictSchemas(t *testing.T, a *api.API) strictSchemas {
	t.Helper()
	source, err := a.OpenAPI()
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(source))
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range at(doc, "components", "schemas").(map[string]any) {
		for _, key := range []string{"oneOf", "anyOf"} {
			if list, ok := at(s, key).([]any); ok {
				s.(map[string]any)[key] = slices.DeleteFunc(list, func(v any) bool {
					ref, _ := at(v, "$ref").(string)
					return strings.HasPrefix(ref, "#/components/schemas/Other")
				})
			}
		}
	}
	closeSchemas(doc)
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("strict.json", doc); err != nil {
		t.Fatal(err)
	}
	return strictSchemas{c}
}

// check says how JSON differs from a schema of the document.
func (s strictSchemas) check(schema string, data []byte) error {
	sch, err := s.compiler.Compile("strict.json#/components/schemas/" + schema)
	if err != nil {
		return err
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		return err
	}
	return sch.Validate(v)
}

// Each event that a run of any scenario has is one of the document, with no member besides.
func TestDocument_EventsOfAllScenarios(t *testing.T) {
	if testing.Short() {
		t.Skip("takes half a minute")
	}
	if raceOn {
		t.Skip("takes minutes with the race detector; it is tested without it")
	}
	const looked = 5 * time.Minute
	seen, checked := map[string]int{}, map[string]bool{}
	for _, scenario := range simulator.Builtin() {
		synctest.Test(t, func(t *testing.T) {
			s := open(t, api.Options{}, app.Config{})
			schemas := newStrictSchemas(t, s.api)
			b := s.given("tide", "night_bus.txt")
			b.Drill = scenario.Name
			id := s.start(b)
			time.Sleep(looked) // some wait for longer
			s.post("/api/runs/"+id+"/cancel", nil)
			state := s.rests(id).State
			answer := s.get("/api/runs/"+id+"/events", "Accept: application/x-ndjson").is(200)
			for line := range bytes.Lines(answer.body) {
				var v any
				if err := json.Unmarshal(line, &v); err != nil {
					t.Fatal(err)
				}
				shape := shapeOf(v)
				if checked[shape] {
					continue
				}
				checked[shape] = true
				name, _ := at(v, "event").(string)
				seen[name]++
				if err := schemas.check("Event", line); err != nil {
					t.Errorf("%s: %v\n%s", scenario.Name, err, line)
				}
			}
			for name, stage := range state.Stages {
				for _, ref := range stage.ArtifactRefs {
					path := fmt.Sprintf("/api/projects/%s/artifacts/%s/%s/%d", state.ProjectID, ref.ArtifactType, ref.EntityID, ref.Version)
					a := s.get(path).is(200)
					if err := schemas.check("ArtifactDetail", a.body); err != nil {
						t.Errorf("%s: %s: %v\n%.2000s", scenario.Name, name, err, a.body)
					}
				}
			}
		})
	}
	t.Log("shapes of events by name:", seen)
	if len(seen) < 15 {
		t.Error("too few kinds of events")
	}
}

// Each event that was ever released is one of the document as the API gives it.
func TestDocument_ReleasedEvents(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		schemas := newStrictSchemas(t, idle(t, api.Options{}, app.Config{}).api)
		files, err := filepath.Glob("../../run/testdata/events/*.jsonl")
		if err != nil || len(files) == 0 {
			t.Fatal(files, err)
		}
		seen := map[string]int{}
		for _, name := range files {
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			for line := range bytes.Lines(data) {
				var e event.Event
				if err := json.Unmarshal(line, &e); err != nil {
					t.Fatal(err)
				}
				given, err := json.Marshal(wording.Worded(e))
				if _, later := e.Body.(event.Unknown); !later && err == nil {
					seen[e.Body.EventName()]++
					err = schemas.check("Event", given)
				}
				if err != nil {
					t.Errorf("%v\n%s", err, given)
				}
				frame, err := feed.NewFrame(run.LogEntry{Event: e})
				if err == nil {
					err = schemas.check("BriefEvent", frame.Brief())
				}
				if _, later := e.Body.(event.Unknown); !later && err != nil {
					t.Errorf("%v\n%s", err, frame.Brief())
				}
			}
		}
		for name := range event.Kinds() {
			if seen[name] == 0 {
				t.Errorf("no line of %s", name)
			}
		}
	})
}

// shapeOf describes the members of JSON and which kinds of values they have: of words, the words
// themselves.
func shapeOf(v any) string {
	switch v := v.(type) {
	case map[string]any:
		var b strings.Builder
		for _, name := range slices.Sorted(maps.Keys(v)) {
			b.WriteString(name + ":" + shapeOf(v[name]) + ",")
		}
		return "{" + b.String() + "}"
	case []any:
		shapes := map[string]bool{}
		for _, item := range v {
			shapes[shapeOf(item)] = true
		}
		return fmt.Sprint(slices.Sorted(maps.Keys(shapes)))
	case string:
		if strings.Trim(v, "abcdefghijklmnopqrstuvwxyz_") == "" {
			return v
		}
	}
	return kindOf(v)
}

// What is free can be as deep as it likes, and what can be null or an object can be no other object.
func TestDocument_FreeAndNullMembers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := idle(t, api.Options{}, app.Config{})
		s.project("tide")
		s.call("PATCH", "/api/projects/tide/settings", `{"ui_preferences":{"a":[[[[[[{"b":[[null]]}, 1]]]]]]}}`).is(200)
		message := `{"id":"m","type":"ai_status","content":"","timestamp":1,"actions":[{"id":"a","label":"b","confirm_action":%s}]}`
		s.post("/api/projects/tide/chat", fmt.Sprintf(message, "null")).is(200)
		s.post("/api/projects/tide/chat", fmt.Sprintf(message, "{}")).fails(422, "invalid_request")
		s.get("/api/projects/tide/chat").is(200)
	})
}
