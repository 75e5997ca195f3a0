package recipe_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/recipe"
)

func TestReadObject_YAMLAndJSON(t *testing.T) {
	want := map[string]any{"genre": []any{"noir"}, "title": "A", "packs": map[string]any{"look": "grain"}}
	for _, src := range []string{"genre: [noir]\ntitle: A\npacks:\n  look: grain\n",
		"{\n\t\"genre\": [\"noir\"],\n\t\"title\": \"A\", \"packs\": {\"look\": \"grain\"}\n}",
		"\ufeff{genre: [noir], title: A, packs: {look: grain}}"} {
		got, err := recipe.ReadObject("s", []byte(src))
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%q: %v %s", src, err, diff)
		}
	}
}

func TestReadObject_OneSentenceForWhatIsNone(t *testing.T) {
	for src, want := range map[string]string{
		"":           "s.yaml is not a YAML or JSON object (line 1: the file is empty); write",
		"[1, 2]":     "s.yaml is not a YAML or JSON object (it holds a list); write",
		"null":       "s.yaml is not a YAML or JSON object (it holds nothing); write",
		"just words": `s.yaml is not a YAML or JSON object (it holds the text "just words"); write`,
		"a: 1\na: 2": `s.yaml is not a YAML or JSON object (line 2: key "a" stands here twice, first in line 1); write`,
		"a: &x 1\nb: *x": "s.yaml is not a YAML or JSON object (line 1: anchors (&), aliases (*) and merge keys (<<) aren't allowed " +
			"here); write",
		"%PDF-1.4\n\x00\x01": "s.yaml is not a YAML or JSON object (line 2: byte 0x00 is not text); write",
		`{"a": 1`:            "s.yaml is not a YAML or JSON object (line 1: not valid YAML",
	} {
		_, err := recipe.ReadObject("s.yaml", []byte(src))
		if err == nil || !strings.HasPrefix(err.Error(), want) || strings.Contains(err.Error(), "\n") || failure.ClassOf(err) != failure.Input {
			t.Errorf("%q: %v", src, err)
		}
	}
}
