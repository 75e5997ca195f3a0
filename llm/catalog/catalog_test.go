package catalog_test

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/cineforge/cineforge/llm"
	"github.com/cineforge/cineforge/llm/catalog"
	"github.com/cineforge/cineforge/recipe"
	"github.com/cineforge/cineforge/screenplay/document"
	"github.com/cineforge/cineforge/stage/shipped"
)

func table(t testing.TB) catalog.Catalog {
	t.Helper()
	c, err := catalog.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Whatever is asked unless a recipe says otherwise has a window, a limit and a
// price, with the place and the day where they were read.
func TestCatalog_KnowsTheDefaultChains(t *testing.T) {
	c := table(t)
	for _, module := range shipped.Modules(document.Reader{}) {
		for _, name := range module.Info().DefaultChain {
			m, err := recipe.ParseModel(name)
			if err != nil {
				t.Fatal(err)
			}
			e, ok := c.Lookup(m.Provider, m.Model)
			if !ok {
				t.Errorf("%s is not in the table", m)
				continue
			}
			s := e.Spec()
			if s.Window < 100_000 || s.MaxOutput < 8_000 || s.Price == nil || s.Price.Input <= 0 || s.Price.Output < s.Price.Input {
				t.Errorf("%s: %+v, price %+v", m, s, s.Price)
			}
			if u, err := url.Parse(e.Source); err != nil || u.Scheme != "https" || u.Host == "" {
				t.Errorf("%s: source %q", m, e.Source)
			}
			if _, err := time.Parse(time.DateOnly, e.Date); err != nil {
				t.Errorf("%s: %v", m, err)
			}
		}
	}
}

func TestCatalog_AReleaseIsKnownByItsModel(t *testing.T) {
	c := table(t)
	for _, name := range []string{"claude-haiku-4-5-20251001", "claude-haiku-4-5", "claude-haiku-4-5-latest"} {
		if s := c.Spec("anthropic", name); s.Window != 200_000 {
			t.Errorf("%s: %+v", name, s)
		}
	}
	if s := c.Spec("openai", "gpt-4.1-2025-04-14"); s.MaxOutput != 32_768 {
		t.Errorf("%+v", s)
	}
}

func TestCatalog_AnUnknownPriceIsNotNothing(t *testing.T) {
	c := table(t)
	if s := c.Spec("ollama", "llama"); s.Price != nil || s.Cost(llm.Usage{InputTokens: 5}) != nil || *s.Cost(llm.Usage{}) != 0 {
		t.Errorf("a model that nobody knows costs %v", s.Price)
	}
	free := 0.0
	c = c.With(catalog.Entry{Provider: "ollama", Model: "llama", Input: &free, Output: &free})
	if usd := c.Spec("ollama", "llama").Cost(llm.Usage{InputTokens: 5}); usd == nil || *usd != 0 {
		t.Errorf("a model that costs nothing costs %v", usd)
	}
}

// A configuration says what it knows better, and no more.
func TestCatalog_WhatAnEntryLeavesOutStays(t *testing.T) {
	input := 1.0
	s := table(t).With(catalog.Entry{Provider: "openai", Model: "gpt-4.1", Input: &input}).Spec("openai", "gpt-4.1")
	if s.Window != 1_047_576 || s.Price.Input != 1 || s.Price.Output != 8 {
		t.Errorf("%+v, %+v", s, s.Price)
	}
}

// The price of an answer counts cached input by its own price.
func TestCatalog_Cost(t *testing.T) {
	u := llm.Usage{InputTokens: 1_000_000, CacheReadTokens: 400_000, CacheWriteTokens: 100_000, OutputTokens: 200_000}
	usd := table(t).Spec("anthropic", "claude-sonnet-4-6").Cost(u)
	if want := 0.5*3 + 0.4*0.3 + 0.1*3.75 + 0.2*15; usd == nil || *usd < want-1e-9 || *usd > want+1e-9 {
		t.Errorf("got %v, want %v", *usd, want)
	}
}

// A request of this program never asks a model to think.
func TestShipped_WhatThinksUnasked(t *testing.T) {
	c := table(t)
	for name, want := range map[string]struct {
		thinks  catalog.Thinking
		unasked bool
	}{
		"anthropic:claude-sonnet-4-6":         {catalog.ThinksAsked, false},
		"anthropic:claude-opus-4-6":           {catalog.ThinksAsked, false},
		"anthropic:claude-haiku-4-5-20251001": {catalog.ThinksAsked, false},
		"anthropic:claude-sonnet-5-5":         {catalog.ThinksAlways, true},
		"anthropic:claude-opus-5-5":           {catalog.ThinksAlways, true},
		"openai:gpt-4.1":                      {"", false},
		"openai:gpt-5.2":                      {catalog.ThinksAsked, false},
		"openai:gpt-5-mini":                   {catalog.ThinksAlways, true},
		"google:gemini-3-flash-preview":       {catalog.ThinksAlways, true},
		"google:gemini-2.5-flash":             {catalog.ThinksAlways, true},
	} {
		provider, model, _ := strings.Cut(name, ":")
		e, _ := c.Lookup(provider, model)
		if e.Thinks != want.thinks || e.Spec().Thinks != want.unasked {
			t.Errorf("%s thinks %q, unasked %v; want %q, %v", name, e.Thinks, e.Spec().Thinks, want.thinks, want.unasked)
		}
	}
}

func TestThinking_OtherWordsAreRefused(t *testing.T) {
	for _, text := range []string{`"never"`, `""`, `true`, `1`} {
		if err := json.Unmarshal([]byte(text), new(catalog.Thinking)); err == nil {
			t.Errorf("%s was accepted", text)
		}
	}
}

// The config file has two places for a model; both count, and the later one wins.
func TestCatalog_LaterEntriesWin(t *testing.T) {
	for name, tt := range map[string]struct {
		entries []catalog.Entry
		thinks  catalog.Thinking
		window  int
	}{
		"asked over always":   {[]catalog.Entry{{Thinks: catalog.ThinksAlways}, {Thinks: catalog.ThinksAsked}}, catalog.ThinksAsked, 0},
		"always over asked":   {[]catalog.Entry{{Thinks: catalog.ThinksAsked}, {Thinks: catalog.ThinksAlways}}, catalog.ThinksAlways, 0},
		"nothing over always": {[]catalog.Entry{{Thinks: catalog.ThinksAlways}, {Window: 5}}, catalog.ThinksAlways, 5},
		"each says something": {[]catalog.Entry{{Window: 5}, {Thinks: catalog.ThinksAsked}}, catalog.ThinksAsked, 5},
	} {
		for i := range tt.entries {
			tt.entries[i].Provider = "local"
			tt.entries[i].Model = "m"
		}
		if e, _ := table(t).With(tt.entries...).Lookup("local", "m"); e.Thinks != tt.thinks || e.Window != tt.window {
			t.Errorf("%s: %+v", name, e)
		}
	}
}
