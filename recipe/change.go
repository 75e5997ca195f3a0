package recipe

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/cineforge/cineforge/internal/plaintext"
)

// Change is a difference between two plans: in what one stage says, or, without a
// stage, in what the whole run may spend.
type Change struct {
	StageID  string
	Key      string // the key of a recipe that differs; KeyStage where only one of the plans has the stage
	From, To string // the values as text, cut to a readable length; "" where there is none

	// Redo reports that what the stage made by the first plan does not serve the second.
	Redo bool
}

// Keys of changes that mean more to others than that something differs.
const (
	KeyStage  = "stage"
	KeyModels = "stage_fallback_models"
)

// longestValue is how many characters of a value a change shows.
const longestValue = 200

// Changes returns how a plan differs from an earlier one: first the run as a whole, then
// the stages in the order of to, then those that to lacks.
func Changes(from, to *Plan) []Change {
	changes := compare("", from.entries(), to.entries())
	for _, s := range to.Stages {
		before, ok := from.StageByID(s.ID)
		if !ok {
			changes = append(changes, Change{StageID: s.ID, Key: KeyStage, To: s.Module})
			continue
		}
		changes = append(changes, compare(s.ID, before.entries(from.MaxCostUSD), s.entries(to.MaxCostUSD))...)
	}
	for _, s := range from.Stages {
		if _, ok := to.StageByID(s.ID); !ok {
			changes = append(changes, Change{StageID: s.ID, Key: KeyStage, From: s.Module})
		}
	}
	return changes
}

// entry is what a stage says under one key of the recipe.
type entry struct {
	key, value string
	redo       bool // another value makes another result
}

// compare returns the changes between what a stage said and says.
func compare(stageID string, before, now []entry) []Change {
	var changes []Change
	for i, e := range now {
		if old := before[i].value; old != e.value {
			changes = append(changes,
				Change{StageID: stageID, Key: e.key, From: plaintext.Cut(old, longestValue), To: plaintext.Cut(e.value, longestValue), Redo: e.redo})
		}
	}
	return changes
}

// entries lists what a plan says of the whole run.
func (p *Plan) entries() []entry {
	return []entry{{"max_cost_usd", decimal(p.MaxCostUSD), false}}
}

// entries lists all that a stage says. A stage's limit on the cost counts as said if it
// is not that of the run. What the stage only waits for makes no other result.
func (s PlannedStage) entries(runCost float64) []entry {
	p := s.Policy
	jitter := "full"
	if !p.FullJitter {
		jitter = decimal(p.JitterRatio)
	}
	cost := ""
	if p.MaxCostUSD != runCost {
		cost = decimal(p.MaxCostUSD)
	}
	return []entry{
		{"module", s.Module, true},
		{"params", asText(s.Params), true},
		{"needs", strings.Join(s.Needs, ", "), true},
		{"needs_all", strings.Join(s.NeedsAll, ", "), true},
		{"store_inputs", asText(s.StoreInputs), true},
		{"store_inputs_optional", asText(s.StoreInputsOptional), true},
		{"store_inputs_all", asText(s.StoreInputsAll), true},
		{"after", strings.Join(s.After, ", "), false},
		{KeyModels, modelNames(p.Chain), false},
		{"without_providers", strings.Join(p.Without, ", "), false},
		{"retry_base_delay_seconds", decimal(p.RetryBaseDelay.Seconds()), false},
		{"retry_jitter_ratio", jitter, false},
		{"max_attempts_per_stage", fmt.Sprint(p.MaxAttempts), false},
		{"max_wait_seconds", decimal(p.MaxWait.Seconds()), false},
		{"max_stage_seconds", decimal(p.MaxStage.Seconds()), false},
		{"max_cost_usd", cost, false},
		{"on_unknown_price", string(p.OnUnknownPrice), false},
		{"on_exhausted", string(p.OnExhausted), false},
		{"degrade", string(p.Degrade), false},
		{"concurrency", fmt.Sprint(p.Concurrency), false},
	}
}

func modelNames(chain []ModelName) string {
	var names []string
	for _, m := range chain {
		names = append(names, m.String())
	}
	return strings.Join(names, ", ")
}

// asText writes a map with its keys in order; an empty one is "".
func asText[V any](m map[string]V) string {
	if len(m) == 0 {
		return ""
	}
	data, err := json.Marshal(m)
	if err != nil {
		return fmt.Sprint(m) // a parameter that is no JSON, such as NaN
	}
	return string(data)
}

func decimal(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

// Redone returns the stages whose results by an earlier plan do not serve this one, each
// with the change that is why; what builds on such a stage is among them. The changes
// are those between the two plans.
func (p *Plan) Redone(changes []Change) map[string]Change {
	redone := map[string]Change{}
	for _, s := range p.Stages {
		if i := slices.IndexFunc(changes, func(c Change) bool { return c.StageID == s.ID && c.Redo }); i >= 0 {
			redone[s.ID] = changes[i]
			continue
		}
		for _, in := range s.Inputs() {
			if c, ok := redone[in]; ok {
				redone[s.ID] = c
				break
			}
		}
	}
	return redone
}
