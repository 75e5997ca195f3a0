package inventory_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/artifact/inventory"
)

// shelf is an archive of current versions, with the data of indexes.
type shelf struct {
	current []artifact.Version
	index   string
	err     error // of reading it
}

func (s shelf) Current(context.Context, string) ([]artifact.Version, error) { return s.current, nil }

func (s shelf) Artifact(context.Context, string, artifact.Ref) (artifact.Artifact, error) {
	return artifact.Artifact{Data: []byte(s.index)}, s.err
}

func held(artifactType, entity string, version int, chosen bool) artifact.Version {
	return artifact.Version{Metadata: artifact.Metadata{Ref: artifact.NewRef(artifactType, entity, version)}, Current: true, Chosen: chosen}
}

// What the current index does not name is superseded by it. An index that can't be read says
// nothing.
func TestInventory_IndexNamesWhatStands(t *testing.T) {
	all := []artifact.Version{
		held("note", "project", 1, false), held("scene", "scene_001", 1, false), held("scene", "scene_002", 3, false),
		held("scene_index", "project", 2, false),
	}
	for name, test := range map[string]struct {
		index string
		err   error
		gone  string
	}{
		"names one":        {`{"entries": [{"scene_id": "scene_001"}]}`, nil, "scene_002"},
		"names none":       {`{"entries": []}`, nil, "scene_001 scene_002"},
		"has no entries":   {`{"total_scenes": 1}`, nil, ""},
		"has other ones":   {`{"entries": [{"heading": "INT. HALL"}]}`, nil, ""},
		"is damaged":       {``, artifact.ErrDamaged, ""},
		"is there no more": {``, artifact.ErrNotFound, ""},
	} {
		t.Run(name, func(t *testing.T) {
			v, err := inventory.Load(t.Context(), shelf{all, test.index, test.err}, "p")
			if err != nil {
				t.Fatal(err)
			}
			var gone []string
			for _, c := range v.All() {
				by, superseded := v.SupersededBy(c.Ref)
				if !superseded {
					continue
				}
				gone = append(gone, c.Ref.EntityID)
				if by != artifact.NewRef("scene_index", "project", 2) {
					t.Errorf("%s is superseded by %s", c.Ref, by)
				}
			}
			if strings.Join(gone, " ") != test.gone || len(v.Standing()) != len(all)-len(gone) {
				t.Errorf("superseded are %q, want %q; %d stand", gone, test.gone, len(v.Standing()))
			}
		})
	}
	broken := errors.New("no disk")
	if _, err := inventory.Load(t.Context(), shelf{all, "", broken}, "p"); !errors.Is(err, broken) {
		t.Errorf("of a store that fails: %v", err)
	}
}

// A person's version takes the place of what a run made; another run's does not.
func TestInventory_InPlaceOfWhatARunMade(t *testing.T) {
	v, err := inventory.Load(t.Context(), shelf{current: []artifact.Version{held("a", "x", 2, true), held("b", "x", 2, false)}}, "p")
	if err != nil {
		t.Fatal(err)
	}
	for made, want := range map[artifact.Ref]artifact.Ref{
		artifact.NewRef("a", "x", 1): artifact.NewRef("a", "x", 2),
		artifact.NewRef("a", "x", 3): artifact.NewRef("a", "x", 2),
		artifact.NewRef("b", "x", 1): artifact.NewRef("b", "x", 1),
		artifact.NewRef("c", "x", 1): artifact.NewRef("c", "x", 1),
	} {
		if got := v.InPlaceOf(made); got != want {
			t.Errorf("in place of %s: %s, want %s", made, got, want)
		}
	}
}
