package artifact_test

import (
	"reflect"
	"testing"

	"github.com/cineforge/cineforge/artifact"
)

// made describes a version that was made of others.
func made(artifactType string, version int, health artifact.Health, of ...artifact.Ref) artifact.Metadata {
	return artifact.Metadata{Ref: artifact.NewRef(artifactType, "e", version), Health: health, Lineage: of}
}

func TestFreshness_Health(t *testing.T) {
	a := func(v int) artifact.Ref { return artifact.NewRef("a", "e", v) }
	b := func(v int) artifact.Ref { return artifact.NewRef("b", "e", v) }
	c := func(v int) artifact.Ref { return artifact.NewRef("c", "e", v) }
	for name, test := range map[string]struct {
		current []artifact.Metadata
		of      artifact.Metadata
		want    artifact.Health
	}{
		"made of what is current": {
			[]artifact.Metadata{made("a", 1, artifact.Valid)}, made("b", 1, artifact.Valid, a(1)), artifact.Valid,
		},
		"made of an old version": {
			[]artifact.Metadata{made("a", 2, artifact.Valid)}, made("b", 1, artifact.Valid, a(1)), artifact.Stale,
		},
		"made of something stale": {
			[]artifact.Metadata{made("a", 2, artifact.Valid), made("b", 1, artifact.Valid, a(1))}, made("c", 1, artifact.NeedsReview, b(1)),
			artifact.Stale,
		},
		"made of nothing that is known": {
			nil, made("b", 1, artifact.Valid, a(1)), artifact.Valid,
		},
		"confirmed by a person": {
			[]artifact.Metadata{made("a", 2, artifact.Valid)}, made("b", 1, artifact.ConfirmedValid, a(1)), artifact.ConfirmedValid,
		},
		"made of what a person confirmed": {
			[]artifact.Metadata{made("a", 2, artifact.Valid), made("b", 1, artifact.ConfirmedValid, a(1))},
			made("c", 1, artifact.Valid, b(1)), artifact.Valid,
		},
		"found wanting": {
			[]artifact.Metadata{made("a", 2, artifact.Valid)}, made("b", 1, artifact.NeedsRevision, a(1)), artifact.NeedsRevision,
		},
		"an edit of the version before": {
			[]artifact.Metadata{made("b", 2, artifact.Valid, b(1))}, made("b", 2, artifact.Valid, b(1)), artifact.Valid,
		},
		"made in a circle": {
			[]artifact.Metadata{made("b", 1, artifact.Valid, c(1)), made("c", 1, artifact.Valid, b(1))}, made("c", 1, artifact.Valid, b(1)),
			artifact.Valid,
		},
	} {
		t.Run(name, func(t *testing.T) {
			if got := artifact.NewFreshness(test.current).HealthOf(test.of); got != test.want {
				t.Errorf("%s, want %s", got, test.want)
			}
		})
	}
}

// What is given out says why it is not what counts, and leaves what is stored as it is.
func TestFreshness_Mark(t *testing.T) {
	a := func(v int) artifact.Ref { return artifact.NewRef("a", "e", v) }
	stored := made("b", 1, artifact.Valid, a(1))
	stored.Annotations = map[string]any{"kept": 1}
	f := artifact.NewFreshness([]artifact.Metadata{made("a", 2, artifact.Valid), stored})
	got := f.Mark(stored)
	want := map[string]any{"kept": 1, artifact.StaleBy: []artifact.Ref{a(2)}}
	if got.Health != artifact.Stale || !reflect.DeepEqual(got.Annotations, want) || len(stored.Annotations) != 1 {
		t.Errorf("%s %v", got.Health, got.Annotations)
	}
	if old := f.Mark(made("a", 1, artifact.Valid)); !reflect.DeepEqual(old.Annotations, map[string]any{artifact.Superseded: a(2)}) {
		t.Errorf("%v", old.Annotations)
	}
	if now := f.Mark(made("a", 2, artifact.Valid)); now.Annotations != nil || now.Health != artifact.Valid {
		t.Errorf("%s %v", now.Health, now.Annotations)
	}
}
