package progress_test

import (
	"errors"
	"fmt"
	"iter"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

// begin is when the runs of the tests begin.
var begin = time.Date(2026, 10, 9, 14, 0, 0, 0, time.UTC)

const id = "run-0a1b2c3d"

// step is an event to come: what happens, and how long after the beginning.
type step struct {
	after time.Duration
	body  event.Body
}

// eventsOf makes events of steps.
func eventsOf(steps ...step) iter.Seq2[event.Event, error] {
	return func(yield func(event.Event, error) bool) {
		for i, s := range steps {
			if !yield(event.Event{Seq: int64(i + 1), Time: begin.Add(s.after), RunID: id, Body: s.body}, nil) {
				return
			}
		}
	}
}

func fold(t testing.TB, steps ...step) run.State {
	t.Helper()
	s, err := run.Fold(eventsOf(steps...))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func opening() event.PipelineStarted {
	return event.PipelineStarted{
		RecipeID: "mvp_ingest", RecipeDigest: "sha256:3f2a9c0112345678", ProjectID: "night-ferry",
		InputName: "night_ferry.fountain", InputDigest: "sha256:ab12cd34ef567890",
		StageIDs:  []string{"ingest", "normalize", "extract_scenes", "project_config"},
		Selection: event.Selection{RuntimeParams: map[string]any{"input_file": "night_ferry.fountain", "accept_config": true}},
		Notice:    "no key is set",
	}
}

func refs(types ...string) []artifact.Ref {
	var all []artifact.Ref
	for i, t := range types {
		all = append(all, artifact.NewRef(t, fmt.Sprintf("e%d", i), 1))
	}
	return all
}

func attempt(unit string, n int) event.Attempt {
	return event.Attempt{
		StageID:  "extract_scenes",
		Unit:     unit,
		Role:     "work",
		Attempt:  n,
		Provider: "anthropic",
		Model:    "claude-sonnet-4-6",
	}
}

func ptr[T any](v T) *T { return &v }

// first are the steps with which all runs begin: two stages are through, and the
// third has two of four units, one of them at the second attempt.
func first() []step {
	s := time.Second
	return []step{
		{0, opening()},
		{0, event.StageStarted{StageID: "ingest", Module: "story_ingest_v1"}},
		{400 * time.Millisecond, event.ArtifactSaved{StageID: "ingest", ArtifactType: "raw_input", EntityID: "e0", Version: 1}},
		{400 * time.Millisecond, event.StageFinished{StageID: "ingest", Artifacts: refs("raw_input")}},
		{1 * s, event.StageStarted{StageID: "normalize"}},
		{2 * s, event.StageFinished{StageID: "normalize", Artifacts: refs("canonical_script")}},
		{2 * s, event.StageStarted{StageID: "extract_scenes"}},
		{2 * s, event.AttemptStarted{Attempt: attempt("scene_001", 1)}},
		{
			5 * s,
			event.AttemptFinished{
				Attempt:      attempt("scene_001", 1),
				RequestID:    new("req_1"),
				InputTokens:  1200,
				OutputTokens: 300,
				CostUSD:      new(0.25),
				LatencyMS:    3000,
			},
		},
		{8 * s, event.UnitDone{StageID: "extract_scenes", Unit: "scene_001", Done: 1, Total: 4}},
		{8 * s, event.AttemptStarted{Attempt: attempt("scene_002", 1)}},
		{
			10 * s,
			event.AttemptFailed{
				Attempt:      attempt("scene_002", 1),
				ErrorClass:   failure.BadOutput,
				ErrorCode:    ptr("529"),
				Error:        "the answer is not JSON",
				RequestID:    new("req_2"),
				InputTokens:  1000,
				OutputTokens: 50,
				CostUSD:      new(0.004),
				LatencyMS:    2000,
			},
		},
		{10 * s, event.AttemptStarted{Attempt: attempt("scene_002", 2)}},
		{
			12 * s,
			event.AttemptFinished{
				Attempt:      attempt("scene_002", 2),
				InputTokens:  10000,
				OutputTokens: 400,
				CostUSD:      new(0.216),
				LatencyMS:    2000,
			},
		},
		{12 * s, event.UnitDone{StageID: "extract_scenes", Unit: "scene_002", Done: 2, Total: 4}},
	}
}

func success() []step {
	s := time.Second
	return append(first(), []step{
		{62 * s, event.UnitDone{StageID: "extract_scenes", Unit: "scene_003", Done: 3, Total: 4}},
		{63 * s, event.UnitDone{StageID: "extract_scenes", Unit: "scene_004", Done: 4, Total: 4}},
		{
			64 * s,
			event.StageFinished{
				StageID:   "extract_scenes",
				CostUSD:   0.47,
				Artifacts: refs("scene", "scene", "scene", "scene", "scene_index"),
			},
		},
		{64 * s, event.StageStarted{StageID: "project_config"}},
		{65 * s, event.StageFinished{StageID: "project_config", Artifacts: refs("project_config")}},
		{65 * s, event.PipelineFinished{Success: true, Outcome: event.Succeeded, TotalCostUSD: 0.47}},
	}...)
}

func badFile() []step {
	return []step{
		{0, opening()},
		{0, event.StageStarted{StageID: "ingest"}},
		{20 * time.Millisecond, event.StageFailed{StageID: "ingest", Error: "night_ferry.fountain is blank", ErrorClass: failure.Input,
			TerminalReason: event.InvalidInput, Hint: "give a file with text in it"}},
		{20 * time.Millisecond, event.PipelineFinished{Outcome: event.Failed, Error: "ingest: night_ferry.fountain is blank"}},
	}
}

func noProvider() []step {
	return append(first(), []step{
		{
			14 * time.Second,
			event.StageFailed{StageID: "extract_scenes", Error: "scene_003 needs a language model", ErrorClass: failure.NoProvider,
				TerminalReason: event.NonRetryableError},
		},
		{
			14 * time.Second,
			event.PipelineFinished{Outcome: event.Failed, TotalCostUSD: 0.47, Error: "extract_scenes: scene_003 needs a language model"},
		},
	}...)
}

func awaiting() []step {
	return append(
		success()[:len(success())-2],
		step{
			65 * time.Second,
			event.StagePaused{StageID: "project_config", Reason: event.AwaitingConfirmation, Artifacts: refs("project_config")},
		},
	)
}

func interrupted() []step {
	return append(
		first(),
		step{14 * time.Second, event.StagePaused{StageID: "extract_scenes", Reason: event.Interrupted, Artifacts: refs()}},
	)
}

// nasty are pieces of text that a terminal obeys or that are wider or narrower than they seem.
var nasty = []string{
	"\x1b[31m",
	"\x1b]0;owned\x07",
	"\x9b2J",
	"\u009b2J",
	"\r",
	"\n",
	"\t",
	"\x00",
	"\x7f",
	"\u202e",
	"\u2066",
	"\u200b",
	"\u2028",
	"\ufeff",
	"\xff",
	"界",
	"e\u0301",
	"👨‍👩‍👧",
	"🇩🇪",
	" ",
	"word",
	"a rather long text that has to be cut or folded somewhere",
}

func texts() *rapid.Generator[string] {
	return rapid.Map(
		rapid.SliceOfN(rapid.OneOf(rapid.SampledFrom(nasty), rapid.String()), 0, 6),
		func(s []string) string { return strings.Join(s, "") },
	)
}

// anyRun generates the steps of a run in which every text may be nasty.
func anyRun(t *rapid.T) []step {
	text := func(label string) string { return texts().Draw(t, label) }
	stages := []string{"ingest", "extract_scenes", "project_config", text("stage")}
	stage := func() string { return rapid.SampledFrom(stages).Draw(t, "of stage") }
	number := func() int { return rapid.IntRange(0, 3_000_000).Draw(t, "number") }
	try := func() event.Attempt {
		return event.Attempt{
			StageID:  stage(),
			Unit:     text("unit"),
			Role:     "work",
			Attempt:  number(),
			Provider: text("provider"),
			Model:    text("model"),
		}
	}
	bodies := []func() event.Body{
		func() event.Body { return event.StageStarted{StageID: stage(), Module: text("module")} },
		func() event.Body {
			return event.StageSkippedReused{StageID: stage(), FromRunID: text("from"), Artifacts: refs(text("type"))}
		},
		func() event.Body { return event.AttemptStarted{Attempt: try()} },
		func() event.Body {
			return event.AttemptFinished{
				Attempt:      try(),
				InputTokens:  number(),
				OutputTokens: number(),
				CostUSD:      new(float64(number()) / 1000),
			}
		},
		func() event.Body {
			return event.AttemptFailed{
				Attempt:    try(),
				ErrorClass: failure.Class(text("class")),
				ErrorCode:  ptr(text("code")),
				Error:      text("error"),
				RequestID:  new(text("request")),
			}
		},
		func() event.Body {
			return event.UnitDone{StageID: stage(), Unit: text("unit"), Done: number(), Total: number()}
		},
		func() event.Body {
			known := []event.PauseReason{event.AwaitingConfirmation, event.Interrupted, event.PauseReason(text("reason"))}
			reason := rapid.SampledFrom(known).Draw(t, "reason")
			return event.StagePaused{StageID: stage(), Reason: reason}
		},
		func() event.Body {
			return event.StageFinished{StageID: stage(), Artifacts: refs(text("type"), text("type"))}
		},
		func() event.Body {
			return event.StageFailed{
				StageID:    stage(),
				Error:      text("error"),
				ErrorClass: failure.Class(text("class")),
				Hint:       text("hint"),
				RequestID:  ptr(text("request")),
			}
		},
		func() event.Body {
			return event.RunResumed{Cause: event.ResumedByOperator, Confirmed: []string{stage()}}
		},
		func() event.Body {
			return event.PipelineFinished{
				Outcome: rapid.SampledFrom([]event.Outcome{event.Succeeded, event.Failed, event.Cancelled}).Draw(t, "outcome"),
				Error:   text("error"),
			}
		},
		func() event.Body { return event.Unknown{Name: text("name"), Fields: []byte("{}")} },
	}
	steps := []step{
		{0, event.PipelineStarted{RecipeID: text("recipe"), ProjectID: text("project"), InputName: text("file"), Notice: text("notice"),
			InputDigest: artifact.Digest(text("digest")), StageIDs: stages,
			Selection: event.Selection{
				RuntimeParams: map[string]any{text("name"): text("value")},
				StartFrom:     text("start"),
				EndAt:         text("end"),
			}}},
	}
	for range rapid.IntRange(0, 20).Draw(t, "events") {
		after := time.Duration(rapid.Int64Range(0, int64(100*time.Hour)).Draw(t, "after"))
		steps = append(steps, step{after, rapid.SampledFrom(bodies).Draw(t, "body")()})
	}
	return steps
}

// broken is a writer that fails.
type broken struct{ writes int }

var errBroken = errors.New("the pipe is closed")

func (b *broken) Write([]byte) (int, error) {
	b.writes++
	return 0, errBroken
}
