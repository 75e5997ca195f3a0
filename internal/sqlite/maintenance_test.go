package sqlite_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/internal/sqlite"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

func TestBackup_IsOfOneMomentWhileRunsGoOn(t *testing.T) {
	dir := t.TempDir()
	target := t.TempDir()
	s := open(t, dir)
	other := open(t, dir) // another process, which writes
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

func TestBackup_ReplacesOnlyWhatItMay(t *testing.T) {
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
	c.First = []event.Body{event.PipelineStarted{RecipeDigest: artifact.DigestOf(recipe), InputDigest: artifact.DigestOf([]byte(input)),
		RootRunID: c.Root}}
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
