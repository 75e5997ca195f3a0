// Package recipe reads the YAML files that say which stages a run has, and turns
// them into plans.
//
// A recipe names stages. Each stage names the module that does its work, the
// stages whose artifacts it builds on, and the module's parameters:
//
//	recipe_id: mvp_ingest
//	description: Reads a story file and extracts its scenes.
//	stages:
//	  - id: ingest
//	    module: story_ingest_v1
//	    params:
//	      input_file: ${input_file}
//	  - id: normalize
//	    module: script_normalize_v1
//	    needs: [ingest]
//
// A stage's fields are
//
//	id                     its name in the recipe
//	module                 the code that does the work
//	params                 the module's parameters
//	needs                  stages to build on; the last artifact of each
//	needs_all              the same, but all artifacts of each
//	after                  stages to wait for, without taking anything from them
//	store_inputs           key: artifact type; the project's latest, which must be there
//	store_inputs_optional  the same, but it may be missing
//	store_inputs_all       key: artifact type; the latest of each entity
//
// A placeholder ${name} stands for a parameter of the run. It is one only where it
// is the whole value, and only under params and resilience; the value keeps its
// type. Inside { } and [ ] YAML wants quotes around it.
//
// The optional resilience block says how long to try, at what price; see
// [Resilience]. Anything that the format does not know is an error: a recipe
// is read in full or not at all, and [Errors] say what is wrong in which line.
package recipe

import (
	"regexp"
	"slices"
)

// Recipe is a recipe file that holds together: its references lead somewhere, its
// stages have an order. Whether its modules exist is for [Recipe.Compile] to say.
// A Recipe is not changed after Parse and may be used concurrently.
type Recipe struct {
	File        string // as given to Parse
	ID          string
	Name        string // for people; may be empty
	Description string
	Project     map[string]any // free; nothing reads it
	Stages      []Stage        // as declared
	Source      []byte         // the file

	resilience *node // nil if there is no such block
}

// Stage is a stage as the recipe declares it. The store inputs are what it takes
// from the project and not from the run: input key to artifact type.
type Stage struct {
	ID       string
	Module   string
	Params   map[string]any // placeholders as they are written
	Needs    []string
	NeedsAll []string
	After    []string

	StoreInputs         map[string]string // the latest version; the stage can't do without
	StoreInputsOptional map[string]string // the latest version, if there is one
	StoreInputsAll      map[string]string // the latest version of every entity of the type

	source *node // for positions
}

// Inputs returns the stages whose artifacts the stage builds on: Needs, then NeedsAll.
func (s Stage) Inputs() []string { return slices.Concat(s.Needs, s.NeedsAll) }

// waitsFor returns the stages that have to be done before this one starts.
func (s Stage) waitsFor() []string { return slices.Concat(s.Needs, s.NeedsAll, s.After) }

// maxStages bounds the work on the graph, which is quadratic.
const maxStages = 256

// IDPattern is the form of the ids of recipes and stages.
const IDPattern = `^[a-z0-9][a-z0-9_-]{0,63}$`

var idPattern = regexp.MustCompile(IDPattern)

const idHint = `use up to 64 of a-z, 0-9, "_" and "-", and start with a letter or digit`

// Parse reads a recipe. The name of the file is for messages only. The error is of
// type [Errors] and holds the mistakes that don't follow from each other.
func Parse(name string, data []byte) (*Recipe, error) {
	p := &problems{file: name}
	r := parse(p, data)
	if err := p.err(); err != nil {
		return nil, err
	}
	return r, nil
}

// Validate finds the mistakes that would keep a recipe from being planned with
// the given modules, taking all placeholders as given. The error is of type [Errors].
func Validate(name string, data []byte, modules Modules) error {
	p := &problems{file: name}
	if r := parse(p, data); r != nil {
		r.checkModules(p, modules, nil)
	}
	return p.err()
}

// parse reads as much of a recipe as can be made sense of.
func parse(p *problems, data []byte) *Recipe {
	root := readYAML(p, data)
	if root == nil {
		return nil
	}
	r := decodeRecipe(p, root)
	r.Source = slices.Clone(data)
	r.checkReferences(p)
	if r.resilience != nil {
		decodeResilience(p, filler{problems: p}.fill(r.resilience, ""), r.stageIDs())
	}
	return r
}

// WrittenResilience returns the resilience block as it is written, with its placeholders; nil if
// there is none.
func (r *Recipe) WrittenResilience() map[string]any {
	if r.resilience == nil {
		return nil
	}
	block, _ := r.resilience.Data().(map[string]any)
	return block
}

func (r *Recipe) stageIDs() []string {
	ids := make([]string, len(r.Stages))
	for i, s := range r.Stages {
		ids[i] = s.ID
	}
	return ids
}
