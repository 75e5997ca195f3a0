package content

// CanonicalScript is the data of the canonical_script artifact: the whole script as
// Fountain text.
type CanonicalScript struct {
	Title      string `json:"title"` // from the title page, its lines joined; "" if there is none
	ScriptText string `json:"script_text"`
	LineCount  int    `json:"line_count"`
	SceneCount int    `json:"scene_count"` // a script without scene headings is one scene

	Normalization Normalization `json:"normalization"`

	// LineMap maps the lines of ScriptText to those of the content of the
	// raw_input.
	LineMap LineMap `json:"line_map"`
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
	Repair      Strategy = "code_repair"      // rewritten by rule, the words kept
	Conversion  Strategy = "full_conversion"  // adapted by a model
)

// Normalization is how the script was made, and what was done to it.
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

// Fidelity is how the canonical script was checked against its source: the
// words of its text (dialogue, action and the rest, notes and cut text included)
// must be those that stand in the source, and those of its elements in their order
// must be those of the elements of the source, by their letters and digits and
// whatever their case. A script that fails the check is never made.
type Fidelity struct {
	Checked        bool     `json:"checked"`         // false where a model rewrote the source, which no rule can check
	SourceWords    int      `json:"source_words"`    // of the text as it was read, its markup included
	CanonicalWords int      `json:"canonical_words"` // of the text that was made, its markup included
	Lost           []string `json:"lost"`            // what a rule left out as no text of its own, with line and reason
	OK             *bool    `json:"ok"`              // null if not checked
}
