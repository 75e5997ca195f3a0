// Package runtest has the checks that every store of runs passes: what package run promises
// of its seams, and what package durable/local promises of its journal.
package runtest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/durable"
	"github.com/cineforge/cineforge/durable/local"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

// Store is what is checked.
type Store struct {
	Log     run.Log
	Index   run.Index
	Memo    run.Memo
	Feed    run.Feed
	Journal local.Journal
	Archive artifact.Archive
	Blobs   artifact.Blobs
}

// Run checks a store. Open returns an empty one, for each check anew; it is called in a
// bubble of virtual time.
func Run(t *testing.T, open func(t *testing.T) Store) {
	for name, check := range map[string]func(t *testing.T, s Store){
		"events are numbered without gap":            numbered,
		"many events come in pages":                  comeInPages,
		"a failing writer does not spoil the others": failsAlone,
		"nothing follows the terminal event":         ends,
		"what is read is not what was written":       isNotShared,
		"a run is created once":                      isCreatedOnce,
		"a request makes one run":                    makesOne,
		"a run is retried once at a time":            isRetriedOnce,
		"the same run is under way once":             isUnderWayOnce,
		"a refusal comes last":                       refuses,
		"claims":                                     claims,
		"waiting runs are due at their time":         areDue,
		"many runs do not hide those of others":      takeTurns,
		"artifact versions are numbers":              countVersions,
		"identical artifacts are one version":        areOneVersion,
		"a change is one transaction":                isOneTransaction,
		"a waiter sees a single event":               seesOne,
		"a wait ends with its context":               endsWithContext,
		"runs are listed newest first":               areListed,
		"a line is listed oldest first":              lineIsListed,
		"lists say what is kept elsewhere of runs":   sayWhatIsElsewhere,
		"what may need a person is listed":           areUnattended,
		"which files are done":                       areDone,
		"answers of the own line come first":         ownFirst,
		"answers are forgotten":                      areForgotten,
		"the feed is in order":                       isInOrder,
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { check(t, open(t)) })
		})
	}
}

// create makes a run of project p and claims it.
func (s Store) create(t *testing.T, id string) durable.Claim {
	t.Helper()
	return s.createAs(t, run.NewRun{ID: id, ProjectID: "p", First: []event.Body{event.PipelineStarted{RecipeID: "r"}}})
}

func (s Store) createAs(t *testing.T, n run.NewRun) durable.Claim {
	t.Helper()
	if err := s.Log.Create(t.Context(), n); err != nil {
		t.Fatal(err)
	}
	c, err := s.Journal.Claim(t.Context(), n.ID, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func (s Store) commit(c durable.Claim, bodies ...event.Body) error {
	return s.Log.Commit(context.Background(), c, run.Change{Events: func([]artifact.Artifact) []event.Body { return bodies }})
}

func (s Store) read(t *testing.T, id string, after int64) (events []event.Event) {
	t.Helper()
	for e, err := range s.Log.Events(t.Context(), id, after) {
		if err != nil {
			t.Fatal(err)
		}
		events = append(events, e)
	}
	return events
}

func (s Store) list(t *testing.T, f run.RunFilter) (ids []string) {
	t.Helper()
	for r, err := range s.Index.Runs(t.Context(), f) {
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, r.RunID)
	}
	return ids
}

func draft(entity, data string) artifact.Artifact {
	return artifact.Artifact{Data: json.RawMessage(data), Metadata: artifact.Metadata{
		Ref:    artifact.Ref{ArtifactType: artifact.Scene, EntityID: entity},
		Source: artifact.Code, Health: artifact.Valid, CreatedAt: time.UnixMilli(1000).UTC(),
	}}
}

func (s Store) save(t *testing.T, c durable.Claim, drafts ...artifact.Artifact) (saved []artifact.Artifact) {
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

func areListed(t *testing.T, s Store) {
	for _, id := range []string{"b", "c", "a"} {
		s.create(t, id)
	}
	if err := s.Log.Create(t.Context(), run.NewRun{ID: "z", ProjectID: "other", First: []event.Body{event.DryRunValidated{}}}); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		filter run.RunFilter
		want   []string
	}{
		{run.RunFilter{}, []string{"z", "a", "c", "b"}},
		{run.RunFilter{ProjectID: "p"}, []string{"a", "c", "b"}},
		{run.RunFilter{Before: "a"}, []string{"c", "b"}},
		{run.RunFilter{UnderWay: true}, []string{"a", "c", "b"}},
		{run.RunFilter{ProjectID: "none"}, nil},
	} {
		if got := s.list(t, test.filter); !slices.Equal(got, test.want) {
			t.Errorf("%+v: %v, want %v", test.filter, got, test.want)
		}
	}
	for _, err := range s.Index.Runs(t.Context(), run.RunFilter{Before: "none"}) {
		if !errors.Is(err, run.ErrNotFound) {
			t.Errorf("before a run that is not there: %v", err)
		}
	}
}

func lineIsListed(t *testing.T, s Store) {
	s.create(t, "other")
	for i, id := range []string{"first", "second", "third"} {
		n := run.NewRun{ID: id, ProjectID: "p", First: []event.Body{event.DryRunValidated{}}}
		if i > 0 {
			n.Parent = "first"
			n.Root = "first"
		}
		if err := s.Log.Create(t.Context(), n); err != nil {
			t.Fatal(err)
		}
	}
	line, err := s.Index.Line(t.Context(), "first")
	if err != nil || len(line) != 3 || line[0].RunID != "first" || line[2].RunID != "third" || line[2].Parent != "first" {
		t.Errorf("%+v %v", line, err)
	}
	for _, r := range line {
		if r.LastSeq != 1 || r.ProjectID != "p" {
			t.Errorf("%+v", r)
		}
	}
}

func ownFirst(t *testing.T, s Store) {
	answer := func(id, root, chain, text string) {
		c := s.createAs(t, run.NewRun{ID: id, ProjectID: "p", Root: root, First: []event.Body{event.PipelineStarted{}}})
		err := s.Log.Commit(t.Context(), c, run.Change{
			Answers: []run.Answer{{Key: "k", Chain: chain, JSON: json.RawMessage(`"` + text + `"`), Provider: "anthropic"}},
			Events:  func([]artifact.Artifact) []event.Body { return []event.Body{event.UnitDone{}} },
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	answer("private", "", "", "private")
	answer("shared", "", "chain", "shared")
	answer("own", "", "chain", "own")
	for _, test := range []struct {
		key  run.AnswerKey
		want string
	}{
		{run.AnswerKey{Key: "k", Root: "own", Chain: "chain"}, `"own"`},
		{run.AnswerKey{Key: "k", Root: "private"}, `"private"`},
		{run.AnswerKey{Key: "k", Root: "none", Chain: "other", Former: "chain"}, "any"},
		{run.AnswerKey{Key: "k", Root: "none", Chain: "other"}, ""},
		{run.AnswerKey{Key: "other", Root: "own", Chain: "chain"}, ""},
	} {
		got, err := s.Memo.Answer(t.Context(), test.key)
		switch {
		case test.want == "":
			if !errors.Is(err, run.ErrNotFound) {
				t.Errorf("%+v: %s %v", test.key, got.JSON, err)
			}
		case err != nil || test.want != "any" && string(got.JSON) != test.want || got.Provider != "anthropic" || got.RunID == "":
			t.Errorf("%+v: %+v %v", test.key, got, err)
		}
	}
}

func areForgotten(t *testing.T, s Store) {
	c := s.create(t, "a")
	change := func(c durable.Claim, change run.Change) {
		t.Helper()
		change.Events = func([]artifact.Artifact) []event.Body { return []event.Body{event.UnitDone{}} }
		if err := s.Log.Commit(t.Context(), c, change); err != nil {
			t.Fatal(err)
		}
	}
	other := s.create(t, "b")
	change(c, run.Change{Answers: []run.Answer{{Key: "k", JSON: json.RawMessage(`1`)}}})
	change(other, run.Change{Answers: []run.Answer{{Key: "k", JSON: json.RawMessage(`2`)}}})
	change(c, run.Change{Answers: []run.Answer{{Key: "k", JSON: json.RawMessage(`3`)}}})
	if a, err := s.Memo.Answer(t.Context(), run.AnswerKey{Key: "k", Root: "a"}); err != nil || string(a.JSON) != "3" {
		t.Errorf("a later answer: %s %v", a.JSON, err)
	}
	change(c, run.Change{Forget: []string{"k", "none"}})
	if _, err := s.Memo.Answer(t.Context(), run.AnswerKey{Key: "k", Root: "a"}); !errors.Is(err, run.ErrNotFound) {
		t.Errorf("a forgotten answer: %v", err)
	}
	if a, err := s.Memo.Answer(t.Context(), run.AnswerKey{Key: "k", Root: "b"}); err != nil || string(a.JSON) != "2" {
		t.Errorf("another line's answer: %s %v", a.JSON, err)
	}
}

func countVersions(t *testing.T, s Store) {
	c := s.create(t, "a")
	for i := 1; i <= 12; i++ {
		got := s.save(t, c, draft("scene_001", fmt.Sprintf(`{"n":%d}`, i)))[0].Metadata.Ref
		want := artifact.Ref{ArtifactType: "scene", EntityID: "scene_001", Version: i, Path: fmt.Sprintf("artifacts/scene/scene_001/v%d.json", i)}
		if got != want {
			t.Fatalf("saved %+v, want %+v", got, want)
		}
	}
	current, err := s.Archive.Current(t.Context(), "p")
	if err != nil {
		t.Fatal(err)
	}
	// By text, v9 would come after v12.
	if len(current) != 1 || current[0].Ref.Version != 12 || current[0].Latest != 12 ||
		current[0].Digest != artifact.DigestOf([]byte(`{"n":12}`)) {
		t.Errorf("the current version is %+v", current)
	}
	second, err := s.Archive.Artifact(t.Context(), "p", artifact.NewRef(artifact.Scene, "scene_001", 2))
	if err != nil || string(second.Data) != `{"n":2}` {
		t.Errorf("version 2 is %s (%v)", second.Data, err)
	}
	for _, ref := range []artifact.Ref{{}, artifact.NewRef(artifact.Scene, "scene_001", 0), artifact.NewRef(artifact.Scene, "scene_001", 13)} {
		if _, err := s.Archive.Artifact(t.Context(), "p", ref); !errors.Is(err, artifact.ErrNotFound) {
			t.Errorf("%s: %v", ref, err)
		}
	}
	if _, err := s.Archive.Artifact(t.Context(), "other", second.Metadata.Ref); !errors.Is(err, artifact.ErrNotFound) {
		t.Errorf("another project sees it: %v", err)
	}
	if got, err := s.Blobs.Get(t.Context(), artifact.DigestOf([]byte(`{"n":7}`))); err != nil || string(got) != `{"n":7}` {
		t.Errorf("the content of version 7: %s %v", got, err)
	}
}

func areOneVersion(t *testing.T, s Store) {
	c := s.create(t, "a")
	first := s.save(t, c, draft("scene_001", `{"n":1}`))
	later := draft("scene_001", `{"n":1}`)
	later.Metadata.CreatedAt = time.UnixMilli(9000).UTC()
	if again := s.save(t, c, later); again[0].Metadata.Ref != first[0].Metadata.Ref ||
		!again[0].Metadata.CreatedAt.Equal(first[0].Metadata.CreatedAt) {
		t.Errorf("the same again is %+v", again[0].Metadata)
	}
	judged := draft("scene_001", `{"n":1}`)
	judged.Metadata.Source = artifact.Hybrid
	if v := s.save(t, c, judged)[0].Metadata.Ref.Version; v != 2 {
		t.Errorf("the same data from another source is version %d, want 2", v)
	}
	twice := s.save(t, c, draft("scene_002", `{"n":1}`), draft("scene_002", `{"n":2}`))
	if twice[0].Metadata.Ref.Version != 1 || twice[1].Metadata.Ref.Version != 2 {
		t.Errorf("two versions in one change: %+v", twice)
	}
}

func isOneTransaction(t *testing.T, s Store) {
	c := s.create(t, "a")
	void := durable.Claim{Run: "a", Epoch: c.Epoch + 1}
	err := s.Log.Commit(t.Context(), void, run.Change{
		Save: []artifact.Artifact{draft("scene_001", `{}`)}, Answers: []run.Answer{{Key: "k", JSON: json.RawMessage(`1`)}},
		Events: func([]artifact.Artifact) []event.Body { return []event.Body{event.UnitDone{}} },
	})
	if !errors.Is(err, durable.ErrLost) {
		t.Fatalf("commit under a void claim: %v", err)
	}
	if current, err := s.Archive.Current(t.Context(), "p"); err != nil || len(current) != 0 {
		t.Errorf("the artifact of a failed commit is there: %v %v", current, err)
	}
	if _, err := s.Memo.Answer(t.Context(), run.AnswerKey{Key: "k", Root: "a"}); !errors.Is(err, run.ErrNotFound) {
		t.Errorf("the answer of a failed commit: %v", err)
	}
	if n := len(s.read(t, "a", 0)); n != 1 {
		t.Errorf("%d events", n)
	}
}
