package api_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/cineforge/cineforge/client"
	"github.com/cineforge/cineforge/internal/api"
	"github.com/cineforge/cineforge/internal/app"
	"github.com/cineforge/cineforge/run"
)

// foreign is a member that no operation has.
const foreign = "entirely_else"

// spot is an object of a body that has certain members only.
type spot struct {
	pointer string                     // to the object
	known   []string                   // its members
	body    func(o map[string]any) any // a body with the object
}

// spots returns all such objects of the bodies of an operation, by the document.
func spots(t *testing.T, a *api.API, op operation) (all []spot) {
	t.Helper()
	source, err := a.OpenAPI()
	var doc struct {
		Components struct{ Schemas map[string]map[string]any }
	}
	if err == nil {
		err = json.Unmarshal(source, &doc)
	}
	if err != nil {
		t.Fatal(err)
	}
	valid := map[string]any{}
	if text, ok := bodies[op.ID]; ok {
		if err := json.Unmarshal([]byte(text), &valid); err != nil {
			t.Fatal(err)
		}
	}
	var walk func(schema map[string]any, pointer string, body func(any) any, depth int)
	walk = func(schema map[string]any, pointer string, body func(any) any, depth int) {
		if ref, ok := schema["$ref"].(string); ok {
			schema = doc.Components.Schemas[ref[strings.LastIndex(ref, "/")+1:]]
		}
		items, isArray := schema["items"].(map[string]any)
		properties, _ := schema["properties"].(map[string]any)
		rest, isMap := schema["additionalProperties"].(map[string]any)
		switch {
		case depth > 5:
			t.Errorf("%s: %s is deeper than this test looks", op.ID, pointer)
		case isArray:
			walk(items, pointer+"/0", func(v any) any { return body([]any{v}) }, depth+1)
		case isMap && len(rest) > 0:
			walk(rest, pointer+"/any", func(v any) any { return body(map[string]any{"any": v}) }, depth+1)
		case schema["additionalProperties"] == true || isMap:
			return
		case properties != nil:
			all = append(all, spot{pointer: pointer, known: slices.Sorted(maps.Keys(properties)),
				body: func(o map[string]any) any { return body(o) }})
		}
		for name, p := range properties {
			walk(p.(map[string]any), pointer+"/"+name, func(v any) any { return body(map[string]any{name: v}) }, depth+1)
		}
	}
	whole := func(v any) any {
		with := maps.Clone(valid)
		maps.Copy(with, v.(map[string]any))
		return with
	}
	if op.Body == nil {
		return []spot{{body: func(o map[string]any) any { return o }}}
	}
	walk(op.Body.Content["application/json"].Schema, "", whole, 0)
	return all
}

// takesMembers reports whether an operation may get a body of JSON.
func (op operation) takesMembers() bool {
	return op.takes("application/json") || op.Body == nil && op.method != http.MethodGet
}

// Each operation of this system, as the document lists them, refuses a member or a query parameter
// that it does not have, wherever it is, and lists all of them.
func TestAPI_RefusesUnknownMembers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := idle(t, api.Options{}, app.Config{})
		one := func(string) string { return "1" }
		for _, op := range contractOf(t, s.api).operations() {
			if op.Unknown != "refuse" {
				continue
			}
			p := s.call(op.method, op.fill(one)+"?"+foreign+"=1&x%2Fy=2", nil).fails(422, "invalid_request")
			if len(p.Errors) != 2 || p.Errors[0].Location != "query."+foreign || p.Errors[0].Pointer != "" || p.Hint == nil {
				t.Errorf("%s: %+v", op.ID, p)
			}
			if !op.takesMembers() {
				continue
			}
			for _, at := range spots(t, s.api, op) {
				p := s.call(op.method, op.fill(one), at.body(map[string]any{foreign: 1, "x/y~": nil})).fails(422, "invalid_request")
				if len(p.Errors) != 2 || p.Errors[0].Pointer != at.pointer+"/"+foreign || p.Errors[1].Pointer != at.pointer+"/x~1y~0" ||
					!strings.HasPrefix(p.Errors[0].Location, "body.") || !strings.Contains(p.Message, at.pointer+"/"+foreign) {
					t.Errorf("%s: %+v", op.ID, p)
				}
				s.refusesForms(op, one, at)
			}
		}
	})
}

// refusesForms wants the other forms of what an object has to be refused, and a member that is there twice.
func (s *site) refusesForms(op operation, value func(string) string, at spot) {
	s.Helper()
	for _, name := range at.known {
		p := s.call(op.method, op.fill(value), at.body(map[string]any{strings.ToUpper(name): 1})).fails(422, "invalid_request")
		if want := "did you mean " + name + "?"; !strings.Contains(p.Message, want) ||
			p.Errors[0].Pointer != at.pointer+"/"+strings.ToUpper(name) {
			s.Errorf("%s: %+v, want %s", op.ID, p, want)
		}
		body, err := json.Marshal(at.body(map[string]any{name: nil}))
		if err != nil {
			s.Fatal(err)
		}
		member := `"` + name + `":null`
		twice := strings.Replace(string(body), member, member+","+member, 1)
		if p := s.call(op.method, op.fill(value), twice).fails(422, "invalid_request"); !strings.Contains(p.Message, "twice") {
			s.Errorf("%s: %+v", op.ID, p)
		}
	}
}

// Each operation of the first system takes what only that one had: members with a warning, query
// parameters without. It refuses other forms of what it has.
func TestAPI_OperationsOfTheFirstSystemWarn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, api.Options{}, app.Config{})
		b := s.given("tide", "night_bus.txt")
		b.AcceptConfig = false
		paused, cancelled := s.start(b), s.start(b)
		if st := s.rests(paused).State; st.Status != run.Paused {
			t.Fatal(st.Status)
		}
		s.rests(cancelled)
		s.post("/api/runs/"+cancelled+"/cancel", nil).is(200)
		done := 0
		for _, op := range contractOf(t, s.api).operations() {
			if op.Unknown != "warn" {
				continue
			}
			value := func(name string) string {
				return map[string]string{"project_id": "tide", "run_id": paused, "artifact_type": "raw_input",
					"entity_id": "project", "version": "1", "filename": b.InputFile}[name]
			}
			if op.ID == "retryFailedStage" {
				value = func(string) string { return cancelled }
			}
			for _, p := range op.Parameters {
				if upper := strings.ToUpper(p.Name); p.In == "query" {
					if p := s.call(op.method, op.fill(value)+"?"+upper+"=1", nil).fails(422, "invalid_request"); p.Errors[0].Location != "query."+upper {
						t.Errorf("%s: %+v", op.ID, p)
					}
				}
			}
			if op.method == http.MethodGet && !strings.Contains(op.path, "stream") {
				s.call(op.method, op.fill(value)+"?_=123", nil).is(200)
			}
			if !op.takesMembers() {
				continue
			}
			for _, at := range spots(t, s.api, op) {
				s.refusesForms(op, value, at)
				if at.pointer != "" {
					continue
				}
				body := at.body(map[string]any{foreign: 1, "style_packs": []any{}}).(map[string]any)
				switch op.ID {
				case "openProject":
					body["project_path"] = "tide"
				case "startRun":
					body["project_id"], body["input_file"] = b.ProjectID, b.InputFile
				}
				a := s.call(op.method, op.fill(value)+"?_=123", body)
				if i := bytes.LastIndex(a.body, []byte("data: ")); strings.HasPrefix(op.ID, "chat") && i >= 0 {
					a.body = a.body[i+len("data: "):] // the last frame has them
				}
				w := into[struct{ Warnings []client.RequestWarning }](a).Warnings
				if a.status >= 300 || len(w) != 2 || w[0].Pointer != "/"+foreign || w[1].Pointer != "/style_packs" ||
					!strings.Contains(w[1].Message, "ignored") {
					t.Errorf("%s: %d %s", op.ID, a.status, a.body)
				}
				done++
			}
		}
		if done != 10 {
			t.Errorf("%d operations of the first system have warned", done)
		}
		if a := s.post("/api/projects/open", `{"project_path":"tide"}`).is(200); strings.Contains(string(a.body), "warnings") {
			t.Errorf("%s", a.body)
		}
	})
}

// A misspelt member whose loss makes a run real, longer or another's makes no run.
func TestAPI_AMisspeltStartMakesNoRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := idle(t, api.Options{}, app.Config{})
		b := s.given("tide", "night_bus.txt")
		for name, want := range map[string]string{"dryrun": "dry_run", "dryRun": "dry_run", "dry-run": "dry_run",
			"Dry_Run": "dry_run", "dry": "dry_run", "endAt": "end_at",
			"end_att": "end_at", "for": "force", "dril": "drill", "nwe": "new", "runid": "run_id", "acceptConfig": "accept_config"} {
			body := map[string]any{"project_id": b.ProjectID, "input_file": b.InputFile, name: true}
			p := s.post("/api/runs/start", body).fails(422, "invalid_request")
			if text := "/" + name + ": there is no member " + name + "; did you mean " + want + "?"; !strings.Contains(p.Error(), text) {
				t.Errorf("%s: %s", name, p.Error())
			}
		}
		s.post("/api/runs/start",
			`{"project_id":"`+b.ProjectID+`","input_file":"`+b.InputFile+`","dry_run":true,"dry_run":false}`).fails(422,
			"invalid_request")
		dear := map[string]any{"max_cost_usd": 1}
		if p := s.post("/api/runs/x/retry-failed-stage", dear).fails(422, "invalid_request"); !strings.Contains(p.Message, "take max_cost_usd") {
			t.Error(p.Message)
		}
		hold := s.post("/api/providers/anthropic/hold", `{"reason":"x","for":"1h"}`).fails(422, "invalid_request")
		if !strings.Contains(hold.Message, "there are reason, seconds") {
			t.Error(hold.Message)
		}
		s.post("/api/runs/start", `{"projectid":"tide","input_file":"x","endAt":"ingest"}`).fails(422, "invalid_request")
		if page := into[client.RunsPage](s.get("/api/runs").is(200)); len(page.Runs) != 0 {
			t.Errorf("%+v", page.Runs)
		}
		body := map[string]any{"project_id": b.ProjectID, "input_file": b.InputFile, "dry_run": true, "human_control_mode": "autonomous"}
		a := s.post("/api/runs/start", body).is(200)
		if !strings.HasSuffix(strings.TrimSpace(string(a.body)),
			`"warnings":[{"pointer":"/human_control_mode","message":"there is no member human_control_mode; it was ignored"}]}`) {
			t.Errorf("%s", a.body)
		}
	})
}

// What a schema leaves free is taken as it is.
func TestAPI_FreeMembersStay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := idle(t, api.Options{}, app.Config{})
		b := s.given("tide", "night_bus.txt")
		for _, tt := range []struct{ method, path, body string }{
			{"PATCH", "/api/projects/tide/settings", `{"ui_preferences":{"display_nam":1,"a":{"b":1,"b":2}}}`},
			{"POST", "/api/projects/tide/chat",
				`{"id":"1","type":"user","content":"","timestamp":1,"Id":"1","runId":"x","actions":[{"id":"a","label":"b","labl":1,` +
					`"body":{"dryrun":1}}]}`},
			{"POST", "/api/runs/start", `{"project_id":"tide","input_file":"` + b.InputFile +
				`","config_overrides":{"style_packs":{"dryrun":"1"}}}`},
		} {
			if a := s.call(tt.method, tt.path, tt.body).is(200); strings.Contains(string(a.body), "warnings") {
				t.Errorf("%s", a.body)
			}
		}
	})
}

// The document says of each operation what becomes of unknown members, and no body is left free by accident.
func TestAPI_DocumentsUnknownMembers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := idle(t, api.Options{}, app.Config{})
		counts := map[string]int{}
		for _, op := range contractOf(t, s.api).operations() {
			counts[op.Unknown]++
			if op.Unknown == "refuse" && op.takes("application/json") {
				for _, at := range spots(t, s.api, op) {
					if at.known == nil {
						t.Errorf("%s takes a body of which nothing is known", op.ID)
					}
				}
			}
		}
		if counts["refuse"] < 15 || counts["warn"] < 24 || len(counts) != 2 {
			t.Error(counts)
		}
	})
}

// So many unknown members are not the first system's.
func TestAPI_ManyUnknownMembersAreRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := idle(t, api.Options{}, app.Config{})
		body := `{"slug":"a"` + strings.Repeat(`,"`+foreign+`":1`, 5000) + `,"display_name":"a"}`
		if p := s.post("/api/projects/new", body).fails(422, "invalid_request"); len(p.Errors) != 100 ||
			!strings.Contains(p.Message, "and 97 more") {
			t.Errorf("%d: %s", len(p.Errors), p.Message)
		}
	})
}
