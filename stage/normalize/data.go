package normalize

import "github.com/cineforge/cineforge/stage"

// Script is the data of the canonical_script artifact: the whole script as
// Fountain text.
type Script struct {
	Title      string `json:"title"` // from the title page, its lines joined; "" if there is none
	ScriptText string `json:"script_text"`
	LineCount  int    `json:"line_count"`
	SceneCount int    `json:"scene_count"` // a script without scene headings is one scene

	Normalization Normalization `json:"normalization"`

	// LineMap says which lines of the content of the raw_input the lines of
	// ScriptText come from.
	LineMap stage.LineMap `json:"line_map"`
	// ImpliedHeadings are the lines of ScriptText with a scene heading that the
	// source has only to a human reader.
	ImpliedHeadings []int    `json:"implied_headings"`
	Fidelity        Fidelity `json:"fidelity"`
}

// Strategy is how a canonical script was made.
type Strategy string

// The strategies.
const (
	Passthrough Strategy = "code_passthrough" // valid Fountain, taken as it is
	Repair      Strategy = "code_repair"      // written anew by rule, the words kept
	Conversion  Strategy = "full_conversion"  // adapted by a model
)

// Normalization tells how the script was made, and what was done to it.
type Normalization struct {
	SourceFormat string       `json:"source_format"` // what the source looked like: screenplay, prose, ...
	Strategy     Strategy     `json:"strategy"`
	Inventions   []Invention  `json:"inventions"`
	Assumptions  []Assumption `json:"assumptions"`
	Confidence   float64      `json:"overall_confidence"`
	Rationale    string       `json:"rationale"`
}

// Invention is something that the script has and its source has not.
type Invention struct {
	Description string `json:"description"`
	Location    string `json:"location"`
	Rationale   string `json:"rationale"`
}

// Assumption is a reading of the source that another reader might not share.
// Repairs are such.
type Assumption struct {
	Description  string   `json:"description"`
	Rationale    string   `json:"rationale"`
	Alternatives []string `json:"alternatives_considered"`
	Lines        []int    `json:"lines"` // of the source
}
