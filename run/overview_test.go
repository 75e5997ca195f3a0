package run_test

import (
	"encoding/json"
	"regexp"
	"testing"
	"time"

	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

// Scripts read the list of runs: what was promised comes first, and has no other names.
func TestOverview_BeginsWithTheContract(t *testing.T) {
	s := run.NewState()
	for i, b := range []event.Body{
		event.PipelineStarted{RecipeID: "r", ProjectID: "p", StageIDs: []string{"a", "b"}, ParentRunID: "run-0"},
		event.StageStarted{StageID: "a"}, event.StagePaused{StageID: "a", Reason: event.AwaitingConfirmation},
	} {
		if err := s.Apply(event.Event{Seq: int64(i + 1), RunID: "run-1", Time: time.Unix(5, 0), Body: b}); err != nil {
			t.Fatal(err)
		}
	}
	got, err := json.Marshal(s.Summarize())
	if err != nil {
		t.Fatal(err)
	}
	want := `^{"run_id":"run-1","status":"paused","recipe_id":"r","project_id":"p","started_at":5,` +
		`"finished_at":null,"parent_run_id":"run-0","total_cost_usd":0,`
	if !regexp.MustCompile(want).Match(got) {
		t.Errorf("got %s", got)
	}
	if s.Summarize().PauseReason != event.AwaitingConfirmation {
		t.Errorf("it pauses for %q", s.Summarize().PauseReason)
	}
}

// A need for a person ends by a retry, by a later run with the same file, and by a person's word on
// the run as it stands.
func TestOverview_NeedsAPerson(t *testing.T) {
	at := func(seq int64) *run.Acknowledgement { return &run.Acknowledgement{Seq: seq} }
	for name, test := range map[string]struct {
		status run.Status
		wait   *string
		kept   run.Summary
		done   int64
		want   run.PersonNeed
	}{
		"failed":                     {status: run.RunFailed, want: run.NeedFailed},
		"paused":                     {status: run.Paused, want: run.NeedPaused},
		"without a carrier":          {status: run.Waiting, wait: new(run.NoCarrier), want: run.NeedNoCarrier},
		"waiting":                    {status: run.Waiting, wait: new("overloaded")},
		"done":                       {status: run.RunDone},
		"cancelled":                  {status: run.RunCancelled},
		"retried":                    {status: run.RunFailed, kept: run.Summary{RetriedBy: "x"}},
		"acknowledged":               {status: run.RunFailed, kept: run.Summary{Acknowledged: at(7)}},
		"acknowledged before":        {status: run.Paused, kept: run.Summary{Acknowledged: at(6)}, want: run.NeedPaused},
		"done by a later run":        {status: run.Paused, done: 4},
		"done by an earlier run":     {status: run.RunFailed, done: 2, want: run.NeedFailed},
		"failed, and can't be asked": {status: run.RunFailed, wait: new(run.NoCarrier), want: run.NeedFailed},
	} {
		o := run.Overview{Status: test.status, WaitReason: test.wait}
		test.kept.Position = 3
		o.Relate(test.kept, 7, test.done)
		if o.NeedsYou != (test.want != "") || o.NeedsYouReason != test.want {
			t.Errorf("%s: %v, %q, want %q", name, o.NeedsYou, o.NeedsYouReason, test.want)
		}
	}
}

// The stage that a run is at is one that is as the run is.
func TestState_CurrentStage(t *testing.T) {
	s := run.NewState()
	seq := int64(0)
	apply := func(want string, bodies ...event.Body) {
		t.Helper()
		for _, b := range bodies {
			seq++
			if err := s.Apply(event.Event{Seq: seq, RunID: "r", Time: time.Unix(5, 0), Body: b}); err != nil {
				t.Fatal(err)
			}
		}
		if got := s.CurrentStage(); got != want {
			t.Errorf("after %s it is at %q, want %q", bodies[len(bodies)-1].EventName(), got, want)
		}
	}
	apply("a", event.PipelineStarted{StageIDs: []string{"a", "b", "c"}})
	apply("a", event.StageStarted{StageID: "a"})
	apply("b", event.StageFinished{StageID: "a"}, event.StageStarted{StageID: "b"}, event.StageStarted{StageID: "c"})
	apply("b", event.StageWaiting{StageID: "c", Until: event.Timestamp{Time: time.Unix(60, 0)}})
	apply("c", event.StageFinished{StageID: "b"})
	apply("c", event.StageFailed{StageID: "c"}, event.PipelineFinished{Outcome: event.Failed})
	done := run.NewState()
	s = done
	seq = 0
	apply("", event.PipelineStarted{StageIDs: []string{"a"}}, event.PipelineFinished{Outcome: event.Succeeded, Success: true})
}
