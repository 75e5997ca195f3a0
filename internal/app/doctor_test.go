package app_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cineforge/cineforge/internal/app"
	"github.com/cineforge/cineforge/internal/providers"
	"github.com/cineforge/cineforge/internal/upkeep"
)

func TestDoctor_Keys(t *testing.T) {
	local := providers.Provider{Name: "local", Dialect: "ollama", KeyVariable: "LOCAL_KEY"}
	for _, tt := range []struct {
		key  string
		want upkeep.Check
	}{
		{"", upkeep.Check{Group: upkeep.OfProviders, Status: upkeep.Note, Detail: "not set, so that local is not asked"}},
		{"x", upkeep.Check{Group: upkeep.OfProviders, Status: upkeep.Note,
			Detail: "LOCAL_KEY has 1 character; a key this short is not taken out of texts"}},
		{"ollama7", upkeep.Check{Group: upkeep.OfProviders, Status: upkeep.Note,
			Detail: "LOCAL_KEY has 7 characters; a key this short is not taken out of texts"}},
		{"ollama78", upkeep.Check{Group: upkeep.OfProviders, Status: upkeep.OK, Detail: "set"}},
		{"olla ma", upkeep.Check{Group: upkeep.OfProviders, Status: upkeep.Problem,
			Detail: "LOCAL_KEY holds a space at character 5, which no key has",
			Action: "set it again without it"}},
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
	if !strings.Contains(found["ANTHROPIC_API_KEY"], "problem ANTHROPIC_API_KEY holds a curly quotation mark") ||
		!strings.Contains(found["anthropic base URL"], "problem the base URL of anthropic begins twice") {
		t.Error(found)
	}
}

func TestDoctor_ShowsNoKey(t *testing.T) {
	t.Setenv("ANTHROPIC_API_KEY", "sk-ant-canary")
	dir := filepath.Join(t.TempDir(), "data")
	checks := app.Doctor(t.Context(), dir, withoutKeys())
	for _, c := range checks {
		if strings.Contains(c.Detail+c.Action, "canary") {
			t.Errorf("%s shows the key", c.Name)
		}
		if c.Status == upkeep.Problem {
			t.Errorf("%s: %s", c.Name, c.Detail)
		}
	}
	if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Error("the doctor made the data directory")
	}
	if err := os.WriteFile(dir, []byte("a file"), 0o644); err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(app.Doctor(t.Context(), dir, withoutKeys()), func(c upkeep.Check) bool {
		return c.Name == "data directory" && c.Status == upkeep.Problem
	}) {
		t.Error("a file in the place of the data directory is no problem to the doctor")
	}
}

func TestDoctor_ADamagedDatabaseIsAProblem(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "cineforge.db"), []byte(strings.Repeat("not a database ", 1000)), 0o644); err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(app.Doctor(t.Context(), dir, withoutKeys()), func(c upkeep.Check) bool {
		return c.Name == "database" && c.Status == upkeep.Problem && c.Action != ""
	}) {
		t.Error("a damaged database is no problem to the doctor")
	}
	if _, err := app.Open(t.Context(), dir, app.Config{}); err == nil {
		t.Error("a damaged database was opened")
	}
}

// withoutKeys is a system without any key.
func withoutKeys() app.Config {
	return app.Config{Providers: providers.FromEnvironment(func(string) string { return "" })}
}
