package wording_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/internal/wording"
	"github.com/cineforge/cineforge/run/event"
)

// Whatever event has a hint, its hint names no command where none is wanted.
func TestEvent_EveryHintIsRewritten(t *testing.T) {
	hinted := 0
	for name, body := range event.Kinds() {
		v := reflect.New(reflect.TypeOf(body)).Elem()
		hint := v.FieldByName("Hint")
		if !hint.IsValid() {
			continue
		}
		hinted++
		hint.SetString("retry: " + failure.Retry("run-1").String())
		got := wording.Event(event.Event{RunID: "run-1", Body: v.Interface().(event.Body)})
		if text := reflect.ValueOf(got.Body).FieldByName("Hint").String(); strings.Contains(text, failure.Program) {
			t.Errorf("%s: %q", name, text)
		}
	}
	if hinted < 5 {
		t.Errorf("%d events have hints", hinted)
	}
}
