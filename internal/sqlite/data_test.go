package sqlite_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/internal/sqlite"
	"github.com/cineforge/cineforge/internal/storage"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

func TestABackupIsOfOneMomentAndWholeWhileRunsGoOn(t *testing.T) {
	dir, target := t.TempDir(), t.TempDir()
	s, other := open(t, dir), open(t, dir) // another process, which writes
	c := claimed(t, other, "a")
	stop := make(chan struct{})
	var writing sync.WaitGroup
	writing.Go(func() {
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
				if err := commit(other, c, event.UnitDone{Done: i}); err != nil {
					t.Error(err)
					return
				}
			}
		}
	})
	for i := range 5 {
		file := filepath.Join(target, fmt.Sprint(i), sqlite.FileName)
		if err := mkdir(filepath.Dir(file)); err != nil {
			t.Fatal(err)
		}
		size, _, err := s.Maintenance.Backup(t.Context(), file, false, false)
		if err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(file)
		if err != nil || info.Size() != size {
			t.Errorf("the size is %d, told %d (%v)", info.Size(), size, err)
		}
		restored := open(t, filepath.Dir(file))
		if err := errors.Join(restored.Maintenance.Check(t.Context()), whole(t, restored)); err != nil {
			t.Error(err)
		}
	}
	close(stop)
	writing.Wait()
	if left, _ := filepath.Glob(filepath.Join(target, "*", ".backup*")); len(left) > 0 {
		t.Errorf("left over: %v", left)
	}
}

func TestABackupReplacesOnlyWhatItMay(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	claimed(t, s, "a")
	file := filepath.Join(t.TempDir(), "copy.db")
	if err := os.WriteFile(file, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Maintenance.Backup(t.Context(), file, false, false); !errors.Is(err, os.ErrExist) {
		t.Errorf("over a file: %v", err)
	}
	if data, _ := os.ReadFile(file); string(data) != "precious" {
		t.Error("the file was replaced")
	}
	if _, _, err := s.Maintenance.Backup(t.Context(), file, true, false); err != nil {
		t.Error(err)
	}
	if _, _, err := s.Maintenance.Backup(t.Context(), filepath.Join(dir, sqlite.FileName), true, false); !errors.Is(err, os.ErrExist) {
		t.Errorf("over the database itself: %v", err)
	}
	if err := s.Maintenance.Check(t.Context()); err != nil {
		t.Error(err)
	}
}

// started makes a run that works with a recipe and an input, and ends it if over.
func started(t *testing.T, s *sqlite.Store, c run.NewRun, input string, over bool) {
	t.Helper()
	recipe := []byte("recipe")
	c.Blobs = [][]byte{recipe, []byte(input)}
	if c.ProjectID == "" {
		c.ProjectID = "p"
	}
	c.First = []event.Body{event.PipelineStarted{RecipeDigest: artifact.DigestOf(recipe), InputDigest: artifact.DigestOf([]byte(input)), RootRunID: c.Root}}
	if err := s.Log.Create(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	claim, err := s.Journal.Claim(t.Context(), c.ID, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	err = s.Log.Commit(t.Context(), claim, run.Change{
		Save: []artifact.Artifact{draft("of_"+c.ID, `"`+c.ID+`"`)}, Answers: []run.Answer{{Key: "k " + c.ID, JSON: []byte(`{}`)}},
		Events: func([]artifact.Artifact) []event.Body { return []event.Body{event.UnitDone{}} },
	})
	if err == nil && over {
		err = commit(s, claim, event.PipelineFinished{Outcome: event.Succeeded, Success: true})
	}
	if err != nil {
		t.Fatal(err)
	}
}

func list(t *testing.T, s *sqlite.Store) (ids []string) {
	t.Helper()
	for r, err := range s.Log.Runs(t.Context(), run.RunFilter{}) {
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, r.RunID)
	}
	return ids
}

// ages makes runs, an hour apart: a line that is over, one whose retry goes on, one of
// another project, and a young one.
func ages(t *testing.T, s *sqlite.Store) {
	started(t, s, run.NewRun{ID: "old"}, "shared", true)
	started(t, s, run.NewRun{ID: "old-retry", Parent: "old", Root: "old"}, "shared", true)
	started(t, s, run.NewRun{ID: "busy"}, "of busy", true)
	started(t, s, run.NewRun{ID: "busy-retry", Parent: "busy", Root: "busy"}, "of busy", false)
	started(t, s, run.NewRun{ID: "other", ProjectID: "q"}, "of other", true)
	time.Sleep(48 * time.Hour)
	started(t, s, run.NewRun{ID: "young"}, "shared", true)
}

func TestWhichLinesAreOld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, t.TempDir())
		ages(t, s)
		day := time.Now().Add(-24 * time.Hour)
		for _, test := range []struct {
			old  storage.PruneFilter
			want []string
		}{
			{storage.PruneFilter{}, []string{"old", "other", "young"}},
			{storage.PruneFilter{Before: day}, []string{"old", "other"}},
			{storage.PruneFilter{Before: time.Now().Add(-72 * time.Hour)}, nil},
			{storage.PruneFilter{Before: day, Project: "p"}, []string{"old"}},
			{storage.PruneFilter{Keep: 1}, []string{"old"}}, // of p the young one stays, of q the only one
			{storage.PruneFilter{Keep: 3}, nil},
		} {
			got, err := s.Maintenance.OldLines(t.Context(), test.old)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("%+v:\n%s", test.old, diff)
			}
		}
	})
}

func TestPruneRemovesALineAndLetsTheRestBe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, t.TempDir())
		ages(t, s)
		want, err := s.Maintenance.Size(t.Context(), []string{"old", "other"})
		if err != nil {
			t.Fatal(err)
		}
		var got storage.Pruned
		for _, root := range []string{"old", "other", "busy", "none"} {
			p, err := s.Maintenance.Prune(t.Context(), root)
			if err != nil {
				t.Fatal(err)
			}
			got.Runs, got.Events, got.Answers = got.Runs+p.Runs, got.Events+p.Events, got.Answers+p.Answers
		}
		swept, err := s.Maintenance.Sweep(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		got.Blobs, got.Bytes = swept.Blobs, swept.Bytes
		if diff := cmp.Diff(want, got); diff != "" || got != (storage.Pruned{Runs: 3, Events: 9, Answers: 3, Blobs: 1, Bytes: int64(len("of other"))}) {
			t.Errorf("removed %+v; what was foretold:\n%s", got, diff)
		}
		if ids := list(t, s); !slices.Equal(ids, []string{"young", "busy-retry", "busy"}) {
			t.Errorf("left: %v", ids)
		}
		for _, blob := range []string{"recipe", "shared", "of busy", `"old"`, `"other"`} {
			if _, err := s.Blobs.Get(t.Context(), artifact.DigestOf([]byte(blob))); err != nil {
				t.Errorf("content %s: %v", blob, err)
			}
		}
		if made, err := s.Artifacts.Latest(t.Context(), "p", artifact.Scene); err != nil || len(made) != 5 {
			t.Errorf("%d artifacts are left (%v)", len(made), err)
		}
		if _, err := s.Log.Answer(t.Context(), run.AnswerKey{Key: "k old", Root: "old"}); !errors.Is(err, run.ErrNotFound) {
			t.Errorf("an answer of what is gone: %v", err)
		}
		if _, err := s.Log.Answer(t.Context(), run.AnswerKey{Key: "k busy", Root: "busy"}); err != nil {
			t.Error(err)
		}
		if err := errors.Join(s.Maintenance.Check(t.Context()), whole(t, s)); err != nil {
			t.Error(err)
		}
		// What is gone can't be retried, and its id is free.
		if err := s.Log.Create(t.Context(), run.NewRun{ID: "late", ProjectID: "p", Parent: "old", Root: "old"}); !errors.Is(err, run.ErrNotFound) {
			t.Errorf("a retry of what is gone: %v", err)
		}
		started(t, s, run.NewRun{ID: "old"}, "new", true)
	})
}

// Content that a run is about to work with is stored with the run, so that no sweep comes between.
func TestASweepTakesNothingFromRunsThatBegin(t *testing.T) {
	s := open(t, t.TempDir())
	var wg sync.WaitGroup
	for i := range 30 {
		wg.Go(func() { started(t, s, run.NewRun{ID: fmt.Sprint("run-", i)}, fmt.Sprint("input ", i%3), true) })
		wg.Go(func() {
			if _, err := s.Maintenance.Sweep(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for i := range 3 {
		if _, err := s.Blobs.Get(t.Context(), artifact.DigestOf(fmt.Appendf(nil, "input %d", i))); err != nil {
			t.Error(err)
		}
	}
}

func TestASweepOfMuchComesInGroups(t *testing.T) {
	s := open(t, t.TempDir())
	for i := range 250 {
		if err := s.Blobs.Put(t.Context(), []byte(strings.Repeat("x", i))); err != nil {
			t.Fatal(err)
		}
	}
	p, err := s.Maintenance.Sweep(t.Context())
	if err != nil || p.Blobs != 250 || p.Bytes != 250*249/2 {
		t.Errorf("%+v %v", p, err)
	}
}
