package setup

import (
	"maps"
	"slices"
	"strings"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/client"
	"github.com/cineforge/cineforge/recipe"
	"github.com/cineforge/cineforge/stage"
)

// paramSpec describes a parameter of a stage.
type paramSpec struct {
	kind        client.ParamType
	required    bool
	description string
	otherwise   any
}

// specsOf returns the parameters of a module, and those that every stage accepts.
func specsOf(info stage.Info) map[string]paramSpec {
	specs := map[string]paramSpec{}
	for _, p := range recipe.CommonParams() {
		kind := client.ParamString
		switch {
		case p.Model:
			kind = client.ParamModel
		case p.Number:
			kind = client.ParamNumber
		}
		specs[p.Name] = paramSpec{kind: kind, description: p.Description}
	}
	for name, p := range info.Params {
		specs[name] = paramSpec{kind: client.ParamType(p.Kind), required: p.Required, description: p.Description, otherwise: p.Default}
	}
	return specs
}

// params describes the parameters of a stage: those of its module, and the others that it has.
func (d subject) params(p recipe.PlannedStage, info stage.Info) []client.StageParam {
	written := map[string]any{}
	for _, s := range d.Stages { // the plan has the values in place of what is written
		if s.ID == p.ID {
			written = s.Params
		}
	}
	specs := specsOf(info)
	names := map[string]bool{}
	for name := range info.Params {
		names[name] = true
	}
	for name, value := range written {
		names[name] = names[name] || value != nil
	}
	all := []client.StageParam{}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		spec := specs[name]
		out := client.StageParam{Name: name, Type: spec.kind, Description: spec.description, Required: spec.required, Default: spec.otherwise}
		if out.Type == "" {
			out.Type = client.ParamString // one that has no effect
		}
		out.Value, out.Origin, out.Parameter = d.valueOf(written[name], client.ValueStage)
		if written[name] == nil {
			out.Value, out.Origin = spec.otherwise, client.ValueDefault
		}
		all = append(all, out)
	}
	return all
}

// valueOf returns the value of something that the recipe says, where it is from, and the run's
// parameter that it stands for.
func (d subject) valueOf(written any, origin client.ValueOrigin) (value any, _ client.ValueOrigin, parameter *string) {
	name, left := recipe.Placeholder(written)
	if !left {
		return written, origin, nil
	}
	if given, ok := d.options.Params[name]; ok {
		return given, client.ValueRun, &name
	}
	return nil, client.ValuePlaceholder, &name
}

// automatic are the parameters that every start sets.
var automatic = []string{"input_file", "accept_config"}

// parameters describes what a run may give: what the placeholders stand for, and the settings of
// the project.
func (d subject) parameters() []client.RecipeParameter {
	found := map[string]*client.RecipeParameter{}
	use := func(name, stageID, at string, spec paramSpec) {
		p := found[name]
		if p == nil {
			p = &client.RecipeParameter{Name: name, Type: spec.kind, Description: spec.description, Default: spec.otherwise,
				Stages: []string{}, Uses: []string{}}
			p.Automatic = slices.Contains(automatic, name)
			p.Required = !p.Automatic
			found[name] = p
		}
		if stageID != "" && !slices.Contains(p.Stages, stageID) {
			p.Stages = append(p.Stages, stageID)
		}
		if at != "" {
			p.Uses = append(p.Uses, at)
		}
	}
	for i, s := range d.Stages {
		info := d.service.infoOf(s.Module)
		specs := specsOf(info)
		for _, name := range slices.Sorted(maps.Keys(s.Params)) {
			eachPlaceholder(s.Params[name], pointer("stages", i, "params", name), func(of, at string) { use(of, s.ID, at, specs[name]) })
		}
		if slices.Contains(info.Produces, artifact.ProjectConfig) {
			for name, spec := range projectSettings {
				if use(name, s.ID, "", spec); len(found[name].Uses) == 0 {
					found[name].Required = false
				}
			}
		}
	}
	eachPlaceholder(d.written, pointer("resilience"), func(name, at string) {
		stageID, spec := settingAt(at)
		if use(name, stageID, at, spec); stageID == "" {
			found[name].Stages = d.stageIDs()
		}
	})
	all := []client.RecipeParameter{}
	for _, name := range slices.Sorted(maps.Keys(found)) {
		if found[name].Type == "" {
			found[name].Type = client.ParamString
		}
		all = append(all, *found[name])
	}
	return all
}

// projectSettings are the parameters that set the project's settings, which no recipe has to name.
var projectSettings = map[string]paramSpec{
	"config_file":      {kind: client.ParamString, description: "the file with settings of the project, an input of the project"},
	"config_overrides": {kind: client.ParamObject, description: "settings of the project, which win over those of the file"},
}

// settingAt returns the stage that a value of the resilience block is for, "" for all, and what is
// to be known of its key.
func settingAt(at string) (stageID string, _ paramSpec) {
	parts := strings.Split(strings.TrimPrefix(at, "/resilience/"), "/")
	key := parts[0]
	switch {
	case key == "stages" && len(parts) > 2:
		stageID, key = parts[1], parts[2]
	case (key == "stage_max_attempts" || key == "stage_fallback_models") && len(parts) > 1:
		stageID = parts[1]
		if key == "stage_max_attempts" {
			key = "max_attempts_per_stage"
		}
	}
	for _, k := range settingKinds {
		if k.key == key {
			return stageID, paramSpec{kind: k.kind, description: k.description, otherwise: k.value(recipe.Resilience{}.For("", nil))}
		}
	}
	return stageID, paramSpec{kind: client.ParamObject, description: "a part of the recipe's resilience block"}
}

func (d subject) stageIDs() []string {
	var ids []string
	for _, s := range d.Stages {
		ids = append(ids, s.ID)
	}
	return ids
}

// eachPlaceholder calls do for each placeholder within a value, with where it stands.
func eachPlaceholder(value any, at string, do func(name, at string)) {
	switch v := value.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			eachPlaceholder(v[key], at+"/"+strings.NewReplacer("~", "~0", "/", "~1").Replace(key), do)
		}
	case []any:
		for i, item := range v {
			eachPlaceholder(item, at+pointer(i), do)
		}
	default:
		if name, ok := recipe.Placeholder(v); ok {
			do(name, at)
		}
	}
}
