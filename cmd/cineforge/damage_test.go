//go:build unix

package main

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/cineforge/cineforge/internal/cli/console"
	"github.com/cineforge/cineforge/internal/sqlite"
	"github.com/cineforge/cineforge/run"
)

// A run whose events are damaged is listed as that, and the others are listed too.
func TestRunsList_ADamagedRunIsMarked(t *testing.T) {
	for what, damage := range map[string]string{
		"no event is there": `DELETE FROM events WHERE run_id = ?`,
		"one is missing":    `DELETE FROM events WHERE run_id = ? AND seq = 3`,
		"the last is":       `DELETE FROM events WHERE run_id = ? AND seq = (SELECT max(seq) FROM events WHERE run_id = ?)`,
		"one is no JSON":    `UPDATE events SET body = '{' WHERE run_id = ? AND seq = 3`,
	} {
		t.Run(what, func(t *testing.T) {
			t.Chdir(t.TempDir())
			if err := os.WriteFile("s.fountain", []byte("INT. ROOM - DAY\n\nRain.\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			list := func() (all []run.Overview, errs string) {
				t.Helper()
				code, out, errs := typed(t, "runs", "list", "--json")
				if err := json.Unmarshal([]byte(out), &all); err != nil || code != console.CodeOK {
					t.Fatalf("%d %v %s %s", code, err, out, errs)
				}
				return all, errs
			}
			for range 2 {
				if code, _, errs := typed(t, "run", "s.fountain", "--new"); code != console.CodeOK {
					t.Fatal(code, errs)
				}
			}
			all, errs := list()
			if len(all) != 2 || errs != "" {
				t.Fatalf("%+v %s", all, errs)
			}
			id := all[1].RunID
			s, err := sqlite.Open(t.Context(), "cineforge-data")
			if err != nil {
				t.Fatal(err)
			}
			err = s.Maintenance.Exec(t.Context(), strings.ReplaceAll(damage, "?", "'"+id+"'"))
			if s.Close(); err != nil {
				t.Fatal(err)
			}
			all, errs = list()
			if len(all) != 2 || all[0].Status != run.RunDone || all[1].RunID != id || all[1].Status != run.RunDamaged || all[1].Error == "" {
				t.Errorf("%+v", all)
			}
			if !strings.Contains(errs, "unreadable events: "+id+".") || !strings.Contains(errs, "data check") {
				t.Error(errs)
			}
			if code, out, errs := typed(t, "runs", "list"); code != console.CodeOK || !strings.Contains(out, "✗ damaged") ||
				!strings.Contains(errs, id) {
				t.Errorf("%d %s %s", code, out, errs)
			}
		})
	}
}
