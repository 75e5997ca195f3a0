package content_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"testing"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/artifact/content"
)

func TestCheck_NamesWhatDoesNotFit(t *testing.T) {
	for _, test := range []struct{ artifactType, data, pointer, detail string }{
		{artifact.CanonicalScript, `{"script_text": 5}`, "/script_text", "is the number 5, want a string"},
		{artifact.CanonicalScript, `{"script_text": "  \n"}`, "/script_text", "is missing or blank"},
		{artifact.CanonicalScript, `{"title": "The Tide"}`, "/script_text", "is missing or blank"},
		{artifact.CanonicalScript, `{"script_text": null}`, "/script_text", "is null, want a string"},
		{artifact.CanonicalScript, `{"script_text": "x", "line_map": [{"start_line": 1}, {"end_line": "2"}]}`, "/line_map/1/end_line",
			"is a string, want a whole number"},
		{artifact.Scene, `{"page_eighths": 1.5}`, "/page_eighths", "is the number 1.5, want a whole number"},
		{artifact.Scene, `{"narrative_beats": {}}`, "/narrative_beats", "is an object, want a list"},
		{artifact.Scene, `{"implied": "yes"}`, "/implied", "is a string, want true or false"},
		{artifact.Scene, `{"source_span": []}`, "/source_span", "is a list, want an object"},
		{artifact.SceneIndex, `{"entries": [{"speeches": {"A/B~": "two"}}]}`, "/entries/0/speeches/A~1B~0",
			"is a string, want a whole number"},
		{artifact.ProjectConfig, `{"logline": true}`, "/logline", "is true or false, want a string"},
		{artifact.Scene, `{"int_ext": "BANANA"}`, "/int_ext", `is "BANANA", want one of INT, EXT, INT/EXT`},
		{artifact.Scene, `{"page_eighths": 0}`, "/page_eighths", "is 0, want 1 or more"},
		{artifact.SceneIndex, `{"entries": [{"int_ext": ""}]}`, "/entries/0/int_ext", `is "", want one of INT, EXT, INT/EXT`},
		{artifact.ProjectConfig, `{"production_mode": "film"}`, "/production_mode", `is "film", want one of ai_generated, irl, hybrid`},
		{artifact.RawInput, `{"content": ["x"]}`, "/content", "is a list, want a string"},
		{"of_my_own", `[]`, "", "is a list, want an object"},
	} {
		err := content.Check(test.artifactType, []byte(test.data))
		list, _ := errors.AsType[content.FieldErrors](err)
		if len(list) == 0 || list[0] != (content.FieldError{Pointer: test.pointer, Detail: test.detail}) {
			t.Errorf("%s %s: %+v", test.artifactType, test.data, list)
		}
	}
}

func TestCheck_TakesWhatStagesMake(t *testing.T) {
	for artifactType, value := range map[string]any{
		artifact.RawInput:        content.RawInput{Content: "x"},
		artifact.CanonicalScript: content.CanonicalScript{ScriptText: "x"},
		artifact.Scene:           content.Scene{SceneNumber: 1, IntExt: "INT", PageEighths: 1},
		artifact.SceneIndex:      content.SceneIndex{Entries: []content.SceneEntry{{SceneNumber: 1, IntExt: "EXT", PageEighths: 1}}},
		artifact.ProjectConfig: content.ProjectConfig{
			ProductionMode: "irl", HumanControlMode: "advisory", Details: map[string]content.Detection{"tone": {Value: []string{"grim"}}},
		},
	} {
		data, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		if err := content.Check(artifactType, data); err != nil {
			t.Errorf("%s: %v", reflect.TypeOf(value), err)
		}
	}
	for artifactType, data := range map[string]string{
		artifact.Scene: `{"heading": "INT. HALL - DAY", "my_own": {"colour": 5}}`, "of_my_own": `{"script_text": 5}`,
	} {
		if err := content.Check(artifactType, []byte(data)); err != nil {
			t.Errorf("%s: %v", data, err)
		}
	}
}
