package content_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/artifact/content"
)

func TestKeeps_NamesWhatIsLeftOut(t *testing.T) {
	scene := content.Scene{
		SceneID: "scene_003", Heading: "INT. HALL - DAY", Characters: []string{"MARA"}, Elements: []content.SceneElement{},
		SourceSpan: content.Span{StartLine: 1, EndLine: 9},
	}
	before, err := json.Marshal(scene)
	if err != nil {
		t.Fatal(err)
	}
	for pointer, change := range map[string]func(map[string]any){
		"":                        func(map[string]any) {},
		"/elements":               func(d map[string]any) { delete(d, "elements") },
		"/characters_present":     func(d map[string]any) { d["characters_present"] = nil },
		"/source_span/start_line": func(d map[string]any) { d["source_span"] = map[string]any{"end_line": 9} },
		"/scene_id":               func(d map[string]any) { d["scene_id"] = "scene_999" },
	} {
		var data map[string]any
		if err := json.Unmarshal(before, &data); err != nil {
			t.Fatal(err)
		}
		data["heading"], data["of_my_own"] = "EXT. PIER - NIGHT", 1
		change(data)
		now, err := json.Marshal(data)
		if err != nil {
			t.Fatal(err)
		}
		list, _ := errors.AsType[content.FieldErrors](content.Keeps(artifact.Scene, before, now))
		if pointer == "" && len(list) > 0 || pointer != "" && (len(list) != 1 || list[0].Pointer != pointer) {
			t.Errorf("%s: %+v", pointer, list)
		}
	}
	if err := content.Keeps(artifact.Scene, []byte(`{"scene_id":"scene_003"}`), []byte(`{"scene_id":"scene_003"}`)); err != nil {
		t.Errorf("an earlier version without the members of today: %v", err)
	}
	if err := content.Keeps("of_my_own", []byte(`{"a":1}`), []byte(`{}`)); err != nil {
		t.Error(err)
	}
}
