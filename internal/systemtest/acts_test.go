package systemtest_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cineforge/cineforge/internal/app"
	"github.com/cineforge/cineforge/internal/runs"
	"github.com/cineforge/cineforge/run/event"
)

// person is an actor, and wanted what an act of that actor is recorded with.
var (
	person = event.Actor{Channel: event.ByPage, Name: new("mara")}
	wanted = event.Asked{Actor: &person, Reason: "the table read is at noon"}
)

// recorded wants the last event of a kind in a run to have been asked for by the person.
func recorded[B event.Body](t *testing.T, w *world, id string, of func(B) event.Asked) {
	t.Helper()
	var last *B
	for e, err := range w.store.Log.Events(t.Context(), id, 0) {
		if err != nil {
			t.Fatal(err)
		}
		if b, ok := e.Body.(B); ok {
			last = &b
		}
	}
	if last == nil {
		var none B
		t.Fatalf("run %s has no event %s", id, none.EventName())
	}
	got := of(*last)
	if got.Actor == nil || got.Actor.Channel != person.Channel || *got.Actor.Name != *person.Name || got.Reason != wanted.Reason {
		t.Errorf("%s is recorded as asked for by %+v, for %q", (*last).EventName(), got.Actor, got.Reason)
	}
}

// What a person asks of a run is recorded in the run with the actor and the reason, whichever
// process does it.
func TestActs_AreRecordedWithTheirActor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, play{scenario: down(20 * time.Hour)})
		a, _ := w.boot(-1, false)
		other, _ := w.boot(-1, false)
		mara := event.WithActor(t.Context(), person)
		id, _, err := other.Runs.Start(mara, runs.Request{
			Request: event.Request{Selection: event.Selection{RuntimeParams: map[string]any{"accept_config": true}}},
			File:    w.play.file, RecipeID: "mvp_ingest", Queue: true, Reason: wanted.Reason,
		})
		if err != nil {
			t.Fatal(err)
		}
		recorded(t, w, id, func(b event.PipelineStarted) event.Asked { return b.Asked })
		defer w.works(a)()
		for _, after := range []time.Duration{time.Second, 10 * time.Minute} { // it waits in the process, then in the store
			time.Sleep(after)
			if err := other.Runs.TryNow(mara, id, wanted.Reason); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Second)
			recorded(t, w, id, func(b event.TryNowRequested) event.Asked { return b.Asked })
		}
		if err := other.Runs.Cancel(mara, id, wanted.Reason); err != nil {
			t.Fatal(err)
		}
		recorded(t, w, id, func(b event.RunCancelled) event.Asked { return b.Asked })
		retry := again
		retry.Queue = true
		retry.Reason = wanted.Reason
		next, _, err := other.Runs.Retry(mara, id, retry)
		if err != nil {
			t.Fatal(err)
		}
		recorded(t, w, next, func(b event.PipelineStarted) event.Asked { return b.Asked })
		recorded(t, w, next, func(b event.RetryRequested) event.Asked { return event.Asked{Actor: b.Actor, Reason: b.ActorReason} })
	})
}

// A resumption is recorded with its actor, also where another process takes the run up, or where
// nothing waits to be confirmed.
func TestActs_AResumptionIsRecordedWithItsActor(t *testing.T) {
	for name, how := range map[string]func(a *app.App) func(context.Context, string, runs.Continuation) error{
		"for a server": func(a *app.App) func(context.Context, string, runs.Continuation) error { return a.Runs.Resume },
		"itself":       func(a *app.App) func(context.Context, string, runs.Continuation) error { return a.Runs.Confirm },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, play{scenario: down(time.Minute)})
				a, _ := w.boot(-1, false)
				id := w.start(a, runs.Request{})
				ctx, stop := context.WithTimeout(t.Context(), 10*time.Second)
				defer stop()
				a.Runs.Execute(ctx, id, func() {}) //nolint:errcheck // that it was interrupted
				mara := event.WithActor(t.Context(), person)
				if err := how(a)(mara, id, runs.Continuation{Reason: wanted.Reason}); err != nil {
					t.Fatal(err)
				}
				recorded(t, w, id, func(b event.RunResumed) event.Asked { return b.Asked })
				w.execute(a, id)
				resumed := 0
				for e, err := range w.store.Log.Events(t.Context(), id, 0) {
					if err != nil {
						t.Fatal(err)
					}
					if _, ok := e.Body.(event.RunResumed); ok {
						resumed++
					}
				}
				if resumed != 1 {
					t.Errorf("it is recorded %d times that the run goes on", resumed)
				}
			})
		})
	}
}
