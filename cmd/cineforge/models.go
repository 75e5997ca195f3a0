package main

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"

	"cineforge/internal/app"
	"cineforge/llm/catalog"
	"cineforge/llm/openaicompat"
	"cineforge/recipe"
)

// providerEntry is a provider in the config file:
//
//	providers:
//	  local:
//	    dialect: ollama
//	    base_url: http://127.0.0.1:11434/v1
//	    models:
//	      llama3.3:70b:
//	        window: 131072
//	        input_usd: 0
//	        output_usd: 0
type providerEntry struct {
	Dialect string        `yaml:"dialect"`
	BaseURL string        `yaml:"base_url"`
	KeyEnv  string        `yaml:"key_env"`
	Models  yaml.MapSlice `yaml:"models"`
}

// modelEntry is what the config file says of a model.
type modelEntry struct {
	Window     int      `yaml:"window"`
	MaxOutput  int      `yaml:"max_output"`
	Thinks     bool     `yaml:"thinks"`
	Input      *float64 `yaml:"input_usd"`
	Output     *float64 `yaml:"output_usd"`
	CacheRead  *float64 `yaml:"cache_read_usd"`
	CacheWrite *float64 `yaml:"cache_write_usd"`
}

func (m modelEntry) entry(name recipe.ModelName) (catalog.Entry, error) {
	for _, n := range []float64{float64(m.Window), float64(m.MaxOutput), amount(m.Input), amount(m.Output), amount(m.CacheRead), amount(m.CacheWrite)} {
		if n < 0 {
			return catalog.Entry{}, fmt.Errorf("a number of model %s is below 0", name.Model)
		}
	}
	return catalog.Entry{Provider: name.Provider, Model: name.Model, Window: m.Window, MaxOutput: m.MaxOutput, Thinks: m.Thinks,
		Input: m.Input, Output: m.Output, CacheRead: m.CacheRead, CacheWrite: m.CacheWrite, Source: "config file"}, nil
}

func amount(p *float64) float64 {
	if p == nil {
		return 0
	}
	return *p
}

var (
	providerName = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,31}$`)
	variableName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
)

// takeProviders takes in the providers of the file.
func (c *config) takeProviders(n ast.Node, at func(*token.Token, string) error) error {
	return eachEntry(n, at, func(key *token.Token, value ast.Node) error {
		var e providerEntry
		if err := decodeNode(value, &e, at); err != nil {
			return err
		}
		p := app.Provider{Name: key.Value, Dialect: e.Dialect, BaseURL: e.BaseURL, KeyVariable: e.KeyEnv}
		known := append(openaicompat.Dialects(), app.Anthropic, app.Google)
		switch {
		case !providerName.MatchString(p.Name) || p.Name == "offline" || p.Name == "none":
			return at(key, fmt.Sprintf("%q can't be the name of a provider", p.Name))
		case e.BaseURL == "":
			return at(key, fmt.Sprintf("provider %s needs a base_url", p.Name))
		case e.KeyEnv != "" && !variableName.MatchString(e.KeyEnv):
			return at(key, "key_env is the name of an environment variable that holds the key, never the key")
		case e.Dialect != "" && !slices.Contains(known, e.Dialect):
			return at(key, fmt.Sprintf("unknown dialect %q; there are %s", e.Dialect, strings.Join(known, ", ")))
		}
		if p.Dialect == "" {
			p.Dialect = "generic"
		}
		for _, item := range e.Models {
			name := recipe.ModelName{Provider: p.Name, Model: fmt.Sprint(item.Key)}
			p.Models = append(p.Models, name.Model)
			if err := c.takeModel(name, item.Value, func(message string) error { return at(key, message) }); err != nil {
				return err
			}
		}
		c.providers = append(c.providers, p)
		return nil
	})
}

// takeModel takes in what is said of one model of a provider; nothing is fine.
func (c *config) takeModel(name recipe.ModelName, said any, wrong func(string) error) error {
	if said == nil {
		return nil
	}
	text, err := yaml.Marshal(said)
	if err != nil {
		return wrong(fmt.Sprintf("model %s can't be read", name.Model))
	}
	var m modelEntry
	if err := yaml.UnmarshalWithOptions(text, &m, yaml.Strict()); err != nil {
		return wrong(fmt.Sprintf("model %s: %s", name.Model, firstLine(err)))
	}
	entry, err := m.entry(name)
	if err != nil {
		return wrong(err.Error())
	}
	c.entries = append(c.entries, entry)
	return nil
}

// takeModels takes in what the file says of models of any provider.
func (c *config) takeModels(n ast.Node, at func(*token.Token, string) error) error {
	return eachEntry(n, at, func(key *token.Token, value ast.Node) error {
		name, err := recipe.ParseModel(key.Value)
		if err != nil {
			return at(key, err.Error())
		}
		var m modelEntry
		if err := decodeNode(value, &m, at); err != nil {
			return err
		}
		entry, err := m.entry(name)
		if err != nil {
			return at(key, err.Error())
		}
		c.entries = append(c.entries, entry)
		return nil
	})
}

// eachEntry calls take for each entry of a mapping.
func eachEntry(n ast.Node, at func(*token.Token, string) error, take func(key *token.Token, value ast.Node) error) error {
	m, ok := n.(*ast.MappingNode)
	if !ok {
		return at(n.GetToken(), "here belong names, each with what is said of it below it")
	}
	for _, v := range m.Values {
		if err := take(v.Key.GetToken(), v.Value); err != nil {
			return err
		}
	}
	return nil
}

// decodeNode decodes a part of the file; what it does not know is an error with its place.
func decodeNode(n ast.Node, into any, at func(*token.Token, string) error) error {
	err := yaml.NodeToValue(n, into, yaml.Strict())
	if e, ok := errors.AsType[yaml.Error](err); ok && e.GetToken() != nil {
		return at(e.GetToken(), e.GetMessage())
	}
	if err != nil {
		return at(n.GetToken(), firstLine(err))
	}
	return nil
}

// firstLine returns what an error of the YAML package says, without the excerpt below it.
func firstLine(err error) string { return strings.SplitN(err.Error(), "\n", 2)[0] }
