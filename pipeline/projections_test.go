package pipeline_test

import (
	"context"
	"iter"
	"slices"
	"testing"
	"time"

	"github.com/cineforge/cineforge/durable"
	"github.com/cineforge/cineforge/pipeline"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
	"github.com/cineforge/cineforge/stage"
)

// watched is a store that notes after which events it was asked for more.
type watched struct {
	run.Log
	after []int64
}

func (w *watched) Events(ctx context.Context, id string, after int64) iter.Seq2[event.Event, error] {
	w.after = append(w.after, after)
	return w.Log.Events(ctx, id, after)
}

// A run that is taken up again is not read from its start, and what another process has
// done to it meanwhile is seen.
func TestOpen_ReadsOnlyWhatIsNew(t *testing.T) {
	w := newWorld(t, noteModule{"note", func(_ context.Context, task stage.Task) (stage.Result, error) { return note(task) }})
	w.create(w.spec(diamondRecipe))
	store := &watched{Log: w.store.Log}
	seams := w.store.Seams().Pipeline()
	seams.Log = store
	p := pipeline.New(seams, w.catalog, only{w.model}.source)
	open := func() (done []durable.Result, after []int64) {
		t.Helper()
		store.after = nil
		claim, err := w.store.Journal.Claim(t.Context(), "r1", time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		if _, done, err = p.Open(t.Context(), claim, durable.Terms{}); err != nil {
			t.Fatal(err)
		}
		if err := w.store.Journal.Release(t.Context(), claim, time.Time{}); err != nil {
			t.Fatal(err)
		}
		return done, store.after
	}
	if done, after := open(); len(done) > 0 || !slices.Equal(after, []int64{0}) {
		t.Fatalf("at first: %v is done, and it was read after %v", done, after)
	}
	if s, err := w.execute(t.Context(), "r1"); err != nil || s.Status != run.RunDone {
		t.Fatalf("the run is %s: %v", s.Status, err)
	}
	if done, after := open(); len(done) != 5 || !slices.Equal(after, []int64{1}) {
		t.Errorf("then: %v is done, and it was read after %v", done, after)
	}
}

// A stage that is recorded is not done again.
func TestPipeline_ARecordedStageIsNotDoneAgain(t *testing.T) {
	times := 0
	w := newWorld(t, noteModule{"note", func(_ context.Context, task stage.Task) (stage.Result, error) {
		times++
		return note(task)
	}})
	w.create(w.spec(diamondRecipe))
	claim, err := w.store.Journal.Claim(t.Context(), "r1", time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	opened, _, err := w.pipeline().Open(t.Context(), claim, durable.Terms{})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if r, err := opened.Do(t.Context(), "a"); err != nil || r.Outcome != durable.Done {
			t.Fatalf("%s: %v", r.Outcome, err)
		}
	}
	if started := count(w.names("r1"), "stage_started"); times != 1 || started != 1 {
		t.Errorf("the stage was done %d times, and begun %d times", times, started)
	}
}
