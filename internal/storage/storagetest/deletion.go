package storagetest

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/internal/storage"
	"github.com/cineforge/cineforge/project"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

// add keeps a file of a project.
func (s store) add(t *testing.T, projectID, name, content string) {
	t.Helper()
	in := project.Input{Name: name, Original: name, Digest: artifact.DigestOf([]byte(content)), Size: int64(len(content)),
		Created: time.Now().UTC()}
	if _, _, err := s.Inputs.AddInput(t.Context(), projectID, in, []byte(content)); err != nil {
		t.Fatal(err)
	}
}

// works is a run of a project on an input, which has made a scene of each entity that it is given, and
// an answer. It is over unless it is told not to be.
func (s store) works(t *testing.T, n run.NewRun, input string, going bool, entities ...string) {
	t.Helper()
	n.Blobs = [][]byte{[]byte("recipe"), []byte(input)}
	n.First = []event.Body{event.PipelineStarted{RecipeDigest: artifact.DigestOf([]byte("recipe")),
		InputDigest: artifact.DigestOf([]byte(input)), ProjectID: n.ProjectID}}
	c := s.create(t, n)
	var save []artifact.Artifact
	for _, entity := range entities {
		save = append(save, draft(entity, `"`+entity+`"`))
	}
	err := s.Log.Commit(t.Context(), c, run.Change{
		Save: save, Answers: []run.Answer{{Key: "k " + n.ID, Chain: "c", JSON: []byte(`"` + n.ID + `"`)}},
		Events: func(saved []artifact.Artifact) (events []event.Body) {
			for _, a := range saved {
				ref := a.Metadata.Ref
				events = append(events, event.ArtifactSaved{ArtifactType: ref.ArtifactType, EntityID: ref.EntityID, Version: ref.Version})
			}
			return append(events, event.UnitDone{})
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	if !going {
		s.commit(t, c, event.PipelineFinished{Outcome: event.Succeeded, Success: true})
	}
}

// editScene stores a person's version of a scene.
func (s store) editScene(t *testing.T, projectID, entity, data string) {
	t.Helper()
	a := draft(entity, data)
	a.Metadata.Source = artifact.Human
	_, err := s.Artifacts.Change(t.Context(), projectID, storage.ArtifactChange{
		Action: event.Edited, Of: artifact.NewRef(artifact.Scene, entity, 0), Edited: a,
	})
	if err != nil {
		t.Fatal(err)
	}
}

// has reports whether a content is stored.
func (s store) has(t *testing.T, content string) bool {
	t.Helper()
	_, err := s.Blobs.Get(t.Context(), artifact.DigestOf([]byte(content)))
	if err != nil && !errors.Is(err, run.ErrNotFound) {
		t.Fatal(err)
	}
	return err == nil
}

// theStories makes a project to delete, its drills, and one that shares content with it.
func (s store) theStories(t *testing.T) {
	t.Helper()
	s.add(t, "tide", "1_tide", "the tide")
	s.add(t, "tide", "2_bus", "the bus")
	s.add(t, "other", "3_bus", "the bus")
	s.works(t, run.NewRun{ID: "a", ProjectID: "tide"}, "the tide", false, "scene_1", "scene_2")
	s.works(t, run.NewRun{ID: "a-retry", ProjectID: "tide", Parent: "a", Root: "a"}, "the tide", false, "scene_1", "scene_3")
	s.works(t, run.NewRun{ID: "b", ProjectID: "tide"}, "the bus", false, "scene_2", "scene_4")
	s.works(t, run.NewRun{ID: "drill", ProjectID: "drill-tide"}, "the tide", false, "scene_9")
	s.works(t, run.NewRun{ID: "o", ProjectID: "other"}, "the bus", false, "scene_4")
	s.editScene(t, "tide", "scene_3", `"by hand"`)
	s.editScene(t, "tide", "scene_3", `"by hand again"`)
	if _, err := s.Chat.Post(t.Context(), "tide", project.Message{ID: "m", Content: []byte(`"said"`)}); err != nil {
		t.Fatal(err)
	}
}

// left returns the names of what a project and the runs are.
func (s store) left(t *testing.T, projectID string) (runs []string, scenes []string) {
	t.Helper()
	for r, err := range s.Index.Runs(t.Context(), run.RunFilter{}) {
		if err != nil {
			t.Fatal(err)
		}
		runs = append(runs, r.RunID)
	}
	newest, err := s.Artifacts.Current(t.Context(), projectID)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range newest {
		scenes = append(scenes, m.Ref.EntityID)
	}
	return runs, scenes
}

func goesWhole(t *testing.T, s store) {
	s.theStories(t)
	head, err := s.Feed.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	done, err := s.Deletion.DeleteProject(t.Context(), "tide", "drill-tide")
	if err != nil || done.Runs != 4 || done.Inputs != 2 || done.Artifacts != 7 || done.Answers != 4 || done.Messages != 1 ||
		done.Blobs != 7 {
		t.Errorf("%+v %v", done, err)
	}
	if _, err := s.Projects.Project(t.Context(), "tide"); !errors.Is(err, project.ErrNotFound) {
		t.Error(err)
	}
	runs, scenes := s.left(t, "tide")
	if others, theirs := s.left(t, "other"); !slices.Equal(runs, []string{"o"}) || scenes != nil || len(others) != 1 || len(theirs) != 1 {
		t.Errorf("left are %v, %v, %v", runs, scenes, theirs)
	}
	for _, gone := range []string{"the tide", `"scene_1"`, `"by hand"`, `"scene_9"`} {
		if s.has(t, gone) {
			t.Errorf("%s is left", gone)
		}
	}
	for _, kept := range []string{"the bus", "recipe", `"scene_4"`} {
		if !s.has(t, kept) {
			t.Errorf("%s is gone", kept)
		}
	}
	if messages, err := s.Chat.Messages(t.Context(), "tide"); err != nil || len(messages) != 0 {
		t.Errorf("%v %v", messages, err)
	}
	for _, id := range []string{"a", "b", "drill"} {
		if _, err := s.Memo.Answer(t.Context(), run.AnswerKey{Key: "k " + id, Chain: "c"}); !errors.Is(err, run.ErrNotFound) {
			t.Errorf("the answer of %s: %v", id, err)
		}
	}
	if _, err := s.Memo.Answer(t.Context(), run.AnswerKey{Key: "k o", Chain: "c"}); err != nil {
		t.Error(err)
	}
	all := s.entries(t, run.EventFilter{})
	last := all[len(all)-1]
	if got := names(all); got[len(got)-1] != "project_deleted tide" || last.Position != head+1 ||
		slices.Contains(got[:len(got)-1], "input_added tide") {
		t.Errorf("the log is %v", got)
	}
	for _, e := range all {
		if data, err := json.Marshal(e.Event); err != nil || e.ProjectID == "tide" && strings.Contains(string(data), "1_tide") {
			t.Errorf("%s %v", data, err)
		}
	}
	isWhole(t, s)
	if _, err := s.Deletion.DeleteProject(t.Context(), "tide", "drill-tide"); !errors.Is(err, project.ErrNotFound) {
		t.Errorf("again: %v", err)
	}
	// All that is gone can be there again, as something of its own.
	s.areThereAgain(t)
}

// areThereAgain makes runs of the names of those that are gone.
func (s store) areThereAgain(t *testing.T) {
	t.Helper()
	s.add(t, "tide", "1_tide", "the tide")
	s.works(t, run.NewRun{ID: "a", ProjectID: "tide"}, "the tide", false, "scene_1")
	versions, err := s.Artifacts.Versions(t.Context(), "tide", artifact.Scene, "scene_1")
	if err != nil || len(versions) != 1 || versions[0].Ref.Version != 1 {
		t.Errorf("%+v %v", versions, err)
	}
	isWhole(t, s)
}

func goesAlone(t *testing.T, s store) {
	s.theStories(t)
	done, err := s.Deletion.DeleteInput(t.Context(), "tide", "drill-tide", "1_tide")
	// Gone are scene_1, scene_3 with what people made of it, and scene_9; scene_2 run b has made, too.
	if err != nil || done.Runs != 3 || done.Inputs != 1 || done.Artifacts != 5 || done.Answers != 3 || done.Messages != 0 {
		t.Errorf("%+v %v", done, err)
	}
	runs, scenes := s.left(t, "tide")
	if !slices.Equal(runs, []string{"o", "b"}) || !slices.Equal(scenes, []string{"scene_2", "scene_4"}) {
		t.Errorf("left are %v, %v", runs, scenes)
	}
	for _, gone := range []string{"the tide", `"scene_1"`, `"scene_3"`, `"by hand"`, `"by hand again"`} {
		if s.has(t, gone) {
			t.Errorf("%s is left", gone)
		}
	}
	if left, err := s.Inputs.Inputs(t.Context(), "tide"); err != nil || len(left) != 1 || left[0].Name != "2_bus" {
		t.Errorf("%+v %v", left, err)
	}
	all := names(s.entries(t, run.EventFilter{ProjectID: "tide", Topics: []event.Topic{event.TopicInputs}}))
	if !slices.Equal(all, []string{"input_added tide", "input_deleted tide"}) {
		t.Errorf("%v", all)
	}
	isWhole(t, s)
	for _, name := range []string{"1_tide", "none", "3_bus"} {
		if _, err := s.Deletion.DeleteInput(t.Context(), "tide", "drill-tide", name); !errors.Is(err, project.ErrNotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
	// With the same content under another name, what was made of it stays.
	s.add(t, "tide", "4_bus", "the bus")
	if done, err = s.Deletion.DeleteInput(t.Context(), "tide", "drill-tide", "2_bus"); err != nil || done.Runs != 0 || done.Artifacts != 0 {
		t.Errorf("%+v %v", done, err)
	}
	if runs, _ = s.left(t, "tide"); !slices.Equal(runs, []string{"o", "b"}) || !s.has(t, "the bus") {
		t.Errorf("left are %v", runs)
	}
	// A new version gets a number of its own.
	s.editScene(t, "tide", "scene_2", `"by hand"`)
	got, err := s.Artifacts.Artifact(t.Context(), "tide", artifact.NewRef(artifact.Scene, "scene_2", 2))
	if err != nil || string(got.Data) != `"by hand"` {
		t.Errorf("%s %v", got.Data, err)
	}
}

func staysWhileUsed(t *testing.T, s store) {
	s.theStories(t)
	s.works(t, run.NewRun{ID: "going", ProjectID: "drill-tide"}, "the tide", true)
	before := len(s.entries(t, run.EventFilter{}))
	_, first := s.Deletion.DeleteProject(t.Context(), "tide", "drill-tide")
	_, second := s.Deletion.DeleteInput(t.Context(), "tide", "drill-tide", "1_tide")
	for _, err := range []error{first, second} {
		if u, ok := errors.AsType[*run.UnderWayError](err); !ok || u.RunID != "going" {
			t.Errorf("while a run is under way: %v", err)
		}
	}
	if after := len(s.entries(t, run.EventFilter{})); after != before {
		t.Errorf("the log has %d events, and had %d", after, before)
	}
	if runs, scenes := s.left(t, "tide"); len(runs) != 6 || len(scenes) != 4 {
		t.Errorf("left are %v, %v", runs, scenes)
	}
	if _, err := s.Deletion.DeleteInput(t.Context(), "tide", "drill-tide", "2_bus"); err != nil {
		t.Errorf("an input that no run under way works with: %v", err)
	}
}

// What was found in a file is content of it: it goes with the last project that has the file.
func scansGo(t *testing.T, s store) {
	content := []byte("INT. HALCYON - DAY")
	in := project.Input{Name: "1_a", Original: "a.txt", Digest: artifact.DigestOf(content), Created: time.Now()}
	for _, id := range []string{"tide", "other"} {
		if err := s.Projects.CreateProject(t.Context(), project.Project{ID: id, Created: time.Now()}); err != nil {
			t.Fatal(err)
		}
		if _, _, err := s.Inputs.AddInput(t.Context(), id, in, content); err != nil {
			t.Fatal(err)
		}
	}
	scan := project.Scan{Digest: in.Digest, Original: "a.txt", Reader: "1", Summary: []byte("{}"), Report: []byte(`{"heading":"halcyon"}`)}
	if err := s.Scans.KeepScan(t.Context(), scan); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Deletion.DeleteInput(t.Context(), "tide", "drill-tide", "1_a"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Scans.Scan(t.Context(), in.Digest, "a.txt", "1"); err != nil {
		t.Errorf("another project has the file: %v", err)
	}
	if _, err := s.Deletion.DeleteProject(t.Context(), "other", "drill-other"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Scans.Scan(t.Context(), in.Digest, "a.txt", "1"); !errors.Is(err, project.ErrNotFound) {
		t.Errorf("no project has the file: %v", err)
	}
}
