package schema

import (
	"reflect"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/artifact/content"
	"github.com/cineforge/cineforge/client"
)

// contents are the types of artifact that the shipped stages make, by the type of their data.
var contents = map[reflect.Type]string{
	reflect.TypeFor[content.RawInput]():        artifact.RawInput,
	reflect.TypeFor[content.CanonicalScript](): artifact.CanonicalScript,
	reflect.TypeFor[content.Scene]():           artifact.Scene,
	reflect.TypeFor[content.SceneIndex]():      artifact.SceneIndex,
	reflect.TypeFor[content.ProjectConfig]():   artifact.ProjectConfig,
}

const (
	detailName      = "ArtifactDetail"
	otherDetailName = "OtherArtifactDetail"
)

// artifactUnion stands for artifacts with their data.
type artifactUnion struct{}

// Schema returns the union of artifacts by the type of their data, which it adds to the document.
func (artifactUnion) Schema(r huma.Registry) *huma.Schema {
	if r.Map()[detailName] != nil {
		return refTo(detailName)
	}
	union := &huma.Schema{
		Description: "One version with its content. Where artifact_type is none of this document, or a person has brought the data " +
			"into another form, it is " + otherDetailName + ".",
		Discriminator: &huma.Discriminator{PropertyName: "artifact_type", Mapping: map[string]string{}},
		Extensions:    map[string]any{extensible: true},
	}
	r.Map()[detailName] = union
	for _, t := range contentTypes() {
		stored := structSchema[artifact.Artifact](r)
		stored.Properties["data"] = r.Schema(t, true, "")
		r.Map()[t.Name()+"Artifact"] = stored
		detail := structSchema[client.ArtifactDetail](r)
		detail.Properties["artifact_type"] = &huma.Schema{Type: huma.TypeString, Enum: []any{contents[t]}}
		detail.Properties["payload"] = refTo(t.Name() + "Artifact")
		r.Map()[t.Name()+"Detail"] = detail
		union.OneOf = append(union.OneOf, refTo(t.Name()+"Detail"))
		union.Discriminator.Mapping[contents[t]] = prefix + t.Name() + "Detail"
	}
	other := structSchema[client.ArtifactDetail](r)
	other.Not = &huma.Schema{AnyOf: slices.Clone(union.OneOf)}
	r.Map()[otherDetailName] = other
	union.OneOf = append(union.OneOf, refTo(otherDetailName))
	return refTo(detailName)
}

// contentTypes lists the types of data in the order in which stages make them.
func contentTypes() []reflect.Type {
	return []reflect.Type{
		reflect.TypeFor[content.RawInput](), reflect.TypeFor[content.CanonicalScript](), reflect.TypeFor[content.Scene](),
		reflect.TypeFor[content.SceneIndex](), reflect.TypeFor[content.ProjectConfig](),
	}
}

// structSchema returns a schema of a struct for a caller that changes it.
func structSchema[T any](r huma.Registry) *huma.Schema {
	t := reflect.TypeFor[T]()
	s := huma.SchemaFromType(r, t)
	settle(s, t)
	return s
}
