package artifact_test

import (
	"fmt"

	"github.com/cineforge/cineforge/artifact"
)

func ExampleNewRef() {
	ref := artifact.NewRef(artifact.Scene, "scene_001", 2)
	fmt.Println(ref)
	fmt.Println(ref.Path)
	// Output:
	// scene:scene_001:v2
	// artifacts/scene/scene_001/v2.json
}

func ExampleDigestOf() {
	fmt.Println(artifact.DigestOf([]byte("INT. HALL - DAY\n")))
	// Output: sha256:06c87b3d1280a99aa4412fb852af21b3a561b213c41ec2a5d85beb981943bb29
}

// A person's edit makes a new version of the script current, and what was made of the old one
// stale.
func ExampleFreshness() {
	script := artifact.NewRef(artifact.CanonicalScript, artifact.ProjectEntity, 1)
	scene := artifact.Metadata{
		Ref: artifact.NewRef(artifact.Scene, "scene_001", 1), Lineage: []artifact.Ref{script}, Health: artifact.Valid,
	}
	edited := artifact.Metadata{
		Ref: artifact.NewRef(artifact.CanonicalScript, artifact.ProjectEntity, 2), Lineage: []artifact.Ref{script},
		Health: artifact.ConfirmedValid,
	}
	f := artifact.NewFreshness([]artifact.Metadata{edited, scene})
	fmt.Println(f.HealthOf(edited), f.HealthOf(scene))
	// Output: confirmed_valid stale
}
