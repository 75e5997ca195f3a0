package runtest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/durable"
	"github.com/cineforge/cineforge/durable/local"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

func numbered(t *testing.T, s Store) {
	a := s.create(t, "a")
	b := s.create(t, "b")
	var all sync.WaitGroup
	for i := range 50 {
		for _, c := range []durable.Claim{a, b} {
			all.Go(func() {
				if err := s.commit(c, event.UnitDone{Unit: fmt.Sprint(i)}, event.UnitDone{Unit: fmt.Sprint(i)}); err != nil {
					t.Error(err)
				}
			})
		}
	}
	all.Wait()
	for _, id := range []string{"a", "b"} {
		events := s.read(t, id, 0)
		if len(events) != 101 {
			t.Fatalf("run %s has %d events, want 101", id, len(events))
		}
		for i, e := range events {
			if e.Seq != int64(i+1) || e.RunID != id {
				t.Fatalf("event %d of run %s is %+v", i+1, id, e)
			}
		}
		// The two events of one commit stand together.
		for i := 1; i < len(events); i += 2 {
			if events[i].Body != events[i+1].Body {
				t.Fatalf("events %d and %d of one commit are apart", i+1, i+2)
			}
		}
	}
}

func comeInPages(t *testing.T, s Store) {
	c := s.create(t, "a")
	bodies := make([]event.Body, 2500)
	for i := range bodies {
		bodies[i] = event.UnitDone{Done: i}
	}
	if err := s.commit(c, bodies...); err != nil {
		t.Fatal(err)
	}
	if got := s.read(t, "a", 1); len(got) != 2500 || got[2499].Seq != 2501 {
		t.Errorf("read %d events, want 2500", len(got))
	}
	for _, err := range s.Log.Events(t.Context(), "a", 0) {
		if err != nil {
			t.Error(err)
		}
		break // may be left at any time
	}
	if got := s.read(t, "a", 2501); len(got) != 0 {
		t.Errorf("behind the last one: %d", len(got))
	}
	if got := s.read(t, "none", 0); len(got) != 0 {
		t.Errorf("of no run: %d", len(got))
	}
}

func failsAlone(t *testing.T, s Store) {
	good := s.create(t, "good")
	void := durable.Claim{Run: "good", Epoch: good.Epoch + 7}
	var all sync.WaitGroup
	for range 40 {
		all.Go(func() {
			if err := s.commit(good, event.UnitDone{}); err != nil {
				t.Error(err)
			}
		})
		all.Go(func() {
			if err := s.commit(void, event.UnitDone{}); !errors.Is(err, durable.ErrLost) {
				t.Errorf("a void claim wrote: %v", err)
			}
		})
	}
	all.Wait()
	if got := len(s.read(t, "good", 0)); got != 41 {
		t.Errorf("%d events, want 41", got)
	}
}

func ends(t *testing.T, s Store) {
	c := s.create(t, "a")
	end := event.PipelineFinished{Success: true, Outcome: event.Succeeded}
	if err := s.commit(c, end); err != nil {
		t.Fatal(err)
	}
	for _, b := range []event.Body{end, event.UnitDone{}} {
		if err := s.commit(c, b); !errors.Is(err, durable.ErrLost) {
			t.Errorf("%s after the end: %v", b.EventName(), err)
		}
	}
	state, err := run.Load(t.Context(), s.Log, "a")
	if err != nil || state.Status != run.RunDone || state.LastSeq != 2 {
		t.Errorf("%s after %d events: %v", state.Status, state.LastSeq, err)
	}
}

func isNotShared(t *testing.T, s Store) {
	c := s.create(t, "a")
	refs := []artifact.Ref{artifact.NewRef("scene", "scene_001", 1)}
	if err := s.commit(c, event.StageFinished{StageID: "x", Artifacts: refs}); err != nil {
		t.Fatal(err)
	}
	refs[0].EntityID = "changed"
	events := s.read(t, "a", 1)
	if got := events[0].Body.(event.StageFinished).Artifacts[0].EntityID; got != "scene_001" {
		t.Errorf("what the writer changed later is stored: %s", got)
	}
	if at := events[0].Time; at.Location() != time.UTC || at.Nanosecond()%1e6 != 0 {
		t.Errorf("the time is %v", at)
	}
}

func isCreatedOnce(t *testing.T, s Store) {
	s.create(t, "a")
	err := s.Log.Create(t.Context(), run.NewRun{ID: "a", ProjectID: "p", First: []event.Body{event.UnitDone{}}})
	if !errors.Is(err, run.ErrExists) {
		t.Errorf("second creation: %v", err)
	}
	if got := len(s.read(t, "a", 0)); got != 1 {
		t.Errorf("%d events, want 1", got)
	}
	content := []byte("recipe")
	s.createAs(t, run.NewRun{ID: "b", ProjectID: "p", First: []event.Body{event.PipelineStarted{}}, Blobs: [][]byte{content}})
	if got, err := s.Blobs.Get(t.Context(), artifact.DigestOf(content)); err != nil || string(got) != "recipe" {
		t.Errorf("what the run works with: %q %v", got, err)
	}
}

func makesOne(t *testing.T, s Store) {
	start := func(id string, asked artifact.Digest) error {
		return s.Log.Create(t.Context(), run.NewRun{
			ID: id, ProjectID: "p", First: []event.Body{event.PipelineStarted{}}, Once: run.IdempotencyKey{Key: "k", Asked: asked},
		})
	}
	var all sync.WaitGroup
	made := make([]error, 20)
	for i := range made {
		all.Go(func() { made[i] = start(fmt.Sprint("r", i), "a") })
	}
	all.Wait()
	var id string
	for i, err := range made {
		if err == nil && id == "" {
			id = fmt.Sprint("r", i)
		} else if err == nil {
			t.Errorf("runs %s and r%d were made", id, i)
		}
	}
	for _, err := range made {
		if r, ok := errors.AsType[*run.RepeatedError](err); err != nil && (!ok || r.RunID != id || !r.Same) {
			t.Errorf("%v, and run %s was made", err, id)
		}
	}
	if r, ok := errors.AsType[*run.RepeatedError](start("x", "other")); !ok || r.Same {
		t.Errorf("another request: %v", r)
	}
}

func isRetriedOnce(t *testing.T, s Store) {
	first := s.create(t, "first")
	retry := func(id string) error {
		return s.Log.Create(t.Context(), run.NewRun{
			ID: id, ProjectID: "p", Parent: "first", Root: "first", First: []event.Body{event.PipelineStarted{}},
		})
	}
	if err := s.commit(first, event.PipelineFinished{Outcome: event.Failed}); err != nil {
		t.Fatal(err)
	}
	if err := retry("second"); err != nil {
		t.Fatal(err)
	}
	if r, ok := errors.AsType[*run.RetriedError](retry("third")); !ok || r.By != "second" {
		t.Errorf("a second retry at a time: %v", r)
	}
	err := s.Log.Create(t.Context(), run.NewRun{ID: "late", ProjectID: "p", Parent: "none", Root: "none"})
	if !errors.Is(err, run.ErrNotFound) {
		t.Errorf("a retry of no run: %v", err)
	}
}

func isUnderWayOnce(t *testing.T, s Store) {
	same := run.NewRun{ID: "a", ProjectID: "p", Asked: "digest", First: []event.Body{event.PipelineStarted{}}}
	c := s.createAs(t, same)
	same.ID = "b"
	if u, ok := errors.AsType[*run.UnderWayError](s.Log.Create(t.Context(), same)); !ok || u.RunID != "a" || u.Paused {
		t.Errorf("the same start: %+v", u)
	}
	if err := s.commit(c, event.StagePaused{StageID: "x", Reason: event.Interrupted}); err != nil {
		t.Fatal(err)
	}
	if err := s.Journal.Release(t.Context(), c, local.Never); err != nil {
		t.Fatal(err)
	}
	if u, ok := errors.AsType[*run.UnderWayError](s.Log.Create(t.Context(), same)); !ok || u.RunID != "a" || !u.Paused {
		t.Errorf("the same start as one that was interrupted: %+v", u)
	}
	same.New = true
	if err := s.Log.Create(t.Context(), same); err != nil {
		t.Errorf("a new one: %v", err)
	}
}

func refuses(t *testing.T, s Store) {
	refused := errors.New("refused")
	n := run.NewRun{ID: "a", ProjectID: "p", First: []event.Body{event.PipelineStarted{}}, Refusal: refused}
	if err := s.Log.Create(t.Context(), n); !errors.Is(err, refused) {
		t.Error(err)
	}
	if got := s.list(t, run.RunFilter{}); len(got) != 0 {
		t.Errorf("a refused run is there: %v", got)
	}
}

func seesOne(t *testing.T, s Store) {
	c := s.create(t, "a")
	if err := s.Log.Wait(t.Context(), "a", 0); err != nil {
		t.Errorf("an event that is there: %v", err)
	}
	waited := make(chan error)
	go func() { waited <- s.Log.Wait(t.Context(), "a", 1) }()
	synctest.Wait()
	start := time.Now()
	if err := s.commit(c, event.UnitDone{}); err != nil {
		t.Fatal(err)
	}
	// What this process writes wakes the waiter at once, not at the next poll.
	if err := <-waited; err != nil || time.Since(start) != 0 {
		t.Errorf("after %v: %v", time.Since(start), err)
	}
}

func endsWithContext(t *testing.T, s Store) {
	s.create(t, "a")
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
	defer cancel()
	if err := s.Log.Wait(ctx, "a", 1); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("wait for an event that never comes: %v", err)
	}
	if err := s.Log.Wait(t.Context(), "none", 0); !errors.Is(err, run.ErrNotFound) {
		t.Errorf("wait for a run that is not there: %v", err)
	}
	head, err := s.Feed.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel = context.WithTimeout(t.Context(), 3*time.Second)
	defer cancel()
	if err := s.Feed.Await(ctx, head); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("wait behind the end of the log: %v", err)
	}
}

func isInOrder(t *testing.T, s Store) {
	if head, err := s.Feed.Head(t.Context()); err != nil || head != 0 {
		t.Fatal(head, err)
	}
	var all sync.WaitGroup
	for _, id := range []string{"a", "b", "c"} {
		c := s.create(t, id)
		all.Go(func() {
			for range 20 {
				if err := s.commit(c, event.UnitDone{}, event.UnitDone{}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	var got []run.LogEntry
	for after := int64(0); len(got) < 3*41; {
		if err := s.Feed.Await(t.Context(), after); err != nil {
			t.Fatal(err)
		}
		entries, err := s.Feed.Entries(t.Context(), run.EventFilter{OfRuns: true}, after, 7)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if e.Position <= after || e.ProjectID != "p" {
				t.Fatalf("%d follows %d, of project %s", e.Position, after, e.ProjectID)
			}
			after = e.Position
		}
		got = append(got, entries...)
	}
	all.Wait()
	seq := map[string]int64{}
	for _, e := range got {
		if seq[e.RunID]++; e.Seq != seq[e.RunID] {
			t.Fatalf("run %s: event %d after %d", e.RunID, e.Seq, seq[e.RunID]-1)
		}
	}
	some, err := s.Feed.Entries(t.Context(), run.EventFilter{Runs: []string{"a", "c"}, ProjectID: "p"}, 0, 1000)
	if err != nil || len(some) != 2*41 || slices.ContainsFunc(some, func(e run.LogEntry) bool { return e.RunID == "b" }) {
		t.Errorf("%d of two runs, %v", len(some), err)
	}
	if none, err := s.Feed.Entries(t.Context(), run.EventFilter{ProjectID: "q"}, 0, 1000); err != nil || len(none) != 0 {
		t.Errorf("%d of no project, %v", len(none), err)
	}
}
