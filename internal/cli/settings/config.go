// Package settings reads what sets the flags and the models of the program: the config file and
// the variables of the environment.
package settings

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/internal/app"
	"github.com/cineforge/cineforge/internal/providers"
	"github.com/cineforge/cineforge/internal/spelling"
	"github.com/cineforge/cineforge/llm/catalog"
	"github.com/cineforge/cineforge/recipe"
)

// File is what the config file says.
type File struct {
	flags     map[string]string
	providers []providers.Provider
	entries   []catalog.Entry
}

// Read reads the config file, if there is one.
func Read(args []string, flags []string) (File, error) {
	name, chosen := configName(args)
	data, err := ReadSmall(name)
	if errors.Is(err, fs.ErrNotExist) && !chosen {
		return File{}, nil
	}
	if err != nil {
		return File{}, failure.New(failure.Input, fmt.Sprintf("the config file %s can't be read", name), "check the name, or leave --config out")
	}
	return Parse(name, data, flags)
}

// Resolver gives the parser the values that the config file has for flags. The
// environment and the command line come before it. A flag that the environment can't
// set is one of the command line only.
func (c File) Resolver() kong.Resolver {
	return kong.ResolverFunc(func(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
		if len(flag.Envs) == 0 {
			return nil, nil
		}
		for _, env := range flag.Envs {
			if _, set := os.LookupEnv(env); set {
				return nil, nil
			}
		}
		if v, ok := c.flags[flag.Name]; ok {
			return v, nil
		}
		return nil, nil
	})
}

// Config returns the models that there are: those of the standard providers, and
// those that the file adds. A provider without a base URL is a standard one, which keeps
// its key and address.
func (c File) Config(getenv func(string) string) (app.Config, error) {
	known, err := catalog.Shipped()
	if err != nil {
		return app.Config{}, err
	}
	all := providers.FromEnvironment(getenv)
	for _, p := range c.providers {
		if p.BaseURL == "" {
			i := slices.IndexFunc(all, func(q providers.Provider) bool { return q.Name == p.Name })
			if all[i].Limits = p.Limits; len(p.Models) > 0 {
				all[i].Models = p.Models
			}
			continue
		}
		if p.KeyVariable != "" {
			p.Key = providers.Trim(getenv(p.KeyVariable))
		}
		all = slices.DeleteFunc(all, func(q providers.Provider) bool { return q.Name == p.Name })
		all = append(all, p)
	}
	return app.Config{Providers: all, Catalog: known.With(c.entries...)}, nil
}

const defaultConfig = "cineforge.yaml"

// configName returns the name of the file, and whether the user gave it. It has
// to be known before the command line is understood.
func configName(args []string) (name string, chosen bool) {
	for i, arg := range args {
		if value, ok := strings.CutPrefix(arg, "--config="); ok {
			return value, true
		}
		if arg == "--config" && i+1 < len(args) {
			return args[i+1], true
		}
		if arg == "--" {
			break
		}
	}
	if value := os.Getenv("CINEFORGE_CONFIG"); value != "" {
		return value, true
	}
	return defaultConfig, false
}

// maxConfig bounds the file: it names a flag or a model a line.
const maxConfig = 64 << 10

// ReadSmall reads a file that is no larger than a config file may be.
func ReadSmall(name string) ([]byte, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > maxConfig {
		return nil, errors.New("not a small file")
	}
	return os.ReadFile(name)
}

// FlagNames lists the flags that a file can set.
func FlagNames(n *kong.Node) []string {
	var names []string
	for _, f := range n.Flags {
		if !slices.Contains([]string{"help", "version", "config", "param"}, f.Name) {
			names = append(names, f.Name)
		}
	}
	for _, child := range n.Children {
		names = append(names, FlagNames(child)...)
	}
	return names
}

// maxBraces is how deep mappings in braces can be: providers, one of them, its models, one
// of those, its limits.
const maxBraces = 5

// Parse reads a file of flags and their values, each a word, a number, true
// or false, and of providers and models. Anything else is an error with its place.
func Parse(name string, data []byte, flags []string) (File, error) {
	at := func(t *token.Token, message string) error {
		return failure.New(failure.Input, fmt.Sprintf("%s:%d:%d: %s", name, t.Position.Line, t.Position.Column, message),
			"each line is the name of a flag and its value, such as  data: DIR; docs/config.md tells of providers and models")
	}
	tokens := lexer.Tokenize(markBytes(string(data)))
	depth := 0
	for _, t := range tokens {
		switch t.Type {
		case token.MappingStartType:
			if depth++; depth > maxBraces {
				return File{}, at(t, "there are too many braces in each other")
			}
		case token.MappingEndType:
			depth--
		case token.SequenceStartType, token.AnchorType, token.AliasType, token.TagType, token.SequenceEntryType, token.MappingKeyType:
			return File{}, at(t, fmt.Sprintf("%q can't stand here", unmarkBytes(t.Value)))
		}
	}
	file, err := parser.Parse(tokens, 0)
	if err != nil {
		return File{}, failure.New(failure.Input, name+": "+unmarkBytes(strings.SplitN(err.Error(), "\n", 2)[0]), "it has to be YAML")
	}
	c := File{flags: map[string]string{}}
	for _, doc := range file.Docs {
		m, ok := doc.Body.(*ast.MappingNode)
		if !ok {
			if doc.Body != nil {
				return File{}, at(doc.Body.GetToken(), "this is no name of a flag with a value")
			}
			continue
		}
		for _, v := range m.Values {
			if err := c.take(v, flags, at); err != nil {
				return File{}, err
			}
		}
	}
	return c, nil
}

// meant returns which known name may have been meant, for the end of a message.
func meant(name string, known []string) string {
	if hint := spelling.Meant(name, known); hint != "" {
		return " (" + hint + ")"
	}
	return ""
}

// take takes in one entry of the file.
func (c *File) take(v *ast.MappingValueNode, flags []string, at func(*token.Token, string) error) error {
	key := v.Key.GetToken()
	_, flag := v.Value.(ast.ScalarNode)
	if strings.ContainsFunc(v.String(), marked) && !flag {
		return at(key, fmt.Sprintf("what belongs to %s isn't UTF-8 text", unmarkBytes(key.Value)))
	}
	switch key.Value {
	case "providers":
		return c.takeProviders(v.Value, at)
	case "models":
		return c.takeModels(v.Value, at, recipe.ParseModel)
	}
	value, scalar := v.Value.(ast.ScalarNode)
	switch {
	case !slices.Contains(flags, key.Value):
		known := append([]string{"providers", "models"}, flags...)
		return at(key, fmt.Sprintf("unknown key %q", unmarkBytes(key.Value))+meant(key.Value, known))
	case !scalar:
		return at(key, fmt.Sprintf("%s needs one plain value", key.Value))
	}
	c.flags[key.Value] = unmarkBytes(fmt.Sprint(value.GetValue()))
	return nil
}
