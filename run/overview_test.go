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
