package event

import (
	"maps"
	"slices"

	"github.com/cineforge/cineforge/artifact"
)

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
	Routing
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

// Routing says which models a run asks, and in which order, in place of what its recipe says. It is
// a person's, and holds wherever the run goes on: in other processes, in retries, and with the
// models of another day.
type Routing struct {
	Chains           map[string][]string `json:"chains,omitempty"`            // by stage, models as recipes name them, first choice first
	ProviderOrder    []string            `json:"provider_order,omitempty"`    // those that come first in all chains
	WithoutProviders []string            `json:"without_providers,omitempty"` // those that are not asked, whatever names them
}

// Or returns the routing, with that of other where it says nothing. An empty list says something.
func (r Routing) Or(other Routing) Routing {
	if r.Chains == nil {
		r.Chains = other.Chains
	}
	if r.ProviderOrder == nil {
		r.ProviderOrder = other.ProviderOrder
	}
	if r.WithoutProviders == nil {
		r.WithoutProviders = other.WithoutProviders
	}
	return r
}

// Equal reports whether both say the same.
func (r Routing) Equal(other Routing) bool {
	return maps.EqualFunc(r.Chains, other.Chains, slices.Equal) &&
		slices.Equal(r.ProviderOrder, other.ProviderOrder) && slices.Equal(r.WithoutProviders, other.WithoutProviders)
}
