package api_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/cineforge/cineforge/client"
	"github.com/cineforge/cineforge/internal/api"
	"github.com/cineforge/cineforge/internal/app"
	"github.com/cineforge/cineforge/run"
)

// kept are the members of answers that clients of the first system read, with their
// types; "?" behind one allows null, "~" nothing at all. They may not go, and not become something else.
var kept = []struct {
	what    string // of the answers of TestAPI_KeepsShapesOfTheFirstSystem
	members string
}{
	{"health", "status:string version:string"},
	{"recipe", "recipe_id:string name:string description:string stage_count:number"},
	{"recent project", "project_id:string display_name:string artifact_groups:number run_count:number has_inputs:bool input_files:array " +
		"ui_preferences:object project_path:string last_modified:number"},
	{"project", "project_id:string display_name:string artifact_groups:number run_count:number has_inputs:bool input_files:array " +
		"ui_preferences:object"},
	{"slug", "slug:string display_name:string alternatives:array"},
	{"upload", "original_name:string stored_path:string size_bytes:number"},
	{"input", "filename:string original_name:string size_bytes:number stored_path:string"},
	{"run in a list", "run_id:string status:string started_at:number finished_at:number? recipe_id:string"},
	{"group", "artifact_type:string entity_id:string latest_version:number health:string"},
	{"version", "artifact_type:string entity_id:string version:number health:string path:string created_at:string intent:string " +
		"producing_module:string"},
	{"detail", "artifact_type:string entity_id:string version:number payload:object"},
	{"envelope", "metadata:object data:object"},
	{"metadata", "ref:object lineage:array intent:string rationale:string alternatives_considered:array? confidence:number source:string " +
		"producing_module:string producing_role:string? cost_data:object? annotations:object health:string schema_version:string " +
		"created_at:string"},
	{"scene data", "scene_id:string int_ext:string int_ext_written:string? elements:array"},
	{"ref", "artifact_type:string entity_id:string version:number path:string"},
	{"annotations", "final_stage_model_used:string final_stage_provider_used:string"},
	{"edited", "artifact_type:string entity_id:string version:number path:string"},
	{"started", "run_id:string state_url:string events_url:string"},
	{"state answer", "run_id:string state:object background_error:string?"},
	{"state", "run_id:string recipe_id:string dry_run:bool started_at:number finished_at:number? instrumented:bool total_cost_usd:number " +
		"runtime_params:object stage_order:array stages:object"},
	{"stage", "status:string model_used:string? call_count:number attempt_count:number attempts:array final_error_class:string? " +
		"artifact_refs:array duration_seconds:number cost_usd:number started_at:number?"},
	{"failed stage", "status:string final_error_class:string attempts:array"},
	{"failed attempt", "attempt:number model:string provider:string status:string duration_seconds:number error:string " +
		"error_class:string error_code:string? request_id:string? transient:bool"},
	{"events answer", "run_id:string events:array"},
	{"event", "seq:number ts:string run_id:string event:string"},
	{"stage_failed", "stage_id:string error:string error_class:string error_code:string? request_id:string? provider:string? " +
		"model:string? attempt_count:number terminal_reason:string"},
	{"pipeline_finished", "success:bool total_cost_usd:number error:string"},
	{"message", "id:string type:string content:string timestamp:number"},
	{"action", "id:string label:string variant:string confirm_action:object"},
	{"confirmed action", "type:string endpoint:string payload:object"},
	{"search", "query:string scenes:array characters:array locations:array props:array"},
	{"found scene", "scene_id:string heading:string location:string time_of_day:string int_ext:string"},
	{"found character", "entity_id:string display_name:string entity_type:string artifact_type:string"},
	{"problem", "code:string message:string hint:string?"},
}

func TestAPI_KeepsShapesOfTheFirstSystem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		got := keptAnswers(t)
		for _, k := range kept {
			members, ok := got[k.what].(map[string]any)
			if !ok {
				t.Errorf("%s: no such answer, but %v", k.what, got[k.what])
				continue
			}
			for member := range strings.FieldsSeq(k.members) {
				name, want, _ := strings.Cut(member, ":")
				v, there := members[name]
				kind := kindOf(v)
				if trimmed, optional := strings.CutSuffix(want, "~"); optional {
					if want = trimmed; !there {
						continue
					}
				}
				if !there || kind != strings.TrimSuffix(want, "?") && (kind != "null" || !strings.HasSuffix(want, "?")) {
					t.Errorf("%s: %s is %s, want %s", k.what, name, kind, want)
				}
			}
		}
	})
}

func kindOf(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case string:
		return "string"
	case bool:
		return "bool"
	case float64:
		return "number"
	case []any:
		return "array"
	}
	return "object"
}

// at finds a value by the names and numbers that lead to it; -1 is the last.
func at(v any, path ...any) any {
	for _, p := range path {
		switch p := p.(type) {
		case string:
			m, _ := v.(map[string]any)
			v = m[p]
		case int:
			list, _ := v.([]any)
			if p < 0 {
				p += len(list)
			}
			if p < 0 || p >= len(list) {
				return fmt.Sprint("nothing at ", path)
			}
			v = list[p]
		}
	}
	return v
}

// keptAnswers are real answers of a server on which a run was done and one has failed.
func keptAnswers(t *testing.T) map[string]any {
	s, _, failed := failed(t)
	fine := open(t, api.Options{}, app.Config{})
	project, id := fine.done("fine", "night_bus.txt")
	read := func(a answer) (v any) {
		a.is(a.status)
		if err := json.Unmarshal(a.body, &v); err != nil || a.status != 200 && a.status != 201 && a.status != 404 {
			t.Fatal(a.what, a.status, err)
		}
		return v
	}
	up := read(fine.upload(project, "other.txt", []byte("INT. HOUSE - DAY\n\nRain.\n")))
	detail := read(fine.get("/api/projects/fine/artifacts/scene/scene_001/1"))
	state := read(fine.get("/api/runs/" + id + "/state"))
	bad := read(s.get("/api/runs/" + failed + "/state"))
	events := read(s.get("/api/runs/" + failed + "/events"))
	chat := read(s.get("/api/projects/tide/chat"))
	found := read(fine.get("/api/projects/fine/search?q=bus"))
	people := read(fine.get("/api/projects/fine/search?q=a"))
	var stage any
	for _, st := range at(bad, "state", "stages").(map[string]any) {
		if at(st, "status") == string(run.StageFailed) {
			stage = st
		}
	}
	b := client.RunRequest{ProjectID: project, InputFile: at(up, "stored_path").(string)}
	return map[string]any{
		"health": read(fine.get("/api/health")), "recipe": at(read(fine.get("/api/recipes")), 0),
		"recent project": at(read(fine.get("/api/projects/recent")), 0),
		"project":        read(fine.get("/api/projects/fine")),
		"slug":           read(fine.post("/api/projects/preview-slug", client.SlugRequest{Filename: "a.txt"})),
		"upload":         up, "input": at(read(fine.get("/api/projects/fine/inputs")), 0),
		"run in a list": at(read(fine.get("/api/projects/fine/runs")), 0),
		"group":         at(read(fine.get("/api/projects/fine/artifacts")), 0),
		"version":       at(read(fine.get("/api/projects/fine/artifacts/scene/scene_001")), 0),
		"detail":        detail, "envelope": at(detail, "payload"), "metadata": at(detail, "payload", "metadata"),
		"ref":         at(detail, "payload", "metadata", "ref"),
		"annotations": at(detail, "payload", "metadata", "annotations"), "scene data": at(detail, "payload", "data"),
		"edited": read(fine.post("/api/projects/fine/artifacts/scene/scene_001/edit", client.Edit{Data: map[string]any{"a": 1},
			Rationale: "x"})),
		"started": read(fine.post("/api/runs/start", b)), "state answer": state, "state": at(state, "state"), "stage": at(state,
			"state", "stages", "extract_scenes"),
		"failed stage": stage, "failed attempt": at(stage, "attempts", -1), "events answer": events, "event": at(events, "events", 0),
		"stage_failed": at(events, "events", -2), "pipeline_finished": at(events, "events", -1), "message": at(chat, 0),
		"action": at(chat, -1, "actions", 0), "confirmed action": at(chat, -1, "actions", 0, "confirm_action"),
		"search": found, "found scene": at(found, "scenes", 0), "found character": at(people, "characters", 0),
		"problem": read(fine.get("/api/runs/none/state")),
	}
}
