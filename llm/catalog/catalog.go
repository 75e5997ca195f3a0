// Package catalog knows what models can do and what they cost: a table that ships
// with the program, and what a configuration adds to it.
package catalog

import (
	"bytes"
	"cmp"
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"

	"github.com/cineforge/cineforge/llm"
	"github.com/cineforge/cineforge/llm/wire"
)

// Entry is what the catalog says of a model. What is 0, "" or nil is not known. Prices
// are in USD per million tokens; a cache price that is not given is the input's.
type Entry struct {
	Provider   string   `json:"provider"`
	Model      string   `json:"model"`
	Window     int      `json:"window"`
	MaxOutput  int      `json:"max_output"`
	Thinks     Thinking `json:"thinks"`
	Input      *float64 `json:"input_usd"`
	Output     *float64 `json:"output_usd"`
	CacheRead  *float64 `json:"cache_read_usd"`
	CacheWrite *float64 `json:"cache_write_usd"`
	Source     string   `json:"source"` // where it is from; FromConfig if a configuration says it
	Date       string   `json:"date"`   // when it was read there

	// Limits on the time of an answer, which only a configuration sets.
	Limits wire.TimeLimits `json:"-"`
}

// FromConfig is the source of what a configuration says.
const FromConfig = "config file"

// Thinking says when a model thinks before it answers; "" if that is not known.
//
// The table says what the vendors' documentation says of a request that does not mention
// thinking, which is how this program asks:
//   - Anthropic, "What's new" of each model below platform.claude.com/docs/en/models: a
//     request without the field thinking runs without it up to Opus 4.8, and with adaptive
//     thinking by the 5.5 models; Haiku 4.5 thinks only with a budget.
//   - OpenAI, developers.openai.com/api/docs/guides/reasoning: the default effort is
//     "medium" of the models before gpt-5.1, and "none" of gpt-5.1 to gpt-5.4.
//   - Google, ai.google.dev/gemini-api/docs/thinking: thinking is on by default, by a
//     dynamic budget of the 2.5 models and on level "high" of the Gemini 3 models.
type Thinking string

// When a model thinks.
const (
	ThinksAlways Thinking = "always" // by default
	ThinksAsked  Thinking = "asked"  // only when a request asks for it, which no request of this program does
)

// UnmarshalText reads one of the words; see encoding.TextUnmarshaler.
func (t *Thinking) UnmarshalText(text []byte) error {
	switch *t = Thinking(text); *t {
	case ThinksAlways, ThinksAsked:
		return nil
	}
	return fmt.Errorf("%q does not say when a model thinks", text)
}

// Spec returns the entry in the form that models are described by.
func (e Entry) Spec() llm.Spec {
	s := llm.Spec{Window: e.Window, MaxOutput: e.MaxOutput, Thinks: e.Thinks == ThinksAlways}
	if e.Input != nil && e.Output != nil {
		s.Price = &llm.Price{Input: *e.Input, Output: *e.Output, CacheRead: *e.Input, CacheWrite: *e.Input}
		if e.CacheRead != nil {
			s.Price.CacheRead = *e.CacheRead
		}
		if e.CacheWrite != nil {
			s.Price.CacheWrite = *e.CacheWrite
		}
	}
	return s
}

// Catalog is a table of models. It is not changed and may be used concurrently.
type Catalog struct {
	entries map[key]Entry
}

type key struct{ provider, model string }

//go:embed models.json
var shipped []byte

// Shipped returns the table that ships with the program.
func Shipped() (Catalog, error) {
	d := json.NewDecoder(bytes.NewReader(shipped))
	d.DisallowUnknownFields()
	var entries []Entry
	if err := d.Decode(&entries); err != nil {
		return Catalog{}, fmt.Errorf("read the table of models: %w", err)
	}
	return Catalog{}.With(entries...), nil
}

// With returns the catalog with further entries. What an entry leaves out stays as
// it was known, by entries before it too.
func (c Catalog) With(entries ...Entry) Catalog {
	all := maps.Clone(c.entries)
	if all == nil {
		all = map[key]Entry{}
	}
	for _, e := range entries {
		was, _ := Catalog{all}.Lookup(e.Provider, e.Model)
		all[key{e.Provider, e.Model}] = e.over(was)
	}
	return Catalog{all}
}

// over returns the entry with what it leaves out taken from another.
func (e Entry) over(was Entry) Entry {
	return Entry{
		Provider: e.Provider, Model: e.Model, Thinks: cmp.Or(e.Thinks, was.Thinks),
		Window: cmp.Or(e.Window, was.Window), MaxOutput: cmp.Or(e.MaxOutput, was.MaxOutput),
		Input: cmp.Or(e.Input, was.Input), Output: cmp.Or(e.Output, was.Output),
		CacheRead: cmp.Or(e.CacheRead, was.CacheRead), CacheWrite: cmp.Or(e.CacheWrite, was.CacheWrite),
		Source: cmp.Or(e.Source, was.Source), Date: cmp.Or(e.Date, was.Date), Limits: e.Limits.Over(was.Limits),
	}
}

// Providers returns the providers whose models the catalog has, sorted.
func (c Catalog) Providers() []string {
	names := map[string]bool{}
	for k := range c.entries {
		names[k.provider] = true
	}
	return slices.Sorted(maps.Keys(names))
}

// Models returns the models of a provider that the catalog has, sorted.
func (c Catalog) Models(provider string) (names []string) {
	for k := range c.entries {
		if k.provider == provider {
			names = append(names, k.model)
		}
	}
	slices.Sort(names)
	return names
}

// dated finds what names one release of a model.
var dated = regexp.MustCompile(`-(?:\d{8}|\d{4}-\d{2}-\d{2}|latest)$`)

// Lookup returns what is known of a model. A release that is named by its date is
// taken for the model if the table does not have it.
func (c Catalog) Lookup(provider, model string) (Entry, bool) {
	if e, ok := c.entries[key{provider, model}]; ok {
		return e, true
	}
	e, ok := c.entries[key{provider, dated.ReplaceAllString(model, "")}]
	return e, ok
}

// Spec returns what is known of a model; of one that the catalog does not have
// that is nothing.
func (c Catalog) Spec(provider, model string) llm.Spec {
	e, _ := c.Lookup(provider, model)
	return e.Spec()
}
