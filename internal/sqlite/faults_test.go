package sqlite_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/durable"
	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/internal/sqlite"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

func maintain(t testing.TB, s *sqlite.Store, statements ...string) {
	t.Helper()
	for _, statement := range statements {
		if err := s.Maintenance.Exec(context.Background(), statement); err != nil {
			t.Fatal(err)
		}
	}
}

// wantTrouble wants an error that tells a person in one line what is wrong with the
// database and what to do.
func wantTrouble(t *testing.T, err error, kind run.Trouble, says ...string) {
	t.Helper()
	trouble, ok := errors.AsType[*run.TroubleError](err)
	if !ok || trouble.Kind != kind {
		t.Fatalf("got %v, want the trouble %s", err, kind)
	}
	f, ok := errors.AsType[*failure.Error](err)
	if !ok || f.Hint == "" || f.Class != failure.Internal {
		t.Fatalf("%v is no failure with a hint", err)
	}
	for _, word := range says {
		if !strings.Contains(f.Error(), word) || strings.Contains(f.Error(), "\n") {
			t.Errorf("%q does not say %q", f.Error(), word)
		}
	}
}

// fault takes from a store what it needs, and gives it back.
type fault struct {
	kind       run.Trouble
	says       string
	take, give func(t *testing.T, s *sqlite.Store, dir string)
}

// faults are those that pass, as SQLite itself reports them.
func faults() map[string]fault {
	pragmas := func(list ...string) func(*testing.T, *sqlite.Store, string) {
		return func(t *testing.T, s *sqlite.Store, _ string) { maintain(t, s, list...) }
	}
	var other *sqlite.Store
	return map[string]fault{
		"full": {kind: run.DiskFull, says: "make room", take: pragmas("PRAGMA max_page_count = 1"),
			give: pragmas("PRAGMA max_page_count = 4294967294")},
		"read-only": {kind: run.ReadOnly, says: "permissions", take: pragmas("PRAGMA query_only = on"), give: pragmas("PRAGMA query_only = off")},
		"locked": {kind: run.Locked, says: "another process", take: func(t *testing.T, s *sqlite.Store, dir string) {
			maintain(t, s, "PRAGMA busy_timeout = 5")
			other = open(t, dir)
			maintain(t, other, "BEGIN IMMEDIATE")
		}, give: func(t *testing.T, s *sqlite.Store, _ string) { maintain(t, other, "ROLLBACK") }},
	}
}

func TestStore_TroubleIsReportedAndPasses(t *testing.T) {
	for name, f := range faults() {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			s := open(t, dir)
			c := claimed(t, s, "a")
			if err := commit(s, c, event.UnitDone{Unit: "before"}); err != nil {
				t.Fatal(err)
			}
			f.take(t, s, dir)
			large := event.UnitDone{Unit: strings.Repeat("x", 20000)} // more than the pages that are there hold
			for range 3 {
				wantTrouble(t, commit(s, c, large), f.kind, f.says, filepath.Join(dir, sqlite.FileName))
			}
			if got := len(read(t, s, "a", 0)); got != 2 {
				t.Fatalf("%d events can be read meanwhile, want 2", got)
			}
			f.give(t, s, dir)
			if err := commit(s, c, large); err != nil {
				t.Fatalf("after the trouble: %v", err)
			}
			events := read(t, s, "a", 0)
			if len(events) != 3 || events[2].Seq != 3 {
				t.Errorf("the log after the trouble: %d events", len(events))
			}
			if err := s.Maintenance.Check(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
}

// In a shared transaction the trouble of one writer is that of all, and no one of them is reported otherwise.
func TestCommit_AFullDiskTakesAllOrNothing(t *testing.T) {
	s := open(t, t.TempDir())
	c := claimed(t, s, "a")
	maintain(t, s, "PRAGMA max_page_count = 1")
	err := s.Log.Commit(t.Context(), c, run.Change{
		Save:    []artifact.Artifact{draft("scene_001", `"`+strings.Repeat("x", 50000)+`"`)},
		Answers: []run.Answer{{Key: "k", JSON: []byte(`{}`)}},
		Events:  func([]artifact.Artifact) []event.Body { return []event.Body{event.UnitDone{}} },
	})
	wantTrouble(t, err, run.DiskFull, "is full")
	if _, err := s.Log.Answer(t.Context(), run.AnswerKey{Key: "k", Root: "a"}); !errors.Is(err, run.ErrNotFound) {
		t.Errorf("an answer of a change that failed: %v", err)
	}
	if len(read(t, s, "a", 0)) != 1 {
		t.Error("events of a change that failed")
	}
}

func TestCommit_ALostClaimIsNoTrouble(t *testing.T) {
	s := open(t, t.TempDir())
	c := claimed(t, s, "a")
	err := commit(s, durable.Claim{Run: "a", Epoch: c.Epoch + 1}, event.UnitDone{})
	if _, ok := errors.AsType[*run.TroubleError](err); ok || !errors.Is(err, durable.ErrLost) {
		t.Errorf("%v", err)
	}
}

// A page that is overwritten, and a file that is no database any more.
func TestStore_DamageIsReportedWithItsRemedy(t *testing.T) {
	for name, damage := range map[string]func(data []byte){
		"pages":  func(data []byte) { copy(data[4096:], bytes.Repeat([]byte{0xa5}, len(data)-4096)) },
		"header": func(data []byte) { copy(data, "this is no database") },
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			s := open(t, dir)
			claimed(t, s, "a")
			s.Close()
			file := filepath.Join(dir, sqlite.FileName)
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			damage(data)
			if err := os.WriteFile(file, data, 0o600); err != nil {
				t.Fatal(err)
			}
			wantTrouble(t, use(dir), run.Damaged, file, "is damaged", "cineforge data check")
		})
	}
}

// use opens a store and looks at a run in it.
func use(dir string) error {
	s, err := sqlite.Open(context.Background(), dir)
	if err != nil {
		return err
	}
	defer s.Close()
	for _, err := range s.Log.Events(context.Background(), "a", 0) {
		if err != nil {
			return err
		}
	}
	return s.Maintenance.Check(context.Background())
}

func TestOpen_AMissingFolderIsReported(t *testing.T) {
	_, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "none"))
	wantTrouble(t, err, run.Unreachable, "can't be opened", "folder")
}

// The claim of a process is shown by a file, for which there may be no room either.
func TestClaim_OneThatCantBeShownIsTrouble(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	if err := s.Log.Create(t.Context(), run.NewRun{ID: "a", ProjectID: "p", First: []event.Body{event.PipelineStarted{}}}); err != nil {
		t.Fatal(err)
	}
	if os.Geteuid() == 0 {
		t.Skip("NOT TESTED: a folder that may not be written to, as the superuser may")
	}
	if err := os.Chmod(dir, 0o500); err != nil {
		t.Fatal(err)
	}
	defer os.Chmod(dir, 0o700)
	_, err := s.Journal.Claim(t.Context(), "a", time.Minute)
	wantTrouble(t, err, run.ReadOnly, fmt.Sprint(dir))
}
