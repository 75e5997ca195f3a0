package content

import (
	"encoding/json"
	"strings"

	"github.com/cineforge/cineforge/artifact"
)

// Title returns what an artifact is called for people, by its data: the heading of a scene, the
// title of a script or of a configuration, the name of the file that was read, and of a type that no
// shipped stage makes its title, name or heading. It is "" if there is none.
func Title(artifactType string, data []byte) string {
	var named struct {
		Title   text `json:"title"`
		Name    text `json:"name"`
		Heading text `json:"heading"`
		Source  struct {
			Filename text `json:"original_filename"`
		} `json:"source_info"`
	}
	json.Unmarshal(data, &named) //nolint:errcheck // what does not fit is left empty
	title := named.Title
	switch artifactType {
	case artifact.RawInput:
		title = named.Source.Filename
	case artifact.Scene:
		title = named.Heading
	case artifact.CanonicalScript, artifact.ProjectConfig:
	default:
		for _, other := range []text{named.Name, named.Heading} {
			if title == "" {
				title = other
			}
		}
	}
	if artifactType == artifact.ProjectConfig && title == "unknown" {
		return ""
	}
	return strings.Join(strings.Fields(string(title)), " ")
}

// text is a string that is empty where there is none.
type text string

// UnmarshalJSON reads a string, and nothing else.
func (t *text) UnmarshalJSON(data []byte) error {
	var s string
	if json.Unmarshal(data, &s) == nil {
		*t = text(s)
	}
	return nil
}
