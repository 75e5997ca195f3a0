package sqlite_test

import (
	"context"
	"encoding/json"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/durable"
	"github.com/cineforge/cineforge/internal/sqlite"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

func open(t testing.TB, dir string) *sqlite.Store {
	t.Helper()
	s, err := sqlite.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func claimed(t testing.TB, s *sqlite.Store, id string) durable.Claim {
	t.Helper()
	if err := s.Log.Create(t.Context(),
		run.NewRun{ID: id, ProjectID: "p", First: []event.Body{event.PipelineStarted{RecipeID: "r"}}}); err != nil {
		t.Fatal(err)
	}
	c, err := s.Journal.Claim(t.Context(), id, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func commit(s *sqlite.Store, c durable.Claim, bodies ...event.Body) error {
	return s.Log.Commit(context.Background(), c, run.Change{Events: func([]artifact.Artifact) []event.Body { return bodies }})
}

func read(t testing.TB, s *sqlite.Store, id string, after int64) (events []event.Event) {
	t.Helper()
	for e, err := range s.Log.Events(t.Context(), id, after) {
		if err != nil {
			t.Fatal(err)
		}
		events = append(events, e)
	}
	return events
}

func draft(entity, data string) artifact.Artifact {
	return artifact.Artifact{Data: json.RawMessage(data), Metadata: artifact.Metadata{
		Ref:    artifact.Ref{ArtifactType: artifact.Scene, EntityID: entity},
		Source: artifact.Code, Health: artifact.Valid, CreatedAt: time.UnixMilli(1000).UTC(),
	}}
}

func save(t testing.TB, s *sqlite.Store, c durable.Claim, drafts ...artifact.Artifact) (saved []artifact.Artifact) {
	t.Helper()
	err := s.Log.Commit(t.Context(), c, run.Change{Save: drafts, Events: func(a []artifact.Artifact) []event.Body {
		saved = a
		return []event.Body{event.UnitDone{}}
	}})
	if err != nil {
		t.Fatal(err)
	}
	return saved
}

func TestOpen_AgainHasEverything(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	c := claimed(t, s, "a")
	saved := save(t, s, c, draft("scene_001", `{"n":1}`))
	before := read(t, s, "a", 0)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	again := open(t, dir)
	if diff := cmp.Diff(before, read(t, again, "a", 0)); diff != "" {
		t.Errorf("the events changed:\n%s", diff)
	}
	for _, want := range saved {
		got, err := again.Artifacts.Artifact(t.Context(), "p", want.Metadata.Ref)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("the artifacts changed:\n%s", diff)
		}
	}
}

func TestLog_FollowSeesOtherProcesses(t *testing.T) {
	dir := t.TempDir()
	writer := open(t, dir)
	reader := open(t, dir)
	c := claimed(t, writer, "a")
	go func() {
		for i := range 20 {
			if err := commit(writer, c, event.UnitDone{Done: i}); err != nil {
				t.Error(err)
			}
		}
		if err := commit(writer, c, event.PipelineFinished{}); err != nil {
			t.Error(err)
		}
	}()
	var seqs []int64
	for e, err := range run.Follow(t.Context(), reader.Log, "a", 0) {
		if err != nil {
			t.Fatal(err)
		}
		seqs = append(seqs, e.Seq)
	}
	if len(seqs) != 22 || seqs[21] != 22 {
		t.Errorf("followed %v", seqs)
	}
}

func TestOpen_ManyAtOnceMakeOneStore(t *testing.T) {
	dir := t.TempDir()
	var wg sync.WaitGroup
	for range 8 { // each with connections of its own, as processes have
		wg.Go(func() {
			s, err := sqlite.Open(context.Background(), dir)
			if err != nil {
				t.Error(err)
				return
			}
			s.Close()
		})
	}
	wg.Wait()
}

func TestBlobs_DamagedContentIsNoticed(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	c := claimed(t, s, "a")
	saved := save(t, s, c, draft("scene_001", `{"n":1}`))
	if err := sqlite.SpoilBlob(dir, []byte(`{"n":1}`), []byte(`{"n":2}`)); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Blobs.Get(t.Context(), artifact.DigestOf([]byte(`{"n":1}`))); err == nil || !strings.Contains(err.Error(), "damaged") {
		t.Errorf("a damaged blob: %v", err)
	}
	if _, err := s.Artifacts.Artifact(t.Context(), "p", saved[0].Metadata.Ref); err == nil || !strings.Contains(err.Error(), "damaged") {
		t.Errorf("a damaged artifact: %v", err)
	}
	if listed, err := s.Artifacts.Current(t.Context(), "p"); err != nil || len(listed) != 1 {
		t.Errorf("a list that needs no content: %v (%v)", listed, err)
	}
}

func TestOpen_OddCharactersInPaths(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a b?c#d%20é")
	if err := mkdir(dir); err != nil {
		t.Fatal(err)
	}
	open(t, dir)
	if matches, _ := filepath.Glob(filepath.Join(filepath.Dir(dir), "*", sqlite.FileName)); len(matches) != 1 {
		t.Errorf("the database is not in the folder: %v", matches)
	}
}
