package pipeline

import (
	"testing"
	"time"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/llm"
	"github.com/cineforge/cineforge/llm/chain"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

// A question that waits over a restart goes on with the failure as it was diagnosed.
func TestSuspendedWaits_KeepTheDiagnosedEffect(t *testing.T) {
	want := failure.Effect{OtherModel: true, OtherProvider: true, Scope: failure.ScopeModel} // of one model, not of the key
	failed := chain.AttemptFailed{Err: &failure.Error{Class: failure.QuotaExhausted, Message: "used up", Effect: want}}
	attempt := event.Attempt{StageID: "a", Unit: "u", Role: "work", Attempt: 1, Provider: "p", Model: "m"}
	events := []event.Event{
		{Seq: 1, Body: event.PipelineStarted{StageIDs: []string{"a"}}},
		{Seq: 2, Body: attemptFailed(attempt, failed)},
		{Seq: 3, Body: event.StageWaiting{StageID: "a", Unit: "u", Role: "work", Until: timestamp(time.Now().Add(time.Hour))}},
	}
	state, err := run.Fold(func(yield func(event.Event, error) bool) {
		for _, e := range events {
			e.RunID = "r"
			if !yield(e, nil) {
				return
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	st := state.Stages["a"]
	st.Status = run.StageWaiting
	last := suspendedWaits(*st)[chain.RequestID{Unit: "u", Role: llm.Role("work")}].Last
	if last == nil || last.Err.Effect != want {
		t.Errorf("%+v", last)
	}
}
