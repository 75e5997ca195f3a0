package event

import "github.com/cineforge/cineforge/artifact"

// Settings are the settings of the project that a person gave with a run, by the names
// that project_config has for them. The run keeps the content of the config file, so that
// nothing depends on the file after the start.
type Settings struct {
	File      string          `json:"file,omitempty"`   // the name of the config file
	Digest    artifact.Digest `json:"digest,omitempty"` // of its bytes
	FromFile  map[string]any  `json:"from_file,omitempty"`
	Overrides map[string]any  `json:"overrides,omitempty"` // these win over the file
}
