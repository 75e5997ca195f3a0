package projectconfig_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/artifact/content"
	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/llm"
	"github.com/cineforge/cineforge/llm/offline"
	"github.com/cineforge/cineforge/stage"
	"github.com/cineforge/cineforge/stage/projectconfig"
)

// values are good values of all settings, as JSON decodes them.
func values(t testing.TB) (all map[string]any) {
	t.Helper()
	err := json.Unmarshal([]byte(`{"title": "Given", "format": "short_film", "genre": ["noir"], "tone": [],
		"logline": "It rains.", "estimated_duration_minutes": 12.5,
		"primary_characters": ["ANNA"], "supporting_characters": [], "location_count": 3, "locations_summary": ["HALL"], "target_audience": null,
		"aspect_ratio": "2.39:1", "production_mode": "irl", "human_control_mode": "advisory", "style_packs": {"look": "grain"},
			"budget_cap_usd": 0,
		"model_strategy": {"verify": "claude-haiku-4-5-20251001"}, "default_model": "gpt-4.1"}`), &all)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestModule_APersonsSettingsStand(t *testing.T) {
	all := values(t)
	for _, name := range projectconfig.Fields() {
		if _, ok := all[name]; !ok {
			t.Errorf("the test gives no %s", name)
		}
	}
	var asked int
	model := llm.ModelFunc(func(ctx context.Context, req llm.Request) (llm.Response, error) {
		asked++
		return answer(t, fullAnswer).Generate(ctx, req)
	})
	got, draft, pause := run(t, stage.Task{Inputs: inputs(t, "The Long Way", script, 90), Model: model,
		Settings: stage.Settings{File: "s.yaml", FromFile: all}})
	if asked != 0 || pause != "" || !got.Confirmed || draft.Health != artifact.Valid || draft.Source != artifact.Hybrid {
		t.Errorf("asked %d times, pause %q, confirmed %t, %s, %s", asked, pause, got.Confirmed, draft.Health, draft.Source)
	}
	all["model_strategy"] = map[string]any{"work": "recipe", "verify": "claude-haiku-4-5-20251001", "escalate": "recipe"}
	for name, d := range got.Details {
		if d.Source != content.UserSpecified || d.Confidence != 1 || !strings.Contains(d.Rationale, "s.yaml") {
			t.Errorf("%s: %+v", name, d)
		}
		if diff := cmp.Diff(all[name], d.Value); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	if got.Title != "Given" || *got.Duration != 12.5 || got.LocationCount != 3 || got.TargetAudience != nil ||
		got.ModelStrategy.Work != "recipe" || *got.BudgetCapUSD != 0 {
		t.Errorf("%+v", got)
	}
}

func TestModule_OverridesBeatTheFileAndTheFileBeatsAll(t *testing.T) {
	got, draft, pause := run(t, stage.Task{Inputs: inputs(t, "The Long Way", script, 90), Model: answer(t, fullAnswer),
		Settings: stage.Settings{
			Overrides: map[string]any{"genre": []any{"noir"}, "title": "Mine"}}})
	if pause == "" || got.Confirmed {
		t.Error("overrides alone confirm nothing")
	}
	if got.Title != "Mine" || got.Genre[0] != "noir" || got.Tone[0] != "quiet" || got.Details["tone"].By != content.OriginModel {
		t.Errorf("%+v", got)
	}
	got, draft, _ = run(t, stage.Task{Inputs: inputs(t, "The Long Way", script, 90), Model: offline.Model{}, Settings: stage.Settings{
		File: "s.yaml", FromFile: map[string]any{"title": "File's", "format": "short_film"}, Overrides: map[string]any{"title": "Mine"}}})
	if got.Title != "Mine" || got.Format != "short_film" || draft.Health != artifact.NeedsReview ||
		got.Details["format"].Source != content.UserSpecified {
		t.Errorf("%+v, %s", got, draft.Health)
	}
}

func TestCheck_NamesWhatCanNotBeTaken(t *testing.T) {
	for _, bad := range []any{nil, 1, "", " ", []any{1}, []any{""}, []any{nil}, map[string]any{"a": 1}, math.Inf(1), -1, 1.5, true} {
		for _, name := range projectconfig.Fields() {
			err := projectconfig.Check(stage.Settings{Overrides: map[string]any{name: bad}})
			if list, ok := errors.AsType[projectconfig.FieldErrors](err); ok && (list[0].Pointer() != "/config_overrides/"+name ||
				failure.ClassOf(err) != failure.Input) {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	for pointer, s := range map[string]stage.Settings{
		"/config_overrides/genr is not a setting of a project; the settings are title": {Overrides: map[string]any{"genr": 1}},
		"s.yaml: /a~1b is not a setting of a project":                                  {File: "s.yaml", FromFile: map[string]any{"a/b": 1}},
		"/config_overrides/title is not text":                                          {Overrides: map[string]any{"title": nil}},
		"/config_overrides/genre is not a list of texts":                               {Overrides: map[string]any{"genre": "noir"}},
		"/config_overrides/location_count is not a whole number":                       {Overrides: map[string]any{"location_count": 1.5}},
		"/config_overrides/budget_cap_usd is not a number from 0 on, or null":          {Overrides: map[string]any{"budget_cap_usd": -1}},
		"/config_overrides/estimated_duration_minutes is not a number": {
			Overrides: map[string]any{"estimated_duration_minutes": math.NaN()}},
		"/config_overrides/production_mode is not ai_generated, irl or hybrid": {Overrides: map[string]any{"production_mode": "live"}},
		"/config_overrides/model_strategy is not a map with": {
			Overrides: map[string]any{"model_strategy": map[string]any{"wrk": "x"}}},
	} {
		if err := projectconfig.Check(s); !strings.HasPrefix(fmt.Sprint(err), pointer) {
			t.Errorf("got %v, want %s", err, pointer)
		}
	}
	if err := projectconfig.Check(stage.Settings{Overrides: values(t)}); err != nil {
		t.Error(err)
	}
}
