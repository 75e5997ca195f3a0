package runtest

import (
	"errors"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

func end(outcome event.Outcome) event.Body {
	return event.PipelineFinished{Success: outcome == event.Succeeded, Outcome: outcome}
}

func sayWhatIsElsewhere(t *testing.T, s Store) {
	first := s.create(t, "first")
	s.create(t, "other")
	if err := s.commit(first, end(event.Failed)); err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"second", "third"} {
		retry := s.createAs(t, run.NewRun{
			ID: id, ProjectID: "p", Parent: "first", Root: "first", First: []event.Body{event.PipelineStarted{}},
		})
		if err := s.commit(retry, end(event.Failed)); err != nil {
			t.Fatal(err)
		}
	}
	var last int64
	for _, want := range []run.Summary{
		{RunID: "first", Root: "first", RetriedBy: "third", LastSeq: 2},
		{RunID: "other", Root: "other", LastSeq: 1},
		{RunID: "second", Root: "first", Parent: "first", LastSeq: 2},
		{RunID: "third", Root: "first", Parent: "first", LastSeq: 2},
	} {
		got, err := s.Index.Run(t.Context(), want.RunID)
		if err != nil || got.Position <= last {
			t.Fatalf("run %s at %d, behind %d: %v", want.RunID, got.Position, last, err)
		}
		last = got.Position
		want.ProjectID = "p"
		want.ProjectName = "p"
		want.Position = got.Position
		if got != want {
			t.Errorf("%+v, want %+v", got, want)
		}
		for listed, err := range s.Index.Runs(t.Context(), run.RunFilter{}) {
			if err != nil || listed.RunID == want.RunID && listed != want {
				t.Errorf("listed is %+v, want %+v (%v)", listed, want, err)
			}
		}
	}
	if _, err := s.Index.Run(t.Context(), "none"); !errors.Is(err, run.ErrNotFound) {
		t.Errorf("no run: %v", err)
	}
	line, err := s.Index.Line(t.Context(), "first")
	if err != nil || len(line) != 3 || line[0].RetriedBy != "third" || line[2].Root != "first" {
		t.Errorf("the line is %+v (%v)", line, err)
	}
}

func areUnattended(t *testing.T, s Store) {
	wants := func(when string, want ...string) {
		t.Helper()
		if got := s.list(t, run.RunFilter{Unattended: true}); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", when, got, want)
		}
	}
	going := s.create(t, "going")
	for _, outcome := range []event.Outcome{event.Succeeded, event.Failed, event.Cancelled} {
		if err := s.commit(s.create(t, string(outcome)), end(outcome)); err != nil {
			t.Fatal(err)
		}
	}
	wants("at first", "failed", "going")
	if got := s.list(t, run.RunFilter{Unattended: true, UnderWay: true, ProjectID: "p"}); !slices.Equal(got, []string{"going"}) {
		t.Errorf("of those under way: %v", got)
	}
	by := event.Asked{Actor: &event.Actor{Channel: event.ByPage, Name: new("mara")}, Reason: "known"}
	for id, seq := range map[string]int64{"failed": 2, "going": 1} {
		for range 2 {
			if err := s.Log.Acknowledge(t.Context(), id, seq, by); err != nil {
				t.Fatal(err)
			}
		}
	}
	wants("acknowledged")
	if err := s.commit(going, event.UnitDone{}); err != nil {
		t.Fatal(err)
	}
	wants("when something has happened since", "going")
	failed, err := s.Index.Run(t.Context(), "failed")
	if a := failed.Acknowledged; err != nil || a == nil || a.Seq != 2 || !a.At.Equal(time.Now()) || a.Reason != by.Reason ||
		*a.Actor.Name != "mara" {
		t.Errorf("%+v (%v)", a, err)
	}
	if err := s.Log.Acknowledge(t.Context(), "none", 1, by); !errors.Is(err, run.ErrNotFound) {
		t.Errorf("no run is acknowledged: %v", err)
	}
	entries, err := s.Feed.Entries(t.Context(), run.EventFilter{Kinds: []string{"run_acknowledged"}}, 0, 10)
	if err != nil || len(entries) != 2 {
		t.Fatalf("%d events, want 2 (%v)", len(entries), err)
	}
	for _, e := range entries {
		b, ok := e.Body.(event.RunAcknowledged)
		if !ok || b.AboutRunID != e.About || b.ProjectID != "p" || b.Reason != by.Reason || *b.Actor.Name != "mara" {
			t.Errorf("%+v", e)
		}
	}
	if err := s.Log.Create(t.Context(), run.NewRun{ID: "retry", ProjectID: "p", Parent: "failed", Root: "failed",
		First: []event.Body{event.PipelineStarted{}}}); err != nil {
		t.Fatal(err)
	}
	wants("retried", "retry", "going")
}

func areDone(t *testing.T, s Store) {
	made := func(id, project, digest, endAt string, bodies ...event.Body) {
		t.Helper()
		started := event.PipelineStarted{InputDigest: artifact.DigestOf([]byte(digest)), Selection: event.Selection{EndAt: endAt}}
		c := s.createAs(t, run.NewRun{ID: id, ProjectID: project, First: []event.Body{started}})
		if err := s.commit(c, bodies...); len(bodies) > 0 && err != nil {
			t.Fatal(err)
		}
	}
	made("early", "p", "a", "", end(event.Succeeded))
	made("late", "p", "a", "", event.UnitDone{}, end(event.Succeeded))
	made("part", "p", "a", "ingest", end(event.Succeeded))
	made("failed", "p", "b", "", end(event.Failed))
	made("checked", "p", "b", "", event.DryRunValidated{})
	made("elsewhere", "q", "b", "", end(event.Succeeded))
	made("going", "p", "c", "")
	key := func(project, digest, endAt string) run.FileKey {
		return run.FileKey{ProjectID: project, Input: artifact.DigestOf([]byte(digest)), EndAt: endAt}
	}
	got, err := s.Index.Done(t.Context(), []run.FileKey{
		key("p", "a", ""), key("p", "a", ""), key("p", "a", "ingest"), key("p", "a", "normalize"), key("p", "b", ""), key("p", "c", ""), {},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := map[run.FileKey]int64{}
	for id, k := range map[string]run.FileKey{"late": key("p", "a", ""), "part": key("p", "a", "ingest")} {
		r, err := s.Index.Run(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		want[k] = r.Position
	}
	if !maps.Equal(got, want) {
		t.Errorf("done are %v, want %v", got, want)
	}
	if none, err := s.Index.Done(t.Context(), nil); err != nil || len(none) != 0 {
		t.Errorf("of no files: %v (%v)", none, err)
	}
}
