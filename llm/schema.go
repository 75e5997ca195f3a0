package llm

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/cineforge/cineforge/failure"
)

// Schema is the form that an answer must have, as a JSON Schema (2020-12). Make
// one with [NewSchema]; the zero Schema accepts anything.
type Schema struct {
	name     string
	raw      json.RawMessage
	compiled *jsonschema.Schema
}

// NewSchema compiles a schema. The name is what providers call it: letters,
// digits, "_" and "-". It panics on a schema that does not compile, as schemas
// are part of the program.
func NewSchema(name, source string) Schema {
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(source))
	if err != nil {
		panic(fmt.Sprintf("schema %s: %v", name, err))
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource(name, doc); err != nil {
		panic(fmt.Sprintf("schema %s: %v", name, err))
	}
	compiled, err := c.Compile(name)
	if err != nil {
		panic(fmt.Sprintf("schema %s: %v", name, err))
	}
	return Schema{name: name, raw: json.RawMessage(source), compiled: compiled}
}

// Name returns the schema's name.
func (s Schema) Name() string { return s.name }

// JSON returns the schema as written.
func (s Schema) JSON() json.RawMessage { return s.raw }

// Validate returns nil if answer is JSON that fits the schema, else a failure of
// class bad_output that says where it does not.
func (s Schema) Validate(answer json.RawMessage) error {
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(answer))
	if err != nil {
		return badOutput("the answer is not JSON", err)
	}
	if s.compiled == nil {
		return nil
	}
	if err := s.compiled.Validate(v); err != nil {
		return badOutput("the answer does not fit its schema: "+violations(err), err)
	}
	return nil
}

func badOutput(message string, err error) error {
	return &failure.Error{Class: failure.BadOutput, Effect: failure.EffectOf(failure.BadOutput), Message: message, Err: err}
}

// violations lists the places where a value breaks its schema, leaves only.
func violations(err error) string {
	invalid, ok := errors.AsType[*jsonschema.ValidationError](err)
	if !ok {
		return err.Error()
	}
	var lines []string
	for line := range strings.Lines(invalid.Error()) {
		if at, found := strings.CutPrefix(strings.TrimSpace(line), "- at "); found {
			lines = append(lines, strings.TrimPrefix(at, "'': ")) // the answer as a whole
		}
	}
	return strings.Join(lines, "; ")
}
