package artifact_test

import (
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
