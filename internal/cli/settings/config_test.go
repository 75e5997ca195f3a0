package settings

import (
	"strings"
	"testing"
	"time"

	"github.com/cineforge/cineforge/internal/app"
	"github.com/cineforge/cineforge/internal/providers"
	"github.com/cineforge/cineforge/llm/catalog"
	"github.com/cineforge/cineforge/llm/wire"
)

// configured returns what a config file makes of the models, with an environment.
func configured(t *testing.T, file string, env map[string]string) (app.Config, error) {
	t.Helper()
	c, err := Parse("c.yaml", []byte(file), []string{"data"})
	if err != nil {
		return app.Config{}, err
	}
	return c.Config(func(name string) string { return env[name] })
}

// provider returns the provider of a name.
func provider(t *testing.T, m app.Config, name string) providers.Provider {
	t.Helper()
	for _, p := range m.Providers {
		if p.Name == name {
			return p
		}
	}
	t.Fatalf("there is no provider %s", name)
	return providers.Provider{}
}

func TestConfig_Limits(t *testing.T) {
	m, err := configured(t, `
providers:
  local:
    base_url: " http://127.0.0.1:11434/v1 "
    limits: {first_byte: 10m, idle: 1m, total: 2h}
    models:
      slow:
        limits:
          first_byte: 1h30m
      plain:
  anthropic:
    limits: {first_byte: 90s}
    models:
      claude-haiku-4-5: {limits: {total: 5m}, input_usd: 7}
  openai:
    base_url: http://127.0.0.1:1/v1
    limits: {idle: 1m30s}
models:
  local:slow: {limits: {idle: 500ms}, window: 9}
  gemini-2.5-flash: {limits: {total: 24h}}
`, map[string]string{"ANTHROPIC_API_KEY": "sk-ant-1234567", "ANTHROPIC_BASE_URL": "http://127.0.0.1:2", "OPENAI_API_KEY": "sk-1234567"})
	if err != nil {
		t.Fatal(err)
	}
	all := wire.TimeLimits{FirstByte: 10 * time.Minute, Idle: time.Minute, Total: 2 * time.Hour}
	local := provider(t, m, "local")
	if local.Limits != all || local.BaseURL != "http://127.0.0.1:11434/v1" || strings.Join(local.Models, " ") != "slow plain" {
		t.Errorf("%+v", local)
	}
	claude := provider(t, m, providers.Anthropic)
	if claude.Limits.FirstByte != 90*time.Second || claude.Key != "sk-ant-1234567" || claude.BaseURL != "http://127.0.0.1:2" ||
		claude.Dialect != providers.Anthropic || strings.Join(claude.Models, " ") != "claude-haiku-4-5" {
		t.Errorf("%+v", claude)
	}
	if p := provider(t, m, providers.OpenAI); p.Key != "" || p.Limits.Idle != 90*time.Second || p.BaseURL != "http://127.0.0.1:1/v1" ||
		p.Dialect != "generic" {
		t.Errorf("%+v", p)
	}
	if p := provider(t, m, providers.Google); p.Limits != (wire.TimeLimits{}) || len(p.Models) != 1 {
		t.Errorf("%+v", p)
	}
	for name, want := range map[string]wire.TimeLimits{
		"local:slow":                          {FirstByte: 90 * time.Minute, Idle: 500 * time.Millisecond},
		"local:plain":                         {},
		"anthropic:claude-haiku-4-5":          {Total: 5 * time.Minute},
		"anthropic:claude-haiku-4-5-20251001": {Total: 5 * time.Minute},
		"google:gemini-2.5-flash":             {Total: 24 * time.Hour},
	} {
		provider, model, _ := strings.Cut(name, ":")
		if e, _ := m.Catalog.Lookup(provider, model); e.Limits != want {
			t.Errorf("%s: %+v, want %+v", name, e.Limits, want)
		}
	}
	if e, _ := m.Catalog.Lookup("local", "slow"); e.Window != 9 {
		t.Errorf("one of the two places of a model is lost: %+v", e)
	}
}

func TestConfig_Thinks(t *testing.T) {
	for word, want := range map[string]catalog.Thinking{"always": "always", "true": "always", "asked": "asked", "false": "asked",
		`"asked"`: "asked"} {
		for _, model := range []string{"gemini-2.5-flash", "gpt-5.2"} {
			m, err := configured(t, "models: {"+model+": {thinks: "+word+"}}", nil)
			if err != nil {
				t.Errorf("%s: %v", word, err)
				continue
			}
			provider := map[string]string{"gemini-2.5-flash": "google", "gpt-5.2": "openai"}[model]
			if e, _ := m.Catalog.Lookup(provider, model); e.Thinks != want || e.Spec().Thinks != (want == "always") || e.Window == 0 {
				t.Errorf("%s of %s: %+v", word, model, e)
			}
		}
	}
}

func TestConfig_MistakesHaveTheirPlace(t *testing.T) {
	local := "providers:\n  local:\n    base_url: http://127.0.0.1:1/v1\n"
	for name, tt := range map[string]struct{ file, want string }{
		"a number": {local + "    limits: {first_byte: 90}",
			"c.yaml:4:26: first_byte: 90 has no unit; write a time such as 90s, 10m or 1h30m"},
		"a fraction":           {local + "    limits: {idle: 1.5}", "c.yaml:4:20: idle: 1.5 has no unit"},
		"words":                {local + "    limits:\n      total: ten minutes", `c.yaml:5:14: total: "ten minutes" is not a time`},
		"a truth":              {local + "    limits: {total: true}", `c.yaml:4:21: total: "true" is not a time`},
		"nothing":              {local + "    limits: {total: }", "is not a time"},
		"zero":                 {local + "    limits: {idle: 0s}", "c.yaml:4:20: idle: a limit has to be longer than 0"},
		"below zero":           {local + "    limits: {idle: -1s}", "longer than 0"},
		"more than a day":      {local + "    limits: {total: 24h1ns}", "c.yaml:4:21: total: a limit can't be longer than 24h"},
		"another name":         {local + "    limits: {first: 1s}", `c.yaml:4:14: unknown limit "first"; there are first_byte, idle and total`},
		"no limits":            {local + "    limits: 10m", "c.yaml:4:13: limits are written as {first_byte: 10m"},
		"a list":               {local + "    limits: [10m]", `c.yaml:4:13: "[" can't stand here`},
		"of a model":           {local + "    models:\n      m: {limits: {idle: 5}}", "c.yaml:5:26: idle: 5 has no unit"},
		"of a model elsewhere": {"models:\n  gpt-4.1:\n    limits:\n      total: 5", "c.yaml:4:14: total: 5 has no unit"},
		"a field of a model":   {local + "    models:\n      m: {windows: 5}", `c.yaml:5:11: unknown field "windows"`},
		"thinks":               {"models: {gpt-4.1: {thinks: never}}", `c.yaml:1:28: thinks is always`},
		"a key of a standard": {"providers:\n  openai:\n    key_env: MY_KEY",
			"c.yaml:2:3: provider openai without a base_url takes limits and models only"},
		"a dialect":              {"providers:\n  google:\n    dialect: ollama", "provider google without a base_url"},
		"no address":             {"providers:\n  mine:\n    limits: {idle: 1m}", "c.yaml:2:3: provider mine needs a base_url"},
		"an address of a blank":  {"providers:\n  mine:\n    base_url: '  '", "needs a base_url"},
		"deep":                   {strings.Repeat("{a: ", 6), "c.yaml:1:21: there are too many braces in each other"},
		"very deep":              {strings.Repeat("{", 60000), "too many braces"},
		"an open brace":          {"providers: {", "c.yaml"},
		"a brace in place of it": {"data: {a: b}", "data needs one plain value"},
	} {
		if _, err := configured(t, tt.file, nil); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %s", name, err, tt.want)
		}
	}
}

// A key that is not known is refused at every level, with its place and the key that was meant.
func TestConfig_UnknownKeysHaveTheirPlaceAndTheNearest(t *testing.T) {
	const local = "providers:\n  local:\n    base_url: http://127.0.0.1:1/v1\n"
	for file, want := range map[string]string{
		"dta: x":                                             `c.yaml:1:1: unknown key "dta" (did you mean data?)`,
		"provider: {}":                                       `c.yaml:1:1: unknown key "provider" (did you mean providers?)`,
		"data: x\nmodel:\n  gpt-4.1: {}":                     `c.yaml:2:1: unknown key "model" (did you mean models?)`,
		local + "    base_ur: x":                             `c.yaml:4:5: unknown field "base_ur" (did you mean base_url?)`,
		local + "    keyEnv: x":                              `c.yaml:4:5: unknown field "keyEnv" (did you mean key_env?)`,
		local + "    limit: {idle: 1m}":                      `c.yaml:4:5: unknown field "limit" (did you mean limits?)`,
		local + "    limits: {idel: 1m}":                     `c.yaml:4:14: unknown limit "idel"; there are first_byte, idle and total (did you mean idle?)`,
		local + "    models:\n      m: {max_outptu: 5}":      `c.yaml:5:11: unknown field "max_outptu" (did you mean max_output?)`,
		local + "    models:\n      m: {limits: {totl: 5m}}": `c.yaml:5:20: unknown limit "totl"; there are first_byte, idle and total (did you mean total?)`,
		"models:\n  gpt-4.1:\n    input: 1":                  `c.yaml:3:5: unknown field "input" (did you mean input_usd?)`,
		"models:\n  gpt-4.1:\n    limits: {idl: 1m}":         `c.yaml:3:14: unknown limit "idl"`,
	} {
		if _, err := configured(t, file, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s:\n%v, want %s", file, err, want)
		}
	}
	for name, file := range map[string]string{"a flag": "data: x\ndata: y", "a field": local +
		"    base_url: http://127.0.0.1:2/v1", "a limit": local + "    limits: {idle: 1m, idle: 2m}"} {
		if _, err := configured(t, file, nil); err == nil {
			t.Errorf("%s can stand twice", name)
		}
	}
}

// FuzzConfig wants no file to do more than be refused.
func FuzzConfig(f *testing.F) {
	for _, file := range []string{
		"data: x", "providers: {local: {base_url: http://127.0.0.1/v1, limits: {idle: 1m}, models: {m: , n: {window: 1}}}}",
		"models:\n  gpt-4.1:\n    thinks: asked\n", "{", "{}", "{a", "{a:", "{,}", "{a: {b}", "}{", "{}}", "a: {b: c}}", "providers: {? a}",
	} {
		f.Add(file)
	}
	f.Fuzz(func(t *testing.T, file string) {
		if len(file) > maxConfig {
			return
		}
		c, err := Parse("c.yaml", []byte(file), []string{"data"})
		if err != nil {
			return
		}
		if _, err := c.Config(func(string) string { return "" }); err != nil {
			t.Error(err)
		}
	})
}

func TestConfig_KeysAreTrimmed(t *testing.T) {
	m, err := configured(t, `
providers:
  local: {base_url: "http://127.0.0.1:11434/v1", key_env: LOCAL_KEY, models: {plain: }}
`, map[string]string{"LOCAL_KEY": "\ufeff a-key-of-mine\r\n"})
	if err != nil {
		t.Fatal(err)
	}
	if got := provider(t, m, "local").Key; got != "a-key-of-mine" {
		t.Errorf("the key is %q", got)
	}
}
