package sqlite_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/internal/sqlite"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

// Before a schema is brought up to date a copy is made of the database as it was: one, for
// people only, and none of a database that is new or up to date.
func TestOpen_CopiesBeforeTheSchemaChanges(t *testing.T) {
	for name, noCopy := range map[string]bool{"a copy": false, "none": true} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "a[b]*")
			if err := os.Mkdir(dir, 0o700); err != nil {
				t.Fatal(err)
			}
			if err := sqlite.MakeOld(t.Context(), dir, 3, oldData(3)...); err != nil {
				t.Fatal(err)
			}
			left := filepath.Join(dir, sqlite.FileName+".schema2.bak")
			if err := os.WriteFile(left, nil, 0o600); err != nil {
				t.Fatal(err)
			}
			var opened sync.WaitGroup
			for range 6 { // processes that begin at once
				opened.Go(func() {
					s, err := sqlite.Open(t.Context(), dir, noCopy)
					if err != nil {
						t.Error(err)
						return
					}
					s.Close()
				})
			}
			opened.Wait()
			copies := sqlite.Copies(dir)
			if noCopy {
				if len(copies) != 1 || copies[0].File != left {
					t.Errorf("%v", copies)
				}
				return
			}
			if len(copies) != 1 || copies[0].Schema != 3 {
				t.Fatalf("%v", copies)
			}
			if info, err := os.Stat(copies[0].File); err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("%v %v", info.Mode(), err)
			}
			if parts, _ := filepath.Glob(filepath.Join(filepath.Dir(dir), "*", "*.part")); len(parts) > 0 {
				t.Errorf("left over: %v", parts)
			}
			// The copy is a data directory's database, of the version that made it.
			old := restored(t, copies[0])
			if s := open(t, old); len(list(t, s)) != 4 || len(sqlite.Copies(old)) != 1 {
				t.Error("the copy was not of the old schema, or is not whole")
			}
			s := open(t, dir)
			if n := s.Maintenance.RemoveCopies(time.Hour); n != 0 {
				t.Errorf("%d copies are an hour old", n)
			}
			if n := s.Maintenance.RemoveCopies(0); n != 1 || len(sqlite.Copies(dir)) > 0 {
				t.Errorf("%d copies were removed", n)
			}
		})
	}
}

// restored is a data directory whose database is a copy.
func restored(t *testing.T, c sqlite.Copy) (dir string) {
	t.Helper()
	dir = t.TempDir()
	data, err := os.ReadFile(c.File)
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, sqlite.FileName), data, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// A process that dies while it brings the schema up to date leaves it half way: the copy stays
// the one of what was before. The next version's is a new one again.
func TestOpen_KeepsTheCopyOfAnUpdateThatDied(t *testing.T) {
	dir := t.TempDir()
	for _, err := range []error{
		sqlite.MakeOld(t.Context(), dir, 3, oldData(3)...), sqlite.CopyFor(t.Context(), dir, 0),
		sqlite.MakeOld(t.Context(), dir, 5), sqlite.CopyFor(t.Context(), dir, 0),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	open(t, dir).Close()
	copies := sqlite.Copies(dir)
	if len(copies) != 1 || copies[0].Schema != 3 {
		t.Fatalf("%v", copies)
	}
	old := restored(t, copies[0])
	open(t, old).Close()
	if again := sqlite.Copies(old); len(again) != 1 || again[0].Schema != 3 {
		t.Errorf("the copy is not of the old schema: %v", again)
	}
	// The old database was brought up to date: what is newer still is copied anew.
	if err := sqlite.CopyFor(t.Context(), old, +1); err != nil {
		t.Fatal(err)
	}
	if again := sqlite.Copies(old); len(again) != 1 || again[0].Schema <= 5 {
		t.Errorf("%v", again)
	}
}

// A copy that has no room is refused in one sentence, and nothing is changed.
func TestOpen_ACopyNeedsRoom(t *testing.T) {
	dir := t.TempDir()
	if err := sqlite.MakeOld(t.Context(), dir, 3, oldData(3)...); err != nil {
		t.Fatal(err)
	}
	err := sqlite.NoRoom(dir)
	f, ok := errors.AsType[*failure.Error](err)
	if run.TroubleOf(err) != run.DiskFull || !ok || !strings.Contains(f.Hint, "--no-backup") || !strings.Contains(f.Message, "MB") {
		t.Errorf("%v", err)
	}
}

// A process that sees a newer schema than its own begins nothing more; what it has begun it
// stores, and it answers readers.
func TestStore_ANewerSchemaIsLeftAlone(t *testing.T) {
	s := open(t, t.TempDir())
	begun := claimed(t, s, "begun")
	started(t, s, run.NewRun{ID: "other"}, "of other", false)
	maintain(t, s, `INSERT INTO goose_db_version (version_id, is_applied) SELECT max(version_id) + 1, 1 FROM goose_db_version`)
	_, claimErr := s.Journal.Claim(t.Context(), "other", time.Minute)
	_, _, dueErr := s.Journal.Due(t.Context(), 10)
	for what, err := range map[string]error{"claim": claimErr, "due": dueErr,
		"create": s.Log.Create(t.Context(), run.NewRun{ID: "new", ProjectID: "p"})} {
		if run.TroubleOf(err) != run.NewerSchema {
			t.Errorf("%s: %v", what, err)
		}
	}
	if err := commit(s, begun, event.UnitDone{}); err != nil {
		t.Error(err)
	}
	if got := list(t, s); len(got) != 2 {
		t.Errorf("runs %v", got)
	}
}
