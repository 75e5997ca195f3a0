package settings

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"

	"github.com/cineforge/cineforge/internal/providers"
	"github.com/cineforge/cineforge/llm/catalog"
	"github.com/cineforge/cineforge/llm/openaicompat"
	"github.com/cineforge/cineforge/llm/wire"
	"github.com/cineforge/cineforge/recipe"
)

// providerEntry is a provider in the config file:
//
//	providers:
//	  local:
//	    dialect: ollama
//	    base_url: http://127.0.0.1:11434/v1
//	    limits: {first_byte: 10m}
//	    models:
//	      llama3.3:70b:
//	        window: 131072
//	        input_usd: 0
//	        output_usd: 0
type providerEntry struct {
	Dialect string      `yaml:"dialect"`
	BaseURL string      `yaml:"base_url"`
	KeyEnv  string      `yaml:"key_env"`
	Limits  limitsEntry `yaml:"limits"`
	Models  ast.Node    `yaml:"models"`
}

// modelEntry is what the config file says of a model.
type modelEntry struct {
	Window     int         `yaml:"window"`
	MaxOutput  int         `yaml:"max_output"`
	Thinks     thinksEntry `yaml:"thinks"`
	Input      *float64    `yaml:"input_usd"`
	Output     *float64    `yaml:"output_usd"`
	CacheRead  *float64    `yaml:"cache_read_usd"`
	CacheWrite *float64    `yaml:"cache_write_usd"`
	Limits     limitsEntry `yaml:"limits"`
}

func (m modelEntry) entry(name recipe.ModelName) (catalog.Entry, error) {
	for _, n := range []float64{float64(m.Window), float64(m.MaxOutput), amount(m.Input), amount(m.Output), amount(m.CacheRead),
		amount(m.CacheWrite)} {
		if n < 0 {
			return catalog.Entry{}, fmt.Errorf("a number of model %s is below 0", name.Model)
		}
	}
	return catalog.Entry{Provider: name.Provider, Model: name.Model, Window: m.Window, MaxOutput: m.MaxOutput,
		Thinks: catalog.Thinking(m.Thinks),
		Input:  m.Input, Output: m.Output, CacheRead: m.CacheRead, CacheWrite: m.CacheWrite, Limits: wire.TimeLimits(m.Limits),
		Source: catalog.FromConfig}, nil
}

func amount(p *float64) float64 {
	if p == nil {
		return 0
	}
	return *p
}

// thinksEntry is when a model thinks: always or asked, or true or false for the same.
type thinksEntry catalog.Thinking

// UnmarshalYAML reads the word; see yaml.NodeUnmarshaler.
func (e *thinksEntry) UnmarshalYAML(n ast.Node) error {
	switch word := n.GetToken().Value; word {
	case "always", "true":
		*e = thinksEntry(catalog.ThinksAlways)
	case "asked", "false":
		*e = thinksEntry(catalog.ThinksAsked)
	default:
		return wrong(n, "thinks is always (the model thinks by default) or asked (it thinks only when a request asks for it), not %q", word)
	}
	return nil
}

// limitsEntry are limits on the time of an answer.
type limitsEntry wire.TimeLimits

// UnmarshalYAML reads the limits; see yaml.NodeUnmarshaler.
func (e *limitsEntry) UnmarshalYAML(n ast.Node) error {
	m, ok := n.(*ast.MappingNode)
	if !ok {
		return wrong(n, "limits are written as {first_byte: 10m, idle: 1m, total: 2h}, each of them optional")
	}
	for _, v := range m.Values {
		var limit *time.Duration
		switch name := v.Key.GetToken().Value; name {
		case "first_byte":
			limit = &e.FirstByte
		case "idle":
			limit = &e.Idle
		case "total":
			limit = &e.Total
		default:
			return wrong(v.Key, "unknown limit %q; there are first_byte, idle and total%s", name,
				meant(name, []string{"first_byte", "idle", "total"}))
		}
		if err := readLimit(v, limit); err != nil {
			return err
		}
	}
	return nil
}

// longestLimit bounds a limit: no answer takes a day.
const longestLimit = 24 * time.Hour

// readLimit reads one limit, such as "idle: 90s".
func readLimit(v *ast.MappingValueNode, into *time.Duration) error {
	name, text := v.Key.GetToken().Value, v.Value.GetToken().Value
	switch v.Value.(type) {
	case *ast.IntegerNode, *ast.FloatNode:
		return wrong(v.Value, "%s: %s has no unit; write a time such as 90s, 10m or 1h30m", name, text)
	}
	d, err := time.ParseDuration(text)
	switch _, plain := v.Value.(*ast.StringNode); {
	case !plain || err != nil:
		return wrong(v.Value, "%s: %q is not a time; write it as 90s, 10m or 1h30m", name, text)
	case d <= 0:
		return wrong(v.Value, "%s: a limit has to be longer than 0; leave it out for the default", name)
	case d > longestLimit:
		return wrong(v.Value, "%s: a limit can't be longer than 24h", name)
	}
	*into = d
	return nil
}

// wrong is an error at a place of the file.
func wrong(n ast.Node, format string, args ...any) error {
	return &yaml.SyntaxError{Message: fmt.Sprintf(format, args...), Token: n.GetToken()}
}

var (
	providerName = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,31}$`)
	variableName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
)

// takeProviders takes in the providers of the file.
func (c *File) takeProviders(n ast.Node, at func(*token.Token, string) error) error {
	return eachEntry(n, at, func(key *token.Token, value ast.Node) error {
		var e providerEntry
		if err := decodeNode(value, &e, at); err != nil {
			return err
		}
		p := providers.Provider{Name: key.Value, Dialect: e.Dialect, BaseURL: providers.Trim(e.BaseURL), KeyVariable: e.KeyEnv,
			Limits: wire.TimeLimits(e.Limits)}
		if err := checkProvider(p); err != nil {
			return at(key, err.Error())
		}
		if p.Dialect == "" {
			p.Dialect = "generic"
		}
		err := c.takeModels(e.Models, at, func(key string) (recipe.ModelName, error) {
			p.Models = append(p.Models, key)
			return recipe.ModelName{Provider: p.Name, Model: key}, nil
		})
		if err != nil {
			return err
		}
		c.providers = append(c.providers, p)
		return nil
	})
}

// checkProvider says what is wrong with a provider of the file, or nil.
func checkProvider(p providers.Provider) error {
	known := append(openaicompat.Dialects(), providers.Anthropic, providers.Google)
	switch {
	case !providerName.MatchString(p.Name) || p.Name == "offline" || p.Name == "none":
		return fmt.Errorf("%q can't be the name of a provider", p.Name)
	case p.BaseURL == "" && providers.IsStandard(p.Name) && (p.Dialect != "" || p.KeyVariable != ""):
		return fmt.Errorf("provider %s without a base_url takes limits and models only", p.Name)
	case p.BaseURL == "" && !providers.IsStandard(p.Name):
		return fmt.Errorf("provider %s needs a base_url", p.Name)
	case p.KeyVariable != "" && !variableName.MatchString(p.KeyVariable):
		return errors.New("key_env is the name of an environment variable that holds the key, never the key")
	case p.Dialect != "" && !slices.Contains(known, p.Dialect):
		return fmt.Errorf("unknown dialect %q; there are %s", p.Dialect, strings.Join(known, ", "))
	}
	return nil
}

// takeModels takes in what the file says of models, whose names it reads by a function.
// That nothing is said of a model is fine.
func (c *File) takeModels(n ast.Node, at func(*token.Token, string) error, named func(key string) (recipe.ModelName, error)) error {
	if empty(n) {
		return nil
	}
	return eachEntry(n, at, func(key *token.Token, value ast.Node) error {
		name, err := named(key.Value)
		if err != nil {
			return at(key, err.Error())
		}
		if empty(value) {
			return nil
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

// empty reports whether nothing stands at a place of the file.
func empty(n ast.Node) bool {
	_, null := n.(*ast.NullNode)
	return n == nil || null
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
	if empty(n) {
		return nil
	}
	err := yaml.NodeToValue(n, into, yaml.Strict())
	if e, ok := errors.AsType[*yaml.UnknownFieldError](err); ok && e.GetToken() != nil {
		return at(e.GetToken(), e.GetMessage()+meant(e.GetToken().Value, fieldsOf(into)))
	}
	if e, ok := errors.AsType[yaml.Error](err); ok && e.GetToken() != nil {
		return at(e.GetToken(), e.GetMessage())
	}
	if err != nil {
		return at(n.GetToken(), firstLine(err))
	}
	return nil
}

// fieldsOf returns the names that the file has for the fields of a struct.
func fieldsOf(into any) []string {
	var names []string
	t := reflect.TypeOf(into).Elem()
	for i := range t.NumField() {
		names = append(names, t.Field(i).Tag.Get("yaml"))
	}
	return names
}

// firstLine returns what an error of the YAML package says, without the excerpt below it.
func firstLine(err error) string { return strings.SplitN(err.Error(), "\n", 2)[0] }
