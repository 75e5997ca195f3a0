package content

// RawInput is the data of the raw_input artifact.
type RawInput struct {
	Content        string         `json:"content"` // UTF-8, its lines ending in LF
	SourceInfo     SourceInfo     `json:"source_info"`
	Classification Classification `json:"classification"`
	Warnings       []Warning      `json:"warnings"`
}

// SourceInfo describes the file.
type SourceInfo struct {
	Filename   string `json:"original_filename"`
	Bytes      int    `json:"file_size_bytes"`
	Characters int    `json:"character_count"` // of Content
	Lines      int    `json:"line_count"`      // of Content
	Format     string `json:"file_format"`     // of the file, such as fountain
	Encoding   string `json:"encoding"`        // by its lower-case WHATWG name
}

// Classification is what kind of text it is.
type Classification struct {
	Format     string   `json:"detected_format"` // screenplay, prose, hybrid, notes or unknown
	Kind       string   `json:"kind"`            // a finer word where there is one, such as stage_play
	Confidence float64  `json:"confidence"`
	Evidence   []string `json:"evidence"`
}

// Warning is something about a line of the text that a person may want to look at.
type Warning struct {
	Line    int    `json:"line"`
	Message string `json:"message"`
}
