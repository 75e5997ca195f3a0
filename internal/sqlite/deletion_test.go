package sqlite_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/internal/sqlite"
	"github.com/cineforge/cineforge/project"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

const secret = "the marrowbone zeppelin"

// keepsSecret makes a project of many secrets.
func keepsSecret(t *testing.T, s *sqlite.Store) {
	t.Helper()
	for i := range 50 {
		data := []byte(strings.Repeat(fmt.Sprint(secret, i, "\n"), 40*i+1))
		in := project.Input{Name: fmt.Sprint(i), Original: "a.txt", Digest: artifact.DigestOf(data), Size: int64(len(data)), Created: time.Now()}
		if _, _, err := s.Projects.AddInput(t.Context(), "p", in, data); err != nil {
			t.Fatal(err)
		}
	}
	n := run.NewRun{ID: "r", ProjectID: "p", First: []event.Body{event.PipelineStarted{Notice: secret}, event.DryRunValidated{}}}
	if err := s.Log.Create(t.Context(), n); err != nil {
		t.Fatal(err)
	}
}

// secretIn names the files of a folder that have the secret.
func secretIn(t *testing.T, dir string) (names []string) {
	t.Helper()
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if data, err := os.ReadFile(filepath.Join(dir, f.Name())); err == nil && bytes.Contains(data, []byte(secret)) {
			names = append(names, f.Name())
		}
	}
	return names
}

// A process that dies between the deletion and the erasure leaves nothing half deleted, and what
// is left in the files goes when the database is opened next.
func TestDeletion_AnErasureThatWasCutShort(t *testing.T) {
	dir := t.TempDir()
	s, err := sqlite.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	keepsSecret(t, s)
	if err := sqlite.LeaveBehind(t.Context(), dir, bytes.Repeat([]byte(secret), 1000)); err != nil {
		t.Fatal(err)
	}
	part := filepath.Join(dir, sqlite.FileName+".copy-1.part")
	if err := os.WriteFile(part, []byte(secret), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := sqlite.DeleteAndDie(t.Context(), s, "p"); err != nil {
		t.Fatal(err)
	}
	if secretIn(t, dir) == nil {
		t.Fatal("nothing is left, so that nothing is tested")
	}
	if s, err = sqlite.Open(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if left := secretIn(t, dir); left != nil {
		t.Errorf("left in %v", left)
	}
	if _, err := s.Projects.Project(t.Context(), "p"); !errors.Is(err, project.ErrNotFound) {
		t.Error(err)
	}
	if found, err := s.Maintenance.Examine(t.Context()); err != nil || !found.OK() {
		t.Errorf("%+v %v", found, err)
	}
	if head, err := s.Log.Head(t.Context()); err != nil || head != 0 {
		t.Errorf("%d %v", head, err)
	}
	keepsSecret(t, s)
	if head, err := s.Log.Head(t.Context()); err != nil || head != 53+53 {
		t.Errorf("positions were used again: the head is %d (%v)", head, err)
	}
}

// Each table says by its columns how it is deleted, or has nothing that belongs to a project.
func TestDeletion_KnowsEveryTable(t *testing.T) {
	s, err := sqlite.OpenMemory(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	tables, err := sqlite.Tables(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	others := []string{"projects", "health", "health_log", "erasures", "goose_db_version", "sqlite_sequence"}
	for name, columns := range tables {
		known := slices.ContainsFunc(columns, func(c string) bool { return c == "project_id" || c == "run_id" || c == "digest" })
		if !known && !slices.Contains(others, name) {
			t.Errorf("table %s has none of the columns project_id, run_id and digest, by which things are deleted", name)
		}
	}
}

// A process of before that has the database open can write on, and its events have positions of
// their own.
func TestAppendStandalone_BesideAnOlderProcess(t *testing.T) {
	dir := t.TempDir()
	s, err := sqlite.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for i := range 20 {
		if err := s.Projects.CreateProject(t.Context(), project.Project{ID: fmt.Sprint("p", i)}); err != nil {
			t.Fatal(err)
		}
		if err := sqlite.AppendAsBefore(t.Context(), dir, fmt.Sprint("r", i)); err != nil {
			t.Fatal(err)
		}
	}
	entries, err := s.Log.Entries(t.Context(), run.EventFilter{}, 0, 100)
	if err != nil || len(entries) != 40 {
		t.Fatalf("%d %v", len(entries), err)
	}
	for i, e := range entries {
		if e.Position != int64(i+1) || (e.RunID == "") != (i%2 == 0) {
			t.Errorf("event %d is %+v", i, e)
		}
	}
}
