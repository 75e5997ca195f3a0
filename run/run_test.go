package run_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"iter"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

// golden returns the lines of the file that holds every event shape ever released.
func golden(t testing.TB) (lines [][]byte) {
	t.Helper()
	data, err := os.ReadFile("testdata/events/v1.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	for sc := bufio.NewScanner(bytes.NewReader(data)); sc.Scan(); {
		lines = append(lines, bytes.Clone(sc.Bytes()))
	}
	return lines
}

func FuzzEvent(f *testing.F) {
	for _, line := range golden(f) {
		f.Add(line)
	}
	f.Add([]byte(`{"seq":1,"ts":"2026-01-01T00:00:00Z","run_id":"r","event":"x","seq":2}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var e event.Event
		if json.Unmarshal(data, &e) != nil {
			return
		}
		once, err := json.Marshal(e)
		if err != nil {
			t.Fatalf("decoded and can't be encoded: %v", err)
		}
		var again event.Event
		if err := json.Unmarshal(once, &again); err != nil {
			t.Fatalf("%s: %v", once, err)
		}
		twice, err := json.Marshal(again)
		if err != nil || !bytes.Equal(once, twice) {
			t.Fatalf("not stable (%v):\n%s\n%s", err, once, twice)
		}
		s := run.NewState()
		s.Apply(e) //nolint:errcheck // it must not panic
	})
}

var epoch = time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)

// log numbers bodies as events, a second apart.
func log(bodies ...event.Body) iter.Seq2[event.Event, error] {
	return func(yield func(event.Event, error) bool) {
		for i, b := range bodies {
			if !yield(event.Event{Seq: int64(i + 1), Time: epoch.Add(time.Duration(i) * time.Second), RunID: "r", Body: b}, nil) {
				return
			}
		}
	}
}

func fold(t testing.TB, bodies ...event.Body) run.State {
	t.Helper()
	s, err := run.Fold(log(bodies...))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func started(stages ...string) event.Body {
	return event.PipelineStarted{RecipeID: "mvp_ingest", StageIDs: stages}
}

func TestStatus_FollowsTheEvents(t *testing.T) {
	attempt := event.Attempt{StageID: "a", Unit: "u", Role: "work", Attempt: 1, Provider: "p", Model: "m"}
	var events []event.Body
	for _, step := range []struct {
		body  event.Body
		run   run.Status
		stage run.StageStatus
	}{
		{started("a", "b"), run.Queued, run.StagePending},
		{event.StageStarted{StageID: "a"}, run.Running, run.StageRunning},
		{event.AttemptStarted{Attempt: attempt}, run.Running, run.StageRunning},
		{event.StagePaused{StageID: "a", Reason: event.Interrupted}, run.Paused, run.StagePaused},
		{event.RunResumed{Cause: event.ResumedByOperator}, run.Running, run.StagePending},
		{event.StageStarted{StageID: "a"}, run.Running, run.StageRunning},
		{event.RunResumed{Cause: event.ResumedAfterCrash}, run.Running, run.StagePending},
		{event.StageStarted{StageID: "a"}, run.Running, run.StageRunning},
		{event.StagePaused{StageID: "a", Reason: event.AwaitingConfirmation}, run.Paused, run.StagePaused},
		{event.RunResumed{Cause: event.ResumedAfterCrash}, run.Paused, run.StagePaused},
		{event.RunResumed{Cause: event.ResumedByOperator, Confirmed: []string{"a"}}, run.Running, run.StageDone},
		{event.StageFailed{StageID: "b", ErrorClass: failure.Input}, run.Running, run.StageDone},
		{event.PipelineFinished{Outcome: event.Failed}, run.RunFailed, run.StageDone},
	} {
		events = append(events, step.body)
		s := fold(t, events...)
		if s.Status != step.run || s.Stages["a"].Status != step.stage {
			t.Errorf("after %s: run %s, stage %s; want %s, %s", step.body.EventName(), s.Status, s.Stages["a"].Status, step.run, step.stage)
		}
	}
}

func TestState_TheCostOfFailedAttemptsCounts(t *testing.T) {
	a := event.Attempt{StageID: "a", Unit: "u", Role: "work", Attempt: 1, Provider: "anthropic", Model: "m1"}
	b := a
	b.Attempt = 2
	s := fold(t, started("a"), event.StageStarted{StageID: "a"},
		event.AttemptStarted{Attempt: a},
		event.AttemptFailed{Attempt: a, ErrorClass: failure.BadOutput, Error: "no JSON", InputTokens: 10, OutputTokens: 5,
			CostUSD: new(0.25), LatencyMS: 1500},
		event.AttemptStarted{Attempt: b},
		event.AttemptFinished{Attempt: b, ServedModel: "m1-2026", RequestID: new("req_9"), InputTokens: 10, OutputTokens: 7,
			CostUSD: new(0.5), LatencyMS: 500},
		event.StageFinished{StageID: "a", CostUSD: 0.75, Artifacts: []artifact.Ref{artifact.NewRef("scene", "scene_001", 3)}},
		event.PipelineFinished{Success: true, Outcome: event.Succeeded, TotalCostUSD: 0.75})
	if s.TotalCostUSD != 0.75 || s.Tokens != (run.Tokens{Input: 20, Output: 12}) {
		t.Errorf("cost %v, tokens %+v", s.TotalCostUSD, s.Tokens)
	}
	st := s.Stages["a"]
	if st.CallCount != 1 || st.AttemptCount != 2 || *st.ModelUsed != "m1" || st.CostUSD != 0.75 || st.DurationSeconds != 5 {
		t.Errorf("stage %+v", st)
	}
	if st.Attempts[0].Status != "failed" || st.Attempts[0].DurationSeconds != 1.5 || st.Attempts[1].Status != "success" ||
		*st.Attempts[1].RequestID != "req_9" {
		t.Errorf("attempts %+v", st.Attempts)
	}
}

// What a call took whose process died is not known: its question counts, and where not even
// that was recorded, the call counts as one of unknown price.
func TestState_ALostAttemptCounts(t *testing.T) {
	a := event.Attempt{StageID: "a", Unit: "u", Role: "work", Attempt: 1, Provider: "anthropic", Model: "m1"}
	for name, tt := range map[string]struct {
		least    *event.Least
		usd      float64
		input    int
		unpriced int
	}{
		"its question is known": {&event.Least{InputTokens: 1000, CostUSD: new(0.003)}, 0.003, 1000, 0},
		"its price is not":      {&event.Least{InputTokens: 1000}, 0, 1000, 1},
		"nothing is known":      {nil, 0, 0, 1},
	} {
		for _, end := range [][]event.Body{{event.RunResumed{Cause: event.ResumedAfterCrash},
			event.RunResumed{Cause: event.ResumedAfterCrash}}, {event.RunCancelled{}}} {
			s := fold(t, append([]event.Body{started("a"), event.StageStarted{StageID: "a"}, event.AttemptStarted{Attempt: a,
				Least: tt.least}}, end...)...)
			st := s.Stages["a"]
			lost := st.Attempts[0]
			if s.TotalCostUSD != tt.usd || st.CostUSD != tt.usd || s.Tokens != (run.Tokens{Input: tt.input}) ||
				s.Unpriced != tt.unpriced || st.Unpriced != tt.unpriced {
				t.Errorf("%s: cost %v, tokens %+v, %d unpriced", name, s.TotalCostUSD, s.Tokens, s.Unpriced)
			}
			if lost.Status != "failed" || lost.InputTokens != tt.input || lost.Estimated != (tt.least != nil) {
				t.Errorf("%s: %+v", name, lost)
			}
		}
	}
}

func TestStageState_WithoutAModelSaysCode(t *testing.T) {
	s := fold(t, started("a"), event.StageStarted{StageID: "a"}, event.StageFinished{StageID: "a"})
	if st := s.Stages["a"]; st.ModelUsed == nil || *st.ModelUsed != "code" || st.CallCount != 0 || len(st.Attempts) != 0 {
		t.Errorf("stage %+v", st)
	}
}

func TestState_KeepsItsMembers(t *testing.T) {
	s := fold(t, started("a"), event.StageStarted{StageID: "a"}, event.StageFinished{StageID: "a"},
		event.PipelineFinished{Success: true, Outcome: event.Succeeded})
	data, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	var top map[string]any
	if err := json.Unmarshal(data, &top); err != nil {
		t.Fatal(err)
	}
	for _, name := range strings.Fields(`run_id recipe_id dry_run started_at finished_at instrumented total_cost_usd runtime_params
		stage_order stages input_digest recipe_digest parent_run_id next_attempt_at wait_reason tokens status success`) {
		if _, there := top[name]; !there {
			t.Errorf("the state has no %s", name)
		}
	}
	stage := top["stages"].(map[string]any)["a"].(map[string]any)
	for _, name := range strings.Fields(`status model_used call_count attempt_count attempts final_error_class artifact_refs
		duration_seconds cost_usd started_at`) {
		if _, there := stage[name]; !there {
			t.Errorf("a stage's state has no %s", name)
		}
	}
	if top["started_at"] != float64(epoch.Unix()) || stage["attempts"] == nil || stage["artifact_refs"] == nil {
		t.Errorf("started_at %v, stage %v", top["started_at"], stage)
	}
}

func TestApply_RefusesAGap(t *testing.T) {
	s := run.NewState()
	for _, seq := range []int64{0, 2, -1} {
		if err := s.Apply(event.Event{Seq: seq, RunID: "r", Body: event.DryRunValidated{}}); err == nil {
			t.Errorf("event %d was taken as the first", seq)
		}
	}
	if diff := cmp.Diff(run.NewState(), s); diff != "" {
		t.Errorf("a refused event changed the state:\n%s", diff)
	}
}

func TestState_ApplyRefusesAnEventWithoutARun(t *testing.T) {
	s := fold(t, started("a"))
	if err := s.Apply(event.Event{Body: event.Unknown{Name: "project_deleted"}}); err == nil || s.LastSeq != 1 {
		t.Errorf("%v; the last event is %d", err, s.LastSeq)
	}
}

// Independent stages may end in any order: what the run comes to is the same.
func TestFold_TheOrderOfIndependentStagesDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		stages := []string{"a", "b", "c"}
		streams := map[string][]event.Body{}
		for _, id := range stages {
			at := event.Attempt{StageID: id, Unit: "u", Role: "work", Attempt: 1, Provider: "p", Model: "m-" + id}
			streams[id] = []event.Body{event.StageStarted{StageID: id}, event.AttemptStarted{Attempt: at},
				event.AttemptFinished{Attempt: at, CostUSD: new(0.5), InputTokens: 3}, event.UnitDone{StageID: id, Done: 1,
					Total: 1}, event.StageFinished{StageID: id}}
		}
		interleaved := []event.Body{started(stages...)}
		for len(streams) > 0 {
			var left []string
			for _, id := range stages {
				if len(streams[id]) > 0 {
					left = append(left, id)
				}
			}
			if len(left) == 0 {
				break
			}
			id := rapid.SampledFrom(left).Draw(t, "next")
			interleaved = append(interleaved, streams[id][0])
			streams[id] = streams[id][1:]
		}
		interleaved = append(interleaved, event.PipelineFinished{Success: true, Outcome: event.Succeeded})
		got, err := run.Fold(log(interleaved...))
		if err != nil {
			t.Fatal(err)
		}
		for _, st := range got.Stages { // when something happened depends on the order, and nothing else does
			st.StartedAt = nil
			st.ProgressAt = nil
			st.DurationSeconds = 0
			st.Attempts[0].StartedAt = nil
		}
		want := run.NewState()
		for _, id := range stages {
			model := "m-" + id
			want.Stages[id] = &run.StageState{Status: run.StageDone, ModelUsed: &model, CallCount: 1, AttemptCount: 1,
				Attempts: []run.AttemptState{{ID: id + "/u/work/1", Attempt: 1, Unit: "u", Role: "work", Model: model, Provider: "p",
					Status: "success", InputTokens: 3, CostUSD: new(0.5)}},
				ArtifactRefs: []artifact.Ref{}, UnitsDone: 1, UnitsTotal: 1, BestProgress: 1, CostUSD: 0.5,
				ModelsUsed: map[string]run.ModelUse{model: {Answers: 1, CostUSD: 0.5, Providers: map[string]int{"p": 1}}}}
		}
		if diff := cmp.Diff(want.Stages, got.Stages); diff != "" {
			t.Fatal(diff)
		}
		if got.TotalCostUSD != 1.5 || got.Tokens.Input != 9 || got.Status != run.RunDone {
			t.Fatalf("cost %v, tokens %v, status %s", got.TotalCostUSD, got.Tokens, got.Status)
		}
	})
}

// Any prefix of a log folds, and folding on from there gives what folding all at once does.
func TestFold_CanStopAnywhere(t *testing.T) {
	var all []event.Event
	for _, line := range golden(t)[:15] {
		var e event.Event
		if err := json.Unmarshal(line, &e); err != nil {
			t.Fatal(err)
		}
		all = append(all, e)
	}
	whole := run.NewState()
	for _, e := range all {
		if err := whole.Apply(e); err != nil {
			t.Fatal(err)
		}
	}
	for cut := range all {
		part := run.NewState()
		for _, e := range all[:cut] {
			if err := part.Apply(e); err != nil {
				t.Fatal(err)
			}
		}
		for _, e := range all[cut:] {
			if err := part.Apply(e); err != nil {
				t.Fatal(err)
			}
		}
		if diff := cmp.Diff(whole, part); diff != "" {
			t.Fatalf("cut at %d:\n%s", cut, diff)
		}
	}
}
