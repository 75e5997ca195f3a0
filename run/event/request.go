package event

import "github.com/cineforge/cineforge/artifact"

// Request is what a run is asked for, beside the recipe, the input and the project. It is
// pinned by [PipelineStarted], which embeds both of its parts, and passed on to retries as a
// whole, so a new option is declared in [Options] and reaches the log and every retry.
type Request struct {
	Selection
	Options
}

// Selection says what of a recipe is run, and with which parameters.
type Selection struct {
	RuntimeParams map[string]any `json:"runtime_params"`
	DryRun        bool           `json:"dry_run"`              // check everything and run nothing
	StartFrom     string         `json:"start_from,omitempty"` // the first stage; what it builds on is taken from an earlier run
	EndAt         string         `json:"end_at,omitempty"`     // the last stage
}

// Options say how a run is done. A new option is added at the end, and omitted from JSON
// where it is not set.
type Options struct {
	Force    bool      `json:"force,omitempty"`    // no answer of another line of runs is used
	Drill    string    `json:"drill,omitempty"`    // the simulator's scenario that answers, in place of real providers
	Limits   Limits    `json:"limits,omitzero"`    // in place of the recipe's
	Settings *Settings `json:"settings,omitempty"` // of the project, as a person gave them; they have been checked
}

// Settings are the settings of the project that a person gave with a run, by the names
// that project_config has for them. The run keeps the content of the config file, so that
// nothing depends on the file after the start.
type Settings struct {
	File      string          `json:"file,omitempty"`   // the name of the config file
	Digest    artifact.Digest `json:"digest,omitempty"` // of its bytes
	FromFile  map[string]any  `json:"from_file,omitempty"`
	Overrides map[string]any  `json:"overrides,omitempty"` // these win over the file
}
