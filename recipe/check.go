package recipe

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// The kinds of parameter that modules take.
const (
	KindString = "string"
	KindBool   = "bool"
	KindInt    = "int"
)

// ModuleSpec is what a recipe has to know of a module.
type ModuleSpec struct {
	Params   map[string]ParamSpec
	Consumes []string // artifact types that it needs
	Produces []string // artifact types that it makes

	// StageID is the stage that DefaultChain is for: stages of that id, whatever their module, ask
	// those models unless the recipe lists others.
	StageID      string
	DefaultChain []ModelName
}

// ParamSpec describes a module's parameter.
type ParamSpec struct {
	Kind     string // KindString, KindBool or KindInt
	Required bool
}

// Modules are the modules that recipes may name, by id.
type Modules map[string]ModuleSpec

// DefaultChain returns the models of a stage for which the recipe lists none, first choice first.
// It is nil for a stage that is not known to ask any.
func (m Modules) DefaultChain(stageID string) []ModelName {
	for _, spec := range m {
		if spec.StageID == stageID {
			return slices.Clone(spec.DefaultChain)
		}
	}
	return nil
}

// dependencyKeys are the fields that refer to other stages.
var dependencyKeys = []string{"needs", "needs_all", "after"}

// checkReferences checks all references between stages.
func (r *Recipe) checkReferences(p *problems) {
	ids := r.stageIDs()
	first := map[string]position{}
	for i, s := range r.Stages {
		if s.ID != "" {
			at := s.source.Get("id").Position
			if before, ok := first[s.ID]; ok {
				p.add(at, fmt.Sprintf("stage id %q is taken, first in line %d", s.ID, before.Line), "give one of the two another id")
			} else {
				first[s.ID] = at
			}
		}
		r.checkDependencies(p, i, ids)
		checkInputKeys(p, s)
	}
	r.checkCycle(p)
}

func (r *Recipe) checkDependencies(p *problems, i int, ids []string) {
	s := r.Stages[i]
	for _, key := range dependencyKeys {
		items := s.source.Get(key).Items()
		if len(items) > maxStages {
			continue // that is a mistake of its own
		}
		for _, item := range items {
			id, isText := item.Value.(string)
			switch {
			case !isText:
			case id == s.ID:
				p.add(item.Position, fmt.Sprintf("stage %q waits for itself", id), "remove it from "+key)
			case !slices.Contains(ids, id):
				p.unknown(item.Position, fmt.Sprintf("%s names stage %s, which the recipe does not have", key, quote(id)), id, ids, stagesHint(ids))
			case key == "needs_all" && slices.Contains(s.Needs, id):
				p.add(item.Position, fmt.Sprintf("stage %q stands in needs and in needs_all", id),
					"keep needs for its last artifact, needs_all for all of them")
			}
		}
	}
}

// checkInputKeys makes sure that each input of a stage has a name of its own.
func checkInputKeys(p *problems, s Stage) {
	from := map[string]string{}
	for _, id := range s.Inputs() {
		from[id] = "needs"
	}
	for _, key := range []string{"store_inputs", "store_inputs_optional", "store_inputs_all"} {
		entries := s.source.Get(key).Pairs()
		for _, e := range entries {
			if other, taken := from[e.Key]; taken {
				p.add(e.Position, fmt.Sprintf("input %s stands in %s and in %s", quote(e.Key), other, key), "rename it here or remove one of them")
				continue
			}
			from[e.Key] = key
		}
	}
}

func stagesHint(ids []string) string { return "the stages are " + shortList(ids) }

// shortList joins names, as many as can be read at a glance.
func shortList(names []string) string {
	const most = 12
	if len(names) > most {
		return strings.Join(names[:most], ", ") + ", …"
	}
	return strings.Join(names, ", ")
}

// checkCycle adds the first circle of stages that wait for each other, if there is one.
func (r *Recipe) checkCycle(p *problems) {
	g := graphOf(r.Stages)
	cycle := g.cycle()
	if cycle == nil {
		return
	}
	names := make([]string, len(cycle))
	for i, at := range cycle {
		names[i] = r.Stages[at].ID
	}
	s := r.Stages[cycle[0]]
	at := s.source.Position
	next := names[1]
	for _, key := range slices.Backward(dependencyKeys) {
		items := s.source.Get(key).Items()
		for _, item := range items {
			if item.Value == next {
				at = item.Position
			}
		}
	}
	if most := 12; len(names) > most {
		names = append(names[:most-2], "…", names[0])
	}
	p.add(at, "stages wait for each other: "+strings.Join(names, " → "), "remove one of these dependencies")
}

// params are the parameters of a stage: those of its module, and those that every stage accepts.
type params struct {
	own  map[string]any
	kept kept
}

// checkModules checks the stages' modules and their parameters, and returns each stage's
// parameters with values for placeholders; nil values leave them open.
func (r *Recipe) checkModules(p *problems, modules Modules, values map[string]any) []params {
	all := make([]params, len(r.Stages))
	g := graphOf(r.Stages)
	for i, s := range r.Stages {
		spec, known := modules[s.Module]
		if !known {
			if s.Module != "" {
				ids := slices.Sorted(maps.Keys(modules))
				p.unknown(s.source.Get("module").Position, fmt.Sprintf("there is no module %s", quote(s.Module)), asID(s.Module),
					ids, "the modules are "+shortList(ids))
			}
			continue
		}
		all[i] = checkParams(p, s, spec, values)
		r.checkConsumes(p, i, modules, g)
	}
	return all
}

// asID writes a name as ids are written, so that it is found among them.
func asID(name string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return strings.ContainsRune(" -_.", r) }), "_")
}

// checkParams checks a stage's parameters against its module.
func checkParams(p *problems, s Stage, spec ModuleSpec, values map[string]any) params {
	at := s.source.Position
	out := params{own: map[string]any{}}
	known := slices.Sorted(maps.Keys(spec.Params))
	given := map[string]bool{}
	if n := s.source.Get("params"); n != nil {
		at = n.Position
		entries := filler{p, values, fmt.Sprintf("stage %q", s.ID)}.fill(n, "params").Pairs()
		for _, e := range entries {
			want, ok := spec.Params[e.Key]
			if !ok && out.kept.take(p, e) {
				continue
			}
			if !ok {
				p.unknown(e.Position, fmt.Sprintf("module %s has no parameter %s", s.Module, quote(e.Key)), e.Key, accepted(known), paramsHint(known))
				continue
			}
			if e.Value.Value == nil {
				continue // a key without a value is not given
			}
			given[e.Key] = true
			v, ok := want.read(e.Value)
			if !ok {
				p.add(e.Value.Position, fmt.Sprintf("parameter %s of module %s is %s, but here is %s",
					e.Key, s.Module, kindNames[want.Kind], kindOf(e.Value)), kindHints[want.Kind])
				continue
			}
			out.own[e.Key] = v
		}
	}
	for _, name := range known {
		if spec.Params[name].Required && !given[name] {
			p.add(at, fmt.Sprintf("stage %q lacks the parameter %s, without which module %s can't work", s.ID, name, s.Module),
				fmt.Sprintf("add %q under params", name+": ..."))
		}
	}
	return out
}

func paramsHint(known []string) string {
	if len(known) == 0 {
		return "it has none; remove the line"
	}
	return "its parameters are " + shortList(known)
}

var kindNames = map[string]string{KindString: "text", KindBool: "true or false", KindInt: "a whole number"}

var kindHints = map[string]string{
	KindString: "put quotes around it if it is meant as text",
	KindBool:   "write true or false without quotes",
	KindInt:    "write a number without quotes or fraction",
}

// read returns a parameter's value if it is of the right kind. A blank is.
func (s ParamSpec) read(n *node) (any, bool) {
	if n.Value == (blank{}) {
		return nil, true
	}
	switch s.Kind {
	case KindString:
		v, ok := n.Value.(string)
		return v, ok
	case KindBool:
		v, ok := n.Value.(bool)
		return v, ok
	case KindInt:
		return toWhole(n.Value)
	}
	return nil, false
}

// checkConsumes checks that what the module of a stage needs is made by a stage
// upstream or taken from the project's store.
func (r *Recipe) checkConsumes(p *problems, i int, modules Modules, g graph) {
	s := r.Stages[i]
	have := map[string]bool{}
	for _, store := range []map[string]string{s.StoreInputs, s.StoreInputsOptional, s.StoreInputsAll} {
		for _, artifactType := range store {
			have[artifactType] = true
		}
	}
	for j := range g.reach(i, g.inputs) {
		spec, known := modules[r.Stages[j].Module]
		if !known {
			return // that is a mistake of its own
		}
		for _, artifactType := range spec.Produces {
			have[artifactType] = have[artifactType] || j != i
		}
	}
	at := s.source.Get("module").Position
	if n := s.source.Get("needs"); n != nil {
		at = n.Position
	}
	for _, artifactType := range modules[s.Module].Consumes {
		if !have[artifactType] {
			p.add(at, fmt.Sprintf("stage %q has no %s to work on, which module %s needs", s.ID, artifactType, s.Module),
				r.makerHint(artifactType, i, modules, g))
		}
	}
}

// makerHint suggests where stage i could get an artifact type from.
func (r *Recipe) makerHint(artifactType string, i int, modules Modules, g graph) string {
	for j, s := range r.Stages {
		if slices.Contains(modules[s.Module].Produces, artifactType) && !g.reach(j, g.waits)[i] {
			return fmt.Sprintf("add %s to its needs", s.ID)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(modules)) {
		if slices.Contains(modules[id].Produces, artifactType) {
			return fmt.Sprintf("add a stage with module %s and name it in needs", id)
		}
	}
	return "take it from the project with store_inputs"
}
