// Package storagetest has the checks that every store of a whole system passes: those of each
// seam in the packages runtest, projecttest and blobtest, and those of what package storage
// adds to them.
package storagetest

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/artifact/blobtest"
	"github.com/cineforge/cineforge/durable"
	"github.com/cineforge/cineforge/internal/storage"
	"github.com/cineforge/cineforge/llm/health"
	"github.com/cineforge/cineforge/project/projecttest"
	"github.com/cineforge/cineforge/resilience/breaker"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
	"github.com/cineforge/cineforge/run/runtest"
)

// Run checks a store. Open returns an empty one, for each check anew.
func Run(t *testing.T, open func(t *testing.T) storage.Store) {
	t.Run("blobs", func(t *testing.T) {
		blobtest.Run(t, func(t *testing.T) artifact.Blobs { return open(t).Blobs })
	})
	t.Run("runs", func(t *testing.T) {
		runtest.Run(t, func(t *testing.T) runtest.Store {
			s := open(t)
			return runtest.Store{Log: s.Log, Index: s.Index, Memo: s.Memo, Feed: s.Feed, Journal: s.Journal, Archive: s.Artifacts, Blobs: s.Blobs}
		})
	})
	t.Run("projects", func(t *testing.T) {
		projecttest.Run(t, func(t *testing.T) projecttest.Store {
			s := open(t)
			return projecttest.Store{Projects: s.Projects, Inputs: s.Inputs, Chat: s.Chat, Scans: s.Scans, Blobs: s.Blobs}
		})
	})
	for name, check := range map[string]func(t *testing.T, s store){
		"an edit is a new version":             isNewVersion,
		"what a person made stays current":     staysCurrent,
		"a version is gone back to":            isRestored,
		"a version is confirmed":               isConfirmed,
		"a change is meant for a version":      isMeant,
		"of two edits at once one is made":     isMadeByOne,
		"a version says what made it":          hasOrigin,
		"what a person does is recorded":       isRecorded,
		"signals wake runs":                    wake,
		"what can't be reached is left alone":  leaves,
		"all that wait are woken":              areWoken,
		"health is shared by version":          isShared,
		"transitions are newest first":         newestFirst,
		"all changes are in one log":           areInOneLog,
		"a filter means the same everywhere":   meansTheSame,
		"a failed change leaves no event":      leavesNone,
		"the log is in the order of commits":   areInCommitOrder,
		"cooldowns begin and end":              coolsDown,
		"a project is deleted whole":           goesWhole,
		"an input is deleted alone":            goesAlone,
		"a scan goes with its file":            scansGo,
		"what is used is not deleted":          staysWhileUsed,
		"attempts are counted":                 areCounted,
		"attempts have what sums need":         haveWhatSumsNeed,
		"the last failure is found":            lastFailureIsFound,
		"fallbacks are counted by run":         fallbacksAreCounted,
		"events of providers are selected":     providerEventsAreSelected,
		"failed stages are newest first":       failedStages,
		"which lines are old":                  areOld,
		"pruning lets the rest be":             letsBe,
		"a sweep takes nothing that is needed": takesNothing,
		"a sweep of much":                      takesMuch,
		"what is whole is found whole":         isWhole,
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { check(t, store{open(t)}) })
		})
	}
}

// store is a store with what the checks do to it again and again.
type store struct{ storage.Store }

func (s store) create(t *testing.T, n run.NewRun) durable.Claim {
	t.Helper()
	if n.ProjectID == "" {
		n.ProjectID = "p"
	}
	if n.First == nil {
		n.First = []event.Body{event.PipelineStarted{RecipeID: "r"}}
	}
	if err := s.Log.Create(t.Context(), n); err != nil {
		t.Fatal(err)
	}
	c, err := s.Journal.Claim(t.Context(), n.ID, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func (s store) commit(t *testing.T, c durable.Claim, bodies ...event.Body) {
	t.Helper()
	err := s.Log.Commit(t.Context(), c, run.Change{Events: func([]artifact.Artifact) []event.Body { return bodies }})
	if err != nil {
		t.Fatal(err)
	}
}

func draft(entity, data string) artifact.Artifact {
	return artifact.Artifact{Data: json.RawMessage(data), Metadata: artifact.Metadata{
		Ref:    artifact.Ref{ArtifactType: artifact.Scene, EntityID: entity},
		Source: artifact.Code, Health: artifact.Valid, CreatedAt: time.UnixMilli(1000).UTC(),
	}}
}

func (s store) save(t *testing.T, c durable.Claim, drafts ...artifact.Artifact) {
	t.Helper()
	err := s.Log.Commit(t.Context(), c, run.Change{Save: drafts, Events: func([]artifact.Artifact) []event.Body {
		return []event.Body{event.UnitDone{}}
	}})
	if err != nil {
		t.Fatal(err)
	}
}

func (s store) due(t *testing.T) (ids []string) {
	t.Helper()
	due, _, err := s.Journal.Due(t.Context(), 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range due {
		ids = append(ids, d.Run)
	}
	return ids
}

func wake(t *testing.T, s store) {
	c := s.create(t, run.NewRun{ID: "a"})
	if err := s.Journal.Signal(t.Context(), "none", durable.Signal{Kind: durable.Cancel}); !errors.Is(err, run.ErrNotFound) {
		t.Errorf("to no run: %v", err)
	}
	changed := s.Journal.Changed()
	first := durable.Signal{Kind: durable.TryNow, Note: "first"}
	for _, signal := range []durable.Signal{first, {Kind: durable.TryNow, Note: "second"}} {
		if err := s.Journal.Signal(t.Context(), "a", signal); err != nil {
			t.Fatal(err)
		}
	}
	select {
	case <-changed:
	default:
		t.Error("a signal is not seen")
	}
	if got, err := s.Journal.Signals(t.Context(), "a"); err != nil || !slices.Equal(got, []durable.Signal{first}) {
		t.Errorf("%v %v", got, err)
	}
	if err := s.Journal.Release(t.Context(), c, time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if got := s.due(t); !slices.Equal(got, []string{"a"}) {
		t.Errorf("a run with a signal that was given back: due are %v", got)
	}
	if worked, err := s.Journal.Worked(t.Context(), "a"); err != nil || worked {
		t.Errorf("a run that was given back is worked on (%v)", err)
	}
	c, err := s.Journal.Claim(t.Context(), "a", time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	if worked, err := s.Journal.Worked(t.Context(), "a"); err != nil || !worked {
		t.Errorf("a claimed run is not worked on (%v)", err)
	}
	if err := s.Journal.Ack(t.Context(), c, durable.TryNow); err != nil {
		t.Fatal(err)
	}
	if got, err := s.Journal.Signals(t.Context(), "a"); err != nil || len(got) != 0 {
		t.Errorf("%v %v", got, err)
	}
	s.commit(t, c, event.PipelineFinished{Outcome: event.Cancelled})
	if err := s.Journal.Signal(t.Context(), "a", durable.Signal{Kind: durable.Cancel}); !errors.Is(err, durable.ErrLost) {
		t.Errorf("to a run that has ended: %v", err)
	}
}

func leaves(t *testing.T, s store) {
	pinned := func(origins ...string) []event.Body {
		var list []event.Candidate
		for _, o := range origins {
			list = append(list, event.Candidate{Dialect: "openai", Origin: o, Model: "m"})
		}
		return []event.Body{event.PipelineStarted{Candidates: map[string][]event.Candidate{"x": list}}}
	}
	for id, first := range map[string][]event.Body{"here": pinned("http://a", "http://b"), "away": pinned("http://c")} {
		if err := s.Log.Create(t.Context(), run.NewRun{ID: id, ProjectID: "p", First: first}); err != nil {
			t.Fatal(err)
		}
	}
	if got := s.due(t); len(got) != 2 {
		t.Errorf("without a limit: due are %v", got)
	}
	s.Journal.Carry([]string{"openai http://b"})
	if got := s.due(t); !slices.Equal(got, []string{"here"}) {
		t.Errorf("due are %v", got)
	}
	left, err := s.Journal.Uncarried(t.Context(), 10)
	if err != nil || len(left) != 1 || left[0].RunID != "away" {
		t.Errorf("%+v %v", left, err)
	}
	c, err := s.Journal.Claim(t.Context(), "away", time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	s.commit(t, c, event.RunResumed{Candidates: map[string][]event.Candidate{"x": {{Dialect: "openai", Origin: "http://b"}}}})
	if err := s.Journal.Release(t.Context(), c, time.Time{}); err != nil {
		t.Fatal(err)
	}
	if got := s.due(t); len(got) != 2 {
		t.Errorf("with other candidates: due are %v", got)
	}
}

func areWoken(t *testing.T, s store) {
	for id, at := range map[string]time.Time{"waits": time.Now().Add(time.Hour), "paused": time.Unix(1<<40, 0)} {
		if err := s.Journal.Release(t.Context(), s.create(t, run.NewRun{ID: id}), at); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Journal.WakeAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := s.due(t); !slices.Equal(got, []string{"waits"}) {
		t.Errorf("due are %v", got)
	}
}

func isShared(t *testing.T, s store) {
	keep := func(version int64, data string) {
		t.Helper()
		err := s.Health.Save(t.Context(), []health.Record{{Endpoint: "anthropic", Name: "breaker", Version: version, Data: []byte(data)}}, nil)
		if err != nil {
			t.Fatal(err)
		}
	}
	keep(5, `{"n":5}`)
	records, position, err := s.Health.Recall(t.Context(), 0)
	if err != nil || len(records) != 1 || string(records[0].Data) != `{"n":5}` {
		t.Fatalf("%+v %v", records, err)
	}
	keep(4, `{"n":4}`)
	if records, _, err := s.Health.Recall(t.Context(), position); err != nil || len(records) != 0 {
		t.Errorf("an older version: %+v %v", records, err)
	}
	keep(6, `{"n":6}`)
	if records, _, err := s.Health.Recall(t.Context(), position); err != nil || len(records) != 1 || records[0].Version != 6 {
		t.Errorf("a newer version: %+v %v", records, err)
	}
}

func newestFirst(t *testing.T, s store) {
	var all []health.Transition
	for _, to := range []breaker.State{breaker.Open, breaker.HalfOpen, breaker.Closed} {
		all = append(all, health.Transition{Endpoint: "anthropic", Model: "m",
			Transition: breaker.Transition{To: to, At: time.Now(), Evidence: "e"}})
	}
	if err := s.Health.Save(t.Context(), nil, all); err != nil {
		t.Fatal(err)
	}
	got, err := s.Attempts.Transitions(t.Context(), 2)
	if err != nil || len(got) != 2 || got[0].To != breaker.Closed || got[1].To != breaker.HalfOpen || got[0].Evidence != "e" ||
		got[0].Model != "m" {
		t.Errorf("%+v %v", got, err)
	}
}

// started makes a run that refers to a recipe and an input, and has an answer and an artifact.
func (s store) started(t *testing.T, n run.NewRun, input string, over bool) {
	t.Helper()
	recipe := []byte("recipe")
	n.Blobs = [][]byte{recipe, []byte(input)}
	n.First = []event.Body{event.PipelineStarted{RecipeDigest: artifact.DigestOf(recipe), InputDigest: artifact.DigestOf([]byte(input)),
		RootRunID: n.Root}}
	c := s.create(t, n)
	err := s.Log.Commit(context.WithoutCancel(t.Context()), c, run.Change{
		Save: []artifact.Artifact{draft("of_"+n.ID, `"`+n.ID+`"`)}, Answers: []run.Answer{{Key: "k " + n.ID, JSON: []byte(`{}`)}},
		Events: func([]artifact.Artifact) []event.Body { return []event.Body{event.UnitDone{}} },
	})
	if err != nil {
		t.Fatal(err)
	}
	if over {
		s.commit(t, c, event.PipelineFinished{Outcome: event.Succeeded, Success: true})
	}
}
