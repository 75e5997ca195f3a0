package sqlite_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/internal/sqlite"
	"github.com/cineforge/cineforge/run"
)

// whole returns an error if anything in a store is damaged.
func whole(t *testing.T, s *sqlite.Store) error {
	t.Helper()
	found, err := s.Maintenance.Examine(t.Context())
	if err != nil {
		return err
	}
	for _, d := range found.Damages {
		err = errors.Join(err, errors.New(d.String()))
	}
	return err
}

// What is damaged is named, whatever the structure hides; no backup says that such a
// database is whole, and what is whole is listed.
func TestStore_ExamineNamesWhatIsDamaged(t *testing.T) {
	recipe := artifact.DigestOf([]byte("recipe"))
	b := artifact.DigestOf([]byte("of b"))
	for name, tt := range map[string]struct {
		damage string
		names  string // the start of a line
		whole  string
	}{
		"an event is missing": {`DELETE FROM events WHERE run_id = 'b' AND seq = 2`, "run b: ", "a"},
		"the last event is missing": {`DELETE FROM events WHERE run_id = 'b' AND seq = (SELECT max(seq) FROM events WHERE run_id = 'b')`,
			"run b: ", "a"},
		"an event is no JSON":       {`UPDATE events SET body = '{' WHERE run_id = 'b' AND seq = 2`, "run b: ", "a"},
		"an event of another shape": {`UPDATE events SET body = '[1]' WHERE run_id = 'b' AND seq = 1`, "run b: ", "a"},
		"a run without its row":     {`PRAGMA foreign_keys = off; DELETE FROM runs WHERE id = 'b'`, "structure events: ", "a"},
		"an artifact has no content": {`PRAGMA foreign_keys = off; DELETE FROM blobs WHERE digest IN (SELECT digest FROM artifacts WHERE entity_id = 'of_b')`,
			"artifact scene/artifacts/scene/of_b/v1.json of project p: ", "a b"},
		"an artifact's content is odd": {`UPDATE blobs SET data = x'00' WHERE digest IN (SELECT digest FROM artifacts WHERE entity_id = 'of_b')`,
			"artifact scene/artifacts/scene/of_b/v1.json of project p: ", "a b"},
		"an artifact is described by no JSON": {`UPDATE artifacts SET metadata = '{' WHERE entity_id = 'of_b'`, "artifact scene/", "a b"},
		"a run's input is odd":                {`UPDATE blobs SET data = x'00' WHERE digest = '` + string(b) + `'`, "run b (input): ", "a"},
		"the recipe of all is gone": {`PRAGMA foreign_keys = off; DELETE FROM blobs WHERE digest = '` + string(recipe) + `'`,
			"run a (recipe): ", ""},
		"content that nobody needs": {`INSERT INTO blobs VALUES ('sha256:00', x'00')`, "content sha256:00: ", "a b"},
		"an answer is no JSON":      {`UPDATE answers SET body = '{' WHERE run_id = 'b'`, "answer of run b: ", "a b"},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t, t.TempDir())
			started(t, s, run.NewRun{ID: "a"}, "of a", true)
			started(t, s, run.NewRun{ID: "b"}, "of b", true)
			if err := whole(t, s); err != nil {
				t.Fatal(err)
			}
			maintain(t, s, tt.damage)
			found, err := s.Maintenance.Examine(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			named := false
			for _, d := range found.Damages {
				named = named || strings.HasPrefix(d.String(), tt.names)
			}
			if got := strings.Join(reversed(found.Whole), " "); !named || got != tt.whole {
				t.Errorf("found %v, whole are %q", found.Damages, got)
			}
			file := filepath.Join(t.TempDir(), "copy.db")
			if _, copied, err := s.Maintenance.Backup(t.Context(), file, false, false); err != nil || copied.OK() {
				t.Errorf("the backup says %v: %v", copied, err)
			}
			if _, err := os.Stat(file); err == nil {
				t.Error("a backup was written")
			}
			if _, copied, err := s.Maintenance.Backup(t.Context(), file, false, true); err != nil || copied.OK() {
				t.Errorf("the backup of what is damaged says %v: %v", copied, err)
			}
		})
	}
}

func reversed(list []string) (all []string) {
	for _, one := range list {
		all = append([]string{one}, all...)
	}
	return all
}

// Wherever the bytes of the file are wrong, that is found, and no backup is called whole;
// what can't be opened at all is damaged, too.
func TestStore_ExamineFindsDamagedBytes(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	for _, id := range []string{"a", "b", "c", "d"} {
		started(t, s, run.NewRun{ID: id}, strings.Repeat("input of "+id+" ", 2000), true)
	}
	maintain(t, s, `PRAGMA wal_checkpoint(TRUNCATE)`)
	s.Close()
	good, err := os.ReadFile(filepath.Join(dir, sqlite.FileName))
	if err != nil {
		t.Fatal(err)
	}
	const page = 4096
	pages := len(good) / page
	if pages < 20 {
		t.Fatalf("only %d pages", pages)
	}
	unnoticed := 0
	step := 1
	if crowd < 1000 { // the race detector is on, and what is read is the same
		step = 9
	}
	for at := 0; at < pages; at += step {
		bad := append([]byte{}, good...)
		for i := range page {
			bad[at*page+i] ^= 0x55
		}
		if !noticed(t, bad) {
			unnoticed++
			t.Logf("page %d is not missed", at+1)
		}
	}
	if unnoticed > 1 { // a page that is free holds nothing
		t.Errorf("%d of %d pages can be damaged unnoticed", unnoticed, pages)
	}
	for name, bad := range map[string][]byte{"cut": good[:len(good)/2], "no database": []byte("INT. HOUSE - DAY\n"),
		"zeros": make([]byte, len(good))} {
		if !noticed(t, bad) {
			t.Errorf("%s is not noticed", name)
		}
	}
}

// noticed reports whether damage of a database is found, and no backup of it is called whole.
func noticed(t *testing.T, data []byte) bool {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, sqlite.FileName), data, 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := sqlite.Open(t.Context(), dir)
	if err != nil {
		return run.TroubleOf(err) == run.Damaged || err != nil
	}
	defer s.Close()
	found, err := s.Maintenance.Examine(t.Context())
	if err != nil {
		t.Errorf("it can't be examined: %v", err)
		return true
	}
	_, copied, err := s.Maintenance.Backup(t.Context(), filepath.Join(t.TempDir(), "copy.db"), false, false)
	if !found.OK() && err == nil && copied.OK() {
		t.Errorf("the backup is whole of a database with %v", found.Damages)
	}
	return !found.OK()
}
