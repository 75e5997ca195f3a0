// Package projectconfig is the stage that proposes the settings of a project:
// from the title page and by rule first, and by a model where neither knows.
package projectconfig

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/artifact/content"
	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/llm"
	"github.com/cineforge/cineforge/screenplay/fountain"
	"github.com/cineforge/cineforge/stage"
)

// Module proposes the settings of a project. The zero value is ready to use.
type Module struct{}

// Info describes the module.
func (Module) Info() stage.Info {
	return stage.Info{
		ID:          "project_config_v1",
		Description: "Proposes the project's settings from the title page and by rule, and asks the model for the rest.",
		Params: map[string]stage.Param{
			"accept_config": {Kind: stage.Bool, Default: false,
				Description: "true takes the proposal as it is; otherwise the run pauses until a person confirms it"},
		},
		Consumes: []string{artifact.CanonicalScript, artifact.SceneIndex},
		Produces: []string{artifact.ProjectConfig},
		Questions: []stage.Question{{About: "Genre, tone, logline and the like, which no rule finds.", Unit: "project", Role: llm.Work,
			Schema: answerSchema, MaxOutputTokens: maxAnswerTokens}},
		StageID: "project_config",
		Title:   "Propose the project's settings",
		Doing:   "Proposing the project's settings",
		DefaultChain: []string{
			"anthropic:claude-haiku-4-5-20251001", "anthropic:claude-sonnet-4-6", "anthropic:claude-opus-4-6", "openai:gpt-4.1",
		},
		Confirms: "the settings",
	}
}

// Run makes the project_config artifact. It asks the model once, about the unit
// "project", unless a person gave all that it would be asked about. It asks for a pause
// unless the parameter accept_config is true, or a config file was given.
func (Module) Run(ctx context.Context, task stage.Task) (stage.Result, error) {
	accepted, err := accepts(task.Params["accept_config"])
	if err != nil {
		return stage.Result{}, err
	}
	given, err := given(task.Settings)
	if err != nil {
		return stage.Result{}, err
	}
	in, err := stage.Decode(task.Inputs, artifact.CanonicalScript, content.DecodeCanonicalScript, "title", "script_text")
	if err != nil {
		return stage.Result{}, err
	}
	index, err := stage.Decode(task.Inputs, artifact.SceneIndex, content.DecodeSceneIndex,
		"unique_locations", "estimated_runtime_minutes", "entries")
	if err != nil {
		return stage.Result{}, err
	}
	script := fountain.Decode(in.ScriptText)
	var a answer
	err = task.Units(ctx, 1, func(int) string { return "project" }, func(ctx context.Context, _ int) (err error) {
		if answersAll(given) {
			return nil
		}
		a, err = ask(ctx, task.Model, script, in.ScriptText, index)
		return err
	})
	if err != nil {
		return stage.Result{}, err
	}

	config := propose(in.Title, script, index, a, given)
	config.Confirmed = accepted || task.Settings.File != ""
	draft, err := newDraft(config, a)
	if err != nil {
		return stage.Result{}, err
	}
	result := stage.Result{Artifacts: []artifact.Draft{draft}}
	if !config.Confirmed {
		result.Pause = stage.AwaitingConfirmation
	}
	return result, nil
}

// accepts returns the value of accept_config; without one the answer is no.
func accepts(param any) (bool, error) {
	switch accepted := param.(type) {
	case nil:
		return false, nil
	case bool:
		return accepted, nil
	}
	return false, failure.New(failure.Input, fmt.Sprintf("accept_config is %v, neither true nor false", param), "set it to true or false")
}

// newDraft returns the artifact of a proposal. Its confidence is that of the
// values that were found: defaults, unknown ones and those that a person gave don't count.
func newDraft(config content.ProjectConfig, a answer) (artifact.Draft, error) {
	data, err := json.Marshal(config)
	if err != nil {
		return artifact.Draft{}, fmt.Errorf("encode the project's settings: %w", err)
	}
	draft := artifact.Draft{
		Type:      artifact.ProjectConfig,
		EntityID:  artifact.ProjectEntity,
		Intent:    "the settings that later work on the project starts from",
		Rationale: "from the title page and by rule; no model judged genre, tone and logline",
		Source:    artifact.Code,
		Health:    artifact.NeedsReview,
		Data:      data,
	}
	var confidences []float64
	people := 0
	for _, name := range memberNames {
		d := config.Details[name]
		if d.By == content.OriginPerson {
			people++
		}
		if d.Source == content.AutoDetected {
			confidences = append(confidences, d.Confidence)
		}
		if d.By == content.OriginModel {
			draft.Source = artifact.Hybrid
			draft.Health = artifact.Valid
		}
	}
	draft.Confidence = stage.Confidence(confidences...)
	if draft.Source == artifact.Hybrid {
		draft.Rationale = "from the title page and by rule, and by a model for what neither tells"
		draft.Annotations = map[string]any{"answered_by": a.answeredBy}
	}
	if people > 0 {
		draft.Source = artifact.Hybrid
		draft.Rationale += fmt.Sprintf("; a person set %d of %d", people, len(memberNames))
	}
	if answersAll(config.Details) {
		draft.Health = artifact.Valid
	}
	return draft, nil
}

// memberNames are the settings that detection_details explains.
var memberNames = []string{
	"title", "format", "genre", "tone", "logline", "estimated_duration_minutes", "primary_characters",
	"supporting_characters", "location_count", "locations_summary", "target_audience", "aspect_ratio",
	"production_mode", "human_control_mode", "style_packs", "budget_cap_usd", "model_strategy", "default_model",
}
