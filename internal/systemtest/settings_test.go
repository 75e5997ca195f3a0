package systemtest_test

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/internal/app"
	"github.com/cineforge/cineforge/internal/providers"
	"github.com/cineforge/cineforge/internal/runs"
	"github.com/cineforge/cineforge/internal/upkeep"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

// claude returns the standard providers with a key and a base URL of Anthropic.
func claude(key, baseURL string) []providers.Provider {
	env := map[string]string{"ANTHROPIC_API_KEY": key, "ANTHROPIC_BASE_URL": baseURL}
	return providers.FromEnvironment(func(name string) string { return env[name] })
}

const key = "sk-ant-api03-0123456789"

// What files and shells leave around a key or an address is no part of it.
func TestStandardProviders_SettingsAreTrimmed(t *testing.T) {
	for _, around := range []string{"", " ", "\t", "\r\n", "\n\n", "\ufeff", " \ufeff\r\n "} {
		p := claude(around+key+around, around+"http://127.0.0.1:1"+around)[0]
		if p.Key != key || p.BaseURL != "http://127.0.0.1:1" {
			t.Errorf("%q: %q at %q", around, p.Key, p.BaseURL)
		}
	}
	if p := claude(" \r\n", "\t")[0]; p.Key != "" || p.BaseURL != "" {
		t.Errorf("nothing but spaces: %+v", p)
	}
}

func TestOpen_RefusesKeysThatCantBeSent(t *testing.T) {
	for bad, want := range map[string]string{
		key:                           "",
		"x":                           "",
		"a'b\"c`d":                    "",
		"!#$%&()*+,-./:;<=>?@[]^_{|}": "",
		"sk-ant-0123\n456":            "ANTHROPIC_API_KEY holds a line break at character 12, which can't be sent; set it again without it",
		"sk-ant-0123\r\n456":          "a line break at character 12",
		"sk\tant":                     "ANTHROPIC_API_KEY holds a tab at character 3, which no key has",
		"sk\x00ant":                   "a control character (U+0000) at character 3, which can't be sent",
		"sk\x7fant":                   "a control character (U+007F) at character 3, which can't be sent",
		"sk\u0085ant":                 "a control character (U+0085) at character 3, which no key has",
		"sk ant":                      "a space at character 3, which no key has; set it again without it",
		`"` + key + `"`:               "ANTHROPIC_API_KEY has quotation marks around it; set it again without them",
		"'" + key + "'":               "quotation marks around it",
		`"` + key:                     "a quotation mark at character 1",
		key + "'":                     "a quotation mark at character 24",
		"“" + key + "”":               "a curly quotation mark (U+201C) at character 1",
		key + "’":                     "a curly quotation mark (U+2019) at character 24",
		"sk\u200bant":                 "a zero-width space (U+200B) at character 3",
		"sk\u00a0ant":                 "a no-break space (U+00A0) at character 3",
		"ß\u2028ant":                  "the character U+00DF at character 1, which no key has",
		"sk\u2028ant":                 "a character that can't be seen (U+2028) at character 3",
		"sk\xffant":                   "a byte that is no text at character 3",
		"Bearer " + key:               `ANTHROPIC_API_KEY begins with "Bearer ", which is no part of the key; set it again without that`,
		"bearer " + key:               `begins with "Bearer "`,
		"ANTHROPIC_API_KEY=" + key:    `ANTHROPIC_API_KEY begins with ANTHROPIC_API_KEY=, its own name`,
	} {
		a, err := app.Open(t.Context(), t.TempDir(), app.Config{Providers: claude(bad, "")})
		switch {
		case want == "" && err != nil:
			t.Errorf("%q: %v", bad, err)
		case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
			t.Errorf("%q: %v, want %s", bad, err, want)
		case want != "" && (failure.ClassOf(err) != failure.Input || !errors.Is(err, providers.ErrSetting)):
			t.Errorf("%q: %v is of class %s", bad, err, failure.ClassOf(err))
		case err != nil && (strings.Contains(err.Error(), "ant") || strings.Contains(err.Error(), "\n")):
			t.Errorf("%q: %q shows the key", bad, err)
		}
		if a != nil {
			a.Close()
		}
	}
}

func TestOpen_SaysWhatABaseURLHasToBe(t *testing.T) {
	for _, tt := range []struct{ dialect, url, want string }{
		{"openai", "http://https://a/v1", "the base URL of p begins twice, with http:// and https://; write https://a/v1"},
		{"openai", "https://http//a:1/v1", "write http://a:1/v1"},
		{"openai", "https://a/v1/chat/completions", "the base URL of p ends in /chat/completions, which is added to it for each request; write https://a/v1"},
		{"ollama", "http://127.0.0.1:1/v1/completions/", "ends in /completions, which is added to it for each request; write http://127.0.0.1:1/v1"},
		{"openai", "https://a/v1/responses", "write https://a/v1"},
		{"anthropic", "https://a/v1/messages", "ends in /v1/messages, which is added to it for each request; write https://a"},
		{"anthropic", "https://a/proxy/messages", "write https://a/proxy"},
		{"google", "https://a/v1beta/models/gemini-2.5-flash:generateContent", "ends in /v1beta/models/gemini-2.5-flash:generateContent, which is added to it for each request; write https://a"},
		{"google", "https://a/models/g:streamGenerateContent", "write https://a"},
		{"openai", "https://a b/v1", "the base URL of p holds a space at character 10; set it again without it"},
		{"openai", "https://a\u200b/v1", "a zero-width space (U+200B) at character 10"},
		{"openai", "“https://a/v1”", "a curly quotation mark (U+201C) at character 1"},
		{"openai", "https://a:99999/v1", "is not an address such as https://host/v1"},
		{"openai", `"https://a/v1"`, "is not an address"},
		{"openai", "https://a/v1#secret", "holds more than an address"},
		{"openai", "http://https://secret@a/v1", "begins twice, with http:// and https://; leave the first one out"},
		{"openai", "https://a/v1", ""},
		{"anthropic", "https://messages/v1", ""},
		{"azure", "https://a/openai/deployments/messages-1/", ""},
		{"openai", "https://bücher.example/v1", ""},
	} {
		a, err := app.Open(t.Context(), t.TempDir(), app.Config{Providers: []providers.Provider{{Name: "p", Dialect: tt.dialect, BaseURL: tt.url}}})
		if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %s", tt.url, err, tt.want)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v shows the secret", tt.url, err)
		}
		if a != nil {
			a.Close()
		}
	}
}

// Looking works whatever the settings are, and so do drills; runs are refused, and left as they are.
func TestOpenUnchecked_RefusesRunsOnly(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	a, err := app.Open(t.Context(), dir, app.Config{})
	if err != nil {
		t.Fatal(err)
	}
	start := runs.Request{RecipeID: "mvp_ingest", File: sample(t, "lighthouse.md"), Request: accepting(false)}
	ended := execute(t, a, runs.Request{File: sample(t, "the_well.txt")})
	paused := execute(t, a, start)
	start.ProjectID = "queued"
	start.Queue = true
	queued, _, err := a.Runs.Start(t.Context(), start)
	if err != nil || paused.Status != run.Paused {
		t.Fatal(paused.Status, err)
	}
	a.Close()

	models := app.Config{Providers: claude("sk ant", "")}
	if a, err = app.OpenUnchecked(t.Context(), dir, models); err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	ctx, stop := context.WithTimeout(t.Context(), 5*time.Second)
	defer stop()
	for name, do := range map[string]func() error{
		"start":   func() error { _, _, err := a.Runs.Start(t.Context(), start); return err },
		"retry":   func() error { _, _, err := a.Runs.Retry(t.Context(), ended.RunID, again); return err },
		"confirm": func() error { return a.Runs.Confirm(t.Context(), paused.RunID, false) },
		"resume":  func() error { return a.Runs.Resume(t.Context(), paused.RunID, false) },
		"execute": func() error { return a.Runs.Execute(ctx, queued, func() {}) },
		"attend":  func() error { return a.Runs.Run(ctx, queued, func() {}) },
		"work":    func() error { return a.Runs.Work(ctx) },
	} {
		if err := do(); !errors.Is(err, providers.ErrSetting) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for id, want := range map[string]run.Status{ended.RunID: ended.Status, paused.RunID: run.Paused, queued: run.Queued} {
		if s, err := run.Load(t.Context(), a.Reader.Store, id); err != nil || s.Status != want {
			t.Errorf("run %s is %s, want %s: %v", id, s.Status, want, err)
		}
	}
	start.ProjectID, start.Drill, start.Queue = "", "healthy", false
	drill := execute(t, a, start)
	if drill.Status != run.Paused {
		t.Errorf("a drill is %s", drill.Status)
	}
	if err := a.Runs.Confirm(t.Context(), drill.RunID, false); err != nil {
		t.Errorf("a drill is not confirmed: %v", err)
	}
	if err := a.Runs.Execute(ctx, drill.RunID, func() {}); err != nil {
		t.Errorf("a drill does not go on: %v", err)
	}
	full := again
	full.Mode = event.RetryFull
	if _, _, err := a.Runs.Retry(t.Context(), drill.RunID, full); err != nil {
		t.Errorf("a drill is not retried: %v", err)
	}
	for name, look := range map[string]func() error{
		"providers": func() error { _, err := a.Providers.List(t.Context()); return err },
		"list":      func() error { _, _, err := a.Reader.List(t.Context(), runs.Filter{}); return err },
		"plan":      func() error { _, err := a.Runs.PlanRetry(t.Context(), ended.RunID, again.Retry); return err },
		"watch":     func() error { return a.Runs.Run(t.Context(), paused.RunID, func() {}) },
		"hold":      func() error { return a.Providers.Hold(t.Context(), "anthropic", "x", 1e9) },
		"cancel":    func() error { return a.Runs.Cancel(t.Context(), queued) },
	} {
		if err := look(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestDoctor_Keys(t *testing.T) {
	local := providers.Provider{Name: "local", Dialect: "ollama", KeyVariable: "LOCAL_KEY"}
	for _, tt := range []struct {
		key  string
		want upkeep.Check
	}{
		{"", upkeep.Check{Status: upkeep.Note, Detail: "not set, so that local is not asked"}},
		{"x", upkeep.Check{Status: upkeep.Note, Detail: "LOCAL_KEY has 1 character; a key this short is not taken out of texts"}},
		{"ollama7", upkeep.Check{Status: upkeep.Note, Detail: "LOCAL_KEY has 7 characters; a key this short is not taken out of texts"}},
		{"ollama78", upkeep.Check{Status: upkeep.OK, Detail: "set"}},
		{"olla ma", upkeep.Check{Status: upkeep.Problem, Detail: "LOCAL_KEY holds a space at character 5, which no key has", Action: "set it again without it"}},
	} {
		tt.want.Name, local.Key = "LOCAL_KEY", tt.key
		checks := app.Doctor(t.Context(), t.TempDir(), app.Config{Providers: []providers.Provider{local}})
		if !slices.ContainsFunc(checks, func(c upkeep.Check) bool { return cmp.Equal(c, tt.want) }) {
			t.Errorf("%q: %+v, want %+v", tt.key, checks, tt.want)
		}
	}
	// All problems are listed at once.
	bad := claude("sk-ant\n", "http://https://127.0.0.1:1")
	bad[0].Key = "“sk-ant-key”"
	found := map[string]string{}
	for _, c := range app.Doctor(t.Context(), t.TempDir(), app.Config{Providers: bad}) {
		found[c.Name] = string(c.Status) + " " + c.Detail
	}
	if !strings.Contains(found["ANTHROPIC_API_KEY"], "problem ANTHROPIC_API_KEY holds a curly quotation mark") || !strings.Contains(found["anthropic base URL"], "problem the base URL of anthropic begins twice") {
		t.Error(found)
	}
}

// What is wrong with a provider's settings is shown in place of the settings.
func TestProviders_UnusableSettings(t *testing.T) {
	for name, tt := range map[string]struct{ key, url, want string }{
		"a key":        {"sk ant", "", "ANTHROPIC_API_KEY holds a space at character 3, which no key has; set it again without it"},
		"an address":   {key, "https://user:ant@host", "the base URL of anthropic holds more than an address; a key belongs into an environment variable; put it right, or leave it out"},
		"both of them": {"sk ant", "https://host/v1?key=ant", "the base URL of anthropic holds more than an address; a key belongs into an environment variable; put it right, or leave it out"},
	} {
		p := providers.Unasked(providers.Models{Providers: claude(tt.key, tt.url)})[0]
		if p.Configured || p.Missing != tt.want || strings.Contains(p.BaseURL, "ant") {
			t.Errorf("%s: %+v", name, p)
		}
	}
}
