package systemtest_test

import (
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/durable"
	"github.com/cineforge/cineforge/internal/app"
	"github.com/cineforge/cineforge/internal/providers"
	"github.com/cineforge/cineforge/internal/runs"
	"github.com/cineforge/cineforge/internal/sqlite"
	"github.com/cineforge/cineforge/internal/storage"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
	"github.com/cineforge/cineforge/simulator/scenario"
)

// golden is a world on a data directory that a released version has made, by
// testdata/golden/make.sh: it has a run in each status, in a project of that name.
func golden(t *testing.T, name string) *world {
	t.Helper()
	w := newWorld(t, play{scenario: scenario.Scenario{ID: "ok", Name: "ok"}})
	packed, err := os.Open(filepath.Join("testdata", "golden", name))
	if err != nil {
		t.Fatal(err)
	}
	defer packed.Close()
	unpacked, err := gzip.NewReader(packed)
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(unpacked)
	if err == nil {
		err = os.WriteFile(filepath.Join(w.dir, sqlite.FileName), data, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	store, err := sqlite.Open(t.Context(), w.dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	w.store = store.Seams()
	return w
}

// A data directory of each released schema opens, says what it said, and all of its runs go
// on to their ends, without asking again what was answered.
func TestOpen_AGoldenDirectoryGoesOn(t *testing.T) {
	want := map[string]run.Status{"done": run.RunDone, "dry": run.RunDone, "confirm": run.Paused,
		"drill": run.RunDone, "offline": run.RunDone,
		"offline-confirm": run.Paused, "failed": run.RunFailed, "exhausted": run.Paused, "waiting": run.Waiting, "interrupted": run.Paused,
		"running": run.Running, "cancelled": run.RunCancelled, "retried": run.RunDone, "queued": run.Queued}
	synctest.Test(t, func(t *testing.T) {
		w := golden(t, "schema4.db.gz")
		if err := w.whole(); err != nil {
			t.Fatal(err)
		}
		if copies := sqlite.Copies(w.dir); len(copies) != 1 || copies[0].Schema != 4 {
			t.Errorf("the copies are %v", copies)
		}
		a := app.New(w.store, w.dir, app.Config{Providers: withKeys("ANTHROPIC", "OPENAI", "GEMINI"),
			Catalog: known(t), Transport: w.line, Router: fixed})
		list, _, err := a.Reader.List(t.Context(), runs.Filter{})
		if err != nil {
			t.Fatal(err)
		}
		newest := map[string]run.Overview{}
		for _, o := range slices.Backward(list) {
			newest[o.ProjectID] = o
		}
		stop := w.works(a)
		defer stop()
		for project, status := range want {
			o, ok := newest[project]
			if !ok || o.Status != status {
				t.Errorf("the run of %s is %s, want %s", project, o.Status, status)
				continue
			}
			w.toItsEnd(a, o)
		}
	})
}

// whole returns an error if anything in the store is damaged.
func (w *world) whole() error {
	found, err := w.store.Maintenance.Examine(w.t.Context())
	if err == nil && !found.OK() {
		err = fmt.Errorf("damaged: %v", found.Damages)
	}
	return err
}

// toItsEnd lets a run go on as operators do, until it, or its retry, is done.
func (w *world) toItsEnd(a *app.App, o run.Overview) {
	w.t.Helper()
	id := o.RunID
	switch o.Status {
	case run.Paused:
		if err := a.Runs.Resume(w.t.Context(), id, runs.Continuation{}); err != nil {
			w.t.Errorf("%s: %v", o.ProjectID, err)
			return
		}
	case run.RunFailed, run.RunCancelled:
		r := again
		r.Queue = true
		next, _, err := a.Runs.Retry(w.t.Context(), id, r)
		if err != nil {
			w.t.Errorf("%s: %v", o.ProjectID, err)
			return
		}
		id = next
	}
	s := w.over(id, 12*time.Hour)
	if s.Status != run.RunDone {
		w.t.Errorf("%s: %s: %s", o.ProjectID, s.Status, s.Error)
	}
	line, err := w.store.Index.Line(w.t.Context(), s.RootRunID)
	if err != nil {
		w.t.Fatal(err)
	}
	answers := map[string]int{}
	for _, r := range line {
		for stage, st := range w.state(r.RunID).Stages {
			for _, at := range st.Attempts {
				if key := stage + " " + at.Unit + " " + string(at.Role); at.Status == "success" && at.Provider != "offline" {
					if answers[key]++; answers[key] > 1 {
						w.t.Errorf("%s: %s was answered twice", o.ProjectID, key)
					}
				}
				if (at.Provider == "offline") != strings.HasPrefix(o.ProjectID, "offline") {
					w.t.Errorf("%s: %s answered", o.ProjectID, at.Provider)
				}
			}
		}
	}
}

// keyed is a store that notes the key of each question.
type keyed struct {
	Store storage.Store
	mu    sync.Mutex
	keys  []string
}

func (k *keyed) Commit(ctx context.Context, claim durable.Claim, c run.Change) error {
	if len(c.Answers) > 0 {
		k.mu.Lock()
		for _, b := range c.Events([]artifact.Artifact{}) {
			if f, ok := b.(event.AttemptFinished); ok {
				k.keys = append(k.keys, fmt.Sprintf("%s %s %s %s", f.StageID, f.Role, f.Unit, c.Answers[0].Key))
			}
		}
		k.mu.Unlock()
	}
	return k.Store.Log.Commit(ctx, claim, c)
}

// Seams returns the store with the notes taken.
func (k *keyed) Seams() storage.Store {
	s := k.Store
	s.Log = commits{Log: s.Log, commit: k.Commit}
	return keptOpen(s)
}

// An answer is found under the name that versions before gave its chain, and whatever users
// call their providers.
func TestMemo_AnswersAreFoundWhateverProvidersAreCalled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, play{scenario: scenario.Scenario{ID: "ok", Name: "ok"}, target: "local", single: true})
		own := func(name string) *app.App {
			w.keeps("mvp_ingest.yaml", strings.ReplaceAll(string(w.play.recipe(t)), `"local:`, `"`+name+`:`))
			return app.New((&keyed{Store: w.store}).Seams(), w.dir,
				app.Config{Providers: []providers.Provider{at(name, ownServer)}, Catalog: known(t), Transport: w.line, Router: fixed})
		}
		a := own("local")
		w.execute(a, w.start(a, runs.Request{}))
		calls := len(w.sim.Calls())
		b := own("box")
		if s := w.execute(b, w.start(b, runs.Request{})); s.Status != run.RunDone || len(w.sim.Calls()) != calls || calls == 0 {
			t.Errorf("%s after %d calls, and %d before", s.Status, len(w.sim.Calls())-calls, calls)
		}
	})
}
