package projectconfig_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/artifact/content"
	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/llm"
	"github.com/cineforge/cineforge/llm/offline"
	"github.com/cineforge/cineforge/screenplay/fountain"
	"github.com/cineforge/cineforge/stage"
	"github.com/cineforge/cineforge/stage/projectconfig"
)

const script = `Title:
	_**The Long**_
	**Way**
Author: Nobody

INT. HALL - DAY

ANNA
Hello.

BEN
Hello.

ANNA
Goodbye.

EXT. YARD - DAY

ANNA
Anyone?

CLEO (O.S.)
No.

INT. HALL - NIGHT

BEN
Anna?
`

// inputs returns what the stage builds on: a script with its title, and its index
// as if it ran for so many minutes.
func inputs(t testing.TB, title, text string, minutes float64) stage.Inputs {
	t.Helper()
	parsed := fountain.Decode(text)
	entries := []map[string]any{}
	for _, s := range parsed.Scenes() {
		entries = append(entries, map[string]any{"scene_number": s.Index, "heading": s.Heading, "characters_present": s.Characters})
	}
	input := func(kind string, data any) artifact.Artifact {
		encoded, err := json.Marshal(data)
		if err != nil {
			t.Fatal(err)
		}
		return artifact.Artifact{Metadata: artifact.Metadata{Ref: artifact.NewRef(kind, artifact.ProjectEntity, 1)}, Data: encoded}
	}
	return stage.Inputs{
		input(artifact.CanonicalScript, map[string]any{"title": title, "script_text": text}),
		input(artifact.SceneIndex, map[string]any{
			"unique_locations": parsed.Locations(), "estimated_runtime_minutes": minutes, "entries": entries,
		}),
	}
}

// run runs the stage and decodes what it made.
func run(t testing.TB, task stage.Task) (content.ProjectConfig, artifact.Draft, string) {
	t.Helper()
	result, err := projectconfig.Module{}.Run(t.Context(), task)
	if err != nil {
		t.Fatal(err)
	}
	if len(result.Artifacts) != 1 {
		t.Fatalf("%d artifacts", len(result.Artifacts))
	}
	var config content.ProjectConfig
	if err := json.Unmarshal(result.Artifacts[0].Data, &config); err != nil {
		t.Fatal(err)
	}
	return config, result.Artifacts[0], result.Pause
}

// answer is a model that answers with the given JSON.
func answer(t testing.TB, body string) llm.Model {
	return llm.ModelFunc(func(_ context.Context, req llm.Request) (llm.Response, error) {
		if err := req.Schema.Validate(json.RawMessage(body)); err != nil {
			t.Errorf("the test's answer: %v", err)
		}
		return llm.Response{JSON: json.RawMessage(body), Source: llm.AI, Provider: "openai", Model: "gpt"}, nil
	})
}

const fullAnswer = `{
	"title": {"value": "Another Title", "confidence": 0.9, "rationale": "r"},
	"format": {"value": "series_episode", "confidence": 0.8, "rationale": "it reads like one"},
	"genre": {"value": ["drama", " drama ", "", "mystery"], "confidence": 0.7, "rationale": "r"},
	"tone": {"value": ["quiet"], "confidence": null, "rationale": null},
	"logline": {"value": "Anna waits.", "confidence": 7, "rationale": "r"},
	"target_audience": {"value": " ", "confidence": 0.9, "rationale": "r"}
}`

func TestModule_ByRuleAlone(t *testing.T) {
	got, draft, pause := run(t,
		stage.Task{Inputs: inputs(t, "The Long Way", script, 90), Model: offline.Model{}, Params: map[string]any{"accept_config": true}})
	ninety := 90.0
	want := content.ProjectConfig{
		Title:    "The Long Way",
		Format:   "feature",
		Genre:    []string{},
		Tone:     []string{},
		Duration: &ninety,
		// Anna: 2 scenes, 3 cues: 7. Ben: 2 and 2: 6. Cleo: 1 and 1: 3. The upper half of three is two.
		PrimaryCharacters:    []string{"ANNA", "BEN"},
		SupportingCharacters: []string{"CLEO"},
		LocationCount:        2,
		LocationsSummary:     []string{"HALL", "YARD"},
		AspectRatio:          "16:9",
		ProductionMode:       "ai_generated",
		HumanControlMode:     "autonomous",
		StylePacks:           map[string]string{},
		ModelStrategy:        content.ModelStrategy{Work: "recipe", Verify: "recipe", Escalate: "recipe"},
		DefaultModel:         "recipe",
		Confirmed:            true,
	}
	details := got.Details
	got.Details = nil
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for name, by := range map[string]content.SettingOrigin{
		"title": content.OriginTitlePage, "format": content.OriginRule, "estimated_duration_minutes": content.OriginRule,
		"primary_characters": content.OriginRule, "location_count": content.OriginRule, "genre": content.OriginUnknown,
		"tone": content.OriginUnknown, "logline": content.OriginUnknown, "target_audience": content.OriginUnknown,
		"aspect_ratio": content.OriginDefault, "default_model": content.OriginDefault,
	} {
		d, ok := details[name]
		if !ok || d.By != by || d.Rationale == "" {
			t.Errorf("%s: %+v, want it found by %s", name, d, by)
		}
		if known := by != content.OriginUnknown && by != content.OriginDefault; known != (d.Confidence > 0) ||
			known != (d.Source == content.AutoDetected) {
			t.Errorf("%s: confidence %v, source %s", name, d.Confidence, d.Source)
		}
	}
	if draft.Source != artifact.Code || draft.Health != artifact.NeedsReview || pause != "" || draft.EntityID != artifact.ProjectEntity {
		t.Errorf("source %s, health %s, pause %q", draft.Source, draft.Health, pause)
	}
}

// Only what was detected counts: title 0.95, format and duration 0.6, four counted ones 0.9.
func TestModule_DefaultsDoNotRaiseTheConfidence(t *testing.T) {
	_, draft, _ := run(t, stage.Task{Inputs: inputs(t, "The Long Way", script, 90), Model: offline.Model{}})
	if want := stage.Confidence(0.95, 0.6, 0.6, 0.9, 0.9, 0.9, 0.9); draft.Confidence != want {
		t.Errorf("confidence %v, want %v", draft.Confidence, want)
	}
}

func TestModule_AModelAnswersOnlyWhatTheRulesDoNotKnow(t *testing.T) {
	got, draft, _ := run(t, stage.Task{Inputs: inputs(t, "The Long Way", script, 90), Model: answer(t, fullAnswer)})
	if got.Title != "The Long Way" || len(got.PrimaryCharacters) != 2 {
		t.Errorf("the model's %q stands in place of what the rules know", got.Title)
	}
	// That its length makes it a feature is a guess at 0.6, and the model says 0.8.
	if d := got.Details["format"]; got.Format != "series_episode" || d.By != content.OriginModel {
		t.Errorf("format %+v", d)
	}
	unsure := strings.Replace(fullAnswer, `"confidence": 0.8`, `"confidence": 0.6`, 1)
	if got, _, _ := run(t, stage.Task{Inputs: inputs(t, "The Long Way", script, 90), Model: answer(t, unsure)}); got.Format != "feature" {
		t.Errorf("a guess no better than the rule's is taken: %+v", got.Details["format"])
	}
	if diff := cmp.Diff([]string{"drama", "mystery"}, got.Genre); diff != "" {
		t.Error(diff)
	}
	if got.Logline == nil || *got.Logline != "Anna waits." || got.Details["logline"].Confidence != 1 {
		t.Errorf("logline %v at %v", got.Logline, got.Details["logline"].Confidence)
	}
	if d := got.Details["tone"]; d.By != content.OriginModel || d.Confidence != 0.5 {
		t.Errorf("tone: %+v", d)
	}
	if got.TargetAudience != nil || got.Details["target_audience"].By != content.OriginUnknown {
		t.Errorf("a blank audience was taken: %+v", got.Details["target_audience"])
	}
	if draft.Source != artifact.Hybrid || draft.Health != artifact.Valid || draft.Annotations["answered_by"] != "openai:gpt" {
		t.Errorf("source %s, health %s, annotations %v", draft.Source, draft.Health, draft.Annotations)
	}

	// With no title page and a length that decides nothing, the model is heard.
	got, _, _ = run(t, stage.Task{Inputs: inputs(t, "", "INT. HALL - DAY\n\nDust.\n", 50), Model: answer(t, fullAnswer)})
	if got.Title != "Another Title" || got.Format != "series_episode" || got.Details["title"].By != content.OriginModel {
		t.Errorf("title %q by %s, format %q", got.Title, got.Details["title"].By, got.Format)
	}
}

// An answer by rule is no judgement, even if it says something.
func TestModule_OnlyAModelJudges(t *testing.T) {
	model := llm.ModelFunc(func(context.Context, llm.Request) (llm.Response, error) {
		return llm.Response{JSON: json.RawMessage(fullAnswer), Source: llm.Code}, nil
	})
	got, draft, _ := run(t, stage.Task{Inputs: inputs(t, "", script, 50), Model: model})
	if len(got.Genre) > 0 || got.Logline != nil || got.Format != "unknown" || draft.Health != artifact.NeedsReview {
		t.Errorf("genre %v, format %s, health %s", got.Genre, got.Format, draft.Health)
	}
}

func TestModule_UnknownRatherThanAGuess(t *testing.T) {
	got, _,
		_ := run(t, stage.Task{Inputs: inputs(t, "", "INT.\n\nDust.\n", 0), Model: offline.Model{}, File: stage.File{Name: "draft_7.fountain"}})
	if got.Title != "unknown" || got.Format != "unknown" || got.Duration != nil || got.LocationCount != 0 {
		t.Errorf("title %q, format %q, duration %v, %d locations", got.Title, got.Format, got.Duration, got.LocationCount)
	}
	if d := got.Details["title"]; d.Confidence != 0 || d.By != content.OriginUnknown {
		t.Errorf("title: %+v", d)
	}
}

func TestFormatOf(t *testing.T) {
	scene := "INT. HALL - DAY\n\nDust.\n\n"
	for _, test := range []struct {
		name, script string
		minutes      float64
		want         string
	}{
		{"a fragment", scene, 2.9, "unknown"},
		{"a whole one", scene, 3, "short_film"},
		{"at the Academy's limit", scene, 40, "short_film"},
		{"between", scene, 40.1, "unknown"},
		{"at the Guild's limit", scene, 60, "feature"},
		{"act breaks", ">ACT ONE<\n\n" + scene + ">END OF ACT ONE<\n", 90, "series_episode"},
		{"cold open", "COLD OPEN\n\n" + scene + "!ACT 1\n\n" + scene, 30, "series_episode"},
		{"one act break", ">ACT ONE<\n\n" + scene, 90, "feature"},
		{"acts as outline", "# ACT ONE\n\n" + scene + "# ACT TWO\n\n" + scene, 90, "feature"},
		{"acts in speech", scene + "ANNA\nACT ONE\nACT TWO\n", 90, "feature"},
		{"episode on the title page", "Title: X\nEpisode: 4\n\n" + scene, 90, "series_episode"},
		{"episode in the title", "Title: X, Episode Four\n\n" + scene, 90, "series_episode"},
		{"number of an episode", "Title: X\nNotes: s01e04\n\n" + scene, 90, "series_episode"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, _, _ := run(t, stage.Task{Inputs: inputs(t, "", test.script, test.minutes), Model: offline.Model{}})
			if got.Format != test.want {
				t.Errorf("got %s (%s), want %s", got.Format, got.Details["format"].Rationale, test.want)
			}
		})
	}
}

func TestLeads(t *testing.T) {
	for _, test := range []struct{ cast, primary int }{{0, 0}, {1, 1}, {2, 1}, {3, 2}, {9, 5}, {40, 5}} {
		var b strings.Builder
		b.WriteString("INT. HALL - DAY\n\n")
		for i := range test.cast { // the later, the more speeches
			for range i + 1 {
				fmt.Fprintf(&b, "GUARD %d\nHalt.\n\n", i+1)
			}
		}
		got, _, _ := run(t, stage.Task{Inputs: inputs(t, "", b.String(), 90), Model: offline.Model{}})
		if len(got.PrimaryCharacters) != test.primary || len(got.SupportingCharacters) != test.cast-test.primary {
			t.Errorf("of %d: %v and %v", test.cast, got.PrimaryCharacters, got.SupportingCharacters)
		}
		if test.cast > 0 && got.PrimaryCharacters[0] != fmt.Sprintf("GUARD %d", test.cast) {
			t.Errorf("of %d the first is %s", test.cast, got.PrimaryCharacters[0])
		}
	}
}

func TestModule_Confirmation(t *testing.T) {
	for _, test := range []struct {
		params    map[string]any
		confirmed bool
	}{
		{nil, false},
		{map[string]any{"accept_config": false}, false},
		{map[string]any{"accept_config": true}, true},
	} {
		got, _, pause := run(t, stage.Task{Inputs: inputs(t, "The Long Way", script, 90), Model: offline.Model{}, Params: test.params})
		if got.Confirmed != test.confirmed || (pause == "") != test.confirmed || !test.confirmed && pause != "awaiting_confirmation" {
			t.Errorf("%v: confirmed %v, pause %q", test.params, got.Confirmed, pause)
		}
	}
	_, err := projectconfig.Module{}.Run(t.Context(), stage.Task{
		Inputs: inputs(t, "The Long Way", script, 90), Model: offline.Model{}, Params: map[string]any{"accept_config": "yes"},
	})
	if failure.ClassOf(err) != failure.Input {
		t.Errorf("got %v, want a failure of class input", err)
	}
}

// The question stays within a bound for a script of any length, and shows its ends.
func TestAsk_TheQuestionIsBounded(t *testing.T) {
	var b strings.Builder
	for i := range 2000 {
		fmt.Fprintf(&b, "INT. ROOM %d - DAY\n\nA room like any other, with a number on its door and nobody in it.\n\n", i)
	}
	var prompt string
	model := llm.ModelFunc(func(ctx context.Context, req llm.Request) (llm.Response, error) {
		prompt = req.Prompt
		return offline.Model{}.Generate(ctx, req)
	})
	run(t, stage.Task{Inputs: inputs(t, "", b.String(), 90), Model: model})
	if n := len(prompt); n > 30_000 {
		t.Errorf("the question has %d bytes", n)
	}
	for _, part := range []string{"1. INT. ROOM 0 - DAY\n", "(1850 more scenes)\n", "2000. INT. ROOM 1999 - DAY\n", "BEGIN FIRST PAGES",
		"BEGIN LAST PAGES"} {
		if !strings.Contains(prompt, part) {
			t.Errorf("the question lacks %q", part)
		}
	}
	run(t, stage.Task{Inputs: inputs(t, "The Long Way", script, 90), Model: model})
	if !strings.Contains(prompt, script) || !strings.Contains(prompt, "title: The Long\nWay") {
		t.Errorf("the question about a short script lacks it or its title page:\n%s", prompt)
	}
}

func TestModule_AFailureOfTheModelIsTheStages(t *testing.T) {
	down := &failure.Error{Class: "overloaded", Message: "529"}
	model := llm.ModelFunc(func(context.Context, llm.Request) (llm.Response, error) { return llm.Response{}, down })
	result, err := projectconfig.Module{}.Run(t.Context(), stage.Task{Inputs: inputs(t, "The Long Way", script, 90), Model: model})
	if got, ok := errors.AsType[*failure.Error](err); !ok || got != down || len(result.Artifacts) > 0 || result.Pause != "" {
		t.Errorf("got %+v, %v, want the model's own error", result, err)
	}
}

func TestModule_SameInputsGiveTheSameBytes(t *testing.T) {
	task := stage.Task{Inputs: inputs(t, "The Long Way", script, 90), Model: answer(t, fullAnswer)}
	_, first, _ := run(t, task)
	for range 20 {
		if _, again, _ := run(t, task); string(again.Data) != string(first.Data) {
			t.Fatalf("%s\nthen\n%s", first.Data, again.Data)
		}
	}
}

func TestModule_ListsAreNeverNull(t *testing.T) {
	_, draft, _ := run(t, stage.Task{Inputs: inputs(t, "", "INT.\n", 0), Model: offline.Model{}})
	var members map[string]any
	if err := json.Unmarshal(draft.Data, &members); err != nil {
		t.Fatal(err)
	}
	allowed := []string{"estimated_duration_minutes", "logline", "target_audience", "budget_cap_usd", "confirmed_at"}
	for name, value := range members {
		if value == nil && !slices.Contains(allowed, name) {
			t.Errorf("%s is null", name)
		}
	}
}

func ExampleModule() {
	encode := func(kind string, data map[string]any) artifact.Artifact {
		encoded, _ := json.Marshal(data)
		return artifact.Artifact{Metadata: artifact.Metadata{Ref: artifact.NewRef(kind, artifact.ProjectEntity, 1)}, Data: encoded}
	}
	result, err := projectconfig.Module{}.Run(context.Background(), stage.Task{
		Inputs: stage.Inputs{
			encode(artifact.CanonicalScript,
				map[string]any{"title": "Fog", "script_text": "Title: Fog\n\nEXT. PIER - NIGHT\n\nANNA\nWho's there?\n"}),
			encode(artifact.SceneIndex, map[string]any{"unique_locations": []string{"PIER"}, "estimated_runtime_minutes": 0.2}),
		},
		Model: offline.Model{},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	var config content.ProjectConfig
	if err := json.Unmarshal(result.Artifacts[0].Data, &config); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(config.Title, config.PrimaryCharacters, config.Details["genre"].By, result.Pause)
	// Output: Fog [ANNA] unknown awaiting_confirmation
}
