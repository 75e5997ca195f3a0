// Package projecttest has the checks that every store of projects passes.
package projecttest

import (
	"encoding/json"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/project"
)

// Store is what is checked.
type Store struct {
	Projects project.Store
	Inputs   project.Inputs
	Chat     project.Chat
	Scans    project.Scans
	Blobs    artifact.Blobs // where the content of inputs is found
}

// Run checks a store. Open returns an empty one, for each check anew; it is called in a
// bubble of virtual time.
func Run(t *testing.T, open func(t *testing.T) Store) {
	for name, check := range map[string]func(t *testing.T, s Store){
		"a project is made once":        isMadeOnce,
		"what changed last comes first": comesFirst,
		"an input is kept once":         isKeptOnce,
		"a message is posted once":      isPostedOnce,
		"changes do not get lost":       areNotLost,
		"a scan is of a file":           isOfAFile,
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { check(t, open(t)) })
		})
	}
}

func isMadeOnce(t *testing.T, s Store) {
	if _, err := s.Projects.Project(t.Context(), "tide"); !errors.Is(err, project.ErrNotFound) {
		t.Error(err)
	}
	p := project.Project{ID: "tide", Name: "Tide", Created: time.Now().UTC(),
		Preferences: map[string]json.RawMessage{"dark": json.RawMessage(`true`)}}
	if err := s.Projects.CreateProject(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	if err := s.Projects.CreateProject(t.Context(), p); !errors.Is(err, project.ErrExists) {
		t.Errorf("again: %v", err)
	}
	got, err := s.Projects.Project(t.Context(), "tide")
	if err != nil || got.Name != "Tide" || !got.Created.Equal(p.Created) || !got.Changed.Equal(p.Created) ||
		string(got.Preferences["dark"]) != "true" {
		t.Errorf("%+v %v", got, err)
	}
}

func comesFirst(t *testing.T, s Store) {
	for _, id := range []string{"a", "b", "c"} {
		if err := s.Projects.CreateProject(t.Context(), project.Project{ID: id, Created: time.Now()}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
	}
	changed, err := s.Projects.ChangeProject(t.Context(), "a", func(p *project.Project) { p.Name = "The Tide" })
	if err != nil || changed.Name != "The Tide" || !changed.Changed.After(changed.Created) {
		t.Errorf("%+v %v", changed, err)
	}
	if _, err := s.Projects.ChangeProject(t.Context(), "none", func(*project.Project) {}); !errors.Is(err, project.ErrNotFound) {
		t.Error(err)
	}
	for limit, want := range [][]string{{"a", "c", "b"}, {"a"}, {"a", "c"}} {
		all, err := s.Projects.Projects(t.Context(), limit)
		var ids []string
		for _, p := range all {
			ids = append(ids, p.ID)
		}
		if err != nil || !slices.Equal(ids, want) {
			t.Errorf("%d of them: %v %v", limit, ids, err)
		}
	}
}

func given(name, data string) (project.Input, []byte) {
	return project.Input{
		Name: name, Original: "a.fountain", Digest: artifact.DigestOf([]byte(data)), Size: int64(len(data)), Created: time.UnixMilli(5).UTC(),
	}, []byte(data)
}

func isKeptOnce(t *testing.T, s Store) {
	in, data := given("1_a.fountain", "INT. A\n")
	kept, existing, err := s.Inputs.AddInput(t.Context(), "tide", in, data)
	if err != nil || existing || kept != in {
		t.Fatalf("%+v %v %v", kept, existing, err)
	}
	same, data := given("2_a.fountain", "INT. A\n")
	if kept, existing, err := s.Inputs.AddInput(t.Context(), "tide", same, data); err != nil || !existing || kept != in {
		t.Errorf("again: %+v %v %v", kept, existing, err)
	}
	if _, existing, err := s.Inputs.AddInput(t.Context(), "other", same, data); err != nil || existing {
		t.Errorf("of another project: %v %v", existing, err)
	}
	if all, err := s.Inputs.Inputs(t.Context(), "tide"); err != nil || !slices.Equal(all, []project.Input{in}) {
		t.Errorf("%+v %v", all, err)
	}
	if got, err := s.Blobs.Get(t.Context(), in.Digest); err != nil || string(got) != "INT. A\n" {
		t.Errorf("%q %v", got, err)
	}
	if p, err := s.Projects.Project(t.Context(), "tide"); err != nil || p.Name != "tide" {
		t.Errorf("the project that came to be by its input: %+v %v", p, err)
	}
}

func isPostedOnce(t *testing.T, s Store) {
	if err := s.Projects.CreateProject(t.Context(), project.Project{ID: "tide"}); err != nil {
		t.Fatal(err)
	}
	for i, text := range []string{`"first"`, `"second"`} {
		m, err := s.Chat.Post(t.Context(), "tide", project.Message{ID: "m", Time: time.UnixMilli(int64(i)), Content: json.RawMessage(text)})
		if err != nil || string(m.Content) != `"first"` {
			t.Errorf("%s: %v", m.Content, err)
		}
	}
	if all, err := s.Chat.Messages(t.Context(), "tide"); err != nil || len(all) != 1 {
		t.Errorf("%+v %v", all, err)
	}
}

func areNotLost(t *testing.T, s Store) {
	if err := s.Projects.CreateProject(t.Context(), project.Project{ID: "tide", Created: time.Now()}); err != nil {
		t.Fatal(err)
	}
	const n = 20
	var all sync.WaitGroup
	for range n {
		all.Go(func() {
			if _, err := s.Projects.ChangeProject(t.Context(), "tide", func(p *project.Project) { p.Name += "x" }); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if p, err := s.Projects.Project(t.Context(), "tide"); err != nil || len(p.Name) != n {
		t.Errorf("%q %v", p.Name, err)
	}
}

// A scan is kept for a file that a project has, by its content, its name and the reader, and in
// place of an earlier one.
func isOfAFile(t *testing.T, s Store) {
	if err := s.Projects.CreateProject(t.Context(), project.Project{ID: "tide", Created: time.Now()}); err != nil {
		t.Fatal(err)
	}
	content := []byte("INT. A - DAY")
	in := project.Input{Name: "1_a.txt", Original: "a.txt", Digest: artifact.DigestOf(content), Size: 12, Created: time.Now()}
	scan := project.Scan{Digest: in.Digest, Original: "a.txt", Reader: "1"}
	scan.Summary = json.RawMessage(`{"n":0}`)
	scan.Report = json.RawMessage(`{"all":0}`)
	if err := s.Scans.KeepScan(t.Context(), scan); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Scans.Scan(t.Context(), in.Digest, "a.txt", "1"); !errors.Is(err, project.ErrNotFound) {
		t.Errorf("of a file that no project has: %v", err)
	}
	if _, _, err := s.Inputs.AddInput(t.Context(), "tide", in, content); err != nil {
		t.Fatal(err)
	}
	for _, n := range []string{"1", "2"} {
		scan.Summary = json.RawMessage(`{"n":` + n + `}`)
		scan.Report = json.RawMessage(`{"all":` + n + `}`)
		if err := s.Scans.KeepScan(t.Context(), scan); err != nil {
			t.Fatal(err)
		}
	}
	got, err := s.Scans.Scan(t.Context(), in.Digest, "a.txt", "1")
	if err != nil || string(got.Summary) != `{"n":2}` || string(got.Report) != `{"all":2}` || got.Original != "a.txt" {
		t.Errorf("%+v %v", got, err)
	}
	all, err := s.Scans.Scans(t.Context(), "tide", "1")
	if err != nil || len(all) != 1 || string(all[0].Summary) != `{"n":2}` || all[0].Report != nil || all[0].Digest != in.Digest {
		t.Errorf("%+v %v", all, err)
	}
	for _, other := range []struct{ original, reader string }{{"b.txt", "1"}, {"a.txt", "2"}} {
		if _, err := s.Scans.Scan(t.Context(), in.Digest, other.original, other.reader); !errors.Is(err, project.ErrNotFound) {
			t.Errorf("%v: %v", other, err)
		}
	}
	if all, err := s.Scans.Scans(t.Context(), "tide", "2"); err != nil || len(all) != 0 {
		t.Errorf("another reader: %+v %v", all, err)
	}
	if all, err := s.Scans.Scans(t.Context(), "none", "1"); err != nil || len(all) != 0 {
		t.Errorf("another project: %+v %v", all, err)
	}
}
