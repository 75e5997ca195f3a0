package content

// Scene is the data of a scene artifact. Members that need judgement are null or
// empty where no model judged.
type Scene struct {
	SceneID     string  `json:"scene_id"`                 // scene_001, by order
	SceneNumber int     `json:"scene_number" minimum:"1"` // from 1, by order
	Number      *string `json:"number"`                   // the script's own, null where it has none

	Heading    string   `json:"heading"`                        // upper case, without number, emphasis, notes; "UNKNOWN" where there are none
	Location   string   `json:"location"`                       // "UNKNOWN" where the heading names none
	TimeOfDay  string   `json:"time_of_day"`                    // as written; "UNSPECIFIED" where the heading has none
	IntExt     string   `json:"int_ext" enum:"INT,EXT,INT/EXT"` // INT, EXT or INT/EXT, which is also what the heading leaves open
	Written    *string  `json:"int_ext_written"`                // as the heading has it, EST among them; null where it says nothing
	Implied    bool     `json:"implied"`                        // the heading is one only to a human reader
	Characters []string `json:"characters_present"`             // those with a cue, in order, without extensions

	Elements       []SceneElement `json:"elements"`
	DialogueBlocks int            `json:"dialogue_blocks"`
	PageEighths    int            `json:"page_eighths" minimum:"1"` // length in eighths of a page, at least 1

	Summary    *string  `json:"summary"`
	Beats      []Beat   `json:"narrative_beats"`
	ToneMood   *string  `json:"tone_mood"`
	ToneShifts []string `json:"tone_shifts"`

	SourceSpan    Span         `json:"source_span"`    // in the text as ingested
	CanonicalSpan Span         `json:"canonical_span"` // in the canonical script
	Inferences    []Inference  `json:"inferences"`
	Provenance    []Provenance `json:"provenance"`
	Confidence    float64      `json:"confidence"` // the mean of the provenance's
}

// Span is a range of lines, counted from 1, inclusive.
type Span struct {
	StartLine int `json:"start_line"`
	EndLine   int `json:"end_line"`
}

// SceneElement is a piece of a scene as it stands on the page. The types are those kinds of
// package screenplay that readers of the first system know, such as "action" and "dialogue".
type SceneElement struct {
	Type      string `json:"element_type"`
	WrittenAs string `json:"written_as,omitempty"` // its kind, where that is another one
	Content   string `json:"content"`
}

// Beat is a moment at which the story moves.
type Beat struct {
	Type        string  `json:"beat_type"`
	Description string  `json:"description"`
	Location    *string `json:"approximate_location"` // where in the scene
	Confidence  float64 `json:"confidence"`
}

// Inference is a value that the text does not state.
type Inference struct {
	Field      string  `json:"field_name"`
	Value      string  `json:"value"`
	Rationale  string  `json:"rationale"`
	Confidence float64 `json:"confidence"`
}

// Method is how a value was found.
type Method string

// The methods.
const (
	MethodParser Method = "parser" // read off by the rules of the format
	MethodRule   Method = "rule"   // found by a rule of ours
	MethodModel  Method = "ai"     // judged by a model
)

// Provenance is where the value of a field comes from.
type Provenance struct {
	Field      string  `json:"field_name"`
	Method     Method  `json:"method"`
	Evidence   string  `json:"evidence"`
	Confidence float64 `json:"confidence"`
}
