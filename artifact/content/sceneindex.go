package content

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

// SceneEntry is one scene of an [SceneIndex].
type SceneEntry struct {
	SceneID     string   `json:"scene_id"`
	SceneNumber int      `json:"scene_number"`
	Heading     string   `json:"heading"`
	Location    string   `json:"location"`
	TimeOfDay   string   `json:"time_of_day"`
	Characters  []string `json:"characters_present"`
	SourceSpan  Span     `json:"source_span"`
	ToneMood    *string  `json:"tone_mood"`
}
