package sqlite_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/internal/sqlite"
	"github.com/cineforge/cineforge/run"
)

// A copy of a database is whole with what was written last and is in no checkpoint, and what
// would write into it says so.
func TestOpenReadOnly_ReadsACopy(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir) // which stays open, so that its log stays
	started(t, s, run.NewRun{ID: "a"}, "of a", true)
	before, err := os.ReadFile(filepath.Join(dir, sqlite.FileName))
	if err != nil {
		t.Fatal(err)
	}
	c, err := sqlite.OpenReadOnly(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	if got := list(t, c); len(got) != 1 || got[0] != "a" || !c.ReadOnly() {
		t.Errorf("runs %v", got)
	}
	if data, err := c.Blobs.Get(t.Context(), artifact.DigestOf([]byte("of a"))); err != nil || string(data) != "of a" {
		t.Errorf("%q %v", data, err)
	}
	_, claimErr := c.Journal.Claim(t.Context(), "a", 0)
	for what, err := range map[string]error{"write": c.Blobs.Put(t.Context(), []byte("x")), "claim": claimErr,
		"probe": c.Maintenance.Probe(t.Context())} {
		if run.TroubleOf(err) != run.ReadOnly {
			t.Errorf("%s: %v", what, err)
		}
	}
	if err := errors.Join(whole(t, c), c.Close()); err != nil {
		t.Error(err)
	}
	if after, err := os.ReadFile(filepath.Join(dir, sqlite.FileName)); err != nil || string(after) != string(before) {
		t.Error("the database was changed")
	}
}
