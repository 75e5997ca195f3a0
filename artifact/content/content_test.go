package content_test

import (
	"fmt"
	"testing"

	"github.com/cineforge/cineforge/artifact/content"
)

func TestDecodeCanonicalScript_OnlyNamedMembersHaveToFit(t *testing.T) {
	edited := []byte(`{"fidelity": "none", "script_text": "INT. HALL - DAY\n", "line_count": "many", "implied_headings": [1]}`)
	script, err := content.DecodeCanonicalScript(edited, "script_text", "implied_headings")
	if err != nil || script.ScriptText != "INT. HALL - DAY\n" || len(script.ImpliedHeadings) != 1 {
		t.Errorf("%+v, %v", script, err)
	}
	for _, members := range [][]string{nil, {"script_text", "line_count"}} {
		if _, err := content.DecodeCanonicalScript(edited, members...); err == nil {
			t.Errorf("members %q: no error", members)
		}
	}
	for _, data := range []string{`[]`, `"text"`, `{"script_text": `, ``} {
		if _, err := content.DecodeCanonicalScript([]byte(data), "script_text"); err == nil {
			t.Errorf("%q is decoded", data)
		}
	}
}

func TestDecodeScene_WrittenOfOlderReleases(t *testing.T) {
	for data, want := range map[string]string{
		`{"int_ext": "INT"}`: "INT",
		`{"int_ext": null}`:  "",
		`{"int_ext": "INT/EXT", "int_ext_written": "EST"}`: "EST",
		`{"int_ext": "INT/EXT", "int_ext_written": null}`:  "",
		`{"int_ext": "INT/EXT", "int_ext_written": 5}`:     "",
	} {
		scene, err := content.DecodeScene([]byte(data), "int_ext")
		got := ""
		if scene.Written != nil {
			got = *scene.Written
		}
		if err != nil || got != want {
			t.Errorf("%s: %q, %v, want %q", data, got, err, want)
		}
	}
}

func TestBlank(t *testing.T) {
	for data, want := range map[string]bool{
		`{"content": " \n"}`: true, `{"script_text": ""}`: true, `7`: true, ``: true,
		`{"content": "x"}`: false, `{}`: false, `{"content": null}`: false,
	} {
		if got := content.Blank([]byte(data)); got != want {
			t.Errorf("%q: %v", data, got)
		}
	}
}

func ExampleDecodeScene() {
	scene, err := content.DecodeScene([]byte(`{"scene_id": "scene_001", "heading": "INT. HALL - DAY", "summary": 5}`), "heading")
	fmt.Println(scene.Heading, err)
	// Output: INT. HALL - DAY <nil>
}
