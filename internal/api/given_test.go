package api_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/cineforge/cineforge/client"
	"github.com/cineforge/cineforge/internal/api"
	"github.com/cineforge/cineforge/internal/app"
	"github.com/cineforge/cineforge/internal/runs"
	"github.com/cineforge/cineforge/run"
)

// madeConfig is the part of a project_config that people set.
type madeConfig struct {
	Title     string                    `json:"title"`
	Genre     []string                  `json:"genre"`
	Format    string                    `json:"format"`
	Aspect    string                    `json:"aspect_ratio"`
	Confirmed bool                      `json:"confirmed"`
	Details   map[string]map[string]any `json:"detection_details"`
}

// config returns what a run has made of the project's settings.
func (s *site) config(state run.State) (made madeConfig) {
	s.Helper()
	refs := state.Stages["project_config"].ArtifactRefs
	if len(refs) != 1 {
		s.Fatalf("%s: %d artifacts: %s", state.Status, len(refs), state.Error)
	}
	stored, err := s.app.Reader.Store.Artifact(s.Context(), state.ProjectID, refs[0])
	if err != nil {
		s.Fatal(err)
	}
	if err := json.Unmarshal(stored.Data, &made); err != nil {
		s.Fatal(err)
	}
	return made
}

func TestStart_APersonsSettings(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, api.Options{}, app.Config{})
		b := s.given("tide", "night_bus.txt")
		b.AcceptConfig = false
		b.ConfigOverrides = map[string]any{"genre": []string{"noir"}, "aspect_ratio": "4:3"}
		st := s.rests(s.start(b)).State
		got := s.config(st)
		if st.Status != run.Paused || got.Genre[0] != "noir" || got.Aspect != "4:3" || got.Confirmed ||
			got.Details["genre"]["source"] != "user_specified" {
			t.Errorf("overrides alone: %s %+v", st.Status, got)
		}

		b.ConfigFile = into[client.Uploaded](s.upload("tide", "settings.yaml",
			[]byte("title: The Night Bus\ngenre: [drama]\naspect_ratio: '2.39:1'\n")).is(201)).StoredPath
		b.ConfigOverrides = map[string]any{"genre": []string{"noir"}}
		id := s.start(b)
		st = s.rests(id).State
		got = s.config(st)
		if st.Status != run.RunDone || got.Title != "The Night Bus" || got.Genre[0] != "noir" || got.Aspect != "2.39:1" || !got.Confirmed {
			t.Errorf("a file and overrides: %s %+v", st.Status, got)
		}
		if g := st.Settings; g == nil || g.File != "settings.yaml" || !strings.HasPrefix(string(g.Digest), "sha256:") ||
			g.FromFile["title"] != "The Night Bus" {
			t.Errorf("the run pins %+v", g)
		}
		again := into[client.Started](s.post("/api/runs/"+id+"/retry", client.RetryRequest{Full: true}).is(200))
		st = s.rests(again.RunID).State
		if kept := s.config(st); st.Status != run.RunDone || kept.Title != "The Night Bus" || kept.Genre[0] != "noir" || !kept.Confirmed {
			t.Errorf("a retry: %s %+v", st.Status, kept)
		}
	})
}

func TestStart_SettingsThatAreRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, api.Options{}, app.Config{})
		b := s.given("tide", "night_bus.txt")
		overridden := func(name string, value any) client.Problem {
			c := b
			c.ConfigOverrides = map[string]any{name: value}
			return s.post("/api/runs/start", c).fails(422, "invalid_request")
		}
		filed := func(name, content string) client.Problem {
			c := b
			c.ConfigFile = into[client.Uploaded](s.upload("tide", name, []byte(content)).is(201)).StoredPath
			return s.post("/api/runs/start", c).fails(422, "invalid_request")
		}
		for _, tt := range []struct {
			got               client.Problem
			location, message string
		}{
			{overridden("genr", "noir"), "body.config_overrides.genr",
				`/config_overrides/genr is not a setting of a project; did you mean "genre"?`},
			{overridden("title", 3), "body.config_overrides.title", "/config_overrides/title is not text"},
			{filed("a.yaml", "genr: [noir]\n"), "body.config_file", `a.yaml: /genr is not a setting of a project; did you mean "genre"?`},
			{filed("b.json", `{"budget_cap_usd": "much"}`), "body.config_file", "b.json: /budget_cap_usd is not a number from 0 on, or null"},
		} {
			if len(tt.got.Errors) != 1 || tt.got.Errors[0].Location != tt.location || !strings.Contains(tt.got.Message, tt.message) {
				t.Errorf("%+v, want %s: %s", tt.got, tt.location, tt.message)
			}
		}
		if p := filed("c.yaml", "- noir\n"); !strings.Contains(p.Message, "c.yaml is not a YAML or JSON object (it holds a list)") {
			t.Errorf("%+v", p)
		}
		if p := filed("d.yaml", "title: "+strings.Repeat("x", runs.MaxConfig)+"\n"); !strings.Contains(p.Message,
			"d.yaml is larger than the 64 kB that settings may have") {
			t.Errorf("%+v", p)
		}
		if list := into[client.RunsPage](s.get("/api/runs").is(200)); len(list.Runs) != 0 {
			t.Errorf("%d runs were made", len(list.Runs))
		}
	})
}

// A recipe of the first system, and what the start says of it.
func TestStart_WarnsOfWhatARecipeSaysWithoutEffect(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, api.Options{}, app.Config{})
		if err := os.MkdirAll(filepath.Join(s.dir, "recipes"), 0o700); err != nil {
			t.Fatal(err)
		}
		recipe := `recipe_id: first
description: as the first system had it
stages:
  - {id: ingest, module: story_ingest_v1, params: {input_file: "${input_file}"}}
  - {id: normalize, module: script_normalize_v1, needs: [ingest], params: {max_retries: 2, work_model: mock}}
  - {id: extract_scenes, module: scene_extract_v1, needs: [normalize], params: {model: "${default_model}"}}
  - {id: project_config, module: project_config_v1, needs: [normalize, extract_scenes], params: {accept_config: true,
	config_file: settings.yaml}}
`
		if err := os.WriteFile(filepath.Join(s.dir, "recipes", "first.yaml"), []byte(recipe), 0o600); err != nil {
			t.Fatal(err)
		}
		b := s.given("tide", "night_bus.txt")
		b.RecipeID = "first"
		s.post("/api/runs/start", b).fails(422, "invalid_request") // settings.yaml is not there
		s.upload("tide", "settings.yaml", []byte("title: From The Recipe\n")).is(201)
		s.post("/api/runs/start", b).fails(422, "invalid_recipe") // which model is the default one is not said
		b.DefaultModel = "claude-opus-4-6"
		begun := into[client.Started](s.post("/api/runs/start", b).is(200))
		if len(begun.Warnings) != 1 || begun.Warnings[0].Line != 5 || !strings.Contains(begun.Warnings[0].Message, "max_retries has no effect") {
			t.Errorf("%+v", begun.Warnings)
		}
		if st := s.rests(begun.RunID).State; st.Status != run.RunDone || s.config(st).Title != "From The Recipe" {
			t.Errorf("%s: %s", st.Status, st.Error)
		}
	})
}
