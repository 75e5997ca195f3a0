package run_test

import (
	"encoding/json"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/cineforge/cineforge/run"
)

// Clients of the first system show the stages as they stand in the object.
func TestState_StagesAreInTheirOrder(t *testing.T) {
	s := run.NewState()
	s.RunID = "run-1"
	s.Error = "a & <b>"
	s.StageOrder = []string{"ingest", "normalize", "extract_scenes", "project_config"}
	for _, id := range append([]string{"later", "before"}, s.StageOrder...) {
		s.Stages[id] = &run.StageState{Status: run.StageDone, Error: "c & d"}
	}
	data, err := s.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	var order []string
	for _, m := range regexp.MustCompile(`"(\w+)":\{"status"`).FindAllStringSubmatch(string(data), -1) {
		order = append(order, m[1])
	}
	if want := append(s.StageOrder, "before", "later"); !slices.Equal(order, want) {
		t.Errorf("%v, want %v", order, want)
	}
	if text := string(data); !strings.Contains(text, `"a & <b>"`) || !strings.Contains(text, `"c & d"`) || strings.Count(text,
		`"stages"`) != 1 {
		t.Errorf("%s", text)
	}
	var again run.State
	if err := json.Unmarshal(data, &again); err != nil || !reflect.DeepEqual(again, s) {
		t.Errorf("%+v, want %+v: %v", again, s, err)
	}
}
