package event

import (
	"cmp"
	"fmt"

	"github.com/cineforge/cineforge/artifact"
)

// RetryRequested says what a retry takes over from the run before, and why it begins
// where it does.
type RetryRequested struct {
	ParentRunID string    `json:"parent_run_id"`
	Mode        RetryMode `json:"mode"`
	From        []string  `json:"from"`                   // the stages that it begins at
	Kept        []string  `json:"kept"`                   // the stages whose results are taken over
	SteppedBack []string  `json:"stepped_back,omitempty"` // kept by the request, and done again since their results can't be used
	Reason      string    `json:"reason,omitempty"`       // why it stepped back

	Recipe  *RetryRecipe   `json:"recipe,omitempty"`  // that is run in place of the one before; nil if it is the same
	Changes []RecipeChange `json:"changes,omitempty"` // what is otherwise than in the run before, as far as it matters
	Newest  bool           `json:"newest,omitempty"`  // it builds on what is current in the project, in place of what that run made

	Actor       *Actor `json:"actor,omitempty"`        // that asked for the retry
	ActorReason string `json:"actor_reason,omitempty"` // why they did
}

// RetryMode says what a retry was asked to do again.
type RetryMode string

// The modes of a retry.
const (
	RetryFailed RetryMode = "failed_stage" // what did not end well
	RetryFrom   RetryMode = "from"         // a named stage, and all that builds on it
	RetryFull   RetryMode = "full"         // everything
)

// PinnedRecipe is how a retry asks for the recipe that the run before was made with.
const PinnedRecipe = "pinned"

// RetryRecipe is the recipe that a retry runs.
type RetryRecipe struct {
	Name     string          `json:"name"` // that it was asked for by; PinnedRecipe if it is the one of the run before
	RecipeID string          `json:"recipe_id"`
	Digest   artifact.Digest `json:"recipe_digest"`
}

// RecipeChange is a difference between what a run and its retry do: in a stage, or,
// without one, in the run as a whole.
type RecipeChange struct {
	StageID string `json:"stage_id,omitempty"`
	Key     string `json:"key"` // of the recipe; "stage" where only one of the two runs has the stage
	From    string `json:"from"`
	To      string `json:"to"`
	Redo    bool   `json:"redo,omitempty"` // what the stage made does not serve any more
}

// String returns the change on one line.
func (c RecipeChange) String() string {
	text := fmt.Sprintf("%s %s → %s", c.Key, cmp.Or(c.From, "nothing"), cmp.Or(c.To, "nothing"))
	switch {
	case c.Key == "stage" && c.From == "":
		text = "a new stage"
	case c.Key == "stage":
		text = "left out"
	}
	if c.StageID != "" {
		text = c.StageID + ": " + text
	}
	return text
}

// Limits are set for a run by a person, in place of what the recipe says for the run and
// for its stages. A limit that is nil is not set.
type Limits struct {
	MaxCostUSD     *float64 `json:"max_cost_usd,omitempty"`
	MaxWaitSeconds *float64 `json:"max_wait_seconds,omitempty"`
	OnExhausted    string   `json:"on_exhausted,omitempty"` // what becomes of a stage whose waiting time is spent: fail or pause
}

// Or returns the limits, with those of other where they are not set.
func (l Limits) Or(other Limits) Limits {
	return Limits{
		MaxCostUSD:     cmp.Or(l.MaxCostUSD, other.MaxCostUSD),
		MaxWaitSeconds: cmp.Or(l.MaxWaitSeconds, other.MaxWaitSeconds),
		OnExhausted:    cmp.Or(l.OnExhausted, other.OnExhausted),
	}
}

// Equal reports whether the same limits are set.
func (l Limits) Equal(other Limits) bool {
	same := func(a, b *float64) bool { return a == b || a != nil && b != nil && *a == *b }
	return same(l.MaxCostUSD, other.MaxCostUSD) && same(l.MaxWaitSeconds, other.MaxWaitSeconds) && l.OnExhausted == other.OnExhausted
}
