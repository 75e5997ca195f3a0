package systemtest_test

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/cineforge/cineforge/internal/app"
	"github.com/cineforge/cineforge/internal/providers"
	"github.com/cineforge/cineforge/internal/runs"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

// claude returns the standard providers with a key and a base URL of Anthropic.
func claude(key, baseURL string) []providers.Provider {
	env := map[string]string{"ANTHROPIC_API_KEY": key, "ANTHROPIC_BASE_URL": baseURL}
	return providers.FromEnvironment(func(name string) string { return env[name] })
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
		"confirm": func() error { return a.Runs.Confirm(t.Context(), paused.RunID, runs.Continuation{}) },
		"resume":  func() error { return a.Runs.Resume(t.Context(), paused.RunID, runs.Continuation{}) },
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
	if err := a.Runs.Confirm(t.Context(), drill.RunID, runs.Continuation{}); err != nil {
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
		"cancel":    func() error { return a.Runs.Cancel(t.Context(), queued, "") },
	} {
		if err := look(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
