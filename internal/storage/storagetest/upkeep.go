package storagetest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/internal/storage"
	"github.com/cineforge/cineforge/project"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

// ages makes runs: a line that is over, one whose retry goes on, one of another project,
// and, two days later, a young one.
func (s store) ages(t *testing.T) {
	s.started(t, run.NewRun{ID: "old"}, "shared", true)
	if err := s.Log.Acknowledge(t.Context(), "old", 3, event.Asked{}); err != nil {
		t.Fatal(err)
	}
	s.started(t, run.NewRun{ID: "old-retry", Parent: "old", Root: "old"}, "shared", true)
	s.started(t, run.NewRun{ID: "busy"}, "of busy", true)
	s.started(t, run.NewRun{ID: "busy-retry", Parent: "busy", Root: "busy"}, "of busy", false)
	s.started(t, run.NewRun{ID: "other", ProjectID: "q"}, "of other", true)
	time.Sleep(48 * time.Hour)
	s.started(t, run.NewRun{ID: "young"}, "shared", true)
}

func areOld(t *testing.T, s store) {
	s.ages(t)
	day := time.Now().Add(-24 * time.Hour)
	for _, test := range []struct {
		filter storage.PruneFilter
		want   []string
	}{
		{storage.PruneFilter{}, []string{"old", "other", "young"}},
		{storage.PruneFilter{Before: day}, []string{"old", "other"}},
		{storage.PruneFilter{Before: time.Now().Add(-72 * time.Hour)}, nil},
		{storage.PruneFilter{Before: day, Project: "p"}, []string{"old"}},
		{storage.PruneFilter{Keep: 1}, []string{"old"}}, // of p the young one stays, of q the only one
		{storage.PruneFilter{Keep: 3}, nil},
	} {
		got, err := s.Maintenance.OldLines(t.Context(), test.filter)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(test.want, got) {
			t.Errorf("%+v: %v, want %v", test.filter, got, test.want)
		}
	}
}

func letsBe(t *testing.T, s store) {
	s.ages(t)
	foretold, err := s.Maintenance.Size(t.Context(), []string{"old", "other"})
	if err != nil {
		t.Fatal(err)
	}
	var got storage.Pruned
	for _, root := range []string{"old", "other", "busy", "none"} {
		p, err := s.Maintenance.Prune(t.Context(), root)
		if err != nil {
			t.Fatal(err)
		}
		got.Runs += p.Runs
		got.Events += p.Events
		got.Answers += p.Answers
	}
	swept, err := s.Maintenance.Sweep(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	got.Blobs = swept.Blobs
	got.Bytes = swept.Bytes
	want := storage.Pruned{Runs: 3, Events: 9, Answers: 3, Blobs: 1, Bytes: int64(len("of other"))}
	if got != want || foretold != want {
		t.Errorf("removed %+v, foretold were %+v, want %+v", got, foretold, want)
	}
	var left []string
	for r, err := range s.Index.Runs(t.Context(), run.RunFilter{}) {
		if err != nil {
			t.Fatal(err)
		}
		left = append(left, r.RunID)
	}
	if !slices.Equal(left, []string{"young", "busy-retry", "busy"}) {
		t.Errorf("left: %v", left)
	}
	for _, content := range []string{"recipe", "shared", "of busy", `"old"`, `"other"`} {
		if _, err := s.Blobs.Get(t.Context(), artifact.DigestOf([]byte(content))); err != nil {
			t.Errorf("content %s: %v", content, err)
		}
	}
	if made, err := s.Artifacts.Current(t.Context(), "p"); err != nil || len(made) != 5 {
		t.Errorf("%d artifacts are left (%v)", len(made), err)
	}
	if _, err := s.Memo.Answer(t.Context(), run.AnswerKey{Key: "k old", Root: "old"}); !errors.Is(err, run.ErrNotFound) {
		t.Errorf("an answer of what is gone: %v", err)
	}
	if _, err := s.Memo.Answer(t.Context(), run.AnswerKey{Key: "k busy", Root: "busy"}); err != nil {
		t.Error(err)
	}
	isWhole(t, s)
	// What is gone can't be retried, and its id is free.
	late := run.NewRun{ID: "late", ProjectID: "p", Parent: "old", Root: "old"}
	if err := s.Log.Create(t.Context(), late); !errors.Is(err, run.ErrNotFound) {
		t.Errorf("a retry of what is gone: %v", err)
	}
	s.started(t, run.NewRun{ID: "old"}, "new", true)
}

// Content that a run is about to work with is stored with the run, so that no sweep comes between.
func takesNothing(t *testing.T, s store) {
	in := project.Input{Name: "1_a.txt", Original: "a.txt", Digest: artifact.DigestOf([]byte("uploaded")), Size: 8, Created: time.Now().UTC()}
	if _, _, err := s.Inputs.AddInput(t.Context(), "p", in, []byte("uploaded")); err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for i := range 30 {
		all.Go(func() { s.started(t, run.NewRun{ID: fmt.Sprint("run-", i)}, fmt.Sprint("input ", i%3), true) })
		all.Go(func() {
			if _, err := s.Maintenance.Sweep(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	for _, content := range []string{"uploaded", "input 0", "input 1", "input 2"} {
		if _, err := s.Blobs.Get(t.Context(), artifact.DigestOf([]byte(content))); err != nil {
			t.Error(err)
		}
	}
}

func takesMuch(t *testing.T, s store) {
	const n = 250
	for i := range n {
		if err := s.Blobs.Put(t.Context(), []byte(strings.Repeat("x", i))); err != nil {
			t.Fatal(err)
		}
	}
	p, err := s.Maintenance.Sweep(t.Context())
	if err != nil || p.Blobs != n || p.Bytes != n*(n-1)/2 {
		t.Errorf("%+v %v", p, err)
	}
}

func isWhole(t *testing.T, s store) {
	t.Helper()
	if err := errors.Join(s.Maintenance.Check(t.Context()), s.Maintenance.Probe(t.Context())); err != nil {
		t.Error(err)
	}
	found, err := s.Maintenance.Examine(t.Context())
	if err != nil || !found.OK() {
		t.Errorf("%+v %v", found, err)
	}
	if _, err := s.Maintenance.Facts(t.Context()); err != nil {
		t.Error(err)
	}
}
