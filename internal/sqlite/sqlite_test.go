package sqlite_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/durable"
	"github.com/cineforge/cineforge/durable/local"
	"github.com/cineforge/cineforge/internal/sqlite"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

// each runs a test on a store in a file and on one in memory.
func each(t *testing.T, test func(t *testing.T, s *sqlite.Store)) {
	t.Run("file", func(t *testing.T) { test(t, open(t, t.TempDir())) })
	t.Run("memory", func(t *testing.T) {
		s, err := sqlite.OpenMemory(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { s.Close() })
		test(t, s)
	})
}

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
	if err := s.Log.Create(t.Context(), run.NewRun{ID: id, ProjectID: "p", First: []event.Body{event.PipelineStarted{RecipeID: "r"}}}); err != nil {
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

func TestEventsAreNumberedWithoutGap(t *testing.T) {
	each(t, func(t *testing.T, s *sqlite.Store) {
		a, b := claimed(t, s, "a"), claimed(t, s, "b")
		var wg sync.WaitGroup
		for i := range 50 {
			for _, c := range []durable.Claim{a, b} {
				wg.Go(func() {
					if err := commit(s, c, event.UnitDone{Unit: fmt.Sprint(i)}, event.UnitDone{Unit: fmt.Sprint(i)}); err != nil {
						t.Error(err)
					}
				})
			}
		}
		wg.Wait()
		for _, id := range []string{"a", "b"} {
			events := read(t, s, id, 0)
			if len(events) != 101 {
				t.Fatalf("run %s has %d events, want 101", id, len(events))
			}
			for i, e := range events {
				if e.Seq != int64(i+1) || e.RunID != id {
					t.Fatalf("event %d of run %s is %+v", i+1, id, e)
				}
			}
			// The two events of one commit stand together.
			for i := 1; i < len(events); i += 2 {
				if events[i].Body != events[i+1].Body {
					t.Fatalf("events %d and %d of one commit are apart", i+1, i+2)
				}
			}
		}
	})
}

func TestManyEventsComeInPages(t *testing.T) {
	s := open(t, t.TempDir())
	c := claimed(t, s, "a")
	bodies := make([]event.Body, 2500)
	for i := range bodies {
		bodies[i] = event.UnitDone{Done: i}
	}
	if err := commit(s, c, bodies...); err != nil {
		t.Fatal(err)
	}
	if got := read(t, s, "a", 1); len(got) != 2500 || got[2499].Seq != 2501 {
		t.Errorf("read %d events, want 2500", len(got))
	}
}

func TestOneFailingWriterDoesNotSpoilItsGroup(t *testing.T) {
	each(t, func(t *testing.T, s *sqlite.Store) {
		good := claimed(t, s, "good")
		void := durable.Claim{Run: "good", Epoch: good.Epoch + 7}
		var wg sync.WaitGroup
		for range 40 {
			wg.Go(func() {
				if err := commit(s, good, event.UnitDone{}); err != nil {
					t.Error(err)
				}
			})
			wg.Go(func() {
				if err := commit(s, void, event.UnitDone{}); !errors.Is(err, durable.ErrLost) {
					t.Errorf("a void claim wrote: %v", err)
				}
			})
		}
		wg.Wait()
		if got := len(read(t, s, "good", 0)); got != 41 {
			t.Errorf("%d events, want 41", got)
		}
	})
}

func TestNothingFollowsTheTerminalEvent(t *testing.T) {
	each(t, func(t *testing.T, s *sqlite.Store) {
		c := claimed(t, s, "a")
		end := event.PipelineFinished{Success: true, Outcome: event.Succeeded}
		if err := commit(s, c, end); err != nil {
			t.Fatal(err)
		}
		for _, b := range []event.Body{end, event.UnitDone{}} {
			if err := commit(s, c, b); !errors.Is(err, durable.ErrLost) {
				t.Errorf("%s after the end: %v", b.EventName(), err)
			}
		}
	})
}

func TestARunIsCreatedOnce(t *testing.T) {
	each(t, func(t *testing.T, s *sqlite.Store) {
		claimed(t, s, "a")
		if err := s.Log.Create(t.Context(), run.NewRun{ID: "a", ProjectID: "p", First: []event.Body{event.UnitDone{}}}); !errors.Is(err, run.ErrExists) {
			t.Errorf("second creation: %v", err)
		}
		if got := len(read(t, s, "a", 0)); got != 1 {
			t.Errorf("%d events, want 1", got)
		}
	})
}

func TestClaims(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, t.TempDir())
		first := claimed(t, s, "a")
		if _, err := s.Journal.Claim(t.Context(), "a", time.Minute); !errors.Is(err, durable.ErrHeld) {
			t.Errorf("claim of a held run: %v", err)
		}
		if _, err := s.Journal.Claim(t.Context(), "none", time.Minute); !errors.Is(err, run.ErrNotFound) {
			t.Errorf("claim of no run: %v", err)
		}
		time.Sleep(50 * time.Second)
		if err := s.Journal.Renew(t.Context(), first, time.Minute); err != nil {
			t.Fatal(err)
		}
		time.Sleep(59 * time.Second)
		if _, err := s.Journal.Claim(t.Context(), "a", time.Minute); !errors.Is(err, durable.ErrHeld) {
			t.Errorf("claim of a run whose claim was renewed: %v", err)
		}
		time.Sleep(time.Second)
		second, err := s.Journal.Claim(t.Context(), "a", time.Minute)
		if err != nil {
			t.Fatalf("claim of a run whose claim lapsed: %v", err)
		}
		// The holder that was asleep can neither write nor come back.
		if err := commit(s, first, event.UnitDone{}); !errors.Is(err, durable.ErrLost) {
			t.Errorf("write under a lost claim: %v", err)
		}
		if err := s.Journal.Renew(t.Context(), first, time.Minute); !errors.Is(err, durable.ErrLost) {
			t.Errorf("renewal of a lost claim: %v", err)
		}
		if err := s.Journal.Release(t.Context(), first, time.Time{}); err != nil {
			t.Fatal(err)
		}
		if err := commit(s, second, event.UnitDone{}); err != nil {
			t.Errorf("the release of a lost claim took the run from its holder: %v", err)
		}
		if err := s.Journal.Release(t.Context(), second, time.Time{}); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Journal.Claim(t.Context(), "a", time.Minute); err != nil {
			t.Errorf("claim of a released run: %v", err)
		}
	})
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

func TestArtifactVersionsAreNumbers(t *testing.T) {
	each(t, func(t *testing.T, s *sqlite.Store) {
		c := claimed(t, s, "a")
		for i := 1; i <= 12; i++ {
			got := save(t, s, c, draft("scene_001", fmt.Sprintf(`{"n":%d}`, i)))[0].Metadata.Ref
			want := artifact.Ref{ArtifactType: "scene", EntityID: "scene_001", Version: i, Path: fmt.Sprintf("artifacts/scene/scene_001/v%d.json", i)}
			if got != want {
				t.Fatalf("saved %+v, want %+v", got, want)
			}
		}
		latest, err := s.Artifacts.Latest(t.Context(), "p", artifact.Scene)
		if err != nil {
			t.Fatal(err)
		}
		// By text, v9 would come after v12.
		if len(latest) != 1 || latest[0].Metadata.Ref.Version != 12 || string(latest[0].Data) != `{"n":12}` {
			t.Errorf("the latest is %+v", latest)
		}
		second, err := s.Artifacts.Artifact(t.Context(), "p", artifact.NewRef(artifact.Scene, "scene_001", 2))
		if err != nil || string(second.Data) != `{"n":2}` {
			t.Errorf("version 2 is %s (%v)", second.Data, err)
		}
		if _, err := s.Artifacts.Artifact(t.Context(), "other", second.Metadata.Ref); !errors.Is(err, run.ErrNotFound) {
			t.Errorf("another project sees it: %v", err)
		}
	})
}

func TestIdenticalArtifactsAreOneVersion(t *testing.T) {
	s := open(t, t.TempDir())
	c := claimed(t, s, "a")
	first := save(t, s, c, draft("scene_001", `{"n":1}`))
	later := draft("scene_001", `{"n":1}`)
	later.Metadata.CreatedAt = time.UnixMilli(9000).UTC()
	if diff := cmp.Diff(first, save(t, s, c, later)); diff != "" {
		t.Errorf("the same again is another version:\n%s", diff)
	}
	judged := draft("scene_001", `{"n":1}`)
	judged.Metadata.Source = artifact.Hybrid
	if v := save(t, s, c, judged)[0].Metadata.Ref.Version; v != 2 {
		t.Errorf("the same data from another source is version %d, want 2", v)
	}
}

func TestArtifactsAndEventsAreOneTransaction(t *testing.T) {
	each(t, func(t *testing.T, s *sqlite.Store) {
		c := claimed(t, s, "a")
		void := durable.Claim{Run: "a", Epoch: c.Epoch + 1}
		err := s.Log.Commit(t.Context(), void, run.Change{Save: []artifact.Artifact{draft("scene_001", `{}`)}, Events: func([]artifact.Artifact) []event.Body {
			return []event.Body{event.UnitDone{}}
		}})
		if !errors.Is(err, durable.ErrLost) {
			t.Fatalf("commit under a void claim: %v", err)
		}
		if latest, err := s.Artifacts.Latest(t.Context(), "p", artifact.Scene); err != nil || len(latest) != 0 {
			t.Errorf("the artifact of a failed commit is there: %v %v", latest, err)
		}
	})
}

func TestBlobs(t *testing.T) {
	each(t, func(t *testing.T, s *sqlite.Store) {
		for _, data := range []string{"", "hello", "hello"} {
			if err := s.Blobs.Put(t.Context(), []byte(data)); err != nil {
				t.Fatal(err)
			}
			got, err := s.Blobs.Get(t.Context(), artifact.DigestOf([]byte(data)))
			if err != nil || string(got) != data {
				t.Errorf("blob %q came back as %q (%v)", data, got, err)
			}
		}
		if _, err := s.Blobs.Get(t.Context(), artifact.DigestOf([]byte("none"))); !errors.Is(err, run.ErrNotFound) {
			t.Errorf("missing blob: %v", err)
		}
	})
}

func TestAReopenedStoreHasEverything(t *testing.T) {
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
	latest, err := again.Artifacts.Latest(t.Context(), "p", artifact.Scene)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(saved, latest); diff != "" {
		t.Errorf("the artifacts changed:\n%s", diff)
	}
}

func TestFollowSeesWhatAnotherProcessWrites(t *testing.T) {
	dir := t.TempDir()
	writer, reader := open(t, dir), open(t, dir)
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

func TestWaitSeesASingleEvent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, t.TempDir())
		c := claimed(t, s, "a")
		if err := s.Log.Wait(t.Context(), "a", 0); err != nil {
			t.Errorf("an event that is there: %v", err)
		}
		waited := make(chan error)
		go func() { waited <- s.Log.Wait(t.Context(), "a", 1) }()
		synctest.Wait()
		start := time.Now()
		if err := commit(s, c, event.UnitDone{}); err != nil {
			t.Fatal(err)
		}
		// What this process writes wakes the waiter at once, not at the next poll.
		if err := <-waited; err != nil || time.Since(start) != 0 {
			t.Errorf("after %v: %v", time.Since(start), err)
		}
	})
}

func TestWaitEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, t.TempDir())
		claimed(t, s, "a")
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		if err := s.Log.Wait(ctx, "a", 1); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("wait for an event that never comes: %v", err)
		}
		if err := s.Log.Wait(t.Context(), "none", 0); !errors.Is(err, run.ErrNotFound) {
			t.Errorf("wait for a run that is not there: %v", err)
		}
	})
}

func TestRunsAreListedNewestFirst(t *testing.T) {
	s := open(t, t.TempDir())
	for _, id := range []string{"b", "c", "a"} {
		claimed(t, s, id)
	}
	if err := s.Log.Create(t.Context(), run.NewRun{ID: "z", ProjectID: "other", First: []event.Body{event.DryRunValidated{}}}); err != nil {
		t.Fatal(err)
	}
	list := func(project string) (ids []string) {
		for r, err := range s.Log.Runs(t.Context(), run.RunFilter{ProjectID: project}) {
			if err != nil {
				t.Fatal(err)
			}
			ids = append(ids, r.RunID)
		}
		return ids
	}
	if diff := cmp.Diff([]string{"z", "a", "c", "b"}, list("")); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"a", "c", "b"}, list("p")); diff != "" {
		t.Error(diff)
	}
}

func TestManyOpenAFreshStoreAtOnce(t *testing.T) {
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

func TestDamagedContentIsNoticed(t *testing.T) {
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
	if _, err := s.Artifacts.Latest(t.Context(), "p", artifact.Scene); err == nil {
		t.Error("the damaged artifact is listed")
	}
}

func TestPathsWithOddCharacters(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a b?c#d%20é")
	if err := mkdir(dir); err != nil {
		t.Fatal(err)
	}
	open(t, dir)
	if matches, _ := filepath.Glob(filepath.Join(filepath.Dir(dir), "*", sqlite.FileName)); len(matches) != 1 {
		t.Errorf("the database is not in the folder: %v", matches)
	}
}

// A run that waits for a time is due then and no sooner, and a run that waits for a person is not.
func TestDue_WaitingRunsAreDueAtTheirTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, t.TempDir())
		until := time.Now().Add(time.Hour)
		for id, wake := range map[string]time.Time{"waits": until, "paused": local.Never} {
			if err := s.Journal.Release(t.Context(), claimed(t, s, id), wake); err != nil {
				t.Fatal(err)
			}
		}
		for _, want := range []struct {
			after time.Duration
			due   []local.Due
			next  time.Time
		}{{0, nil, until}, {time.Hour - time.Millisecond, nil, until}, {time.Millisecond, []local.Due{{Run: "waits", Group: "p"}}, local.Never}} {
			time.Sleep(want.after)
			if due, next, err := s.Journal.Due(t.Context(), 10); err != nil || !slices.Equal(due, want.due) || !next.Equal(want.next) {
				t.Errorf("%v before its time: due are %v, next is %v: %v", time.Until(until), due, next, err)
			}
		}
	})
}
