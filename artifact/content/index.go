package content

import "github.com/cineforge/cineforge/artifact"

// NamedBy returns the type of artifact that names all artifacts of another type, which stand beside
// it: what it does not name is of the project no more. It is "" if nothing names them.
func NamedBy(artifactType string) (index string) {
	if artifactType == artifact.Scene {
		return artifact.SceneIndex
	}
	return ""
}

// Names returns the entities that an index names. It is false if the data of the index is not
// what it should be: then nothing follows from it.
func Names(index []byte) (entities map[string]bool, ok bool) {
	data, err := DecodeSceneIndex(index, "entries")
	if err != nil || data.Entries == nil {
		return nil, false
	}
	entities = map[string]bool{}
	for _, e := range data.Entries {
		if e.SceneID == "" {
			return nil, false
		}
		entities[e.SceneID] = true
	}
	return entities, true
}
