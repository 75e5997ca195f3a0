package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// configFile gives flags the values that a YAML file of flag names has for them.
// The environment and the command line come before it.
type configFile struct {
	read   bool
	values map[string]any
}

// Validate is for kong; the file is checked when it is read.
func (c *configFile) Validate(*kong.Application) error { return nil }

// Resolve returns the file's value for a flag, or nil.
func (c *configFile) Resolve(ctx *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	if flag.Name == "config" || flag.Name == "help" || flag.Name == "version" {
		return nil, nil
	}
	if err := c.load(ctx); err != nil {
		return nil, err
	}
	for _, name := range flag.Envs {
		if _, set := os.LookupEnv(name); set {
			return nil, nil
		}
	}
	return c.values[flag.Name], nil
}

func (c *configFile) load(ctx *kong.Context) error {
	if c.read {
		return nil
	}
	c.read = true
	name, chosen := configName(ctx)
	data, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) && !chosen {
		return nil
	}
	if err != nil {
		return fmt.Errorf("the config file can't be read: %w", err)
	}
	c.values, err = parseConfig(name, data, flagNames(ctx.Model.Node))
	return err
}

// configName returns the name of the file, and whether the user gave it.
func configName(ctx *kong.Context) (name string, chosen bool) {
	for _, flag := range ctx.Model.Flags {
		if flag.Name == "config" {
			name, _ = ctx.FlagValue(flag).(string)
			_, inEnv := os.LookupEnv(flag.Envs[0])
			return name, inEnv || name != flag.Default
		}
	}
	return "", false
}

func flagNames(n *kong.Node) []string {
	var names []string
	for _, f := range n.Flags {
		names = append(names, f.Name)
	}
	for _, child := range n.Children {
		names = append(names, flagNames(child)...)
	}
	return names
}

// parseConfig reads a file whose keys are all flags; an unknown key is an error with its place.
func parseConfig(name string, data []byte, flags []string) (map[string]any, error) {
	file, err := parser.ParseBytes(data, 0)
	if err != nil {
		return nil, fmt.Errorf("%s: %s", name, strings.SplitN(err.Error(), "\n", 2)[0])
	}
	for _, doc := range file.Docs {
		m, ok := doc.Body.(*ast.MappingNode)
		if !ok {
			continue
		}
		for _, v := range m.Values {
			key := v.Key.GetToken()
			if !slices.Contains(flags, key.Value) {
				return nil, fmt.Errorf("%s:%d:%d: unknown key %q; keys are the names of flags, such as data", name, key.Position.Line, key.Position.Column, key.Value)
			}
		}
	}
	var values map[string]any
	if err := yaml.Unmarshal(data, &values); err != nil {
		return nil, fmt.Errorf("%s: %s", name, strings.SplitN(err.Error(), "\n", 2)[0])
	}
	return values, nil
}
