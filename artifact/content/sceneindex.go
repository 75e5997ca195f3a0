package content

import "github.com/cineforge/cineforge/artifact"

// SceneIndex is the data of the scene_index artifact: all scenes at a glance.
type SceneIndex struct {
	TotalScenes      int          `json:"total_scenes"`
	UniqueLocations  []string     `json:"unique_locations"`
	UniqueCharacters []string     `json:"unique_characters"`
	Pages            float64      `json:"pages"`                     // estimated from the layout
	RuntimeMinutes   float64      `json:"estimated_runtime_minutes"` // at a page a minute
	PassedQA         int          `json:"scenes_passed_qa"`          // judged by a model
	NeedReview       int          `json:"scenes_need_review"`        // the others
	FrontMatter      *Span        `json:"front_matter"`              // source lines before the first scene; null if none
	Entries          []SceneEntry `json:"entries"`
}

// SceneEntry is one scene of a [SceneIndex]. Indexes of earlier releases lack the members from
// Number on.
type SceneEntry struct {
	SceneID     string   `json:"scene_id"`
	SceneNumber int      `json:"scene_number" minimum:"1"`
	Heading     string   `json:"heading"`
	Location    string   `json:"location"`
	TimeOfDay   string   `json:"time_of_day"`
	Characters  []string `json:"characters_present"`
	SourceSpan  Span     `json:"source_span"`
	ToneMood    *string  `json:"tone_mood"`

	Number      *string        `json:"number"` // the script's own, null where it has none
	IntExt      string         `json:"int_ext" enum:"INT,EXT,INT/EXT"`
	PageEighths int            `json:"page_eighths" minimum:"1"`
	StartLine   int            `json:"start_line"` // in the canonical script, from 1
	EndLine     int            `json:"end_line"`   // inclusive
	Cast        []string       `json:"characters"` // the same as characters_present
	Speeches    map[string]int `json:"speeches"`   // by the names of those who speak
	Summary     *string        `json:"summary"`    // null where no model judged
	Implied     bool           `json:"implied"`

	Health artifact.Health `json:"health"` // that the scene was made with
	Ref    EntityRef       `json:"ref"`    // of the scene
}

// EntityRef names what has versions: an artifact whichever of its versions is current.
type EntityRef struct {
	ArtifactType string `json:"artifact_type"`
	EntityID     string `json:"entity_id"`
}
