// Package stage is the seam between a recipe and the code that it names: a
// [Module] does one stage attempt, given its inputs and a model to ask.
package stage

import (
	"context"
	"fmt"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/llm"
)

// Module is the code behind a recipe's stage.
//
// Run makes the artifacts of one stage attempt. It has no effects but those of
// Task.Model, so it can be run again after a crash: the same inputs and answers
// give the same artifacts. It never retries and never looks at a provider's
// error; it returns such an error as it is, wrapped. A fault in the user's
// material is a failure of class input. Modules are used concurrently.
type Module interface {
	Info() Info
	Run(ctx context.Context, task Task) (Result, error)
}

// Info describes a module to recipes, and its stage to people that follow a run.
type Info struct {
	ID          string // as recipes name it, such as "story_ingest_v1"
	Description string
	Params      map[string]Param
	Consumes    []string // artifact types it needs as inputs; it is given no others, and all if it names none
	Produces    []string // artifact types it makes
	AsksNoModel bool     // it makes them without a model
	Rewrites    bool     // answers hold the text that they are about in another form, and are as long
	Questions   []Question

	// StageID is the id that the shipped recipes give the module's stage. The members below hold
	// for stages of that id.
	StageID string

	Title        string   // what the stage does, in a person's words: "Find the scenes"
	Doing        string   // the same while it goes on: "Finding the scenes"
	DefaultChain []string // the models to ask, each as provider:model, first choice first
	Confirms     string   // what a person accepts if the stage pauses for that; "" is what it made
}

// AwaitingConfirmation is the [Result.Pause] of a stage whose artifacts a person has to accept.
const AwaitingConfirmation = "awaiting_confirmation"

// Question is a kind of request that a module makes of a model.
type Question struct {
	About           string // what it asks for
	Unit            string // what one request is about: "scene"
	Role            llm.Role
	Schema          llm.Schema // of the answer
	MaxOutputTokens int
}

// Param is a parameter that a module takes from the recipe.
type Param struct {
	Kind        ParamKind
	Required    bool
	Default     any // what holds if it is not given; nil if that is nothing, or is found out at the start
	Description string
}

// ParamKind is the type of a parameter's value.
type ParamKind string

// The kinds of parameter.
const (
	String ParamKind = "string"
	Bool   ParamKind = "bool"
	Int    ParamKind = "int"
)

// Task is one stage attempt.
type Task struct {
	StageID  string
	Params   map[string]any // the recipe's, placeholders filled in
	File     File           // the run's input file
	Settings Settings       // that a person gave for the project
	Inputs   Inputs

	// Model answers the module's questions. It records each attempt, and has the
	// stage's chain of candidates behind it.
	Model llm.Model

	// Concurrency is how many units may be asked about at a time, at least 1.
	Concurrency int

	// Progress reports how many of the stage's units are done. It may be called
	// concurrently. The first call comes before the first question.
	Progress func(done, total int, unit string)
}

// Settings are the settings of the project that a person gave with the run, by the names
// that project_config has for them.
type Settings struct {
	File      string // the name of the config file; "" if none was given
	FromFile  map[string]any
	Overrides map[string]any // these win over the file
}

// File is a run's input as the user gave it.
type File struct {
	Name string // base name, for titles and messages; never opened
	Data []byte
}

// Result is what an attempt made.
type Result struct {
	Artifacts []artifact.Draft

	// Pause, if not "", asks that the run pauses after this stage until a person
	// lets it go on; it is the reason, such as [AwaitingConfirmation].
	Pause string
}

// Inputs are the artifacts that a stage builds on, in the order they were made.
type Inputs []artifact.Artifact

// Decode decodes the data of the last artifact of a type among a stage's inputs with the
// decode function that package content has for the type, to which it gives members.
func Decode[T any](in Inputs, artifactType string, decode func(data []byte, members ...string) (T, error), members ...string) (T, error) {
	for i := len(in) - 1; i >= 0; i-- {
		if in[i].Metadata.Ref.ArtifactType == artifactType {
			v, err := decode(in[i].Data, members...)
			if err != nil {
				return v, fmt.Errorf("decode %s: %w", in[i].Metadata.Ref, err)
			}
			return v, nil
		}
	}
	var none T
	return none, fmt.Errorf("no %s among the inputs", artifactType)
}

// Catalog holds the modules that recipes may name, by id.
type Catalog map[string]Module

// NewCatalog returns a catalog of the given modules.
func NewCatalog(modules ...Module) Catalog {
	c := Catalog{}
	for _, m := range modules {
		c[m.Info().ID] = m
	}
	return c
}
