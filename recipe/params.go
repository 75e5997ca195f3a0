package recipe

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/internal/spelling"
)

// anyRecipe lists the parameters that every run may have, whether or not its recipe names
// them: those that the first system's clients send.
var anyRecipe = []string{"input_file", "default_model", "model", "utility_model", "sota_model", "work_model", "verify_model",
	"escalate_model", "qa_model",
	"skip_qa", "accept_config", "config_file", "config_overrides", "user_approved", "human_control_mode", "style_packs"}

// Params returns the names of the parameters that a run of the recipe can have, sorted: those
// that its placeholders and modules name, and those that every run can have.
func (r *Recipe) Params(modules Modules) []string {
	names := map[string]bool{}
	for _, name := range anyRecipe {
		names[name] = true
	}
	for _, s := range r.Stages {
		placeholders(s.source.Get("params"), names)
		for name := range modules[s.Module].Params {
			names[name] = true
		}
	}
	placeholders(r.resilience, names)
	return slices.Sorted(maps.Keys(names))
}

// placeholders adds the names in the placeholders of a value.
func placeholders(n *node, names map[string]bool) {
	if n == nil {
		return
	}
	switch v := n.Value.(type) {
	case list:
		for _, item := range v {
			placeholders(item, names)
		}
	case dict:
		for _, e := range v {
			placeholders(e.Value, names)
		}
	case string:
		if name, ok := Placeholder(v); ok {
			names[name] = true
		}
	}
}

// CheckParams returns an error of class [failure.Input] if one of a run's parameters means
// nothing to the recipe. It names all of them: the run would ignore a misspelt one.
func (r *Recipe) CheckParams(params map[string]any, modules Modules) error {
	known := r.Params(modules)
	var unknown []string
	hint := ""
	for _, name := range slices.Sorted(maps.Keys(params)) {
		if slices.Contains(known, name) {
			continue
		}
		if unknown = append(unknown, quote(name)); hint == "" {
			hint = spelling.Meant(name, known)
		}
	}
	if len(unknown) == 0 {
		return nil
	}
	if hint == "" {
		hint = "it has " + strings.Join(known, ", ")
	}
	what := "parameter"
	if len(unknown) > 1 {
		what = "parameters"
	}
	return failure.New(failure.Input, fmt.Sprintf("recipe %s has no %s %s", r.ID, what, shortList(unknown)), hint)
}
