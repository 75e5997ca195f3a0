package sqlite_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/internal/sqlite"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

// What SQLite can't copy is copied byte by byte, with what was written last, if that is asked
// for. If it is not, the damage is named, and nothing is written.
func TestStore_BackupOfDamagedPages(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	for _, id := range []string{"a", "b"} {
		started(t, s, run.NewRun{ID: id}, strings.Repeat("input of "+id+" ", 2000), true)
	}
	maintain(t, s, `PRAGMA wal_checkpoint(TRUNCATE)`)
	s.Close()
	name := filepath.Join(dir, sqlite.FileName)
	good, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	const page = 4096
	bytewise := 0
	for at := len(good)/page - 1; at > 1 && bytewise < 2; at -= 3 {
		there := filepath.Join(t.TempDir(), "there")
		if err := mkdir(there); err != nil {
			t.Fatal(err)
		}
		bad := append([]byte{}, good...)
		copy(bad[at*page:], bytes.Repeat([]byte{0x55}, page))
		if err := os.WriteFile(filepath.Join(there, sqlite.FileName), bad, 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := sqlite.Open(t.Context(), there)
		if err != nil {
			continue
		}
		defer s.Close()
		if s.Blobs.Put(t.Context(), []byte("written last")) != nil {
			continue
		}
		file := filepath.Join(t.TempDir(), sqlite.FileName)
		if _, found, err := s.Maintenance.Backup(t.Context(), file, false, false); err != nil || found.OK() {
			t.Errorf("page %d: %v, found %+v", at+1, err, found)
		}
		if _, err := os.Stat(file); err == nil {
			t.Errorf("page %d: a copy was written unasked", at+1)
		}
		size, found, err := s.Maintenance.Backup(t.Context(), file, false, true)
		if err != nil || found.OK() || size == 0 {
			t.Errorf("page %d: %d bytes, %v, found %+v", at+1, size, err, found)
			continue
		}
		if found.Bytewise {
			bytewise++
			last, err := os.ReadFile(file)
			if err != nil || !bytes.Contains(last, []byte("written last")) {
				t.Errorf("page %d: the copy lacks what was written last (%v)", at+1, err)
			}
		}
		if left, _ := filepath.Glob(filepath.Join(filepath.Dir(file), ".backup*")); len(left) > 0 {
			t.Errorf("left over: %v", left)
		}
	}
	if bytewise == 0 {
		t.Error("no damage kept SQLite from copying")
	}
}

// What can't be written is the target, and what can't be read is the database.
func TestStore_BackupBlamesTheTarget(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	for what, wrong := range sqlite.Refusals(t.Context(), t.TempDir()) {
		err := sqlite.Blame(s, "target.db", wrong)
		p, target := errors.AsType[*fs.PathError](err)
		if what == run.Damaged {
			wantTrouble(t, err, run.Damaged, filepath.Join(dir, sqlite.FileName))
		} else if !target || p.Path != "target.db" || what != run.Unreachable && run.TroubleOf(err) != what {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, _, err := s.Maintenance.Backup(t.Context(), filepath.Join(t.TempDir(), "none", "copy.db"), false, false); !errors.Is(err,
		fs.ErrNotExist) {
		t.Errorf("a folder that is not there: %v", err)
	}
}

// A run whose artifacts are gone is not whole, and is named.
func TestStore_ExamineMissesArtifacts(t *testing.T) {
	s := open(t, t.TempDir())
	if err := s.Log.Create(t.Context(), run.NewRun{ID: "a", ProjectID: "p",
		First: []event.Body{event.PipelineStarted{StageIDs: []string{"extract"}, ProjectID: "p"},
			event.StageStarted{StageID: "extract"}}}); err != nil {
		t.Fatal(err)
	}
	c, err := s.Journal.Claim(t.Context(), "a", time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	made := save(t, s, c, draft("scene_001", `"x"`))
	if err := commit(s, c, event.StageFinished{StageID: "extract", Artifacts: []artifact.Ref{made[0].Metadata.Ref}}); err != nil {
		t.Fatal(err)
	}
	if err := whole(t, s); err != nil {
		t.Fatal(err)
	}
	maintain(t, s, `DELETE FROM artifacts`)
	found, err := s.Maintenance.Examine(t.Context())
	if err != nil || len(found.Damages) != 1 || len(found.Whole) > 0 {
		t.Fatalf("found %+v: %v", found, err)
	}
	if got := found.Damages[0].String(); got != "run a: artifacts/scene/scene_001/v1.json is not there" {
		t.Error(got)
	}
}
