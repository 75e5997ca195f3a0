package sqlite_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/internal/sqlite"
	"github.com/cineforge/cineforge/project"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

func given(name, data string) (project.Input, []byte) {
	return project.Input{Name: name, Original: "a.fountain", Digest: artifact.DigestOf([]byte(data)), Size: int64(len(data)), Created: time.UnixMilli(5).UTC()}, []byte(data)
}

func TestProjects(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, t.TempDir())
		if _, err := s.Projects.Project(t.Context(), "tide"); !errors.Is(err, project.ErrNotFound) {
			t.Error(err)
		}
		p := project.Project{ID: "tide", Name: "Tide", Created: time.Now().UTC(), Preferences: map[string]json.RawMessage{"dark": json.RawMessage(`true`)}}
		if err := s.Projects.CreateProject(t.Context(), p); err != nil {
			t.Fatal(err)
		}
		if err := s.Projects.CreateProject(t.Context(), p); !errors.Is(err, project.ErrExists) {
			t.Errorf("again: %v", err)
		}
		time.Sleep(time.Second)
		claimed(t, s, "r1") // of project p, which comes to be by it
		all, err := s.Projects.Projects(t.Context(), 0)
		if err != nil || len(all) != 2 || all[0].ID != "p" || all[1].ID != "tide" || string(all[1].Preferences["dark"]) != "true" {
			t.Fatalf("%+v %v", all, err)
		}
		time.Sleep(time.Second)
		changed, err := s.Projects.ChangeProject(t.Context(), "tide", func(p *project.Project) { p.Name = "The Tide" })
		if err != nil || changed.Name != "The Tide" || !changed.Changed.After(changed.Created) {
			t.Errorf("%+v %v", changed, err)
		}
		if all, err := s.Projects.Projects(t.Context(), 1); err != nil || len(all) != 1 || all[0].ID != "tide" {
			t.Errorf("the one that changed last: %+v %v", all, err)
		}
		if _, err := s.Projects.ChangeProject(t.Context(), "none", func(*project.Project) {}); !errors.Is(err, project.ErrNotFound) {
			t.Error(err)
		}
	})
}

func TestAnInputIsKeptOnceAndOutlivesASweep(t *testing.T) {
	each(t, func(t *testing.T, s *sqlite.Store) {
		in, data := given("1_a.fountain", "INT. A\n")
		kept, existing, err := s.Projects.AddInput(t.Context(), "tide", in, data)
		if err != nil || existing || kept != in {
			t.Fatalf("%+v %v %v", kept, existing, err)
		}
		same, data := given("2_a.fountain", "INT. A\n")
		if kept, existing, err := s.Projects.AddInput(t.Context(), "tide", same, data); err != nil || !existing || kept != in {
			t.Errorf("again: %+v %v %v", kept, existing, err)
		}
		if _, existing, err := s.Projects.AddInput(t.Context(), "other", same, data); err != nil || existing {
			t.Errorf("of another project: %v %v", existing, err)
		}
		if p, err := s.Maintenance.Sweep(t.Context()); err != nil || p.Blobs != 0 {
			t.Errorf("the sweep took %+v %v", p, err)
		}
		if all, err := s.Projects.Inputs(t.Context(), "tide"); err != nil || !slices.Equal(all, []project.Input{in}) {
			t.Errorf("%+v %v", all, err)
		}
		if got, err := s.Blobs.Get(t.Context(), in.Digest); err != nil || string(got) != "INT. A\n" {
			t.Errorf("%q %v", got, err)
		}
	})
}

func TestAMessageIsPostedOnce(t *testing.T) {
	each(t, func(t *testing.T, s *sqlite.Store) {
		if err := s.Projects.CreateProject(t.Context(), project.Project{ID: "tide"}); err != nil {
			t.Fatal(err)
		}
		for i, text := range []string{`"first"`, `"second"`} {
			m, err := s.Projects.Post(t.Context(), "tide", project.Message{ID: "m", Time: time.UnixMilli(int64(i)), Content: json.RawMessage(text)})
			if err != nil || string(m.Content) != `"first"` {
				t.Errorf("%s: %v", m.Content, err)
			}
		}
		if all, err := s.Projects.Messages(t.Context(), "tide"); err != nil || len(all) != 1 {
			t.Errorf("%+v %v", all, err)
		}
	})
}

// However many ask at once, a request with a key makes one run.
func TestARequestMakesOneRun(t *testing.T) {
	each(t, func(t *testing.T, s *sqlite.Store) {
		var wg sync.WaitGroup
		made := make([]error, 20)
		for i := range made {
			wg.Go(func() {
				made[i] = s.Log.Create(t.Context(), run.NewRun{ID: fmt.Sprint("r", i), ProjectID: "p", First: []event.Body{event.PipelineStarted{}}, Once: run.IdempotencyKey{Key: "k", Asked: "a"}})
			})
		}
		wg.Wait()
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
		err := s.Log.Create(t.Context(), run.NewRun{ID: "x", ProjectID: "p", First: []event.Body{event.PipelineStarted{}}, Once: run.IdempotencyKey{Key: "k", Asked: "other"}})
		if r, ok := errors.AsType[*run.RepeatedError](err); !ok || r.Same {
			t.Errorf("another request: %v", err)
		}
	})
}

// The feed has what happened in all runs in the order in which it was stored, whoever
// stored it.
func TestTheFeedIsInOrder(t *testing.T) {
	each(t, func(t *testing.T, s *sqlite.Store) {
		if head, err := s.Log.Head(t.Context()); err != nil || head != 0 {
			t.Fatal(head, err)
		}
		var wg sync.WaitGroup
		for _, id := range []string{"a", "b", "c"} {
			c := claimed(t, s, id)
			wg.Go(func() {
				for range 20 {
					if err := commit(s, c, event.UnitDone{}, event.UnitDone{}); err != nil {
						t.Error(err)
					}
				}
			})
		}
		var got []run.LogEntry
		for after := int64(0); len(got) < 3*41; {
			if err := s.Log.Await(t.Context(), after); err != nil {
				t.Fatal(err)
			}
			entries, err := s.Log.Entries(t.Context(), run.EventFilter{}, after, 7)
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
		wg.Wait()
		seq := map[string]int64{}
		for _, e := range got {
			if seq[e.RunID]++; e.Seq != seq[e.RunID] {
				t.Fatalf("run %s: event %d after %d", e.RunID, e.Seq, seq[e.RunID]-1)
			}
		}
		some, err := s.Log.Entries(t.Context(), run.EventFilter{Runs: []string{"a", "c"}, ProjectID: "p"}, 0, 1000)
		if err != nil || len(some) != 2*41 || slices.ContainsFunc(some, func(e run.LogEntry) bool { return e.RunID == "b" }) {
			t.Errorf("%d of two runs, %v", len(some), err)
		}
		if none, err := s.Log.Entries(t.Context(), run.EventFilter{ProjectID: "q"}, 0, 1000); err != nil || len(none) != 0 {
			t.Errorf("%d of no project, %v", len(none), err)
		}
	})
}

func TestAnEditIsANewVersion(t *testing.T) {
	each(t, func(t *testing.T, s *sqlite.Store) {
		for n := range 11 {
			save(t, s, claimed(t, s, fmt.Sprint("r", n)), draft("scene_001", fmt.Sprintf(`{"n":%d}`, n)))
		}
		a := draft("scene_001", `{"by":"hand"}`)
		a.Metadata.Source = artifact.Human
		saved, err := s.Artifacts.Edit(t.Context(), "p", a)
		if err != nil || saved.Metadata.Ref.Version != 12 {
			t.Fatalf("%+v %v", saved.Metadata.Ref, err)
		}
		a.Metadata.Lineage = []artifact.Ref{saved.Metadata.Ref}
		if same, err := s.Artifacts.Edit(t.Context(), "p", a); err != nil || same.Metadata.Ref.Version != 12 {
			t.Errorf("the same edit again: %+v %v", same.Metadata.Ref, err)
		}
		versions, err := s.Artifacts.Versions(t.Context(), "p", "scene", "scene_001")
		if err != nil || len(versions) != 12 || versions[9].Ref.Version != 10 || versions[11].Source != artifact.Human {
			t.Errorf("%+v %v", versions, err)
		}
		newest, err := s.Artifacts.Newest(t.Context(), "p")
		if err != nil || len(newest) != 1 || newest[0].Ref.Version != 12 {
			t.Errorf("%+v %v", newest, err)
		}
		if _, err := s.Artifacts.Edit(t.Context(), "p", draft("none", `{}`)); !errors.Is(err, run.ErrNotFound) {
			t.Error(err)
		}
		if entities, runs, err := s.Artifacts.Holdings(t.Context(), "p"); err != nil || entities != 1 || runs != 11 {
			t.Error(entities, runs, err)
		}
	})
}
