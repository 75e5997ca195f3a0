package recipe

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/cineforge/cineforge/failure"
)

// The parameters that every stage accepts beside those of its module, so that recipes of
// the system before this one keep working.
const (
	paramWorkModel = "work_model"       // asked before the models of the stage's chain
	paramModel     = "model"            // the same, where there is no work_model
	paramCeiling   = "cost_ceiling_usd" // max_cost_usd of the stage

	// ParamConfigFile names the file with settings of the project that the run is given.
	ParamConfigFile = "config_file"
)

// roleParams name the models of roles that no module asks in: the recipe records them.
var roleParams = []string{"qa_model", "verify_model", "escalate_model"}

// idleParams are accepted and have no effect; the text says what to set instead.
var idleParams = map[string]string{
	"max_retries":               "max_attempts_per_stage in the resilience block says how often a model is asked",
	"max_tokens":                "each module sets the length of its answers",
	"skip_qa":                   "no module asks for a second opinion",
	"patch_fuzzy_threshold":     "no module patches text",
	"export_formats":            "export the run's files after it",
	"parser_coverage_threshold": "the parser covers every line",
	"default_model":             "name it as model",
	"utility_model":             "name it as model",
	"sota_model":                "name it as model",
	"discovery_model":           "name it as model",
	"human_control_mode":        "set it in a config_file",
	"user_approved":             "accept_config of project_config_v1 accepts the settings",
}

// accepted adds the parameters that every stage accepts to those of a module.
func accepted(own []string) []string {
	return slices.Concat(own, []string{paramWorkModel, paramModel, paramCeiling, ParamConfigFile}, roleParams,
		slices.Sorted(maps.Keys(idleParams)))
}

// CommonParam is a parameter that every stage accepts and that has an effect, or is recorded.
type CommonParam struct {
	Name        string
	Description string
	Model       bool // it names a model; else it is a number or a text
	Number      bool
}

// CommonParams returns the parameters that every stage accepts beside those of its module.
func CommonParams() []CommonParam {
	all := []CommonParam{
		{Name: paramWorkModel, Description: "the model to ask before those of the chain; mock is the offline model alone", Model: true},
		{Name: paramModel, Description: "the same, where there is no work_model", Model: true},
		{Name: paramCeiling, Description: "what the stage may spend, in USD", Number: true},
		{Name: ParamConfigFile, Description: "the file with settings of the project, an input of the project"},
	}
	for _, name := range roleParams {
		all = append(all, CommonParam{Name: name, Description: "recorded; no module asks in that role", Model: true})
	}
	return all
}

// mock is how recipes name the offline model as the only one of a stage.
const mock = "mock"

// offline is the model that answers without a provider.
func offline() ModelName { return ModelName{Provider: "offline", Model: "offline"} }

// kept is what a stage says by the parameters that every stage accepts.
type kept struct {
	work, model *ModelName
	ceiling     *float64
}

// take reads a parameter that is not the module's own. It reports whether there is such a
// parameter; what is wrong with its value is added to the problems.
func (k *kept) take(p *problems, e pair) bool {
	d := decoder{p}
	_, idle := idleParams[e.Key]
	switch {
	case idle:
	case e.Key == paramWorkModel:
		k.work = d.modelParam(e)
	case e.Key == paramModel:
		k.model = d.modelParam(e)
	case slices.Contains(roleParams, e.Key):
		d.modelParam(e)
	case e.Key == paramCeiling && e.Value.Value != nil:
		k.ceiling = d.number(e.Value, e.Key, 0, maxCostUSD)
	case e.Key == ParamConfigFile:
		d.textParam(e)
	case e.Key != paramCeiling:
		return false
	}
	return true
}

// modelParam returns the model that a parameter names, nil if it names none.
func (d decoder) modelParam(e pair) *ModelName {
	name := d.textParam(e)
	switch name {
	case "":
		return nil
	case mock:
		return new(offline())
	}
	m, err := ParseModel(name)
	if f, ok := errors.AsType[*failure.Error](err); ok {
		d.add(e.Value.Position, fmt.Sprintf("parameter %s: %s", e.Key, f.Message), f.Hint)
		return nil
	}
	return &m
}

// textParam returns the text of a parameter, "" if it has none.
func (d decoder) textParam(e pair) string {
	text, ok := e.Value.Value.(string)
	if !ok && e.Value.Value != nil && e.Value.Value != (blank{}) {
		d.add(e.Value.Position, fmt.Sprintf("parameter %s is text, but here is %s", e.Key, kindOf(e.Value)), kindHints[KindString])
	}
	return text
}

// apply puts what the stage says into its policy. The offline model always answers, so it
// has no chain after it. With limited, limits were given in place of those of the recipe.
func (k kept) apply(p *Policy, limited bool) {
	first := k.work
	if first == nil {
		first = k.model
	}
	switch {
	case first == nil:
	case *first == offline():
		p.Chain = []ModelName{*first}
	default:
		p.Chain = startWith(*first, p.Chain)
	}
	if k.ceiling != nil && !limited {
		p.MaxCostUSD = min(p.MaxCostUSD, *k.ceiling)
	}
}

// noteOrigins notes what of its policy the stage itself says by these parameters.
func (k kept) noteOrigins(s *PlannedStage) {
	if (k.work != nil || k.model != nil) && !s.Policy.Named {
		s.Origins[KeyModels] = OriginStage
	}
	if k.ceiling != nil && s.Origins[KeyMaxCost] != OriginRun && s.Policy.MaxCostUSD == *k.ceiling {
		s.Origins[KeyMaxCost] = OriginStage
	}
}

// startWith returns a chain with a model first, and once.
func startWith(first ModelName, chain []ModelName) []ModelName {
	rest := slices.DeleteFunc(slices.Clone(chain), func(m ModelName) bool { return m == first })
	return append([]ModelName{first}, rest...)
}

// Warning is something in a recipe that has no effect, or another one than it seems to have.
type Warning struct {
	Line    int // from 1; 0 if it is nowhere in particular
	Column  int
	Pointer string // the JSON pointer of the value
	Message string
}

// Warnings returns what a valid recipe says without effect, in the order of the file.
func (r *Recipe) Warnings(modules Modules) []Warning {
	var list []Warning
	for _, s := range r.Stages {
		entries := s.source.Get("params").Pairs()
		for _, e := range entries {
			instead, idle := idleParams[e.Key]
			if _, own := modules[s.Module].Params[e.Key]; idle && !own {
				list = append(list, Warning{Line: e.Line, Column: e.Column, Pointer: e.Pointer,
					Message: fmt.Sprintf("stage %q: the parameter %s has no effect here; %s", s.ID, e.Key, instead)})
			}
		}
	}
	slices.SortStableFunc(list, func(a, b Warning) int { return a.Line - b.Line })
	return list
}

// ConfigFile returns the name of the config file that the stages name, with the parameters
// of a run for placeholders; "" if none names one.
func (r *Recipe) ConfigFile(params map[string]any) string {
	for _, s := range r.Stages {
		name, _ := s.Params[ParamConfigFile].(string)
		if of, ok := Placeholder(name); ok {
			name, _ = params[of].(string)
		}
		if name != "" {
			return name
		}
	}
	return ""
}
