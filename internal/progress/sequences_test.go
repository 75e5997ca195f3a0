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
)

// begin is when the runs of the tests begin.
var begin = time.Date(2026, 10, 9, 14, 0, 0, 0, time.UTC)

const id = "run-0a1b2c3d"

// step is an event to come: what happens, and how long after the beginning.
type step struct {
	after time.Duration
	body  run.Body
}

// told makes events of steps.
func told(steps ...step) iter.Seq2[run.Event, error] {
	return func(yield func(run.Event, error) bool) {
		for i, s := range steps {
			if !yield(run.Event{Seq: int64(i + 1), Time: begin.Add(s.after), RunID: id, Body: s.body}, nil) {
				return
			}
		}
	}
}

func fold(t testing.TB, steps ...step) run.State {
	t.Helper()
	s, err := run.Fold(told(steps...))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func opening() run.PipelineStarted {
	return run.PipelineStarted{
		RecipeID: "mvp_ingest", RecipeDigest: "sha256:3f2a9c0112345678", ProjectID: "night-ferry",
		InputName: "night_ferry.fountain", InputDigest: "sha256:ab12cd34ef567890",
		StageIDs:      []string{"ingest", "normalize", "extract_scenes", "project_config"},
		RuntimeParams: map[string]any{"input_file": "night_ferry.fountain", "accept_config": true},
		Notice:        "no key is set",
	}
}

func refs(types ...string) []artifact.Ref {
	var all []artifact.Ref
	for i, t := range types {
		all = append(all, artifact.NewRef(t, fmt.Sprintf("e%d", i), 1))
	}
	return all
}

func attempt(unit string, n int) run.Attempt {
	return run.Attempt{StageID: "extract_scenes", Unit: unit, Role: "work", Attempt: n, Provider: "anthropic", Model: "claude-sonnet-4-6"}
}

func ptr[T any](v T) *T { return &v }

// first are the steps with which all runs begin: two stages are through, and the
// third has two of four units, one of them at the second attempt.
func first() []step {
	s := time.Second
	return []step{
		{0, opening()},
		{0, run.StageStarted{StageID: "ingest", Module: "story_ingest_v1"}},
		{400 * time.Millisecond, run.ArtifactSaved{StageID: "ingest", ArtifactType: "raw_input", EntityID: "e0", Version: 1}},
		{400 * time.Millisecond, run.StageFinished{StageID: "ingest", Artifacts: refs("raw_input")}},
		{1 * s, run.StageStarted{StageID: "normalize"}},
		{2 * s, run.StageFinished{StageID: "normalize", Artifacts: refs("canonical_script")}},
		{2 * s, run.StageStarted{StageID: "extract_scenes"}},
		{2 * s, run.AttemptStarted{Attempt: attempt("scene_001", 1)}},
		{5 * s, run.AttemptFinished{Attempt: attempt("scene_001", 1), RequestID: new("req_1"), InputTokens: 1200, OutputTokens: 300, CostUSD: new(0.25), LatencyMS: 3000}},
		{8 * s, run.UnitDone{StageID: "extract_scenes", Unit: "scene_001", Done: 1, Total: 4}},
		{8 * s, run.AttemptStarted{Attempt: attempt("scene_002", 1)}},
		{10 * s, run.AttemptFailed{Attempt: attempt("scene_002", 1), ErrorClass: failure.BadOutput, ErrorCode: ptr("529"), Error: "the answer is not JSON",
			RequestID: new("req_2"), InputTokens: 1000, OutputTokens: 50, CostUSD: new(0.004), LatencyMS: 2000}},
		{10 * s, run.AttemptStarted{Attempt: attempt("scene_002", 2)}},
		{12 * s, run.AttemptFinished{Attempt: attempt("scene_002", 2), InputTokens: 10000, OutputTokens: 400, CostUSD: new(0.216), LatencyMS: 2000}},
		{12 * s, run.UnitDone{StageID: "extract_scenes", Unit: "scene_002", Done: 2, Total: 4}},
	}
}

func success() []step {
	s := time.Second
	return append(first(), []step{
		{62 * s, run.UnitDone{StageID: "extract_scenes", Unit: "scene_003", Done: 3, Total: 4}},
		{63 * s, run.UnitDone{StageID: "extract_scenes", Unit: "scene_004", Done: 4, Total: 4}},
		{64 * s, run.StageFinished{StageID: "extract_scenes", CostUSD: 0.47, Artifacts: refs("scene", "scene", "scene", "scene", "scene_index")}},
		{64 * s, run.StageStarted{StageID: "project_config"}},
		{65 * s, run.StageFinished{StageID: "project_config", Artifacts: refs("project_config")}},
		{65 * s, run.PipelineFinished{Success: true, Outcome: run.Succeeded, TotalCostUSD: 0.47}},
	}...)
}

func badFile() []step {
	return []step{
		{0, opening()},
		{0, run.StageStarted{StageID: "ingest"}},
		{20 * time.Millisecond, run.StageFailed{StageID: "ingest", Error: "night_ferry.fountain is blank", ErrorClass: failure.Input,
			TerminalReason: run.InvalidInput, Hint: "give a file with text in it"}},
		{20 * time.Millisecond, run.PipelineFinished{Outcome: run.Failed, Error: "ingest: night_ferry.fountain is blank"}},
	}
}

func noProvider() []step {
	return append(first(), []step{
		{14 * time.Second, run.StageFailed{StageID: "extract_scenes", Error: "scene_003 needs a language model", ErrorClass: failure.NoProvider,
			TerminalReason: run.NonRetryableError}},
		{14 * time.Second, run.PipelineFinished{Outcome: run.Failed, TotalCostUSD: 0.47, Error: "extract_scenes: scene_003 needs a language model"}},
	}...)
}

func awaiting() []step {
	return append(success()[:len(success())-2],
		step{65 * time.Second, run.StagePaused{StageID: "project_config", Reason: run.AwaitingConfirmation, Artifacts: refs("project_config")}})
}

func interrupted() []step {
	return append(first(), step{14 * time.Second, run.StagePaused{StageID: "extract_scenes", Reason: run.Interrupted, Artifacts: refs()}})
}

// nasty are pieces of text that a terminal obeys or that are wider or narrower than they seem.
var nasty = []string{"\x1b[31m", "\x1b]0;owned\x07", "\x9b2J", "\u009b2J", "\r", "\n", "\t", "\x00", "\x7f", "\u202e", "\u2066", "\u200b", "\u2028",
	"\ufeff", "\xff", "界", "e\u0301", "👨‍👩‍👧", "🇩🇪", " ", "word", "a rather long text that has to be cut or folded somewhere"}

func texts() *rapid.Generator[string] {
	return rapid.Map(rapid.SliceOfN(rapid.OneOf(rapid.SampledFrom(nasty), rapid.String()), 0, 6), func(s []string) string { return strings.Join(s, "") })
}

// anyRun generates the steps of a run in which every text may be nasty.
func anyRun(t *rapid.T) []step {
	text := func(label string) string { return texts().Draw(t, label) }
	stages := []string{"ingest", "extract_scenes", "project_config", text("stage")}
	stage := func() string { return rapid.SampledFrom(stages).Draw(t, "of stage") }
	number := func() int { return rapid.IntRange(0, 3_000_000).Draw(t, "number") }
	try := func() run.Attempt {
		return run.Attempt{StageID: stage(), Unit: text("unit"), Role: "work", Attempt: number(), Provider: text("provider"), Model: text("model")}
	}
	bodies := []func() run.Body{
		func() run.Body { return run.StageStarted{StageID: stage(), Module: text("module")} },
		func() run.Body {
			return run.StageSkippedReused{StageID: stage(), FromRunID: text("from"), Artifacts: refs(text("type"))}
		},
		func() run.Body { return run.AttemptStarted{Attempt: try()} },
		func() run.Body {
			return run.AttemptFinished{Attempt: try(), InputTokens: number(), OutputTokens: number(), CostUSD: new(float64(number()) / 1000)}
		},
		func() run.Body {
			return run.AttemptFailed{Attempt: try(), ErrorClass: failure.Class(text("class")), ErrorCode: ptr(text("code")), Error: text("error"), RequestID: new(text("request"))}
		},
		func() run.Body {
			return run.UnitDone{StageID: stage(), Unit: text("unit"), Done: number(), Total: number()}
		},
		func() run.Body {
			reason := rapid.SampledFrom([]string{run.AwaitingConfirmation, run.Interrupted, text("reason")}).Draw(t, "reason")
			return run.StagePaused{StageID: stage(), Reason: reason}
		},
		func() run.Body {
			return run.StageFinished{StageID: stage(), Artifacts: refs(text("type"), text("type"))}
		},
		func() run.Body {
			return run.StageFailed{StageID: stage(), Error: text("error"), ErrorClass: failure.Class(text("class")), Hint: text("hint"), RequestID: ptr(text("request"))}
		},
		func() run.Body { return run.RunResumed{Cause: run.ResumedByOperator, Confirmed: []string{stage()}} },
		func() run.Body {
			return run.PipelineFinished{Outcome: rapid.SampledFrom([]run.Outcome{run.Succeeded, run.Failed, run.Cancelled}).Draw(t, "outcome"), Error: text("error")}
		},
		func() run.Body { return run.Unknown{Name: text("name"), Fields: []byte("{}")} },
	}
	steps := []step{{0, run.PipelineStarted{RecipeID: text("recipe"), ProjectID: text("project"), InputName: text("file"), Notice: text("notice"),
		InputDigest: artifact.Digest(text("digest")), StageIDs: stages, RuntimeParams: map[string]any{text("name"): text("value")}, StartFrom: text("start"), EndAt: text("end")}}}
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
