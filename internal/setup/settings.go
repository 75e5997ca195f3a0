package setup

import (
	"slices"

	"github.com/cineforge/cineforge/client"
	"github.com/cineforge/cineforge/recipe"
)

// settingKind is a key of the resilience block.
type settingKind struct {
	key         string
	description string
	kind        client.ParamType
	value       func(p recipe.Policy) any
	choices     []string
	least, most float64                    // of a number
	byRun       func(l recipe.Limits) bool // whether a run sets it; nil if none can
}

const year = 365 * 24 * 3600

// keyChain is the key of the models of single stages.
const keyChain = "stage_fallback_models"

// settingKinds are the keys that hold for all stages and again for one.
var settingKinds = []settingKind{
	{key: "retry_base_delay_seconds", description: "What the pauses before further attempts grow from.", kind: client.ParamNumber, most: 3600,
		value: func(p recipe.Policy) any { return p.RetryBaseDelay.Seconds() }},
	{key: "retry_jitter_ratio", kind: client.ParamNumber, most: 10,
		description: "The share of a pause that is added to it at random; null spreads each pause over all of its length.",
		value: func(p recipe.Policy) any {
			if p.FullJitter {
				return nil
			}
			return p.JitterRatio
		}},
	{key: "max_attempts_per_stage", description: "Attempts at one request in one round, over all models.", kind: client.ParamInt,
		least: 1, most: 1000, value: func(p recipe.Policy) any { return p.MaxAttempts }},
	{key: "max_wait_seconds", description: "How long a stage may wait without progress; 0 is not at all.", kind: client.ParamNumber,
		most:  year,
		value: func(p recipe.Policy) any { return p.MaxWait.Seconds() }, byRun: func(l recipe.Limits) bool { return l.MaxWait != nil }},
	{key: "max_stage_seconds", description: "How long a stage may take, waiting included.", kind: client.ParamNumber, least: 1, most: year,
		value: func(p recipe.Policy) any { return p.MaxStage.Seconds() }},
	{key: "max_cost_usd", description: "What may be spent, in USD.", kind: client.ParamNumber, most: 1e6,
		value: func(p recipe.Policy) any { return p.MaxCostUSD }, byRun: func(l recipe.Limits) bool { return l.MaxCostUSD != nil }},
	{key: "on_unknown_price", kind: client.ParamString, choices: []string{string(recipe.RefuseUnknownPrice), string(recipe.AllowUnknownPrice)},
		description: "Whether a run starts that has a limit on its cost and may ask a model without a price.",
		value:       func(p recipe.Policy) any { return p.OnUnknownPrice }},
	{key: "on_exhausted", kind: client.ParamString, choices: []string{string(recipe.FailOnExhausted), string(recipe.PauseOnExhausted)},
		description: "What a stage does when its waiting time is spent.", value: func(p recipe.Policy) any { return p.OnExhausted },
		byRun: func(l recipe.Limits) bool { return l.OnExhausted != "" }},
	{key: "degrade", kind: client.ParamString, choices: []string{string(recipe.DegradeNever), string(recipe.DegradeOffline)},
		description: "Whether rules answer, marked as such, when no model can.", value: func(p recipe.Policy) any { return p.Degrade }},
	{key: "concurrency", description: "How many units of a stage are asked about at a time.", kind: client.ParamInt, least: 1, most: 64,
		value: func(p recipe.Policy) any { return p.Concurrency }},
}

// settings describes what holds for a stage, or with "" for all that set nothing else.
func (d subject) settings(stageID string, p recipe.Policy) []client.Setting {
	all := []client.Setting{}
	usual := recipe.Resilience{}.For(stageID, p.DefaultChain)
	for _, k := range settingKinds {
		s := client.Setting{Key: k.key, Description: k.description, Value: k.value(p), Default: k.value(usual), Choices: k.choices}
		if k.choices == nil {
			s.Min, s.Max = new(k.least), new(k.most)
		}
		d.trace(&s, k, stageID)
		all = append(all, s)
	}
	if stageID == "" || len(p.Chain) == 0 {
		return all
	}
	s := client.Setting{Key: keyChain, Description: "The models to ask, first choice first.",
		Value: namesOf(p.Chain), Default: namesOf(p.DefaultChain), Origin: client.ValueDefault}
	switch written := under(d.written, keyChain)[stageID]; {
	case p.Named || len(p.Order) > 0 || len(p.Without) > 0:
		s.Origin = client.ValueRun
	case written != nil:
		d.mark(&s, written, client.ValueStage)
	case !slices.Equal(p.Chain, p.DefaultChain):
		s.Origin = client.ValueStage // by a parameter of the stage
	}
	return append(all, s)
}

// trace finds out where the value of a setting is from.
func (d subject) trace(s *client.Setting, k settingKind, stageID string) {
	s.Origin = client.ValueDefault
	own := under(under(d.written, "stages"), stageID)
	byStage := under(d.written, "stage_max_attempts")
	ceiling := d.ceiling(stageID)
	switch {
	case k.byRun != nil && k.byRun(d.options.Limits):
		s.Origin = client.ValueRun
	case k.key == "max_cost_usd" && ceiling != nil && s.Value == *ceiling:
		s.Origin = client.ValueStage
	case own[k.key] != nil:
		d.mark(s, own[k.key], client.ValueStage)
	case k.key == "max_attempts_per_stage" && byStage[stageID] != nil:
		d.mark(s, byStage[stageID], client.ValueStage)
	case d.written[k.key] != nil:
		d.mark(s, d.written[k.key], client.ValueRecipe)
	}
}

// mark says where a value that the recipe writes is from. What is left to the run has no value
// before there is one.
func (d subject) mark(s *client.Setting, written any, origin client.ValueOrigin) {
	_, s.Origin, s.Parameter = d.valueOf(written, origin)
	if s.Origin == client.ValuePlaceholder {
		s.Value = nil
	}
}

// ceiling is what a stage may spend by its parameter, nil if it has none.
func (d subject) ceiling(stageID string) *float64 {
	for _, s := range d.Stages {
		if s.ID != stageID {
			continue
		}
		switch v, _, _ := d.valueOf(s.Params["cost_ceiling_usd"], client.ValueStage); v := v.(type) {
		case int:
			return new(float64(v))
		case float64:
			return &v
		}
	}
	return nil
}

// under returns the map under a key; nil if there is none.
func under(m map[string]any, key string) map[string]any {
	inner, _ := m[key].(map[string]any)
	return inner
}

func namesOf(chain []recipe.ModelName) []string {
	names := []string{}
	for _, m := range chain {
		names = append(names, m.String())
	}
	return names
}
