package run_test

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

// Each option of a run reaches its retries: a field that the state forgets is found here.
func TestState_RequestKeepsEveryOption(t *testing.T) {
	var want event.Request
	fill(t, reflect.ValueOf(&want).Elem())
	s := run.NewState()
	started := event.PipelineStarted{Selection: want.Selection, Options: want.Options}
	if err := s.Apply(event.Event{Seq: 1, Time: time.Unix(1, 0), RunID: "r", Body: started}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, s.Request()); diff != "" {
		t.Error(diff)
	}
}

// fill gives every field a value that is not zero.
func fill(t *testing.T, v reflect.Value) {
	t.Helper()
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			fill(t, v.Field(i))
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(t, v.Elem())
	case reflect.String:
		v.SetString("x")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Float64:
		v.SetFloat(1)
	case reflect.Map:
		v.Set(reflect.ValueOf(map[string]any{"k": "v"}))
	default:
		t.Fatalf("%s: fill it here", v.Type())
	}
}

// The members of pipeline_started keep their order: the digest of a request is taken over them.
func TestPipelineStarted_KeepsTheOrderOfItsMembers(t *testing.T) {
	var b event.PipelineStarted
	fill(t, reflect.ValueOf(&b.Selection).Elem())
	fill(t, reflect.ValueOf(&b.Options).Elem())
	b.Notice = "n"
	b.ParentRunID = "p"
	b.RootRunID = "r"
	b.Candidates = map[string][]event.Candidate{}
	got, err := json.Marshal(b)
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"recipe_id":"","recipe_digest":"","project_id":"","input_name":"","input_digest":"","stage_ids":null,` +
		`"runtime_params":{"k":"v"},"dry_run":true,"start_from":"x","end_at":"x","notice":"n","parent_run_id":"p","root_run_id":"r",` +
		`"force":true,"drill":"x","limits":{"max_cost_usd":1,"max_wait_seconds":1},` +
		`"settings":{"file":"x","digest":"x","from_file":{"k":"v"},"overrides":{"k":"v"}},"candidates":{}}`
	if string(got) != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
}
