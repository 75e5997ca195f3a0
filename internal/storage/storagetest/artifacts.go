package storagetest

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/internal/storage"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

// scene is the entity that the checks are about.
var scene = artifact.Ref{ArtifactType: artifact.Scene, EntityID: "scene_001"}

// edit returns the change that stores data.
func edit(data string) storage.ArtifactChange {
	a := draft(scene.EntityID, data)
	a.Metadata.Source = artifact.Human
	return storage.ArtifactChange{Action: event.Edited, Of: scene, Edited: a}
}

func (s store) change(t *testing.T, c storage.ArtifactChange, want int) {
	t.Helper()
	if got, err := s.Artifacts.Change(t.Context(), "p", c); err != nil || got != artifact.NewRef(scene.ArtifactType, scene.EntityID, want) {
		t.Errorf("%s gave %v (%v), want version %d", c.Action, got, err, want)
	}
}

// current is the sole entity of the project.
func (s store) current(t *testing.T) artifact.Version {
	t.Helper()
	all, err := s.Artifacts.Current(t.Context(), "p")
	if err != nil || len(all) != 1 || !all[0].Current {
		t.Fatalf("%+v (%v)", all, err)
	}
	return all[0]
}

// made has a run make a version.
func (s store) made(t *testing.T, runID, data string) {
	t.Helper()
	s.save(t, s.create(t, run.NewRun{ID: runID}), draft(scene.EntityID, data))
}

func isNewVersion(t *testing.T, s store) {
	for n := range 11 {
		s.made(t, fmt.Sprint("r", n), fmt.Sprintf(`{"n":%d}`, n))
	}
	s.change(t, edit(`{"by":"hand"}`), 12)
	s.change(t, edit(`{"by":"hand"}`), 12) // the same again
	versions, err := s.Artifacts.Versions(t.Context(), "p", "scene", "scene_001")
	if err != nil || len(versions) != 12 || versions[9].Ref.Version != 10 || versions[9].Current {
		t.Fatalf("%+v %v", versions, err)
	}
	if v := versions[11]; v.Source != artifact.Human || !v.Current || !slices.Equal(v.Lineage, []artifact.Ref{versions[10].Ref}) {
		t.Errorf("%+v", v)
	}
	none := edit(`{}`)
	none.Of.EntityID = "none"
	if _, err := s.Artifacts.Change(t.Context(), "p", none); !errors.Is(err, artifact.ErrNotFound) {
		t.Error(err)
	}
	if entities, runs, err := s.Artifacts.Holdings(t.Context(), "p"); err != nil || entities != 1 || runs != 11 {
		t.Error(entities, runs, err)
	}
}

func staysCurrent(t *testing.T, s store) {
	s.made(t, "a", `{"n":1}`)
	if v := s.current(t); v.Ref.Version != 1 || v.Chosen || v.Latest != 1 {
		t.Errorf("%+v", v)
	}
	s.change(t, edit(`{"n":2}`), 2)
	s.made(t, "b", `{"n":3}`)
	if v := s.current(t); v.Ref.Version != 2 || !v.Chosen || v.Latest != 3 || v.Digest != artifact.DigestOf([]byte(`{"n":2}`)) {
		t.Errorf("%+v", v)
	}
	s.change(t, edit(`{"n":4}`), 4) // of the current one, which is not the latest
	if v := s.current(t); v.Latest != 4 || v.Lineage[0].Version != 2 {
		t.Errorf("%+v", v)
	}
}

func isRestored(t *testing.T, s store) {
	s.made(t, "a", `{"n":1}`)
	s.change(t, edit(`{"n":2}`), 2)
	restore := func(version int) storage.ArtifactChange {
		return storage.ArtifactChange{Action: event.Restored, Of: artifact.NewRef(scene.ArtifactType, scene.EntityID, version)}
	}
	s.change(t, restore(1), 1)
	s.made(t, "b", `{"n":3}`)
	if v := s.current(t); v.Ref.Version != 1 || !v.Chosen || v.Latest != 3 {
		t.Errorf("%+v", v)
	}
	s.change(t, restore(2), 2)
	s.change(t, restore(3), 3) // the latest one of runs: what they make is current again
	s.made(t, "c", `{"n":4}`)
	if v := s.current(t); v.Ref.Version != 4 || v.Chosen {
		t.Errorf("%+v", v)
	}
	for _, none := range []int{0, 5, -1} {
		if _, err := s.Artifacts.Change(t.Context(), "p", restore(none)); !errors.Is(err, artifact.ErrNotFound) {
			t.Errorf("version %d: %v", none, err)
		}
	}
}

func isConfirmed(t *testing.T, s store) {
	s.made(t, "a", `{"n":1}`)
	confirm := storage.ArtifactChange{Action: event.Confirmed, Of: scene}
	s.change(t, confirm, 1)
	if v := s.current(t); v.Health != artifact.ConfirmedValid || v.Chosen {
		t.Errorf("%+v", v)
	}
	if a, err := s.Artifacts.Artifact(t.Context(), "p", s.current(t).Ref); err != nil || a.Metadata.Health != artifact.ConfirmedValid {
		t.Errorf("%+v (%v)", a.Metadata, err)
	}
	s.made(t, "b", `{"n":1}`) // the same, which is confirmed
	if v := s.current(t); v.Ref.Version != 1 || v.Health != artifact.ConfirmedValid {
		t.Errorf("%+v", v)
	}
	s.made(t, "c", `{"n":2}`)
	if v := s.current(t); v.Ref.Version != 2 || v.Health != artifact.Valid {
		t.Errorf("%+v", v)
	}
}

func isMeant(t *testing.T, s store) {
	s.made(t, "a", `{"n":1}`)
	s.change(t, edit(`{"n":2}`), 2)
	s.made(t, "b", `{"n":3}`)
	for _, c := range []storage.ArtifactChange{edit(`{"n":4}`), {Action: event.Restored, Of: artifact.NewRef("scene", "scene_001", 1)},
		{Action: event.Confirmed, Of: scene}} {
		c.Meant = func(current int) bool { return current == 3 }
		if _, err := s.Artifacts.Change(t.Context(), "p", c); !errors.Is(err, artifact.ErrChanged) {
			t.Errorf("%s of the latest version, which is not the current one: %v", c.Action, err)
		}
	}
	c := edit(`{"n":4}`)
	c.Meant = func(current int) bool { return current == 2 }
	s.change(t, c, 4)
}

func isMadeByOne(t *testing.T, s store) {
	s.made(t, "a", `{"n":0}`)
	for version := 1; version <= 50; version++ {
		var both sync.WaitGroup
		var made, refused atomic.Int32
		for i := range 2 {
			both.Go(func() {
				c := edit(fmt.Sprintf(`{"n":%d,"by":%d}`, version, i))
				c.Meant = func(current int) bool { return current == version }
				switch _, err := s.Artifacts.Change(t.Context(), "p", c); {
				case err == nil:
					made.Add(1)
				case errors.Is(err, artifact.ErrChanged):
					refused.Add(1)
				default:
					t.Error(err)
				}
			})
		}
		both.Wait()
		if made.Load() != 1 || refused.Load() != 1 {
			t.Fatalf("of two edits of version %d %d are made and %d refused", version, made.Load(), refused.Load())
		}
	}
}

func hasOrigin(t *testing.T, s store) {
	saved := func(runID, stageID, data string) {
		t.Helper()
		err := s.Log.Commit(t.Context(), s.create(t, run.NewRun{ID: runID}), run.Change{
			Save: []artifact.Artifact{draft(scene.EntityID, data)},
			Events: func(saved []artifact.Artifact) []event.Body {
				ref := saved[0].Metadata.Ref
				return []event.Body{event.ArtifactSaved{StageID: stageID, ArtifactType: ref.ArtifactType, EntityID: ref.EntityID, Version: ref.Version}}
			},
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	saved("a", "extract", `{"n":1}`)
	saved("b", "extract", `{"n":1}`) // which is there already
	saved("c", "again", `{"n":2}`)
	s.change(t, edit(`{"n":3}`), 3)
	var got []string
	versions, err := s.Artifacts.Versions(t.Context(), "p", scene.ArtifactType, scene.EntityID)
	for _, v := range versions {
		got = append(got, v.RunID+" "+v.StageID)
	}
	if want := []string{"a extract", "c again", " "}; err != nil || !slices.Equal(got, want) {
		t.Errorf("made by %q, want %q (%v)", got, want, err)
	}
}

func isRecorded(t *testing.T, s store) {
	s.made(t, "a", `{"n":1}`)
	ada := event.Actor{Channel: event.ByPage, Name: new("ada")}
	ctx := event.WithActor(t.Context(), ada)
	change := func(c storage.ArtifactChange) {
		t.Helper()
		c.Reason = "because of " + string(c.Action)
		for range 2 { // the second time nothing changes
			if _, err := s.Artifacts.Change(ctx, "p", c); err != nil {
				t.Fatal(err)
			}
		}
	}
	change(edit(`{"n":2}`))
	change(storage.ArtifactChange{Action: event.Restored, Of: artifact.NewRef(scene.ArtifactType, scene.EntityID, 1)})
	change(storage.ArtifactChange{Action: event.Confirmed, Of: scene})
	var got []string
	for _, e := range s.entries(t, run.EventFilter{Kinds: []string{"artifact_edited"}}) {
		b, ok := e.Body.(event.ArtifactEdited)
		if !ok || b.Actor == nil || *b.Actor.Name != "ada" || b.ProjectID != "p" || e.ProjectID != "p" ||
			b.Reason != "because of "+string(b.Action) {
			t.Fatalf("%+v", e)
		}
		got = append(got, fmt.Sprint(b.Action, " ", b.Artifact))
	}
	if want := []string{"edit scene:scene_001:v2", "restore scene:scene_001:v1", "confirm scene:scene_001:v1"}; !slices.Equal(got, want) {
		t.Errorf("the log has %q, want %q", got, want)
	}
}
