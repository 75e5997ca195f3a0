package run_test

import (
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
		value := reflect.New(v.Type().Elem()).Elem()
		if value.Kind() == reflect.Interface {
			value.Set(reflect.ValueOf("v"))
		} else {
			fill(t, value)
		}
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(reflect.ValueOf("k"), value)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(t, v.Index(0))
	default:
		t.Fatalf("%s: fill it here", v.Type())
	}
}
